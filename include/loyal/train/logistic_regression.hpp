// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "../core/error.hpp"
#include "../core/parameters.hpp"
#include "../math/detail/rank_cholesky.hpp"
#include "../math/functions.hpp"
#include "../math/matrix_product.hpp"
#include "../math/values.hpp"
#include "classifier.hpp"

namespace loyal {

/// Logistic regression with a ridge penalty, fitted to the optimum.
///
///   minimise  sum_i w_i (log(1 + exp(z_i)) - y_i z_i) + l2 / 2 |coefficients|^2,   z = X coefficients + intercept
///
///   x              samples x features, standardized for the penalty to be fair
///   labels         samples: 0 or 1
///   coefficients   features; the intercept is not penalized
///
/// l2 = 1 is scikit-learn's C = 1. Where features tell the classes, or some samples of one class, apart for certain,
/// there is no optimum without a penalty; fit() then stops with steep coefficients, and converged() is false.
/// @throws OptionError for options out of range; DataError for labels other than 0 and 1, one class only, or
/// data that is not finite; ShapeError if sizes differ; NotFitted.
/// Source: Newton's method with a backtracking line search; for more than 300 features its steps come from conjugate
/// gradients, Lin, Weng & Keerthi, JMLR 9, 2008. Cost: some five times n p^2 flops, or some hundred products with x; x
/// is copied if T is float.
///
///     loyal::Matrix<double> x(6, 1);
///     x << -2, -1, -0.5, 0.5, 1, 2;
///     loyal::LogisticRegression<double> model;
///     model.fit(x, {0, 0, 1, 0, 1, 1});
///     if (!model.converged() || model.coefficients()[0] <= 0) return 1;
template <Scalar T>
class LogisticRegression {
  using Real = detail::Dependent<T, double>;

 public:
  using value_type = T;

  struct Options {
    double l2 = 1;               ///< strength of the ridge penalty; >= 0
    int max_iterations = 100;    ///< Newton steps at most; >= 1
    double tolerance = 1e-8;     ///< of the gradient's norm, relative to that at zero; > 0
    double positive_weight = 1;  ///< factor on the weight of label 1; > 0
  };

  LogisticRegression() = default;
  explicit LogisticRegression(const Options& options) : options_(options) {
    const auto& o = options;
    const char* const where = "LogisticRegression";
    detail::expect_option(where, "l2", o.l2, o.l2 >= 0 && std::isfinite(o.l2), ">= 0");
    detail::expect_option(where, "max_iterations", o.max_iterations, o.max_iterations >= 1, ">= 1");
    detail::expect_option(where, "tolerance", o.tolerance, o.tolerance > 0, "> 0");
    detail::expect_option(where, "positive_weight", o.positive_weight, o.positive_weight > 0,
                          "> 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  /// Features; log odds for a unit of each.
  [[nodiscard]] auto coefficients() const {
    return parameters_.head(std::max<Index>(0, parameters_.size() - 1));
  }
  [[nodiscard]] double intercept() const { return fitted()[parameters_.size() - 1]; }
  /// Whether the last fit() reached its tolerance.
  [[nodiscard]] bool converged() const noexcept { return converged_; }
  [[nodiscard]] int iterations() const noexcept { return iterations_; }

  void fit(const Matrix<T>& x, const Values& labels, const Values& weights = {}) {
    const char* const where = "LogisticRegression::fit";
    detail::expect_samples(where, x, labels, weights);
    using Column = Eigen::Map<const Vector<Real>>;
    Vector<Real> weight = Vector<Real>::Ones(x.rows());
    if (!weights.empty()) weight = Column(weights.begin(), weights.size());
    const auto y = Column(labels.begin(), labels.size()).array();
    weight.array() *= 1 + (options_.positive_weight - 1) * y;
    if ((weight.array() * y).sum() == 0 || (weight.array() * (1 - y)).sum() == 0)
      detail::fail<DataError>(where, "labels", "of one class only", "some 0 and some 1");
    if constexpr (std::is_same_v<T, double>)
      solve(x, y, weight);
    else
      solve(x.template cast<double>().eval(), y, weight);
  }

  /// Logits of label 1, one a sample.
  [[nodiscard]] Vector<double> decision_function(const Matrix<T>& x) const {
    detail::expect_size("LogisticRegression::decision_function", "x.cols()", x.cols(),
                        fitted().size() - 1);
    return (x.template cast<double>() * coefficients()).array() + intercept();
  }
  /// Probabilities of label 1, one a sample.
  [[nodiscard]] Vector<double> predict_proba(const Matrix<T>& x) const {
    return sigmoid(decision_function(x).array());
  }

  /// Number of features, 0 before fit(). What a file needs to shape a model.
  [[nodiscard]] std::array<Index, 1> sizes() const {
    return {std::max<Index>(0, parameters_.size() - 1)};
  }
  void set_sizes(const std::array<Index, 1>& sizes) { parameters_.setZero(sizes[0] + 1); }

  template <class F, class... M>
  static void for_each_parameter(F&& f, M&... m) {
    f("parameters", m.parameters_...);
  }

 private:
  [[nodiscard]] const Vector<Real>& fitted() const {
    if (parameters_.size() == 0)
      detail::fail<NotFitted>("LogisticRegression", "the model", "not fitted", "a call of fit()");
    return parameters_;
  }

  static constexpr Index direct = 300;  // features up to which the Hessian is formed

  /// [x 1] v and its transpose's product.
  static Vector<Real> times(const Matrix<Real>& x, const Vector<Real>& v) {
    return (x * v.head(x.cols())).array() + v[x.cols()];
  }
  static Vector<Real> times_transposed(const Matrix<Real>& x, const Vector<Real>& v) {
    Vector<Real> result(x.cols() + 1);
    result.head(x.cols()).noalias() = x.transpose() * v;
    result[x.cols()] = v.sum();
    return result;
  }

  static detail::RankCholesky<Real> hessian(const Matrix<Real>& x, const Vector<Real>& curvature,
                                            const Vector<Real>& penalty) {
    const Index n = x.cols();
    constexpr Index block_rows = 128;
    Matrix<Real> weighted(block_rows, n);
    Matrix<Real> square = Matrix<Real>::Zero(n, n);
    for (Index begin = 0; begin < x.rows(); begin += block_rows) {
      const Index rows = std::min<Index>(block_rows, x.rows() - begin);
      const auto part = x.middleRows(begin, rows);
      for (Index r = 0; r < rows; ++r) weighted.row(r) = curvature[begin + r] * part.row(r);
      multiply_add(part.transpose(), weighted.topRows(rows), square);
    }
    Matrix<Real> result(n + 1, n + 1);
    result.topLeftCorner(n, n) = square;
    result.row(n) = times_transposed(x, curvature).transpose();
    result.col(n) = result.row(n).transpose();
    result.diagonal() += penalty;
    return {result, result.diagonal(), 1e-13};
  }

  /// Minus the inverse Hessian times the gradient, up to a residual of @p share of the gradient, preconditioned by the
  /// diagonal.
  static Vector<Real> conjugate_step(const Matrix<Real>& x, const Vector<Real>& curvature,
                                     const Vector<Real>& penalty, const Vector<Real>& gradient,
                                     double share) {
    const Index n = x.cols();
    Vector<Real> diagonal(n + 1);
    diagonal.head(n) = (x.array().square().colwise() * curvature.array()).colwise().sum();
    diagonal[n] = curvature.sum();
    diagonal = (diagonal + penalty).cwiseMax(1e-12);
    Vector<Real> step = Vector<Real>::Zero(n + 1);
    Vector<Real> residual = -gradient;
    Vector<Real> direction = residual.array() / diagonal.array();
    double energy = residual.dot(direction);
    const double enough = share * gradient.norm();
    for (Index k = 0; k < 4 * (n + 1) && residual.norm() > enough; ++k) {
      const Vector<Real> image =
          times_transposed(x, Vector<Real>(curvature.array() * times(x, direction).array())) +
          Vector<Real>(penalty.array() * direction.array());
      const double bend = direction.dot(image);
      if (!(bend > 0)) break;
      const double length = energy / bend;
      step += length * direction;
      residual -= length * image;
      const Vector<Real> scaled = residual.array() / diagonal.array();
      const double next = residual.dot(scaled);
      direction = scaled + (next / energy) * direction;
      energy = next;
    }
    if (step.squaredNorm() == 0) step = -(gradient.array() / diagonal.array());
    return step;
  }

  /// Whether a gradient without penalty has vanished on the way to infinity, since the classes, or some samples of one,
  /// are told apart. A Newton step there moves the logits of these by 1, again and again; at an optimum, by nothing.
  template <class Y>
  static bool runs_away(const Matrix<Real>& x, const Y& y, const Vector<Real>& weight,
                        const Vector<Real>& z) {
    if ((weight.array() == 0 || (2 * y - 1) * z.array() > 0).all()) return true;
    const Vector<Real> p = sigmoid(z.array());
    const Vector<Real> curvature = weight.array() * p.array() * (1 - p.array());
    const Vector<Real> gradient =
        times_transposed(x, Vector<Real>(weight.array() * (p.array() - y)));
    const Vector<Real> penalty = Vector<Real>::Zero(x.cols() + 1);
    const Vector<Real> step = x.cols() <= direct
                                  ? hessian(x, curvature, penalty).solve(-gradient)
                                  : conjugate_step(x, curvature, penalty, gradient, 0.1);
    return (weight.array() > 0 && times(x, step).array().abs() > 0.5).any();
  }

  template <class Y>
  void solve(const Matrix<Real>& x, const Y& y, const Vector<Real>& weight) {
    const Index n = x.cols();
    Vector<Real> penalty = Vector<Real>::Constant(n + 1, options_.l2);
    penalty[n] = 0;
    const auto objective = [&](const Vector<Real>& b, const Vector<Real>& z) {
      return (weight.array() * (softplus(z.array()) - y * z.array())).sum() +
             0.5 * (penalty.array() * b.array().square()).sum();
    };

    Vector<Real> b = Vector<Real>::Zero(n + 1);
    Vector<Real> z = Vector<Real>::Zero(x.rows());
    double value = objective(b, z);
    double first_norm = 0;
    double last_norm = 0;
    std::optional<detail::RankCholesky<Real>> factors;
    bool converged = false;
    int iteration = 0;
    for (; iteration < options_.max_iterations; ++iteration) {
      const Vector<Real> p = sigmoid(z.array());
      const Vector<Real> error = weight.array() * (p.array() - y);
      const Vector<Real> gradient =
          times_transposed(x, error) + Vector<Real>(penalty.array() * b.array());
      const double norm = gradient.norm();
      if (iteration == 0) first_norm = norm;
      converged = norm <= options_.tolerance * first_norm;
      if (converged) break;

      const Vector<Real> curvature = weight.array() * p.array() * (1 - p.array());
      // Near the optimum the curvature hardly changes, and an old one serves as well.
      const bool fresh = norm > 1e-3 * first_norm || norm > 0.1 * last_norm || !factors;
      last_norm = norm;
      if (n <= direct && fresh) factors.emplace(hessian(x, curvature, penalty));
      Vector<Real> step = n <= direct ? factors->solve(-gradient)
                                      : conjugate_step(x, curvature, penalty, gradient,
                                                       std::min(0.1, std::sqrt(norm / first_norm)));
      const Vector<Real> z_step = times(x, step);
      const double slope = gradient.dot(step);
      double length = 1;
      double next = value;
      for (int halving = 0; halving < 40; ++halving, length /= 2) {
        next = objective(b + length * step, z + length * z_step);
        if (next <= value + 1e-4 * length * slope) break;
      }
      if (!(next <= value)) {  // rounding hides any further descent
        converged = norm <= 1e-5 * first_norm;
        break;
      }
      b += length * step;
      z += length * z_step;
      value = next;
    }
    parameters_ = b;
    converged_ = converged && (options_.l2 > 0 || !runs_away(x, y, weight, z));
    iterations_ = iteration;
  }

  Options options_;
  Vector<Real> parameters_;  // coefficients, then the intercept
  bool converged_ = false;
  int iterations_ = 0;
};

}  // namespace loyal
