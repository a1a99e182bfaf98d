// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../data/event_log.hpp"
#include "journey.hpp"

namespace loyal {

/// Which journeys are looked at, and how far.
struct StepMatrixOptions {
  JourneyOptions journey{};  ///< states, goals and the pause that ends a journey
  std::string from = {};  ///< step 1 is the first event of this kind, journeys without it are left
                          ///< out; empty: the journey's first event
  int steps = 10;         ///< columns; in [1, 10000]
};

/// Where journeys are after so many steps.
struct StepMatrix {
  std::vector<std::string> states;  ///< the kinds, then "(ended)"
  Matrix<double> share;  ///< states x steps; of the journeys known at that step, a column sums to 1
  Vector<double> known;  ///< steps; journeys whose state at that step is known
};

/// The share of journeys in each state at step 1, 2, ...
///
///   share(s, n) = journeys whose n-th event is of kind s / journeys known at step n
/// A journey that has ended stays in "(ended)"; one that may still go on at the cutoff is known only as
/// far as it has come. Columns at which nothing is known are NaN.
/// @throws OptionError unless steps lies in [1, 10000] and gap > 0; DataError when a kind is unknown.
/// Source: none, our own; the picture is that of retentioneering's step matrix. Cost: as journey_chain.
///
///     loyal::EventLog log;
///     log.add("anna", 0, "visit");
///     log.add("anna", 60, "purchase");
///     log.add("ben", 100, "visit");
///     log.add("carl", 9 * loyal::day, "visit");
///     const auto m = loyal::step_matrix(log.before(9 * loyal::day + 1), {.journey = {.gap = loyal::day}, .steps = 2});
///     if (m.known[0] != 3 || m.known[1] != 2 || m.share(0, 0) != 1 || m.share(2, 1) != 0.5) return 1;
[[nodiscard]] inline StepMatrix step_matrix(const Observed& observed,
                                            const StepMatrixOptions& options = {}) {
  detail::expect_option("step_matrix", "steps", options.steps,
                        options.steps >= 1 && options.steps <= 10'000, "in [1, 10000]");
  const detail::Journeys journeys(observed, options.journey);
  StepMatrix result;
  result.states = journeys.names();
  const auto from = std::find(result.states.begin(), result.states.end(), options.from);
  if (!options.from.empty() && from == result.states.end())
    detail::fail<DataError>("step_matrix", "from", "'" + options.from + "'", "one of the states");
  const auto begins = static_cast<Index>(from - result.states.begin());
  const auto ended = static_cast<Index>(result.states.size());
  result.states.emplace_back("(ended)");
  result.share.setZero(ended + 1, options.steps);
  result.known.setZero(options.steps);
  journeys.for_each([&](const std::vector<Index>& states, detail::Journeys::End end) {
    auto first = states.begin();
    if (!options.from.empty()) first = std::find(states.begin(), states.end(), begins);
    if (first == states.end()) return;
    for (Index n = 0; n < options.steps; ++n) {
      if (first == states.end() && end == detail::Journeys::End::open) return;
      result.share(first == states.end() ? ended : *first++, n) += 1;
      result.known[n] += 1;
    }
  });
  for (Index n = 0; n < options.steps; ++n)
    for (Index s = 0; s <= ended; ++s) result.share(s, n) /= result.known[n];
  return result;
}

}  // namespace loyal
