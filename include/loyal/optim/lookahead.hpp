// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "optimizer.hpp"

namespace loyal {

/// How far Lookahead runs, and how much of it it keeps.
struct LookaheadOptions {
  int every = 5;       ///< steps ahead, k; >= 1
  double share = 0.5;  ///< of the way that is kept, alpha; in (0, 1]
};

/// Lets another optimizer run ahead, and every few steps goes part of the way to where it came.
///
///   fast: the inner optimizer's steps on the model
///   every k steps:  slow <- slow + share (fast - slow);  fast <- slow
///
/// The model is fast; after a multiple of k steps it equals slow. Embeddings are drawn together as whole tables,
/// whatever rows were touched.
/// Source: Zhang, Lucas, Hinton & Ba, NeurIPS 2019, algorithm 1, with its defaults. Cost: the inner
/// optimizer's, and an array, crossed every k steps.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::Lookahead optimizer{loyal::SGD{{.learning_rate = 0.1}}};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 1e-3) return 1;
template <class O>
class Lookahead {
 public:
  using Options = LookaheadOptions;

  /// What the inner optimizer remembers, and the slow weights.
  template <class Model>
  struct State {
    typename O::template State<Model> inner;
    Model slow;

    [[nodiscard]] auto step() const { return inner.step(); }  ///< updates done

    template <class F, class... States>
    static void for_each_parameter(F&& f, States&... s) {
      f("inner", s.inner...);
      f("slow", s.slow...);
    }
  };

  explicit Lookahead(O inner) : Lookahead(std::move(inner), Options{}) {}
  /// @throws OptionError if an option lies outside its domain.
  Lookahead(O inner, const Options& options) : inner_(std::move(inner)), options_(options) {
    detail::expect_option("Lookahead", "every", options.every, options.every >= 1, ">= 1");
    detail::expect_option("Lookahead", "share", options.share,
                          options.share > 0 && options.share <= 1, "in (0, 1]");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const O& inner() const noexcept { return inner_; }

  template <class Model>
  [[nodiscard]] State<Model> init(const Model& model) const {
    return {inner_.init(model), model};
  }

  /// One update of the inner optimizer; every k-th draws the model back.
  /// @throws ShapeError unless model, gradient and state agree in shape; nothing has changed then.
  template <class Model, class Gradient>
  void step(Model& model, const Gradient& gradient, State<Model>& state, double rate = 1) const {
    detail::expect_same_shapes("state", model, state.slow);
    inner_.step(model, gradient, state.inner, rate);
    if (state.step() % options_.every != 0) return;
    for_each_parameter(
        [&](const Leaf& leaf, auto& fast, auto& slow) {
          if (!leaf.trainable()) return;
          auto x = detail::elements(fast);
          auto y = detail::elements(slow);
          y += static_cast<typename decltype(y)::Scalar>(options_.share) * (x - y);
          x = y;
        },
        model, state.slow);
  }

 private:
  O inner_;
  Options options_;
};

}  // namespace loyal
