// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/types.hpp"
#include "../math/statistics.hpp"
#include "../math/top_k.hpp"
#include "../metrics/ranking.hpp"
#include "recommender.hpp"

namespace loyal {

struct EvaluateOptions {
  Index k = 20;      ///< ranks looked at, >= 1
  bool auc = false;  ///< whether to measure the AUC too, which looks at the scores of all items
  int threads = 0;   ///< at most; 0: as many as the machine has
};

/// What evaluate() measured. One number a user, for users with test items only, and some of all lists together.
struct RecommenderQuality {
  std::vector<std::int32_t> users;  ///< whom the numbers belong to
  Vector<double> recall;
  Vector<double> capped_recall;
  Vector<double> precision;
  Vector<double> hit;
  Vector<double> reciprocal_rank;
  Vector<double> average_precision;
  Vector<double> ndcg;
  Vector<double> auc;  ///< empty unless asked for

  double coverage = 0;    ///< share of the items that are recommended to somebody
  double gini = 0;        ///< of how often items are recommended: 0 equally often, near 1 only few
  double novelty = 0;     ///< mean of -log2(share of users who had a recommended item), bits
  double diversity = 0;   ///< 1 - mean cosine, over the users who had them, of two items of a list
  double popularity = 0;  ///< mean share of users who had a recommended item
  double popularity_lift =
      0;  ///< that, over the same of the items which users had: above 1 is a bias

  /// Mean of one measure, such as quality.recall, with a bootstrap interval over users.
  [[nodiscard]] static Interval mean(const Vector<double>& measure,
                                     const BootstrapOptions& options = {}) {
    return bootstrap_interval(
        measure.size(),
        [&](const std::vector<Index>& rows) {
          double sum = 0;
          for (const Index row : rows) sum += measure[row];
          return sum / static_cast<double>(rows.size());
        },
        options);
  }
};

namespace detail {

/// Collects what lists of one piece of users say together; pieces are added in their order.
struct ListTotals {
  std::vector<Index> recommended;  // how often, one an item
  double novelty = 0;
  double popularity = 0;
  double entries = 0;
  double distance = 0;
  double lists = 0;  // of two items or more
};

/// Mean over pairs of a list of 1 - cosine of the sets of users who had the two items.
inline double list_distance(std::span<const std::int32_t> list, const Interactions& item_users) {
  double distance = 0;
  for (std::size_t a = 0; a < list.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      const auto x = item_users.items_of(list[a]);
      const auto y = item_users.items_of(list[b]);
      const auto& few = x.size() < y.size() ? x : y;
      const auto& many = x.size() < y.size() ? y : x;
      double both = 0;
      auto from = many.begin();
      for (const auto user : few) {
        from = std::lower_bound(from, many.end(), user);
        if (from == many.end()) break;
        both += *from == user ? 1 : 0;
      }
      const double norms = std::sqrt(static_cast<double>(x.size()) * static_cast<double>(y.size()));
      distance += norms > 0 ? 1 - both / norms : 1;
    }
  return distance * 2 / (static_cast<double>(list.size()) * static_cast<double>(list.size() - 1));
}

/// What evaluate() and evaluate_new_users() share; @p score fills the scores of users first, first + 1, ...
template <Scalar T, class Score>
RecommenderQuality evaluate_lists(const Interactions& train, const Interactions& test,
                                  const EvaluateOptions& options, const Score& score) {
  constexpr const char* where = "evaluate";
  expect_option(where, "k", options.k, options.k >= 1, ">= 1");
  expect_size(where, "the number of test users", test.users(), train.users());
  expect_size(where, "the number of test items", test.items(), train.items());
  RecommenderQuality quality;
  std::vector<std::ptrdiff_t> row_of(static_cast<std::size_t>(test.users()), -1);
  for (Index user = 0; user < test.users(); ++user)
    if (!test.items_of(user).empty()) {
      row_of[static_cast<std::size_t>(user)] = std::ssize(quality.users);
      quality.users.push_back(static_cast<std::int32_t>(user));
    }
  const auto judged = static_cast<Index>(quality.users.size());
  if (judged == 0) fail<DataError>(where, "the number of users with test items", 0, ">= 1");
  for (auto* measure : {&quality.recall, &quality.capped_recall, &quality.precision, &quality.hit,
                        &quality.reciprocal_rank, &quality.average_precision, &quality.ndcg})
    measure->setZero(judged);
  if (options.auc) quality.auc.setZero(judged);

  const Interactions item_users = train.transposed();
  std::vector<double> share(static_cast<std::size_t>(train.items()));
  for (Index item = 0; item < train.items(); ++item)
    share[static_cast<std::size_t>(item)] = static_cast<double>(item_users.items_of(item).size()) /
                                            static_cast<double>(std::max<Index>(1, train.users()));
  const Index k = std::min(options.k, train.items());
  constexpr Index block = 32;
  Eigen::Matrix<std::int32_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> lists;
  lists.setConstant(judged, k, -1);
  parallel_for(test.users(), {.threads = options.threads, .grain = block},
               [&](Index begin, Index end) {
                 bool any = false;
                 for (Index user = begin; user < end; ++user)
                   any = any || row_of[static_cast<std::size_t>(user)] >= 0;
                 if (!any) return;
                 Matrix<T> scores(end - begin, train.items());
                 score(begin, scores);
                 TopK<T> best(k);
                 std::vector<std::uint8_t> hits;
                 std::vector<T> relevant;
                 std::vector<T> others;
                 for (Index user = begin; user < end; ++user) {
                   const auto row = row_of[static_cast<std::size_t>(user)];
                   if (row < 0) continue;
                   const std::span<T> own(scores.row(user - begin).data(),
                                          static_cast<std::size_t>(train.items()));
                   mask<T>(own, train.items_of(user), {});
                   const auto wanted = test.items_of(user);
                   best.clear();
                   best.offer(own);
                   hits.clear();
                   for (const auto& [item, unused] : best.sorted()) {
                     lists(row, std::ssize(hits)) = static_cast<std::int32_t>(item);
                     hits.push_back(std::binary_search(wanted.begin(), wanted.end(), item) ? 1 : 0);
                   }
                   const auto s = ranking_score(hits, static_cast<Index>(wanted.size()), options.k);
                   quality.recall[row] = s.recall;
                   quality.capped_recall[row] = s.capped_recall;
                   quality.precision[row] = s.precision;
                   quality.hit[row] = s.hit;
                   quality.reciprocal_rank[row] = s.reciprocal_rank;
                   quality.average_precision[row] = s.average_precision;
                   quality.ndcg[row] = s.ndcg;
                   if (!options.auc) continue;
                   relevant.clear();
                   others.clear();
                   const auto had = train.items_of(user);
                   for (std::size_t item = 0; item < own.size(); ++item) {
                     const auto id = static_cast<std::int32_t>(item);
                     if (std::binary_search(had.begin(), had.end(), id)) continue;
                     (std::binary_search(wanted.begin(), wanted.end(), id) ? relevant : others)
                         .push_back(own[item]);
                   }
                   quality.auc[row] = ranking_auc<T>(relevant, others);
                 }
               });

  // All lists together, in pieces whose sums are added in order.
  ListTotals none;
  none.recommended.assign(share.size(), 0);
  const auto totals = parallel_reduce(
      judged, {.threads = options.threads, .grain = std::max<Index>(256, (judged + 15) / 16)}, none,
      [&](Index begin, Index end) {
        ListTotals part = none;
        for (Index row = begin; row < end; ++row) {
          const std::int32_t* const first = lists.row(row).data();
          const auto size =
              static_cast<std::size_t>(std::find(first, first + k, std::int32_t{-1}) - first);
          for (std::size_t i = 0; i < size; ++i) {
            const auto item = static_cast<std::size_t>(first[i]);
            ++part.recommended[item];
            part.popularity += share[item];
            // An item that nobody had is as new as one that less than one user had.
            part.novelty -= std::log2(
                std::max(share[item], 1 / static_cast<double>(std::max<Index>(1, train.users()))));
          }
          part.entries += static_cast<double>(size);
          if (size > 1) {
            part.distance += list_distance({first, size}, item_users);
            ++part.lists;
          }
        }
        return part;
      },
      [](ListTotals a, const ListTotals& b) {
        for (std::size_t i = 0; i < a.recommended.size(); ++i) a.recommended[i] += b.recommended[i];
        a.novelty += b.novelty;
        a.popularity += b.popularity;
        a.entries += b.entries;
        a.distance += b.distance;
        a.lists += b.lists;
        return a;
      });
  double had = 0;
  for (const auto item : train.all_items()) had += share[static_cast<std::size_t>(item)];
  const auto used = totals.recommended.size() -
                    static_cast<std::size_t>(
                        std::count(totals.recommended.begin(), totals.recommended.end(), Index{0}));
  const double entries = std::max(1.0, totals.entries);
  quality.coverage =
      static_cast<double>(used) / static_cast<double>(std::max<std::size_t>(1, share.size()));
  quality.gini = gini_coefficient(totals.recommended);
  quality.novelty = totals.novelty / entries;
  quality.popularity = totals.popularity / entries;
  quality.diversity = totals.lists > 0 ? totals.distance / totals.lists : 0;
  quality.popularity_lift =
      had > 0 ? quality.popularity / (had / static_cast<double>(train.size())) : 0;
  return quality;
}

}  // namespace detail

/// Ranks for each user all items that they did not have in training, and looks where the test items come.
///
///   train   what the model was fitted to; its items are left out of the lists
///   test    of the same users and items; users without test items do not count
///
/// @throws NotFitted; ShapeError if sizes differ; DataError if nobody has test items; OptionError if k < 1.
/// Source: Järvelin & Kekäläinen 2002 and others, see RankingScore; full ranking after Krichene & Rendle, KDD
/// 2020, who show that measures over sampled items rank models wrongly. Castells, Hurley & Vargas, Recommender
/// Systems Handbook, 2015, chapter 26 (novelty, diversity).
/// Cost: the scores of all users and items; users are shared among threads, and results do not depend on how.
///
///     loyal::evaluate(model, train, test, {.k = 20}).recall.mean()
template <Recommender R>
[[nodiscard]] RecommenderQuality evaluate(const R& model, const Interactions& train,
                                          const Interactions& test,
                                          const EvaluateOptions& options = {}) {
  detail::expect_size("evaluate", "the number of train users", train.users(), model.users());
  detail::expect_size("evaluate", "the number of train items", train.items(), model.items());
  return detail::evaluate_lists<typename R::Element>(
      train, test, options, [&](Index first, auto& scores) { model.score_users(first, scores); });
}

/// The same for users whom the model never saw ("strong generalisation"): each is folded in from their row of
/// @p history, and judged by their row of @p test.
/// @throws as evaluate().
template <Recommender R>
[[nodiscard]] RecommenderQuality evaluate_new_users(const R& model, const Interactions& history,
                                                    const Interactions& test,
                                                    const EvaluateOptions& options = {}) {
  detail::expect_size("evaluate", "the number of the history's items", history.items(),
                      model.items());
  return detail::evaluate_lists<typename R::Element>(
      history, test, options, [&](Index first, auto& scores) {
        using T = typename R::Element;
        for (Index row = 0; row < scores.rows(); ++row)
          model.score_items(
              model.fold_in({history.items_of(first + row), history.values_of(first + row)}),
              std::span<T>(scores.row(row).data(), static_cast<std::size_t>(scores.cols())));
      });
}

/// Whether two models differ in a measure, such as recall of the same users: the difference of means a - b with a
/// bootstrap interval over users, and the p-value of a paired t-test.
struct QualityDifference {
  Interval difference;
  double p_value;
};

/// @throws ShapeError if the two are of different numbers of users; DataError for fewer than two.
/// Source: Smucker, Allan & Carterette, CIKM 2007 (tests over users).
///
///     const loyal::Vector<double> a{{0.5, 0.25, 1.0, 0.0}};
///     const loyal::Vector<double> b{{0.25, 0.25, 0.5, 0.0}};
///     const auto verdict = loyal::compare_quality(a, b);
///     if (verdict.difference.estimate != 0.1875 || verdict.p_value > 0.5) return 1;
[[nodiscard]] inline QualityDifference compare_quality(const Vector<double>& a,
                                                       const Vector<double>& b,
                                                       const BootstrapOptions& options = {}) {
  detail::expect_size("compare_quality", "the size of b", b.size(), a.size());
  const Vector<double> difference = a - b;
  return {RecommenderQuality::mean(difference, options), paired_t_test(a, b).p_value};
}

}  // namespace loyal
