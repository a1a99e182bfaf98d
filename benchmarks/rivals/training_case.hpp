// SPDX-License-Identifier: MIT
#pragma once

// What both sides of the training comparison share: data, starting weights, timing, output.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace rivals {

/// The same stream of numbers in [-1, 1) for both programs.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  float operator()() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<float>(static_cast<double>(state_ >> 40) * 0x1p-23 - 1.0);
  }

 private:
  std::uint64_t state_;
};

inline constexpr int widths[] = {64, 128, 64, 1};
inline constexpr int quality_steps = 200;

inline int repetitions(int batch) { return batch <= 32 ? 4000 : batch <= 256 ? 1000 : 100; }

/// Inputs and labels of a problem that the network can learn.
inline void make_data(int batch, float* inputs, float* labels) {
  Numbers numbers(static_cast<std::uint64_t>(batch));
  for (int i = 0; i < batch; ++i) {
    float sum = 0;
    for (int j = 0; j < widths[0]; ++j) {
      inputs[i * widths[0] + j] = numbers();
      sum += (j % 2 == 0 ? 1.0F : -1.0F) * inputs[i * widths[0] + j];
    }
    labels[i] = sum > 0 ? 1.0F : 0.0F;
  }
}

/// Weight (in, out) of layer number `layer`; biases start from zero.
inline std::vector<float> starting_weights(int layer) {
  Numbers numbers(static_cast<std::uint64_t>(1000 + layer));
  const int in = widths[layer];
  const int out = widths[layer + 1];
  const float bound = std::sqrt(6.0F / static_cast<float>(in + out));
  std::vector<float> weights(static_cast<std::size_t>(in * out));
  for (float& w : weights) w = bound * numbers();
  return weights;
}

inline double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Runs step() often and prints its median time in microseconds: "case, time, check".
template <class Step>
void measure(const char* name, int repetitions, double check, Step&& step) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  for (int i = 0; i < repetitions; ++i) {
    const auto start = Clock::now();
    step();
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  std::printf("%s %.3f %.6f\n", name, median(times), check);
}

}  // namespace rivals
