// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/types.hpp"

namespace loyal {

/// An index and its score.
template <Scalar T>
struct Scored {
  Index index;
  T score;
  friend bool operator==(const Scored&, const Scored&) = default;
};

namespace detail {

/// Higher score first; of equal scores, the smaller index.
struct RanksBefore {
  template <class S>
  bool operator()(const S& a, const S& b) const {
    return a.score > b.score || (a.score == b.score && a.index < b.index);
  }
};

struct ExcludeNone {
  bool operator()(Index) const { return false; }
};

/// Numbers that lie side by side, of a vector, a span, or an Eigen vector or row.
template <class Numbers>
auto side_by_side(const Numbers& numbers) {
  using T = std::remove_cvref_t<decltype(*numbers.data())>;
  static_assert(Scalar<T>, "scores are float or double");
  if constexpr (requires { Numbers::InnerStrideAtCompileTime; })
    static_assert(Numbers::InnerStrideAtCompileTime == 1 && Numbers::IsVectorAtCompileTime,
                  "scores must lie side by side: copy the column of a row-major matrix first");
  return std::span<const T>(numbers.data(), static_cast<std::size_t>(numbers.size()));
}

}  // namespace detail

/// Keeps the k best of the scores it is offered, in any order and number of pieces.
///
/// Higher scores first; of equal scores the smaller index, so the result never depends on the order.
/// NaN and -inf are never kept: -inf masks what must not be chosen. Once warm it allocates nothing.
/// Source: none, our own: what passes the k-th score so far is collected, and cut back to k whenever
/// twice as many have come. Cost: one SIMD comparison a score, about O(k log(n / k)) beyond that.
///
///     loyal::TopK<float> best(2);
///     best.offer(std::vector<float>{0.1F, 0.9F, 0.9F, 0.3F});
///     best.push(7, 0.95F);
///     if (best.sorted()[0].index != 7 || best.sorted()[1].index != 1) return 1;
template <Scalar T>
class TopK {
 public:
  /// @throws OptionError if k < 0.
  explicit TopK(Index k) : k_(static_cast<std::size_t>(k)) {
    detail::expect_option("TopK", "k", k, k >= 0, ">= 0");
    reset_threshold();
  }

  /// Forgets what was offered.
  void clear() {
    kept_.clear();
    reset_threshold();
  }

  void push(Index index, T score) {
    if (score >= threshold_) keep(index, score);
  }

  /// Offers all @p scores but those for which exclude(index) is true; the first one has index @p first.
  template <class Scores, class Exclude = detail::ExcludeNone>
  void offer(const Scores& scores, Index first = 0, Exclude&& exclude = {}) {
    const std::span<const T> s = detail::side_by_side(scores);
    constexpr std::size_t block = 64;
    std::size_t i = 0;
    for (; i + block <= s.size(); i += block) {
      const T* const x = s.data() + i;
      unsigned passing = 0;
      for (std::size_t j = 0; j < block; ++j) passing |= x[j] >= threshold_ ? 1U : 0U;
      if (passing != 0) offer_each(x, block, first + static_cast<Index>(i), exclude);
    }
    offer_each(s.data() + i, s.size() - i, first + static_cast<Index>(i), exclude);
  }

  /// What is kept, best first: k scores, or fewer if fewer were offered. Valid until the next change.
  [[nodiscard]] std::span<const Scored<T>> sorted() {
    cut();
    std::sort(kept_.begin(), kept_.end(), detail::RanksBefore{});
    return kept_;
  }

 private:
  void reset_threshold() {
    threshold_ = k_ == 0 ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
    if (kept_.capacity() < room()) kept_.reserve(room());
  }
  // A huge k is "all of them": room then grows as scores come.
  [[nodiscard]] std::size_t room() const { return std::min<std::size_t>(2 * k_ + 32, 4096); }

  template <class Exclude>
  void offer_each(const T* x, std::size_t size, Index first, Exclude&& exclude) {
    for (std::size_t j = 0; j < size; ++j) {
      const Index index = first + static_cast<Index>(j);
      if (x[j] >= threshold_ && !exclude(index)) keep(index, x[j]);
    }
  }

  void keep(Index index, T score) {
    if (k_ == 0) return;
    kept_.push_back({index, score});
    if (kept_.size() >= 2 * k_ + 32) cut();
  }

  void cut() {
    if (kept_.size() <= k_ || k_ == 0) return;
    const auto last = kept_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
    std::nth_element(kept_.begin(), last, kept_.end(), detail::RanksBefore{});
    threshold_ = last->score;
    kept_.resize(k_);
  }

  std::size_t k_;
  T threshold_{};
  std::vector<Scored<T>> kept_;
};

/// The k best of @p scores, best first, without those for which exclude(index) is true; see TopK.
///
///     const std::vector<double> scores{3, 1, 2, 3};
///     const auto best = loyal::top_k(scores, 2, [](loyal::Index i) { return i == 0; });
///     if (best[0].index != 3 || best[1].index != 2) return 1;
template <class Scores, class Exclude = detail::ExcludeNone>
auto top_k(const Scores& scores, Index k, Exclude&& exclude = {}) {
  using T = typename decltype(detail::side_by_side(scores))::value_type;
  TopK<T> best(k);
  best.offer(scores, 0, exclude);
  const auto sorted = best.sorted();
  return std::vector<Scored<T>>(sorted.begin(), sorted.end());
}

/// The k best columns of each row; where a row has fewer, index -1 and score -inf fill it up.
template <Scalar T>
struct TopKRows {
  Eigen::Matrix<Index, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> index;  ///< n x k
  Matrix<T> score;                                                              ///< n x k
};

struct TopKRowsOptions {
  int threads = 0;  ///< threads at most; 0: as many as the machine has
};

/// top_k() of each row of scores (n x m) without those for which exclude(row, column) is true.
/// exclude is called by several threads at once.
template <Scalar T, class Exclude>
TopKRows<T> top_k_rows(const Matrix<T>& scores, Index k, Exclude&& exclude,
                       const TopKRowsOptions& options = {}) {
  detail::expect_option("top_k_rows", "k", k, k >= 0, ">= 0");
  TopKRows<T> best;
  best.index.setConstant(scores.rows(), k, -1);
  best.score.setConstant(scores.rows(), k, -std::numeric_limits<T>::infinity());
  parallel_for(scores.rows(), {.threads = options.threads, .grain = 16},
               [&](Index begin, Index end) {
                 TopK<T> top(k);
                 for (Index i = begin; i < end; ++i) {
                   top.clear();
                   top.offer(scores.row(i), 0, [&](Index j) { return exclude(i, j); });
                   Index rank = 0;
                   for (const auto& [index, score] : top.sorted()) {
                     best.index(i, rank) = index;
                     best.score(i, rank++) = score;
                   }
                 }
               });
  return best;
}
template <Scalar T>
TopKRows<T> top_k_rows(const Matrix<T>& scores, Index k, const TopKRowsOptions& options = {}) {
  return top_k_rows(
      scores, k, [](Index, Index) { return false; }, options);
}

}  // namespace loyal
