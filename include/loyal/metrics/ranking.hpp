// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"

namespace loyal {

/// How well one list of recommendations meets what a user turned out to want.
///
///   h_i      whether the item of rank i, counted from 1, is relevant;  R relevant items in all, K ranks looked at
///   hits     sum of h_i, i <= K
///   recall                hits / R
///   capped_recall         hits / min(K, R)              Liang et al. 2018, Recall@K of the autoencoders' papers
///   precision             hits / K
///   hit                   1 if there is a hit
///   reciprocal_rank       1 / the rank of the first hit, 0 without one
///   average_precision     sum over hits of (hits up to i) / i, over min(K, R)
///   ndcg                  sum over hits of 1 / log2(i + 1), over the same sum for the ranks 1 .. min(K, R)
struct RankingScore {
  double recall = 0;
  double capped_recall = 0;
  double precision = 0;
  double hit = 0;
  double reciprocal_rank = 0;
  double average_precision = 0;
  double ndcg = 0;

  friend bool operator==(const RankingScore&, const RankingScore&) = default;
};

namespace detail {

/// 1 / log2(rank + 1) for ranks from 1.
inline double discount(std::size_t rank) {
  static const auto table = [] {
    std::array<double, 256> made{};
    for (std::size_t i = 0; i < made.size(); ++i)
      made[i] = 1 / std::log2(static_cast<double>(i) + 2);
    return made;
  }();
  return rank <= table.size() ? table[rank - 1] : 1 / std::log2(static_cast<double>(rank) + 1);
}

}  // namespace detail

/// Measures a list whose items, best first, are relevant where @p hits says so.
///
///   hits       one number a rank, not 0: relevant; a list shorter than k counts as followed by misses
///   relevant   all items that are relevant, recommended or not; >= 1
///   k          ranks looked at; >= 1
///
/// @throws OptionError if k < 1; DataError if relevant < 1 or less than the hits.
/// Source: Järvelin & Kekäläinen, ACM TOIS 20(4), 2002 (ndcg); Manning, Raghavan & Schütze, Introduction to
/// Information Retrieval, 2008, chapter 8 (the others). Cost: linear in k.
///
///     const std::vector<std::uint8_t> hits{0, 1, 0, 1};
///     const auto score = loyal::ranking_score(hits, 4, 4);
///     if (score.recall != 0.5 || score.reciprocal_rank != 0.5 || score.average_precision != 0.25) return 1;
[[nodiscard]] inline RankingScore ranking_score(std::span<const std::uint8_t> hits, Index relevant,
                                                Index k) {
  constexpr const char* where = "ranking_score";
  detail::expect_option(where, "k", k, k >= 1, ">= 1");
  if (relevant < 1) detail::fail<DataError>(where, "relevant", relevant, ">= 1");
  const auto looked_at = std::min(hits.size(), static_cast<std::size_t>(k));
  RankingScore score;
  double found = 0;
  double gain = 0;
  for (std::size_t i = 0; i < looked_at; ++i) {
    if (hits[i] == 0) continue;
    ++found;
    const auto rank = static_cast<double>(i) + 1;
    if (score.hit == 0) {
      score.hit = 1;
      score.reciprocal_rank = 1 / rank;
    }
    score.average_precision += found / rank;
    gain += detail::discount(i + 1);
  }
  const auto all = static_cast<double>(relevant);
  if (found > all) detail::fail<DataError>(where, "relevant", relevant, "at least the hits");
  const auto reachable = static_cast<std::size_t>(std::min(k, relevant));
  double best_gain = 0;
  for (std::size_t i = 0; i < reachable; ++i) best_gain += detail::discount(i + 1);
  score.recall = found / all;
  score.capped_recall = found / static_cast<double>(reachable);
  score.precision = found / static_cast<double>(k);
  score.average_precision /= static_cast<double>(reachable);
  score.ndcg = gain / best_gain;
  return score;
}

/// The chance that a relevant item is scored above another: the area under the ROC curve of one user; equal
/// scores count half. NaN where there is nothing to compare. Both spans are reordered.
/// Source: Rendle et al., UAI 2009, section 3.1.
/// Cost: O((relevant + others) log relevant).
template <Scalar T>
[[nodiscard]] double ranking_auc(std::span<T> relevant, std::span<const T> others) {
  if (relevant.empty() || others.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(relevant.begin(), relevant.end());
  double above = 0;  // pairs in which the relevant item is scored higher
  for (const T other : others) {
    const auto [low, high] = std::equal_range(relevant.begin(), relevant.end(), other);
    above += static_cast<double>(relevant.end() - high) + 0.5 * static_cast<double>(high - low);
  }
  return above / (static_cast<double>(relevant.size()) * static_cast<double>(others.size()));
}

/// Gini coefficient of how often each item was recommended: 0 if all equally often, near 1 if only few are.
/// 0 for no counts.
/// Source: Fleder & Hosanagar, Management Science 55(5), 2009.
[[nodiscard]] inline double gini_coefficient(std::span<const Index> counts) {
  std::vector<Index> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end());
  double total = 0;
  double weighted = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] < 0) detail::fail<DataError>("gini_coefficient", "a count", sorted[i], ">= 0");
    total += static_cast<double>(sorted[i]);
    weighted += static_cast<double>(i + 1) * static_cast<double>(sorted[i]);
  }
  const auto n = static_cast<double>(sorted.size());
  return total == 0 ? 0 : 2 * weighted / (n * total) - (n + 1) / n;
}

}  // namespace loyal
