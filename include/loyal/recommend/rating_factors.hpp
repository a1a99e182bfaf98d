// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "detail/rating_solver.hpp"
#include "factor_recommender.hpp"

namespace loyal {

/// The common part of models that tell ratings by factors and biases:
///
///   r_ui = m + b_u + b_i + q_i . (p_u + z_u)
///
/// with the mean rating m, and z_u what the choice of items alone says of a user, whatever they rated (0 in the
/// plain model). As a factor model x_u = (p_u + z_u, b_u, 1) and y_i = (q_i, 1, b_i), so that the score of an item is
/// what it is rated above the mean.
///
/// p_u and b_u of a user who is folded in solve the model's problem for the items found:
///
///   sum over ratings (r_ui - m - b_i - b - q_i . (z_u + p))^2 + n l |p|^2 + n l_b b^2,   n ratings
///
/// Its class R offers options() with `regularization` l and `bias_regularization` l_b, perhaps `biases`, and where z_u
/// is not 0 `RowVector<T> chosen(items) const`, which is z_u.
/// Source: Koren, Bell & Volinsky, Computer 42(8), 2009.
template <class R, Scalar T>
class RatingFactors : public FactorRecommender<R, T> {
 public:
  /// The mean of all ratings.
  [[nodiscard]] T mean() const noexcept { return mean_; }

  /// The rating that the user would give, within the range of those seen.
  /// @throws NotFitted; DataError for an unknown user or item.
  [[nodiscard]] T predict(Index user, Index item) const {
    return clipped(mean_ + this->score(user, item));
  }
  [[nodiscard]] T predict(const UserProfile<T>& profile, Index item) const {
    this->expect_item("predict", item);
    detail::expect_size("predict", "the number of the profile's factors", profile.factors.size(),
                        this->item_factors_.cols());
    return clipped(mean_ + profile.factors.dot(this->item_factors_.row(item)));
  }

  /// The profile of a user by their ratings, the history's values.
  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    this->expect_history("fold_in", history);
    return {solve(history),
            {history.items.begin(), history.items.end()},
            {history.values.begin(), history.values.end()}};
  }

  /// What choosing items says without their ratings: nothing.
  [[nodiscard]] RowVector<T> chosen(std::span<const std::int32_t>) const { return {}; }

  void save(const std::string& path) const {
    this->expect_fitted("save");
    const double numbers[] = {static_cast<double>(mean_), static_cast<double>(lowest_),
                              static_cast<double>(highest_)};
    this->write(path, numbers);
  }

  /// Reads what save() wrote; options stay those of this object.
  /// @throws FormatError, ShapeError or DataError if the file is damaged; the model is then unchanged.
  void load(const std::string& path) {
    auto stored = this->read(path, stored_numbers);
    if (stored.item_factors.cols() < 3)
      detail::fail<FormatError>(path, "the number of factors", stored.item_factors.cols(),
                                ">= 3: biases are two of them");
    take_numbers(path, stored.options);
    this->take(*this, std::move(stored));
  }

 protected:
  /// Numbers a reader needs beside the factors.
  static constexpr std::size_t stored_numbers = 3;

  /// @throws FormatError if they are of no ratings; nothing changes then.
  void take_numbers(const std::string& path, std::span<const double> numbers) {
    if (!(numbers[1] <= numbers[2]))
      detail::fail<FormatError>(path, "the lowest rating", numbers[1], "at most the highest");
    mean_ = static_cast<T>(numbers[0]);
    lowest_ = static_cast<T>(numbers[1]);
    highest_ = static_cast<T>(numbers[2]);
  }

  void measure_ratings(const Interactions& train) {
    const auto ratings = train.all_values();
    double sum = 0;
    for (const float rating : ratings) sum += static_cast<double>(rating);
    const auto [low, high] = std::minmax_element(ratings.begin(), ratings.end());
    mean_ = ratings.empty() ? T(0) : static_cast<T>(sum / static_cast<double>(ratings.size()));
    lowest_ = ratings.empty() ? T(0) : static_cast<T>(*low);
    highest_ = ratings.empty() ? T(0) : static_cast<T>(*high);
  }

  /// The users' side for items found, or the items' side for users found.
  [[nodiscard]] detail::RatingSide<T> user_side() const {
    return side(this->item_factors_, this->item_factors_.cols() - 2);
  }
  [[nodiscard]] detail::RatingSide<T> item_side() const {
    return side(this->user_factors_, this->user_factors_.cols() - 1);
  }

  /// x_u for the items found.
  [[nodiscard]] RowVector<T> solve(const UserHistory& history) const {
    RowVector<T> x(this->item_factors_.cols());
    const RowVector<T> z = static_cast<const R&>(*this).chosen(history.items);
    detail::RatingSolver<T>(user_side())
        .solve(history.items, history.values, z.size() == 0 ? nullptr : z.data(), x.data());
    return x;
  }

  T mean_ = 0;
  T lowest_ = 0;
  T highest_ = 0;

 private:
  /// What solves for rows whose bias is in the column given, while @p held stays.
  [[nodiscard]] detail::RatingSide<T> side(const Matrix<T>& held, Index bias) const {
    const auto& o = static_cast<const R&>(*this).options();
    bool biased = true;
    if constexpr (requires { o.biases; }) biased = o.biases;
    return {.held = &held,
            .bias = bias,
            .held_bias = 2 * held.cols() - 3 - bias,
            .mean = mean_,
            .regularization = static_cast<T>(o.regularization),
            .bias_regularization = static_cast<T>(o.bias_regularization),
            .biased = biased};
  }

  [[nodiscard]] T clipped(T rating) const { return std::clamp(rating, lowest_, highest_); }
};

namespace detail {

template <class Options>
void expect_rating_options(const char* where, const Options& o) {
  expect_option(where, "factors", o.factors, o.factors >= 1, ">= 1");
  if constexpr (requires { o.learning_rate; }) {
    expect_option(where, "learning_rate", o.learning_rate, o.learning_rate > 0, "> 0");
    expect_option(where, "decay", o.decay, o.decay > 0 && o.decay <= 1, "in (0, 1]");
  }
  expect_option(where, "regularization", o.regularization, o.regularization > 0, "> 0");
  expect_option(where, "bias_regularization", o.bias_regularization, o.bias_regularization > 0,
                "> 0");
  expect_option(where, "init_scale", o.init_scale, o.init_scale > 0, "> 0");
  expect_option(where, "epochs", o.epochs, o.epochs >= 1, ">= 1");
}

inline void expect_ratings(const char* where, const Interactions& train) {
  if (train.users() == 0 || train.items() == 0)
    fail<DataError>(where, "the number of users and items", to_text({train.users(), train.items()}),
                    ">= 1 each");
}

/// Users and items of both, ratings of both; the later rating of a pair.
template <class Model>
Interactions with_more(const Model& model, const Interactions& more) {
  return model.train().joined(more, Duplicates::last);
}

}  // namespace detail
}  // namespace loyal
