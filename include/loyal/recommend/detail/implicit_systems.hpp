// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "../../core/types.hpp"
#include "../../math/detail/packet.hpp"
#include "../../math/matrix_product.hpp"
#include "cholesky.hpp"

namespace loyal::detail {

/// Sums over some rows y_j of a table, and what a vector v makes of them. Rows are whole packets long, the last
/// one filled up with zeros.
template <Scalar T>
struct RowSums {
  using P = typename packet::packet_traits<T>::type;
  static constexpr Index lanes = packet::packet_traits<T>::size;
  static constexpr int block = 8;  // rows at a time: as many independent sums

  /// The length of rows of so many numbers.
  static constexpr Index padded(Index cols) { return (cols + lanes - 1) / lanes * lanes; }

  const T* table;
  Index cols;
  std::span<const std::int32_t> rows;
  std::span<const float> weights;  // or none: ones

  /// sum = sum + sum over j of f(w_j, y_j . v) y_j.
  /// With @p ahead the rows are fetched from memory in time, to be in cache for the next call.
  template <class F>
  void add(const T* v, T* sum, bool ahead, const F& f) const {
    each_block(ahead, [&](auto count, const T* const* y, std::size_t from) {
      T s[block] = {};
      dots<count>(y, v, s);
      for (int r = 0; r < count; ++r) s[r] = f(weight(from + static_cast<std::size_t>(r)), s[r]);
      P factor[count];
      unroll<count>([&](auto r) { factor[r] = packet::pset1<P>(s[r]); });
      for (Index c = 0; c < cols; c += lanes) {
        P total = packet::ploadu<P>(sum + c);
        unroll<count>(
            [&](auto r) { total = packet::pmadd(packet::ploadu<P>(y[r] + c), factor[r], total); });
        packet::pstoreu(sum + c, total);
      }
    });
  }

  /// The sum over j of f(w_j, y_j . v).
  template <class F>
  [[nodiscard]] T total(const T* v, bool ahead, const F& f) const {
    T all = 0;
    each_block(ahead, [&](auto count, const T* const* y, std::size_t from) {
      T s[block] = {};
      dots<count>(y, v, s);
      for (int r = 0; r < count; ++r) all += f(weight(from + static_cast<std::size_t>(r)), s[r]);
    });
    return all;
  }

  [[nodiscard]] T weight(std::size_t j) const {
    return weights.empty() ? T(1) : static_cast<T>(weights[j]);
  }
  [[nodiscard]] const T* row(std::size_t j) const { return table + rows[j] * cols; }

 private:
  template <class F>
  [[gnu::always_inline]] void each_block(bool ahead, const F& f) const {
    std::array<const T*, block> y;
    std::size_t j = 0;
    for (; j + block <= rows.size(); j += block) {
      for (std::size_t r = 0; r < block; ++r) y[r] = row(j + r);
      if (ahead) fetch(j + block, std::min(rows.size(), j + block + block));
      f(std::integral_constant<int, block>{}, y.data(), j);
    }
    for (; j < rows.size(); ++j) {
      y[0] = row(j);
      f(std::integral_constant<int, 1>{}, y.data(), j);
    }
  }
  void fetch(std::size_t from, std::size_t to) const {
    constexpr Index line = 64 / static_cast<Index>(sizeof(T));
    for (std::size_t j = from; j < to; ++j)
      for (Index c = 0; c < cols; c += line) __builtin_prefetch(row(j) + c);
  }
  template <int count>
  void dots(const T* const* y, const T* v, T* s) const {
    P sum[count];
    unroll<count>([&](auto r) { sum[r] = packet::pset1<P>(T(0)); });
    for (Index c = 0; c < cols; c += lanes) {
      const P right = packet::ploadu<P>(v + c);
      unroll<count>(
          [&](auto r) { sum[r] = packet::pmadd(packet::ploadu<P>(y[r] + c), right, sum[r]); });
    }
    unroll<count>([&](auto r) { s[r] = packet::predux(sum[r]); });
  }
};

/// One row's least squares: the x that minimizes sum_j w_j (1 - x . y_j)^2 + x (G + lambda I) x^T.
template <Scalar T>
struct ImplicitSystem {
  std::span<const std::int32_t> rows;  // the j
  std::span<const float> weights;      // w_j, or none: ones
  T lambda;
  T* x;  // where to begin, and the result
};

/// Solves such systems that share G and the table of y, in one of three ways. Each system comes out the same to
/// the last bit whichever others are solved with it.
template <Scalar T>
class ImplicitSolver {
 public:
  static constexpr Index most = 12;  // systems solved together

  /// @p table holds rows of @p cols numbers, @p cols whole packets; @p gram is cols x cols.
  ImplicitSolver(const T* table, const Matrix<T>& gram)
      : table_(table), gram_(&gram), cols_(gram.cols()) {}

  [[nodiscard]] Index cols() const { return cols_; }

  /// How many of the systems from the first on are best solved together: their rows stay in the second-level cache.
  [[nodiscard]] std::size_t together(std::span<const ImplicitSystem<T>> systems) const {
    std::size_t bytes = 0;
    std::size_t count = 0;
    for (; count < std::min<std::size_t>(systems.size(), most); ++count) {
      bytes += bytes_of(systems[count]);
      if (count > 0 && bytes > cached) break;
    }
    return count;
  }

  /// Some steps of conjugate gradients from the x given, for at most `most` systems. From the second step on all
  /// products with G are one product of matrices.
  /// Source: Golub & Van Loan, Matrix Computations, algorithm 11.3.3; Takács, Pilászy & Tikk, RecSys 2011 (for ALS).
  void conjugate_gradient(std::span<const ImplicitSystem<T>> systems, int steps) {
    const auto count = begin(systems);
    for (Index i = 0; i < count; ++i) x_.row(i) = of(systems, i);
    multiply(x_.topRows(count), *gram_, q_.topRows(count));
    for (Index i = 0; i < count; ++i) {
      const auto& s = systems[static_cast<std::size_t>(i)];
      r_.row(i) = -q_.row(i) - s.lambda * x_.row(i);
      sums(s).add(x_.row(i).data(), r_.row(i).data(), true, [](T w, T dot) { return w - w * dot; });
      p_.row(i) = r_.row(i);
      squares_[i] = r_.row(i).squaredNorm();
    }
    for (int step = 1; step <= steps; ++step) {
      multiply(p_.topRows(count), *gram_, q_.topRows(count));
      for (Index i = 0; i < count; ++i)
        if (squares_[i] > 0) advance(systems[static_cast<std::size_t>(i)], i, step == steps);
    }
    for (Index i = 0; i < count; ++i) of(systems, i) = x_.row(i);
  }

  /// The same from x = 0 until the residual is small. @p right, if not null, stands for sum_j w_j y_j.
  void converge(std::span<const ImplicitSystem<T>> systems, const T* right = nullptr) {
    const auto count = begin(systems);
    const T tolerance = std::pow(std::numeric_limits<T>::epsilon(), T(0.7));
    T goal[most] = {};
    for (Index i = 0; i < count; ++i) {
      x_.row(i).setZero();
      r_.row(i).setZero();
      if (right != nullptr)
        r_.row(i) = Eigen::Map<const RowVector<T>>(right, cols_);
      else
        sums(systems[static_cast<std::size_t>(i)])
            .add(x_.row(i).data(), r_.row(i).data(), true, [](T w, T) { return w; });
      p_.row(i) = r_.row(i);
      squares_[i] = r_.row(i).squaredNorm();
      goal[i] = tolerance * tolerance * squares_[i];
    }
    for (Index step = 0; step < 2 * cols_; ++step) {
      multiply(p_.topRows(count), *gram_, q_.topRows(count));
      bool any = false;
      for (Index i = 0; i < count; ++i)
        if (squares_[i] > goal[i]) {
          any = true;
          advance(systems[static_cast<std::size_t>(i)], i, false);
        }
      if (!any) break;
    }
    for (Index i = 0; i < count; ++i) of(systems, i) = x_.row(i);
  }

  /// The exact x; the numbers beyond @p size are filling. @p right as above.
  void cholesky(const ImplicitSystem<T>& s, Index size, const T* right = nullptr) {
    Matrix<T>& a = matrix_;
    a = gram_->topLeftCorner(size, size);
    a.diagonal().array() += s.lambda;
    const RowSums<T> rows = sums(s);
    RowVector<T> b = RowVector<T>::Zero(cols_);
    if (right == nullptr)
      rows.add(b.data(), b.data(), true, [](T w, T) { return w; });
    else
      b = Eigen::Map<const RowVector<T>>(right, cols_);
    add_squares(rows, 0, size, a);
    solve_by_cholesky(a, b.data());
    Eigen::Map<RowVector<T>>(s.x, cols_) = b;
  }

  /// One round of Newton steps for @p width numbers of x after the other.
  /// Source: Rendle, Krichene, Zhang & Koren, "iALS++", arXiv 2110.14044, 2021, algorithm 2.
  void subspace(const ImplicitSystem<T>& s, Index size, Index width) {
    const RowSums<T> rows = sums(s);
    Eigen::Map<RowVector<T>> x(s.x, cols_);
    errors_.resize(s.rows.size());
    for (std::size_t j = 0; j < s.rows.size(); ++j)
      errors_[j] = Eigen::Map<const RowVector<T>>(rows.row(j), cols_).dot(x) - 1;
    RowVector<T> h = x * *gram_ + s.lambda * x;  // the part of half the gradient that knows no j
    for (Index from = 0; from < size; from += width) {
      const Index n = std::min(width, size - from);
      matrix_ = gram_->block(from, from, n, n);
      matrix_.diagonal().array() += s.lambda;
      add_squares(rows, from, n, matrix_);
      RowVector<T> step = h.segment(from, n);
      for (std::size_t j = 0; j < s.rows.size(); ++j)
        step += rows.weight(j) * errors_[j] * Eigen::Map<const RowVector<T>>(rows.row(j) + from, n);
      solve_by_cholesky(matrix_, step.data());
      x.segment(from, n) -= step;
      h.noalias() -= step * gram_->middleRows(from, n);
      h.segment(from, n) -= s.lambda * step;
      for (std::size_t j = 0; j < s.rows.size(); ++j)
        errors_[j] -= Eigen::Map<const RowVector<T>>(rows.row(j) + from, n).dot(step);
    }
  }

 private:
  static constexpr std::size_t cached = std::size_t{640} * 1024;
  [[nodiscard]] std::size_t bytes_of(const ImplicitSystem<T>& s) const {
    return s.rows.size() * static_cast<std::size_t>(cols_) * sizeof(T);
  }
  Index begin(std::span<const ImplicitSystem<T>> systems) {
    for (auto* m : {&x_, &r_, &p_, &q_})
      if (m->rows() != most || m->cols() != cols_) m->resize(most, cols_);
    return static_cast<Index>(systems.size());
  }
  [[nodiscard]] auto of(std::span<const ImplicitSystem<T>> systems, Index i) const {
    return Eigen::Map<RowVector<T>>(systems[static_cast<std::size_t>(i)].x, cols_);
  }
  [[nodiscard]] RowSums<T> sums(const ImplicitSystem<T>& s) const {
    return {table_, cols_, s.rows, s.weights};
  }

  /// One step of system i, whose q = p G; the last one needs no new direction.
  void advance(const ImplicitSystem<T>& s, Index i, bool last) {
    T* const p = p_.row(i).data();
    T* const q = q_.row(i).data();
    q_.row(i) += s.lambda * p_.row(i);
    const bool far = bytes_of(s) > cached;
    T curvature = 0;
    if (last) {
      curvature = sums(s).total(p, far, [](T w, T dot) { return w * dot * dot; });
    } else {
      sums(s).add(p, q, far, [](T w, T dot) { return w * dot; });
    }
    curvature += p_.row(i).dot(q_.row(i));
    if (!(curvature > 0)) {  // p has come down to rounding
      squares_[i] = 0;
      return;
    }
    const T step = squares_[i] / curvature;
    x_.row(i) += step * p_.row(i);
    if (last) return;
    r_.row(i) -= step * q_.row(i);
    const T before = squares_[i];
    squares_[i] = r_.row(i).squaredNorm();
    p_.row(i) = r_.row(i) + squares_[i] / before * p_.row(i);
  }

  /// a += sum_j w_j y_j^T y_j of @p n columns.
  void add_squares(const RowSums<T>& rows, Index from, Index n, Matrix<T>& a) {
    constexpr std::size_t depth = 128;
    const std::size_t count = rows.rows.size();
    for (std::size_t begin = 0; begin < count; begin += depth) {
      const auto some = static_cast<Index>(std::min(depth, count - begin));
      gathered_.resize(some, n);
      for (Index j = 0; j < some; ++j)
        gathered_.row(j) =
            std::sqrt(rows.weight(begin + static_cast<std::size_t>(j))) *
            Eigen::Map<const RowVector<T>>(rows.row(begin + static_cast<std::size_t>(j)) + from, n);
      multiply_add(gathered_.transpose(), gathered_, a);
    }
  }

  const T* table_;
  const Matrix<T>* gram_;
  Index cols_;
  Matrix<T> x_, r_, p_, q_;  // one row a system
  T squares_[most] = {};
  Matrix<T> matrix_, gathered_;
  std::vector<T> errors_;
};

}  // namespace loyal::detail
