// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "optimizer.hpp"

namespace loyal {

/// Steps once in `every` calls, along the mean of their gradients: a large batch from small ones.
///
/// A call that only gathers leaves the model as it is. The rate is that of the call that steps. If batches
/// differ in size, the mean weighs them alike.
/// Source: none, textbook. Cost: one array more, and a pass over it each call; sparse gradients stay sparse.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::Accumulate optimizer{loyal::SGD{{.learning_rate = 0.1}}, 4};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 3; ++i) optimizer.step(p, p, state);
///     if (p[0] != 1) return 1;
///     optimizer.step(p, p, state);
///     if (std::abs(p[0] - 0.9) > 1e-12) return 2;
template <class O>
class Accumulate {
 public:
  /// What the inner optimizer remembers, the sum so far, and how many gradients are in it.
  template <class Model>
  struct State {
    typename O::template State<Model> inner;
    GradientOf<Model> sum;
    Vector<double> numbers = Vector<double>::Zero(1);  ///< gradients in the sum

    [[nodiscard]] auto step() const { return inner.step(); }  ///< updates done

    template <class F, class... States>
    static void for_each_parameter(F&& f, States&... s) {
      f("inner", s.inner...);
      f("sum", s.sum...);
      f(buffer("numbers"), s.numbers...);
    }
  };

  /// @throws OptionError unless every >= 1.
  Accumulate(O inner, int every) : inner_(std::move(inner)), every_(every) {
    detail::expect_option("Accumulate", "every", every, every >= 1, ">= 1");
  }

  [[nodiscard]] int every() const noexcept { return every_; }
  [[nodiscard]] const O& inner() const noexcept { return inner_; }

  template <class Model>
  [[nodiscard]] State<Model> init(const Model& model) const {
    return {inner_.init(model), zero_gradient(model)};
  }

  /// Gathers a gradient; every `every`-th call makes an update.
  /// @throws ShapeError unless model, gradient and state agree in shape; the model has not changed then.
  template <class Model>
  void step(Model& model, const GradientOf<Model>& gradient, State<Model>& state,
            double rate = 1) const {
    detail::expect_same_shapes("gradient", model, gradient);
    detail::expect_same_shapes("state", model, state.sum);
    add_to(state.sum, gradient);
    state.numbers[0] += 1;
    if (state.numbers[0] < every_) return;
    scale(state.sum, 1 / state.numbers[0]);
    inner_.step(model, state.sum, state.inner, rate);
    set_zero(state.sum);
    state.numbers[0] = 0;
  }

  /// The inner optimizer's average, if it has one.
  template <class Model>
  [[nodiscard]] Model average(const Model& model, const State<Model>& state) const requires
      requires(const O& o) {
    o.average(model, state.inner);
  }
  { return inner_.average(model, state.inner); }

 private:
  O inner_;
  int every_;
};

}  // namespace loyal
