// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/retention/bg_bb.hpp>

#include "../support/catch.hpp"
#include "../support/lifetime.hpp"

namespace bg_bb_tests {

using namespace loyal;
using testing::History;

const BGBB<double> published{
    {.alpha = 1.20352, .beta = 0.74972, .gamma = 0.65672, .delta = 2.78344}};

BGBB<double> of(const Vector<double>& v) {
  return BGBB<double>{{.alpha = v[0], .beta = v[1], .gamma = v[2], .delta = v[3]}};
}

/// Means over the chances to buy and to leave, by going through all moments of leaving.
struct BruteForce {
  double there = 0;
  double all = 0;
  double future = 0;

  BruteForce(double a, double b, double c, double d, const PurchaseRecord& past, int periods) {
    const auto [x, t_x, n] = past;
    const auto buys = [&, x_ = x](double extra, double m) {
      return testing::mean_over_beta(
          a, b, [&](double p, double q) { return std::pow(p, x_ + extra) * std::pow(q, m - x_); });
    };
    const auto stays = [&](double m, double left) {
      return testing::mean_over_beta(
          c, d, [&](double p, double q) { return std::pow(p, left) * std::pow(q, m); });
    };
    there = buys(0, n) * stays(n, 0);
    all = there;
    for (double m = t_x; m < n; ++m) all += buys(0, m) * stays(m, 1);
    for (int k = 1; k <= periods; ++k) future += buys(1, n) * stays(n + k, 0);
  }
};

TEST_CASE("BG/BB: donations, the published estimates", "[retention]") {
  const auto path = testing::cdnow_file("donations.csv");
  if (!path) return;
  const Matrix<double> table =
      testing::read_columns(*path, {"frequency", "recency", "periods", "weights"});
  History history{.frequency = table.col(0),
                  .recency = table.col(1),
                  .age = table.col(2),
                  .weight = table.col(3)};
  BGBB<double> model;
  const auto& fit = model.fit(history);
  CHECK(fit.observations == 11104);
  CHECK(fit.log_likelihood == Approx(-33225.581).margin(1e-3));
  CHECK(model.parameters().alpha == Approx(1.20352).epsilon(1e-3));
  CHECK(model.parameters().beta == Approx(0.74972).epsilon(1e-3));
  CHECK(model.parameters().gamma == Approx(0.65672).epsilon(1e-3));
  CHECK(model.parameters().delta == Approx(2.78344).epsilon(1e-3));
  testing::check_maximum(fit,
                         [&](const Vector<double>& v) { return of(v).log_likelihood(history); });
}

TEST_CASE("BG/BB: likelihood and predictions are means over customers", "[retention]") {
  Rng rng{2};
  for (int trial = 0; trial < 15; ++trial) {
    const double a = rng.uniform(0.3, 3.0);
    const double b = rng.uniform(0.3, 3.0);
    const double c = rng.uniform(0.3, 3.0);
    const double d = rng.uniform(0.3, 5.0);
    const BGBB<double> model{{.alpha = a, .beta = b, .gamma = c, .delta = d}};
    PurchaseRecord past{.age = static_cast<double>(rng.below(9))};
    if (past.age > 0 && trial % 3 != 0) {
      past.recency = 1.0 + static_cast<double>(rng.below(static_cast<std::uint64_t>(past.age)));
      past.frequency =
          1.0 + static_cast<double>(rng.below(static_cast<std::uint64_t>(past.recency)));
    }
    const BruteForce truth(a, b, c, d, past, 7);
    CHECK(model.log_likelihood(testing::history_of({past})) ==
          Approx(std::log(truth.all)).epsilon(1e-9));
    CHECK(model.probability_alive(past) == Approx(truth.there / truth.all).epsilon(1e-9));
    CHECK(model.expected_purchases(7, past) == Approx(truth.future / truth.all).epsilon(1e-9));
    double total = 0;
    double mean = 0;
    for (Index n = 0; n <= 7; ++n) {
      const double p = model.probability_of_purchases(n, 7, past);
      total += p;
      mean += static_cast<double>(n) * p;
    }
    CHECK(total == Approx(1).epsilon(1e-10));
    CHECK(mean == Approx(truth.future / truth.all).epsilon(1e-9));
  }
}

TEST_CASE("BG/BB: the paper's closed forms", "[retention]") {
  // Fader, Hardie & Shang, 2010, equation 13 with gamma != 1, for someone without a past.
  const auto [a, b, c, d] = published.parameters();
  const double periods = 12;
  const double closed = a / (a + b) * d / (c - 1) *
                        (1 - std::exp(log_gamma(c + d) - log_gamma(1 + d) +
                                      log_gamma(1 + d + periods) - log_gamma(c + d + periods)));
  CHECK(published.expected_purchases(periods) == Approx(closed).epsilon(1e-12));
  CHECK(published.probability_alive({}, 3) ==
        Approx(std::exp(log_beta(c, d + 3) - log_beta(c, d))).epsilon(1e-12));
  double discounted = 0;
  for (int k = 1; k < 3000; ++k)
    discounted +=
        (published.expected_purchases(k) - published.expected_purchases(k - 1)) * std::pow(1.1, -k);
  CHECK(published.discounted_purchases(0.1) == Approx(discounted).epsilon(1e-8));
}

TEST_CASE("BG/BB: known parameters lie in their intervals", "[retention]") {
  testing::check_recovery({1.204, 0.750, 0.657, 2.783}, 200, 180, [](Rng& rng) {
    return BGBB<double>{}.fit(
        BGBB<double>{{.alpha = 1.204, .beta = 0.750, .gamma = 0.657, .delta = 2.783}}.simulate(
            Vector<double>::Constant(2000, 10), rng));
  });
}

TEST_CASE("BG/BB: the maximum of random histories", "[retention]") {
  Rng rng{3};
  for (int trial = 0; trial < 5; ++trial) {
    const BGBB<double> truth{{.alpha = rng.uniform(0.5, 2.0),
                              .beta = rng.uniform(0.5, 2.0),
                              .gamma = rng.uniform(0.5, 2.0),
                              .delta = rng.uniform(1.0, 4.0)}};
    const History history = truth.simulate(Vector<double>::Constant(4000, 12), rng);
    testing::check_maximum(BGBB<double>{}.fit(history),
                           [&](const Vector<double>& v) { return of(v).log_likelihood(history); });
  }
}

TEST_CASE("BG/BB: no maximum, and bad input", "[retention]") {
  for (const auto& records : {std::vector<PurchaseRecord>(50, {.age = 6}),
                              {{1, 2, 3}},
                              {{0, 0, 0}},
                              std::vector<PurchaseRecord>(50, {6, 6, 6})}) {
    BGBB<double> model;
    const auto& fit = model.fit(testing::history_of(records));
    CHECK_FALSE(fit.converged());
    for (Index i = 0; i < 4; ++i) CHECK((std::isfinite(fit.values[i]) && fit.values[i] > 0));
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const PurchaseRecord& bad : {PurchaseRecord{-1, 0, 1},
                                    {nan, 1, 2},
                                    {1, nan, 2},
                                    {1, 3, 2},
                                    {0, 1, 2},
                                    {3, 2, 5},
                                    {1, 1.5, 2},
                                    {1, 1, 2.5},
                                    {1, 1, 1e7}}) {
    CHECK_THROWS_AS(BGBB<double>{}.fit(testing::history_of({{1, 1, 2}, bad})), DataError);
    CHECK_THROWS_AS(published.probability_alive(bad), DataError);
  }
  CHECK_THROWS_AS(BGBB<double>{}.fit(History{}), DataError);
  CHECK_THROWS_AS(BGBB<double>{}.parameters(), NotFitted);
  CHECK_THROWS_AS(published.expected_purchases(1.5), OptionError);
  CHECK_THROWS_AS(published.discounted_purchases(0), OptionError);
  CHECK_THROWS_AS(published.probability_of_purchases(-1, 2), OptionError);
  CHECK_THROWS_AS(BGBB<double>({.alpha = 0, .beta = 1, .gamma = 1, .delta = 1}), OptionError);
  CHECK_THROWS_AS((BGBB<double>{BGBB<double>::Options{.penalizer = nan}}), OptionError);
  CHECK(published.probability_of_purchases(3, 2) == 0);
}

}  // namespace bg_bb_tests
