// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../math/special.hpp"
#include "../math/statistics.hpp"
#include "../math/values.hpp"
#include "../metrics/survival_rows.hpp"

namespace loyal {

/// Nelson-Aalen estimate of the cumulative hazard H(t): expected events up to t for one who is watched all the time.
///
///   H(t) = sum over event times t_k <= t of  d_k / n_k,    variance = sum d_k / n_k^2
///
/// With split_ties the d_k of a time are taken to have come one after the other, as Fleming and Harrington: 1 / n_k +
/// 1 / (n_k - 1) + ..., which is nearer to the truth where times were rounded.
///
///   time, event, rows   as for KaplanMeier
///
/// @throws OptionError for options out of range; DataError for values that cannot be used; ShapeError if sizes
/// differ; NotFitted.
/// Source: Nelson, Technometrics 14, 1972; Aalen, Annals of Statistics 6, 1978; Fleming & Harrington, Communications in
/// Statistics A 13, 1984. The interval is symmetric in log H: Klein & Moeschberger, 2003, section 4.3. Cost: one sort.
///
///     loyal::NelsonAalen hazard;
///     hazard.fit({1, 2, 3, 4}, {1, 1, 0, 1});
///     if (std::abs(hazard.hazard(2.5) - (1.0 / 4 + 1.0 / 3)) > 1e-15) return 1;
class NelsonAalen {
 public:
  struct Options {
    double confidence = 0.95;  ///< of the band; in (0, 1)
    bool split_ties = false;   ///< tied events came one after the other
  };

  NelsonAalen() = default;
  explicit NelsonAalen(const Options& options) : options_(options) {
    detail::expect_option("NelsonAalen", "confidence", options.confidence,
                          options.confidence > 0 && options.confidence < 1, "in (0, 1)");
  }
  [[nodiscard]] const Options& options() const noexcept { return options_; }

  void fit(const Values& time, const Values& event, const SurvivalRows& rows = {}) {
    detail::expect_survival("NelsonAalen::fit", time, event, rows);
    detail::RiskTable table(time, event, rows);
    const double width = normal_quantile((1 + options_.confidence) / 2);
    NelsonAalen fresh(options_);
    double h = 0;
    double variance = 0;
    for (std::size_t k = 0; k < table.size(); ++k) {
      const double terms = options_.split_ties ? std::max(1.0, table.deaths[k]) : 1.0;
      const double each = table.events[k] / terms;
      for (double l = 0; l < terms && each > 0; ++l) {
        const double left = table.at_risk[k] - l * each;
        h += each / left;
        variance += each / (left * left);
      }
      const double error = std::sqrt(variance);
      fresh.hazard_.push_back(h);
      fresh.standard_error_.push_back(error);
      const double factor = h > 0 ? std::exp(width * error / h) : 1.0;
      fresh.lower_.push_back(h / factor);
      fresh.upper_.push_back(h * factor);
    }
    fresh.time_ = std::move(table.time);
    *this = std::move(fresh);
  }

  /// The distinct times, rising, and H with its standard error and interval at each.
  [[nodiscard]] const std::vector<double>& times() const noexcept { return time_; }
  [[nodiscard]] const std::vector<double>& hazard() const noexcept { return hazard_; }
  [[nodiscard]] const std::vector<double>& standard_error() const noexcept {
    return standard_error_;
  }
  [[nodiscard]] const std::vector<double>& lower() const noexcept { return lower_; }
  [[nodiscard]] const std::vector<double>& upper() const noexcept { return upper_; }

  /// H(t), with its interval; 0 before the first time, constant after the last.
  [[nodiscard]] Interval at(double t) const {
    if (time_.empty())
      detail::fail<NotFitted>("NelsonAalen", "the curve", "not fitted", "a call of fit()");
    if (std::isnan(t)) detail::fail<DataError>("NelsonAalen::at", "t", t, "a number");
    const auto next = std::upper_bound(time_.begin(), time_.end(), t);
    if (next == time_.begin()) return {0, 0, 0};
    const auto k = static_cast<std::size_t>(next - time_.begin()) - 1;
    return {lower_[k], hazard_[k], upper_[k]};
  }
  [[nodiscard]] double hazard(double t) const { return at(t).estimate; }

 private:
  Options options_;
  std::vector<double> time_, hazard_, standard_error_, lower_, upper_;
};

}  // namespace loyal
