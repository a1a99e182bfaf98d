// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "clip.hpp"
#include "optimizer.hpp"

namespace loyal {

/// Part of a Chain: clip_norm().
struct ClipNorm {
  double limit = 1;  ///< largest norm over all arrays together; > 0
  void operator()(auto& gradient) const { clip_norm(gradient, limit); }
};

/// Part of a Chain: clip_value().
struct ClipValue {
  double limit = 1;  ///< largest absolute value of an element; > 0
  void operator()(auto& gradient) const { clip_value(gradient, limit); }
};

/// What to do about a gradient that is not finite.
enum class NonFinite {
  fail,      ///< throw a DataError that names the array
  skip,      ///< leave model and state as they are, and count it
  propagate  ///< go on, and let NaN show in the model
};

/// Part of a Chain: looks for NaN and infinity before anything changes.
///
/// @throws DataError that names the first array with one, if so chosen.
struct CheckFinite {
  NonFinite otherwise = NonFinite::fail;
  bool operator()(const auto& gradient) const {
    bool finite = true;
    if (otherwise == NonFinite::propagate) return finite;
    for_each_parameter(
        [&](const Leaf& leaf, const auto& array) {
          if (!leaf.trainable() || !finite) return;
          const auto g = detail::elements(array);
          // A sum of terms 0 x is 0, or NaN if one is not finite: one pass, in packets.
          finite = (g.array() * 0).sum() == 0;
          if (finite || otherwise == NonFinite::skip) return;
          const auto bad = [](auto x) { return !(x - x == 0); };
          const auto* const first = std::find_if(g.data(), g.data() + g.size(), bad);
          detail::fail<DataError>("CheckFinite", "the gradient of " + leaf.name(),
                                  static_cast<double>(*first), "finite");
        },
        gradient);
    return finite;
  }
};

/// Hands a gradient from left to right through parts that change or judge it, and to an optimizer, the last.
///
/// A part is anything that is called with the gradient, a lambda too: it may change it, and may return false,
/// so that this step is left out. The caller's gradient stays as it is.
/// Source: none; the idea of optax's chain. Cost: the parts' and the optimizer's passes, and a copy of the
/// gradient; of a sparse one, its touched rows.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::Chain optimizer{loyal::CheckFinite{loyal::NonFinite::skip}, loyal::ClipNorm{1.0},
///                                  loyal::Adam{{.learning_rate = 0.1}}};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 1e-3) return 1;
///     optimizer.step(p, loyal::Vector<double>(p * NAN), state);
///     if (!p.allFinite() || state.skipped() != 1) return 2;
template <class... Parts>
class Chain {
  static constexpr std::size_t count = sizeof...(Parts) - 1;
  using O = std::tuple_element_t<count, std::tuple<Parts...>>;

 public:
  /// What the optimizer remembers, how many steps were left out, and room for the changed gradient.
  template <class Model>
  struct State {
    typename O::template State<Model> inner;
    Vector<double> numbers = Vector<double>::Zero(1);  ///< steps left out
    GradientOf<Model> changed;                         ///< scratch, worth nothing between steps

    [[nodiscard]] auto step() const { return inner.step(); }  ///< updates done
    /// Steps left out.
    [[nodiscard]] std::int64_t skipped() const { return static_cast<std::int64_t>(numbers[0]); }

    template <class F, class... States>
    static void for_each_parameter(F&& f, States&... s) {
      f("inner", s.inner...);
      f(buffer("numbers"), s.numbers...);
    }
  };

  explicit Chain(Parts... parts) : parts_(std::move(parts)...) {}

  [[nodiscard]] const O& inner() const noexcept { return std::get<count>(parts_); }

  template <class Model>
  [[nodiscard]] State<Model> init(const Model& model) const {
    return {.inner = inner().init(model), .changed = zero_gradient(model)};
  }

  /// One update, unless a part says no.
  /// @throws ShapeError unless model, gradient and state agree in shape, and what the parts throw; model and
  /// state have not changed then.
  template <class Model>
  void step(Model& model, const GradientOf<Model>& gradient, State<Model>& state,
            double rate = 1) const {
    detail::expect_same_shapes("gradient", model, gradient);
    detail::expect_same_shapes("state", model, state.changed);
    for_each_parameter(
        [](const Leaf& leaf, auto& to, const auto& from) {
          if (!leaf.trainable()) return;
          if constexpr (detail::SparseLeaf<std::remove_cvref_t<decltype(to)>>) {
            to.clear();
            to.add(from);
          } else {
            detail::elements(to) = detail::elements(from);
          }
        },
        state.changed, gradient);
    const bool go = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (passes(std::get<I>(parts_), state.changed) && ...);
    }
    (std::make_index_sequence<count>{});
    if (go)
      inner().step(model, state.changed, state.inner, rate);
    else
      state.numbers[0] += 1;
  }

  /// The optimizer's average, if it has one.
  template <class Model>
  [[nodiscard]] Model average(const Model& model, const State<Model>& state) const requires
      requires(const O& o) {
    o.average(model, state.inner);
  }
  { return inner().average(model, state.inner); }

 private:
  template <class Gradient>
  static bool passes(const auto& part, Gradient& gradient) {
    if constexpr (std::is_void_v<decltype(part(gradient))>) {
      part(gradient);
      return true;
    } else {
      return part(gradient);
    }
  }

  std::tuple<Parts...> parts_;
};

}  // namespace loyal
