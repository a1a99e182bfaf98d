// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/order.hpp"
#include "../math/values.hpp"
#include "survival_rows.hpp"

namespace loyal {

/// Pairs of rows of which it is known who had the event first, by product of their weights.
struct Concordance {
  double concordant = 0;  ///< the one with the higher risk came first
  double discordant = 0;
  double tied_risk = 0;  ///< equal risks
  double tied_time = 0;  ///< both had the event at the same time: not counted
  double tied_both = 0;  ///< of these, the ones of equal risk too; not in tied_time

  [[nodiscard]] double pairs() const noexcept { return concordant + discordant + tied_risk; }
  /// Harrell's C, equal risks counting half; NaN without a pair.
  [[nodiscard]] double value() const {
    return pairs() > 0 ? (concordant + tied_risk / 2) / pairs()
                       : std::numeric_limits<double>::quiet_NaN();
  }
};

namespace detail {

/// Weights by rank of risk, and the sum below any rank. Source: Fenwick, Software 24(3), 1994.
class RankSums {
 public:
  explicit RankSums(std::size_t ranks) : tree_(ranks + 1, 0.0), at_(ranks, 0.0) {}
  void add(std::size_t rank, double weight) {
    at_[rank] += weight;
    total_ += weight;
    for (std::size_t i = rank + 1; i < tree_.size(); i += i & (~i + 1)) tree_[i] += weight;
  }
  [[nodiscard]] double below(std::size_t rank) const {
    double sum = 0;
    for (std::size_t i = rank; i > 0; i -= i & (~i + 1)) sum += tree_[i];
    return sum;
  }
  [[nodiscard]] double at(std::size_t rank) const { return at_[rank]; }
  [[nodiscard]] double total() const noexcept { return total_; }

 private:
  std::vector<double> tree_;
  std::vector<double> at_;
  double total_ = 0;
};

/// Rank of each value among the distinct ones.
inline std::vector<std::size_t> dense_ranks(const Values& values, std::size_t& count) {
  const auto order = ascending_order(values);
  std::vector<std::size_t> rank(order.size());
  count = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && values[order[i]] != values[order[i - 1]]) ++count;
    rank[static_cast<std::size_t>(order[i])] = count;
  }
  ++count;
  return rank;
}

/// G(t), the probability of not yet being censored, as a product-limit estimate; events stand before censoring
/// at equal times.
class CensoringCurve {
 public:
  CensoringCurve(const Values& time, const Values& event) {
    const RiskTable table(time, event);
    double g = 1;
    for (std::size_t k = 0; k < table.size(); ++k) {
      if (table.censored[k] == 0) continue;
      g *= 1 - table.censored[k] / (table.at_risk[k] - table.events[k]);
      time_.push_back(table.time[k]);
      value_.push_back(g);
    }
  }
  [[nodiscard]] double at(double t) const {
    return before(std::upper_bound(time_.begin(), time_.end(), t));
  }
  /// G(t-), censoring at t itself left out.
  [[nodiscard]] double just_before(double t) const {
    return before(std::lower_bound(time_.begin(), time_.end(), t));
  }

 private:
  [[nodiscard]] double before(std::vector<double>::const_iterator next) const {
    return next == time_.begin() ? 1.0 : value_[static_cast<std::size_t>(next - time_.begin()) - 1];
  }
  std::vector<double> time_;
  std::vector<double> value_;
};

inline void expect_horizons(const char* where, const Values& horizons) {
  expect_some(where, "horizons", horizons);
  expect_finite(where, "horizons", horizons);
  for (Index k = 1; k < horizons.size(); ++k)
    if (!(horizons[k] > horizons[k - 1]))
      fail<DataError>(where, concatenate("horizons[", k, "]"), horizons[k], "rising values");
}

}  // namespace detail

/// Harrell's concordance: how often the one with the higher risk has the event first.
///
///   C = (concordant + tied_risk / 2) / (concordant + discordant + tied_risk)
///
/// Pairs count if it is known who was first: an event, and someone watched at that time who has it later, or is
/// censored later or at that very time. With strata, pairs are inside a stratum; with entries, both are watched.
///
///   time, event   rows; event 1, or 0: censored
///   risk          rows: any number, higher for those expected sooner (for expected times: minus them)
///
/// @throws DataError for values that cannot be used; ShapeError if sizes differ.
/// Source: Harrell, Lee & Mark, Statistics in Medicine 15, 1996; ties as R's survival::concordance.
/// Cost: O(n log n).
///
///     const auto c = loyal::concordance({1, 2, 3}, {1, 0, 1}, {0.9, 0.2, 0.5});
///     if (c.value() != 1 || c.pairs() != 2) return 1;
inline Concordance concordance(const Values& time, const Values& event, const Values& risk,
                               const SurvivalRows& rows = {}) {
  const char* const where = "concordance";
  detail::expect_survival(where, time, event, rows);
  detail::expect_size(where, "the number of risks", risk.size(), time.size());
  for (Index i = 0; i < risk.size(); ++i)
    if (std::isnan(risk[i]))
      detail::fail<DataError>(where, detail::concatenate("risk[", i, "]"), risk[i], "a number");
  std::size_t ranks = 0;
  const auto rank = detail::dense_ranks(risk, ranks);
  const auto weight = [&](Index i) {
    return rows.weight.empty() ? 1.0 : rows.weight[static_cast<std::size_t>(i)];
  };
  const auto rank_of = [&](Index i) { return rank[static_cast<std::size_t>(i)]; };
  auto order = detail::descending_order(time);
  const auto stratum = [&](Index i) {
    return rows.stratum.empty() ? 0 : rows.stratum[static_cast<std::size_t>(i)];
  };
  const auto entry = [&](Index i) { return rows.entry[static_cast<std::size_t>(i)]; };
  std::vector<Index> entered = detail::descending_order(rows.entry);
  if (!rows.stratum.empty()) {
    const auto by_stratum = [&](Index a, Index b) { return stratum(a) < stratum(b); };
    std::stable_sort(order.begin(), order.end(), by_stratum);
    std::stable_sort(entered.begin(), entered.end(), by_stratum);
  }

  Concordance result;
  detail::RankSums later(ranks);  // those known to have the event later, if at all
  std::vector<std::pair<std::size_t, double>> same;  // events of the time looked at
  std::size_t next_entry = 0;
  for (std::size_t begin = 0; begin < order.size();) {
    const double now = time[order[begin]];
    const auto here = stratum(order[begin]);
    std::size_t end = begin;
    for (; end < order.size() && time[order[end]] == now && stratum(order[end]) == here; ++end)
      if (event[order[end]] == 0) later.add(rank_of(order[end]), weight(order[end]));
    for (; next_entry < entered.size() && stratum(entered[next_entry]) == here &&
           entry(entered[next_entry]) >= now;
         ++next_entry)
      later.add(rank_of(entered[next_entry]), -weight(entered[next_entry]));
    same.clear();
    for (std::size_t i = begin; i < end; ++i) {
      const Index row = order[i];
      if (event[row] == 0) continue;
      const double w = weight(row);
      const double lower = later.below(rank_of(row));
      const double equal = later.at(rank_of(row));
      result.concordant += w * lower;
      result.tied_risk += w * equal;
      result.discordant += w * (later.total() - lower - equal);
      same.emplace_back(rank_of(row), w);
    }
    for (const auto& [of, w] : same) later.add(of, w);
    if (same.size() > 1) {
      std::sort(same.begin(), same.end());
      double before = 0;
      double equal = 0;
      for (std::size_t i = 0; i < same.size(); ++i) {
        if (i > 0 && same[i].first != same[i - 1].first) equal = 0;
        result.tied_both += same[i].second * equal;
        result.tied_time += same[i].second * (before - equal);
        before += same[i].second;
        equal += same[i].second;
      }
    }
    if (end < order.size() && stratum(order[end]) != here) {  // what is left of the stratum goes
      for (; next_entry < entered.size() && stratum(entered[next_entry]) == here; ++next_entry)
        later.add(rank_of(entered[next_entry]), -weight(entered[next_entry]));
      if (rows.entry.empty())
        for (std::size_t i = end; i-- > 0 && stratum(order[i]) == here;)
          later.add(rank_of(order[i]), -weight(order[i]));
    }
    begin = end;
  }
  return result;
}

/// Time-dependent AUC, cumulative and dynamic: the chance that one who has the event until t has a higher risk than
/// one who has it later.
///
///   AUC(t) = sum_i sum_j g_i 1(T_i <= t, event_i) 1(T_j > t) (1(r_i > r_j) + 1(r_i = r_j) / 2)
///          / (sum_i g_i 1(T_i <= t, event_i)  sum_j 1(T_j > t)),      g_i = 1 / G(T_i-)
///
/// G is the product-limit estimate of not being censored, which is taken not to depend on the features.
///
///   time, event, risk   rows, as for concordance()
///   horizons            k: the times t, rising
///   result              k; NaN where nobody has had the event, or nobody is left
///
/// @throws as concordance(); DataError for horizons that do not rise.
/// Source: Hung & Chiang, Canadian Journal of Statistics 38(1), 2010; Uno, Cai, Tian & Wei, JASA 102, 2007.
/// Cost: O(n log n + k n).
///
///     const auto auc = loyal::cumulative_dynamic_auc({1, 2, 3, 4}, {1, 1, 1, 0}, {4, 3, 1, 2}, {1.5, 3.5});
///     if (auc[0] != 1 || std::abs(auc[1] - 2.0 / 3) > 1e-15) return 1;
inline std::vector<double> cumulative_dynamic_auc(const Values& time, const Values& event,
                                                  const Values& risk, const Values& horizons) {
  const char* const where = "cumulative_dynamic_auc";
  detail::expect_survival(where, time, event);
  detail::expect_size(where, "the number of risks", risk.size(), time.size());
  for (Index i = 0; i < risk.size(); ++i)
    if (std::isnan(risk[i]))
      detail::fail<DataError>(where, detail::concatenate("risk[", i, "]"), risk[i], "a number");
  detail::expect_horizons(where, horizons);
  const detail::CensoringCurve g(time, event);
  const auto order = detail::ascending_order(risk);
  std::vector<double> weight;
  weight.reserve(order.size());
  for (const Index i : order) weight.push_back(event[i] == 1 ? 1 / g.just_before(time[i]) : 0.0);
  std::vector<double> result;
  for (const double t : horizons) {
    double cases = 0;
    double controls = 0;
    double wins = 0;
    for (std::size_t begin = 0; begin < order.size();) {
      double tied_cases = 0;
      double tied_controls = 0;
      std::size_t end = begin;
      for (; end < order.size() && risk[order[end]] == risk[order[begin]]; ++end)
        if (time[order[end]] > t)
          ++tied_controls;
        else
          tied_cases += weight[end];
      wins += tied_cases * (controls + tied_controls / 2);
      cases += tied_cases;
      controls += tied_controls;
      begin = end;
    }
    result.push_back(wins / (cases * controls));  // 0 / 0 is NaN, as stated
  }
  return result;
}

/// Brier score of survival probabilities at each horizon, weighted for censoring.
///
///   BS(t) = 1/n sum_i  S_i(t)^2 1(T_i <= t, event_i) / G(T_i-)  +  (1 - S_i(t))^2 1(T_i > t) / G(t)
///
///   time, event   rows
///   survival      rows x k: predicted probability of no event until each horizon, in [0, 1]
///   horizons      k: the times t, rising
///   result        k; NaN where nobody is left and the last to go was censored: t lies beyond what was seen
///
/// @throws DataError for values that cannot be used; ShapeError if sizes differ.
/// Source: Graf, Schmoor, Sauerbrei & Schumacher, Statistics in Medicine 18, 1999. Cost: O(n log n + n k).
///
///     const loyal::Matrix<double> coin = loyal::Matrix<double>::Constant(3, 1, 0.5);
///     const auto score = loyal::survival_brier_score({1, 2, 3}, {1, 1, 1}, coin, {1.5});
///     if (score[0] != 0.25) return 1;
template <Scalar T>
std::vector<double> survival_brier_score(const Values& time, const Values& event,
                                         const Matrix<T>& survival, const Values& horizons) {
  const char* const where = "survival_brier_score";
  detail::expect_survival(where, time, event);
  detail::expect_horizons(where, horizons);
  detail::expect_shape(where, "survival", survival, time.size(), horizons.size());
  if (!(survival.array() >= T(0) && survival.array() <= T(1)).all())
    detail::fail<DataError>(where, "a survival probability", "outside", "in [0, 1]");
  const detail::CensoringCurve g(time, event);
  std::vector<double> result(static_cast<std::size_t>(horizons.size()), 0.0);
  std::vector<double> at_horizon;
  for (const double t : horizons) at_horizon.push_back(1 / g.at(t));
  for (Index i = 0; i < time.size(); ++i) {
    const double at_event = event[i] == 1 ? 1 / g.just_before(time[i]) : 0.0;
    for (Index k = 0; k < horizons.size(); ++k) {
      const double s = static_cast<double>(survival(i, k));
      const auto at = static_cast<std::size_t>(k);
      result[at] += time[i] > horizons[k] ? (1 - s) * (1 - s) * at_horizon[at] : s * s * at_event;
    }
  }
  for (std::size_t k = 0; k < result.size(); ++k)
    result[k] = std::isinf(at_horizon[k]) ? std::numeric_limits<double>::quiet_NaN()
                                          : result[k] / static_cast<double>(time.size());
  return result;
}

/// Mean of survival_brier_score() over the time from the first to the last horizon, by trapezoids.
///
/// @throws as survival_brier_score(); DataError for fewer than two horizons.
/// Source: Graf et al., 1999, as above.
///
///     const loyal::Matrix<double> coin = loyal::Matrix<double>::Constant(3, 2, 0.5);
///     if (loyal::integrated_brier_score({1, 2, 3}, {1, 1, 1}, coin, {0.5, 1.5}) != 0.25) return 1;
template <Scalar T>
double integrated_brier_score(const Values& time, const Values& event, const Matrix<T>& survival,
                              const Values& horizons) {
  const auto score = survival_brier_score(time, event, survival, horizons);
  if (score.size() < 2)
    detail::fail<DataError>("integrated_brier_score", "the number of horizons", score.size(),
                            ">= 2");
  double area = 0;
  for (std::size_t k = 1; k < score.size(); ++k) {
    const auto at = static_cast<Index>(k);
    area += (horizons[at] - horizons[at - 1]) * (score[k] + score[k - 1]) / 2;
  }
  return area / (horizons[horizons.size() - 1] - horizons[0]);
}

}  // namespace loyal
