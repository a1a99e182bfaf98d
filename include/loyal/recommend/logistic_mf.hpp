// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "../math/functions.hpp"
#include "../math/matrix_product.hpp"
#include "factor_recommender.hpp"

namespace loyal {

/// Factors whose product is the log-odds that a user deals with an item (logistic matrix factorization):
///
///   L = sum over all u, i:  a r_ui s_ui - (1 + a r_ui) log(1 + exp(s_ui))  -  l/2 (|x_u|^2 + |y_i|^2)
///   s_ui = x_u . y_i + b_u + b_i
///
/// r is the value of a dealing, 0 where there is none. Each epoch takes one step up the exact gradient for all users,
/// then one for all items, both by AdaGrad; no pairs are sampled. A seed gives the same bits for any number of threads.
/// The factors end with b_u, 1 for users and 1, b_i for items, so that scores are products.
/// @throws OptionError for options out of their domains; DataError if there are no users or no items, or if a value is
/// negative.
/// Source: Johnson, "Logistic Matrix Factorization for Implicit Feedback Data", NIPS 2014 workshop, equations 3-6.
/// Cost of an epoch: 8 d flops and two exponentials for each user and item, whether they dealt or not.
///
///     std::vector<loyal::Interaction> pairs;
///     for (int user = 0; user < 40; ++user)
///       for (int item = 0; item < 12; ++item)
///         if (user % 2 == item % 2 && (user + item) % 5 != 0) pairs.push_back({user, item});
///     loyal::LogisticMF<float> model{{.factors = 4}};
///     model.fit(loyal::Interactions(40, 12, pairs));
///     if (model.recommend(0, 1)[0].index % 2 != 0) return 1;
template <Scalar T>
class LogisticMF : public FactorRecommender<LogisticMF<T>, T> {
 public:
  struct Options {
    Index factors = 32;           ///< d, >= 1, besides the biases
    double regularization = 0.6;  ///< l, >= 0
    double weight = 1;            ///< a, > 0
    double learning_rate = 1;     ///< of AdaGrad, > 0: the length of the first step
    int epochs = 30;              ///< >= 1
    double init_scale = 0.1;      ///< standard deviation of each number at the start, > 0
    int fold_in_epochs = 100;     ///< steps of fold_in(), >= 1
    int partial_epochs = 10;      ///< of partial_fit(), >= 1
    int threads = 0;              ///< at most; 0: as many as the process may run on
    std::uint64_t seed = 1;       ///< of the starting values
    ProgressCallback progress =
        {};  ///< told each epoch and -L, computed for it alone; may stop there
  };

  LogisticMF() = default;
  explicit LogisticMF(const Options& options) : o_(options) { check(o_); }

  [[nodiscard]] const Options& options() const noexcept { return o_; }

  void fit(Interactions train) {
    expect_usable(train);
    Tables t;
    grow(t, train);
    climb(t, train, o_.epochs);
    keep(std::move(t), std::move(train));
  }

  /// Goes on with new dealings, of the same or further users and items: `partial_epochs` over all of them.
  void partial_fit(const Interactions& more) {
    if (this->train_.items() == 0) return fit(more);
    Interactions train = this->train_.joined(more);
    expect_usable(train);
    Tables t{this->user_factors_, this->item_factors_};
    grow(t, train);
    climb(t, train, o_.partial_epochs);
    keep(std::move(t), std::move(train));
  }

  /// By `fold_in_epochs` steps up the gradient, from zero, with the items held.
  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    this->expect_history("fold_in", history);
    expect_values("fold_in", history.values);
    UserProfile<T> profile{RowVector<T>::Zero(o_.factors + 2),
                           {history.items.begin(), history.items.end()},
                           {history.values.begin(), history.values.end()}};
    Matrix<T> x = Matrix<T>::Zero(1, o_.factors + 2);
    x(0, o_.factors + 1) = 1;
    Matrix<T> squares = Matrix<T>::Zero(1, x.cols());
    Matrix<T> slopes(1, this->items());
    Matrix<T> gradient(1, x.cols());
    for (int epoch = 0; epoch < o_.fold_in_epochs; ++epoch) {
      multiply(x, this->item_factors_.transpose(), slopes);
      to_slopes(slopes, 0, history);
      step(slopes, this->item_factors_, o_.factors, gradient, x, squares);
    }
    profile.factors = x.row(0);
    return profile;
  }

  /// L of the factors as they stand.
  [[nodiscard]] double log_likelihood() const {
    this->expect_fitted("log_likelihood");
    return objective({this->user_factors_, this->item_factors_}, this->train_);
  }

  /// As FactorRecommender, and the options that fold_in() needs.
  void save(const std::string& path) const {
    this->expect_fitted("save");
    this->write(path, std::array<double, 4>{o_.regularization, o_.weight, o_.learning_rate,
                                            static_cast<double>(o_.fold_in_epochs)});
  }

  /// Reads what save() wrote; of the options, those above become the file's, the others stay.
  /// @throws FormatError, ShapeError, DataError or OptionError if the file is damaged; the model is then unchanged.
  void load(const std::string& path) {
    auto stored = this->read(path, 4);
    const auto& number = stored.options;
    if (!(number[3] >= 1 && number[3] <= 1e6))
      detail::fail<FormatError>(path, "the number of fold_in_epochs", number[3], "in [1, 1e6]");
    Options options = o_;
    options.factors = stored.item_factors.cols() - 2;
    options.regularization = number[0];
    options.weight = number[1];
    options.learning_rate = number[2];
    options.fold_in_epochs = static_cast<int>(number[3]);
    check(options);
    LogisticMF fresh{options};
    FactorRecommender<LogisticMF, T>::take(fresh, std::move(stored));
    *this = std::move(fresh);
  }

 private:
  struct Tables {
    Matrix<T> users;  // x, b, 1
    Matrix<T> items;  // y, 1, b
  };

  static void check(const Options& o) {
    const auto expect = [](const char* name, auto value, bool fine, const char* domain) {
      detail::expect_option("LogisticMF", name, value, fine, domain);
    };
    const auto positive = [](double x) { return x > 0 && std::isfinite(x); };
    expect("factors", o.factors, o.factors >= 1, ">= 1");
    expect("regularization", o.regularization,
           o.regularization >= 0 && std::isfinite(o.regularization), ">= 0");
    expect("weight", o.weight, positive(o.weight), "> 0");
    expect("learning_rate", o.learning_rate, positive(o.learning_rate), "> 0");
    expect("epochs", o.epochs, o.epochs >= 1, ">= 1");
    expect("init_scale", o.init_scale, positive(o.init_scale), "> 0");
    expect("fold_in_epochs", o.fold_in_epochs, o.fold_in_epochs >= 1, ">= 1");
    expect("partial_epochs", o.partial_epochs, o.partial_epochs >= 1, ">= 1");
    expect("threads", o.threads, o.threads >= 0, ">= 0");
  }
  static void expect_values(const char* where, std::span<const float> values) {
    for (const float value : values)
      if (!(value >= 0)) detail::fail<DataError>(where, "a value", value, ">= 0: it is a weight");
  }
  static void expect_usable(const Interactions& train) {
    constexpr const char* where = "LogisticMF::fit";
    if (train.users() == 0) detail::fail<DataError>(where, "the number of users", 0, ">= 1");
    if (train.items() == 0) detail::fail<DataError>(where, "the number of items", 0, ">= 1");
    expect_values(where, train.all_values());
  }

  /// Adds rows for new users and items.
  void grow(Tables& t, const Interactions& train) const {
    const auto fill = [&](Matrix<T>& rows, Index size, Index one, std::uint64_t stream) {
      const Index known = rows.rows();
      rows.conservativeResize(size, o_.factors + 2);
      Rng rng{o_.seed, stream + 2 * static_cast<std::uint64_t>(known)};
      for (Index i = known; i < size; ++i) {
        for (Index c = 0; c < o_.factors; ++c)
          rows(i, c) = static_cast<T>(o_.init_scale * rng.normal());
        rows(i, o_.factors) = 0;
        rows(i, o_.factors + 1) = 0;
        rows(i, one) = 1;
      }
    };
    fill(t.users, train.users(), o_.factors + 1, 1);
    fill(t.items, train.items(), o_.factors, 2);
  }

  /// From scores of all columns to slopes of L by them: a r - (1 + a r) sigmoid(s).
  void to_slopes(Matrix<T>& scores, Index row, const UserHistory& had) const {
    auto own = scores.row(row);
    own.array() = -sigmoid(own.array());
    const auto a = static_cast<T>(o_.weight);
    for (std::size_t j = 0; j < had.items.size(); ++j) {
      const T w = a * (had.values.empty() ? T(1) : static_cast<T>(had.values[j]));
      T& slope = own[had.items[j]];
      slope = w + (1 + w) * slope;
    }
  }

  /// One step of AdaGrad for some rows; @p bias is the column of the rows' biases, the other of the last two is 1.
  void step(const Matrix<T>& slopes, const Matrix<T>& others, Index bias, Matrix<T>& gradient,
            Eigen::Ref<Matrix<T>> rows, Eigen::Ref<Matrix<T>> squares) const {
    const Index d = o_.factors;
    multiply(slopes, others, gradient);
    gradient.leftCols(d) -= static_cast<T>(o_.regularization) * rows.leftCols(d);
    gradient.col(2 * d + 1 - bias).setZero();
    squares.array() += gradient.array().square();
    // The first step has the length of the rate; a gradient of 0 takes none.
    rows.array() += static_cast<T>(o_.learning_rate) * gradient.array() /
                    (squares.array().sqrt() + std::numeric_limits<T>::min());
  }

  /// Rows of scores that are looked at together.
  static Index together(Index columns) {
    return std::clamp<Index>((Index{1} << 18) / columns, 4, 64);
  }

  void half_epoch(const Interactions& had, const Matrix<T>& others, Index bias, Matrix<T>& rows,
                  Matrix<T>& squares) const {
    parallel_for(rows.rows(), {.threads = o_.threads, .grain = together(others.rows())},
                 [&](Index begin, Index end) {
                   Matrix<T> slopes(end - begin, others.rows());
                   Matrix<T> gradient(end - begin, others.cols());
                   multiply(rows.middleRows(begin, end - begin), others.transpose(), slopes);
                   for (Index row = begin; row < end; ++row)
                     to_slopes(slopes, row - begin, {had.items_of(row), had.values_of(row)});
                   step(slopes, others, bias, gradient, rows.middleRows(begin, end - begin),
                        squares.middleRows(begin, end - begin));
                 });
  }

  void climb(Tables& t, const Interactions& train, int epochs) const {
    const Interactions turned = train.transposed();
    Matrix<T> users_seen = Matrix<T>::Zero(t.users.rows(), t.users.cols());
    Matrix<T> items_seen = Matrix<T>::Zero(t.items.rows(), t.items.cols());
    const auto begin = std::chrono::steady_clock::now();
    for (int epoch = 1; epoch <= epochs; ++epoch) {
      half_epoch(train, t.items, o_.factors, t.users, users_seen);
      half_epoch(turned, t.users, o_.factors + 1, t.items, items_seen);
      if (!o_.progress) continue;
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
      if (!o_.progress({.what = "epoch",
                        .step = epoch,
                        .total = epochs,
                        .seconds = seconds.count(),
                        .value = -objective(t, train)}))
        return;
    }
  }

  [[nodiscard]] double objective(const Tables& t, const Interactions& train) const {
    const double likelihood = parallel_reduce(
        t.users.rows(), {.threads = o_.threads, .grain = together(t.items.rows())}, 0.0,
        [&](Index begin, Index end) {
          Matrix<T> scores(end - begin, t.items.rows());
          multiply(t.users.middleRows(begin, end - begin), t.items.transpose(), scores);
          double sum = 0;
          for (Index row = begin; row < end; ++row) {
            const auto own = scores.row(row - begin);
            const auto items = train.items_of(row);
            const auto values = train.values_of(row);
            for (std::size_t j = 0; j < items.size(); ++j) {
              const double w = o_.weight * static_cast<double>(values[j]);
              sum += w * static_cast<double>(own[items[j]] - softplus(own[items[j]]));
            }
            sum -= static_cast<double>(softplus(own.array()).sum());
          }
          return sum;
        },
        [](double a, double b) { return a + b; });
    const auto squares = [&](const Matrix<T>& rows) {
      return static_cast<double>(rows.leftCols(o_.factors).squaredNorm());
    };
    return likelihood - o_.regularization / 2 * (squares(t.users) + squares(t.items));
  }

  void keep(Tables&& t, Interactions&& train) {
    this->user_factors_ = std::move(t.users);
    this->item_factors_ = std::move(t.items);
    this->train_ = std::move(train);
  }

  Options o_;
};

static_assert(Recommender<LogisticMF<float>>);

}  // namespace loyal
