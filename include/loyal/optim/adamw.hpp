// SPDX-License-Identifier: MIT
#pragma once

#include "adam.hpp"

namespace loyal {

/// Adam with decoupled weight decay: parameters shrink by themselves, not through the moments.
///
///   p <- p - lr weight_decay p, then Adam's step without a penalty
///
/// Source: Loshchilov & Hutter, ICLR 2019, algorithm 2, in the form of torch (decay times the rate), whose
/// default decay this is. Cost: as Adam.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::AdamW adamw{{.learning_rate = 0.1, .weight_decay = 0.01}};
///     auto state = adamw.init(p);
///     for (int i = 0; i < 500; ++i) adamw.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 1e-3) return 1;
class AdamW : public ElementwiseOptimizer<AdamW, 2> {
 public:
  struct Options {
    double learning_rate = 1e-3;  ///< step length, in units of the parameters; > 0
    double beta1 = 0.9;           ///< decay of the first moment; in [0, 1)
    double beta2 = 0.999;         ///< decay of the second moment; in [0, 1)
    double epsilon = 1e-8;        ///< added outside the square root; > 0
    double weight_decay = 1e-2;   ///< share of a parameter lost per unit of learning rate; >= 0
  };

  AdamW() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit AdamW(const Options& options) : options_(options) { Adam::check("AdamW", as_adam()); }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  template <Scalar T>
  void update(const UpdateInfo& info, auto p, auto g, auto m, auto v) const {
    p *= static_cast<T>(1 - options_.learning_rate * info.rate * options_.weight_decay);
    Adam::descend<T>(as_adam(), info, p, g, m, v);
  }

 private:
  [[nodiscard]] Adam::Options as_adam() const {
    return {options_.learning_rate, options_.beta1, options_.beta2, options_.epsilon,
            options_.weight_decay};
  }

  Options options_;
};

static_assert(Optimizer<AdamW, Matrix<float>> && Optimizer<AdamW, Vector<double>>);

}  // namespace loyal
