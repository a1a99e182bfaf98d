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
#include "../math/functions.hpp"
#include "../math/sparse_product.hpp"
#include "detail/draw_new.hpp"
#include "detail/feature_vectors.hpp"
#include "factor_recommender.hpp"
#include "factorization_machine.hpp"

namespace loyal {

/// A factorization machine that ranks: users and items are what they are themselves and what their attributes are, so
/// that an item which nobody had yet is scored by its attributes.
///
///   score(u, i) = x_u . y_i + b_i
///   x_u = sum of v_f a_f over the features f of u,   y_i likewise,   b_i = sum_f w_f a_f + sum_{f<g} <v_f, v_g> a_f a_g
///   minimize  sum over dealings (u, i) and sampled j:  log(1 + exp(score(u, j) - score(u, i))) + penalty l/2 of what
///   the three consist of
///
/// This is y(x) of a FactorizationMachine for the row of u and i together, without what is the same for all items of a
/// user. Features of a user or item are itself, with a = 1, and its columns in set_attributes(). j is drawn from items
/// that somebody had, but not u: new items are unknown, not disliked. Steps are AdaGrad's, as in FactorizationMachine,
/// on one thread.
///
/// A new user with attributes gets a profile from fold_in(); new items come in by partial_fit().
/// @throws OptionError for options out of their domains; DataError if there are no users or no items, or attributes
/// are not compressed, not ascending or not finite; ShapeError if their columns change while the model is fitted.
/// Source: Rendle, Factorization Machines, ICDM 2010; compared pairs after Rendle et al., UAI 2009 (BPR).
/// Cost of an epoch: O(factors) for each feature of the user and the two items of a dealing.
///
///     // Four items, of kinds 0 1 0 1; nobody had the last two.
///     loyal::SparseMatrix<float> kinds(4, 2);
///     for (int item = 0; item < 4; ++item) kinds.insert(item, item % 2) = 1;
///     kinds.makeCompressed();
///     std::vector<loyal::Interaction> pairs;
///     for (int user = 0; user < 10; ++user) pairs.push_back({user, user % 2});
///     loyal::FMRecommender<float> model{{.factors = 4}};
///     model.set_attributes({}, kinds);
///     model.fit(loyal::Interactions(10, 4, pairs));
///     if (model.score(0, 2) <= model.score(0, 3) || model.score(1, 3) <= model.score(1, 2)) return 1;
template <Scalar T>
class FMRecommender : public FactorRecommender<FMRecommender<T>, T> {
 public:
  struct Options {
    Index factors = 32;            ///< length of a v_f, >= 1
    double learning_rate = 0.1;    ///< > 0
    double regularization = 0.02;  ///< l, >= 0; tuned, as the others, on MovieLens 100K
    double init_scale = 0.1;       ///< length of a user's own v_f at the start, about; > 0
    int epochs = 60;               ///< >= 1
    int fold_in_epochs = 60;       ///< of fold_in(), in [1, 1000000]
    int partial_epochs = 20;       ///< of partial_fit(); 0: only places new rows by attributes
    std::uint64_t seed = 1;        ///< of everything random
    ProgressCallback progress =
        {};  ///< told each epoch and the mean of log(1 + exp(...)); may stop there
  };

  FMRecommender() = default;
  explicit FMRecommender(const Options& options) : o_(options) {
    const auto expect = [](const char* what, auto value, bool fine, const char* domain) {
      detail::expect_option("FMRecommender", what, value, fine, domain);
    };
    const auto finite = [](double x) { return std::isfinite(x); };
    expect("factors", o_.factors, o_.factors >= 1, ">= 1");
    expect("learning_rate", o_.learning_rate, o_.learning_rate > 0 && finite(o_.learning_rate),
           "> 0");
    expect("regularization", o_.regularization, o_.regularization >= 0 && finite(o_.regularization),
           ">= 0");
    expect("init_scale", o_.init_scale, o_.init_scale > 0 && finite(o_.init_scale), "> 0");
    expect("epochs", o_.epochs, o_.epochs >= 1, ">= 1");
    expect("fold_in_epochs", o_.fold_in_epochs,
           o_.fold_in_epochs >= 1 && o_.fold_in_epochs <= most_epochs, "in [1, 1000000]");
    expect("partial_epochs", o_.partial_epochs, o_.partial_epochs >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return o_; }

  /// Attributes of users and items, one row each, for the next fit() or partial_fit(); rows beyond the last have none.
  void set_attributes(SparseMatrix<T> of_users, SparseMatrix<T> of_items) {
    const char* const where = "FMRecommender::set_attributes";
    for (const auto* rows : {&of_users, &of_items})
      detail::expect_sparse_rows(where, *rows, rows->cols());
    if (this->train_.items() > 0) {
      detail::expect_size(where, "of_users.cols()", of_users.cols(), users_.shared.rows());
      detail::expect_size(where, "of_items.cols()", of_items.cols(), items_.shared.rows());
    }
    users_.attributes = std::move(of_users);
    items_.attributes = std::move(of_items);
  }

  void fit(Interactions train) {
    const char* const where = "FMRecommender::fit";
    if (train.users() == 0) detail::fail<DataError>(where, "the number of users", 0, ">= 1");
    if (train.items() == 0) detail::fail<DataError>(where, "the number of items", 0, ">= 1");
    FMRecommender fresh{o_};
    for (auto [to, from] : {std::pair(&fresh.users_, &users_), std::pair(&fresh.items_, &items_)}) {
      to->attributes = from->attributes;
      to->own.resize(0, o_.factors + 1);
      to->shared.setZero(to->attributes.cols(), o_.factors + 1);
    }
    fresh.learn(std::move(train), o_.epochs);
    *this = std::move(fresh);
  }

  /// Goes on with new dealings, of the same or further users and items: `partial_epochs` over all that are known.
  void partial_fit(const Interactions& more) {
    if (this->train_.items() == 0) return fit(more);
    const char* const where = "FMRecommender::partial_fit";
    for (const Side* side : {&users_, &items_})
      detail::expect_size(where, "the number of attributes", side->attributes.cols(),
                          side->shared.rows());
    FMRecommender next = *this;
    next.learn(this->train_.joined(more), o_.partial_epochs);
    *this = std::move(next);
  }

  /// By `fold_in_epochs` of the same steps with the items held. A user whom fit() knew comes out near their factors,
  /// not the same.
  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    return fold_in(history, {});
  }
  /// The same for a user with attributes, from which alone it starts; the history may be empty.
  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history,
                                       const SparseRow<T>& attributes) const {
    this->expect_history("fold_in", history);
    detail::expect_sparse_row("FMRecommender::fold_in", attributes, users_.shared.rows());
    const Matrix<T>& items = this->item_factors_;
    const Index d = items.cols() - 1;
    RowVector<T> start = RowVector<T>::Zero(d + 1);
    for (std::size_t k = 0; k < attributes.columns.size(); ++k)
      start += attributes.values[k] * users_.shared.row(attributes.columns[k]);
    Matrix<T> own = Matrix<T>::Zero(1, d + 1);
    Matrix<T> squares = Matrix<T>::Ones(1, d + 1);
    RowVector<T> x = start;
    RowVector<T> gradient(d + 1);
    std::vector<std::int32_t> order(history.items.begin(), history.items.end());
    Rng rng{o_.seed, 0xf01d};
    const auto any = [&] {
      return static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(items.rows())));
    };
    const auto move = step();
    for (int epoch = 0; epoch < o_.fold_in_epochs; ++epoch) {
      rng.shuffle(order);
      for (const auto item : order) {
        const auto other = detail::draw_new(
            any, [&](std::int32_t drawn) { return detail::holds(history.items, drawn); });
        if (other < 0) continue;
        x = start + own.row(0);
        x[d] = 1;
        gradient = items.row(item) - items.row(other);
        gradient *= -sigmoid(-x.dot(gradient));
        gradient[d] = 0;
        move(own, squares, 0, gradient);
      }
    }
    x = start + own.row(0);
    x[d] = 1;
    return {x,
            {history.items.begin(), history.items.end()},
            {history.values.begin(), history.values.end()}};
  }

  /// As FactorRecommender, the features' vectors, and the options that fold_in() needs.
  void save(const std::string& path) const {
    this->expect_fitted("save");
    const std::vector<double> numbers{
        o_.learning_rate, o_.regularization, static_cast<double>(o_.fold_in_epochs),
        static_cast<double>(o_.seed >> 32), static_cast<double>(o_.seed & 0xffffffffU)};
    this->write(path, numbers,
                {{"user_own", &users_.own},
                 {"item_own", &items_.own},
                 {"user_attributes", &users_.shared},
                 {"item_attributes", &items_.shared}});
  }

  /// Reads what save() wrote; of the options, those that fold_in() needs become the file's. The others stay, and the
  /// attributes of this object, which partial_fit() needs: set_attributes() takes those the model was fitted with.
  /// @throws FormatError, ShapeError, DataError or OptionError if the file is damaged; the model is then unchanged.
  void load(const std::string& path) {
    auto stored =
        this->read(path, 5, {"user_own", "item_own", "user_attributes", "item_attributes"});
    const auto& numbers = stored.options;
    const auto whole = [&](std::size_t i, double most) {
      if (!(numbers[i] >= 0 && numbers[i] <= most))
        detail::fail<FormatError>(path, "a number among the options", numbers[i],
                                  detail::concatenate("in [0, ", most, "]"));
      return static_cast<std::uint64_t>(numbers[i]);
    };
    Options options = o_;
    options.factors = stored.item_factors.cols() - 1;
    options.learning_rate = numbers[0];
    options.regularization = numbers[1];
    options.fold_in_epochs = static_cast<int>(whole(2, most_epochs));
    options.seed = whole(3, 4294967295.0) << 32 | whole(4, 4294967295.0);
    auto& tables = stored.arrays;
    detail::expect_size(path.c_str(), "the rows of user_own", tables[0].rows(),
                        stored.train.users());
    detail::expect_size(path.c_str(), "the rows of item_own", tables[1].rows(),
                        stored.train.items());
    FMRecommender fresh{options};
    fresh.users_ = {users_.attributes, std::move(tables[0]), std::move(tables[2])};
    fresh.items_ = {items_.attributes, std::move(tables[1]), std::move(tables[3])};
    this->take(fresh, std::move(stored));
    *this = std::move(fresh);
  }

 private:
  static constexpr int most_epochs = 1000000;

  using Side = detail::FeatureVectors<T>;

  [[nodiscard]] detail::FeatureStep<T> step() const {
    return {static_cast<T>(o_.learning_rate), static_cast<T>(o_.regularization)};
  }

  void learn(Interactions&& train, int epochs) {
    const Index d = o_.factors;
    users_.grow(train.users());
    items_.grow(train.items());
    // Users start at random, and that moves the items.
    const double deviation = o_.init_scale / std::sqrt(static_cast<double>(d));
    for (Index user = 0; user < train.users(); ++user) {
      if (train.items_of(user).empty() || !users_.own.row(user).isZero(0)) continue;
      Rng rng{o_.seed, static_cast<std::uint64_t>(user) + 1};
      for (T& v : users_.own.row(user).head(d)) v = static_cast<T>(deviation * rng.normal());
    }
    std::vector<std::int32_t> known(train.all_items().begin(), train.all_items().end());
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());

    Side user_squares = users_.ones();
    Side item_squares = items_.ones();
    const auto move = step();
    RowVector<T> x(d + 1);
    RowVector<T> y(d + 1);
    RowVector<T> z(d + 1);
    RowVector<T> gradient(d + 1);
    auto pairs = train.pairs();
    Rng rng{o_.seed};
    const auto any = [&] { return known[rng.below(known.size())]; };
    const auto begin = std::chrono::steady_clock::now();
    for (int epoch = 1; epoch <= epochs; ++epoch) {
      rng.shuffle(pairs);
      double loss = 0;
      for (const auto& pair : pairs) {
        const auto had = train.items_of(pair.user);
        const auto other =
            detail::draw_new(any, [&](std::int32_t item) { return detail::holds(had, item); });
        if (other < 0) continue;
        users_.sum(pair.user, x);
        x[d] = 1;
        items_.sum(pair.item, y);
        items_.sum(other, z);
        const T m = x.dot(y - z);
        loss += static_cast<double>(softplus(-m));
        const T slope = -sigmoid(-m);
        users_.visit(pair.user, [&](auto table, Index row, T a) {
          gradient = (slope * a) * (y - z);
          gradient[d] = 0;
          move(users_.*table, user_squares.*table, row, gradient);
        });
        const auto learn_item = [&](Index item, const RowVector<T>& sum, T error) {
          items_.visit(item, [&](auto table, Index row, T a) {
            gradient = (error * a) * (x + sum - a * (items_.*table).row(row));
            gradient[d] = error * a;
            move(items_.*table, item_squares.*table, row, gradient);
          });
        };
        learn_item(pair.item, y, slope);
        learn_item(other, z, -slope);
      }
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
      if (!o_.progress({.what = "epoch",
                        .step = epoch,
                        .total = epochs,
                        .seconds = seconds.count(),
                        .value = loss / static_cast<double>(std::max<Index>(1, train.size()))}))
        break;
    }
    this->user_factors_ = users_.sums();
    this->user_factors_.col(d).setOnes();
    this->item_factors_ = items_.sums();
    this->train_ = std::move(train);
  }

  Options o_;
  Side users_;
  Side items_;
};

static_assert(Recommender<FMRecommender<float>> && Recommender<FMRecommender<double>>);

}  // namespace loyal
