// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <loyal/core/model_file.hpp>
#include <loyal/nn/layer.hpp>
#include <loyal/nn/sequential.hpp>

#include "catch.hpp"
#include "gradient_check.hpp"
#include "temporary_directory.hpp"

namespace loyal::testing {

/// What a layer is asked for beyond the contract that all keep.
struct LayerContract {
  bool training = false;    ///< which pass is checked
  bool rows_alone = true;   ///< a sample's output does not depend on the others, nor its place
  bool empty_batch = true;  ///< a batch of no samples has an output
  double padding = NAN;     ///< what is written behind the lengths; a row-wise layer whose weights
                            ///< meet it backward is asked with a large number instead
  double tolerance = 1e-6;  ///< of gradients against central differences
};

/// The numbers of an activation, one array whatever its type.
template <class X>
auto numbers(X& x) {
  if constexpr (requires { x.lengths; })
    return Eigen::Map<Eigen::Array<ScalarOf<X>, Eigen::Dynamic, 1>>(
        const_cast<ScalarOf<X>*>(x.values.data()), static_cast<Index>(x.values.size()));
  else
    return Eigen::Map<Eigen::Array<ScalarOf<X>, Eigen::Dynamic, 1>>(
        const_cast<ScalarOf<X>*>(x.data()), static_cast<Index>(x.size()));
}

/// The same shape and the same bits, NaN included.
template <class X>
bool same_bits(const X& a, const X& b) {
  if (shape_of(a) != shape_of(b)) return false;
  if constexpr (requires { a.lengths; })
    if (a.lengths != b.lengths) return false;
  const auto u = numbers(a);
  const auto v = numbers(b);
  for (Index i = 0; i < u.size(); ++i)
    if (!(u[i] == v[i] || (u[i] != u[i] && v[i] != v[i]))) return false;
  return true;
}

/// Samples from .. from + n - 1 of a batch.
template <Activation X>
X samples(const X& x, Index from, Index n) {
  auto shape = shape_of(x);
  const Index stride = shape[0] == 0 ? 0 : numbers(x).size() / shape[0];
  shape[0] = n;
  X part;
  if constexpr (requires { x.lengths; }) {
    set_shape(part.values, shape);
    part.lengths.assign(x.lengths.begin() + from, x.lengths.begin() + from + n);
  } else {
    set_shape(part, shape);
  }
  if (n > 0) numbers(part) = numbers(x).segment(from * stride, n * stride);
  return part;
}

/// Writes a value into what lies behind the lengths of a padded batch.
template <Activation X>
void fill_padding(X& x, double value) {
  if constexpr (requires { x.lengths; }) {
    const auto shape = shape_of(x);
    const Index stride = shape[0] * shape[1] == 0 ? 0 : numbers(x).size() / (shape[0] * shape[1]);
    for (Index b = 0; b < shape[0]; ++b)
      for (Index i = x.lengths[static_cast<std::size_t>(b)] * stride; i < shape[1] * stride; ++i) {
        if constexpr (RealActivation<X>)
          numbers(x)[b * shape[1] * stride + i] = static_cast<ScalarOf<X>>(value);
        else
          numbers(x)[b * shape[1] * stride + i] = -77;
      }
  }
}

/// One forward and one backward pass with fresh caches.
template <class L, Activation X>
struct Trip {
  OutputOf<L, X> y;
  CacheOf<L, X> cache{};
  DerivativeOf<X> dx{};
  GradientOf<L> gradient;

  Trip(const L& layer, const X& x, const OutputOf<L, X>& dy, bool training = false)
      : Trip(layer, x, training) {
    layer.backward(x, y, dy, cache, dx, gradient);
  }
  Trip(const L& layer, const X& x, bool training = false) : gradient(zero_gradient(layer)) {
    Pass pass{.training = training, .rng = Rng{99}};
    layer.forward(x, y, cache, pass);
  }
};

/// The derivative that a loss would hand back: random, and zero behind the lengths.
template <Activation Y>
Y random_derivative(const Y& y, std::uint64_t seed = 5) {
  Rng rng{seed};
  Y dy = y;
  for (auto& value : numbers(dy)) value = static_cast<ScalarOf<Y>>(away_from_zero(rng));
  fill_padding(dy, 0);
  return dy;
}

/// Sum of y * dy over all numbers that are no padding, whose gradient backward computes.
template <class L, Activation X>
double pairing(const L& layer, const X& x, const OutputOf<L, X>& dy, bool training) {
  Trip<L, X> trip(layer, x, training);
  fill_padding(trip.y, 0);
  return (numbers(trip.y).template cast<double>() * numbers(dy).template cast<double>()).sum();
}

/// Samples do not see each other, padding is not seen at all, and no samples are a batch too.
template <class L, Activation X>
void check_samples(const L& layer, const X& x, const OutputOf<L, X>& dy, const Trip<L, X>& truth,
                   const LayerContract& how) {
  const Vector<double> gradient = flatten<double>(truth.gradient);
  if (how.rows_alone) {
    INFO("each sample alone gives what it gives among the others");
    Vector<double> sum = Vector<double>::Zero(gradient.size());
    for (Index b = 0; b < batch_size(x); ++b) {
      const Trip<L, X> alone(layer, samples(x, b, 1), samples(dy, b, 1), how.training);
      const auto expected = samples(truth.y, b, 1);
      CHECK(shape_of(alone.y) == shape_of(expected));
      CHECK((numbers(alone.y) - numbers(expected)).matrix().norm() < 1e-12);
      if constexpr (RealActivation<X>) {
        const X expected_dx = samples(truth.dx, b, 1);
        CHECK((numbers(alone.dx) - numbers(expected_dx)).matrix().norm() < 1e-12);
      }
      sum += flatten<double>(alone.gradient);
    }
    CHECK((sum - gradient).norm() <= 1e-12 * (1 + gradient.norm()));
  }
  if constexpr (requires { x.lengths; }) {
    INFO("what lies behind the lengths does not matter");
    X other = x;
    fill_padding(other, how.padding);
    Trip<L, X> trip(layer, other, dy, how.training);
    auto y = truth.y;
    fill_padding(y, 0);
    fill_padding(trip.y, 0);
    CHECK(same_bits(trip.y, y));
    CHECK(flatten<double>(trip.gradient) == gradient);
    if constexpr (RealActivation<X>) {
      auto dx = truth.dx;
      fill_padding(dx, 0);
      fill_padding(trip.dx, 0);
      CHECK(same_bits(trip.dx, dx));
    }
    if constexpr (requires { truth.y.lengths; }) CHECK(truth.y.lengths == x.lengths);
  }
  if (how.empty_batch) {
    INFO("a batch of no samples");
    const X nobody = samples(x, 0, 0);
    Trip<L, X> trip(layer, nobody, how.training);
    auto shape = shape_of(truth.y);
    shape[0] = 0;
    CHECK(shape_of(trip.y) == shape);
    layer.backward(nobody, trip.y, trip.y, trip.cache, trip.dx, trip.gradient);
    CHECK(flatten<double>(trip.gradient).isZero(0));
    if constexpr (RealActivation<X>) CHECK(shape_of(trip.dx) == shape_of(nobody));
  }
}

/// One layer serves many threads, each with a cache of its own.
template <class L, Activation X>
void check_threads(const L& layer, const X& x, const OutputOf<L, X>& dy, const Trip<L, X>& truth,
                   const LayerContract& how) {
  INFO("several threads at once");
  const Vector<double> gradient = flatten<double>(truth.gradient);
  std::vector<int> same(4, 0);
  std::vector<std::thread> threads;
  for (int& count : same)
    threads.emplace_back([&] {
      for (int round = 0; round < 3; ++round) {
        const Trip<L, X> trip(layer, x, dy, how.training);
        count += same_bits(trip.y, truth.y) && flatten<double>(trip.gradient) == gradient;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(same == std::vector<int>(4, 3));
}

/// A layer that went through a file computes the same bits.
template <class L, Activation X>
void check_saving(const L& layer, const X& x, const Trip<L, X>& truth, const LayerContract& how) {
  INFO("written to a file and read back");
  const TemporaryDirectory directory;
  save_parameters(directory / "layer.safetensors", layer);
  L other = layer;
  Rng rng{32};
  randomize(other, rng, 2);
  load_parameters(directory / "layer.safetensors", other);
  CHECK(same_bits(Trip<L, X>(other, x, how.training).y, truth.y));
  bool same = true;
  for_each_parameter([&](const Leaf&, const auto& a, const auto& b) { same = same && a == b; },
                     layer, other);
  CHECK(same);
}

/// Checks what every layer promises, for one layer in double and one batch.
template <class L, Activation X>
void check_layer(const L& layer, const X& x, const LayerContract& how = {}) {
  static_assert(Layer<L, X>);
  using Y = OutputOf<L, X>;
  const bool training = how.training;
  const Y dy = random_derivative(Trip<L, X>(layer, x, training).y);
  const Trip<L, X> truth(layer, x, dy, training);
  const Vector<double> gradient = flatten<double>(truth.gradient);

  {
    INFO("gradient of the parameters against central differences");
    const auto f = [&](const Vector<double>& v) {
      L moved = layer;
      unflatten(v, moved);
      return pairing(moved, x, dy, training);
    };
    CHECK(gradient_error(f, flatten<double>(layer), gradient) < how.tolerance);
  }
  if constexpr (RealActivation<X>) {
    INFO("gradient of the input against central differences");
    const auto f = [&](const Vector<double>& v) {
      X moved = x;
      numbers(moved) = v.array();
      return pairing(layer, moved, dy, training);
    };
    CHECK(gradient_error(f, numbers(x).matrix(), numbers(truth.dx).matrix()) < how.tolerance);
    CHECK(shape_of(truth.dx) == shape_of(x));
  }
  {
    INFO("the same input gives the same bits, also from a cache that saw other batches");
    CacheOf<L, X> cache{};
    Y y;
    for (const Index n : {batch_size(x), Index{2}, batch_size(x)}) {
      const X part = samples(x, 0, std::min(n, batch_size(x)));
      Pass pass{.training = training, .rng = Rng{99}};
      layer.forward(part, y, cache, pass);
      GradientOf<L> g = zero_gradient(layer);
      DerivativeOf<X> dx{};
      const Y part_dy = samples(dy, 0, batch_size(part));
      layer.backward(part, y, part_dy, cache, dx, g);
      if (n != batch_size(x)) continue;
      CHECK(same_bits(y, truth.y));
      CHECK(flatten<double>(g) == gradient);
      if constexpr (RealActivation<X>) CHECK(same_bits(dx, truth.dx));
    }
  }
  {
    INFO("gradients of parameters add up, the one of the input is written");
    Trip<L, X> twice(layer, x, dy, training);
    layer.backward(x, twice.y, dy, twice.cache, twice.dx, twice.gradient);
    CHECK(difference(flatten<double>(twice.gradient), (2 * gradient).eval()) < 1e-12);
    if constexpr (RealActivation<X>) CHECK(same_bits(twice.dx, truth.dx));
  }
  {
    INFO("an unwanted input gradient changes nothing");
    Trip<L, X> trip(layer, x, training);
    Discard nowhere;
    layer.backward(x, trip.y, dy, trip.cache, nowhere, trip.gradient);
    CHECK(flatten<double>(trip.gradient) == gradient);
  }
  {
    INFO("a copy lives apart");
    L copy = layer;
    CHECK(same_bits(Trip<L, X>(copy, x, training).y, truth.y));
    Rng rng{31};
    randomize(copy, rng, 2);
    CHECK(same_bits(Trip<L, X>(layer, x, training).y, truth.y));
    if (gradient.size() > 0) CHECK_FALSE(same_bits(Trip<L, X>(copy, x, training).y, truth.y));
  }
  if constexpr (!loyal::detail::reads_output<L>()) {
    INFO("backward does not read y, as it says");
    Trip<L, X> trip(layer, x, training);
    numbers(trip.y).setConstant(static_cast<ScalarOf<Y>>(NAN));
    layer.backward(x, trip.y, dy, trip.cache, trip.dx, trip.gradient);
    CHECK(flatten<double>(trip.gradient) == gradient);
    if constexpr (RealActivation<X>) CHECK(same_bits(trip.dx, truth.dx));
  }
  if constexpr (loyal::detail::in_place<L>()) {
    INFO("y may overwrite x, dx may overwrite dy");
    static_assert(std::is_same_v<X, Y>);
    Trip<L, X> trip(layer, x, training);
    X both = x;
    Pass pass{.training = training, .rng = Rng{99}};
    layer.forward(both, both, trip.cache, pass);
    CHECK(same_bits(both, truth.y));
    X derivative = dy;
    layer.backward(both, both, derivative, trip.cache, derivative, trip.gradient);
    CHECK(same_bits(derivative, truth.dx));
  }
  check_samples(layer, x, dy, truth, how);
  check_threads(layer, x, dy, truth, how);
  check_saving(layer, x, truth, how);
}

}  // namespace loyal::testing
