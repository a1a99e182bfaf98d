// SPDX-License-Identifier: MIT
#include <algorithm>
#include <set>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/interaction_split.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

Interactions sample(std::uint64_t seed, Index users = 40, Index items = 25) {
  Rng rng{seed};
  std::vector<Interaction> pairs;
  for (Index u = 0; u < users; ++u)
    for (Index i = 0; i < items; ++i)
      if (rng.bernoulli(0.3))
        pairs.push_back({static_cast<std::int32_t>(u), static_cast<std::int32_t>(i),
                         rng.uniform<float>(), static_cast<Time>(1 + rng.below(50))});
  Interactions x(users, items, pairs);
  IdMap user_names;
  IdMap item_names;
  for (Index u = 0; u < users; ++u) user_names.add("u" + std::to_string(u));
  for (Index i = 0; i < items; ++i) item_names.add("i" + std::to_string(i));
  x.set_names(user_names, item_names);
  return x;
}

/// That parts hold the pairs of the whole, each once, and its names.
void check_parts(const Interactions& all, const std::vector<const Interactions*>& parts) {
  std::vector<Interaction> together;
  for (const auto* part : parts) {
    CHECK(part->users() == all.users());
    CHECK(part->items() == all.items());
    CHECK(part->user_names() == all.user_names());
    CHECK(part->item_names() == all.item_names());
    const auto pairs = part->pairs();
    together.insert(together.end(), pairs.begin(), pairs.end());
  }
  CHECK(Interactions(all.users(), all.items(), together, Duplicates::refuse).pairs() ==
        all.pairs());
}

}  // namespace

TEST_CASE("Splits of interactions part them without loss", "[data]") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto all = sample(seed);
    const auto random = split_randomly(all, 0.2, seed);
    check_parts(all, {&random.train, &random.test});
    const auto again = split_randomly(all, 0.2, seed);
    CHECK(again.test == random.test);
    CHECK_FALSE(split_randomly(all, 0.2, seed + 9).test == random.test);
    for (Index u = 0; u < all.users(); ++u) {
      const auto n = static_cast<double>(all.items_of(u).size());
      const auto expected = n < 2 ? 0 : std::min(n - 1, std::round(0.2 * n));
      CHECK(static_cast<double>(random.test.items_of(u).size()) == expected);
    }

    for (const Index count : {1, 3}) {
      const auto last = leave_last_out(all, count);
      check_parts(all, {&last.train, &last.test});
      for (Index u = 0; u < all.users(); ++u) {
        const bool enough = std::ssize(all.items_of(u)) > count;
        CHECK(std::ssize(last.test.items_of(u)) == (enough ? count : 0));
        const auto kept = last.train.times_of(u);
        for (const auto late : last.test.times_of(u))
          for (const auto early : kept) CHECK(early <= late);
      }
    }

    const auto by_time = split_by_time(all, 30);
    check_parts(all, {&by_time.train, &by_time.test});
    for (const auto time : by_time.train.all_times()) CHECK(time < 30);
    for (const auto time : by_time.test.all_times()) CHECK(time >= 30);

    const auto folds = k_fold(all, 5, seed);
    REQUIRE(folds.size() == 5);
    std::vector<const Interactions*> tests;
    for (const auto& fold : folds) {
      check_parts(all, {&fold.train, &fold.test});
      CHECK(std::abs(fold.test.size() - all.size() / 5) <= 1);
      tests.push_back(&fold.test);
    }
    check_parts(all, tests);

    const auto apart = split_users(all, 0.25, 0.2, seed);
    check_parts(all, {&apart.train, &apart.history, &apart.test});
    Index set_apart = 0;
    for (Index u = 0; u < all.users(); ++u) {
      const bool here = !apart.train.items_of(u).empty();
      const bool there = !apart.history.items_of(u).empty() || !apart.test.items_of(u).empty();
      CHECK_FALSE((here && there));
      set_apart += there ? 1 : 0;
    }
    CHECK(set_apart == 10);
  }
}

TEST_CASE("Splits of interactions refuse what they cannot part", "[data]") {
  const auto all = sample(1);
  const std::vector<Interaction> pairs{{0, 0}, {0, 1}};
  const Interactions timeless(2, 2, pairs);
  CHECK_THROWS_AS(split_randomly(all, 0, 1), OptionError);
  CHECK_THROWS_AS(split_randomly(all, 1, 1), OptionError);
  CHECK_THROWS_AS(leave_last_out(all, 0), OptionError);
  CHECK_THROWS_AS(leave_last_out(timeless), DataError);
  CHECK_THROWS_AS(split_by_time(timeless, 3), DataError);
  CHECK_THROWS_AS(k_fold(all, 1, 1), OptionError);
  CHECK_THROWS_AS(k_fold(timeless, 3, 1), DataError);
  CHECK_THROWS_AS(split_users(all, 0.5, 1, 1), OptionError);
  CHECK_THROWS_AS(split_users(all, 0, 0.5, 1), OptionError);
  CHECK(leave_last_out(Interactions()).train.size() == 0);
  CHECK(split_by_time(Interactions(3, 2, {}), 3).test.users() == 3);
  CHECK(split_randomly(timeless, 0.9, 1).train.size() == 1);  // something stays to learn from
}
