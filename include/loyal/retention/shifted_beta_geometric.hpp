// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "../core/distributions.hpp"
#include "../core/error.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "../math/detail/rising.hpp"
#include "../math/hypergeometric.hpp"
#include "contract_history.hpp"
#include "likelihood_fit.hpp"

namespace loyal {

/// sBG: how long customers with a contract go on renewing it.
///
/// Each leaves at every renewal with the same chance, which is Beta(alpha, beta) over customers. That the retention rate
/// of a cohort rises with time needs no loyalty that grows: those likely to leave are gone first.
///   S(t) = B(alpha, beta + t) / B(alpha, beta),   left at t: S(t - 1) - S(t)
///   retention(t) = S(t) / S(t - 1) = (beta + t - 1) / (alpha + beta + t - 1)
///   DERL(d | n) = sum over t >= n of S(t) / S(n - 1) (1 + d)^(n - t)
///               = (beta + n - 1) / (alpha + beta + n - 1) 2F1(1, beta + n; alpha + beta + n; 1 / (1 + d))
/// @throws OptionError for options out of range; DataError for a history that cannot be; NotFitted.
/// Source: Fader & Hardie, Journal of Interactive Marketing 21(1), 2007; DERL: the same, Marketing Science 29(1),
/// 2010, equation 6. Cost: some 10 passes over the periods.
///
///     loyal::ShiftedBetaGeometric<double> model;
///     const auto& result = model.fit(loyal::ContractHistory::of_survivors({1000, 869, 743, 653, 593, 551, 517, 491}));
///     if (!result.converged() || std::abs(result.values[0] - 0.668) > 1e-3) return 1;
///     if (!(model.retention(8) > model.retention(1))) return 2;
template <Scalar T = double>
class ShiftedBetaGeometric {
 public:
  using value_type = T;

  using Options = LikelihoodOptions;
  /// Of the chance to leave at a renewal, whose mean is alpha / (alpha + beta).
  struct Parameters {
    double alpha;
    double beta;
  };

  ShiftedBetaGeometric() = default;
  /// @throws OptionError if an option lies outside the domain given above.
  explicit ShiftedBetaGeometric(const Options& options) : options_(options) {
    detail::expect_likelihood_options(where, options);
  }
  /// A model of known parameters. @throws OptionError unless both are > 0 and finite.
  explicit ShiftedBetaGeometric(const Parameters& parameters) : parameters_(parameters) {
    for (const double each : {parameters.alpha, parameters.beta})
      detail::expect_option(where, "a parameter", each, each > 0 && std::isfinite(each),
                            "> 0 and finite");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const LikelihoodFit& result() const noexcept { return fit_; }
  [[nodiscard]] bool converged() const noexcept { return fit_.converged(); }
  [[nodiscard]] const Parameters& parameters() const {
    if (parameters_.alpha == 0)
      detail::fail<NotFitted>(where, "the model", "not fitted", "a call of fit()");
    return parameters_;
  }

  /// Finds the most likely parameters.
  const LikelihoodFit& fit(const ContractHistory& history) {
    detail::expect_contracts(where, history);
    const detail::ParameterSpace space{.names = {"alpha", "beta"},
                                       .positive = 2,
                                       .log_unit = {0, 0},
                                       .observations = history.size()};
    std::vector<Vector<double>> starts;
    for (const double start : {0.0, -1.0}) starts.push_back(Vector<double>::Constant(2, start));
    const auto objective = [&](const Vector<double>& theta, Vector<double>& gradient,
                               Matrix<double>& hessian) {
      return -sum({std::exp(theta[0]), std::exp(theta[1])}, history, &gradient, &hessian);
    };
    fit_ = detail::maximize_likelihood(objective, space, options_, starts);
    parameters_ = {fit_.values[0], fit_.values[1]};
    return fit_;
  }

  /// Log-likelihood of a history at these parameters.
  [[nodiscard]] double log_likelihood(const ContractHistory& history) const {
    detail::expect_contracts(where, history);
    return sum(parameters(), history, nullptr, nullptr);
  }

  /// Share of a cohort still there after @p t renewals; t >= 0.
  [[nodiscard]] double survival(double t) const {
    detail::expect_option(where, "t", t, t >= 0 && t == std::floor(t), "a whole number >= 0");
    return std::exp(log_survival(parameters(), t));
  }
  /// Share of those there before the @p t-th renewal who renew; t >= 1.
  [[nodiscard]] double retention(double t) const {
    detail::expect_option(where, "t", t, t >= 1 && t == std::floor(t), "a whole number >= 1");
    const auto [alpha, beta] = parameters();
    return (beta + t - 1) / (alpha + beta + t - 1);
  }
  /// Periods to come for a customer in the @p n-th one, just before the renewal, that k periods ahead counting
  /// (1 + rate)^-k (the next period 1). Without a discount it is infinite if alpha <= 1.
  /// @throws OptionError unless n >= 1 and rate >= 0.
  [[nodiscard]] double residual_lifetime(double n, double rate = 0) const {
    detail::expect_option(where, "n", n, n >= 1 && n == std::floor(n), "a whole number >= 1");
    detail::expect_option(where, "rate", rate, rate >= 0 && std::isfinite(rate), ">= 0");
    const auto [alpha, beta] = parameters();
    if (rate == 0)
      return alpha > 1 ? (beta + n - 1) / (alpha - 1) : std::numeric_limits<double>::infinity();
    return retention(n) * hypergeometric_2f1(1, beta + n, alpha + beta + n, 1 / (1 + rate));
  }

  /// Draws a cohort of customers watched over so many renewals.
  [[nodiscard]] ContractHistory simulate(Index customers, Index renewals, Rng& rng) const {
    detail::expect_option(where, "renewals", renewals, renewals >= 1, ">= 1");
    const auto [alpha, beta] = parameters();
    std::vector<double> survivors(static_cast<std::size_t>(renewals) + 1);
    for (Index i = 0; i < customers; ++i) {
      const double leaves = draw_beta(rng, alpha, beta);
      ++survivors[0];
      for (std::size_t t = 1; t < survivors.size() && !rng.bernoulli(leaves); ++t) ++survivors[t];
    }
    return ContractHistory::of_survivors(survivors);
  }

 private:
  static constexpr const char* where = "ShiftedBetaGeometric";

  static double log_survival(const Parameters& p, double t) {
    return detail::log_rising(p.beta, t).value - detail::log_rising(p.alpha + p.beta, t).value;
  }

  /// The log-likelihood; by the logarithms of the parameters, minus its derivatives, if asked for.
  static double sum(const Parameters& p, const ContractHistory& history, Vector<double>* gradient,
                    Matrix<double>* hessian) {
    double value = 0;
    detail::Rising beta{0, 0, 0};  // of t - 1, then of t
    detail::Rising both{0, 0, 0};
    const auto step = [](detail::Rising& rising, double x) {
      rising.value += std::log(x);
      rising.slope += 1 / x;
      rising.curvature -= 1 / (x * x);
    };
    const auto add = [&](double weight, double lost) {
      value += weight * (beta.value - both.value + (lost > 0 ? std::log(p.alpha) : 0.0));
      if (gradient == nullptr) return;
      (*gradient)[0] -= weight * (lost / p.alpha - both.slope);
      (*gradient)[1] -= weight * (beta.slope - both.slope);
      (*hessian)(0, 0) -= weight * (-lost / (p.alpha * p.alpha) - both.curvature);
      (*hessian)(1, 0) += weight * both.curvature;
      (*hessian)(1, 1) -= weight * (beta.curvature - both.curvature);
    };
    for (std::size_t t = 0; t < history.lost.size(); ++t) {
      step(both, p.alpha + p.beta + static_cast<double>(t));
      add(history.lost[t], 1);
      step(beta, p.beta + static_cast<double>(t));
      add(history.kept[t], 0);
    }
    if (gradient != nullptr) {
      Vector<double> values(2);
      values << p.alpha, p.beta;
      detail::to_log_derivatives(values, *gradient, *hessian);
    }
    return value;
  }

  Options options_;
  Parameters parameters_{};
  LikelihoodFit fit_;
};

}  // namespace loyal
