// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/core/random.hpp>
#include <loyal/math/incomplete_beta.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("incomplete beta of whole parameters is a binomial tail") {
  // I_x(a, b) = P(Binomial(a + b - 1, x) >= a)
  for (int a = 1; a <= 12; ++a)
    for (int b = 1; b <= 12; ++b)
      for (const double x : {0.001, 0.1, 0.3, 0.5, 0.77, 0.999}) {
        const int n = a + b - 1;
        double tail = 0;
        for (int k = a; k <= n; ++k)
          tail += std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) +
                           k * std::log(x) + (n - k) * std::log1p(-x));
        CHECK(incomplete_beta(x, a, b) == Approx(tail).epsilon(1e-12));
      }
}

TEST_CASE("incomplete beta: closed forms, symmetry, derivative") {
  Rng rng{1};
  for (int trial = 0; trial < 500; ++trial) {
    const double x = rng.uniform();
    const double a = std::exp(rng.uniform(-3.0, 6.0));
    const double b = std::exp(rng.uniform(-3.0, 6.0));
    CHECK(incomplete_beta(x, a, 1) == Approx(std::pow(x, a)).epsilon(1e-11));
    CHECK(incomplete_beta(x, 0.5, 0.5) ==
          Approx(2 / std::acos(-1.0) * std::asin(std::sqrt(x))).epsilon(1e-12));
    CHECK(incomplete_beta(x, a, b) + incomplete_beta(1 - x, b, a) == Approx(1).epsilon(1e-11));
    // I_x(a, b) - I_x(a + 1, b) = x^a (1 - x)^b / (a B(a, b))
    const double gap = std::exp(a * std::log(x) + b * std::log1p(-x) + std::lgamma(a + b) -
                                std::lgamma(a + 1) - std::lgamma(b));
    CHECK(incomplete_beta(x, a, b) - incomplete_beta(x, a + 1, b) ==
          Approx(gap).epsilon(1e-9).margin(1e-12));
  }
  CHECK(incomplete_beta(0, 2, 3) == 0);
  CHECK(incomplete_beta(1, 2, 3) == 1);
}

TEST_CASE("incomplete beta refuses what it is not defined for") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(incomplete_beta(0.5, 0, 1), OptionError);
  CHECK_THROWS_AS(incomplete_beta(0.5, 1, -1), OptionError);
  CHECK_THROWS_AS(incomplete_beta(-0.1, 1, 1), OptionError);
  CHECK_THROWS_AS(incomplete_beta(1.1, 1, 1), OptionError);
  CHECK_THROWS_AS(incomplete_beta(nan, 1, 1), OptionError);
  CHECK_THROWS_AS(incomplete_beta(0.5, nan, 1), OptionError);
}
