// SPDX-License-Identifier: MIT
#pragma once

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/matrix_product.hpp"
#include "initializer.hpp"
#include "layer.hpp"

namespace loyal {

/// Fully connected layer, over the last axis of its input: y = x W + b.
///
///   x   ... x in_features       weight  in_features x out_features
///   y   ... x out_features      bias    out_features, or empty
///
/// Weights are drawn by the initializer, biases start from 0. `Dense<float>{64, 128}` draws from a stream
/// fixed by its two sizes; `initialize(network, rng)` draws anew for other seeds.
/// @throws OptionError unless both sizes are at least 1; ShapeError if x does not have in_features.
/// Source: Glorot & Bengio, AISTATS 2010, for the start. Cost: 2 in out flops a row, 4 more backward.
///
///     const loyal::Dense<float> layer{3, 2};
///     const loyal::Matrix<float> x = loyal::Matrix<float>::Ones(4, 3);
///     loyal::Matrix<float> y;
///     loyal::NoCache cache;
///     loyal::Pass pass;
///     layer.forward(x, y, cache, pass);
///     if (y.rows() != 4 || y.cols() != 2) return 1;
template <Scalar T>
class Dense {
 public:
  using Input = Matrix<T>;
  static constexpr bool reads_output = false;
  /// forward and backward can end their products with the activation next to this layer.
  static constexpr bool finishes_products = true;

  struct Options {
    bool bias = true;                                       ///< whether to add b
    Initializer initializer = Initializer::glorot_uniform;  ///< of the weights
  };

  Dense() = default;
  Dense(Index in_features, Index out_features) : Dense(in_features, out_features, Options{}) {}
  Dense(Index in_features, Index out_features, const Options& options)
      : Dense(in_features, out_features, options,
              Rng{static_cast<std::uint64_t>(in_features),
                  static_cast<std::uint64_t>(out_features)}) {}
  Dense(Index in_features, Index out_features, const Options& options, Rng rng)
      : initializer_(options.initializer) {
    detail::expect_option("Dense", "in_features", in_features, in_features >= 1, ">= 1");
    detail::expect_option("Dense", "out_features", out_features, out_features >= 1, ">= 1");
    weight.resize(in_features, out_features);
    bias.resize(options.bias ? out_features : 0);
    initialize(rng);
  }

  Matrix<T> weight;   ///< in_features x out_features
  RowVector<T> bias;  ///< out_features; empty if the layer has none

  [[nodiscard]] Index in_features() const noexcept { return weight.rows(); }
  [[nodiscard]] Index out_features() const noexcept { return weight.cols(); }

  /// y = finish(x W + b); Sequential hands in the activation behind this layer.
  template <RealActivation X, class Finish = detail::Unchanged>
  void forward(const X& x, X& y, NoCache&, Pass&, const Finish& finish = {}) const {
    detail::expect_size("Dense::forward", "the last axis of x", feature_size(x), in_features());
    set_shape_like(y, x, out_features());
    auto out = as_matrix(y);
    if (bias.size() == 0)
      multiply(as_matrix(x), weight, out, finish);
    else
      affine(as_matrix(x), weight, bias, out, finish);
  }

  /// dx = finish(dy W^T); Sequential hands in the slope of the activation before this layer.
  template <RealActivation X, class DX, class Finish = detail::Unchanged>
  void backward(const X& x, const X&, const X& dy, NoCache&, DX& dx, Dense& gradient,
                const Finish& finish = {}) const {
    detail::expect_size("Dense::backward", "the last axis of dy", feature_size(dy), out_features());
    detail::expect_size("Dense::backward", "the number of rows of dy", as_matrix(dy).rows(),
                        as_matrix(x).rows());
    multiply_add(as_matrix(x).transpose(), as_matrix(dy), gradient.weight);
    if (bias.size() != 0) add_row_sums(as_matrix(dy), gradient.bias);
    if constexpr (detail::wanted<DX>) {
      set_shape_like(dx, x);
      auto out = as_matrix(dx);
      multiply(as_matrix(dy), weight.transpose(), out, finish);
    }
  }

  void initialize(Rng& rng) {
    loyal::initialize(weight, initializer_, rng);
    bias.setZero();
  }

  template <class F, class... Models>
  static void for_each_parameter(F&& f, Models&... m) {
    f("weight", m.weight...);
    f("bias", m.bias...);
  }

 private:
  Initializer initializer_ = Initializer::glorot_uniform;
};

static_assert(Layer<Dense<float>> && Layer<Dense<double>, Tensor<double, 3>>);

}  // namespace loyal
