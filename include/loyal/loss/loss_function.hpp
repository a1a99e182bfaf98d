// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>

#include "../core/error.hpp"
#include "../core/tensor.hpp"
#include "../core/types.hpp"

namespace loyal {

/// What a loss compares predictions X with: its `Target<X>`, or X again where it names none.
namespace detail {
template <class L, class X>
struct target_of {
  using type = X;
};
template <class L, class X>
requires requires { typename L::template Target<X>; }
struct target_of<L, X> {
  using type = typename L::template Target<X>;
};
}  // namespace detail
template <class L, class X>
using TargetOf = typename detail::target_of<L, X>::type;

/// How far predictions are from targets: a weighted mean over samples, and its derivative.
///
///   divisor(prediction, target, weights)         what the mean divides by: samples, or their weights' sum
///   evaluate(prediction, target, weights, divisor, gradient)
///                                                sum of weighted losses / divisor; unless gradient is null,
///                                                writes there d value / d prediction
///
/// Both are 0 where the divisor is: for no samples, or none that weighs anything.
/// Sum and divisor are apart so that a batch may be computed in pieces whose values and gradients add up.
/// `weights` has an entry a row of the prediction, or is empty: all weigh 1.
template <class L, class X = Matrix<float>>
concept Loss = RealActivation<X> &&
    requires(const L& loss, const X& prediction, const TargetOf<L, X>& target,
             const Vector<double>& weights, X* gradient) {
  { loss.divisor(prediction, target, weights) } -> std::convertible_to<double>;
  { loss.evaluate(prediction, target, weights, 1.0, gradient) } -> std::convertible_to<double>;
};

/// Mean loss of predictions.
///
///     const loyal::Matrix<double> prediction = loyal::Matrix<double>::Constant(4, 1, 3);
///     const loyal::Matrix<double> target = loyal::Matrix<double>::Constant(4, 1, 1);
///     if (loyal::mean_loss(loyal::SquaredError{}, prediction, target) != 4) return 1;
template <class L, RealActivation X>
double mean_loss(const L& loss, const X& prediction, const TargetOf<L, X>& target,
                 const Vector<double>& weights = {}) {
  const double divisor = loss.divisor(prediction, target, weights);
  return loss.evaluate(prediction, target, weights, divisor, static_cast<X*>(nullptr));
}

/// Mean loss of predictions and its gradient.
template <class L, RealActivation X>
double mean_loss(const L& loss, const X& prediction, const TargetOf<L, X>& target,
                 const Vector<double>& weights, X& gradient) {
  const double divisor = loss.divisor(prediction, target, weights);
  return loss.evaluate(prediction, target, weights, divisor, &gradient);
}

namespace detail {

/// Checks that weights are empty or one a row, finite and not negative.
inline void expect_weights(const char* where, const Vector<double>& weights, Index rows) {
  if (weights.size() == 0) return;
  expect_size(where, "the number of weights", weights.size(), rows);
  for (Index i = 0; i < weights.size(); ++i)
    if (!(weights[i] >= 0) || std::isinf(weights[i]))
      fail<DataError>(where, "a weight", "negative or not finite", "finite and >= 0");
}

/// Sum of the weights of n rows.
inline double total_weight(const Vector<double>& weights, Index rows) {
  return weights.size() == 0 ? static_cast<double>(rows) : weights.sum();
}

/// Base of losses that add up over elements, of one formula each; divides by the number of elements, rows
/// weighted. Derived offers value(x, t) and slope(x, t) on Eigen array expressions.
template <class Derived>
struct ElementwiseLoss {
  template <RealActivation X>
  [[nodiscard]] double divisor(const X& prediction, const X&, const Vector<double>& weights) const {
    return total_weight(weights, as_matrix(prediction).rows()) *
           static_cast<double>(feature_size(prediction));
  }

  template <RealActivation X>
  double evaluate(const X& prediction, const X& target, const Vector<double>& weights,
                  double divisor, X* gradient) const {
    using T = ScalarOf<X>;
    const auto x = as_matrix(prediction).array();
    const auto t = as_matrix(target).array();
    expect_shape(Derived::name, "target", t, x.rows(), x.cols());
    expect_weights(Derived::name, weights, x.rows());
    const auto& self = static_cast<const Derived&>(*this);
    self.expect_target(t);
    // Nothing to divide by: no row weighs anything.
    const T inverse = divisor == 0 ? T(0) : static_cast<T>(1 / divisor);
    const Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>> flat_x{x.data(), x.size()};
    const Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>> flat_t{t.data(), t.size()};
    // Values come in packets only if they are stored as T before they are summed as double.
    constexpr Index block = 256;
    Eigen::Array<T, block, 1> values;
    double sum = 0;
    for (Index from = 0; from < x.size(); from += block) {
      const Index n = std::min(block, x.size() - from);
      values.head(n) = self.value(flat_x.segment(from, n), flat_t.segment(from, n));
      for (Index i = 0; i < n; ++i)
        sum += static_cast<double>(values[i]) *
               (weights.size() == 0 ? 1 : weights[(from + i) / x.cols()]);
    }
    if (gradient != nullptr) {
      set_shape_like(*gradient, prediction);
      auto d = as_matrix(*gradient).array();
      d = self.slope(x, t) * inverse;
      if (weights.size() != 0) d.colwise() *= weights.array().template cast<T>();
    }
    return divisor == 0 ? 0 : sum / divisor;
  }
};

}  // namespace detail
}  // namespace loyal
