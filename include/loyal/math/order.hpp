// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "../core/types.hpp"
#include "values.hpp"

namespace loyal::detail {

/// Indices 0 .. n - 1 by their keys, the smallest first; equal keys keep their order. No key is NaN.
/// One sort for all callers: of doubles side by side, whose comparison the compiler sees.
/// Cost: O(n log n).
inline std::vector<Index> ascending_order(const Values& keys, double sign = 1) {
  struct Keyed {
    double key;
    Index index;
  };
  std::vector<Keyed> sorted;
  sorted.reserve(static_cast<std::size_t>(keys.size()));
  for (Index i = 0; i < keys.size(); ++i) sorted.push_back({sign * keys[i], i});
  std::sort(sorted.begin(), sorted.end(), [](const Keyed& a, const Keyed& b) {
    return a.key < b.key || (a.key == b.key && a.index < b.index);
  });
  std::vector<Index> order;
  order.reserve(sorted.size());
  for (const Keyed& k : sorted) order.push_back(k.index);
  return order;
}

/// The largest first; equal keys keep their order here, too.
inline std::vector<Index> descending_order(const Values& keys) { return ascending_order(keys, -1); }

/// For each key the index of the first one that equals it. No key is NaN.
inline std::vector<Index> first_of_equals(const Values& keys) {
  const std::vector<Index> order = ascending_order(keys);
  std::vector<Index> first(order.size());
  Index leader = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || keys[order[i]] != keys[leader]) leader = order[i];
    first[static_cast<std::size_t>(order[i])] = leader;
  }
  return first;
}

}  // namespace loyal::detail
