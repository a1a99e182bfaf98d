// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

#include "../math/bounds.hpp"
#include "adam.hpp"

namespace loyal {

/// The sign of a momentum, and one moment only: every parameter moves by the same length.
///
///   p <- p - lr (sign(b1 m + (1 - b1) g) + weight_decay p)
///   m <- b2 m + (1 - b2) g
///
/// Source: Chen et al., NeurIPS 2023, algorithm 2, with its defaults; wants a third to a tenth of AdamW's rate, and
/// as much more decay (section 5). Cost: one pass over memory, 20 bytes a parameter in float.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::Lion optimizer{{.learning_rate = 0.01}};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 0.1) return 1;
class Lion : public ElementwiseOptimizer<Lion, 1> {
 public:
  struct Options {
    double learning_rate = 1e-4;  ///< length of every step; > 0
    double beta1 = 0.9;           ///< share of the momentum in the step; in [0, 1)
    double beta2 = 0.99;          ///< decay of the momentum; in [0, 1)
    double weight_decay = 0;      ///< share of a parameter lost per unit of learning rate; >= 0
  };

  Lion() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit Lion(const Options& options) : options_(options) {
    const auto& o = options;
    detail::expect_option("Lion", "learning_rate", o.learning_rate, o.learning_rate > 0, "> 0");
    detail::expect_option("Lion", "beta1", o.beta1, o.beta1 >= 0 && o.beta1 < 1, "in [0, 1)");
    detail::expect_option("Lion", "beta2", o.beta2, o.beta2 >= 0 && o.beta2 < 1, "in [0, 1)");
    detail::expect_option("Lion", "weight_decay", o.weight_decay, o.weight_decay >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  template <Scalar T>
  void update(const UpdateInfo& info, auto p, auto g, auto m) const {
    const double rate = options_.learning_rate * info.rate;
    const auto blend = static_cast<T>(options_.beta1) * m + static_cast<T>(1 - options_.beta1) * g;
    // x / |x| is the sign that every processor divides in packets; the bound keeps that of 0 at 0.
    p = static_cast<T>(1 - rate * options_.weight_decay) * p -
        static_cast<T>(rate) * (blend / at_least(blend.abs(), std::numeric_limits<T>::min()));
    detail::decay_to<T>(m, options_.beta2, g);
  }

 private:
  Options options_;
};

static_assert(Optimizer<Lion, Matrix<float>> && Optimizer<Lion, Vector<double>>);

}  // namespace loyal
