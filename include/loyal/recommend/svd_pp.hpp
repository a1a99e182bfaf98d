// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "rating_factors.hpp"

namespace loyal {

/// SVD++: factors for ratings that also learn from which items somebody rated at all:
///
///   r_ui = m + b_u + b_i + q_i . (p_u + z_u),     z_u = |N_u|^(-1/2) sum over j in N_u of w_j
///
/// N_u are the items that u rated, w_j the factors of having chosen item j. Steps of stochastic gradient descent go
/// from user to user: z_u moves with each of their ratings, and the w_j share what it moved by at the end.
/// fit() ends with the users, each solved exactly for the items found: fold_in() of a known user's ratings gives that
/// user's factors to the last bit.
/// @throws OptionError for options out of their domains; DataError without users or items.
/// Source: Koren, KDD 2008, equation 15; defaults tuned on MovieLens 100K.
/// Cost: 12 d flops a rating and epoch, one thread.
///
///     const std::vector<loyal::Interaction> ratings{{0, 0, 5}, {0, 1, 1}, {1, 0, 5}, {1, 1, 1}, {2, 0, 4}};
///     loyal::SVDpp<float> model{{.factors = 4}};
///     model.fit(loyal::Interactions(3, 2, ratings));
///     if (model.predict(2, 0) < model.predict(2, 1)) return 1;
template <Scalar T>
class SVDpp : public RatingFactors<SVDpp<T>, T> {
 public:
  struct Options {
    Index factors = 40;                 ///< d, >= 1
    double learning_rate = 0.02;        ///< of the first epoch, > 0
    double decay = 0.95;                ///< of the rate from epoch to epoch, in (0, 1]
    double regularization = 0.1;        ///< l of p, q and w, > 0
    double bias_regularization = 0.03;  ///< l_b, > 0
    double init_scale = 0.03;           ///< standard deviation of factors at the start, > 0
    int epochs = 25;                    ///< >= 1
    std::uint64_t seed = 1;             ///< of the start and the order of users and ratings
  };

  SVDpp() = default;
  explicit SVDpp(const Options& options) : o_(options) {
    detail::expect_rating_options("SVDpp", o_);
  }

  [[nodiscard]] const Options& options() const noexcept { return o_; }
  /// w_j, items x factors.
  [[nodiscard]] const Matrix<T>& chosen_factors() const noexcept { return w_; }

  void fit(const Interactions& train) {
    detail::expect_ratings("SVDpp::fit", train);
    SVDpp fresh{o_};
    fresh.learn(train);
    *this = std::move(fresh);
  }

  /// Goes on with further ratings, of the same or further users and items, over all that are known; of a pair that is
  /// rated again the later rating counts.
  void partial_fit(const Interactions& more) {
    if (this->train_.items() == 0) return fit(more);
    SVDpp next = *this;
    // The rows of known users hold p + z; descent goes on from p.
    for (Index user = 0; user < this->train_.users(); ++user)
      next.user_factors_.row(user).head(w_.cols()) -= chosen(this->train_.items_of(user));
    next.learn(detail::with_more(*this, more));
    *this = std::move(next);
  }

  void save(const std::string& path) const {
    this->expect_fitted("save");
    std::vector<double> numbers{static_cast<double>(this->mean_),
                                static_cast<double>(this->lowest_),
                                static_cast<double>(this->highest_)};
    for (Index i = 0; i < w_.size(); ++i) numbers.push_back(static_cast<double>(w_.data()[i]));
    this->write(path, numbers);
  }

  /// Reads what save() wrote; options stay those of this object.
  /// @throws FormatError, ShapeError or DataError if the file is damaged; the model is then unchanged.
  void load(const std::string& path) {
    const auto shape = Safetensors(path).info("item_factors").shape;
    if (shape.size() != 2 || shape[1] < 3)
      detail::fail<FormatError>(path, "the shape of item_factors", detail::shape_text(shape),
                                "three columns at least");
    auto stored = this->read(
        path, SVDpp::stored_numbers + static_cast<std::size_t>(shape[0] * (shape[1] - 2)));
    Matrix<T> w(shape[0], shape[1] - 2);
    for (Index i = 0; i < w.size(); ++i)
      w.data()[i] =
          static_cast<T>(stored.options[SVDpp::stored_numbers + static_cast<std::size_t>(i)]);
    this->take_numbers(path, stored.options);
    w_ = std::move(w);
    this->take(*this, std::move(stored));
  }

  /// z for a choice of items.
  [[nodiscard]] RowVector<T> chosen(std::span<const std::int32_t> items) const {
    RowVector<T> sum = RowVector<T>::Zero(w_.cols());
    for (const auto item : items) sum += w_.row(item);
    if (!items.empty()) sum /= std::sqrt(static_cast<T>(items.size()));
    return sum;
  }

 private:
  void learn(const Interactions& train) {
    const Index d = w_.rows() > 0 ? w_.cols() : o_.factors;  // a file may hold another number
    Rng rng{o_.seed};
    const auto grow = [&](Matrix<T>& factors, Index rows, Index cols) {
      const Index known = factors.rows();
      factors.conservativeResize(rows, cols);
      for (Index r = known; r < rows; ++r) {
        factors.row(r).setZero();
        for (Index f = 0; f < d; ++f)
          factors(r, f) = static_cast<T>(o_.init_scale) * rng.normal<T>();
      }
    };
    Matrix<T>& x = this->user_factors_;
    Matrix<T>& y = this->item_factors_;
    grow(x, train.users(), d + 2);
    grow(y, train.items(), d + 2);
    grow(w_, train.items(), d);
    this->measure_ratings(train);
    std::vector<Index> users(static_cast<std::size_t>(train.users()));
    std::iota(users.begin(), users.end(), Index{0});
    T rate = static_cast<T>(o_.learning_rate);
    for (int epoch = 0; epoch < o_.epochs; ++epoch, rate *= static_cast<T>(o_.decay)) {
      rng.shuffle(users);
      for (const Index user : users) descend(train, user, rate, rng);
    }
    y.col(d).setOnes();
    for (Index user = 0; user < train.users(); ++user)
      x.row(user) = this->solve({train.items_of(user), train.values_of(user)});
    this->train_ = train;
  }

  /// One step for each rating of a user.
  void descend(const Interactions& train, Index user, T rate, Rng& rng) {
    const auto items = train.items_of(user);
    const auto ratings = train.values_of(user);
    if (items.empty()) return;
    const Index d = w_.cols();
    const T l = static_cast<T>(o_.regularization);
    const T l_bias = static_cast<T>(o_.bias_regularization);
    const RowVector<T> before = chosen(items);
    RowVector<T> z = before;
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    rng.shuffle(order);
    T* const p = this->user_factors_.row(user).data();
    for (const auto k : order) {
      T* const q = this->item_factors_.row(items[k]).data();
      T dot = 0;
      for (Index f = 0; f < d; ++f) dot += (p[f] + z[f]) * q[f];
      const T error = static_cast<T>(ratings[k]) - this->mean_ - p[d] - q[d + 1] - dot;
      p[d] += rate * (error - l_bias * p[d]);
      q[d + 1] += rate * (error - l_bias * q[d + 1]);
      for (Index f = 0; f < d; ++f) {
        const T both = p[f] + z[f];
        p[f] += rate * (error * q[f] - l * p[f]);
        z[f] += rate * (error * q[f] - l * z[f]);
        q[f] += rate * (error * both - l * q[f]);
      }
    }
    // z = |N|^(-1/2) sum of w: each of |N| rows takes |N|^(-1/2) of the change.
    z = (z - before) / std::sqrt(static_cast<T>(items.size()));
    for (const auto item : items) w_.row(item) += z;
  }

  Options o_;
  Matrix<T> w_;  // items x factors
};

static_assert(Recommender<SVDpp<float>> && Recommender<SVDpp<double>>);

}  // namespace loyal
