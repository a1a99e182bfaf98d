// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "layer.hpp"

namespace loyal {

/// A layer with a way around it: y = x + inner(x); inner keeps the shape.
///
/// @throws ShapeError if inner changes the shape.
/// Source: He et al., CVPR 2016, eq. 1. Cost: inner's, and one addition an element.
///
///     const loyal::Residual block{loyal::Sequential{loyal::Dense<float>{4, 4}, loyal::ReLU{}}};
///     const auto y = loyal::predict(block, loyal::Matrix<float>::Ones(2, 4).eval());
///     if (y.minCoeff() < 1) return 1;
template <class Inner>
class Residual {
 public:
  using Input = InputOf<Inner>;
  using Gradient = Residual<GradientOf<Inner>>;
  static constexpr bool reads_output = false;
  static constexpr bool couples_samples = detail::couples_samples<Inner>();

  template <class X>
  struct Cache {
    CacheOf<Inner, X> inner;
    X value;       ///< inner(x)
    X derivative;  ///< d loss / d x through inner
  };

  Residual() = default;
  explicit Residual(Inner layer) : inner(std::move(layer)) {}

  Inner inner;

  template <RealActivation X>
  void forward(const X& x, X& y, Cache<X>& cache, Pass& pass) const {
    inner.forward(x, cache.value, cache.inner, pass);
    detail::expect_shape("Residual::forward", "inner(x)", as_matrix(cache.value),
                         as_matrix(x).rows(), as_matrix(x).cols());
    set_shape_like(y, x);
    as_matrix(y) = as_matrix(x) + as_matrix(cache.value);
  }

  template <RealActivation X, class DX>
  void backward(const X& x, const X&, const X& dy, Cache<X>& cache, DX& dx,
                Gradient& gradient) const {
    if constexpr (detail::wanted<DX>) {
      inner.backward(x, cache.value, dy, cache.inner, cache.derivative, gradient.inner);
      set_shape_like(dx, x);
      as_matrix(dx) = as_matrix(dy) + as_matrix(cache.derivative);
    } else {
      inner.backward(x, cache.value, dy, cache.inner, dx, gradient.inner);
    }
  }

  [[nodiscard]] Gradient zero_gradient() const { return Gradient{loyal::zero_gradient(inner)}; }
  void initialize(Rng& rng) { loyal::initialize(inner, rng); }
  template <class C>
  void absorb(const C& cache) {
    loyal::absorb(inner, cache.inner);
  }

  template <class F, class... Models>
  static void for_each_parameter(F&& f, Models&... m) {
    f("inner", m.inner...);
  }
};

}  // namespace loyal
