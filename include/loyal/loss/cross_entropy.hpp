// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <vector>

#include "../math/functions.hpp"
#include "loss_function.hpp"

namespace loyal {

/// Binary cross-entropy of logits, per element: is it, or is it not?
///
///   loss = (1 - t) x + (1 + (w - 1) t) log(1 + exp(-x))        w: positive_weight
///
///   prediction   samples x outputs: logits x, of any size without overflow
///   target       samples x outputs: t in [0, 1]
///
/// The mean runs over all elements, rows weighted by the samples' weights.
/// @throws OptionError for options out of range; ShapeError if shapes differ; DataError for a target outside
/// [0, 1].
/// Source: none, textbook; the stable form is common knowledge. Cost: two exp an element.
///
///     const loyal::Matrix<double> logits = loyal::Matrix<double>::Constant(1, 1, 1e4);
///     const loyal::Matrix<double> labels = loyal::Matrix<double>::Zero(1, 1);
///     if (loyal::mean_loss(loyal::BinaryCrossEntropy{}, logits, labels) != 1e4) return 1;
class BinaryCrossEntropy : public detail::ElementwiseLoss<BinaryCrossEntropy> {
 public:
  static constexpr const char* name = "BinaryCrossEntropy";

  struct Options {
    double positive_weight = 1;  ///< factor on the loss of t = 1, against rare positives; > 0
    double label_smoothing = 0;  ///< s: t becomes t (1 - s) + s / 2; in [0, 1)
  };

  BinaryCrossEntropy() = default;
  explicit BinaryCrossEntropy(const Options& options) : options_(options) {
    detail::expect_option(name, "positive_weight", options.positive_weight,
                          options.positive_weight > 0, "> 0");
    detail::expect_option(name, "label_smoothing", options.label_smoothing,
                          options.label_smoothing >= 0 && options.label_smoothing < 1, "in [0, 1)");
  }
  [[nodiscard]] const Options& options() const noexcept { return options_; }

  [[nodiscard]] auto value(const auto& x, const auto& t) const {
    using T = typename std::remove_cvref_t<decltype(x)>::Scalar;
    return (T(1) - smooth(t)) * x + log_factor(t) * softplus(-x);
  }
  [[nodiscard]] auto slope(const auto& x, const auto& t) const {
    using T = typename std::remove_cvref_t<decltype(x)>::Scalar;
    return (T(1) - smooth(t)) - log_factor(t) * sigmoid(-x);
  }
  void expect_target(const auto& t) const {
    using T = typename std::remove_cvref_t<decltype(t)>::Scalar;
    if (!(t >= T(0) && t <= T(1)).all())
      detail::fail<DataError>(name, "a target", "outside", "in [0, 1]");
  }

 private:
  [[nodiscard]] auto smooth(const auto& t) const {
    using T = typename std::remove_cvref_t<decltype(t)>::Scalar;
    const T s = static_cast<T>(options_.label_smoothing);
    return t * (T(1) - s) + s / T(2);
  }
  [[nodiscard]] auto log_factor(const auto& t) const {
    using T = typename std::remove_cvref_t<decltype(t)>::Scalar;
    return T(1) + static_cast<T>(options_.positive_weight - 1) * smooth(t);
  }

  Options options_;
};

/// Softmax cross-entropy of logits: which of the classes is it?
///
///   loss = -sum_c w_c t_c log softmax(x)_c
///
///   prediction   rows x classes: logits x; a tensor's leading axes count as rows
///   target       rows: the class of each, 0 .. classes - 1; a negative one is left out of the mean
///
/// The mean divides by the sum of the weights of the rows' classes times the samples' weights.
/// SoftCrossEntropy takes a distribution over classes as target.
/// @throws OptionError for options out of range; ShapeError if sizes differ; DataError for a class beyond the
/// last.
/// Source: none, textbook; smoothing of Szegedy et al., CVPR 2016, section 7, in the form of torch.
/// Cost: an exp an element.
///
///     const loyal::Matrix<double> logits = loyal::Matrix<double>::Zero(2, 4);
///     const std::vector<loyal::Index> classes{3, 0};
///     const double loss = loyal::mean_loss(loyal::CrossEntropy{}, logits, classes);
///     if (std::abs(loss - std::log(4.0)) > 1e-15) return 1;
class CrossEntropy {
 public:
  struct Options {
    std::vector<double> class_weights = {};  ///< one a class, finite, >= 0; empty: all 1
    double label_smoothing = 0;  ///< share of the target spread over all classes; in [0, 1)
  };
  template <class X>
  using Target = std::vector<Index>;

  CrossEntropy() = default;
  explicit CrossEntropy(const Options& options) : options_(options) {
    check("CrossEntropy", options);
  }
  [[nodiscard]] const Options& options() const noexcept { return options_; }

  template <RealActivation X>
  [[nodiscard]] double divisor(const X& prediction, const std::vector<Index>& target,
                               const Vector<double>& weights) const {
    expect(prediction, target, weights);
    double sum = 0;
    for (std::size_t r = 0; r < target.size(); ++r)
      if (target[r] >= 0) sum += row_weight(weights, r) * class_weight(target[r]);
    return sum;
  }

  template <RealActivation X>
  double evaluate(const X& prediction, const std::vector<Index>& target,
                  const Vector<double>& weights, double divisor, X* gradient) const {
    expect(prediction, target, weights);
    using T = ScalarOf<X>;
    const auto x = as_matrix(prediction);
    if (gradient != nullptr) set_shape_like(*gradient, prediction);
    if (divisor == 0) {  // every row is left out
      if (gradient != nullptr) as_matrix(*gradient).setZero();
      return 0;
    }
    const double smoothing = options_.label_smoothing;
    const double spread = smoothing / static_cast<double>(x.cols());
    RowVector<T> goal(x.cols());
    RowVector<T> scratch(x.cols());
    double sum = 0;
    for (Index r = 0; r < x.rows(); ++r) {
      const Index c = target[static_cast<std::size_t>(r)];
      if (c < 0) {
        if (gradient != nullptr) as_matrix(*gradient).row(r).setZero();
        continue;
      }
      for (Index k = 0; k < x.cols(); ++k) goal[k] = static_cast<T>(class_weight(k) * spread);
      goal[c] += static_cast<T>(class_weight(c) * (1 - smoothing));
      const double weight = row_weight(weights, static_cast<std::size_t>(r));
      sum += weight * row_loss(x.row(r), goal, scratch);
      if (gradient != nullptr)
        as_matrix(*gradient).row(r) = scratch * static_cast<T>(weight / divisor);
    }
    return sum / divisor;
  }

 private:
  friend class SoftCrossEntropy;

  static void check(const char* name, const Options& options) {
    for (const double w : options.class_weights)
      detail::expect_option(name, "a class weight", w, w >= 0 && std::isfinite(w), ">= 0");
    detail::expect_option(name, "label_smoothing", options.label_smoothing,
                          options.label_smoothing >= 0 && options.label_smoothing < 1, "in [0, 1)");
  }

  [[nodiscard]] double class_weight(Index c) const {
    return options_.class_weights.empty() ? 1 : options_.class_weights[static_cast<std::size_t>(c)];
  }
  static double row_weight(const Vector<double>& weights, std::size_t r) {
    return weights.size() == 0 ? 1 : weights[static_cast<Index>(r)];
  }

  /// Loss of one row against any non-negative goal; writes its gradient, sum(goal) softmax(x) - goal.
  template <Scalar T>
  static double row_loss(const auto& x, const RowVector<T>& goal, RowVector<T>& gradient) {
    const T top = x.maxCoeff();
    gradient.array() = (x.array() - top).exp();
    const T sum = gradient.sum();
    const T total = goal.sum();
    // In double, where the distance of two floats is finite: 0 times infinity is not 0.
    const double log_sum = static_cast<double>(top) + std::log(static_cast<double>(sum));
    const double loss =
        (goal.array().template cast<double>() * (log_sum - x.array().template cast<double>()))
            .sum();
    gradient = gradient * (total / sum) - goal;
    return loss;
  }

  template <RealActivation X>
  void expect(const X& prediction, const std::vector<Index>& target,
              const Vector<double>& weights) const {
    const auto x = as_matrix(prediction);
    detail::expect_size("CrossEntropy", "the number of targets", target.size(), x.rows());
    detail::expect_weights("CrossEntropy", weights, x.rows());
    if (!options_.class_weights.empty())
      detail::expect_size("CrossEntropy", "the number of class weights",
                          options_.class_weights.size(), x.cols());
    for (const Index c : target)
      if (c >= x.cols())
        detail::fail<DataError>("CrossEntropy", "a class", c, "< " + std::to_string(x.cols()));
  }

  Options options_;
};

/// Softmax cross-entropy of logits against distributions over the classes.
///
///   loss = -sum_c w_c t_c log softmax(x)_c, t smoothed as in CrossEntropy
///
///   prediction, target   rows x classes: logits x; t >= 0, as a rule with row sums 1
///
/// The mean divides by the rows, weighted by the samples' weights; classes' weights do not count there.
/// @throws as CrossEntropy; DataError for a negative target.
/// Source: none, textbook; torch's cross_entropy with probabilities. Cost: an exp an element.
///
///     const loyal::Matrix<double> logits = loyal::Matrix<double>::Zero(1, 2);
///     const loyal::Matrix<double> even = loyal::Matrix<double>::Constant(1, 2, 0.5);
///     const double loss = loyal::mean_loss(loyal::SoftCrossEntropy{}, logits, even);
///     if (std::abs(loss - std::log(2.0)) > 1e-15) return 1;
class SoftCrossEntropy {
 public:
  using Options = CrossEntropy::Options;

  SoftCrossEntropy() = default;
  explicit SoftCrossEntropy(const Options& options) : hard_(options) {}
  [[nodiscard]] const Options& options() const noexcept { return hard_.options(); }

  template <RealActivation X>
  [[nodiscard]] double divisor(const X& prediction, const X&, const Vector<double>& weights) const {
    return detail::total_weight(weights, as_matrix(prediction).rows());
  }

  template <RealActivation X>
  double evaluate(const X& prediction, const X& target, const Vector<double>& weights,
                  double divisor, X* gradient) const {
    using T = ScalarOf<X>;
    const auto x = as_matrix(prediction);
    const auto t = as_matrix(target);
    detail::expect_shape("SoftCrossEntropy", "target", t, x.rows(), x.cols());
    detail::expect_weights("SoftCrossEntropy", weights, x.rows());
    if (!options().class_weights.empty())
      detail::expect_size("SoftCrossEntropy", "the number of class weights",
                          options().class_weights.size(), x.cols());
    if (!(t.array() >= T(0)).all())
      detail::fail<DataError>("SoftCrossEntropy", "a target", "negative or NaN", ">= 0");
    if (gradient != nullptr) set_shape_like(*gradient, prediction);
    const double smoothing = options().label_smoothing;
    RowVector<T> goal(x.cols());
    RowVector<T> scratch(x.cols());
    double sum = 0;
    for (Index r = 0; r < x.rows(); ++r) {
      for (Index c = 0; c < x.cols(); ++c)
        goal[c] =
            static_cast<T>(hard_.class_weight(c) * ((1 - smoothing) * static_cast<double>(t(r, c)) +
                                                    smoothing / static_cast<double>(x.cols())));
      const double weight = CrossEntropy::row_weight(weights, static_cast<std::size_t>(r));
      sum += weight * CrossEntropy::row_loss(x.row(r), goal, scratch);
      if (gradient != nullptr)
        as_matrix(*gradient).row(r) = scratch * static_cast<T>(divisor == 0 ? 0 : weight / divisor);
    }
    return divisor == 0 ? 0 : sum / divisor;
  }

 private:
  CrossEntropy hard_;
};

}  // namespace loyal
