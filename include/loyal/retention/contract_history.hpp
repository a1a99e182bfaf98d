// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/values.hpp"

namespace loyal {

/// When customers with a contract did not renew it: how many left at each renewal, how many are with us still.
///
/// A duration t = 1, 2, ... counts renewals: who left at the t-th did not renew then; who stays after t has renewed
/// each time. Histories of several cohorts add up.
/// Source: Fader & Hardie, Journal of Interactive Marketing 21(1), 2007.
///
///     const auto cohort = loyal::ContractHistory::of_survivors({1000, 869, 743});
///     if (cohort.lost[0] != 131 || cohort.lost[1] != 126 || cohort.kept[1] != 743) return 1;
struct ContractHistory {
  std::vector<double> lost = {};  ///< lost[t - 1]: left at the t-th renewal
  std::vector<double> kept = {};  ///< kept[t - 1]: watched until after the t-th, and still there

  /// From the number of customers at the start and after each renewal, of one cohort.
  /// @throws DataError unless these are at least two, finite, >= 0 and never rise.
  static ContractHistory of_survivors(const Values& survivors) {
    const char* where = "ContractHistory::of_survivors";
    if (survivors.size() < 2)
      detail::fail<DataError>(where, "the number of values", survivors.size(), ">= 2");
    detail::expect_finite(where, "survivors", survivors);
    ContractHistory history;
    history.resize(static_cast<std::size_t>(survivors.size()) - 1);
    for (Index t = 1; t < survivors.size(); ++t) {
      if (!(survivors[t] >= 0 && survivors[t] <= survivors[t - 1]))
        detail::fail<DataError>(where, detail::concatenate("survivors[", t, "]"), survivors[t],
                                detail::concatenate("in [0, ", survivors[t - 1], "]"));
      history.lost[static_cast<std::size_t>(t - 1)] = survivors[t - 1] - survivors[t];
    }
    history.kept.back() = survivors[survivors.size() - 1];
    return history;
  }

  /// From customers: @p durations in renewals, @p left 1 if it ended then and 0 if they are still there.
  /// @throws DataError unless durations are whole, in [1, 1e6], and left is 0 or 1; ShapeError if sizes differ.
  static ContractHistory of_durations(const Values& durations, const Values& left,
                                      const Values& weights = {}) {
    const char* where = "ContractHistory::of_durations";
    detail::expect_size(where, "the size of left", left.size(), durations.size());
    detail::expect_some(where, "durations", durations);
    const detail::SampleWeights weight(where, weights, durations.size());
    ContractHistory history;
    for (Index i = 0; i < durations.size(); ++i) {
      const double t = durations[i];
      if (!(t >= 1 && t <= 1e6) || t != std::floor(t))
        detail::fail<DataError>(where, detail::concatenate("durations[", i, "]"), t,
                                "a whole number in [1, 1e6]");
      if (left[i] != 0 && left[i] != 1)
        detail::fail<DataError>(where, detail::concatenate("left[", i, "]"), left[i], "0 or 1");
      const auto period = static_cast<std::size_t>(t);
      if (history.lost.size() < period) history.resize(period);
      (left[i] == 1 ? history.lost : history.kept)[period - 1] += weight[i];
    }
    return history;
  }

  /// Adds the customers of another cohort.
  ContractHistory& operator+=(const ContractHistory& other) {
    if (lost.size() < other.lost.size()) resize(other.lost.size());
    for (std::size_t i = 0; i < other.lost.size(); ++i) {
      lost[i] += other.lost[i];
      kept[i] += other.kept[i];
    }
    return *this;
  }

  /// Number of customers.
  [[nodiscard]] double size() const noexcept {
    double total = 0;
    for (const double n : lost) total += n;
    for (const double n : kept) total += n;
    return total;
  }

 private:
  void resize(std::size_t periods) {
    lost.resize(periods);
    kept.resize(periods);
  }
};

namespace detail {

/// @throws DataError unless counts are usable and someone was watched.
inline void expect_contracts(const char* where, const ContractHistory& history) {
  expect_size(where, "the size of kept", history.kept.size(), history.lost.size());
  for (const auto* counts : {&history.lost, &history.kept})
    for (const double n : *counts)
      if (!(n >= 0) || std::isinf(n))
        fail<DataError>(where, "a number of customers", n, "finite and >= 0");
  if (!(history.size() > 0)) fail<DataError>(where, "the number of customers", 0, "> 0");
}

}  // namespace detail
}  // namespace loyal
