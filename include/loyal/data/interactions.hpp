// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "id_map.hpp"
#include "time.hpp"

namespace loyal {

/// One user's dealing with one item.
struct Interaction {
  std::int32_t user = 0;
  std::int32_t item = 0;
  float value = 1;  ///< a rating, a count or a weight; finite
  Time time = 0;    ///< of the last dealing; 0 where unknown

  friend bool operator==(const Interaction&, const Interaction&) = default;
};

/// What becomes of several interactions of the same user and item. Each keeps the latest time.
enum class Duplicates {
  sum,      ///< their values add up, as counts do
  last,     ///< the value of the latest; of equally late ones, of the one that stands last
  largest,  ///< the largest value
  refuse,   ///< an error
};

/// Who dealt with what: users x items, compressed by rows; a value.
///
///   items_of(user)    the user's items, ascending
///   values_of(user)   a number for each of them
///   times_of(user)    a time for each of them, or nothing where no time is known
///
/// Users and items are numbers from 0; names(), where there are any, say what they stand for.
/// Reading from many threads is safe.
/// @throws DataError if an index is outside, a value not finite, or a pair there twice and refused.
/// Source: none, our own. Cost: two counting sorts; 8 bytes a pair, 16 with times.
///
///     const std::vector<loyal::Interaction> pairs{{0, 2}, {1, 0}, {0, 1}, {0, 2}};
///     const loyal::Interactions seen(2, 3, pairs);
///     if (seen.size() != 3 || seen.items_of(0)[0] != 1 || seen.values_of(0)[1] != 2) return 1;
///     if (seen.transposed().items_of(2)[0] != 0) return 2;
class Interactions {
 public:
  Interactions() = default;
  Interactions(Index users, Index items, std::span<const Interaction> pairs,
               Duplicates duplicates = Duplicates::sum)
      : items_count_(items) {
    expect_usable(users, items, pairs);
    // Sorted by item, then stably by user: rows with ascending items.
    const auto by_item = sorted_by(pairs, items, [](const Interaction& pair) { return pair.item; });
    const auto sorted = sorted_by(std::span<const Interaction>(by_item), users,
                                  [](const Interaction& pair) { return pair.user; });
    const bool timed =
        std::any_of(sorted.begin(), sorted.end(), [](const auto& p) { return p.time != 0; });
    begin_.assign(static_cast<std::size_t>(users) + 1, 0);
    items_.reserve(sorted.size());
    values_.reserve(sorted.size());
    if (timed) times_.reserve(sorted.size());
    for (std::size_t i = 0; i < sorted.size();) {
      Interaction pair = sorted[i];
      for (++i; i < sorted.size() && sorted[i].user == pair.user && sorted[i].item == pair.item;
           ++i)
        merge(pair, sorted[i], duplicates);
      items_.push_back(pair.item);
      values_.push_back(pair.value);
      if (timed) times_.push_back(pair.time);
      ++begin_[static_cast<std::size_t>(pair.user) + 1];
    }
    for (std::size_t u = 1; u < begin_.size(); ++u) begin_[u] += begin_[u - 1];
  }

  /// The same from rows that are there: offsets users + 1 numbers from 0, items ascending in each row,
  /// times one a pair or none. @throws ShapeError, DataError if they are not so.
  [[nodiscard]] static Interactions from_rows(Index items, std::vector<Index> offsets,
                                              std::vector<std::int32_t> of_rows,
                                              std::vector<float> values,
                                              std::vector<Time> times = {}) {
    constexpr const char* where = "Interactions::from_rows";
    Interactions made;
    detail::expect_size(where, "the number of values", values.size(), of_rows.size());
    if (!times.empty())
      detail::expect_size(where, "the number of times", times.size(), of_rows.size());
    if (offsets.empty()) offsets.push_back(0);
    for (std::size_t u = 0; u < offsets.size(); ++u)
      if (u == 0 ? offsets[u] != 0 : offsets[u] < offsets[u - 1])
        detail::fail<DataError>(where, detail::concatenate("offsets[", u, "]"), offsets[u],
                                "rising from 0");
    detail::expect_size(where, "the last of offsets", offsets.back(), of_rows.size());
    made.items_count_ = items;
    expect_usable(static_cast<Index>(offsets.size()) - 1, items, {});
    for (std::size_t u = 0; u + 1 < offsets.size(); ++u)
      for (auto i = static_cast<std::size_t>(offsets[u]);
           i < static_cast<std::size_t>(offsets[u + 1]); ++i)
        if (of_rows[i] < 0 || of_rows[i] >= items || !std::isfinite(values[i]) ||
            (std::cmp_greater(i, offsets[u]) && of_rows[i] <= of_rows[i - 1]))
          detail::fail<DataError>(
              where, detail::concatenate("pair ", i, " of user ", u),
              detail::concatenate("item ", of_rows[i], ", value ", values[i]),
              detail::concatenate("items ascending in [0, ", items, "), finite values"));
    made.begin_ = std::move(offsets);
    made.items_ = std::move(of_rows);
    made.values_ = std::move(values);
    made.times_ = std::move(times);
    return made;
  }

  [[nodiscard]] Index users() const noexcept {
    return begin_.empty() ? 0 : static_cast<Index>(begin_.size()) - 1;
  }
  [[nodiscard]] Index items() const noexcept { return items_count_; }
  /// Number of pairs.
  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(items_.size()); }
  [[nodiscard]] bool timed() const noexcept { return !times_.empty(); }

  /// @throws DataError, as the two below, if there is no such user.
  [[nodiscard]] std::span<const std::int32_t> items_of(Index user) const {
    return row(items_, user);
  }
  [[nodiscard]] std::span<const float> values_of(Index user) const { return row(values_, user); }
  [[nodiscard]] std::span<const Time> times_of(Index user) const {
    return timed() ? row(times_, user) : std::span<const Time>{};
  }
  [[nodiscard]] bool contains(Index user, std::int32_t item) const {
    const auto items = items_of(user);
    return std::binary_search(items.begin(), items.end(), item);
  }

  /// All rows one after the other: user u has the pairs offsets()[u] .. offsets()[u + 1] - 1.
  [[nodiscard]] std::span<const Index> offsets() const noexcept { return begin_; }
  [[nodiscard]] std::span<const std::int32_t> all_items() const noexcept { return items_; }
  [[nodiscard]] std::span<const float> all_values() const noexcept { return values_; }
  [[nodiscard]] std::span<const Time> all_times() const noexcept { return times_; }

  /// The pairs, by user and item.
  [[nodiscard]] std::vector<Interaction> pairs() const {
    std::vector<Interaction> all;
    all.reserve(items_.size());
    for (Index u = 0; u < users(); ++u)
      for (auto i = static_cast<std::size_t>(begin_[static_cast<std::size_t>(u)]);
           i < static_cast<std::size_t>(begin_[static_cast<std::size_t>(u) + 1]); ++i)
        all.push_back(
            {static_cast<std::int32_t>(u), items_[i], values_[i], timed() ? times_[i] : Time{0}});
    return all;
  }

  /// Items x users: each item's users, ascending.
  [[nodiscard]] Interactions transposed() const {
    Interactions t;
    t.items_count_ = users();
    t.user_names_ = item_names_;
    t.item_names_ = user_names_;
    t.begin_.assign(static_cast<std::size_t>(items_count_) + 1, 0);
    for (const auto item : items_) ++t.begin_[static_cast<std::size_t>(item) + 1];
    for (std::size_t i = 1; i < t.begin_.size(); ++i) t.begin_[i] += t.begin_[i - 1];
    t.items_.resize(items_.size());
    t.values_.resize(items_.size());
    t.times_.resize(times_.size());
    std::vector<Index> next = t.begin_;
    for (Index u = 0; u < users(); ++u)
      for (auto i = static_cast<std::size_t>(begin_[static_cast<std::size_t>(u)]);
           i < static_cast<std::size_t>(begin_[static_cast<std::size_t>(u) + 1]); ++i) {
        const auto to = static_cast<std::size_t>(next[static_cast<std::size_t>(items_[i])]++);
        t.items_[to] = static_cast<std::int32_t>(u);
        t.values_[to] = values_[i];
        if (timed()) t.times_[to] = times_[i];
      }
    return t;
  }

  /// The same as a matrix for linear algebra.
  template <Scalar T>
  [[nodiscard]] SparseMatrix<T> matrix() const {
    if (size() > std::numeric_limits<int>::max())
      detail::fail<DataError>("Interactions::matrix", "the number of pairs", size(),
                              "at most 2^31 - 1");
    const std::vector<int> outer(begin_.begin(), begin_.end());
    const std::vector<T> values(values_.begin(), values_.end());
    if (begin_.empty()) return SparseMatrix<T>(0, items_count_);
    return Eigen::Map<const SparseMatrix<T>>(users(), items_count_, size(), outer.data(),
                                             items_.data(), values.data());
  }

  /// What users and items are called; empty where nobody said.
  [[nodiscard]] const IdMap& user_names() const noexcept { return user_names_; }
  [[nodiscard]] const IdMap& item_names() const noexcept { return item_names_; }
  /// @throws ShapeError unless there is a name for each user and item.
  void set_names(IdMap users_named, IdMap items_named) {
    detail::expect_size("Interactions::set_names", "the number of users' names", users_named.size(),
                        users());
    detail::expect_size("Interactions::set_names", "the number of items' names", items_named.size(),
                        items());
    user_names_ = std::move(users_named);
    item_names_ = std::move(items_named);
  }

  /// These and @p more together. Users and items of one name are one where both have names, else those of one
  /// number. @throws DataError if only one of the two has names, or a pair is in both and refused.
  [[nodiscard]] Interactions joined(const Interactions& more,
                                    Duplicates duplicates = Duplicates::sum) const {
    if (users() == 0 && items() == 0) return more;
    const auto named = [](const Interactions& x) {
      return !x.user_names_.empty() || !x.item_names_.empty();
    };
    if (named(*this) != named(more))
      detail::fail<DataError>("Interactions::joined", "names",
                              named(more) ? "only in the second" : "only in the first",
                              "in both or in neither");
    auto all = pairs();
    auto added = more.pairs();
    Index user_count = std::max(users(), more.users());
    Index item_count = std::max(items(), more.items());
    IdMap users_named = user_names_;
    IdMap items_named = item_names_;
    if (named(*this)) {
      const auto numbers = [](IdMap& names, const IdMap& others) {
        std::vector<std::int32_t> of;
        for (const auto& name : others.names()) of.push_back(names.add(name));
        return of;
      };
      const auto user_of = numbers(users_named, more.user_names_);
      const auto item_of = numbers(items_named, more.item_names_);
      for (auto& pair : added) {
        pair.user = user_of[static_cast<std::size_t>(pair.user)];
        pair.item = item_of[static_cast<std::size_t>(pair.item)];
      }
      user_count = users_named.size();
      item_count = items_named.size();
    }
    all.insert(all.end(), added.begin(), added.end());
    Interactions together(user_count, item_count, all, duplicates);
    together.user_names_ = std::move(users_named);
    together.item_names_ = std::move(items_named);
    return together;
  }

  friend bool operator==(const Interactions&, const Interactions&) = default;

 private:
  static void expect_usable(Index users, Index items, std::span<const Interaction> pairs) {
    constexpr Index most = std::numeric_limits<std::int32_t>::max();
    const auto in_range = [](const char* what, std::int64_t got, std::int64_t size) {
      if (got < 0 || got >= size)
        detail::fail<DataError>("Interactions", what, got,
                                detail::concatenate("in [0, ", size, ")"));
    };
    in_range("the number of users", users, most);
    in_range("the number of items", items, most);
    for (const Interaction& pair : pairs) {
      in_range("a user", pair.user, users);
      in_range("an item", pair.item, items);
      if (!std::isfinite(pair.value))
        detail::fail<DataError>(
            "Interactions",
            detail::concatenate("the value of user ", pair.user, ", item ", pair.item), pair.value,
            "a finite number");
    }
  }

  template <class Key>
  static std::vector<Interaction> sorted_by(std::span<const Interaction> pairs, Index count,
                                            const Key& key) {
    std::vector<std::size_t> next(static_cast<std::size_t>(count) + 1, 0);
    for (const auto& pair : pairs) ++next[static_cast<std::size_t>(key(pair)) + 1];
    for (std::size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
    std::vector<Interaction> sorted(pairs.size());
    for (const auto& pair : pairs) sorted[next[static_cast<std::size_t>(key(pair))]++] = pair;
    return sorted;
  }

  static void merge(Interaction& pair, const Interaction& other, Duplicates duplicates) {
    switch (duplicates) {
      case Duplicates::sum:
        pair.value += other.value;
        if (!std::isfinite(pair.value))
          detail::fail<DataError>(
              "Interactions",
              detail::concatenate("the sum of values of user ", pair.user, ", item ", pair.item),
              pair.value, "a finite number");
        break;
      case Duplicates::last:
        if (other.time >= pair.time) pair.value = other.value;
        break;
      case Duplicates::largest:
        pair.value = std::max(pair.value, other.value);
        break;
      case Duplicates::refuse:
        detail::fail<DataError>("Interactions",
                                detail::concatenate("user ", pair.user, ", item ", pair.item),
                                "there twice", "once");
    }
    pair.time = std::max(pair.time, other.time);
  }

  template <class T>
  [[nodiscard]] std::span<const T> row(const std::vector<T>& all, Index user) const {
    if (user < 0 || user >= users())
      detail::fail<DataError>("Interactions", "user", user,
                              detail::concatenate("in [0, ", users(), ")"));
    const auto from = static_cast<std::size_t>(begin_[static_cast<std::size_t>(user)]);
    const auto to = static_cast<std::size_t>(begin_[static_cast<std::size_t>(user) + 1]);
    return std::span(all).subspan(from, to - from);
  }

  Index items_count_ = 0;
  std::vector<Index> begin_;  // users + 1
  std::vector<std::int32_t> items_;
  std::vector<float> values_;
  std::vector<Time> times_;  // of all pairs, or none
  IdMap user_names_;
  IdMap item_names_;
};

}  // namespace loyal
