// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <utility>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "minimize.hpp"

namespace loyal {

/// L-BFGS: minimises a smooth function of many variables from its value and gradient.
///
/// The function is any `double f(const Vector<T>& x, Vector<T>& gradient)` that fills the gradient,
/// already of x's size, and returns the value. It may return NaN or infinity where it is not defined:
/// the search then steps back.
/// Source: Nocedal & Wright, Numerical Optimization, 2nd ed., 2006: algorithms 7.4 and 7.5, with the
/// strong Wolfe line search 3.5 and 3.6. Cost: 4 memory n a step besides about one evaluation.
///
///     const auto bowl = [](const loyal::Vector<double>& x, loyal::Vector<double>& gradient) {
///       gradient = 2 * (x.array() - 3);
///       return (x.array() - 3).square().sum();
///     };
///     const auto found = loyal::LBFGS{}.minimize(bowl, loyal::Vector<double>::Zero(5));
///     if (!found.converged() || std::abs(found.x[4] - 3) > 1e-6) return 1;
class LBFGS {
 public:
  struct Options {
    int memory = 10;                   ///< steps remembered; >= 1
    int max_iterations = 1000;         ///< >= 0
    double gradient_tolerance = 1e-6;  ///< stop once no |component| of the gradient is larger; >= 0
    double value_tolerance =
        1e-14;                 ///< stop when a step gains less, relative to max(1, |value|); >= 0
    int max_line_search = 40;  ///< evaluations in one line search; >= 1
  };

  LBFGS() = default;
  /// @throws OptionError if an option lies outside the domain given above.
  explicit LBFGS(const Options& options) : options_(options) {
    detail::expect_option("LBFGS", "memory", options.memory, options.memory >= 1, ">= 1");
    detail::expect_option("LBFGS", "max_iterations", options.max_iterations,
                          options.max_iterations >= 0, ">= 0");
    detail::expect_option("LBFGS", "gradient_tolerance", options.gradient_tolerance,
                          options.gradient_tolerance >= 0, ">= 0");
    detail::expect_option("LBFGS", "value_tolerance", options.value_tolerance,
                          options.value_tolerance >= 0, ">= 0");
    detail::expect_option("LBFGS", "max_line_search", options.max_line_search,
                          options.max_line_search >= 1, ">= 1");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Minimises @p f from @p start (n).
  template <class F, Scalar T>
  requires std::invocable < F&, const Vector<T>
  &, Vector<T>& > Minimum<T> minimize(F&& f, Vector<T> start) const {
    Minimum<T> found{.x = std::move(start)};
    Search<F, T> search{f, options_, found, Vector<T>::Zero(found.x.size())};
    found.value = search.evaluate(found.x, search.gradient);
    found.gradient_norm = norm(search.gradient);
    if (!std::isfinite(found.value) || !std::isfinite(found.gradient_norm)) {
      found.reason = Stop::not_finite;
      return found;
    }
    History<T> history(found.x.size(), options_.memory);
    Vector<T> direction(found.x.size());
    Vector<T> old_gradient;
    for (; found.iterations < options_.max_iterations; ++found.iterations) {
      if (found.gradient_norm <= options_.gradient_tolerance) {
        found.reason = Stop::gradient_small;
        return found;
      }
      direction = -search.gradient;
      history.apply(direction);
      double slope = dot(search.gradient, direction);
      if (!(slope < 0)) {  // rounding has spoiled the curvature: start again downhill
        history.clear();
        direction = -search.gradient;
        slope = dot(search.gradient, direction);
      }
      const double first = history.empty() ? std::min(1.0, 1 / length(search.gradient)) : 1.0;
      const double old_value = found.value;
      old_gradient = search.gradient;
      const double step = search.along(direction, slope, first);
      if (step == 0) {
        if (!history.empty()) {  // perhaps only the memory is bad
          history.clear();
          continue;
        }
        found.reason = Stop::no_descent;
        return found;
      }
      found.gradient_norm = norm(search.gradient);
      history.add(step * direction, search.gradient - old_gradient);
      if (old_value - found.value <=
          options_.value_tolerance * std::max(1.0, std::abs(found.value))) {
        found.reason = found.gradient_norm <= options_.gradient_tolerance ? Stop::gradient_small
                                                                          : Stop::value_settled;
        ++found.iterations;
        return found;
      }
    }
    found.reason = found.gradient_norm <= options_.gradient_tolerance ? Stop::gradient_small
                                                                      : Stop::iterations_exhausted;
    return found;
  }
  template <class F, class Derived>
  auto minimize(F&& f, const Eigen::MatrixBase<Derived>& start) const {
    return minimize(std::forward<F>(f), Vector<typename Derived::Scalar>(start));
  }

 private:
  template <Scalar T>
  static double norm(const Vector<T>& v) {
    return v.size() == 0 ? 0.0
                         : static_cast<double>(v.template lpNorm<Eigen::Infinity>() +
                                               0 * v.sum());  // NaN shows
  }
  template <Scalar T>
  static double length(const Vector<T>& v) {
    return static_cast<double>(v.stableNorm());
  }
  template <class A, class B>
  static double dot(const A& a, const B& b) {
    return a.template cast<double>().dot(b.template cast<double>());
  }

  /// The last steps s and changes of gradient y: together they act as an inverse Hessian.
  template <Scalar T>
  class History {
   public:
    History(Index n, int memory) : s_(memory, n), y_(memory, n), rho_(memory), alpha_(memory) {}
    [[nodiscard]] bool empty() const { return size_ == 0; }
    void clear() { size_ = 0; }

    void add(const Vector<T>& s, const Vector<T>& y) {
      const double curvature = dot(s, y);
      const double square = dot(y, y);
      if (!(curvature > std::numeric_limits<T>::epsilon() * square)) return;
      const Index at = next_;
      next_ = (next_ + 1) % s_.rows();
      size_ = std::min(size_ + 1, s_.rows());
      s_.row(at) = s.transpose();
      y_.row(at) = y.transpose();
      rho_[at] = 1 / curvature;
      scale_ = curvature / square;
    }

    /// direction <- H direction, by the two loops of algorithm 7.4.
    void apply(Vector<T>& direction) {
      if (empty()) return;
      const Index m = s_.rows();
      for (Index i = 1; i <= size_; ++i) {
        const Index at = (next_ - i + m) % m;
        alpha_[at] = rho_[at] * dot(s_.row(at).transpose(), direction);
        direction -= static_cast<T>(alpha_[at]) * y_.row(at).transpose();
      }
      direction *= static_cast<T>(scale_);
      for (Index i = size_; i >= 1; --i) {
        const Index at = (next_ - i + m) % m;
        const double beta = rho_[at] * dot(y_.row(at).transpose(), direction);
        direction += static_cast<T>(alpha_[at] - beta) * s_.row(at).transpose();
      }
    }

   private:
    Matrix<T> s_;
    Matrix<T> y_;
    Vector<double> rho_;
    Vector<double> alpha_;
    double scale_ = 1;
    Index next_ = 0;
    Index size_ = 0;
  };

  struct Point {
    double step;
    double value;
    double slope;
  };

  template <class F, Scalar T>
  struct Search {
    F& f;
    const Options& options;
    Minimum<T>& found;
    Vector<T> gradient;  // at found.x
    Vector<T> trial_x{};
    Vector<T> trial_gradient{};

    double evaluate(const Vector<T>& x, Vector<T>& at) {
      ++found.evaluations;
      const double value = static_cast<double>(f(x, at));
      detail::expect_size("LBFGS", "the size of the gradient", at.size(), x.size());
      return value;
    }

    Point try_step(const Vector<T>& direction, double step) {
      trial_x = found.x + static_cast<T>(step) * direction;
      trial_gradient.setZero(gradient.size());
      const double value = evaluate(trial_x, trial_gradient);
      const double slope = dot(trial_gradient, direction);
      if (!std::isfinite(value) || !std::isfinite(slope))
        return {step, std::numeric_limits<double>::infinity(), 0};
      return {step, value, slope};
    }

    double accept(const Point& point) {
      found.x.swap(trial_x);
      gradient.swap(trial_gradient);
      found.value = point.value;
      return point.step;
    }

    /// Moves found.x along the direction to a strong Wolfe point; the step, or 0 if nothing is lower.
    double along(const Vector<T>& direction, double slope, double first) {
      const Point origin{0, found.value, slope};
      const double slack = std::numeric_limits<T>::epsilon() * std::abs(origin.value);
      const auto too_high = [&](const Point& p) {
        return !(p.value <= origin.value + 1e-4 * p.step * slope + slack);
      };
      const auto flat = [&](const Point& p) { return std::abs(p.slope) <= -0.9 * slope; };

      Point low = origin;   // the best so far
      Point high = origin;  // the other end of the bracket, once there is one
      bool bracketed = false;
      double step = first;
      for (int i = 0; i < options.max_line_search; ++i) {
        const Point point = try_step(direction, step);
        if (too_high(point) || (low.step > 0 && point.value >= low.value)) {
          high = point;
          bracketed = true;
        } else if (flat(point)) {
          return accept(point);
        } else {
          if (bracketed ? point.slope * (high.step - low.step) >= 0 : point.slope >= 0) {
            high = low;
            bracketed = true;
          }
          low = point;
        }
        if (!bracketed) {
          step *= 4;
          if (!std::isfinite(step)) break;
          continue;
        }
        step = between(low, high);
        if (std::abs(high.step - low.step) <=
            1e-12 * std::max(std::abs(high.step), std::abs(low.step)))
          break;
      }
      if (low.step == 0) return 0;
      return accept(try_step(direction, low.step));
    }

    /// Minimum of the cubic through both ends, kept away from them; the middle if one is not finite.
    static double between(const Point& a, const Point& b) {
      const double width = b.step - a.step;
      const double middle = a.step + 0.5 * width;
      if (!std::isfinite(b.value)) return a.step + 0.1 * width;
      const double d1 = a.slope + b.slope - 3 * (b.value - a.value) / width;
      const double d2 = std::sqrt(d1 * d1 - a.slope * b.slope);
      const double d = width > 0 ? d2 : -d2;
      const double step = b.step - width * (b.slope + d - d1) / (b.slope - a.slope + 2 * d);
      const double share = (step - a.step) / width;
      return share > 0.1 && share < 0.9 ? step : middle;
    }
  };

  Options options_;
};

}  // namespace loyal
