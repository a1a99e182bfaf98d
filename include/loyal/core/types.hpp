// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <concepts>

namespace loyal {

/// float or double.
template <class T>
concept Scalar = std::same_as<T, float> || std::same_as<T, double>;

using Index = Eigen::Index;

/// Samples x features: row-major, one row is one sample.
template <Scalar T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <Scalar T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

template <Scalar T>
using RowVector = Eigen::Matrix<T, 1, Eigen::Dynamic, Eigen::RowMajor>;

/// Users x items, graphs, sparse features: compressed rows.
template <Scalar T>
using SparseMatrix = Eigen::SparseMatrix<T, Eigen::RowMajor>;

/// Anything Eigen can hand over as a dense block without copying: a matrix, a block, a map.
template <Scalar T>
using ConstMatrixRef = Eigen::Ref<const Matrix<T>, 0, Eigen::OuterStride<>>;
template <Scalar T>
using ConstVectorRef = Eigen::Ref<const Vector<T>>;

namespace detail {

template <class, class U>
struct dependent {
  using type = U;
};
/// U, but known to the compiler only once T is: what a template computes with vectors of it costs nothing
/// to those who do not use the template.
template <class T, class U>
using Dependent = typename dependent<T, U>::type;

}  // namespace detail

}  // namespace loyal
