// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/types.hpp"
#include "../data/interactions.hpp"
#include "../math/sparse_product.hpp"
#include "item_gram.hpp"
#include "item_weights.hpp"

namespace loyal {

/// Sparse linear method: each item is explained by few others, through an elastic net.
///
///   min over w >= 0, w_i = 0 of  1/2 |x_i - X w|^2 + l2/2 |w|^2 + l1 |w|_1,   w = column i of W
///   score(user, i) = sum over the user's items j of value_j W_ji
///
/// Coordinate descent on X^T X with an active set: after a pass over all candidates those with a weight are
/// repeated until still, then all are looked at again. Where values and weights are >= 0, an item whose
/// product with i is at most l1 never gets a weight, so that leaving it out loses nothing.
/// @throws DataError without users or items.
/// Source: Ning & Karypis, ICDM 2011; Friedman, Hastie & Tibshirani, Journal of Statistical Software 33(1), 2010.
/// Cost: X^T X (see item_gram), then an item the square of its neighbors, some times; items are shared among
/// threads.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 1}, {3, 2}};
///     loyal::SLIM<double> model({.l1 = 0.1, .l2 = 0.1});
///     model.fit(loyal::Interactions(4, 3, pairs));
///     if (model.recommend(2, 1)[0].index != 0 || !model.converged()) return 1;
template <Scalar T>
class SLIM : public ItemWeightRecommender<SLIM<T>, T, SparseItemWeights<T>> {
 public:
  struct Options {
    double l1 = 1;            ///< pulls weights to exactly 0, >= 0
    double l2 = 10;           ///< pulls weights towards 0, > 0
    bool nonnegative = true;  ///< whether weights may not be negative, as in the paper
    Index neighbors = 300;    ///< items that may explain one; 0: all
    double tolerance = 1e-4;  ///< a pass that moves no weight by more ends, > 0
    int passes = 200;         ///< over the candidates of an item at most, >= 1
    int threads = 0;          ///< at most; 0: as many as the machine has
  };

  SLIM() = default;
  explicit SLIM(const Options& options) : options_(options) {
    detail::expect_option("SLIM", "l1", options.l1, options.l1 >= 0, ">= 0");
    detail::expect_option("SLIM", "l2", options.l2, options.l2 > 0, "> 0");
    detail::expect_option("SLIM", "neighbors", options.neighbors, options.neighbors >= 0, ">= 0");
    detail::expect_option("SLIM", "tolerance", options.tolerance, options.tolerance > 0, "> 0");
    detail::expect_option("SLIM", "passes", options.passes, options.passes >= 1, ">= 1");
  }

  void fit(const Interactions& train) {
    this->expect_usable("SLIM::fit", train);
    const auto gram = item_gram<T>(train, {.threads = options_.threads});
    std::vector<std::vector<std::pair<std::int32_t, T>>> columns(
        static_cast<std::size_t>(train.items()));
    std::atomic<bool> converged = true;
    parallel_for(train.items(),
                 {.threads = options_.threads, .grain = std::max<Index>(1, train.items() / 128)},
                 [&](Index begin, Index end) {
                   ItemNeighborhood<T> near(gram);
                   for (Index item = begin; item < end; ++item) {
                     near.gather(item, options_.neighbors, static_cast<T>(options_.l1),
                                 static_cast<T>(options_.l2), options_.nonnegative);
                     if (!descend(near, columns[static_cast<std::size_t>(item)])) converged = false;
                   }
                 });
    Interactions copy = train;
    this->weights_.rows = sparse_from_rows<T>(columns, train.items()).transpose();
    this->train_ = std::move(copy);
    converged_ = converged;
  }

  /// Whether the last fit() ended before its number of passes, for all items.
  [[nodiscard]] bool converged() const noexcept { return converged_; }

 private:
  bool descend(const ItemNeighborhood<T>& near,
               std::vector<std::pair<std::int32_t, T>>& column) const {
    const auto l1 = static_cast<T>(options_.l1);
    const auto l2 = static_cast<T>(options_.l2);
    const Matrix<T>& gram = near.gram();
    const Index size = gram.rows();
    Vector<T> w = Vector<T>::Zero(size);
    Vector<T> left = near.target();  // X_j^T (x_i - X w)
    const auto update = [&](Index j) {
      const T own = gram(j, j);
      const T z = left[j] + own * w[j];
      T fresh = z > l1 ? (z - l1) / (own + l2) : T(0);
      if (!options_.nonnegative && z < -l1) fresh = (z + l1) / (own + l2);
      const T change = fresh - w[j];
      if (change == 0) return T(0);
      w[j] = fresh;
      left -= change * gram.row(j).transpose();
      return std::abs(change);
    };
    std::vector<Index> active;
    bool still = false;
    for (int pass = 0; pass < options_.passes;) {
      T most = 0;
      for (Index j = 0; j < size; ++j) most = std::max(most, update(j));
      ++pass;
      if (most <= static_cast<T>(options_.tolerance)) {
        still = true;
        break;
      }
      active.clear();
      for (Index j = 0; j < size; ++j)
        if (w[j] != 0) active.push_back(j);
      for (; pass < options_.passes && most > static_cast<T>(options_.tolerance); ++pass) {
        most = 0;
        for (const Index j : active) most = std::max(most, update(j));
      }
    }
    for (Index j = 0; j < size; ++j)
      if (w[j] != 0) column.emplace_back(near.items()[static_cast<std::size_t>(j)], w[j]);
    return still;
  }

  Options options_;
  bool converged_ = false;
};

static_assert(Recommender<SLIM<float>>);

}  // namespace loyal
