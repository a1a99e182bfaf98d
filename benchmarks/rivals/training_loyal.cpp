// SPDX-License-Identifier: MIT
// Our side of `run.sh training`.
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <loyal/loss/cross_entropy.hpp>
#include <loyal/nn/activation.hpp>
#include <loyal/nn/dense.hpp>
#include <loyal/nn/sequential.hpp>
#include <loyal/optim/adam.hpp>
#include <loyal/train/batch_gradient.hpp>

#include "training_case.hpp"

using Network = loyal::Sequential<loyal::Dense<float>, loyal::ReLU, loyal::Dense<float>,
                                  loyal::ReLU, loyal::Dense<float>>;
using X = loyal::Matrix<float>;

namespace {

void load(loyal::Dense<float>& layer, int number) {
  const auto weights = rivals::starting_weights(number);
  std::copy(weights.begin(), weights.end(), layer.weight.data());
}

Network make_network() {
  Network network{loyal::Dense<float>{64, 128}, loyal::ReLU{}, loyal::Dense<float>{128, 64},
                  loyal::ReLU{}, loyal::Dense<float>{64, 1}};
  load(network.get<0>(), 0);
  load(network.get<2>(), 1);
  load(network.get<4>(), 2);
  return network;
}

}  // namespace

int main() {
  for (const int batch : {32, 256, 4096}) {
    X inputs(batch, 64);
    X labels(batch, 1);
    rivals::make_data(batch, inputs.data(), labels.data());
    const loyal::Dataset<X, X> data{std::move(inputs), std::move(labels), {}};
    std::vector<loyal::Index> samples(static_cast<std::size_t>(batch));
    std::iota(samples.begin(), samples.end(), loyal::Index{0});
    Network network = make_network();
    auto gradient = loyal::zero_gradient(network);
    loyal::BatchGradient<Network, X, X> batch_gradient{1};
    loyal::Pass pass{.training = true};
    const loyal::BinaryCrossEntropy loss;
    const loyal::Adam adam{{.learning_rate = 1e-3}};
    auto state = adam.init(network);
    double value = 0;
    const auto step = [&] {
      value = batch_gradient(network, loss, data, samples, pass, gradient);
      adam.step(network, gradient, state);
    };
    for (int i = 0; i < rivals::quality_steps; ++i) step();
    rivals::measure(("training/mlp_b" + std::to_string(batch)).c_str(), rivals::repetitions(batch),
                    value, step);
  }
  const Network network = make_network();
  X row(1, 64);
  X label(1, 1);
  rivals::make_data(1, row.data(), label.data());
  loyal::Workspace<Network> workspace;
  float out = loyal::predict(network, row, workspace)(0, 0);
  const float check = out;
  rivals::measure("inference/mlp_row", 100000, check,
                  [&] { out = loyal::predict(network, row, workspace)(0, 0); });
  return out == check ? 0 : 1;
}
