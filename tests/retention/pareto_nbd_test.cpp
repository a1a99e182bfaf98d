// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/math/hypergeometric.hpp>
#include <loyal/retention/customer_summary.hpp>
#include <loyal/retention/pareto_nbd.hpp>

#include "../support/catch.hpp"
#include "../support/lifetime.hpp"

namespace pareto_nbd_tests {

using namespace loyal;
using testing::History;
using Kernel = loyal::detail::ParetoKernel;

const ParetoNBD<double> published{{.r = 0.55329, .alpha = 10.57789, .s = 0.6062, .beta = 11.6671}};

/// Means over lambda and mu: of the likelihood of a past, of its part that is still there, and of what that part
/// buys in the next t, forever with a discount.
struct BruteForce {
  double all = 0;
  double there = 0;
  double future = 0;
  double discounted = 0;

  BruteForce(double r, double alpha, double s, double beta, const PurchaseRecord& c, double t,
             double rate) {
    const double step = 0.1;
    const double start = -30 / std::min({1.0, r, s});
    const double front = r * std::log(alpha) - log_gamma(r) + s * std::log(beta) - log_gamma(s);
    for (double u = start; u < 5; u += step)
      for (double w = start; w < 5; w += step) {
        const double l = std::exp(u);
        const double m = std::exp(w);
        const double weight =
            step * step * std::exp(front + (r + c.frequency) * u + s * w - alpha * l - beta * m);
        const double alive = std::exp(-(l + m) * c.age);
        all += weight * (m / (l + m) * std::exp(-(l + m) * c.recency) + l / (l + m) * alive);
        there += weight * alive;
        future += weight * alive * l * -std::expm1(-m * t) / m;
        discounted += weight * alive * l / (m + rate);
      }
  }
};

TEST_CASE("Pareto/NBD: CDNOW, the published estimates and the holdout", "[retention]") {
  const auto history = testing::cdnow_summary();
  if (!history) return;
  ParetoNBD<double> model;
  const auto& fit = model.fit(*history);
  CHECK(fit.reason == Stop::gradient_small);
  CHECK(fit.log_likelihood == Approx(-9594.9739).margin(1e-3));
  CHECK(model.parameters().r == Approx(0.55329).epsilon(1e-3));
  CHECK(model.parameters().alpha == Approx(10.57789).epsilon(1e-3));
  CHECK(model.parameters().s == Approx(0.6062).epsilon(1e-3));
  CHECK(model.parameters().beta == Approx(11.6671).epsilon(1e-3));
  const PurchaseRecord customer{.frequency = 2, .recency = 30.43, .age = 38.86};
  CHECK(model.expected_purchases(39, customer) == Approx(1.455116).epsilon(1e-4));
  CHECK(model.probability_alive(customer) == Approx(0.869119).epsilon(1e-4));
  testing::check_maximum(fit, [&](const Vector<double>& v) {
    return ParetoNBD<double>{{.r = v[0], .alpha = v[1], .s = v[2], .beta = v[3]}}.log_likelihood(
        *history);
  });

  const auto log = testing::cdnow_sample();
  const auto split =
      calibration_holdout<double>(log->before(to_time({.year = 1997, .month = 10, .day = 1})),
                                  log->before(log->last_time() + 1));
  model.fit(split.calibration.history);
  const Vector<double> error =
      model.expected_purchases(split.duration, split.calibration.history) - split.holdout_frequency;
  CHECK(error.cwiseAbs().mean() == Approx(0.75455).epsilon(1e-4));
  CHECK(std::sqrt(error.squaredNorm() / 2357) == Approx(1.60285).epsilon(1e-4));
}

TEST_CASE("Pareto/NBD: likelihood and predictions are means over customers", "[retention]") {
  Rng rng{2};
  for (int trial = 0; trial < 6; ++trial) {
    const double r = rng.uniform(0.4, 3.0);
    const double alpha = rng.uniform(0.5, 15.0);
    const double s = rng.uniform(0.4, 3.0);
    const double beta = rng.uniform(0.5, 15.0);
    const double t = rng.uniform(0.1, 60.0);
    const double rate = rng.uniform(0.01, 0.3);
    PurchaseRecord c{.age = rng.uniform(1.0, 50.0)};
    if (trial % 3 != 0) {
      c.frequency = 1.0 + static_cast<double>(rng.below(9));
      c.recency = rng.uniform(0.1, c.age);
    }
    INFO(r << ' ' << alpha << ' ' << s << ' ' << beta << " x " << c.frequency);
    const BruteForce truth(r, alpha, s, beta, c, t, rate);
    const ParetoNBD<double> model{{.r = r, .alpha = alpha, .s = s, .beta = beta}};
    CHECK(model.log_likelihood(testing::history_of({c})) ==
          Approx(std::log(truth.all)).epsilon(1e-8));
    CHECK(model.probability_alive(c) == Approx(truth.there / truth.all).epsilon(1e-8));
    CHECK(model.expected_purchases(t, c) == Approx(truth.future / truth.all).epsilon(1e-8));
    CHECK(model.discounted_purchases(rate, c) ==
          Approx(truth.discounted / truth.all).epsilon(1e-8));
  }
}

TEST_CASE("Pareto/NBD: the likelihood in its form with 2F1", "[retention]") {
  // Fader & Hardie, "A note on deriving the Pareto/NBD model", 2005, equations 19 to 22.
  Rng rng{4};
  for (int trial = 0; trial < 400; ++trial) {
    const double r = rng.uniform(0.1, 4.0);
    const double s = rng.uniform(0.1, 4.0);
    const double alpha = std::exp(rng.uniform(-2.0, 4.0));
    const double beta = std::exp(rng.uniform(-2.0, 4.0));
    PurchaseRecord c = testing::random_record(rng);
    c.frequency = std::min(c.frequency, 30.0);
    const auto [x, t_x, age] = c;
    const double sum = r + s + x;
    const double far = std::max(alpha, beta);
    const double gap = std::abs(alpha - beta);
    const double second = alpha >= beta ? s + 1 : r + x;
    const auto part = [&](double y) {
      return std::pow(far + y, -sum) * hypergeometric_2f1(sum, second, sum + 1, gap / (far + y));
    };
    const double there = std::pow(alpha + age, -r - x) * std::pow(beta + age, -s);
    const double a0 = s / sum * (part(t_x) - part(age));
    if (!(a0 > 1e-3 * there)) continue;  // the difference has lost its digits
    const double wanted = detail::log_rising(r, x).value + r * std::log(alpha) +
                          s * std::log(beta) + std::log(there + a0);
    const ParetoNBD<double> model{{.r = r, .alpha = alpha, .s = s, .beta = beta}};
    INFO(r << ' ' << alpha << ' ' << s << ' ' << beta << " x " << x << ' ' << t_x << ' ' << age);
    REQUIRE(model.log_likelihood(testing::history_of({c})) ==
            Approx(wanted).epsilon(1e-8).margin(1e-8));
  }
}

TEST_CASE("Pareto/NBD: probabilities of purchases add up to 1 and to the expectation",
          "[retention]") {
  for (const PurchaseRecord& c :
       {PurchaseRecord{}, {.age = 20}, {.frequency = 3, .recency = 9, .age = 20}}) {
    double total = 0;
    double mean = 0;
    for (Index n = 0; n < 150; ++n) {
      const double p = published.probability_of_purchases(n, 26, c);
      REQUIRE(p >= 0);
      total += p;
      mean += static_cast<double>(n) * p;
    }
    CHECK(total == Approx(1).epsilon(1e-8));
    CHECK(mean == Approx(published.expected_purchases(26, c)).epsilon(1e-6));
  }
  CHECK(published.probability_of_purchases(0, 0) == 1);
}

TEST_CASE("Pareto/NBD: the expectation goes through s = 1, and its discount towards none",
          "[retention]") {
  const auto with = [](double s) {
    return ParetoNBD<double>{{.r = 0.5, .alpha = 10, .s = s, .beta = 12}}.expected_purchases(
        30, {.age = 5});
  };
  CHECK(with(1) == Approx((with(0.999) + with(1.001)) / 2).epsilon(1e-6));
  CHECK(with(1 + 1e-10) == Approx(with(1)).epsilon(1e-8));
  const ParetoNBD<double> leaving{{.r = 0.5, .alpha = 10, .s = 3, .beta = 12}};
  CHECK(leaving.discounted_purchases(1e-7, {.age = 5}) ==
        Approx(leaving.expected_purchases(1e7, {.age = 5})).epsilon(1e-4));
  CHECK_THROWS_AS(leaving.discounted_purchases(0), OptionError);
}

TEST_CASE("Pareto/NBD: derivatives, also of covariates, and the hard rows", "[retention]") {
  Rng rng{6};
  for (int trial = 0; trial < 24; ++trial) {
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
    // Where numbers are extreme, the differences themselves lose digits.
    CHECK(testing::derivative_error(likelihood, theta, 1e-3 * h.cwiseAbs().maxCoeff()) <
          (trial % 2 == 0 ? 2e-5 : 2e-4));
  }
  for (const auto& record : testing::hard_records()) {
    INFO(record.frequency << ' ' << record.recency << ' ' << record.age);
    CHECK(std::isfinite(published.log_likelihood(testing::history_of({record}))));
    const double alive = published.probability_alive(record);
    CHECK((alive >= 0 && alive <= 1));
    CHECK(std::isfinite(published.expected_purchases(10, record)));
  }
  CHECK(published.probability_alive({.frequency = 3, .recency = 10, .age = 10}) == 1);
}

TEST_CASE("Pareto/NBD: known parameters lie in their intervals", "[retention]") {
  // Of 60, fewer than 52 would be a chance of one in a thousand.
  testing::check_recovery({0.553, 10.58, 0.606, 11.67}, 60, 52, [](Rng& rng) {
    const ParetoNBD<double> truth{{.r = 0.553, .alpha = 10.58, .s = 0.606, .beta = 11.67}};
    return ParetoNBD<double>{}.fit(truth.simulate(testing::random_ages(1000, 27, 77, rng), rng));
  });
}

TEST_CASE("Pareto/NBD: coefficients of covariates", "[retention]") {
  Rng rng{9};
  const Index n = 3000;
  History history = testing::history_of(std::vector<PurchaseRecord>(static_cast<std::size_t>(n)));
  history.rate_covariates = Matrix<double>(n, 1);
  history.dropout_covariates = Matrix<double>(n, 1);
  for (Index i = 0; i < n; ++i) {
    const double z = rng.bernoulli(0.5) ? 1 : 0;
    const double w = rng.normal();
    const ParetoNBD<double> own{
        {.r = 1.2, .alpha = 6 * std::exp(-0.7 * z), .s = 1.1, .beta = 20 * std::exp(-0.5 * w)}};
    const auto drawn = own.simulate({60}, rng);
    history.frequency[i] = drawn.frequency[0];
    history.recency[i] = drawn.recency[0];
    history.age[i] = 60;
    history.rate_covariates(i, 0) = z;
    history.dropout_covariates(i, 0) = w;
  }
  ParetoNBD<double> model;
  const auto& fit = model.fit(history);
  REQUIRE(fit.converged());
  const double truth[]{1.2, 6, 1.1, 20, 0.7, 0.5};
  for (Index i = 0; i < 6; ++i) {
    const auto interval = fit.interval(i, 0.999);
    INFO(fit.names[static_cast<std::size_t>(i)] << ' ' << interval.low << ' ' << interval.high);
    CHECK((interval.low < truth[i] && truth[i] < interval.high));
  }
}

TEST_CASE("Pareto/NBD: no maximum, and bad input", "[retention]") {
  testing::check_hopeless_and_impossible(published);
  for (const PurchaseRecord& bad : testing::impossible_records())
    CHECK_THROWS_AS(published.discounted_purchases(0.1, bad), DataError);
  CHECK_THROWS_AS(ParetoNBD<double>{}.discounted_purchases(0.1), NotFitted);
  CHECK_THROWS_AS(ParetoNBD<double>({.r = 1, .alpha = std::nan(""), .s = 1, .beta = 1}),
                  OptionError);
}

}  // namespace pareto_nbd_tests
