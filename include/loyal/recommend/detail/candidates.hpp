// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "../../core/types.hpp"
#include "../../math/top_k.hpp"

namespace loyal::detail {

/// What may be among the k best while scores are only known to lie between bounds. Once warm it allocates nothing.
template <Scalar T>
class Candidates {
 public:
  void start(Index k) {
    k_ = static_cast<std::size_t>(k);
    threshold_ = -std::numeric_limits<double>::infinity();
    all_.clear();
  }

  /// The k-th best score is not below this; what is below it need not be offered.
  [[nodiscard]] double threshold() const { return threshold_; }

  /// Whether the threshold has risen. score(items, count, scores) computes what is not known well enough to tell
  /// which to keep.
  template <class Score>
  bool offer(std::int32_t item, double lower, double upper, const Score& score) {
    all_.push_back({lower, upper, item, false});
    if (all_.size() < room()) return false;
    const double before = threshold_;
    drop();
    if (all_.size() > k_ + (room() - k_) / 2) {
      make_exact(score);
      drop();
    }
    return threshold_ > before;
  }

  /// The k best, best first.
  template <class Score>
  void finish(const Score& score, std::vector<Scored<T>>& best) {
    drop();
    make_exact(score);
    best.clear();
    for (const auto& one : all_) best.push_back({one.item, static_cast<T>(one.lower)});
    std::sort(best.begin(), best.end(), RanksBefore{});
    if (best.size() > k_) best.resize(k_);
  }

 private:
  struct Candidate {
    double lower;
    double upper;
    std::int32_t item;
    bool exact;  // both bounds are the score
  };

  [[nodiscard]] std::size_t room() const { return k_ + k_ / 2 + 32; }

  /// Raises the threshold to the k-th best lower bound and lets go what cannot reach it.
  void drop() {
    if (all_.size() < k_ || k_ == 0) return;
    const auto last = all_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
    std::nth_element(all_.begin(), last, all_.end(),
                     [](const Candidate& a, const Candidate& b) { return a.lower > b.lower; });
    threshold_ = std::max(threshold_, last->lower);
    std::erase_if(all_, [&](const Candidate& one) { return one.upper < threshold_; });
  }

  /// Leaves the k best of the known scores; NaN and -infinity are no scores.
  template <class Score>
  void make_exact(const Score& score) {
    constexpr std::size_t together = 64;
    std::int32_t items[together];
    T scores[together];
    for (std::size_t i = 0; i < all_.size();) {
      std::size_t count = 0;
      const std::size_t begin = i;
      for (; i < all_.size() && count < together; ++i)
        if (!all_[i].exact) items[count++] = all_[i].item;
      if (count == 0) continue;
      score(items, static_cast<Index>(count), scores);
      count = 0;
      for (std::size_t j = begin; j < i; ++j)
        if (!all_[j].exact) {
          const auto known = static_cast<double>(scores[count++]);
          all_[j] = {known, known, all_[j].item, true};
        }
    }
    std::erase_if(all_, [](const Candidate& one) {
      return !(one.lower > -std::numeric_limits<double>::infinity());
    });
    if (all_.size() <= k_) return;
    const auto end = all_.begin() + static_cast<std::ptrdiff_t>(k_);
    std::nth_element(all_.begin(), end, all_.end(), [](const Candidate& a, const Candidate& b) {
      return a.lower > b.lower || (a.lower == b.lower && a.item < b.item);
    });
    all_.resize(k_);
  }

  std::size_t k_ = 0;
  double threshold_ = 0;
  std::vector<Candidate> all_;
};

}  // namespace loyal::detail
