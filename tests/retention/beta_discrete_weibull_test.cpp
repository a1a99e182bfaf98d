// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/retention/beta_discrete_weibull.hpp>
#include <loyal/retention/shifted_beta_geometric.hpp>

#include "../support/catch.hpp"
#include "../support/lifetime.hpp"

namespace beta_discrete_weibull_tests {

using namespace loyal;

const auto high_end = ContractHistory::of_survivors({1000, 869, 743, 653, 593, 551, 517, 491});
const auto regular = ContractHistory::of_survivors({1000, 631, 468, 382, 326, 289, 262, 241});

BetaDiscreteWeibull<double> of(const Vector<double>& v) {
  return BetaDiscreteWeibull<double>{{.gamma = v[0], .delta = v[1], .c = v[2]}};
}

TEST_CASE("BdW: with c = 1 it is the sBG, and it fits at least as well", "[retention]") {
  const BetaDiscreteWeibull<double> model{{.gamma = 0.7, .delta = 1.2, .c = 1}};
  const ShiftedBetaGeometric<double> geometric{{.alpha = 0.7, .beta = 1.2}};
  for (int t = 0; t < 15; ++t)
    CHECK(model.survival(t) == Approx(geometric.survival(t)).epsilon(1e-12));
  CHECK(model.retention(3) == Approx(geometric.retention(3)).epsilon(1e-12));
  CHECK(model.residual_lifetime(2, 0.1) ==
        Approx(geometric.residual_lifetime(2, 0.1)).epsilon(1e-10));
  CHECK(model.log_likelihood(regular) == Approx(geometric.log_likelihood(regular)).epsilon(1e-12));
  for (const auto* history : {&high_end, &regular}) {
    const auto fit = BetaDiscreteWeibull<double>{}.fit(*history);
    CHECK(fit.log_likelihood > ShiftedBetaGeometric<double>{}.fit(*history).log_likelihood);
    testing::check_maximum(fit,
                           [&](const Vector<double>& v) { return of(v).log_likelihood(*history); });
  }
}

TEST_CASE("BdW: survival is a mean over customers", "[retention]") {
  Rng rng{3};
  for (int trial = 0; trial < 10; ++trial) {
    const double gamma = rng.uniform(0.3, 3.0);
    const double delta = rng.uniform(0.3, 5.0);
    const double c = rng.uniform(0.4, 2.0);
    const BetaDiscreteWeibull<double> model{{.gamma = gamma, .delta = delta, .c = c}};
    for (int t = 1; t < 10; ++t)
      CHECK(model.survival(t) ==
            Approx(testing::mean_over_beta(gamma, delta, [&](double, double q) {
              return std::pow(q, std::pow(t, c));
            })).epsilon(1e-9));
    // The maximum of a history drawn from it.
    const auto history = model.simulate(20000, 10, rng);
    const auto fit = BetaDiscreteWeibull<double>{}.fit(history);
    if (fit.converged())
      testing::check_maximum(
          fit, [&](const Vector<double>& v) { return of(v).log_likelihood(history); });
  }
}

TEST_CASE("BdW: known parameters lie in their intervals", "[retention]") {
  testing::check_recovery({0.8, 2, 1.4}, 100, 89, [](Rng& rng) {
    const BetaDiscreteWeibull<double> truth{{.gamma = 0.8, .delta = 2, .c = 1.4}};
    return BetaDiscreteWeibull<double>{}.fit(truth.simulate(20000, 12, rng));
  });
}

TEST_CASE("BdW: no maximum, and bad input", "[retention]") {
  CHECK_FALSE(
      BetaDiscreteWeibull<double>{}.fit(ContractHistory::of_survivors({10, 10, 10})).converged());
  CHECK_FALSE(
      BetaDiscreteWeibull<double>{}.fit(ContractHistory::of_survivors({10, 5})).converged());
  for (const auto& survivors :
       {std::vector<double>{10, 10, 10}, {10, 0}, {1, 0}, {1, 1}, {10, 9}, {10, 10, 9}}) {
    BetaDiscreteWeibull<double> model;
    const auto& fit = model.fit(ContractHistory::of_survivors(survivors));
    CHECK_FALSE(fit.converged());
    for (Index i = 0; i < 3; ++i) CHECK((std::isfinite(fit.values[i]) && fit.values[i] > 0));
    CHECK((model.survival(3) >= 0 && model.survival(3) <= 1));
  }
  CHECK_THROWS_AS(BetaDiscreteWeibull<double>{}.fit(ContractHistory{}), DataError);
  CHECK_THROWS_AS(BetaDiscreteWeibull<double>{}.fit({.lost = {1, -1}, .kept = {0, 1}}), DataError);
  const BetaDiscreteWeibull<double> model{{.gamma = 1, .delta = 1, .c = 1}};
  CHECK_THROWS_AS(model.survival(0.5), OptionError);
  CHECK_THROWS_AS(model.retention(0), OptionError);
  CHECK_THROWS_AS(model.residual_lifetime(1, 0), OptionError);
  CHECK_THROWS_AS(BetaDiscreteWeibull<double>{}.survival(1), NotFitted);
  CHECK_THROWS_AS(BetaDiscreteWeibull<double>({.gamma = 1, .delta = 1, .c = -1}), OptionError);
}

}  // namespace beta_discrete_weibull_tests
