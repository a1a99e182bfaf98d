// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "../core/error.hpp"
#include "functions.hpp"

namespace loyal {
namespace detail {

/// log(gamma(x)) - ((x - 1/2) log x - x + log(2 pi) / 2) for x >= 10: the tail of Stirling's series.
inline double stirling_tail(double x) {
  const double r = 1 / (x * x);
  return (1.0 / 12 -
          r * (1.0 / 360 -
               r * (1.0 / 1260 - r * (1.0 / 1680 - r * (1.0 / 1188 - r * 691.0 / 360360))))) /
         x;
}
inline constexpr double pi = 3.14159265358979323846;
inline constexpr double log_root_two_pi = 0.91893853320467274178;

}  // namespace detail

/// log |gamma(x)|. Unlike std::lgamma it writes no global sign, so threads may call it at once.
///
/// Error at most some 1e-15 max(1, |result|). Infinite at 0, -1, -2, ...; NaN at NaN.
/// Source: Stirling's series from 10 on (Abramowitz & Stegun 6.1.41), recurrence below, reflection for x < 0.
///
///     if (std::abs(loyal::log_gamma(5.0) - std::log(24.0)) > 1e-14) return 1;
inline double log_gamma(double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) return std::numeric_limits<double>::infinity();
  if (x <= 0) {
    if (x == std::floor(x)) return std::numeric_limits<double>::infinity();
    return std::log(detail::pi / std::abs(std::sin(detail::pi * (x - std::floor(x))))) -
           log_gamma(1 - x);
  }
  double product = 1;
  while (x < 10) product *= x++;
  return (x - 0.5) * std::log(x) - x + detail::log_root_two_pi + detail::stirling_tail(x) -
         std::log(product);
}

/// log B(a, b) = log(gamma(a) gamma(b) / gamma(a + b)) for a, b > 0, accurate also where both or one are
/// so large that the three logarithms of gamma cancel.
/// @throws OptionError unless a, b > 0.
inline double log_beta(double a, double b) {
  detail::expect_option("log_beta", "a", a, a > 0, "> 0");
  detail::expect_option("log_beta", "b", b, b > 0, "> 0");
  if (a > b) std::swap(a, b);
  if (b < 10) return log_gamma(a) + log_gamma(b) - log_gamma(a + b);
  const double tail = detail::stirling_tail(b) - detail::stirling_tail(a + b);
  if (a < 10)
    return log_gamma(a) + tail + a - a * std::log(a + b) + (b - 0.5) * std::log1p(-a / (a + b));
  return detail::stirling_tail(a) + tail + detail::log_root_two_pi - 0.5 * std::log(b) +
         (a - 0.5) * std::log(a / (a + b)) + b * std::log1p(-a / (a + b));
}

/// digamma(x) = d log gamma(x) / dx for x > 0.
/// Source: Abramowitz & Stegun 6.3.5 and 6.3.18. @throws OptionError unless x > 0.
inline double digamma(double x) {
  detail::expect_option("digamma", "x", x, x > 0, "> 0");
  double shift = 0;
  for (; x < 10; ++x) shift += 1 / x;
  const double r = 1 / (x * x);
  const double tail =
      r * (1.0 / 12 - r * (1.0 / 120 -
                           r * (1.0 / 252 -
                                r * (1.0 / 240 - r * (1.0 / 132 - r * (691.0 / 32760 - r / 12))))));
  return std::log(x) - 0.5 / x - tail - shift;
}

/// trigamma(x) = d digamma(x) / dx for x > 0.
/// Source: Abramowitz & Stegun 6.4.6 and 6.4.12. @throws OptionError unless x > 0.
inline double trigamma(double x) {
  detail::expect_option("trigamma", "x", x, x > 0, "> 0");
  double shift = 0;
  for (; x < 15; ++x) shift += 1 / (x * x);
  const double r = 1 / (x * x);
  const double tail =
      r * (1.0 / 6 - r * (1.0 / 30 - r * (1.0 / 42 - r * (1.0 / 30 - r * (5.0 / 66)))));
  return shift + (1 + 0.5 / x + tail) / x;
}

/// The z with normal_cdf(z) = p; -inf at 0, inf at 1. Relative error about 1e-15.
///
/// Source: our own start (Abramowitz & Stegun 26.2.23) and Halley steps on the exact distribution.
/// @throws OptionError unless p is in [0, 1].
///
///     if (std::abs(loyal::normal_quantile(0.975) - 1.959963984540054) > 1e-14) return 1;
inline double normal_quantile(double p) {
  detail::expect_option("normal_quantile", "p", p, p >= 0 && p <= 1, "in [0, 1]");
  if (p == 0.5) return 0;
  if (p > 0.5) return p == 1 ? std::numeric_limits<double>::infinity() : -normal_quantile(1 - p);
  if (p == 0) return -std::numeric_limits<double>::infinity();
  const double t = std::sqrt(-2 * std::log(p));
  double z = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                       (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
  for (int i = 0; i < 3; ++i) {
    // In units of the density; erfc keeps the digits of the tail.
    const double error = 0.5 * std::erfc(-z * std::sqrt(0.5)) - p;
    const double u = error * std::sqrt(2 * detail::pi) * std::exp(z * z / 2);
    if (!std::isfinite(u)) break;  // subnormal p: the density has run out
    z -= u / (1 + z * u / 2);
  }
  return z;
}

}  // namespace loyal
