// SPDX-License-Identifier: MIT
// Our side of `run.sh training`; with the argument `scaling`, how much two threads gain.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
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

#include "../math/multiply_add_peak.hpp"
#include "training_case.hpp"

using Network = loyal::Sequential<loyal::Dense<float>, loyal::ReLU, loyal::Dense<float>,
                                  loyal::ReLU, loyal::Dense<float>>;
using X = loyal::Matrix<float>;

namespace {

void load(loyal::Dense<float>& layer, int number) {
  const auto weights = rivals::starting_weights(number);
  std::copy(weights.begin(), weights.end(), layer.weight.data());
}

double seconds_of(auto&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Network make_network() {
  Network network{loyal::Dense<float>{64, 128}, loyal::ReLU{}, loyal::Dense<float>{128, 64},
                  loyal::ReLU{}, loyal::Dense<float>{64, 1}};
  load(network.get<0>(), 0);
  load(network.get<2>(), 1);
  load(network.get<4>(), 2);
  return network;
}

/// A training step of all samples of a batch; value() is the loss before the last one.
class Training {
 public:
  Training(int batch, int threads) : batch_gradient_(threads) {
    X inputs(batch, 64);
    X labels(batch, 1);
    rivals::make_data(batch, inputs.data(), labels.data());
    data_ = {std::move(inputs), std::move(labels), {}};
    samples_.resize(static_cast<std::size_t>(batch));
    std::iota(samples_.begin(), samples_.end(), loyal::Index{0});
  }

  void step() {
    value_ = batch_gradient_(network_, loss_, data_, samples_, pass_, gradient_);
    adam_.step(network_, gradient_, state_);
  }
  [[nodiscard]] double value() const { return value_; }

 private:
  loyal::Dataset<X, X> data_;
  std::vector<loyal::Index> samples_;
  Network network_ = make_network();
  Network gradient_ = loyal::zero_gradient(network_);
  loyal::BatchGradient<Network, X, X> batch_gradient_;
  loyal::Pass pass_{.training = true};
  loyal::BinaryCrossEntropy loss_;
  loyal::Adam adam_{{.learning_rate = 1e-3}};
  loyal::Adam::State<Network> state_ = adam_.init(network_);
  double value_ = 0;
};

void compare_with_rival() {
  for (const int batch : {32, 256, 4096}) {
    Training training{batch, 1};
    for (int i = 0; i < rivals::quality_steps; ++i) training.step();
    rivals::measure(("training/mlp_b" + std::to_string(batch)).c_str(), rivals::repetitions(batch),
                    training.value(), [&] { training.step(); });
  }
  const Network network = make_network();
  X row(1, 64);
  X label(1, 1);
  rivals::make_data(1, row.data(), label.data());
  loyal::Workspace<Network> workspace;
  float out = loyal::predict(network, row, workspace)(0, 0);
  rivals::measure("inference/mlp_row", 100000, static_cast<double>(out),
                  [&] { out = loyal::predict(network, row, workspace)(0, 0); });
}

/// Products as a share of what multiply-adds alone reach, measured right before and after.
void print_limits() {
  constexpr int shapes[][3] = {
      {32, 64, 64}, {256, 128, 64}, {4096, 64, 128}, {512, 512, 512}, {1024, 1024, 1024}};
  for (const auto& [m, n, k] : shapes) {
    const X a = X::Random(m, k);
    const X b = X::Random(k, n);
    X c(m, n);
    const double flops = 2.0 * m * n * k;
    const int repetitions = std::max(1, static_cast<int>(2e8 / flops));
    std::vector<double> shares;
    for (int round = 0; round < 20; ++round) {
      const double before = multiply_add_peak(1, 20000);
      const double seconds = seconds_of([&] {
        for (int i = 0; i < repetitions; ++i) {
          loyal::multiply(a, b, c);
          benchmark::DoNotOptimize(c.data());
        }
      });
      shares.push_back(flops * repetitions / seconds /
                       std::max(before, multiply_add_peak(1, 20000)));
    }
    std::printf("limit: dense/%dx%dx%d %.3f\n", m, n, k, rivals::median(shares));
  }
}

/// One thread's time over two threads', step by step in alternation.
void print_scaling() {
  for (const int batch : {32, 256, 1024, 4096, 16384}) {
    Training one{batch, 1};
    Training two{batch, 2};
    std::vector<double> ratios;
    for (int i = 0; i < rivals::repetitions(batch); ++i) {
      const double alone = seconds_of([&] { one.step(); });
      ratios.push_back(alone / seconds_of([&] { two.step(); }));
    }
    std::printf("scaling: training/mlp_b%d_2t %.2f\n", batch, rivals::median(ratios));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string{argv[1]} == "scaling") {
    print_scaling();
  } else {
    compare_with_rival();
    print_limits();
  }
}
