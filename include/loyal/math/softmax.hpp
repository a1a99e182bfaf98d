// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "../core/types.hpp"
#include "functions.hpp"

namespace loyal {
namespace detail {

/// The largest entry, or NaN if there is one.
template <class Row>
auto largest_of(const Row& row) {
  return row.template maxCoeff<Eigen::PropagateNaN>();
}
auto exponentials(const Numbers auto& row) { return evaluate<packet::VanishingExp>(row); }

}  // namespace detail

/// log(exp(x_0) + exp(x_1) + ...) of a vector or row expression; -inf if it is empty or all -inf.
///
///     const Eigen::RowVectorXd x = Eigen::RowVectorXd::Constant(2, 1000.0);
///     if (std::abs(loyal::log_sum_exp(x) - (1000 + std::log(2.0))) > 1e-12) return 1;
template <class Derived>
auto log_sum_exp(const Eigen::MatrixBase<Derived>& x) {
  using T = typename Derived::Scalar;
  if (x.size() == 0) return -std::numeric_limits<T>::infinity();
  const T largest = detail::largest_of(x);
  if (std::isinf(largest)) return largest;
  return largest + std::log(detail::exponentials(x.array() - largest).sum());
}

/// log_sum_exp of each row: x (n x k) gives n values.
template <class Derived>
auto log_sum_exp_rows(const Eigen::MatrixBase<Derived>& x) {
  Vector<typename Derived::Scalar> result(x.rows());
  for (Index i = 0; i < x.rows(); ++i) result[i] = log_sum_exp(x.row(i));
  return result;
}

/// Turns each row of scores into probabilities, in place: x_j <- exp(x_j) / sum_k exp(x_k).
///
/// Scores of -inf mask their entry: it becomes exactly 0. A row of nothing but -inf has nothing to
/// choose from and becomes all 0. NaN or +inf anywhere makes its whole row NaN.
/// Source: none, our own; the largest score of a row is subtracted first, so nothing overflows.
/// Cost: one exponential an entry, no allocation.
///
///     loyal::Matrix<float> x(1, 3);
///     x << 1000, 1000, -INFINITY;
///     loyal::softmax_in_place(x);
///     if (x(0, 0) != 0.5F || x(0, 2) != 0) return 1;
template <class Derived>
void softmax_in_place(const Eigen::MatrixBase<Derived>& writable) {
  using T = typename Derived::Scalar;
  auto& x = writable.const_cast_derived();
  if (x.cols() == 0) return;
  for (Index i = 0; i < x.rows(); ++i) {
    auto row = x.row(i);
    const T largest = detail::largest_of(row);
    if (largest == -std::numeric_limits<T>::infinity()) {
      row.setZero();
      continue;
    }
    row.array() = detail::exponentials(row.array() - largest);
    row /= row.sum();
  }
}

/// Probabilities (n x k) of scores (n x k), row by row; see softmax_in_place().
template <class Derived>
auto softmax(const Eigen::MatrixBase<Derived>& scores) {
  Matrix<typename Derived::Scalar> probabilities = scores;
  softmax_in_place(probabilities);
  return probabilities;
}

/// Logarithms of softmax(), in place: x_j <- x_j - log_sum_exp(x). A row of nothing but -inf stays
/// so.
template <class Derived>
void log_softmax_in_place(const Eigen::MatrixBase<Derived>& writable) {
  using T = typename Derived::Scalar;
  auto& x = writable.const_cast_derived();
  if (x.cols() == 0) return;
  for (Index i = 0; i < x.rows(); ++i) {
    auto row = x.row(i);
    const T largest = detail::largest_of(row);
    if (largest == -std::numeric_limits<T>::infinity()) continue;
    row.array() -= largest;  // in two steps: x - (largest + log sum) would lose digits of the log
    row.array() -= std::log(detail::exponentials(row.array()).sum());
  }
}

/// Logarithms of the probabilities (n x k) of scores (n x k); see log_softmax_in_place().
template <class Derived>
auto log_softmax(const Eigen::MatrixBase<Derived>& scores) {
  Matrix<typename Derived::Scalar> logarithms = scores;
  log_softmax_in_place(logarithms);
  return logarithms;
}

}  // namespace loyal
