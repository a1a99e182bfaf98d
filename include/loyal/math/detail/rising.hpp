// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "../special.hpp"

namespace loyal::detail {

/// log(gamma(a + n) / gamma(a)) and its first and second derivative by a, for a > 0, n >= 0 (whole or not).
struct Rising {
  double value;
  double slope;
  double curvature;
};

/// Few whole steps are summed, one logarithm for some of them; many go through the gamma function.
inline Rising log_rising(double a, double n) {
  if (n <= 24 && n == std::floor(n)) {
    Rising sum{0, 0, 0};
    double product = 1;
    for (double i = 0; i < n; ++i) {
      const double inverse = 1 / (a + i);
      product *= a + i;
      if (!(product > 1e-280 && product < 1e280)) {  // the factor alone may lie outside
        sum.value += std::log(product / (a + i)) + std::log(a + i);
        product = 1;
      }
      sum.slope += inverse;
      sum.curvature -= inverse * inverse;
    }
    sum.value += std::log(product);
    return sum;
  }
  return {log_gamma(a + n) - log_gamma(a), digamma(a + n) - digamma(a),
          trigamma(a + n) - trigamma(a)};
}

}  // namespace loyal::detail
