// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/functions.hpp"
#include "../math/order.hpp"
#include "../math/values.hpp"

namespace loyal {
namespace detail {

/// Labels 0 or 1, one score each, optional weights: checked, or DataError / ShapeError.
inline void expect_binary(const char* where, const Values& labels, const Values& scores) {
  expect_some(where, "labels", labels);
  expect_size(where, "the number of scores", scores.size(), labels.size());
  for (Index i = 0; i < labels.size(); ++i) {
    if (labels[i] != 0 && labels[i] != 1)
      fail<DataError>(where, "labels[" + std::to_string(i) + "]", labels[i], "0 or 1");
    if (std::isnan(scores[i]))
      fail<DataError>(where, "scores[" + std::to_string(i) + "]", scores[i], "a number");
  }
}

inline void expect_probabilities(const char* where, const Values& probabilities) {
  for (Index i = 0; i < probabilities.size(); ++i)
    if (!(probabilities[i] >= 0 && probabilities[i] <= 1))
      fail<DataError>(where, "probabilities[" + std::to_string(i) + "]", probabilities[i],
                      "in [0, 1]");
}

/// Positives and negatives (by weight) with a score of at least each distinct score, highest first.
/// Row 0 stands for a threshold above all scores. All curves and areas are read off this table.
struct ThresholdTable {
  std::vector<double> threshold{std::numeric_limits<double>::infinity()};
  std::vector<double> true_positives{0.0};
  std::vector<double> false_positives{0.0};

  [[nodiscard]] std::size_t size() const noexcept { return threshold.size(); }
  [[nodiscard]] double positives() const { return true_positives.back(); }
  [[nodiscard]] double negatives() const { return false_positives.back(); }

  ThresholdTable(const char* where, const Values& labels, const Values& scores,
                 const Values& weights) {
    expect_binary(where, labels, scores);
    const SampleWeights weight(where, weights, labels.size());
    const std::vector<Index> order = descending_order(scores);
    double positives = 0;
    double negatives = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const double score = scores[order[i]];
      (labels[order[i]] == 1 ? positives : negatives) += weight[order[i]];
      if (i + 1 < order.size() && scores[order[i + 1]] == score) continue;
      threshold.push_back(score);
      true_positives.push_back(positives);
      false_positives.push_back(negatives);
    }
  }

  void expect_positives(const char* where) const {
    if (!(positives() > 0))
      fail<DataError>(where, "labels", "of one class only", "some labels that are 1");
  }
  void expect_both_classes(const char* where) const {
    expect_positives(where);
    if (!(negatives() > 0))
      fail<DataError>(where, "labels", "of one class only", "some labels that are 0");
  }
};

}  // namespace detail

/// Area under the ROC curve: the chance that a random positive scores above a random negative.
///
///   AUC = P(s+ > s-) + P(s+ = s-) / 2, exactly, ties included
///
/// | argument | size | meaning |
/// |---|---|---|
/// | labels | n | 0 or 1 |
/// | scores | n | any numbers, higher for 1 |
/// | weights | n or none | importance of each sample, >= 0 |
/// @throws DataError if there are no samples, only one class, labels other than 0 and 1, or NaN;
///   ShapeError if sizes differ. So do all functions of this header.
/// Source: Hanley & McNeil, Radiology 143(1), 1982. Cost: one sort.
///
///     if (loyal::roc_auc({0, 0, 1, 1}, {0.1, 0.4, 0.35, 0.8}) != 0.75) return 1;
inline double roc_auc(const Values& labels, const Values& scores, const Values& weights = {}) {
  const detail::ThresholdTable table("roc_auc", labels, scores, weights);
  table.expect_both_classes("roc_auc");
  double area = 0;
  for (std::size_t i = 1; i < table.size(); ++i)
    area += (table.false_positives[i] - table.false_positives[i - 1]) *
            (table.true_positives[i] + table.true_positives[i - 1]) / 2;
  return area / (table.positives() * table.negatives());
}

/// Points of a ROC curve from (0, 0) to (1, 1), one for each distinct score.
struct ROCCurve {
  std::vector<double> false_positive_rate;
  std::vector<double> true_positive_rate;
  std::vector<double> threshold;  ///< samples that score at least this are called positive
};

/// The ROC curve of scores; arguments and errors as for roc_auc().
///
///     const auto curve = loyal::roc_curve({0, 1}, {0.2, 0.7});
///     if (curve.true_positive_rate[1] != 1 || curve.false_positive_rate[1] != 0) return 1;
inline ROCCurve roc_curve(const Values& labels, const Values& scores, const Values& weights = {}) {
  detail::ThresholdTable table("roc_curve", labels, scores, weights);
  table.expect_both_classes("roc_curve");
  const double positives = table.positives();
  const double negatives = table.negatives();
  for (double& x : table.false_positives) x /= negatives;
  for (double& x : table.true_positives) x /= positives;
  return {std::move(table.false_positives), std::move(table.true_positives),
          std::move(table.threshold)};
}

/// Points of a precision-recall curve, one for each distinct score, by rising recall.
struct PrecisionRecallCurve {
  std::vector<double> recall;
  std::vector<double> precision;
  std::vector<double> threshold;
};

/// The precision-recall curve of scores; arguments and errors as for roc_auc(). It starts at recall
/// 0 with precision 1, where nobody is called positive.
inline PrecisionRecallCurve precision_recall_curve(const Values& labels, const Values& scores,
                                                   const Values& weights = {}) {
  detail::ThresholdTable table("precision_recall_curve", labels, scores, weights);
  table.expect_positives("precision_recall_curve");
  PrecisionRecallCurve curve;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double called = table.true_positives[i] + table.false_positives[i];
    curve.recall.push_back(table.true_positives[i] / table.positives());
    curve.precision.push_back(called > 0 ? table.true_positives[i] / called : 1.0);
  }
  curve.threshold = std::move(table.threshold);
  return curve;
}

/// Area under the precision-recall curve as average precision: sum of (R_i - R_(i-1)) P_i.
///
/// Arguments and errors as for roc_auc(), but labels may all be 1.
/// Source: scikit-learn's average_precision_score, which does not interpolate.
///
///     if (std::abs(loyal::pr_auc({0, 0, 1, 1}, {0.1, 0.4, 0.35, 0.8}) - 5.0 / 6) > 1e-15) return
///     1;
inline double pr_auc(const Values& labels, const Values& scores, const Values& weights = {}) {
  const auto curve = precision_recall_curve(labels, scores, weights);
  double area = 0;
  for (std::size_t i = 1; i < curve.recall.size(); ++i)
    area += (curve.recall[i] - curve.recall[i - 1]) * curve.precision[i];
  return area;
}

/// Kolmogorov-Smirnov statistic: the largest distance between both classes' score distributions.
/// Arguments and errors as for roc_auc().
inline double ks_statistic(const Values& labels, const Values& scores, const Values& weights = {}) {
  const auto curve = roc_curve(labels, scores, weights);
  double largest = 0;
  for (std::size_t i = 0; i < curve.threshold.size(); ++i)
    largest =
        std::max(largest, std::abs(curve.true_positive_rate[i] - curve.false_positive_rate[i]));
  return largest;
}

/// Weight of samples by label and by what they are called.
///
/// A ratio without any sample to count, as the precision when nobody is called positive, is 0.
///
///     const auto table = loyal::confusion({0, 0, 1, 1}, {0.1, 0.6, 0.4, 0.8});
///     if (table.accuracy() != 0.5 || table.f1() != 0.5 || table.mcc() != 0) return 1;
struct Confusion {
  double true_positives = 0;
  double false_positives = 0;
  double true_negatives = 0;
  double false_negatives = 0;

  [[nodiscard]] double total() const noexcept {
    return true_positives + false_positives + true_negatives + false_negatives;
  }
  [[nodiscard]] double accuracy() const { return ratio(true_positives + true_negatives, total()); }
  [[nodiscard]] double precision() const {
    return ratio(true_positives, true_positives + false_positives);
  }
  [[nodiscard]] double recall() const {
    return ratio(true_positives, true_positives + false_negatives);
  }
  [[nodiscard]] double specificity() const {
    return ratio(true_negatives, true_negatives + false_positives);
  }
  [[nodiscard]] double balanced_accuracy() const { return (recall() + specificity()) / 2; }
  [[nodiscard]] double f1() const { return f_beta(1); }
  /// Harmonic mean of precision and recall that counts recall @p beta times as much; beta >= 0.
  [[nodiscard]] double f_beta(double beta) const {
    const double b = beta * beta;
    return ratio((1 + b) * true_positives,
                 (1 + b) * true_positives + b * false_negatives + false_positives);
  }
  /// Matthews' correlation of label and call, in [-1, 1].
  [[nodiscard]] double mcc() const {
    const double called = true_positives + false_positives;
    const double positives = true_positives + false_negatives;
    return ratio(true_positives * true_negatives - false_positives * false_negatives,
                 std::sqrt(called) * std::sqrt(positives) * std::sqrt(total() - called) *
                     std::sqrt(total() - positives));
  }

 private:
  static double ratio(double part, double whole) { return whole > 0 ? part / whole : 0.0; }
};

/// Counts the samples, called positive if they score at least @p threshold.
/// Labels may be of one class only; other errors as for roc_auc().
inline Confusion confusion(const Values& labels, const Values& scores, double threshold = 0.5,
                           const Values& weights = {}) {
  detail::expect_binary("confusion", labels, scores);
  const detail::SampleWeights weight("confusion", weights, labels.size());
  Confusion counts;
  for (Index i = 0; i < labels.size(); ++i) {
    const bool called = scores[i] >= threshold;
    if (labels[i] == 1)
      (called ? counts.true_positives : counts.false_negatives) += weight[i];
    else
      (called ? counts.false_positives : counts.true_negatives) += weight[i];
  }
  return counts;
}

/// A threshold and the F1 it reaches.
struct BestThreshold {
  double threshold;
  double f1;
};

/// The score at which calling samples positive gives the best F1; of equally good ones the highest.
/// Arguments and errors as for pr_auc().
inline BestThreshold best_f1_threshold(const Values& labels, const Values& scores,
                                       const Values& weights = {}) {
  const detail::ThresholdTable table("best_f1_threshold", labels, scores, weights);
  table.expect_positives("best_f1_threshold");
  BestThreshold best{table.threshold[0], 0};
  for (std::size_t i = 1; i < table.size(); ++i) {
    const double f1 = 2 * table.true_positives[i] /
                      (table.positives() + table.true_positives[i] + table.false_positives[i]);
    if (f1 > best.f1) best = {table.threshold[i], f1};
  }
  return best;
}

/// Mean negative log-likelihood of labels (0 or 1) under probabilities of 1.
///
///   -(y log p + (1 - y) log(1 - p)), with p first moved into [epsilon, 1 - epsilon]
///
/// One wrong certainty would otherwise be infinite: with the default, at most 34.5 a sample. From a
/// network, log_loss_from_logits() needs no such limit.
/// @throws DataError also for probabilities outside [0, 1]. Labels may be of one class only.
///
///     if (std::abs(loyal::log_loss({1, 0}, {0.5, 0.5}) - std::log(2.0)) > 1e-15) return 1;
inline double log_loss(const Values& labels, const Values& probabilities,
                       const Values& weights = {}, double epsilon = 1e-15) {
  detail::expect_binary("log_loss", labels, probabilities);
  detail::expect_probabilities("log_loss", probabilities);
  detail::expect_option("log_loss", "epsilon", epsilon, epsilon >= 0 && epsilon < 0.5,
                        "in [0, 0.5)");
  const detail::SampleWeights weight("log_loss", weights, labels.size());
  double sum = 0;
  for (Index i = 0; i < labels.size(); ++i) {
    // log1p(-p) keeps the digits of a small p; 1 - epsilon is the same limit seen from 1's side.
    const double p = probabilities[i];
    const double likely = labels[i] == 1 ? std::log(std::max(p, epsilon))
                                         : std::max(std::log1p(-p), std::log(epsilon));
    sum -= weight[i] * likely;
  }
  return sum / weight.total();
}

/// The same from logits, log(p / (1 - p)), without any clipping: log(1 + exp(-z)) or log(1 +
/// exp(z)).
inline double log_loss_from_logits(const Values& labels, const Values& logits,
                                   const Values& weights = {}) {
  detail::expect_binary("log_loss_from_logits", labels, logits);
  const detail::SampleWeights weight("log_loss_from_logits", weights, labels.size());
  double sum = 0;
  for (Index i = 0; i < labels.size(); ++i)
    sum += weight[i] * softplus(labels[i] == 1 ? -logits[i] : logits[i]);
  return sum / weight.total();
}

/// Brier score: mean (p - y)^2. Errors as for log_loss().
/// Source: Brier, Monthly Weather Review 78(1), 1950.
inline double brier_score(const Values& labels, const Values& probabilities,
                          const Values& weights = {}) {
  detail::expect_binary("brier_score", labels, probabilities);
  detail::expect_probabilities("brier_score", probabilities);
  const detail::SampleWeights weight("brier_score", weights, labels.size());
  double sum = 0;
  for (Index i = 0; i < labels.size(); ++i)
    sum += weight[i] * (probabilities[i] - labels[i]) * (probabilities[i] - labels[i]);
  return sum / weight.total();
}

}  // namespace loyal
