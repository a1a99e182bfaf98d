// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/retention/shifted_beta_geometric.hpp>

#include "../support/catch.hpp"
#include "../support/lifetime.hpp"

namespace shifted_beta_geometric_tests {

using namespace loyal;

// Fader & Hardie, 2007, table 1, of 1000 customers.
const auto high_end = ContractHistory::of_survivors({1000, 869, 743, 653, 593, 551, 517, 491});
const auto regular = ContractHistory::of_survivors({1000, 631, 468, 382, 326, 289, 262, 241});

TEST_CASE("sBG: the published estimates", "[retention]") {
  ShiftedBetaGeometric<double> model;
  model.fit(high_end);
  CHECK(model.converged());
  CHECK(model.result().log_likelihood == Approx(-1611.158).margin(1e-3));
  CHECK(model.parameters().alpha == Approx(0.6681).epsilon(1e-3));
  CHECK(model.parameters().beta == Approx(3.8061).epsilon(1e-3));
  model.fit(regular);
  CHECK(model.result().log_likelihood == Approx(-1680.265).margin(1e-3));
  CHECK(model.parameters().alpha == Approx(0.7041).epsilon(1e-3));
  CHECK(model.parameters().beta == Approx(1.1820).epsilon(1e-3));
  for (const auto* history : {&high_end, &regular})
    testing::check_maximum(
        ShiftedBetaGeometric<double>{}.fit(*history), [&](const Vector<double>& v) {
          return ShiftedBetaGeometric<double>{{.alpha = v[0], .beta = v[1]}}.log_likelihood(
              *history);
        });
}

TEST_CASE("sBG: survival is a mean over customers, everything else follows", "[retention]") {
  Rng rng{3};
  for (int trial = 0; trial < 10; ++trial) {
    const double alpha = rng.uniform(0.3, 3.0);
    const double beta = rng.uniform(0.3, 5.0);
    const ShiftedBetaGeometric<double> model{{.alpha = alpha, .beta = beta}};
    CHECK(model.survival(0) == 1);
    for (int t = 1; t < 12; ++t) {
      CHECK(model.survival(t) == Approx(testing::mean_over_beta(alpha, beta, [&](double, double q) {
                                   return std::pow(q, t);
                                 })).epsilon(1e-9));
      CHECK(model.retention(t) == Approx(model.survival(t) / model.survival(t - 1)).epsilon(1e-12));
    }
    for (const double n : {1.0, 4.0}) {
      double sum = 0;
      for (int k = 0; k < 1500; ++k)
        sum += model.survival(n + k) / model.survival(n - 1) * std::pow(1.05, -k);
      CHECK(model.residual_lifetime(n, 0.05) == Approx(sum).epsilon(1e-10));
    }
    double log_likelihood = 0;
    for (std::size_t t = 1; t <= 7; ++t)
      log_likelihood +=
          regular.lost[t - 1] * std::log(model.survival(double(t) - 1) - model.survival(double(t)));
    log_likelihood += 241 * std::log(model.survival(7));
    CHECK(model.log_likelihood(regular) == Approx(log_likelihood).epsilon(1e-11));
  }
  const ShiftedBetaGeometric<double> leaving{{.alpha = 2.5, .beta = 3}};
  CHECK(leaving.residual_lifetime(2) == Approx(4 / 1.5));
  CHECK(leaving.residual_lifetime(2, 1e-6) == Approx(4 / 1.5).epsilon(1e-4));
  CHECK(std::isinf(ShiftedBetaGeometric<double>{{.alpha = 0.7, .beta = 3}}.residual_lifetime(2)));
}

TEST_CASE("sBG: known parameters lie in their intervals", "[retention]") {
  testing::check_recovery({0.668, 3.806}, 200, 180, [](Rng& rng) {
    const ShiftedBetaGeometric<double> truth{{.alpha = 0.668, .beta = 3.806}};
    return ShiftedBetaGeometric<double>{}.fit(truth.simulate(2000, 7, rng));
  });
}

TEST_CASE("sBG: no maximum, and bad input", "[retention]") {
  CHECK_FALSE(
      ShiftedBetaGeometric<double>{}.fit(ContractHistory::of_survivors({10, 10, 10})).converged());
  CHECK_FALSE(
      ShiftedBetaGeometric<double>{}.fit(ContractHistory::of_survivors({10, 0})).converged());
  CHECK_FALSE(
      ShiftedBetaGeometric<double>{}.fit(ContractHistory::of_survivors({1, 1, 0})).converged());
  // All or none lost, one customer, one lost, at one time, at the same pace, ever faster.
  for (const auto& survivors : {std::vector<double>{10, 10, 10},
                                {10, 0},
                                {1, 0},
                                {1, 1},
                                {10, 9},
                                {10, 5},
                                {8, 4, 2},
                                {10, 10, 9},
                                {10, 9, 5}}) {
    ShiftedBetaGeometric<double> model;
    const auto& fit = model.fit(ContractHistory::of_survivors(survivors));
    CHECK_FALSE(fit.converged());
    for (Index i = 0; i < 2; ++i) CHECK((std::isfinite(fit.values[i]) && fit.values[i] > 0));
    CHECK((model.survival(3) >= 0 && model.survival(3) <= 1));
  }
  CHECK(ShiftedBetaGeometric<double>{ShiftedBetaGeometric<double>::Options{.penalizer = 0.01}}
            .fit(ContractHistory::of_survivors({8, 4, 2}))
            .converged());
  CHECK_THROWS_AS(ShiftedBetaGeometric<double>{}.fit(ContractHistory{}), DataError);
  CHECK_THROWS_AS(ShiftedBetaGeometric<double>{}.fit({.lost = {1, -1}, .kept = {0, 1}}), DataError);
  CHECK_THROWS_AS(ShiftedBetaGeometric<double>{}.fit({.lost = {1, std::nan("")}, .kept = {0, 1}}),
                  DataError);
  CHECK_THROWS_AS(ShiftedBetaGeometric<double>{}.fit({.lost = {1}, .kept = {}}), ShapeError);
  const ShiftedBetaGeometric<double> model{{.alpha = 1, .beta = 1}};
  CHECK_THROWS_AS(model.survival(-1), OptionError);
  CHECK_THROWS_AS(model.survival(0.5), OptionError);
  CHECK_THROWS_AS(model.retention(0), OptionError);
  CHECK_THROWS_AS(model.residual_lifetime(0, 0.1), OptionError);
  CHECK_THROWS_AS(model.residual_lifetime(1, -0.1), OptionError);
  CHECK_THROWS_AS(ShiftedBetaGeometric<double>{}.survival(1), NotFitted);
  CHECK_THROWS_AS(ShiftedBetaGeometric<double>({.alpha = 1, .beta = 0}), OptionError);
}

}  // namespace shifted_beta_geometric_tests
