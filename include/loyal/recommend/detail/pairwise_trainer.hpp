// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "../../core/progress.hpp"
#include "../../core/random.hpp"
#include "../../core/types.hpp"
#include "../../data/interactions.hpp"
#include "../../math/alias_table.hpp"
#include "../../math/detail/packet.hpp"
#include "../recommender.hpp"
#include "draw_new.hpp"
#include "pair_meetings.hpp"

namespace loyal::detail {

/// What models that compare two items for a user have in common.
struct PairwiseSettings {
  Index factors;
  double learning_rate;
  double regularization;
  double init_scale;
  double negative_power;
  int fold_in_epochs;
  int threads;
  std::uint64_t seed;
};

/// A user's row x and those of an item that shall come before another, y before z.
template <Scalar T>
struct PairStep {
  using P = typename packet::packet_traits<T>::type;
  static constexpr Index lanes = packet::packet_traits<T>::size;
  Index cols;  // whole packets

  /// x . (y - z).
  [[gnu::flatten]] T difference(const T* x, const T* y, const T* z) const {
    P sum = packet::pset1<P>(T(0));
    for (Index c = 0; c < cols; c += lanes)
      sum = packet::pmadd(packet::ploadu<P>(x + c),
                          packet::psub(packet::ploadu<P>(y + c), packet::ploadu<P>(z + c)), sum);
    return packet::predux(sum);
  }
  [[gnu::flatten]] T dot(const T* x, const T* y) const {
    P sum = packet::pset1<P>(T(0));
    for (Index c = 0; c < cols; c += lanes)
      sum = packet::pmadd(packet::ploadu<P>(x + c), packet::ploadu<P>(y + c), sum);
    return packet::predux(sum);
  }

  /// x = keep x + slope (y - z), and if the items learn, y = keep y + slope x, z = keep z - slope x.
  template <bool items>
  [[gnu::flatten]] void move(T* x, T* y, T* z, T slope, T keep) const {
    const P slopes = packet::pset1<P>(slope);
    const P keeps = packet::pset1<P>(keep);
    for (Index c = 0; c < cols; c += lanes) {
      const P old_x = packet::ploadu<P>(x + c);
      const P old_y = packet::ploadu<P>(y + c);
      const P old_z = packet::ploadu<P>(z + c);
      packet::pstoreu(
          x + c, packet::pmadd(slopes, packet::psub(old_y, old_z), packet::pmul(keeps, old_x)));
      if constexpr (items) {
        const P step = packet::pmul(slopes, old_x);
        packet::pstoreu(y + c, packet::pmadd(keeps, old_y, step));
        packet::pstoreu(z + c, packet::psub(packet::pmul(keeps, old_z), step));
      }
    }
  }
};

/// A set of pairs by one hashed bit each, small enough for the nearest cache: always right about a pair that it holds,
/// wrong about one in eight of the others at most, about one in thirty as a rule; which ones, chance says anew each time.
/// Source: Bloom, Communications of the ACM 13(7), 1970, with one hash, that of Dietzfelbinger, Hagerup, Katajainen &
/// Penttonen, Journal of Algorithms 25(1), 1997.
class PairFilter {
 public:
  PairFilter(std::span<const PairMeetings::Pair> pairs, Rng& rng) : multiplier_(rng() | 1) {
    const std::size_t words = std::bit_ceil(pairs.size() / 4 + 1);  // 16 bits a pair, or more
    words_.assign(words, 0);
    shift_ = 64 - std::countr_zero(64 * words);
    for (const auto [user, item] : pairs) {
      const std::uint64_t place = hash(user, item);
      words_[place / 64] |= std::uint64_t{1} << place % 64;
    }
  }
  [[nodiscard]] bool holds(std::int32_t user, std::int32_t item) const {
    const std::uint64_t place = hash(user, item);
    return (words_[place / 64] >> place % 64 & 1) != 0;
  }

 private:
  [[nodiscard]] std::uint64_t hash(std::int32_t user, std::int32_t item) const {
    const auto pair = static_cast<std::uint64_t>(user) << 32 | static_cast<std::uint64_t>(item);
    return pair * multiplier_ >> shift_;
  }

  std::vector<std::uint64_t> words_;
  std::uint64_t multiplier_;
  int shift_;
};

/// Stochastic gradient descent on pairs of items, for BPR and WARP.
///
/// A rule says what a pair is worth: rule(step, x, item, tables, draw) returns the item compared with (-1: none), the
/// slope of the loss and the loss; draw() gives items that the user did not have, -1 if it finds none.
template <Scalar T>
class PairwiseTrainer {
 public:
  struct Tables {
    Matrix<T> users;  // rows of whole packets
    Matrix<T> items;
    Vector<T> bias;  // of items
  };
  struct Choice {
    std::int32_t other = -1;
    T slope = 0;
    T loss = 0;
  };

  explicit PairwiseTrainer(const PairwiseSettings& settings)
      : s_(settings), step_{(s_.factors + lanes - 1) / lanes * lanes} {}

  /// Rows @p of_users and @p of_items, the last column the bias, and further ones with starting values.
  [[nodiscard]] Tables tables(Index users, Index items, const Matrix<T>& of_users,
                              const Matrix<T>& of_items) const {
    Tables t{Matrix<T>::Zero(users, step_.cols), Matrix<T>::Zero(items, step_.cols),
             Vector<T>::Zero(items)};
    const auto fill = [&](Matrix<T>& rows, const Matrix<T>& known, std::uint64_t stream) {
      rows.topLeftCorner(known.rows(), s_.factors) = known.leftCols(s_.factors);
      Rng rng{s_.seed, stream + 2 * static_cast<std::uint64_t>(known.rows())};
      const double deviation = s_.init_scale / std::sqrt(static_cast<double>(s_.factors));
      for (Index i = known.rows(); i < rows.rows(); ++i)
        for (Index c = 0; c < s_.factors; ++c)
          rows(i, c) = static_cast<T>(deviation * rng.normal());
    };
    fill(t.users, of_users.rows() > 0 ? of_users : Matrix<T>(0, s_.factors), 0x5eed0000);
    fill(t.items, of_items.rows() > 0 ? of_items : Matrix<T>(0, s_.factors), 0x5eed0001);
    if (of_items.rows() > 0) t.bias.head(of_items.rows()) = of_items.col(s_.factors);
    return t;
  }

  /// Some epochs over the pairs of @p learned; negatives are items that the user does not have in @p known.
  template <class Rule>
  void train(const Interactions& learned, const Interactions& known, int epochs,
             const ProgressCallback& progress, const Rule& rule, Tables& t) const {
    PairMeetings meetings(known.users(), known.items(), s_.seed);
    std::vector<double> weights;
    if (s_.negative_power != 0) {
      weights.assign(static_cast<std::size_t>(known.items()), 0);
      for (const auto item : known.all_items()) ++weights[static_cast<std::size_t>(item)];
      for (double& weight : weights) weight = std::pow(std::max(weight, 1.0), s_.negative_power);
    }
    const auto begin = std::chrono::steady_clock::now();
    for (int epoch = 1; epoch <= epochs; ++epoch) {
      const double loss = meetings.epoch(
          learned, static_cast<std::uint64_t>(epoch), s_.threads, [&](PairMeetings::Meeting& m) {
            if (learned.size() != known.size())
              return meet(m, weights, rule, t, [&](std::int32_t user, std::int32_t item) {
                return holds(known.items_of(user), item);
              });
            // What a user had among the items of a meeting is then the meeting's pairs.
            const PairFilter had(m.pairs, m.rng);
            return meet(m, weights, rule, t, [&](std::int32_t user, std::int32_t item) {
              return had.holds(user, item);
            });
          });
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
      if (!progress({.what = "epoch",
                     .step = epoch,
                     .total = epochs,
                     .seconds = seconds.count(),
                     .value = loss / static_cast<double>(std::max<Index>(1, learned.size()))}))
        return;
    }
  }

  /// A new user's row, by the same steps with the items held.
  template <class Rule>
  [[nodiscard]] RowVector<T> fold_in(std::span<const std::int32_t> history, const Rule& rule,
                                     const Matrix<T>& item_factors) const {
    Tables t = tables(1, item_factors.rows(), Matrix<T>(0, s_.factors), item_factors);
    t.users.setZero();
    std::vector<std::int32_t> order(history.begin(), history.end());
    Rng rng{s_.seed, 0x5eed0002};
    const auto items = static_cast<std::uint64_t>(item_factors.rows());
    const auto draw = [&] {
      return draw_new([&] { return static_cast<std::int32_t>(rng.below(items)); },
                      [&](std::int32_t item) { return holds(history, item); });
    };
    for (int epoch = 0; epoch < s_.fold_in_epochs; ++epoch) {
      rng.shuffle(order);
      for (const auto item : order) take<false>(rule, 0, item, draw, t);
    }
    return t.users.row(0).head(s_.factors);
  }

 private:
  static constexpr Index lanes = packet::packet_traits<T>::size;

  using Pair = PairMeetings::Pair;

  template <bool items, class Rule, class Draw>
  T take(const Rule& rule, std::int32_t user, std::int32_t item, const Draw& draw,
         Tables& t) const {
    T* const x = t.users.data() + user * step_.cols;
    const Choice choice = rule(step_, x, item, t, draw);
    if (choice.other < 0 || choice.slope == T(0)) return choice.loss;
    const auto rate = static_cast<T>(s_.learning_rate);
    const T keep = 1 - rate * static_cast<T>(s_.regularization);
    const T slope = rate * choice.slope;
    step_.template move<items>(x, t.items.data() + item * step_.cols,
                               t.items.data() + choice.other * step_.cols, slope, keep);
    if constexpr (items) {
      t.bias[item] = keep * t.bias[item] + slope;
      t.bias[choice.other] = keep * t.bias[choice.other] - slope;
    }
    return choice.loss;
  }

  template <class Rule, class Had>
  double meet(PairMeetings::Meeting& m, const std::vector<double>& weights, const Rule& rule,
              Tables& t, const Had& had) const {
    std::optional<AliasTable> popular;
    if (!weights.empty()) {
      std::vector<double> own;
      for (const auto item : m.items) own.push_back(weights[static_cast<std::size_t>(item)]);
      popular.emplace(own);
    }
    const auto draw_for = [&](std::int32_t user) {
      return draw_new(
          [&] {
            const auto place = popular ? static_cast<std::uint64_t>(popular->sample(m.rng))
                                       : m.rng.below(m.items.size());
            return m.items[place];
          },
          [&](std::int32_t item) { return had(user, item); });
    };
    // The rows of a pair and of its first negative are asked for some pairs ahead.
    constexpr std::size_t ahead = 8;
    std::array<std::int32_t, ahead> negatives{};
    const auto prepare = [&](std::size_t i) {
      if (i >= m.pairs.size()) return;
      const auto [user, item] = m.pairs[i];
      const std::int32_t other = negatives[i % ahead] = draw_for(user);
      fetch(t.users.data() + user * step_.cols);
      fetch(t.items.data() + item * step_.cols);
      if (other >= 0) fetch(t.items.data() + other * step_.cols);
    };
    for (std::size_t i = 0; i < ahead; ++i) prepare(i);
    double loss = 0;
    for (std::size_t i = 0; i < m.pairs.size(); ++i) {
      const auto [user, item] = m.pairs[i];
      const std::int32_t first = negatives[i % ahead];
      prepare(i + ahead);
      bool again = false;
      const auto draw = [&, user = user] {
        return std::exchange(again, true) ? draw_for(user) : first;
      };
      loss += static_cast<double>(take<true>(rule, user, item, draw, t));
    }
    return loss;
  }
  void fetch(const T* row) const {
    constexpr Index line = 64 / static_cast<Index>(sizeof(T));
    for (Index c = 0; c < step_.cols; c += line) __builtin_prefetch(row + c, 1);
  }

  PairwiseSettings s_;
  PairStep<T> step_;
};

}  // namespace loyal::detail
