// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "id_map.hpp"
#include "time.hpp"

namespace loyal {

/// One thing a user did; the indices are those of the log's maps.
struct Event {
  std::int32_t user = 0;
  std::int32_t kind = 0;
  std::int32_t item = -1;  ///< -1: none
  Time time = 0;           ///< seconds since 1970-01-01T00:00:00Z
  double amount = 0;       ///< money or quantity, finite; 0 when absent

  friend bool operator==(const Event&, const Event&) = default;
};

class EventLog;

namespace detail {

/// Stable. Events are large, so that their times are sorted, each packed with its place into one
/// number, 11 bits at a time from the lowest.
inline void sort_by_time(std::vector<Event>& events) {
  const auto earlier = [](const Event& a, const Event& b) { return a.time < b.time; };
  if (events.empty()) return;
  const auto [first, last] = std::minmax_element(events.begin(), events.end(), earlier);
  const Time start = first->time;
  // Unsigned, since the difference of two times may not fit a Time.
  const auto since_start = [start](Time time) {
    return static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(start);
  };
  const auto place_bits = static_cast<int>(std::bit_width(events.size() - 1));
  const auto time_bits = static_cast<int>(std::bit_width(since_start(last->time)));
  if (events.size() < 2048 || place_bits + time_bits > 64) {
    std::stable_sort(events.begin(), events.end(), earlier);
    return;
  }
  std::vector<std::uint64_t> keys(events.size());
  for (std::size_t i = 0; i < keys.size(); ++i)
    keys[i] = since_start(events[i].time) << place_bits | i;
  std::vector<std::uint64_t> sorted(keys.size());
  for (int shift = place_bits; shift < place_bits + time_bits; shift += 11) {
    std::array<std::size_t, 2049> begin{};
    for (const auto key : keys) ++begin[(key >> shift & 2047) + 1];
    for (std::size_t d = 1; d < begin.size(); ++d) begin[d] += begin[d - 1];
    for (const auto key : keys) sorted[begin[key >> shift & 2047]++] = key;
    keys.swap(sorted);
  }
  const std::uint64_t place = (std::uint64_t{1} << place_bits) - 1;
  std::vector<Event> ordered;
  ordered.reserve(events.size());
  for (const auto key : keys) ordered.push_back(events[key & place]);
  events.swap(ordered);
}

}  // namespace detail

/// What was known of a log just before a cutoff: its events with time < cutoff, and no other.
///
/// Features are computed from an Observed, never from a log, so that they cannot look past the
/// cutoff. The names of all users, kinds and items are visible, also of those that appear later:
/// a name is not an event; active_users() tells who had come by then. Indices outside the maps
/// have no events.
///
/// The log must outlive it unchanged. Reading from many threads is safe.
/// Cost: none to speak of, until users' own events are asked for: the first such call makes a copy of
/// the visible events, grouped by user, which copies of the view share.
///
///     loyal::EventLog log;
///     log.add("anna", 10, "visit");
///     log.add("ben", 20, "purchase", "course", 99.0);
///     log.add("anna", 30, "visit");
///     const auto known = log.before(30);
///     if (known.events().size() != 2 || known.of_user(log.users().at("anna")).size() != 1) return
///     1;
class Observed {
 public:
  [[nodiscard]] Time cutoff() const noexcept { return cutoff_; }

  /// Ordered by time.
  [[nodiscard]] std::span<const Event> events() const noexcept { return events_; }

  /// The user's events, ordered by time; empty for a user not yet seen.
  [[nodiscard]] std::span<const Event> of_user(std::int32_t user) const {
    const Groups& groups = grouped();
    const auto u = static_cast<std::size_t>(user);
    if (user < 0 || u + 1 >= groups.begin.size()) return {};
    const std::size_t begin = groups.begin[u];
    return std::span(groups.events).subspan(begin, groups.begin[u + 1] - begin);
  }

  /// The users with at least one event, ascending.
  [[nodiscard]] std::vector<std::int32_t> active_users() const {
    const auto& begin = grouped().begin;
    std::vector<std::int32_t> active;
    for (std::size_t u = 0; u + 1 < begin.size(); ++u)
      if (begin[u] < begin[u + 1]) active.push_back(static_cast<std::int32_t>(u));
    return active;
  }

  [[nodiscard]] const IdMap& users() const noexcept { return *users_; }
  [[nodiscard]] const IdMap& kinds() const noexcept { return *kinds_; }
  [[nodiscard]] const IdMap& items() const noexcept { return *items_; }

 private:
  friend class EventLog;

  /// The events by user, in the order of time.
  struct Groups {
    std::once_flag made;
    std::vector<Event> events;
    std::vector<std::size_t> begin;  // user u: events[begin[u]] .. events[begin[u + 1]]
  };

  Observed(std::span<const Event> events, Time cutoff, const IdMap& users, const IdMap& kinds,
           const IdMap& items)
      : cutoff_(cutoff),
        events_(events),
        groups_(std::make_shared<Groups>()),
        users_(&users),
        kinds_(&kinds),
        items_(&items) {}

  [[nodiscard]] const Groups& grouped() const {
    std::call_once(groups_->made, [this] { group(*groups_); });
    return *groups_;
  }

  /// A counting sort by user keeps the order of time.
  void group(Groups& groups) const {
    auto& begin = groups.begin;
    begin.assign(static_cast<std::size_t>(users_->size()) + 1, 0);
    for (const Event& event : events_) ++begin[static_cast<std::size_t>(event.user) + 1];
    for (std::size_t u = 1; u < begin.size(); ++u) begin[u] += begin[u - 1];
    std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
    groups.events.resize(events_.size());
    for (const Event& event : events_)
      groups.events[next[static_cast<std::size_t>(event.user)]++] = event;
  }

  Time cutoff_;
  std::span<const Event> events_;
  std::shared_ptr<Groups> groups_;
  const IdMap* users_;
  const IdMap* kinds_;
  const IdMap* items_;
};

/// Who did what, when, to which item, for how much: a value, read in the order of time.
///
/// Events may be added in any order; after adding out of order, call sort() before reading. Readers
/// are const and safe to call from many threads.
/// Cost: 32 bytes an event; add() looks up three names; sort() is O(n), free when in order.
///
///     loyal::EventLog log;
///     log.add("anna", 2 * loyal::day, "purchase", "C++ in a week", 49.0);
///     log.add("ben", 1 * loyal::day, "visit");
///     log.sort();
///     if (log.size() != 2 || log.first_time() != loyal::day) return 1;
///     if (log.users().name(log.events()[1].user) != "anna") return 1;
class EventLog {
 public:
  void reserve(std::size_t count) { events_.reserve(count); }

  /// Appends an event; an empty @p item means none.
  /// @throws DataError when user or kind is empty, the time more than a million years from 1970 (it
  /// is in seconds), or the amount not finite.
  void add(std::string_view user, Time time, std::string_view kind, std::string_view item = {},
           double amount = 0) {
    if (user.empty()) detail::fail<DataError>("EventLog::add", "user", "empty", "a name");
    if (kind.empty()) detail::fail<DataError>("EventLog::add", "kind", "empty", "a name");
    expect_usable(time, amount);
    const std::int32_t item_index = item.empty() ? -1 : items_.add(item);
    append({users_.add(user), kinds_.add(kind), item_index, time, amount});
  }

  /// Appends an event whose indices are already in the maps.
  /// @throws DataError when one is not, or time or amount are unusable as above.
  void add(const Event& event) {
    expect_index("user", event.user, 0, users_);
    expect_index("kind", event.kind, 0, kinds_);
    expect_index("item", event.item, -1, items_);
    expect_usable(event.time, event.amount);
    append(event);
  }

  /// Puts the events in the order of time; those of one moment keep the order they came in.
  void sort() {
    if (sorted_) return;
    detail::sort_by_time(events_);
    sorted_ = true;
  }

  [[nodiscard]] std::size_t size() const noexcept { return events_.size(); }
  [[nodiscard]] bool empty() const noexcept { return events_.empty(); }

  /// @throws DataError when the log is empty or unsorted.
  [[nodiscard]] Time first_time() const { return some_events("first_time").front().time; }
  /// @throws DataError when the log is empty or unsorted.
  [[nodiscard]] Time last_time() const { return some_events("last_time").back().time; }

  /// All events in the order of time. @throws DataError when unsorted.
  [[nodiscard]] std::span<const Event> events() const { return ordered_events("events"); }

  /// The events with from <= time < to. @throws DataError when unsorted.
  [[nodiscard]] std::span<const Event> between(Time from, Time to) const {
    const auto all = ordered_events("between");
    const auto first = count_before(all, from);
    return all.subspan(first, std::max(count_before(all, to), first) - first);
  }

  /// What was known before @p cutoff: the only thing that features are computed from.
  /// @throws DataError when the log is unsorted or empty, or has no event before the cutoff, or
  /// ends before cutoff - 1 (nothing is known of the time from there to the cutoff).
  [[nodiscard]] Observed before(Time cutoff) const& {
    const auto all = some_events("before");
    const Time first = all.front().time;
    const Time last = all.back().time;
    if (cutoff <= first || cutoff - 1 > last)
      detail::fail<DataError>(
          "EventLog::before", "cutoff outside the log: it", cutoff,
          "in (" + std::to_string(first) + ", " + std::to_string(last) + " + 1]");
    return {all.first(count_before(all, cutoff)), cutoff, users_, kinds_, items_};
  }
  Observed before(Time cutoff) && = delete;  // the view would outlive the log

  [[nodiscard]] const IdMap& users() const noexcept { return users_; }
  [[nodiscard]] const IdMap& kinds() const noexcept { return kinds_; }
  [[nodiscard]] const IdMap& items() const noexcept { return items_; }
  // For building in bulk: names are only ever added.
  [[nodiscard]] IdMap& users() noexcept { return users_; }
  [[nodiscard]] IdMap& kinds() noexcept { return kinds_; }
  [[nodiscard]] IdMap& items() noexcept { return items_; }

  friend bool operator==(const EventLog& a, const EventLog& b) noexcept {
    return a.events_ == b.events_ && a.users_ == b.users_ && a.kinds_ == b.kinds_ &&
           a.items_ == b.items_;
  }

 private:
  static void expect_usable(Time time, double amount) {
    if (time < -detail::furthest || time > detail::furthest)
      detail::fail<DataError>("EventLog::add", "time", time,
                              "in seconds, less than a million years from 1970");
    if (!std::isfinite(amount))
      detail::fail<DataError>("EventLog::add", "amount", amount, "a finite number");
  }
  static void expect_index(const char* what, std::int32_t index, std::int32_t lowest,
                           const IdMap& names) {
    if (index < lowest || index >= names.size())
      detail::fail<DataError>(
          "EventLog::add", what, index,
          "in [" + std::to_string(lowest) + ", " + std::to_string(names.size()) + ")");
  }
  static std::size_t count_before(std::span<const Event> all, Time time) {
    const auto end = std::lower_bound(all.begin(), all.end(), time,
                                      [](const Event& event, Time t) { return event.time < t; });
    return static_cast<std::size_t>(end - all.begin());
  }

  void append(const Event& event) {
    sorted_ = sorted_ && (events_.empty() || events_.back().time <= event.time);
    events_.push_back(event);
  }

  [[nodiscard]] std::span<const Event> ordered_events(const char* reader) const {
    if (!sorted_)
      detail::fail<DataError>(std::string("EventLog::") + reader, "order of events",
                              "not that of time", "a call of sort() after adding");
    return events_;
  }
  [[nodiscard]] std::span<const Event> some_events(const char* reader) const {
    const auto all = ordered_events(reader);
    if (all.empty())
      detail::fail<DataError>(std::string("EventLog::") + reader, "log", "empty", "some events");
    return all;
  }

  std::vector<Event> events_;
  IdMap users_;
  IdMap kinds_;
  IdMap items_;
  bool sorted_ = true;
};

}  // namespace loyal
