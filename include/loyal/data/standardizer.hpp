// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"

namespace loyal {

/// Brings each feature to mean 0 and standard deviation 1.
///
///   z = (x - mean) / scale,   scale = sqrt(sum (x - mean)^2 / n)
///
/// NaN is a missing value: left out of mean and scale, then replaced by the mean (z = 0). A feature
/// that does not vary, or is always missing, has scale 1, so that it becomes 0.
///
/// | argument | shape |
/// |---|---|
/// | x | samples x features, any dense Eigen expression of float or double |
/// | means(), scales() | features, in the units of x |
///
/// @throws DataError from fit() without rows or for an infinite number, from transform() for an
/// infinite number; ShapeError for another number of features; NotFitted.
/// Source: the usual definition, in two passes.
/// Cost: O(samples x features).
///
///     loyal::Matrix<double> x(3, 2);
///     x << 1, 5, 2, 5, 3, 5;
///     loyal::Standardizer standardizer;
///     standardizer.fit(x);
///     const auto z = standardizer.transform(x);
///     if (z(1, 0) != 0 || z(2, 0) < 1.22 || z(2, 1) != 0) return 1;
class Standardizer {
 public:
  Standardizer() = default;

  /// As fitted before. @throws ShapeError when sizes differ, DataError unless means are finite and
  /// scales finite and positive.
  Standardizer(std::vector<double> means, std::vector<double> scales)
      : means_(std::move(means)), scales_(std::move(scales)) {
    detail::expect_size("Standardizer", "scales", scales_.size(), means_.size());
    for (std::size_t i = 0; i < means_.size(); ++i) {
      if (!std::isfinite(means_[i]))
        detail::fail<DataError>("Standardizer", "mean", means_[i], "a finite number");
      if (!std::isfinite(scales_[i]) || scales_[i] <= 0)
        detail::fail<DataError>("Standardizer", "scale", scales_[i], "a finite number > 0");
    }
  }

  template <class Derived>
  void fit(const Eigen::MatrixBase<Derived>& x) {
    if (x.rows() == 0)
      detail::fail<DataError>("Standardizer::fit", "number of rows", 0, "at least 1");
    std::vector<double> means;
    std::vector<double> scales;
    for (Index column = 0; column < x.cols(); ++column) {
      const auto [mean, scale] = moments(x, column);
      means.push_back(mean);
      scales.push_back(scale);
    }
    means_ = std::move(means);
    scales_ = std::move(scales);
  }

  template <class Derived>
  [[nodiscard]] Matrix<typename Derived::Scalar> transform(
      const Eigen::MatrixBase<Derived>& x) const {
    expect_features("Standardizer::transform", x.cols());
    Matrix<typename Derived::Scalar> z = x;
    for (Index row = 0; row < z.rows(); ++row)
      for (Index column = 0; column < z.cols(); ++column) {
        if (std::isinf(z(row, column))) fail_infinite("Standardizer::transform", row, column);
        z(row, column) = static_cast<typename Derived::Scalar>(
            transform(static_cast<double>(z(row, column)), static_cast<std::size_t>(column)));
      }
    return z;
  }

  /// One value of one feature; 0 for NaN.
  [[nodiscard]] double transform(double value, std::size_t feature) const {
    return std::isnan(value) ? 0 : (value - means_[feature]) / scales_[feature];
  }

  /// Back from z to x; what was missing is now the mean.
  template <class Derived>
  [[nodiscard]] Matrix<typename Derived::Scalar> inverse_transform(
      const Eigen::MatrixBase<Derived>& z) const {
    expect_features("Standardizer::inverse_transform", z.cols());
    Matrix<typename Derived::Scalar> x = z;
    for (Index column = 0; column < x.cols(); ++column) {
      const auto c = static_cast<std::size_t>(column);
      for (Index row = 0; row < x.rows(); ++row)
        x(row, column) = static_cast<typename Derived::Scalar>(
            static_cast<double>(x(row, column)) * scales_[c] + means_[c]);
    }
    return x;
  }

  [[nodiscard]] bool fitted() const noexcept { return !means_.empty(); }
  [[nodiscard]] const std::vector<double>& means() const noexcept { return means_; }
  [[nodiscard]] const std::vector<double>& scales() const noexcept { return scales_; }

  friend bool operator==(const Standardizer&, const Standardizer&) = default;

 private:
  [[noreturn]] static void fail_infinite(const char* where, Index row, Index column) {
    detail::fail<DataError>(where, "x(" + std::to_string(row) + ", " + std::to_string(column) + ")",
                            "infinite", "a finite number, or NaN for a missing one");
  }

  void expect_features(const char* where, Index features) const {
    if (!fitted()) detail::fail<NotFitted>(where, "standardizer", "not fitted", "a call of fit()");
    detail::expect_size(where, "x.cols()", features, means_.size());
  }

  template <class Derived>
  static std::pair<double, double> moments(const Eigen::MatrixBase<Derived>& x, Index column) {
    const auto over_present = [&x, column](auto&& use) {
      for (Index row = 0; row < x.rows(); ++row) {
        const auto value = static_cast<double>(x(row, column));
        if (std::isinf(value)) fail_infinite("Standardizer::fit", row, column);
        if (!std::isnan(value)) use(value);
      }
    };
    // Counted from the first value, so that a constant is exactly constant.
    double first = 0;
    double sum = 0;
    double largest = 0;
    double count = 0;
    over_present([&](double value) {
      if (count == 0) first = value;
      sum += value - first;
      largest = std::max(largest, std::abs(value));
      ++count;
    });
    if (count == 0) return {0, 1};
    const double mean = first + sum / count;
    double squares = 0;
    over_present([&](double value) { squares += (value - mean) * (value - mean); });
    const double scale = std::sqrt(squares / count);
    if (!std::isfinite(mean) || !std::isfinite(scale))
      detail::fail<DataError>("Standardizer::fit",
                              "sum of squares of column " + std::to_string(column), "infinite",
                              "smaller numbers");
    // Differences in the last bits are those of rounding.
    const double noise = 8 * std::numeric_limits<double>::epsilon() * largest;
    return {mean, scale > noise ? scale : 1.0};
  }

  std::vector<double> means_;
  std::vector<double> scales_;
};

}  // namespace loyal
