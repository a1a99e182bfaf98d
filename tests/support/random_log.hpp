// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include <loyal/core/random.hpp>
#include <loyal/core/types.hpp>
#include <loyal/data/event_log.hpp>

#include "catch.hpp"

namespace loyal::testing {

/// Events of 12 users over some length of time, of three kinds, added in any order; many share their second.
inline EventLog random_log(Rng& rng, int events, Time length, int users = 12) {
  EventLog log;
  for (const char* kind : {"visit", "lesson", "purchase"}) log.kinds().add(kind);
  for (int u = 0; u < users; ++u) log.users().add("user" + std::to_string(u));
  const Time grain = rng.bernoulli(0.5) ? 1 : 6 * hour;
  for (int i = 0; i < events; ++i) {
    const auto at = static_cast<Time>(rng.below(static_cast<std::uint64_t>(length)));
    log.add(Event{.user = static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(users))),
                  .kind = static_cast<std::int32_t>(rng.below(3)),
                  .time = 1'700'000'000 + at / grain * grain,
                  .amount = static_cast<double>(rng.below(100))});
  }
  log.sort();
  return log;
}

/// A moment within the log, sometimes that of an event.
inline Time random_cutoff(Rng& rng, const EventLog& log) {
  const Time first = log.first_time();
  if (rng.bernoulli(0.3) && log.last_time() > first)
    return std::max(first + 1, log.events()[rng.below(log.size())].time);
  return first + 1 +
         static_cast<Time>(rng.below(static_cast<std::uint64_t>(log.last_time() - first + 1)));
}

/// Checks over random logs and cutoffs that later events, users, kinds change nothing. result(observed)
/// gives numbers that can be compared, as a std::string.
template <class Result>
void check_blind_to_the_future(std::uint64_t seed, const Result& result) {
  Rng rng{seed};
  for (int trial = 0; trial < 30; ++trial) {
    auto log = random_log(rng, 1 + static_cast<int>(rng.below(300)), 200 * day);
    const Time cutoff = random_cutoff(rng, log);
    const std::string before = result(log.before(cutoff));
    for (int i = 0; i < 60; ++i)
      log.add("user" + std::to_string(rng.below(20)),
              cutoff + static_cast<Time>(rng.below(i < 20 ? 2 : 100 * day)),
              log.kinds().name(static_cast<std::int32_t>(rng.below(3))), {}, 1e6);
    log.sort();
    CHECK(result(log.before(cutoff)) == before);
  }
}

/// Numbers of vectors and matrices, exactly, as a text.
inline std::string text_of(const auto&... arrays) {
  std::string text;
  const auto put = [&](const auto& array) {
    text += "[" + std::to_string(array.rows()) + "x" + std::to_string(array.cols());
    for (Eigen::Index i = 0; i < array.rows(); ++i)
      for (Eigen::Index j = 0; j < array.cols(); ++j) text += " " + detail::to_text(array(i, j));
    text += "]";
  };
  (put(arrays), ...);
  return text;
}
inline std::string text_of_names(const auto& names) {
  std::string text;
  for (const auto& name : names) text.append(name).append(",");
  return text;
}

}  // namespace loyal::testing
