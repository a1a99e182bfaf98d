// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "optimizer.hpp"

namespace loyal {

/// Says of an array's name whether it is meant: any function of "encoder.0.weight".
using NameFilter = std::function<bool(const std::string& name)>;

/// Those whose name, or last part of it, is this: Named{"bias"} is "0.bias" and "encoder.2.bias".
struct Named {
  std::string_view last;  ///< text that must outlive it, such as a literal
  bool operator()(const std::string& name) const {
    return name == last || (name.size() > last.size() && name.ends_with(last) &&
                            name[name.size() - last.size() - 1] == '.');
  }
};

/// An optimizer for some of a model's arrays.
template <class O>
struct Group {
  NameFilter where;
  O optimizer;
};
template <class F, class O>
Group(F, O) -> Group<O>;

/// Different optimizers, or options, for different arrays: no decay for biases, AdaGrad for embeddings.
///
/// The first argument steps whatever no group takes; an array belongs to the first group whose filter takes its
/// name. Groups run side by side, so each counts all steps.
/// Source: none, our own. Cost: that of the optimizers; names are looked at by init() only.
///
///     loyal::Sequential network{loyal::Dense<float>{3, 4}, loyal::ReLU{}, loyal::Dense<float>{4, 1}};
///     const loyal::Groups optimizer{loyal::AdamW{{.weight_decay = 0.1}},
///                                   loyal::Group{loyal::Named{"bias"}, loyal::AdamW{{.weight_decay = 0}}}};
///     auto state = optimizer.init(network);
///     network.get<0>().weight.setOnes();
///     network.get<0>().bias.setOnes();
///     optimizer.step(network, loyal::zero_gradient(network), state);
///     if (network.get<0>().weight(0, 0) == 1 || network.get<0>().bias[0] != 1) return 1;
template <class Rest, class... Os>
class Groups {
  static constexpr std::size_t count = 1 + sizeof...(Os);
  using Places = std::make_index_sequence<count>;

 public:
  /// Each group's own, with empty arrays where others step.
  template <class Model>
  struct State {
    std::tuple<typename Rest::template State<Model>, typename Os::template State<Model>...> parts;
    std::array<Selection, count> arrays;  ///< that each group steps; found by init(), not saved

    [[nodiscard]] auto step() const { return std::get<0>(parts).step(); }  ///< updates done

    template <class F, class... States>
    static void for_each_parameter(F&& f, States&... s) {
      const auto visit = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
        f(element(static_cast<Index>(I)), std::get<I>(s.parts)...);
      };
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (visit(std::integral_constant<std::size_t, I>{}), ...);
      }
      (Places{});
    }
  };

  explicit Groups(Rest rest, Group<Os>... groups)
      : filters_{std::move(groups.where)...},
        optimizers_(std::move(rest), std::move(groups.optimizer)...) {}

  template <class Model>
  [[nodiscard]] State<Model> init(const Model& model) const {
    State<Model> state;
    for_each_parameter(
        [&](const Leaf& leaf, const auto&) {
          std::size_t group = 0;
          while (group < filters_.size() && !filters_[group](leaf.name())) ++group;
          group = (group + 1) % count;  // behind all filters: the first optimizer
          for (std::size_t k = 0; k < count; ++k) state.arrays[k].push_back(k == group);
        },
        model);
    each([&]<std::size_t I>(const auto& optimizer, std::integral_constant<std::size_t, I>) {
      std::get<I>(state.parts) = optimizer.init(model, &state.arrays[I]);
    });
    return state;
  }

  /// One update of every array by its group's optimizer.
  /// @throws ShapeError unless model, gradient and state agree in shape; nothing has changed then.
  template <class Model, class Gradient>
  void step(Model& model, const Gradient& gradient, State<Model>& state, double rate = 1) const {
    each([&]<std::size_t I>(const auto& optimizer, std::integral_constant<std::size_t, I>) {
      optimizer.check(model, gradient, std::get<I>(state.parts), &state.arrays[I]);
    });
    each([&]<std::size_t I>(const auto& optimizer, std::integral_constant<std::size_t, I>) {
      optimizer.step(model, gradient, std::get<I>(state.parts), rate, &state.arrays[I]);
    });
  }

  /// The averages of those optimizers that have one; the other arrays as they are.
  template <class Model>
  [[nodiscard]] Model average(const Model& model, const State<Model>& state) const
      requires(requires(const Rest& o) { o.average(model, std::get<0>(state.parts)); }) {
    Model result = model;
    each([&]<std::size_t I>(const auto& optimizer, std::integral_constant<std::size_t, I>) {
      if constexpr (requires { optimizer.average(result, std::get<I>(state.parts)); })
        result = optimizer.average(result, std::get<I>(state.parts));
    });
    return result;
  }

 private:
  void each(const auto& f) const {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (f(std::get<I>(optimizers_), std::integral_constant<std::size_t, I>{}), ...);
    }
    (Places{});
  }

  std::array<NameFilter, sizeof...(Os)> filters_;
  std::tuple<Rest, Os...> optimizers_;
};

}  // namespace loyal
