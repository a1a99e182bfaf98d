// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../data/event_log.hpp"
#include "calendar.hpp"
#include "rfm.hpp"

namespace loyal {

namespace detail {

/// Number of periods of a log that are over at the cutoff, from that of the first event on.
/// @throws DataError where it is so large that times must be wrong.
inline std::size_t complete_periods(const char* where, const Observed& observed,
                                    const Calendar& calendar, Period period) {
  const std::int64_t count = calendar.number(observed.cutoff(), period) -
                             calendar.number(observed.events().front().time, period);
  if (count > 1'000'000)
    fail<DataError>(where, "number of periods in the log", count, "at most 1000000");
  return static_cast<std::size_t>(count);
}

}  // namespace detail

/// Whose days count as active, and how long the trailing windows are.
struct ActiveUsersOptions {
  std::vector<std::string> kinds{};  ///< kinds of event that are activity; none named: all
  int week = 7;                      ///< days of the weekly window; in [1, 10000]
  int month = 30;                    ///< days of the monthly window; in [1, 10000]
  Calendar calendar{};               ///< time zone of the days
};

/// Different users who were active, day by day (DAU, WAU, MAU). NaN: the window begins before the log.
struct ActiveUsers {
  std::vector<std::string> days;  ///< complete days, "2024-03-04"
  Vector<double> daily;           ///< days; active on the day
  Vector<double> weekly;   ///< days; active on the day or in the days before it, `week` in all
  Vector<double> monthly;  ///< days; the same with `month` days

  /// Stickiness DAU / MAU: on what share of the days a user of the month comes.
  [[nodiscard]] Vector<double> daily_of_monthly() const { return daily.cwiseQuotient(monthly); }
  [[nodiscard]] Vector<double> daily_of_weekly() const { return daily.cwiseQuotient(weekly); }
  [[nodiscard]] Vector<double> weekly_of_monthly() const { return weekly.cwiseQuotient(monthly); }
};

/// Daily, weekly and monthly active users over time, of which the ratios are stickiness.
///
///   daily(d) = users with an event on day d of the calendar
///   weekly(d) = users with an event on one of the days d - week + 1 .. d; monthly(d) likewise
/// The day in which the cutoff falls is not complete and left out; a ratio is NaN where nobody came.
/// @throws OptionError for windows outside their domain; DataError when a kind is unknown, or the log
/// spans more than a million days.
/// Source: none, our own; the measures are those of product analytics. Cost: one pass over the events.
///
///     loyal::EventLog log;
///     for (const int d : {0, 1, 2, 3}) log.add("anna", d * loyal::day, "visit");
///     log.add("ben", 1 * loyal::day, "visit");
///     log.sort();
///     const auto users = loyal::active_users(log.before(3 * loyal::day + 1), {.week = 2, .month = 3});
///     if (users.daily.size() != 3 || users.daily[1] != 2 || users.weekly[2] != 2) return 1;
///     if (!std::isnan(users.weekly[0]) || users.daily_of_monthly()[2] != 0.5) return 2;
[[nodiscard]] inline ActiveUsers active_users(const Observed& observed,
                                              const ActiveUsersOptions& options = {}) {
  const char* const where = "active_users";
  for (const int window : {options.week, options.month})
    detail::expect_option(where, "window", window, window >= 1 && window <= 10'000,
                          "in [1, 10000]");
  const auto counts = detail::mark_kinds(observed.kinds(), options.kinds);
  const Calendar& calendar = options.calendar;
  const std::int64_t first = calendar.number(observed.events().front().time, Period::daily);
  const auto days =
      static_cast<std::int64_t>(detail::complete_periods(where, observed, calendar, Period::daily));

  // A user who comes on a day is in the windows that end on it and on the days after; windows that hold
  // an earlier visit have the user already. Counted as differences from day to day.
  const auto length = static_cast<Index>(days);
  ActiveUsers result;
  result.daily.setZero(length);
  Vector<double> weekly_change = Vector<double>::Zero(length + 1);
  Vector<double> monthly_change = weekly_change;
  const auto extend = [days](Vector<double>& change, std::int64_t today, std::int64_t last,
                             int window) {
    const std::int64_t from = last < 0 ? today : std::max(today, last + window);
    change[static_cast<Index>(std::min(from, days))] += 1;
    change[static_cast<Index>(std::min(today + window, days))] -= 1;
  };
  std::vector<std::int64_t> last_day(static_cast<std::size_t>(observed.users().size()), -1);
  detail::RisingPeriods number(calendar, Period::daily);
  for (const Event& event : observed.events()) {
    const std::int64_t today = number(event.time) - first;
    if (today >= days) break;
    std::int64_t& last = last_day[static_cast<std::size_t>(event.user)];
    if (counts[static_cast<std::size_t>(event.kind)] == 0 || today == last) continue;
    result.daily[static_cast<Index>(today)] += 1;
    extend(weekly_change, today, last, options.week);
    extend(monthly_change, today, last, options.month);
    last = today;
  }

  const auto running = [length](const Vector<double>& change, int window) {
    Vector<double> users(length);
    double now = 0;
    for (Index d = 0; d < length; ++d) {
      now += change[d];
      users[d] = d + 1 < window ? std::numeric_limits<double>::quiet_NaN() : now;
    }
    return users;
  };
  result.weekly = running(weekly_change, options.week);
  result.monthly = running(monthly_change, options.month);
  for (std::int64_t d = 0; d < days; ++d)
    result.days.push_back(calendar.name(first + d, Period::daily));
  return result;
}

}  // namespace loyal
