// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/train/isotonic.hpp>

#include "../support/catch.hpp"
#include "../support/scored_sample.hpp"

using namespace loyal;
using loyal::testing::scored_sample;

namespace {

/// The min-max formula: g(x_k) = max over i <= k of min over j >= k of the mean of y_i .. y_j.
std::vector<double> min_max(const std::vector<double>& y, const std::vector<double>& w) {
  std::vector<double> g;
  for (std::size_t k = 0; k < y.size(); ++k) {
    double highest = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i <= k; ++i) {
      double lowest = std::numeric_limits<double>::infinity();
      double sum = 0;
      double weight = 0;
      for (std::size_t j = i; j < y.size(); ++j) {
        sum += w[j] * y[j];
        weight += w[j];
        if (j >= k) lowest = std::min(lowest, sum / weight);
      }
      highest = std::max(highest, lowest);
    }
    g.push_back(highest);
  }
  return g;
}

}  // namespace

TEST_CASE("isotonic: equals the min-max formula on random data with ties and weights") {
  Rng rng{31};
  for (int round = 0; round < 100; ++round) {
    const int n = 1 + static_cast<int>(rng.below(40));
    std::vector<double> x;
    std::vector<double> y;
    std::vector<double> w;
    std::map<double, std::pair<double, double>> at;  // x -> weight, weighted sum
    for (int i = 0; i < n; ++i) {
      x.push_back(static_cast<double>(rng.below(25)));
      y.push_back(rng.normal(0.1 * x.back(), 1.0));
      w.push_back(rng.bernoulli(0.1) && i > 0 ? 0 : rng.uniform(0.5, 3.0));
      if (w.back() == 0) continue;
      at[x.back()].first += w.back();
      at[x.back()].second += w.back() * y.back();
    }
    std::vector<double> xs;
    std::vector<double> ys;
    std::vector<double> ws;
    for (const auto& [key, sums] : at) {
      xs.push_back(key);
      ys.push_back(sums.second / sums.first);
      ws.push_back(sums.first);
    }
    IsotonicRegression isotonic;
    isotonic.fit(x, y, w);
    const auto truth = min_max(ys, ws);
    for (std::size_t i = 0; i < xs.size(); ++i)
      REQUIRE(isotonic.predict(xs[i]) == Approx(truth[i]).margin(1e-12));
    for (Index i = 1; i < isotonic.points_y().size(); ++i) {
      REQUIRE(isotonic.points_x()[i] > isotonic.points_x()[i - 1]);
      REQUIRE(isotonic.points_y()[i] >= isotonic.points_y()[i - 1]);
    }
  }
}

TEST_CASE("isotonic: agrees with scikit-learn 1.2.1, out_of_bounds='clip'") {
  const auto [y, s, w] = scored_sample();
  IsotonicRegression isotonic;
  isotonic.fit(s, y, w);
  const double level = 0.5348837209302325;
  const std::vector<double> x{0.1, 0.15, 0.17, 0.68, 0.89, 0.91};
  const std::vector<double> g{0, 0, level, level, 1, 1};
  REQUIRE(isotonic.points_x().size() == 6);
  for (Index i = 0; i < 6; ++i) {
    CHECK(isotonic.points_x()[i] == x[static_cast<std::size_t>(i)]);
    CHECK(isotonic.points_y()[i] == Approx(g[static_cast<std::size_t>(i)]).margin(1e-14));
  }
  const auto p = isotonic.predict_proba({0, 0.1, 0.33, 0.5, 0.61, 0.9, 1});
  CHECK(p.isApprox(Vector<double>{{0, 0, level, level, level, 1, 1}}, 1e-14));
}

TEST_CASE("isotonic: interpolates between, stays outside") {
  IsotonicRegression isotonic;
  isotonic.fit({0, 1}, {10, 20});
  CHECK(isotonic.predict(0.25) == 12.5);
  CHECK(isotonic.predict(-5.0) == 10);
  CHECK(isotonic.predict(std::numeric_limits<double>::infinity()) == 20);
  CHECK(std::isnan(isotonic.predict(std::numeric_limits<double>::quiet_NaN())));
  isotonic.fit({7}, {3});
  CHECK(isotonic.predict(0.0) == 3);
  CHECK(isotonic.predict(9.0) == 3);
  isotonic.fit({1, 2, 3}, {3, 2, 1});
  CHECK(isotonic.predict(1.5) == 2);
  CHECK(isotonic.points_x().size() == 2);
}

TEST_CASE("isotonic: bad input leaves the old fit") {
  IsotonicRegression isotonic;
  CHECK_THROWS_AS(isotonic.predict(0.0), NotFitted);
  isotonic.fit({0, 1, 2}, {0, 1, 2});
  const IsotonicRegression before = isotonic;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(isotonic.fit({}, {}), DataError);
  CHECK_THROWS_AS(isotonic.fit({0, 1}, {0}), ShapeError);
  CHECK_THROWS_AS(isotonic.fit({0, nan}, {0, 1}), DataError);
  CHECK_THROWS_AS(isotonic.fit({0, 1}, {0, nan}), DataError);
  CHECK_THROWS_AS(isotonic.fit({0, 1}, {0, 1}, {0, 0}), DataError);
  CHECK(isotonic == before);
  CHECK(count_parameters(isotonic, true) == 6);
}
