// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/parameters.hpp"

namespace loyal {

/// What an optimizer remembers between steps: arrays of the model's shape, and a few numbers.
/// The caller owns it next to the model, so a copy of (model, state) is a checkpoint. It names its arrays as
/// a model does: add_parameters() and read_parameters() save and resume it bit for bit.
template <class Model, std::size_t Slots>
struct OptimizerState {
  std::array<Model, Slots> slots;                    ///< moments; an unused slot has empty arrays
  Vector<double> numbers = Vector<double>::Zero(1);  ///< updates done, then the optimizer's own

  /// Updates done.
  [[nodiscard]] std::int64_t step() const { return static_cast<std::int64_t>(numbers[0]); }

  template <class F, class... States>
  static void for_each_parameter(F&& f, States&... s) {
    for (std::size_t k = 0; k < Slots; ++k) f(element(static_cast<Index>(k)), s.slots[k]...);
    f(buffer("numbers"), s.numbers...);
  }
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
  std::span<double> numbers =
      {};  ///< the state's own numbers, 0 at first; prepare() may change them
};

namespace detail {

template <class A, class B>
bool same_shape(const A& a, const B& b) {
  if constexpr (requires { a.rows(); })
    return a.rows() == b.rows() && a.cols() == b.cols();
  else
    return shape_of(a) == shape_of(b);
}
template <class A>
std::string array_shape(const A& a) {
  if constexpr (requires { a.rows(); }) {
    return to_text({a.rows(), a.cols()});
  } else {
    std::string text;
    for (const Index size : shape_of(a)) text += (text.empty() ? "" : " x ") + std::to_string(size);
    return text;
  }
}
/// Throws unless @p array, the @p role of a leaf, has the shape of its parameters.
template <class A, class P>
void expect_same_shape(const char* role, const Leaf& leaf, const A& array, const P& parameters) {
  if (!detail::same_shape(parameters, array))
    fail<ShapeError>("Optimizer::step", concatenate("the shape of the ", role, " of ", leaf.name()),
                     detail::array_shape(array), detail::array_shape(parameters));
}
/// The same for all trainable leaves.
template <class Model, class Other>
void expect_same_shapes(const char* role, const Model& model, const Other& other) {
  for_each_parameter(
      [&](const Leaf& leaf, const auto& p, const auto& o) {
        if (leaf.trainable()) expect_same_shape(role, leaf, o, p);
      },
      model, other);
}

}  // namespace detail

/// Which arrays of a model, in the order of the walk, a step may change.
using Selection = std::vector<char>;

/// Base of optimizers that treat each parameter by itself; the derived class writes only the formula.
///
/// It offers, besides its Options,
///
///   static constexpr std::size_t slots     arrays remembered for each parameter
///   template <Scalar T> void update(const UpdateInfo&, p, g, s0, s1, ...) const
///
/// where p, g and the slots are Eigen arrays of equal size (g const) holding some of the parameters; and, if
/// they are of use to it,
///
///   bool uses_slot(std::size_t k) const    false for those that its options leave unused
///   Plan prepare(const UpdateInfo&) const  once a step; update() is then told a Plan of its own
///   static constexpr std::size_t numbers   how many numbers it remembers besides arrays, for prepare()
///   template <Scalar T> Sums measure(const Plan&, p, g, s0, ...) const     over an array, before update():
///   Plan with(const Plan&, const Sums&) const                              the plan that its update() is told
///
/// update() sees 256 bytes of each array at a time, a size that the compiler knows, so that several
/// statements still cross memory once; an array's last piece is filled up with zeros, whose results are
/// dropped. What it needs twice it may keep with .eval(). A sparse gradient updates the rows it
/// touches, and only their slots ("lazy" in other libraries). Large arrays are shared among threads; the
/// numbers do not depend on how many.
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

  /// Zero moments for the model's parameters; with @p only, for those of its arrays.
  template <class Model>
  [[nodiscard]] State<Model> init(const Model& model, const Selection* only = nullptr) const {
    State<Model> state{};
    state.numbers = Vector<double>::Zero(1 + own_numbers());
    for (std::size_t k = 0; k < Slots; ++k) {
      state.slots[k] = model;
      std::size_t place = 0;
      for_each_parameter(
          [&](const Leaf& leaf, auto& array) {
            if (uses(k) && changes(leaf, only, place++))
              detail::elements(array).setZero();
            else
              array = {};
          },
          state.slots[k]);
    }
    return state;
  }

  /// One update of @p model along @p gradient; with @p only, of those of its arrays.
  /// @throws ShapeError as check(); nothing has changed then.
  template <class Model, class Gradient>
  void step(Model& model, const Gradient& gradient, State<Model>& state, double rate = 1,
            const Selection* only = nullptr) const {
    check(model, gradient, state, only);
    std::apply(
        [&](auto&... slot) {
          state.numbers[0] += 1;
          const auto plan = prepared(
              {state.step(), rate,
               std::span(state.numbers.data() + 1, static_cast<std::size_t>(own_numbers()))});
          std::size_t place = 0;
          for_each_parameter(
              [&](const Leaf& leaf, auto& p, const auto& g, auto&... s) {
                if (changes(leaf, only, place++)) update_leaf(plan, p, g, s...);
              },
              model, gradient, slot...);
        },
        state.slots);
  }

  /// @throws ShapeError unless model, gradient and state agree in shape.
  template <class Model, class Gradient>
  void check(const Model& model, const Gradient& gradient, const State<Model>& state,
             const Selection* only = nullptr) const {
    std::apply(
        [&](const auto&... slot) {
          std::size_t place = 0;
          for_each_parameter(
              [&](const Leaf& leaf, const auto& p, const auto& g, const auto&... s) {
                if (changes(leaf, only, place++)) expect(leaf, p, g, s...);
              },
              model, gradient, slot...);
        },
        state.slots);
    detail::expect_size("Optimizer::step", "how many numbers the state holds", state.numbers.size(),
                        1 + own_numbers());
  }

 private:
  /// From here on an array is shared among threads: below, waking them costs more than it saves.
  static constexpr Index large = Index{1} << 19;
  [[nodiscard]] const Derived& self() const { return static_cast<const Derived&>(*this); }
  [[nodiscard]] bool uses(std::size_t k) const {
    if constexpr (requires { self().uses_slot(k); })
      return self().uses_slot(k);
    else
      return true;
  }
  static constexpr Index own_numbers() {
    if constexpr (requires { Derived::numbers; })
      return static_cast<Index>(Derived::numbers);
    else
      return 0;
  }
  [[nodiscard]] auto prepared(const UpdateInfo& info) const {
    if constexpr (requires { self().prepare(info); })
      return self().prepare(info);
    else
      return info;
  }
  static bool changes(const Leaf& leaf, const Selection* only, std::size_t place) {
    return leaf.trainable() && (only == nullptr || (*only)[place] != 0);
  }

  template <class P, class G, class... S>
  void expect(const Leaf& leaf, const P& p, const G& g, const S&... s) const {
    detail::expect_same_shape("gradient", leaf, g, p);
    [[maybe_unused]] std::size_t k = 0;
    (..., [&] {
      if (uses(k++)) detail::expect_same_shape("state", leaf, s, p);
    }());
  }

  /// Elements that a formula is handed at a time: so few that one statement finds what another just
  /// wrote, and all arrays stream side by side. In blocks as large as a cache each statement waits
  /// for memory anew: two thirds of the speed at 1e8 parameters.
  template <class T>
  static constexpr Index lane = 256 / static_cast<Index>(sizeof(T));
  /// Bytes ahead of which memory is asked for: by itself the processor stops at the end of a page.
  static constexpr Index ahead = 2048;
  /// The same for the rows of a sparse gradient.
  static constexpr Index rows_ahead = 4;

  template <class T>
  using Lane = Eigen::Array<std::remove_const_t<T>, lane<T>, 1>;
  template <class T>
  using LaneView = Eigen::Map<std::conditional_t<std::is_const_v<T>, const Lane<T>, Lane<T>>>;

  /// Calls f(views of p, g, s...) for the elements 0 .. n - 1, a lane at a time. The last lane is filled up
  /// with zeros. Arrays that are not used are null, and seen as zeros.
  /// Memory is asked for ahead if more is to be expected there (@p stream).
  template <class T, bool stream, class F, class... A>
  static void in_lanes(const F& f, Index n, A*... arrays) {
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      std::array<Lane<T>, sizeof...(A)> spare;
      for (auto& s : spare) s.setZero();
      for (Index from = 0; from < n; from += lane<T>) {
        const Index rest = n - from;
        if (rest < lane<T>)
          (take(spare[K], rest, arrays, from), ...);
        else if constexpr (stream)
          (fetch<lane<T>>(arrays, from + ahead / static_cast<Index>(sizeof(T))), ...);
        const auto in_place = [&](const void* array) {
          return array != nullptr && rest >= lane<T>;
        };
        f(LaneView<A>(in_place(arrays) ? arrays + from : spare[K].data())...);
        if (rest < lane<T>) (put_back(spare[K], rest, arrays, from), ...);
      }
    }
    (std::index_sequence_for<A...>{});
  }
  /// Asks for n elements, wherever they lie: an address that is nobody's is passed over.
  template <Index n, class T>
  static void fetch(const T* array, Index from) {
    const auto start =
        reinterpret_cast<std::uintptr_t>(array) + static_cast<std::uintptr_t>(from) * sizeof(T);
    for (std::uintptr_t i = 0; i < n * sizeof(T); i += 64)
      // NOLINTNEXTLINE(performance-no-int-to-ptr): never read
      __builtin_prefetch(reinterpret_cast<const void*>(start + i));
  }
  template <class T>
  static void take(Lane<T>& lane, Index n, T* array, Index from) {
    if (array != nullptr) std::copy_n(array + from, n, lane.data());
  }
  template <class T>
  static void put_back(const Lane<T>& lane, Index n, T* array, Index from) {
    if constexpr (!std::is_const_v<T>)
      if (array != nullptr) std::copy_n(lane.data(), n, array + from);
  }

  template <class Plan, class P, class G, class... S>
  void update_leaf(const Plan& plan, P& p, const G& g, S&... s) const {
    using T = std::remove_reference_t<decltype(*p.data())>;
    const auto n = static_cast<Index>(p.size());
    // visit(f, begin, end) calls f(pieces of p, g, s...) for blocks of elements, or for touched rows.
    const auto apply = [&](Index count, Index each, const auto& visit) {
      if constexpr (requires { typename Derived::Sums; }) {
        using Sums = typename Derived::Sums;
        const Sums sums = parallel_reduce(
            count, {.threads = n_threads(count * each), .grain = grain_of(each)}, Sums{},
            [&](Index begin, Index end) {
              Sums part{};
              visit([&](auto&&... x) { part += self().template measure<T>(plan, x...); }, begin,
                    end);
              return part;
            },
            [](Sums a, const Sums& b) { return a += b; });
        const auto own = self().with(plan, sums);
        share(count, each, [&](Index begin, Index end) {
          visit([&](auto&&... x) { self().template update<T>(own, x...); }, begin, end);
        });
      } else {
        share(count, each, [&](Index begin, Index end) {
          visit([&](auto&&... x) { self().template update<T>(plan, x...); }, begin, end);
        });
      }
    };
    const auto at = [](auto& slot, Index from) {
      return slot.size() == 0 ? nullptr : slot.data() + from;
    };
    if constexpr (detail::SparseLeaf<G>) {
      const Index cols = g.cols();
      const auto values = g.values();
      const auto& touched = g.touched();
      const auto rows = static_cast<Index>(touched.size());
      apply(rows, cols, [&](const auto& f, Index begin, Index end) {
        for (Index k = begin; k < end; ++k) {
          const Index from = touched[static_cast<std::size_t>(k)] * cols;
          if (k + rows_ahead < end) {  // nobody but us knows which row is next
            const Index next = touched[static_cast<std::size_t>(k + rows_ahead)] * cols;
            fetch<lane<T>>(p.data(), next);
            (fetch<lane<T>>(s.data(), next), ...);
          }
          in_lanes<T, false>(f, cols, p.data() + from, values.data() + k * cols, at(s, from)...);
        }
      });
    } else {
      apply(n, 1, [&](const auto& f, Index begin, Index end) {
        in_lanes<T, true>(f, end - begin, p.data() + begin, g.data() + begin, at(s, begin)...);
      });
    }
  }

  /// Units of @p each elements in one piece of work.
  static Index grain_of(Index each) {
    return std::max<Index>(1, (Index{1} << 17) / std::max<Index>(1, each));
  }
  static int n_threads(Index elements) { return elements < large ? 1 : 0; }
  static void share(Index count, Index each, const auto& range) {
    if (count * each < large)
      range(0, count);
    else
      parallel_for(count, {.grain = grain_of(each)}, range);
  }
};

}  // namespace loyal
