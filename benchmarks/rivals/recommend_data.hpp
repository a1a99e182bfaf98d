// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/interactions.hpp>
#include <loyal/math/alias_table.hpp>

/// Dealings whose users and items follow power laws, as those of shops do, with tastes to be found: items belong to
/// topics, and seven dealings of ten are from the user's own three.
///
/// @p pairs must be well below users x items. A seed gives the same dealings everywhere.
inline loyal::Interactions power_law_interactions(loyal::Index users, loyal::Index items,
                                                  loyal::Index pairs, std::uint64_t seed = 1) {
  using loyal::Index;
  constexpr std::size_t topics = 50;
  loyal::Rng rng{seed};
  // Weights fall with the rank in a random order.
  const auto power = [&](Index n, double exponent, double offset) {
    std::vector<double> weight(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < weight.size(); ++i)
      weight[i] = std::pow(static_cast<double>(i) + offset, -exponent);
    rng.shuffle(weight);
    return weight;
  };
  const auto popularity = power(items, 0.8, 10);
  std::vector<std::vector<std::int32_t>> of_topic(topics);
  for (Index item = 0; item < items; ++item)
    of_topic[rng.below(topics)].push_back(static_cast<std::int32_t>(item));
  std::vector<loyal::AliasTable> draw;
  for (const auto& members : of_topic) {
    std::vector<double> weights{1e-9};  // no topic is without an item
    for (const auto item : members) weights.push_back(popularity[static_cast<std::size_t>(item)]);
    draw.emplace_back(weights);
  }
  const loyal::AliasTable any(popularity);

  auto activity = power(users, 0.7, 50);
  const double all = std::accumulate(activity.begin(), activity.end(), 0.0);
  std::vector<Index> size(static_cast<std::size_t>(users));
  Index left = pairs;
  for (std::size_t u = 0; u < size.size(); ++u) {
    const double wanted = activity[u] / all * static_cast<double>(pairs);
    size[u] = std::clamp<Index>(static_cast<Index>(wanted), 2, items / 3);
    left -= size[u];
  }
  for (std::size_t u = 0; left != 0; u = (u + 1) % size.size()) {
    const Index step = left > 0 ? 1 : -1;
    if (size[u] + step < 2 || size[u] + step > items / 3) continue;
    size[u] += step;
    left -= step;
  }

  std::vector<Index> offsets{0};
  std::vector<std::int32_t> had;
  had.reserve(static_cast<std::size_t>(pairs));
  std::vector<Index> last(static_cast<std::size_t>(items), -1);  // who took it last
  for (Index user = 0; user < users; ++user) {
    std::size_t own[3];
    for (auto& topic : own) topic = rng.below(topics);
    const auto begin = std::ssize(had);
    for (int tries = 0; std::ssize(had) - begin < size[static_cast<std::size_t>(user)]; ++tries) {
      std::size_t item = 0;
      if (tries > 8 * size[static_cast<std::size_t>(user)]) {
        item = rng.below(static_cast<std::uint64_t>(items));
      } else if (rng.bernoulli(0.7)) {
        const auto topic = own[rng.below(3)];
        const auto place = draw[topic].sample(rng);
        if (place == 0) continue;
        item = static_cast<std::size_t>(of_topic[topic][static_cast<std::size_t>(place - 1)]);
      } else {
        item = static_cast<std::size_t>(any.sample(rng));
      }
      if (std::exchange(last[item], user) != user) had.push_back(static_cast<std::int32_t>(item));
    }
    std::sort(had.begin() + begin, had.end());
    offsets.push_back(std::ssize(had));
  }
  std::vector<float> ones(had.size(), 1.0F);
  return loyal::Interactions::from_rows(items, std::move(offsets), std::move(had), std::move(ones));
}

/// Deals each pair into training, or with probability @p share into test.
inline std::pair<loyal::Interactions, loyal::Interactions> hold_out(const loyal::Interactions& all,
                                                                    double share,
                                                                    std::uint64_t seed = 1) {
  loyal::Rng rng{seed};
  std::vector<loyal::Interaction> train;
  std::vector<loyal::Interaction> test;
  for (const auto& pair : all.pairs()) (rng.bernoulli(share) ? test : train).push_back(pair);
  return {loyal::Interactions(all.users(), all.items(), train),
          loyal::Interactions(all.users(), all.items(), test)};
}
