// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/recommend/evaluate.hpp>
#include <loyal/recommend/factor_recommender.hpp>

#include "../support/catch.hpp"

namespace evaluate_tests {

using namespace loyal;

/// Random factors rounded to few values, so that scores tie; folding in gives the factors of the user who has the
/// history's first item as number.
struct Coarse : FactorRecommender<Coarse, double> {
  void fit(const Interactions& train) {
    Rng rng{7};
    train_ = train;
    user_factors_.resize(train.users(), 2);
    item_factors_.resize(train.items(), 2);
    for (auto* m : {&user_factors_, &item_factors_})
      for (Index i = 0; i < m->size(); ++i) m->data()[i] = static_cast<double>(rng.below(4));
  }
  void partial_fit(const Interactions&) {}
  [[nodiscard]] UserProfile<double> fold_in(const UserHistory& history) const {
    return {user_factors_.row(history.items.empty() ? 0 : history.items[0] % users()),
            {history.items.begin(), history.items.end()},
            {}};
  }
};

Interactions random_part(Rng& rng, Index users, Index items, double share,
                         const Interactions* without = nullptr) {
  std::vector<Interaction> pairs;
  for (Index u = 0; u < users; ++u)
    for (Index i = 0; i < items; ++i)
      if (rng.bernoulli(share) &&
          (without == nullptr || !without->contains(u, static_cast<std::int32_t>(i))))
        pairs.push_back({static_cast<std::int32_t>(u), static_cast<std::int32_t>(i)});
  return {users, items, pairs};
}

TEST_CASE("Evaluation agrees with brute force, ties and users without test items included",
          "[recommend]") {
  Rng rng{3};
  for (int round = 0; round < 20; ++round) {
    const Index users = 2 + static_cast<Index>(rng.below(70));
    const Index items = 3 + static_cast<Index>(rng.below(20));
    const auto train = random_part(rng, users, items, 0.25);
    auto test = random_part(rng, users, items, 0.08, &train);
    if (test.size() == 0) continue;
    Coarse model;
    model.fit(train);
    const Index k = 1 + static_cast<Index>(rng.below(8));
    const auto quality = evaluate(model, train, test, {.k = k, .auc = true});
    std::size_t at = 0;
    std::vector<Index> counts(static_cast<std::size_t>(items), 0);
    double entries = 0;
    double popularity = 0;
    double novelty = 0;
    double diversity = 0;
    double lists = 0;
    const auto columns = train.transposed();
    const auto share = [&](Index i) {
      return static_cast<double>(columns.items_of(i).size()) / static_cast<double>(users);
    };
    for (Index u = 0; u < users; ++u) {
      if (test.items_of(u).empty()) continue;
      REQUIRE(at < quality.users.size());
      CHECK(quality.users[at] == u);
      std::vector<Index> order;
      for (Index i = 0; i < items; ++i)
        if (!train.contains(u, static_cast<std::int32_t>(i))) order.push_back(i);
      std::stable_sort(order.begin(), order.end(),
                       [&](Index a, Index b) { return model.score(u, a) > model.score(u, b); });
      double wins = 0;
      double pairs = 0;
      for (const Index a : order)
        for (const Index b : order)
          if (test.contains(u, static_cast<std::int32_t>(a)) &&
              !test.contains(u, static_cast<std::int32_t>(b))) {
            ++pairs;
            const double gap = model.score(u, a) - model.score(u, b);
            wins += gap > 0 ? 1 : gap == 0 ? 0.5 : 0;
          }
      const auto row = static_cast<Index>(at);
      if (pairs > 0)
        CHECK(quality.auc[row] == Approx(wins / pairs));
      else
        CHECK(std::isnan(quality.auc[row]));
      if (std::ssize(order) > k) order.resize(static_cast<std::size_t>(k));
      std::vector<std::uint8_t> hits;
      for (const Index i : order) {
        hits.push_back(test.contains(u, static_cast<std::int32_t>(i)) ? 1 : 0);
        ++counts[static_cast<std::size_t>(i)];
        ++entries;
        popularity += share(i);
        novelty -= std::log2(std::max(share(i), 1 / static_cast<double>(users)));
      }
      double distance = 0;
      double compared = 0;
      for (std::size_t a = 0; a < order.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) {
          const auto x = columns.items_of(order[a]);
          const auto y = columns.items_of(order[b]);
          std::vector<std::int32_t> both;
          std::set_intersection(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(both));
          const double norms = std::sqrt(static_cast<double>(x.size() * y.size()));
          distance += norms > 0 ? 1 - static_cast<double>(both.size()) / norms : 1;
          ++compared;
        }
      if (compared > 0) {
        diversity += distance / compared;
        ++lists;
      }
      const auto s = ranking_score(hits, static_cast<Index>(test.items_of(u).size()), k);
      CHECK(quality.recall[row] == s.recall);
      CHECK(quality.ndcg[row] == s.ndcg);
      CHECK(quality.precision[row] == s.precision);
      CHECK(quality.hit[row] == s.hit);
      CHECK(quality.average_precision[row] == s.average_precision);
      CHECK(quality.reciprocal_rank[row] == s.reciprocal_rank);
      CHECK(quality.capped_recall[row] == s.capped_recall);
      ++at;
    }
    CHECK(at == quality.users.size());
    CHECK(quality.gini == Approx(gini_coefficient(counts)));
    CHECK(quality.coverage ==
          Approx(1 - static_cast<double>(std::count(counts.begin(), counts.end(), 0)) /
                         static_cast<double>(items)));
    CHECK(quality.popularity == Approx(popularity / entries));
    CHECK(quality.novelty == Approx(novelty / entries));
    if (lists > 0) CHECK(quality.diversity == Approx(diversity / lists));
    double had = 0;
    for (Index u = 0; u < users; ++u)
      for (const auto i : train.items_of(u)) had += share(i);
    if (train.size() > 0)
      CHECK(quality.popularity_lift ==
            Approx(popularity / entries / (had / static_cast<double>(train.size()))));

    for (const int threads : {1, 2, 7}) {
      const auto again = evaluate(model, train, test, {.k = k, .threads = threads});
      CHECK(again.ndcg == quality.ndcg);
      CHECK(again.diversity == quality.diversity);
      CHECK(again.novelty == quality.novelty);
      CHECK(again.auc.size() == 0);
    }
  }
}

TEST_CASE("New users are judged by what their history folds in to", "[recommend]") {
  Rng rng{5};
  Coarse model;
  model.fit(random_part(rng, 12, 9, 0.3));
  const auto history = random_part(rng, 40, 9, 0.3);
  const auto test = random_part(rng, 40, 9, 0.15, &history);
  const auto quality = evaluate_new_users(model, history, test, {.k = 4});
  for (std::size_t i = 0; i < quality.users.size(); ++i) {
    const auto user = quality.users[i];
    const auto list = model.recommend(model.fold_in({history.items_of(user), {}}), 4);
    std::vector<std::uint8_t> hits;
    for (const auto& [item, score] : list)
      hits.push_back(test.contains(user, static_cast<std::int32_t>(item)) ? 1 : 0);
    CHECK(quality.ndcg[static_cast<Index>(i)] ==
          ranking_score(hits, static_cast<Index>(test.items_of(user).size()), 4).ndcg);
  }
}

TEST_CASE("Intervals hold the mean, and a model does not differ from itself", "[recommend]") {
  Rng rng{6};
  Vector<double> a(400);
  Vector<double> b(400);
  for (Index i = 0; i < 400; ++i) {
    a[i] = rng.uniform();
    b[i] = a[i] - 0.1 + 0.2 * rng.uniform();
  }
  const auto interval = RecommenderQuality::mean(a);
  CHECK(interval.low < a.mean());
  CHECK(interval.high > a.mean());
  CHECK(interval.estimate == Approx(a.mean()));
  // The normal interval of a mean of 400 numbers from [0, 1].
  CHECK(interval.high - interval.low == Approx(2 * 1.96 * std::sqrt(1.0 / 12 / 400)).epsilon(0.15));
  CHECK(compare_quality(a, a).p_value == 1);
  CHECK(compare_quality(a, b).p_value > 1e-4);
  const Vector<double> worse = (a.array() - 0.05).matrix();
  CHECK(compare_quality(a, worse).difference.low > 0.049);
  CHECK(compare_quality(a, Vector<double>(worse + 0.01 * Vector<double>::Random(400))).p_value <
        1e-6);
  CHECK_THROWS_AS(compare_quality(a, Vector<double>(worse.head(3))), ShapeError);
}

TEST_CASE("Evaluation refuses what does not fit", "[recommend]") {
  Rng rng{8};
  Coarse model;
  const auto train = random_part(rng, 6, 5, 0.4);
  const auto test = random_part(rng, 6, 5, 0.4, &train);
  CHECK_THROWS_AS(evaluate(model, Interactions(), Interactions()), DataError);
  model.fit(train);
  CHECK_THROWS_AS(evaluate(model, train, test, {.k = 0}), OptionError);
  CHECK_THROWS_AS(evaluate(model, train, Interactions(6, 5, {})), DataError);
  CHECK_THROWS_AS(evaluate(model, train, random_part(rng, 7, 5, 0.4)), ShapeError);
  CHECK_THROWS_AS(evaluate(model, random_part(rng, 6, 4, 0.4), random_part(rng, 6, 4, 0.4)),
                  ShapeError);
  CHECK_THROWS_AS(evaluate_new_users(model, random_part(rng, 6, 4, 0.4), test), ShapeError);
}

}  // namespace evaluate_tests
