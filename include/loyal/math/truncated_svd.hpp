// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "matrix_product.hpp"
#include "sparse_product.hpp"
#include "symmetric_eigen.hpp"

namespace loyal {

struct TruncatedSVDOptions {
  Index rank = 64;         ///< singular values wanted, >= 1; at most min(rows, columns) come
  double tolerance = 0;    ///< error |a^T a v - s^2 v| / s_1^2 at which a vector is good, >= 0;
                           ///< 0: 1e-4 for float, 1e-9 for double
  int restarts = 20;       ///< most times that the basis is cut back, >= 0
  std::uint64_t seed = 0;  ///< of the first vectors
  int threads = 0;         ///< at most; 0: as many as the machine has
};

/// a ~ u diag(s) v^T
template <Scalar T>
struct TruncatedSVD {
  Matrix<T> u;  ///< rows x rank, columns are orthonormal where their singular value is not 0
  Vector<T> singular_values;  ///< largest first
  Matrix<T> v;                ///< columns x rank, columns are orthonormal
  bool converged = false;     ///< whether all vectors are good
};

namespace detail {

/// Block Lanczos with a whole basis, for the largest eigenvalues of a^T a.
template <Scalar T>
class BlockLanczos {
 public:
  BlockLanczos(const SparseMatrix<T>& a, const TruncatedSVDOptions& options)
      : a_(a),
        at_(a.transpose()),
        rank_(std::min({options.rank, a.rows(), a.cols()})),
        tolerance_(options.tolerance > 0 ? options.tolerance
                   : sizeof(T) == 4      ? 1e-4
                                         : 1e-9),
        restarts_(options.restarts),
        threads_(options.threads),
        rng_(options.seed),
        block_(std::min<Index>(32, a.cols())),
        room_(std::min(a.cols(), 2 * rank_ + 4 * block_)),
        basis_(a.cols(), room_),
        projected_(Matrix<double>::Zero(room_, room_)) {}

  [[nodiscard]] bool run() {
    Matrix<T> next(a_.cols(), block_);
    for (Index i = 0; i < next.size(); ++i) next.data()[i] = rng_.normal<T>();
    Index known = 0;  // columns of the basis whose row of the projected matrix is complete
    Index size = append(next, 0);
    for (int cut = 0;;) {
      expand(known, size, next);
      known = size;
      if (size + block_ <= room_) {
        size = append(next, size);
        continue;
      }
      const bool whole = size == a_.cols();
      if (!whole && room_ == a_.cols()) {  // the last block of all is narrower
        next.conservativeResize(next.rows(), room_ - size);
        size = append(next, size);
        continue;
      }
      const Gram residual = gram(next);
      rayleigh_ritz(size);
      const bool good = whole || worst_residual(residual, size) <= tolerance_ * eigen_.values[0];
      if (good || cut++ == restarts_) {
        keep(size, rank_);
        return good;
      }
      const Index kept = std::min(rank_ + block_, size - 1);
      keep(size, kept);
      projected_.setZero();
      for (Index i = 0; i < kept; ++i)
        projected_(i, i) = eigen_.values[static_cast<std::size_t>(i)];
      known = kept;
      size = append(next, kept);
    }
  }

  /// The best vectors, one a column, and their eigenvalues.
  [[nodiscard]] Matrix<T> vectors() const { return basis_.leftCols(rank_); }
  [[nodiscard]] double value(Index i) const {
    return std::max(0.0, eigen_.values[static_cast<std::size_t>(i)]);
  }
  [[nodiscard]] Index rank() const { return rank_; }

 private:
  using Gram = Matrix<double>;
  static constexpr Index piece = 4096;  // rows of which sums are made one by one

  /// left^T right, both tall.
  template <class Left, class Right>
  [[nodiscard]] Matrix<T> inner(const Left& left, const Right& right) const {
    return parallel_reduce(
        left.rows(), {.threads = threads_, .grain = piece},
        Matrix<T>(Matrix<T>::Zero(left.cols(), right.cols())),
        [&](Index begin, Index end) {
          Matrix<T> part(left.cols(), right.cols());
          multiply(left.middleRows(begin, end - begin).transpose(),
                   right.middleRows(begin, end - begin), part);
          return part;
        },
        [](Matrix<T> sum, const Matrix<T>& part) {
          sum += part;
          return sum;
        });
  }
  [[nodiscard]] Gram gram(const Matrix<T>& x) const { return inner(x, x).template cast<double>(); }

  /// x = x - q q^T x twice, with q the first columns of the basis; the sum of the two q^T x.
  Matrix<T> project_out(Index size, Matrix<T>& x) const {
    Matrix<T> sum = Matrix<T>::Zero(size, x.cols());
    const auto q = basis_.leftCols(size);
    for (int time = 0; time < 2 && size > 0; ++time) {
      const Matrix<T> part = inner(q, x);
      const Matrix<T> negative = -part;
      parallel_for(x.rows(), {.threads = threads_, .grain = piece}, [&](Index begin, Index end) {
        multiply_add(q.middleRows(begin, end - begin), negative, x.middleRows(begin, end - begin));
      });
      sum += part;
    }
    return sum;
  }

  /// Makes the columns of x orthonormal and orthogonal to the first @p size of the basis, and appends them. A
  /// column of which nothing is left becomes a random one.
  Index append(Matrix<T>& x, Index size) {
    const Index width = x.cols();
    for (int round = 0; round < 4; ++round) {
      if (round > 0) static_cast<void>(project_out(size, x));
      Matrix<T> rows = x.transpose();  // contiguous
      bool fresh = false;
      for (Index i = 0; i < width; ++i) {
        const T before = rows.row(i).norm();
        for (int time = 0; time < 2; ++time)
          for (Index j = 0; j < i; ++j) rows.row(i) -= rows.row(j).dot(rows.row(i)) * rows.row(j);
        const T left = rows.row(i).norm();
        if (left > 16 * std::numeric_limits<T>::epsilon() * before &&
            left > std::numeric_limits<T>::min()) {
          rows.row(i) /= left;
        } else {
          for (Index j = 0; j < rows.cols(); ++j) rows(i, j) = rng_.template normal<T>();
          rows.row(i) /= rows.row(i).norm();
          fresh = true;
        }
      }
      x = rows.transpose();
      if (round > 0 && !fresh) break;
    }
    basis_.middleCols(size, width) = x;
    return size + width;
  }

  /// Applies a^T a to columns known .. size - 1, completes the projected matrix, leaves the rest in @p rest.
  void expand(Index known, Index size, Matrix<T>& rest) {
    const Matrix<T> x = basis_.middleCols(known, size - known);
    Matrix<T> ax;
    multiply_sparse(a_, x, ax, {.threads = threads_});
    multiply_sparse(at_, ax, rest, {.threads = threads_});
    const Matrix<T> h = project_out(size, rest);
    for (Index i = 0; i < size; ++i)
      for (Index j = known; j < size; ++j)
        projected_(i, j) = projected_(j, i) = static_cast<double>(h(i, j - known));
  }

  void rayleigh_ritz(Index size) {
    std::vector<double> h(static_cast<std::size_t>(size * size));
    for (Index i = 0; i < size; ++i)
      for (Index j = 0; j < size; ++j)
        h[static_cast<std::size_t>(i * size + j)] = (projected_(i, j) + projected_(j, i)) / 2;
    eigen_ = symmetric_eigen(size, h);
  }

  /// a^T a q y - theta q y is what is left of the last block times the last numbers of y.
  [[nodiscard]] double worst_residual(const Gram& residual, Index size) const {
    const Index width = residual.rows();
    double worst = 0;
    for (Index i = 0; i < rank_; ++i) {
      const double* const y = &eigen_.vectors[static_cast<std::size_t>(i * size + size - width)];
      double squares = 0;
      for (Index r = 0; r < width; ++r)
        for (Index c = 0; c < width; ++c) squares += y[r] * residual(r, c) * y[c];
      worst = std::max(worst, std::sqrt(std::max(0.0, squares)));
    }
    return worst;
  }

  /// The first @p count columns of the basis become the best Ritz vectors of the first @p size.
  void keep(Index size, Index count) {
    Matrix<T> y(size, count);
    for (Index i = 0; i < count; ++i)
      for (Index j = 0; j < size; ++j)
        y(j, i) = static_cast<T>(eigen_.vectors[static_cast<std::size_t>(i * size + j)]);
    parallel_for(basis_.rows(), {.threads = threads_, .grain = piece}, [&](Index begin, Index end) {
      Matrix<T> ritz(end - begin, count);
      multiply(basis_.block(begin, 0, end - begin, size), y, ritz);
      basis_.block(begin, 0, end - begin, count) = ritz;
    });
  }

  const SparseMatrix<T>& a_;
  SparseMatrix<T> at_;
  Index rank_;
  double tolerance_;
  int restarts_;
  int threads_;
  Rng rng_;
  Index block_;
  Index room_;
  Matrix<T> basis_;           // columns of a x room, orthonormal
  Matrix<double> projected_;  // basis^T a^T a basis
  SymmetricEigen eigen_;
};

}  // namespace detail

/// The largest singular values of a sparse matrix and their vectors.
///
///   a (m x n)  ~  u (m x k) diag(singular_values) v^T (k x n),   k = min(rank, m, n)
///
/// Works on the shorter side. The signs of a pair of vectors are arbitrary; the bits do not depend on the number of
/// threads.
/// @throws OptionError for options outside their domain; DataError if an element is not finite.
/// Source: block Lanczos with thick restart: Wu & Simon, SIAM J. Matrix Anal. Appl. 22(2), 2000; random start
/// after Musco & Musco, NIPS 2015. Cost: a few times (2 rank + 128) products with a and its transpose and n (2 rank +
/// 128)^2 flops each; n (2 rank + 128) numbers.
///
///     loyal::SparseMatrix<double> a(3, 2);
///     a.insert(0, 0) = 3;
///     a.insert(2, 1) = -5;
///     a.makeCompressed();
///     const auto svd = loyal::truncated_svd(a, {.rank = 1});
///     if (std::abs(svd.singular_values[0] - 5) > 1e-9 || std::abs(svd.v(0, 0)) > 1e-9) return 1;
template <Scalar T>
[[nodiscard]] TruncatedSVD<T> truncated_svd(const SparseMatrix<T>& a,
                                            const TruncatedSVDOptions& options = {}) {
  constexpr const char* where = "truncated_svd";
  detail::expect_option(where, "rank", options.rank, options.rank >= 1, ">= 1");
  detail::expect_option(where, "tolerance", options.tolerance, options.tolerance >= 0, ">= 0");
  detail::expect_option(where, "restarts", options.restarts, options.restarts >= 0, ">= 0");
  for (Index i = 0; i < a.nonZeros(); ++i)
    if (!std::isfinite(a.valuePtr()[i]))
      detail::fail<DataError>(where, "an element", a.valuePtr()[i], "a finite number");
  if (a.rows() < a.cols()) {
    auto swapped = truncated_svd<T>(SparseMatrix<T>(a.transpose()), options);
    std::swap(swapped.u, swapped.v);
    return swapped;
  }
  TruncatedSVD<T> svd;
  if (a.cols() == 0) {
    svd.u.resize(a.rows(), 0);
    svd.v.resize(0, 0);
    svd.converged = true;
    return svd;
  }
  detail::BlockLanczos<T> lanczos(a, options);
  svd.converged = lanczos.run();
  svd.v = lanczos.vectors();
  multiply_sparse(a, svd.v, svd.u, {.threads = options.threads});
  svd.singular_values.resize(lanczos.rank());
  // |a v| is more accurate than the root of the eigenvalue.
  for (Index i = 0; i < lanczos.rank(); ++i) {
    const T norm = svd.u.col(i).norm();
    svd.singular_values[i] = norm;
    if (norm > 0) svd.u.col(i) /= norm;
  }
  return svd;
}

}  // namespace loyal
