// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../core/distributions.hpp"
#include "../core/error.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "../math/special.hpp"
#include "../math/values.hpp"
#include "likelihood_fit.hpp"

namespace loyal {

/// Gamma-Gamma: how much a customer spends at a purchase, told from the mean of those seen.
///
/// Each amount of a customer is Gamma(p, nu), over customers nu ~ Gamma(q, v). With mean m of x amounts,
///   f(m | x) = Gamma(p x + q) / (Gamma(p x) Gamma(q)) v^q m^(p x - 1) x^(p x) / (v + m x)^(p x + q)
///   E[amount | m, x] = p (v + m x) / (p x + q - 1)
/// which draws the mean of few purchases towards that of all customers, p v / (q - 1). It is infinite where the model
/// has no mean, p x + q <= 1. Amounts must not depend on how often someone buys: see their correlation first.
/// Customers without amounts (frequency 0) are left out of the fit.
/// | argument | shape | meaning |
/// | frequency | n | x, purchases whose mean is given; whole, >= 0 |
/// | monetary | n | m, their mean amount; > 0 where x > 0 |
/// | weights | n, or empty | customers that a row stands for |
/// @throws OptionError for options out of range; DataError for a value that cannot be (spending 0 is none: leave such
/// customers out), or where no one has an amount; ShapeError; NotFitted.
/// Source: Fader & Hardie, "The Gamma-Gamma model of monetary value", 2013, equations 1a and 5.
/// Cost: some 10 passes over the customers, a logarithm each; gamma functions only once for each x.
///
///     loyal::Rng rng{1};
///     const loyal::GammaGamma<double> truth{{.p = 6, .q = 4, .v = 15}};
///     const auto frequency = loyal::Vector<double>::Constant(2000, 3);
///     loyal::GammaGamma<double> model;
///     if (!model.fit(frequency, truth.simulate(frequency, rng)).converged()) return 1;
///     const double shy = model.expected_amount(1, 300);  // one large amount does not make a large customer
///     if (!(shy > model.mean_amount() && shy < 300)) return 2;
template <Scalar T = double>
class GammaGamma {
 public:
  using value_type = T;

  using Options = LikelihoodOptions;
  /// Shape of the amounts, shape and scale of their rate over customers.
  struct Parameters {
    double p;
    double q;
    double v;  ///< in money
  };

  GammaGamma() = default;
  /// @throws OptionError if an option lies outside the domain given above.
  explicit GammaGamma(const Options& options) : options_(options) {
    detail::expect_likelihood_options("GammaGamma", options);
  }
  /// A model of known parameters. @throws OptionError unless all are > 0 and finite.
  explicit GammaGamma(const Parameters& parameters) : parameters_(parameters) {
    for (const double each : {parameters.p, parameters.q, parameters.v})
      detail::expect_option("GammaGamma", "a parameter", each, each > 0 && std::isfinite(each),
                            "> 0 and finite");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const LikelihoodFit& result() const noexcept { return fit_; }
  [[nodiscard]] bool converged() const noexcept { return fit_.converged(); }
  [[nodiscard]] const Parameters& parameters() const {
    if (parameters_.p == 0)
      detail::fail<NotFitted>("GammaGamma", "the model", "not fitted", "a call of fit()");
    return parameters_;
  }

  /// Finds the most likely parameters.
  const LikelihoodFit& fit(const Values& frequency, const Values& monetary,
                           const Values& weights = {}) {
    const Amounts amounts(frequency, monetary, weights);
    const detail::ParameterSpace space{.names = {"p", "q", "v"},
                                       .positive = 3,
                                       .log_unit = {0, 0, std::log(amounts.unit)},
                                       .observations = amounts.total};
    std::vector<Vector<double>> starts;
    for (const double start : {0.7, 1.5, 0.0}) {
      Vector<double> theta(3);
      theta << start, start, 0;
      starts.push_back(theta);
    }
    fit_ = detail::maximize_likelihood(amounts, space, options_, starts);
    parameters_ = {fit_.values[0], fit_.values[1], fit_.values[2]};
    return fit_;
  }

  /// Log-likelihood of mean amounts at these parameters.
  [[nodiscard]] double log_likelihood(const Values& frequency, const Values& monetary,
                                      const Values& weights = {}) const {
    const Amounts amounts(frequency, monetary, weights);
    Vector<double> theta(3);
    theta << std::log(parameters().p), std::log(parameters().q),
        std::log(parameters().v / amounts.unit);
    Vector<double> gradient = Vector<double>::Zero(3);
    Matrix<double> hessian = Matrix<double>::Zero(3, 3);
    return -amounts(theta, gradient, hessian);
  }

  /// The mean amount over all customers; infinite if q <= 1.
  [[nodiscard]] double mean_amount() const { return amount(0, 0); }
  /// The amount expected of a customer with @p frequency purchases of the mean @p monetary.
  [[nodiscard]] double expected_amount(double frequency, double monetary) const {
    expect_amount(frequency, monetary, -1);
    return amount(frequency, monetary);
  }
  /// The same for n customers.
  [[nodiscard]] Vector<double> expected_amount(const Values& frequency,
                                               const Values& monetary) const {
    detail::expect_size("GammaGamma", "the size of monetary", monetary.size(), frequency.size());
    Vector<double> result(frequency.size());
    for (Index i = 0; i < frequency.size(); ++i) {
      expect_amount(frequency[i], monetary[i], i);
      result[i] = amount(frequency[i], monetary[i]);
    }
    return result;
  }

  /// Draws mean amounts, one for each number of purchases; 0 where that is 0.
  [[nodiscard]] Vector<double> simulate(const Values& frequency, Rng& rng) const {
    const auto [p, q, v] = parameters();
    Vector<double> means = Vector<double>::Zero(frequency.size());
    for (Index i = 0; i < frequency.size(); ++i) {
      expect_amount(frequency[i], 1, i);
      if (frequency[i] == 0) continue;
      const double rate = draw_gamma(rng, q, 1 / v);
      means[i] = draw_gamma(rng, p * frequency[i], 1 / (rate * frequency[i]));
    }
    return means;
  }

 private:
  static void expect_amount(double x, double m, Index row) {
    const auto named = [row](const char* name) {
      return row < 0 ? std::string(name) : detail::concatenate(name, "[", row, "]");
    };
    if (!(x >= 0) || x != std::floor(x) || std::isinf(x))
      detail::fail<DataError>("GammaGamma", named("frequency"), x, "a whole number >= 0");
    if (x > 0 && (!(m > 0) || std::isinf(m)))
      detail::fail<DataError>("GammaGamma", named("monetary"), m,
                              "> 0 and finite where frequency is > 0");
  }

  [[nodiscard]] double amount(double x, double m) const {
    const auto [p, q, v] = parameters();
    const double below = p * x + q - 1;
    if (!(below > 0)) return std::numeric_limits<double>::infinity();
    return p * (v + (x > 0 ? m * x : 0.0)) / below;
  }

  /// The data in the order of x, and their negative log-likelihood.
  struct Amounts {
    struct Run {
      double x;
      Index begin;
      Index size;
      double weight;
      double log_sum;  // weighted, of m x
    };
    Vector<double> sums;  // m x in units of the mean amount
    Vector<double> weights;
    std::vector<Run> runs;
    double unit = 0;
    double total = 0;
    double constant = 0;

    Amounts(const Values& frequency, const Values& monetary, const Values& given) {
      detail::expect_size("GammaGamma", "the size of monetary", monetary.size(), frequency.size());
      if (frequency.empty())
        detail::fail<DataError>("GammaGamma", "the number of customers", 0, ">= 1");
      const detail::SampleWeights weight("GammaGamma", given, frequency.size());
      std::vector<Index> order;
      for (Index i = 0; i < frequency.size(); ++i) {
        expect_amount(frequency[i], monetary[i], i);
        if (frequency[i] == 0 || weight[i] == 0) continue;
        order.push_back(i);
        total += weight[i];
        unit += weight[i] * monetary[i];
      }
      if (order.empty())
        detail::fail<DataError>("GammaGamma", "the number of customers with a frequency > 0", 0,
                                ">= 1");
      unit /= total;
      std::stable_sort(order.begin(), order.end(),
                       [&](Index a, Index b) { return frequency[a] < frequency[b]; });
      const auto n = static_cast<Index>(order.size());
      sums.resize(n);
      weights.resize(n);
      for (Index k = 0; k < n; ++k) {
        const Index i = order[static_cast<std::size_t>(k)];
        const double x = frequency[i];
        if (runs.empty() || runs.back().x != x) runs.push_back({x, k, 0, 0, 0});
        sums[k] = x * (monetary[i] / unit);
        weights[k] = weight[i];
        runs.back().size += 1;
        runs.back().weight += weight[i];
        runs.back().log_sum += weight[i] * std::log(sums[k]);
        constant -= weight[i] * std::log(monetary[i]);
      }
    }

    /// By the logarithms of p, q, v / unit. With s = m x, a customer adds
    ///   log Gamma(p x + q) - log Gamma(p x) - log Gamma(q) + q log v + p x log s - (p x + q) log(v + s) - log m
    double operator()(const Vector<double>& theta, Vector<double>& gradient,
                      Matrix<double>& hessian) const {
      const double p = std::exp(theta[0]);
      const double q = std::exp(theta[1]);
      const double v = std::exp(theta[2]);
      const double of_q = log_gamma(q);
      const double psi_q = digamma(q);
      const double psi1_q = trigamma(q);
      double value = constant;
      gradient.setZero(3);
      hessian.setZero(3, 3);
      Eigen::Array<double, Eigen::Dynamic, 1> inverse;
      for (const auto& [x, begin, size, w, log_sum] : runs) {
        const auto weight = weights.segment(begin, size).array();
        inverse = v + sums.segment(begin, size).array();
        const double logs = (weight * inverse.log()).sum();
        inverse = inverse.inverse();
        const double u = (weight * inverse).sum();
        const double uu = (weight * inverse.square()).sum();
        const double k = p * x;
        const double psi = digamma(k + q);
        const double psi1 = trigamma(k + q);
        value += w * (log_gamma(k + q) - log_gamma(k) - of_q + q * theta[2]) + k * log_sum -
                 (k + q) * logs;
        gradient[0] += x * (w * (psi - digamma(k)) + log_sum - logs);
        gradient[1] += w * (psi - psi_q + theta[2]) - logs;
        gradient[2] += w * q / v - (k + q) * u;
        hessian(0, 0) += w * x * x * (psi1 - trigamma(k));
        hessian(1, 0) += w * x * psi1;
        hessian(1, 1) += w * (psi1 - psi1_q);
        hessian(2, 0) -= x * u;
        hessian(2, 1) += w / v - u;
        hessian(2, 2) += (k + q) * uu - w * q / (v * v);
      }
      Vector<double> values(3);
      values << p, q, v;
      detail::to_log_derivatives(values, gradient, hessian);
      gradient = -gradient;
      hessian = -hessian;
      return -value;
    }
  };

  Options options_;
  Parameters parameters_{};
  LikelihoodFit fit_;
};

}  // namespace loyal
