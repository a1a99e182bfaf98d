// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/functions.hpp"
#include "../math/logistic_line.hpp"
#include "../math/order.hpp"
#include "../math/values.hpp"
#include "classification.hpp"

namespace loyal {

/// How probabilities are put into bins: as many equal intervals of [0, 1], or as equal numbers of
/// samples.
enum class Binning { equal_width, equal_count };

/// What was said and what came true, bin by bin; bins without samples are left out.
struct ReliabilityCurve {
  std::vector<double> predicted;  ///< mean probability in the bin
  std::vector<double> observed;   ///< share of label 1 in the bin
  std::vector<double> weight;     ///< weight of the samples in the bin

  /// Expected calibration error: mean distance of predicted and observed, weighted by samples.
  [[nodiscard]] double expected_error() const {
    double sum = 0;
    double total = 0;
    for (std::size_t i = 0; i < weight.size(); ++i) {
      sum += weight[i] * std::abs(predicted[i] - observed[i]);
      total += weight[i];
    }
    return sum / total;
  }
  /// Maximum calibration error: the largest distance of a bin.
  [[nodiscard]] double maximum_error() const {
    double largest = 0;
    for (std::size_t i = 0; i < weight.size(); ++i)
      largest = std::max(largest, std::abs(predicted[i] - observed[i]));
    return largest;
  }
};

struct ReliabilityOptions {
  int bins = 10;  ///< number of bins at most, >= 1
  /// Equal width shows the whole range; equal count gives each bin the same certainty.
  Binning binning = Binning::equal_width;
};

/// Reliability curve of probabilities for labels 0 or 1, with optional sample weights.
///
/// Equal width: bin k of b holds [k / b, (k + 1) / b), the last one also 1. Equal count: samples in
/// the order of their probabilities are cut into pieces of equal weight; equal probabilities stay
/// together.
/// @throws DataError for empty data, labels other than 0 and 1, probabilities outside [0, 1];
///   ShapeError if sizes differ; OptionError for bins < 1.
/// Source: Naeini, Cooper & Hauskrecht, AAAI 2015, for both errors. Cost: one sort.
///
///     const auto curve = loyal::reliability_curve({0, 1, 1, 1}, {0.25, 0.25, 0.75, 0.75}, {.bins =
///     2}); if (curve.expected_error() != 0.25 || curve.observed[1] != 1) return 1;
inline ReliabilityCurve reliability_curve(const Values& labels, const Values& probabilities,
                                          const ReliabilityOptions& options = {},
                                          const Values& weights = {}) {
  const char* where = "reliability_curve";
  detail::expect_option(where, "bins", options.bins, options.bins >= 1, ">= 1");
  detail::expect_binary(where, labels, probabilities);
  detail::expect_probabilities(where, probabilities);
  const detail::SampleWeights weight(where, weights, labels.size());

  const std::vector<Index> order = detail::ascending_order(probabilities);

  ReliabilityCurve curve;
  int current = -1;
  double before = 0;  // weight of all samples with smaller probabilities
  for (std::size_t i = 0; i < order.size();) {
    const double p = probabilities[order[i]];
    const double place = options.binning == Binning::equal_width ? p : before / weight.total();
    const int bin = std::min(static_cast<int>(place * options.bins), options.bins - 1);
    double group = 0;
    double positives = 0;
    for (; i < order.size() && probabilities[order[i]] == p; ++i) {
      group += weight[order[i]];
      positives += weight[order[i]] * labels[order[i]];
    }
    before += group;
    if (group == 0) continue;
    if (bin != current) {
      curve.predicted.push_back(0);
      curve.observed.push_back(0);
      curve.weight.push_back(0);
      current = bin;
    }
    curve.predicted.back() += group * p;
    curve.observed.back() += positives;
    curve.weight.back() += group;
  }
  for (std::size_t i = 0; i < curve.weight.size(); ++i) {
    curve.predicted[i] /= curve.weight[i];
    curve.observed[i] /= curve.weight[i];
  }
  return curve;
}

/// Expected calibration error over equal bins of [0, 1]; arguments as for reliability_curve().
inline double expected_calibration_error(const Values& labels, const Values& probabilities,
                                         const ReliabilityOptions& options = {},
                                         const Values& weights = {}) {
  return reliability_curve(labels, probabilities, options, weights).expected_error();
}

/// How probabilities would have to be bent: sigmoid(slope logit(p) + intercept).
/// A slope below 1 means too extreme, an intercept above 0 (at slope 1) too low.
struct CalibrationLine {
  double slope;
  double intercept;
};

/// Calibration slope and intercept, 1 and 0 for probabilities that need no repair.
///
/// Probabilities are first moved into [1e-12, 1 - 1e-12]. Errors as for reliability_curve(), and
/// DataError for labels of one class only.
/// Source: Cox, Biometrika 45(3-4), 1958. Cost: some ten passes over the samples.
inline CalibrationLine calibration_line(const Values& labels, const Values& probabilities,
                                        const Values& weights = {}) {
  const char* where = "calibration_line";
  detail::expect_binary(where, labels, probabilities);
  detail::expect_probabilities(where, probabilities);
  const detail::SampleWeights weight(where, weights, labels.size());
  double positives = 0;
  for (Index i = 0; i < labels.size(); ++i) positives += weight[i] * labels[i];
  if (!(positives > 0) || !(positives < weight.total()))
    detail::fail<DataError>(where, "labels", "of one class only", "some 0 and some 1");
  std::vector<double> logits;
  for (const double p : probabilities) logits.push_back(logit(std::clamp(p, 1e-12, 1 - 1e-12)));
  const auto line = detail::fit_logistic_line(logits, labels, weight);
  return {line.slope, line.intercept};
}

}  // namespace loyal
