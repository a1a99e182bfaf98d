// SPDX-License-Identifier: MIT
#pragma once

#include "optimizer.hpp"

namespace loyal {

/// AdaGrad: each parameter's rate falls with the sum of its squared gradients so far. Suits sparse features.
///
///   g <- g + weight_decay p
///   s <- s + g^2
///   p <- p - lr / (1 + (t - 1) rate_decay) * g / (sqrt(s + initial) + eps)
///
/// Source: Duchi, Hazan & Singer, JMLR 12, 2011, diagonal version of figure 1; options as in torch.
/// Cost: one pass over memory.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::AdaGrad adagrad{{.learning_rate = 0.5}};
///     auto state = adagrad.init(p);
///     for (int i = 0; i < 500; ++i) adagrad.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 1e-3) return 1;
class AdaGrad : public ElementwiseOptimizer<AdaGrad, 1> {
 public:
  struct Options {
    double learning_rate = 1e-2;     ///< step length at the start; > 0
    double epsilon = 1e-10;          ///< added outside the square root; > 0
    double initial_accumulator = 0;  ///< added to the sum of squares; >= 0
    double rate_decay = 0;           ///< hyperbolic fall of the rate by steps; >= 0
    double weight_decay = 0;         ///< L2 penalty, added to the gradient; >= 0
  };

  AdaGrad() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit AdaGrad(const Options& options) : options_(options) {
    const auto& o = options;
    detail::expect_option("AdaGrad", "learning_rate", o.learning_rate, o.learning_rate > 0, "> 0");
    detail::expect_option("AdaGrad", "epsilon", o.epsilon, o.epsilon > 0, "> 0");
    detail::expect_option("AdaGrad", "initial_accumulator", o.initial_accumulator,
                          o.initial_accumulator >= 0, ">= 0");
    detail::expect_option("AdaGrad", "rate_decay", o.rate_decay, o.rate_decay >= 0, ">= 0");
    detail::expect_option("AdaGrad", "weight_decay", o.weight_decay, o.weight_decay >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  template <Scalar T>
  void update(const UpdateInfo& info, auto p, auto g, auto s) const {
    const double t = static_cast<double>(info.step);
    const T rate =
        static_cast<T>(options_.learning_rate * info.rate / (1 + (t - 1) * options_.rate_decay));
    const T decay = static_cast<T>(options_.weight_decay);
    const T initial = static_cast<T>(options_.initial_accumulator);
    const T epsilon = static_cast<T>(options_.epsilon);
    s += (g + decay * p).square();
    p -= rate * (g + decay * p) / ((s + initial).sqrt() + epsilon);
  }

 private:
  Options options_;
};

static_assert(Optimizer<AdaGrad, Matrix<float>> && Optimizer<AdaGrad, Vector<double>>);

}  // namespace loyal
