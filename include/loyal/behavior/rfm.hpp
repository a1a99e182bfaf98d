// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../data/event_log.hpp"
#include "../data/feature_matrix.hpp"
#include "../data/time.hpp"
#include "../math/order.hpp"
#include "detail/user_pass.hpp"

namespace loyal {

namespace detail {

/// Marks the kinds named; all kinds when none is. @throws DataError for a name the log lacks.
inline std::vector<char> mark_kinds(const IdMap& kinds, const std::vector<std::string>& names) {
  std::vector<char> marked(static_cast<std::size_t>(kinds.size()), names.empty() ? 1 : 0);
  for (const auto& name : names) marked[static_cast<std::size_t>(kinds.at(name))] = 1;
  return marked;
}

}  // namespace detail

/// What counts as a purchase.
struct RFMOptions {
  std::vector<std::string> kinds{};  ///< kinds of event that are purchases; none named: all
  int threads = 0;                   ///< threads at most; 0: as many as the machine has
};

/// RFM: how recently, how often and for how much each user bought, and for how long.
/// | column | meaning | unit |
/// | recency | from the last purchase to the cutoff | days |
/// | frequency | number of purchases | |
/// | monetary | mean amount of a purchase | money |
/// | tenure | from the first purchase to the cutoff | days |
/// Rows are the users with at least one purchase before the cutoff, ascending. The repeat-buying
/// literature writes x = frequency - 1, t_x = tenure - recency, T = tenure.
/// @throws DataError when a kind is unknown to the log.
/// Source: Bult & Wansbeek, Marketing Science 14(4), 1995, for the three measures.
/// Cost: one pass over the events in the order of time; some 10 nanoseconds each.
///
///     loyal::EventLog log;
///     log.add("anna", 0, "purchase", "course", 30);
///     log.add("anna", 4 * loyal::day, "purchase", "course", 50);
///     log.add("ben", 9 * loyal::day, "visit");
///     const auto table = loyal::rfm<double>(log.before(9 * loyal::day + 1), {.kinds =
///     {"purchase"}}); if (table.users.size() != 1 || table.values(0, 1) != 2 || table.values(0, 2)
///     != 40) return 1;
template <Scalar T>
[[nodiscard]] FeatureMatrix<T> rfm(const Observed& observed, const RFMOptions& options = {}) {
  const auto counts = detail::mark_kinds(observed.kinds(), options.kinds);
  struct alignas(32) Purchases {  // never across two cache lines
    Time first = 0;
    Time last = 0;
    std::int64_t frequency = 0;
    double amount = 0;
  };
  std::vector<Purchases> purchases(static_cast<std::size_t>(observed.users().size()));
  detail::for_user_ranges(observed.users().size(), options.threads,
                          [&](Index, std::int32_t begin, std::int32_t end) {
                            Purchases* const of = purchases.data() + begin;
                            detail::for_each_event(observed.events(), counts, begin, end,
                                                   [&](const Event& event, std::size_t user) {
                                                     Purchases& own = of[user];
                                                     if (own.frequency++ == 0)
                                                       own.first = event.time;
                                                     own.last = event.time;
                                                     own.amount += event.amount;
                                                   });
                          });
  Index buyers = 0;
  for (const Purchases& own : purchases) buyers += own.frequency > 0 ? 1 : 0;

  FeatureMatrix<T> table;
  table.names = {"recency", "frequency", "monetary", "tenure"};
  table.values.resize(buyers, 4);
  const auto days_since = [&](Time time) {
    return static_cast<T>(static_cast<double>(observed.cutoff() - time) / day);
  };
  for (std::size_t u = 0; u < purchases.size(); ++u) {
    const Purchases& own = purchases[u];
    if (own.frequency == 0) continue;
    T* row = table.values.row(static_cast<Index>(table.users.size())).data();
    table.users.push_back(static_cast<std::int32_t>(u));
    row[0] = days_since(own.last);
    row[1] = static_cast<T>(own.frequency);
    row[2] = static_cast<T>(own.amount / static_cast<double>(own.frequency));
    row[3] = days_since(own.first);
  }
  return table;
}

/// Scores 1 .. bins of a column by rank: 1 for the worst part, `bins` for the best.
///
/// With L values worse than this one and E equal to it (itself included), out of n,
///   score = 1 + floor(bins (2 L + E) / (2 n))
/// so that equal values always share a score, that of the middle of their ranks, and n different
/// values fall into parts of equal size (up to one).
/// | argument | shape | meaning |
/// | values | n | finite |
/// | higher_is_better | | false for recency |
/// @throws OptionError unless bins >= 1; DataError on NaN.
/// Source: none, our own; quintiles (bins = 5) are the custom of RFM. Cost: O(n log n).
///
///     loyal::Vector<double> recency(5);
///     recency << 3, 100, 7, 30, 1;
///     const auto scores = loyal::rank_scores(recency, 5, false);
///     if (scores != std::vector<int>{4, 1, 3, 2, 5}) return 1;
template <class Derived>
[[nodiscard]] std::vector<int> rank_scores(const Eigen::MatrixBase<Derived>& values, int bins = 5,
                                           bool higher_is_better = true) {
  detail::expect_option("rank_scores", "bins", bins, bins >= 1, ">= 1");
  detail::expect_size("rank_scores", "columns", values.cols(), 1);
  const Vector<double> key = (higher_is_better ? 1.0 : -1.0) * values.template cast<double>();
  if (key.hasNaN()) detail::fail<DataError>("rank_scores", "value", "NaN", "a number");
  const auto n = static_cast<std::size_t>(key.size());
  const std::vector<Index> order = detail::ascending_order(key);
  std::vector<int> scores(n);
  for (std::size_t worse = 0; worse < n;) {
    std::size_t end = worse + 1;
    while (end < n && key[order[end]] == key[order[worse]]) ++end;
    const std::size_t middle = worse + end;  // twice the rank
    const auto score = 1 + static_cast<int>(static_cast<std::size_t>(bins) * middle / (2 * n));
    for (; worse < end; ++worse) scores[static_cast<std::size_t>(order[worse])] = score;
  }
  return scores;
}

/// Scores of recency, frequency and monetary value, as in the segment "5-4-5".
/// | result | users x 3, in the order of the table's rows |
/// @throws OptionError unless bins >= 1; DataError when the table is not one of rfm().
///
///     loyal::EventLog log;
///     log.add("anna", 0, "purchase", "", 30);
///     log.add("ben", loyal::day, "purchase", "", 90);
///     const auto scores = loyal::rfm_scores(loyal::rfm<float>(log.before(loyal::day + 1)), 2);
///     if (scores(0, 0) != 1 || scores(1, 0) != 2 || scores(1, 2) != 2) return 1;
template <Scalar T>
[[nodiscard]] Eigen::Matrix<int, Eigen::Dynamic, 3, Eigen::RowMajor> rfm_scores(
    const FeatureMatrix<T>& table, int bins = 5) {
  Eigen::Matrix<int, Eigen::Dynamic, 3, Eigen::RowMajor> scores(table.values.rows(), 3);
  const char* columns[]{"recency", "frequency", "monetary"};
  for (Index c = 0; c < 3; ++c) {
    const auto column = rank_scores(table.values.col(table.column(columns[c])), bins, c != 0);
    for (Index r = 0; r < scores.rows(); ++r) scores(r, c) = column[static_cast<std::size_t>(r)];
  }
  return scores;
}

}  // namespace loyal
