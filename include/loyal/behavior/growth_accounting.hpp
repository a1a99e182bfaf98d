// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../data/event_log.hpp"
#include "active_users.hpp"
#include "calendar.hpp"
#include "rfm.hpp"

namespace loyal {

/// Which periods growth is accounted for, and what counts as activity.
struct GrowthOptions {
  std::vector<std::string> kinds{};  ///< kinds of event that are activity; none named: all
  Period period = Period::monthly;   ///< days, weeks or months of the calendar
  Calendar calendar{};               ///< time zone and first day of the week
};

/// Where each period's active users came from, and who was lost; all of one size.
struct GrowthAccounting {
  std::vector<std::string> names;  ///< of complete periods
  Vector<double> active;           ///< users with activity in the period
  Vector<double> joined;           ///< active for the first time in the log: the new users
  Vector<double> retained;         ///< active, as in the period before
  Vector<double> resurrected;      ///< active again, after at least one period without
  Vector<double> churned;          ///< not active, but in the period before

  /// Users active some time before the period, but not in it.
  [[nodiscard]] Vector<double> dormant() const {
    Vector<double> result(active.size());
    double known = 0;
    for (Index p = 0; p < active.size(); ++p) result[p] = (known += joined[p]) - active[p];
    return result;
  }
  /// Gains over losses, (joined + resurrected) / churned: growth where above 1.
  [[nodiscard]] Vector<double> quick_ratio() const {
    return (joined + resurrected).cwiseQuotient(churned);
  }
};

/// Splits the active users of each period into new, retained and resurrected, and counts the churned.
///
///   active(p) = joined(p) + retained(p) + resurrected(p)
///   active(p - 1) = retained(p) + churned(p)
///   active(p) - active(p - 1) = joined(p) + resurrected(p) - churned(p)
/// The first period's users are all new, since nothing is known of the time before the log. The period
/// in which the cutoff falls is not complete and left out.
/// @throws DataError when a kind is unknown, or the log spans more than a million periods.
/// Source: none, our own; the accounts are those of growth analytics. Cost: one pass over the events.
///
///     loyal::EventLog log;
///     for (const int w : {0, 1, 3}) log.add("anna", w * loyal::week + 4 * loyal::day, "visit");
///     log.add("ben", loyal::week + 4 * loyal::day, "visit");
///     log.add("ben", 6 * loyal::week, "visit");
///     log.sort();
///     const auto growth = loyal::growth_accounting(log.before(log.last_time()), {.period = loyal::Period::weekly});
///     if (growth.joined[1] != 1 || growth.retained[1] != 1 || growth.churned[2] != 2) return 1;
///     if (growth.resurrected[3] != 1 || growth.dormant()[3] != 1) return 2;
[[nodiscard]] inline GrowthAccounting growth_accounting(const Observed& observed,
                                                        const GrowthOptions& options = {}) {
  const auto counts = detail::mark_kinds(observed.kinds(), options.kinds);
  const Calendar& calendar = options.calendar;
  const std::int64_t first = calendar.number(observed.events().front().time, options.period);
  const auto periods = static_cast<Index>(
      detail::complete_periods("growth_accounting", observed, calendar, options.period));
  GrowthAccounting growth;
  for (auto* column : {&growth.joined, &growth.retained, &growth.resurrected, &growth.churned})
    column->setZero(periods);
  const auto leave = [&](Index last) {
    if (last >= 0 && last + 1 < periods) growth.churned[last + 1] += 1;
  };
  std::vector<Index> last_period(static_cast<std::size_t>(observed.users().size()), -1);
  detail::RisingPeriods number(calendar, options.period);
  for (const Event& event : observed.events()) {
    const auto p = static_cast<Index>(number(event.time) - first);
    if (p >= periods) break;
    Index& last = last_period[static_cast<std::size_t>(event.user)];
    if (counts[static_cast<std::size_t>(event.kind)] == 0 || p == last) continue;
    if (last < 0) {
      growth.joined[p] += 1;
    } else if (last + 1 == p) {
      growth.retained[p] += 1;
    } else {
      growth.resurrected[p] += 1;
      leave(last);
    }
    last = p;
  }
  for (const Index last : last_period) leave(last);
  growth.active = growth.joined + growth.retained + growth.resurrected;
  for (Index p = 0; p < periods; ++p)
    growth.names.push_back(calendar.name(first + p, options.period));
  return growth;
}

}  // namespace loyal
