// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"

namespace loyal {

/// How much a measure loses when a feature no longer tells anything.
struct PermutationImportance {
  Vector<double>
      mean;  ///< one a feature: the measure as it is, less its mean with the feature shuffled
  Vector<double> deviation;  ///< standard deviation over the shuffles
  double measure = 0;        ///< as it is
};

struct PermutationImportanceOptions {
  int repeats = 10;        ///< shuffles of each feature, >= 2
  std::uint64_t seed = 0;  ///< of the shuffles
  int threads = 0;         ///< at most; 0: as many as the machine has
};

/// Shuffles one column after the other and looks at what a measure, higher being better, loses.
///
///   measure(x)   of samples x features, such as the AUC of a fitted model on held-out samples; called by several
///                threads at once, so const
///
/// Of features that tell the same, none may seem important.
/// @throws OptionError for fewer than 2 repeats; DataError without samples.
/// Source: Breiman, Machine Learning 45, 2001, section 10; Fisher, Rudin & Dominici, JMLR 20, 2019, equation 3.
/// Cost: features x repeats calls.
///
///     const loyal::Matrix<double> x = loyal::Matrix<double>::Random(50, 2);
///     const loyal::Vector<double> y = x.col(0);
///     const auto importance = loyal::permutation_importance(
///         [&](const loyal::Matrix<double>& seen) { return -(seen.col(0) - y).squaredNorm(); }, x);
///     if (importance.mean[0] <= 0 || importance.mean[1] != 0) return 1;
template <Scalar T, class Measure>
[[nodiscard]] PermutationImportance permutation_importance(
    const Measure& measure, const Matrix<T>& x, const PermutationImportanceOptions& options = {}) {
  constexpr const char* where = "permutation_importance";
  detail::expect_option(where, "repeats", options.repeats, options.repeats >= 2, ">= 2");
  if (x.rows() == 0) detail::fail<DataError>(where, "the number of samples", 0, ">= 1");
  PermutationImportance importance;
  importance.measure = static_cast<double>(measure(x));
  importance.mean.setZero(x.cols());
  importance.deviation.setZero(x.cols());
  // A feature's shuffles depend on its number alone, so that threads change nothing.
  parallel_for(x.cols(), {.threads = options.threads}, [&](Index begin, Index end) {
    Matrix<T> shuffled = x;
    std::vector<Index> order(static_cast<std::size_t>(x.rows()));
    for (Index feature = begin; feature < end; ++feature) {
      Rng rng{options.seed + 0x9E3779B97F4A7C15U * static_cast<std::uint64_t>(feature + 1)};
      std::iota(order.begin(), order.end(), Index{0});
      double sum = 0;
      double squares = 0;
      for (int repeat = 0; repeat < options.repeats; ++repeat) {
        rng.shuffle(order);
        for (Index row = 0; row < x.rows(); ++row)
          shuffled(row, feature) = x(order[static_cast<std::size_t>(row)], feature);
        const double lost = importance.measure -
                            static_cast<double>(measure(static_cast<const Matrix<T>&>(shuffled)));
        sum += lost;
        squares += lost * lost;
      }
      shuffled.col(feature) = x.col(feature);
      const auto n = static_cast<double>(options.repeats);
      importance.mean[feature] = sum / n;
      importance.deviation[feature] = std::sqrt(std::max(0.0, (squares - sum * sum / n) / (n - 1)));
    }
  });
  return importance;
}

}  // namespace loyal
