// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "../core/error.hpp"
#include "../data/event_log.hpp"
#include "../data/time.hpp"

namespace loyal {

/// Cuts one user's events into sessions: runs in which no pause is longer than @p gap.
///
/// A session is the span of its events, never empty: it lasts from front().time to back().time. The
/// default of half an hour is the custom of web analytics.
/// @throws OptionError unless gap >= 0; DataError when the events are not in the order of time.
/// Source: none, our own. Cost: one pass.
///
///     loyal::EventLog log;
///     for (const loyal::Time t : {0, 10, 30, 100}) log.add("anna", t * loyal::minute, "visit");
///     const auto known = log.before(100 * loyal::minute + 1);
///     const auto sessions = loyal::split_sessions(known.of_user(0));
///     if (sessions.size() != 2 || sessions[0].size() != 3) return 1;
[[nodiscard]] inline std::vector<std::span<const Event>> split_sessions(
    std::span<const Event> events, Time gap = 30 * minute) {
  detail::expect_option("split_sessions", "gap", gap, gap >= 0, ">= 0");
  std::vector<std::span<const Event>> sessions;
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= events.size(); ++i) {
    if (i < events.size()) {
      const Time pause = events[i].time - events[i - 1].time;
      if (pause < 0) detail::fail<DataError>("split_sessions", "pause", pause, "events in order");
      if (pause <= gap) continue;
    }
    sessions.push_back(events.subspan(begin, i - begin));
    begin = i;
  }
  return sessions;
}

}  // namespace loyal
