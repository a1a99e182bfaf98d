// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "../core/error.hpp"
#include "special.hpp"

namespace loyal {
namespace detail {

/// Value and slope of 2F1(a, b; c; z).
struct Hypergeometric {
  double value;
  double slope;
};

/// The defining series and its derivative, for 0 <= z <= 0.75.
inline Hypergeometric hypergeometric_series(double a, double b, double c, double z) {
  double term = 1;
  Hypergeometric sum{1, 0};
  for (int n = 0; n < 10000; ++n) {
    const double slope = term * (a + n) * (b + n) / (c + n);  // (n + 1) t_(n+1) / z
    term = slope * z / (n + 1);
    sum.value += term;
    sum.slope += slope;
    // Early terms may grow, or pass near zero, before they decay.
    if (n > std::abs(a) + std::abs(b) - c && std::abs(slope) <= 1e-17 * std::abs(sum.slope) &&
        std::abs(term) <= 1e-17 * std::abs(sum.value))
      break;
    if (term == 0) break;
  }
  return sum;
}

/// Carries value and slope from z to z + step along the differential equation, by the Taylor series
/// around z, |step| <= half the distance to 1.
inline Hypergeometric hypergeometric_step(double a, double b, double c, double z, double step,
                                          Hypergeometric from) {
  double before = from.value;  // terms d_n step^n
  double term = from.slope * step;
  double value = before + term;
  double slope = term;  // n d_n step^n, divided by the step at the end
  for (int n = 0; n < 400; ++n) {
    const double next = (step * step * (n + a) * (n + b) * before -
                         step * (n + 1) * ((1 - 2 * z) * n + c - (a + b + 1) * z) * term) /
                        (z * (1 - z) * (n + 2) * (n + 1));
    before = term;
    term = next;
    value += term;
    slope += (n + 2) * term;
    if (std::abs(term) + std::abs(before) <= 1e-18 * std::abs(value)) break;
  }
  return {value, slope / step};
}

}  // namespace detail

/// Gauss's hypergeometric function of real arguments.
///
///   2F1(a, b; c; z) = sum over n of (a)_n (b)_n / ((c)_n n!) z^n,   z < 1
///
/// Needs no case for integer differences of the parameters: near 1 the differential equation is followed in steps
/// that halve the distance to 1, after Euler's transformation has made c - a - b >= 0. Relative error about 1e-13
/// for parameters up to some tens; where a and b are large and of different signs the terms alternate, and digits
/// are lost as they cancel.
/// @throws OptionError unless z <= 1, c is not 0, -1, -2, ..., and at z = 1 c > a + b; all finite.
/// Source: Abramowitz & Stegun 15.1.1, 15.1.20, 15.3.3, 15.3.4 and 15.5.1; continuation by Taylor series as in
/// Buehring, SIAM Journal on Mathematical Analysis 18(3), 1987.
/// Cost: some 20 to 100 terms, and 50 more for each halving of 1 - z below 1/4.
///
///     const double f = loyal::hypergeometric_2f1(1, 1, 2, 0.5);  // -log(1 - z) / z
///     if (std::abs(f - 2 * std::log(2.0)) > 1e-14) return 1;
inline double hypergeometric_2f1(double a, double b, double c, double z) {
  const char* where = "hypergeometric_2f1";
  detail::expect_option(where, "a", a, std::isfinite(a), "finite");
  detail::expect_option(where, "b", b, std::isfinite(b), "finite");
  detail::expect_option(where, "c", c, std::isfinite(c) && !(c <= 0 && c == std::floor(c)),
                        "finite and not 0, -1, -2, ...");
  detail::expect_option(where, "z", z, z < 1 || (z == 1 && c > a + b), "< 1, or 1 where c > a + b");
  if (z == 0 || a == 0 || b == 0) return 1;
  if (z < 0) {
    detail::expect_option(where, "z", z, std::isfinite(z), "finite");
    // Of two equal forms the one with the smaller parameters.
    if (std::abs(c - a) + std::abs(b) > std::abs(c - b) + std::abs(a)) std::swap(a, b);
    return std::exp(-b * std::log1p(-z)) * hypergeometric_2f1(c - a, b, c, z / (z - 1));
  }
  double factor = 1;
  if (c - a - b < 0) {
    factor = std::exp((c - a - b) * std::log1p(-z));
    const double other = c - a;
    a = c - b;
    b = other;
    if (a == 0 || b == 0) return factor;
  }
  if (z == 1) {
    const auto gamma_sign = [](double x) {
      const bool negative = x < 0 && std::fmod(std::floor(x), 2.0) != 0;
      return negative ? -1.0 : 1.0;
    };
    return gamma_sign(c) * gamma_sign(c - a) * gamma_sign(c - b) *
           std::exp(log_gamma(c) + log_gamma(c - a - b) - log_gamma(c - a) - log_gamma(c - b));
  }
  double at = std::min(z, 0.75);
  auto f = detail::hypergeometric_series(a, b, c, at);
  while (at < z) {
    const double next = std::min(z, at + (1 - at) / 2);
    f = detail::hypergeometric_step(a, b, c, at, next - at, f);
    at = next;
  }
  return factor * f.value;
}

}  // namespace loyal
