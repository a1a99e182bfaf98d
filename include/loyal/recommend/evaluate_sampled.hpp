// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "recommender.hpp"

namespace loyal {

struct EvaluateSampledOptions {
  Index k = 10;            ///< ranks looked at, >= 1
  Index negatives = 100;   ///< items drawn for each test item, >= 1
  std::uint64_t seed = 1;  ///< of the draws
  int threads = 0;         ///< at most; 0: as many as the machine has
};

/// What evaluate_sampled() measured: one number a user with test items, the mean over these items.
struct SampledQuality {
  std::vector<std::int32_t> users;  ///< whom the numbers belong to
  Vector<double> hit;               ///< share of test items among the first k
  Vector<double> ndcg;
  Vector<double> reciprocal_rank;
};

/// Ranks each test item among a few drawn items only, as older papers do. Use it to compare with their tables;
/// choose models by evaluate(), since measures over samples may order models differently than full ranking.
///
///     rank = #{drawn j : s_j > s_i, or s_j = s_i and j < i},  hit = [rank < k],  ndcg = hit / log2(rank + 2)
///
/// Items are drawn evenly, with replacement, from those which the user has neither in training nor in test.
///
/// @throws NotFitted; ShapeError if sizes differ; DataError if nobody has test items; OptionError.
/// Source: He et al., WWW 2017, section 4.1 (the protocol); Krichene & Rendle, KDD 2020 (why not to trust it).
/// Cost: the scores of all items for users with test items; results do not depend on the number of threads.
///
///     const loyal::Interactions train{2, 3, std::vector<loyal::Interaction>{{0, 0}, {1, 0}, {1, 1}}};
///     const loyal::Interactions test{2, 3, std::vector<loyal::Interaction>{{0, 1}}};
///     loyal::Popularity<double> model;
///     model.fit(train);
///     if (loyal::evaluate_sampled(model, train, test, {.k = 1}).hit.mean() != 1) return 1;
template <Recommender R>
[[nodiscard]] SampledQuality evaluate_sampled(const R& model, const Interactions& train,
                                              const Interactions& test,
                                              const EvaluateSampledOptions& options = {}) {
  using T = typename R::Element;
  constexpr const char* where = "evaluate_sampled";
  detail::expect_option(where, "k", options.k, options.k >= 1, ">= 1");
  detail::expect_option(where, "negatives", options.negatives, options.negatives >= 1, ">= 1");
  detail::expect_size(where, "the number of train users", train.users(), model.users());
  detail::expect_size(where, "the number of train items", train.items(), model.items());
  detail::expect_size(where, "the number of test users", test.users(), train.users());
  detail::expect_size(where, "the number of test items", test.items(), train.items());
  SampledQuality quality;
  for (Index user = 0; user < test.users(); ++user)
    if (!test.items_of(user).empty()) quality.users.push_back(static_cast<std::int32_t>(user));
  const auto judged = static_cast<Index>(quality.users.size());
  if (judged == 0) detail::fail<DataError>(where, "the number of users with test items", 0, ">= 1");
  for (auto* measure : {&quality.hit, &quality.ndcg, &quality.reciprocal_rank})
    measure->setZero(judged);
  parallel_for(judged, {.threads = options.threads, .grain = 32}, [&](Index begin, Index end) {
    Matrix<T> scores(1, train.items());
    std::vector<std::int32_t> pool;
    for (Index row = begin; row < end; ++row) {
      const Index user = quality.users[static_cast<std::size_t>(row)];
      const auto had = train.items_of(user);
      const auto wanted = test.items_of(user);
      model.score_users(user, scores);
      pool.clear();
      for (std::int32_t item = 0; item < static_cast<std::int32_t>(train.items()); ++item)
        if (!std::binary_search(had.begin(), had.end(), item) &&
            !std::binary_search(wanted.begin(), wanted.end(), item))
          pool.push_back(item);
      Rng rng{options.seed, static_cast<std::uint64_t>(user)};
      for (const auto item : wanted) {
        Index rank = 0;
        for (Index draw = 0; draw < options.negatives && !pool.empty(); ++draw) {
          const auto other = pool[static_cast<std::size_t>(rng.below(pool.size()))];
          const T gap = scores(0, other) - scores(0, item);
          rank += gap > 0 || (gap == 0 && other < item) ? 1 : 0;
        }
        if (rank >= options.k) continue;
        quality.hit[row] += 1;
        quality.ndcg[row] += 1 / std::log2(static_cast<double>(rank) + 2);
        quality.reciprocal_rank[row] += 1 / (static_cast<double>(rank) + 1);
      }
      for (auto* measure : {&quality.hit, &quality.ndcg, &quality.reciprocal_rank})
        (*measure)[row] /= static_cast<double>(wanted.size());
    }
  });
  return quality;
}

}  // namespace loyal
