// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "../math/bounds.hpp"
#include "adam.hpp"

namespace loyal {

/// Adam with the largest recent gradient in place of the root of the second moment.
///
///   g <- g + weight_decay p
///   m <- b1 m + (1 - b1) g           u <- max(b2 u, |g| + eps)
///   p <- p - lr / (1 - b1^t) * m / u
///
/// Source: Kingma & Ba, ICLR 2015, algorithm 2, with its defaults; eps, against a division by 0, as in torch.
/// Cost: one pass over memory, 28 bytes a parameter in float.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::AdaMax optimizer{{.learning_rate = 0.1}};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 0.1) return 1;
class AdaMax : public ElementwiseOptimizer<AdaMax, 2> {
 public:
  struct Options {
    double learning_rate = 2e-3;  ///< step length, in units of the parameters; > 0
    double beta1 = 0.9;           ///< decay of the first moment; in [0, 1)
    double beta2 = 0.999;         ///< decay of the largest gradient; in [0, 1)
    double epsilon = 1e-8;        ///< added to |g|; > 0
    double weight_decay = 0;      ///< L2 penalty, added to the gradient; >= 0
  };

  AdaMax() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit AdaMax(const Options& options) : options_(options) {
    detail::expect_adam_options("AdaMax", options);
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// lr / (1 - b1^t)
  [[nodiscard]] double prepare(const UpdateInfo& info) const {
    const double t = static_cast<double>(info.step);
    return options_.learning_rate * info.rate / (1 - std::pow(options_.beta1, t));
  }

  template <Scalar T>
  void update(double rate, auto p, auto g, auto m, auto u) const {
    const auto penalized = g + static_cast<T>(options_.weight_decay) * p;
    u = at_least(static_cast<T>(options_.beta2) * u,
                 penalized.abs() + static_cast<T>(options_.epsilon));
    detail::decay_to<T>(m, options_.beta1, penalized);
    p -= static_cast<T>(rate) * m / u;
  }

 private:
  Options options_;
};

static_assert(Optimizer<AdaMax, Matrix<float>> && Optimizer<AdaMax, Vector<double>>);

}  // namespace loyal
