// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "incomplete_beta.hpp"
#include "order.hpp"
#include "values.hpp"

namespace loyal {

/// Count, mean and variance of numbers as they come, and of the union of two such summaries.
///
/// Source: Welford, Technometrics 4(3), 1962; merged as Chan, Golub & LeVeque, 1979; with weights as
/// West, CACM 22(9), 1979.
///
///     loyal::Moments moments;
///     for (const double x : {1.0, 2.0, 6.0}) moments.add(x);
///     if (moments.mean() != 3 || moments.variance() != 7) return 1;
class Moments {
 public:
  void add(double value, double weight = 1) {
    if (weight == 0) return;
    weight_ += weight;
    const double change = value - mean_;
    mean_ += change * (weight / weight_);
    squares_ += weight * change * (value - mean_);
  }
  void merge(const Moments& other) {
    if (other.weight_ == 0) return;
    const double total = weight_ + other.weight_;
    const double change = other.mean_ - mean_;
    mean_ += change * (other.weight_ / total);
    squares_ += other.squares_ + change * change * (weight_ / total) * other.weight_;
    weight_ = total;
  }

  /// Sum of the weights: the count, if none were given.
  [[nodiscard]] double weight() const noexcept { return weight_; }
  /// 0 before the first number.
  [[nodiscard]] double mean() const noexcept { return mean_; }
  /// Sum of squares about the mean / (weight - @p lost); 0 if that is not positive. lost = 1 estimates the
  /// variance behind a sample of counts, 0 gives that of the numbers themselves.
  [[nodiscard]] double variance(double lost = 1) const noexcept {
    return weight_ > lost ? squares_ / (weight_ - lost) : 0.0;
  }
  [[nodiscard]] double deviation(double lost = 1) const noexcept {
    return std::sqrt(variance(lost));
  }

 private:
  double weight_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

/// Mean, with optional weights.
/// @throws DataError if there are no values; ShapeError if weights differ in number.
inline double mean(const Values& values, const Values& weights = {}) {
  detail::expect_some("mean", "values", values);
  const detail::SampleWeights weight("mean", weights, values.size());
  Moments moments;
  for (Index i = 0; i < values.size(); ++i) moments.add(values[i], weight[i]);
  return moments.mean();
}

/// Variance about the mean, divided by n - @p lost; 0 for a single value.
/// @throws DataError if there are no values.
inline double variance(const Values& values, double lost = 1) {
  detail::expect_some("variance", "values", values);
  Moments moments;
  for (const double x : values) moments.add(x);
  return moments.variance(lost);
}

namespace detail {

/// Quantile of sorted values, at place (n - 1) p between the two around it.
inline double sorted_quantile(const std::vector<double>& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  const double share = place - static_cast<double>(below);
  if (share == 0 || sorted[below] == sorted[below + 1]) return sorted[below];
  return sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

/// Differences from the mean in units of the largest, whose squares neither overflow nor underflow.
inline std::vector<double> centered(const Values& values) {
  const double center = mean(values);
  std::vector<double> differences;
  double largest = 0;
  for (const double x : values) {
    differences.push_back(x - center);
    largest = std::max(largest, std::abs(x - center));
  }
  if (largest > 0)
    for (double& d : differences) d /= largest;
  return differences;
}

}  // namespace detail

/// The p-quantile, p in [0, 1], with linear interpolation: type 7, the default of R and NumPy.
/// @throws DataError if there are no values or one is NaN; OptionError if p lies outside.
/// Source: Hyndman & Fan, American Statistician 50(4), 1996. Cost: one sort.
///
///     if (loyal::quantile({4, 1, 2, 3}, 0.5) != 2.5) return 1;
inline double quantile(const Values& values, double p) {
  detail::expect_some("quantile", "values", values);
  detail::expect_option("quantile", "p", p, p >= 0 && p <= 1, "in [0, 1]");
  std::vector<double> sorted(values.begin(), values.end());
  for (const double x : sorted)
    if (std::isnan(x)) detail::fail<DataError>("quantile", "a value", x, "a number");
  std::sort(sorted.begin(), sorted.end());
  return detail::sorted_quantile(sorted, p);
}

/// The 0.5-quantile: the middle value, or the mean of the two in the middle.
inline double median(const Values& values) { return quantile(values, 0.5); }

/// Ranks from 1 on, rising with the values; equal values share the mean of their ranks.
/// @throws DataError if a value is NaN.
inline Vector<double> ranks(const Values& values) {
  for (Index i = 0; i < values.size(); ++i)
    if (std::isnan(values[i]))
      detail::fail<DataError>("ranks", "values[" + std::to_string(i) + "]", values[i], "a number");
  const std::vector<Index> order = detail::ascending_order(values);
  Vector<double> rank(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    const double shared = static_cast<double>(i + 1 + end) / 2;
    for (; i < end; ++i) rank[order[i]] = shared;
  }
  return rank;
}

/// Pearson's correlation of two columns; NaN if one of them is constant.
/// @throws DataError if there are no values or one is not finite; ShapeError if sizes differ.
inline double pearson_correlation(const Values& a, const Values& b) {
  detail::expect_some("pearson_correlation", "a", a);
  detail::expect_size("pearson_correlation", "the size of b", b.size(), a.size());
  detail::expect_finite("pearson_correlation", "a", a);
  detail::expect_finite("pearson_correlation", "b", b);
  const std::vector<double> x = detail::centered(a);
  const std::vector<double> y = detail::centered(b);
  double xx = 0;
  double xy = 0;
  double yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += x[i] * x[i];
    xy += x[i] * y[i];
    yy += y[i] * y[i];
  }
  if (xx == 0 || yy == 0) return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
}

/// Spearman's correlation: Pearson's, of the ranks. Errors as there.
inline double spearman_correlation(const Values& a, const Values& b) {
  detail::expect_size("spearman_correlation", "the size of b", b.size(), a.size());
  return pearson_correlation(ranks(a), ranks(b));
}

/// An estimate between two bounds.
struct Interval {
  double low;
  double estimate;
  double high;
};

struct BootstrapOptions {
  int replicates = 2000;     ///< resamples, >= 1
  double confidence = 0.95;  ///< share of resamples inside, in (0, 1)
  std::uint64_t seed = 0;    ///< of the resamples
};

/// Bootstrap interval of any statistic of n rows: percentiles over resamples of the rows.
///
/// statistic(rows) gets n row numbers, drawn with replacement, and returns a number. The estimate is the
/// statistic of rows 0 .. n - 1.
/// @throws DataError if n < 1 or a statistic is NaN; OptionError for options outside their domain.
/// Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
///
///     const std::vector<double> spent{3, 5, 8, 2, 9, 4};
///     const auto interval = loyal::bootstrap_interval(6, [&](const std::vector<loyal::Index>& rows) {
///       double sum = 0;
///       for (const auto i : rows) sum += spent[static_cast<std::size_t>(i)];
///       return sum / 6;
///     });
///     if (!(interval.low < interval.estimate && interval.estimate < interval.high)) return 1;
template <class Statistic>
Interval bootstrap_interval(Index n, Statistic&& statistic, const BootstrapOptions& options = {}) {
  const char* where = "bootstrap_interval";
  if (n < 1) detail::fail<DataError>(where, "the number of rows", n, ">= 1");
  detail::expect_option(where, "replicates", options.replicates, options.replicates >= 1, ">= 1");
  detail::expect_option(where, "confidence", options.confidence,
                        options.confidence > 0 && options.confidence < 1, "in (0, 1)");
  std::vector<Index> rows(static_cast<std::size_t>(n));
  const auto evaluate = [&] {
    const double value =
        static_cast<double>(statistic(static_cast<const std::vector<Index>&>(rows)));
    if (std::isnan(value)) detail::fail<DataError>(where, "the statistic", value, "a number");
    return value;
  };
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<Index>(i);
  const double estimate = evaluate();
  Rng rng{options.seed};
  std::vector<double> results;
  for (int r = 0; r < options.replicates; ++r) {
    for (Index& row : rows) row = static_cast<Index>(rng.below(static_cast<std::uint64_t>(n)));
    results.push_back(evaluate());
  }
  std::sort(results.begin(), results.end());
  const double tail = (1 - options.confidence) / 2;
  return {detail::sorted_quantile(results, tail), estimate,
          detail::sorted_quantile(results, 1 - tail)};
}

/// P(T <= t) for Student's t with @p degrees of freedom > 0.
inline double student_cdf(double t, double degrees) {
  detail::expect_option("student_cdf", "degrees", degrees, degrees > 0, "> 0");
  const double tail = 0.5 * incomplete_beta(degrees / (degrees + t * t), degrees / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

/// Result of a test: its statistic, and how likely one so far from 0 is by chance, either side.
struct TestResult {
  double statistic;
  double p_value;
};

/// Student's t-test that paired differences a - b have mean 0, as of two models over the same folds.
/// All differences equal gives p = 0, or 1 if they are 0.
/// @throws DataError for fewer than 2 pairs or values not finite; ShapeError if sizes differ.
inline TestResult paired_t_test(const Values& a, const Values& b) {
  const char* where = "paired_t_test";
  detail::expect_size(where, "the size of b", b.size(), a.size());
  if (a.size() < 2) detail::fail<DataError>(where, "the number of pairs", a.size(), ">= 2");
  detail::expect_finite(where, "a", a);
  detail::expect_finite(where, "b", b);
  Moments moments;
  for (Index i = 0; i < a.size(); ++i) moments.add(a[i] - b[i]);
  if (moments.mean() == 0) return {0, 1};
  const double t = moments.mean() / (moments.deviation() / std::sqrt(moments.weight()));
  return {t, 2 * student_cdf(-std::abs(t), moments.weight() - 1)};
}

}  // namespace loyal
