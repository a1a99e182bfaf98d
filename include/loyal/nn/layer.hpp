// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <type_traits>

#include "../core/parameters.hpp"
#include "../core/random.hpp"
#include "../core/tensor.hpp"

namespace loyal {

/// What a pass through a network is for. Each thread has its own.
struct Pass {
  bool training = false;  ///< dropout drops and batch statistics are used only while training
  Rng rng{};              ///< where a layer draws from while training
};

/// The place for a gradient that nobody wants: that of the first layer's input, or of indices.
struct Discard {};

/// The cache of a layer that remembers nothing of its own.
struct NoCache {
  friend bool operator==(NoCache, NoCache) = default;
};

namespace detail {

template <class L, class X>
struct layer_types {
  static auto output() {
    if constexpr (requires { typename L::template Output<X>; })
      return std::type_identity<typename L::template Output<X>>{};
    else
      return std::type_identity<X>{};
  }
  static auto cache() {
    if constexpr (requires { typename L::template Cache<X>; })
      return std::type_identity<typename L::template Cache<X>>{};
    else
      return std::type_identity<NoCache>{};
  }
};

template <class L>
struct input_of {
  using type = Matrix<float>;
};
template <class L>
requires requires { typename L::Input; }
struct input_of<L> {
  using type = typename L::Input;
};

}  // namespace detail

/// What a layer makes of an X: its `Output<X>`, or X again where it names none.
template <class L, class X>
using OutputOf = typename decltype(detail::layer_types<L, X>::output())::type;

/// What a layer remembers from forward to backward besides x and y: its `Cache<X>`, or nothing.
template <class L, class X>
using CacheOf = typename decltype(detail::layer_types<L, X>::cache())::type;

/// What a layer takes when nothing else is said: its `Input`; Matrix<float> where it names none.
template <class L>
using InputOf = typename detail::input_of<L>::type;

/// The gradient of an X: an X, or nothing where X holds indices.
template <class X>
using DerivativeOf = std::conditional_t<RealActivation<X>, X, Discard>;

/// Parameters plus a differentiable function of a batch.
///
/// A layer is a plain value: a copy owns its own parameters. A gradient has the type of its layer
/// (an embedding's is sparse), so whatever walks parameters walks gradients too.
///
///   forward(x, y, cache, pass)              writes y; leaves in the cache what backward will need
///   backward(x, y, dy, cache, dx, gradient) given d loss / d y, writes dx = d loss / d x and *adds*
///                                           d loss / d parameters to the gradient
///
/// Whoever calls keeps x and y until backward, so a layer need not copy them. The layer is const in both:
/// one layer serves many threads, each with a cache of its own. Optional members:
///
///   Output<X>, Cache<X>, Input, Gradient    types, see OutputOf, CacheOf, InputOf, GradientOf
///   for_each_parameter(f, models...)        names the arrays, see Parameterized
///   initialize(rng)                         draws new starting values
///   absorb(cache)                           takes over what a training pass learned besides gradients; it is
///                                           told of a whole batch only with couples_samples, else of a part
///   in_place = true                         backward needs y but not x; y may overwrite x, dx may overwrite dy
///   reads_output = false                    backward does not read y (the default is that it may)
///   couples_samples = true                  a sample's output depends on the others of the batch
///
/// A layer of one's own, complete:
///
///     struct Halve {
///       void forward(const auto& x, auto& y, auto&, loyal::Pass&) const {
///         loyal::set_shape_like(y, x);
///         loyal::as_matrix(y) = loyal::as_matrix(x) / 2;
///       }
///       void backward(const auto&, const auto&, const auto& dy, auto&, auto& dx, Halve&) const {
///         loyal::set_shape_like(dx, dy);
///         loyal::as_matrix(dx) = loyal::as_matrix(dy) / 2;
///       }
///     };
///     static_assert(loyal::Layer<Halve, loyal::Matrix<float>>);
template <class L, class X = InputOf<L>>
concept Layer = std::copyable<L> && Activation<X> && std::copyable<CacheOf<L, X>> &&
    requires(const L& layer, const X& x, OutputOf<L, X>& y, CacheOf<L, X>& cache, Pass& pass,
             const OutputOf<L, X>& dy, DerivativeOf<X>& dx, GradientOf<L>& gradient) {
  layer.forward(x, y, cache, pass);
  layer.backward(x, y, dy, cache, dx, gradient);
};

/// Draws new starting values for every layer that has any, in order.
///
///     loyal::Rng rng{7};
///     loyal::Vector<double> not_a_layer;
///     loyal::initialize(not_a_layer, rng);  // nothing to do
template <class L>
void initialize(L& layer, Rng& rng) {
  if constexpr (requires { layer.initialize(rng); }) layer.initialize(rng);
}

/// Takes over what a training pass learned besides gradients, for the layers that have such: running
/// means of a batch normalization. Called once a step, after backward.
template <class L, class C>
void absorb(L& layer, const C& cache) {
  if constexpr (requires { layer.absorb(cache); }) layer.absorb(cache);
}

namespace detail {

template <class L>
constexpr bool in_place() {
  if constexpr (requires { L::in_place; })
    return L::in_place;
  else
    return false;
}
template <class L>
constexpr bool reads_output() {
  if constexpr (requires { L::reads_output; })
    return L::reads_output;
  else
    return true;
}
template <class L>
constexpr bool couples_samples() {
  if constexpr (requires { L::couples_samples; })
    return L::couples_samples;
  else
    return false;
}

/// False for the place of an unwanted gradient; work for it can then be left out.
template <class DX>
inline constexpr bool wanted = !std::is_same_v<std::remove_cvref_t<DX>, Discard>;

}  // namespace detail
}  // namespace loyal
