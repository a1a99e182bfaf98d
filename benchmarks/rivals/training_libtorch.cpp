// SPDX-License-Identifier: MIT
// libtorch's side of `run.sh training`: the same network, data, starting weights and optimizer.
#include <string>

#include "training_case.hpp"

#include <torch/torch.h>

namespace {

torch::nn::Linear load(int number) {
  const int in = rivals::widths[number];
  const int out = rivals::widths[number + 1];
  auto weights = rivals::starting_weights(number);
  torch::nn::Linear layer(in, out);
  torch::NoGradGuard guard;
  layer->weight.copy_(torch::from_blob(weights.data(), {in, out}).t());
  layer->bias.zero_();
  return layer;
}

torch::nn::Sequential make_network() {
  return torch::nn::Sequential(load(0), torch::nn::ReLU(), load(1), torch::nn::ReLU(), load(2));
}

}  // namespace

int main() {
  torch::set_num_threads(1);
  for (const int batch : {32, 256, 4096}) {
    auto inputs = torch::empty({batch, 64});
    auto labels = torch::empty({batch, 1});
    rivals::make_data(batch, inputs.data_ptr<float>(), labels.data_ptr<float>());
    auto network = make_network();
    torch::optim::Adam adam(network->parameters(), torch::optim::AdamOptions(1e-3));
    double value = 0;
    torch::Tensor loss;
    const auto step = [&] {
      adam.zero_grad();
      loss = torch::binary_cross_entropy_with_logits(network->forward(inputs), labels, {}, {},
                                                     at::Reduction::Mean);
      loss.backward();
      adam.step();
    };
    for (int i = 0; i < rivals::quality_steps; ++i) step();
    value = loss.item<double>();
    rivals::measure(("training/mlp_b" + std::to_string(batch)).c_str(), rivals::repetitions(batch),
                    value, step);
  }
  torch::InferenceMode guard;
  auto network = make_network();
  network->eval();
  auto row = torch::empty({1, 64});
  auto label = torch::empty({1, 1});
  rivals::make_data(1, row.data_ptr<float>(), label.data_ptr<float>());
  float out = network->forward(row).item<float>();
  const float check = out;
  rivals::measure("inference/mlp_row", 100000, check,
                  [&] { out = network->forward(row).item<float>(); });
  return out == check ? 0 : 1;
}
