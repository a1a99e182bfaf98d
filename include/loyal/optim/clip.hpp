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
