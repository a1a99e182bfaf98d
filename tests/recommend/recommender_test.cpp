// SPDX-License-Identifier: MIT
#include <algorithm>
#include <limits>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/recommend/recommender.hpp>

#include "../support/catch.hpp"

namespace recommender_tests {

using namespace loyal;

/// Scores that a table holds; a folded-in user has the first user's.
struct Tabled : RecommenderBase<Tabled, float> {
  Interactions seen;
  Matrix<float> table;

  [[nodiscard]] const Interactions& train() const { return seen; }
  [[nodiscard]] UserProfile<float> profile(Index user) const {
    const auto items = seen.items_of(user);
    return {table.row(user), {items.begin(), items.end()}, {}};
  }
  void score_items(const UserProfile<float>& profile, std::span<float> scores) const {
    std::copy(profile.factors.data(), profile.factors.data() + profile.factors.size(),
              scores.begin());
  }
};

Tabled random_table(Rng& rng, Index users, Index items) {
  Tabled model;
  std::vector<Interaction> pairs;
  for (Index u = 0; u < users; ++u)
    for (Index i = 0; i < items; ++i)
      if (rng.bernoulli(0.3))
        pairs.push_back({static_cast<std::int32_t>(u), static_cast<std::int32_t>(i)});
  model.seen = Interactions(users, items, pairs);
  model.table.resize(users, items);
  for (Index i = 0; i < model.table.size(); ++i)
    model.table.data()[i] = static_cast<float>(rng.below(6));  // with ties
  return model;
}

TEST_CASE("A filter works inside the ranking", "[recommend]") {
  Rng rng{8};
  for (int round = 0; round < 100; ++round) {
    const Index users = 1 + static_cast<Index>(rng.below(40));
    const Index items = 1 + static_cast<Index>(rng.below(30));
    const Tabled model = random_table(rng, users, items);
    const Index k = static_cast<Index>(rng.below(12));
    std::vector<std::int32_t> deny;
    std::vector<std::int32_t> allow;
    std::vector<std::uint8_t> on_sale;
    for (std::int32_t i = 0; i < items; ++i) {
      if (rng.bernoulli(0.2)) deny.push_back(i);
      if (rng.bernoulli(0.6)) allow.push_back(i);
      on_sale.push_back(rng.bernoulli(0.7) ? 1 : 0);
    }
    RecommendFilter filter{.seen = rng.bernoulli(0.5)};
    if (rng.bernoulli(0.5)) filter.deny = deny;
    if (rng.bernoulli(0.5)) filter.allow = allow;
    if (rng.bernoulli(0.5)) filter.on_sale = on_sale;
    const auto all = model.recommend_all({.k = k, .filter = filter});
    REQUIRE(all.index.rows() == users);
    REQUIRE(all.index.cols() == std::min(k, items));
    for (Index u = 0; u < users; ++u) {
      std::vector<Scored<float>> truth;
      for (std::int32_t i = 0; i < items; ++i) {
        const auto has = [i](std::span<const std::int32_t> set) {
          return std::find(set.begin(), set.end(), i) != set.end();
        };
        if ((!filter.seen && has(model.seen.items_of(u))) || has(filter.deny) ||
            (!filter.allow.empty() && !has(filter.allow)) ||
            (!filter.on_sale.empty() && on_sale[static_cast<std::size_t>(i)] == 0))
          continue;
        truth.push_back({i, model.table(u, i)});
      }
      std::stable_sort(truth.begin(), truth.end(),
                       [](const auto& a, const auto& b) { return a.score > b.score; });
      if (std::ssize(truth) > k) truth.resize(static_cast<std::size_t>(k));
      CHECK(model.recommend(u, k, filter) == truth);
      CHECK(model.recommend(model.profile(u), k, filter) == truth);
      for (Index r = 0; r < all.index.cols(); ++r) {
        const bool there = r < std::ssize(truth);
        CHECK(all.index(u, r) == (there ? truth[static_cast<std::size_t>(r)].index : -1));
        CHECK(all.score(u, r) == (there ? truth[static_cast<std::size_t>(r)].score
                                        : -std::numeric_limits<float>::infinity()));
      }
    }
    for (const int threads : {1, 2, 7})
      CHECK(model.recommend_all({.k = k, .filter = filter, .threads = threads}).index == all.index);
    const Index first = static_cast<Index>(rng.below(static_cast<std::uint64_t>(users)));
    CHECK(model.recommend_all({.k = k, .filter = filter}, first).index ==
          all.index.bottomRows(users - first));
    CHECK(model.recommend_all({.k = k, .filter = filter}, first, 1).index ==
          all.index.middleRows(first, 1));
    CHECK(model.score(first, items - 1) == model.table(first, items - 1));
  }
}

TEST_CASE("A recommender refuses what it does not know", "[recommend]") {
  Rng rng{9};
  CHECK_THROWS_AS(Tabled{}.recommend(0, 1), NotFitted);
  CHECK_THROWS_AS(Tabled{}.recommend_all(), NotFitted);
  const Tabled model = random_table(rng, 3, 4);
  CHECK_THROWS_AS(model.recommend(3, 1), DataError);
  CHECK_THROWS_AS(model.recommend(-1, 1), DataError);
  CHECK_THROWS_AS(model.recommend(0, -1), OptionError);
  CHECK_THROWS_AS(model.recommend_all({.k = -1}), OptionError);
  CHECK_THROWS_AS(model.recommend_all({}, 2, 2), DataError);
  CHECK_THROWS_AS(model.recommend_all({}, -1), DataError);
  CHECK_THROWS_AS(model.score(0, 4), DataError);
  const std::vector<std::int32_t> unsorted{2, 1};
  const std::vector<std::int32_t> outside{4};
  const std::vector<std::uint8_t> short_list{1, 1};
  CHECK_THROWS_AS(model.recommend(0, 1, {.deny = unsorted}), DataError);
  CHECK_THROWS_AS(model.recommend(0, 1, {.allow = outside}), DataError);
  CHECK_THROWS_AS(model.recommend(0, 1, {.on_sale = short_list}), ShapeError);
}

}  // namespace recommender_tests
