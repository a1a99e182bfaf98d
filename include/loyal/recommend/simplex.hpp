// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
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
#include "detail/simplex_model.hpp"
#include "detail/user_batches.hpp"
#include "factor_recommender.hpp"

namespace loyal {

/// Matrix factorization by the cosine contrastive loss, and SimpleX, which adds what a user had.
///
///   x_u  = own_share e_u + (1 - own_share) p_u V,   p_u = sum of a_uj h_j over the user's items j
///   a_uj = 1 / d_u (mean), or softmax over j of tanh(h_j W + b) . e_u (user_attention) or . q (self_attention)
///   s_ui = cosine(x_u, y_i)
///   loss = sum over pairs (u, i) of (1 - s_ui) + negative_weight mean over negatives j of max(0, s_uj - margin)
///          + pairs regularization / 2 (|e|^2 + |h|^2 + |y|^2)
///
///   e   users x factors, y, h  items x factors, V, W  factors x factors, b, q  1 x factors
///
/// Without pooling this is the paper's MF-CCL. Negatives that are less alike than the margin exert no force, so that a
/// user's few hard ones shape the vectors. In training a share of x_u / |x_u| is left out (dropout). A pair counts
/// once, whatever its value. Defaults are the authors' for Gowalla. A stranger is the unit vector of least loss
/// against the items as they are, or, where own_share is 0, what the history gives. partial_fit() goes on from the
/// vectors there are.
/// @throws OptionError; DataError without users or items.
/// Source: Mao et al., SimpleX: A Simple and Strong Baseline for Collaborative Filtering, CIKM 2021, and the authors'
/// program, where histories have their own vectors h (on Gowalla; with shared_history h is y). Users are trained
/// with all their pairs at once, against negatives that a batch of them shares, see detail::SharedNegatives, by
/// detail::RowAdam.
/// Cost: an epoch is 6 users x negatives x factors flops as matrix products, with attention 6 pairs x factors^2 more.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {2, 3}, {2, 4}};
///     loyal::SimpleX<float> model(
///         {.factors = 8, .margin = 0.7, .negative_weight = 2, .learning_rate = 0.03});
///     model.fit(loyal::Interactions(3, 5, pairs));
///     if (model.recommend(0, 1)[0].index != 2) return 1;
template <Scalar T>
class SimpleX : public FactorRecommender<SimpleX<T>, T> {
 public:
  struct Options {
    Index factors = 64;            ///< numbers of a vector, >= 1
    double margin = 0.9;           ///< cosine from which on a negative counts, in [-1, 1]
    double negative_weight = 250;  ///< of all negatives beside one pair, >= 0
    HistoryPooling pooling = HistoryPooling::user_attention;  ///< how a history becomes a vector
    double own_share = 0.8;  ///< of the user's own vector, the rest is the history's; in [0, 1]
    bool shared_history =
        false;             ///< whether histories are seen by the vectors that items are scored by
    double dropout = 0.1;  ///< share of a user's numbers left out in a step, in [0, 1)
    double regularization =
        1e-7;  ///< of all vectors' squared lengths / 2 beside the mean loss of a pair, >= 0
    double deviation = 0.1;   ///< of the numbers that vectors start with, > 0
    Index negatives = 4096;   ///< items that a batch shares as negatives, >= 1
    Index batch_users = 128;  ///< users of one step, >= 1
    int epochs = 50;          ///< passes through the users, >= 0
    double learning_rate =
        0.006;               ///< Adam's; falls to a twentieth in the course of the epochs; > 0
    std::uint64_t seed = 1;  ///< of the start, the order of users and the negatives
    int threads = 0;         ///< at most; 0: as many as the machine has
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
    detail::expect_option(where, "dropout", options.dropout,
                          options.dropout >= 0 && options.dropout < 1, "in [0, 1)");
    detail::expect_option(where, "regularization", options.regularization,
                          options.regularization >= 0 && std::isfinite(options.regularization),
                          ">= 0");
    detail::expect_option(where, "deviation", options.deviation,
                          options.deviation > 0 && std::isfinite(options.deviation), "> 0");
    detail::expect_option(where, "negatives", options.negatives, options.negatives >= 1, ">= 1");
    detail::expect_option(where, "batch_users", options.batch_users, options.batch_users >= 1,
                          ">= 1");
    detail::expect_option(where, "epochs", options.epochs, options.epochs >= 0, ">= 0");
    detail::expect_option(where, "learning_rate", options.learning_rate,
                          options.learning_rate > 0 && std::isfinite(options.learning_rate), "> 0");
    detail::expect_option(where, "threads", options.threads, options.threads >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  void fit(const Interactions& train) { fit_from(train, Model{}); }

  /// Goes on with all interactions so far; users and items that are new start as in fit().
  void partial_fit(const Interactions& more) { fit_from(this->train_.joined(more), model_); }

  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    this->expect_history("fold_in", history);
    UserProfile<T> profile;
    profile.items.assign(history.items.begin(), history.items.end());
    profile.values.assign(history.values.begin(), history.values.end());
    profile.factors = options_.own_share == 0 && model_.pools() ? model_.pooled_unit(history.items)
                                                                : best_unit(history);
    return profile;
  }

  void save(const std::string& path) const {
    this->expect_fitted("save");
    this->write(path, {},
                {{"own_vectors", &model_.users},
                 {"scored_vectors", &model_.items},
                 {"history_vectors", &model_.history},
                 {"values", &model_.values},
                 {"keys", &model_.keys},
                 {"bias_and_query", &model_.more}});
  }
  void load(const std::string& path) {
    auto stored = this->read(
        path, 0,
        {"own_vectors", "scored_vectors", "history_vectors", "values", "keys", "bias_and_query"});
    const auto expect_rows = [&](const char* what, std::size_t array, Index rows) {
      detail::expect_size(path.c_str(), what, stored.arrays[array].rows(), rows);
    };
    const Index factors = stored.item_factors.cols();
    expect_rows("the number of own_vectors", 0, stored.train.users());
    expect_rows("the number of scored_vectors", 1, stored.train.items());
    if (stored.arrays[2].rows() > 0)
      expect_rows("the number of history_vectors", 2, stored.train.items());
    expect_rows("the number of rows of values", 3, factors);
    expect_rows("the number of rows of keys", 4, factors);
    expect_rows("the number of rows of bias_and_query", 5, 2);
    Model model = configured({});
    std::size_t i = 0;
    for (Matrix<T>* table :
         {&model.users, &model.items, &model.history, &model.values, &model.keys, &model.more})
      *table = std::move(stored.arrays[i++]);
    this->take(*this, std::move(stored));
    model_ = std::move(model);
  }

 private:
  using Model = detail::SimpleXModel<T>;

  [[nodiscard]] Model configured(Model model) const {
    model.margin = static_cast<T>(options_.margin);
    model.negative_weight = static_cast<T>(options_.negative_weight);
    model.own_share = static_cast<T>(options_.own_share);
    model.dropout = static_cast<T>(options_.dropout);
    model.pooling = options_.pooling;
    return model;
  }

  /// Adds rows of random numbers up to so many.
  void grow(Matrix<T>& table, Index rows, double deviation, Rng& rng) const {
    const Index before = table.rows();
    const Index factors = before > 0 ? table.cols() : options_.factors;
    table.conservativeResize(rows, factors);
    for (Index i = before; i < rows; ++i)
      for (Index d = 0; d < factors; ++d) table(i, d) = static_cast<T>(deviation) * rng.normal<T>();
  }

  void fit_from(const Interactions& train, Model model) {
    if (train.users() == 0 || train.items() == 0)
      detail::fail<DataError>("SimpleX::fit", "users x items",
                              detail::concatenate(train.users(), " x ", train.items()),
                              "one of each or more");
    Rng rng{options_.seed};
    const bool anew = model.items.rows() == 0;
    model = configured(std::move(model));
    grow(model.users, train.users(), options_.deviation, rng);
    grow(model.items, train.items(), options_.deviation, rng);
    if (anew) model.history.resize(0, model.items.cols());
    if (anew ? !options_.shared_history : model.history.size() > 0)
      grow(model.history, train.items(), options_.deviation, rng);
    if (anew) {
      const double xavier = 1 / std::sqrt(static_cast<double>(options_.factors));
      grow(model.values, options_.factors, xavier, rng);
      grow(model.keys, options_.factors, xavier, rng);
      grow(model.more, 2, xavier, rng);
      model.more.row(0).setZero();
    }
    model.normalize_items();
    run(train, model, rng);
    model.normalize_items();
    Matrix<T> all(train.users(), model.items.cols());
    typename Model::Batch batch;
    std::vector<std::int32_t> user(1);
    for (Index u = 0; u < train.users(); ++u) {
      user[0] = static_cast<std::int32_t>(u);
      model.embed(train, user, batch);
      all.row(u) = batch.unit.row(0);
    }
    this->user_factors_ = std::move(all);
    this->item_factors_ = std::move(model.units);
    model_ = std::move(model);
    this->train_ = train;
  }

  void run(const Interactions& train, Model& model, Rng& rng) const {
    const Index d = model.items.cols();
    detail::RowAdam<T> users(train.users(), d);
    detail::RowAdam<T> items(train.items(), d);
    detail::RowAdam<T> values(d, d);
    detail::RowAdam<T> keys(d, d);
    detail::RowAdam<T> more(2, d);
    const bool own_history = model.history.size() > 0;
    detail::RowAdam<T> history(model.history.rows(), d);
    detail::SharedNegatives<T> negatives(train.items(), options_.negatives, options_.threads);
    const detail::UserBatches batches{options_.batch_users, options_.epochs, options_.progress};
    const double penalty = options_.regularization * static_cast<double>(train.size());
    const auto user_decay = static_cast<T>(penalty);
    const auto item_decay =
        static_cast<T>(penalty / batches.times_drawn(train, negatives.negatives()));
    Vector<T> history_decay = Vector<T>::Zero(train.items());  // of one pair
    for (const auto item : train.all_items()) history_decay[item] += 1;
    history_decay = static_cast<T>(penalty) * history_decay.array().max(T(1)).inverse();
    typename Model::Batch batch;
    batches.run(train, rng, [&](std::span<const std::int32_t> of, double fall) {
      const auto rate = static_cast<T>(fall * options_.learning_rate);
      negatives.begin(rng);
      model.add_pairs(train, of, negatives);
      for (const auto user : of) {
        users.catch_up(model.users, user, rate);
        if (own_history)
          for (const auto item : train.items_of(user)) history.catch_up(model.history, item, rate);
      }
      for (const auto item : negatives.items()) {
        items.catch_up(model.items, item, rate);
        model.normalize_item(item);
      }
      const double loss = model.gradient(train, of, negatives, rng, batch);
      for (std::size_t k = 0; k < of.size(); ++k) {
        RowVector<T> g = batch.dusers.row(static_cast<Index>(k));
        g += user_decay * model.users.row(of[k]);
        users.step(model.users, of[k], g, rate);
      }
      if (model.pools())
        for (Index row = 0; row < d; ++row)
          values.step(model.values, row, batch.dvalues.row(row), rate);
      if (model.attends()) {
        for (Index row = 0; row < d; ++row) keys.step(model.keys, row, batch.dkeys.row(row), rate);
        for (Index row = 0; row < 2; ++row) more.step(model.more, row, batch.dmore.row(row), rate);
      }
      model.for_each_item(
          negatives, batch,
          [&](Index item, RowVector<T>& g, RowVector<T>& past, const auto& touched) {
            if (touched.drawn) g += item_decay * model.items.row(item);
            items.step(model.items, item, g, rate);
            if (own_history && !touched.pairs.empty()) {
              past += history_decay[item] * static_cast<T>(touched.pairs.size()) *
                      model.history.row(item);
              history.step(model.history, item, past, rate);
            }
          });
      users.end_step();
      items.end_step();
      history.end_step();
      values.end_step();
      keys.end_step();
      more.end_step();
      return loss;
    });
  }

  /// The unit vector of least loss against all items as they are, by steps along the sphere.
  [[nodiscard]] RowVector<T> best_unit(const UserHistory& history) const {
    const auto& y = this->item_factors_;
    RowVector<T> sum = RowVector<T>::Zero(y.cols());
    for (const auto item : history.items) sum += y.row(item);
    RowVector<T> x = sum;
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

  static void normalize(RowVector<T>& x) {
    const T length = x.norm();
    if (length > 0) x /= length;
  }

  Options options_;
  Model model_{};
};

static_assert(Recommender<SimpleX<float>>);

}  // namespace loyal
