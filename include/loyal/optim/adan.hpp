// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>

#include "adam.hpp"

namespace loyal {

/// Nesterov's momentum from differences of gradients: steady at large rates and batches.
///
///   d = g - g_last (0 at the first step)
///   m <- b1 m + (1 - b1) g           v <- b2 v + (1 - b2) d           n <- b3 n + (1 - b3) (g + b2 d)^2
///   p <- (p - lr (m / (1 - b1^t) + b2 v / (1 - b2^t)) / (sqrt(n / (1 - b3^t)) + eps)) / (1 + lr weight_decay)
///
/// b here is the share that stays, 1 - beta in the paper.
///
/// Source: Xie et al., TPAMI 2024 (arXiv 2208.06677), algorithm 1, with its defaults; bias corrections as in the
/// authors' program stand for its special first step. Cost: one pass over memory, 44 bytes a parameter in float.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::Adan optimizer{{.learning_rate = 0.02}};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 0.1) return 1;
class Adan : public ElementwiseOptimizer<Adan, 4> {
 public:
  struct Options {
    double learning_rate = 1e-3;  ///< step length, in units of the parameters; > 0
    double beta1 = 0.98;          ///< decay of the gradients' mean; in [0, 1)
    double beta2 = 0.92;          ///< decay of their differences' mean; in [0, 1)
    double beta3 = 0.99;          ///< decay of the squares' mean; in [0, 1)
    double epsilon = 1e-8;        ///< added outside the square root; > 0
    double weight_decay = 0;      ///< pull towards 0 per unit of learning rate; >= 0
  };

  Adan() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit Adan(const Options& options) : options_(options) {
    detail::expect_adam_options("Adan", options);
    detail::expect_option("Adan", "beta3", options.beta3, options.beta3 >= 0 && options.beta3 < 1,
                          "in [0, 1)");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Of one step.
  struct Plan {
    bool first;
    double of_mean, of_difference;  ///< lr / (1 - b1^t), lr b2 / (1 - b2^t)
    double unbias;                  ///< 1 / sqrt(1 - b3^t)
    double keep;                    ///< 1 / (1 + lr weight_decay)
  };
  [[nodiscard]] Plan prepare(const UpdateInfo& info) const {
    const auto& o = options_;
    const double rate = o.learning_rate * info.rate;
    const auto corrected = [&](double b) {
      return 1 - std::pow(b, static_cast<double>(info.step));
    };
    return {info.step == 1, rate / corrected(o.beta1), rate * o.beta2 / corrected(o.beta2),
            1 / std::sqrt(corrected(o.beta3)), 1 / (1 + rate * o.weight_decay)};
  }

  template <Scalar T>
  void update(const Plan& plan, auto p, auto g, auto m, auto v, auto n, auto last) const {
    if (plan.first) last = g;
    const auto difference = g - last;
    detail::decay_to<T>(m, options_.beta1, g);
    detail::decay_to<T>(v, options_.beta2, difference);
    detail::decay_to<T>(n, options_.beta3,
                        (g + static_cast<T>(options_.beta2) * difference).square());
    p = static_cast<T>(plan.keep) *
        (p - (static_cast<T>(plan.of_mean) * m + static_cast<T>(plan.of_difference) * v) /
                 (static_cast<T>(plan.unbias) * n.sqrt() + static_cast<T>(options_.epsilon)));
    last = g;
  }

 private:
  Options options_;
};

static_assert(Optimizer<Adan, Matrix<float>> && Optimizer<Adan, Vector<double>>);

}  // namespace loyal
