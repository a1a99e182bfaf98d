// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/chi_square.hpp"
#include "../math/detail/rank_cholesky.hpp"
#include "../math/order.hpp"
#include "../math/values.hpp"
#include "../metrics/survival_rows.hpp"

namespace loyal {

/// What a log-rank test weighs event times by: n at risk, S the pooled Kaplan-Meier estimate just before.
enum class LogRankWeight {
  log_rank,     ///< 1: best against proportional hazards
  wilcoxon,     ///< n: Gehan and Breslow; looks at early differences
  tarone_ware,  ///< sqrt(n)
  fleming_harrington,  ///< S^rho (1 - S)^gamma; rho = 1, gamma = 0 is Peto and Peto's, R's survdiff(rho = 1)
};

/// Which log-rank test log_rank_test() does.
struct LogRankOptions {
  LogRankWeight weight = LogRankWeight::log_rank;  ///< of event times
  double rho = 1;    ///< of fleming_harrington: early differences; finite, >= 0
  double gamma = 0;  ///< of fleming_harrington: late differences; finite, >= 0
};

/// What a log-rank test found.
struct LogRankResult : ChiSquareTest {
  std::vector<std::int32_t> groups;  ///< rising; the following are in their order
  std::vector<double> observed;      ///< events, times the test's weights
  std::vector<double> expected;      ///< the same, were all groups alike
  Matrix<double> covariance;         ///< of observed - expected
};

/// Log-rank test that groups share one survival function, of any number of groups.
///
///   U_g = sum_k w_k (d_gk - d_k n_gk / n_k)
///   V_gh = sum_k w_k^2 d_k (n_k - d_k) / (n_k - 1)  n_gk / n_k (1(g = h) - n_hk / n_k)
///   statistic = U^T V^- U, chi-square with groups - 1 degrees of freedom
///
///   time, event   rows; event 1, or 0: censored
///   group         rows
///   rows          strata (sums inside each, added up), entries, weights, which count as so many rows
///
/// @throws DataError for values that cannot be used; ShapeError if sizes differ; OptionError for options out of range.
/// Source: Mantel, Cancer Chemotherapy Reports 50, 1966; weights of Fleming & Harrington, Counting Processes and
/// Survival Analysis, 1991, section 7.2. Cost: O(n log n + times groups^2).
///
///     const std::vector<std::int32_t> group{0, 0, 1, 1};
///     const auto test = loyal::log_rank_test({1, 2, 3, 4}, {1, 1, 1, 1}, group);
///     if (test.observed[0] != 2 || std::abs(test.expected[0] - (2.0 / 4 + 1.0 / 3)) > 1e-15) return 1;
inline LogRankResult log_rank_test(const Values& time, const Values& event,
                                   std::span<const std::int32_t> group,
                                   const SurvivalRows& rows = {},
                                   const LogRankOptions& options = {}) {
  const char* const where = "log_rank_test";
  detail::expect_survival(where, time, event, rows);
  detail::expect_size(where, "the number of groups", group.size(), time.size());
  detail::expect_option(where, "rho", options.rho, options.rho >= 0 && std::isfinite(options.rho),
                        ">= 0");
  detail::expect_option(where, "gamma", options.gamma,
                        options.gamma >= 0 && std::isfinite(options.gamma), ">= 0");
  LogRankResult result;
  result.groups.assign(group.begin(), group.end());
  std::sort(result.groups.begin(), result.groups.end());
  result.groups.erase(std::unique(result.groups.begin(), result.groups.end()), result.groups.end());
  const std::size_t count = result.groups.size();
  const auto size = static_cast<Index>(count);
  const auto group_of = [&](Index i) {
    const auto found = std::lower_bound(result.groups.begin(), result.groups.end(),
                                        group[static_cast<std::size_t>(i)]);
    return static_cast<std::size_t>(found - result.groups.begin());
  };
  const auto weight_of = [&](Index i) {
    return rows.weight.empty() ? 1.0 : rows.weight[static_cast<std::size_t>(i)];
  };
  const auto stratum = [&](Index i) {
    return rows.stratum.empty() ? 0 : rows.stratum[static_cast<std::size_t>(i)];
  };
  auto order = detail::ascending_order(time);
  auto entered = detail::ascending_order(rows.entry);
  if (!rows.stratum.empty()) {
    const auto by_stratum = [&](Index a, Index b) { return stratum(a) < stratum(b); };
    std::stable_sort(order.begin(), order.end(), by_stratum);
    std::stable_sort(entered.begin(), entered.end(), by_stratum);
  }

  result.observed.assign(count, 0.0);
  result.expected.assign(count, 0.0);
  result.covariance = Matrix<double>::Zero(size, size);
  std::vector<double> at_risk(count);
  std::vector<double> deaths(count);
  std::size_t next_entry = 0;
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    const auto here = stratum(order[begin]);
    std::fill(at_risk.begin(), at_risk.end(), 0.0);
    for (end = begin; end < order.size() && stratum(order[end]) == here; ++end)
      if (rows.entry.empty()) at_risk[group_of(order[end])] += weight_of(order[end]);
    double s = 1;
    for (std::size_t i = begin; i < end;) {
      const double now = time[order[i]];
      for (; next_entry < entered.size() && stratum(entered[next_entry]) == here &&
             rows.entry[static_cast<std::size_t>(entered[next_entry])] < now;
           ++next_entry)
        at_risk[group_of(entered[next_entry])] += weight_of(entered[next_entry]);
      std::fill(deaths.begin(), deaths.end(), 0.0);
      std::size_t after = i;
      double d = 0;
      double n = 0;
      for (const double part : at_risk) n += part;
      for (; after < end && time[order[after]] == now; ++after)
        if (event[order[after]] == 1) {
          deaths[group_of(order[after])] += weight_of(order[after]);
          d += weight_of(order[after]);
        }
      if (d > 0) {
        double w = 1;
        if (options.weight == LogRankWeight::wilcoxon) w = n;
        if (options.weight == LogRankWeight::tarone_ware) w = std::sqrt(n);
        if (options.weight == LogRankWeight::fleming_harrington)
          w = std::pow(s, options.rho) * std::pow(1 - s, options.gamma);
        const double spread = n > 1 ? w * w * d * (n - d) / (n - 1) : 0;
        for (std::size_t g = 0; g < count; ++g) {
          const double share = at_risk[g] / n;
          result.observed[g] += w * deaths[g];
          result.expected[g] += w * d * share;
          for (std::size_t h = 0; h < count; ++h)
            result.covariance(static_cast<Index>(g), static_cast<Index>(h)) +=
                spread * share * ((g == h ? 1 : 0) - at_risk[h] / n);
        }
        s *= std::max(0.0, 1 - d / n);
      }
      for (; i < after; ++i) at_risk[group_of(order[i])] -= weight_of(order[i]);
    }
  }

  // The last group's difference follows from the others'.
  const Index free = size - 1;
  Vector<double> difference(free);
  for (Index g = 0; g < free; ++g)
    difference[g] =
        result.observed[static_cast<std::size_t>(g)] - result.expected[static_cast<std::size_t>(g)];
  const Matrix<double> v = result.covariance.topLeftCorner(free, free);
  const detail::RankCholesky<double> factors(v, v.diagonal(), 1e-11);
  static_cast<ChiSquareTest&>(result) =
      detail::chi_square_test(difference.dot(factors.solve(difference)), factors.rank());
  return result;
}

}  // namespace loyal
