// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "adam.hpp"

namespace loyal {

/// Adam with Nesterov's momentum: the step uses the moment as it will be.
///
///   g <- g + weight_decay p;  m, v as Adam's
///   mu_t = b1 (1 - 0.96^(t momentum_decay) / 2)           M_t = mu_1 mu_2 ... mu_t
///   p <- p - lr (mu_{t+1} m / (1 - M_{t+1}) + (1 - mu_t) g / (1 - M_t)) / (sqrt(v / (1 - b2^t)) + eps)
///
/// Source: Dozat, ICLR workshop 2016, algorithm 2 and its schedule of mu; defaults as in torch. Cost: one pass
/// over memory, 28 bytes a parameter in float.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::NAdam optimizer{{.learning_rate = 0.1}};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 0.1) return 1;
class NAdam : public ElementwiseOptimizer<NAdam, 2> {
 public:
  struct Options {
    double learning_rate = 2e-3;   ///< step length, in units of the parameters; > 0
    double beta1 = 0.9;            ///< decay of the first moment; in [0, 1)
    double beta2 = 0.999;          ///< decay of the second moment; in [0, 1)
    double epsilon = 1e-8;         ///< added outside the square root; > 0
    double weight_decay = 0;       ///< L2 penalty, added to the gradient; >= 0
    double momentum_decay = 4e-3;  ///< how fast mu comes near b1; >= 0
  };

  NAdam() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit NAdam(const Options& options) : options_(options) {
    detail::expect_adam_options("NAdam", options);
    detail::expect_option("NAdam", "momentum_decay", options.momentum_decay,
                          options.momentum_decay >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  static constexpr std::size_t numbers = 1;  ///< 1 - M_t, which is 0 before the first step
  /// Of one step.
  struct Plan {
    double of_moment;    ///< lr mu_{t+1} / (1 - M_{t+1})
    double of_gradient;  ///< lr (1 - mu_t) / (1 - M_t)
    double unbias;       ///< 1 / sqrt(1 - b2^t)
  };
  [[nodiscard]] Plan prepare(const UpdateInfo& info) const {
    const double t = static_cast<double>(info.step);
    const auto mu = [&](double step) {
      return options_.beta1 * (1 - 0.5 * std::pow(0.96, step * options_.momentum_decay));
    };
    const double product = (1 - info.numbers[0]) * mu(t);
    info.numbers[0] = 1 - product;
    const double rate = options_.learning_rate * info.rate;
    return {rate * mu(t + 1) / (1 - product * mu(t + 1)), rate * (1 - mu(t)) / (1 - product),
            1 / std::sqrt(1 - std::pow(options_.beta2, t))};
  }

  template <Scalar T>
  void update(const Plan& plan, auto p, auto g, auto m, auto v) const {
    const auto penalized = g + static_cast<T>(options_.weight_decay) * p;
    detail::update_moments<T>(options_, penalized, m, v);
    p -= (static_cast<T>(plan.of_moment) * m + static_cast<T>(plan.of_gradient) * penalized) /
         (static_cast<T>(plan.unbias) * v.sqrt() + static_cast<T>(options_.epsilon));
  }

 private:
  Options options_;
};

static_assert(Optimizer<NAdam, Matrix<float>> && Optimizer<NAdam, Vector<double>>);

}  // namespace loyal
