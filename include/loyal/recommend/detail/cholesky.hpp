// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "../../core/types.hpp"
#include "../../math/matrix_product.hpp"

namespace loyal::detail {

/// Solves A x = b for a small symmetric positive definite A, whose lower triangle is replaced by L, A = L L^T.
/// A pivot that rounding made too small is lifted, which damps that direction.
/// Source: Golub & Van Loan, Matrix Computations, algorithm 4.2.5 (by blocks).
template <Scalar T, class A>
void solve_by_cholesky(A&& a, T* x) {
  constexpr Index width = 32;
  const Index n = a.rows();
  const T least = a.diagonal().maxCoeff() * std::numeric_limits<T>::epsilon();
  for (Index begin = 0; begin < n; begin += width) {
    const Index size = std::min(width, n - begin);
    const Index end = begin + size;
    for (Index i = begin; i < n; ++i)
      for (Index j = begin; j < std::min(i + 1, end); ++j) {
        const Index k = j - begin;
        const T rest = a(i, j) - a.row(i).segment(begin, k).dot(a.row(j).segment(begin, k));
        a(i, j) = i == j ? std::sqrt(std::max(rest, least)) : rest / a(j, j);
      }
    // What is left: A -= L L^T of the columns done, block row by block row.
    for (Index row = end; row < n; row += width) {
      const Index rows = std::min(width, n - row);
      const Matrix<T> negative = -a.block(row, begin, rows, size);
      multiply_add(negative, a.block(end, begin, row + rows - end, size).transpose(),
                   a.block(row, end, rows, row + rows - end));
    }
  }
  for (Index i = 0; i < n; ++i) {
    T sum = x[i];
    for (Index j = 0; j < i; ++j) sum -= a(i, j) * x[j];
    x[i] = sum / a(i, i);
  }
  for (Index i = n; i-- > 0;) {
    x[i] /= a(i, i);
    for (Index j = 0; j < i; ++j) x[j] -= a(i, j) * x[i];
  }
}

}  // namespace loyal::detail
