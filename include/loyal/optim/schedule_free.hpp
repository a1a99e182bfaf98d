// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>

#include "adam.hpp"

namespace loyal {
namespace detail {

/// What both schedule-free optimizers do with a step's direction. The model holds y, where gradients are taken.
/// Of z the state keeps w = z - y, 0 at first; then x is y - (1 - b1) / b1 w and needs no array.
template <class Derived, std::size_t Slots>
class ScheduleFree : public ElementwiseOptimizer<Derived, Slots> {
 public:
  static constexpr std::size_t numbers = 1;  ///< sum of the squared rates

  /// The average x: the model to judge, save and serve. @p model itself goes on training at y.
  /// @throws ShapeError if the state is of another model.
  template <class Model>
  [[nodiscard]] Model average(const Model& model, const OptimizerState<Model, Slots>& state) const {
    Model x = model;
    const double share = 1 / static_cast<const Derived&>(*this).options().beta1 - 1;
    for_each_parameter(
        [&](const Leaf& leaf, auto& array, const auto& w) {
          if (!leaf.trainable() || w.size() == 0) return;  // empty: of another group
          auto y = elements(array);
          expect_size("ScheduleFree::average", "the size of the state", elements(w).size(),
                      y.size());
          y -= static_cast<typename decltype(y)::Scalar>(share) * elements(w);
        },
        x, state.slots[0]);
    return x;
  }

 protected:
  /// z <- z - step;  x <- (1 - c) x + c z;  y <- (1 - b1) z + b1 x.
  template <Scalar T>
  static void move(double c, double beta1, auto& y, auto& w, const auto& step) {
    const auto d = step.eval();  // it may depend on y
    y += static_cast<T>(c) * w - static_cast<T>(1 - beta1 * (1 - c)) * d;
    w = static_cast<T>(1 - c) * (w - static_cast<T>(beta1) * d);
  }

  /// c = rate^2 / (sum of the squared rates until now, this one's included).
  static double weigh(double rate, double& sum) {
    sum += rate * rate;
    return sum > 0 ? rate * rate / sum : 0;
  }
};

}  // namespace detail

/// SGD that needs no falling schedule: it averages its weights as it goes, and takes gradients near the average.
///
///   y = (1 - b1) z + b1 x            where the gradient g is taken: the model during training
///   z <- z - lr (g + weight_decay y)
///   x <- (1 - c) x + c z             c = lr^2 / (sum of lr^2 so far); average() hands x out
///
/// Judge and keep average(model, state), not the model; train() does so by itself. Layers that gather
/// statistics in training, such as BatchNorm, gather those of y.
/// Source: Defazio et al., NeurIPS 2024 ("The Road Less Scheduled"), eq. 3 to 5 with the weights of algorithm 1;
/// defaults of the authors' program. Warm up with the schedule WarmUp. Cost: one pass over memory, 20 bytes a
/// parameter in float.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::ScheduleFreeSGD optimizer{{.learning_rate = 0.1}};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
///     if (optimizer.average(p, state).norm() > 0.1) return 1;
class ScheduleFreeSGD : public detail::ScheduleFree<ScheduleFreeSGD, 1> {
 public:
  struct Options {
    double learning_rate = 1;  ///< step length; larger than SGD's; > 0
    double beta1 = 0.9;        ///< share of the average in the point of the gradient; in (0, 1)
    double weight_decay = 0;   ///< L2 penalty, added to the gradient; >= 0
  };

  ScheduleFreeSGD() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit ScheduleFreeSGD(const Options& options) : options_(options) {
    const auto& o = options;
    const char* const name = "ScheduleFreeSGD";
    detail::expect_option(name, "learning_rate", o.learning_rate, o.learning_rate > 0, "> 0");
    detail::expect_option(name, "beta1", o.beta1, o.beta1 > 0 && o.beta1 < 1, "in (0, 1)");
    detail::expect_option(name, "weight_decay", o.weight_decay, o.weight_decay >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Of one step: lr and c.
  struct Plan {
    double rate;
    double share;
  };
  [[nodiscard]] Plan prepare(const UpdateInfo& info) const {
    const double rate = options_.learning_rate * info.rate;
    return {rate, weigh(rate, info.numbers[0])};
  }

  template <Scalar T>
  void update(const Plan& plan, auto p, auto g, auto w) const {
    move<T>(plan.share, options_.beta1, p, w,
            static_cast<T>(plan.rate) * (g + static_cast<T>(options_.weight_decay) * p));
  }

 private:
  Options options_;
};

/// AdamW that needs no falling schedule: see ScheduleFreeSGD.
///
///   v <- b2 v + (1 - b2) g^2;  gamma = lr sqrt(1 - b2^t)
///   z <- z - gamma g / (sqrt(v) + eps) - gamma weight_decay y
///   x <- (1 - c) x + c z             c = gamma^2 / (sum of gamma^2 so far)
///
/// Source: Defazio et al., NeurIPS 2024, algorithm 1; defaults of the authors' program. Cost: one pass over
/// memory, 28 bytes a parameter in float.
///
///     loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
///     const loyal::ScheduleFreeAdamW optimizer{{.learning_rate = 0.1}};
///     auto state = optimizer.init(p);
///     for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
///     if (optimizer.average(p, state).norm() > 0.1) return 1;
class ScheduleFreeAdamW : public detail::ScheduleFree<ScheduleFreeAdamW, 2> {
 public:
  struct Options {
    double learning_rate = 2.5e-3;  ///< step length, in units of the parameters; > 0
    double beta1 = 0.9;       ///< share of the average in the point of the gradient; in (0, 1)
    double beta2 = 0.999;     ///< decay of the second moment; in [0, 1)
    double epsilon = 1e-8;    ///< added outside the square root; > 0
    double weight_decay = 0;  ///< share of y taken from z per unit of learning rate; >= 0
  };

  ScheduleFreeAdamW() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit ScheduleFreeAdamW(const Options& options) : options_(options) {
    detail::expect_adam_options("ScheduleFreeAdamW", options);
    detail::expect_option("ScheduleFreeAdamW", "beta1", options.beta1, options.beta1 > 0,
                          "in (0, 1)");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Of one step: gamma and c.
  struct Plan {
    double rate;
    double share;
  };
  [[nodiscard]] Plan prepare(const UpdateInfo& info) const {
    const double t = static_cast<double>(info.step);
    const double rate =
        options_.learning_rate * info.rate * std::sqrt(1 - std::pow(options_.beta2, t));
    return {rate, weigh(rate, info.numbers[0])};
  }

  template <Scalar T>
  void update(const Plan& plan, auto p, auto g, auto w, auto v) const {
    detail::decay_to<T>(v, options_.beta2, g.square());
    move<T>(plan.share, options_.beta1, p, w,
            static_cast<T>(plan.rate) * (g / (v.sqrt() + static_cast<T>(options_.epsilon)) +
                                         static_cast<T>(options_.weight_decay) * p));
  }

 private:
  Options options_;
};

static_assert(Optimizer<ScheduleFreeSGD, Matrix<float>> &&
              Optimizer<ScheduleFreeAdamW, Vector<double>>);

}  // namespace loyal
