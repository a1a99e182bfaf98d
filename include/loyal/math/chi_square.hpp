// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "../core/error.hpp"
#include "special.hpp"

namespace loyal {

/// P(X >= x) for a chi-square variable X: the p-value of a test whose statistic is x.
///
///   Q(degrees / 2, x / 2),  the regularized upper incomplete gamma function
///
/// 1 for x <= 0; NaN gives NaN. Relative error about 1e-13, also far in the tail.
/// @throws OptionError unless degrees > 0.
/// Source: series and continued fraction 8.7.1 and 8.9.2 of the NIST Digital Library of Mathematical Functions.
/// Cost: about sqrt(degrees) + 20 steps.
///
///     if (std::abs(loyal::chi_square_tail(3.841458820694124, 1) - 0.05) > 1e-12) return 1;
inline double chi_square_tail(double x, double degrees) {
  detail::expect_option("chi_square_tail", "degrees", degrees,
                        degrees > 0 && std::isfinite(degrees), "> 0");
  if (std::isnan(x)) return x;
  if (x <= 0) return 1;
  if (std::isinf(x)) return 0;
  const double a = degrees / 2;
  x /= 2;
  const double front = std::exp(a * std::log(x) - x - log_gamma(a));
  if (x < a + 1) {
    double term = 1 / a;
    double sum = term;
    for (double k = a + 1; term > 1e-17 * sum; ++k) sum += term *= x / k;
    return 1 - front * sum;
  }
  // Lentz's method.
  double b = x + 1 - a;
  double c = 1e300;
  double d = 1 / b;
  double value = d;
  for (double k = 1; k < 100000; ++k) {
    const double numerator = -k * (k - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    const double factor = c * d;
    value *= factor;
    if (std::abs(factor - 1) < 1e-16) break;
  }
  return front * value;
}

/// What a chi-square test found.
struct ChiSquareTest {
  double statistic = 0;
  double degrees = 0;  ///< 0: nothing could be tested, and the p-value is 1
  double p_value = 1;  ///< chance of a statistic as large where there is no effect
};

namespace detail {

inline ChiSquareTest chi_square_test(double statistic, Index degrees) {
  const auto free = static_cast<double>(degrees);
  return {statistic, free, degrees > 0 ? chi_square_tail(statistic, free) : 1.0};
}

}  // namespace detail
}  // namespace loyal
