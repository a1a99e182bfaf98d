// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/retention/mbg_nbd.hpp>

#include "../support/catch.hpp"
#include "../support/lifetime.hpp"

namespace mbg_nbd_tests {

using namespace loyal;
using testing::History;
using Kernel = loyal::detail::BetaGeometricKernel<1>;

const MBGNBD<double> published{{.r = 0.52484, .alpha = 6.18299, .a = 0.89136, .b = 1.614}};

TEST_CASE("MBG/NBD: CDNOW, the published estimates", "[retention]") {
  const auto history = testing::cdnow_summary();
  if (!history) return;
  MBGNBD<double> model;
  const auto& fit = model.fit(*history);
  CHECK(fit.converged());
  CHECK(fit.log_likelihood == Approx(-9582.13268).margin(1e-3));
  CHECK(model.parameters().r == Approx(0.52484).epsilon(1e-3));
  CHECK(model.parameters().alpha == Approx(6.18299).epsilon(1e-3));
  CHECK(model.parameters().a == Approx(0.89136).epsilon(1e-3));
  CHECK(model.parameters().b == Approx(1.614).epsilon(1e-3));
  testing::check_maximum(fit, [&](const Vector<double>& v) {
    return MBGNBD<double>{{.r = v[0], .alpha = v[1], .a = v[2], .b = v[3]}}.log_likelihood(
        *history);
  });
}

TEST_CASE("MBG/NBD: likelihood and predictions are means over customers", "[retention]") {
  Rng rng{2};
  for (int trial = 0; trial < 8; ++trial) {
    const double r = rng.uniform(0.2, 3.0);
    const double alpha = rng.uniform(0.5, 9.0);
    const double a = rng.uniform(0.3, 3.0);
    const double b = rng.uniform(0.3, 5.0);
    const MBGNBD<double> model{{.r = r, .alpha = alpha, .a = a, .b = b}};
    PurchaseRecord c{.age = rng.uniform(1.0, 50.0)};
    if (trial % 2 != 0) {
      c.frequency = 1.0 + static_cast<double>(rng.below(9));
      c.recency = rng.uniform(0.1, c.age);
    }
    const double x = c.frequency;
    const auto by_rate = [&](double until) {
      return testing::mean_over_gamma(
          r, alpha, [&](double l) { return std::pow(l, x) * std::exp(-l * until); });
    };
    const double there = by_rate(c.age) * testing::mean_over_beta(a, b, [&](double, double q) {
                           return std::pow(q, x + 1);
                         });
    const double left = by_rate(c.recency) * testing::mean_over_beta(a, b, [&](double p, double q) {
                          return p * std::pow(q, x);
                        });
    CHECK(model.log_likelihood(testing::history_of({c})) ==
          Approx(std::log(there + left)).epsilon(1e-9));
    CHECK(model.probability_alive(c) == Approx(there / (there + left)).epsilon(1e-9));
    const double t = rng.uniform(0.1, 60.0);
    const double future = testing::mean_over_gamma(
        r + x, alpha + c.age,
        [&](double l) {
          return testing::mean_over_beta(
              a, b + x + 1,
              [&](double p, double) { return p == 0 ? l * t : -std::expm1(-l * p * t) / p; }, 0.25);
        },
        0.25);
    CHECK(model.expected_purchases(t, c) == Approx(there / (there + left) * future).epsilon(1e-7));
  }
}

TEST_CASE("MBG/NBD: probabilities add up, derivatives are right, hard rows are finite",
          "[retention]") {
  double total = 0;
  double mean = 0;
  for (Index n = 0; n < 400; ++n) {
    const double p = published.probability_of_purchases(n, 26);
    total += p;
    mean += static_cast<double>(n) * p;
  }
  CHECK(total == Approx(1).epsilon(1e-9));
  CHECK(mean == Approx(published.expected_purchases(26)).epsilon(1e-7));
  Rng rng{6};
  for (int trial = 0; trial < 15; ++trial) {
    std::vector<PurchaseRecord> records;
    for (int i = 0; i < 20; ++i) records.push_back(testing::random_record(rng));
    const loyal::detail::PurchaseLikelihood<Kernel> likelihood(testing::history_of(records), 1);
    Vector<double> theta(4);
    for (Index i = 0; i < 4; ++i) theta[i] = rng.uniform(-1.5, 1.5);
    Vector<double> g(4);
    Matrix<double> h(4, 4);
    likelihood(theta, g, h);
    CHECK(testing::derivative_error(likelihood, theta, 1e-3 * h.cwiseAbs().maxCoeff()) < 2e-5);
  }
  for (const auto& record : testing::hard_records()) {
    CHECK(std::isfinite(published.log_likelihood(testing::history_of({record}))));
    CHECK(std::isfinite(published.expected_purchases(10, record)));
  }
}

TEST_CASE("MBG/NBD: known parameters lie in their intervals", "[retention]") {
  testing::check_recovery({0.525, 6.183, 0.891, 1.614}, 200, 180, [](Rng& rng) {
    const MBGNBD<double> truth{{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614}};
    return MBGNBD<double>{}.fit(truth.simulate(testing::random_ages(3000, 27, 77, rng), rng));
  });
}

TEST_CASE("MBG/NBD: who never came back may have left", "[retention]") {
  CHECK(published.probability_alive({.age = 0}) == Approx(1.614 / (1.614 + 0.89136)));
  CHECK(published.probability_alive({.age = 50}) < published.probability_alive({.age = 5}));
}

TEST_CASE("MBG/NBD: no maximum, and bad input", "[retention]") {
  testing::check_hopeless_and_impossible(published);
  CHECK_THROWS_AS(MBGNBD<double>{}.parameters(), NotFitted);
}

}  // namespace mbg_nbd_tests
