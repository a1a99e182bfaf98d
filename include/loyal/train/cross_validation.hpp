// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../data/split.hpp"

namespace loyal {

/// Scores of a model on the folds of a cross-validation.
struct CrossValidation {
  std::vector<double> scores;  ///< one a fold

  [[nodiscard]] double mean() const {
    double sum = 0;
    for (const double s : scores) sum += s;
    return sum / static_cast<double>(scores.size());
  }
  /// Standard deviation over folds, divided by n as scikit-learn's tables do; 0 for one fold.
  [[nodiscard]] double deviation() const {
    const double center = mean();
    double sum = 0;
    for (const double s : scores) sum += (s - center) * (s - center);
    return std::sqrt(sum / static_cast<double>(scores.size()));
  }
};

/// Fits and scores a model once for each fold, on the other folds' rows.
///
///   splits                        as k_fold(), stratified_k_fold() or group_k_fold() make them
///   fit_and_score(train, test)    fits on the rows `train`, returns the score on the rows `test`
///
/// @throws DataError without a split, or if one has no rows to train or to test on.
/// Source: Stone, JRSS B 36, 1974. Cost: that of fit_and_score, once a fold.
///
///     const auto cv = loyal::cross_validate(loyal::k_fold(10, 5, 1), [](const auto& train, const auto& test) {
///       return double(train.size() + test.size());
///     });
///     if (cv.scores.size() != 5 || cv.mean() != 10 || cv.deviation() != 0) return 1;
template <class F>
CrossValidation cross_validate(const std::vector<Split>& splits, F&& fit_and_score) {
  if (splits.empty()) detail::fail<DataError>("cross_validate", "the number of folds", 0, ">= 1");
  for (const Split& split : splits)
    if (split.train.empty() || split.test.empty())
      detail::fail<DataError>("cross_validate", "a fold", "empty", "rows to train and to test on");
  CrossValidation result;
  for (const Split& split : splits)
    result.scores.push_back(
        fit_and_score(std::span<const Index>(split.train), std::span<const Index>(split.test)));
  return result;
}

}  // namespace loyal
