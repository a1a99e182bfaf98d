// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "../data/interactions.hpp"
#include "../math/matrix_product.hpp"
#include "detail/row_adam.hpp"
#include "detail/shared_negatives.hpp"
#include "factor_recommender.hpp"

namespace loyal {
namespace detail {

/// Row of @p to = row of @p from over its length; returns 1 / the length, 0 for a row of zeros.
template <Scalar T>
T normalize_row(const Matrix<T>& from, Index row, Matrix<T>& to) {
  const T length = std::sqrt(from.row(row).squaredNorm());
  const T inverse = length > 0 ? 1 / length : T(0);
  to.row(row) = inverse * from.row(row);
  return inverse;
}

/// What SimpleX learns, and its loss with all gradients for a batch of users.
template <Scalar T>
struct SimpleXModel {
  T margin;
  T negative_weight;
  T own_share;
  Matrix<T> users;        // own vectors
  Matrix<T> items;        // of any length
  Matrix<T> aggregation;  // V
  Matrix<T> units;        // items at length 1
  Vector<T> inverse;      // 1 / their lengths

  void normalize_items() {
    units.resize(items.rows(), items.cols());
    inverse.resize(items.rows());
    for (Index i = 0; i < items.rows(); ++i) normalize_item(i);
  }
  void normalize_item(Index i) { inverse[i] = normalize_row<T>(items, i, units); }

  /// A batch between its steps.
  struct Batch {
    Matrix<T> pooled;
    Matrix<T> mixed;
    Matrix<T> x;
    Vector<T> inverse;
    Matrix<T> dx;
    Matrix<T> dpooled;
  };

  void pool(std::span<const std::int32_t> history, Index row, Matrix<T>& pooled) const {
    pooled.row(row).setZero();
    for (const auto item : history) pooled.row(row) += units.row(item);
    if (!history.empty()) pooled.row(row) /= static_cast<T>(history.size());
  }

  /// batch.x: the unit vectors of some users.
  void embed(const Interactions& train, std::span<const std::int32_t> of, Batch& batch) const {
    const auto n = static_cast<Index>(of.size());
    batch.mixed.resize(n, users.cols());
    if (own_share < 1) {
      batch.pooled.resize(n, users.cols());
      for (Index k = 0; k < n; ++k)
        pool(train.items_of(of[static_cast<std::size_t>(k)]), k, batch.pooled);
      multiply(batch.pooled, aggregation, batch.mixed);
      batch.mixed *= 1 - own_share;
    } else {
      batch.mixed.setZero();
    }
    batch.x.resize(n, users.cols());
    batch.inverse.resize(n);
    for (Index k = 0; k < n; ++k) {
      if (own_share > 0)
        batch.mixed.row(k) += own_share * users.row(of[static_cast<std::size_t>(k)]);
      batch.inverse[k] = normalize_row<T>(batch.mixed, k, batch.x);
    }
  }

  /// The loss of a batch. Hands over dV first, then each user's and each touched item's gradient.
  template <class OnAggregation, class OnUser, class OnItem>
  double gradient(const Interactions& train, std::span<const std::int32_t> of,
                  SharedNegatives<T>& negatives, Batch& batch, const OnAggregation& on_aggregation,
                  const OnUser& on_user, const OnItem& on_item) {
    embed(train, of, batch);
    for (const auto user : of) {
      for (const auto item : train.items_of(user)) negatives.add(item, T(1));
      negatives.end_user();
    }
    const auto count_of = [&](Index k) {
      return static_cast<T>(train.items_of(of[static_cast<std::size_t>(k)]).size());
    };
    const T share = negative_weight / static_cast<T>(std::max<Index>(1, negatives.negatives()));
    const double loss = negatives.gradient(
        batch.x, units,
        [](T score, T weight, T& slope) {
          slope = -weight;
          return weight * (1 - score);
        },
        [&](Index, Matrix<T>& scores) {
          double sum = 0;
          for (Index k = 0; k < scores.rows(); ++k) {
            const T weight = share * count_of(k);
            auto row = scores.row(k).array();
            sum += static_cast<double>(weight * (row - margin).max(T(0)).sum());
            row =
                (row > margin)
                    .select(Eigen::Array<T, 1, Eigen::Dynamic>::Constant(row.size(), weight), T(0));
          }
          return sum;
        },
        batch.dx);
    // Through the lengths, then to the user's own vector and the history's mean.
    for (Index k = 0; k < batch.dx.rows(); ++k)
      batch.dx.row(k) =
          batch.inverse[k] *
          (batch.dx.row(k) - batch.dx.row(k).dot(batch.x.row(k)) * batch.x.row(k)).eval();
    if (own_share < 1) {
      batch.dpooled.resize(batch.dx.rows(), batch.dx.cols());
      multiply(batch.dx, aggregation.transpose(), batch.dpooled);
      for (Index k = 0; k < batch.dx.rows(); ++k)
        batch.dpooled.row(k) *= (1 - own_share) / std::max(T(1), count_of(k));
      Matrix<T> dv(aggregation.rows(), aggregation.cols());
      multiply(batch.pooled.transpose(), batch.dx, dv);
      dv *= 1 - own_share;
      on_aggregation(dv);
    }
    if (own_share > 0) {
      batch.dx *= own_share;
      on_user(batch.dx);
    }
    negatives.for_each_item(batch.x,
                            [&](Index item, RowVector<T>& g, std::span<const std::int32_t> rows) {
                              if (own_share < 1)
                                for (const auto row : rows) g += batch.dpooled.row(row);
                              const T along = g.dot(units.row(item));
                              g = inverse[item] * (g - along * units.row(item)).eval();
                              on_item(item, g);
                            });
    return loss;
  }
};

}  // namespace detail

/// Matrix factorization by the cosine contrastive loss, and SimpleX, which adds the mean of what a user had.
///
///   x_u = own_share e_u + (1 - own_share) (mean of y_i / |y_i| over the user's items i) V
///   s_ui = cosine(x_u, y_i)
///   loss = sum over pairs (u, i) of (1 - s_ui) + negative_weight mean over negatives j of max(0, s_uj - margin)
///
///   e   users x factors, y  items x factors, V  factors x factors
///
/// own_share 1 is the paper's MF-CCL. Negatives that are less alike than the margin exert no force, so that a user's
/// few hard ones shape the vectors. A pair counts once, whatever its value. A stranger is the mean of their history;
/// with own_share 1 the best unit vector against the items as they are. partial_fit() goes on from the vectors there
/// are.
/// @throws OptionError; DataError without users or items.
/// Source: Mao et al., SimpleX: A Simple and Strong Baseline for Collaborative Filtering, CIKM 2021, with
/// average pooling. Users are trained in blocks with shared negatives, see detail::SharedNegatives, by Adam on the rows
/// a block touches.
/// Cost: an epoch is 6 users x negatives x factors flops as matrix products.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {2, 3}, {2, 4}};
///     loyal::SimpleX<float> model({.factors = 8, .margin = 0.7, .negative_weight = 2});
///     model.fit(loyal::Interactions(3, 5, pairs));
///     if (model.recommend(0, 1)[0].index != 2) return 1;
template <Scalar T>
class SimpleX : public FactorRecommender<SimpleX<T>, T> {
 public:
  struct Options {
    Index factors = 64;            ///< numbers of a vector, >= 1
    double margin = 0.5;           ///< cosine from which on a negative counts, in [-1, 1]
    double negative_weight = 150;  ///< of all negatives beside one pair, >= 0
    double own_share = 0;     ///< of the user's own vector, the rest is the history's; in [0, 1]
    Index negatives = 1024;   ///< items that a batch shares as negatives, >= 1
    Index batch_users = 128;  ///< users of one step, >= 1
    int epochs = 50;          ///< passes through the users, >= 0
    double learning_rate =
        0.003;  ///< of items, Adam's; falls to a twentieth in the course of the epochs; > 0
    double user_learning_rate = 0.03;  ///< of users, who step once an epoch; > 0
    std::uint64_t seed = 1;            ///< of the start, the order of users and the negatives
    int threads = 0;                   ///< at most; 0: as many as the machine has
    ProgressCallback progress =
        {};  ///< told after each epoch of the mean loss of a pair; false stops
  };

  SimpleX() = default;
  explicit SimpleX(const Options& options) : options_(options) {
    constexpr const char* where = "SimpleX";
    detail::expect_option(where, "factors", options.factors, options.factors >= 1, ">= 1");
    detail::expect_option(where, "margin", options.margin,
                          options.margin >= -1 && options.margin <= 1, "in [-1, 1]");
    detail::expect_option(where, "negative_weight", options.negative_weight,
                          options.negative_weight >= 0 && std::isfinite(options.negative_weight),
                          ">= 0");
    detail::expect_option(where, "own_share", options.own_share,
                          options.own_share >= 0 && options.own_share <= 1, "in [0, 1]");
    detail::expect_option(where, "negatives", options.negatives, options.negatives >= 1, ">= 1");
    detail::expect_option(where, "batch_users", options.batch_users, options.batch_users >= 1,
                          ">= 1");
    detail::expect_option(where, "epochs", options.epochs, options.epochs >= 0, ">= 0");
    detail::expect_option(where, "learning_rate", options.learning_rate,
                          options.learning_rate > 0 && std::isfinite(options.learning_rate), "> 0");
    detail::expect_option(
        where, "user_learning_rate", options.user_learning_rate,
        options.user_learning_rate > 0 && std::isfinite(options.user_learning_rate), "> 0");
    detail::expect_option(where, "threads", options.threads, options.threads >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  void fit(const Interactions& train) { fit_from(train, empty_model()); }

  /// Goes on with all interactions so far; users and items that are new start as in fit().
  void partial_fit(const Interactions& more) {
    Model model = empty_model();
    if (this->train_.items() > 0) {
      model.users = own_;
      model.items = this->item_factors_;
      model.aggregation = aggregation_;
    }
    fit_from(this->train_.joined(more), std::move(model));
  }

  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    this->expect_history("fold_in", history);
    UserProfile<T> profile;
    profile.items.assign(history.items.begin(), history.items.end());
    profile.values.assign(history.values.begin(), history.values.end());
    RowVector<T> mean = RowVector<T>::Zero(this->item_factors_.cols());
    for (const auto item : history.items) mean += this->item_factors_.row(item);
    profile.factors =
        options_.own_share < 1 ? RowVector<T>(mean * aggregation_) : best_unit(mean, history);
    normalize(profile.factors);
    return profile;
  }

  void save(const std::string& path) const {
    this->expect_fitted("save");
    this->write(path, {}, {{"own_vectors", &own_}, {"aggregation", &aggregation_}});
  }
  void load(const std::string& path) {
    auto stored = this->read(path, 0, {"own_vectors", "aggregation"});
    detail::expect_size(path.c_str(), "the number of own_vectors", stored.arrays[0].rows(),
                        stored.train.users());
    detail::expect_size(path.c_str(), "the number of rows of aggregation", stored.arrays[1].rows(),
                        stored.arrays[1].cols());
    own_ = std::move(stored.arrays[0]);
    aggregation_ = std::move(stored.arrays[1]);
    this->take(*this, std::move(stored));
  }

 private:
  using Model = detail::SimpleXModel<T>;

  [[nodiscard]] Model empty_model() const {
    return {static_cast<T>(options_.margin),
            static_cast<T>(options_.negative_weight),
            static_cast<T>(options_.own_share),
            {},
            {},
            {},
            {},
            {}};
  }

  static void normalize(RowVector<T>& x) {
    const T length = x.norm();
    if (length > 0) x /= length;
  }

  /// Adds rows of random numbers of length about 1 up to so many.
  void grow(Matrix<T>& table, Index rows, Rng& rng) const {
    const Index before = table.rows();
    const Index factors = before > 0 ? table.cols() : options_.factors;
    table.conservativeResize(rows, factors);
    const T deviation = 1 / std::sqrt(static_cast<T>(factors));
    for (Index i = before; i < rows; ++i)
      for (Index d = 0; d < factors; ++d) table(i, d) = deviation * rng.normal<T>();
  }

  void fit_from(const Interactions& train, Model model) {
    if (train.users() == 0 || train.items() == 0)
      detail::fail<DataError>("SimpleX::fit", "users x items",
                              detail::concatenate(train.users(), " x ", train.items()),
                              "one of each or more");
    Rng rng{options_.seed};
    grow(model.items, train.items(), rng);
    if (options_.own_share < 1) {  // the history speaks first
      const Index before = model.users.rows();
      model.users.conservativeResize(train.users(), model.items.cols());
      model.users.bottomRows(train.users() - before).setZero();
    } else {
      grow(model.users, train.users(), rng);
    }
    if (model.aggregation.size() == 0)
      model.aggregation = Matrix<T>::Identity(options_.factors, options_.factors);
    model.normalize_items();
    run(train, model, rng);
    Matrix<T> all(train.users(), model.items.cols());
    typename Model::Batch batch;
    std::vector<std::int32_t> user(1);
    for (Index u = 0; u < train.users(); ++u) {
      user[0] = static_cast<std::int32_t>(u);
      model.embed(train, user, batch);
      all.row(u) = batch.x.row(0);
    }
    this->user_factors_ = std::move(all);
    this->item_factors_ = std::move(model.units);
    own_ = std::move(model.users);
    aggregation_ = std::move(model.aggregation);
    this->train_ = train;
  }

  void run(const Interactions& train, Model& model, Rng& rng) const {
    std::vector<std::int32_t> order;
    for (Index u = 0; u < train.users(); ++u)
      if (!train.items_of(u).empty()) order.push_back(static_cast<std::int32_t>(u));
    const Index factors = model.items.cols();
    detail::RowAdam<T> users(train.users(), factors);
    detail::RowAdam<T> items(train.items(), factors);
    detail::RowAdam<T> aggregation(factors, factors);
    detail::SharedNegatives<T> negatives(train.items(), options_.negatives, options_.threads);
    typename Model::Batch batch;
    const auto start = std::chrono::steady_clock::now();
    for (int epoch = 0; epoch < options_.epochs; ++epoch) {
      rng.shuffle(order);
      double loss = 0;
      for (std::size_t begin = 0; begin < order.size();
           begin += static_cast<std::size_t>(options_.batch_users)) {
        const auto of = std::span(order).subspan(
            begin, std::min(static_cast<std::size_t>(options_.batch_users), order.size() - begin));
        const double done =
            (epoch + static_cast<double>(begin) / static_cast<double>(order.size())) /
            options_.epochs;
        const double fall = 1 - 0.95 * done;
        const auto rate = static_cast<T>(fall * options_.learning_rate);
        const auto user_rate = static_cast<T>(fall * options_.user_learning_rate);
        negatives.begin(rng);
        loss += model.gradient(
            train, of, negatives, batch,
            [&](const Matrix<T>& g) {
              for (Index row = 0; row < g.rows(); ++row)
                aggregation.step(model.aggregation, row, g.row(row), rate);
            },
            [&](const Matrix<T>& g) {
              for (Index k = 0; k < g.rows(); ++k)
                users.step(model.users, of[static_cast<std::size_t>(k)], g.row(k), user_rate);
            },
            [&](Index item, const RowVector<T>& g) {
              items.step(model.items, item, g, rate);
              model.normalize_item(item);
            });
      }
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      if (!options_.progress(
              {.what = "epoch",
               .step = epoch + 1,
               .total = options_.epochs,
               .seconds = seconds.count(),
               .value = loss / static_cast<double>(std::max<Index>(1, train.size()))}))
        break;
    }
  }

  /// The unit vector of least loss against all items as they are, by steps along the sphere.
  [[nodiscard]] RowVector<T> best_unit(RowVector<T> x, const UserHistory& history) const {
    const auto& y = this->item_factors_;
    const RowVector<T> sum = x;
    const auto margin = static_cast<T>(options_.margin);
    const T weight = static_cast<T>(options_.negative_weight) / static_cast<T>(y.rows());
    const T per_pair = 1 / std::max(T(1), static_cast<T>(history.items.size()));
    normalize(x);
    Vector<T> scores(y.rows());
    for (int step = 0; step < 30; ++step) {
      scores.noalias() = y * x.transpose();
      scores = (scores.array() > margin).select(Vector<T>::Constant(y.rows(), weight), T(0));
      RowVector<T> g = scores.transpose() * y - per_pair * sum;
      g -= g.dot(x) * x;
      x -= g / static_cast<T>(1 + step);
      normalize(x);
    }
    return x;
  }

  Options options_;
  Matrix<T> own_;          // e
  Matrix<T> aggregation_;  // V
};

static_assert(Recommender<SimpleX<float>>);

}  // namespace loyal
