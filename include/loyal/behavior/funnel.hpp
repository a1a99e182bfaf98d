// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../data/event_log.hpp"
#include "../data/time.hpp"

namespace loyal {

/// Whether other events may lie between the steps of a funnel.
/// | loose | any events may |
/// | strict | none: the steps are events of the user that directly follow one another |
enum class FunnelOrder { loose, strict };

/// The steps that users are expected to take one after the other, and how soon.
struct FunnelOptions {
  std::vector<std::string> steps{};        ///< kinds of event; at least 1, a kind may come again
  Time window = 30 * day;                  ///< from the first step to the last at most, s; > 0
  FunnelOrder order = FunnelOrder::loose;  ///< what may lie between
  bool mature = true;  ///< count only starts whose window ended by the cutoff: who has just begun
                       ///< cannot have finished
};

/// How far users came.
struct Funnel {
  std::vector<std::string> steps;
  Vector<double> users;  ///< steps; users who came at least so far
  /// For each step, the seconds from the first step to it, ascending; one for each of its users.
  std::vector<std::vector<double>> seconds;

  /// Share of those who began, steps; NaN when nobody did.
  [[nodiscard]] Vector<double> conversion() const { return users / users[0]; }
  /// Share of those who came to the step before, steps; 1 for the first.
  [[nodiscard]] Vector<double> step_conversion() const {
    Vector<double> share = Vector<double>::Ones(users.size());
    for (Index k = 1; k < users.size(); ++k) share[k] = users[k] / users[k - 1];
    return share;
  }
  /// Users who came to the step and no farther, steps; 0 for the last.
  [[nodiscard]] Vector<double> dropped() const {
    Vector<double> lost = Vector<double>::Zero(users.size());
    for (Index k = 0; k + 1 < users.size(); ++k) lost[k] = users[k] - users[k + 1];
    return lost;
  }
};

namespace detail {

/// How far one user comes in a funnel.
class FunnelWalk {
 public:
  FunnelWalk(std::vector<std::int32_t> steps, const FunnelOptions& options, Time cutoff)
      : steps_(std::move(steps)),
        options_(options),
        last_start_(options.mature ? cutoff - options.window : std::numeric_limits<Time>::max()) {}

  /// Seconds to each step reached; empty when there is no start.
  const std::vector<double>& of(std::span<const Event> events) {
    reached_.clear();
    if (options_.order == FunnelOrder::loose)
      loose(events);
    else
      strict(events);
    return reached_;
  }

 private:
  static constexpr Time none = std::numeric_limits<Time>::lowest();
  std::vector<std::int32_t> steps_;
  const FunnelOptions& options_;
  Time last_start_;
  std::vector<Time> start_;  // of the latest chain that reached a step
  std::vector<double> reached_;

  /// A chain that starts later can do all that an earlier one can, so that of each length the one with
  /// the latest start is kept.
  void loose(std::span<const Event> events) {
    start_.assign(steps_.size(), none);
    for (const Event& event : events) {
      for (std::size_t k = std::min(reached_.size() + 1, steps_.size()); k-- > 0;) {
        if (event.kind != steps_[k]) continue;
        const Time start = k > 0 ? start_[k - 1] : event.time <= last_start_ ? event.time : none;
        if (start == none || event.time - start > options_.window) continue;
        if (k == reached_.size()) reached_.push_back(static_cast<double>(event.time - start));
        start_[k] = std::max(start_[k], start);
      }
      if (reached_.size() == steps_.size()) return;
    }
  }

  void strict(std::span<const Event> events) {
    for (std::size_t i = 0; i < events.size() && events[i].time <= last_start_; ++i) {
      const Time start = events[i].time;
      for (std::size_t k = 0; k < steps_.size() && i + k < events.size(); ++k) {
        const Event& event = events[i + k];
        if (event.kind != steps_[k] || event.time - start > options_.window) break;
        if (k == reached_.size()) reached_.push_back(static_cast<double>(event.time - start));
      }
      if (reached_.size() == steps_.size()) return;
    }
  }
};

}  // namespace detail

/// Counts how far users come along the steps of a funnel; each user counts once, with the farthest.
///
/// A user reaches step k with events of the kinds of steps 1 .. k, one after another in the log, the
/// last at most a window after the first. Events of the same second keep the order of the log. The time
/// to a step is that of the user's first way to it, counted from the latest start of such a way.
/// @throws OptionError without steps or unless window > 0; DataError when a kind is unknown.
/// Source: none, our own. Cost: one pass over the events, grouped by user.
///
///     loyal::EventLog log;
///     log.add("anna", 0, "visit");
///     log.add("anna", 60, "view");
///     log.add("anna", 90, "purchase");
///     log.add("ben", 100, "visit");
///     log.add("ben", 200, "purchase");
///     const auto known = log.before(201);
///     const auto funnel = loyal::funnel(known, {.steps = {"visit", "view", "purchase"}, .window = 100});
///     if (funnel.users[0] != 2 || funnel.users[2] != 1 || funnel.seconds[2][0] != 90) return 1;
[[nodiscard]] inline Funnel funnel(const Observed& observed, const FunnelOptions& options) {
  detail::expect_option("funnel", "number of steps", options.steps.size(), !options.steps.empty(),
                        ">= 1");
  detail::expect_option("funnel", "window", options.window, options.window > 0, "> 0");
  std::vector<std::int32_t> kinds;
  for (const auto& step : options.steps) kinds.push_back(observed.kinds().at(step));
  Funnel result;
  result.steps = options.steps;
  result.seconds.resize(kinds.size());
  detail::FunnelWalk walk(kinds, options, observed.cutoff());
  for (std::int32_t user = 0; user < observed.users().size(); ++user) {
    const auto& reached = walk.of(observed.of_user(user));
    for (std::size_t k = 0; k < reached.size(); ++k) result.seconds[k].push_back(reached[k]);
  }
  result.users.resize(static_cast<Index>(kinds.size()));
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    std::sort(result.seconds[k].begin(), result.seconds[k].end());
    result.users[static_cast<Index>(k)] = static_cast<double>(result.seconds[k].size());
  }
  return result;
}

}  // namespace loyal
