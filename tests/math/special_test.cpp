// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/math/special.hpp>

#include "../support/catch.hpp"

using namespace loyal;

// Reference values: mpmath 1.2.1 with 40 digits.

TEST_CASE("special: log_gamma") {
  const std::vector<std::pair<double, double>> truth{
      {1e-10, 23.025850929882735274},  {0.1, 2.2527126517342059599},
      {0.5, 0.57236494292470008707},   {0.999, 0.00057803853289137972404},
      {1.5, -0.12078223763524522235},  {2.0001, 0.000042281658112830712025},
      {3.7, 1.4280723266653879219},    {9.9, 12.577179904219878888},
      {10, 12.801827480081469611},     {25.25, 55.585686044869429708},
      {171.6, 709.65735876305635053},  {12345.678, 103959.91990554606092},
      {1e15, 33538776394910668.91},    {-0.5, 1.2655121234846453965},
      {-2.25, 0.55550154502064747059}, {-10.001, -8.1990074493294965608}};
  for (const auto& [x, wanted] : truth) {
    INFO("x = " << x);
    // -10.001 is only known to eps, which the nearby pole magnifies.
    const double allowed = x == -10.001 ? 2e-12 : 3e-15 * std::max(1.0, std::abs(wanted));
    CHECK(std::abs(log_gamma(x) - wanted) <= allowed);
  }
  CHECK(log_gamma(1) == Approx(0).margin(2e-15));
  CHECK(std::isinf(log_gamma(0)));
  CHECK(std::isinf(log_gamma(-3)));
  CHECK(std::isinf(log_gamma(std::numeric_limits<double>::infinity())));
  CHECK(std::isnan(log_gamma(std::numeric_limits<double>::quiet_NaN())));
  Rng rng{81};
  for (int i = 0; i < 2000; ++i) {
    const double x = std::exp(rng.uniform(-20.0, 20.0));
    REQUIRE(std::abs(log_gamma(x) - std::lgamma(x)) <=
            1e-14 * std::max(1.0, std::abs(std::lgamma(x))));
  }
}

TEST_CASE("special: log_beta keeps its digits where gammas cancel") {
  struct Case {
    double a, b, wanted;
  };
  for (const auto& [a, b, wanted] :
       {Case{0.5, 0.5, 1.1447298858494001741}, Case{2, 3, -2.4849066497880003102},
        Case{1e-5, 7, 11.512900965044797468}, Case{0.3, 1e10, -5.8119572841535615304},
        Case{15, 1e12, -389.27409555629454162}, Case{1e8, 1e8, -138629444.05681730912},
        Case{4.5, 20, -11.396873768127329187}, Case{1e-3, 1e-3, 7.6009008170083473993}}) {
    CHECK(log_beta(a, b) == Approx(wanted).epsilon(4e-15));
    CHECK(log_beta(a, b) == log_beta(b, a));
  }
  CHECK_THROWS_AS(log_beta(0, 1), OptionError);
  CHECK_THROWS_AS(log_beta(1, std::numeric_limits<double>::quiet_NaN()), OptionError);
}

TEST_CASE("special: digamma and trigamma") {
  struct Case {
    double x, psi, psi1;
  };
  for (const auto& [x, psi, psi1] :
       {Case{0.001, -1000.5755719318103005, 1000001.642533195869},
        Case{0.5, -1.9635100260214234794, 4.9348022005446793094},
        Case{1, -0.57721566490153286061, 1.6449340668482264365},
        Case{1.4616, -0.000031106251230351619752, 0.96770071146508355424},
        Case{3.3, 1.0348224890596217491, 0.35350154184106181026},
        Case{10, 2.2517525890667211076, 0.10516633568168574612},
        Case{47.5, 3.8501664624463934863, 0.021275793223712511484},
        Case{1e6, 13.815510057964190771, 1.0000005000001666667e-6}}) {
    INFO("x = " << x);
    CHECK(std::abs(digamma(x) - psi) <= 3e-15 * std::max(1.0, std::abs(psi)));
    CHECK(trigamma(x) == Approx(psi1).epsilon(2e-14));
  }
  CHECK_THROWS_AS(digamma(0), OptionError);
  CHECK_THROWS_AS(trigamma(-1), OptionError);
}

TEST_CASE("special: normal_quantile") {
  struct Case {
    double p, z;
  };
  for (const auto& [p, z] :
       {Case{1e-300, -37.047096299361199237}, Case{1e-20, -9.2623400897984075737},
        Case{1e-10, -6.3613409024040562047}, Case{0.001, -3.0902323061678135415},
        Case{0.025, -1.9599639845400542355}, Case{0.3, -0.52440051270804078404},
        Case{0.6, 0.2533471031357997988}, Case{0.975, 1.9599639845400542355},
        Case{0.9999, 3.7190164854556805644}})
    CHECK(normal_quantile(p) == Approx(z).epsilon(2e-14));
  CHECK(normal_quantile(0.49999) == Approx(-0.000025066282748934940016).epsilon(1e-10));
  CHECK(normal_quantile(0.5) == 0);
  CHECK(std::isinf(normal_quantile(0)));
  CHECK(std::isinf(normal_quantile(1)));
  CHECK(normal_quantile(5e-324) == Approx(-38.4674).epsilon(1e-3));
  for (double z = -8; z < 4; z += 0.01)
    REQUIRE(normal_quantile(normal_cdf(z)) == Approx(z).epsilon(1e-11).margin(1e-14));
  CHECK_THROWS_AS(normal_quantile(-0.1), OptionError);
  CHECK_THROWS_AS(normal_quantile(std::numeric_limits<double>::quiet_NaN()), OptionError);
}
