// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/math/hypergeometric.hpp>
#include <loyal/retention/bg_nbd.hpp>
#include <loyal/retention/customer_summary.hpp>

#include "../support/catch.hpp"
#include "../support/lifetime.hpp"

namespace bg_nbd_tests {

using namespace loyal;
using testing::History;
using Kernel = loyal::detail::BetaGeometricKernel<0>;

const BGNBD<double> published{{.r = 0.24259, .alpha = 4.41353, .a = 0.79289, .b = 2.42575}};

/// The likelihood of one customer as a mean over lambda and p.
struct BruteForce {
  double r, alpha, a, b;

  [[nodiscard]] double there(const PurchaseRecord& c) const {
    return testing::mean_over_gamma(
               r, alpha,
               [&](double l) { return std::pow(l, c.frequency) * std::exp(-l * c.age); }) *
           testing::mean_over_beta(a, b,
                                   [&](double, double q) { return std::pow(q, c.frequency); });
  }
  [[nodiscard]] double left(const PurchaseRecord& c) const {
    if (c.frequency == 0) return 0;
    return testing::mean_over_gamma(
               r, alpha,
               [&](double l) { return std::pow(l, c.frequency) * std::exp(-l * c.recency); }) *
           testing::mean_over_beta(
               a, b, [&](double p, double q) { return p * std::pow(q, c.frequency - 1); });
  }
};

TEST_CASE("BG/NBD: CDNOW, the published estimates", "[retention]") {
  const auto history = testing::cdnow_summary();
  if (!history) return;
  REQUIRE(history->size() == 2357);
  BGNBD<double> model;
  const auto& fit = model.fit(*history);
  CHECK(fit.reason == Stop::gradient_small);
  CHECK(fit.log_likelihood == Approx(-9582.42556).margin(1e-3));
  CHECK(model.parameters().r == Approx(0.24259).epsilon(1e-3));
  CHECK(model.parameters().alpha == Approx(4.41353).epsilon(1e-3));
  CHECK(model.parameters().a == Approx(0.79289).epsilon(1e-3));
  CHECK(model.parameters().b == Approx(2.42575).epsilon(1e-3));
  const PurchaseRecord customer{.frequency = 2, .recency = 30.43, .age = 38.86};
  CHECK(model.expected_purchases(39, customer) == Approx(1.225910).epsilon(1e-3));
  CHECK(model.probability_alive(customer) == Approx(0.726609).epsilon(1e-3));
  CHECK(model.log_likelihood(*history) == Approx(fit.log_likelihood).epsilon(1e-12));
  testing::check_maximum(fit, [&](const Vector<double>& v) {
    return BGNBD<double>{{.r = v[0], .alpha = v[1], .a = v[2], .b = v[3]}}.log_likelihood(*history);
  });
  // The unit of time does not matter.
  History days = *history;
  days.recency *= 7;
  days.age *= 7;
  const auto in_days = BGNBD<double>{}.fit(days);
  CHECK(in_days.values[0] == Approx(fit.values[0]).epsilon(1e-7));
  CHECK(in_days.values[1] == Approx(7 * fit.values[1]).epsilon(1e-7));
  CHECK(in_days.standard_errors()[1] == Approx(7 * fit.standard_errors()[1]).epsilon(1e-6));
}

TEST_CASE("BG/NBD: CDNOW from the purchase log, and its holdout", "[retention]") {
  const auto log = testing::cdnow_sample();
  if (!log) return;
  const auto split =
      calibration_holdout<double>(log->before(to_time({.year = 1997, .month = 10, .day = 1})),
                                  log->before(log->last_time() + 1));
  REQUIRE(split.calibration.size() == 2357);
  CHECK(split.duration == 39);
  BGNBD<double> model;
  const auto& fit = model.fit(split.calibration.history);
  CHECK(fit.log_likelihood == Approx(-9582.42921).margin(1e-3));
  CHECK(fit.values[0] == Approx(0.242595).epsilon(1e-3));
  CHECK(fit.values[1] == Approx(4.413602).epsilon(1e-3));
  CHECK(fit.values[2] == Approx(0.792920).epsilon(1e-3));
  CHECK(fit.values[3] == Approx(2.425888).epsilon(1e-3));
  const Vector<double> error =
      model.expected_purchases(split.duration, split.calibration.history) - split.holdout_frequency;
  CHECK(error.cwiseAbs().mean() == Approx(0.78545).epsilon(1e-4));
  CHECK(std::sqrt(error.squaredNorm() / 2357) == Approx(1.60798).epsilon(1e-4));
}

TEST_CASE("BG/NBD: likelihood and predictions are means over customers", "[retention]") {
  Rng rng{2};
  for (int trial = 0; trial < 12; ++trial) {
    const BruteForce truth{rng.uniform(0.2, 3.0), rng.uniform(0.5, 9.0), rng.uniform(0.3, 3.0),
                           rng.uniform(0.3, 5.0)};
    const BGNBD<double> model{{.r = truth.r, .alpha = truth.alpha, .a = truth.a, .b = truth.b}};
    PurchaseRecord c{.age = rng.uniform(1.0, 50.0)};
    if (trial % 3 != 0) {
      c.frequency = 1.0 + static_cast<double>(rng.below(9));
      c.recency = rng.uniform(0.1, c.age);
    }
    INFO(truth.r << ' ' << truth.alpha << ' ' << truth.a << ' ' << truth.b << " x " << c.frequency);
    const double there = truth.there(c);
    const double all = there + truth.left(c);
    CHECK(model.log_likelihood(testing::history_of({c})) == Approx(std::log(all)).epsilon(1e-9));
    CHECK(model.probability_alive(c) == Approx(there / all).epsilon(1e-9));
    const double t = rng.uniform(0.1, 60.0);
    const double future = testing::mean_over_gamma(
        truth.r + c.frequency, truth.alpha + c.age,
        [&](double l) {
          return testing::mean_over_beta(
              truth.a, truth.b + c.frequency,
              [&](double p, double) { return p == 0 ? l * t : -std::expm1(-l * p * t) / p; }, 0.25);
        },
        0.25);
    CHECK(model.expected_purchases(t, c) == Approx(there / all * future).epsilon(1e-7));
  }
}

TEST_CASE("BG/NBD: the expectation is the closed form with 2F1, also near its poles",
          "[retention]") {
  const auto closed = [](double r, double alpha, double a, double b, double t) {
    return (a + b - 1) / (a - 1) *
           (1 - std::pow(alpha / (alpha + t), r) *
                    hypergeometric_2f1(r, b, a + b - 1, t / (alpha + t)));
  };
  Rng rng{4};
  for (int trial = 0; trial < 300; ++trial) {
    const double r = rng.uniform(0.1, 20.0);
    const double alpha = rng.uniform(0.5, 60.0);
    const double a = rng.bernoulli(0.5) ? rng.uniform(1.1, 4.0) : rng.uniform(0.2, 0.9);
    const double b = rng.uniform(1.0, 20.0);
    const double t = std::exp(rng.uniform(-3.0, 5.0));
    INFO(r << ' ' << alpha << ' ' << a << ' ' << b << ' ' << t);
    REQUIRE(Kernel::expected({r, alpha, a, b}, t) ==
            Approx(closed(r, alpha, a, b, t)).epsilon(1e-8));
  }
  // Through a = 1 and a + b = 1 it goes smoothly.
  for (const double a : {1 - 1e-9, 1.0, 1 + 1e-9})
    CHECK(Kernel::expected({0.5, 4, a, 2}, 30) ==
          Approx((closed(0.5, 4, 0.999, 2, 30) + closed(0.5, 4, 1.001, 2, 30)) / 2).epsilon(1e-6));
  CHECK(Kernel::expected({0.5, 4, 0.4, 0.6}, 30) ==
        Approx((Kernel::expected({0.5, 4, 0.4, 0.6001}, 30) +
                Kernel::expected({0.5, 4, 0.4, 0.5999}, 30)) /
               2)
            .epsilon(1e-6));
  // Nobody leaves: r / alpha t.
  CHECK(Kernel::expected({2, 5, 1e-9, 1}, 3) == Approx(1.2).epsilon(1e-6));
  CHECK(published.expected_purchases(0) == 0);
}

TEST_CASE("BG/NBD: probabilities of purchases add up to 1 and to the expectation", "[retention]") {
  for (const PurchaseRecord& c :
       {PurchaseRecord{}, {.age = 20}, {.frequency = 3, .recency = 9, .age = 20}}) {
    double total = 0;
    double mean = 0;
    for (Index n = 0; n < 400; ++n) {
      const double p = published.probability_of_purchases(n, 26, c);
      REQUIRE(p >= 0);
      total += p;
      mean += static_cast<double>(n) * p;
    }
    CHECK(total == Approx(1).epsilon(1e-9));
    CHECK(mean == Approx(published.expected_purchases(26, c)).epsilon(1e-7));
  }
  CHECK(published.probability_of_purchases(0, 0) == 1);
  CHECK(published.probability_of_purchases(1, 0) == 0);
}

TEST_CASE("BG/NBD: derivatives, also of covariates, and the hard rows", "[retention]") {
  Rng rng{6};
  for (int trial = 0; trial < 30; ++trial) {
    std::vector<PurchaseRecord> records = testing::hard_records();
    for (int i = 0; i < 20; ++i) records.push_back(testing::random_record(rng));
    if (trial % 2 == 0) records.erase(records.begin(), records.begin() + 10);
    History history = testing::history_of(records);
    history.weight = testing::random_ages(history.size(), 0, 3, rng);
    const Index rates = trial % 3;
    const Index dropouts = trial % 4 == 0 ? 0 : 2;
    history.rate_covariates = Matrix<double>::Zero(history.size(), rates);
    history.dropout_covariates = Matrix<double>::Zero(history.size(), dropouts);
    for (auto* z : {&history.rate_covariates, &history.dropout_covariates})
      for (Index i = 0; i < z->size(); ++i) z->data()[i] = rng.normal();
    const loyal::detail::PurchaseLikelihood<Kernel> likelihood(history, 1);
    Vector<double> theta(4 + rates + dropouts);
    for (Index i = 0; i < theta.size(); ++i) theta[i] = rng.uniform(-1.5, 1.5) * (i < 4 ? 1 : 0.3);
    Vector<double> g(theta.size());
    Matrix<double> h(theta.size(), theta.size());
    REQUIRE(std::isfinite(likelihood(theta, g, h)));
    CHECK(testing::derivative_error(likelihood, theta, 1e-3 * h.cwiseAbs().maxCoeff()) < 2e-5);
  }
  for (const auto& record : testing::hard_records()) {
    INFO(record.frequency << ' ' << record.recency << ' ' << record.age);
    CHECK(std::isfinite(published.log_likelihood(testing::history_of({record}))));
    const double alive = published.probability_alive(record);
    CHECK((alive >= 0 && alive <= 1));
    const double expected = published.expected_purchases(10, record);
    CHECK((std::isfinite(expected) && expected >= 0));
  }
}

TEST_CASE("BG/NBD: known parameters lie in their intervals", "[retention]") {
  testing::check_recovery({0.243, 4.414, 0.793, 2.426}, 200, 180, [](Rng& rng) {
    const BGNBD<double> truth{{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426}};
    return BGNBD<double>{}.fit(truth.simulate(testing::random_ages(3000, 27, 77, rng), rng));
  });
}

TEST_CASE("BG/NBD: coefficients of covariates", "[retention]") {
  Rng rng{9};
  const Index n = 8000;
  History history = testing::history_of(std::vector<PurchaseRecord>(static_cast<std::size_t>(n)));
  history.rate_covariates = Matrix<double>(n, 1);
  history.dropout_covariates = Matrix<double>(n, 1);
  for (Index i = 0; i < n; ++i) {
    const double z = rng.bernoulli(0.5) ? 1 : 0;
    const double w = rng.normal();
    // alpha exp(-0.7 z), a exp(0.5 w), b exp(0.5 w).
    const BGNBD<double> own{{.r = 0.6,
                             .alpha = 6 * std::exp(-0.7 * z),
                             .a = 0.8 * std::exp(0.5 * w),
                             .b = 2.5 * std::exp(0.5 * w)}};
    const auto drawn = own.simulate({60}, rng);
    history.frequency[i] = drawn.frequency[0];
    history.recency[i] = drawn.recency[0];
    history.age[i] = 60;
    history.rate_covariates(i, 0) = z;
    history.dropout_covariates(i, 0) = w;
  }
  BGNBD<double> model;
  const auto& fit = model.fit(history);
  REQUIRE(fit.converged());
  CHECK(fit.names == std::vector<std::string>{"r", "alpha", "a", "b", "rate_0", "dropout_0"});
  const double truth[]{0.6, 6, 0.8, 2.5, 0.7, 0.5};
  for (Index i = 0; i < 6; ++i) {
    const auto interval = fit.interval(i, 0.999);
    INFO(fit.names[static_cast<std::size_t>(i)] << ' ' << interval.low << ' ' << interval.high);
    CHECK((interval.low < truth[i] && truth[i] < interval.high));
  }
  CHECK(model.log_likelihood(history) == Approx(fit.log_likelihood).epsilon(1e-12));
  // A customer's own model predicts what the whole history does for its row.
  const auto all = model.expected_purchases(10, history);
  for (const Index i : {Index{0}, Index{17}}) {
    const auto own =
        model.with_covariates({history.rate_covariates(i, 0)}, {history.dropout_covariates(i, 0)});
    CHECK(own.expected_purchases(10, history.record(i)) == Approx(all[i]).epsilon(1e-12));
  }
  CHECK_THROWS_AS(model.with_covariates({}, {1}), ShapeError);
  History bare = history;
  bare.rate_covariates.resize(n, 0);
  CHECK_THROWS_AS(model.expected_purchases(10, bare), ShapeError);
}

TEST_CASE("BG/NBD: weights stand for customers, float and threads change nothing", "[retention]") {
  Rng rng{11};
  const BGNBD<double> truth{{.r = 0.5, .alpha = 5, .a = 0.9, .b = 3}};
  const History once = truth.simulate(testing::random_ages(1500, 20, 40, rng), rng);
  History twice = once;
  twice.weight = Vector<double>::Constant(once.size(), 2);
  const auto single = BGNBD<double>{}.fit(once);
  const auto doubled = BGNBD<double>{}.fit(twice);
  CHECK(doubled.log_likelihood == Approx(2 * single.log_likelihood).epsilon(1e-12));
  CHECK(doubled.values[3] == Approx(single.values[3]).epsilon(1e-6));
  CHECK(doubled.covariance(1, 1) == Approx(single.covariance(1, 1) / 2).epsilon(1e-6));

  PurchaseHistory<float> narrow{.frequency = once.frequency.cast<float>(),
                                .recency = once.recency.cast<float>(),
                                .age = once.age.cast<float>()};
  BGNBD<float> model;
  CHECK(model.fit(narrow).values[0] == Approx(single.values[0]).epsilon(1e-4));
  CHECK(model.probability_alive(narrow).size() == once.size());

  const auto one = BGNBD<double>{PurchaseModelOptions{.threads = 1}}.fit(once);
  const auto four = BGNBD<double>{PurchaseModelOptions{.threads = 4}}.fit(once);
  CHECK(one.values == four.values);
  CHECK(one.log_likelihood == four.log_likelihood);

  const auto shrunk = BGNBD<double>{PurchaseModelOptions{.penalizer = 0.1}}.fit(once);
  CHECK(shrunk.converged());
  CHECK(shrunk.values.norm() < single.values.norm());
  CHECK(shrunk.log_likelihood < single.log_likelihood);
}

TEST_CASE("BG/NBD: no maximum, and bad input", "[retention]") {
  testing::check_hopeless_and_impossible(published);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  BGNBD<double> model;
  CHECK_THROWS_WITH(model.fit(testing::history_of({{1, 1, 2}, {1, 3, 2}})),
                    ContainsSubstring("recency[1] is 3"));
  History history = testing::history_of({{1, 1, 2}, {2, 1, 2}});
  history.weight = Vector<double>::Zero(2);
  CHECK_THROWS_AS(model.fit(history), DataError);
  history.weight = Vector<double>::Constant(1, 1);
  CHECK_THROWS_AS(model.fit(history), ShapeError);
  history.weight = {};
  history.recency.resize(1);
  CHECK_THROWS_AS(model.fit(history), ShapeError);
  CHECK_THROWS_AS(model.parameters(), NotFitted);
  CHECK_THROWS_AS(model.probability_alive(PurchaseRecord{}), NotFitted);
  CHECK_THROWS_AS(published.expected_purchases(-1), DataError);
  CHECK_THROWS_AS(published.expected_purchases(nan), DataError);
  CHECK_THROWS_AS(published.probability_of_purchases(-1, 1), DataError);
  CHECK_THROWS_AS(BGNBD<double>({.r = 0, .alpha = 1, .a = 1, .b = 1}), OptionError);
  CHECK_THROWS_AS(BGNBD<double>(PurchaseModelOptions{.penalizer = -1}), OptionError);
  CHECK_THROWS_AS(BGNBD<double>(PurchaseModelOptions{.max_iterations = 0}), OptionError);
}

}  // namespace bg_nbd_tests
