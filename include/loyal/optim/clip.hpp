// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>

#include "../core/error.hpp"
#include "../core/parameters.hpp"

namespace loyal {

/// Scales a gradient down so that its norm over all arrays together is at most @p max_norm.
///
///   g <- g * min(1, max_norm / (|g| + 1e-6))
///
/// Returns |g| from before. A norm that is not finite leaves the gradient as it is, for the caller to see.
/// @throws OptionError unless max_norm > 0.
/// Source: Pascanu, Mikolov & Bengio, ICML 2013, algorithm 1; the 1e-6 as in torch. Cost: two passes.
///
///     loyal::Vector<double> g = loyal::Vector<double>::Constant(4, 3.0);
///     if (loyal::clip_norm(g, 1.0) != 6) return 1;
///     if (std::abs(g.norm() - 1) > 1e-6) return 2;
template <class Gradient>
double clip_norm(Gradient& gradient, double max_norm) {
  detail::expect_option("clip_norm", "max_norm", max_norm, max_norm > 0, "> 0");
  const double norm = std::sqrt(squared_norm(gradient));
  if (std::isfinite(norm)) {
    const double factor = max_norm / (norm + 1e-6);
    if (factor < 1) scale(gradient, factor);
  }
  return norm;
}

/// Scales a gradient down so that its largest element is at most about @p limit in absolute value; the direction stays.
///
///   g <- g * min(1, limit / (max |g| + 1e-6))
///
/// Returns max |g| from before. One that is not finite leaves the gradient as it is, for the caller to see.
/// @throws OptionError unless limit > 0.
/// Source: none; torch's clip_grad_norm_ with the infinite norm. Cost: two passes.
///
///     loyal::Vector<double> g = loyal::Vector<double>::Constant(4, 3.0);
///     if (loyal::clip_largest(g, 1.0) != 3 || std::abs(g[0] - 1) > 1e-6) return 1;
template <class Gradient>
double clip_largest(Gradient& gradient, double limit) {
  detail::expect_option("clip_largest", "limit", limit, limit > 0, "> 0");
  double largest = 0;
  for_each_parameter(
      [&](const Leaf& leaf, const auto& array) {
        const auto x = detail::elements(array);
        if (!leaf.trainable() || x.size() == 0 || !std::isfinite(largest)) return;
        const double here =
            static_cast<double>(x.cwiseAbs().template maxCoeff<Eigen::PropagateNaN>());
        largest = here > largest || std::isnan(here) ? here : largest;
      },
      gradient);
  const double factor = limit / (largest + 1e-6);
  if (std::isfinite(largest) && factor < 1) scale(gradient, factor);
  return largest;
}

/// Cuts each element of a gradient to [-limit, limit].
///
/// @throws OptionError unless limit > 0.
/// Source: none, textbook. Cost: one pass.
///
///     loyal::Vector<double> g = loyal::Vector<double>::Constant(4, 3.0);
///     loyal::clip_value(g, 0.5);
///     if (g.sum() != 2) return 1;
template <class Gradient>
void clip_value(Gradient& gradient, double limit) {
  detail::expect_option("clip_value", "limit", limit, limit > 0, "> 0");
  for_each_parameter(
      [&](const Leaf&, auto& array) {
        auto x = detail::elements(array);
        const auto bound = static_cast<typename decltype(x)::Scalar>(limit);
        x = x.cwiseMin(bound).cwiseMax(-bound);
      },
      gradient);
}

}  // namespace loyal
