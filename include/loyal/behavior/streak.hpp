// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "../core/error.hpp"
#include "../data/event_log.hpp"
#include "../data/time.hpp"

namespace loyal {

/// Runs of active periods, in periods.
struct Streaks {
  std::int64_t current = 0;  ///< active periods in a row up to the cutoff
  std::int64_t longest = 0;  ///< the longest run there was
  std::int64_t active = 0;   ///< active periods in all

  friend bool operator==(const Streaks&, const Streaks&) = default;
};

/// Counts streaks while events are added in the order of time.
///
/// Periods are counted back from the cutoff, so that the last one is always complete and no time
/// zone matters: period k is [cutoff - (k + 1) period, cutoff - k period). It is active when it
/// holds an event; the current streak is the run that includes period 0.
/// Source: none, our own. Cost: one division an event.
///
///     loyal::StreakCounter days{{.cutoff = 10 * loyal::day}};
///     for (const loyal::Time d : {2, 3, 4, 8, 9}) days.add(d * loyal::day);
///     if (days.streaks() != loyal::Streaks{.current = 2, .longest = 3, .active = 5}) return 1;
class StreakCounter {
 public:
  struct Options {
    Time cutoff = 0;    ///< all events lie before it
    Time period = day;  ///< seconds; > 0
  };

  /// @throws OptionError unless period > 0.
  explicit StreakCounter(const Options& options) : options_(options) {
    detail::expect_option("StreakCounter", "period", options.period, options.period > 0, "> 0");
  }

  /// @throws DataError for an event at or after the cutoff, or before the previous one.
  void add(Time time) {
    if (time >= options_.cutoff)
      detail::fail<DataError>("StreakCounter::add", "time", time,
                              "before the cutoff " + std::to_string(options_.cutoff));
    const std::int64_t period = (options_.cutoff - 1 - time) / options_.period;
    if (streaks_.active > 0) {
      if (period > last_)
        detail::fail<DataError>("StreakCounter::add", "time", time, "events in order");
      if (period == last_) return;
    }
    run_ = streaks_.active > 0 && period == last_ - 1 ? run_ + 1 : 1;
    last_ = period;
    ++streaks_.active;
    streaks_.longest = std::max(streaks_.longest, run_);
  }

  [[nodiscard]] Streaks streaks() const noexcept {
    Streaks result = streaks_;
    result.current = last_ == 0 ? run_ : 0;
    return result;
  }

 private:
  Options options_;
  Streaks streaks_;
  std::int64_t last_ = -1;  // latest active period; -1: none yet
  std::int64_t run_ = 0;
};

/// The streaks of one user's events before a cutoff.
///
///     loyal::EventLog log;
///     for (const loyal::Time d : {1, 2, 3}) log.add("anna", d * loyal::day, "visit");
///     const auto known = log.before(3 * loyal::day + 1);
///     if (loyal::count_streaks(known.of_user(0), {.cutoff = known.cutoff()}).current != 3) return
///     1;
/// @throws OptionError, DataError as StreakCounter.
[[nodiscard]] inline Streaks count_streaks(std::span<const Event> events,
                                           const StreakCounter::Options& options) {
  StreakCounter counter{options};
  for (const Event& event : events) counter.add(event.time);
  return counter.streaks();
}

}  // namespace loyal
