// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "../core/parallel.hpp"
#include "../core/parameters.hpp"
#include "../loss/loss_function.hpp"
#include "../nn/layer.hpp"
#include "dataset.hpp"

namespace loyal {

/// Loss of some samples and its gradient, computed block by block so that what the layers hand on stays in
/// the cache, and by several threads where the samples are many.
///
///   operator()(network, loss, data, samples, pass, gradient)   the mean loss; gradient is overwritten
///   total_weight()                                             what that mean divided by
///
/// It owns all scratch space: keep it for the next batch, which then allocates nothing. A network whose
/// samples see each other (BatchNorm) gets them as one block. Blocks do not depend on the number of threads,
/// nor do the bits of the result.
/// Source: none, our own. Cost: forward and backward; the blocks' gradients are added up for some 1 % more.
///
///     const loyal::Sequential network{loyal::Dense<double>{3, 1}};
///     const loyal::Dataset data{loyal::Matrix<double>::Ones(5000, 3).eval(), loyal::Matrix<double>::Zero(5000, 1).eval()};
///     std::vector<loyal::Index> samples(4000);
///     for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<loyal::Index>(i);
///     loyal::BatchGradient<loyal::Sequential<loyal::Dense<double>>, loyal::Matrix<double>, loyal::Matrix<double>> of;
///     auto gradient = loyal::zero_gradient(network);
///     loyal::Pass pass{.training = true};
///     const double loss = of(network, loyal::SquaredError{}, data, samples, pass, gradient);
///     if (!(loss >= 0) || of.total_weight() != 4000) return 1;
template <class Network, class X, class Y>
class BatchGradient {
 public:
  BatchGradient() = default;
  /// With so many threads at most; 0: as many as the machine has.
  explicit BatchGradient(int threads) : threads_(threads) {}

  template <class L>
  double operator()(const Network& network, const L& loss, const Dataset<X, Y>& data,
                    std::span<const Index> samples, Pass& pass, GradientOf<Network>& gradient) {
    const std::size_t n = samples.size();
    const std::size_t count = detail::couples_samples<Network>()
                                  ? 1
                                  : std::clamp<std::size_t>(n / part_rows, 1, most_parts);
    if (parts_.size() < count) parts_.resize(count);
    set_zero(gradient);
    if (count == 1) {
      Part& part = parts_[0];
      forward(network, data, samples, part, pass);
      total_ = loss.divisor(part.output, part.batch.targets, part.batch.weights);
      return total_ == 0 ? 0 : backward(network, loss, part, total_, gradient);
    }

    // Sums, not means, so that blocks add up; what they divide by is known only at the end.
    const auto seed = pass.rng();
    parallel_for(static_cast<Index>(count), {.threads = threads_}, [&](Index begin, Index end) {
      for (auto p = static_cast<std::size_t>(begin); p < static_cast<std::size_t>(end); ++p) {
        Part& part = parts_[p];
        part.sum = part.divisor = 0;
        if (p > 0) prepare(network, part);
        Pass own{.training = pass.training, .rng = Rng{seed, p}};
        const std::size_t last = n * (p + 1) / count;
        for (std::size_t i = n * p / count; i < last; i += block_rows) {
          forward(network, data, samples.subspan(i, std::min(block_rows, last - i)), part, own);
          part.divisor += loss.divisor(part.output, part.batch.targets, part.batch.weights);
          part.sum += backward(network, loss, part, 1, p == 0 ? gradient : part.gradient);
        }
      }
    });
    double sum = 0;
    total_ = 0;
    for (std::size_t p = 0; p < count; ++p) {
      sum += parts_[p].sum;
      total_ += parts_[p].divisor;
      if (p > 0) add_to(gradient, parts_[p].gradient);
    }
    if (total_ == 0) return 0;
    scale(gradient, 1 / total_);
    return sum / total_;
  }

  /// Samples that counted in the last call, or their weights, as the loss has it; 0: none did.
  [[nodiscard]] double total_weight() const noexcept { return total_; }

  /// What the layers of a network that couples samples remember of the last call, for absorb().
  [[nodiscard]] const CacheOf<Network, X>& cache() const { return parts_.at(0).cache; }

 private:
  /// Rows that pass through all layers together: with some hundred numbers a row, within a second-level cache.
  static constexpr std::size_t block_rows = 128;
  /// Rows with a gradient of their own, to be added to the whole in the end; and at most so many of these.
  static constexpr std::size_t part_rows = 512;
  static constexpr std::size_t most_parts = 8;

  struct Part {
    Dataset<X, Y> batch;
    CacheOf<Network, X> cache;
    OutputOf<Network, X> output;
    OutputOf<Network, X> derivative;
    GradientOf<Network> gradient;  // but that of the first part
    bool has_gradient = false;
    double sum = 0;
    double divisor = 0;
  };

  static void prepare(const Network& network, Part& part) {
    if (part.has_gradient) return set_zero(part.gradient);
    part.gradient = zero_gradient(network);
    part.has_gradient = true;
  }

  static void forward(const Network& network, const Dataset<X, Y>& data,
                      std::span<const Index> samples, Part& part, Pass& pass) {
    gather(data, samples, part.batch);
    network.forward(part.batch.inputs, part.output, part.cache, pass);
  }

  template <class L>
  static double backward(const Network& network, const L& loss, Part& part, double divisor,
                         GradientOf<Network>& gradient) {
    const double value = loss.evaluate(part.output, part.batch.targets, part.batch.weights, divisor,
                                       &part.derivative);
    Discard unwanted;
    network.backward(part.batch.inputs, part.output, part.derivative, part.cache, unwanted,
                     gradient);
    return value;
  }

  int threads_ = 0;
  double total_ = 0;
  std::vector<Part> parts_;
};

}  // namespace loyal
