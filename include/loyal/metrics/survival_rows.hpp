// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/error.hpp"
#include "../math/order.hpp"
#include "../math/values.hpp"

namespace loyal {

/// What may be known of each row of survival data besides its time and event; what is left empty does not apply.
///
///   entry     rows: the row was watched from here on (left truncation, start of (start, stop]); 0 <= entry < time
///   weight    rows: counts as so many rows; >= 0
///   stratum   rows: risk sets are formed inside a stratum only
///   cluster   rows: rows of a cluster, such as those of one customer, are not independent
///
///     const loyal::SurvivalRows rows{.weight = {1, 2, 1}};
///     if (!rows.entry.empty() || rows.weight[1] != 2) return 1;
struct SurvivalRows {
  std::vector<double> entry = {};
  std::vector<double> weight = {};
  std::vector<std::int32_t> stratum = {};
  std::vector<std::int32_t> cluster = {};
};

namespace detail {

/// Checks times and events (0: censored, 1: event) and what else is known of the rows.
/// @throws DataError if there are no rows, or a value is not what it should be; ShapeError if sizes differ.
inline void expect_survival(const char* where, const Values& time, const Values& event,
                            const SurvivalRows& rows = {}) {
  expect_some(where, "time", time);
  expect_size(where, "the number of events", event.size(), time.size());
  for (Index i = 0; i < time.size(); ++i) {
    if (!(time[i] >= 0) || std::isinf(time[i]))
      fail<DataError>(where, concatenate("time[", i, "]"), time[i], "a finite number >= 0");
    if (event[i] != 0 && event[i] != 1)
      fail<DataError>(where, concatenate("event[", i, "]"), event[i], "0 or 1");
  }
  if (!rows.entry.empty()) {
    expect_size(where, "the number of entries", rows.entry.size(), time.size());
    for (Index i = 0; i < time.size(); ++i) {
      const double entry = rows.entry[static_cast<std::size_t>(i)];
      if (!(entry >= 0 && entry < time[i]))
        fail<DataError>(where, concatenate("entry[", i, "]"), entry,
                        concatenate("in [0, ", time[i], "), before the row's time"));
    }
  }
  const Values weights(rows.weight);
  static_cast<void>(SampleWeights(where, weights, time.size()));
  if (!rows.stratum.empty())
    expect_size(where, "the number of strata", rows.stratum.size(), time.size());
  if (!rows.cluster.empty())
    expect_size(where, "the number of clusters", rows.cluster.size(), time.size());
}

/// Who is at risk at each distinct time, by weight, strata aside: the table that product-limit estimates are read
/// off. Cost: O(n log n).
struct RiskTable {
  std::vector<double> time;      // distinct, rising
  std::vector<double> at_risk;   // watched just before the time
  std::vector<double> events;    // at the time
  std::vector<double> censored;  // at the time, after the events
  std::vector<double> deaths;    // events as rows rather than weights

  [[nodiscard]] std::size_t size() const noexcept { return time.size(); }

  RiskTable(const Values& times, const Values& event, const SurvivalRows& rows = {}) {
    const auto order = ascending_order(times);
    const auto weight = [&](Index i) {
      return rows.weight.empty() ? 1.0 : rows.weight[static_cast<std::size_t>(i)];
    };
    for (std::size_t i = 0; i < order.size();) {
      const double now = times[order[i]];
      double happened = 0;
      double left = 0;
      double count = 0;
      for (; i < order.size() && times[order[i]] == now; ++i) {
        const Index row = order[i];
        (event[row] == 1 ? happened : left) += weight(row);
        count += event[row] == 1 && weight(row) > 0 ? 1 : 0;
      }
      time.push_back(now);
      events.push_back(happened);
      censored.push_back(left);
      deaths.push_back(count);
    }
    // From the end, where few are left and sums should be exact.
    const Values entries(rows.entry);
    const auto entered = ascending_order(entries);
    std::size_t waiting = entered.size();
    at_risk.resize(time.size());
    double sum = 0;
    double not_yet = 0;
    for (std::size_t k = time.size(); k-- > 0;) {
      sum += events[k] + censored[k];
      for (; waiting > 0 && entries[entered[waiting - 1]] >= time[k]; --waiting)
        not_yet += weight(entered[waiting - 1]);
      at_risk[k] = sum - not_yet;
    }
  }
};

}  // namespace detail
}  // namespace loyal
