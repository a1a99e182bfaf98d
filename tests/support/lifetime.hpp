// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/csv.hpp>
#include <loyal/data/event_csv.hpp>
#include <loyal/math/special.hpp>
#include <loyal/retention/likelihood_fit.hpp>
#include <loyal/retention/purchase_history.hpp>

#include "catch.hpp"
#include "gradient_check.hpp"

namespace loyal::testing {

using History = PurchaseHistory<double>;

/// The path of a file of CDNOW, or nothing, and a warning, where LOYAL_DATA is not set.
inline std::optional<std::string> cdnow_file(const std::string& name) {
  const char* const folder = std::getenv("LOYAL_DATA");
  if (folder == nullptr || *folder == '\0') {
    WARN("LOYAL_DATA is not set: skipped");
    return std::nullopt;
  }
  return std::string(folder) + "/cdnow/" + name;
}

/// The numbers of some columns of a CSV file with a header.
inline Matrix<double> read_columns(const std::string& path, const std::vector<std::string>& names) {
  CsvReader csv{path, {}};
  std::vector<std::size_t> columns;
  for (const auto& name : names) columns.push_back(csv.column(name));
  std::vector<double> values;
  double value = 0;
  while (csv.next())
    for (const auto column : columns)
      if (csv.number(column, value)) values.push_back(value);
  const auto width = static_cast<Index>(names.size());
  return Eigen::Map<Matrix<double>>(values.data(), static_cast<Index>(values.size()) / width,
                                    width);
}

inline std::optional<History> cdnow_summary() {
  const auto path = cdnow_file("cdnow_customers_summary.csv");
  if (!path) return std::nullopt;
  const Matrix<double> table = read_columns(*path, {"frequency", "recency", "T"});
  History history;
  history.frequency = table.col(0);
  history.recency = table.col(1);
  history.age = table.col(2);
  return history;
}

/// Purchases of the 1/10 sample of CDNOW.
inline std::optional<EventLog> cdnow_sample() {
  const auto path = cdnow_file("CDNOW_sample.txt");
  if (!path) return std::nullopt;
  EventColumns columns{.user = "1", .time = "2", .amount = "4", .time_format = "yyyymmdd"};
  columns.csv.blanks = true;
  columns.csv.header = false;
  return read_event_log(*path, columns);
}

inline History history_of(const std::vector<PurchaseRecord>& records) {
  const auto n = static_cast<Index>(records.size());
  History history{
      .frequency = Vector<double>(n), .recency = Vector<double>(n), .age = Vector<double>(n)};
  for (Index i = 0; i < n; ++i) {
    history.frequency[i] = records[static_cast<std::size_t>(i)].frequency;
    history.recency[i] = records[static_cast<std::size_t>(i)].recency;
    history.age[i] = records[static_cast<std::size_t>(i)].age;
  }
  return history;
}

/// Any possible past, some of them extreme.
inline PurchaseRecord random_record(Rng& rng) {
  PurchaseRecord record{.age = std::exp(rng.uniform(-3.0, 5.0))};
  if (rng.bernoulli(0.3)) return record;
  record.frequency = 1 + std::floor(std::exp(rng.uniform(0.0, rng.bernoulli(0.2) ? 6.0 : 2.0)));
  record.recency = record.age * (rng.bernoulli(0.1) ? 1.0 : rng.uniform(0.01, 1.0));
  return record;
}

/// Rows on which programs of this kind are known to overflow.
inline std::vector<PurchaseRecord> hard_records() {
  return {{221, 103.42857, 103.57143},
          {500, 100, 100},
          {1200, 364.9, 365},
          {0, 0, 1e-6},
          {0, 0, 1e6},
          {1, 1e-6, 1e6},
          {3, 1e6, 1e6},
          {0, 0, 0},
          {80, 3, 900.5},
          {5000, 10, 11}};
}

/// Logs of which no model of purchases at any moment has a maximum: nobody came back, one customer, none but a moment
/// old, all alike.
inline std::vector<std::vector<PurchaseRecord>> hopeless_logs() {
  return {std::vector<PurchaseRecord>(50, {.age = 10}),
          {{2, 5, 10}},
          {{0, 0, 0}},
          std::vector<PurchaseRecord>(50, {3, 9, 10})};
}

/// Rows that cannot be: negative, broken, not a number, endless, or at odds with themselves.
inline std::vector<PurchaseRecord> impossible_records() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  return {{-1, 0, 1}, {0.5, 1, 2}, {nan, 1, 2},      {1, nan, 2},     {1, 1, nan},
          {1, 3, 2},  {0, 1, 2},   {2, 0, 2},        {1, -1, 2},      {0, 0, -1},
          {1, 1, -1}, {0, -1, -1}, {1, 1, infinity}, {infinity, 1, 2}};
}

/// Checks what a model of purchases makes of logs without a maximum, of one repeat purchase among many customers, and
/// of rows that cannot be; all of these leave it usable.
template <class Model>
void check_hopeless_and_impossible(const Model& known) {
  const auto usable = [](const LikelihoodFit& fit) {
    CHECK(std::isfinite(fit.log_likelihood));
    for (Index i = 0; i < 4; ++i) CHECK((std::isfinite(fit.values[i]) && fit.values[i] > 0));
  };
  for (const auto& records : hopeless_logs()) {
    INFO(records.size() << " of " << records[0].frequency);
    Model model;
    const auto& fit = model.fit(history_of(records));
    CHECK_FALSE(fit.converged());
    usable(fit);
    const double alive = model.probability_alive(records[0]);
    CHECK((alive >= 0 && alive <= 1));
    CHECK(std::isfinite(model.expected_purchases(10, records[0])));
  }
  std::vector<PurchaseRecord> once(50, {.age = 10});
  once[20] = {1, 4, 10};
  Model single;
  usable(single.fit(history_of(once)));
  if (single.converged())
    check_maximum(single.result(), [&](const Vector<double>& v) {
      return Model(typename Model::Parameters{v[0], v[1], v[2], v[3]})
          .log_likelihood(history_of(once));
    });
  Model model = known;
  for (const PurchaseRecord& bad : impossible_records()) {
    INFO(bad.frequency << ' ' << bad.recency << ' ' << bad.age);
    CHECK_THROWS_AS(model.fit(history_of({{1, 1, 2}, bad})), DataError);
    CHECK_THROWS_AS(model.probability_alive(bad), DataError);
    CHECK_THROWS_AS(model.expected_purchases(10, bad), DataError);
  }
  CHECK_THROWS_AS(model.fit(History{}), DataError);
  CHECK(model.probability_alive({2, 5, 10}) == known.probability_alive({2, 5, 10}));
}

inline Vector<double> random_ages(Index n, double least, double most, Rng& rng) {
  Vector<double> ages(n);
  for (Index i = 0; i < n; ++i) ages[i] = rng.uniform(least, most);
  return ages;
}

/// The mean of f(x) over x ~ Gamma(shape, rate), by the trapezoidal rule in log x, which converges exponentially.
template <class F>
double mean_over_gamma(double shape, double rate, const F& f, double step = 0.05) {
  const double front = shape * std::log(rate) - log_gamma(shape);
  double sum = 0;
  for (double u = -40 / std::min(1.0, shape) - std::log(rate);
       u < 7 - std::log(rate) + std::log(shape + 1); u += step) {
    const double x = std::exp(u);
    sum += f(x) * std::exp(front + shape * u - rate * x);
  }
  return step * sum;
}

/// The mean of f(p, 1 - p) over p ~ Beta(a, b), in the logit of p.
template <class F>
double mean_over_beta(double a, double b, const F& f, double step = 0.05) {
  const double front = -log_beta(a, b);
  double sum = 0;
  for (double w = -40 / std::min(1.0, a); w < 40 / std::min(1.0, b); w += step) {
    const double log_p = -std::log1p(std::exp(-w));
    const double log_q = -std::log1p(std::exp(w));
    sum += f(std::exp(log_p), std::exp(log_q)) * std::exp(front + a * log_p + b * log_q);
  }
  return step * sum;
}

/// Worst relative difference of gradient and Hessian of f(theta, gradient, hessian) from finite differences at theta.
template <class F>
double derivative_error(const F& f, const Vector<double>& theta, double floor) {
  const Index n = theta.size();
  Vector<double> gradient = Vector<double>::Zero(n);
  Matrix<double> hessian = Matrix<double>::Zero(n, n);
  f(theta, gradient, hessian);
  Vector<double> g(n);
  Matrix<double> h(n, n);
  double worst = gradient_error(
      [&](const Vector<double>& x) {
        g.setZero();
        h.setZero();
        return f(x, g, h);
      },
      theta, gradient, floor);
  for (Index i = 0; i < n; ++i) {
    const Vector<double> row = hessian.row(i).transpose();
    worst = std::max(worst, gradient_error(
                                [&](const Vector<double>& x) {
                                  g.setZero();
                                  h.setZero();
                                  f(x, g, h);
                                  return g[i];
                                },
                                theta, row, floor));
  }
  return worst;
}

/// Checks a fit against the log-likelihood of its parameters alone: the slope is nothing beside the standard error, and
/// the covariance is the inverse of minus the second derivatives, all by the logarithms of the parameters.
template <class LogLikelihood>
void check_maximum(const LikelihoodFit& fit, const LogLikelihood& log_likelihood) {
  REQUIRE(fit.converged());
  CHECK(log_likelihood(fit.values) == Approx(fit.log_likelihood).epsilon(1e-12));
  const Index n = fit.values.size();
  const double h = 1e-3;
  const auto at = [&](Index i, double di, Index j, double dj) {
    Vector<double> x = fit.values;
    x[i] *= std::exp(di * h);
    x[j] *= std::exp(dj * h);
    return log_likelihood(x);
  };
  Matrix<double> information(n, n);
  for (Index i = 0; i < n; ++i) {
    const double error = std::sqrt(fit.covariance(i, i));
    CHECK(std::abs(at(i, 1, i, 0) - at(i, -1, i, 0)) / (2 * h) * error < 2e-3 + 1e-4 / error);
    for (Index j = 0; j < n; ++j)
      information(i, j) =
          -(at(i, 1, j, 1) - at(i, 1, j, -1) - at(i, -1, j, 1) + at(i, -1, j, -1)) / (4 * h * h);
  }
  const Matrix<double> unit = information * fit.covariance;
  CHECK((unit - Matrix<double>::Identity(n, n)).cwiseAbs().maxCoeff() < 0.02);
}

/// Of some seeds, how many 95 % intervals hold each of the true parameters, at least `most` of them.
template <class Fit>
void check_recovery(const std::vector<double>& truth, int seeds, int most, const Fit& fit) {
  std::vector<int> held(truth.size());
  for (int seed = 1; seed <= seeds; ++seed) {
    Rng rng{static_cast<std::uint64_t>(seed)};
    const LikelihoodFit found = fit(rng);
    REQUIRE(found.converged());
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const auto interval = found.interval(static_cast<Index>(i));
      held[i] += interval.low <= truth[i] && truth[i] <= interval.high ? 1 : 0;
    }
  }
  for (const int count : held) CHECK(count >= most);
}

}  // namespace loyal::testing
