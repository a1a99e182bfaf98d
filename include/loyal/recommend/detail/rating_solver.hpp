// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../../core/types.hpp"
#include "../../math/matrix_product.hpp"
#include "cholesky.hpp"

namespace loyal::detail {

/// One side of a model of ratings, whose other side is held: x_u = (p_u, b_u, 1) for items y_i = (q_i, 1, b_i), or
/// the other way round.
template <Scalar T>
struct RatingSide {
  const Matrix<T>* held;  // one row of d + 2 numbers for each of the other side
  Index bias;             // the column of this side's bias: d for users, d + 1 for items
  Index held_bias;        // the column of the other side's bias
  T mean;
  T regularization;       // l
  T bias_regularization;  // l_b
  bool biased;            // whether there is a bias to solve for; else it is 0
};

/// Solves for rows of such a side, each exactly: the p and b that minimize
///
///   sum over n ratings (r_j - m - b_j - b - q_j . (z + p))^2 + n l |p|^2 + n l_b b^2
///
/// Source: Zhou, Wilkinson, Schreiber & Pan, AAIM 2008, section 3.1; the bias is one more number of p, for which every
/// q_j has a 1. Cost: 2 n d^2 + d^3 / 3 flops a row.
template <Scalar T>
class RatingSolver {
 public:
  explicit RatingSolver(const RatingSide<T>& side)
      : side_(side),
        factors_(side.held->cols() - 2),
        size_(factors_ + (side.biased ? 1 : 0)),
        system_(size_, size_),
        rows_(depth, size_),
        right_(size_) {}

  /// Writes the d + 2 numbers (z + p, b, 1) to @p x. @p ratings may be nothing for ones, @p z null for zeros.
  void solve(std::span<const std::int32_t> rated, std::span<const float> ratings, const T* z,
             T* x) {
    using Part = Eigen::Map<const RowVector<T>>;
    const Index d = factors_;
    Eigen::Map<RowVector<T>> own(x, d + 2);
    own.setZero();
    own[side_.held_bias] = 1;
    if (rated.empty()) return;
    const T n = static_cast<T>(rated.size());
    system_.setZero();
    system_.diagonal().setConstant(n * side_.regularization);
    if (side_.biased) {
      system_(d, d) = n * side_.bias_regularization;
      rows_.col(d).setOnes();
    }
    right_.setZero();
    for (std::size_t begin = 0; begin < rated.size(); begin += depth) {
      const std::size_t count = std::min<std::size_t>(depth, rated.size() - begin);
      for (std::size_t k = 0; k < count; ++k) {
        const std::size_t j = begin + k;
        const auto held = side_.held->row(rated[j]);
        const auto row = rows_.row(static_cast<Index>(k));
        rows_.row(static_cast<Index>(k)).head(d) = held.head(d);
        T rest = (ratings.empty() ? T(1) : static_cast<T>(ratings[j])) - side_.mean -
                 held[side_.held_bias];
        if (z != nullptr) rest -= held.head(d).dot(Part(z, d));
        right_ += rest * row;
      }
      const auto some = rows_.topRows(static_cast<Index>(count));
      multiply_add(some.transpose(), some, system_);
    }
    solve_by_cholesky(system_, right_.data());
    own.head(d) = right_.head(d);
    if (z != nullptr) own.head(d) += Part(z, d);
    if (side_.biased) own[side_.bias] = right_[d];
  }

 private:
  static constexpr Index depth = 128;  // ratings at a time: their rows stay in cache

  RatingSide<T> side_;
  Index factors_;
  Index size_;
  Matrix<T> system_;
  Matrix<T> rows_;  // (q_j, 1)
  RowVector<T> right_;
};

}  // namespace loyal::detail
