// SPDX-License-Identifier: MIT
#include <numeric>
#include <vector>

#include <loyal/loss/cross_entropy.hpp>
#include <loyal/loss/squared_error.hpp>
#include <loyal/nn/activation.hpp>
#include <loyal/nn/batch_norm.hpp>
#include <loyal/nn/dense.hpp>
#include <loyal/nn/dropout.hpp>
#include <loyal/nn/embedding.hpp>
#include <loyal/nn/pooling.hpp>
#include <loyal/nn/sequential.hpp>
#include <loyal/train/batch_gradient.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

std::vector<Index> some_samples(Index n, std::size_t count, std::uint64_t seed) {
  Rng rng{seed};
  std::vector<Index> samples(count);
  for (Index& i : samples) i = static_cast<Index>(rng.below(static_cast<std::uint64_t>(n)));
  return samples;
}

template <class M>
double distance(const M& a, const M& b) {
  M difference = b;
  scale(difference, -1.0);
  add_to(difference, a);
  return std::sqrt(squared_norm(difference) / (squared_norm(b) + 1e-300));
}

/// The whole batch at once.
template <class Network, class L, class X, class Y>
double at_once(const Network& network, const L& loss, const Dataset<X, Y>& data,
               const std::vector<Index>& samples, GradientOf<Network>& gradient) {
  Dataset<X, Y> batch;
  gather(data, samples, batch);
  CacheOf<Network, X> cache;
  OutputOf<Network, X> output;
  OutputOf<Network, X> derivative;
  Discard unwanted;
  Pass pass{.training = true};
  network.forward(batch.inputs, output, cache, pass);
  const double divisor = loss.divisor(output, batch.targets, batch.weights);
  const double value = loss.evaluate(output, batch.targets, batch.weights, divisor, &derivative);
  set_zero(gradient);
  network.backward(batch.inputs, output, derivative, cache, unwanted, gradient);
  return value;
}

}  // namespace

TEMPLATE_TEST_CASE("batch_gradient: blocks add up to the batch, for any number of threads", "",
                   float, double) {
  using T = TestType;
  using X = Matrix<T>;
  Rng rng{3};
  Sequential network{Dense<T>{5, 8}, ReLU{}, Dense<T>{8, 3}};
  initialize(network, rng);
  Dataset<X, std::vector<Index>> data;
  data.inputs = X::Random(700, 5);
  for (Index i = 0; i < 700; ++i) data.targets.push_back(static_cast<Index>(rng.below(4)) - 1);
  data.weights = Vector<double>::Random(700).cwiseAbs();
  const CrossEntropy loss{{.class_weights = {1.0, 2.0, 0.5}}};  // and class -1 is left out
  using Gradient = BatchGradient<decltype(network), X, std::vector<Index>>;
  Gradient one{1};
  Gradient two{2};
  Gradient seven{7};
  for (const std::size_t n : {1U, 2U, 127U, 128U, 512U, 1024U, 1500U, 5000U, 333U}) {
    CAPTURE(n);
    const auto samples = some_samples(700, n, n);
    auto expected = zero_gradient(network);
    const double value = at_once(network, loss, data, samples, expected);
    Pass pass{.training = true, .rng = Rng{9}};
    auto gradient = zero_gradient(network);
    auto other = zero_gradient(network);
    const double blocks = one(network, loss, data, samples, pass, gradient);
    const double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-13;
    CHECK(blocks == Approx(value).epsilon(tolerance));
    CHECK(distance(gradient, expected) < tolerance);
    for (Gradient* many : {&two, &seven}) {
      CHECK((*many)(network, loss, data, samples, pass, other) == blocks);
      CHECK(other == gradient);
      CHECK(many->total_weight() == one.total_weight());
    }
  }
}

TEST_CASE("batch_gradient: samples that do not count") {
  using X = Matrix<double>;
  Sequential network{Dense<double>{2, 2}};
  Dataset<X, std::vector<Index>> data{X::Random(2000, 2), std::vector<Index>(2000, -1), {}};
  BatchGradient<decltype(network), X, std::vector<Index>> batch_gradient;
  auto gradient = zero_gradient(network);
  Pass pass{.training = true};
  for (const std::size_t n : {10U, 1800U}) {
    const auto samples = some_samples(2000, n, 1);
    CHECK(batch_gradient(network, CrossEntropy{}, data, samples, pass, gradient) == 0);
    CHECK(batch_gradient.total_weight() == 0);
    CHECK(squared_norm(gradient) == 0);
  }
  data.targets[0] = 1;  // one that does, in a batch of many
  std::vector<Index> samples(1800);
  std::iota(samples.begin(), samples.end(), Index{0});
  auto expected = zero_gradient(network);
  const double value = at_once(network, CrossEntropy{}, data, samples, expected);
  CHECK(batch_gradient(network, CrossEntropy{}, data, samples, pass, gradient) == Approx(value));
  CHECK(batch_gradient.total_weight() == 1);
  CHECK(distance(gradient, expected) < 1e-14);
}

TEST_CASE("batch_gradient: dropout draws the same for any number of threads, and anew each time") {
  using X = Matrix<double>;
  const Sequential network{Dense<double>{4, 16}, ReLU{}, Dropout{0.5}, Dense<double>{16, 1}};
  const Dataset<X, X> data{X::Random(3000, 4), X::Random(3000, 1), {}};
  const auto samples = some_samples(3000, 3000, 5);
  std::vector<double> values;
  for (const int threads : {1, 3}) {
    BatchGradient<Sequential<Dense<double>, ReLU, Dropout, Dense<double>>, X, X> of{threads};
    auto gradient = zero_gradient(network);
    Pass pass{.training = true, .rng = Rng{8}};
    for (int i = 0; i < 2; ++i)
      values.push_back(of(network, SquaredError{}, data, samples, pass, gradient));
  }
  CHECK(values[0] == values[2]);
  CHECK(values[1] == values[3]);
  CHECK(values[0] != values[1]);
}

TEST_CASE("batch_gradient: a network that couples its samples sees them together") {
  using X = Matrix<double>;
  const Sequential network{Dense<double>{4, 6}, BatchNorm<double>{6}, Dense<double>{6, 1}};
  using Network = std::remove_const_t<decltype(network)>;
  const Dataset<X, X> data{X::Random(3000, 4), X::Random(3000, 1), {}};
  const auto samples = some_samples(3000, 3000, 5);
  auto expected = zero_gradient(network);
  const double value = at_once(network, SquaredError{}, data, samples, expected);
  BatchGradient<Network, X, X> of{2};
  auto gradient = zero_gradient(network);
  Pass pass{.training = true};
  CHECK(of(network, SquaredError{}, data, samples, pass, gradient) == value);
  CHECK(gradient == expected);
  Network learned = network;
  absorb(learned, of.cache());
  CHECK(!(learned == network));
}

TEST_CASE("batch_gradient: sparse gradients and padded sequences") {
  using Items = Tokens;
  Rng rng{4};
  Sequential network{Embedding<double>{50, 3}, MeanOverTime{}, Dense<double>{3, 1}};
  initialize(network, rng);
  Dataset<Items, Matrix<double>> data;
  data.targets = Matrix<double>::Random(2500, 1);
  set_shape(data.inputs.values, std::array<Index, 2>{2500, 7});
  for (Index i = 0; i < 2500; ++i) {
    data.inputs.lengths.push_back(1 + static_cast<Index>(rng.below(7)));
    for (Index t = 0; t < 7; ++t)
      data.inputs.values(static_cast<std::size_t>(i), static_cast<std::size_t>(t)) =
          static_cast<std::int32_t>(rng.below(50));
  }
  const auto samples = some_samples(2500, 2500, 6);
  auto expected = zero_gradient(network);
  const double value = at_once(network, SquaredError{}, data, samples, expected);
  BatchGradient<decltype(network), Items, Matrix<double>> of;
  auto gradient = zero_gradient(network);
  Pass pass{.training = true};
  CHECK(of(network, SquaredError{}, data, samples, pass, gradient) == Approx(value).epsilon(1e-13));
  CHECK((gradient.get<0>().weight.dense() - expected.get<0>().weight.dense()).norm() < 1e-14);
  CHECK((gradient.get<2>().weight - expected.get<2>().weight).norm() < 1e-14);
}

TEST_CASE("batch_gradient: a target that the loss refuses reaches the caller") {
  using X = Matrix<double>;
  const Sequential network{Dense<double>{2, 1}};
  Dataset<X, X> data{X::Random(4000, 2), X::Zero(4000, 1), {}};
  data.targets(3999, 0) = 7;
  std::vector<Index> samples(4000);
  std::iota(samples.begin(), samples.end(), Index{0});
  BatchGradient<std::remove_const_t<decltype(network)>, X, X> of{2};
  auto gradient = zero_gradient(network);
  Pass pass{.training = true};
  CHECK_THROWS_AS(of(network, BinaryCrossEntropy{}, data, samples, pass, gradient), DataError);
}
