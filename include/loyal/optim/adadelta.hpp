// SPDX-License-Identifier: MIT
#pragma once

#include "adam.hpp"

namespace loyal {

/// Steps in the units of the parameters without a learning rate to choose: the last steps set the next.
///
///   g <- g + weight_decay p
///   v <- rho v + (1 - rho) g^2
///   d <- sqrt(u + eps) / sqrt(v + eps) g
///   p <- p - lr d;  u <- rho u + (1 - rho) d^2
///
/// Source: Zeiler, arXiv 1212.5701, algorithm 1 (lr = 1); rho and eps as in torch. Starts slowly: the first step
/// is sqrt(eps) long. Cost: one pass over memory, 28 bytes a parameter in float.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::AdaDelta optimizer{{.epsilon = 1e-4}};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 0.1) return 1;
class AdaDelta : public ElementwiseOptimizer<AdaDelta, 2> {
 public:
  struct Options {
    double learning_rate = 1;  ///< factor on the step; > 0
    double rho = 0.9;          ///< decay of both moments; in [0, 1)
    double epsilon = 1e-6;     ///< added inside both square roots; > 0
    double weight_decay = 0;   ///< L2 penalty, added to the gradient; >= 0
  };

  AdaDelta() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit AdaDelta(const Options& options) : options_(options) {
    const auto& o = options;
    detail::expect_option("AdaDelta", "learning_rate", o.learning_rate, o.learning_rate > 0, "> 0");
    detail::expect_option("AdaDelta", "rho", o.rho, o.rho >= 0 && o.rho < 1, "in [0, 1)");
    detail::expect_option("AdaDelta", "epsilon", o.epsilon, o.epsilon > 0, "> 0");
    detail::expect_option("AdaDelta", "weight_decay", o.weight_decay, o.weight_decay >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  template <Scalar T>
  void update(const UpdateInfo& info, auto p, auto g, auto v, auto u) const {
    const T epsilon = static_cast<T>(options_.epsilon);
    const auto penalized = g + static_cast<T>(options_.weight_decay) * p;
    detail::decay_to<T>(v, options_.rho, penalized.square());
    const auto step = ((u + epsilon).sqrt() / (v + epsilon).sqrt() * penalized).eval();
    p -= static_cast<T>(options_.learning_rate * info.rate) * step;
    detail::decay_to<T>(u, options_.rho, step.square());
  }

 private:
  Options options_;
};

static_assert(Optimizer<AdaDelta, Matrix<float>> && Optimizer<AdaDelta, Vector<double>>);

}  // namespace loyal
