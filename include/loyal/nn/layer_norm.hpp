// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "../core/error.hpp"
#include "layer.hpp"

namespace loyal {

/// Layer normalization over the last axis: each row gets mean 0 and variance 1, then a learned scale.
///
///   y = (x - mean(x)) / sqrt(var(x) + epsilon) * weight + bias        var divides by n
///
///   x, y           ... x features
///   weight, bias   features; start from 1 and 0
///
/// @throws OptionError unless features >= 1 and epsilon > 0; ShapeError if x has other features.
/// Source: Ba, Kiros & Hinton, arXiv 1607.06450, eq. 4. Cost: a few passes over x.
///
///     const loyal::LayerNorm<double> norm{4};
///     const auto y = loyal::predict(norm, loyal::Matrix<double>::Random(3, 4).eval());
///     if (std::abs(y.row(0).sum()) > 1e-12) return 1;
template <Scalar T>
class LayerNorm {
 public:
  using Input = Matrix<T>;
  static constexpr bool reads_output = false;

  template <class X>
  struct Cache {
    Matrix<T> normalized;     ///< rows x features
    Vector<T> inverse_scale;  ///< rows; 1 / sqrt(var + epsilon)
  };

  LayerNorm() = default;
  explicit LayerNorm(Index features, double epsilon = 1e-5) : epsilon_(epsilon) {
    detail::expect_option("LayerNorm", "features", features, features >= 1, ">= 1");
    detail::expect_option("LayerNorm", "epsilon", epsilon, epsilon > 0, "> 0");
    weight = RowVector<T>::Ones(features);
    bias = RowVector<T>::Zero(features);
  }

  RowVector<T> weight;  ///< features
  RowVector<T> bias;    ///< features

  [[nodiscard]] double epsilon() const noexcept { return epsilon_; }

  template <RealActivation X>
  void forward(const X& x, X& y, Cache<X>& cache, Pass&) const {
    detail::expect_size("LayerNorm::forward", "the last axis of x", feature_size(x), weight.size());
    set_shape_like(y, x);
    const auto in = as_matrix(x);
    auto out = as_matrix(y);
    cache.normalized.resize(in.rows(), in.cols());
    cache.inverse_scale.resize(in.rows());
    const T n = static_cast<T>(in.cols());
    for (Index r = 0; r < in.rows(); ++r) {
      auto row = cache.normalized.row(r).array();
      row = in.row(r).array() - in.row(r).sum() / n;
      const T inverse = 1 / std::sqrt(row.square().sum() / n + static_cast<T>(epsilon_));
      cache.inverse_scale[r] = inverse;
      row *= inverse;
      out.row(r).array() = row * weight.array() + bias.array();
    }
  }

  template <RealActivation X, class DX>
  void backward(const X&, const X&, const X& dy, Cache<X>& cache, DX& dx,
                LayerNorm& gradient) const {
    const auto from = as_matrix(dy);
    detail::expect_shape("LayerNorm::backward", "dy", from, cache.normalized.rows(),
                         cache.normalized.cols());
    gradient.weight.array() += (from.array() * cache.normalized.array()).colwise().sum();
    gradient.bias += from.colwise().sum();
    if constexpr (detail::wanted<DX>) {
      set_shape_like(dx, dy);
      auto to = as_matrix(dx);
      const T n = static_cast<T>(from.cols());
      for (Index r = 0; r < from.rows(); ++r) {
        const auto normalized = cache.normalized.row(r).array();
        auto row = to.row(r).array();
        row = from.row(r).array() * weight.array();
        const T mean = row.sum() / n;
        const T slope = (row * normalized).sum() / n;
        row = (row - mean - normalized * slope) * cache.inverse_scale[r];
      }
    }
  }

  void initialize(Rng&) {
    weight.setOnes();
    bias.setZero();
  }

  template <class F, class... Models>
  static void for_each_parameter(F&& f, Models&... m) {
    f("weight", m.weight...);
    f("bias", m.bias...);
  }

 private:
  double epsilon_ = 1e-5;
};

}  // namespace loyal
