// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "../core/error.hpp"

namespace loyal {

/// The points of a curve that have to be drawn, as indices in their order: of neighbors within one
/// column of pixels the first, the lowest, the highest and the last.
///
/// The drawn curve covers the same pixels and keeps every extreme. Points with a coordinate that
/// is not finite break the curve; of a row of them one is kept.
/// | argument | shape | meaning |
/// | x, y | n | place on the paper, pixels |
/// @throws ShapeError when the sizes differ. Source: none, our own.
/// Cost: one pass; at most 4 points a column where x does not turn back.
///
///     const std::vector<double> x{0.0, 0.1, 0.2, 0.3, 0.4, 5.0}, y{1, 7, 3, -2, 4, 0};
///     if (loyal::decimate(x, y) != std::vector<std::size_t>{0, 1, 3, 4, 5}) return 1;
[[nodiscard]] inline std::vector<std::size_t> decimate(std::span<const double> x,
                                                       std::span<const double> y) {
  detail::expect_size("decimate", "y", y.size(), x.size());
  const auto broken = [&](std::size_t i) { return !std::isfinite(x[i]) || !std::isfinite(y[i]); };
  std::vector<std::size_t> kept;
  for (std::size_t begin = 0; begin < x.size();) {
    std::size_t end = begin + 1;
    if (broken(begin)) {
      while (end < x.size() && broken(end)) ++end;
      kept.push_back(begin);
      begin = end;
      continue;
    }
    std::size_t lowest = begin;
    std::size_t highest = begin;
    for (; end < x.size() && !broken(end) && std::floor(x[end]) == std::floor(x[begin]); ++end) {
      if (y[end] < y[lowest]) lowest = end;
      if (y[end] > y[highest]) highest = end;
    }
    for (const std::size_t i :
         {begin, std::min(lowest, highest), std::max(lowest, highest), end - 1})
      if (kept.empty() || kept.back() < i) kept.push_back(i);
    begin = end;
  }
  return kept;
}

}  // namespace loyal
