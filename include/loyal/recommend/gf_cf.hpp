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
#include "../math/matrix_product.hpp"
#include "../math/sparse_product.hpp"
#include "../math/top_k.hpp"
#include "../math/truncated_svd.hpp"
#include "recommender.hpp"

namespace loyal {

/// Graph filter for collaborative filtering: a linear filter of the user-item graph plus an ideal low-pass filter of
/// its smoothest signals, both in closed form.
///
///   N = D_U^-1/2 X D_I^-1/2                                    D: sums of rows and columns of X
///   W = N^T N + a D_I^-1/2 V V^T D_I^1/2                       V: the first right singular vectors of N
///   score(user, i) = sum over the user's items j of value_j W_ji
///
///   profile.factors = x_user D_I^-1/2 V; an item's neighbors are what a history of that item alone calls for
///   explain: weight of a past item j for item i = value_j W_ji, which sum to the score
///
/// @throws DataError without users or items, or for negative values.
/// Source: Shen et al., How Powerful is Graph Convolution for Recommendation?, CIKM 2021, equations (13) to (15).
/// Cost: truncated_svd(); a user, the sum over their items of the items' users' items, and items x factors. Many
/// users at once take one product of N and of V.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 1}, {3, 2}};
///     loyal::GFCF<double> model({.factors = 2});
///     model.fit(loyal::Interactions(4, 3, pairs));
///     if (model.recommend(2, 1)[0].index != 0) return 1;
template <Scalar T>
class GFCF : public RecommenderBase<GFCF<T>, T> {
 public:
  struct Options {
    Index factors = 256;     ///< singular vectors that the low-pass filter keeps, >= 1
    double low_pass = 0.3;   ///< a, weight of that filter, >= 0
    double tolerance = 0;    ///< of the singular vectors, see TruncatedSVDOptions, >= 0
    std::uint64_t seed = 0;  ///< of the vectors that the search for them starts from
    int threads = 0;         ///< at most; 0: as many as the machine has
  };

  GFCF() = default;
  explicit GFCF(const Options& options) : options_(options) {
    detail::expect_option("GFCF", "factors", options.factors, options.factors >= 1, ">= 1");
    detail::expect_option("GFCF", "low_pass", options.low_pass, options.low_pass >= 0, ">= 0");
    detail::expect_option("GFCF", "tolerance", options.tolerance, options.tolerance >= 0, ">= 0");
  }

  void fit(const Interactions& train) {
    Graph graph(train);
    Matrix<T> vectors;
    if (options_.low_pass > 0)
      vectors = truncated_svd(graph.by_user, {.rank = options_.factors,
                                              .tolerance = options_.tolerance,
                                              .seed = options_.seed,
                                              .threads = options_.threads})
                    .v;
    else
      vectors.resize(train.items(), 0);
    Interactions copy = train;
    graph_ = std::move(graph);
    vectors_ = std::move(vectors);
    low_pass_ = static_cast<T>(options_.low_pass);
    train_ = std::move(copy);
  }
  /// Fits anew to all dealings so far.
  void partial_fit(const Interactions& more) { fit(train_.joined(more)); }

  [[nodiscard]] const Interactions& train() const noexcept { return train_; }
  /// V, items x factors.
  [[nodiscard]] const Matrix<T>& vectors() const noexcept { return vectors_; }

  [[nodiscard]] UserProfile<T> profile(Index user) const {
    this->expect_user("profile", user);
    return fold_in({train_.items_of(user), train_.values_of(user)});
  }
  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    this->expect_history("fold_in", history);
    UserProfile<T> profile{RowVector<T>(vectors_.cols()),
                           {history.items.begin(), history.items.end()},
                           {history.values.begin(), history.values.end()}};
    low_pass(history, profile.factors.data());
    return profile;
  }

  void score_items(const UserProfile<T>& profile, std::span<T> scores) const {
    this->expect_history("score_items", profile.history());
    detail::expect_size("score_items", "the number of the profile's factors",
                        profile.factors.size(), vectors_.cols());
    detail::expect_size("score_items", "the number of scores", scores.size(), train_.items());
    Eigen::Map<Vector<T>> all(scores.data(), static_cast<Index>(scores.size()));
    all.noalias() = vectors_ * profile.factors.transpose();
    SparseSum<T> sum(train_.users());
    finish(profile.history(), sum, scores);
  }
  void score_block(Index first, Matrix<T>& scores) const {
    const Index count = scores.rows();
    Matrix<T> factors(count, vectors_.cols());
    for (Index row = 0; row < count; ++row) low_pass(history_of(first + row), &factors(row, 0));
    multiply(factors, vectors_.transpose(), scores);
    // N^T N x of all these users side by side: each entry of N then meets as many numbers as there are users.
    Matrix<T> by_user = Matrix<T>::Zero(train_.users(), count);
    SparseSum<T> sum(train_.users());
    for (Index row = 0; row < count; ++row) {
      add_users(history_of(first + row), sum);
      sum.drain([&](Index user, T value) { by_user(user, row) = value; });
    }
    Matrix<T> linear;
    multiply_sparse(graph_.by_item, by_user, linear, {.threads = 1});
    constexpr Index some = 256;  // items whose numbers stay in the first-level cache
    for (Index from = 0; from < scores.cols(); from += some)
      for (Index row = 0; row < count; ++row)
        for (Index i = from; i < std::min(from + some, scores.cols()); ++i)
          scores(row, i) = scores(row, i) * (low_pass_ * graph_.root[i]) + linear(i, row);
  }

  /// The k items of the profile's history that speak most for @p item, best first.
  [[nodiscard]] std::vector<Scored<T>> explain(const UserProfile<T>& profile, Index item,
                                               Index k) const {
    this->expect_item("explain", item);
    this->expect_history("explain", profile.history());
    detail::expect_option("explain", "k", k, k >= 0, ">= 0");
    // Column `item` of N^T N.
    std::vector<T> column(static_cast<std::size_t>(train_.items()), T(0));
    const auto users = sparse_row(graph_.by_item, item);
    for (std::size_t u = 0; u < users.columns.size(); ++u) {
      const auto items = sparse_row(graph_.by_user, users.columns[u]);
      for (std::size_t i = 0; i < items.columns.size(); ++i)
        column[static_cast<std::size_t>(items.columns[i])] += users.values[u] * items.values[i];
    }
    TopK<T> best(std::min(k, static_cast<Index>(profile.items.size())));
    for (std::size_t i = 0; i < profile.items.size(); ++i) {
      const Index j = profile.items[i];
      const T value = profile.values.empty() ? T(1) : static_cast<T>(profile.values[i]);
      const T smooth =
          graph_.root[item] * graph_.inverse_root[j] * vectors_.row(item).dot(vectors_.row(j));
      best.push(j, value * (column[static_cast<std::size_t>(j)] + low_pass_ * smooth));
    }
    const auto sorted = best.sorted();
    return {sorted.begin(), sorted.end()};
  }

  [[nodiscard]] std::vector<Scored<T>> similar_items(Index item, Index k) const {
    this->expect_item("similar_items", item);
    const std::vector<std::int32_t> alone{static_cast<std::int32_t>(item)};
    std::vector<T> scores(static_cast<std::size_t>(train_.items()));
    score_items(fold_in({alone, {}}), scores);
    return top_k(scores, k, [item](Index other) { return other == item; });
  }

  /// Writes V, its weight, what the model was fitted to, and the names, as one safetensors file, atomically.
  /// @throws NotFitted; FormatError if the file cannot be written.
  void save(const std::string& path) const {
    this->expect_fitted("save");
    SafetensorsWriter file;
    const StoredInteractions stored(train_);
    stored.add_to(file, "train");
    file.add("vectors", {vectors_.rows(), vectors_.cols()},
             std::span(vectors_.data(), static_cast<std::size_t>(vectors_.size())));
    file.add("low_pass", {1}, std::span(&low_pass_, 1));
    file.write(path);
  }
  /// Reads what save() wrote; options stay those of this object.
  /// @throws FormatError, ShapeError or DataError if the file is damaged; the model is then unchanged.
  void load(const std::string& path) {
    const Safetensors file(path);
    auto train = read_interactions(file, "train");
    Graph graph(train);
    const auto shape = file.info("vectors").shape;
    if (shape.size() != 2 || shape[0] != train.items())
      detail::fail<FormatError>(path, "the shape of vectors", detail::shape_text(shape),
                                detail::concatenate(train.items(), " rows"));
    Matrix<T> vectors(shape[0], shape[1]);
    file.read_into("vectors", std::span(vectors.data(), static_cast<std::size_t>(vectors.size())),
                   shape);
    T weight = 0;
    file.read_into("low_pass", std::span(&weight, 1), {1});
    graph_ = std::move(graph);
    vectors_ = std::move(vectors);
    low_pass_ = weight;
    train_ = std::move(train);
  }

 private:
  /// N, by users and by items, and the roots of the items' sums.
  struct Graph {
    SparseMatrix<T> by_user;
    SparseMatrix<T> by_item;
    Vector<T> root;
    Vector<T> inverse_root;  // 0 for items that nobody has

    Graph() = default;
    explicit Graph(const Interactions& train) {
      if (train.users() == 0 || train.items() == 0)
        detail::fail<DataError>("GFCF::fit", "users x items",
                                detail::concatenate(train.users(), " x ", train.items()),
                                "one of each or more");
      std::vector<double> sums(static_cast<std::size_t>(train.items()), 0.0);
      for (std::size_t i = 0; i < train.all_items().size(); ++i) {
        const float value = train.all_values()[i];
        if (value < 0) detail::fail<DataError>("GFCF::fit", "a value", value, ">= 0");
        sums[static_cast<std::size_t>(train.all_items()[i])] += static_cast<double>(value);
      }
      root.resize(train.items());
      inverse_root.resize(train.items());
      for (Index i = 0; i < train.items(); ++i) {
        const double sum = sums[static_cast<std::size_t>(i)];
        root[i] = static_cast<T>(std::sqrt(sum));
        inverse_root[i] = sum > 0 ? static_cast<T>(1 / std::sqrt(sum)) : T(0);
      }
      by_user = train.template matrix<T>();
      for (Index u = 0; u < by_user.rows(); ++u) {
        double sum = 0;
        for (const float value : train.values_of(u)) sum += static_cast<double>(value);
        const T scale = sum > 0 ? static_cast<T>(1 / std::sqrt(sum)) : T(0);
        for (int e = by_user.outerIndexPtr()[u]; e < by_user.outerIndexPtr()[u + 1]; ++e)
          by_user.valuePtr()[e] *= scale * inverse_root[by_user.innerIndexPtr()[e]];
      }
      by_item = by_user.transpose();
    }
  };

  [[nodiscard]] UserHistory history_of(Index user) const {
    return {train_.items_of(user), train_.values_of(user)};
  }

  /// factors = x D_I^-1/2 V
  void low_pass(const UserHistory& history, T* factors) const {
    std::fill(factors, factors + vectors_.cols(), T(0));
    for (std::size_t i = 0; i < history.items.size(); ++i) {
      const Index j = history.items[i];
      const T value = (history.values.empty() ? T(1) : static_cast<T>(history.values[i])) *
                      graph_.inverse_root[j];
      const T* const row = vectors_.data() + j * vectors_.cols();
      for (Index f = 0; f < vectors_.cols(); ++f) factors[f] += value * row[f];
    }
  }

  /// sum = N x
  void add_users(const UserHistory& history, SparseSum<T>& sum) const {
    for (std::size_t i = 0; i < history.items.size(); ++i)
      sum.add(sparse_row(graph_.by_item, history.items[i]),
              history.values.empty() ? T(1) : static_cast<T>(history.values[i]));
  }

  /// scores = a scores D_I^1/2 + x N^T N
  void finish(const UserHistory& history, SparseSum<T>& sum, std::span<T> scores) const {
    for (std::size_t i = 0; i < scores.size(); ++i)
      scores[i] *= low_pass_ * graph_.root[static_cast<Index>(i)];
    add_users(history, sum);
    sum.drain([&](Index user, T value) {
      const auto row = sparse_row(graph_.by_user, user);
      for (std::size_t i = 0; i < row.columns.size(); ++i)
        scores[static_cast<std::size_t>(row.columns[i])] += value * row.values[i];
    });
  }

  Options options_;
  Interactions train_;
  Graph graph_;
  Matrix<T> vectors_;
  T low_pass_ = 0;
};

static_assert(Recommender<GFCF<float>>);

}  // namespace loyal
