// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/recommend/evaluate_sampled.hpp>
#include <loyal/recommend/factor_recommender.hpp>

#include "../support/catch.hpp"

namespace evaluate_sampled_tests {

using namespace loyal;

/// Factors of few values, so that scores tie.
struct TiedFactors : FactorRecommender<TiedFactors, double> {
  void fit(const Interactions& train) {
    Rng rng{7};
    train_ = train;
    user_factors_.resize(train.users(), 2);
    item_factors_.resize(train.items(), 2);
    for (auto* m : {&user_factors_, &item_factors_})
      for (Index i = 0; i < m->size(); ++i) m->data()[i] = static_cast<double>(rng.below(4));
  }
  void partial_fit(const Interactions&) {}
  [[nodiscard]] UserProfile<double> fold_in(const UserHistory&) const {
    return {user_factors_.row(0), {}, {}};
  }
};

TEST_CASE("Sampled evaluation agrees with brute force on the same draws", "[recommend]") {
  Rng rng{3};
  for (int round = 0; round < 20; ++round) {
    const Index users = 40 + static_cast<Index>(rng.below(70));
    const Index items = 3 + static_cast<Index>(rng.below(20));
    std::vector<Interaction> had;
    std::vector<Interaction> wanted;
    for (std::int32_t u = 0; u < users; ++u)
      for (std::int32_t i = 0; i < items; ++i) {
        const auto dice = rng.below(10);
        if (dice < 3) had.push_back({u, i});
        if (dice == 3 || (u == 0 && dice > 2)) wanted.push_back({u, i});
      }
    const Interactions train{users, items, had};
    const Interactions test{users, items, wanted};
    TiedFactors model;
    model.fit(train);
    const EvaluateSampledOptions options{.k = 3, .negatives = 7, .seed = 11};
    const auto quality = evaluate_sampled(model, train, test, options);
    Index row = 0;
    for (std::int32_t u = 0; u < users; ++u) {
      if (test.items_of(u).empty()) continue;
      std::vector<std::int32_t> pool;
      for (std::int32_t i = 0; i < items; ++i)
        if (!train.contains(u, i) && !test.contains(u, i)) pool.push_back(i);
      Rng draws{11, static_cast<std::uint64_t>(u)};
      double hit = 0;
      double ndcg = 0;
      double reciprocal = 0;
      for (const auto i : test.items_of(u)) {
        std::vector<std::int32_t> order{i};
        if (!pool.empty())
          for (int d = 0; d < 7; ++d)
            order.push_back(pool[static_cast<std::size_t>(draws.below(pool.size()))]);
        std::sort(order.begin(), order.end());
        std::stable_sort(order.begin(), order.end(),
                         [&](auto a, auto b) { return model.score(u, a) > model.score(u, b); });
        const auto rank = std::find(order.begin(), order.end(), i) - order.begin();
        if (rank >= 3) continue;
        hit += 1;
        ndcg += 1 / std::log2(static_cast<double>(rank) + 2);
        reciprocal += 1 / (static_cast<double>(rank) + 1);
      }
      const auto size = static_cast<double>(test.items_of(u).size());
      REQUIRE(quality.users[static_cast<std::size_t>(row)] == u);
      CHECK(quality.hit[row] == Approx(hit / size));
      CHECK(quality.ndcg[row] == Approx(ndcg / size));
      CHECK(quality.reciprocal_rank[row] == Approx(reciprocal / size));
      ++row;
    }
    CHECK(row == quality.hit.size());
    for (const int threads : {1, 2, 7}) {
      auto other = options;
      other.threads = threads;
      CHECK(evaluate_sampled(model, train, test, other).ndcg == quality.ndcg);
    }
  }
}

TEST_CASE("Sampled evaluation refuses what it cannot judge", "[recommend]") {
  const Interactions train{2, 3, std::vector<Interaction>{{0, 0}, {1, 1}}};
  const Interactions none{2, 3, std::vector<Interaction>{}};
  TiedFactors model;
  model.fit(train);
  CHECK_THROWS_AS(evaluate_sampled(model, train, none), DataError);
  CHECK_THROWS_AS(evaluate_sampled(model, train, Interactions(2, 4, std::vector<Interaction>{})),
                  ShapeError);
  CHECK_THROWS_AS(evaluate_sampled(model, train, train, {.k = 0}), OptionError);
  CHECK_THROWS_AS(evaluate_sampled(model, train, train, {.negatives = 0}), OptionError);
}

}  // namespace evaluate_sampled_tests
