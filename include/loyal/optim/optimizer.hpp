// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/parameters.hpp"

namespace loyal {

/// What an optimizer remembers between steps: arrays of the model's shape, and how many steps were done.
/// The caller owns it next to the model, so a copy of (model, state) is a checkpoint.
template <class Model, std::size_t Slots>
struct OptimizerState {
  std::array<Model, Slots> slots;  ///< moments; an unused slot has empty arrays
  std::int64_t step = 0;           ///< updates done
};

/// Turns a gradient into a change of the parameters it belongs to.
///
/// An optimizer holds options only and is const in use. Model is a network, a layer, or a single Eigen
/// array.
///
///   init(model)                         a State<Model>, all zero, step 0
///   step(model, gradient, state, rate)  one update; rate multiplies the learning rate (schedules)
template <class O, class Model>
concept Optimizer = requires(const O& optimizer, Model& model, const GradientOf<Model>& gradient,
                             typename O::template State<Model>& state, double rate) {
  { optimizer.init(std::as_const(model)) } -> std::same_as<typename O::template State<Model>>;
  optimizer.step(model, gradient, state, rate);
};

/// Numbers that one update is told besides the arrays.
struct UpdateInfo {
  std::int64_t step = 1;  ///< number of this update, from 1
  double rate = 1;        ///< factor on the learning rate
};

/// Base of optimizers that treat each parameter by itself; the derived class writes only the formula.
///
/// It offers, besides its Options,
///
///   static constexpr std::size_t slots     arrays remembered for each parameter
///   template <Scalar T> void update(const UpdateInfo&, p, g, s0, s1, ...) const
///
/// where p, g and the slots are Eigen arrays of equal size (g const) holding some of the parameters; and, if
/// its options leave some unused, uses_slot(k). The walk hands blocks that fit the first-level cache, so an
/// update of several statements still crosses memory once. A sparse gradient updates the rows it touches,
/// and only their slots ("lazy" in other libraries). Large arrays are shared among threads; the numbers do
/// not depend on how many.
/// Source: none, our own. An optimizer of one's own, complete:
///
///     struct SignDescent : loyal::ElementwiseOptimizer<SignDescent, 0> {
///       template <loyal::Scalar T>
///       void update(const loyal::UpdateInfo& info, auto p, auto g) const {
///         p -= static_cast<T>(0.1 * info.rate) * g.sign();
///       }
///     };
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const SignDescent optimizer;
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 10; ++i) optimizer.step(p, p, state);  // the gradient of |p|^2 / 2 is p
///     if (p.norm() > 1e-9) return 1;
template <class Derived, std::size_t Slots>
class ElementwiseOptimizer {
 public:
  static constexpr std::size_t slots = Slots;
  template <class Model>
  using State = OptimizerState<Model, Slots>;

  /// Zero moments for the model's parameters.
  template <class Model>
  [[nodiscard]] State<Model> init(const Model& model) const {
    State<Model> state{};
    for (std::size_t k = 0; k < Slots; ++k) {
      state.slots[k] = model;
      for_each_parameter(
          [&](const Leaf& leaf, auto& array) {
            if (uses(k) && leaf.trainable())
              detail::elements(array).setZero();
            else
              array = {};
          },
          state.slots[k]);
    }
    return state;
  }

  /// One update of @p model along @p gradient.
  /// @throws ShapeError unless model, gradient and state agree in shape; nothing has changed then.
  template <class Model, class Gradient>
  void step(Model& model, const Gradient& gradient, State<Model>& state, double rate = 1) const {
    std::apply(
        [&](auto&... slot) {
          for_each_parameter(
              [&](const Leaf& leaf, const auto& p, const auto& g, const auto&... s) {
                if (leaf.trainable()) expect(leaf, p, g, s...);
              },
              std::as_const(model), gradient, std::as_const(slot)...);
          ++state.step;
          const UpdateInfo info{state.step, rate};
          for_each_parameter(
              [&](const Leaf& leaf, auto& p, const auto& g, auto&... s) {
                if (leaf.trainable()) update_leaf(info, p, g, s...);
              },
              model, gradient, slot...);
        },
        state.slots);
  }

 private:
  /// Elements in a block: with two moments in float, 32 KiB, within any first-level cache of today.
  static constexpr Index block = 2048;
  /// From here on an array is shared among threads: below, waking them costs more than it saves.
  static constexpr Index large = Index{1} << 19;

  [[nodiscard]] const Derived& self() const { return static_cast<const Derived&>(*this); }
  [[nodiscard]] bool uses(std::size_t k) const {
    if constexpr (requires { self().uses_slot(k); })
      return self().uses_slot(k);
    else
      return true;
  }

  template <class A, class B>
  static bool same_shape(const A& a, const B& b) {
    if constexpr (requires { a.rows(); })
      return a.rows() == b.rows() && a.cols() == b.cols();
    else
      return shape_of(a) == shape_of(b);
  }
  template <class A>
  static std::string shape_text(const A& a) {
    if constexpr (requires { a.rows(); }) {
      return detail::to_text({a.rows(), a.cols()});
    } else {
      std::string text;
      for (const Index size : shape_of(a))
        text += (text.empty() ? "" : " x ") + std::to_string(size);
      return text;
    }
  }

  template <class P, class G, class... S>
  void expect(const Leaf& leaf, const P& p, const G& g, const S&... s) const {
    if (!same_shape(p, g))
      detail::fail<ShapeError>("Optimizer::step", "the shape of the gradient of " + leaf.name(),
                               shape_text(g), shape_text(p));
    [[maybe_unused]] std::size_t k = 0;
    (..., [&] {
      if (uses(k++) && !same_shape(p, s))
        detail::fail<ShapeError>("Optimizer::step", "the shape of the state of " + leaf.name(),
                                 shape_text(s), shape_text(p));
    }());
  }

  template <class T>
  static auto piece(T* data, Index size, Index from, Index n) {
    using Array = Eigen::Array<std::remove_const_t<T>, Eigen::Dynamic, 1>;
    using Map = Eigen::Map<std::conditional_t<std::is_const_v<T>, const Array, Array>>;
    return size == 0 ? Map(data, 0) : Map(data + from, n);
  }

  template <class P, class G, class... S>
  void update_leaf(const UpdateInfo& info, P& p, const G& g, S&... s) const {
    using T = std::remove_reference_t<decltype(*p.data())>;
    const auto n = static_cast<Index>(p.size());
    if constexpr (detail::SparseLeaf<G>) {
      const Index cols = g.cols();
      const auto values = g.values();
      for (std::size_t k = 0; k < g.touched().size(); ++k)
        self().template update<T>(
            info, piece(p.data(), n, g.touched()[k] * cols, cols),
            piece(values.data(), n, static_cast<Index>(k) * cols, cols),
            piece(s.data(), static_cast<Index>(s.size()), g.touched()[k] * cols, cols)...);
    } else {
      const auto range = [&](Index begin, Index end) {
        for (Index from = begin; from < end; from += block) {
          const Index size = std::min(block, end - from);
          self().template update<T>(info, piece(p.data(), n, from, size),
                                    piece(g.data(), n, from, size),
                                    piece(s.data(), static_cast<Index>(s.size()), from, size)...);
        }
      };
      if (n < large)
        range(0, n);
      else
        parallel_for(n, {.grain = 64 * block}, range);
    }
  }
};

}  // namespace loyal
