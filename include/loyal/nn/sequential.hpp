// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../core/error.hpp"
#include "layer.hpp"

namespace loyal {
namespace detail {

/// Types of the activations x_0 = X, x_1, ..., x_n of a chain of layers.
template <class X, class... Layers>
struct chain {
  using types = std::tuple<X>;
  using last = X;
};
template <class X, class L, class... Rest>
struct chain<X, L, Rest...> {
  static_assert(Layer<L, X>, "this layer cannot take what the layer before it makes");
  using rest = chain<OutputOf<L, X>, Rest...>;
  using types =
      decltype(std::tuple_cat(std::declval<std::tuple<X>>(), std::declval<typename rest::types>()));
  using last = typename rest::last;
};

/// The first Input that a layer of the chain names: layers before it (ReLU, Dropout) take anything.
template <class... Layers>
struct first_input {
  using type = Matrix<float>;
};
template <class L, class... Rest>
    struct first_input<L, Rest...> : std::conditional_t < requires {
  typename L::Input;
}, input_of<L>, first_input < Rest... >> {};

}  // namespace detail

/// Layers one after another, as one layer whose type the compiler sees through.
///
///   y = layer_n(... layer_1(x))
///
/// Parameters are called "0.weight", "0.bias", "2.weight", ... by the layer's place. Where a layer works in
/// place (an activation behind a Dense), input and output share one buffer of the cache.
/// Source: none, our own. Cost: that of the layers; no allocation once the cache has seen the batch's size.
///
///     loyal::Sequential network{loyal::Dense<float>{8, 16}, loyal::ReLU{}, loyal::Dense<float>{16, 1}};
///     const loyal::Matrix<float> x = loyal::Matrix<float>::Ones(5, 8);
///     const auto y = loyal::predict(network, x);
///     if (y.rows() != 5 || y.cols() != 1) return 1;
template <class... Layers>
class Sequential {
  static constexpr std::size_t count = sizeof...(Layers);
  template <std::size_t I>
  using LayerAt = std::tuple_element_t<I, std::tuple<Layers...>>;

 public:
  using Input = typename detail::first_input<Layers...>::type;
  using Gradient = Sequential<GradientOf<Layers>...>;
  template <class X>
  using Output = typename detail::chain<X, Layers...>::last;

  static constexpr bool reads_output = [] {
    if constexpr (count == 0)
      return false;
    else
      return detail::reads_output<LayerAt<count - 1>>();
  }();
  static constexpr bool couples_samples = (... || detail::couples_samples<Layers>());

 private:
  /// Whether layer I overwrites its input, which must be a buffer of ours that nobody reads afterwards.
  template <std::size_t I>
  static constexpr bool overwrites() {
    if constexpr (I == 0 || I + 1 >= count)
      return false;
    else
      return detail::in_place<LayerAt<I>>() && !detail::reads_output<LayerAt<I - 1>>();
  }
  /// Which buffer holds the output of layer I.
  template <std::size_t I>
  static constexpr std::size_t slot() {
    if constexpr (overwrites<I>())
      return slot<I - 1>();
    else
      return I;
  }

  /// Whether layer I ends its products with layer I + 1, which then needs no pass of its own.
  template <std::size_t I>
  static constexpr bool absorbs_next() {
    if constexpr (!overwrites<I + 1>())
      return false;
    else
      return requires(const LayerAt<I>&, const LayerAt<I + 1>& next) {
        LayerAt<I>::finishes_products;
        next.as_finish();
      };
  }
  /// The same backward: layer I makes d loss / d x of layer I - 1.
  template <std::size_t I>
  static constexpr bool absorbs_previous() {
    constexpr std::size_t before = I == 0 ? 0 : I - 1;
    if constexpr (I == 0 || !overwrites<before>())
      return false;
    else
      return requires(const LayerAt<I>&, const LayerAt<before>& previous) {
        LayerAt<I>::finishes_products;
        previous.as_finish();
      };
  }

  template <class X, class Indices>
  struct Buffers;
  template <class X, std::size_t... I>
  struct Buffers<X, std::index_sequence<I...>> {
    using Types = typename detail::chain<X, Layers...>::types;
    using Caches = std::tuple<CacheOf<Layers, std::tuple_element_t<I, Types>>...>;
    // The last output and the first input are the caller's; their places stay empty.
    using Values = std::tuple<std::tuple_element_t<I + 1, Types>...>;
    using Derivatives = std::tuple<DerivativeOf<std::tuple_element_t<I + 1, Types>>...>;
  };

 public:
  template <class X>
  struct Cache {
    using B = Buffers<X, std::make_index_sequence<count>>;
    typename B::Caches layers;
    typename B::Values values;            ///< outputs of the layers but the last
    typename B::Derivatives derivatives;  ///< their gradients
  };

  std::tuple<Layers...> layers;

  Sequential() = default;
  explicit Sequential(Layers... parts) requires(count > 0) : layers(std::move(parts)...) {}

  /// Layer number I.
  template <std::size_t I>
  [[nodiscard]] auto& get() noexcept {
    return std::get<I>(layers);
  }
  template <std::size_t I>
  [[nodiscard]] const auto& get() const noexcept {
    return std::get<I>(layers);
  }

  template <Activation X>
  void forward(const X& x, Output<X>& y, Cache<X>& cache, Pass& pass) const {
    forward_from<0>(x, y, cache, pass);
  }

  template <Activation X, class DX>
  void backward(const X& x, const Output<X>& y, const Output<X>& dy, Cache<X>& cache, DX& dx,
                Gradient& gradient) const {
    backward_from<count - 1>(x, y, dy, cache, dx, gradient);
  }

  [[nodiscard]] Gradient zero_gradient() const {
    return std::apply([](const auto&... l) { return Gradient{loyal::zero_gradient(l)...}; },
                      layers);
  }

  void initialize(Rng& rng) {
    std::apply([&](auto&... l) { (loyal::initialize(l, rng), ...); }, layers);
  }

  template <class C>
  void absorb(const C& cache) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (loyal::absorb(std::get<I>(layers), std::get<I>(cache.layers)), ...);
    }
    (std::make_index_sequence<count>{});
  }

  template <class F, class... Models>
  static void for_each_parameter(F&& f, Models&... m) {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (visit<I>(f, m...), ...); }
    (std::make_index_sequence<count>{});
  }

 private:
  template <std::size_t I, class F, class... Models>
  static void visit(F& f, Models&... m) {
    f(element(static_cast<Index>(I)), std::get<I>(m.layers)...);
  }

  template <std::size_t I, class X, class C>
  static const auto& input(const X& x, const C& cache) {
    if constexpr (I == 0)
      return x;
    else
      return std::get<slot<I - 1>()>(cache.values);
  }

  template <std::size_t I, class X, class Y, class C>
  void forward_from(const X& x, Y& y, C& cache, Pass& pass) const {
    const auto& layer = std::get<I>(layers);
    auto& own = std::get<I>(cache.layers);
    if constexpr (I + 1 == count) {
      layer.forward(input<I>(x, cache), y, own, pass);
    } else if constexpr (absorbs_next<I>()) {
      layer.forward(input<I>(x, cache), std::get<slot<I>()>(cache.values), own, pass,
                    std::get<I + 1>(layers).as_finish());
      forward_from<I + 2>(x, y, cache, pass);
    } else {
      layer.forward(input<I>(x, cache), std::get<slot<I>()>(cache.values), own, pass);
      forward_from<I + 1>(x, y, cache, pass);
    }
  }

  template <std::size_t I, class X, class Y, class DY, class C, class DX, class G>
  void backward_from(const X& x, const Y& y, const DY& dy, C& cache, DX& dx, G& gradient) const {
    const auto& layer = std::get<I>(layers);
    auto& own = std::get<I>(cache.layers);
    auto& part = std::get<I>(gradient.layers);
    const auto& in = input<I>(x, cache);
    if constexpr (I == 0) {
      layer.backward(in, y, dy, own, dx, part);
    } else {
      // dx of layer I is dy of layer I - 1, and in place of dy where x was in place of y.
      auto& below = std::get<slot<I - 1>()>(cache.derivatives);
      if constexpr (absorbs_previous<I>()) {
        layer.backward(in, y, dy, own, below, part, std::get<I - 1>(layers).slope_as_finish(in));
        backward_from<I - 2>(x, in, below, cache, dx, gradient);
      } else {
        layer.backward(in, y, dy, own, below, part);
        backward_from<I - 1>(x, in, below, cache, dx, gradient);
      }
    }
  }
};

template <class... Layers>
Sequential(Layers...) -> Sequential<Layers...>;

/// What predict() needs besides the layer; kept by the caller, it makes repeated calls free of allocation.
template <class L, class X = InputOf<L>>
struct Workspace {
  CacheOf<L, X> cache;
  OutputOf<L, X> output;
};

/// The layer's output for x, as at serving time: nothing is dropped, running statistics are used.
/// Safe to call from many threads, each with its own workspace.
///
///     const loyal::Sequential network{loyal::Dense<float>{3, 1}, loyal::Sigmoid{}};
///     loyal::Workspace<decltype(network)> workspace;
///     const auto& p = loyal::predict(network, loyal::Matrix<float>::Zero(2, 3).eval(), workspace);
///     if (p(1, 0) != 0.5f) return 1;
template <class L, Activation X, class W>
requires requires(W& workspace) { workspace.output; }
const OutputOf<L, X>& predict(const L& layer, const X& x, W& workspace) {
  Pass pass{};
  layer.forward(x, workspace.output, workspace.cache, pass);
  return workspace.output;
}

/// The same with a workspace of its own.
template <class L, Activation X>
OutputOf<L, X> predict(const L& layer, const X& x) {
  Workspace<L, X> workspace;
  predict(layer, x, workspace);
  return std::move(workspace.output);
}

}  // namespace loyal
