// SPDX-License-Identifier: MIT
#pragma once

#include "../math/bounds.hpp"
#include "adam.hpp"

namespace loyal {

/// Adam whose divisor never shrinks: it keeps the largest second moment so far.
///
///   m <- b1 m + (1 - b1) g           v <- b2 v + (1 - b2) g^2          w <- max(w, v)
///   p <- p - lr * m / (1 - b1^t) / (sqrt(w / (1 - b2^t)) + eps)
///
/// with weight_decay p added to g, or if decoupled, p <- p - lr weight_decay p before.
///
/// Source: Reddi, Kale & Kumar, ICLR 2018, algorithm 2, with the bias corrections of torch. Cost: one pass over
/// memory, 36 bytes a parameter in float.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::AMSGrad optimizer{{.learning_rate = 0.1}};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 0.1) return 1;
class AMSGrad : public ElementwiseOptimizer<AMSGrad, 3> {
 public:
  struct Options {
    double learning_rate = 1e-3;  ///< step length, in units of the parameters; > 0
    double beta1 = 0.9;           ///< decay of the first moment; in [0, 1)
    double beta2 = 0.999;         ///< decay of the second moment; in [0, 1)
    double epsilon = 1e-8;        ///< added outside the square root; > 0
    double weight_decay =
        0;  ///< L2 penalty, or share lost per unit of learning rate if decoupled; >= 0
    bool decoupled = false;  ///< decay the parameters themselves, as AdamW
  };

  AMSGrad() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit AMSGrad(const Options& options) : options_(options) {
    detail::expect_adam_options("AMSGrad", options);
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Of one step.
  struct Plan {
    detail::AdamPlan adam;
    double keep;     ///< what the decoupled decay leaves
    double penalty;  ///< of the other kind
  };
  [[nodiscard]] Plan prepare(const UpdateInfo& info) const {
    const double decay = options_.weight_decay;
    const double rate = options_.learning_rate * info.rate;
    return {{options_, info},
            options_.decoupled ? 1 - rate * decay : 1,
            options_.decoupled ? 0 : decay};
  }

  template <Scalar T>
  void update(const Plan& plan, auto p, auto g, auto m, auto v, auto w) const {
    p *= static_cast<T>(plan.keep);
    detail::update_moments<T>(options_, g + static_cast<T>(plan.penalty) * p, m, v);
    w = at_least(w, v);
    detail::descend<T>(options_, plan.adam, p, m, w);
  }

 private:
  Options options_;
};

static_assert(Optimizer<AMSGrad, Matrix<float>> && Optimizer<AMSGrad, Vector<double>>);

}  // namespace loyal
