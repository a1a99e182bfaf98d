// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "../core/error.hpp"

namespace loyal {

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds; negative before.
using Time = std::int64_t;

inline constexpr Time minute = 60;
inline constexpr Time hour = 60 * minute;
inline constexpr Time day = 24 * hour;
inline constexpr Time week = 7 * day;

/// A moment as the Gregorian calendar writes it, in UTC.
struct CivilTime {
  std::int64_t year = 1970;  ///< proleptic; 0 is 1 BC
  int month = 1;             ///< 1 .. 12
  int day = 1;               ///< 1 .. 31
  int hour = 0;              ///< 0 .. 23
  int minute = 0;            ///< 0 .. 59
  int second = 0;            ///< 0 .. 59

  friend bool operator==(const CivilTime&, const CivilTime&) = default;
};

namespace detail {

/// Logs hold no times further from 1970, so that sums of a few of them cannot overflow.
inline constexpr Time furthest = Time{1'000'000} * 366 * day;

constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) noexcept {
  return a / b - (a % b < 0 ? 1 : 0);
}

/// Years are counted from March, so that the leap day ends its year and month lengths follow
/// one line: month m (March = 0) begins on day (153 m + 2) / 5.
constexpr std::int64_t days_of(std::int64_t year, int month, int day_of_month) noexcept {
  const std::int64_t y = year - (month <= 2 ? 1 : 0);
  const std::int64_t m = (month + 9) % 12;
  const std::int64_t leap_days = floor_divide(y, 4) - floor_divide(y, 100) + floor_divide(y, 400);
  return 365 * y + leap_days + (153 * m + 2) / 5 + day_of_month - 1 - 719468;
}

constexpr int days_in_month(std::int64_t year, int month) noexcept {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return 30 + (month + month / 8) % 2;
}

constexpr bool is_valid(const CivilTime& c) noexcept {
  return c.year >= -999999 && c.year <= 999999 && c.month >= 1 && c.month <= 12 && c.day >= 1 &&
         c.day <= days_in_month(c.year, c.month) && c.hour >= 0 && c.hour <= 23 && c.minute >= 0 &&
         c.minute <= 59 && c.second >= 0 && c.second <= 59;
}

constexpr Time time_of(const CivilTime& c) noexcept {
  return days_of(c.year, c.month, c.day) * day + c.hour * hour + c.minute * minute + c.second;
}

}  // namespace detail

/// The time of a date in UTC.
/// @throws DataError when there is no such date, or its year lies outside -999999 .. 999999.
/// Source: none, our own; integer arithmetic on the 400-year cycle of the Gregorian calendar.
///
///     if (loyal::to_time({.year = 2000, .month = 3, .day = 1}) != 11017 * loyal::day) return 1;
[[nodiscard]] constexpr Time to_time(const CivilTime& c) {
  if (!detail::is_valid(c))
    detail::fail<DataError>("to_time", "date",
                            detail::to_text({c.year, c.month, c.day, c.hour, c.minute, c.second}),
                            "year x month x day x hour x minute x second that exist");
  return detail::time_of(c);
}

/// The date of a time, in UTC; any Time has one.
[[nodiscard]] constexpr CivilTime to_civil(Time time) noexcept {
  const std::int64_t days = detail::floor_divide(time, day);
  const std::int64_t shifted = days + 719468;  // days since 0000-03-01
  const std::int64_t era = detail::floor_divide(shifted, 146097);
  const std::int64_t of_era = shifted - era * 146097;
  const std::int64_t year_of_era =
      (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t m = (5 * of_year + 2) / 153;
  CivilTime c;
  c.day = static_cast<int>(of_year - (153 * m + 2) / 5 + 1);
  c.month = static_cast<int>(m < 10 ? m + 3 : m - 9);
  c.year = year_of_era + era * 400 + (c.month <= 2 ? 1 : 0);
  const int second = static_cast<int>((time % day + day) % day);
  c.hour = second / 3600;
  c.minute = second / 60 % 60;
  c.second = second % 60;
  return c;
}

}  // namespace loyal
