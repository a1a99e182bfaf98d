// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/types.hpp"
#include "../data/interactions.hpp"
#include "../math/sparse_product.hpp"
#include "../math/top_k.hpp"

namespace loyal {

/// X^T X of the interactions X, items x items: all a linear item model needs to know of its users.
///
/// Source: none, our own. Cost: sum over users of (items of the user)^2 additions; 8 or 12 bytes a pair of items that
/// share a user.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0, 2}, {0, 1, 3}, {1, 1, 1}};
///     const auto gram = loyal::item_gram<double>(loyal::Interactions(2, 2, pairs));
///     if (gram.coeff(0, 1) != 6 || gram.coeff(1, 1) != 10) return 1;
template <Scalar T>
[[nodiscard]] SparseMatrix<T> item_gram(const Interactions& train,
                                        const SparseProductOptions& options = {}) {
  const SparseMatrix<T> x = train.matrix<T>();
  const SparseMatrix<T> xt = x.transpose();
  std::vector<std::vector<std::pair<std::int32_t, T>>> rows(static_cast<std::size_t>(xt.rows()));
  product_rows(
      xt, x,
      [&](Index i, SparseSum<T>& sum) {
        auto& row = rows[static_cast<std::size_t>(i)];
        sum.drain([&](Index j, T value) { row.emplace_back(static_cast<std::int32_t>(j), value); });
      },
      options);
  return sparse_from_rows<T>(rows, xt.rows());
}

/// For one item at a time, the items that explain it best on their own, and the Gram matrix among them: what
/// remains of a linear model when only so many items may explain another.
///
///   item i is explained alone by j up to (g_ij - l1)^2 / (g_jj + l2), if g_ij > l1
///
/// With weights of free sign l1 selects nothing here: an item that has nothing in common with i may still
/// correct for others.
/// One object serves one thread.
/// Source: none, our own. Cost: an item, the Gram rows of its candidates are walked through once.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 1}, {1, 2}, {2, 0}, {2, 1}};
///     const auto gram = loyal::item_gram<double>(loyal::Interactions(3, 3, pairs));
///     loyal::ItemNeighborhood<double> near(gram);
///     near.gather(0, 1, 0, 1);
///     if (near.items() != std::vector<std::int32_t>{1} || near.gram()(0, 0) != 3 || near.target()[0] != 2) return 1;
template <Scalar T>
class ItemNeighborhood {
 public:
  explicit ItemNeighborhood(const SparseMatrix<T>& gram)
      : all_(gram), diagonal_(gram.rows()), place_(static_cast<std::size_t>(gram.rows()), -1) {
    for (Index i = 0; i < gram.rows(); ++i) diagonal_[i] = gram.coeff(i, i);
  }

  /// Finds the @p count best candidates for an item (0: all there are) and their Gram matrix.
  void gather(Index item, Index count, T l1, T l2, bool nonnegative = true) {
    const auto row = sparse_row(all_, item);
    const T least = nonnegative ? l1 : T(0);
    best_.clear();
    for (std::size_t e = 0; e < row.columns.size(); ++e) {
      const Index j = row.columns[e];
      const T g = nonnegative ? row.values[e] : std::abs(row.values[e]);
      if (j != item && g > least)
        best_.push_back({j, (g - least) * (g - least) / (diagonal_[j] + l2)});
    }
    if (count == 0 && !nonnegative) {
      best_.clear();
      for (Index j = 0; j < all_.rows(); ++j)
        if (j != item) best_.push_back({j, T(0)});
    }
    if (count > 0 && std::cmp_greater(best_.size(), count)) {
      std::nth_element(best_.begin(), best_.begin() + count, best_.end(), detail::RanksBefore{});
      best_.resize(static_cast<std::size_t>(count));
    }
    items_.clear();
    for (const auto& [j, unused] : best_) items_.push_back(static_cast<std::int32_t>(j));
    std::sort(items_.begin(), items_.end());
    const auto size = static_cast<Index>(items_.size());
    gram_.setZero(size, size);
    target_.setZero(size);
    for (Index a = 0; a < size; ++a)
      place_[static_cast<std::size_t>(items_[static_cast<std::size_t>(a)])] =
          static_cast<std::int32_t>(a);
    for (std::size_t e = 0; e < row.columns.size(); ++e)
      if (const auto a = place_[static_cast<std::size_t>(row.columns[e])]; a >= 0)
        target_[a] = row.values[e];
    for (Index a = 0; a < size; ++a) {
      const auto other = sparse_row(all_, items_[static_cast<std::size_t>(a)]);
      T* const to = &gram_(a, 0);
      for (std::size_t e = 0; e < other.columns.size(); ++e)
        if (const auto b = place_[static_cast<std::size_t>(other.columns[e])]; b >= 0)
          to[b] = other.values[e];
    }
    for (const auto j : items_) place_[static_cast<std::size_t>(j)] = -1;
  }

  /// The candidates, ascending.
  [[nodiscard]] const std::vector<std::int32_t>& items() const noexcept { return items_; }
  /// Gram matrix among them.
  [[nodiscard]] const Matrix<T>& gram() const noexcept { return gram_; }
  /// Their products with the item.
  [[nodiscard]] const Vector<T>& target() const noexcept { return target_; }

 private:
  const SparseMatrix<T>& all_;
  Vector<T> diagonal_;
  std::vector<std::int32_t> place_;  // where an item is among the candidates, or -1
  std::vector<Scored<T>> best_;
  std::vector<std::int32_t> items_;
  Matrix<T> gram_;
  Vector<T> target_;
};

}  // namespace loyal
