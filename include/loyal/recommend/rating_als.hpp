// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "rating_factors.hpp"

namespace loyal {

/// Matrix factorization with biases, for ratings, by alternating least squares (ALS-WR):
///
///   r_ui = m + b_u + b_i + p_u . q_i
///   L = sum over ratings (r - r_ui)^2
///   + sum over u: n_u (l |p_u|^2 + l_b b_u^2)
///   + sum over i: n_i (l |q_i|^2 + l_b b_i^2)
///
/// m is the mean rating, n_u and n_i count the ratings of a user and of an item. An epoch solves all users exactly for
/// the items found, bias and factors together, then all items for the users found: L never rises. For ALS on
/// dealings without ratings see ALS.
/// fit() ends with the users: fold_in() of a known user's ratings gives that user's factors to the last bit. Who has no
/// ratings has zero factors and no bias. A seed gives the same bits for any number of threads.
/// @throws OptionError for options out of their domains; DataError without users or items.
/// Source: Zhou, Wilkinson, Schreiber & Pan, "Large-scale parallel collaborative filtering for the Netflix Prize",
/// AAIM 2008, section 3 (the weighting of l); biases: Koren, Bell & Volinsky, Computer 42(8), 2009, equation 5.
/// Defaults tuned on MovieLens 100K.
/// Cost of an epoch: 4 d^2 flops a rating and d^3 / 3 for each user and item.
///
///     const std::vector<loyal::Interaction> ratings{{0, 0, 5}, {0, 1, 1}, {1, 0, 5}, {1, 1, 1}, {2, 0, 4}};
///     const loyal::Interactions train(3, 2, ratings);
///     loyal::RatingALS<float> model{{.factors = 4}};
///     model.fit(train);
///     if (model.predict(2, 0) < model.predict(2, 1)) return 1;
///     const auto known = model.fold_in({train.items_of(1), train.values_of(1)});
///     if (known.factors != model.profile(1).factors) return 2;
template <Scalar T>
class RatingALS : public RatingFactors<RatingALS<T>, T> {
 public:
  struct Options {
    Index factors = 50;                 ///< d, >= 1
    double regularization = 0.14;       ///< l, > 0
    bool biases = true;                 ///< whether users and items have one; else b = 0
    double bias_regularization = 0.06;  ///< l_b, > 0
    double init_scale = 0.1;            ///< standard deviation of items' factors at the start, > 0
    int epochs = 10;                    ///< >= 1
    std::uint64_t seed = 1;             ///< of the start
    int threads = 0;                    ///< at most; 0: as many as the machine has
  };

  RatingALS() = default;
  explicit RatingALS(const Options& options) : o_(options) {
    detail::expect_rating_options("RatingALS", o_);
    detail::expect_option("RatingALS", "threads", o_.threads, o_.threads >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return o_; }

  void fit(const Interactions& train) {
    detail::expect_ratings("RatingALS::fit", train);
    RatingALS fresh{o_};
    fresh.learn(train);
    *this = std::move(fresh);
  }

  /// Goes on with further ratings, of the same or further users and items, over all that are known; of a pair that is
  /// rated again the later rating counts.
  void partial_fit(const Interactions& more) {
    if (this->train_.items() == 0) return fit(more);
    RatingALS next = *this;
    next.learn(detail::with_more(*this, more));
    *this = std::move(next);
  }

  /// L of the factors as they stand.
  [[nodiscard]] double loss() const {
    this->expect_fitted("loss");
    const Index d = this->item_factors_.cols() - 2;
    double sum = 0;
    const auto add_penalty = [&](const auto& row, Index bias) {
      sum += o_.regularization * static_cast<double>(row.head(d).squaredNorm()) +
             o_.bias_regularization * static_cast<double>(row[bias] * row[bias]);
    };
    for (Index user = 0; user < this->train_.users(); ++user) {
      const auto items = this->train_.items_of(user);
      const auto ratings = this->train_.values_of(user);
      const auto x = this->user_factors_.row(user);
      for (std::size_t k = 0; k < items.size(); ++k) {
        const auto y = this->item_factors_.row(items[k]);
        const auto error = static_cast<double>(static_cast<T>(ratings[k]) - this->mean_ - x.dot(y));
        sum += error * error;
        add_penalty(x, d);
        add_penalty(y, d + 1);
      }
    }
    return sum;
  }

 private:
  void learn(const Interactions& train) {
    Matrix<T>& x = this->user_factors_;
    Matrix<T>& y = this->item_factors_;
    draw(train.items());
    this->measure_ratings(train);
    x.resize(train.users(), y.cols());
    const Interactions turned = train.transposed();
    for (int epoch = 0; epoch < o_.epochs; ++epoch) {
      solve_rows(train, this->user_side(), x);
      solve_rows(turned, this->item_side(), y);
    }
    solve_rows(train, this->user_side(), x);
    this->train_ = train;
  }

  /// Starting values of items that had no ratings so far.
  void draw(Index items) {
    Matrix<T>& y = this->item_factors_;
    const Index d = y.rows() > 0 ? y.cols() - 2 : o_.factors;
    std::vector<bool> known(static_cast<std::size_t>(items), false);
    for (const auto item : this->train_.all_items()) known[static_cast<std::size_t>(item)] = true;
    y.conservativeResize(items, d + 2);
    Rng rng{o_.seed};
    for (Index i = 0; i < items; ++i) {
      if (known[static_cast<std::size_t>(i)]) continue;
      for (Index f = 0; f < d; ++f) y(i, f) = static_cast<T>(o_.init_scale) * rng.normal<T>();
      y(i, d) = 1;
      y(i, d + 1) = 0;
    }
  }

  void solve_rows(const Interactions& ratings, const detail::RatingSide<T>& side,
                  Matrix<T>& solved) const {
    parallel_for(solved.rows(), {.threads = o_.threads, .grain = 16}, [&](Index begin, Index end) {
      detail::RatingSolver<T> solver(side);
      for (Index row = begin; row < end; ++row)
        solver.solve(ratings.items_of(row), ratings.values_of(row), nullptr,
                     solved.row(row).data());
    });
  }

  Options o_;
};

static_assert(Recommender<RatingALS<float>> && Recommender<RatingALS<double>>);

}  // namespace loyal
