// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/error.hpp"
#include "../core/parameters.hpp"
#include "../core/types.hpp"
#include "../math/order.hpp"
#include "../math/values.hpp"

namespace loyal {

/// Isotonic regression: the rising function closest to the targets in weighted squares.
///
///   minimize sum of w_i (y_i - g(x_i))^2 over all g with g(a) <= g(b) for a <= b
///
/// Between the points it interpolates linearly, beyond them it stays at the ends' values. Samples
/// with the same x count as one with their mean. As a calibrator, fit it on scores and labels (0 or
/// 1) that the model was not trained on; it wants some hundred samples or more, where PlattScaling
/// needs few. Source: Ayer et al., Annals of Mathematical Statistics 26(4), 1955 (pool adjacent
/// violators); Zadrozny & Elkan, KDD 2002, for calibration. Cost: one sort and one pass; predict:
/// binary search.
///
///     loyal::IsotonicRegression isotonic;
///     isotonic.fit({1, 2, 3, 4}, {0, 2, 1, 5});
///     if (isotonic.predict(2.0) != 1.5 || isotonic.predict(3.5) != 3.25 || isotonic.predict(9.0)
///     != 5) return 1;
class IsotonicRegression {
 public:
  /// Learns the function from x (n), targets (n) and optional weights (n); weight 0 is left out.
  /// @throws DataError for empty or not finite values; ShapeError if sizes differ.
  void fit(const Values& x, const Values& targets, const Values& weights = {}) {
    const char* where = "IsotonicRegression::fit";
    detail::expect_some(where, "x", x);
    detail::expect_size(where, "the number of targets", targets.size(), x.size());
    detail::expect_finite(where, "x", x);
    detail::expect_finite(where, "targets", targets);
    const detail::SampleWeights weight(where, weights, x.size());

    std::vector<Index> order = detail::ascending_order(x);
    std::erase_if(order, [&](Index i) { return weight[i] == 0; });

    std::vector<Block> blocks;
    for (std::size_t i = 0; i < order.size();) {
      Block block{x[order[i]], x[order[i]], 0, 0};
      for (; i < order.size() && x[order[i]] == block.first; ++i)
        block.absorb(targets[order[i]], weight[order[i]]);
      // Pooling adjacent violators: a block that does not rise above the one before joins it.
      while (!blocks.empty() && blocks.back().mean >= block.mean) {
        block.first = blocks.back().first;
        block.absorb(blocks.back().mean, blocks.back().weight);
        blocks.pop_back();
      }
      blocks.push_back(block);
    }

    std::vector<double> x_of;
    std::vector<double> y_of;
    for (const Block& block : blocks) {  // both ends of each level are enough to interpolate
      x_of.push_back(block.first);
      y_of.push_back(block.mean);
      if (block.last == block.first) continue;
      x_of.push_back(block.last);
      y_of.push_back(block.mean);
    }
    x_.resize(static_cast<Index>(x_of.size()));
    y_.resize(x_.size());
    std::copy(x_of.begin(), x_of.end(), x_.data());
    std::copy(y_of.begin(), y_of.end(), y_.data());
  }

  /// The function at one point; NaN at NaN.
  /// @throws NotFitted before fit().
  [[nodiscard]] double predict(double x) const {
    if (x_.size() == 0)
      throw NotFitted("IsotonicRegression: not fitted yet, call fit() or load it first");
    if (std::isnan(x)) return x;
    const double* const above = std::upper_bound(x_.data(), x_.data() + x_.size(), x);
    const Index i = above - x_.data();
    if (i == 0) return y_[0];
    if (i == x_.size()) return y_[i - 1];
    const double share = (x - x_[i - 1]) / (x_[i] - x_[i - 1]);
    return y_[i - 1] + share * (y_[i] - y_[i - 1]);
  }
  /// The function at points (n).
  [[nodiscard]] Vector<double> predict(const Values& x) const {
    Vector<double> y(x.size());
    for (Index i = 0; i < x.size(); ++i) y[i] = predict(x[i]);
    return y;
  }
  /// predict(), under the name that classifiers' calibrators share.
  [[nodiscard]] double predict_proba(double score) const { return predict(score); }
  [[nodiscard]] Vector<double> predict_proba(const Values& scores) const { return predict(scores); }

  /// Points (x rising, y rising) between which predict() interpolates.
  [[nodiscard]] const Vector<double>& points_x() const noexcept { return x_; }
  [[nodiscard]] const Vector<double>& points_y() const noexcept { return y_; }

  /// @throws FormatError if what was read from a file is no such function.
  void check() const {
    bool rises = x_.size() > 0 && x_.size() == y_.size();
    for (Index i = 0; rises && i < x_.size(); ++i)
      rises = std::isfinite(x_[i]) && std::isfinite(y_[i]) &&
              (i == 0 || (x_[i] > x_[i - 1] && y_[i] >= y_[i - 1]));
    if (!rises)
      detail::fail<FormatError>("IsotonicRegression", "the file", "damaged", "rising points");
  }

  template <class F, class... M>
  static void for_each_parameter(F&& f, M&... m) {
    f(buffer("x"), m.x_...);
    f(buffer("y"), m.y_...);
  }

 private:
  struct Block {
    double first;
    double last;
    double mean;
    double weight;
    void absorb(double other_mean, double other_weight) {
      weight += other_weight;
      mean += (other_mean - mean) * (other_weight / weight);
    }
  };

  Vector<double> x_;
  Vector<double> y_;
};

}  // namespace loyal
