// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <utility>

#include "../core/error.hpp"
#include "../core/parameters.hpp"

namespace loyal {

/// How a WeightAverage counts its models.
struct WeightAverageOptions {
  double decay =
      0;  ///< of an exponential mean, such as 0.999; 0: all models count alike; in [0, 1)
};

/// A running mean of a model's weights, which the caller feeds after each step or epoch.
///
///   decay 0:   a <- a + (w - a) / n               mean of all n models so far (SWA)
///   else:      a <- a + (1 - d) / (1 - d^n) (w - a)   exponential mean, from the first model on without bias
///
/// Buffers, such as BatchNorm's statistics, are those of the latest model; they belong to its weights, so pass data
/// through the average once in training mode before serving it. It is saved as a model is.
/// @throws OptionError if decay lies outside its domain; ShapeError for a model of another shape.
/// Source: Izmailov et al., UAI 2018, algorithm 1; Polyak & Juditsky, SIAM J. Control 30, 1992; the correction is
/// Adam's. Cost: a pass over weights and mean.
///
///     loyal::Vector<double> w = loyal::Vector<double>::Zero(2);
///     loyal::WeightAverage average{w};
///     for (const double x : {1.0, 2.0, 6.0}) average.add(loyal::Vector<double>(w.array() + x));
///     if (std::abs(average.model()[0] - 3) > 1e-12) return 1;
template <class Model>
class WeightAverage {
 public:
  using Options = WeightAverageOptions;

  /// An average of no model yet; @p like gives the shape.
  explicit WeightAverage(Model like) : WeightAverage(std::move(like), Options{}) {}
  WeightAverage(Model like, const Options& options) : model_(std::move(like)), options_(options) {
    detail::expect_option("WeightAverage", "decay", options.decay,
                          options.decay >= 0 && options.decay < 1, "in [0, 1)");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  /// The mean; before the first add(), the model of the constructor.
  [[nodiscard]] const Model& model() const noexcept { return model_; }
  /// Models in it.
  [[nodiscard]] Index count() const { return static_cast<Index>(numbers_[0]); }

  void add(const Model& weights) {
    loyal::for_each_parameter(
        [&](const Leaf& leaf, const auto& mean, const auto& w) {
          detail::expect_size("WeightAverage::add", ("the size of " + leaf.name()).c_str(),
                              detail::elements(w).size(), detail::elements(mean).size());
        },
        model_, weights);
    numbers_[0] += 1;
    const double d = options_.decay;
    const double share = d == 0 ? 1 / numbers_[0] : (1 - d) / (1 - std::pow(d, numbers_[0]));
    loyal::for_each_parameter(
        [&](const Leaf& leaf, auto& mean, const auto& w) {
          auto a = detail::elements(mean);
          if (leaf.trainable() && share < 1)
            a += static_cast<typename decltype(a)::Scalar>(share) * (detail::elements(w) - a);
          else
            a = detail::elements(w);
        },
        model_, weights);
  }

  template <class F, class... A>
  static void for_each_parameter(F&& f, A&... a) {
    f("model", a.model_...);
    f(buffer("numbers"), a.numbers_...);
  }

 private:
  Model model_;
  Options options_;
  Vector<double> numbers_ = Vector<double>::Zero(1);  // models in the mean
};

}  // namespace loyal
