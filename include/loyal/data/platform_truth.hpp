// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "../core/types.hpp"
#include "time.hpp"

namespace loyal {

/// The known causes of leaving: their values in one week of one user, or their coefficients.
struct ChurnCauses {
  double disengagement = 0;       ///< minus the log of this week's activity over the average user's
  double unresolved_tickets = 0;  ///< support tickets open at the end of the week
  double price_pressure = 0;      ///< price sensitivity times price over the first price
  double community_ties = 0;      ///< log(1 + recent posts and replies), older ones fading
  double tenure = 0;              ///< log(1 + weeks since joining)
  double contagion = 0;           ///< share of friends who had left before this week; in [0, 1]

  static constexpr std::size_t count = 6;
  static constexpr std::array<std::string_view, count> names{"disengagement",  "unresolved_tickets",
                                                             "price_pressure", "community_ties",
                                                             "tenure",         "contagion"};

  [[nodiscard]] std::array<double, count> values() const noexcept {
    return {disengagement, unresolved_tickets, price_pressure, community_ties, tenure, contagion};
  }

  friend bool operator==(const ChurnCauses&, const ChurnCauses&) = default;
};

/// The chance of leaving at the end of a week.
///   h = 1 / (1 + exp(-(intercept + sum over causes of coefficient * cause - relief)))
/// Source: none, our own: a logistic hazard in discrete time.
///
///     const loyal::ChurnHazard hazard{.intercept = 0, .coefficients = {.tenure = -1}};
///     if (hazard({}) != 0.5 || !(hazard({.tenure = 2}) < 0.2)) return 1;
struct ChurnHazard {
  double intercept = -4.0;  ///< log-odds of leaving in a week when all causes are 0
  ChurnCauses coefficients{.disengagement = 1.3,
                           .unresolved_tickets = 0.7,
                           .price_pressure = 0.6,
                           .community_ties = -0.5,
                           .tenure = -0.25};  ///< log-odds for one unit of each cause

  /// @p relief is what an incentive takes off the log-odds.
  [[nodiscard]] double operator()(const ChurnCauses& causes, double relief = 0) const noexcept {
    const auto b = coefficients.values();
    const auto x = causes.values();
    double log_odds = intercept - relief;
    for (std::size_t i = 0; i < b.size(); ++i) log_odds += b[i] * x[i];
    return 1 / (1 + std::exp(-log_odds));
  }

  friend bool operator==(const ChurnHazard&, const ChurnHazard&) = default;
};

/// A simulated user's hidden traits and fate. Row u of the truth is user u of the log.
struct SimulatedUser {
  static constexpr Time never = std::numeric_limits<Time>::max();

  Time joined = 0;               ///< may lie behind the end of the log: then without events
  Time left = never;             ///< no event from then on; never: still there at the end
  double engagement = 0;         ///< log of the usual activity over the average user's
  double price_sensitivity = 1;  ///< > 0, mean 1
  double sociability = 0;        ///< posts and replies a week at average activity
  double ticket_rate = 0;        ///< tickets a week
  double incentive_relief = 0;   ///< log-odds of leaving that an incentive takes away; may be < 0
  double campaign_effect = 0;    ///< fall of the chance to leave during the incentive, with the
                                 ///< causes as at the campaign; 0 for who was not there then
  double revenue = 0;            ///< sum of all amounts of money in the log
  bool treated = false;          ///< was given the incentive
  std::uint64_t mastered = 0;    ///< bit k: masters topic k at the end

  friend bool operator==(const SimulatedUser&, const SimulatedUser&) = default;
};

/// A simulated course. Row c of the truth is item c of the log.
struct SimulatedCourse {
  std::int32_t topic = 0;
  double difficulty = 0;  ///< standard normal
  double quality = 0;     ///< standard normal
  double price = 0;       ///< money
  std::int32_t lessons = 1;

  friend bool operator==(const SimulatedCourse&, const SimulatedCourse&) = default;
};

/// One user's week: why it might have been the last, and whether it was.
struct SimulatedWeek {
  std::int32_t user = 0;
  Time begin = 0;
  ChurnCauses causes;  ///< at the end of the week
  double hazard = 0;   ///< chance of leaving then, with any incentive taken into account
  bool left = false;

  friend bool operator==(const SimulatedWeek&, const SimulatedWeek&) = default;
};

/// Everything that a model of the log tries to guess.
struct PlatformTruth {
  ChurnHazard hazard;
  std::vector<SimulatedUser> users;
  std::vector<SimulatedCourse> courses;
  Matrix<float> tastes;              ///< users x topics, rows sum to 1
  std::vector<SimulatedWeek> weeks;  ///< only when asked for; by week, then by user

  /// The user's friends, ascending; friendship is mutual. Empty for an unknown user.
  [[nodiscard]] std::span<const std::int32_t> friends_of(std::int32_t user) const noexcept {
    const auto u = static_cast<std::size_t>(user);
    if (user < 0 || u + 1 >= friends_begin.size()) return {};
    return std::span(friends).subspan(friends_begin[u], friends_begin[u + 1] - friends_begin[u]);
  }

  std::vector<std::size_t> friends_begin;  ///< user u: friends[friends_begin[u]] ..
  std::vector<std::int32_t> friends;       ///< .. friends[friends_begin[u + 1] - 1]
};

}  // namespace loyal
