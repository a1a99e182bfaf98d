// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"

namespace loyal {

/// What each feature adds to the score of each sample, against the mean score of a background.
struct ShapleyValues {
  Matrix<double> contribution;  ///< samples x features; a row adds up to score - base
  Matrix<double> error;         ///< standard error of each, of the sampling alone; 0 where exact
  double base = 0;              ///< mean score of the background
};

struct ShapleyOptions {
  int permutations =
      200;  ///< orders of the features tried for each sample, each forth and back; >= 2
  std::uint64_t seed = 0;  ///< of orders and of the background's rows
  int threads = 0;         ///< at most; 0: as many as the machine has
};

namespace detail {

inline void expect_background(const char* where, Index rows, Index cols, Index features) {
  if (rows == 0) fail<DataError>(where, "the number of the background's rows", 0, ">= 1");
  expect_size(where, "the number of the background's columns", cols, features);
}

}  // namespace detail

/// Shapley values of a linear score x . w + c, exactly, for features that are independent in the background:
///
///   contribution_j = w_j (x_j - mean of the background's x_j)
///
/// @throws ShapeError if the widths differ; DataError for a background without rows.
/// Source: Štrumbelj & Kononenko, Knowledge and Information Systems 41, 2014, section 3.
///
///     const loyal::Matrix<double> x{{3, 1}};
///     const loyal::Matrix<double> background{{1, 1}, {1, 3}};
///     const loyal::Vector<double> w{{2, -1}};
///     const auto parts = loyal::linear_shapley(w, x, background);
///     if (parts.contribution(0, 0) != 4 || parts.contribution(0, 1) != 1) return 1;
template <Scalar T>
[[nodiscard]] ShapleyValues linear_shapley(const Vector<double>& weights, const Matrix<T>& x,
                                           const Matrix<T>& background) {
  constexpr const char* where = "linear_shapley";
  detail::expect_size(where, "the number of weights", weights.size(), x.cols());
  detail::expect_background(where, background.rows(), background.cols(), x.cols());
  const RowVector<double> mean = background.template cast<double>().colwise().mean();
  ShapleyValues values;
  values.base = mean.dot(weights.transpose());
  values.contribution =
      (x.template cast<double>().rowwise() - mean).array().rowwise() * weights.transpose().array();
  values.error.setZero(x.rows(), x.cols());
  return values;
}

/// Shapley values of any score, by sampling orders of the features:
///
///   contribution_j = mean over orders and rows z of the background of
///                    f(x where it stands before j or is j, else z) - f(x where it stands before j, else z)
///
/// Each order is gone through forth and back with the same z, which cancels much of the sampling's error. Each sample
/// meets the background's rows in turn, so that the base is their mean when `permutations` is a multiple of them, and
/// a row of contributions adds up to its score less the base of the rows it met.
///
///   score(rows)   scores of rows x features as a column of numbers; called by several threads at once, so const
///   x             samples x features to explain;  background   rows x features, such as training samples
///
/// @throws OptionError for fewer than 2 permutations; ShapeError if the widths differ; DataError for a background
/// without rows.
/// Source: Castro, Gómez & Tejada, Computers & Operations Research 36(5), 2009; Štrumbelj & Kononenko 2014,
/// algorithm 1; the antithetic orders: Mitchell, Cooper, Frank & Holmes, JMLR 23, 2022.
/// Cost: 2 permutations (features + 1) scores a sample.
///
///     const auto score = [](const loyal::Matrix<double>& rows) {
///       return loyal::Vector<double>(rows.col(0).cwiseProduct(rows.col(1)));
///     };
///     const loyal::Matrix<double> x{{2, 3}};
///     const loyal::Matrix<double> background{{0, 0}};
///     const auto parts = loyal::sampled_shapley(score, x, background, {.permutations = 8});
///     if (parts.contribution(0, 0) != 3 || parts.contribution(0, 1) != 3) return 1;  // 6, shared equally
template <Scalar T, class Score>
[[nodiscard]] ShapleyValues sampled_shapley(const Score& score, const Matrix<T>& x,
                                            const Matrix<T>& background,
                                            const ShapleyOptions& options = {}) {
  constexpr const char* where = "sampled_shapley";
  detail::expect_option(where, "permutations", options.permutations, options.permutations >= 2,
                        ">= 2");
  detail::expect_background(where, background.rows(), background.cols(), x.cols());
  const Index features = x.cols();
  const Index steps = features + 1;
  ShapleyValues values;
  values.contribution.setZero(x.rows(), features);
  values.error.setZero(x.rows(), features);
  {
    const Vector<double> base = score(background);
    detail::expect_size(where, "the number of scores", base.size(), background.rows());
    values.base = base.mean();
  }
  // A sample's draws depend on its number alone, so that threads change nothing.
  parallel_for(x.rows(), {.threads = options.threads}, [&](Index begin, Index end) {
    Matrix<T> path(2 * steps, features);
    std::vector<Index> order(static_cast<std::size_t>(features));
    for (Index sample = begin; sample < end; ++sample) {
      Rng rng{options.seed + 0x9E3779B97F4A7C15U * static_cast<std::uint64_t>(sample + 1)};
      RowVector<double> sum = RowVector<double>::Zero(features);
      RowVector<double> squares = sum;
      RowVector<double> part = sum;
      std::iota(order.begin(), order.end(), Index{0});
      for (int p = 0; p < options.permutations; ++p) {
        rng.shuffle(order);
        // Row s has the first s features of the order from x, row steps + s the last s.
        path.row(0) = background.row(p % background.rows());
        path.row(steps) = path.row(0);
        for (Index s = 0; s < features; ++s) {
          const Index forth = order[static_cast<std::size_t>(s)];
          const Index back = order[static_cast<std::size_t>(features - 1 - s)];
          path.row(s + 1) = path.row(s);
          path(s + 1, forth) = x(sample, forth);
          path.row(steps + s + 1) = path.row(steps + s);
          path(steps + s + 1, back) = x(sample, back);
        }
        const Vector<double> scores = score(static_cast<const Matrix<T>&>(path));
        part.setZero();
        for (Index s = 0; s < features; ++s) {
          part[order[static_cast<std::size_t>(s)]] += (scores[s + 1] - scores[s]) / 2;
          part[order[static_cast<std::size_t>(features - 1 - s)]] +=
              (scores[steps + s + 1] - scores[steps + s]) / 2;
        }
        sum += part;
        squares += part.cwiseAbs2();
      }
      const auto n = static_cast<double>(options.permutations);
      values.contribution.row(sample) = sum / n;
      values.error.row(sample) =
          ((squares / n - (sum / n).cwiseAbs2()).cwiseMax(0.0) / (n - 1)).cwiseSqrt();
    }
  });
  return values;
}

}  // namespace loyal
