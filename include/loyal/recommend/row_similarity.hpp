// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../data/interactions.hpp"

namespace loyal {

/// How alike two rows of interactions are, two items by their users or two users by their items.
enum class RowMeasure {
  cosine,   ///< of their values
  jaccard,  ///< share of the columns of either that both have; values do not count
  tf_idf,   ///< cosine of sqrt(value) log((1 + rows) / (1 + rows that have the column))
  bm25,     ///< dot product of values saturated and cut for long rows, times the same logarithm
  graph,  ///< sum of x_a x_b / (rows that have the column), over the root of both rows' numbers of columns: two
          ///< steps in the graph, in which a column that many rows share says little
};

/// Weighs rows so that their similarity is a dot product over a size:
///
///   cosine, tf_idf   dot / (|a| |b| + shrinkage)
///   jaccard          dot / (n_a + n_b - dot + shrinkage)
///   bm25             dot
///   graph            dot / (sqrt(n_a n_b) + shrinkage)
///
/// with n the number of a row's columns. Shrinkage pulls what rests on few columns towards 0.
/// @throws DataError for negative values with tf_idf or bm25.
/// Source: Sarwar et al., WWW 2001 (cosine); Robertson & Zaragoza, Foundations and Trends in IR 3(4), 2009 (BM25,
/// k1 = 1.2, b = 0.75); Shen et al., CIKM 2021 (graph). Cost: linear to build and to weigh.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 1}};
///     const loyal::RowSimilarity<double> alike({2, 2, pairs}, loyal::RowMeasure::jaccard, 0);
///     if (alike(1, alike.size({}, 2), alike.size({}, 1)) != 0.5) return 1;
template <Scalar T>
class RowSimilarity {
 public:
  RowSimilarity() = default;
  RowSimilarity(const Interactions& rows, RowMeasure measure, double shrinkage)
      : measure_(measure),
        shrinkage_(static_cast<T>(shrinkage)),
        mean_length_(static_cast<double>(rows.size()) /
                     static_cast<double>(std::max<Index>(1, rows.users()))),
        factors_(static_cast<std::size_t>(rows.items()), 0.0) {
    if (measure == RowMeasure::tf_idf || measure == RowMeasure::bm25)
      for (const float value : rows.all_values())
        if (value < 0)
          detail::fail<DataError>("RowSimilarity", "a value", value, ">= 0 with tf_idf and bm25");
    for (const auto column : rows.all_items()) factors_[static_cast<std::size_t>(column)] += 1;
    const double all = 1 + static_cast<double>(rows.users());
    for (double& factor : factors_)
      factor = measure == RowMeasure::graph ? 1 / std::sqrt(std::max(1.0, factor))
                                            : std::log(all / (1 + factor));
  }

  /// The weights of a row of which some columns are @p columns; @p values one each, or nothing for ones.
  [[nodiscard]] std::vector<T> weigh(std::span<const std::int32_t> columns,
                                     std::span<const float> values) const {
    constexpr double k1 = 1.2;
    constexpr double b = 0.75;
    std::vector<T> weights(columns.size());
    const double length = mean_length_ > 0 ? static_cast<double>(columns.size()) / mean_length_ : 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const double x = values.empty() ? 1 : static_cast<double>(values[i]);
      const double factor = factors_[static_cast<std::size_t>(columns[i])];
      double weight = x;
      if (measure_ == RowMeasure::jaccard) weight = 1;
      if (measure_ == RowMeasure::tf_idf) weight = std::sqrt(std::max(0.0, x)) * factor;
      if (measure_ == RowMeasure::bm25)
        weight = x <= 0 ? 0 : x * (k1 + 1) / (x + k1 * (1 - b + b * length)) * factor;
      if (measure_ == RowMeasure::graph) weight = x * factor;
      weights[i] = static_cast<T>(weight);
    }
    return weights;
  }

  /// What similarity divides by, of a row with these weights and so many columns.
  [[nodiscard]] T size(std::span<const T> weights, std::size_t columns) const {
    if (measure_ == RowMeasure::jaccard) return static_cast<T>(columns);
    if (measure_ == RowMeasure::graph) return std::sqrt(static_cast<T>(columns));
    double squares = 0;
    for (const T w : weights) squares += static_cast<double>(w) * static_cast<double>(w);
    return static_cast<T>(std::sqrt(squares));
  }

  /// Similarity of two rows of sizes a and b whose weights have this dot product; 0 where they share nothing.
  [[nodiscard]] T operator()(T dot, T a, T b) const {
    if (measure_ == RowMeasure::bm25) return dot;
    const T below = measure_ == RowMeasure::jaccard ? a + b - dot : a * b;
    return below > 0 ? dot / (below + shrinkage_) : T(0);
  }

 private:
  RowMeasure measure_ = RowMeasure::cosine;
  T shrinkage_ = 0;
  double mean_length_ = 0;
  std::vector<double> factors_;  // one a column
};

}  // namespace loyal
