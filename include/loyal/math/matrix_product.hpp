// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "detail/product_tile.hpp"

namespace loyal {
namespace detail {

/// C = finish(start + A B).
///
/// B is read in place, or copied panel by panel to the stack where its own order or size would cost more
/// than the copy. Every element of C is one chain of multiply-adds in the order of the depth, whatever the
/// size of C (but see dot_rows).
template <Scalar T, class Finish>
struct MatrixProduct {
  Index m, n, k;  // C is m x n, k deep; none is 0
  const T* a;
  Index a_row, a_depth;
  const T* b;
  Index b_row, b_col;  // one of them is 1
  T* c;
  Index c_row;
  const T* start;  // start[i * start_row + j]; null for zeros
  Index start_row;
  const Finish& finish;

  void run() const { in_packets<widest>(); }

 private:
  static constexpr bool many_registers = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32;
  static constexpr int widest = packet::packet_traits<T>::size;
  /// Registers for sums. Two to four packets of B a row of the tile balance loads and arithmetic.
  static constexpr int registers = many_registers ? 24 : 12;
  static constexpr int most_packets = many_registers ? 4 : 2;
  /// Numbers of B for which the first-level cache has room besides A and C.
  static constexpr Index cached = Index{24} * 1024 / static_cast<Index>(sizeof(T));
  /// Rows of C done before the next panel of B: what they need of A stays in the second-level cache.
  static constexpr Index most_rows = 240;
  /// From so many multiply-adds on, half a millisecond, memory for a panel of a deeper B is asked for.
  static constexpr Index large = Index{1} << 25;
  static constexpr Index large_depth = 1024;

  template <int lanes>
  void in_packets() const {
    if constexpr (lanes > 1) {
      constexpr int fewer = packet_of<T, lanes / 2>::exists ? lanes / 2 : 1;
      if (n < lanes) return in_packets<fewer>();
    }
    constexpr int packets = lanes == widest ? most_packets : 2;
    constexpr Index deepest = cached / (Index{packets} * lanes);
    if (lanes == widest && a_depth == 1 && k > deepest && m * n * k >= large) {
      // A panel of B fills a quarter of the second-level cache and stays there for many rows of A: sums
      // wait in registers longer, C is read and written less often.
      constexpr Index length = large_depth * packets * lanes;
      Vector<T> space(length);
      blocks<lanes, packets>(5 * most_rows, large_depth, space.data());
    } else {
      alignas(64) T space[cached];
      blocks<lanes, packets>(most_rows, deepest, space);
    }
  }

  template <int lanes, int packets>
  void blocks(Index rows, Index depth, T* space) const {
    const Index count = std::max<Index>(1, (k + depth - 1) / depth);
    for (Index row = 0; row < m; row += rows)
      for (Index block = 0; block < count; ++block)
        panels<lanes, packets>(row, std::min(row + rows, m), 0, k * block / count,
                               k * (block + 1) / count, space);
  }

  template <int lanes, int packets>
  void panels(Index row, Index row_end, Index column, Index from, Index to, T* space) const {
    constexpr Index width = Index{packets} * lanes;
    constexpr int rows = std::min(registers / packets, 12);
    for (; n - column > width - lanes; column += width) {
      ProductTile<T> tile{};
      tile.a = a + row * a_row + from * a_depth;
      tile.a_row = a_row;
      tile.a_depth = a_depth;
      tile.c = c + row * c_row + column;
      tile.c_row = c_row;
      tile.c_last = std::min(width, n - column) - lanes;
      tile.depth = to - from;
      tile.overlap = width - lanes - tile.c_last;
      tile.start = from > 0 ? tile.c : start == nullptr ? start : start + row * start_row + column;
      tile.start_row = from > 0 ? c_row : start_row;
      const T* const panel = b + from * b_row + column * b_col;
      if (b_col == 1 && (row_end - row < 48 || tile.depth * b_row <= 2 * cached)) {
        tile.b = panel;
        tile.b_row = b_row;
        tile.b_last = tile.c_last;
        tiles<lanes, packets, rows>(tile, row, row_end, column, to == k);
      } else {
        for (int q = 0; q < packets; ++q)
          copy_packets<lanes>(panel + (q + 1 < packets ? Index{q} * lanes : tile.c_last) * b_col,
                              tile.depth, space + q * lanes, width);
        tile.b = space;
        tile.b_row = width;
        tile.b_last = width - lanes;
        tiles<lanes, packets, rows>(tile, row, row_end, column, to == k);
      }
    }
    if constexpr (packets > 1)
      if (column < n) panels<lanes, packets / 2>(row, row_end, column, from, to, space);
  }

  /// Copies some columns of B, one packet wide.
  template <int lanes>
  void copy_packets(const T* from, Index depth, T* to, Index to_row) const {
    using P = typename packet_of<T, lanes>::type;
    Index d = 0;
    if (b_col == 1) {
      for (; d < depth; ++d) packet::pstoreu(to + d * to_row, packet::ploadu<P>(from + d * b_row));
    } else if constexpr (lanes > 1) {
      for (; d + lanes <= depth; d += lanes) {
        packet::PacketBlock<P, lanes> block;
        for (int j = 0; j < lanes; ++j) block.packet[j] = packet::ploadu<P>(from + d + j * b_col);
        packet::ptranspose(block);
        for (int j = 0; j < lanes; ++j) packet::pstoreu(to + (d + j) * to_row, block.packet[j]);
      }
    }
    for (; d < depth; ++d)
      for (int j = 0; j < lanes; ++j) to[d * to_row + j] = from[d * b_row + j * b_col];
  }

  template <int lanes, int packets, int rows>
  void tiles(ProductTile<T>& tile, Index row, Index row_end, Index column, bool complete) const {
    for (; row_end - row >= rows; row += rows) {
      if constexpr (is_brief<Finish>)
        tile.template compute<lanes, packets, rows>(row, column, complete, finish);
      else
        tile.template compute<lanes, packets, rows>(row, column, complete, Unchanged{});
      if constexpr (!is_brief<Finish> && !std::is_same_v<Finish, Unchanged>)
        if (complete) tile.template end<lanes, packets, rows>(row, column, finish);
      tile.move_down(rows);
    }
    if constexpr (rows > 1) {
      constexpr int fewer = rows > 6 ? rows / 2 : rows > 3 ? 2 : 1;
      if (row < row_end) tiles<lanes, packets, fewer>(tile, row, row_end, column, complete);
    }
  }
};

/// c_i = finish(start + a_i b) for one column b, where rows of A are contiguous: packets along the depth.
template <Scalar T, class Finish>
void dot_rows(Index m, Index k, const T* a, Index a_row, const T* b, Index b_row, T* c, Index c_row,
              const T* start, Index start_row, Index column, const Finish& finish) {
  using P = typename packet::packet_traits<T>::type;
  constexpr Index lanes = packet::packet_traits<T>::size;
  constexpr Index block = 1024;
  constexpr int rows = 4;
  T copy[block];
  for (Index from = 0; from == 0 || from < k; from += block) {
    const Index depth = std::min(block, k - from);
    const T* right = b + from * b_row;
    if (b_row != 1) {
      for (Index d = 0; d < depth; ++d) copy[d] = right[d * b_row];
      right = copy;
    }
    const auto some = [&](auto count, Index row) {
      P sum[count];
      unroll<count>([&](auto r) { sum[r] = packet::pset1<P>(T(0)); });
      const T* left = a + row * a_row + from;
      Index d = 0;
      for (; d + lanes <= depth; d += lanes) {
        const P some_b = packet::ploadu<P>(right + d);
        unroll<count>([&](auto r) {
          sum[r] = packet::pmadd(packet::ploadu<P>(left + r * a_row + d), some_b, sum[r]);
        });
      }
      for (int r = 0; r < count; ++r) {
        T value = packet::predux(sum[r]);
        for (Index e = d; e < depth; ++e) value += left[r * a_row + e] * right[e];
        T& to = c[(row + r) * c_row];
        if (from > 0)
          value += to;
        else if (start != nullptr)
          value += start[(row + r) * start_row];
        to = from + depth == k ? finish(value, row + r, column) : value;
      }
    };
    Index row = 0;
    for (; row + rows <= m; row += rows) some(std::integral_constant<int, rows>{}, row);
    for (; row < m; ++row) some(std::integral_constant<int, 1>{}, row);
  }
}

/// c = finish(start + a b); see multiply().
template <class A, class B, class C, class T, class Finish>
void product(const A& a, const B& b, C& c, const T* start, Index start_row, const Finish& finish) {
  static_assert(A::InnerStrideAtCompileTime == 1 && B::InnerStrideAtCompileTime == 1 &&
                    C::InnerStrideAtCompileTime == 1 && C::IsRowMajor,
                "matrices, maps or blocks of them, c row-major");
  expect_size("multiply", "the number of rows of b", b.rows(), a.cols());
  expect_shape("multiply", "c", c, a.rows(), b.cols());
  const Index m = a.rows();
  const Index n = b.cols();
  const Index k = a.cols();
  if (m == 0 || n == 0) return;
#ifdef EIGEN_USE_BLAS
  constexpr bool by_eigen = true;  // whoever asks Eigen for a BLAS gets it
#else
  constexpr bool by_eigen = false;
#endif
  if (by_eigen || k == 0) {
    for (Index i = 0; i < m; ++i)
      for (Index j = 0; j < n; ++j) c(i, j) = start == nullptr ? T(0) : start[i * start_row + j];
    if constexpr (by_eigen) c.noalias() += a * b;
    if constexpr (!std::is_same_v<Finish, Unchanged>)
      for (Index i = 0; i < m; ++i)
        for (Index j = 0; j < n; ++j) c(i, j) = finish(c(i, j), i, j);
    return;
  }
  constexpr int least = 16 / static_cast<int>(sizeof(T));
  if constexpr (A::IsRowMajor) {
    if (n < least) {
      for (Index j = 0; j < n; ++j)
        dot_rows(m, k, a.data(), a.rowStride(), b.data() + j * b.colStride(), b.rowStride(),
                 c.data() + j, c.rowStride(), start == nullptr ? start : start + j, start_row, j,
                 finish);
      return;
    }
  } else if constexpr (std::is_same_v<Finish, Unchanged>) {
    // One column, which is the row b^T a^T too.
    if (n == 1 && c.rowStride() == 1 && (start == nullptr || start_row == 1)) {
      MatrixProduct<T, Finish>{1, m,        k, b.data(), 1, b.rowStride(), a.data(), a.colStride(),
                               1, c.data(), m, start,    m, finish}
          .run();
      return;
    }
  }
  MatrixProduct<T, Finish>{m,
                           n,
                           k,
                           a.data(),
                           a.rowStride(),
                           a.colStride(),
                           b.data(),
                           b.rowStride(),
                           b.colStride(),
                           c.data(),
                           c.rowStride(),
                           start,
                           start_row,
                           finish}
      .run();
}

}  // namespace detail

/// Product of dense matrices for the shapes of a network's layers: c = a b.
///
///   multiply(a, b, c)             c = a b            y = x W; dx = dy W^T with b = W.transpose()
///   multiply(a, b, c, finish)     c = finish(a b)
///   affine(a, b, bias, c)         c = a b + bias     the bias is added to each row
///   affine(a, b, bias, c, finish) c = finish(a b + bias)
///   multiply_add(a, b, c)         c = c + a b        dW += x^T dy with a = x.transpose()
///   add_row_sums(b, c)            c = c + 1^T b      db += the rows of dy
///
///   a   m x k, b   k x n, c   m x n, of that size already, row-major and apart from a and b; all three
///   matrices, maps or blocks of them, transposed where wanted
///   finish(sum, i, j)   the numbers of an Eigen packet (or one number) that belong to row i, columns j,
///                       j + 1, ..., as they shall be stored; a number of c is finished exactly once
///
/// NaN and infinity go through. A row of c is the same to the last bit whatever the other rows are and
/// however many. Nothing is allocated below 2^25 multiply-adds, at most 512 KiB above; no thread is
/// started. With EIGEN_USE_BLAS the products are Eigen's, and so the BLAS's.
/// @throws ShapeError if the sizes do not fit.
/// Source: none, our own; register tiles after Goto & van de Geijn, ACM TOMS 34(3), 2008.
/// Cost: 2 m n k flops, at 80 to 95 % of what the machine can do from some 32 rows on.
///
///     const loyal::Matrix<float> x = loyal::Matrix<float>::Ones(4, 3);
///     const loyal::Matrix<float> w = loyal::Matrix<float>::Ones(3, 2);
///     loyal::Matrix<float> y(4, 2);
///     loyal::multiply(x, w, y);
///     loyal::multiply_add(x, w, y);
///     if (y(3, 1) != 6) return 1;
template <class A, class B, class C, class Finish = detail::Unchanged>
void multiply(const A& a, const B& b, C&& c, const Finish& finish = {}) {
  detail::product(a, b, c, static_cast<const typename A::Scalar*>(nullptr), 0, finish);
}

/// c = c + a b, see multiply().
template <class A, class B, class C>
void multiply_add(const A& a, const B& b, C&& c) {
  detail::product(a, b, c, std::as_const(c).data(), c.rowStride(), detail::Unchanged{});
}

/// c = c + the sum of the rows of b, see multiply().
template <class B, class C>
void add_row_sums(const B& b, C& c) {
  using T = typename B::Scalar;
  detail::expect_size("add_row_sums", "the size of c", c.size(), b.cols());
  if (b.size() == 0) return;
  const T one = 1;
  const detail::Unchanged finish;
  detail::MatrixProduct<T, detail::Unchanged>{
      1,        b.cols(), b.rows(), &one, 0,     0, b.data(), b.rowStride(), b.colStride(),
      c.data(), 0,        c.data(), 0,    finish}
      .run();
}

/// c = finish(a b + bias), see multiply().
template <class A, class B, class Bias, class C, class Finish = detail::Unchanged>
void affine(const A& a, const B& b, const Bias& bias, C&& c, const Finish& finish = {}) {
  detail::expect_size("affine", "the size of the bias", bias.size(), b.cols());
  detail::product(a, b, c, bias.data(), 0, finish);
}

}  // namespace loyal
