// SPDX-License-Identifier: MIT
#pragma once

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

/// What a maximum-likelihood fit found: estimates, how sure they are, and whether the search converged.
///
/// The first `positive` parameters are > 0. They are searched for, and their uncertainty is told, as logarithms; the
/// others (coefficients of covariates) as they are. The covariance is the inverse of the observed information, the
/// negative second derivatives of the log-likelihood (less the penalty, if any).
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
  double penalizer = 0;          // of the mean squared value
  double observations = 0;
};

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
LikelihoodFit maximize_likelihood(const F& f, const ParameterSpace& space, int max_iterations,
                                  const std::vector<Start>& starts) {
  constexpr double edge = 25;       // nothing is looked for beyond: |log| in the data's own units
  constexpr double plausible = 12;  // an end beyond is a maximum at 0 or infinity
  const double strength = space.penalizer * space.observations;
  const auto value_of = [&](const Start& theta, Index i) {
    if (i >= space.positive) return theta[i];
    return std::exp(theta[i] + space.log_unit[static_cast<std::size_t>(i)]);
  };
  const auto objective = [&](const Start& theta, Start& gradient, auto& hessian) {
    for (Index i = 0; i < theta.size(); ++i)
      if (!(std::abs(theta[i]) <= (i < space.positive ? edge : 1e3)))
        return std::numeric_limits<double>::infinity();
    double value = f(theta, gradient, hessian);
    for (Index i = 0; strength > 0 && i < theta.size(); ++i) {
      const double square = value_of(theta, i) * value_of(theta, i);
      value += strength * square;
      gradient[i] += 2 * strength * (i < space.positive ? square : theta[i]);
      hessian(i, i) += strength * (i < space.positive ? 4 * square : 2);
    }
    return value;
  };
  const Newton newton{{.max_iterations = max_iterations}};
  LikelihoodFit best{
      .names = space.names, .positive = space.positive, .observations = space.observations};
  double lowest = std::numeric_limits<double>::infinity();
  for (const Start& start : starts) {
    auto found = newton.minimize(objective, start);
    for (Index i = 0; i < space.positive; ++i)
      if (std::abs(found.x[i]) > plausible) found.reason = Stop::unbounded;
    best.iterations += found.iterations;
    best.evaluations += found.evaluations;
    const double slack = found.converged() ? 1e-6 : 0;
    if (best.values.size() != 0 && !(found.value < lowest + slack)) continue;
    lowest = found.value;
    best.reason = found.reason;
    best.values.resize(found.x.size());
    double penalty = 0;
    for (Index i = 0; i < found.x.size(); ++i) {
      best.values[i] = value_of(found.x, i);
      penalty += strength * best.values[i] * best.values[i];
    }
    best.log_likelihood = penalty - found.value;
    best.covariance = positive_inverse(found.hessian);
    if (best.converged()) break;
  }
  return best;
}

}  // namespace detail
}  // namespace loyal
