// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/values.hpp"

namespace loyal {
namespace detail {

/// Weighted mean of error(truth, prediction) over checked samples.
template <class Error>
double mean_error(const char* where, const Values& truth, const Values& predicted,
                  const Values& weights, Error&& error) {
  expect_some(where, "truth", truth);
  expect_size(where, "the number of predictions", predicted.size(), truth.size());
  expect_finite(where, "truth", truth);
  expect_finite(where, "predicted", predicted);
  const SampleWeights weight(where, weights, truth.size());
  double sum = 0;
  for (Index i = 0; i < truth.size(); ++i) sum += weight[i] * error(truth[i], predicted[i]);
  return sum / weight.total();
}

}  // namespace detail

/// Mean squared error, (1/n) sum of (y - p)^2, with optional sample weights.
/// @throws DataError for empty or not finite values; ShapeError if sizes differ. So do all below.
///
///     if (loyal::mean_squared_error({1, 2}, {1, 4}) != 2) return 1;
inline double mean_squared_error(const Values& truth, const Values& predicted,
                                 const Values& weights = {}) {
  return detail::mean_error("mean_squared_error", truth, predicted, weights,
                            [](double y, double p) { return (y - p) * (y - p); });
}

/// Its square root, in the unit of the values.
inline double root_mean_squared_error(const Values& truth, const Values& predicted,
                                      const Values& weights = {}) {
  return std::sqrt(mean_squared_error(truth, predicted, weights));
}

/// (1/n) sum of |y - p|.
inline double mean_absolute_error(const Values& truth, const Values& predicted,
                                  const Values& weights = {}) {
  return detail::mean_error("mean_absolute_error", truth, predicted, weights,
                            [](double y, double p) { return std::abs(y - p); });
}

/// Share of the variance that is explained, 1 - MSE / variance: 1 is perfect, 0 as good as the mean.
/// For constant truth, 1 if it is met exactly and 0 if not.
inline double r_squared(const Values& truth, const Values& predicted, const Values& weights = {}) {
  const double error = mean_squared_error(truth, predicted, weights);
  const double mean = detail::mean_error("r_squared", truth, predicted, weights,
                                         [](double y, double) { return y; });
  const double variance =
      detail::mean_error("r_squared", truth, predicted, weights,
                         [&](double y, double) { return (y - mean) * (y - mean); });
  if (variance == 0) return error == 0 ? 1 : 0;
  return 1 - error / variance;
}

/// Pinball loss of predicted q-quantiles: q (y - p) where y >= p, else (1 - q) (p - y); q in (0, 1).
/// @throws OptionError if q lies outside.
/// Source: Koenker & Bassett, Econometrica 46(1), 1978.
inline double pinball_loss(const Values& truth, const Values& predicted, double q,
                           const Values& weights = {}) {
  detail::expect_option("pinball_loss", "q", q, q > 0 && q < 1, "in (0, 1)");
  return detail::mean_error("pinball_loss", truth, predicted, weights, [&](double y, double p) {
    return std::max(q * (y - p), (q - 1) * (y - p));
  });
}

/// Symmetric relative error, (1/n) sum of 2 |y - p| / (|y| + |p|), in [0, 2]; 0 where both are 0.
/// Unlike the plain percentage error it stays finite for customers who spend nothing.
inline double symmetric_percentage_error(const Values& truth, const Values& predicted,
                                         const Values& weights = {}) {
  return detail::mean_error("symmetric_percentage_error", truth, predicted, weights,
                            [](double y, double p) {
                              const double size = std::abs(y) + std::abs(p);
                              return size == 0 ? 0.0 : 2 * std::abs(y - p) / size;
                            });
}

}  // namespace loyal
