// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "../../core/parallel.hpp"
#include "../../core/random.hpp"
#include "../../core/types.hpp"
#include "../../data/interactions.hpp"
#include "../../math/functions.hpp"
#include "../../math/sparse_product.hpp"
#include "../../math/top_k.hpp"
#include "shared_negatives.hpp"

namespace loyal::detail {

/// The weights of UltraGCN's loss, and its gradient for a batch of users.
template <Scalar T>
struct UltraGCNLoss {
  T positive_constant;
  T positive_degree;
  T negative_constant;
  T negative_degree;
  T negative_weight;
  T item_weight;
  Vector<T> by_user;          // sqrt(d_u + 1) / d_u, 0 for users of nothing
  Vector<T> by_item;          // 1 / sqrt(d_i + 1)
  SparseMatrix<T> neighbors;  // omega

  /// omega of the k strongest neighbors of each item, itself among them.
  void find_neighbors(const Interactions& train, Index k, int threads) {
    const auto item_users = train.transposed();
    const Index n = train.items();
    std::vector<double> sums(static_cast<std::size_t>(n), 0.0);  // g, of the rows of G = R^T R
    for (Index item = 0; item < n; ++item)
      for (const auto user : item_users.items_of(item))
        sums[static_cast<std::size_t>(item)] += static_cast<double>(train.items_of(user).size());
    std::vector<std::vector<std::pair<std::int32_t, T>>> rows(static_cast<std::size_t>(n));
    parallel_for(
        n, {.threads = threads, .grain = std::max<Index>(1, n / 128)}, [&](Index begin, Index end) {
          std::vector<std::int32_t> common(static_cast<std::size_t>(n), 0);
          std::vector<std::int32_t> met;
          TopK<T> best(k);
          for (Index i = begin; i < end; ++i) {
            met.clear();
            for (const auto user : item_users.items_of(i))
              for (const auto j : train.items_of(user))
                if (common[static_cast<std::size_t>(j)]++ == 0) met.push_back(j);
            const double own = sums[static_cast<std::size_t>(i)];
            const double others = own - static_cast<double>(item_users.items_of(i).size());
            best.clear();
            for (const auto j : met) {
              const auto both = static_cast<double>(common[static_cast<std::size_t>(j)]);
              common[static_cast<std::size_t>(j)] = 0;
              if (others > 0)
                best.push(j, static_cast<T>(both / others *
                                            std::sqrt(own / sums[static_cast<std::size_t>(j)])));
            }
            for (const auto& [j, weight] : best.sorted())
              rows[static_cast<std::size_t>(i)].push_back({static_cast<std::int32_t>(j), weight});
          }
        });
    neighbors = sparse_from_rows<T>(rows, n);
  }

  void find_degrees(const Interactions& train) {
    by_user.resize(train.users());
    for (Index u = 0; u < train.users(); ++u) {
      const auto d = static_cast<T>(train.items_of(u).size());
      by_user[u] = d > 0 ? std::sqrt(d + 1) / d : T(0);
    }
    Vector<T> items = Vector<T>::Zero(train.items());
    for (const auto item : train.all_items()) items[item] += 1;
    by_item = (items.array() + 1).sqrt().inverse();
  }

  /// The pairs of a batch's users, and for each one of the item's neighbors, drawn and weighted so that the mean is
  /// that of all.
  void add_pairs(const Interactions& train, std::span<const std::int32_t> of, Rng& rng,
                 SharedNegatives<T>& negatives) const {
    for (const auto user : of) {
      for (const auto item : train.items_of(user)) {
        negatives.add(item, positive_constant + positive_degree * by_user[user] * by_item[item]);
        if (item_weight == 0) continue;
        const auto row = sparse_row(neighbors, item);
        const std::size_t count = row.columns.size();
        if (count == 0) continue;
        const auto j = static_cast<std::size_t>(rng.below(count));
        negatives.add(row.columns[j], item_weight * static_cast<T>(count) * row.values[j]);
      }
      negatives.end_user();
    }
  }

  /// After add_pairs(): the loss of a batch whose users' vectors are x, and the gradient of x; negatives hold that of the items.
  double gradient(const Interactions& train, std::span<const std::int32_t> of, const Matrix<T>& x,
                  const Matrix<T>& y, SharedNegatives<T>& negatives, bool with_loss,
                  Matrix<T>& dx) const {
    const Index drawn = negatives.negatives();
    Vector<T> weights(drawn);
    for (Index j = 0; j < drawn; ++j)
      weights[j] = by_item[negatives.items()[static_cast<std::size_t>(j)]];
    return negatives.gradient(
        x, y,
        [with_loss](T score, T weight, T& slope) {
          slope = -weight * sigmoid(-score);
          return with_loss ? weight * softplus(-score) : T(0);
        },
        [&](Index first, Matrix<T>& scores) {
          double loss = 0;
          Eigen::Array<T, 1, Eigen::Dynamic> weight(scores.cols());
          const auto items = weights.segment(first, scores.cols()).transpose().array();
          for (Index k = 0; k < scores.rows(); ++k) {
            const auto user = of[static_cast<std::size_t>(k)];
            const T share = negative_weight * static_cast<T>(train.items_of(user).size()) /
                            static_cast<T>(drawn);
            weight = share * (negative_constant + negative_degree * by_user[user] * items);
            auto row = scores.row(k).array();
            if (with_loss) loss += static_cast<double>((weight * softplus(row)).sum());
            row = weight * sigmoid(row);
          }
          return loss;
        },
        dx);
  }
};

}  // namespace loyal::detail
