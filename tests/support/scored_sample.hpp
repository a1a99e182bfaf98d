// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <vector>

namespace loyal::testing {

/// Forty labels, scores with ties, and weights, for which scikit-learn 1.2.1 gave the numbers in
/// the tests of metrics and calibrators. In NumPy:
///   i = arange(40); y = (i*i*7 + 3*i + 1) % 11 < 4
///   s = round((i*37 + 11) % 41 / 41 * 0.7 + 0.3 * y * (i % 5) / 5, 2); w = 1 + i % 4 / 2
struct ScoredSample {
  std::vector<int> labels;
  std::vector<double> scores;
  std::vector<double> weights;
};

inline ScoredSample scored_sample() {
  ScoredSample sample;
  for (int i = 0; i < 40; ++i) {
    const int y = (i * i * 7 + 3 * i + 1) % 11 < 4 ? 1 : 0;
    const double s = (i * 37 + 11) % 41 / 41.0 * 0.7 + 0.3 * y * (i % 5) / 5.0;
    sample.labels.push_back(y);
    sample.scores.push_back(std::round(s * 100) / 100);
    sample.weights.push_back(1 + i % 4 / 2.0);
  }
  return sample;
}

}  // namespace loyal::testing
