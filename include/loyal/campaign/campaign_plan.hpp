// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/order.hpp"
#include "roi.hpp"

namespace loyal {

/// Whom a campaign contacts, and what that is expected to bring; money unless said otherwise.
struct CampaignPlan {
  std::vector<Index> customers;  ///< rows to contact, the most profitable first
  double gain = 0;               ///< expected value saved
  double cost = 0;               ///< expected money spent
  double profit = 0;             ///< gain - cost
  double bound = 0;              ///< no plan within the limits can expect more than this

  /// (gain - cost) / cost. @throws OptionError when nothing is spent.
  [[nodiscard]] double roi() const { return loyal::roi(gain, cost); }
};

/// Limits of a campaign; the defaults set none.
struct CampaignLimits {
  double budget = std::numeric_limits<double>::infinity();  ///< expected money spent; >= 0
  Index contacts = std::numeric_limits<Index>::max();       ///< customers contacted; >= 0
};

namespace detail {

/// Fills the plan with rows in the given order as long as they fit.
inline CampaignPlan take_in_order(const std::vector<Index>& order, const Vector<double>& gains,
                                  const Vector<double>& costs, const CampaignLimits& limits) {
  CampaignPlan plan;
  for (const Index i : order) {
    if (static_cast<Index>(plan.customers.size()) >= limits.contacts) break;
    if (plan.cost + costs[i] > limits.budget) continue;
    plan.customers.push_back(i);
    plan.gain += gains[i];
    plan.cost += costs[i];
  }
  plan.profit = plan.gain - plan.cost;
  return plan;
}

/// The most that fractions of customers could bring in the order of profit per cost: an upper bound
/// of every plan within the budget (Dantzig, Operations Research 5(2), 1957).
inline double fractional_bound(const std::vector<Index>& by_ratio, const Vector<double>& profits,
                               const Vector<double>& costs, double budget) {
  double bound = 0;
  for (const Index i : by_ratio) {
    if (costs[i] > budget) return bound + profits[i] * budget / costs[i];
    bound += profits[i];
    budget -= costs[i];
  }
  return bound;
}

}  // namespace detail

/// Chooses whom to contact: the customers with a positive expected profit, or the best of them
/// within a budget or a number of contacts.
///
/// Without a budget the plan is the best there is. Within a budget the best choice is a knapsack
/// problem: the plan is then the better of taking customers by profit and by profit per cost, which
/// lies below the optimum by less than the profit of one customer when only the budget binds;
/// `bound` says how much at most. Equal profits are taken in the order of rows.
/// | argument | shape | meaning |
/// | p | n | calibrated probability of leaving, in [0, 1] |
/// | value | n, or one number | worth of a customer who stays, money |
/// @throws ShapeError when the sizes differ; DataError on values that are not finite or on
/// probabilities outside [0, 1]; OptionError on a negative limit.
/// Source: none, our own; the greedy rule is Dantzig's. Cost: O(n log n).
///
///     loyal::Vector<double> p(3);
///     p << 0.9, 0.01, 0.4;
///     const auto plan = loyal::plan_campaign(loyal::RetentionOffer{}, p, 200.0);
///     if (plan.customers != std::vector<loyal::Index>{0, 2} || plan.roi() < 0) return 1;
template <class Derived, class Value>
[[nodiscard]] CampaignPlan plan_campaign(const RetentionOffer& offer,
                                         const Eigen::MatrixBase<Derived>& p, const Value& value,
                                         const CampaignLimits& limits = {}) {
  const char* where = "plan_campaign";
  detail::expect_option(where, "budget", limits.budget, limits.budget >= 0, ">= 0");
  detail::expect_option(where, "contacts", limits.contacts, limits.contacts >= 0, ">= 0");
  const Vector<double> leaving = detail::probability_column(where, p);
  const Vector<double> worth = detail::value_of_each(where, value, leaving.size());

  const Index n = leaving.size();
  Vector<double> gains(n);
  Vector<double> costs(n);
  std::vector<Index> by_profit;
  for (Index i = 0; i < n; ++i) {
    gains[i] = offer.gain(leaving[i], worth[i]);
    costs[i] = offer.cost(leaving[i]);
    if (gains[i] > costs[i]) by_profit.push_back(i);
  }
  const Vector<double> profits = gains - costs;
  std::stable_sort(by_profit.begin(), by_profit.end(),
                   [&](Index a, Index b) { return profits[a] > profits[b]; });

  CampaignPlan plan = detail::take_in_order(by_profit, gains, costs, limits);
  plan.bound = 0;
  for (std::size_t i = 0; i < by_profit.size() && static_cast<Index>(i) < limits.contacts; ++i)
    plan.bound += profits[by_profit[i]];
  if (std::isfinite(limits.budget)) {
    std::vector<Index> by_ratio = by_profit;
    std::stable_sort(by_ratio.begin(), by_ratio.end(), [&](Index a, Index b) {
      return profits[a] * costs[b] > profits[b] * costs[a];
    });
    const double bound =
        std::min(plan.bound, detail::fractional_bound(by_ratio, profits, costs, limits.budget));
    CampaignPlan thrifty = detail::take_in_order(by_ratio, gains, costs, limits);
    if (thrifty.profit > plan.profit) plan = std::move(thrifty);
    plan.bound = std::max(bound, plan.profit);  // rounding apart, the bound is never below
    std::stable_sort(plan.customers.begin(), plan.customers.end(),
                     [&](Index a, Index b) { return profits[a] > profits[b]; });
  }
  return plan;
}

/// Profit of contacting the first k customers, for k = 0 .. n, in the order of expected profit.
struct ProfitCurve {
  Vector<double> fraction;   ///< k / n, size n + 1 (one zero when n = 0)
  Vector<double> expected;   ///< profit the probabilities promise, money
  Vector<double> realized;   ///< profit the labels give, acceptance still in expectation; money
  std::vector<Index> order;  ///< row contacted k-th

  /// k where the promised profit is largest: the campaign one would have run.
  [[nodiscard]] Index best_expected() const { return first_max(expected); }
  /// k where the realised profit is largest: what hindsight would have done in this order.
  [[nodiscard]] Index best_realized() const { return first_max(realized); }

 private:
  static Index first_max(const Vector<double>& curve) {
    return std::max_element(curve.data(), curve.data() + curve.size()) - curve.data();
  }
};

/// The profit curve of contacting customers in the order of expected profit, promised and realised.
///
/// With calibrated probabilities both curves run close together; a promise far above what is
/// realised says that the probabilities, not the order, are wrong.
/// | argument | shape | meaning |
/// | p | n | probability of leaving, in [0, 1] |
/// | left | n | 1: has left, 0: has stayed |
/// | value | n, or one number | worth of a customer who stays, money |
/// @throws ShapeError when the sizes differ; DataError on unusable values.
/// Source: none, our own; the lift form is in Neslin et al. 2006. Cost: O(n log n).
///
///     loyal::Vector<double> p(4), left(4);
///     p << 0.8, 0.1, 0.6, 0.05;
///     left << 1, 0, 0, 0;
///     const auto curve = loyal::profit_curve(loyal::RetentionOffer{}, p, left, 200.0);
///     if (curve.best_expected() != 2 || curve.best_realized() != 1) return 1;
template <class DerivedP, class DerivedY, class Value>
[[nodiscard]] ProfitCurve profit_curve(const RetentionOffer& offer,
                                       const Eigen::MatrixBase<DerivedP>& p,
                                       const Eigen::MatrixBase<DerivedY>& left,
                                       const Value& value) {
  const char* where = "profit_curve";
  const Vector<double> leaving = detail::probability_column(where, p);
  const Index n = leaving.size();
  detail::expect_size(where, "left", left.size(), n);
  const Vector<double> labels = detail::label_column(where, left);
  const Vector<double> worth = detail::value_of_each(where, value, n);

  Vector<double> expected(n);
  for (Index i = 0; i < n; ++i) expected[i] = offer.profit(leaving[i], worth[i]);
  ProfitCurve curve;
  curve.order = detail::descending_order(expected);
  curve.fraction = curve.expected = curve.realized = Vector<double>::Zero(n + 1);
  for (Index k = 1; k <= n; ++k) {
    const Index i = curve.order[static_cast<std::size_t>(k - 1)];
    curve.fraction[k] = static_cast<double>(k) / static_cast<double>(n);
    curve.expected[k] = curve.expected[k - 1] + expected[i];
    curve.realized[k] = curve.realized[k - 1] + offer.profit(labels[i], worth[i]);
  }
  return curve;
}

}  // namespace loyal
