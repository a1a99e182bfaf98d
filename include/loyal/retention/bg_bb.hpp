// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "../core/distributions.hpp"
#include "../core/error.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "../math/detail/rising.hpp"
#include "../math/special.hpp"
#include "../math/values.hpp"
#include "likelihood_fit.hpp"
#include "purchase_history.hpp"

namespace loyal {
namespace detail {

/// log((a)_k) and its two derivatives for k = 0 .. n.
inline std::vector<Rising> rising_table(double a, Index n) {
  std::vector<Rising> table{{0, 0, 0}};
  for (Index k = 0; k < n; ++k) {
    const double inverse = 1 / (a + static_cast<double>(k));
    const Rising& last = table.back();
    table.push_back({last.value + std::log(a + static_cast<double>(k)), last.slope + inverse,
                     last.curvature - inverse * inverse});
  }
  return table;
}

/// @throws DataError unless purchases fit into whole periods.
inline void expect_periods(const char* where, const PurchaseRecord& record, Index row = -1) {
  expect_record(where, record, row);
  const auto [x, t_x, n] = record;
  const auto named = [row](const char* name) {
    return row < 0 ? std::string(name) : concatenate(name, "[", row, "]");
  };
  if (n != std::floor(n) || n > 1e6)
    fail<DataError>(where, named("age"), n, "a whole number of periods");
  if (t_x != std::floor(t_x) || t_x < x)
    fail<DataError>(where, named("recency"), t_x,
                    concatenate("a whole number >= the frequency ", x));
}

}  // namespace detail

/// BG/BB: customers who buy or not at each of a row of occasions (a yearly gift, a monthly meeting) until they leave.
///
/// Someone still there buys with probability p, and leaves before an occasion with probability q; over customers
/// p ~ Beta(alpha, beta), q ~ Beta(gamma, delta). With x purchases at n occasions, the last at t_x,
///   L = B(alpha + x, beta + n - x) / B(alpha, beta) B(gamma, delta + n) / B(gamma, delta)
///     + sum over i = 0 .. n - t_x - 1 of
///       B(alpha + x, beta + t_x - x + i) / B(alpha, beta) B(gamma + 1, delta + t_x + i) / B(gamma, delta)
/// A history holds x, t_x and n as frequency, recency and age; rows that are equal cost as one, and may be given as one
/// with a weight. @throws OptionError for options out of range; DataError for a row that cannot be; ShapeError; NotFitted.
/// Source: Fader, Hardie & Shang, Marketing Science 29(6), 2010, equations 5 to 14.
/// Cost: n terms for each different row, some 10 times.
///
///     loyal::Rng rng{1};
///     const loyal::BGBB<double> truth{{.alpha = 1.2, .beta = 0.75, .gamma = 0.66, .delta = 2.8}};
///     const auto history = truth.simulate(loyal::Vector<double>::Constant(5000, 6), rng);
///     loyal::BGBB<double> model;
///     if (!model.fit(history).converged()) return 1;
///     const double gifts = model.expected_purchases(5, {.frequency = 3, .recency = 5, .age = 6});
///     if (!(gifts > 0 && gifts < 5)) return 2;
template <Scalar T = double>
class BGBB {
 public:
  using value_type = T;

  using Options = LikelihoodOptions;
  /// Of the chances to buy at an occasion, and to leave before it.
  struct Parameters {
    double alpha;
    double beta;  ///< mean chance to buy alpha / (alpha + beta)
    double gamma;
    double delta;  ///< mean chance to leave gamma / (gamma + delta)
  };

  BGBB() = default;
  /// @throws OptionError if an option lies outside the domain given above.
  explicit BGBB(const Options& options) : options_(options) {
    detail::expect_likelihood_options("BGBB", options);
  }
  /// A model of known parameters. @throws OptionError unless all are > 0 and finite.
  explicit BGBB(const Parameters& p) : parameters_(p) {
    for (const double each : {p.alpha, p.beta, p.gamma, p.delta})
      detail::expect_option("BGBB", "a parameter", each, each > 0 && std::isfinite(each),
                            "> 0 and finite");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const LikelihoodFit& result() const noexcept { return fit_; }
  [[nodiscard]] bool converged() const noexcept { return fit_.converged(); }
  [[nodiscard]] const Parameters& parameters() const {
    if (parameters_.alpha == 0)
      detail::fail<NotFitted>("BGBB", "the model", "not fitted", "a call of fit()");
    return parameters_;
  }

  /// Finds the most likely parameters.
  const LikelihoodFit& fit(const PurchaseHistory<T>& history) {
    const auto rows = group(history);
    double total = 0;
    for (const auto& [record, weight] : rows) total += weight;
    const detail::ParameterSpace space{.names = {"alpha", "beta", "gamma", "delta"},
                                       .positive = 4,
                                       .log_unit = {0, 0, 0, 0},
                                       .observations = total};
    std::vector<Vector<double>> starts;
    for (const auto& [first, second] :
         {std::pair{0.0, 1.0}, std::pair{0.0, 0.0}, std::pair{-1.0, -1.0}}) {
      Vector<double> start(4);
      start << first, first, first, second;
      starts.push_back(start);
    }
    const auto objective = [&](const Vector<double>& theta, Vector<double>& gradient,
                               Matrix<double>& hessian) {
      const Parameters p{std::exp(theta[0]), std::exp(theta[1]), std::exp(theta[2]),
                         std::exp(theta[3])};
      return -sum(p, rows, &gradient, &hessian);
    };
    fit_ = detail::maximize_likelihood(objective, space, options_, starts);
    parameters_ = {fit_.values[0], fit_.values[1], fit_.values[2], fit_.values[3]};
    return fit_;
  }

  /// Log-likelihood of a history at these parameters, summed with its weights.
  [[nodiscard]] double log_likelihood(const PurchaseHistory<T>& history) const {
    return sum(parameters(), group(history), nullptr, nullptr);
  }

  /// Probability of being there at the occasion n + @p ahead, given a past until n.
  /// @throws OptionError unless ahead >= 0.
  [[nodiscard]] double probability_alive(const PurchaseRecord& record, Index ahead = 0) const {
    detail::expect_periods("BGBB", record);
    detail::expect_option("BGBB::probability_alive", "ahead", ahead, ahead >= 0, ">= 0");
    const Parameters p = parameters();
    std::vector<double> logs = log_terms(p, record);
    double dead = 0;
    for (std::size_t i = 1; i < logs.size(); ++i) dead += std::exp(logs[i] - logs[0]);
    const Parameters now = posterior(p, record);
    const double n = static_cast<double>(ahead);
    return std::exp(detail::log_rising(now.delta, n).value -
                    detail::log_rising(now.gamma + now.delta, n).value) /
           (1 + dead);
  }
  [[nodiscard]] Vector<double> probability_alive(const PurchaseHistory<T>& history) const {
    return each(history, [&](const PurchaseRecord& record) { return probability_alive(record); });
  }

  /// Purchases expected at the next @p periods occasions of a new customer, or of one with a past.
  /// @throws OptionError unless periods is whole and >= 0.
  [[nodiscard]] double expected_purchases(double periods, const PurchaseRecord& record = {}) const {
    detail::expect_option("BGBB::expected_purchases", "periods", periods,
                          periods >= 0 && periods == std::floor(periods) && std::isfinite(periods),
                          "a whole number >= 0");
    return discounted(periods, 0, record);
  }
  [[nodiscard]] Vector<double> expected_purchases(double periods,
                                                  const PurchaseHistory<T>& history) const {
    return each(history,
                [&](const PurchaseRecord& record) { return expected_purchases(periods, record); });
  }

  /// DERT: purchases expected at all occasions to come, the k-th of them counting (1 + rate)^-k.
  /// @throws OptionError unless rate > 0.
  [[nodiscard]] double discounted_purchases(double rate, const PurchaseRecord& record = {}) const {
    detail::expect_option("BGBB::discounted_purchases", "rate", rate,
                          rate > 0 && std::isfinite(rate), "> 0");
    return discounted(std::numeric_limits<double>::infinity(), rate, record);
  }

  /// Probability of exactly x purchases at the next @p periods occasions.
  [[nodiscard]] double probability_of_purchases(Index x, Index periods,
                                                const PurchaseRecord& record = {}) const {
    detail::expect_option("BGBB::probability_of_purchases", "x", x, x >= 0, ">= 0");
    detail::expect_option("BGBB::probability_of_purchases", "periods", periods, periods >= 0,
                          ">= 0");
    const double alive = probability_alive(record);
    const Parameters p = posterior(parameters(), record);
    double sum = 0;
    for (Index m = x; m <= periods; ++m) {  // there at m occasions
      const double many = static_cast<double>(m);
      const double k = static_cast<double>(x);
      const double choose = log_gamma(many + 1) - log_gamma(k + 1) - log_gamma(many - k + 1);
      sum += std::exp(choose + log_past(p, k, many, m < periods));
    }
    return alive * sum + (x == 0 ? 1 - alive : 0.0);
  }

  /// Draws a customer for each number of occasions.
  [[nodiscard]] PurchaseHistory<T> simulate(const Values& periods, Rng& rng) const {
    const Parameters p = parameters();
    PurchaseHistory<T> history;
    for (Vector<T>* column : {&history.frequency, &history.recency, &history.age})
      column->setZero(periods.size());
    for (Index i = 0; i < periods.size(); ++i) {
      detail::expect_periods("BGBB::simulate", {.age = periods[i]});
      const double buys = draw_beta(rng, p.alpha, p.beta);
      const double leaves = draw_beta(rng, p.gamma, p.delta);
      history.age[i] = static_cast<T>(periods[i]);
      for (double t = 1; t <= periods[i] && !rng.bernoulli(leaves); ++t)
        if (rng.bernoulli(buys)) {
          history.frequency[i] += 1;
          history.recency[i] = static_cast<T>(t);
        }
    }
    return history;
  }

 private:
  using Rows = std::vector<std::pair<PurchaseRecord, double>>;

  /// Equal rows as one.
  static Rows group(const PurchaseHistory<T>& history) {
    detail::expect_history("BGBB", history, 0, 0);
    Rows rows;
    for (Index i = 0; i < history.size(); ++i) {
      detail::expect_periods("BGBB", history.record(i), i);
      rows.emplace_back(history.record(i), history.weight_of(i));
    }
    const auto key = [](const auto& row) {
      return std::tuple(row.first.frequency, row.first.recency, row.first.age);
    };
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const auto& a, const auto& b) { return key(a) < key(b); });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (key(rows[i]) == key(rows[kept]))
        rows[kept].second += rows[i].second;
      else
        rows[++kept] = rows[i];
    }
    rows.resize(kept + 1);
    return rows;
  }

  /// Probability of the past of a customer who was there at n occasions, and then left or is there still.
  static double log_past(const Parameters& p, double x, double n, bool left) {
    const double d = left ? 1 : 0;
    return detail::log_rising(p.alpha, x).value + detail::log_rising(p.beta, n - x).value -
           detail::log_rising(p.alpha + p.beta, n).value + detail::log_rising(p.delta, n).value +
           (left ? std::log(p.gamma) : 0.0) - detail::log_rising(p.gamma + p.delta, n + d).value;
  }

  /// Still there, then left before each occasion since the last purchase.
  static std::vector<double> log_terms(const Parameters& p, const PurchaseRecord& record) {
    const auto [x, t_x, n] = record;
    std::vector<double> logs{log_past(p, x, n, false)};
    for (double m = t_x; m < n; ++m) logs.push_back(log_past(p, x, m, true));
    return logs;
  }

  static Parameters posterior(const Parameters& p, const PurchaseRecord& record) {
    return {p.alpha + record.frequency, p.beta + record.age - record.frequency, p.gamma,
            p.delta + record.age};
  }

  [[nodiscard]] double discounted(double periods, double rate, const PurchaseRecord& record) const {
    const double alive = probability_alive(record);
    const Parameters p = posterior(parameters(), record);
    double sum = 0;
    double there = 1;
    for (double t = 0; t < periods && there > 1e-17 * sum; ++t) {
      there *= (p.delta + t) / (p.gamma + p.delta + t) / (1 + rate);
      sum += there;
    }
    return alive * p.alpha / (p.alpha + p.beta) * sum;
  }

  template <class F>
  static Vector<double> each(const PurchaseHistory<T>& history, const F& f) {
    detail::expect_history("BGBB", history, 0, 0);
    Vector<double> result(history.size());
    for (Index i = 0; i < history.size(); ++i) result[i] = f(history.record(i));
    return result;
  }

  /// The log-likelihood; by the logarithms of the parameters, minus its derivatives, if asked for.
  static double sum(const Parameters& p, const Rows& rows, Vector<double>* gradient,
                    Matrix<double>* hessian) {
    double most = 0;
    for (const auto& [record, weight] : rows) most = std::max(most, record.age);
    const auto n_max = static_cast<Index>(most) + 1;
    const auto alpha = detail::rising_table(p.alpha, n_max);
    const auto beta = detail::rising_table(p.beta, n_max);
    const auto both = detail::rising_table(p.alpha + p.beta, n_max);
    const auto delta = detail::rising_table(p.delta, n_max);
    const auto leave = detail::rising_table(p.gamma + p.delta, n_max);
    const auto at = [](double k) { return static_cast<std::size_t>(k); };

    double total = 0;
    std::vector<double> logs;
    for (const auto& [record, weight] : rows) {
      const double x = record.frequency;
      const double t_x = record.recency;
      const double n = record.age;
      logs.clear();
      const auto value = [&](double m, std::size_t left) {
        return alpha[at(x)].value + beta[at(m - x)].value - both[at(m)].value + delta[at(m)].value -
               leave[at(m) + left].value + (left == 1 ? std::log(p.gamma) : 0.0);
      };
      logs.push_back(value(n, 0));
      for (double m = t_x; m < n; ++m) logs.push_back(value(m, 1));
      const double largest = *std::max_element(logs.begin(), logs.end());
      double mass = 0;
      for (double& each : logs) mass += each = std::exp(each - largest);
      total += weight * (largest + std::log(mass));
      if (gradient == nullptr) continue;
      // The likelihood is a mixture of the terms: means of derivatives, and covariances of gradients.
      std::array<double, 4> mean{};
      std::array<std::array<double, 4>, 4> second{};
      for (std::size_t i = 0; i < logs.size(); ++i) {
        const double share = logs[i] / mass;
        const std::size_t left = i > 0 ? 1 : 0;
        const double m = left == 1 ? t_x + static_cast<double>(i) - 1 : n;
        const auto& a = alpha[at(x)];
        const auto& b = beta[at(m - x)];
        const auto& ab = both[at(m)];
        const auto& d = delta[at(m)];
        const auto& gd = leave[at(m) + left];
        const double gamma = static_cast<double>(left) / p.gamma;
        const std::array<double, 4> g{a.slope - ab.slope, b.slope - ab.slope, gamma - gd.slope,
                                      d.slope - gd.slope};
        for (std::size_t j = 0; j < 4; ++j) {
          mean[j] += share * g[j];
          for (std::size_t k = 0; k <= j; ++k) second[j][k] += share * g[j] * g[k];
        }
        second[0][0] += share * (a.curvature - ab.curvature);
        second[1][0] -= share * ab.curvature;
        second[1][1] += share * (b.curvature - ab.curvature);
        second[2][2] -= share * (gamma / p.gamma + gd.curvature);
        second[3][2] -= share * gd.curvature;
        second[3][3] += share * (d.curvature - gd.curvature);
      }
      for (std::size_t j = 0; j < 4; ++j) {
        (*gradient)[static_cast<Index>(j)] -= weight * mean[j];
        for (std::size_t k = 0; k <= j; ++k)
          (*hessian)(static_cast<Index>(j), static_cast<Index>(k)) -=
              weight * (second[j][k] - mean[j] * mean[k]);
      }
    }
    if (gradient != nullptr) {
      Vector<double> values(4);
      values << p.alpha, p.beta, p.gamma, p.delta;
      detail::to_log_derivatives(values, *gradient, *hessian);
    }
    return total;
  }

  Options options_;
  Parameters parameters_{};
  LikelihoodFit fit_;
};

}  // namespace loyal
