// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "../../core/parallel.hpp"
#include "../../core/random.hpp"
#include "../../data/interactions.hpp"

namespace loyal::detail {

/// Lets threads learn from pairs of users and items so that no two ever touch the same row.
///
/// Each epoch users and items are dealt at random into groups. In each of as many rounds every group of users meets
/// one group of items, and each meeting has its pairs, in random order, and the items among which it may look for
/// negatives. Meetings of a round share no rows: results do not depend on the threads, and a meeting's rows fit the
/// cache. Source: Gemulla, Nijkamp, Haas & Sismanis, KDD 2011 (strata); here with groups dealt anew.
class PairMeetings {
 public:
  struct Pair {
    std::int32_t user;
    std::int32_t item;
  };
  struct Meeting {
    std::span<Pair> pairs;
    std::span<const std::int32_t> items;  // of the group
    Rng rng;
  };

  PairMeetings(Index users, Index items, std::uint64_t seed)
      : groups_(static_cast<std::size_t>(std::clamp<Index>(std::min(users, items) / 32, 1, 16))),
        seed_(seed) {
    deal(users_, users);
    deal(items_, items);
  }

  /// Calls meet(meeting), which returns a sum, for all meetings of an epoch; returns the sum of all. Pairs are those
  /// of the rows of @p train.
  template <class Meet>
  double epoch(const Interactions& train, std::uint64_t number, int threads, const Meet& meet) {
    const std::size_t streams = groups_ * groups_ + 1;
    Rng rng{seed_, number * streams + 1};
    for (auto* side : {&users_, &items_}) {
      rng.shuffle(side->order);
      for (std::size_t g = 0; g < groups_; ++g)
        for (const auto member : members(*side, g))
          side->group[static_cast<std::size_t>(member)] = static_cast<std::uint8_t>(g);
    }
    gather(train);
    double sum = 0;
    for (std::size_t round = 0; round < groups_; ++round)
      sum += parallel_reduce(
          static_cast<Index>(groups_), {.threads = threads, .grain = 1}, 0.0,
          [&](Index begin, Index end) {
            double part = 0;
            for (Index g = begin; g < end; ++g) {
              const auto group = static_cast<std::size_t>(g);
              const std::size_t other = (group + round) % groups_;
              const std::size_t place = group * groups_ + other;
              Meeting meeting{
                  std::span(pairs_).subspan(begin_[place], begin_[place + 1] - begin_[place]),
                  members(items_, other), Rng{seed_, number * streams + place + 2}};
              meeting.rng.shuffle(meeting.pairs);
              part += meet(meeting);
            }
            return part;
          },
          [](double a, double b) { return a + b; });
    return sum;
  }

 private:
  struct Side {
    std::vector<std::int32_t> order;
    std::vector<std::uint8_t> group;
  };
  static void deal(Side& side, Index n) {
    side.order.resize(static_cast<std::size_t>(n));
    std::iota(side.order.begin(), side.order.end(), 0);
    side.group.resize(side.order.size());
  }
  [[nodiscard]] std::span<const std::int32_t> members(const Side& side, std::size_t g) const {
    const std::size_t n = side.order.size();
    return std::span(side.order).subspan(n * g / groups_, n * (g + 1) / groups_ - n * g / groups_);
  }

  void gather(const Interactions& train) {
    const auto place = [&](std::uint8_t user_group, std::int32_t item) {
      return user_group * groups_ + items_.group[static_cast<std::size_t>(item)];
    };
    begin_.assign(groups_ * groups_ + 2, 0);
    for (Index user = 0; user < train.users(); ++user)
      for (const auto item : train.items_of(user))
        ++begin_[place(users_.group[static_cast<std::size_t>(user)], item) + 2];
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    pairs_.resize(static_cast<std::size_t>(train.size()));
    for (Index user = 0; user < train.users(); ++user)
      for (const auto item : train.items_of(user))
        pairs_[begin_[place(users_.group[static_cast<std::size_t>(user)], item) + 1]++] = {
            static_cast<std::int32_t>(user), item};
  }

  std::size_t groups_;
  std::uint64_t seed_;
  Side users_;
  Side items_;
  std::vector<Pair> pairs_;         // by meeting
  std::vector<std::size_t> begin_;  // where a meeting's pairs begin
};

}  // namespace loyal::detail
