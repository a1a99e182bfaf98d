// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include <loyal/core/parameters.hpp>
#include <loyal/core/random.hpp>
#include <loyal/core/tensor.hpp>

namespace loyal::testing {

/// Largest relative difference between a gradient and central differences of f at x.
///
/// f maps a Vector<double> to a double. Each coordinate moves by cbrt(eps) max(1, |x_i|), where
/// rounding and truncation of a three-point rule balance. A difference counts relative to the
/// larger of both values, but never to less than `floor`, so what is truly zero must be zero on
/// both sides. NaN or infinity anywhere gives infinity.
template <class F>
double gradient_error(F&& f, Vector<double> x, const Vector<double>& gradient,
                      double floor = 1e-3) {
  if (x.size() != gradient.size()) return std::numeric_limits<double>::infinity();
  const double unit = std::cbrt(std::numeric_limits<double>::epsilon());
  double worst = 0;
  for (Index i = 0; i < x.size(); ++i) {
    const double at = x[i];
    const double h = unit * std::max(1.0, std::abs(at));
    x[i] = at + h;
    const double up = f(x);
    x[i] = at - h;
    const double down = f(x);
    x[i] = at;
    const double numeric = (up - down) / (2 * h);
    const double scale = std::max({std::abs(numeric), std::abs(gradient[i]), floor});
    const double error = std::abs(numeric - gradient[i]) / scale;
    if (!std::isfinite(error)) return std::numeric_limits<double>::infinity();
    worst = std::max(worst, error);
  }
  return worst;
}

/// Largest difference of two arrays, relative to the largest number of the second; infinite for
/// other shapes or if anything is NaN.
template <class A, class B>
double difference(const A& got, const B& expected) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (got.rows() != expected.rows() || got.cols() != expected.cols()) return infinity;
  if (got.size() == 0) return 0;
  const Matrix<double> a = got.template cast<double>();
  const Matrix<double> b = expected.template cast<double>();
  const double worst = (a - b).cwiseAbs().template maxCoeff<Eigen::PropagateNaN>() /
                       std::max(b.cwiseAbs().maxCoeff(), std::numeric_limits<double>::min());
  return std::isfinite(worst) ? worst : infinity;
}

/// What golden values of another implementation in float are compared with.
inline constexpr double golden_tolerance = 1e-5;
/// The same for values it computed in double; float results are only as good as float.
template <Scalar T>
inline constexpr double golden_f64_tolerance = sizeof(T) == sizeof(double) ? 1e-10 : 1e-5;

/// A normal number that keeps away from zero, where many functions have a kink.
inline double away_from_zero(Rng& rng) {
  const double value = rng.normal();
  return value + std::copysign(0.01, value);
}

/// Fills the arrays of a model, buffers with numbers in [0.5, 1.5): a variance stays positive.
template <class M>
void randomize(M& model, Rng& rng, double deviation = 0.5) {
  for_each_parameter(
      [&](const Leaf& leaf, auto& array) {
        for (auto& value : loyal::detail::elements(array))
          value = static_cast<std::remove_reference_t<decltype(value)>>(
              leaf.trainable() ? rng.normal(0.0, deviation) : rng.uniform(0.5, 1.5));
      },
      model);
}

template <class M>
M randomized(M model, std::uint64_t seed = 1) {
  Rng rng{seed};
  randomize(model, rng);
  return model;
}

/// Fills an activation with numbers of both signs; lengths run from 0 to the whole time axis.
template <Activation X>
X random_activation(const std::array<Index, loyal::detail::activation_traits<X>::rank>& shape,
                    Rng& rng) {
  X x;
  if constexpr (requires { x.lengths; }) {
    set_shape(x.values, shape);
    for (Index b = 0; b < shape[0]; ++b)
      x.lengths.push_back(
          b == 0   ? shape[1]
          : b == 1 ? 0
                   : static_cast<Index>(rng.below(static_cast<std::uint64_t>(shape[1]) + 1)));
  } else {
    set_shape(x, shape);
  }
  auto all = as_matrix(x);
  for (Index i = 0; i < all.size(); ++i)
    all.data()[i] = static_cast<ScalarOf<X>>(away_from_zero(rng));
  return x;
}

}  // namespace loyal::testing
