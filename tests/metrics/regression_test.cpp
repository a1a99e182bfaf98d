// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/metrics/regression.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("regression: agrees with scikit-learn 1.2.1") {
  // i = arange(40); t = round(sin(i) * 3 + 1, 2); p = round(t + cos(3 * i), 2); w = 1 + i % 4 / 2
  std::vector<double> t;
  std::vector<double> p;
  std::vector<double> w;
  for (int i = 0; i < 40; ++i) {
    t.push_back(std::round((std::sin(i) * 3 + 1) * 100) / 100);
    p.push_back(std::round((t.back() + std::cos(3 * i)) * 100) / 100);
    w.push_back(1 + i % 4 / 2.0);
  }
  CHECK(mean_squared_error(t, p) == Approx(0.46275).epsilon(1e-13));
  CHECK(mean_squared_error(t, p, w) == Approx(0.45915).epsilon(1e-13));
  CHECK(root_mean_squared_error(t, p) == Approx(std::sqrt(0.46275)).epsilon(1e-13));
  CHECK(mean_absolute_error(t, p) == Approx(0.606).epsilon(1e-13));
  CHECK(r_squared(t, p) == Approx(0.8963673770325585).epsilon(1e-13));
  CHECK(r_squared(t, p, w) == Approx(0.8959368975659572).epsilon(1e-13));
  CHECK(pinball_loss(t, p, 0.9) == Approx(0.3018).epsilon(1e-13));
  CHECK(pinball_loss(t, p, 0.9, w) == Approx(0.2947857142857144).epsilon(1e-13));
}

TEST_CASE("regression: the pinball loss is least at the quantile") {
  Rng rng{71};
  std::vector<double> y(1001);
  for (double& v : y) v = rng.normal();
  std::vector<double> sorted = y;
  std::sort(sorted.begin(), sorted.end());
  const auto loss = [&](double at) { return pinball_loss(y, std::vector<double>(1001, at), 0.8); };
  CHECK(loss(sorted[800]) <= loss(sorted[790]));
  CHECK(loss(sorted[800]) <= loss(sorted[810]));
  CHECK_THROWS_AS(pinball_loss({1}, {1}, 1), OptionError);
}

TEST_CASE("regression: constants, zeros, bad input") {
  CHECK(r_squared({2, 2}, {2, 2}) == 1);
  CHECK(r_squared({2, 2}, {2, 3}) == 0);
  CHECK(r_squared({1, 2, 3}, {2, 2, 2}) == 0);
  CHECK(symmetric_percentage_error({0, 0, 1}, {0, 5, 1}) == Approx(2.0 / 3));
  CHECK_THROWS_AS(mean_squared_error({}, {}), DataError);
  CHECK_THROWS_AS(mean_absolute_error({1, 2}, {1}), ShapeError);
  CHECK_THROWS_WITH(r_squared({1, 2}, {1, std::numeric_limits<double>::infinity()}),
                    ContainsSubstring("predicted[1]"));
}
