// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "time.hpp"

namespace loyal {

/// What clocks on the wall show: UTC plus an offset, which may change at given moments.
///
/// A table of changes is how summer time is given: one entry for each change of the clocks. The day
/// of such a change then has 23 or 25 hours, as it has for the people who live through it.
/// Source: none, our own; the rules of places are in the tz database, not here.
/// Cost: of local(), a binary search in the table; none with a fixed offset.
///
///     // Central Europe in 2024: an hour ahead of UTC, two from 31 March 01:00 to 27 October 01:00 UTC.
///     const auto summer = loyal::to_time({.year = 2024, .month = 3, .day = 31, .hour = 1});
///     const auto winter = loyal::to_time({.year = 2024, .month = 10, .day = 27, .hour = 1});
///     const loyal::TimeZone berlin{loyal::hour, {{summer, 2 * loyal::hour}, {winter, loyal::hour}}};
///     if (berlin.local(summer - 1) != summer + loyal::hour - 1) return 1;
///     if (berlin.local(summer) != summer + 2 * loyal::hour) return 2;
class TimeZone {
 public:
  /// From a moment on, clocks have another offset.
  struct Change {
    Time at = 0;      ///< UTC
    Time offset = 0;  ///< local time minus UTC from then on, seconds
  };

  TimeZone() = default;

  /// @p offset is local time minus UTC, in seconds, before the first change.
  /// @throws OptionError for an offset of a day or more, or changes that are not ascending in time.
  explicit TimeZone(Time offset, std::vector<Change> changes = {})
      : offset_(offset), changes_(std::move(changes)) {
    check_offset(offset);
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      check_offset(changes_[i].offset);
      detail::expect_option("TimeZone", "change", changes_[i].at,
                            i == 0 || changes_[i].at > changes_[i - 1].at, "ascending");
    }
  }

  /// The table of a function that gives the offset at a moment in UTC, for from <= time < to.
  /// Changes are found to the second if no two lie within a day.
  /// @throws OptionError as above.
  ///
  ///     const auto zone = loyal::TimeZone::sampled(
  ///         [](loyal::Time at) { return at < 1000 ? 0 : loyal::hour; }, -loyal::day, loyal::day);
  ///     if (zone.local(999) != 999 || zone.local(1000) != 1000 + loyal::hour) return 1;
  template <class OffsetAt>
  static TimeZone sampled(const OffsetAt& offset_at, Time from, Time to) {
    std::vector<Change> changes;
    const Time first = offset_at(from);
    Time offset = first;
    while (from < to) {
      Time next = std::min(from + day, to);
      if (const Time then = offset_at(next); then != offset) {
        Time before = from;  // the change lies in (before, next]
        while (next - before > 1) {
          const Time middle = before + (next - before) / 2;
          (offset_at(middle) == offset ? before : next) = middle;
        }
        offset = offset_at(next);
        changes.push_back({next, offset});
      }
      from = next;
    }
    return TimeZone{first, std::move(changes)};
  }

  /// The local time of a moment, in seconds since the local 1970-01-01T00:00:00.
  [[nodiscard]] Time local(Time utc) const noexcept {
    if (changes_.empty()) return utc + offset_;
    const auto next =
        std::upper_bound(changes_.begin(), changes_.end(), utc,
                         [](Time time, const Change& change) { return time < change.at; });
    return utc + (next == changes_.begin() ? offset_ : (next - 1)->offset);
  }

  [[nodiscard]] bool changes() const noexcept { return !changes_.empty(); }

  /// The first moment at which clocks show @p local or later.
  [[nodiscard]] Time first_moment(Time local) const noexcept {
    Time offset = offset_;
    Time begin = local - offset;
    for (const Change& change : changes_) {
      if (begin < change.at) return begin;
      offset = change.offset;
      begin = std::max(local - offset, change.at);
    }
    return begin;
  }

 private:
  static void check_offset(Time offset) {
    detail::expect_option("TimeZone", "offset", offset, offset > -day && offset < day,
                          "less than a day");
  }

  Time offset_ = 0;
  std::vector<Change> changes_;
};

}  // namespace loyal
