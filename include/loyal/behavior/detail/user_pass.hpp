// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../../core/parallel.hpp"
#include "../../core/types.hpp"
#include "../../data/event_log.hpp"

namespace loyal::detail {

inline Index user_ranges(std::int32_t users, int threads) {
  return std::clamp<Index>(users / 8192, 1, resolve_threads(threads));
}

/// Calls body(piece, begin, end) for ranges of users, one a thread. The number of ranges is that of the
/// threads, so results must be exact whatever the ranges are: counts, or numbers of each user alone.
template <class Body>
void for_user_ranges(std::int32_t users, int threads, const Body& body) {
  const Index pieces = user_ranges(users, threads);
  parallel_for(pieces, {.threads = threads}, [&](Index piece, Index) {
    body(piece, static_cast<std::int32_t>(users * piece / pieces),
         static_cast<std::int32_t>(users * (piece + 1) / pieces));
  });
}

/// Calls body(event, user - begin) for the events of marked kinds of users begin .. end - 1, in the order of
/// time. Nothing is grouped by user first: that takes longer than several such passes. Events are chosen
/// some ahead and without a branch, so that the memory of many users is waited for at once.
template <class Body>
void for_each_event(std::span<const Event> events, const std::vector<char>& marked,
                    std::int32_t begin, std::int32_t end, const Body& body) {
  constexpr std::size_t block = 1024;
  std::array<std::uint32_t, block> chosen;
  const auto users = static_cast<std::uint32_t>(end - begin);
  for (; !events.empty(); events = events.subspan(std::min(block, events.size()))) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < std::min(block, events.size()); ++i) {
      const Event& event = events[i];
      chosen[count] = static_cast<std::uint32_t>(i);
      count += static_cast<std::size_t>(
          static_cast<int>(static_cast<std::uint32_t>(event.user - begin) < users) &
          static_cast<int>(marked[static_cast<std::size_t>(event.kind)] != 0));
    }
    for (std::size_t k = 0; k < count; ++k) {
      const Event& event = events[chosen[k]];
      body(event, static_cast<std::size_t>(event.user - begin));
    }
  }
}

}  // namespace loyal::detail
