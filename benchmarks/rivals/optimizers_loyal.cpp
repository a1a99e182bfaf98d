// SPDX-License-Identifier: MIT
// Our side of `run.sh optimizers`: updates of 1e4, 1e6 and 1e8 parameters in float.
//
// Prints "case microseconds checks...": ten of the parameters after a few steps, and their mean square. And, for
// 1e6 and 1e8 parameters, "limit: case share": the time of a plain loop that reads and writes the same arrays, over ours.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <loyal/optim/adagrad.hpp>
#include <loyal/optim/adam.hpp>
#include <loyal/optim/adamw.hpp>
#include <loyal/optim/rmsprop.hpp>
#include <loyal/optim/sgd.hpp>

#include "../optim/plain_loop.hpp"

namespace {

using Array = loyal::Vector<float>;

struct Size {
  const char* name;
  loyal::Index parameters;
  int checked;  // steps before the check
  int timed;
};
constexpr Size sizes[] = {
    {"1e4", 10'000, 50, 1000}, {"1e6", 1'000'000, 20, 40}, {"1e8", 100'000'000, 3, 3}};

/// i * factor modulo 2^32, as a fraction, minus a half: the same numbers in any language.
Array numbers(loyal::Index n, std::uint32_t factor) {
  Array x(n);
  for (loyal::Index i = 0; i < n; ++i)
    x[i] = static_cast<float>((static_cast<std::uint32_t>(i) * factor) >> 8) * 0x1p-24F - 0.5F;
  return x;
}

double microseconds(auto&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
      .count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

volatile float zero = 0;

template <class Optimizer>
void race(const char* name, const Optimizer& optimizer, const Size& size) {
  Array p = numbers(size.parameters, 2654435761U);
  Array g = numbers(size.parameters, 2246822519U);
  auto state = optimizer.init(p);
  for (int i = 0; i < size.checked; ++i) {
    optimizer.step(p, g, state);
    g *= -0.75F;
  }
  std::vector<double> checks;
  for (loyal::Index k = 0; k < 10; ++k) checks.push_back(p[k * (size.parameters - 1) / 9]);
  double square = 0;
  for (loyal::Index i = 0; i < p.size(); ++i) square += static_cast<double>(p[i]) * p[i];
  checks.push_back(square / static_cast<double>(size.parameters));

  std::vector<double> ours;
  std::vector<double> plain;
  for (int i = 0; i < size.timed; ++i) {
    ours.push_back(microseconds([&] { optimizer.step(p, g, state); }));
    if (size.parameters < 1'000'000) continue;
    plain.push_back(microseconds([&] {
      const float factor = zero;
      if constexpr (Optimizer::slots == 2)
        plain_loop(p.size(), factor, g.data(), p.data(), state.slots[0].data(),
                   state.slots[1].data());
      else if (state.slots[0].size() != 0)
        plain_loop(p.size(), factor, g.data(), p.data(), state.slots[0].data());
      else
        plain_loop(p.size(), factor, g.data(), p.data());
    }));
  }
  std::printf("optimizers/%s_%s %.3f", name, size.name, median(ours));
  for (const double check : checks) std::printf(" %.8f", check);
  std::printf("\n");
  if (!plain.empty())
    std::printf("limit: optimizers/%s_%s %.3f\n", name, size.name, median(plain) / median(ours));
}

}  // namespace

int main() {
  for (const Size& size : sizes) {
    race("sgd", loyal::SGD{{.learning_rate = 1e-2}}, size);
    race("momentum", loyal::SGD{{.learning_rate = 1e-2, .momentum = 0.9}}, size);
    race("adagrad", loyal::AdaGrad{{.learning_rate = 1e-2}}, size);
    race("rmsprop", loyal::RMSProp{{.learning_rate = 1e-2}}, size);
    race("adam", loyal::Adam{{.learning_rate = 1e-3}}, size);
    race("adamw", loyal::AdamW{{.learning_rate = 1e-3, .weight_decay = 1e-2}}, size);
  }
}
