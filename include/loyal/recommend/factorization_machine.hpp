// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "../math/functions.hpp"
#include "../math/sparse_product.hpp"
#include "../math/values.hpp"

namespace loyal {

namespace detail {

/// Throws DataError unless columns ascend in [0, features) and values are finite.
template <Scalar T>
void expect_sparse_row(const char* where, const SparseRow<T>& row, Index features) {
  expect_size(where, "the number of a row's values", row.values.size(), row.columns.size());
  Index before = -1;
  for (const auto column : row.columns) {
    if (column <= before || column >= features)
      fail<DataError>(where, "a column of a row", column,
                      concatenate("ascending, each once, in [0, ", features, ")"));
    before = column;
  }
  for (const T x : row.values)
    if (!std::isfinite(x)) fail<DataError>(where, "a value of a row", x, "a finite number");
}
template <Scalar T>
void expect_sparse_rows(const char* where, const SparseMatrix<T>& rows, Index features) {
  if (!rows.isCompressed())
    fail<DataError>(where, "rows", "not compressed", "a call of makeCompressed()");
  for (Index i = 0; i < rows.rows(); ++i) expect_sparse_row(where, sparse_row(rows, i), features);
}

}  // namespace detail

/// What a FactorizationMachine minimizes over rows.
enum class FactorizationLoss {
  squared,  ///< (y - target)^2 / 2, for any target
  logistic  ///< log(1 + exp(y)) - target y, for targets 0 and 1
};

/// A linear model with all interactions of two features, each the product of two short vectors: it knows pairs that
/// it never saw together. One row holds whatever is known: user, item, their attributes, time, place.
///
///   y(x) = w0 + sum_i w_i x_i + sum_{i<j} <v_i, v_j> x_i x_j
///   minimize  sum over rows:  loss(y(x), target) + sum over i with x_i stored: l_w/2 w_i^2 + l_v/2 |v_i|^2
///
///   rows      samples x features, sparse; columns of a row ascending
///   targets   samples
///   w, V      features, and features x factors
///
/// by steps of AdaGrad row by row, where each parameter p with gradient g has its own rate:
///
///   s <- s + g^2,   p <- p - learning_rate g / sqrt(s),   s starts at 1
///
/// An epoch takes every row once in a new order, on one thread: a seed repeats bit for bit. Targets and values should
/// be of size 1 or so. A loss that outgrows T stops fit(); the last of losses() is then not finite.
/// @throws OptionError for options out of their domains; DataError for numbers that are not finite, targets that do not
/// suit the loss, no rows, rows that are not compressed or whose columns do not ascend; ShapeError if sizes differ;
/// NotFitted.
/// Source: Rendle, Factorization Machines, ICDM 2010, equations 1 and 4; the sum over pairs is that of equation 5, as
/// a running sum, so that no digits cancel. Steps: Juan, Zhuang, Chin & Lin, RecSys 2016, algorithm 1.
/// Cost: O(factors) for each stored value, to learn and to predict.
///
///     // Whether two of four features agree: no linear model can tell.
///     loyal::SparseMatrix<float> rows(4, 4);
///     for (int r = 0; r < 4; ++r) {
///       rows.insert(r, r / 2) = 1;
///       rows.insert(r, 2 + r % 2) = 1;
///     }
///     rows.makeCompressed();
///     loyal::FactorizationMachine<float> machine{{.factors = 2, .loss = loyal::FactorizationLoss::logistic}};
///     machine.fit(rows, {1, 0, 0, 1});
///     const auto p = machine.predict_proba(rows);
///     if (p[0] < 0.8F || p[1] > 0.2F || p[2] > 0.2F || p[3] < 0.8F) return 1;
template <Scalar T>
class FactorizationMachine {
 public:
  using value_type = T;

  struct Options {
    Index factors = 8;  ///< length of a v_i, >= 0; 0: a linear model
    FactorizationLoss loss = FactorizationLoss::squared;  ///< what rows minimize
    double learning_rate = 0.1;                           ///< > 0
    double linear_regularization = 0;                     ///< l_w, >= 0
    double factor_regularization = 0;  ///< l_v, >= 0; tune it: stars 1 to 5 want some 0.1
    double init_scale = 0.1;           ///< length of a v_i at the start, about; > 0
    int epochs = 100;                  ///< >= 1
    std::uint64_t seed = 1;            ///< of the start and the order of rows
    ProgressCallback progress = {};    ///< told each epoch and its loss; may stop there
  };

  FactorizationMachine() = default;
  explicit FactorizationMachine(const Options& options) : o_(options) {
    const auto expect = [](const char* what, auto value, bool fine, const char* domain) {
      detail::expect_option(name, what, value, fine, domain);
    };
    const auto positive = [](double x) { return x > 0 && std::isfinite(x); };
    const auto penalty = [](double x) { return x >= 0 && std::isfinite(x); };
    expect("factors", o_.factors, o_.factors >= 0, ">= 0");
    expect("learning_rate", o_.learning_rate, positive(o_.learning_rate), "> 0");
    expect("linear_regularization", o_.linear_regularization, penalty(o_.linear_regularization),
           ">= 0");
    expect("factor_regularization", o_.factor_regularization, penalty(o_.factor_regularization),
           ">= 0");
    expect("init_scale", o_.init_scale, positive(o_.init_scale), "> 0");
    expect("epochs", o_.epochs, o_.epochs >= 1, ">= 1");
  }

  [[nodiscard]] const Options& options() const noexcept { return o_; }
  /// Number of features, 0 before fit().
  [[nodiscard]] Index features() const noexcept { return factors_.rows(); }
  /// w0.
  [[nodiscard]] T intercept() const { return fitted("intercept")[features()]; }
  /// w: what each feature says alone.
  [[nodiscard]] auto coefficients() const { return linear_.head(features()); }
  /// V: features x factors.
  [[nodiscard]] const Matrix<T>& factors() const noexcept { return factors_; }
  /// Mean loss of each epoch's rows without penalty, each row taken before its step.
  [[nodiscard]] const std::vector<double>& losses() const noexcept { return losses_; }

  void fit(const SparseMatrix<T>& rows, const Values& targets) {
    const char* const where = "FactorizationMachine::fit";
    if (rows.rows() == 0 || rows.cols() == 0)
      detail::fail<DataError>(where, "the shape of rows",
                              detail::to_text({rows.rows(), rows.cols()}), "rows and columns");
    detail::expect_size(where, "the number of targets", targets.size(), rows.rows());
    detail::expect_finite(where, "targets", targets);
    if (logistic())
      for (Index i = 0; i < targets.size(); ++i)
        if (targets[i] != 0 && targets[i] != 1)
          detail::fail<DataError>(where, detail::concatenate("targets[", i, "]"), targets[i],
                                  "0 or 1");
    detail::expect_sparse_rows(where, rows, rows.cols());
    FactorizationMachine fresh{o_};
    fresh.learn(rows, targets);
    *this = std::move(fresh);
  }

  /// y(x), one a row: for the logistic loss log odds.
  [[nodiscard]] Vector<T> predict(const SparseMatrix<T>& rows) const {
    const char* const where = "FactorizationMachine::predict";
    static_cast<void>(fitted(where));
    detail::expect_size(where, "rows.cols()", rows.cols(), features());
    detail::expect_sparse_rows(where, rows, features());
    Vector<T> values(rows.rows());
    parallel_for(rows.rows(), {.grain = 1024}, [&](Index begin, Index end) {
      RowVector<T> sum(factors_.cols());
      for (Index i = begin; i < end; ++i) values[i] = value(sparse_row(rows, i), sum);
    });
    return values;
  }
  [[nodiscard]] T predict(const SparseRow<T>& row) const {
    const char* const where = "FactorizationMachine::predict";
    static_cast<void>(fitted(where));
    detail::expect_sparse_row(where, row, features());
    RowVector<T> sum(factors_.cols());
    return value(row, sum);
  }

  /// Probabilities of target 1, for the logistic loss.
  /// @throws OptionError for another loss.
  [[nodiscard]] Vector<T> predict_proba(const SparseMatrix<T>& rows) const {
    expect_logistic();
    return sigmoid(predict(rows).array());
  }
  [[nodiscard]] T predict_proba(const SparseRow<T>& row) const {
    expect_logistic();
    return sigmoid(predict(row));
  }

  /// Features and factors. What a file needs to shape a model.
  [[nodiscard]] std::array<Index, 2> sizes() const { return {features(), factors_.cols()}; }
  void set_sizes(const std::array<Index, 2>& sizes) {
    factors_.setZero(sizes[0], sizes[1]);
    linear_.setZero(sizes[0] + 1);
  }

  template <class F, class... M>
  static void for_each_parameter(F&& f, M&... m) {
    f("linear", m.linear_...);
    f("factors", m.factors_...);
  }

 private:
  static constexpr const char* name = "FactorizationMachine";

  [[nodiscard]] bool logistic() const noexcept { return o_.loss == FactorizationLoss::logistic; }
  void expect_logistic() const {
    detail::expect_option("FactorizationMachine::predict_proba", "loss", "squared", logistic(),
                          "logistic");
  }
  [[nodiscard]] const Vector<T>& fitted(const char* where) const {
    if (linear_.size() == 0)
      detail::fail<NotFitted>(where, "the model", "not fitted", "a call of fit()");
    return linear_;
  }

  /// y(x), and in @p sum all v_i x_i: the sum over pairs grows by each feature's product with the sum before it.
  T value(const SparseRow<T>& row, RowVector<T>& sum) const {
    sum.setZero();
    T y = linear_[features()];
    for (std::size_t i = 0; i < row.columns.size(); ++i) {
      const auto v = factors_.row(row.columns[i]);
      const T x = row.values[i];
      y += x * (linear_[row.columns[i]] + sum.dot(v));
      sum += x * v;
    }
    return y;
  }

  void learn(const SparseMatrix<T>& rows, const Values& targets) {
    const Index n = rows.cols();
    set_sizes({n, o_.factors});
    Rng rng{o_.seed};
    const double deviation =
        o_.init_scale / std::sqrt(static_cast<double>(std::max<Index>(1, o_.factors)));
    for (T& v : factors_.reshaped()) v = static_cast<T>(deviation * rng.normal());
    // w0 starts at what it would be alone; for classes with one more row of each.
    const double count = static_cast<double>(rows.rows());
    linear_[n] =
        static_cast<T>(logistic() ? std::log((targets.sum() + 1) / (count - targets.sum() + 1))
                                  : targets.sum() / count);

    Squares squares{Vector<T>::Ones(n + 1), Matrix<T>::Ones(n, o_.factors)};
    RowVector<T> sum(o_.factors);
    RowVector<T> gradient(o_.factors);
    std::vector<Index> order(static_cast<std::size_t>(rows.rows()));
    std::iota(order.begin(), order.end(), Index{0});
    const auto begin = std::chrono::steady_clock::now();
    for (int epoch = 1; epoch <= o_.epochs; ++epoch) {
      rng.shuffle(order);
      double loss = 0;
      for (const Index r : order) {
        const auto row = sparse_row(rows, r);
        const T target = static_cast<T>(targets[r]);
        const T y = value(row, sum);
        const T error = (logistic() ? sigmoid(y) : y) - target;
        loss += static_cast<double>(logistic() ? softplus(y) - target * y : error * error / 2);
        step(row, error, sum, gradient, squares);
      }
      losses_.push_back(loss / count);
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
      if (!std::isfinite(loss) || !o_.progress({.what = "epoch",
                                                .step = epoch,
                                                .total = o_.epochs,
                                                .seconds = seconds.count(),
                                                .value = losses_.back()}))
        return;
    }
  }

  struct Squares {  // 1 + sums of squared gradients
    Vector<T> linear;
    Matrix<T> factors;
  };
  /// One step for a row whose loss has the slope @p error in y.
  void step(const SparseRow<T>& row, T error, const RowVector<T>& sum, RowVector<T>& gradient,
            Squares& squares) {
    const T rate = static_cast<T>(o_.learning_rate);
    const T l_w = static_cast<T>(o_.linear_regularization);
    const T l_v = static_cast<T>(o_.factor_regularization);
    const auto move = [rate](T& p, T& s, T g) {
      s += g * g;
      p -= rate * g / std::sqrt(s);
    };
    move(linear_[features()], squares.linear[features()], error);
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      const Index i = row.columns[k];
      const T x = row.values[k];
      move(linear_[i], squares.linear[i], error * x + l_w * linear_[i]);
      auto v = factors_.row(i);
      auto s = squares.factors.row(i).array();
      gradient = (error * x) * (sum - x * v) + l_v * v;
      s += gradient.array().square();
      v.array() -= rate * gradient.array() / s.sqrt();
    }
  }

  Options o_;
  Vector<T> linear_;  // w, then w0
  Matrix<T> factors_;
  std::vector<double> losses_;
};

}  // namespace loyal
