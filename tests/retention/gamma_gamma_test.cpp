// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/retention/customer_summary.hpp>
#include <loyal/retention/gamma_gamma.hpp>

#include "../support/catch.hpp"
#include "../support/lifetime.hpp"

namespace gamma_gamma_tests {

using namespace loyal;

struct Spending {
  std::vector<double> frequency;
  std::vector<double> monetary;
};

Spending random_spending(const GammaGamma<double>& truth, Index n, Rng& rng) {
  Spending spending;
  for (Index i = 0; i < n; ++i)
    spending.frequency.push_back(1.0 + static_cast<double>(rng.below(6)));
  const auto means = truth.simulate(spending.frequency, rng);
  spending.monetary.assign(means.begin(), means.end());
  return spending;
}

GammaGamma<double> of(const Vector<double>& v) {
  return GammaGamma<double>{{.p = v[0], .q = v[1], .v = v[2]}};
}

TEST_CASE("Gamma-Gamma: CDNOW, the published estimates", "[retention]") {
  const auto log = testing::cdnow_sample();
  if (!log) return;
  const auto summary =
      summarize_customers<double>(log->before(to_time({.year = 1997, .month = 10, .day = 1})));
  Spending spending;
  for (Index i = 0; i < summary.size(); ++i)
    if (summary.monetary[i] > 0) {
      spending.frequency.push_back(summary.history.frequency[i]);
      // The table that these estimates were made of has cents, with halves rounded up.
      spending.monetary.push_back(std::floor(summary.monetary[i] * 100 + 0.5 + 1e-7) / 100);
    }
  REQUIRE(spending.frequency.size() == 946);
  GammaGamma<double> model;
  const auto& fit = model.fit(spending.frequency, spending.monetary);
  CHECK(fit.log_likelihood == Approx(-4055.9232).margin(1e-3));
  CHECK(model.parameters().p == Approx(6.2488).epsilon(1e-3));
  CHECK(model.parameters().q == Approx(3.74459).epsilon(1e-3));
  CHECK(model.parameters().v == Approx(15.44775).epsilon(1e-3));
  testing::check_maximum(fit, [&](const Vector<double>& v) {
    return of(v).log_likelihood(spending.frequency, spending.monetary);
  });
  CHECK(model.mean_amount() == Approx(35.17).epsilon(1e-3));
}

TEST_CASE("Gamma-Gamma: the density is a mean over rates, the expectation its quotient",
          "[retention]") {
  Rng rng{2};
  for (int trial = 0; trial < 30; ++trial) {
    const double p = rng.uniform(0.3, 8.0);
    const double q = rng.uniform(1.1, 6.0);
    const double v = rng.uniform(1.0, 30.0);
    const double x = 1.0 + static_cast<double>(rng.below(8));
    const double m = std::exp(rng.uniform(-1.0, 5.0));
    const GammaGamma<double> model{{.p = p, .q = q, .v = v}};
    // The mean of x amounts is Gamma(p x, nu x).
    const auto density = [&](double nu) {
      return std::exp(p * x * std::log(nu * x) - log_gamma(p * x) + (p * x - 1) * std::log(m) -
                      nu * x * m);
    };
    const double all = testing::mean_over_gamma(q, v, density);
    const double amount =
        testing::mean_over_gamma(q, v, [&](double nu) { return density(nu) * p / nu; });
    INFO(p << ' ' << q << ' ' << v << ' ' << x << ' ' << m);
    CHECK(model.log_likelihood({x}, {m}) == Approx(std::log(all)).epsilon(1e-9));
    CHECK(model.expected_amount(x, m) == Approx(amount / all).epsilon(1e-9));
    CHECK(model.expected_amount(0, 0) == Approx(p * v / (q - 1)));
  }
}

TEST_CASE("Gamma-Gamma: known parameters lie in their intervals", "[retention]") {
  const GammaGamma<double> truth{{.p = 6.25, .q = 3.74, .v = 15.4}};
  testing::check_recovery({6.25, 3.74, 15.4}, 200, 180, [&](Rng& rng) {
    const auto spending = random_spending(truth, 1500, rng);
    return GammaGamma<double>{}.fit(spending.frequency, spending.monetary);
  });
}

TEST_CASE("Gamma-Gamma: weights, units of money, customers without purchases", "[retention]") {
  Rng rng{4};
  const auto spending = random_spending(GammaGamma<double>{{.p = 3, .q = 3, .v = 20}}, 800, rng);
  const auto fit = GammaGamma<double>{}.fit(spending.frequency, spending.monetary);
  testing::check_maximum(fit, [&](const Vector<double>& v) {
    return of(v).log_likelihood(spending.frequency, spending.monetary);
  });
  Spending cents = spending;
  for (double& m : cents.monetary) m *= 100;
  const auto in_cents = GammaGamma<double>{}.fit(cents.frequency, cents.monetary);
  CHECK(in_cents.values[0] == Approx(fit.values[0]).epsilon(1e-6));
  CHECK(in_cents.values[2] == Approx(100 * fit.values[2]).epsilon(1e-6));

  Spending more = spending;
  more.frequency.push_back(0);
  more.monetary.push_back(0);
  CHECK(GammaGamma<double>{}.fit(more.frequency, more.monetary).values == fit.values);

  const std::vector<double> twice(spending.frequency.size(), 2.0);
  const auto doubled = GammaGamma<double>{}.fit(spending.frequency, spending.monetary, twice);
  CHECK(doubled.log_likelihood == Approx(2 * fit.log_likelihood).epsilon(1e-12));
  CHECK(doubled.covariance(0, 0) == Approx(fit.covariance(0, 0) / 2).epsilon(1e-5));
  const auto shrunk = GammaGamma<double>{GammaGamma<double>::Options{.penalizer = 0.01}}.fit(
      spending.frequency, spending.monetary);
  CHECK(shrunk.converged());
  CHECK(shrunk.values.norm() < fit.values.norm());
}

TEST_CASE("Gamma-Gamma: no maximum, no mean, and bad input", "[retention]") {
  const std::vector<double> same(40, 25.0);
  const std::vector<double> three(40, 3.0);
  CHECK_FALSE(GammaGamma<double>{}.fit(three, same).converged());
  CHECK_FALSE(GammaGamma<double>{}.fit({2}, {10}).converged());
  std::vector<double> two_prices(40, 10.0);  // ties everywhere: nothing tells p from q
  std::fill(two_prices.begin(), two_prices.begin() + 20, 20.0);
  for (const double x : {1.0, 3.0}) {
    GammaGamma<double> tied;
    const auto& fit = tied.fit(std::vector<double>(40, x), two_prices);
    for (Index i = 0; i < 3; ++i) CHECK((std::isfinite(fit.values[i]) && fit.values[i] > 0));
    if (fit.converged()) CHECK(tied.mean_amount() == Approx(15).epsilon(0.05));
  }
  const GammaGamma<double> heavy{{.p = 0.2, .q = 0.5, .v = 10}};
  CHECK(std::isinf(heavy.mean_amount()));
  CHECK(std::isinf(heavy.expected_amount(1, 5)));
  CHECK(std::isfinite(heavy.expected_amount(9, 5)));

  const double nan = std::numeric_limits<double>::quiet_NaN();
  GammaGamma<double> model;
  CHECK_THROWS_WITH(model.fit({1, 2}, {10, 0}), ContainsSubstring("monetary[1] is 0"));
  for (const double bad : {0.0, -1.0, nan, std::numeric_limits<double>::infinity()})
    CHECK_THROWS_AS(model.fit({1, 2}, {10, bad}), DataError);
  for (const double bad : {-1.0, 1.5, nan})
    CHECK_THROWS_AS(model.fit({1, bad}, {10, 10}), DataError);
  CHECK_THROWS_AS(model.fit({}, {}), DataError);
  CHECK_THROWS_AS(model.fit({0, 0}, {0, 0}), DataError);
  CHECK_THROWS_AS(model.fit({1, 2}, {10}), ShapeError);
  CHECK_THROWS_AS(model.fit({1, 2}, {10, 10}, {1}), ShapeError);
  CHECK_THROWS_AS(model.fit({1, 2}, {10, 10}, {1, -1}), DataError);
  CHECK_THROWS_AS(model.mean_amount(), NotFitted);
  CHECK_THROWS_AS(GammaGamma<double>({.p = 1, .q = 1, .v = 0}), OptionError);
}

}  // namespace gamma_gamma_tests
