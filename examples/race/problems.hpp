// SPDX-License-Identifier: MIT
#pragma once

// The problems of the race. Each is a small type: start, loss, add_gradient; its seed draws the rest.
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <vector>

#include <loyal/loss/cross_entropy.hpp>
#include <loyal/math/alias_table.hpp>
#include <loyal/math/functions.hpp>
#include <loyal/nn/activation.hpp>
#include <loyal/nn/dense.hpp>
#include <loyal/nn/sequential.hpp>

#include "race.hpp"

namespace race {

inline Matrix<double> normal_matrix(Index rows, Index cols, double deviation, loyal::Rng& rng) {
  Matrix<double> m(rows, cols);
  for (Index i = 0; i < m.size(); ++i) m.data()[i] = rng.normal(0.0, deviation);
  return m;
}

/// 0 .. n - 1 in random order, again and again, a batch at a time.
class Batches {
 public:
  Batches(Index n, Index size, loyal::Rng rng)
      : order_(static_cast<std::size_t>(n)),
        size_(static_cast<std::size_t>(std::min(n, size))),
        rng_(rng) {
    std::iota(order_.begin(), order_.end(), Index{0});
    at_ = order_.size();
  }
  std::span<const Index> next() {
    if (at_ + size_ > order_.size()) {
      rng_.shuffle(order_);
      at_ = 0;
    }
    at_ += size_;
    return std::span<const Index>(order_).subspan(at_ - size_, size_);
  }

 private:
  std::vector<Index> order_;
  std::size_t size_;
  std::size_t at_ = 0;
  loyal::Rng rng_;
};

/// (x - c)' A (x - c) / 2 in 100 dimensions: eigenvalues 1 ... 1e-4, no axis along a parameter, and c not 0,
/// where weight decay pulls.
class Quadratic {
 public:
  explicit Quadratic(std::uint64_t seed) : rng_(seed) {
    constexpr Index n = 100;
    a_ = Matrix<double>::Zero(n, n);
    for (Index i = 0; i < n; ++i)
      a_(i, i) = std::pow(10.0, -4.0 * static_cast<double>(i) / static_cast<double>(n - 1));
    for (int reflection = 0; reflection < 3; ++reflection) {
      loyal::Vector<double> v = normal_matrix(n, 1, 1, rng_);
      v.normalize();
      a_ -= 2 * v * (v.transpose() * a_).eval();
      a_ -= 2 * (a_ * v).eval() * v.transpose();
    }
    start_ = normal_matrix(n, 1, 1, rng_);
    lowest_ = normal_matrix(n, 1, 1, rng_);
  }
  [[nodiscard]] Weights start() const { return {.arrays = {start_}}; }
  [[nodiscard]] double loss(const Weights& w) const {
    const Matrix<double> x = w.arrays[0] - lowest_;
    return 0.5 * x.col(0).dot((a_ * x).col(0));
  }
  void add_gradient(const Weights& w, Weights::Gradient& g) const {
    g.arrays[0].noalias() += a_ * (w.arrays[0] - lowest_);
  }

 private:
  loyal::Rng rng_;
  Matrix<double> a_;
  Matrix<double> start_;
  Matrix<double> lowest_;
};

/// Ten valleys side by side, from near (-1.2, 1) each: sum of 100 (y - x^2)^2 + (1 - x)^2.
/// Source: Rosenbrock, Computer J. 3, 1960.
class Rosenbrock {
 public:
  explicit Rosenbrock(std::uint64_t seed) : start_(20, 1) {
    loyal::Rng rng{seed};
    for (Index i = 0; i < 20; i += 2) {
      start_(i) = -1.2 + rng.normal(0.0, 0.1);
      start_(i + 1) = 1 + rng.normal(0.0, 0.1);
    }
  }
  [[nodiscard]] Weights start() const { return {.arrays = {start_}}; }
  [[nodiscard]] static double loss(const Weights& w) {
    const auto& p = w.arrays[0];
    double sum = 0;
    for (Index i = 0; i < p.size(); i += 2) {
      const double bend = p(i + 1) - p(i) * p(i);
      sum += 100 * bend * bend + (1 - p(i)) * (1 - p(i));
    }
    return sum;
  }
  static void add_gradient(const Weights& w, Weights::Gradient& g) {
    const auto& p = w.arrays[0];
    for (Index i = 0; i < p.size(); i += 2) {
      const double bend = p(i + 1) - p(i) * p(i);
      g.arrays[0](i) -= 400 * bend * p(i) + 2 * (1 - p(i));
      g.arrays[0](i + 1) += 200 * bend;
    }
  }

 private:
  Matrix<double> start_;
};

/// Customers as rows of numbers, and who left.
struct Customers {
  Matrix<double> x;       ///< customers x features, standardized
  Matrix<double> labels;  ///< customers x 1: 1 for those who left
};

/// Cross-entropy of a network that tells who leaves, by batches of 128. Without hidden layers it is
/// logistic regression.
template <class Network>
class Churn {
 public:
  Churn(std::shared_ptr<const Customers> customers, Network network, std::uint64_t seed)
      : customers_(std::move(customers)),
        network_(std::move(network)),
        batches_(customers_->x.rows(), 128, loyal::Rng{seed, 1}) {
    loyal::Rng rng{seed};
    loyal::initialize(network_, rng);
    gradient_ = loyal::zero_gradient(network_);
    x_.resize(128, customers_->x.cols());
    labels_.resize(128, 1);
  }
  [[nodiscard]] Weights start() const {
    Weights w;
    loyal::for_each_parameter(
        [&](const loyal::Leaf&, const auto& array) { w.arrays.emplace_back(array); }, network_);
    return w;
  }
  double loss(const Weights& w) {
    load(w);
    const auto& logits = loyal::predict(network_, customers_->x, all_);
    return loyal::mean_loss(loyal::BinaryCrossEntropy{}, logits, customers_->labels);
  }
  void add_gradient(const Weights& w, Weights::Gradient& g) {
    load(w);
    const auto batch = batches_.next();
    const auto rows = static_cast<Index>(batch.size());
    x_.resize(rows, x_.cols());
    labels_.resize(rows, 1);
    for (Index i = 0; i < rows; ++i) {
      x_.row(i) = customers_->x.row(batch[static_cast<std::size_t>(i)]);
      labels_(i) = customers_->labels(batch[static_cast<std::size_t>(i)]);
    }
    loyal::Pass pass{.training = true};
    network_.forward(x_, logits_, cache_, pass);
    loyal::mean_loss(loyal::BinaryCrossEntropy{}, logits_, labels_, {}, derivative_);
    loyal::set_zero(gradient_);
    loyal::Discard unwanted;
    network_.backward(x_, logits_, derivative_, cache_, unwanted, gradient_);
    auto to = g.arrays.begin();
    loyal::for_each_parameter([&](const loyal::Leaf&, const auto& array) { *to++ += array; },
                              gradient_);
  }

 private:
  void load(const Weights& w) {
    auto from = w.arrays.begin();
    loyal::for_each_parameter([&](const loyal::Leaf&, auto& array) { array = *from++; }, network_);
  }

  std::shared_ptr<const Customers> customers_;
  Network network_;
  Network gradient_;
  Batches batches_;
  loyal::Workspace<Network> all_;
  typename Network::template Cache<Matrix<double>> cache_;
  Matrix<double> x_;
  Matrix<double> labels_;
  Matrix<double> logits_;
  Matrix<double> derivative_;
};

using LinearModel = loyal::Sequential<loyal::Dense<double>>;
using Perceptron = loyal::Sequential<loyal::Dense<double>, loyal::ReLU, loyal::Dense<double>,
                                     loyal::ReLU, loyal::Dense<double>>;

/// Ratings of 600 users for 400 items: 4 tastes and noise of deviation 0.3, factorized with rank 8 by batches
/// of 256 ratings. Items are popular to different degrees, so some rows see few gradients.
class Factorization {
 public:
  explicit Factorization(std::uint64_t seed) : Factorization(seed, loyal::Rng{seed}) {}
  [[nodiscard]] const Weights& start() const { return start_; }
  [[nodiscard]] double loss(const Weights& w) const {
    double sum = 0;
    for (const Rating& r : ratings_) {
      const double miss = w.tables[0].row(r.user).dot(w.tables[1].row(r.item)) - r.value;
      sum += miss * miss;
    }
    return sum / static_cast<double>(ratings_.size());
  }
  void add_gradient(const Weights& w, Weights::Gradient& g) {
    const auto batch = batches_.next();
    for (const Index i : batch) {
      const Rating& r = ratings_[static_cast<std::size_t>(i)];
      const auto user = w.tables[0].row(r.user);
      const auto item = w.tables[1].row(r.item);
      const double slope = 2 * (user.dot(item) - r.value) / static_cast<double>(batch.size());
      g.tables[0].row(r.user) += slope * item;
      g.tables[1].row(r.item) += slope * user;
    }
  }

 private:
  struct Rating {
    Index user;
    Index item;
    double value;
  };
  static constexpr Index users = 600;
  static constexpr Index items = 400;
  static constexpr Index count = 30'000;

  Factorization(std::uint64_t seed, loyal::Rng rng) : batches_(count, 256, loyal::Rng{seed, 1}) {
    const auto tastes = normal_matrix(users, 4, 0.7, rng);
    const auto traits = normal_matrix(items, 4, 0.7, rng);
    std::vector<double> popularity;
    for (Index i = 0; i < items; ++i)
      popularity.push_back(1 / std::sqrt(static_cast<double>(i + 1)));
    const loyal::AliasTable draw(popularity);
    for (Index i = 0; i < count; ++i) {
      const auto user = static_cast<Index>(rng.below(users));
      const Index item = draw.sample(rng);
      ratings_.push_back(
          {user, item, tastes.row(user).dot(traits.row(item)) + rng.normal(0.0, 0.3)});
    }
    start_.tables = {normal_matrix(users, 8, 0.1, rng), normal_matrix(items, 8, 0.1, rng)};
  }

  std::vector<Rating> ratings_;
  Weights start_;
  Batches batches_;
};

/// Word vectors by skip-gram with negative sampling: 2000 words of Zipf's frequencies in 25 topics, 16
/// dimensions, batches of 128 pairs with 5 negatives each.
/// Source of the loss: Mikolov et al., NIPS 2013, eq. 4.
class SkipGram {
 public:
  explicit SkipGram(std::uint64_t seed) : rng_(seed), noise_(frequencies(0.75)) {
    const loyal::AliasTable any(frequencies(1));
    std::vector<loyal::AliasTable> topics;
    const auto weight = frequencies(1);
    for (Index t = 0; t < topic_count; ++t) {
      std::vector<double> inside(words, 0.0);
      for (Index i = t; i < words; i += topic_count)
        inside[static_cast<std::size_t>(i)] = weight[static_cast<std::size_t>(i)];
      topics.emplace_back(inside);
    }
    // Most neighbors share the topic, word i's being i modulo the number of topics.
    for (Index i = 0; i < pair_count; ++i) {
      const Index word = any.sample(rng_);
      const bool same = rng_.bernoulli(0.8);
      const auto& from = topics[static_cast<std::size_t>(word % topic_count)];
      pairs_.push_back({word, same ? from.sample(rng_) : any.sample(rng_)});
    }
    for (Index i = 0; i < 2000; ++i) {
      judged_.push_back(pairs_[rng_.below(pairs_.size())]);
      for (int k = 0; k < negatives; ++k) judged_noise_.push_back(noise_.sample(rng_));
    }
    start_.tables = {normal_matrix(words, 16, 0.1, rng_), Matrix<double>::Zero(words, 16)};
  }
  [[nodiscard]] const Weights& start() const { return start_; }
  [[nodiscard]] double loss(const Weights& w) const {
    double sum = 0;
    for (std::size_t i = 0; i < judged_.size(); ++i) {
      const auto word = w.tables[0].row(judged_[i].word);
      sum += loyal::softplus(-word.dot(w.tables[1].row(judged_[i].neighbor)));
      for (std::size_t k = 0; k < negatives; ++k)
        sum += loyal::softplus(word.dot(w.tables[1].row(judged_noise_[negatives * i + k])));
    }
    return sum / static_cast<double>(judged_.size());
  }
  void add_gradient(const Weights& w, Weights::Gradient& g) {
    constexpr int batch = 128;
    for (int i = 0; i < batch; ++i) {
      const Pair pair = pairs_[rng_.below(pairs_.size())];
      for (int k = -1; k < negatives; ++k) {
        const Index other = k < 0 ? pair.neighbor : noise_.sample(rng_);
        const auto word = w.tables[0].row(pair.word);
        const auto context = w.tables[1].row(other);
        const double slope = (loyal::sigmoid(word.dot(context)) - (k < 0 ? 1.0 : 0.0)) / batch;
        g.tables[0].row(pair.word) += slope * context;
        g.tables[1].row(other) += slope * word;
      }
    }
  }

 private:
  struct Pair {
    Index word;
    Index neighbor;
  };
  static constexpr Index words = 2000;
  static constexpr Index topic_count = 25;
  static constexpr Index pair_count = 100'000;
  static constexpr int negatives = 5;

  static std::vector<double> frequencies(double power) {
    std::vector<double> all;
    for (Index i = 0; i < words; ++i) all.push_back(std::pow(static_cast<double>(i + 10), -power));
    return all;
  }

  loyal::Rng rng_;
  loyal::AliasTable noise_;
  std::vector<Pair> pairs_;
  std::vector<Pair> judged_;
  std::vector<Index> judged_noise_;
  Weights start_;
};

}  // namespace race
