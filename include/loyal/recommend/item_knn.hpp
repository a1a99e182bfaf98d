// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../data/interactions.hpp"
#include "../math/sparse_product.hpp"
#include "item_weights.hpp"
#include "row_similarity.hpp"

namespace loyal {

/// Item-based nearest neighbors: "those who had this also had ...".
///
///   score(user, i) = sum over the user's items j of value_j W_ji
///   W_ji           = similarity of j and i where j is among the k items most similar to i, else 0
///
/// Similarities, see RowMeasure, are exact: all pairs of items that share a user are counted.
/// @throws DataError without users or items, or for negative values with tf_idf or bm25.
/// Source: Deshpande & Karypis, ACM TOIS 22(1), 2004, with neighbors chosen for each item to be scored.
/// Cost: sum over users of (items of the user)^2 additions, shared among threads; items x k weights.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 2}, {3, 0}};
///     loyal::ItemKNN<float> model({.neighbors = 2});
///     model.fit(loyal::Interactions(4, 3, pairs));
///     if (model.recommend(3, 1)[0].index != 1 || model.similar_items(2, 5).size() != 0) return 1;
template <Scalar T>
class ItemKNN : public ItemWeightRecommender<ItemKNN<T>, T, SparseItemWeights<T>> {
 public:
  struct Options {
    Index neighbors = 200;                    ///< weights kept for each item, >= 1
    RowMeasure measure = RowMeasure::cosine;  ///< of two items by their users
    double shrinkage = 0;                     ///< added below the fraction, >= 0
    int threads = 0;                          ///< at most; 0: as many as the machine has
  };

  ItemKNN() = default;
  explicit ItemKNN(const Options& options) : options_(options) {
    detail::expect_option("ItemKNN", "neighbors", options.neighbors, options.neighbors >= 1,
                          ">= 1");
    detail::expect_option("ItemKNN", "shrinkage", options.shrinkage, options.shrinkage >= 0,
                          ">= 0");
  }

  void fit(const Interactions& train) {
    this->expect_usable("ItemKNN::fit", train);
    const Interactions by_item = train.transposed();
    const RowSimilarity<T> alike(by_item, options_.measure, options_.shrinkage);
    SparseMatrix<T> rows = by_item.matrix<T>();
    std::vector<T> sizes;
    for (Index i = 0; i < rows.rows(); ++i) {
      const auto weights = alike.weigh(by_item.items_of(i), by_item.values_of(i));
      std::copy(weights.begin(), weights.end(), rows.valuePtr() + rows.outerIndexPtr()[i]);
      sizes.push_back(alike.size(weights, weights.size()));
    }
    const SparseMatrix<T> columns = rows.transpose();
    std::vector<std::vector<std::pair<std::int32_t, T>>> near(sizes.size());
    const auto k = static_cast<std::size_t>(std::min(options_.neighbors, train.items()));
    product_rows(rows, columns,
                 [&](Index i, SparseSum<T>& sum) {
                   auto& kept = near[static_cast<std::size_t>(i)];
                   std::vector<std::pair<std::int32_t, T>> all;
                   all.reserve(sum.size());
                   sum.drain([&](Index j, T dot) {
                     if (j != i && dot != 0)
                       all.emplace_back(static_cast<std::int32_t>(j),
                                        alike(dot, sizes[static_cast<std::size_t>(i)],
                                              sizes[static_cast<std::size_t>(j)]));
                   });
                   keep_best(k, all);
                   kept.assign(all.begin(), all.end());
                 },
                 {.threads = options_.threads});
    Interactions copy = train;
    this->weights_.rows = sparse_from_rows<T>(near, train.items()).transpose();
    this->train_ = std::move(copy);
  }

 private:
  /// Leaves the k most similar, of equally similar ones those with the smaller index, in any order.
  static void keep_best(std::size_t k, std::vector<std::pair<std::int32_t, T>>& all) {
    if (all.size() <= k) return;
    // The k-th similarity first, among numbers alone: they move faster than pairs.
    std::vector<T> values(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) values[i] = all[i].second;
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(k - 1);
    std::nth_element(values.begin(), place, values.end(), [](T x, T y) { return x > y; });
    const T least = *place;
    std::vector<std::pair<std::int32_t, T>> equal;
    std::size_t count = 0;
    for (const auto& one : all) {
      if (one.second > least)
        all[count++] = one;
      else if (one.second == least)
        equal.push_back(one);
    }
    std::sort(equal.begin(), equal.end());
    for (std::size_t i = 0; count < k; ++i) all[count++] = equal[i];
    all.resize(k);
  }

  Options options_;
};

static_assert(Recommender<ItemKNN<float>>);

}  // namespace loyal
