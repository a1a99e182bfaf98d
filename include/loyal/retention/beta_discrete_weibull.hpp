// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/distributions.hpp"
#include "../core/error.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "../math/detail/rising.hpp"
#include "contract_history.hpp"
#include "likelihood_fit.hpp"

namespace loyal {

/// BdW: contracts whose customers grow more loyal, or less, with each renewal.
///
/// A customer with chance q of leaving survives t renewals with probability (1 - q)^(t^c), q ~ Beta(gamma, delta):
///   S(t) = B(gamma, delta + t^c) / B(gamma, delta),   left at t: S(t - 1) - S(t)
/// With c < 1 the single customer's chance to leave falls with time, with c > 1 it rises; c = 1 is the sBG, whose
/// alpha, beta are gamma, delta here.
/// @throws OptionError for options out of range; DataError for a history that cannot be; NotFitted.
/// Source: Fader, Hardie, Liu, Davin & Steenburgh, Journal of Interactive Marketing 43, 2018.
/// Cost: some 10 passes over the periods.
///
///     loyal::BetaDiscreteWeibull<double> model;
///     const auto& result = model.fit(loyal::ContractHistory::of_survivors({1000, 631, 468, 382, 326, 289, 262, 241}));
///     if (!result.converged() || !(model.survival(12) < 0.241)) return 1;
template <Scalar T = double>
class BetaDiscreteWeibull {
 public:
  using value_type = T;

  using Options = LikelihoodOptions;
  /// Of the chance to leave, whose mean at the first renewal is gamma / (gamma + delta), and its course.
  struct Parameters {
    double gamma;
    double delta;
    double c;
  };

  BetaDiscreteWeibull() = default;
  /// @throws OptionError if an option lies outside the domain given above.
  explicit BetaDiscreteWeibull(const Options& options) : options_(options) {
    detail::expect_likelihood_options(where, options);
  }
  /// A model of known parameters. @throws OptionError unless all are > 0 and finite.
  explicit BetaDiscreteWeibull(const Parameters& parameters) : parameters_(parameters) {
    for (const double each : {parameters.gamma, parameters.delta, parameters.c})
      detail::expect_option(where, "a parameter", each, each > 0 && std::isfinite(each),
                            "> 0 and finite");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const LikelihoodFit& result() const noexcept { return fit_; }
  [[nodiscard]] bool converged() const noexcept { return fit_.converged(); }
  [[nodiscard]] const Parameters& parameters() const {
    if (parameters_.gamma == 0)
      detail::fail<NotFitted>(where, "the model", "not fitted", "a call of fit()");
    return parameters_;
  }

  /// Finds the most likely parameters.
  const LikelihoodFit& fit(const ContractHistory& history) {
    detail::expect_contracts(where, history);
    const detail::ParameterSpace space{.names = {"gamma", "delta", "c"},
                                       .positive = 3,
                                       .log_unit = {0, 0, 0},
                                       .observations = history.size()};
    std::vector<Vector<double>> starts;
    for (const double start : {0.0, -1.0, 1.0}) {
      starts.push_back(Vector<double>::Constant(3, start));
      starts.back()[2] = 0;
    }
    const auto objective = [&](const Vector<double>& theta, Vector<double>& gradient,
                               Matrix<double>& hessian) {
      return -sum({std::exp(theta[0]), std::exp(theta[1]), std::exp(theta[2])}, history, &gradient,
                  &hessian);
    };
    fit_ = detail::maximize_likelihood(objective, space, options_, starts);
    parameters_ = {fit_.values[0], fit_.values[1], fit_.values[2]};
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
    return std::exp(log_survival(parameters(), t).value);
  }
  /// Share of those there before the @p t-th renewal who renew; t >= 1.
  [[nodiscard]] double retention(double t) const {
    detail::expect_option(where, "t", t, t >= 1 && t == std::floor(t), "a whole number >= 1");
    return std::exp(log_survival(parameters(), t).value - log_survival(parameters(), t - 1).value);
  }
  /// Periods to come for a customer in the @p n-th one, just before the renewal, that k periods ahead counting
  /// (1 + rate)^-k (the next period 1), as a sum until it no longer changes, of 1e7 periods at most.
  /// @throws OptionError unless n >= 1 and rate > 0.
  [[nodiscard]] double residual_lifetime(double n, double rate) const {
    detail::expect_option(where, "n", n, n >= 1 && n == std::floor(n), "a whole number >= 1");
    detail::expect_option(where, "rate", rate, rate > 0 && std::isfinite(rate), "> 0");
    const double start = log_survival(parameters(), n - 1).value;
    double sum = 0;
    for (double k = 0; k < 1e7; ++k) {
      const double term =
          std::exp(log_survival(parameters(), n + k).value - start - k * std::log1p(rate));
      sum += term;
      if (term < 1e-17 * sum * rate) break;
    }
    return sum;
  }

  /// Draws a cohort of customers watched over so many renewals.
  [[nodiscard]] ContractHistory simulate(Index customers, Index renewals, Rng& rng) const {
    detail::expect_option(where, "renewals", renewals, renewals >= 1, ">= 1");
    const auto [gamma, delta, c] = parameters();
    std::vector<double> survivors(static_cast<std::size_t>(renewals) + 1);
    for (Index i = 0; i < customers; ++i) {
      const double stays = std::log1p(-draw_beta(rng, gamma, delta));
      ++survivors[0];
      for (std::size_t t = 1; t < survivors.size(); ++t) {
        const double now = static_cast<double>(t);
        if (!rng.bernoulli(std::exp(stays * (std::pow(now, c) - std::pow(now - 1, c))))) break;
        ++survivors[t];
      }
    }
    return ContractHistory::of_survivors(survivors);
  }

 private:
  static constexpr const char* where = "BetaDiscreteWeibull";

  struct Terms {
    double value = 0;
    std::array<double, 3> gradient{};
    std::array<std::array<double, 3>, 3> hessian{};  // lower triangle
  };

  static Terms log_survival(const Parameters& p, double t) {
    Terms terms;
    if (t == 0) return terms;
    const double log_t = std::log(t);
    const double u = std::exp(p.c * log_t);
    const auto delta = detail::log_rising(p.delta, u);
    const auto both = detail::log_rising(p.gamma + p.delta, u);
    const double slope = digamma(p.delta + u) - digamma(p.gamma + p.delta + u);  // by u
    const double psi1 = trigamma(p.delta + u);
    const double psi1_both = trigamma(p.gamma + p.delta + u);
    const double du = u * log_t;  // by c
    terms.value = delta.value - both.value;
    terms.gradient = {-both.slope, delta.slope - both.slope, slope * du};
    terms.hessian[0][0] = terms.hessian[1][0] = -both.curvature;
    terms.hessian[1][1] = delta.curvature - both.curvature;
    terms.hessian[2][0] = -psi1_both * du;
    terms.hessian[2][1] = (psi1 - psi1_both) * du;
    terms.hessian[2][2] = (psi1 - psi1_both) * du * du + slope * du * log_t;
    return terms;
  }

  /// log(S(t - 1) - S(t)) from the logarithms of both.
  static Terms log_difference(const Terms& before, const Terms& after) {
    Terms terms;
    const double ratio = std::exp(after.value - before.value);
    const double gone = -std::expm1(after.value - before.value);
    terms.value = before.value + std::log(gone);
    const double keep = 1 / gone;
    for (std::size_t i = 0; i < 3; ++i) {
      terms.gradient[i] = keep * (before.gradient[i] - ratio * after.gradient[i]);
      for (std::size_t j = 0; j <= i; ++j)
        terms.hessian[i][j] =
            keep * (before.hessian[i][j] + before.gradient[i] * before.gradient[j] -
                    ratio * (after.hessian[i][j] + after.gradient[i] * after.gradient[j])) -
            terms.gradient[i] * terms.gradient[j];
    }
    return terms;
  }

  /// The log-likelihood; by the logarithms of the parameters, minus its derivatives, if asked for.
  static double sum(const Parameters& p, const ContractHistory& history, Vector<double>* gradient,
                    Matrix<double>* hessian) {
    double value = 0;
    const auto add = [&](double weight, const Terms& terms) {
      if (weight == 0) return;
      value += weight * terms.value;
      if (gradient == nullptr) return;
      for (std::size_t i = 0; i < 3; ++i) {
        (*gradient)[static_cast<Index>(i)] -= weight * terms.gradient[i];
        for (std::size_t j = 0; j <= i; ++j)
          (*hessian)(static_cast<Index>(i), static_cast<Index>(j)) -= weight * terms.hessian[i][j];
      }
    };
    Terms before;
    for (std::size_t t = 0; t < history.lost.size(); ++t) {
      const Terms after = log_survival(p, static_cast<double>(t) + 1);
      add(history.lost[t], log_difference(before, after));
      add(history.kept[t], after);
      before = after;
    }
    if (gradient != nullptr) {
      Vector<double> values(3);
      values << p.gamma, p.delta, p.c;
      detail::to_log_derivatives(values, *gradient, *hessian);
    }
    return value;
  }

  Options options_;
  Parameters parameters_{};
  LikelihoodFit fit_;
};

}  // namespace loyal
