// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/interactions.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

std::vector<Interaction> random_pairs(Rng& rng, std::uint64_t users, std::uint64_t items,
                                      int count) {
  std::vector<Interaction> pairs;
  for (int i = 0; i < count; ++i)
    pairs.push_back({static_cast<std::int32_t>(rng.below(users)),
                     static_cast<std::int32_t>(rng.below(items)),
                     static_cast<float>(1 + rng.below(5)), static_cast<Time>(rng.below(9))});
  return pairs;
}

}  // namespace

TEST_CASE("Interactions hold what a map of pairs holds", "[data]") {
  Rng rng{3};
  for (int round = 0; round < 60; ++round) {
    const auto users = 1 + rng.below(12);
    const auto items = 1 + rng.below(12);
    const auto pairs = random_pairs(rng, users, items, static_cast<int>(rng.below(80)));
    for (const auto duplicates : {Duplicates::sum, Duplicates::last, Duplicates::largest}) {
      std::map<std::pair<int, int>, std::pair<float, Time>> truth;
      for (const auto& p : pairs) {
        const auto [at, fresh] = truth.try_emplace({p.user, p.item}, p.value, p.time);
        if (fresh) continue;
        auto& [value, time] = at->second;
        if (duplicates == Duplicates::sum) value += p.value;
        if (duplicates == Duplicates::last && p.time >= time) value = p.value;
        if (duplicates == Duplicates::largest) value = std::max(value, p.value);
        time = std::max(time, p.time);
      }
      const Interactions x(static_cast<Index>(users), static_cast<Index>(items), pairs, duplicates);
      REQUIRE(x.size() == static_cast<Index>(truth.size()));
      const Interactions t = x.transposed();
      CHECK(t.users() == x.items());
      CHECK(t.items() == x.users());
      CHECK(t.transposed() == x);
      const auto dense = x.matrix<double>().toDense().eval();
      std::size_t seen = 0;
      for (Index u = 0; u < x.users(); ++u) {
        const auto row = x.items_of(u);
        for (std::size_t i = 0; i < row.size(); ++i, ++seen) {
          CHECK((i == 0 || row[i - 1] < row[i]));
          const auto& [value, time] = truth.at({static_cast<int>(u), row[i]});
          CHECK(x.values_of(u)[i] == value);
          if (x.timed()) CHECK(x.times_of(u)[i] == time);
          CHECK(dense(u, row[i]) == static_cast<double>(value));
          CHECK(x.contains(u, row[i]));
        }
      }
      CHECK(seen == truth.size());
      const auto again = x.pairs();
      CHECK(Interactions(x.users(), x.items(), again, Duplicates::refuse) == x);
      CHECK(Interactions::from_rows(x.items(), {x.offsets().begin(), x.offsets().end()},
                                    {x.all_items().begin(), x.all_items().end()},
                                    {x.all_values().begin(), x.all_values().end()},
                                    {x.all_times().begin(), x.all_times().end()}) == x);
    }
  }
}

TEST_CASE("Interactions without pairs, users or items", "[data]") {
  const Interactions none;
  CHECK(none.users() == 0);
  CHECK(none.size() == 0);
  CHECK(none.transposed().users() == 0);
  CHECK(none.matrix<float>().rows() == 0);
  const Interactions empty(3, 2, {});
  CHECK(empty.users() == 3);
  CHECK(empty.items_of(2).empty());
  CHECK_FALSE(empty.timed());
  CHECK(empty.transposed().users() == 2);
  CHECK(empty.matrix<double>().nonZeros() == 0);
}

TEST_CASE("Joined interactions meet by name, or by number", "[data]") {
  const std::vector<Interaction> first{{0, 0, 1}, {1, 1, 2}};
  const std::vector<Interaction> second{{0, 1, 5}, {1, 0, 3}};
  const Interactions a(2, 2, first);
  const Interactions b(2, 3, second);
  const auto by_number = a.joined(b);
  CHECK(by_number.items() == 3);
  CHECK(by_number.values_of(0)[1] == 5);
  Interactions c = a;
  IdMap users;
  IdMap items;
  for (const char* name : {"anna", "ben"}) users.add(name);
  for (const char* name : {"rust", "go"}) items.add(name);
  c.set_names(users, items);
  CHECK_THROWS_AS(c.joined(b), DataError);
  Interactions d(2, 2, second);
  IdMap others;
  others.add("ben");
  others.add("carl");
  d.set_names(others, items);
  const auto by_name = c.joined(d);
  CHECK(by_name.users() == 3);
  CHECK(by_name.user_names().name(2) == "carl");
  CHECK(by_name.values_of(1)[0] == 7);  // ben had 2 of go, and 5 more
  CHECK(by_name.items_of(2)[0] == 0);
  CHECK_THROWS_AS(c.joined(d, Duplicates::refuse), DataError);
}

TEST_CASE("Interactions refuse what is not one", "[data]") {
  const auto made = [](const Interaction& pair) {
    const std::vector<Interaction> pairs{pair};
    return Interactions(2, 2, pairs);
  };
  CHECK_THROWS_AS(made({2, 0}), DataError);
  CHECK_THROWS_AS(made({-1, 0}), DataError);
  CHECK_THROWS_AS(made({0, 2}), DataError);
  CHECK_THROWS_AS(made({0, -1}), DataError);
  CHECK_THROWS_AS(made({0, 0, NAN}), DataError);
  CHECK_THROWS_AS(made({0, 0, std::numeric_limits<float>::infinity()}), DataError);
  CHECK_THROWS_AS(Interactions(-1, 2, {}), DataError);
  CHECK_THROWS_AS(Interactions(2, Index{1} << 31, {}), DataError);
  const std::vector<Interaction> twice{{0, 1}, {0, 1}};
  CHECK_THROWS_AS(Interactions(2, 2, twice, Duplicates::refuse), DataError);
  const std::vector<Interaction> huge{{0, 1, 3e38F}, {0, 1, 3e38F}};
  CHECK_THROWS_AS(Interactions(2, 2, huge), DataError);  // the sum is no number
  const Interactions most(2, 2, huge, Duplicates::largest);
  CHECK_THROWS_AS(most.joined(most), DataError);
  Interactions x(2, 2, twice);
  CHECK_THROWS_AS(x.items_of(2), DataError);
  CHECK_THROWS_AS(x.items_of(-1), DataError);
  IdMap one;
  one.add("a");
  CHECK_THROWS_AS(x.set_names(one, one), ShapeError);
  const auto rows = [](std::vector<Index> offsets, std::vector<std::int32_t> items,
                       std::vector<float> values, std::vector<Time> times = {}) {
    return Interactions::from_rows(3, std::move(offsets), std::move(items), std::move(values),
                                   std::move(times));
  };
  CHECK(rows({0, 1, 3}, {2, 0, 1}, {1, 1, 1}).size() == 3);
  CHECK_THROWS_AS(rows({0, 1, 3}, {2, 1, 0}, {1, 1, 1}), DataError);    // not ascending
  CHECK_THROWS_AS(rows({0, 1, 3}, {2, 1, 1}, {1, 1, 1}), DataError);    // twice
  CHECK_THROWS_AS(rows({0, 1, 3}, {2, 0, 3}, {1, 1, 1}), DataError);    // no such item
  CHECK_THROWS_AS(rows({0, 1, 3}, {2, 0, 1}, {1, NAN, 1}), DataError);  // no number
  CHECK_THROWS_AS(rows({0, 3, 1}, {2, 0, 1}, {1, 1, 1}), DataError);    // falling
  CHECK_THROWS_AS(rows({1, 1, 3}, {2, 0, 1}, {1, 1, 1}), DataError);    // not from 0
  CHECK_THROWS_AS(rows({0, 1, 2}, {2, 0, 1}, {1, 1, 1}), ShapeError);   // too short
  CHECK_THROWS_AS(rows({0, 1, 3}, {2, 0, 1}, {1, 1}), ShapeError);
  CHECK_THROWS_AS(rows({0, 1, 3}, {2, 0, 1}, {1, 1, 1}, {5}), ShapeError);
}
