// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/retention/bg_bb.hpp>
#include <loyal/retention/bg_nbd.hpp>
#include <loyal/retention/gamma_gamma.hpp>
#include <loyal/retention/lifetime_value.hpp>
#include <loyal/retention/mbg_nbd.hpp>
#include <loyal/retention/pareto_nbd.hpp>

#include "../support/catch.hpp"
#include "../support/lifetime.hpp"

namespace lifetime_value_tests {

using namespace loyal;

static_assert(PurchaseForecast<BGNBD<double>> && PurchaseForecast<MBGNBD<float>>);
static_assert(PurchaseForecast<ParetoNBD<double>> && PurchaseForecast<BGBB<double>>);
static_assert(!PurchaseForecast<GammaGamma<double>>);

const auto customers = testing::history_of({{2, 30.43, 38.86}, {0, 0, 20}, {7, 12, 38}});
const BGNBD<double> bg_nbd{{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426}};
const ParetoNBD<double> pareto{{.r = 0.553, .alpha = 10.58, .s = 0.606, .beta = 11.67}};
const GammaGamma<double> spending{{.p = 6.25, .q = 3.74, .v = 15.44}};

TEST_CASE("lifetime value: purchases times amount, later ones less", "[retention]") {
  const Vector<double> amounts = spending.expected_amount({2, 0, 7}, {22.35, 0, 80});
  const auto plain =
      lifetime_value(bg_nbd, customers, amounts, {.periods = 12, .period = 4, .margin = 0.3});
  const auto discounted = lifetime_value(
      bg_nbd, customers, amounts, {.periods = 12, .period = 4, .discount = 0.01, .margin = 0.3});
  for (Index i = 0; i < 3; ++i) {
    const auto record = customers.record(i);
    CHECK(plain[i] ==
          Approx(0.3 * amounts[i] * bg_nbd.expected_purchases(48, record)).epsilon(1e-12));
    double sum = 0;
    for (int k = 1; k <= 12; ++k)
      sum += (bg_nbd.expected_purchases(4 * k, record) -
              bg_nbd.expected_purchases(4 * k - 4, record)) /
             std::pow(1.01, k);
    CHECK(discounted[i] == Approx(0.3 * amounts[i] * sum).epsilon(1e-12));
    CHECK(discounted[i] < plain[i]);
  }
}

TEST_CASE("lifetime value: with short periods and a long horizon it is DERT", "[retention]") {
  const double rate = 0.02;
  const auto value =
      lifetime_value(pareto, customers, {1, 1, 1},
                     {.periods = 4000, .period = 0.125, .discount = std::expm1(rate * 0.125)});
  for (Index i = 0; i < 3; ++i)
    CHECK(value[i] == Approx(pareto.discounted_purchases(rate, customers.record(i))).epsilon(2e-3));
}

TEST_CASE("lifetime value: discrete occasions", "[retention]") {
  const BGBB<double> donors{{.alpha = 1.2, .beta = 0.75, .gamma = 0.66, .delta = 2.8}};
  const auto value = lifetime_value(donors, testing::history_of({{3, 5, 6}}), {50},
                                    {.periods = 400, .discount = 0.1});
  CHECK(value[0] == Approx(50 * donors.discounted_purchases(0.1, {3, 5, 6})).epsilon(1e-9));
}

TEST_CASE("lifetime value: bad input", "[retention]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(lifetime_value(bg_nbd, customers, {1, 1}), ShapeError);
  CHECK_THROWS_AS(lifetime_value(bg_nbd, customers, {1, 1, infinity}), DataError);
  CHECK_THROWS_AS(lifetime_value(bg_nbd, customers, {1, nan, 1}), DataError);
  CHECK_THROWS_AS(lifetime_value(bg_nbd, customers, {1, 1, 1}, {.periods = 0}), OptionError);
  CHECK_THROWS_AS(lifetime_value(bg_nbd, customers, {1, 1, 1}, {.period = 0}), OptionError);
  CHECK_THROWS_AS(lifetime_value(bg_nbd, customers, {1, 1, 1}, {.discount = -0.1}), OptionError);
  CHECK_THROWS_AS(lifetime_value(bg_nbd, customers, {1, 1, 1}, {.margin = nan}), OptionError);
  CHECK_THROWS_AS(lifetime_value(bg_nbd, testing::history_of({{1, 3, 2}}), {1}), DataError);
  CHECK_THROWS_AS(lifetime_value(BGNBD<double>{}, customers, {1, 1, 1}), NotFitted);
}

}  // namespace lifetime_value_tests
