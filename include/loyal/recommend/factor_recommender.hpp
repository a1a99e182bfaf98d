// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/model_file.hpp"
#include "../core/types.hpp"
#include "../data/interactions_file.hpp"
#include "../math/matrix_product.hpp"
#include "../math/nearest.hpp"
#include "recommender.hpp"

namespace loyal {

/// The common part of recommenders that give each user and item a vector and score by their product:
///
///   score(user, item) = x_user . y_item
///
///   user_factors   users x factors
///   item_factors   items x factors
///
/// A bias of the items is one more factor, which is 1 for all users. Its class `R` fits the factors and folds in
/// users; it may explain in its own way, here the nearness of a past item to this one speaks for it:
///
///   explain: weight of a past item j for item i = cosine(y_i, y_j)
///
/// Source: Koren, Bell & Volinsky, Computer 42(8), 2009.
template <class R, Scalar T>
class FactorRecommender : public RecommenderBase<R, T> {
 public:
  [[nodiscard]] const Interactions& train() const noexcept { return train_; }
  [[nodiscard]] const Matrix<T>& user_factors() const noexcept { return user_factors_; }
  [[nodiscard]] const Matrix<T>& item_factors() const noexcept { return item_factors_; }

  [[nodiscard]] UserProfile<T> profile(Index user) const {
    this->expect_user("profile", user);
    const auto items = train_.items_of(user);
    const auto values = train_.values_of(user);
    return {user_factors_.row(user), {items.begin(), items.end()}, {values.begin(), values.end()}};
  }

  void score_items(const UserProfile<T>& profile, std::span<T> scores) const {
    detail::expect_size("score_items", "the number of the profile's factors",
                        profile.factors.size(), item_factors_.cols());
    detail::expect_size("score_items", "the number of scores", scores.size(), item_factors_.rows());
    Eigen::Map<Vector<T>>(scores.data(), static_cast<Index>(scores.size())).noalias() =
        item_factors_ * profile.factors.transpose();
  }

  void score_block(Index first, Matrix<T>& scores) const {
    multiply(user_factors_.middleRows(first, scores.rows()), item_factors_.transpose(), scores);
  }

  [[nodiscard]] T score(Index user, Index item) const {
    this->expect_user("score", user);
    this->expect_item("score", item);
    return user_factors_.row(user).dot(item_factors_.row(item));
  }

  /// By the cosine of their factors.
  [[nodiscard]] std::vector<Scored<T>> similar_items(Index item, Index k) const {
    this->expect_item("similar_items", item);
    detail::expect_option("similar_items", "k", k, k >= 0, ">= 0");
    const auto near = nearest_rows<T>(item_factors_, item_factors_.middleRows(item, 1),
                                      {.k = std::min(k, this->items()) + 1, .threads = 1});
    std::vector<Scored<T>> others;
    for (Index i = 0; i < near.index.cols() && std::cmp_less(others.size(), k); ++i)
      if (near.index(0, i) >= 0 && near.index(0, i) != item)
        others.push_back({near.index(0, i), near.score(0, i)});
    return others;
  }

  /// The k items of the profile's history that speak most for @p item, best first.
  [[nodiscard]] std::vector<Scored<T>> explain(const UserProfile<T>& profile, Index item,
                                               Index k) const {
    this->expect_item("explain", item);
    this->expect_history("explain", profile.history());
    detail::expect_option("explain", "k", k, k >= 0, ">= 0");
    TopK<T> best(std::min(k, static_cast<Index>(profile.items.size())));
    const auto own = item_factors_.row(item);
    for (const auto past : profile.items) {
      const auto other = item_factors_.row(past);
      const T norms = std::sqrt(own.squaredNorm() * other.squaredNorm());
      best.push(past, norms > 0 ? own.dot(other) / norms : T(0));
    }
    const auto sorted = best.sorted();
    return {sorted.begin(), sorted.end()};
  }

  /// Writes factors, what the model was fitted to, and the names, as one safetensors file, atomically.
  /// @throws NotFitted; FormatError if the file cannot be written.
  void save(const std::string& path) const {
    this->expect_fitted("save");
    write(path, {});
  }

  /// Reads what save() wrote; options stay those of this object.
  /// @throws FormatError, ShapeError or DataError if the file is damaged; the model is then unchanged.
  void load(const std::string& path) { take(*this, read(path, 0)); }

 protected:
  /// What a file holds.
  struct Stored {
    Interactions train;
    Matrix<T> user_factors;
    Matrix<T> item_factors;
    std::vector<double> options;  // whatever numbers the model keeps beside
    std::vector<Matrix<T>>
        arrays;  // and whatever matrices, of as many columns as there are factors
  };
  struct Array {
    const char* name;
    const Matrix<T>* matrix;
  };

  void write(const std::string& path, std::span<const double> options,
             std::initializer_list<Array> arrays = {}) const {
    SafetensorsWriter file;
    const StoredInteractions stored(train_);
    stored.add_to(file, "train");
    const auto add = [&](const char* name, const Matrix<T>& m) {
      file.add(name, {m.rows(), m.cols()}, std::span(m.data(), static_cast<std::size_t>(m.size())));
    };
    add("user_factors", user_factors_);
    add("item_factors", item_factors_);
    for (const auto& [name, matrix] : arrays) add(name, *matrix);
    file.add("options", {static_cast<Index>(options.size())}, options);
    file.write(path);
  }

  [[nodiscard]] static Stored read(const std::string& path, std::size_t options,
                                   std::initializer_list<const char*> arrays = {}) {
    const Safetensors file(path);
    if (file.contains("index.order"))
      detail::fail<FormatError>(path, "the file", "one of ServingModel::save()", "one of save()");
    Stored stored{read_interactions(file, "train"), {}, {}, file.read<double>("options"), {}};
    detail::expect_size(path.c_str(), "the number of options", stored.options.size(), options);
    const auto factors = [&](const char* name, Index rows) {
      const auto& shape = file.info(name).shape;
      if (shape.size() != 2 || shape[0] != rows)
        detail::fail<FormatError>(path, detail::concatenate("the shape of ", name),
                                  detail::shape_text(shape), detail::concatenate(rows, " rows"));
      Matrix<T> m(shape[0], shape[1]);
      file.read_into(name, std::span(m.data(), static_cast<std::size_t>(m.size())), shape);
      return m;
    };
    stored.user_factors = factors("user_factors", stored.train.users());
    stored.item_factors = factors("item_factors", stored.train.items());
    detail::expect_size(path.c_str(), "the number of factors", stored.item_factors.cols(),
                        stored.user_factors.cols());
    for (const char* name : arrays) {
      const auto& shape = file.info(name).shape;
      stored.arrays.push_back(factors(name, shape.empty() ? 0 : shape[0]));
      detail::expect_size(path.c_str(), "the number of factors", stored.arrays.back().cols(),
                          stored.item_factors.cols());
    }
    return stored;
  }

  static void take(FactorRecommender& model, Stored&& stored) {
    model.user_factors_ = std::move(stored.user_factors);
    model.item_factors_ = std::move(stored.item_factors);
    model.train_ = std::move(stored.train);
  }

  Interactions train_;
  Matrix<T> user_factors_;
  Matrix<T> item_factors_;
};

}  // namespace loyal
