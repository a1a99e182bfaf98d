// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/math/bounds.hpp>

#include "../support/catch.hpp"

TEMPLATE_TEST_CASE("bounds hold, and NaN stays NaN, inside packets and behind them",
                   "[math][bounds]", float, double) {
  using Array = Eigen::Array<TestType, Eigen::Dynamic, 1>;
  for (const loyal::Index n : {0, 1, 3, 16, 37}) {
    Array x = Array::LinSpaced(n, -2, 2);
    for (loyal::Index i = 2; i < n; i += 5) x[i] = std::numeric_limits<TestType>::quiet_NaN();
    const Array low = loyal::at_least(x, TestType(-0.5));
    const Array high = loyal::at_most(x, TestType(0.5));
    for (loyal::Index i = 0; i < n; ++i) {
      if (std::isnan(x[i])) {
        CHECK(std::isnan(low[i]));
        CHECK(std::isnan(high[i]));
      } else {
        CHECK(low[i] == (x[i] < TestType(-0.5) ? TestType(-0.5) : x[i]));
        CHECK(high[i] == (x[i] > TestType(0.5) ? TestType(0.5) : x[i]));
      }
    }
  }
  Array infinite(2);
  infinite << std::numeric_limits<TestType>::infinity(), -std::numeric_limits<TestType>::infinity();
  CHECK(loyal::at_least(infinite, TestType(0))(1) == 0);
  CHECK(std::isinf(loyal::at_least(infinite, TestType(0))(0)));
}

TEMPLATE_TEST_CASE("at_least of two arrays takes the larger, and NaN of either", "[math]", float,
                   double) {
  using Array = Eigen::Array<TestType, Eigen::Dynamic, 1>;
  for (int n = 1; n < 40; ++n) {
    Array x = Array::Random(n);
    Array y = Array::Random(n);
    const Array larger = loyal::at_least(x, y);
    for (int i = 0; i < n; ++i) CHECK(larger[i] == std::max(x[i], y[i]));
    x[n / 2] = NAN;
    y[n - 1] = NAN;
    const Array bad = loyal::at_least(x, y);
    CHECK(std::isnan(bad[n / 2]));
    CHECK(std::isnan(bad[n - 1]));
  }
}
