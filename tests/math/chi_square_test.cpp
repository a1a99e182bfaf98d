// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/core/random.hpp>
#include <loyal/math/chi_square.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("chi_square: one degree is the square of a normal variable, two are exponential") {
  Rng rng{1};
  for (int i = 0; i < 200; ++i) {
    const double x = std::pow(10, rng.uniform(-6.0, 2.8));
    CHECK(chi_square_tail(x, 1) == Approx(std::erfc(std::sqrt(x / 2))).epsilon(1e-12));
    CHECK(chi_square_tail(x, 2) == Approx(std::exp(-x / 2)).epsilon(1e-12));
  }
}

TEST_CASE("chi_square: two more degrees add one term of the Poisson sum") {
  Rng rng{2};
  for (int i = 0; i < 200; ++i) {
    const double degrees = std::floor(rng.uniform(1.0, 80.0));
    const double x = degrees * rng.uniform(0.1, 3.0);
    const double term =
        std::exp(degrees / 2 * std::log(x / 2) - x / 2 - std::lgamma(degrees / 2 + 1));
    CHECK(chi_square_tail(x, degrees + 2) ==
          Approx(chi_square_tail(x, degrees) + term).epsilon(1e-11));
  }
}

TEST_CASE("chi_square: the ends, the far tail, and what is no test") {
  CHECK(chi_square_tail(0, 3) == 1);
  CHECK(chi_square_tail(-1, 3) == 1);
  CHECK(chi_square_tail(std::numeric_limits<double>::infinity(), 3) == 0);
  CHECK(std::isnan(chi_square_tail(std::numeric_limits<double>::quiet_NaN(), 3)));
  // R 4.2.2, pchisq(lower = FALSE).
  CHECK(chi_square_tail(1000, 10) / 1.87029072091595e-208 == Approx(1).epsilon(1e-11));
  CHECK(chi_square_tail(1000, 1000) == Approx(0.49405285382924).epsilon(1e-11));
  CHECK_THROWS_AS(chi_square_tail(1, 0), OptionError);
  CHECK_THROWS_AS(chi_square_tail(1, std::nan("")), OptionError);
  CHECK(detail::chi_square_test(3.0, 0).p_value == 1);
  CHECK(detail::chi_square_test(3.0, 2).p_value == Approx(std::exp(-1.5)));
}
