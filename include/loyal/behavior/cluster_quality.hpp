// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "../math/values.hpp"

namespace loyal {

/// How many samples silhouette() looks at.
struct SilhouetteOptions {
  Index most_samples = 5000;  ///< more are drawn from, without replacement; >= 2
  std::uint64_t seed = 0;     ///< of the draw
  int threads = 0;            ///< threads at most; 0: as many as the machine has
};

namespace detail {

template <class M>
double euclidean(const M& x, Index i, const M& y, Index j) {
  double sum = 0;
  for (Index c = 0; c < x.cols(); ++c) {
    const double d = static_cast<double>(x(i, c)) - static_cast<double>(y(j, c));
    sum += d * d;
  }
  return std::sqrt(sum);
}

inline void expect_labels(const char* where, const std::vector<int>& labels, Index samples,
                          int clusters) {
  expect_size(where, "the number of labels", labels.size(), samples);
  for (const int label : labels)
    if (label < 0 || label >= clusters)
      fail<DataError>(where, "a label", label, "in [0, " + std::to_string(clusters) + ")");
}

}  // namespace detail

/// Mean silhouette of a clustering: near 1 when clusters are tight and apart, near 0 when they touch.
///
///   s_i = (b_i - a_i) / max(a_i, b_i)
///   a_i = mean distance to the other samples of the own cluster
///   b_i = mean distance to the samples of the nearest other cluster
/// A sample that is alone in its cluster has 0.
/// | argument | shape |
/// | x | samples x features |
/// | labels | samples; >= 0 |
/// @throws DataError for a negative label, or fewer than two clusters; ShapeError; OptionError.
/// Source: Rousseeuw, Journal of Computational and Applied Mathematics 20, 1987.
/// Cost: samples^2 x features, of at most `most_samples`.
///
///     loyal::Matrix<double> x(4, 1);
///     x << 0, 1, 10, 11;
///     if (std::abs(loyal::silhouette(x, {0, 0, 1, 1}) - 0.899749) > 1e-6) return 1;
template <Scalar T>
[[nodiscard]] double silhouette(const Matrix<T>& x, const std::vector<int>& labels,
                                const SilhouetteOptions& options = {}) {
  const char* const where = "silhouette";
  detail::expect_option(where, "most_samples", options.most_samples, options.most_samples >= 2,
                        ">= 2");
  detail::expect_labels(where, labels, x.rows(), std::numeric_limits<int>::max());
  std::vector<Index> rows;
  for (Index i = 0; i < x.rows(); ++i) rows.push_back(i);
  if (x.rows() > options.most_samples) {
    Rng rng{options.seed};
    rng.shuffle(rows);
    rows.resize(static_cast<std::size_t>(options.most_samples));
  }
  std::vector<double> sizes;
  for (const Index i : rows) {
    const auto label = static_cast<std::size_t>(labels[static_cast<std::size_t>(i)]);
    if (label >= sizes.size()) sizes.resize(label + 1);
    sizes[label] += 1;
  }
  const auto clusters =
      sizes.size() - static_cast<std::size_t>(std::count(sizes.begin(), sizes.end(), 0.0));
  if (clusters < 2) detail::fail<DataError>(where, "number of clusters", clusters, "at least 2");

  const auto n = static_cast<Index>(rows.size());
  const double sum = parallel_reduce(
      n, {.threads = options.threads, .grain = 64}, 0.0,
      [&](Index begin, Index end) {
        double part = 0;
        std::vector<double> distance(sizes.size());
        for (Index i = begin; i < end; ++i) {
          std::fill(distance.begin(), distance.end(), 0.0);
          const Index row = rows[static_cast<std::size_t>(i)];
          for (const Index other : rows)
            distance[static_cast<std::size_t>(labels[static_cast<std::size_t>(other)])] +=
                detail::euclidean(x, row, x, other);
          const auto own = static_cast<std::size_t>(labels[static_cast<std::size_t>(row)]);
          if (sizes[own] < 2) continue;
          const double a = distance[own] / (sizes[own] - 1);
          double b = std::numeric_limits<double>::infinity();
          for (std::size_t k = 0; k < sizes.size(); ++k)
            if (k != own && sizes[k] > 0) b = std::min(b, distance[k] / sizes[k]);
          if (std::max(a, b) > 0) part += (b - a) / std::max(a, b);
        }
        return part;
      },
      [](double a, double b) { return a + b; });
  return sum / static_cast<double>(n);
}

/// The silhouette with distances to centers in the place of means of distances: for any number of samples.
///   s_i = (b_i - a_i) / max(a_i, b_i), a_i to the own center, b_i to the nearest other one
/// @throws DataError for a label without a center, or fewer than two centers; ShapeError.
/// Source: Hruschka, de Castro & Campello, IEEE ICDM 2004. Cost: samples x clusters x features.
///
///     loyal::Matrix<double> x(4, 1), centers(2, 1);
///     x << 0, 1, 10, 11;
///     centers << 0.5, 10.5;
///     if (std::abs(loyal::simplified_silhouette(x, {0, 0, 1, 1}, centers) - 0.949875) > 1e-6) return 1;
template <Scalar T>
[[nodiscard]] double simplified_silhouette(const Matrix<T>& x, const std::vector<int>& labels,
                                           const Matrix<T>& centers) {
  const char* const where = "simplified_silhouette";
  detail::expect_size(where, "centers.cols()", centers.cols(), x.cols());
  if (centers.rows() < 2)
    detail::fail<DataError>(where, "number of centers", centers.rows(), ">= 2");
  detail::expect_labels(where, labels, x.rows(), static_cast<int>(centers.rows()));
  double sum = 0;
  for (Index i = 0; i < x.rows(); ++i) {
    const int own = labels[static_cast<std::size_t>(i)];
    const double a = detail::euclidean(x, i, centers, own);
    double b = std::numeric_limits<double>::infinity();
    for (Index k = 0; k < centers.rows(); ++k)
      if (k != own) b = std::min(b, detail::euclidean(x, i, centers, k));
    if (std::max(a, b) > 0) sum += (b - a) / std::max(a, b);
  }
  return x.rows() > 0 ? sum / static_cast<double>(x.rows()) : 0.0;
}

/// The elbow of a falling curve, such as the inertia of k-means by the number of clusters: the point
/// that lies deepest below the line from the first to the last. Returns its index.
/// | argument | shape |
/// | values | n, finite; for 1, 2, ... clusters or other numbers at equal distances |
/// @throws DataError when there are none, or one is not finite.
/// Source: Satopaa, Albrecht, Irwin & Raghavan, ICDCS Workshops 2011, without their smoothing.
///
///     if (loyal::elbow({100, 40, 12, 10, 9}) != 2) return 1;
[[nodiscard]] inline Index elbow(const Values& values) {
  detail::expect_some("elbow", "values", values);
  detail::expect_finite("elbow", "values", values);
  const Index last = values.size() - 1;
  Index best = 0;
  double deepest = 0;
  for (Index i = 1; i < last; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(last);
    const double depth = values[0] + share * (values[last] - values[0]) - values[i];
    if (depth > deepest) {
      deepest = depth;
      best = i;
    }
  }
  return best;
}

}  // namespace loyal
