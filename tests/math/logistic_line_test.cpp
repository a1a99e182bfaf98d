// SPDX-License-Identifier: MIT
#include <cmath>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/math/logistic_line.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

detail::LogisticLine fit(const std::vector<double>& x, const Vector<double>& t,
                         const std::vector<double>& w = {}) {
  const Values points(x);
  const Values weights(w);
  return detail::fit_logistic_line(points, t,
                                   detail::SampleWeights("test", weights, points.size()));
}

Vector<double> targets(const std::vector<double>& t) {
  return Eigen::Map<const Vector<double>>(t.data(), static_cast<Index>(t.size()));
}

}  // namespace

TEST_CASE("logistic_line: two points are met exactly, wherever they lie") {
  for (const double scale : {1e-6, 1.0, 1e6})
    for (const double shift : {0.0, -30.0, 1e4}) {
      INFO("scale " << scale << ", shift " << shift);
      const double a = scale * (shift - 1);
      const double b = scale * (shift + 2);
      const auto line = fit({a, b}, targets({0.2, 0.9}));
      CHECK(line.converged);
      CHECK(sigmoid(line.slope * a + line.intercept) == Approx(0.2).epsilon(1e-6));
      CHECK(sigmoid(line.slope * b + line.intercept) == Approx(0.9).epsilon(1e-6));
    }
}

TEST_CASE("logistic_line: targets that lie on a line give that line back") {
  Rng rng{4};
  for (int round = 0; round < 50; ++round) {
    const double slope = 2 * rng.normal();
    const double intercept = rng.normal();
    std::vector<double> x;
    std::vector<double> w;
    Vector<double> t(30);
    for (Index i = 0; i < 30; ++i) {
      x.push_back(rng.normal());
      w.push_back(rng.uniform(0.0, 2.0));
      t[i] = sigmoid(slope * x.back() + intercept);
    }
    const auto line = fit(x, t, w);
    CHECK(line.converged);
    CHECK(line.slope == Approx(slope).epsilon(1e-6).margin(1e-7));
    CHECK(line.intercept == Approx(intercept).epsilon(1e-6).margin(1e-7));
  }
}

TEST_CASE("logistic_line: a weight counts as so many samples") {
  const auto weighted = fit({-1, 0, 1, 2}, targets({0, 1, 0, 1}), {3, 1, 2, 0});
  const auto repeated = fit({-1, -1, -1, 0, 1, 1}, targets({0, 0, 0, 1, 0, 0}));
  CHECK(weighted.slope == Approx(repeated.slope).epsilon(1e-6));
  CHECK(weighted.intercept == Approx(repeated.intercept).epsilon(1e-6));
}

TEST_CASE("logistic_line: a constant x leaves the share alone") {
  const auto line = fit({5, 5, 5, 5}, targets({0, 0, 0, 1}));
  CHECK(line.slope == 0);
  CHECK(sigmoid(line.intercept) == Approx(0.25));
  const auto one = fit({7}, targets({0.3}));
  CHECK(one.slope == 0);
  CHECK(sigmoid(one.intercept) == Approx(0.3));
}

TEST_CASE("logistic_line: separable and one-sided targets give a steep line, not a broken one") {
  const auto steep = fit({-2, -1, 1, 2}, targets({0, 0, 1, 1}));
  CHECK(std::isfinite(steep.slope));
  CHECK(steep.slope > 5);
  CHECK(sigmoid(steep.slope + steep.intercept) > 0.999);
  const auto sure = fit({-2, -1, 1, 2}, targets({1, 1, 1, 1}));
  CHECK(std::isfinite(sure.slope));
  CHECK(sigmoid(sure.intercept) > 0.999999);
}
