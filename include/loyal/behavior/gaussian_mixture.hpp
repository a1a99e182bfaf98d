// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/types.hpp"
#include "../math/matrix_product.hpp"
#include "../math/softmax.hpp"
#include "kmeans.hpp"

namespace loyal {

/// The form of a component's covariance: any, or without correlations.
enum class Covariance { full, diagonal };

/// A mixture of normal distributions, fitted by expectation-maximization: segments that overlap, of
/// different sizes and shapes, with the probability that a sample belongs to each.
///
///   p(x) = sum over k of weight_k N(x; mean_k, covariance_k)
///
///   x             samples x features
///   weights       components, sum 1
///   means         components x features
///   covariances   components, each features x features
///
/// Computed in double and in logarithms. To each variance a small share of the whole feature's variance is
/// added, so that no component can shrink to a point.
/// @throws OptionError for options out of range; DataError for data that is not finite, or has fewer
/// samples than components; ShapeError; NotFitted.
/// Source: Dempster, Laird & Rubin, JRSS B 39(1), 1977; started from KMeans. BIC: Schwarz, Annals of
/// Statistics 6(2), 1978; AIC: Akaike, IEEE Transactions on Automatic Control 19(6), 1974.
/// Cost: 4 samples x components x features^2 operations an iteration, by all threads; the same bits for
/// any number of them.
///
///     loyal::Rng rng{1};
///     loyal::Matrix<double> x(400, 1);
///     for (loyal::Index i = 0; i < 400; ++i) x(i, 0) = rng.normal() + (i % 4 == 0 ? 10 : 0);
///     loyal::GaussianMixture<double> model{{.components = 2}};
///     model.fit(x);
///     const double larger = model.weights().maxCoeff();
///     if (!model.converged() || std::abs(larger - 0.75) > 0.01) return 1;
template <Scalar T>
class GaussianMixture {
  using Real = detail::Dependent<T, double>;

 public:
  using value_type = T;

  struct Options {
    int components = 4;                        ///< >= 1
    Covariance covariance = Covariance::full;  ///< form of each component
    int max_iterations = 200;                  ///< of one start, at most; >= 1
    double tolerance = 1e-6;       ///< stop when the mean log-likelihood rises by less; >= 0
    double regularization = 1e-6;  ///< added to variances, of the whole feature's; > 0
    int restarts = 1;              ///< starts, of which the best is kept; >= 1
    std::uint64_t seed = 0;        ///< of the starts
    int threads = 0;               ///< threads at most; 0: as many as the machine has
  };

  GaussianMixture() = default;
  explicit GaussianMixture(const Options& options) : options_(options) {
    const auto expect = [](const char* name, auto got, bool holds, const char* rule) {
      detail::expect_option("GaussianMixture", name, got, holds, rule);
    };
    expect("components", options.components, options.components >= 1, ">= 1");
    expect("max_iterations", options.max_iterations, options.max_iterations >= 1, ">= 1");
    expect("tolerance", options.tolerance, options.tolerance >= 0, ">= 0");
    expect("regularization", options.regularization,
           options.regularization > 0 && std::isfinite(options.regularization), "> 0");
    expect("restarts", options.restarts, options.restarts >= 1, ">= 1");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const Vector<Real>& weights() const { return fitted().weights_; }
  [[nodiscard]] const Matrix<Real>& means() const { return fitted().means_; }
  [[nodiscard]] const std::vector<Matrix<Real>>& covariances() const {
    return fitted().covariances_;
  }
  /// Sum over the samples of the last fit().
  [[nodiscard]] double log_likelihood() const noexcept { return log_likelihood_; }
  [[nodiscard]] bool converged() const noexcept { return converged_; }
  [[nodiscard]] int iterations() const noexcept { return iterations_; }

  /// Numbers that fit() chose.
  [[nodiscard]] Index parameters() const {
    const Index k = weights().size();
    const Index d = means_.cols();
    return k - 1 + k * d + (options_.covariance == Covariance::full ? k * d * (d + 1) / 2 : k * d);
  }
  /// -2 log-likelihood + parameters log(samples); lower is better.
  [[nodiscard]] double bic() const {
    return -2 * log_likelihood_ +
           static_cast<double>(parameters()) * std::log(static_cast<double>(samples_));
  }
  /// -2 log-likelihood + 2 parameters; lower is better.
  [[nodiscard]] double aic() const {
    return -2 * log_likelihood_ + 2 * static_cast<double>(parameters());
  }

  void fit(const Matrix<T>& x) {
    const char* const where = "GaussianMixture::fit";
    detail::expect_finite_samples(where, x);
    if (x.rows() < options_.components)
      detail::fail<DataError>(where, "number of samples", x.rows(),
                              "at least as many as components");
    const Matrix<Real> data = x.template cast<Real>();
    GaussianMixture best = *this;
    best.log_likelihood_ = -std::numeric_limits<double>::infinity();
    for (int start = 0; start < options_.restarts; ++start) {
      GaussianMixture trial = *this;
      trial.begin(data, start);
      trial.improve(data);
      if (start == 0 || trial.log_likelihood_ > best.log_likelihood_) best = std::move(trial);
    }
    *this = std::move(best);
  }

  /// samples x components; rows sum to 1.
  [[nodiscard]] Matrix<double> predict_proba(const Matrix<T>& x) const {
    Matrix<Real> scores = log_densities(x);
    softmax_in_place(scores);
    return scores;
  }
  /// The most probable component of each sample.
  [[nodiscard]] std::vector<int> predict(const Matrix<T>& x) const {
    const Matrix<Real> scores = log_densities(x);
    std::vector<int> labels(static_cast<std::size_t>(x.rows()));
    for (Index i = 0; i < x.rows(); ++i) {
      Index best = 0;
      for (Index k = 1; k < scores.cols(); ++k)
        if (scores(i, k) > scores(i, best)) best = k;
      labels[static_cast<std::size_t>(i)] = static_cast<int>(best);
    }
    return labels;
  }
  /// log p(x) of each sample.
  [[nodiscard]] Vector<double> score(const Matrix<T>& x) const {
    return log_sum_exp_rows(log_densities(x));
  }

 private:
  /// What a piece of samples says of each component: sums about the means so far.
  struct Sums {
    double log_likelihood = 0;
    Vector<Real> sizes;
    Matrix<Real> shifts;
    std::vector<Matrix<Real>> squares;
    Sums(Index k, Index d) : sizes(Vector<Real>::Zero(k)), shifts(Matrix<Real>::Zero(k, d)) {
      squares.assign(static_cast<std::size_t>(k), Matrix<Real>::Zero(d, d));
    }
  };

  Options options_;
  Vector<Real> weights_;
  Matrix<Real> means_;
  std::vector<Matrix<Real>> covariances_;
  std::vector<Matrix<Real>> whitening_;  // W with W W^T = the inverse of the covariance
  Vector<Real> constants_;               // log of weight and density's factor
  RowVector<Real> floor_;                // added to variances
  double log_likelihood_ = 0;
  Index samples_ = 0;
  int iterations_ = 0;
  bool converged_ = false;

  [[nodiscard]] const GaussianMixture& fitted() const {
    if (weights_.size() == 0)
      detail::fail<NotFitted>("GaussianMixture", "the model", "not fitted", "a call of fit()");
    return *this;
  }

  [[nodiscard]] Matrix<Real> log_densities(const Matrix<T>& x) const {
    detail::expect_size("GaussianMixture", "x.cols()", x.cols(), means().cols());
    detail::expect_finite_samples("GaussianMixture", x);
    const Matrix<Real> data = x.template cast<Real>();
    Matrix<Real> scores(x.rows(), weights_.size());
    Matrix<Real> difference;
    score_block(data, 0, x.rows(), scores, difference);
    return scores;
  }

  /// log(weight_k N(x_i; ...)) of the samples first .. first + count - 1.
  void score_block(const Matrix<Real>& x, Index first, Index count, Matrix<Real>& scores,
                   Matrix<Real>& difference) const {
    Matrix<Real> white(count, x.cols());
    scores.resize(count, weights_.size());
    for (Index k = 0; k < weights_.size(); ++k) {
      difference = x.middleRows(first, count).rowwise() - means_.row(k);
      multiply(difference, whitening_[static_cast<std::size_t>(k)], white);
      for (Index i = 0; i < count; ++i)
        scores(i, k) = constants_[k] - white.row(i).squaredNorm() / 2;
    }
  }

  /// Components of equal weight to begin with: the clusters of a k-means.
  void begin(const Matrix<Real>& x, int start) {
    samples_ = x.rows();
    KMeans<Real> clusters{{.clusters = options_.components,
                           .restarts = 1,
                           .seed = options_.seed + static_cast<std::uint64_t>(start),
                           .threads = options_.threads}};
    clusters.fit(x);
    const RowVector<Real> mean = x.colwise().mean();
    floor_ = (x.rowwise() - mean).colwise().squaredNorm() / static_cast<double>(x.rows());
    for (Index j = 0; j < floor_.size(); ++j)
      floor_[j] = options_.regularization * (floor_[j] > 0 ? floor_[j] : 1);
    means_ = clusters.centers();
    Sums sums(means_.rows(), x.cols());
    for (Index i = 0; i < x.rows(); ++i) {
      const int k = clusters.labels()[static_cast<std::size_t>(i)];
      const RowVector<Real> difference = x.row(i) - means_.row(k);
      sums.sizes[k] += 1;
      sums.shifts.row(k) += difference;
      sums.squares[static_cast<std::size_t>(k)] += difference.transpose() * difference;
    }
    weights_.resize(means_.rows());
    maximize(sums);
  }

  [[nodiscard]] Sums expect(const Matrix<Real>& x) const {
    const Sums none(weights_.size(), x.cols());
    return parallel_reduce(
        x.rows(), {.threads = options_.threads, .grain = detail::sample_grain(x.rows())}, none,
        [&](Index begin, Index end) {
          constexpr Index block = 256;
          Sums part = none;
          Matrix<Real> scores;
          Matrix<Real> difference;
          Matrix<Real> weighted;
          for (Index first = begin; first < end; first += block) {
            const Index count = std::min(block, end - first);
            score_block(x, first, count, scores, difference);
            for (Index i = 0; i < count; ++i) part.log_likelihood += log_sum_exp(scores.row(i));
            softmax_in_place(scores);
            for (Index k = 0; k < weights_.size(); ++k) {
              difference = x.middleRows(first, count).rowwise() - means_.row(k);
              weighted = difference.array().colwise() * scores.col(k).array();
              part.sizes[k] += scores.col(k).sum();
              part.shifts.row(k) += weighted.colwise().sum();
              multiply_add(weighted.transpose(), difference,
                           part.squares[static_cast<std::size_t>(k)]);
            }
          }
          return part;
        },
        [](Sums a, const Sums& b) {
          a.log_likelihood += b.log_likelihood;
          a.sizes += b.sizes;
          a.shifts += b.shifts;
          for (std::size_t k = 0; k < a.squares.size(); ++k) a.squares[k] += b.squares[k];
          return a;
        });
  }

  void maximize(const Sums& sums) {
    const Index d = means_.cols();
    covariances_.resize(sums.squares.size());
    whitening_.resize(sums.squares.size());
    constants_.resize(weights_.size());
    const double total = sums.sizes.sum();
    for (Index k = 0; k < weights_.size(); ++k) {
      const auto at = static_cast<std::size_t>(k);
      // A component that nothing belongs to keeps its place and waits with hardly any weight.
      const double size = std::max<double>(sums.sizes[k], 1e-10 * total);
      const RowVector<Real> shift = sums.shifts.row(k) / size;
      Matrix<Real> covariance = sums.squares[at] / size;
      covariance -= shift.transpose() * shift;
      for (Index i = 0; i < d; ++i) {
        for (Index j = 0; j < d; ++j)
          if (i != j && options_.covariance == Covariance::diagonal) covariance(i, j) = 0;
        covariance(i, i) = std::max<double>(covariance(i, i), 0) + floor_[i];
      }
      means_.row(k) += shift;
      weights_[k] = size / total;
      double log_factor = whiten(covariance, whitening_[at]);
      log_factor -= 0.5 * static_cast<double>(d) * 1.8378770664093453;  // log(2 pi)
      constants_[k] = std::log(weights_[k]) + log_factor;
      covariances_[at] = std::move(covariance);
    }
  }

  /// The inverse of the transposed Cholesky factor, upper triangular; returns the log of its determinant.
  double whiten(const Matrix<Real>& covariance, Matrix<Real>& inverse) const {
    const Index d = covariance.rows();
    Matrix<Real> lower = Matrix<Real>::Zero(d, d);
    double log_determinant = 0;
    for (Index i = 0; i < d; ++i) {
      for (Index j = 0; j <= i; ++j) {
        double sum = covariance(i, j);
        for (Index k = 0; k < j; ++k) sum -= lower(i, k) * lower(j, k);
        lower(i, j) = i == j ? std::sqrt(std::max<double>(sum, floor_[i])) : sum / lower(j, j);
      }
      log_determinant -= std::log(lower(i, i));
    }
    inverse.setZero(d, d);
    for (Index column = 0; column < d; ++column)
      for (Index i = column; i < d; ++i) {
        double sum = i == column ? 1 : 0;
        for (Index k = column; k < i; ++k) sum -= lower(i, k) * inverse(column, k);
        inverse(column, i) = sum / lower(i, i);
      }
    return log_determinant;
  }

  void improve(const Matrix<Real>& x) {
    const auto n = static_cast<double>(x.rows());
    double before = -std::numeric_limits<double>::infinity();
    converged_ = false;
    for (iterations_ = 0;; ++iterations_) {
      const Sums sums = expect(x);
      log_likelihood_ = sums.log_likelihood;
      converged_ = log_likelihood_ - before <= options_.tolerance * n;
      if (converged_ || iterations_ == options_.max_iterations) return;
      before = log_likelihood_;
      maximize(sums);
    }
  }
};

}  // namespace loyal
