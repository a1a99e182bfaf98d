// SPDX-License-Identifier: MIT
#include <set>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/k_core.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("A k-core is what is left when the poor leave round by round", "[data]") {
  Rng rng{4};
  for (int round = 0; round < 100; ++round) {
    const Index users = 1 + static_cast<Index>(rng.below(20));
    const Index items = 1 + static_cast<Index>(rng.below(20));
    std::vector<Interaction> pairs;
    for (Index u = 0; u < users; ++u)
      for (Index i = 0; i < items; ++i)
        if (rng.bernoulli(0.25))
          pairs.push_back({static_cast<std::int32_t>(u), static_cast<std::int32_t>(i),
                           rng.uniform<float>(), 3});
    Interactions all(users, items, pairs);
    IdMap user_names;
    IdMap item_names;
    for (Index u = 0; u < users; ++u) user_names.add("u" + std::to_string(u));
    for (Index i = 0; i < items; ++i) item_names.add("i" + std::to_string(i));
    all.set_names(user_names, item_names);
    const KCoreOptions options{static_cast<Index>(rng.below(5)), static_cast<Index>(rng.below(5))};
    const auto core = k_core(all, options);

    std::set<int> stay_users;
    std::set<int> stay_items;
    for (int u = 0; u < users; ++u) stay_users.insert(u);
    for (int i = 0; i < items; ++i) stay_items.insert(i);
    for (bool changed = true; changed;) {
      changed = false;
      for (const bool of_users : {true, false}) {
        auto& stay = of_users ? stay_users : stay_items;
        std::set<int> next;
        for (const int x : stay) {
          Index n = 0;
          for (const auto& p : pairs)
            if ((of_users ? p.user : p.item) == x && stay_users.contains(p.user) &&
                stay_items.contains(p.item))
              ++n;
          if (n >= (of_users ? options.user_pairs : options.item_pairs)) next.insert(x);
        }
        changed = changed || next.size() != stay.size();
        stay = next;
      }
    }
    CHECK(std::set<int>(core.users.begin(), core.users.end()) == stay_users);
    CHECK(std::set<int>(core.items.begin(), core.items.end()) == stay_items);
    std::size_t kept = 0;
    for (const auto& p : pairs)
      kept += stay_users.contains(p.user) && stay_items.contains(p.item) ? 1 : 0;
    CHECK(core.interactions.size() == static_cast<Index>(kept));
    for (const auto& p : core.interactions.pairs()) {
      const auto u = core.users[static_cast<std::size_t>(p.user)];
      const auto i = core.items[static_cast<std::size_t>(p.item)];
      CHECK(all.contains(u, i));
      CHECK(p.time == 3);
      CHECK(core.interactions.user_names().name(p.user) == all.user_names().name(u));
      CHECK(core.interactions.item_names().name(p.item) == all.item_names().name(i));
    }
  }
  CHECK(k_core(Interactions()).interactions.size() == 0);
  CHECK_THROWS_AS(k_core(Interactions(), {.user_pairs = -1}), OptionError);
  CHECK_THROWS_AS(k_core(Interactions(), {.item_pairs = -1}), OptionError);
}
