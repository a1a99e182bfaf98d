// SPDX-License-Identifier: MIT
#include <cmath>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/metrics/ranking.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("Measures of a list by hand", "[metrics]") {
  // Ranks 2 and 3 of five hit; four are relevant.
  const std::vector<std::uint8_t> hits{0, 1, 1, 0, 0};
  const auto s = ranking_score(hits, 4, 5);
  CHECK(s.recall == 0.5);
  CHECK(s.capped_recall == 0.5);
  CHECK(s.precision == Approx(0.4));
  CHECK(s.hit == 1);
  CHECK(s.reciprocal_rank == 0.5);
  CHECK(s.average_precision == Approx((1.0 / 2 + 2.0 / 3) / 4));
  const double gain = 1 / std::log2(3.0) + 1 / std::log2(4.0);
  CHECK(s.ndcg ==
        Approx(gain / (1 + 1 / std::log2(3.0) + 1 / std::log2(4.0) + 1 / std::log2(5.0))));
  CHECK(ranking_score(hits, 4, 2).recall == 0.25);
  CHECK(ranking_score(hits, 4, 2).capped_recall == 0.5);
  CHECK(ranking_score(hits, 4, 1) == RankingScore{});
  CHECK(ranking_score({}, 4, 3) == RankingScore{});
  const std::vector<std::uint8_t> perfect{1, 1};
  const auto best = ranking_score(perfect, 2, 10);
  CHECK(best.ndcg == 1);
  CHECK(best.average_precision == 1);
  CHECK(best.precision == Approx(0.2));
  CHECK_THROWS_AS(ranking_score(hits, 0, 5), DataError);
  CHECK_THROWS_AS(ranking_score(hits, 1, 5), DataError);  // two hits of one
  CHECK_THROWS_AS(ranking_score(hits, 4, 0), OptionError);
}

TEST_CASE(
    "Measures of random lists agree with their definitions, also beyond the table of discounts",
    "[metrics]") {
  Rng rng{2};
  for (int round = 0; round < 200; ++round) {
    const auto length = rng.below(400);
    std::vector<std::uint8_t> hits;
    Index found = 0;
    for (std::uint64_t i = 0; i < length; ++i) {
      hits.push_back(rng.bernoulli(0.2) ? 1 : 0);
      found += hits.back();
    }
    const Index relevant = std::max<Index>(1, found + static_cast<Index>(rng.below(20)));
    const Index k = 1 + static_cast<Index>(rng.below(450));
    double h = 0;
    double ap = 0;
    double dcg = 0;
    double ideal = 0;
    double first = 0;
    for (Index i = 1; i <= k; ++i) {
      if (i <= relevant) ideal += 1 / std::log2(static_cast<double>(i) + 1);
      if (i > std::ssize(hits) || hits[static_cast<std::size_t>(i - 1)] == 0) continue;
      ++h;
      if (first == 0) first = 1 / static_cast<double>(i);
      ap += h / static_cast<double>(i);
      dcg += 1 / std::log2(static_cast<double>(i) + 1);
    }
    const auto s = ranking_score(hits, relevant, k);
    CHECK(s.recall == Approx(h / static_cast<double>(relevant)));
    CHECK(s.precision == Approx(h / static_cast<double>(k)));
    CHECK(s.capped_recall == Approx(h / static_cast<double>(std::min(k, relevant))));
    CHECK(s.reciprocal_rank == Approx(first));
    CHECK(s.average_precision == Approx(ap / static_cast<double>(std::min(k, relevant))));
    CHECK(s.ndcg == Approx(dcg / ideal));
  }
}

TEMPLATE_TEST_CASE("The AUC of a list counts pairs, ties half", "[metrics]", float, double) {
  using T = TestType;
  Rng rng{4};
  for (int round = 0; round < 100; ++round) {
    std::vector<T> relevant;
    std::vector<T> others;
    for (auto n = rng.below(9); n > 0; --n) relevant.push_back(static_cast<T>(rng.below(5)));
    for (auto n = rng.below(30); n > 0; --n) others.push_back(static_cast<T>(rng.below(5)));
    double wins = 0;
    for (const T a : relevant)
      for (const T b : others) wins += a > b ? 1 : a == b ? 0.5 : 0;
    const double pairs = static_cast<double>(relevant.size() * others.size());
    const double auc = ranking_auc<T>(relevant, others);
    if (pairs == 0)
      CHECK(std::isnan(auc));
    else
      CHECK(auc == Approx(wins / pairs));
  }
}

TEST_CASE("Gini's coefficient is the mean difference over twice the mean", "[metrics]") {
  Rng rng{6};
  for (int round = 0; round < 50; ++round) {
    std::vector<Index> counts(1 + rng.below(20));
    double total = 0;
    for (auto& c : counts) total += static_cast<double>(c = static_cast<Index>(rng.below(9)));
    double differences = 0;
    for (const auto a : counts)
      for (const auto b : counts) differences += static_cast<double>(std::abs(a - b));
    const auto n = static_cast<double>(counts.size());
    CHECK(gini_coefficient(counts) ==
          Approx(total == 0 ? 0 : differences / (2 * n * total)).margin(1e-12));
  }
  CHECK(gini_coefficient({}) == 0);
  const std::vector<Index> negative{1, -1};
  CHECK_THROWS_AS(gini_coefficient(negative), DataError);
}
