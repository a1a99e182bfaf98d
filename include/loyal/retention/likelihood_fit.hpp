// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/minimize.hpp"
#include "../math/newton.hpp"
#include "../math/special.hpp"
#include "../math/statistics.hpp"

namespace loyal {

/// How lifetime models are fitted by maximum likelihood.
struct LikelihoodOptions {
  double penalizer =
      0;  ///< weight of the sum of squared parameters against the mean log-likelihood; >= 0
  int max_iterations = 200;  ///< Newton steps at most; >= 1
  double profile =
      0;  ///< confidence of intervals from the likelihood's profile; in [0, 1), 0: none are made
};

/// What a maximum-likelihood fit found: estimates, how sure they are, and whether the search converged.
///
/// The first `positive` parameters are > 0. They are searched for, and their uncertainty is told, as logarithms; the
/// others (coefficients of covariates) as they are. The covariance is the inverse of the observed information, the
/// negative second derivatives of the log-likelihood (less the penalty, if any).
///
/// A profile interval holds the values of a parameter at which the maximum over all others is no lower than the highest
/// by z^2 / 2. It need not be symmetric, and follows a likelihood that is not quadratic; an open end is 0 or infinite.
/// Source: of the profile, Venzon & Moolgavkar, Applied Statistics 37(1), 1988. Cost: some 30 evaluations a parameter.
struct LikelihoodFit {
  std::vector<std::string> names = {};
  Vector<double> values = {};  ///< n estimates
  Index positive = 0;          ///< how many of them, the first ones, are > 0
  Matrix<double> covariance =
      {};  ///< n x n, of log(value) or value; NaN where the information is singular
  double log_likelihood = std::numeric_limits<double>::quiet_NaN();  ///< without the penalty
  double observations = 0;                                           ///< sum of the weights
  int iterations = 0;
  int evaluations = 0;
  Stop reason = Stop::iterations_exhausted;
  std::vector<Interval> profile = {};  ///< one a parameter, if LikelihoodOptions asked for them

  /// Whether the estimates are a maximum. Without, they are where the search ended.
  [[nodiscard]] bool converged() const noexcept { return reason == Stop::gradient_small; }

  /// n standard errors of the values, by the delta method: that of a logarithm times the value.
  [[nodiscard]] std::vector<double> standard_errors() const {
    std::vector<double> errors;
    for (Index i = 0; i < values.size(); ++i)
      errors.push_back(std::sqrt(covariance(i, i)) * (i < positive ? values[i] : 1.0));
    return errors;
  }
  /// The covariance of two values, by the delta method.
  [[nodiscard]] double value_covariance(Index i, Index j) const {
    return covariance(i, j) * (i < positive ? values[i] : 1.0) * (j < positive ? values[j] : 1.0);
  }
  /// Confidence interval of a value from the normal approximation of its logarithm, so that it stays > 0.
  /// @throws OptionError unless confidence is in (0, 1).
  [[nodiscard]] Interval interval(Index i, double confidence = 0.95) const {
    detail::expect_option("LikelihoodFit::interval", "confidence", confidence,
                          confidence > 0 && confidence < 1, "in (0, 1)");
    const double reach = normal_quantile(0.5 + confidence / 2) * std::sqrt(covariance(i, i));
    if (i < positive) return {values[i] * std::exp(-reach), values[i], values[i] * std::exp(reach)};
    return {values[i] - reach, values[i], values[i] + reach};
  }
  /// Akaike's criterion, -2 LL + 2 n: the smaller the better among models of the same data.
  [[nodiscard]] double aic() const {
    return 2 * static_cast<double>(values.size()) - 2 * log_likelihood;
  }
  /// Schwarz's criterion, -2 LL + n log(observations).
  [[nodiscard]] double bic() const {
    return static_cast<double>(values.size()) * std::log(observations) - 2 * log_likelihood;
  }
};

namespace detail {

/// What is searched for, and how the result is told.
struct ParameterSpace {
  std::vector<std::string> names;
  Index positive;                // the first ones, searched for as logarithms
  std::vector<double> log_unit;  // of those: value = exp(theta + log_unit)
  double observations = 0;
};

/// @throws OptionError if an option lies outside its domain.
template <class Options>
void expect_likelihood_options(const char* where, const Options& o) {
  expect_option(where, "penalizer", o.penalizer, o.penalizer >= 0 && std::isfinite(o.penalizer),
                ">= 0");
  expect_option(where, "max_iterations", o.max_iterations, o.max_iterations >= 1, ">= 1");
  expect_option(where, "profile", o.profile, o.profile >= 0 && o.profile < 1, "in [0, 1)");
}

/// From derivatives by parameters to derivatives by their logarithms; the lower triangle of the Hessian is read.
template <class V, class M>
void to_log_derivatives(const V& values, V& gradient, M& hessian) {
  for (Index i = 0; i < values.size(); ++i)
    for (Index j = 0; j <= i; ++j) {
      hessian(i, j) =
          hessian(i, j) * values[i] * values[j] + (i == j ? gradient[i] * values[i] : 0.0);
      hessian(j, i) = hessian(i, j);
    }
  for (Index i = 0; i < values.size(); ++i) gradient[i] *= values[i];
}

/// Minimizes @p f, the negative log-likelihood of theta with its derivatives, by Newton's method from the starts
/// in turn until one converges; the best end counts.
template <class F, class Start>
LikelihoodFit maximize_likelihood(const F& f, const ParameterSpace& space,
                                  const LikelihoodOptions& options,
                                  const std::vector<Start>& starts) {
  constexpr double edge = 25;       // nothing is looked for beyond: |log| in the data's own units
  constexpr double plausible = 12;  // an end beyond is a maximum at 0 or infinity
  constexpr double plateau = 100;   // so is one where a logarithm has a larger standard error
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double strength = options.penalizer * space.observations;
  const auto to_value = [&](double theta, Index i) {
    return i < space.positive ? std::exp(theta + space.log_unit[static_cast<std::size_t>(i)])
                              : theta;
  };
  Index pinned = -1;  // a coordinate that does not move
  const auto objective = [&](const Start& theta, Start& gradient, auto& hessian) {
    for (Index i = 0; i < theta.size(); ++i)
      if (!(std::abs(theta[i]) <= (i < space.positive ? edge : 1e3))) return infinity;
    double value = f(theta, gradient, hessian);
    for (Index i = 0; strength > 0 && i < theta.size(); ++i) {
      const double square = to_value(theta[i], i) * to_value(theta[i], i);
      value += strength * square;
      gradient[i] += 2 * strength * (i < space.positive ? square : theta[i]);
      hessian(i, i) += strength * (i < space.positive ? 4 * square : 2);
    }
    if (pinned >= 0) {
      gradient[pinned] = 0;
      for (Index j = 0; j < theta.size(); ++j)
        hessian(pinned, j) = hessian(j, pinned) = j == pinned ? 1 : 0;
    }
    return value;
  };
  const Newton newton{{.max_iterations = options.max_iterations}};
  LikelihoodFit best{
      .names = space.names, .positive = space.positive, .observations = space.observations};
  double lowest = infinity;
  Start top;
  for (const Start& start : starts) {
    auto found = newton.minimize(objective, start);
    Matrix<double> covariance = positive_inverse(found.hessian);
    for (Index i = 0; i < space.positive; ++i)
      if (std::abs(found.x[i]) > plausible || covariance(i, i) > plateau * plateau)
        found.reason = Stop::unbounded;
    best.iterations += found.iterations;
    best.evaluations += found.evaluations;
    const double slack = found.converged() ? 1e-6 : 0;
    if (best.values.size() != 0 && !(found.value < lowest + slack)) continue;
    lowest = found.value;
    best.reason = found.reason;
    best.values.resize(found.x.size());
    double penalty = 0;
    for (Index i = 0; i < found.x.size(); ++i) {
      best.values[i] = to_value(found.x[i], i);
      penalty += strength * best.values[i] * best.values[i];
    }
    best.log_likelihood = penalty - found.value;
    best.covariance = std::move(covariance);
    top = std::move(found.x);
    if (best.converged()) break;
  }
  if (options.profile == 0 || !best.converged()) return best;

  // The root of twice the fall is nearly linear along a coordinate: false position finds where it is `reach`.
  const double reach = normal_quantile(0.5 + options.profile / 2);
  const auto bound = [&](double direction) {
    const Start slope = best.covariance.col(pinned) / best.covariance(pinned, pinned);
    double near = 0;  // falls too little, by `lacking`
    double lacking = -reach;
    double far = infinity;  // falls too much, by `beyond`
    double beyond = 0;
    double distance = reach * std::sqrt(best.covariance(pinned, pinned));
    for (int step = 0; step < 60; ++step) {
      if (!(std::abs(top[pinned] + direction * distance) <= (pinned < space.positive ? edge : 1e3)))
        return direction * infinity;
      Start theta = top + direction * distance * slope;
      for (Index j = 0; j < theta.size(); ++j)
        if (j != pinned && j < space.positive) theta[j] = std::clamp(theta[j], -edge, edge);
      const auto found = newton.minimize(objective, theta);
      best.evaluations += found.evaluations;
      if (!found.converged()) break;
      const double height = std::sqrt(2 * std::max(0.0, found.value - lowest)) - reach;
      if (std::abs(height) <= 1e-7 * reach) return top[pinned] + direction * distance;
      if (height < 0) {
        near = distance;
        lacking = height;
        beyond /= 2;  // Illinois' rule: an end that stays counts for half
      } else {
        far = distance;
        beyond = height;
        lacking /= 2;
      }
      distance = far < infinity ? near + (far - near) * lacking / (lacking - beyond)
                                : distance * std::min(3.0, 1.05 * reach / (reach + height));
    }
    return std::numeric_limits<double>::quiet_NaN();
  };
  for (pinned = 0; pinned < top.size(); ++pinned)
    best.profile.push_back(
        {to_value(bound(-1), pinned), best.values[pinned], to_value(bound(1), pinned)});
  return best;
}

}  // namespace detail
}  // namespace loyal
