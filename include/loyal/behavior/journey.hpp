// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../data/event_log.hpp"
#include "../data/time.hpp"
#include "markov_chain.hpp"

namespace loyal {

/// What a journey is made of, and when it ends.
struct JourneyOptions {
  std::vector<std::string> kinds{};  ///< kinds of event that are states; none named: all
  std::vector<std::string> goals{};  ///< kinds that end a journey with success; none: no such end
  Time gap = 30 * day;               ///< a longer pause ends a journey without success, s; > 0
  bool merge_repeats = false;        ///< a kind several times in a row counts once
};

namespace detail {

/// Journeys as rows of states 0 .. states - 1, which are the kinds named or all.
class Journeys {
 public:
  enum class End { open, gap, goal };

  Journeys(const Observed& observed, const JourneyOptions& options)
      : observed_(observed), options_(options) {
    expect_option("JourneyOptions", "gap", options.gap, options.gap > 0, "> 0");
    const IdMap& kinds = observed.kinds();
    state_of_kind_.assign(static_cast<std::size_t>(kinds.size()), -1);
    const auto add = [&](std::int32_t kind) {
      auto& state = state_of_kind_[static_cast<std::size_t>(kind)];
      if (state >= 0) return;
      state = static_cast<Index>(names_.size());
      names_.push_back(kinds.name(kind));
    };
    std::vector<std::int32_t> goals;
    for (const auto& name : options.goals) goals.push_back(kinds.at(name));
    if (options.kinds.empty())
      for (std::int32_t k = 0; k < kinds.size(); ++k) add(k);
    for (const auto& name : options.kinds) add(kinds.at(name));
    for (const auto kind : goals) add(kind);
    is_goal_.assign(names_.size(), 0);
    for (const auto kind : goals)
      is_goal_[static_cast<std::size_t>(state_of_kind_[static_cast<std::size_t>(kind)])] = 1;
  }

  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

  /// Calls body(states, end) for each journey, user by user.
  template <class Body>
  void for_each(const Body& body) const {
    std::vector<Index> states;
    for (std::int32_t user = 0; user < observed_.users().size(); ++user) {
      states.clear();
      Time last = 0;
      for (const Event& event : observed_.of_user(user)) {
        const Index state = state_of_kind_[static_cast<std::size_t>(event.kind)];
        if (state < 0) continue;
        if (!states.empty() && event.time - last > options_.gap) {
          body(states, End::gap);
          states.clear();
        }
        last = event.time;
        if (states.empty() || !options_.merge_repeats || states.back() != state)
          states.push_back(state);
        if (is_goal_[static_cast<std::size_t>(state)] == 0) continue;
        body(states, End::goal);
        states.clear();
      }
      if (!states.empty())
        body(states, observed_.cutoff() - 1 - last > options_.gap ? End::gap : End::open);
    }
  }

 private:
  const Observed& observed_;
  const JourneyOptions& options_;
  std::vector<std::string> names_;
  std::vector<Index> state_of_kind_;
  std::vector<char> is_goal_;
};

}  // namespace detail

/// The Markov chain of users' journeys: how often each kind of event followed each.
///
/// | state | meaning |
/// | (start) | before the first event of a journey |
/// | the kinds | an event of that kind |
/// | (goal) | after an event of one of the goals; without goals there is no such state |
/// | (left) | after a pause longer than the gap |
/// A journey that may still go on at the cutoff counts with the steps it has made. Events of other
/// kinds are passed over. A new journey begins after a goal.
/// @throws OptionError unless gap > 0; DataError when a kind is unknown.
/// Source: none, our own. Cost: one pass over the events, grouped by user.
///
///     loyal::EventLog log;
///     log.add("anna", 0, "visit");
///     log.add("anna", 60, "purchase");
///     log.add("ben", 100, "visit");
///     log.add("carl", 9 * loyal::day, "visit");
///     const auto chain = loyal::journey_chain(log.before(9 * loyal::day + 1), {.goals = {"purchase"}, .gap = loyal::day});
///     const auto goal = chain.probability_to_end_in(chain.state("(goal)"));
///     if (goal[chain.state("(start)")] != 0.5) return 1;  // nothing is known yet of how carl goes on
[[nodiscard]] inline MarkovChain journey_chain(const Observed& observed,
                                               const JourneyOptions& options = {}) {
  const detail::Journeys journeys(observed, options);
  std::vector<std::string> names{"(start)"};
  for (const auto& name : journeys.names()) names.push_back(name);
  if (!options.goals.empty()) names.emplace_back("(goal)");
  names.emplace_back("(left)");
  const auto size = static_cast<Index>(names.size());
  Matrix<double> counts = Matrix<double>::Zero(size, size);
  journeys.for_each([&](const std::vector<Index>& states, detail::Journeys::End end) {
    Index from = 0;
    for (const Index state : states) {
      counts(from, state + 1) += 1;
      from = state + 1;
    }
    if (end == detail::Journeys::End::goal) counts(from, size - 2) += 1;
    if (end == detail::Journeys::End::gap) counts(from, size - 1) += 1;
  });
  return {std::move(names), std::move(counts)};
}

}  // namespace loyal
