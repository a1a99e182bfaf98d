// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "../../core/types.hpp"

namespace loyal::detail {

/// A = L D L^T of a symmetric, positive semi-definite matrix. A row that depends on earlier ones, one whose pivot
/// is at most tolerance * scale, is left out: solutions are 0 there, and so are the inverse's row and column.
///
/// Source: Golub & Van Loan, Matrix Computations, 4th ed., 2013, algorithm 4.1.2, without exchanges, so that of
/// two rows that say the same the first stays. Cost: n^3 / 3; reads the lower triangle.
template <Scalar T>
class RankCholesky {
 public:
  RankCholesky(const Matrix<T>& a, const Vector<T>& scale, T tolerance)
      : l_(a), kept_(static_cast<std::size_t>(a.rows()), true) {
    const Index n = l_.rows();
    for (Index j = 0; j < n; ++j) {
      // Row j of L times D, column by column; then the pivot.
      T pivot = l_(j, j);
      for (Index k = 0; k < j; ++k) {
        if (!kept(k)) continue;
        T sum = l_(j, k);
        for (Index i = 0; i < k; ++i) sum -= l_(j, i) * l_(k, i) * l_(i, i);
        l_(j, k) = sum / l_(k, k);
        pivot -= l_(j, k) * sum;
      }
      if (pivot > tolerance * scale[j] && std::isfinite(pivot)) {
        l_(j, j) = pivot;
        ++rank_;
      } else {
        kept_[static_cast<std::size_t>(j)] = false;
        for (Index k = 0; k <= j; ++k) l_(j, k) = 0;
        for (Index i = j + 1; i < n; ++i) l_(i, j) = 0;
      }
    }
  }

  [[nodiscard]] bool kept(Index i) const { return kept_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] Index rank() const noexcept { return rank_; }

  /// x with A x = b on the rows kept.
  [[nodiscard]] Vector<T> solve(Vector<T> b) const {
    const Index n = l_.rows();
    for (Index i = 0; i < n; ++i) {
      if (!kept(i)) b[i] = 0;
      for (Index k = 0; k < i; ++k) b[i] -= l_(i, k) * b[k];
    }
    for (Index i = n; i-- > 0;) {
      if (!kept(i)) continue;
      T sum = b[i] / l_(i, i);
      for (Index k = i + 1; k < n; ++k) sum -= l_(k, i) * b[k];
      b[i] = sum;
    }
    return b;
  }

  [[nodiscard]] Matrix<T> inverse() const {
    const Index n = l_.rows();
    Matrix<T> result(n, n);
    for (Index j = 0; j < n; ++j) {
      Vector<T> unit = Vector<T>::Zero(n);
      unit[j] = 1;
      const Vector<T> column = solve(unit);
      for (Index i = 0; i < n; ++i) result(i, j) = kept(j) ? column[i] : T(0);
    }
    return result;
  }

 private:
  Matrix<T> l_;  // below the diagonal L, on it D
  std::vector<bool> kept_;
  Index rank_ = 0;
};

}  // namespace loyal::detail
