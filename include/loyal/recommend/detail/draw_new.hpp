// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace loyal::detail {

/// Whether ascending @p items hold one, by a search without branches, as which way it goes nobody can foresee.
[[nodiscard]] inline bool holds(std::span<const std::int32_t> items, std::int32_t item) {
  const std::int32_t* from = items.data();
  for (std::size_t size = items.size(); size > 1;) {
    const std::size_t half = size / 2;
    from += half & (std::size_t{0} - static_cast<std::size_t>(from[half] <= item));
    size -= half;
  }
  return !items.empty() && *from == item;
}

/// An item of those that draw() gives which had(item) does not know; -1 after some tries.
template <class Draw, class Had>
[[nodiscard]] std::int32_t draw_new(const Draw& draw, const Had& had) {
  for (int tries = 0; tries < 16; ++tries)
    if (const std::int32_t item = draw(); !had(item)) return item;
  return -1;
}

}  // namespace loyal::detail
