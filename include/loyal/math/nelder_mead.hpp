// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "minimize.hpp"

namespace loyal {

/// Nelder-Mead: minimises a function of a few variables from its values alone.
///
/// The function is any `double f(const Vector<T>& x)`; where it returns NaN it counts as infinite, so
/// constraints may be written so. For more than some ten variables, or with a gradient, prefer LBFGS.
/// Source: Nelder & Mead, Computer Journal 7(4), 1965, with the coefficients that adapt to the number
/// of variables of Gao & Han, Computational Optimization and Applications 51(1), 2012.
///
///     const auto kink = [](const loyal::Vector<double>& x) {
///       return std::abs(x[0] - 1) + std::abs(x[1] + 2);
///     };
///     const auto found = loyal::NelderMead{}.minimize(kink, loyal::Vector<double>::Zero(2));
///     if (!found.converged() || std::abs(found.x[1] + 2) > 1e-6) return 1;
class NelderMead {
 public:
  struct Options {
    int max_iterations = 10000;  ///< >= 0
    double point_tolerance =
        1e-8;  ///< all points within this of the best one, relative to max(1, |x|); >= 0
    double value_tolerance =
        1e-10;  ///< all values within this of the best one, relative to max(1, |f|); >= 0
    double first_step = 0.1;  ///< size of the first simplex, relative to max(|x|, 0.1); > 0
    int restarts = 1;  ///< new simplices around the point found, against stopping too early; >= 0
  };

  NelderMead() = default;
  /// @throws OptionError if an option lies outside the domain given above.
  explicit NelderMead(const Options& options) : options_(options) {
    detail::expect_option("NelderMead", "max_iterations", options.max_iterations,
                          options.max_iterations >= 0, ">= 0");
    detail::expect_option("NelderMead", "point_tolerance", options.point_tolerance,
                          options.point_tolerance >= 0, ">= 0");
    detail::expect_option("NelderMead", "value_tolerance", options.value_tolerance,
                          options.value_tolerance >= 0, ">= 0");
    detail::expect_option("NelderMead", "first_step", options.first_step, options.first_step > 0,
                          "> 0");
    detail::expect_option("NelderMead", "restarts", options.restarts, options.restarts >= 0,
                          ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Minimises @p f from @p start (n >= 1).
  /// @throws ShapeError if start is empty.
  template <class F, Scalar T>
  requires std::invocable < F&, const Vector<T>
  & > Minimum<T> minimize(F&& f, Vector<T> start) const {
    if (start.size() == 0) detail::fail<ShapeError>("NelderMead", "the size of start", 0, ">= 1");
    Minimum<T> found{.x = std::move(start)};
    found.value = evaluate(f, found.x, found);
    if (!std::isfinite(found.value)) {
      found.reason = Stop::not_finite;
      return found;
    }
    for (int run = 0; run <= options_.restarts; ++run) {
      const double before = found.value;
      descend(f, found);
      const bool settled =
          before - found.value <= options_.value_tolerance * std::max(1.0, std::abs(found.value));
      if (!found.converged() || (run > 0 && settled)) break;
    }
    return found;
  }
  template <class F, class Derived>
  auto minimize(F&& f, const Eigen::MatrixBase<Derived>& start) const {
    return minimize(std::forward<F>(f), Vector<typename Derived::Scalar>(start));
  }

 private:
  template <class F, Scalar T>
  static double evaluate(F& f, const Vector<T>& x, Minimum<T>& found) {
    ++found.evaluations;
    const double value = static_cast<double>(f(x));
    return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
  }

  template <Scalar T>
  struct Vertex {
    Vector<T> x;
    double value;
  };

  /// One simplex, from found.x until it is small or iterations run out.
  template <class F, Scalar T>
  void descend(F& f, Minimum<T>& found) const {
    const Index n = found.x.size();
    const double dimensions = std::max(2.0, static_cast<double>(n));
    const double expand = 1 + 2 / dimensions;
    const double contract = 0.75 - 1 / (2 * dimensions);
    const double shrink = 1 - 1 / dimensions;

    std::vector<Vertex<T>> simplex{{found.x, found.value}};
    for (Index i = 0; i < n; ++i) {
      Vector<T> x = found.x;
      x[i] +=
          static_cast<T>(options_.first_step * std::max(std::abs(static_cast<double>(x[i])), 0.1));
      simplex.push_back({x, evaluate(f, x, found)});
    }
    const auto lower = [](const Vertex<T>& a, const Vertex<T>& b) { return a.value < b.value; };
    std::stable_sort(simplex.begin(), simplex.end(), lower);

    Vector<T> center(n);
    const auto at = [&](double factor) {  // center + factor (center - worst)
      Vertex<T> vertex{center + static_cast<T>(factor) * (center - simplex.back().x), 0};
      vertex.value = evaluate(f, vertex.x, found);
      return vertex;
    };
    const auto worst = static_cast<std::size_t>(n);
    found.reason = Stop::iterations_exhausted;
    while (true) {
      if (small(simplex)) {
        found.reason = Stop::simplex_small;
        break;
      }
      if (found.iterations >= options_.max_iterations) break;
      ++found.iterations;
      center.setZero();
      for (std::size_t i = 0; i < worst; ++i) center += simplex[i].x / static_cast<T>(n);

      Vertex<T> next = at(1);
      bool better = true;
      if (next.value < simplex[0].value) {
        Vertex<T> further = at(expand);
        if (further.value < next.value) next = std::move(further);
      } else if (!(next.value < simplex[worst - 1].value)) {
        const bool outside = next.value < simplex[worst].value;
        Vertex<T> nearer = at(outside ? contract : -contract);
        better = outside ? nearer.value <= next.value : nearer.value < simplex[worst].value;
        next = std::move(nearer);
      }
      if (better) {
        simplex[worst] = std::move(next);
      } else {
        for (std::size_t i = 1; i <= worst; ++i) {
          simplex[i].x = simplex[0].x + static_cast<T>(shrink) * (simplex[i].x - simplex[0].x);
          simplex[i].value = evaluate(f, simplex[i].x, found);
        }
      }
      std::stable_sort(simplex.begin(), simplex.end(), lower);
    }
    found.x = simplex[0].x;
    found.value = simplex[0].value;
  }

  template <Scalar T>
  [[nodiscard]] bool small(const std::vector<Vertex<T>>& simplex) const {
    const Vertex<T>& best = simplex.front();
    const double spread = simplex.back().value - best.value;
    const double allowed = options_.value_tolerance * std::max(1.0, std::abs(best.value));
    if (!(spread <= allowed)) return false;
    const double size = static_cast<double>(best.x.template lpNorm<Eigen::Infinity>());
    constexpr double rounding = 32 * std::numeric_limits<T>::epsilon();
    const double near = std::max(options_.point_tolerance, rounding) * std::max(1.0, size);
    return std::all_of(simplex.begin() + 1, simplex.end(), [&](const Vertex<T>& v) {
      return static_cast<double>((v.x - best.x).template lpNorm<Eigen::Infinity>()) <= near;
    });
  }

  Options options_;
};

}  // namespace loyal
