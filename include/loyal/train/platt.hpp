// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/parameters.hpp"
#include "../core/types.hpp"
#include "../math/functions.hpp"
#include "../math/logistic_line.hpp"
#include "../math/values.hpp"

namespace loyal {

/// Platt scaling: probabilities from scores through a fitted logistic curve.
///
///   P(y = 1 | s) = sigmoid(slope s + intercept)
///
/// Fit it on samples that the model behind the scores was not trained on. As in Platt's method the
/// labels are first drawn toward 1/2 by their numbers, (N+ + 1) / (N+ + 2) and 1 / (N- + 2), so
/// that separable scores do not become certainties. Source: Platt, Advances in Large Margin
/// Classifiers, 1999; Lin, Lin & Weng, Machine Learning 68(3), 2007, for the algorithm. Cost: some
/// ten passes over the samples.
///
///     const std::vector<double> scores{-2, -1, -0.5, 0.5, 1, 2};
///     const std::vector<int> labels{0, 0, 1, 0, 1, 1};
///     loyal::PlattScaling platt;
///     platt.fit(scores, labels);
///     if (platt.predict_proba(2.0) < 0.6 || platt.predict_proba(-2.0) > 0.4) return 1;
class PlattScaling {
 public:
  /// Learns the curve from scores (n), labels 0 or 1 (n) and optional weights (n).
  /// @throws DataError for empty, not finite or other values, or labels of one class only;
  ///   ShapeError if sizes differ.
  void fit(const Values& scores, const Values& labels, const Values& weights = {}) {
    const char* where = "PlattScaling::fit";
    detail::expect_some(where, "scores", scores);
    detail::expect_size(where, "the number of labels", labels.size(), scores.size());
    detail::expect_finite(where, "scores", scores);
    const detail::SampleWeights weight(where, weights, scores.size());
    double positives = 0;
    for (Index i = 0; i < labels.size(); ++i) {
      if (labels[i] != 0 && labels[i] != 1)
        detail::fail<DataError>(where, "labels[" + std::to_string(i) + "]", labels[i], "0 or 1");
      positives += labels[i] * weight[i];
    }
    const double negatives = weight.total() - positives;
    if (!(positives > 0) || !(negatives > 0))
      detail::fail<DataError>(where, "labels", "of one class only", "some 0 and some 1");
    std::vector<double> targets;
    for (const double label : labels)
      targets.push_back(label == 1 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2));
    const auto line = detail::fit_logistic_line(scores, targets, weight);
    coefficients_.resize(2);
    coefficients_[0] = line.slope;
    coefficients_[1] = line.intercept;
  }

  /// Probability of label 1 for one score.
  /// @throws NotFitted before fit().
  [[nodiscard]] double predict_proba(double score) const {
    return sigmoid(slope() * score + intercept());
  }
  /// Probabilities (n) of label 1 for scores (n).
  [[nodiscard]] Vector<double> predict_proba(const Values& scores) const {
    Vector<double> probabilities(scores.size());
    for (Index i = 0; i < scores.size(); ++i) probabilities[i] = predict_proba(scores[i]);
    return probabilities;
  }

  [[nodiscard]] double slope() const { return coefficient(0); }
  [[nodiscard]] double intercept() const { return coefficient(1); }

  /// @throws FormatError if what was read from a file is no curve.
  void check() const {
    if (coefficients_.size() != 2 || !std::isfinite(slope()) || !std::isfinite(intercept()))
      detail::fail<FormatError>("PlattScaling", "the file", "damaged", "two finite coefficients");
  }

  template <class F, class... M>
  static void for_each_parameter(F&& f, M&... m) {
    f(buffer("coefficients"), m.coefficients_...);
  }

 private:
  [[nodiscard]] double coefficient(Index i) const {
    if (coefficients_.size() != 2)
      throw NotFitted("PlattScaling: not fitted yet, call fit() or load it first");
    return coefficients_[i];
  }

  Vector<double> coefficients_;  // slope, intercept
};

}  // namespace loyal
