// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "interactions.hpp"

namespace loyal {

struct KCoreOptions {
  Index user_pairs = 5;  ///< pairs a user must have to stay, >= 0
  Index item_pairs = 5;  ///< pairs an item must have to stay, >= 0
};

/// The largest part in which each user and each item has so many pairs, and who is left of whom.
struct KCore {
  Interactions interactions;        ///< users and items numbered anew, in their old order
  std::vector<std::int32_t> users;  ///< the old number of each user
  std::vector<std::int32_t> items;  ///< the old number of each item
};

/// Leaves out users and items with few pairs, again and again until all that stay have enough.
///
/// @throws OptionError for a negative number.
/// Source: Batagelj & Zaveršnik, arXiv cs/0310049, 2003. Cost: linear in the pairs.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 1}};
///     const auto core = loyal::k_core(loyal::Interactions(3, 2, pairs), {.user_pairs = 2, .item_pairs = 2});
///     if (core.interactions.users() != 2 || core.interactions.size() != 4 || core.users[1] != 1) return 1;
[[nodiscard]] inline KCore k_core(const Interactions& all, const KCoreOptions& options = {}) {
  const auto check = [](const char* name, Index value) {
    detail::expect_option("k_core", name, value, value >= 0, ">= 0");
  };
  check("user_pairs", options.user_pairs);
  check("item_pairs", options.item_pairs);
  const Interactions columns = all.transposed();
  // One side's rows, how many pairs each still has, and those whose loss is not yet passed on.
  struct Side {
    const Interactions* rows;
    Index least;
    std::vector<Index> left;
    std::vector<std::int32_t> leaving;

    Side(const Interactions& x, Index at_least) : rows(&x), least(at_least) {
      for (Index r = 0; r < x.users(); ++r) {
        left.push_back(static_cast<Index>(x.items_of(r).size()));
        if (left.back() < least) leave(static_cast<std::size_t>(r));
      }
    }
    void leave(std::size_t row) {
      left[row] = -1;
      leaving.push_back(static_cast<std::int32_t>(row));
    }
    void lose_one(std::int32_t row) {
      const auto r = static_cast<std::size_t>(row);
      if (left[r] >= 0 && --left[r] < least) leave(r);
    }
  };
  Side users(all, options.user_pairs);
  Side items(columns, options.item_pairs);
  const auto pass_on = [](Side& from, Side& to) {
    while (!from.leaving.empty()) {
      const auto row = from.leaving.back();
      from.leaving.pop_back();
      for (const auto other : from.rows->items_of(row)) to.lose_one(other);
    }
  };
  while (!users.leaving.empty() || !items.leaving.empty()) {
    pass_on(users, items);
    pass_on(items, users);
  }

  KCore core;
  const auto number = [](const Side& side, std::vector<std::int32_t>& stay) {
    std::vector<std::int32_t> fresh(side.left.size(), -1);
    for (std::size_t r = 0; r < side.left.size(); ++r)
      if (side.left[r] >= 0) {
        fresh[r] = static_cast<std::int32_t>(stay.size());
        stay.push_back(static_cast<std::int32_t>(r));
      }
    return fresh;
  };
  const auto user_of = number(users, core.users);
  const auto item_of = number(items, core.items);
  std::vector<Interaction> pairs;
  for (Interaction pair : all.pairs()) {
    pair.user = user_of[static_cast<std::size_t>(pair.user)];
    pair.item = item_of[static_cast<std::size_t>(pair.item)];
    if (pair.user >= 0 && pair.item >= 0) pairs.push_back(pair);
  }
  core.interactions = Interactions(static_cast<Index>(core.users.size()),
                                   static_cast<Index>(core.items.size()), pairs);
  const auto named = [](const IdMap& names, const std::vector<std::int32_t>& stay) {
    IdMap kept;
    if (!names.empty())
      for (const auto old : stay) kept.add(names.name(old));
    return kept;
  };
  if (!all.user_names().empty() || !all.item_names().empty())
    core.interactions.set_names(named(all.user_names(), core.users),
                                named(all.item_names(), core.items));
  return core;
}

}  // namespace loyal
