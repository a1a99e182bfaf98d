// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/core/random.hpp>
#include <loyal/math/hypergeometric.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("hypergeometric: known values", "[math]") {
  struct Case {
    double a, b, c, z, wanted;
  };
  // mpmath 1.2.1 with 40 digits.
  for (const auto& [a, b, c, z, wanted] :
       {Case{0.5, 1, 1.5, 0.3, 1.1230539918931030348},
        Case{2.25, 4.42, 3.2, 0.47, 7.5513832295486575513},
        Case{0.243, 2.43, 2.2, 0.9, 1.9743171292022888223},
        Case{0.243, 2.43, 2.2, 0.999, 12.192593157344685608},
        Case{5, 7.5, 3.25, 0.6, 12492.849609038205972}, Case{3, 2, 5, 0.99, 27.699347904322690602},
        Case{1, 2, 4, -0.5, 0.80651221621216449758},
        Case{1.5, 2.5, 4, -20, 0.028298321179806107749},
        Case{10.2, 1.79, 13.5, -3.7, 0.095070587287651392208},
        Case{222, 0.79, 224.6, -0.02, 0.98465424000660448205},
        Case{222.2, 0.8, 226, 0.93, 7.1844224137218487912},
        Case{-3, 2.2, 1.1, 0.8, -0.062635944700460829493},
        Case{0.6, 1.6, 12.1, 0.998, 1.0956478574582896631}, Case{2, 3, 5.5, 1, 21},
        Case{-0.2, 0.7, -0.4, 0.4, 1.2461490840597340437},
        Case{0.3, 0.4, 0.7, 0.97, 1.6495672134581662885},
        Case{40.5, 1.2, 44, -9.0, 0.069123915248570124575}}) {
    INFO(a << ' ' << b << ' ' << c << ' ' << z);
    CHECK(hypergeometric_2f1(a, b, c, z) == Approx(wanted).epsilon(2e-12));
    CHECK(hypergeometric_2f1(b, a, c, z) == Approx(wanted).epsilon(2e-12));
  }
}

TEST_CASE("hypergeometric: elementary functions", "[math]") {
  for (const double z : {-50.0, -1.0, -0.1, 1e-9, 0.3, 0.74, 0.76, 0.99, 1 - 1e-10}) {
    INFO(z);
    CHECK(hypergeometric_2f1(1, 1, 2, z) == Approx(-std::log1p(-z) / z).epsilon(1e-12));
    CHECK(hypergeometric_2f1(2.5, 3, 3, z) == Approx(std::pow(1 - z, -2.5)).epsilon(1e-12));
    CHECK(hypergeometric_2f1(0.5, 1, 1.5, -z * z) == Approx(std::atan(z) / z).epsilon(1e-12));
  }
  CHECK(hypergeometric_2f1(3, 4, 5, 0) == 1);
  CHECK(hypergeometric_2f1(0, 4, 5, 0.9) == 1);
}

TEST_CASE("hypergeometric: Gauss's relation between neighbors", "[math]") {
  // (c - a) F(a - 1) + (2 a - c + (b - a) z) F + a (z - 1) F(a + 1) = 0, Abramowitz & Stegun 15.2.10.
  Rng rng{5};
  for (int trial = 0; trial < 1000; ++trial) {
    const double a = rng.uniform(0.1, 6.0);
    const double b = rng.uniform(0.1, 6.0);
    const double c = rng.uniform(0.1, 12.0);
    const double z =
        rng.bernoulli(0.5) ? rng.uniform(-3.0, 1.0) : 1 - std::exp(-rng.uniform(0.0, 12.0));
    const double below = (c - a) * hypergeometric_2f1(a - 1, b, c, z);
    const double here = (2 * a - c + (b - a) * z) * hypergeometric_2f1(a, b, c, z);
    const double above = a * (z - 1) * hypergeometric_2f1(a + 1, b, c, z);
    INFO(a << ' ' << b << ' ' << c << ' ' << z);
    REQUIRE(std::abs(below + here + above) <=
            1e-9 * std::max({std::abs(below), std::abs(here), std::abs(above)}));
  }
}

TEST_CASE("hypergeometric: outside the domain", "[math]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(hypergeometric_2f1(1, 1, 0, 0.5), OptionError);
  CHECK_THROWS_AS(hypergeometric_2f1(1, 1, -2, 0.5), OptionError);
  CHECK_THROWS_AS(hypergeometric_2f1(1, 1, 2, 1), OptionError);
  CHECK_THROWS_AS(hypergeometric_2f1(1, 1, 2, 1.5), OptionError);
  for (int i = 0; i < 4; ++i) {
    double x[]{1, 1, 2, 0.5};
    x[i] = nan;
    CHECK_THROWS_AS(hypergeometric_2f1(x[0], x[1], x[2], x[3]), OptionError);
  }
}
