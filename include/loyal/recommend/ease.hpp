// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <utility>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/types.hpp"
#include "../data/interactions.hpp"
#include "../math/sparse_product.hpp"
#include "../math/symmetric_inverse.hpp"
#include "item_weights.hpp"

namespace loyal {

/// Embarrassingly shallow autoencoder: the linear model of items, without its diagonal, in closed form.
///
///   min over W with zero diagonal of |X - X W|^2 + l |W|^2:   P = (X^T X + l I)^-1,   W_ji = -P_ji / P_ii
///   score(user, i) = sum over the user's items j of value_j W_ji
///
/// W is dense, items^2 numbers: 3 GB of float for 27,000 items. Beyond that see SparseEASE.
/// @throws DataError without users or items, or where X^T X + l I is singular to T's accuracy: more regularization.
/// Source: Steck, WWW 2019, equation (8). Cost: items^3 flops as matrix products, on all threads.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 1}, {3, 2}};
///     loyal::EASE<double> model({.regularization = 1});
///     model.fit(loyal::Interactions(4, 3, pairs));
///     if (model.recommend(2, 1)[0].index != 0) return 1;
template <Scalar T>
class EASE : public ItemWeightRecommender<EASE<T>, T, DenseItemWeights<T>> {
 public:
  struct Options {
    double regularization =
        100;  ///< l, added to the diagonal, > 0; the paper's 200 to 1000 are for larger data
    int threads = 0;  ///< at most; 0: as many as the machine has
  };

  EASE() = default;
  explicit EASE(const Options& options) : options_(options) {
    detail::expect_option("EASE", "regularization", options.regularization,
                          options.regularization > 0, "> 0");
  }

  void fit(const Interactions& train) {
    this->expect_usable("EASE::fit", train);
    const Index n = train.items();
    const SparseMatrix<T> x = train.matrix<T>();
    const SparseMatrix<T> xt = x.transpose();
    Matrix<T> p(n, n);
    product_rows(xt, x,
                 [&](Index i, SparseSum<T>& sum) {
                   p.row(i).setZero();
                   sum.drain([&](Index j, T value) { p(i, j) = value; });
                   p(i, i) += static_cast<T>(options_.regularization);
                 },
                 {.threads = options_.threads});
    if (!invert_symmetric(p, {.threads = options_.threads}))
      detail::fail<DataError>("EASE::fit", "X^T X + regularization", "singular",
                              "positive definite: a larger regularization");
    const Vector<T> scale = -p.diagonal().cwiseInverse();
    parallel_for(n, {.threads = options_.threads, .grain = 64}, [&](Index begin, Index end) {
      for (Index j = begin; j < end; ++j) {
        for (Index i = 0; i < n; ++i) p(j, i) *= scale[i];
        p(j, j) = 0;
      }
    });
    Interactions copy = train;
    this->weights_.rows = std::move(p);
    this->train_ = std::move(copy);
  }

 private:
  Options options_;
};

static_assert(Recommender<EASE<float>>);

}  // namespace loyal
