// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "special.hpp"

namespace loyal {

/// One line of a regression's table.
struct Coefficient {
  double estimate = 0;
  double standard_error = 0;  ///< NaN where the data do not tell the coefficient
  double z = 0;               ///< estimate / standard error
  double p_value = 1;         ///< chance of a |z| as large where the coefficient is 0
  double low = 0;             ///< end of the confidence interval
  double high = 0;            ///< the other end
};

/// Wald tests and intervals of estimates with a covariance.
///
///   z = estimate / standard error;   interval = estimate -+ normal_quantile((1 + confidence) / 2) standard error
///
///   estimates    n
///   covariance   n x n; a variance of 0 belongs to a coefficient that was not estimated
///
/// @throws ShapeError if sizes differ; OptionError unless confidence is in (0, 1).
/// Source: Wald, Transactions of the AMS 54(3), 1943.
///
///     const loyal::Vector<double> estimates = loyal::Vector<double>::Constant(1, 3);
///     const loyal::Matrix<double> covariance = loyal::Matrix<double>::Constant(1, 1, 4);
///     const auto table = loyal::coefficient_table(estimates, covariance);
///     if (table[0].z != 1.5 || table[0].low > -0.91 || table[0].high < 6.91) return 1;
template <Scalar T>
std::vector<Coefficient> coefficient_table(const Vector<T>& estimates, const Matrix<T>& covariance,
                                           double confidence = 0.95) {
  const char* const where = "coefficient_table";
  detail::expect_shape(where, "covariance", covariance, estimates.size(), estimates.size());
  detail::expect_option(where, "confidence", confidence, confidence > 0 && confidence < 1,
                        "in (0, 1)");
  const double width = normal_quantile((1 + confidence) / 2);
  std::vector<Coefficient> table;
  for (Index i = 0; i < estimates.size(); ++i) {
    Coefficient line;
    line.estimate = static_cast<double>(estimates[i]);
    const double variance = static_cast<double>(covariance(i, i));
    line.standard_error = variance > 0 ? std::sqrt(variance) : std::nan("");
    line.z = line.estimate / line.standard_error;
    line.p_value = std::isnan(line.z) ? line.z : std::erfc(std::abs(line.z) * std::sqrt(0.5));
    line.low = line.estimate - width * line.standard_error;
    line.high = line.estimate + width * line.standard_error;
    table.push_back(line);
  }
  return table;
}

}  // namespace loyal
