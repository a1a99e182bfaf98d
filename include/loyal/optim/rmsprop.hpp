// SPDX-License-Identifier: MIT
#pragma once

#include "../math/bounds.hpp"
#include "optimizer.hpp"

namespace loyal {

/// RMSProp: gradients are divided by a running root mean square of themselves.
///
///   g <- g + weight_decay p
///   v <- alpha v + (1 - alpha) g^2           a <- alpha a + (1 - alpha) g    (centered)
///   d <- g / (sqrt(v) + eps)                 or g / (sqrt(v - a^2) + eps)    (centered)
///   b <- momentum b + d;  p <- p - lr b      p <- p - lr d without momentum
///
/// Source: Tieleman & Hinton, Coursera lecture 6.5, 2012; centered as in Graves, arXiv 1308.0850, eq. 38-39;
/// defaults as in torch. Cost: one pass over memory; momentum and centering take an array each.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::RMSProp rmsprop{{.learning_rate = 0.01}};
///     auto state = rmsprop.init(p);
///     for (int i = 0; i < 500; ++i) rmsprop.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 0.1) return 1;
class RMSProp : public ElementwiseOptimizer<RMSProp, 3> {
 public:
  struct Options {
    double learning_rate = 1e-2;  ///< step length; > 0
    double alpha = 0.99;          ///< decay of the running squares; in [0, 1)
    double epsilon = 1e-8;        ///< added outside the square root; > 0
    double momentum = 0;          ///< share of the last step that is kept; in [0, 1)
    bool centered = false;        ///< divide by the variance instead of the mean square
    double weight_decay = 0;      ///< L2 penalty, added to the gradient; >= 0
  };

  RMSProp() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit RMSProp(const Options& options) : options_(options) {
    const auto& o = options;
    detail::expect_option("RMSProp", "learning_rate", o.learning_rate, o.learning_rate > 0, "> 0");
    detail::expect_option("RMSProp", "alpha", o.alpha, o.alpha >= 0 && o.alpha < 1, "in [0, 1)");
    detail::expect_option("RMSProp", "epsilon", o.epsilon, o.epsilon > 0, "> 0");
    detail::expect_option("RMSProp", "momentum", o.momentum, o.momentum >= 0 && o.momentum < 1,
                          "in [0, 1)");
    detail::expect_option("RMSProp", "weight_decay", o.weight_decay, o.weight_decay >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] bool uses_slot(std::size_t k) const noexcept {
    return k == 0 || (k == 1 ? options_.momentum > 0 : options_.centered);
  }

  template <Scalar T>
  void update(const UpdateInfo& info, auto p, auto g, auto v, auto b, auto a) const {
    const T rate = static_cast<T>(options_.learning_rate * info.rate);
    const T alpha = static_cast<T>(options_.alpha);
    const T epsilon = static_cast<T>(options_.epsilon);
    const auto penalized = g + static_cast<T>(options_.weight_decay) * p;
    v = alpha * v + (1 - alpha) * penalized.square();
    if (options_.centered) a = alpha * a + (1 - alpha) * penalized;
    const auto apply = [&](const auto& scale) {
      if (options_.momentum > 0) {
        b = static_cast<T>(options_.momentum) * b + penalized / (scale + epsilon);
        p -= rate * b;
      } else {
        p -= rate * penalized / (scale + epsilon);
      }
    };
    if (options_.centered)
      apply(at_least(v - a.square(), T(0)).sqrt());  // rounding may leave a variance below 0
    else
      apply(v.sqrt());
  }

 private:
  Options options_;
};

static_assert(Optimizer<RMSProp, Matrix<float>> && Optimizer<RMSProp, Vector<double>>);

}  // namespace loyal
