// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/types.hpp"
#include "matrix_product.hpp"

namespace loyal {

struct SymmetricInverseOptions {
  int threads = 0;  ///< at most; 0: as many as the machine has
};

namespace detail {

/// Copies the lower half of a square matrix to its upper half, in tiles.
template <Scalar T>
void mirror_lower(Matrix<T>& a, int threads) {
  constexpr Index tile = 64;
  const Index n = a.rows();
  parallel_for(n, {.threads = threads, .grain = tile}, [&](Index begin, Index end) {
    for (Index from = 0; from < end; from += tile)
      for (Index i = begin; i < end; ++i)
        for (Index j = from; j < std::min(from + tile, i); ++j) a(j, i) = a(i, j);
  });
}

/// Sweeps the columns of a small matrix one by one: a becomes -a^-1. False if a pivot is not positive.
template <Scalar T>
bool sweep_columns(Matrix<T>& a) {
  const Index n = a.rows();
  Vector<T> column(n);
  for (Index k = 0; k < n; ++k) {
    const T pivot = a(k, k);
    if (!(pivot > 0)) return false;
    for (Index i = 0; i < n; ++i) column[i] = a(i, k);
    for (Index i = 0; i < n; ++i) {
      if (i == k) continue;
      const T factor = column[i] / pivot;
      T* const row = &a(i, 0);
      for (Index j = 0; j < n; ++j) row[j] -= factor * column[j];
      row[k] = factor;
    }
    for (Index j = 0; j < n; ++j) a(k, j) = column[j] / pivot;
    a(k, k) = -1 / pivot;
  }
  mirror_lower(a, 1);  // rounding differs between the halves
  return true;
}

/// Sweeps `block` columns K at once; only the lower half of a is read and written:
///
///   a_KK = -d,  a_iK = c_i d,  a_ij = a_ij - c_i d c_j^T,  with c = a_.K and d = (c_K)^-1
template <Scalar T>
bool sweep_blocks(Matrix<T>& a, Index block, int threads) {
  const Index n = a.rows();
  if (n <= block) return sweep_columns(a);
  const Index tile = 2 * block;
  std::vector<std::pair<Index, Index>> tiles;
  for (Index i = 0; i < n; i += tile)
    for (Index j = 0; j <= i; j += tile) tiles.emplace_back(i, j);
  Matrix<T> c(n, block);
  Matrix<T> p(n, block);
  for (Index k = 0; k < n; k += block) {
    const Index b = std::min(block, n - k);
    auto ck = c.leftCols(b);
    auto pk = p.leftCols(b);
    ck.topRows(k) = a.block(k, 0, b, k).transpose();
    ck.bottomRows(n - k) = a.block(k, k, n - k, b);
    Matrix<T> d = ck.middleRows(k, b);
    for (Index i = 0; i < b; ++i)
      for (Index j = 0; j < i; ++j) d(j, i) = d(i, j);
    if (!(block > 32 ? sweep_blocks(d, 32, 1) : sweep_columns(d))) return false;
    ck.middleRows(k, b).setZero();  // so that what belongs to K stays as it is below
    parallel_for(n, {.threads = threads, .grain = tile}, [&](Index begin, Index end) {
      multiply(ck.middleRows(begin, end - begin), d, pk.middleRows(begin, end - begin));
    });
    parallel_for(static_cast<Index>(tiles.size()), {.threads = threads}, [&](Index begin, Index) {
      const auto [i, j] = tiles[static_cast<std::size_t>(begin)];
      const Index rows = std::min(tile, n - i);
      const Index columns = std::min(tile, n - j);
      multiply_add(pk.middleRows(i, rows), ck.middleRows(j, columns).transpose(),
                   a.block(i, j, rows, columns));
    });
    a.block(k, 0, b, k) = -pk.topRows(k).transpose();
    a.block(k + b, k, n - k - b, b) = -pk.bottomRows(n - k - b);
    a.block(k, k, b, b) = d;
  }
  mirror_lower(a, threads);
  return true;
}

}  // namespace detail

/// Inverts a symmetric positive definite matrix in place; only its lower half is read.
///
/// False, and the matrix is lost, if it is not positive definite. The result does not depend on the number of threads.
/// @throws ShapeError unless it is square.
/// Source: the sweep operator, Goodnight, The American Statistician 33(3), 1979, some columns at once.
/// Cost: n^3 flops as matrix products, besides two panels of 256 columns.
///
///     loyal::Matrix<double> a{{4, 2}, {2, 3}};
///     if (!loyal::invert_symmetric(a)) return 1;
///     if (std::abs(a(0, 1) + 0.25) > 1e-12 || std::abs(a(1, 1) - 0.5) > 1e-12) return 2;
template <Scalar T>
[[nodiscard]] bool invert_symmetric(Matrix<T>& a, const SymmetricInverseOptions& options = {}) {
  detail::expect_shape("invert_symmetric", "a", a, a.rows(), a.rows());
  constexpr Index block = 256;
  constexpr Index small = 32;
  const Index n = a.rows();
  if (n <= small) detail::mirror_lower(a, 1);
  if (!detail::sweep_blocks(a, n > block ? block : small, options.threads)) return false;
  parallel_for(n, {.threads = options.threads, .grain = block},
               [&](Index begin, Index end) { a.middleRows(begin, end - begin) *= T(-1); });
  return true;
}

}  // namespace loyal
