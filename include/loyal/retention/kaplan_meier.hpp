// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "../core/error.hpp"
#include "../math/special.hpp"
#include "../math/statistics.hpp"
#include "../math/values.hpp"
#include "../metrics/survival_rows.hpp"

namespace loyal {

/// The scale on which an interval about a survival probability is symmetric.
enum class SurvivalBand {
  plain,    ///< S itself, cut to [0, 1]
  log,      ///< log S: R's default
  log_log,  ///< log(-log S): stays inside (0, 1)
};

namespace detail {

/// S moved by @p shift, standard errors of log S, on the scale of the band.
inline double moved_survival(SurvivalBand band, double s, double shift) {
  if (s <= 0 || s >= 1) return s;
  switch (band) {
    case SurvivalBand::plain:
      return std::clamp(s + s * shift, 0.0, 1.0);
    case SurvivalBand::log:
      return std::min(1.0, s * std::exp(shift));
    default:
      return std::pow(s, std::exp(shift / std::log(s)));
  }
}

}  // namespace detail

/// A mean time and its standard error.
struct RestrictedMean {
  double value = 0;
  double standard_error = 0;
};

/// Kaplan-Meier estimate of the survival function S(t) = P(no event up to t).
///
///   S(t) = prod over event times t_k <= t of  1 - d_k / n_k
///   variance = S(t)^2 sum d_k / (n_k (n_k - d_k))        (Greenwood)
///
///   time     rows: until the event, or until the row was last watched
///   event    rows: 1, or 0: censored
///   rows     entries (left truncation) and weights, which count as so many rows
///
/// The estimate stands at each distinct time, of events or censoring. With late entry the first risk sets can be
/// tiny, and S stays 0 once all of them had their event.
/// @throws OptionError for options out of range; DataError for values that cannot be used; ShapeError if sizes
/// differ; NotFitted.
/// Source: Kaplan & Meier, JASA 53, 1958; intervals as Klein & Moeschberger, Survival Analysis, 2nd ed., 2003,
/// sections 4.2 to 4.5; quantiles' as Brookmeyer & Crowley, Biometrics 38, 1982. Cost: one sort.
///
///     loyal::KaplanMeier curve;
///     curve.fit({6, 6, 6, 7, 10}, {1, 1, 0, 1, 0});
///     if (std::abs(curve.survival(6.5) - 0.6) > 1e-15 || curve.median() != 7) return 1;
///     if (curve.restricted_mean(7).value != 6 + 0.6) return 2;
class KaplanMeier {
 public:
  struct Options {
    double confidence = 0.95;                   ///< of the bands; in (0, 1)
    SurvivalBand band = SurvivalBand::log_log;  ///< scale of the bands
  };

  KaplanMeier() = default;
  explicit KaplanMeier(const Options& options) : options_(options) {
    detail::expect_option("KaplanMeier", "confidence", options.confidence,
                          options.confidence > 0 && options.confidence < 1, "in (0, 1)");
  }
  [[nodiscard]] const Options& options() const noexcept { return options_; }

  void fit(const Values& time, const Values& event, const SurvivalRows& rows = {}) {
    detail::expect_survival("KaplanMeier::fit", time, event, rows);
    detail::RiskTable table(time, event, rows);
    const double width = normal_quantile((1 + options_.confidence) / 2);
    KaplanMeier fresh(options_);
    double s = 1;
    double greenwood = 0;  // variance of log S
    for (std::size_t k = 0; k < table.size(); ++k) {
      if (table.events[k] > 0) {
        const double left = std::max(0.0, table.at_risk[k] - table.events[k]);
        s *= left / table.at_risk[k];
        greenwood += table.events[k] / (table.at_risk[k] * left);
      }
      const double deviation = s > 0 ? std::sqrt(greenwood) : 0;  // of log S
      fresh.survival_.push_back(s);
      fresh.standard_error_.push_back(s * deviation);
      fresh.lower_.push_back(detail::moved_survival(options_.band, s, -width * deviation));
      fresh.upper_.push_back(detail::moved_survival(options_.band, s, width * deviation));
    }
    fresh.time_ = std::move(table.time);
    fresh.at_risk_ = std::move(table.at_risk);
    fresh.events_ = std::move(table.events);
    *this = std::move(fresh);
  }

  /// The distinct times, rising, and at each of them: who was at risk just before, who had the event, S and its
  /// standard error and interval. Where S is 0 its variance is not known: the error is 0, as is the interval.
  [[nodiscard]] const std::vector<double>& times() const noexcept { return time_; }
  [[nodiscard]] const std::vector<double>& at_risk() const noexcept { return at_risk_; }
  [[nodiscard]] const std::vector<double>& events() const noexcept { return events_; }
  [[nodiscard]] const std::vector<double>& survival() const noexcept { return survival_; }
  [[nodiscard]] const std::vector<double>& standard_error() const noexcept {
    return standard_error_;
  }
  [[nodiscard]] const std::vector<double>& lower() const noexcept { return lower_; }
  [[nodiscard]] const std::vector<double>& upper() const noexcept { return upper_; }

  /// S(t), with its interval; 1 before the first time, constant after the last.
  [[nodiscard]] Interval at(double t) const {
    expect_fitted();
    if (std::isnan(t)) detail::fail<DataError>("KaplanMeier::at", "t", t, "a number");
    const auto next = std::upper_bound(time_.begin(), time_.end(), t);
    if (next == time_.begin()) return {1, 1, 1};
    const auto k = static_cast<std::size_t>(next - time_.begin()) - 1;
    return {lower_[k], survival_[k], upper_[k]};
  }
  [[nodiscard]] double survival(double t) const { return at(t).estimate; }

  /// The time by which a share @p p has had the event: the first with S <= 1 - p, or the middle of the stretch on
  /// which S = 1 - p exactly. Bounds are those of the band; infinite where it never falls so far.
  [[nodiscard]] Interval quantile(double p) const {
    expect_fitted();
    detail::expect_option("KaplanMeier::quantile", "p", p, p > 0 && p < 1, "in (0, 1)");
    return {crossing(lower_, 1 - p), crossing(survival_, 1 - p), crossing(upper_, 1 - p)};
  }
  [[nodiscard]] double median() const { return quantile(0.5).estimate; }

  /// Mean time until the event or @p until, whichever is first: the area below S.
  [[nodiscard]] RestrictedMean restricted_mean(double until) const {
    expect_fitted();
    detail::expect_option("KaplanMeier::restricted_mean", "until", until,
                          until >= 0 && std::isfinite(until), ">= 0");
    RestrictedMean mean;
    double variance = 0;
    double area = 0;  // from the time looked at up to `until`
    double end = until;
    for (std::size_t k = time_.size(); k-- > 0;) {
      if (time_[k] >= end) continue;
      area += survival_[k] * (end - time_[k]);
      end = time_[k];
      const double left = at_risk_[k] - events_[k];
      if (area > 0 && events_[k] > 0) variance += area * area * events_[k] / (at_risk_[k] * left);
    }
    mean.value = area + end;
    mean.standard_error = std::sqrt(variance);
    return mean;
  }

 private:
  void expect_fitted() const {
    if (time_.empty())
      detail::fail<NotFitted>("KaplanMeier", "the curve", "not fitted", "a call of fit()");
  }

  [[nodiscard]] double crossing(const std::vector<double>& curve, double level) const {
    const double slack = 1e-9;  // S is a product of quotients: 1/2 need not be exact
    std::size_t k = 0;
    while (k < curve.size() && curve[k] > level + slack) ++k;
    if (k == curve.size()) return std::numeric_limits<double>::infinity();
    std::size_t next = k;
    while (next < curve.size() && curve[next] >= level - slack) ++next;
    if (next == k || next == curve.size()) return time_[k];
    return (time_[k] + time_[next]) / 2;
  }

  Options options_;
  std::vector<double> time_, at_risk_, events_;
  std::vector<double> survival_, standard_error_, lower_, upper_;
};

}  // namespace loyal
