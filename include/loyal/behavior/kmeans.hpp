// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "../math/matrix_product.hpp"

namespace loyal {

namespace detail {

/// Pieces of samples for threads: at most 64, whatever the number of threads.
inline Index sample_grain(Index samples) { return std::max<Index>(512, (samples + 63) / 64); }

/// @throws DataError unless all entries are finite.
template <class M>
void expect_finite_samples(const char* where, const M& x) {
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < x.cols(); ++j)
      if (!std::isfinite(x(i, j)))
        fail<DataError>(where, "x(" + std::to_string(i) + ", " + std::to_string(j) + ")", x(i, j),
                        "a finite number");
}

}  // namespace detail

/// k-means: groups of samples around centers, such that the squared distances sum up to little.
///
///   minimise  inertia = sum over i of min over k of |x_i - c_k|^2
///
///   x         samples x features, on comparable scales (standardize before)
///   centers   clusters x features
///   labels    samples, in 0 .. clusters - 1; equal distances go to the lower one
///
/// With a `batch`, each iteration assigns a sample drawn at random, and moves a center towards each of its samples by
/// 1 / (samples the center has had so far): nearly as good for millions of samples, at a fraction of the cost.
/// The best of several starts is kept. A cluster that loses all its samples is given the sample that is
/// farthest from its center. With fewer different samples than clusters, some clusters stay empty.
/// @throws OptionError for options out of range; DataError for data that is not finite, or has fewer
/// samples than clusters; ShapeError; NotFitted.
/// Source: Lloyd, IEEE Transactions on Information Theory 28(2), 1982; started as Arthur &
/// Vassilvitskii, SODA 2007 (k-means++), of several candidates the best at each step; batches: Sculley, WWW 2010,
/// algorithm 1.
/// Cost: 2 samples x clusters x features operations an iteration, as matrix products, by all threads;
/// the same bits for any number of them.
///
///     loyal::Matrix<double> x(4, 1);
///     x << 0, 1, 10, 11;
///     loyal::KMeans<double> model{{.clusters = 2}};
///     model.fit(x);
///     if (model.inertia() != 1 || model.labels()[0] == model.labels()[3]) return 1;
template <Scalar T>
class KMeans {
  using Real = detail::Dependent<T, double>;

 public:
  using value_type = T;

  struct Options {
    int clusters = 8;          ///< number of centers; >= 1
    int max_iterations = 100;  ///< of one start, at most; >= 1
    double tolerance = 1e-6;   ///< stop when centers move less, squared, of the variance; >= 0
    int restarts = 4;          ///< starts, of which the best is kept; >= 1
    Index batch = 0;           ///< samples of an iteration; 0: all of them; >= 0
    std::uint64_t seed = 0;    ///< of the starts
    int threads = 0;           ///< threads at most; 0: as many as the machine has
  };

  KMeans() = default;
  explicit KMeans(const Options& options) : options_(options) {
    const auto expect = [](const char* name, auto got, bool holds, const char* rule) {
      detail::expect_option("KMeans", name, got, holds, rule);
    };
    expect("clusters", options.clusters, options.clusters >= 1, ">= 1");
    expect("max_iterations", options.max_iterations, options.max_iterations >= 1, ">= 1");
    expect("tolerance", options.tolerance, options.tolerance >= 0, ">= 0");
    expect("restarts", options.restarts, options.restarts >= 1, ">= 1");
    expect("batch", options.batch, options.batch >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  /// clusters x features. @throws NotFitted.
  [[nodiscard]] const Matrix<T>& centers() const {
    if (centers_.size() == 0)
      detail::fail<NotFitted>("KMeans", "the model", "not fitted", "a call of fit()");
    return centers_;
  }
  /// Clusters of the samples of the last fit().
  [[nodiscard]] const std::vector<int>& labels() const noexcept { return labels_; }
  /// Sum of the squared distances of these samples to their centers.
  [[nodiscard]] double inertia() const noexcept { return inertia_; }
  [[nodiscard]] int iterations() const noexcept { return iterations_; }
  /// Whether the kept start came to rest within its iterations; batches never do.
  [[nodiscard]] bool converged() const noexcept { return converged_; }

  void fit(const Matrix<T>& x) {
    detail::expect_finite_samples("KMeans::fit", x);
    if (x.rows() < options_.clusters)
      detail::fail<DataError>("KMeans::fit", "number of samples", x.rows(),
                              "at least as many as clusters");
    // About the mean, since squares of large numbers would hide the distances between them.
    const RowVector<Real> mean = x.template cast<Real>().colwise().mean();
    const Matrix<T> centered = (x.template cast<Real>().rowwise() - mean).template cast<T>();
    const double spread =
        centered.template cast<Real>().squaredNorm() / static_cast<double>(x.size());
    KMeans best = *this;
    best.inertia_ = std::numeric_limits<double>::infinity();
    for (int start = 0; start < options_.restarts; ++start) {
      KMeans trial = *this;
      Rng rng{options_.seed, static_cast<std::uint64_t>(start) + 1};
      if (options_.batch > 0 && options_.batch < centered.rows()) {
        trial.improve_by_batches(centered, rng);
      } else {
        trial.centers_ = trial.first_centers(centered, rng);
        trial.improve(centered, options_.tolerance * spread);
      }
      if (trial.inertia_ < best.inertia_) best = std::move(trial);
    }
    best.centers_ = (best.centers_.template cast<Real>().rowwise() + mean).template cast<T>();
    *this = std::move(best);
  }

  /// The nearest center of each sample.
  [[nodiscard]] std::vector<int> predict(const Matrix<T>& x) const {
    detail::expect_size("KMeans::predict", "x.cols()", x.cols(), centers().cols());
    detail::expect_finite_samples("KMeans::predict", x);
    const RowVector<Real> mean = centers_.template cast<Real>().colwise().mean();
    KMeans moved = *this;
    moved.centers_ = (centers_.template cast<Real>().rowwise() - mean).template cast<T>();
    std::vector<int> labels(static_cast<std::size_t>(x.rows()));
    const Matrix<T> centered = (x.template cast<Real>().rowwise() - mean).template cast<T>();
    Vector<Real> distances(x.rows());
    moved.assign(centered, labels, distances);
    return labels;
  }

 private:
  /// Sums over the samples of a piece.
  struct Sums {
    Matrix<Real> centers;
    Vector<Real> sizes;
  };

  Options options_;
  Matrix<T> centers_;
  std::vector<int> labels_;
  double inertia_ = 0;
  int iterations_ = 0;
  bool converged_ = false;

  [[nodiscard]] ParallelOptions pieces(Index samples) const {
    return {.threads = options_.threads, .grain = detail::sample_grain(samples)};
  }

  static double distance(const Matrix<T>& x, Index row, const T* center) {
    const T* from = x.row(row).data();
    double sum = 0;
    for (Index j = 0; j < x.cols(); ++j) {
      const double d = static_cast<double>(from[j]) - static_cast<double>(center[j]);
      sum += d * d;
    }
    return sum;
  }

  /// Each next center is a sample drawn by its squared distance to the centers so far; of a few drawn, the
  /// one that leaves the least of it.
  [[nodiscard]] Matrix<T> first_centers(const Matrix<T>& x, Rng& rng) const {
    const Index n = x.rows();
    const int candidates = 2 + static_cast<int>(std::log(options_.clusters));
    Matrix<T> centers(options_.clusters, x.cols());
    centers.row(0) = x.row(static_cast<Index>(rng.below(static_cast<std::uint64_t>(n))));
    const auto nearest_with = [&](Index row, const Vector<Real>* so_far) {
      const RowVector<T> center = x.row(row);
      Vector<Real> result(n);
      parallel_for(n, pieces(n), [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
          const double d = distance(x, i, center.data());
          result[i] = so_far == nullptr ? d : std::min(d, (*so_far)[i]);
        }
      });
      return result;
    };
    Vector<Real> nearest(n);
    for (Index i = 0; i < n; ++i) nearest[i] = distance(x, i, centers.row(0).data());
    for (Index k = 1; k < centers.rows(); ++k) {
      const double total = nearest.sum();
      Index chosen = static_cast<Index>(rng.below(static_cast<std::uint64_t>(n)));
      Vector<Real> best = nearest;
      double least = std::numeric_limits<double>::infinity();
      for (int c = 0; c < candidates && total > 0; ++c) {
        double left = rng.uniform() * total;
        Index row = 0;
        while (row + 1 < n && (left -= nearest[row]) >= 0) ++row;
        Vector<Real> after = nearest_with(row, &nearest);
        if (const double sum = after.sum(); sum < least) {
          least = sum;
          best = std::move(after);
          chosen = row;
        }
      }
      centers.row(k) = x.row(chosen);
      nearest = best;
    }
    return centers;
  }

  /// Nearest centers and the squared distances to them.
  void assign(const Matrix<T>& x, std::vector<int>& labels, Vector<Real>& distances) const {
    const Index clusters = centers_.rows();
    Vector<T> half_squares(clusters);
    for (Index k = 0; k < clusters; ++k) half_squares[k] = centers_.row(k).squaredNorm() / 2;
    parallel_for(x.rows(), pieces(x.rows()), [&](Index begin, Index end) {
      constexpr Index block = 128;
      Matrix<T> products(std::min(block, end - begin), clusters);
      for (Index row = begin; row < end; row += block) {
        const Index count = std::min(block, end - row);
        multiply(x.middleRows(row, count), centers_.transpose(), products.topRows(count));
        for (Index i = 0; i < count; ++i) {
          const T* product = products.row(i).data();
          Index best = 0;
          for (Index k = 1; k < clusters; ++k)
            if (half_squares[k] - product[k] < half_squares[best] - product[best]) best = k;
          labels[static_cast<std::size_t>(row + i)] = static_cast<int>(best);
          distances[row + i] = distance(x, row + i, centers_.row(best).data());
        }
      }
    });
  }

  /// Gives each empty cluster the sample that is farthest from its own center.
  static void fill_empty(const Matrix<T>& x, const Vector<Real>& distances,
                         std::vector<int>& labels, Sums& sums) {
    Vector<Real> far = distances;
    for (Index k = 0; k < sums.sizes.size(); ++k) {
      if (sums.sizes[k] > 0) continue;
      Index row = 0;
      for (Index i = 1; i < far.size(); ++i)
        if (far[i] > far[row]) row = i;
      if (far[row] <= 0) return;
      far[row] = 0;
      const auto sample = x.row(row).template cast<Real>();
      int& label = labels[static_cast<std::size_t>(row)];
      sums.centers.row(label) -= sample;
      sums.sizes[label] -= 1;
      sums.centers.row(k) = sample;
      sums.sizes[k] = 1;
      label = static_cast<int>(k);
    }
  }

  /// Samples drawn with replacement.
  static void draw(const Matrix<T>& x, Rng& rng, Matrix<T>& batch) {
    for (Index i = 0; i < batch.rows(); ++i)
      batch.row(i) = x.row(static_cast<Index>(rng.below(static_cast<std::uint64_t>(x.rows()))));
  }

  void improve_by_batches(const Matrix<T>& x, Rng& rng) {
    Matrix<T> batch(std::max<Index>(options_.batch, 3 * static_cast<Index>(options_.clusters)),
                    x.cols());
    draw(x, rng, batch);
    centers_ = first_centers(batch, rng);
    batch.conservativeResize(options_.batch, Eigen::NoChange);
    std::vector<int> labels(static_cast<std::size_t>(options_.batch));
    Vector<Real> distances(options_.batch);
    Vector<Real> seen = Vector<Real>::Zero(centers_.rows());
    Matrix<Real> centers = centers_.template cast<Real>();
    for (iterations_ = 0, converged_ = false; iterations_ < options_.max_iterations;
         ++iterations_) {
      draw(x, rng, batch);
      assign(batch, labels, distances);
      for (Index i = 0; i < batch.rows(); ++i) {
        const int k = labels[static_cast<std::size_t>(i)];
        seen[k] += 1;
        centers.row(k) += (batch.row(i).template cast<Real>() - centers.row(k)) / seen[k];
      }
      centers_ = centers.template cast<T>();
    }
    labels_.resize(static_cast<std::size_t>(x.rows()));
    distances.resize(x.rows());
    assign(x, labels_, distances);
    inertia_ = distances.sum();
  }

  void improve(const Matrix<T>& x, double tolerance) {
    labels_.assign(static_cast<std::size_t>(x.rows()), -1);
    Vector<Real> distances(x.rows());
    for (iterations_ = 0, converged_ = false; iterations_ < options_.max_iterations && !converged_;
         ++iterations_) {
      assign(x, labels_, distances);
      Sums sums = parallel_reduce(
          x.rows(), pieces(x.rows()),
          Sums{Matrix<Real>::Zero(centers_.rows(), x.cols()), Vector<Real>::Zero(centers_.rows())},
          [&](Index begin, Index end) {
            Sums part{Matrix<Real>::Zero(centers_.rows(), x.cols()),
                      Vector<Real>::Zero(centers_.rows())};
            for (Index i = begin; i < end; ++i) {
              const int k = labels_[static_cast<std::size_t>(i)];
              part.centers.row(k) += x.row(i).template cast<Real>();
              part.sizes[k] += 1;
            }
            return part;
          },
          [](Sums a, const Sums& b) {
            a.centers += b.centers;
            a.sizes += b.sizes;
            return a;
          });
      fill_empty(x, distances, labels_, sums);
      double moved = 0;
      for (Index k = 0; k < centers_.rows(); ++k) {
        if (sums.sizes[k] == 0) continue;
        const RowVector<T> center = (sums.centers.row(k) / sums.sizes[k]).template cast<T>();
        moved += (center - centers_.row(k)).template cast<Real>().squaredNorm();
        centers_.row(k) = center;
      }
      converged_ = moved <= tolerance;
    }
    assign(x, labels_, distances);
    inertia_ = distances.sum();
  }
};

}  // namespace loyal
