// SPDX-License-Identifier: MIT
#pragma once

#include "../math/bounds.hpp"
#include "optimizer.hpp"

namespace loyal {

/// Full-batch descent by signs alone: a step grows while its gradient keeps its sign, and shrinks at a change.
///
///   s <- min(s eta_plus, s_max)           where g g_last > 0
///   s <- max(s eta_minus, s_min), g <- 0  where g g_last < 0
///   p <- p - s sign(g);  g_last <- g      s = lr at first
///
/// Source: Riedmiller & Braun, ICNN 1993, with its factors; without the step back, as Igel & Huesken, NC 2000,
/// iRprop-, and torch. The noise of mini-batches flips signs: use it on whole data. Cost: one pass over memory,
/// 28 bytes a parameter in float.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::Rprop optimizer{{}};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 0.1) return 1;
class Rprop : public ElementwiseOptimizer<Rprop, 2> {
 public:
  struct Options {
    double learning_rate = 1e-2;  ///< first step; > 0
    double eta_minus = 0.5;       ///< factor after a change of sign; in (0, 1)
    double eta_plus = 1.2;        ///< factor without one; > 1
    double smallest = 1e-6;       ///< step; > 0
    double largest = 50;          ///< step; >= smallest
  };

  Rprop() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit Rprop(const Options& options) : options_(options) {
    const auto& o = options;
    detail::expect_option("Rprop", "learning_rate", o.learning_rate, o.learning_rate > 0, "> 0");
    detail::expect_option("Rprop", "eta_minus", o.eta_minus, o.eta_minus > 0 && o.eta_minus < 1,
                          "in (0, 1)");
    detail::expect_option("Rprop", "eta_plus", o.eta_plus, o.eta_plus > 1, "> 1");
    detail::expect_option("Rprop", "smallest", o.smallest, o.smallest > 0, "> 0");
    detail::expect_option("Rprop", "largest", o.largest, o.largest >= o.smallest, ">= smallest");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  template <Scalar T>
  void update(const UpdateInfo& info, auto p, auto g, auto last, auto s) const {
    const T first = static_cast<T>(options_.learning_rate);
    const T minus = static_cast<T>(options_.eta_minus);
    const T plus = static_cast<T>(options_.eta_plus);
    const T smallest = static_cast<T>(options_.smallest);
    const T largest = static_cast<T>(options_.largest);
    const T rate = static_cast<T>(info.rate);
    for (Index i = 0; i < p.size(); ++i) {
      const T agreement = g[i] * last[i];
      const T old = s[i] == 0 ? first : s[i];  // 0: not met before
      const T grown = old * (agreement > 0 ? plus : agreement < 0 ? minus : T(1));
      s[i] = grown < smallest ? smallest : grown > largest ? largest : grown;
      last[i] = agreement < 0 ? T(0) : g[i];
      p[i] -= rate * s[i] * (last[i] > 0 ? T(1) : last[i] < 0 ? T(-1) : last[i]);  // NaN stays
    }
  }

 private:
  Options options_;
};

static_assert(Optimizer<Rprop, Matrix<float>> && Optimizer<Rprop, Vector<double>>);

}  // namespace loyal
