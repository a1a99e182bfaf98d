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
#include "../data/interactions.hpp"
#include "../data/interactions_file.hpp"
#include "../math/matrix_product.hpp"
#include "../math/sparse_product.hpp"
#include "../math/top_k.hpp"
#include "../math/truncated_svd.hpp"
#include "recommender.hpp"

namespace loyal {

/// Blurring-sharpening process models: a user's row of interactions is smoothed over the graph of items, as heat
/// spreads, and then sharpened against the flow. There is no training beyond a truncated SVD.
///
///   A = D_U^-1/2 R D_I^-1/2      R  users x items, D_U and D_I its sums of rows and columns
///   P = A^T A                    items x items, eigenvalues in [0, 1]
///   blur      dr/dt = r P - r    for blurring_time, Euler's steps
///   ideal     r D_I^-1/2 V V^T D_I^1/2       V  items x factors, the leading eigenvectors of P
///   sharpen   dr/dt = -r P       for sharpening_time, Runge and Kutta's steps of order four
///
///   scores = sharpen(blur(r) + ideal_weight ideal(r))          merged early
///   scores = sharpen(blur(r)) + ideal_weight ideal(r)          merged late
///
/// All of it is linear in r, so that users of tomorrow are served without fitting, and a reason is exact: it is
/// the part of the score that comes from one past item, and the parts sum to the score. Likewise an item's neighbors
/// are what a history of that item alone calls for. Without sharpening, and one blurring step of time 1, this is
/// GF-CF (Shen et al., CIKM 2021).
/// @throws OptionError; DataError without users or items, or for a value below 0.
/// Source: Choi, Hong, Park & Cho, Blurring-Sharpening Process Models for Collaborative Filtering, SIGIR 2023; defaults
/// are those of the authors' program for Gowalla.
/// Cost: a truncated SVD to fit; 2 (blurring_steps + 4 sharpening_steps) multiply-adds an interaction for each user who
/// is scored, whatever their history; recommend_all() does 32 users at once.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {2, 3}};
///     loyal::BSPM<float> model({.factors = 2});
///     model.fit(loyal::Interactions(3, 4, pairs));
///     if (model.recommend(0, 1)[0].index != 2) return 1;
template <Scalar T>
class BSPM : public RecommenderBase<BSPM<T>, T> {
 public:
  struct Options {
    Index factors = 448;           ///< eigenvectors of the ideal low-pass filter, >= 0
    double ideal_weight = 0.3;     ///< of the ideal low-pass filter beside the blurred row, >= 0
    double blurring_time = 1;      ///< how long heat spreads, >= 0
    int blurring_steps = 1;        ///< of Euler's method, >= 1
    double sharpening_time = 2.5;  ///< how long it flows back, >= 0; 0 leaves the blurred row
    int sharpening_steps = 1;      ///< of Runge and Kutta's method, >= 1
    bool merge_early = true;       ///< whether what the ideal filter lets through is sharpened too
    std::uint64_t seed = 1;        ///< of the SVD's start
    int threads = 0;               ///< of fit() at most; 0: as many as the machine has
  };

  BSPM() = default;
  explicit BSPM(const Options& options) : options_(options) {
    constexpr const char* where = "BSPM";
    const auto finite = [](double x) { return x >= 0 && std::isfinite(x); };
    detail::expect_option(where, "factors", options.factors, options.factors >= 0, ">= 0");
    detail::expect_option(where, "ideal_weight", options.ideal_weight, finite(options.ideal_weight),
                          ">= 0");
    detail::expect_option(where, "blurring_time", options.blurring_time,
                          finite(options.blurring_time), ">= 0");
    detail::expect_option(where, "blurring_steps", options.blurring_steps,
                          options.blurring_steps >= 1, ">= 1");
    detail::expect_option(where, "sharpening_time", options.sharpening_time,
                          finite(options.sharpening_time), ">= 0");
    detail::expect_option(where, "sharpening_steps", options.sharpening_steps,
                          options.sharpening_steps >= 1, ">= 1");
    detail::expect_option(where, "threads", options.threads, options.threads >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const Interactions& train() const noexcept { return train_; }
  /// V, items x factors.
  [[nodiscard]] const Matrix<T>& vectors() const noexcept { return vectors_; }

  void fit(const Interactions& train) {
    Graph graph("BSPM::fit", train);
    Matrix<T> vectors = leading_vectors(graph);
    train_ = train;
    process_ = options_;
    graph_ = std::move(graph);
    vectors_ = std::move(vectors);
  }
  /// Fits anew to all interactions so far.
  void partial_fit(const Interactions& more) { fit(train_.joined(more)); }

  [[nodiscard]] UserProfile<T> profile(Index user) const {
    this->expect_user("profile", user);
    return {{}, copy_of(train_.items_of(user)), copy_of(train_.values_of(user))};
  }
  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    this->expect_history("fold_in", history);
    return {{}, copy_of(history.items), copy_of(history.values)};
  }

  void score_items(const UserProfile<T>& profile, std::span<T> scores) const {
    this->expect_history("score_items", profile.history());
    detail::expect_size("score_items", "the number of scores", scores.size(), this->items());
    Matrix<T> rows = Matrix<T>::Zero(this->items(), 1);
    put(profile.history(), 0, rows);
    filter(rows);
    std::copy(rows.data(), rows.data() + rows.size(), scores.begin());
  }

  void score_block(Index first, Matrix<T>& scores) const {
    Matrix<T> rows = Matrix<T>::Zero(this->items(), scores.rows());
    for (Index row = 0; row < scores.rows(); ++row)
      put({train_.items_of(first + row), train_.values_of(first + row)}, row, rows);
    filter(rows);
    scores = rows.transpose();
  }

  /// By the scores of a history of that item alone.
  [[nodiscard]] std::vector<Scored<T>> similar_items(Index item, Index k) const {
    this->expect_item("similar_items", item);
    return this->recommend(UserProfile<T>{{}, {static_cast<std::int32_t>(item)}, {}}, k);
  }

  /// The k items of the profile's history that add most to the score of @p item, best first.
  [[nodiscard]] std::vector<Scored<T>> explain(const UserProfile<T>& profile, Index item,
                                               Index k) const {
    this->expect_item("explain", item);
    this->expect_history("explain", profile.history());
    detail::expect_option("explain", "k", k, k >= 0, ">= 0");
    Matrix<T> weights = Matrix<T>::Zero(this->items(), 1);
    weights(item, 0) = 1;
    filter_transposed(weights);
    TopK<T> best(std::min(k, static_cast<Index>(profile.items.size())));
    for (std::size_t i = 0; i < profile.items.size(); ++i)
      best.push(profile.items[i],
                weights(profile.items[i], 0) *
                    (profile.values.empty() ? T(1) : static_cast<T>(profile.values[i])));
    const auto sorted = best.sorted();
    return {sorted.begin(), sorted.end()};
  }

  /// Writes V, the process, what the model was fitted to, and the names, as one safetensors file, atomically.
  /// @throws NotFitted; FormatError if the file cannot be written.
  void save(const std::string& path) const {
    this->expect_fitted("save");
    SafetensorsWriter file;
    const std::vector<double> process{process_.ideal_weight,
                                      process_.blurring_time,
                                      static_cast<double>(process_.blurring_steps),
                                      process_.sharpening_time,
                                      static_cast<double>(process_.sharpening_steps),
                                      process_.merge_early ? 1.0 : 0.0};
    file.add("process", {static_cast<Index>(process.size())}, process);
    const StoredInteractions stored(train_);
    stored.add_to(file, "train");
    file.add("vectors", {vectors_.rows(), vectors_.cols()},
             std::span(vectors_.data(), static_cast<std::size_t>(vectors_.size())));
    file.write(path);
  }

  /// Reads what save() wrote. It scores by the process it was saved with; options of this object are those of its next
  /// fit().
  /// @throws FormatError, OptionError, ShapeError or DataError if the file is damaged; the model is then unchanged.
  void load(const std::string& path) {
    const Safetensors file(path);
    const auto process = file.read<double>("process");
    detail::expect_size(path.c_str(), "the size of process", process.size(), 6);
    const auto steps = [&](double number) {
      if (!(number >= 1 && number <= 1e6))
        detail::fail<FormatError>(path, "a number of steps", number, "in [1, 1e6]");
      return static_cast<int>(number);
    };
    const BSPM read({.ideal_weight = process[0],
                     .blurring_time = process[1],
                     .blurring_steps = steps(process[2]),
                     .sharpening_time = process[3],
                     .sharpening_steps = steps(process[4]),
                     .merge_early = process[5] != 0});
    auto train = read_interactions(file, "train");
    Graph graph(path.c_str(), train);
    const auto& shape = file.info("vectors").shape;
    if (shape.size() != 2 || shape[0] != train.items())
      detail::fail<FormatError>(path, "the shape of vectors", detail::shape_text(shape),
                                detail::concatenate(train.items(), " rows"));
    Matrix<T> vectors(shape[0], shape[1]);
    file.read_into("vectors", std::span(vectors.data(), static_cast<std::size_t>(vectors.size())),
                   shape);
    process_ = read.options_;
    train_ = std::move(train);
    graph_ = std::move(graph);
    vectors_ = std::move(vectors);
  }

 private:
  /// A, its transpose, and the roots of the items' degrees with their inverses, 0 for items nobody had.
  struct Graph {
    SparseMatrix<T> by_user;
    SparseMatrix<T> by_item;
    Vector<T> root;
    Vector<T> inverse_root;

    Graph() = default;
    Graph(const char* where, const Interactions& train) {
      if (train.users() == 0 || train.items() == 0)
        detail::fail<DataError>(where, "users x items",
                                detail::concatenate(train.users(), " x ", train.items()),
                                "one of each or more");
      Vector<double> users = Vector<double>::Zero(train.users());
      Vector<double> items = Vector<double>::Zero(train.items());
      for (Index user = 0; user < train.users(); ++user) {
        const auto own = train.items_of(user);
        const auto values = train.values_of(user);
        for (std::size_t i = 0; i < own.size(); ++i) {
          if (values[i] < 0)
            detail::fail<DataError>(
                where, detail::concatenate("the value of user ", user, ", item ", own[i]),
                values[i], ">= 0");
          users[user] += static_cast<double>(values[i]);
          items[own[i]] += static_cast<double>(values[i]);
        }
      }
      by_user = train.matrix<T>();
      for (Index user = 0; user < train.users(); ++user)
        for (typename SparseMatrix<T>::InnerIterator entry(by_user, user); entry; ++entry) {
          const double degrees = users[user] * items[entry.col()];
          entry.valueRef() =
              degrees > 0 ? static_cast<T>(static_cast<double>(entry.value()) / std::sqrt(degrees))
                          : T(0);
        }
      by_item = by_user.transpose();
      root.resize(items.size());
      inverse_root.resize(items.size());
      for (Index item = 0; item < items.size(); ++item) {
        root[item] = static_cast<T>(std::sqrt(items[item]));
        inverse_root[item] = items[item] > 0 ? 1 / root[item] : T(0);
      }
    }
  };

  template <class X>
  static std::vector<X> copy_of(std::span<const X> span) {
    return {span.begin(), span.end()};
  }
  /// Puts a history into one column of rows, which are items.
  static void put(const UserHistory& history, Index column, Matrix<T>& rows) {
    for (std::size_t i = 0; i < history.items.size(); ++i)
      rows(history.items[i], column) =
          history.values.empty() ? T(1) : static_cast<T>(history.values[i]);
  }

  /// What a filter works with; rows are items, columns are users.
  struct Room {
    Matrix<T> of_users;
    Matrix<T> smoothed;
    Matrix<T> start;
  };

  /// room.smoothed = P x
  void smooth(const Matrix<T>& x, Room& room) const {
    multiply_sparse(graph_.by_user, x, room.of_users, {.threads = 1});
    multiply_sparse(graph_.by_item, room.of_users, room.smoothed, {.threads = 1});
  }
  void blur(Matrix<T>& x, Room& room) const {
    const auto h = static_cast<T>(process_.blurring_time / process_.blurring_steps);
    for (int step = 0; step < process_.blurring_steps; ++step) {
      smooth(x, room);
      x = (1 - h) * x + h * room.smoothed;
    }
  }
  /// For a linear equation, a step of Runge and Kutta is exp(-h P) up to its fourth power.
  void sharpen(Matrix<T>& x, Room& room) const {
    if (process_.sharpening_time == 0) return;
    const double h = process_.sharpening_time / process_.sharpening_steps;
    for (int step = 0; step < process_.sharpening_steps; ++step) {
      room.start = x;
      for (int power = 4; power >= 1; --power) {
        smooth(x, room);
        x = room.start - static_cast<T>(h / power) * room.smoothed;
      }
    }
  }
  /// sum += ideal_weight after . V V^T (before . x), numbers of an item times its row.
  void add_ideal(const Matrix<T>& x, const Vector<T>& before, const Vector<T>& after,
                 Matrix<T>& sum) const {
    if (vectors_.cols() == 0) return;
    Matrix<T> scaled = before.asDiagonal() * x;
    Matrix<T> inner(vectors_.cols(), x.cols());
    multiply(vectors_.transpose(), scaled, inner);
    multiply(vectors_, inner, scaled);
    sum += static_cast<T>(process_.ideal_weight) * (after.asDiagonal() * scaled);
  }

  void filter(Matrix<T>& x) const {
    Room room;
    const Matrix<T> row = x;
    const auto merge = [&] { add_ideal(row, graph_.inverse_root, graph_.root, x); };
    blur(x, room);
    if (process_.merge_early) merge();
    sharpen(x, room);
    if (!process_.merge_early) merge();
  }
  /// P is symmetric, so that only the order and the ideal filter's scales turn around.
  void filter_transposed(Matrix<T>& x) const {
    Room room;
    Matrix<T> row = x;
    sharpen(x, room);
    if (process_.merge_early) row = x;
    blur(x, room);
    add_ideal(row, graph_.root, graph_.inverse_root, x);
  }

  [[nodiscard]] Matrix<T> leading_vectors(const Graph& graph) const {
    const Index factors = std::min({options_.factors, graph.by_user.rows(), graph.by_user.cols()});
    if (factors == 0) return Matrix<T>(graph.by_user.cols(), 0);
    return truncated_svd(graph.by_user,
                         {.rank = factors, .seed = options_.seed, .threads = options_.threads})
        .v;
  }

  Options options_;
  Options process_;  // of the fit
  Interactions train_;
  Graph graph_;
  Matrix<T> vectors_;
};

static_assert(Recommender<BSPM<float>>);

}  // namespace loyal
