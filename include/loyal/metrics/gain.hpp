// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../math/values.hpp"
#include "classification.hpp"

namespace loyal {

/// What contacting the best-scored share of all samples reaches of the positives.
struct GainCurve {
  std::vector<double> contacted;  ///< share of all samples, rising from 0 to 1
  std::vector<double> gain;       ///< share of all positives among them, rising from 0 to 1

  /// Share of the positives among the best-scored @p fraction (in [0, 1]); within samples of the
  /// same score, what a random choice among them reaches on average.
  [[nodiscard]] double at(double fraction) const {
    detail::expect_option("GainCurve::at", "fraction", fraction, fraction >= 0 && fraction <= 1,
                          "in [0, 1]");
    const auto above = std::upper_bound(contacted.begin(), contacted.end(), fraction);
    if (above == contacted.end()) return gain.back();
    const auto i = static_cast<std::size_t>(above - contacted.begin());
    const double share = (fraction - contacted[i - 1]) / (contacted[i] - contacted[i - 1]);
    return gain[i - 1] + share * (gain[i] - gain[i - 1]);
  }
};

/// The cumulative gain curve of scores; arguments and errors as for roc_auc(), labels may all be 1.
///
///     const auto curve = loyal::gain_curve({1, 0, 1, 0}, {0.9, 0.1, 0.8, 0.3});
///     if (curve.at(0.25) != 0.5 || curve.at(0.5) != 1) return 1;
inline GainCurve gain_curve(const Values& labels, const Values& scores,
                            const Values& weights = {}) {
  const detail::ThresholdTable table("gain_curve", labels, scores, weights);
  table.expect_positives("gain_curve");
  GainCurve curve;
  const double total = table.positives() + table.negatives();
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double contacted = (table.true_positives[i] + table.false_positives[i]) / total;
    if (i > 0 && contacted == curve.contacted.back()) continue;  // samples without weight
    curve.contacted.push_back(contacted);
    curve.gain.push_back(table.true_positives[i] / table.positives());
  }
  return curve;
}

/// How many times more positives the best-scored samples hold than a random choice of as many.
struct LiftCurve {
  std::vector<double> contacted;  ///< share of all samples, rising to 1
  std::vector<double> lift;       ///< gain / contacted; 1 at the end
};

/// The lift curve of scores; arguments and errors as for gain_curve().
inline LiftCurve lift_curve(const Values& labels, const Values& scores,
                            const Values& weights = {}) {
  auto gain = gain_curve(labels, scores, weights);
  LiftCurve curve;
  for (std::size_t i = 1; i < gain.contacted.size(); ++i) {
    curve.contacted.push_back(gain.contacted[i]);
    curve.lift.push_back(gain.gain[i] / gain.contacted[i]);
  }
  return curve;
}

/// Lift among the best-scored @p fraction of samples, in (0, 1]: "top decile lift" at 0.1.
/// @throws OptionError if fraction lies outside; else as gain_curve().
///
///     if (loyal::lift_at({1, 0, 0, 0}, {0.9, 0.1, 0.8, 0.3}, 0.25) != 4) return 1;
inline double lift_at(const Values& labels, const Values& scores, double fraction,
                      const Values& weights = {}) {
  detail::expect_option("lift_at", "fraction", fraction, fraction > 0 && fraction <= 1,
                        "in (0, 1]");
  return gain_curve(labels, scores, weights).at(fraction) / fraction;
}

/// Gini coefficient of a scorecard, 2 AUC - 1; arguments and errors as for roc_auc().
inline double gini(const Values& labels, const Values& scores, const Values& weights = {}) {
  return 2 * roc_auc(labels, scores, weights) - 1;
}

}  // namespace loyal
