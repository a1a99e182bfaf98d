// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/error.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "values.hpp"

namespace loyal {

/// Draws index i with probability weight[i] / (sum of weights), in constant time.
///
/// The n weights are packed into n columns of equal height that hold at most two indices each; a draw
/// takes one random number, whose upper part chooses the column and lower part the side.
/// Source: Walker, ACM TOMS 3(3), 1977; built in linear time as Vose, IEEE TSE 17(9), 1991.
/// Cost: build O(n); a draw: one random number, one cache line.
///
///     const loyal::AliasTable table({1, 0, 3});
///     loyal::Rng rng{1};
///     int twos = 0;
///     for (int i = 0; i < 1000; ++i) twos += table.sample(rng) == 2 ? 1 : 0;
///     if (twos < 700 || twos > 800) return 1;
class AliasTable {
 public:
  /// @throws DataError if there are no weights, one is negative, NaN or infinite, or all are 0.
  explicit AliasTable(const Values& weights) {
    detail::expect_some("AliasTable", "weights", weights);
    const double total = detail::SampleWeights("AliasTable", weights, weights.size()).total();
    const auto n = static_cast<std::size_t>(weights.size());
    columns_.resize(n);

    // Heights in units of a column: below 1 they need a second index, from 1 on they can give to others.
    std::vector<double> height(n);
    std::vector<std::size_t> small;
    std::vector<std::size_t> large;
    std::size_t heaviest = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double weight = weights[static_cast<Index>(i)];
      height[i] = weight / total * static_cast<double>(n);
      (height[i] < 1 ? small : large).push_back(i);
      if (height[i] > height[heaviest]) heaviest = i;
    }
    while (!small.empty() && !large.empty()) {
      const std::size_t low = small.back();
      const std::size_t high = large.back();
      small.pop_back();
      columns_[low] = {threshold(height[low]), static_cast<Index>(high)};
      height[high] -= 1 - height[low];
      if (height[high] >= 1) continue;
      large.pop_back();
      small.push_back(high);
    }
    for (const std::size_t i : large) columns_[i] = {threshold(1), static_cast<Index>(i)};
    // Left over through rounding: full columns, but never of an index that must not be drawn.
    for (const std::size_t i : small)
      columns_[i] = {0, static_cast<Index>(weights[static_cast<Index>(i)] > 0 ? i : heaviest)};
  }

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(columns_.size()); }

  [[nodiscard]] Index sample(Rng& rng) const noexcept {
    const auto [column, place] = detail::multiply_wide(rng(), columns_.size());
    const Column& c = columns_[column];
    return place < c.threshold ? static_cast<Index>(column) : c.alias;
  }

  /// Probability of index i as the table has it, up to rounding its weight's share; O(n).
  /// @throws ShapeError if i is not an index.
  [[nodiscard]] double probability(Index i) const {
    if (i < 0 || i >= size())
      detail::fail<ShapeError>("AliasTable::probability", "i", i,
                               "in 0 .. " + std::to_string(size() - 1));
    double columns = 0;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const double own = static_cast<double>(columns_[c].threshold) * 0x1p-64;
      if (static_cast<Index>(c) == i) columns += own;
      if (columns_[c].alias == i) columns += 1 - own;
    }
    return columns / static_cast<double>(columns_.size());
  }

 private:
  struct Column {
    std::uint64_t threshold;  ///< below it the column's own index, from it on the alias; of 2^64
    Index alias;
  };

  static std::uint64_t threshold(double height) {
    const double scaled = height * 0x1p64;
    return scaled < 0x1p64 ? static_cast<std::uint64_t>(scaled) : ~std::uint64_t{0};
  }

  std::vector<Column> columns_;
};

}  // namespace loyal
