// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "human_number.hpp"

namespace loyal {

/// One axis of a plot.
struct Axis {
  std::string label = {};  ///< what is measured, and its unit
  bool log = false;        ///< logarithmic; values <= 0 are then not drawn
  bool whole = false;      ///< ticks at whole numbers only: epochs, counts
  double low = std::numeric_limits<double>::quiet_NaN();   ///< first value; NaN: from the data
  double high = std::numeric_limits<double>::quiet_NaN();  ///< last value; NaN: from the data
  NumberFormat format = {};                                ///< of the numbers at the ticks
  std::vector<std::string> categories = {};  ///< names at 0, 1, 2, ... in the place of numbers
};

namespace detail {

/// Larger values are treated like infinity, so that differences and margins stay finite.
inline constexpr double largest_drawable = 1e300;

inline bool drawable(double value, bool log) {
  return std::abs(value) <= largest_drawable && (!log || value >= 1 / largest_drawable);
}

/// Makes of [low, high], which may be empty, a point, or not finite, two different limits.
inline void make_sound(double& low, double& high, bool log) {
  if (low > high) std::swap(low, high);
  if (!drawable(low, log)) low = drawable(high, log) ? high : 1;
  if (!drawable(high, log)) high = low;
  if (log) {
    if (high / low >= 1 + 1e-9) return;
    low = std::max(low / 2, 1e-300);
    high = std::min(high * 2, 1e300);
    return;
  }
  const double size = std::max(std::abs(low), std::abs(high));
  if (size < 1e-290) {
    low = 0;
    high = 1;
  } else if (high - low <= 1e-12 * size) {
    low -= 0.1 * size;
    high += 0.1 * size;
  }
}

/// m 10^e, exact where a double is: 3 10^-1 is 0.3, which 3 * 0.1 is not.
inline double times_power_of_10(double m, int e) {
  return e < 0 ? m / std::pow(10.0, -e) : m * std::pow(10.0, e);
}

}  // namespace detail

/// Round numbers at equal distances that cover [low, high]: multiples of 1, 2 or 5 times a power
/// of 10, some @p about of them, and no closer than @p smallest_step.
///
/// The first is <= low and the last >= high. Limits that are not finite, in the wrong order, or
/// (nearly) the same are repaired first, so that there always are two ticks or more.
/// @throws OptionError if about < 1. Source: none, our own.
///
///     const auto ticks = loyal::linear_ticks(0.02, 0.97, 5);
///     if (ticks.size() != 6 || ticks.front() != 0 || ticks[3] != 0.6 || ticks.back() != 1) return 1;
[[nodiscard]] inline std::vector<double> linear_ticks(double low, double high, int about = 5,
                                                      double smallest_step = 0) {
  detail::expect_option("linear_ticks", "about", about, about >= 1, ">= 1");
  detail::make_sound(low, high, false);
  const double raw = std::max(high / about - low / about, smallest_step);
  auto exponent = static_cast<int>(std::floor(std::log10(raw)));
  double mantissa = 10;
  for (const double m : {5.0, 2.0, 1.0})
    if (detail::times_power_of_10(m, exponent) >= raw * (1 - 1e-9)) mantissa = m;
  const auto at = [&](double k) { return detail::times_power_of_10(k * mantissa, exponent); };
  const double step = at(1);
  double k = std::floor(low / step);
  while (at(k) > low) --k;
  std::vector<double> ticks{at(k)};
  while (ticks.back() < high) ticks.push_back(at(++k));
  return ticks;
}

/// Powers of 10 that cover [low, high], with 2 and 5 times them where those are few, and only
/// every n-th where they are many.
///
/// Limits that are not positive and finite are repaired as in linear_ticks().
/// @throws OptionError if about < 1. Source: none, our own.
///
///     const auto ticks = loyal::log_ticks(3, 4000);
///     if (ticks.front() != 1 || ticks[1] != 10 || ticks.back() != 1e4) return 1;
[[nodiscard]] inline std::vector<double> log_ticks(double low, double high, int about = 5) {
  detail::expect_option("log_ticks", "about", about, about >= 1, ">= 1");
  detail::make_sound(low, high, true);
  auto first = static_cast<int>(std::floor(std::log10(low)));
  auto last = static_cast<int>(std::ceil(std::log10(high)));
  while (detail::times_power_of_10(1, first) > low) --first;
  while (detail::times_power_of_10(1, last) < high) ++last;
  const int decades = last - first;
  const int stride = std::max(1, (decades + about - 1) / about);
  std::vector<double> ticks;
  for (int e = first; ticks.empty() || ticks.back() < high; e += stride)
    for (const double m : {1.0, 2.0, 5.0})
      if (m == 1 || decades <= 2) ticks.push_back(detail::times_power_of_10(m, e));
  while (ticks.size() > 2 && ticks[1] <= low) ticks.erase(ticks.begin());
  while (ticks.size() > 2 && ticks[ticks.size() - 2] >= high) ticks.pop_back();
  return ticks;
}

namespace detail {

/// Where the values of an axis lie on the paper, and what is written along it.
class AxisMap {
 public:
  /// Limits found in the data, which the axis may overrule. With @p widen the axis ends at ticks.
  AxisMap(const Axis& axis, double data_low, double data_high, int about, bool widen)
      : log_(axis.log) {
    const bool fixed_low = drawable(axis.low, log_);
    const bool fixed_high = drawable(axis.high, log_);
    low_ = fixed_low ? axis.low : data_low;
    high_ = fixed_high ? axis.high : data_high;
    make_sound(low_, high_, log_);
    const std::vector<double> around =
        log_ ? log_ticks(low_, high_, about) : linear_ticks(low_, high_, about, axis.whole ? 1 : 0);
    if (widen && !fixed_low) low_ = around.front();
    if (widen && !fixed_high) high_ = around.back();
    const bool unknown = data_low > data_high && !fixed_low && !fixed_high;
    if (unknown || !axis.categories.empty()) return;
    const NumberScale write(axis.format,
                            std::max(std::abs(around.front()), std::abs(around.back())),
                            around[1] - around[0]);
    const double slack = log_ ? 0 : 1e-9 * (high_ - low_);
    for (const double tick : around) {
      if (tick < low_ - slack || tick > high_ + slack) continue;
      ticks_.push_back(tick);
      labels_.push_back(log_ ? format_number(tick, axis.format) : write(tick));
    }
  }

  void place(double first, double last) {
    first_ = first;
    last_ = last;
  }
  /// NaN for what cannot be drawn.
  [[nodiscard]] double operator()(double value) const {
    if (!drawable(value, log_)) return std::numeric_limits<double>::quiet_NaN();
    const double share = log_ ? std::log(value / low_) / std::log(high_ / low_)
                              : (value / 2 - low_ / 2) / (high_ / 2 - low_ / 2);
    return std::clamp(first_ + share * (last_ - first_), -1e5, 1e5);
  }
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }
  [[nodiscard]] bool log() const { return log_; }
  [[nodiscard]] const std::vector<double>& ticks() const { return ticks_; }
  [[nodiscard]] const std::vector<std::string>& labels() const { return labels_; }

 private:
  bool log_;
  double low_ = 0;
  double high_ = 1;
  double first_ = 0;
  double last_ = 1;
  std::vector<double> ticks_;
  std::vector<std::string> labels_;
};

}  // namespace detail
}  // namespace loyal
