// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../../core/progress.hpp"
#include "../../core/random.hpp"
#include "../../data/interactions.hpp"

namespace loyal::detail {

/// Passes through all users who have something, in a new order each time, some at a time.
///
///   step(users, fall)   returns the loss of their pairs; fall goes from 1 to 0.05 in the course of all passes
///
/// After each pass @p progress is told of the mean loss of a pair; it may stop.
struct UserBatches {
  Index batch_users;
  int epochs;
  const ProgressCallback& progress;

  /// How often an item is met in a pass, in the mean, as one of so many negatives of each batch.
  [[nodiscard]] double times_drawn(const Interactions& train, Index negatives) const {
    Index users = 0;
    for (Index u = 0; u < train.users(); ++u) users += train.items_of(u).empty() ? 0 : 1;
    const Index batches = std::max<Index>(1, (users + batch_users - 1) / batch_users);
    return static_cast<double>(batches * negatives) / static_cast<double>(train.items());
  }

  template <class Step>
  void run(const Interactions& train, Rng& rng, const Step& step) const {
    std::vector<std::int32_t> order;
    for (Index u = 0; u < train.users(); ++u)
      if (!train.items_of(u).empty()) order.push_back(static_cast<std::int32_t>(u));
    const auto size = static_cast<std::size_t>(batch_users);
    const auto start = std::chrono::steady_clock::now();
    for (int epoch = 0; epoch < epochs; ++epoch) {
      rng.shuffle(order);
      double loss = 0;
      for (std::size_t begin = 0; begin < order.size(); begin += size) {
        const double done =
            (epoch + static_cast<double>(begin) / static_cast<double>(order.size())) / epochs;
        loss += step(std::span<const std::int32_t>(order).subspan(
                         begin, std::min(size, order.size() - begin)),
                     1 - 0.95 * done);
      }
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      if (!progress({.what = "epoch",
                     .step = epoch + 1,
                     .total = epochs,
                     .seconds = seconds.count(),
                     .value = loss / static_cast<double>(std::max<Index>(1, train.size()))}))
        break;
    }
  }
};

}  // namespace loyal::detail
