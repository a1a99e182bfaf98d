// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../../core/parallel.hpp"
#include "../../core/random.hpp"
#include "../../core/types.hpp"
#include "../../math/matrix_product.hpp"

namespace loyal::detail {

/// Gradients of losses over pairs of users and items whose score is x . y, for a batch of users with all their
/// pairs, against negative items that the whole batch shares.
///
///   loss = sum over the batch's pairs of f(score, weight) + sum over its users and negatives of g(score)
///
/// With shared negatives g is a small matrix product. In expectation nothing changes: each user meets uniform
/// negatives, as many as the batch has. A user's pairs stand together, so that negatives are scored once for
/// all of them. All pieces are fixed, and sums are added in their order: threads change no bit.
/// Source: Ji et al., IEEE TPDS 30(9), 2019 (shared negatives as matrix products); Chen et al., KDD 2017
/// (negatives shared by a batch).
template <Scalar T>
class SharedNegatives {
 public:
  SharedNegatives(Index items, Index negatives, int threads)
      : slot_(static_cast<std::size_t>(items), -1),
        wanted_(std::min(negatives, items)),
        threads_(threads) {}

  /// Begins a batch: draws its negatives, each once.
  void begin(Rng& rng) {
    for (const auto item : items_) slot_[static_cast<std::size_t>(item)] = -1;
    items_.clear();
    if (wanted_ == std::ssize(slot_))
      for (Index item = 0; item < wanted_; ++item) static_cast<void>(slot_of(item));
    else
      while (std::ssize(items_) < wanted_)
        static_cast<void>(slot_of(static_cast<Index>(rng.below(slot_.size()))));
    pairs_.clear();
    first_pair_.assign(1, 0);
  }
  /// A pair of the user that is being added; end_user() completes that user.
  void add(Index item, T weight) { pairs_.push_back({slot_of(item), weight, T(0)}); }
  void end_user() { first_pair_.push_back(std::ssize(pairs_)); }

  [[nodiscard]] Index negatives() const { return wanted_; }
  /// What the batch touches: the negatives, then further items of its pairs.
  [[nodiscard]] std::span<const std::int32_t> items() const { return items_; }

  /// The loss and the gradient of x, one row a user.
  ///
  ///   x    vectors of the batch's users, in the order in which they were added
  ///   y    vectors of all items
  ///   positive(score, weight, slope)      returns f and sets df / dscore
  ///   negative(first, scores)             users x some negatives from the first on: turns each score into
  ///                                       dg / dscore and returns the sum of g
  template <class Positive, class Negative>
  double gradient(const Matrix<T>& x, const Matrix<T>& y, const Positive& positive,
                  const Negative& negative, Matrix<T>& dx) {
    const Index users = x.rows();
    const Index d = x.cols();
    chosen_.resize(wanted_, d);
    for (Index j = 0; j < wanted_; ++j) chosen_.row(j) = y.row(items_[static_cast<std::size_t>(j)]);
    of_negatives_.resize(wanted_, d);
    parts_.resize(static_cast<std::size_t>((wanted_ + width - 1) / width));
    parallel_for(wanted_, {.threads = threads_, .grain = width}, [&](Index begin, Index end) {
      Part& part = parts_[static_cast<std::size_t>(begin / width)];
      const auto some = chosen_.middleRows(begin, end - begin);
      part.scores.resize(users, end - begin);
      part.dx.resize(users, d);
      multiply(x, some.transpose(), part.scores);
      part.loss = negative(begin, part.scores);
      multiply(part.scores, some, part.dx);
      multiply(part.scores.transpose(), x, of_negatives_.middleRows(begin, end - begin));
    });
    dx.setZero(users, d);
    losses_.assign(static_cast<std::size_t>(users), 0);
    parallel_for(users, {.threads = threads_, .grain = 16}, [&](Index begin, Index end) {
      for (Index row = begin; row < end; ++row) {
        for (const Part& part : parts_) dx.row(row) += part.dx.row(row);
        for (auto p = first_pair_[static_cast<std::size_t>(row)];
             p < first_pair_[static_cast<std::size_t>(row) + 1]; ++p) {
          Pair& pair = pairs_[static_cast<std::size_t>(p)];
          const auto item = y.row(items_[static_cast<std::size_t>(pair.slot)]);
          losses_[static_cast<std::size_t>(row)] +=
              static_cast<double>(positive(x.row(row).dot(item), pair.weight, pair.slope));
          dx.row(row) += pair.slope * item;
        }
      }
    });
    double loss = 0;
    for (const Part& part : parts_) loss += part.loss;
    for (const double part : losses_) loss += part;
    sort_by_item();
    return loss;
  }

  struct Touched {
    std::span<const std::int32_t> pairs;  ///< with this item, by the order in which they were added
    bool drawn;                           ///< whether it is one of the negatives
  };
  /// Calls f(item, g, touched) for all items the batch touched, after gradient(): g is the gradient of the item's
  /// vector. Of several threads, each item once.
  template <class F>
  void for_each_item(const Matrix<T>& x, const F& f) const {
    parallel_for(
        std::ssize(items_), {.threads = threads_, .grain = 64}, [&](Index begin, Index end) {
          RowVector<T> g(x.cols());
          for (Index slot = begin; slot < end; ++slot) {
            if (slot < wanted_)
              g = of_negatives_.row(slot);
            else
              g.setZero();
            const auto from = static_cast<std::size_t>(by_item_[static_cast<std::size_t>(slot)]);
            const auto to = static_cast<std::size_t>(by_item_[static_cast<std::size_t>(slot) + 1]);
            for (auto i = from; i < to; ++i) g += slopes_[i] * x.row(rows_[i]);
            f(Index{items_[static_cast<std::size_t>(slot)]}, g,
              Touched{std::span(numbers_).subspan(from, to - from), slot < wanted_});
          }
        });
  }

 private:
  static constexpr Index width = 128;  // negatives of one piece

  struct Pair {
    std::int32_t slot;
    T weight;
    T slope;
  };
  struct Part {
    Matrix<T> scores;
    Matrix<T> dx;
    double loss = 0;
  };

  std::int32_t slot_of(Index item) {
    auto& slot = slot_[static_cast<std::size_t>(item)];
    if (slot < 0) {
      slot = static_cast<std::int32_t>(items_.size());
      items_.push_back(static_cast<std::int32_t>(item));
    }
    return slot;
  }

  /// Counting sort of the pairs by item: their numbers, ascending, the rows of their users and their slopes.
  void sort_by_item() {
    by_item_.assign(items_.size() + 1, 0);
    for (const Pair& pair : pairs_) ++by_item_[static_cast<std::size_t>(pair.slot) + 1];
    for (std::size_t i = 1; i < by_item_.size(); ++i) by_item_[i] += by_item_[i - 1];
    next_.assign(by_item_.begin(), by_item_.end());
    numbers_.resize(pairs_.size());
    rows_.resize(pairs_.size());
    slopes_.resize(pairs_.size());
    for (std::size_t row = 0; row + 1 < first_pair_.size(); ++row)
      for (auto p = first_pair_[row]; p < first_pair_[row + 1]; ++p) {
        const Pair& pair = pairs_[static_cast<std::size_t>(p)];
        const auto to = static_cast<std::size_t>(next_[static_cast<std::size_t>(pair.slot)]++);
        numbers_[to] = static_cast<std::int32_t>(p);
        rows_[to] = static_cast<std::int32_t>(row);
        slopes_[to] = pair.slope;
      }
  }

  std::vector<std::int32_t> slot_;   // of each item in this batch, -1 for none
  std::vector<std::int32_t> items_;  // of each slot
  Index wanted_;
  int threads_;
  std::vector<Pair> pairs_;
  std::vector<Index> first_pair_;  // of each user, and one more
  Matrix<T> chosen_;               // vectors of the negatives
  Matrix<T> of_negatives_;         // their gradients
  std::vector<Part> parts_;
  std::vector<double> losses_;
  std::vector<Index> by_item_;  // pairs of each slot
  std::vector<Index> next_;
  std::vector<std::int32_t> numbers_;
  std::vector<std::int32_t> rows_;
  std::vector<T> slopes_;
};

}  // namespace loyal::detail
