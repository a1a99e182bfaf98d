// SPDX-License-Identifier: MIT
// Our side of `run.sh training`.
#include <string>

#include <loyal/loss/cross_entropy.hpp>
#include <loyal/nn/activation.hpp>
#include <loyal/nn/dense.hpp>
#include <loyal/nn/sequential.hpp>
#include <loyal/optim/adam.hpp>

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
    Network network = make_network();
    auto gradient = loyal::zero_gradient(network);
    Network::Cache<X> cache;
    X output;
    X derivative;
    loyal::Discard unwanted;
    loyal::Pass pass{.training = true};
    const loyal::BinaryCrossEntropy loss;
    const loyal::Adam adam{{.learning_rate = 1e-3}};
    auto state = adam.init(network);
    double value = 0;
    const auto step = [&] {
      network.forward(inputs, output, cache, pass);
      value = loyal::mean_loss(loss, output, labels, {}, derivative);
      loyal::set_zero(gradient);
      network.backward(inputs, output, derivative, cache, unwanted, gradient);
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
