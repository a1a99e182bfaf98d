// SPDX-License-Identifier: MIT
// A training step and the serving of one row for a small churn network, and a step of a GRU over sequences.
#include <benchmark/benchmark.h>

#include <loyal/loss/cross_entropy.hpp>
#include <loyal/nn/activation.hpp>
#include <loyal/nn/dense.hpp>
#include <loyal/nn/gru.hpp>
#include <loyal/nn/sequential.hpp>
#include <loyal/optim/adam.hpp>

namespace {

using X = loyal::Matrix<float>;

auto churn_network() {
  return loyal::Sequential{loyal::Dense<float>{64, 128}, loyal::ReLU{},
                           loyal::Dense<float>{128, 64}, loyal::ReLU{}, loyal::Dense<float>{64, 1}};
}

void training_step(benchmark::State& state) {
  auto network = churn_network();
  const X inputs = X::Random(state.range(0), 64);
  const X labels = (X::Random(state.range(0), 1).array() > 0).cast<float>();
  decltype(network)::Cache<X> cache;
  auto gradient = loyal::zero_gradient(network);
  X output, derivative;
  loyal::Discard unwanted;
  loyal::Pass pass{.training = true};
  const loyal::Adam adam;
  auto moments = adam.init(network);
  for (auto _ : state) {
    network.forward(inputs, output, cache, pass);
    loyal::mean_loss(loyal::BinaryCrossEntropy{}, output, labels, {}, derivative);
    loyal::set_zero(gradient);
    network.backward(inputs, output, derivative, cache, unwanted, gradient);
    adam.step(network, gradient, moments);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(training_step)->Arg(32)->Arg(256)->Arg(4096)->Unit(benchmark::kMicrosecond);

void predict_row(benchmark::State& state) {
  const auto network = churn_network();
  const X row = X::Random(1, 64);
  loyal::Workspace<decltype(network)> workspace;
  for (auto _ : state) benchmark::DoNotOptimize(loyal::predict(network, row, workspace)(0, 0));
}
BENCHMARK(predict_row);

void gru_step(benchmark::State& state) {
  const loyal::GRU<float> gru{128, 128};
  loyal::Tensor<float, 3> x, y, dx;
  loyal::set_shape(x, {64, 50, 128});
  x.fill(0.1F);
  decltype(gru)::Cache<loyal::Tensor<float, 3>> cache;
  loyal::Pass pass{.training = true};
  auto gradient = loyal::zero_gradient(gru);
  for (auto _ : state) {
    gru.forward(x, y, cache, pass);
    gru.backward(x, y, y, cache, dx, gradient);
  }
}
BENCHMARK(gru_step)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
