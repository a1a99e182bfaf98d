// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "../minimize.hpp"
#include "rank_cholesky.hpp"

namespace loyal::detail {

/// A concave function near a point, as what is evaluated fills it in.
template <Scalar T>
struct LocalQuadratic {
  double value = 0;
  Vector<T> gradient;
  Matrix<T> information;  // minus the second derivatives
  Vector<T> scale;  // what a diagonal entry of the information was computed from, for its rounding
};

template <Scalar T>
struct NewtonOptions {
  Vector<T> ridge;  // a coordinate's factor of x^2 / 2 in the penalty, >= 0
  Vector<T> lasso;  // a coordinate's factor of |x|, >= 0
  int max_iterations;
  double tolerance;  // of the last step, in standard errors
};

template <Scalar T>
struct NewtonResult {
  Vector<T> x;
  LocalQuadratic<T> start;     // without the penalty
  LocalQuadratic<T> end;       // without the penalty
  std::vector<bool> kept;      // false: the data do not tell this coordinate, which stays 0
  std::vector<Index> runaway;  // coordinates that grow without end
  int iterations = 0;
  Stop stop = Stop::iterations_exhausted;
};

/// Maximum of a concave function minus ridge and lasso penalties, by Newton's method with step halving.
///
/// evaluate(x, quadratic) fills the function's value, gradient and information. Coordinates should be such that
/// a change by 1 matters: columns of unit variance. Where the function rises towards infinity, Newton's steps
/// keep their length while what they gain vanishes; that is how it is told apart from convergence.
/// Source: Newton's method; with a lasso, coordinate descent on each quadratic, as Simon, Friedman, Hastie &
/// Tibshirani, Journal of Statistical Software 39(5), 2011, section 2.
template <Scalar T>
class ConcaveNewton {
 public:
  explicit ConcaveNewton(NewtonOptions<T> options) : options_(std::move(options)) {}

  template <class Evaluate>
  [[nodiscard]] NewtonResult<T> maximize(Vector<T> x, const Evaluate& evaluate) const {
    NewtonResult<T> result;
    LocalQuadratic<T> now;
    evaluate(x, now);
    result.start = now;
    result.kept.assign(static_cast<std::size_t>(x.size()), true);
    if (!std::isfinite(now.value) || !now.gradient.allFinite()) {
      result.x = std::move(x);
      result.end = std::move(now);
      result.stop = Stop::not_finite;
      return result;
    }
    LocalQuadratic<T> next;
    double longest_before = 0;
    for (;; ++result.iterations) {
      const auto factors = factorize(now, result.kept);
      if (result.iterations == 0) {
        for (Index j = 0; j < x.size(); ++j)
          result.kept[static_cast<std::size_t>(j)] = factors.kept(j);
      } else {
        for (Index j = 0; j < x.size(); ++j)  // curvature died out on the way
          if (result.kept[static_cast<std::size_t>(j)] && !factors.kept(j))
            result.runaway.push_back(j);
        if (!result.runaway.empty()) {
          result.stop = Stop::runs_away;
          break;
        }
      }
      const Vector<T> step = step_from(x, now, factors, result.kept);
      const double gain = expected_gain(x, step, now);
      const double size = std::sqrt(std::max(0.0, static_cast<double>(curvature(step, now))));
      const double longest =
          step.size() == 0 ? 0.0 : static_cast<double>(step.template lpNorm<Eigen::Infinity>());
      if (size < 1e-3 && longest > 1e-2 && longest > 0.5 * longest_before) {
        for (Index j = 0; j < x.size(); ++j)
          if (static_cast<double>(std::abs(step[j])) > 0.1 * longest) result.runaway.push_back(j);
        result.stop = Stop::runs_away;
        break;
      }
      if (size <= options_.tolerance) {
        x += step;  // of no weight in value and information, but the square of its size is nearer
        result.stop = Stop::gradient_small;
        break;
      }
      if (result.iterations == options_.max_iterations) break;
      const double value = penalized(x, now);
      double length = 1;
      bool better = false;
      for (int halving = 0; halving < 40 && !better; ++halving, length /= 2) {
        const Vector<T> trial = x + static_cast<T>(length) * step;
        evaluate(trial, next);
        // A gain below the rounding of the value cannot be seen, and is believed.
        better = next.gradient.allFinite() &&
                 penalized(trial, next) >= value + 1e-4 * length * gain - 1e-12 * std::abs(value);
        if (better) x = trial;
      }
      if (!better) {
        result.stop = size <= 1e-6 ? Stop::value_settled : Stop::no_descent;
        break;
      }
      std::swap(now, next);
      longest_before = longest;
    }
    result.x = std::move(x);
    result.end = std::move(now);
    return result;
  }

 private:
  [[nodiscard]] double penalized(const Vector<T>& x, const LocalQuadratic<T>& q) const {
    return q.value - static_cast<double>((options_.ridge.array() * x.array().square()).sum() / 2 +
                                         (options_.lasso.array() * x.array().abs()).sum());
  }
  [[nodiscard]] T curvature(const Vector<T>& step, const LocalQuadratic<T>& q) const {
    return step.dot(q.information * step) + (options_.ridge.array() * step.array().square()).sum();
  }
  [[nodiscard]] double expected_gain(const Vector<T>& x, const Vector<T>& step,
                                     const LocalQuadratic<T>& q) const {
    return static_cast<double>(
        (q.gradient.array() - options_.ridge.array() * x.array()).matrix().dot(step) -
        (options_.lasso.array() * ((x + step).array().abs() - x.array().abs())).sum());
  }

  [[nodiscard]] RankCholesky<T> factorize(const LocalQuadratic<T>& q,
                                          const std::vector<bool>& kept) const {
    Matrix<T> a = q.information;
    a.diagonal() += options_.ridge;
    for (Index j = 0; j < a.rows(); ++j)
      if (!kept[static_cast<std::size_t>(j)]) a.row(j).setZero(), a.col(j).setZero();
    return RankCholesky<T>(a, q.scale + options_.ridge, T(1e-11));
  }

  [[nodiscard]] Vector<T> step_from(const Vector<T>& x, const LocalQuadratic<T>& q,
                                    const RankCholesky<T>& factors,
                                    const std::vector<bool>& kept) const {
    const Vector<T> slope = q.gradient.array() - options_.ridge.array() * x.array();
    if ((options_.lasso.array() == T(0)).all()) return factors.solve(slope);
    Matrix<T> h = q.information;
    h.diagonal() += options_.ridge;
    Vector<T> step = Vector<T>::Zero(x.size());
    Vector<T> left = slope;  // slope - h step
    for (int sweep = 0; sweep < 10000; ++sweep) {
      T change = 0;
      for (Index j = 0; j < x.size(); ++j) {
        if (!kept[static_cast<std::size_t>(j)] || !(h(j, j) > 0)) continue;
        const T at = x[j] + step[j];
        const T pull = left[j] + h(j, j) * at;
        const T size = std::max(T(0), std::abs(pull) - options_.lasso[j]) / h(j, j);
        const T move = (pull < 0 ? -size : size) - at;
        if (move == 0) continue;
        step[j] += move;
        left -= move * h.col(j);
        change = std::max(change, move * move * h(j, j));
      }
      if (std::sqrt(static_cast<double>(change)) <= 0.01 * options_.tolerance) break;
    }
    return step;
  }

  NewtonOptions<T> options_;
};

}  // namespace loyal::detail
