// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "../../core/types.hpp"
#include "../../math/sparse_product.hpp"

namespace loyal::detail {

/// Users or items as sums of the vectors of their features: each is itself a feature, of value 1, and so are the columns
/// of its attributes. The tables hold v_f and in their last column w_f, which users leave at 0.
template <Scalar T>
struct FeatureVectors {
  SparseMatrix<T> attributes;  // rows beyond the last have none
  Matrix<T> own;               // users or items x (factors + 1)
  Matrix<T> shared;            // attributes x (factors + 1)

  /// Calls f(own or shared, row, a) for each feature of one user or item.
  template <class F>
  void visit(Index i, const F& f) const {
    f(&FeatureVectors::own, i, T(1));
    if (i >= attributes.rows()) return;
    const auto row = sparse_row(attributes, i);
    for (std::size_t k = 0; k < row.columns.size(); ++k)
      f(&FeatureVectors::shared, Index{row.columns[k]}, row.values[k]);
  }

  /// The sum of all v_f a_f, and last the linear terms and the interactions among them.
  void sum(Index i, RowVector<T>& all) const {
    all.setZero();
    const Index d = all.size() - 1;
    visit(i, [&](auto table, Index row, T a) {
      const auto v = (this->*table).row(row);
      all[d] += a * (v[d] + all.head(d).dot(v.head(d)));
      all.head(d) += a * v.head(d);
    });
  }
  /// That of all, one a row.
  [[nodiscard]] Matrix<T> sums() const {
    Matrix<T> rows(own.rows(), own.cols());
    RowVector<T> all(own.cols());
    for (Index i = 0; i < rows.rows(); ++i) {
      sum(i, all);
      rows.row(i) = all;
    }
    return rows;
  }

  /// Makes room for so many; what is new starts at zero.
  void grow(Index rows) {
    const Index known = own.rows();
    own.conservativeResize(rows, own.cols());
    own.bottomRows(rows - known).setZero();
  }

  /// Sums of squared gradients at their start.
  [[nodiscard]] FeatureVectors ones() const {
    return {
        {}, Matrix<T>::Ones(own.rows(), own.cols()), Matrix<T>::Ones(shared.rows(), shared.cols())};
  }
};

/// AdaGrad's step of one row of such a table.
template <Scalar T>
struct FeatureStep {
  T rate;
  T penalty;  // l of l/2 times the square

  /// Adds the penalty to @p gradient.
  void operator()(Matrix<T>& values, Matrix<T>& squares, Index row, RowVector<T>& gradient) const {
    auto v = values.row(row).array();
    auto s = squares.row(row).array();
    auto g = gradient.array();
    g += penalty * v;
    s += g.square();
    v -= rate * g / s.sqrt();
  }
};

}  // namespace loyal::detail
