// SPDX-License-Identifier: MIT
#pragma once

#include "optimizer.hpp"

namespace loyal {

/// Stochastic gradient descent, with momentum (Polyak's or Nesterov's) and weight decay if asked for.
///
///   g <- g + weight_decay p
///   b <- momentum b + (1 - dampening) g        b = g at the first step
///   p <- p - lr (g + momentum b) with nesterov, p - lr b with momentum, p - lr g without
///
/// Source: Robbins & Monro, Ann. Math. Stat. 22, 1951; momentum as Sutskever et al., ICML 2013, in the form of
/// torch, whose defaults these are but for the rate. Cost: one pass over memory.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::SGD sgd{{.learning_rate = 0.1, .momentum = 0.9}};
///     auto state = sgd.init(p);
///     for (int i = 0; i < 300; ++i) sgd.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 1e-4) return 1;
class SGD : public ElementwiseOptimizer<SGD, 1> {
 public:
  struct Options {
    double learning_rate = 1e-2;  ///< step length; > 0
    double momentum = 0;          ///< share of the last step that is kept; in [0, 1)
    double dampening = 0;         ///< share of the gradient that momentum leaves out; in [0, 1)
    double weight_decay = 0;      ///< L2 penalty, added to the gradient; >= 0
    bool nesterov = false;        ///< look ahead along the momentum; needs momentum, no dampening
  };

  SGD() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit SGD(const Options& options) : options_(options) {
    const auto& o = options;
    detail::expect_option("SGD", "learning_rate", o.learning_rate, o.learning_rate > 0, "> 0");
    detail::expect_option("SGD", "momentum", o.momentum, o.momentum >= 0 && o.momentum < 1,
                          "in [0, 1)");
    detail::expect_option("SGD", "dampening", o.dampening, o.dampening >= 0 && o.dampening < 1,
                          "in [0, 1)");
    detail::expect_option("SGD", "weight_decay", o.weight_decay, o.weight_decay >= 0, ">= 0");
    detail::expect_option("SGD", "nesterov", o.nesterov,
                          !o.nesterov || (o.momentum > 0 && o.dampening == 0),
                          "false, or momentum > 0 and dampening 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] bool uses_slot(std::size_t) const noexcept { return options_.momentum > 0; }

  template <Scalar T>
  void update(const UpdateInfo& info, auto p, auto g, auto b) const {
    const T rate = static_cast<T>(options_.learning_rate * info.rate);
    const T decay = static_cast<T>(options_.weight_decay);
    if (options_.momentum == 0) {
      p -= rate * (g + decay * p);
      return;
    }
    const T momentum = static_cast<T>(options_.momentum);
    if (info.step == 1)
      b = g + decay * p;
    else
      b = momentum * b + static_cast<T>(1 - options_.dampening) * (g + decay * p);
    if (options_.nesterov)
      p -= rate * (g + decay * p + momentum * b);
    else
      p -= rate * b;
  }

 private:
  Options options_;
};

static_assert(Optimizer<SGD, Matrix<float>> && Optimizer<SGD, Vector<double>>);

}  // namespace loyal
