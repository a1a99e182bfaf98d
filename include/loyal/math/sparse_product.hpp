// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/types.hpp"
#include "detail/packet.hpp"

namespace loyal {

/// The columns and values of one row of a sparse matrix.
template <Scalar T>
struct SparseRow {
  std::span<const std::int32_t> columns;
  std::span<const T> values;
};

/// Row i of a compressed matrix, looked at in place.
template <Scalar T>
[[nodiscard]] SparseRow<T> sparse_row(const SparseMatrix<T>& m, Index i) {
  const auto from = static_cast<std::size_t>(m.outerIndexPtr()[i]);
  const auto size = static_cast<std::size_t>(m.outerIndexPtr()[i + 1]) - from;
  return {{m.innerIndexPtr() + from, size}, {m.valuePtr() + from, size}};
}

/// A row of numbers of which few are not zero: sums come in any order, and only what was touched is read.
///
/// Source: Gustavson, ACM TOMS 4(3), 1978. Cost: O(1) a number added or read; 5 to 9 bytes a column.
///
///     loyal::SparseSum<float> sum(100);
///     const std::vector<std::int32_t> columns{7, 3};
///     const std::vector<float> values{1, 2};
///     sum.add(columns, values, 10);
///     sum.add(columns, values, 1);
///     float all = 0;
///     sum.drain([&](loyal::Index, float value) { all += value; });
///     if (all != 33) return 1;
template <Scalar T>
class SparseSum {
 public:
  explicit SparseSum(Index columns)
      : sums_(static_cast<std::size_t>(columns), T(0)),
        known_(static_cast<std::size_t>(columns), 0),
        touched_(static_cast<std::size_t>(columns) + 1) {}

  /// Adds @p factor times each value to its column; columns are not checked.
  void add(std::span<const std::int32_t> columns, std::span<const T> values, T factor) {
    std::size_t count = count_;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto c = static_cast<std::size_t>(columns[i]);
      sums_[c] += factor * values[i];
      // Written always and counted once: whether a column is new cannot be foreseen.
      touched_[count] = columns[i];
      count += known_[c] == 0 ? 1U : 0U;
      known_[c] = 1;
    }
    count_ = count;
  }
  void add(const SparseRow<T>& row, T factor) { add(row.columns, row.values, factor); }

  /// Calls visit(column, sum) for each column touched, in the order of the first touch, and forgets all.
  template <class Visit>
  void drain(Visit&& visit) {
    for (std::size_t i = 0; i < count_; ++i) {
      const auto c = static_cast<std::size_t>(touched_[i]);
      const T sum = sums_[c];
      sums_[c] = 0;
      known_[c] = 0;
      visit(static_cast<Index>(c), sum);
    }
    count_ = 0;
  }

  /// Columns touched so far.
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  std::vector<T> sums_;
  std::vector<std::uint8_t> known_;
  std::vector<std::int32_t>
      touched_;  // one more than columns: the place after the last is written too
  std::size_t count_ = 0;
};

struct SparseProductOptions {
  int threads = 0;  ///< at most; 0: as many as the machine has
};

/// Calls visit(i, sum) with each row of the product a b, a SparseSum to drain; rows are shared among threads,
/// and of which a row is, does not change its numbers.
///
///   a (n x m), b (m x k) -> n sums of k columns
///
/// @throws ShapeError if the sizes do not fit.
/// Source: Gustavson, ACM TOMS 4(3), 1978. Cost: one addition a pair of entries that meet.
///
///     loyal::SparseMatrix<double> x(2, 3);
///     x.insert(0, 1) = 2;
///     x.insert(1, 1) = 3;
///     x.makeCompressed();
///     const loyal::SparseMatrix<double> xt = x.transpose();
///     double gram = 0;
///     loyal::product_rows(xt, x, [&](loyal::Index, auto& sum) {
///       sum.drain([&](loyal::Index, double value) { gram += value; });
///     }, {.threads = 1});
///     if (gram != 13) return 1;
template <Scalar T, class Visit>
void product_rows(const SparseMatrix<T>& a, const SparseMatrix<T>& b, Visit&& visit,
                  const SparseProductOptions& options = {}) {
  detail::expect_size("product_rows", "the number of rows of b", b.rows(), a.cols());
  const Index grain = std::max<Index>(1, a.rows() / 128);
  parallel_for(a.rows(), {.threads = options.threads, .grain = grain}, [&](Index begin, Index end) {
    SparseSum<T> sum(b.cols());
    for (Index i = begin; i < end; ++i) {
      const auto row = sparse_row(a, i);
      for (std::size_t j = 0; j < row.columns.size(); ++j)
        sum.add(sparse_row(b, row.columns[j]), row.values[j]);
      visit(i, sum);
    }
  });
}

namespace detail {

/// to = the sum of value times row of x over the entries of a sparse row, from @p column on: sums of some packets
/// stay in registers, then of fewer, then single numbers.
template <int packets, int lanes, Scalar T>
void add_rows_of(const SparseRow<T>& row, const T* x, Index columns, Index column, T* to) {
  using P = typename packet_of<T, lanes>::type;
  constexpr Index width = Index{packets} * lanes;
  for (; column + width <= columns; column += width) {
    P sum[packets];
    unroll<packets>([&](auto q) { sum[q] = packet::pset1<P>(T(0)); });
    for (std::size_t j = 0; j < row.columns.size(); ++j) {
      const T* const from = x + row.columns[j] * columns + column;
      const P value = packet::pset1<P>(row.values[j]);
      unroll<packets>([&](auto q) {
        sum[q] = packet::pmadd(value, packet::ploadu<P>(from + q * lanes), sum[q]);
      });
    }
    unroll<packets>([&](auto q) { packet::pstoreu(to + column + q * lanes, sum[q]); });
  }
  if constexpr (packets > 1)
    add_rows_of<packets / 2, lanes>(row, x, columns, column, to);
  else if constexpr (lanes > 1)
    add_rows_of<1, packet_of<T, lanes / 2>::exists ? lanes / 2 : 1>(row, x, columns, column, to);
}

}  // namespace detail

/// y = a x for a sparse a and a dense x: each row of y is a sum of rows of x.
///
///   a (n x m), x (m x k), y (n x k), resized
///
/// @throws ShapeError if the sizes do not fit.
/// Source: none, our own. Cost: k multiply-adds an entry of a; rows are shared among threads.
///
///     loyal::SparseMatrix<float> a(2, 2);
///     a.insert(1, 0) = 2;
///     a.makeCompressed();
///     const loyal::Matrix<float> x = loyal::Matrix<float>::Ones(2, 3);
///     loyal::Matrix<float> y;
///     loyal::multiply_sparse(a, x, y);
///     if (y(0, 2) != 0 || y(1, 2) != 2) return 1;
template <Scalar T>
void multiply_sparse(const SparseMatrix<T>& a, const Matrix<T>& x, Matrix<T>& y,
                     const SparseProductOptions& options = {}) {
  detail::expect_size("multiply_sparse", "the number of rows of x", x.rows(), a.cols());
  y.resize(a.rows(), x.cols());
  const Index grain = std::max<Index>(1, a.rows() / 128);
  parallel_for(a.rows(), {.threads = options.threads, .grain = grain}, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      detail::add_rows_of<8, detail::packet::packet_traits<T>::size>(
          sparse_row(a, i), x.data(), x.cols(), Index{0}, y.data() + i * y.cols());
  });
}

/// A compressed matrix of rows that are given one by one, columns in any order but each once.
/// @throws DataError if there are 2^31 entries or more.
///
///     const std::vector<std::vector<std::pair<std::int32_t, float>>> rows{{{2, 5.0F}, {0, 1.0F}}, {}};
///     const auto m = loyal::sparse_from_rows<float>(rows, 3);
///     if (m.coeff(0, 2) != 5 || m.rows() != 2 || m.nonZeros() != 2) return 1;
template <Scalar T>
[[nodiscard]] SparseMatrix<T> sparse_from_rows(
    const std::vector<std::vector<std::pair<std::int32_t, T>>>& rows, Index columns) {
  std::size_t total = 0;
  for (const auto& row : rows) total += row.size();
  if (total > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    detail::fail<DataError>("sparse_from_rows", "the number of entries", total,
                            "at most 2^31 - 1; keep fewer neighbors");
  SparseMatrix<T> m(static_cast<Index>(rows.size()), columns);
  m.resizeNonZeros(static_cast<Index>(total));
  int at = 0;
  std::vector<std::pair<std::int32_t, T>> sorted;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    m.outerIndexPtr()[i] = at;
    sorted = rows[i];
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [column, value] : sorted) {
      m.innerIndexPtr()[at] = column;
      m.valuePtr()[at++] = value;
    }
  }
  m.outerIndexPtr()[rows.size()] = at;
  return m;
}

}  // namespace loyal
