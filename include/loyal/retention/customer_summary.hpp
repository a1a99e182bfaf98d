// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../data/event_log.hpp"
#include "../data/time.hpp"
#include "../data/time_zone.hpp"
#include "purchase_history.hpp"

namespace loyal {

/// How purchases are counted.
struct CustomerSummaryOptions {
  std::vector<std::string> kinds{};  ///< kinds of event that are purchases; none named: all
  Time unit = week;                  ///< of all durations in the summary, s; > 0
  Time merge = day;  ///< purchases in the same period of this length are one, s; > 0
  TimeZone zone{};   ///< whose clocks cut time into these periods, counted from the local 1970
};

/// Customers as repeat-buying models see them.
template <Scalar T>
struct CustomerSummary {
  std::vector<std::int32_t> users;  ///< with at least one purchase, ascending; one a row
  PurchaseHistory<T> history;
  Vector<T> monetary;  ///< mean amount of the purchases after the first; 0 if there are none

  [[nodiscard]] Index size() const noexcept { return history.size(); }
};

namespace detail {

/// A user's merged purchases: periods ascending, with the sum of the amounts of each.
struct MergedPurchases {
  std::vector<Time> period;
  std::vector<double> amount;
};

inline void merge_purchases(std::span<const Event> events, const std::vector<char>& counts,
                            const CustomerSummaryOptions& options, MergedPurchases& out) {
  out.period.clear();
  out.amount.clear();
  for (const Event& event : events) {
    if (counts[static_cast<std::size_t>(event.kind)] == 0) continue;
    const Time period = floor_divide(options.zone.local(event.time), options.merge);
    // Where clocks are set back over midnight, a day that has begun goes on.
    if (out.period.empty() || out.period.back() < period) {
      out.period.push_back(period);
      out.amount.push_back(0);
    }
    out.amount.back() += event.amount;
  }
}

inline std::vector<char> purchase_kinds(const Observed& observed,
                                        const CustomerSummaryOptions& options) {
  expect_option("summarize_customers", "unit", options.unit, options.unit > 0, "> 0");
  expect_option("summarize_customers", "merge", options.merge, options.merge > 0, "> 0");
  std::vector<char> counts(static_cast<std::size_t>(observed.kinds().size()),
                           options.kinds.empty() ? 1 : 0);
  for (const auto& kind : options.kinds)
    counts[static_cast<std::size_t>(observed.kinds().at(kind))] = 1;
  return counts;
}

/// The last period that was seen to its end, or to the cutoff.
inline Time last_period(const Observed& observed, const CustomerSummaryOptions& options) {
  return floor_divide(options.zone.local(observed.cutoff() - 1), options.merge);
}

}  // namespace detail

/// Frequency, recency, age and mean amount of each customer before the cutoff.
///
/// Purchases of one day (see `merge` and `zone`) are one purchase of the sum of their amounts. The first purchase
/// makes someone a customer and is not counted; its amount is left out of the mean as well. With d_1 < ... < d_m the
/// days of purchase and d the last day before the cutoff,
///   x = m - 1,  t_x = d_m - d_1,  T = d - d_1,  monetary = mean of the amounts of d_2 .. d_m
/// @throws OptionError unless unit and merge are > 0; DataError for an unknown kind, or where no one bought.
/// Source: Fader, Hardie & Lee, Marketing Science 24(2), 2005 (CDNOW, in weeks of days).
/// Cost: one pass over the events.
///
///     loyal::EventLog log;
///     log.add("anna", 0, "purchase", "", 30);
///     log.add("anna", 14 * loyal::day, "purchase", "", 50);
///     log.add("anna", 14 * loyal::day + loyal::hour, "purchase", "", 10);  // the same day
///     log.add("ben", 20 * loyal::day, "purchase", "", 5);
///     const auto summary = loyal::summarize_customers<double>(log.before(20 * loyal::day + 1));
///     const auto anna = summary.history.record(0);
///     if (anna.frequency != 1 || anna.recency != 2 || anna.age != 20 / 7.0) return 1;
///     if (summary.monetary[0] != 60 || summary.monetary[1] != 0) return 2;
template <Scalar T>
[[nodiscard]] CustomerSummary<T> summarize_customers(const Observed& observed,
                                                     const CustomerSummaryOptions& options = {}) {
  const auto counts = detail::purchase_kinds(observed, options);
  const double unit = static_cast<double>(options.unit) / static_cast<double>(options.merge);
  const Time last = detail::last_period(observed, options);
  CustomerSummary<T> summary;
  std::vector<double> rows;
  detail::MergedPurchases bought;
  for (const std::int32_t user : observed.active_users()) {
    detail::merge_purchases(observed.of_user(user), counts, options, bought);
    if (bought.period.empty()) continue;
    const std::size_t repeats = bought.period.size() - 1;
    double amount = 0;
    for (std::size_t i = 1; i <= repeats; ++i)
      amount += bought.amount[i] / static_cast<double>(repeats);
    const auto since_first = [&](Time period) {
      return static_cast<double>(period - bought.period.front()) / unit;
    };
    summary.users.push_back(user);
    rows.insert(rows.end(), {static_cast<double>(repeats), since_first(bought.period.back()),
                             since_first(std::max(last, bought.period.back())), amount});
  }
  if (summary.users.empty())
    detail::fail<DataError>("summarize_customers", "the number of customers", 0, ">= 1");
  const auto n = static_cast<Index>(summary.users.size());
  for (Vector<T>* column : {&summary.history.frequency, &summary.history.recency,
                            &summary.history.age, &summary.monetary})
    column->resize(n);
  for (Index i = 0; i < n; ++i) {
    const double* row = rows.data() + 4 * i;
    summary.history.frequency[i] = static_cast<T>(row[0]);
    summary.history.recency[i] = static_cast<T>(row[1]);
    summary.history.age[i] = static_cast<T>(row[2]);
    summary.monetary[i] = static_cast<T>(row[3]);
  }
  return summary;
}

/// Customers up to a cutoff, and what the same customers did after it.
template <Scalar T>
struct CalibrationHoldout {
  CustomerSummary<T> calibration;
  Vector<T> holdout_frequency;  ///< purchases after the cutoff, merged as before
  Vector<T> holdout_monetary;   ///< mean amount of these; 0 if there are none
  double duration = 0;          ///< length of the time after the cutoff, in units
};

/// Splits by time: a model is fitted to what was known at an earlier cutoff and judged by what a later one adds.
/// @throws as summarize_customers(); DataError unless @p later is the later one.
/// Source: Fader, Hardie & Lee, Marketing Science 24(2), 2005. Cost: one pass over the events of each.
///
///     loyal::EventLog log;
///     for (const int d : {0, 10, 20, 34}) log.add("anna", d * loyal::day, "purchase");
///     const auto split =
///         loyal::calibration_holdout<double>(log.before(14 * loyal::day), log.before(34 * loyal::day + 1));
///     if (split.calibration.history.frequency[0] != 1 || split.holdout_frequency[0] != 2) return 1;
///     if (split.duration != 3) return 2;
template <Scalar T>
[[nodiscard]] CalibrationHoldout<T> calibration_holdout(
    const Observed& known, const Observed& later, const CustomerSummaryOptions& options = {}) {
  if (!(later.cutoff() > known.cutoff()))
    detail::fail<DataError>("calibration_holdout", "the later cutoff", later.cutoff(),
                            detail::concatenate("> ", known.cutoff()));
  CalibrationHoldout<T> split;
  split.calibration = summarize_customers<T>(known, options);
  const auto counts = detail::purchase_kinds(later, options);
  const Time boundary = detail::last_period(known, options);
  const auto n = split.calibration.size();
  split.holdout_frequency.setZero(n);
  split.holdout_monetary.setZero(n);
  split.duration = static_cast<double>((detail::last_period(later, options) - boundary)) *
                   static_cast<double>(options.merge) / static_cast<double>(options.unit);
  detail::MergedPurchases before;
  detail::MergedPurchases bought;
  for (Index i = 0; i < n; ++i) {
    const auto user = split.calibration.users[static_cast<std::size_t>(i)];
    const auto events = later.of_user(user);
    std::size_t first = 0;
    while (first < events.size() && events[first].time < known.cutoff()) ++first;
    detail::merge_purchases(events.first(first), counts, options, before);
    detail::merge_purchases(events.subspan(first), counts, options, bought);
    double number = 0;
    double amount = 0;
    for (std::size_t k = 0; k < bought.period.size(); ++k)
      // A day that the cutoff divides has been counted if there was a purchase in its first part.
      if (before.period.empty() || bought.period[k] > before.period.back()) {
        ++number;
        amount += bought.amount[k];
      }
    split.holdout_frequency[i] = static_cast<T>(number);
    if (number > 0) split.holdout_monetary[i] = static_cast<T>(amount / number);
  }
  return split;
}

}  // namespace loyal
