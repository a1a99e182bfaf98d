// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "adam.hpp"

namespace loyal {

/// Adam that waits with its divisor until the second moment rests on enough gradients: no warm-up needed.
///
///   g <- g + weight_decay p;  m, v as Adam's
///   rho = 2 / (1 - b2) - 1           rho_t = rho - 2 t b2^t / (1 - b2^t)
///   p <- p - lr r m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps')           if rho_t > 5, with
///   r^2 = (rho_t - 4) (rho_t - 2) rho / ((rho - 4) (rho - 2) rho_t)        and eps' = eps / sqrt(1 - b2^t)
///   p <- p - lr m / (1 - b1^t)                                             otherwise
///
/// Source: Liu et al., ICLR 2020, algorithm 2; the bound 5, eps' and the defaults as in torch. Cost: one pass
/// over memory, 28 bytes a parameter in float.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::RAdam optimizer{{.learning_rate = 0.1}};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 0.1) return 1;
class RAdam : public ElementwiseOptimizer<RAdam, 2> {
 public:
  struct Options {
    double learning_rate = 1e-3;  ///< step length, in units of the parameters; > 0
    double beta1 = 0.9;           ///< decay of the first moment; in [0, 1)
    double beta2 = 0.999;         ///< decay of the second moment; in [0, 1)
    double epsilon = 1e-8;        ///< added outside the square root; > 0
    double weight_decay = 0;      ///< L2 penalty, added to the gradient; >= 0
  };

  RAdam() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit RAdam(const Options& options) : options_(options) {
    detail::expect_adam_options("RAdam", options);
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Of one step.
  struct Plan {
    double rate;    ///< factor of m
    bool adaptive;  ///< divide by sqrt(v) + eps
  };
  [[nodiscard]] Plan prepare(const UpdateInfo& info) const {
    const double t = static_cast<double>(info.step);
    const double rate = options_.learning_rate * info.rate / (1 - std::pow(options_.beta1, t));
    const double power = std::pow(options_.beta2, t);
    const double rho = 2 / (1 - options_.beta2) - 1;
    const double now = rho - 2 * t * power / (1 - power);
    if (!(now > 5)) return {rate, false};
    const double r = std::sqrt((now - 4) * (now - 2) * rho / ((rho - 4) * (rho - 2) * now));
    return {rate * r * std::sqrt(1 - power), true};
  }

  template <Scalar T>
  void update(const Plan& plan, auto p, auto g, auto m, auto v) const {
    detail::update_moments<T>(options_, g + static_cast<T>(options_.weight_decay) * p, m, v);
    if (plan.adaptive)
      p -= static_cast<T>(plan.rate) * m / (v.sqrt() + static_cast<T>(options_.epsilon));
    else
      p -= static_cast<T>(plan.rate) * m;
  }

 private:
  Options options_;
};

static_assert(Optimizer<RAdam, Matrix<float>> && Optimizer<RAdam, Vector<double>>);

}  // namespace loyal
