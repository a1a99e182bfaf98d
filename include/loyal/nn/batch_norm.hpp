// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "../core/error.hpp"
#include "layer.hpp"

namespace loyal {

/// Batch normalization of each feature: by the batch's moments in training, by running ones otherwise.
///
///   y = (x - mean) / sqrt(var + epsilon) * weight + bias
///   running <- (1 - momentum) running + momentum * batch        absorb(); var there divides by n - 1
///
///   x, y                         rows x features; all axes but the last count as rows
///   weight, bias                 features
///   running_mean, running_var    features; saved with the model, no gradient reaches them
///
/// The layer stays const in forward: the batch's moments wait in the cache until absorb().
/// A Padded batch is refused when compiling, for its padding would count in the moments.
/// @throws OptionError for options out of range; ShapeError if x has other features, or fewer than two
/// rows in training, where a variance has no meaning.
/// Source: Ioffe & Szegedy, ICML 2015, algorithms 1 and 2. Cost: a few passes over x.
///
///     loyal::BatchNorm<double> norm{2};
///     loyal::Matrix<double> y, x = loyal::Matrix<double>::Random(8, 2);
///     loyal::BatchNorm<double>::Cache<loyal::Matrix<double>> cache;
///     loyal::Pass pass{.training = true};
///     norm.forward(x, y, cache, pass);
///     norm.absorb(cache);
///     if (norm.running_var[0] == 1) return 1;
template <Scalar T>
class BatchNorm {
 public:
  using Input = Matrix<T>;
  static constexpr bool reads_output = false;
  static constexpr bool couples_samples = true;

  struct Options {
    double epsilon = 1e-5;  ///< added to the variance; > 0
    double momentum = 0.1;  ///< share of a new batch in the running moments; in [0, 1]
  };

  template <class X>
  struct Cache {
    Matrix<T> normalized;        ///< rows x features
    RowVector<T> inverse_scale;  ///< features; 1 / sqrt(var + epsilon)
    RowVector<T> mean;           ///< features; of the batch
    RowVector<T> variance;       ///< features; of the batch, divided by n
    bool training = false;       ///< which moments forward used
  };

  BatchNorm() = default;
  explicit BatchNorm(Index features) : BatchNorm(features, Options{}) {}
  BatchNorm(Index features, const Options& options) : options_(options) {
    detail::expect_option("BatchNorm", "features", features, features >= 1, ">= 1");
    detail::expect_option("BatchNorm", "epsilon", options.epsilon, options.epsilon > 0, "> 0");
    detail::expect_option("BatchNorm", "momentum", options.momentum,
                          options.momentum >= 0 && options.momentum <= 1, "in [0, 1]");
    weight = RowVector<T>::Ones(features);
    bias = RowVector<T>::Zero(features);
    running_mean = RowVector<T>::Zero(features);
    running_var = RowVector<T>::Ones(features);
  }

  RowVector<T> weight;        ///< features
  RowVector<T> bias;          ///< features
  RowVector<T> running_mean;  ///< features
  RowVector<T> running_var;   ///< features

  template <Unpadded X>
  void forward(const X& x, X& y, Cache<X>& cache, Pass& pass) const {
    detail::expect_size("BatchNorm::forward", "the last axis of x", feature_size(x), weight.size());
    const auto in = as_matrix(x);
    const T n = static_cast<T>(in.rows());
    if (pass.training && in.rows() < 2)
      detail::fail<ShapeError>("BatchNorm::forward", "the number of rows in training", in.rows(),
                               ">= 2");
    set_shape_like(y, x);
    cache.training = pass.training;
    if (pass.training) {
      cache.mean = in.colwise().sum() / n;
      cache.normalized = in.rowwise() - cache.mean;
      cache.variance = cache.normalized.array().square().colwise().sum() / n;
    } else {
      cache.normalized = in.rowwise() - running_mean;
      cache.variance = running_var;
    }
    cache.inverse_scale =
        (cache.variance.array() + static_cast<T>(options_.epsilon)).sqrt().inverse();
    cache.normalized.array().rowwise() *= cache.inverse_scale.array();
    auto out = as_matrix(y).array();
    out = cache.normalized.array().rowwise() * weight.array();
    out.rowwise() += bias.array();
  }

  template <Unpadded X, class DX>
  void backward(const X&, const X&, const X& dy, Cache<X>& cache, DX& dx,
                BatchNorm& gradient) const {
    const auto from = as_matrix(dy);
    detail::expect_shape("BatchNorm::backward", "dy", from, cache.normalized.rows(),
                         cache.normalized.cols());
    const RowVector<T> d_weight = (from.array() * cache.normalized.array()).colwise().sum();
    const RowVector<T> d_bias = from.colwise().sum();
    gradient.weight += d_weight;
    gradient.bias += d_bias;
    if constexpr (detail::wanted<DX>) {
      set_shape_like(dx, dy);
      auto to = as_matrix(dx).array();
      to = from;
      if (cache.training) {  // the batch's own moments depend on x, running ones do not
        const T n = static_cast<T>(from.rows());
        to.rowwise() -= d_bias.array() / n;
        to -= cache.normalized.array().rowwise() * (d_weight.array() / n);
      }
      to.rowwise() *= weight.array() * cache.inverse_scale.array();
    }
  }

  /// Moves the running moments towards those of the pass in @p cache, if that was a training pass.
  template <class C>
  void absorb(const C& cache) {
    if (!cache.training) return;
    const T share = static_cast<T>(options_.momentum);
    const T n = static_cast<T>(cache.normalized.rows());
    running_mean += share * (cache.mean - running_mean);
    running_var += share * (cache.variance * (n / (n - 1)) - running_var);
  }

  void initialize(Rng&) { *this = BatchNorm(weight.size(), options_); }

  template <class F, class... Models>
  static void for_each_parameter(F&& f, Models&... m) {
    f("weight", m.weight...);
    f("bias", m.bias...);
    f(buffer("running_mean"), m.running_mean...);
    f(buffer("running_var"), m.running_var...);
  }

 private:
  Options options_;
};

}  // namespace loyal
