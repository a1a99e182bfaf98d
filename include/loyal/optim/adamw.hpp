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
  explicit AdamW(const Options& options) : options_(options) {
    detail::expect_adam_options("AdamW", options);
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Of one step.
  struct Plan {
    detail::AdamPlan adam;
    double keep;  ///< 1 - lr weight_decay
  };
  [[nodiscard]] Plan prepare(const UpdateInfo& info) const {
    return {{options_, info}, 1 - options_.learning_rate * info.rate * options_.weight_decay};
  }

  template <Scalar T>
  void update(const Plan& plan, auto p, auto g, auto m, auto v) const {
    p *= static_cast<T>(plan.keep);
    detail::update_moments<T>(options_, g, m, v);
    detail::descend<T>(options_, plan.adam, p, m, v);
  }

 private:
  Options options_;
};

static_assert(Optimizer<AdamW, Matrix<float>> && Optimizer<AdamW, Vector<double>>);

}  // namespace loyal
