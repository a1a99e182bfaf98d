// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "error.hpp"
#include "types.hpp"

namespace loyal {

/// A tall matrix of which only a few rows differ from zero: the gradient of an embedding table.
///
/// row(i) hands out the row for adding and marks it as touched. Clearing, reading and updating cost
/// what the touched rows cost; only the index of slots, four bytes a row, is as tall as the table.
/// Source: none, our own.
///
///     loyal::SparseRows<double> gradient(1000, 2);
///     gradient.row(7) += loyal::RowVector<double>::Ones(2);
///     gradient.row(7) += loyal::RowVector<double>::Ones(2);
///     if (gradient.touched().size() != 1 || gradient.dense()(7, 1) != 2) return 1;
template <Scalar T>
class SparseRows {
 public:
  using value_type = T;

  SparseRows() = default;
  SparseRows(Index rows, Index cols)
      : cols_(cols), slot_(static_cast<std::size_t>(rows), std::int32_t{-1}) {}

  [[nodiscard]] Index rows() const noexcept { return static_cast<Index>(slot_.size()); }
  [[nodiscard]] Index cols() const noexcept { return cols_; }
  [[nodiscard]] Index size() const noexcept { return rows() * cols(); }

  /// Numbers of the touched rows, in the order of their first touch.
  [[nodiscard]] const std::vector<Index>& touched() const noexcept { return touched_; }

  /// The values of touched()[k], k = 0 .. touched().size() - 1, one row each.
  [[nodiscard]] auto values() { return values_.topRows(count()); }
  [[nodiscard]] auto values() const { return values_.topRows(count()); }

  /// Row i for adding to; zero at its first touch.
  /// @throws ShapeError unless 0 <= i < rows().
  [[nodiscard]] auto row(Index i) {
    if (i < 0 || i >= rows())
      detail::fail<ShapeError>("SparseRows::row", "the row", i,
                               "0 .. " + std::to_string(rows() - 1));
    std::int32_t& slot = slot_[static_cast<std::size_t>(i)];
    if (slot < 0) {
      slot = static_cast<std::int32_t>(touched_.size());
      touched_.push_back(i);
      if (values_.rows() < count())
        values_.conservativeResize(std::max<Index>(16, 2 * values_.rows()), cols_);
      values_.row(slot).setZero();
    }
    return values_.row(slot);
  }

  /// Forgets all rows; keeps the memory.
  void clear() noexcept {
    for (const Index i : touched_) slot_[static_cast<std::size_t>(i)] = -1;
    touched_.clear();
  }

  /// Adds another of the same shape.
  void add(const SparseRows& other) {
    detail::expect_shape("SparseRows::add", "other", other, rows(), cols());
    for (std::size_t k = 0; k < other.touched_.size(); ++k)
      row(other.touched_[k]) += other.values_.row(static_cast<Index>(k));
  }

  /// The whole matrix with its zeros.
  [[nodiscard]] Matrix<T> dense() const {
    Matrix<T> all = Matrix<T>::Zero(rows(), cols());
    for (std::size_t k = 0; k < touched_.size(); ++k)
      all.row(touched_[k]) = values_.row(static_cast<Index>(k));
    return all;
  }

  friend bool operator==(const SparseRows& a, const SparseRows& b) {
    return a.cols_ == b.cols_ && a.touched_ == b.touched_ && a.slot_.size() == b.slot_.size() &&
           (a.touched_.empty() || a.values() == b.values());
  }

 private:
  [[nodiscard]] Index count() const noexcept { return static_cast<Index>(touched_.size()); }

  Index cols_ = 0;
  std::vector<std::int32_t> slot_;  // of each row: its place in values_, or -1
  std::vector<Index> touched_;
  Matrix<T> values_;  // grows by doubling; rows beyond count() are spare
};

}  // namespace loyal
