// SPDX-License-Identifier: MIT
#pragma once

#include "../core/types.hpp"

namespace loyal {

/// max(x, low) of each number of an Eigen array expression; NaN stays NaN, which std::max may lose.
///
/// Source: none, our own. Cost: one instruction a packet.
///
///     const loyal::Matrix<double> x = loyal::Matrix<double>::Constant(1, 2, -3);
///     const loyal::Matrix<double> y = loyal::at_least(x.array(), 0.0);
///     if (y.sum() != 0) return 1;
template <class Derived>
auto at_least(const Eigen::ArrayBase<Derived>& x, typename Derived::Scalar low) {
  using T = typename Derived::Scalar;
  return x.binaryExpr(Derived::Constant(x.rows(), x.cols(), low),
                      Eigen::internal::scalar_max_op<T, T, Eigen::PropagateNaN>{});
}

/// max(x, low) of each pair of numbers; NaN in either stays NaN.
template <class A, class B>
auto at_least(const Eigen::ArrayBase<A>& x, const Eigen::ArrayBase<B>& low) {
  using T = typename A::Scalar;
  return x.binaryExpr(low.derived(), Eigen::internal::scalar_max_op<T, T, Eigen::PropagateNaN>{});
}

/// min(x, high) of each number of an Eigen array expression; NaN stays NaN.
template <class Derived>
auto at_most(const Eigen::ArrayBase<Derived>& x, typename Derived::Scalar high) {
  using T = typename Derived::Scalar;
  return x.binaryExpr(Derived::Constant(x.rows(), x.cols(), high),
                      Eigen::internal::scalar_min_op<T, T, Eigen::PropagateNaN>{});
}

}  // namespace loyal
