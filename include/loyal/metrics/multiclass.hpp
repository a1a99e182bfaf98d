// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/values.hpp"

namespace loyal {
namespace detail {

inline void expect_classes(const char* where, const char* what, const Values& labels,
                           Index classes) {
  for (Index i = 0; i < labels.size(); ++i)
    if (!(labels[i] >= 0 && labels[i] < static_cast<double>(classes)) ||
        labels[i] != std::floor(labels[i]))
      fail<DataError>(where, std::string(what) + "[" + std::to_string(i) + "]", labels[i],
                      "a whole number in 0 .. " + std::to_string(classes - 1));
}

}  // namespace detail

/// What was predicted (column) for each true class (row), by weight.
struct ClassTable {
  Matrix<double> counts;  ///< classes x classes

  [[nodiscard]] double accuracy() const {
    double right = 0;
    double all = 0;
    for (Index c = 0; c < counts.rows(); ++c) {
      right += counts(c, c);
      all += occurring_and_predicted(c);
    }
    return 2 * right / all;
  }
  /// F1 of one class against all others; 0 if it neither occurs nor is predicted.
  [[nodiscard]] double f1(Index c) const {
    const double both = occurring_and_predicted(c);
    return both > 0 ? 2 * counts(c, c) / both : 0.0;
  }
  /// Mean F1 of the classes that occur or are predicted.
  [[nodiscard]] double macro_f1() const {
    double sum = 0;
    Index classes = 0;
    for (Index c = 0; c < counts.rows(); ++c) {
      if (occurring_and_predicted(c) == 0) continue;
      sum += f1(c);
      ++classes;
    }
    return sum / static_cast<double>(classes);
  }

 private:
  [[nodiscard]] double occurring_and_predicted(Index c) const {
    double sum = 0;
    for (Index k = 0; k < counts.rows(); ++k) sum += counts(c, k) + counts(k, c);
    return sum;
  }
};

/// Counts true and predicted classes 0 .. classes - 1, with optional sample weights.
/// @throws DataError for empty data or other labels; ShapeError if sizes differ.
///
///     const auto table = loyal::class_table({0, 1, 2, 2}, {0, 1, 1, 2}, 3);
///     if (table.accuracy() != 0.75 || table.f1(0) != 1) return 1;
inline ClassTable class_table(const Values& labels, const Values& predicted, Index classes,
                              const Values& weights = {}) {
  const char* where = "class_table";
  detail::expect_option(where, "classes", classes, classes >= 1, ">= 1");
  detail::expect_some(where, "labels", labels);
  detail::expect_size(where, "the number of predictions", predicted.size(), labels.size());
  detail::expect_classes(where, "labels", labels, classes);
  detail::expect_classes(where, "predicted", predicted, classes);
  const detail::SampleWeights weight(where, weights, labels.size());
  ClassTable table{Matrix<double>::Zero(classes, classes)};
  for (Index i = 0; i < labels.size(); ++i)
    table.counts(static_cast<Index>(labels[i]), static_cast<Index>(predicted[i])) += weight[i];
  return table;
}

/// Share of samples whose class is among the k best scores (n x classes) of its row.
///
/// k = 1 is the accuracy. Of equal scores the class with the smaller index counts as better.
/// @throws DataError for empty data, labels that are no column, or NaN; ShapeError if sizes differ;
///   OptionError for k < 1.
template <class Derived>
double top_k_accuracy(const Values& labels, const Eigen::MatrixBase<Derived>& scores, Index k = 1,
                      const Values& weights = {}) {
  const char* where = "top_k_accuracy";
  detail::expect_option(where, "k", k, k >= 1, ">= 1");
  detail::expect_some(where, "labels", labels);
  detail::expect_size(where, "the number of score rows", scores.rows(), labels.size());
  detail::expect_classes(where, "labels", labels, scores.cols());
  const detail::SampleWeights weight(where, weights, labels.size());
  double sum = 0;
  for (Index i = 0; i < scores.rows(); ++i) {
    const auto label = static_cast<Index>(labels[i]);
    const auto own = scores(i, label);
    Index before = 0;
    for (Index c = 0; c < scores.cols(); ++c) {
      const auto score = scores(i, c);
      if (std::isnan(score))
        detail::fail<DataError>(where, "a score of row " + std::to_string(i), score, "a number");
      before += score > own || (score == own && c < label) ? 1 : 0;
    }
    if (before < k) sum += weight[i];
  }
  return sum / weight.total();
}

/// Mean -log of the probability (n x classes, rows summing to 1) that each sample's own class was given,
/// at least @p epsilon. Errors as for top_k_accuracy(), and DataError for probabilities outside [0, 1].
template <class Derived>
double multiclass_log_loss(const Values& labels, const Eigen::MatrixBase<Derived>& probabilities,
                           const Values& weights = {}, double epsilon = 1e-15) {
  const char* where = "multiclass_log_loss";
  detail::expect_some(where, "labels", labels);
  detail::expect_size(where, "the number of probability rows", probabilities.rows(), labels.size());
  detail::expect_classes(where, "labels", labels, probabilities.cols());
  const detail::SampleWeights weight(where, weights, labels.size());
  double sum = 0;
  for (Index i = 0; i < labels.size(); ++i) {
    const auto p = static_cast<double>(probabilities(i, static_cast<Index>(labels[i])));
    if (!(p >= 0 && p <= 1))
      detail::fail<DataError>(where, "a probability of row " + std::to_string(i), p, "in [0, 1]");
    sum -= weight[i] * std::log(std::max(p, epsilon));
  }
  return sum / weight.total();
}

}  // namespace loyal
