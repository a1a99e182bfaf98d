// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "adam.hpp"

namespace loyal {

/// AdamW whose step on each array is as long as the array itself: for very large batches.
///
///   m, v as Adam's;  u = m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps) + weight_decay p
///   p <- p - lr |p| / |u| u           the norms over one array; 1 for their ratio if one is 0
///
/// With a sparse gradient the norms are those of the touched rows.
///
/// Source: You et al., ICLR 2020, algorithm 2 with phi(z) = z; its eps and decay. Cost: two passes, 44 bytes a
/// parameter in float.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::LAMB optimizer{{.learning_rate = 0.02}};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
///     if (p.norm() > 0.1) return 1;
class LAMB : public ElementwiseOptimizer<LAMB, 2> {
 public:
  struct Options {
    double learning_rate = 1e-3;  ///< step length, in units of the parameters; > 0
    double beta1 = 0.9;           ///< decay of the first moment; in [0, 1)
    double beta2 = 0.999;         ///< decay of the second moment; in [0, 1)
    double epsilon = 1e-6;        ///< added outside the square root; > 0
    double weight_decay = 1e-2;   ///< share of a parameter lost per unit of learning rate; >= 0
  };

  LAMB() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit LAMB(const Options& options) : options_(options) {
    detail::expect_adam_options("LAMB", options);
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Squared norms over an array.
  struct Sums {
    double parameters = 0;
    double step = 0;
    Sums& operator+=(const Sums& other) {
      parameters += other.parameters;
      step += other.step;
      return *this;
    }
  };
  /// Of one step; with() turns its rate into that of one array.
  struct Plan {
    detail::AdamPlan adam;  ///< at rate 1
    double rate;
  };
  [[nodiscard]] Plan prepare(const UpdateInfo& info) const {
    detail::AdamPlan adam{options_, info};
    adam.rate = 1 / (1 - std::pow(options_.beta1, static_cast<double>(info.step)));
    return {adam, options_.learning_rate * info.rate};
  }
  [[nodiscard]] Plan with(Plan plan, const Sums& sums) const {
    if (sums.parameters > 0 && sums.step > 0) plan.rate *= std::sqrt(sums.parameters / sums.step);
    return plan;
  }

  template <Scalar T>
  [[nodiscard]] Sums measure(const Plan& plan, auto p, auto g, auto m, auto v) const {
    detail::update_moments<T>(options_, g, m, v);
    // Sums over a few cache lines in T, over an array in double: casts of single elements are slow.
    return {static_cast<double>(p.square().sum()),
            static_cast<double>(direction<T>(plan, p, m, v).square().sum())};
  }
  template <Scalar T>
  void update(const Plan& plan, auto p, auto, auto m, auto v) const {
    p -= static_cast<T>(plan.rate) * direction<T>(plan, p, m, v);
  }

 private:
  template <Scalar T>
  [[nodiscard]] auto direction(const Plan& plan, const auto& p, const auto& m,
                               const auto& v) const {
    return static_cast<T>(plan.adam.rate) * m /
               (static_cast<T>(plan.adam.unbias) * v.sqrt() + static_cast<T>(options_.epsilon)) +
           static_cast<T>(options_.weight_decay) * p;
  }

  Options options_;
};

static_assert(Optimizer<LAMB, Matrix<float>> && Optimizer<LAMB, Vector<double>>);

}  // namespace loyal
