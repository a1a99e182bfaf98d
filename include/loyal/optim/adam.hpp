// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <type_traits>

#include "optimizer.hpp"

namespace loyal {
namespace detail {

/// Checks what the relatives of Adam have in common.
template <class O>
void expect_adam_options(const char* name, const O& o) {
  expect_option(name, "learning_rate", o.learning_rate, o.learning_rate > 0, "> 0");
  expect_option(name, "beta1", o.beta1, o.beta1 >= 0 && o.beta1 < 1, "in [0, 1)");
  expect_option(name, "beta2", o.beta2, o.beta2 >= 0 && o.beta2 < 1, "in [0, 1)");
  expect_option(name, "epsilon", o.epsilon, o.epsilon > 0, "> 0");
  expect_option(name, "weight_decay", o.weight_decay, o.weight_decay >= 0, ">= 0");
}

/// x <- decay x + (1 - decay) y.
/// Without gradient (dead units) moments decay into subnormal numbers, where arithmetic is several times
/// slower. Passing by `tiny` stops them at its last digit; what is lost is far below eps.
template <Scalar T>
void decay_to(auto& x, double decay, const auto& y) {
  constexpr T tiny = std::is_same_v<T, float> ? T(0x1p-80) : T(0x1p-900);
  x = (static_cast<T>(decay) * x + static_cast<T>(1 - decay) * y + tiny) - tiny;
}

/// Both moments of Adam.
template <Scalar T, class O>
void update_moments(const O& o, const auto& g, auto& m, auto& v) {
  decay_to<T>(m, o.beta1, g);
  decay_to<T>(v, o.beta2, g.square());
}

/// What Adam's formula takes from t, once a step.
struct AdamPlan {
  double rate;    ///< lr / (1 - b1^t)
  double unbias;  ///< 1 / sqrt(1 - b2^t)

  template <class O>
  AdamPlan(const O& o, const UpdateInfo& info)
      : rate(o.learning_rate * info.rate / (1 - std::pow(o.beta1, static_cast<double>(info.step)))),
        unbias(1 / std::sqrt(1 - std::pow(o.beta2, static_cast<double>(info.step)))) {}
};

/// p <- p - rate m / (unbias sqrt(v) + eps).
template <Scalar T, class O>
void descend(const O& o, const AdamPlan& plan, auto& p, const auto& m, const auto& v) {
  p -= static_cast<T>(plan.rate) * m /
       (static_cast<T>(plan.unbias) * v.sqrt() + static_cast<T>(o.epsilon));
}

}  // namespace detail

/// Adam: gradient descent scaled per parameter by running moments of the gradient.
///
///   g <- g + weight_decay p
///   m <- b1 m + (1 - b1) g           v <- b2 v + (1 - b2) g^2
///   p <- p - lr * m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps)
///
/// t counts steps, the same for all arrays.
/// Source: Kingma & Ba, ICLR 2015, algorithm 1, with its defaults. Cost: one pass over memory, 28 bytes a
/// parameter in float.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::Adam adam{{.learning_rate = 0.1}};
///     auto state = adam.init(p);
///     for (int i = 0; i < 500; ++i) adam.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 1e-3) return 1;
class Adam : public ElementwiseOptimizer<Adam, 2> {
 public:
  struct Options {
    double learning_rate = 1e-3;  ///< step length, in units of the parameters; > 0
    double beta1 = 0.9;           ///< decay of the first moment; in [0, 1)
    double beta2 = 0.999;         ///< decay of the second moment; in [0, 1)
    double epsilon = 1e-8;        ///< added outside the square root; > 0
    double weight_decay = 0;      ///< L2 penalty, added to the gradient; >= 0
  };

  Adam() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit Adam(const Options& options) : options_(options) {
    detail::expect_adam_options("Adam", options);
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  [[nodiscard]] detail::AdamPlan prepare(const UpdateInfo& info) const { return {options_, info}; }

  template <Scalar T>
  void update(const detail::AdamPlan& plan, auto p, auto g, auto m, auto v) const {
    if (options_.weight_decay == 0)
      detail::update_moments<T>(options_, g, m, v);
    else
      detail::update_moments<T>(options_, g + static_cast<T>(options_.weight_decay) * p, m, v);
    detail::descend<T>(options_, plan, p, m, v);
  }

 private:
  Options options_;
};

static_assert(Optimizer<Adam, Matrix<float>> && Optimizer<Adam, Vector<double>>);

}  // namespace loyal
