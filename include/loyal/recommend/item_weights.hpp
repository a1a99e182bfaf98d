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
#include "../core/safetensors.hpp"
#include "../core/types.hpp"
#include "../data/interactions_file.hpp"
#include "../math/sparse_product.hpp"
#include "../math/top_k.hpp"
#include "recommender.hpp"

namespace loyal {

/// The weights W of an item-to-item model, one row for each item of a history; all of them.
///
/// Source: none, our own.
template <Scalar T>
struct DenseItemWeights {
  Matrix<T> rows;

  [[nodiscard]] Index size() const { return rows.rows(); }
  void add(Index item, T value, std::span<T> scores) const {
    const T* const from = rows.data() + item * rows.cols();
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] += value * from[i];
  }
  [[nodiscard]] T weight(Index from, Index to) const { return rows(from, to); }
  /// Offers the weights of one row but the item's own.
  void offer(Index item, TopK<T>& best) const {
    best.offer(rows.row(item), 0, [item](Index other) { return other == item; });
  }

  void add_to(SafetensorsWriter& file) const {
    file.add("weights", {rows.rows(), rows.cols()},
             std::span(rows.data(), static_cast<std::size_t>(rows.size())));
  }
  void read(const Safetensors& file, Index items) {
    const auto numbers = file.info("weights").size();
    if (numbers != items * items)
      detail::fail<FormatError>("load", "the number of weights", numbers, items * items);
    rows.resize(items, items);
    file.read_into("weights", std::span(rows.data(), static_cast<std::size_t>(rows.size())),
                   {items, items});
  }
};

/// The same where few weights are not zero, which alone are stored.
template <Scalar T>
struct SparseItemWeights {
  SparseMatrix<T> rows;

  [[nodiscard]] Index size() const { return rows.rows(); }
  void add(Index item, T value, std::span<T> scores) const {
    const auto row = sparse_row(rows, item);
    for (std::size_t i = 0; i < row.columns.size(); ++i)
      scores[static_cast<std::size_t>(row.columns[i])] += value * row.values[i];
  }
  [[nodiscard]] T weight(Index from, Index to) const {
    const auto row = sparse_row(rows, from);
    const auto found = std::lower_bound(row.columns.begin(), row.columns.end(), to);
    if (found == row.columns.end() || *found != to) return 0;
    return row.values[static_cast<std::size_t>(found - row.columns.begin())];
  }
  void offer(Index item, TopK<T>& best) const {
    const auto row = sparse_row(rows, item);
    for (std::size_t i = 0; i < row.columns.size(); ++i)
      if (row.columns[i] != item) best.push(row.columns[i], row.values[i]);
  }

  void add_to(SafetensorsWriter& file) const {
    const auto entries = static_cast<std::size_t>(rows.nonZeros());
    file.add("weight_offsets", {rows.rows() + 1},
             std::span<const std::int32_t>(rows.outerIndexPtr(),
                                           static_cast<std::size_t>(rows.rows()) + 1));
    file.add("weight_items", {rows.nonZeros()},
             std::span<const std::int32_t>(rows.innerIndexPtr(), entries));
    file.add("weights", {rows.nonZeros()}, std::span<const T>(rows.valuePtr(), entries));
  }
  void read(const Safetensors& file, Index items) {
    const auto offsets = file.read<std::int32_t>("weight_offsets");
    const auto columns = file.read<std::int32_t>("weight_items");
    const auto values = file.read<T>("weights");
    detail::expect_size("load", "the size of weight_offsets", offsets.size(), items + 1);
    detail::expect_size("load", "the number of weights", values.size(), columns.size());
    if (offsets.front() != 0 || std::cmp_not_equal(offsets.back(), columns.size()) ||
        !std::is_sorted(offsets.begin(), offsets.end()))
      detail::fail<FormatError>("load", "weight_offsets", "not in order",
                                "rising from 0 to the number of weights");
    for (std::size_t row = 0; row + 1 < offsets.size(); ++row)
      detail::expect_ascending(
          "load", "an item of weight_items",
          std::span(columns).subspan(static_cast<std::size_t>(offsets[row]),
                                     static_cast<std::size_t>(offsets[row + 1] - offsets[row])),
          items);
    rows = Eigen::Map<const SparseMatrix<T>>(items, items, static_cast<Index>(columns.size()),
                                             offsets.data(), columns.data(), values.data());
  }
};

/// The common part of recommenders that are one matrix of weights between items:
///
///   score(user, i) = sum over the user's items j of value_j W_ji
///
///   W   items x items, Weights = DenseItemWeights<T> or SparseItemWeights<T>
///
/// A user is their history, so that folding in costs nothing and users of tomorrow are served without fitting. An
/// item's neighbors are what a history of that item alone calls for. Reasons are exact:
///
///   explain: weight of a past item j for item i = value_j W_ji, which sum to the score
///
/// Its class `R` fits W; partial_fit() fits anew to all dealings so far.
/// Source: Deshpande & Karypis, ACM TOIS 22(1), 2004; Ning & Karypis, ICDM 2011.
template <class R, Scalar T, class Weights>
class ItemWeightRecommender : public RecommenderBase<R, T> {
 public:
  [[nodiscard]] const Interactions& train() const noexcept { return train_; }
  /// W, rows are items of the history.
  [[nodiscard]] const auto& weights() const noexcept { return weights_.rows; }

  void partial_fit(const Interactions& more) { static_cast<R&>(*this).fit(train_.joined(more)); }

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
    detail::expect_size("score_items", "the number of scores", scores.size(), weights_.size());
    add_scores(profile.history(), scores);
  }
  void score_block(Index first, Matrix<T>& scores) const {
    for (Index row = 0; row < scores.rows(); ++row)
      add_scores({train_.items_of(first + row), train_.values_of(first + row)},
                 {scores.row(row).data(), static_cast<std::size_t>(scores.cols())});
  }

  /// The k items of the profile's history that speak most for @p item, best first, without those whose weight is 0.
  [[nodiscard]] std::vector<Scored<T>> explain(const UserProfile<T>& profile, Index item,
                                               Index k) const {
    this->expect_item("explain", item);
    this->expect_history("explain", profile.history());
    detail::expect_option("explain", "k", k, k >= 0, ">= 0");
    TopK<T> best(std::min(k, static_cast<Index>(profile.items.size())));
    for (std::size_t i = 0; i < profile.items.size(); ++i) {
      const T weight = weights_.weight(profile.items[i], item);
      if (weight != 0)
        best.push(profile.items[i],
                  profile.values.empty() ? weight : static_cast<T>(profile.values[i]) * weight);
    }
    const auto sorted = best.sorted();
    return {sorted.begin(), sorted.end()};
  }

  [[nodiscard]] std::vector<Scored<T>> similar_items(Index item, Index k) const {
    this->expect_item("similar_items", item);
    detail::expect_option("similar_items", "k", k, k >= 0, ">= 0");
    TopK<T> best(std::min(k, this->items()));
    weights_.offer(item, best);
    const auto sorted = best.sorted();
    return {sorted.begin(), sorted.end()};
  }

  /// Writes W, what the model was fitted to, and the names, as one safetensors file, atomically.
  /// @throws NotFitted; FormatError if the file cannot be written.
  void save(const std::string& path) const {
    this->expect_fitted("save");
    SafetensorsWriter file;
    const StoredInteractions stored(train_);
    stored.add_to(file, "train");
    weights_.add_to(file);
    file.write(path);
  }

  /// Reads what save() wrote; options stay those of this object.
  /// @throws FormatError, ShapeError or DataError if the file is damaged; the model is then unchanged.
  void load(const std::string& path) {
    const Safetensors file(path);
    auto train = read_interactions(file, "train");
    Weights weights;
    weights.read(file, train.items());
    weights_ = std::move(weights);
    train_ = std::move(train);
  }

 protected:
  /// @throws DataError unless there are users and items.
  static void expect_usable(const char* where, const Interactions& train) {
    if (train.users() == 0 || train.items() == 0)
      detail::fail<DataError>(where, "users x items",
                              detail::concatenate(train.users(), " x ", train.items()),
                              "one of each or more");
  }

  Interactions train_;
  Weights weights_;

 private:
  void add_scores(const UserHistory& history, std::span<T> scores) const {
    std::fill(scores.begin(), scores.end(), T(0));
    for (std::size_t i = 0; i < history.items.size(); ++i)
      weights_.add(history.items[i],
                   history.values.empty() ? T(1) : static_cast<T>(history.values[i]), scores);
  }
};

}  // namespace loyal
