// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random.hpp"
#include "interactions.hpp"
#include "split.hpp"

namespace loyal {

/// Interactions to learn from and to judge by, over the same users, items and names.
struct InteractionSplit {
  Interactions train;
  Interactions test;
};

namespace detail {

/// Deals pairs to the parts that part_of(pair number, user) names; -1 leaves a pair out.
template <class PartOf>
std::vector<Interactions> deal_pairs(const Interactions& all, int parts, const PartOf& part_of) {
  std::vector<std::vector<Interaction>> dealt(static_cast<std::size_t>(parts));
  const auto pairs = all.pairs();
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const int part = part_of(i, pairs[i]);
    if (part >= 0) dealt[static_cast<std::size_t>(part)].push_back(pairs[i]);
  }
  std::vector<Interactions> made;
  for (const auto& part : dealt) {
    made.emplace_back(all.users(), all.items(), part);
    if (!all.user_names().empty() || !all.item_names().empty())
      made.back().set_names(all.user_names(), all.item_names());
  }
  return made;
}

template <class InTest>
InteractionSplit split_pairs(const Interactions& all, const InTest& in_test) {
  auto parts = deal_pairs(
      all, 2, [&](std::size_t i, const Interaction& p) { return in_test(i, p) ? 1 : 0; });
  return {std::move(parts[0]), std::move(parts[1])};
}

/// Pair numbers of a user in a random order.
inline std::vector<std::size_t> shuffled_row(const Interactions& all, Index user, Rng& rng) {
  const auto begin = static_cast<std::size_t>(all.offsets()[static_cast<std::size_t>(user)]);
  std::vector<std::size_t> order(all.items_of(user).size());
  std::iota(order.begin(), order.end(), begin);
  rng.shuffle(order);
  return order;
}

inline void expect_share(const char* where, double share) {
  expect_option(where, "share", share, share > 0 && share < 1, "in (0, 1)");
}

}  // namespace detail

/// Hands a random share of each user's pairs to the test, rounded to the nearest number; a user keeps at least one
/// pair in train.
/// @throws OptionError unless 0 < share < 1.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {0, 2}, {0, 3}, {1, 0}};
///     const auto split = loyal::split_randomly(loyal::Interactions(2, 4, pairs), 0.25, 7);
///     if (split.train.size() != 4 || split.test.items_of(0).size() != 1) return 1;
[[nodiscard]] inline InteractionSplit split_randomly(const Interactions& all, double share,
                                                     std::uint64_t seed) {
  detail::expect_share("split_randomly", share);
  std::vector<bool> test(static_cast<std::size_t>(all.size()), false);
  Rng rng{seed};
  for (Index user = 0; user < all.users(); ++user) {
    const auto order = detail::shuffled_row(all, user, rng);
    if (order.size() < 2) continue;
    const auto wanted =
        static_cast<std::size_t>(std::llround(share * static_cast<double>(order.size())));
    for (std::size_t i = 0; i < std::min(wanted, order.size() - 1); ++i) test[order[i]] = true;
  }
  return detail::split_pairs(all, [&](std::size_t i, const Interaction&) { return test[i]; });
}

/// Hands each user's last @p count pairs to the test; of equally late ones, those of larger items. Users with
/// fewer than count + 1 pairs stay in train.
/// @throws DataError if the interactions have no times; OptionError if count < 1.
/// Source: leave-last-out, as in Rendle et al., UAI 2009, section 6.2, by time.
[[nodiscard]] inline InteractionSplit leave_last_out(const Interactions& all, Index count = 1) {
  detail::expect_option("leave_last_out", "count", count, count >= 1, ">= 1");
  if (all.size() > 0 && !all.timed())
    detail::fail<DataError>("leave_last_out", "the times", "missing", "a time for each pair");
  std::vector<bool> test(static_cast<std::size_t>(all.size()), false);
  for (Index user = 0; user < all.users(); ++user) {
    const auto times = all.times_of(user);
    if (std::ssize(times) < count + 1) continue;
    std::vector<std::size_t> order(times.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return times[a] < times[b]; });
    const auto begin = static_cast<std::size_t>(all.offsets()[static_cast<std::size_t>(user)]);
    for (auto i = order.size() - static_cast<std::size_t>(count); i < order.size(); ++i)
      test[begin + order[i]] = true;
  }
  return detail::split_pairs(all, [&](std::size_t i, const Interaction&) { return test[i]; });
}

/// Pairs before @p test_from to train, the others to test: no model sees a later pair than any it is judged by.
/// @throws DataError if the interactions have no times.
[[nodiscard]] inline InteractionSplit split_by_time(const Interactions& all, Time test_from) {
  if (all.size() > 0 && !all.timed())
    detail::fail<DataError>("split_by_time", "the times", "missing", "a time for each pair");
  return detail::split_pairs(
      all, [&](std::size_t, const Interaction& pair) { return pair.time >= test_from; });
}

/// Deals all pairs at random to @p folds parts of nearly the same size; split i tests on part i and trains on the
/// others, as for ratings.
/// @throws OptionError if folds < 2; DataError for fewer pairs than folds.
[[nodiscard]] inline std::vector<InteractionSplit> k_fold(const Interactions& all, int folds,
                                                          std::uint64_t seed) {
  detail::expect_folds("k_fold", folds, all.size());
  std::vector<int> fold_of(static_cast<std::size_t>(all.size()));
  int next = 0;
  for (const Index i : detail::shuffled(all.size(), seed))
    fold_of[static_cast<std::size_t>(i)] = std::exchange(next, (next + 1) % folds);
  std::vector<InteractionSplit> splits;
  splits.reserve(static_cast<std::size_t>(folds));
  for (int fold = 0; fold < folds; ++fold)
    splits.push_back(detail::split_pairs(
        all, [&](std::size_t i, const Interaction&) { return fold_of[i] == fold; }));
  return splits;
}

/// Users whom a model never sees, and what it is told of them.
struct UserDisjointSplit {
  Interactions train;    ///< of the users who stay; the rows of the others are empty
  Interactions history;  ///< of the users set apart: what they fold in with
  Interactions test;     ///< of the same users: what is to be found
};

/// Sets a random share of the users apart and splits their pairs into a history and a test: "strong
/// generalisation". All three are over the same users and items.
/// @param held_out share of a user's pairs that are to be found
/// @throws OptionError unless both shares lie in (0, 1).
/// Source: Marlin, NIPS 2003; Liang et al., WWW 2018, section 4.2.
[[nodiscard]] inline UserDisjointSplit split_users(const Interactions& all, double users_share,
                                                   double held_out, std::uint64_t seed) {
  detail::expect_share("split_users", users_share);
  detail::expect_share("split_users", held_out);
  std::vector<bool> apart(static_cast<std::size_t>(all.users()), false);
  const auto order = detail::shuffled(all.users(), seed);
  const auto count =
      static_cast<std::size_t>(std::llround(users_share * static_cast<double>(all.users())));
  for (std::size_t i = 0; i < count; ++i) apart[static_cast<std::size_t>(order[i])] = true;
  auto parts = detail::deal_pairs(all, 2, [&](std::size_t, const Interaction& pair) {
    return apart[static_cast<std::size_t>(pair.user)] ? 1 : 0;
  });
  auto folded = split_randomly(parts[1], held_out, seed + 1);
  return {std::move(parts[0]), std::move(folded.train), std::move(folded.test)};
}

}  // namespace loyal
