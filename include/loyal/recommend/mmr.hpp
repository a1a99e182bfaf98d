// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/top_k.hpp"

namespace loyal {

struct MMROptions {
  Index k = 10;         ///< items to choose, >= 0
  double lambda = 0.7;  ///< in [0, 1]: 1 looks at scores only, 0 at difference only
};

/// Chooses k of a ranked list so that they are good and differ: maximal marginal relevance. Each next item is
///
///   argmax over what is left of  lambda r_i - (1 - lambda) max over the chosen j of similarity(i, j)
///
///   r_i   the score, shifted and stretched so that the list's scores reach from 0 to 1: lambda then means the
///         same for every model and user
///
/// similarity(i, j) of two items' numbers shall be in [-1, 1]. The chosen come in the order of choice with their own
/// scores; of equally good ones the earlier in the list. Take some 5 to 10 times k candidates.
/// @throws OptionError for k < 0 or lambda outside [0, 1]; DataError for a score that is not finite.
/// Source: Carbonell & Goldstein, SIGIR 1998, equation 1; the scaling is our own.
/// Cost: k similarities a candidate.
///
///     const std::vector<loyal::Scored<float>> ranked{{4, 1.0F}, {7, 0.9F}, {2, 0.5F}};
///     const auto same_shelf = [](loyal::Index a, loyal::Index b) { return a / 4 == b / 4 ? 1.0 : 0.0; };
///     const auto chosen = loyal::mmr<float>(ranked, same_shelf, {.k = 2, .lambda = 0.5});
///     if (chosen[0].index != 4 || chosen[1].index != 2) return 1;
template <Scalar T, class SimilarityOf>
requires(!std::is_convertible_v<const SimilarityOf&, ConstMatrixRef<T>>)
    [[nodiscard]] std::vector<Scored<T>> mmr(std::span<const Scored<T>> ranked,
                                             const SimilarityOf& similarity,
                                             const MMROptions& options = {}) {
  detail::expect_option("mmr", "k", options.k, options.k >= 0, ">= 0");
  detail::expect_option("mmr", "lambda", options.lambda, options.lambda >= 0 && options.lambda <= 1,
                        "in [0, 1]");
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const auto& one : ranked) {
    if (!std::isfinite(one.score))
      detail::fail<DataError>("mmr", "a score", one.score, "a finite number");
    low = std::min(low, static_cast<double>(one.score));
    high = std::max(high, static_cast<double>(one.score));
  }
  const double stretch = high > low ? 1 / (high - low) : 0;
  struct Left {
    Scored<T> item;
    double relevance;
    double nearest;  // of the chosen; none yet: 0, the same for all
  };
  std::vector<Left> left;
  for (const auto& one : ranked)
    left.push_back({one, (static_cast<double>(one.score) - low) * stretch, 0});
  std::vector<Scored<T>> chosen;
  while (!left.empty() && std::cmp_less(chosen.size(), options.k)) {
    const auto value = [&](const Left& one) {
      return options.lambda * one.relevance - (1 - options.lambda) * one.nearest;
    };
    const auto best = std::max_element(left.begin(), left.end(), [&](const Left& a, const Left& b) {
      return value(a) < value(b);
    });
    const Scored<T> next = best->item;
    left.erase(best);
    for (Left& one : left) {
      const auto near = static_cast<double>(similarity(one.item.index, next.index));
      one.nearest = chosen.empty() ? near : std::max(one.nearest, near);
    }
    chosen.push_back(next);
  }
  return chosen;
}

/// The same with the cosine of the items' factors (rows) as their similarity; 0 where one is zero.
/// @throws DataError for an item without a row.
///
///     const loyal::Matrix<float> factors{{1, 0}, {2, 0.1F}, {0, 1}};
///     const std::vector<loyal::Scored<float>> ranked{{1, 1.0F}, {0, 0.9F}, {2, 0.6F}};
///     if (loyal::mmr<float>(ranked, factors, {.k = 2, .lambda = 0.5})[1].index != 2) return 1;
template <Scalar T>
[[nodiscard]] std::vector<Scored<T>> mmr(std::span<const Scored<T>> ranked,
                                         const ConstMatrixRef<T>& factors,
                                         const MMROptions& options = {}) {
  for (const auto& one : ranked)
    if (one.index < 0 || one.index >= factors.rows())
      detail::fail<DataError>("mmr", "an item", one.index,
                              detail::concatenate("in [0, ", factors.rows(), ")"));
  const auto cosine = [&](Index a, Index b) {
    const T norms = std::sqrt(factors.row(a).squaredNorm() * factors.row(b).squaredNorm());
    return norms > 0 ? factors.row(a).dot(factors.row(b)) / norms : T(0);
  };
  return mmr<T>(ranked, cosine, options);
}

}  // namespace loyal
