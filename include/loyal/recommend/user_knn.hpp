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
#include "../core/safetensors.hpp"
#include "../core/types.hpp"
#include "../data/interactions_file.hpp"
#include "../math/sparse_product.hpp"
#include "../math/top_k.hpp"
#include "recommender.hpp"
#include "row_similarity.hpp"

namespace loyal {

/// User-based nearest neighbors: what people with a like taste have.
///
///   score(user, i) = sum over the k users v most similar to the user of similarity(user, v) value_vi
///
/// Similarities, see RowMeasure, are exact and found when somebody asks, so that fitting is free and new histories are
/// served at once. Somebody known is one of the k themselves, and speaks only for what they have already. An item's
/// neighbors are what a history of that item alone calls for.
///
///   explain: what a past item j adds to the score through all neighbors; the terms sum to the score
///
/// @throws DataError without users or items, or for negative values with tf_idf or bm25.
/// Source: Herlocker et al., SIGIR 1999. Cost: a user, the sum over their items of the items' users, and k rows.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {2, 2}};
///     loyal::UserKNN<float> model({.neighbors = 2});
///     model.fit(loyal::Interactions(3, 3, pairs));
///     if (model.recommend(1, 1)[0].index != 1) return 1;
template <Scalar T>
class UserKNN : public RecommenderBase<UserKNN<T>, T> {
 public:
  struct Options {
    Index neighbors = 200;                    ///< users asked, >= 1
    RowMeasure measure = RowMeasure::cosine;  ///< of two users by their items
    double shrinkage = 0;                     ///< added below the fraction, >= 0
  };

  UserKNN() = default;
  explicit UserKNN(const Options& options) : options_(options) {
    detail::expect_option("UserKNN", "neighbors", options.neighbors, options.neighbors >= 1,
                          ">= 1");
    detail::expect_option("UserKNN", "shrinkage", options.shrinkage, options.shrinkage >= 0,
                          ">= 0");
  }

  void fit(const Interactions& train) {
    if (train.users() == 0 || train.items() == 0)
      detail::fail<DataError>("UserKNN::fit", "users x items",
                              detail::concatenate(train.users(), " x ", train.items()),
                              "one of each or more");
    RowSimilarity<T> alike(train, options_.measure, options_.shrinkage);
    SparseMatrix<T> rows = train.matrix<T>();
    std::vector<T> sizes;
    for (Index u = 0; u < rows.rows(); ++u) {
      const auto weights = alike.weigh(train.items_of(u), train.values_of(u));
      std::copy(weights.begin(), weights.end(), rows.valuePtr() + rows.outerIndexPtr()[u]);
      sizes.push_back(alike.size(weights, weights.size()));
    }
    Interactions copy = train;
    by_item_ = rows.transpose();
    alike_ = std::move(alike);
    sizes_ = std::move(sizes);
    train_ = std::move(copy);
  }
  /// Fits anew to all dealings so far.
  void partial_fit(const Interactions& more) { fit(train_.joined(more)); }

  [[nodiscard]] const Interactions& train() const noexcept { return train_; }
  [[nodiscard]] UserProfile<T> profile(Index user) const {
    this->expect_user("profile", user);
    const auto items = train_.items_of(user);
    const auto values = train_.values_of(user);
    return {{}, {items.begin(), items.end()}, {values.begin(), values.end()}};
  }
  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    this->expect_history("fold_in", history);
    return {{},
            {history.items.begin(), history.items.end()},
            {history.values.begin(), history.values.end()}};
  }

  void score_items(const UserProfile<T>& profile, std::span<T> scores) const {
    this->expect_history("score_items", profile.history());
    detail::expect_size("score_items", "the number of scores", scores.size(), train_.items());
    SparseSum<T> sum(train_.users());
    add_neighbors(profile.history(), sum, scores);
  }
  void score_block(Index first, Matrix<T>& scores) const {
    SparseSum<T> sum(train_.users());
    for (Index row = 0; row < scores.rows(); ++row)
      add_neighbors({train_.items_of(first + row), train_.values_of(first + row)}, sum,
                    {scores.row(row).data(), static_cast<std::size_t>(scores.cols())});
  }

  /// The k users most similar to somebody with this history, best first.
  [[nodiscard]] std::vector<Scored<T>> similar_users(const UserProfile<T>& profile, Index k) const {
    this->expect_history("similar_users", profile.history());
    detail::expect_option("similar_users", "k", k, k >= 0, ">= 0");
    SparseSum<T> sum(train_.users());
    return neighbors(profile.history(), k, sum);
  }

  [[nodiscard]] std::vector<Scored<T>> explain(const UserProfile<T>& profile, Index item,
                                               Index k) const {
    this->expect_item("explain", item);
    this->expect_history("explain", profile.history());
    detail::expect_option("explain", "k", k, k >= 0, ">= 0");
    SparseSum<T> sum(train_.users());
    const auto own = alike_.weigh(profile.items, profile.values);
    std::vector<T> terms(profile.items.size(), T(0));
    const auto wanted = static_cast<std::int32_t>(item);
    std::vector<T> products(own.size());
    for (const auto& [user, similarity] : neighbors(profile.history(), options_.neighbors, sum)) {
      const auto items = train_.items_of(user);
      const auto values = train_.values_of(user);
      const auto at = std::lower_bound(items.begin(), items.end(), wanted);
      if (at == items.end() || *at != wanted) continue;
      // The similarity is shared out by what each common item adds to the dot product.
      const auto weights = alike_.weigh(items, values);
      T dot = 0;
      std::size_t theirs = 0;
      for (std::size_t mine = 0; mine < own.size(); ++mine) {
        while (theirs < items.size() && items[theirs] < profile.items[mine]) ++theirs;
        const bool common = theirs < items.size() && items[theirs] == profile.items[mine];
        products[mine] = common ? own[mine] * weights[theirs] : T(0);
        dot += products[mine];
      }
      const T value =
          similarity * static_cast<T>(values[static_cast<std::size_t>(at - items.begin())]);
      for (std::size_t mine = 0; mine < own.size() && dot != 0; ++mine)
        terms[mine] += value * products[mine] / dot;
    }
    TopK<T> best(std::min(k, static_cast<Index>(terms.size())));
    for (std::size_t i = 0; i < terms.size(); ++i)
      if (terms[i] != 0) best.push(profile.items[i], terms[i]);
    const auto sorted = best.sorted();
    return {sorted.begin(), sorted.end()};
  }

  [[nodiscard]] std::vector<Scored<T>> similar_items(Index item, Index k) const {
    this->expect_item("similar_items", item);
    const std::vector<std::int32_t> alone{static_cast<std::int32_t>(item)};
    std::vector<T> scores(static_cast<std::size_t>(train_.items()));
    score_items(fold_in({alone, {}}), scores);
    return top_k(scores, k, [&](Index other) {
      return other == item || scores[static_cast<std::size_t>(other)] == 0;
    });
  }

  /// Writes what the model was fitted to, and the names, as one safetensors file, atomically.
  /// @throws NotFitted; FormatError if the file cannot be written.
  void save(const std::string& path) const {
    this->expect_fitted("save");
    SafetensorsWriter file;
    const StoredInteractions stored(train_);
    stored.add_to(file, "train");
    file.write(path);
  }
  /// Reads what save() wrote; options stay those of this object.
  /// @throws FormatError, ShapeError or DataError if the file is damaged; the model is then unchanged.
  void load(const std::string& path) { fit(read_interactions(Safetensors(path), "train")); }

 private:
  std::vector<Scored<T>> neighbors(const UserHistory& history, Index k, SparseSum<T>& sum) const {
    const auto weights = alike_.weigh(history.items, history.values);
    const T size = alike_.size(weights, weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i)
      sum.add(sparse_row(by_item_, history.items[i]), weights[i]);
    TopK<T> best(std::min(k, train_.users()));
    sum.drain([&](Index user, T dot) {
      if (dot != 0) best.push(user, alike_(dot, size, sizes_[static_cast<std::size_t>(user)]));
    });
    const auto sorted = best.sorted();
    return {sorted.begin(), sorted.end()};
  }

  void add_neighbors(const UserHistory& history, SparseSum<T>& sum, std::span<T> scores) const {
    std::fill(scores.begin(), scores.end(), T(0));
    for (const auto& [user, similarity] : neighbors(history, options_.neighbors, sum)) {
      const auto items = train_.items_of(user);
      const auto values = train_.values_of(user);
      for (std::size_t i = 0; i < items.size(); ++i)
        scores[static_cast<std::size_t>(items[i])] += similarity * static_cast<T>(values[i]);
    }
  }

  Options options_;
  Interactions train_;
  RowSimilarity<T> alike_;
  SparseMatrix<T> by_item_;  // items x users, weighed
  std::vector<T> sizes_;     // one a user
};

static_assert(Recommender<UserKNN<float>>);

}  // namespace loyal
