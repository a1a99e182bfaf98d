// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

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

/// Calls body(event, user - begin) for the events of users begin .. end - 1, in the order of time. Nothing
/// is grouped by user first: that takes longer than several such passes.
template <class Body>
void for_each_event(std::span<const Event> events, std::int32_t begin, std::int32_t end,
                    const Body& body) {
  const auto count = static_cast<std::uint32_t>(end - begin);
  for (const Event& event : events) {
    const auto place = static_cast<std::uint32_t>(event.user - begin);
    if (place < count) body(event, static_cast<std::size_t>(place));
  }
}

}  // namespace loyal::detail
