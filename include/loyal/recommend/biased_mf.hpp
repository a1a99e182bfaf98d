// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "rating_factors.hpp"

namespace loyal {

/// Matrix factorization with biases, for ratings, by stochastic gradient descent over single ratings:
///
///   r_ui = m + b_u + b_i + q_i . p_u,     e = r - r_ui
///   b <- b + lr (e - l_b b),   p_u <- p_u + lr (e q_i - l p_u),   q_i <- q_i + lr (e p_u - l q_i)
///
/// fit() ends with the users, each solved exactly for the items found: fold_in() of a known user's ratings gives that
/// user's factors to the last bit.
/// @throws OptionError for options out of their domains; DataError without users or items.
/// Source: Koren, Bell & Volinsky, Computer 42(8), 2009, equations 3-5 (FunkSVD with biases). Defaults tuned on
/// MovieLens 100K.
/// Cost: 8 d flops a rating and epoch, one thread; the order of the ratings is drawn anew each epoch.
///
///     const std::vector<loyal::Interaction> ratings{{0, 0, 5}, {0, 1, 1}, {1, 0, 5}, {1, 1, 1}, {2, 0, 4}};
///     loyal::BiasedMF<float> model{{.factors = 4}};
///     model.fit(loyal::Interactions(3, 2, ratings));
///     if (model.predict(2, 0) < model.predict(2, 1)) return 1;
template <Scalar T>
class BiasedMF : public RatingFactors<BiasedMF<T>, T> {
 public:
  struct Options {
    Index factors = 100;                ///< d, >= 1
    double learning_rate = 0.02;        ///< of the first epoch, > 0
    double decay = 0.95;                ///< of the rate from epoch to epoch, in (0, 1]
    double regularization = 0.06;       ///< l, > 0
    double bias_regularization = 0.03;  ///< l_b, > 0
    double init_scale = 0.05;           ///< standard deviation of factors at the start, > 0
    int epochs = 20;                    ///< >= 1
    std::uint64_t seed = 1;             ///< of the start and the order of ratings
  };

  BiasedMF() = default;
  explicit BiasedMF(const Options& options) : o_(options) {
    detail::expect_rating_options("BiasedMF", o_);
  }

  [[nodiscard]] const Options& options() const noexcept { return o_; }

  void fit(const Interactions& train) {
    detail::expect_ratings("BiasedMF::fit", train);
    BiasedMF fresh{o_};
    fresh.learn(train);
    *this = std::move(fresh);
  }

  /// Goes on with further ratings, of the same or further users and items, over all that are known; of a pair that is
  /// rated again the later rating counts.
  void partial_fit(const Interactions& more) {
    if (this->train_.items() == 0) return fit(more);
    BiasedMF next = *this;
    next.learn(detail::with_more(*this, more));
    *this = std::move(next);
  }

 private:
  void learn(const Interactions& train) {
    // Those of a file may be of another number.
    const Index d = this->item_factors_.rows() > 0 ? this->item_factors_.cols() - 2 : o_.factors;
    Rng rng{o_.seed};
    const auto grow = [&](Matrix<T>& factors, Index rows) {
      const Index known = factors.rows();
      factors.conservativeResize(rows, d + 2);
      for (Index r = known; r < rows; ++r) {
        for (Index f = 0; f < d; ++f)
          factors(r, f) = static_cast<T>(o_.init_scale) * rng.normal<T>();
        factors.row(r).tail(2).setZero();
      }
    };
    Matrix<T>& x = this->user_factors_;
    Matrix<T>& y = this->item_factors_;
    grow(x, train.users());
    grow(y, train.items());
    this->measure_ratings(train);
    auto ratings = train.pairs();
    T rate = static_cast<T>(o_.learning_rate);
    const T l = static_cast<T>(o_.regularization);
    const T l_bias = static_cast<T>(o_.bias_regularization);
    for (int epoch = 0; epoch < o_.epochs; ++epoch, rate *= static_cast<T>(o_.decay)) {
      rng.shuffle(ratings);
      for (const Interaction& rating : ratings) {
        T* const p = x.row(rating.user).data();
        T* const q = y.row(rating.item).data();
        T& b_user = p[d];
        T& b_item = q[d + 1];
        using Part = Eigen::Map<RowVector<T>>;
        const T error = static_cast<T>(rating.value) - this->mean_ - b_user - b_item -
                        Part(p, d).dot(Part(q, d));
        b_user += rate * (error - l_bias * b_user);
        b_item += rate * (error - l_bias * b_item);
        for (Index f = 0; f < d; ++f) {
          const T old = p[f];
          p[f] += rate * (error * q[f] - l * old);
          q[f] += rate * (error * old - l * q[f]);
        }
      }
    }
    y.col(d).setOnes();
    for (Index user = 0; user < train.users(); ++user)
      x.row(user) = this->solve({train.items_of(user), train.values_of(user)});
    this->train_ = train;
  }

  Options o_;
};

static_assert(Recommender<BiasedMF<float>> && Recommender<BiasedMF<double>>);

}  // namespace loyal
