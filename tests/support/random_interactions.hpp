// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/interactions.hpp>

namespace loyal::testing {

/// Each user has each item with this probability; values are 1 .. values.
inline Interactions random_interactions(Index users, Index items, double density, Rng& rng,
                                        std::uint64_t values = 1) {
  std::vector<Interaction> pairs;
  for (Index u = 0; u < users; ++u)
    for (Index i = 0; i < items; ++i)
      if (rng.bernoulli(density))
        pairs.push_back({static_cast<std::int32_t>(u), static_cast<std::int32_t>(i),
                         static_cast<float>(1 + rng.below(values))});
  return {users, items, pairs};
}

}  // namespace loyal::testing
