// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "../data/interactions.hpp"
#include "../math/functions.hpp"
#include "../math/lbfgs.hpp"
#include "../math/truncated_svd.hpp"
#include "detail/row_adam.hpp"
#include "detail/shared_negatives.hpp"
#include "detail/ultra_gcn_loss.hpp"
#include "detail/user_batches.hpp"
#include "factor_recommender.hpp"

namespace loyal {

/// UltraGCN: what infinitely many layers of a graph network would converge to is asked of the vectors by their loss.
///
///   s_uj = x_u . y_j,   beta_uj = 1/d_u sqrt((d_u + 1) / (d_j + 1))
///
///   loss = - sum over pairs (u, i) of (w1 + w2 beta_ui) log sigmoid(s_ui)
///          - sum over pairs of negative_weight mean over negatives j of (w3 + w4 beta_uj) log sigmoid(-s_uj)
///          - item_weight sum over pairs, over the neighbors j of i, of omega_ij log sigmoid(s_uj)
///          + pairs regularization / 2 (|x|^2 + |y|^2)
///   omega_ij = G_ij / (g_i - G_ii) sqrt(g_i / g_j)     G = R^T R, g its row sums; the strongest neighbors
///
///   d   numbers of pairs of users and items; x  users x factors, y  items x factors
///
/// A pair counts once, whatever its value. Vectors start at the best scores without users and the truncated SVD of the
/// degree-normalized matrix; or, with spectral_start off, at random as in the paper. A stranger is the vector of least
/// loss against the items as they are, found by L-BFGS. partial_fit() goes on from the vectors there are.
/// @throws OptionError; DataError without users or items.
/// Source: Mao et al., UltraGCN: Ultra Simplification of Graph Convolutional Networks for Recommendation, CIKM 2021,
/// and the authors' program, whose loss has the weights w1 .. w4 and whose gamma of 1e-4 beside 512 pairs is the
/// regularization here. Users are trained with all their pairs at once, against negatives that a batch of them shares,
/// see detail::SharedNegatives, by detail::RowAdam; each time a pair is met one of the item's neighbors is drawn.
/// Cost: an epoch is 6 users x negatives x factors flops as matrix products, and 8 pairs x factors.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {2, 3}, {2, 4}};
///     loyal::UltraGCN<float> model(
///         {.factors = 8, .negative_weight = 2, .item_weight = 1, .learning_rate = 0.05});
///     model.fit(loyal::Interactions(3, 5, pairs));
///     if (model.recommend(0, 1)[0].index != 2) return 1;
template <Scalar T>
class UltraGCN : public FactorRecommender<UltraGCN<T>, T> {
 public:
  struct Options {
    Index factors = 64;               ///< numbers of a vector, >= 1
    double positive_constant = 1e-6;  ///< w1, >= 0
    double positive_degree = 1;       ///< w2, >= 0
    double negative_constant = 1e-6;  ///< w3, >= 0
    double negative_degree = 1;       ///< w4, >= 0
    double negative_weight = 300;     ///< of all negatives beside one pair, >= 0
    double item_weight = 5e-4;        ///< lambda, of the graph of items; >= 0
    Index neighbors = 10;             ///< of an item in that graph, >= 0
    double regularization =
        2e-7;  ///< of all vectors' squared lengths / 2 beside the mean loss of a pair, >= 0
    bool spectral_start = true;  ///< whether vectors start at a truncated SVD
    Index negatives = 4096;      ///< items that a batch shares as negatives, >= 1
    Index batch_users = 128;     ///< users of one step, >= 1
    int epochs = 50;             ///< passes through the users, >= 0
    double learning_rate =
        0.003;               ///< Adam's; falls to a twentieth in the course of the epochs; > 0
    std::uint64_t seed = 1;  ///< of the start, the order of users and the negatives
    int threads = 0;         ///< at most; 0: as many as the machine has
    ProgressCallback progress =
        {};  ///< told after each epoch of the mean loss of a pair; false stops
  };

  UltraGCN() = default;
  explicit UltraGCN(const Options& options) : options_(options) {
    constexpr const char* where = "UltraGCN";
    detail::expect_option(where, "factors", options.factors, options.factors >= 1, ">= 1");
    const auto weight = [&](const char* name, double value) {
      detail::expect_option(where, name, value, value >= 0 && std::isfinite(value), ">= 0");
    };
    weight("positive_constant", options.positive_constant);
    weight("positive_degree", options.positive_degree);
    weight("negative_constant", options.negative_constant);
    weight("negative_degree", options.negative_degree);
    weight("negative_weight", options.negative_weight);
    weight("item_weight", options.item_weight);
    weight("regularization", options.regularization);
    detail::expect_option(where, "neighbors", options.neighbors, options.neighbors >= 0, ">= 0");
    detail::expect_option(where, "negatives", options.negatives, options.negatives >= 1, ">= 1");
    detail::expect_option(where, "batch_users", options.batch_users, options.batch_users >= 1,
                          ">= 1");
    detail::expect_option(where, "epochs", options.epochs, options.epochs >= 0, ">= 0");
    detail::expect_option(where, "learning_rate", options.learning_rate,
                          options.learning_rate > 0 && std::isfinite(options.learning_rate), "> 0");
    detail::expect_option(where, "threads", options.threads, options.threads >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  void fit(const Interactions& train) { fit_from(train, {}, {}); }

  /// Goes on with all interactions so far; users and items that are new start at random.
  void partial_fit(const Interactions& more) {
    fit_from(this->train_.joined(more), this->user_factors_, this->item_factors_);
  }

  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    this->expect_history("fold_in", history);
    UserProfile<T> profile;
    profile.items.assign(history.items.begin(), history.items.end());
    profile.values.assign(history.values.begin(), history.values.end());
    profile.factors = best_vector(history.items);
    return profile;
  }

 private:
  using Loss = detail::UltraGCNLoss<T>;

  [[nodiscard]] Loss loss_for(const Interactions& train, bool with_neighbors) const {
    Loss loss{static_cast<T>(options_.positive_constant),
              static_cast<T>(options_.positive_degree),
              static_cast<T>(options_.negative_constant),
              static_cast<T>(options_.negative_degree),
              static_cast<T>(options_.negative_weight),
              static_cast<T>(options_.item_weight),
              {},
              {},
              {}};
    loss.find_degrees(train);
    if (with_neighbors && loss.item_weight > 0)
      loss.find_neighbors(train, options_.neighbors, options_.threads);
    return loss;
  }

  /// Adds rows of small random numbers up to so many.
  void grow(Matrix<T>& table, Index rows, Rng& rng) const {
    const Index before = table.rows();
    const Index factors = before > 0 ? table.cols() : options_.factors;
    table.conservativeResize(rows, factors);
    const T deviation = T(0.1) / std::sqrt(static_cast<T>(factors));
    for (Index i = before; i < rows; ++i)
      for (Index d = 0; d < factors; ++d) table(i, d) = deviation * rng.normal<T>();
  }

  /// The first factor is 1 for users, and for an item the score of least loss among those that are the same for all
  /// users. The others are at the SVD of D_U^-1/2 R D_I^-1/2 without its first vectors, which know degrees only: users
  /// at length 1, items with the roots of their degrees, of length 1 in the mean.
  void start_at_svd(const Interactions& train, const Loss& loss, Matrix<T>& x, Matrix<T>& y) const {
    SparseMatrix<T> a = train.matrix<T>();
    Vector<double> pull = Vector<double>::Zero(train.items());
    double push = 0;
    for (Index user = 0; user < train.users(); ++user) {
      const auto degree = static_cast<double>(train.items_of(user).size());
      for (typename SparseMatrix<T>::InnerIterator entry(a, user); entry; ++entry) {
        entry.valueRef() = loss.by_item[entry.col()] / static_cast<T>(std::sqrt(degree));
        pull[entry.col()] +=
            static_cast<double>(loss.positive_constant + loss.positive_degree * loss.by_user[user] *
                                                             loss.by_item[entry.col()]);
      }
      push += degree * static_cast<double>(loss.by_user[user]);
    }
    const auto svd = truncated_svd(
        a, {.rank = options_.factors, .seed = options_.seed, .threads = options_.threads});
    for (Index d = 1; d < svd.v.cols(); ++d) {
      x.col(d) += svd.singular_values[d] * svd.u.col(d);
      y.col(d) += svd.v.col(d).cwiseQuotient(loss.by_item);
    }
    x.col(0).setZero();
    y.col(0).setZero();
    const T length = std::sqrt(y.squaredNorm() / static_cast<T>(y.rows()));
    if (length > 0) y /= length;
    for (Index user = 0; user < x.rows(); ++user)
      if (x.row(user).squaredNorm() > 0) x.row(user).normalize();
    x.col(0).setOnes();
    const double share = options_.negative_weight / static_cast<double>(train.items());
    for (Index item = 0; item < train.items(); ++item) {
      const double against =
          share * (options_.negative_constant * static_cast<double>(train.size()) +
                   options_.negative_degree * static_cast<double>(loss.by_item[item]) * push);
      y(item, 0) = static_cast<T>(std::log((pull[item] + 1e-3) / (against + 1e-3)));
    }
    // The penalty is least where both sides are as long.
    const T balance = std::pow(y.col(0).squaredNorm() / static_cast<T>(x.rows()), T(0.25));
    if (balance > 0) {
      x.col(0) *= balance;
      y.col(0) /= balance;
    }
  }

  void fit_from(const Interactions& train, Matrix<T> x, Matrix<T> y) {
    if (train.users() == 0 || train.items() == 0)
      detail::fail<DataError>("UltraGCN::fit", "users x items",
                              detail::concatenate(train.users(), " x ", train.items()),
                              "one of each or more");
    Rng rng{options_.seed};
    const bool anew = x.rows() == 0;
    grow(x, train.users(), rng);
    grow(y, train.items(), rng);
    const Loss loss = loss_for(train, true);
    if (anew && options_.spectral_start && train.size() > 0) start_at_svd(train, loss, x, y);
    run(train, loss, x, y, rng);
    this->user_factors_ = std::move(x);
    this->item_factors_ = std::move(y);
    this->train_ = train;
  }

  void run(const Interactions& train, const Loss& loss, Matrix<T>& x, Matrix<T>& y,
           Rng& rng) const {
    detail::RowAdam<T> users(x.rows(), x.cols());
    detail::RowAdam<T> items(y.rows(), y.cols());
    detail::SharedNegatives<T> negatives(train.items(), options_.negatives, options_.threads);
    const detail::UserBatches batches{options_.batch_users, options_.epochs, options_.progress};
    const auto decay = static_cast<T>(penalty(train));
    const auto item_decay =
        static_cast<T>(penalty(train) / batches.times_drawn(train, negatives.negatives()));
    Matrix<T> some;
    Matrix<T> dx;
    batches.run(train, rng, [&](std::span<const std::int32_t> of, double fall) {
      const auto rate = static_cast<T>(fall * options_.learning_rate);
      negatives.begin(rng);
      loss.add_pairs(train, of, rng, negatives);
      for (const auto item : negatives.items()) items.catch_up(y, item, rate);
      some.resize(static_cast<Index>(of.size()), x.cols());
      for (Index k = 0; k < some.rows(); ++k) {
        const Index user = of[static_cast<std::size_t>(k)];
        users.catch_up(x, user, rate);
        some.row(k) = x.row(user);
      }
      const double value =
          loss.gradient(train, of, some, y, negatives, static_cast<bool>(options_.progress), dx);
      dx += decay * some;
      for (Index k = 0; k < some.rows(); ++k)
        users.step(x, of[static_cast<std::size_t>(k)], dx.row(k), rate);
      negatives.for_each_item(some, [&](Index item, RowVector<T>& g, const auto& touched) {
        if (touched.drawn) g += item_decay * y.row(item);
        items.step(y, item, g, rate);
      });
      users.end_step();
      items.end_step();
      return value;
    });
  }

  /// What the squares of all vectors weigh in a whole pass.
  [[nodiscard]] double penalty(const Interactions& train) const {
    return options_.regularization * static_cast<double>(train.size());
  }

  /// Least loss of one user's pairs, all items being negatives; without the graph of items.
  [[nodiscard]] RowVector<T> best_vector(std::span<const std::int32_t> history) const {
    const auto& y = this->item_factors_;
    if (history.empty()) return RowVector<T>::Zero(y.cols());
    const Loss loss = loss_for(this->train_, false);
    const auto d = static_cast<T>(history.size());
    const T beta = std::sqrt(d + 1) / d;
    const auto decay = static_cast<T>(std::max(penalty(this->train_), 1e-6));
    const Eigen::Array<T, Eigen::Dynamic, 1> weight =
        loss.negative_weight * d / static_cast<T>(y.rows()) *
        (loss.negative_constant + loss.negative_degree * beta * loss.by_item.array());
    Vector<T> scores(y.rows());
    const auto objective = [&](const Vector<T>& x, Vector<T>& g) {
      scores.noalias() = y * x;
      g = decay * x;
      T value = decay / 2 * x.squaredNorm() + (weight * softplus(scores.array())).sum();
      for (const auto item : history) {
        const T pair = loss.positive_constant + loss.positive_degree * beta * loss.by_item[item];
        const T score = scores[item];
        value += pair * softplus(-score);
        g -= pair * sigmoid(-score) * y.row(item).transpose();
      }
      scores = weight * sigmoid(scores.array());
      g.noalias() += y.transpose() * scores;
      return static_cast<double>(value);
    };
    return LBFGS({.max_iterations = 50})
        .minimize(objective, Vector<T>(Vector<T>::Zero(y.cols())))
        .x.transpose();
  }

  Options options_;
};

static_assert(Recommender<UltraGCN<float>>);

}  // namespace loyal
