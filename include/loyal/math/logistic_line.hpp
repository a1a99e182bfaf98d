// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>

#include "../core/types.hpp"
#include "functions.hpp"
#include "values.hpp"

namespace loyal::detail {

/// p(x) = sigmoid(slope x + intercept).
struct LogisticLine {
  double slope = 0;
  double intercept = 0;
  bool converged = false;
};

/// Most likely line for targets in [0, 1] at points x, by Newton's method with backtracking.
///
/// Where the targets are 0 and 1 and x separates them there is no finite maximum; the line then
/// comes back steep, about as steep as the likelihood can still tell. A constant x gets slope 0.
/// Source: Lin, Lin & Weng, Machine Learning 68(3), 2007, algorithm 1, on standardized x.
inline LogisticLine fit_logistic_line(const Values& x, const Values& targets,
                                      const SampleWeights& weights) {
  const Index n = x.size();
  double mean = 0;
  for (Index i = 0; i < n; ++i) mean += weights[i] * (x[i] / weights.total());
  double variance = 0;
  for (Index i = 0; i < n; ++i)
    variance += weights[i] / weights.total() * (x[i] - mean) * (x[i] - mean);
  const double deviation = std::sqrt(variance);
  const double scale = deviation > 1e-14 * std::abs(mean) ? 1 / deviation : 0;
  const auto standardized = [&](Index i) { return (x[i] - mean) * scale; };

  double share = 0;
  for (Index i = 0; i < n; ++i) share += weights[i] / weights.total() * targets[i];
  double slope = 0;
  double intercept = logit(std::clamp(share, 1e-12, 1 - 1e-12));

  // Mean cross-entropy: t softplus(-z) + (1 - t) softplus(z) = softplus(z) - t z.
  const auto loss = [&](double a, double b) {
    double sum = 0;
    for (Index i = 0; i < n; ++i) {
      const double z = a * standardized(i) + b;
      sum += weights[i] * (softplus(z) - targets[i] * z);
    }
    return sum / weights.total();
  };

  LogisticLine line;
  double value = loss(slope, intercept);
  for (int iteration = 0; iteration < 100 && !line.converged; ++iteration) {
    double ga = 0;
    double gb = 0;
    double haa = 1e-12;
    double hab = 0;
    double hbb = 1e-12;
    for (Index i = 0; i < n; ++i) {
      const double u = standardized(i);
      const double p = sigmoid(slope * u + intercept);
      const double w = weights[i] / weights.total();
      const double curvature = w * p * (1 - p);
      ga += w * (p - targets[i]) * u;
      gb += w * (p - targets[i]);
      haa += curvature * u * u;
      hab += curvature * u;
      hbb += curvature;
    }
    line.converged = std::max(std::abs(ga), std::abs(gb)) < 1e-10;
    if (line.converged) break;
    const double determinant = haa * hbb - hab * hab;
    const double da = -(hbb * ga - hab * gb) / determinant;
    const double db = -(haa * gb - hab * ga) / determinant;
    double step = 1;
    for (; step > 1e-10; step /= 2) {
      const double next = loss(slope + step * da, intercept + step * db);
      if (next < value + 1e-4 * step * (ga * da + gb * db)) {
        value = next;
        slope += step * da;
        intercept += step * db;
        break;
      }
    }
    if (step <= 1e-10) {  // rounding hides any further gain
      line.converged = std::max(std::abs(ga), std::abs(gb)) < 1e-6;
      break;
    }
  }
  line.slope = slope * scale;
  line.intercept = intercept - slope * scale * mean;
  return line;
}

}  // namespace loyal::detail
