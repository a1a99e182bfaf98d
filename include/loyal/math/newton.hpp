// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "minimize.hpp"

namespace loyal {
namespace detail {

/// The lower triangle L of A = L L' in place; false unless A is positive definite beyond rounding.
template <Scalar T>
bool cholesky(Matrix<T>& a) {
  for (Index j = 0; j < a.rows(); ++j) {
    const T before = a(j, j);
    for (Index k = 0; k < j; ++k) a(j, j) -= a(j, k) * a(j, k);
    if (!(a(j, j) > T(1e-14) * std::abs(before))) return false;
    a(j, j) = std::sqrt(a(j, j));
    for (Index i = j + 1; i < a.rows(); ++i) {
      for (Index k = 0; k < j; ++k) a(i, j) -= a(i, k) * a(j, k);
      a(i, j) /= a(j, j);
    }
  }
  return true;
}

/// x with L L' x = b, in the place of b.
template <Scalar T>
void cholesky_solve(const Matrix<T>& lower, Vector<T>& b) {
  for (Index i = 0; i < b.size(); ++i) {
    for (Index k = 0; k < i; ++k) b[i] -= lower(i, k) * b[k];
    b[i] /= lower(i, i);
  }
  for (Index i = b.size() - 1; i >= 0; --i) {
    for (Index k = i + 1; k < b.size(); ++k) b[i] -= lower(k, i) * b[k];
    b[i] /= lower(i, i);
  }
}

/// The inverse of a positive definite matrix; NaN everywhere if it is none.
template <Scalar T>
Matrix<T> positive_inverse(Matrix<T> a) {
  const Index n = a.rows();
  Matrix<T> inverse = Matrix<T>::Identity(n, n);
  if (!cholesky(a)) return Matrix<T>::Constant(n, n, std::numeric_limits<T>::quiet_NaN());
  for (Index j = 0; j < n; ++j) {
    Vector<T> column = inverse.col(j);
    cholesky_solve(a, column);
    inverse.col(j) = column;
  }
  return inverse;
}

}  // namespace detail

/// What Newton found: a minimum and the second derivatives there.
template <Scalar T>
struct NewtonMinimum : Minimum<T> {
  Matrix<T> hessian;  ///< n x n, at x
};

/// Newton's method for smooth functions of a few variables, from value, gradient and Hessian.
///
///   (H + damping diag |H|) step = -gradient
///
/// The damping grows until the matrix is positive definite and the step lowers the value, and vanishes
/// near the minimum. It has converged when the undamped step promises to lower the value by no more
/// than `tolerance`, a measure that does not depend on the scale of the variables.
/// The function is any `double f(const Vector<T>& x, Vector<T>& gradient, Matrix<T>& hessian)` that fills
/// both, already of the right sizes; only the lower triangle is read. Where it is not defined it
/// returns NaN or infinity.
/// Source: Levenberg, Quarterly of Applied Mathematics 2(2), 1944; the decrement of Boyd &
/// Vandenberghe, Convex Optimization, 2004, section 9.5. Cost: n^3 / 6 a step besides an evaluation.
///
///     const auto f = [](const loyal::Vector<double>& x, loyal::Vector<double>& g, loyal::Matrix<double>& h) {
///       g[0] = std::exp(x[0]) - 3;
///       h(0, 0) = std::exp(x[0]);
///       return std::exp(x[0]) - 3 * x[0];
///     };
///     const auto found = loyal::Newton{}.minimize(f, loyal::Vector<double>(loyal::Vector<double>::Zero(1)));
///     if (!found.converged() || std::abs(found.x[0] - std::log(3.0)) > 1e-6) return 1;
class Newton {
 public:
  struct Options {
    int max_iterations = 200;  ///< steps tried; >= 0
    double tolerance =
        1e-12;  ///< expected gain at which to stop, relative to max(1, |value|); >= 0
    double largest_step = 2.0;  ///< of any variable in one step; > 0
  };

  Newton() = default;
  /// @throws OptionError if an option lies outside the domain given above.
  explicit Newton(const Options& options) : options_(options) {
    const auto& [max_iterations, tolerance, largest_step] = options;
    detail::expect_option("Newton", "max_iterations", max_iterations, max_iterations >= 0, ">= 0");
    detail::expect_option("Newton", "tolerance", tolerance, tolerance >= 0, ">= 0");
    detail::expect_option("Newton", "largest_step", largest_step, largest_step > 0, "> 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Minimizes @p f from @p start (n).
  template <class F, Scalar T>
  [[nodiscard]] NewtonMinimum<T> minimize(F&& f, Vector<T> start) const {
    const Index n = start.size();
    NewtonMinimum<T> found{{.x = std::move(start)}, Matrix<T>::Zero(n, n)};
    Vector<T> gradient = Vector<T>::Zero(n);
    const auto evaluate = [&](const Vector<T>& x, Vector<T>& g, Matrix<T>& h) {
      ++found.evaluations;
      g.setZero(n);
      h.setZero(n, n);
      return static_cast<double>(f(x, g, h));
    };
    const auto largest = [](const Vector<T>& v) {
      T size = 0;
      for (Index i = 0; i < v.size(); ++i)
        if (!(std::abs(v[i]) <= size)) size = std::abs(v[i]);  // keeps NaN
      return static_cast<double>(size);
    };
    found.value = evaluate(found.x, gradient, found.hessian);
    found.gradient_norm = largest(gradient);
    if (!std::isfinite(found.value) || !std::isfinite(found.gradient_norm)) {
      found.reason = Stop::not_finite;
      return found;
    }
    Vector<T> trial_gradient(n);
    Matrix<T> trial_hessian(n, n);
    double damping = 0;
    const double most_damping = 1e12;
    for (; found.iterations < options_.max_iterations; ++found.iterations) {
      Matrix<T> factor;
      Vector<T> step;
      for (;; damping = std::max(1e-3, 4 * damping)) {
        if (damping > most_damping) {
          found.reason = Stop::no_descent;
          return found;
        }
        factor = found.hessian;
        for (Index i = 0; i < n; ++i) {
          const double size = std::max(std::abs(static_cast<double>(factor(i, i))), 1e-300);
          factor(i, i) += static_cast<T>(damping * size);
        }
        if (detail::cholesky(factor)) break;
      }
      step = -gradient;
      detail::cholesky_solve(factor, step);
      double slope = 0;
      for (Index i = 0; i < n; ++i)
        slope += static_cast<double>(gradient[i]) * static_cast<double>(step[i]);
      const double allowed = options_.tolerance * std::max(1.0, std::abs(found.value));
      if (damping == 0 && -slope / 2 <= allowed) {
        found.reason = Stop::gradient_small;
        return found;
      }
      const double shrink = std::min(1.0, options_.largest_step / largest(step));
      const Vector<T> x = found.x + static_cast<T>(shrink) * step;
      const double value = evaluate(x, trial_gradient, trial_hessian);
      const double gain = found.value - value;
      const double rounding =
          4 * static_cast<double>(std::numeric_limits<T>::epsilon()) * std::abs(found.value);
      const double norm = largest(trial_gradient);
      if (!std::isfinite(value) || !std::isfinite(norm) ||
          !(gain >= -1e-4 * shrink * slope - rounding)) {
        damping = std::max(1e-3, 4 * damping);
        continue;
      }
      found.x = x;
      found.value = value;
      found.gradient_norm = norm;
      gradient.swap(trial_gradient);
      found.hessian.swap(trial_hessian);
      damping = damping > 1e-3 ? damping / 8 : 0;
    }
    found.reason = Stop::iterations_exhausted;
    return found;
  }

 private:
  Options options_;
};

}  // namespace loyal
