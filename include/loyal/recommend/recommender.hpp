// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/types.hpp"
#include "../data/interactions.hpp"
#include "../math/top_k.hpp"

namespace loyal {

/// What somebody dealt with, looked at for the time of a call.
struct UserHistory {
  std::span<const std::int32_t> items;  ///< ascending, each once
  std::span<const float> values;        ///< one an item, or nothing for ones
};

/// All that a model knows of one user, whether it learned from them or met them later (fold_in).
template <Scalar T>
struct UserProfile {
  RowVector<T> factors;             ///< empty for models that score from the history alone
  std::vector<std::int32_t> items;  ///< ascending
  std::vector<float> values;        ///< one an item, or nothing for ones

  [[nodiscard]] UserHistory history() const { return {items, values}; }
};

/// What must not, or alone may, be recommended. All sets are looked at within the ranking, not after it.
struct RecommendFilter {
  bool seen = false;                        ///< whether items of the user's history may come again
  std::span<const std::int32_t> deny = {};  ///< items that must not come, ascending
  std::span<const std::int32_t> allow =
      {};  ///< where not empty, the only items that may come, ascending
  std::span<const std::uint8_t> on_sale =
      {};  ///< where not empty, one number an item; 0: must not come
};

/// What recommend_all() does.
struct RecommendAllOptions {
  Index k = 10;                 ///< items a user, >= 0
  RecommendFilter filter = {};  ///< for all users alike
  int threads = 0;              ///< at most; 0: as many as the machine has
};

namespace detail {

inline void expect_ascending(const char* where, const char* what,
                             std::span<const std::int32_t> items, Index count) {
  std::int64_t before = -1;
  for (const auto item : items) {
    if (item <= before || item >= count)
      fail<DataError>(where, what, item, concatenate("ascending, each once, in [0, ", count, ")"));
    before = item;
  }
}

inline void expect_history(const char* where, const UserHistory& history, Index items) {
  expect_ascending(where, "an item of the history", history.items, items);
  if (!history.values.empty())
    expect_size(where, "the number of the history's values", history.values.size(),
                history.items.size());
  for (const float value : history.values)
    if (!std::isfinite(value))
      fail<DataError>(where, "a value of the history", value, "a finite number");
}

inline void expect_filter(const char* where, const RecommendFilter& filter, Index items) {
  expect_ascending(where, "a denied item", filter.deny, items);
  expect_ascending(where, "an allowed item", filter.allow, items);
  if (!filter.on_sale.empty())
    expect_size(where, "the size of on_sale", filter.on_sale.size(), items);
}

/// Sets scores of what must not be recommended to -infinity.
template <Scalar T>
void mask(std::span<T> scores, std::span<const std::int32_t> seen, const RecommendFilter& filter) {
  constexpr T never = -std::numeric_limits<T>::infinity();
  const auto forbid = [&](std::span<const std::int32_t> items) {
    for (const auto item : items) scores[static_cast<std::size_t>(item)] = never;
  };
  if (!filter.seen) forbid(seen);
  forbid(filter.deny);
  if (!filter.allow.empty()) {
    std::size_t next = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (next < filter.allow.size() && static_cast<std::size_t>(filter.allow[next]) == i)
        ++next;
      else
        scores[i] = never;
    }
  }
  for (std::size_t i = 0; i < filter.on_sale.size(); ++i)
    if (filter.on_sale[i] == 0) scores[i] = never;
}

}  // namespace detail

/// The calls that every recommender has, made of the few that its class `R` writes itself.
///
/// R, a value with elements T, offers
///
///   const Interactions& train() const          what it was fitted to: whose items are left out
///   UserProfile<T> fold_in(UserHistory) const      a user it never saw
///   UserProfile<T> profile(user) const         a user it knows
///   void score_items(profile, scores) const    scores of all items, a std::span<T>
///   void score_block(first, scores) const      optional: the scores of users first, first + 1, ..., one a row
///                                              of a Matrix<T>, all at once
///
/// Higher scores are better; scores of one user need not compare with another's. A filter works inside the
/// ranking, so that k items come wherever k are allowed; fewer otherwise. The rank of equal scores is the
/// items' order.
/// @throws NotFitted before fit(); DataError for an unknown user or item; OptionError for k < 0.
/// Source: none, our own.
template <class R, Scalar T>
class RecommenderBase {
 public:
  using Element = T;

  [[nodiscard]] Index users() const { return self().train().users(); }
  [[nodiscard]] Index items() const { return self().train().items(); }

  /// The k best items for a user it knows, best first.
  [[nodiscard]] std::vector<Scored<T>> recommend(Index user, Index k,
                                                 const RecommendFilter& filter = {}) const {
    expect_user("recommend", user);
    return recommend(self().profile(user), k, filter);
  }

  /// The same for any user, known or folded in.
  [[nodiscard]] std::vector<Scored<T>> recommend(const UserProfile<T>& profile, Index k,
                                                 const RecommendFilter& filter = {}) const {
    expect_fitted("recommend");
    detail::expect_option("recommend", "k", k, k >= 0, ">= 0");
    detail::expect_filter("recommend", filter, items());
    expect_history("recommend", profile.history());
    std::vector<T> scores(static_cast<std::size_t>(items()));
    self().score_items(profile, std::span<T>(scores));
    detail::mask<T>(scores, profile.items, filter);
    TopK<T> best(std::min(k, items()));
    best.offer(scores);
    const auto sorted = best.sorted();
    return {sorted.begin(), sorted.end()};
  }

  /// The k best items of users first .. first + count - 1, in blocks and threads; where a user has fewer, index
  /// -1 and score -infinity fill up.
  [[nodiscard]] TopKRows<T> recommend_all(const RecommendAllOptions& options = {}, Index first = 0,
                                          Index count = -1) const {
    expect_fitted("recommend_all");
    detail::expect_option("recommend_all", "k", options.k, options.k >= 0, ">= 0");
    detail::expect_filter("recommend_all", options.filter, items());
    if (first < 0 || first > users() || count > users() - first)
      detail::fail<DataError>("recommend_all", "first and count",
                              detail::concatenate(first, " and ", count),
                              detail::concatenate("within ", users(), " users"));
    if (count < 0) count = users() - first;
    const Index k = std::min(options.k, items());
    TopKRows<T> result;
    result.index.setConstant(count, k, -1);
    result.score.setConstant(count, k, -std::numeric_limits<T>::infinity());
    constexpr Index block = 32;
    parallel_for(count, {.threads = options.threads, .grain = block}, [&](Index begin, Index end) {
      Matrix<T> scores(end - begin, items());
      score_users(first + begin, scores);
      TopK<T> best(k);
      for (Index row = 0; row < end - begin; ++row) {
        const std::span<T> own(scores.row(row).data(), static_cast<std::size_t>(items()));
        detail::mask<T>(own, self().train().items_of(first + begin + row), options.filter);
        best.clear();
        best.offer(own);
        Index rank = 0;
        for (const auto& [index, score] : best.sorted()) {
          result.index(begin + row, rank) = index;
          result.score(begin + row, rank++) = score;
        }
      }
    });
    return result;
  }

  /// Scores of all items (columns) for users first, first + 1, ... (rows of @p scores).
  /// @throws ShapeError for another number of columns.
  void score_users(Index first, Matrix<T>& scores) const {
    expect_fitted("score_users");
    detail::expect_size("score_users", "the number of columns", scores.cols(), items());
    if (first < 0 || first > users() || scores.rows() > users() - first)
      detail::fail<DataError>("score_users", "first and the number of rows",
                              detail::concatenate(first, " and ", scores.rows()),
                              detail::concatenate("within ", users(), " users"));
    if constexpr (requires { self().score_block(first, scores); }) {
      self().score_block(first, scores);
    } else {
      for (Index row = 0; row < scores.rows(); ++row)
        self().score_items(
            self().profile(first + row),
            std::span<T>(scores.row(row).data(), static_cast<std::size_t>(scores.cols())));
    }
  }

  /// The score of one item for a user it knows.
  [[nodiscard]] T score(Index user, Index item) const {
    expect_user("score", user);
    expect_item("score", item);
    std::vector<T> scores(static_cast<std::size_t>(items()));
    self().score_items(self().profile(user), std::span<T>(scores));
    return scores[static_cast<std::size_t>(item)];
  }

 protected:
  void expect_fitted(const char* where) const {
    if (self().train().items() == 0)
      throw NotFitted(
          detail::concatenate(where, ": the model is not fitted, expected a call of fit() before"));
  }
  void expect_user(const char* where, Index user) const {
    expect_fitted(where);
    if (user < 0 || user >= users())
      detail::fail<DataError>(where, "user", user, detail::concatenate("in [0, ", users(), ")"));
  }
  void expect_item(const char* where, Index item) const {
    expect_fitted(where);
    if (item < 0 || item >= items())
      detail::fail<DataError>(where, "item", item, detail::concatenate("in [0, ", items(), ")"));
  }
  void expect_history(const char* where, const UserHistory& history) const {
    expect_fitted(where);
    detail::expect_history(where, history, items());
  }

 private:
  [[nodiscard]] const R& self() const { return static_cast<const R&>(*this); }
};

/// A model that ranks items for users.
///
///   fit(interactions)                       learns from who dealt with what
///   partial_fit(interactions)               goes on with new dealings, of the same or further users and items
///   recommend(user or profile, k, filter)   the k best items, best first
///   recommend_all(options)                  the same for all users, in blocks
///   score(user, item), score_users(first, matrix)
///   similar_items(item, k)                  the items nearest to one, best first, without itself
///   fold_in(history)                        the profile of a user it never saw
///   explain(profile, item, k)               which past items speak most for this one, and how much
///   save(path), load(path)                  one file that holds the model, and the ids of users and items
template <class R>
concept Recommender = std::copyable<R> &&
    requires(R& model, const R& fitted, const Interactions& train, Index i,
             const UserHistory& history, const UserProfile<typename R::Element>& profile,
             Matrix<typename R::Element>& scores, const std::string& path) {
  model.fit(train);
  model.partial_fit(train);
  { fitted.train() } -> std::convertible_to<const Interactions&>;
  { fitted.profile(i) } -> std::same_as<UserProfile<typename R::Element>>;
  { fitted.fold_in(history) } -> std::same_as<UserProfile<typename R::Element>>;
  { fitted.recommend(i, i) } -> std::same_as<std::vector<Scored<typename R::Element>>>;
  { fitted.recommend(profile, i) } -> std::same_as<std::vector<Scored<typename R::Element>>>;
  { fitted.recommend_all() } -> std::same_as<TopKRows<typename R::Element>>;
  { fitted.score(i, i) } -> std::same_as<typename R::Element>;
  fitted.score_users(i, scores);
  { fitted.similar_items(i, i) } -> std::same_as<std::vector<Scored<typename R::Element>>>;
  { fitted.explain(profile, i, i) } -> std::same_as<std::vector<Scored<typename R::Element>>>;
  fitted.save(path);
  model.load(path);
};

}  // namespace loyal
