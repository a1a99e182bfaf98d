// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "../../core/types.hpp"

namespace loyal::detail {

/// Adam's steps on single rows of a table. A row remembers its own moments and counts its own steps, so that rows which
/// are seldom met are not slowed by a correction that counts everybody's. Different rows may step at the same time.
/// Source: Kingma & Ba, ICLR 2015, algorithm 1.
template <Scalar T>
class RowAdam {
 public:
  RowAdam(Index rows, Index cols)
      : first_(Matrix<T>::Zero(rows, cols)),
        second_(Matrix<T>::Zero(rows, cols)),
        decay_(Matrix<T>::Ones(rows, 2)) {}

  /// table.row(row) -= rate * its mean gradient / the root of its mean square.
  void step(Matrix<T>& table, Index row, const RowVector<T>& gradient, T rate) {
    const T by_first = rate / (1 - (decay_(row, 0) *= T(0.9)));
    const T by_second = 1 / (1 - (decay_(row, 1) *= T(0.999)));
    T* const x = table.data() + row * table.cols();
    T* const m = first_.data() + row * first_.cols();
    T* const v = second_.data() + row * second_.cols();
    using Row = Eigen::Map<Eigen::Array<T, 1, Eigen::Dynamic>>;
    constexpr Index block = 64;
    for (Index d = 0; d < table.cols(); d += block) {
      const Index n = std::min(block, table.cols() - d);
      const auto g = gradient.segment(d, n).array();
      Row mean(m + d, n);
      Row square(v + d, n);
      mean += T(0.1) * (g - mean);
      square += T(0.001) * (g * g - square);
      Row(x + d, n) -= by_first * mean / ((by_second * square).sqrt() + T(1e-8));
    }
  }

 private:
  Matrix<T> first_;
  Matrix<T> second_;
  Matrix<T> decay_;  // 0.9^t and 0.999^t of each row
};

}  // namespace loyal::detail
