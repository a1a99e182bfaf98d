// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/types.hpp"
#include "../data/interactions.hpp"
#include "../math/matrix_product.hpp"
#include "../math/sparse_product.hpp"
#include "item_gram.hpp"
#include "item_weights.hpp"

namespace loyal {

/// EASE for more items than a dense matrix has room for: each item is explained by the few that explain it best.
///
///   w = (G_SS + l I)^-1 G_Si,   G = X^T X,   S the `neighbors` items with the largest G_ij^2 / (G_jj + l)
///   score(user, i) = sum over the user's items j of value_j W_ji,   w = W_Si, else 0
///
/// With all items as neighbors it is EASE, whose columns are these ridge regressions; memory grows with items x
/// neighbors instead of items^2. Systems are solved by conjugate gradients.
/// @throws DataError without users or items.
/// Source: Steck, WWW 2019, equation (8) seen column by column; Spišák et al., RecSys 2023, for sparse
/// approximations of EASE. Cost: X^T X (see item_gram), then an item some twenty times neighbors^2 flops; items
/// are shared among threads.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 1}, {3, 2}};
///     loyal::SparseEASE<double> model({.regularization = 1, .neighbors = 2});
///     model.fit(loyal::Interactions(4, 3, pairs));
///     if (model.recommend(2, 1)[0].index != 0) return 1;
template <Scalar T>
class SparseEASE : public ItemWeightRecommender<SparseEASE<T>, T, SparseItemWeights<T>> {
 public:
  struct Options {
    double regularization = 100;  ///< l, added to the diagonal, > 0
    Index neighbors = 400;        ///< items that may explain one; 0: all
    double tolerance = 1e-4;      ///< residual over |G_Si| at which a system is solved, > 0
    int threads = 0;              ///< at most; 0: as many as the machine has
  };

  SparseEASE() = default;
  explicit SparseEASE(const Options& options) : options_(options) {
    detail::expect_option("SparseEASE", "regularization", options.regularization,
                          options.regularization > 0, "> 0");
    detail::expect_option("SparseEASE", "neighbors", options.neighbors, options.neighbors >= 0,
                          ">= 0");
    detail::expect_option("SparseEASE", "tolerance", options.tolerance, options.tolerance > 0,
                          "> 0");
  }

  void fit(const Interactions& train) {
    this->expect_usable("SparseEASE::fit", train);
    const auto gram = item_gram<T>(train, {.threads = options_.threads});
    std::vector<std::vector<std::pair<std::int32_t, T>>> columns(
        static_cast<std::size_t>(train.items()));
    parallel_for(train.items(),
                 {.threads = options_.threads, .grain = std::max<Index>(1, train.items() / 128)},
                 [&](Index begin, Index end) {
                   ItemNeighborhood<T> near(gram);
                   for (Index item = begin; item < end; ++item) {
                     near.gather(item, options_.neighbors, 0,
                                 static_cast<T>(options_.regularization), false);
                     const Vector<T> w = solve(near);
                     auto& column = columns[static_cast<std::size_t>(item)];
                     for (Index a = 0; a < w.size(); ++a)
                       column.emplace_back(near.items()[static_cast<std::size_t>(a)], w[a]);
                   }
                 });
    Interactions copy = train;
    this->weights_.rows = sparse_from_rows<T>(columns, train.items()).transpose();
    this->train_ = std::move(copy);
  }

 private:
  /// Conjugate gradients for (G + l I) w = t.
  [[nodiscard]] Vector<T> solve(const ItemNeighborhood<T>& near) const {
    const auto l = static_cast<T>(options_.regularization);
    const Index size = near.gram().rows();
    Vector<T> w = Vector<T>::Zero(size);
    Vector<T> residual = near.target();
    Vector<T> direction = residual;
    Matrix<T> image(size, 1);
    T squares = residual.squaredNorm();
    const T enough =
        squares * static_cast<T>(options_.tolerance) * static_cast<T>(options_.tolerance);
    for (Index step = 0; step < 2 * size + 10 && squares > enough; ++step) {
      multiply(near.gram(), direction, image);
      image += l * direction;
      const T alpha = squares / direction.dot(image.col(0));
      w += alpha * direction;
      residual -= alpha * image;
      const T next = residual.squaredNorm();
      direction = residual + next / squares * direction;
      squares = next;
    }
    return w;
  }

  Options options_;
};

static_assert(Recommender<SparseEASE<float>>);

}  // namespace loyal
