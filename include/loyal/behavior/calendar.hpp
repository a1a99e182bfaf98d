// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "../core/error.hpp"
#include "../data/time.hpp"
#include "../data/time_zone.hpp"

namespace loyal {

/// Days, weeks or months of the calendar.
enum class Period { daily, weekly, monthly };

/// Numbers the days, weeks and months of local time.
///
/// | period | number |
/// | daily | days since the local 1970-01-01 |
/// | weekly | weeks, counted from the one that holds that day |
/// | monthly | 12 (year - 1970) + month - 1 |
/// A period lasts from the first moment at which clocks show its start to the first at which they
/// show that of the next: where clocks are set back over midnight, the hour that comes twice belongs
/// to the new day.
/// Source: none, our own. Cost: a division.
///
///     const loyal::Calendar calendar;
///     const auto at = loyal::to_time({.year = 2024, .month = 3, .day = 6});  // a Wednesday
///     if (calendar.name(calendar.number(at, loyal::Period::weekly), loyal::Period::weekly) != "2024-03-04") return 1;
///     if (calendar.name(calendar.number(at, loyal::Period::monthly), loyal::Period::monthly) != "2024-03") return 2;
class Calendar {
 public:
  struct Options {
    TimeZone zone{};        ///< whose days, weeks and months are meant
    int first_weekday = 1;  ///< of a week: 0 Sunday, 1 Monday, ... 6 Saturday; in [0, 6]
  };

  Calendar() = default;

  /// @throws OptionError if an option lies outside the domain given above.
  explicit Calendar(Options options) : options_(std::move(options)) {
    const int first = options_.first_weekday;
    detail::expect_option("Calendar", "first_weekday", first, first >= 0 && first <= 6,
                          "in [0, 6]");
    into_week_ = (11 - first) % 7;  // 1970-01-01 was a Thursday
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  [[nodiscard]] std::int64_t number(Time time, Period period) const noexcept {
    const std::int64_t shown =
        number_of_day(detail::floor_divide(options_.zone.local(time), day), period);
    return options_.zone.changes() && start(shown + 1, period) <= time ? shown + 1 : shown;
  }

  /// The first moment of a period, in UTC.
  [[nodiscard]] Time start(std::int64_t number, Period period) const noexcept {
    return options_.zone.first_moment(local_start(number, period));
  }

  /// "2024-03" for a month, the first day for a day or a week: "2024-03-04".
  [[nodiscard]] std::string name(std::int64_t number, Period period) const {
    const CivilTime date = to_civil(local_start(number, period));
    const auto two_digits = [](int value) {
      return std::string(value < 10 ? "-0" : "-") + std::to_string(value);
    };
    std::string text = std::to_string(date.year) + two_digits(date.month);
    return period == Period::monthly ? text : text + two_digits(date.day);
  }

 private:
  [[nodiscard]] std::int64_t number_of_day(std::int64_t days, Period period) const noexcept {
    if (period == Period::daily) return days;
    if (period == Period::weekly) return detail::floor_divide(days + into_week_, 7);
    const CivilTime date = to_civil(days * day);
    return 12 * (date.year - 1970) + date.month - 1;
  }

  [[nodiscard]] Time local_start(std::int64_t number, Period period) const noexcept {
    if (period == Period::daily) return number * day;
    if (period == Period::weekly) return (number * 7 - into_week_) * day;
    const std::int64_t year = detail::floor_divide(number, 12);
    return detail::days_of(1970 + year, static_cast<int>(number - 12 * year) + 1, 1) * day;
  }

  Options options_;
  std::int64_t into_week_ = 3;  // days that 1970-01-01 lay behind the first of its week
};

namespace detail {

/// Calendar::number() of times that never fall: computed anew only where a period begins.
class RisingPeriods {
 public:
  RisingPeriods(const Calendar& calendar, Period period) : calendar_(calendar), period_(period) {}

  std::int64_t operator()(Time time) noexcept {
    if (time >= end_) {
      number_ = calendar_.number(time, period_);
      end_ = calendar_.start(number_ + 1, period_);
    }
    return number_;
  }

 private:
  const Calendar& calendar_;
  Period period_;
  std::int64_t number_ = 0;
  Time end_ = std::numeric_limits<Time>::lowest();
};

}  // namespace detail
}  // namespace loyal
