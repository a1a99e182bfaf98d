// SPDX-License-Identifier: MIT
// The three products of a dense layer, ours and Eigen's, as a share of what the same program reaches with
// multiply-adds alone. The training step they serve is in network_bench.cpp.
#include <benchmark/benchmark.h>

#include <loyal/math/matrix_product.hpp>

#include "multiply_add_peak.hpp"

namespace {

using X = loyal::Matrix<float>;

template <class F>
void run(benchmark::State& state, const F& f) {
  static const double peak = multiply_add_peak();
  const auto m = state.range(0);
  const auto k = state.range(1);
  const auto n = state.range(2);
  const X x = X::Random(m, k);
  const X dy = X::Random(m, n);
  X w = X::Random(k, n);
  X dw = X::Zero(k, n);
  X y(m, n);
  X dx(m, k);
  for (auto _ : state) {
    f(x, w, y, dy, dw, dx);
    benchmark::ClobberMemory();
  }
  using benchmark::Counter;
  const double flops =
      2.0 * static_cast<double>(m * n * k) * static_cast<double>(state.iterations());
  state.counters["flops"] = Counter(flops, Counter::kIsRate);
  state.counters["of_peak"] = Counter(flops / peak, Counter::kIsRate);
}

void forward(benchmark::State& state) {
  run(state, [](auto& x, auto& w, auto& y, auto&, auto&, auto&) { loyal::multiply(x, w, y); });
}
void forward_eigen(benchmark::State& state) {
  run(state, [](auto& x, auto& w, auto& y, auto&, auto&, auto&) { y.noalias() = x * w; });
}
void weight_gradient(benchmark::State& state) {
  run(state, [](auto& x, auto&, auto&, auto& dy, auto& dw, auto&) {
    loyal::multiply_add(x.transpose(), dy, dw);
  });
}
void weight_gradient_eigen(benchmark::State& state) {
  run(state,
      [](auto& x, auto&, auto&, auto& dy, auto& dw, auto&) { dw.noalias() += x.transpose() * dy; });
}
void input_gradient(benchmark::State& state) {
  run(state, [](auto&, auto& w, auto&, auto& dy, auto&, auto& dx) {
    loyal::multiply(dy, w.transpose(), dx);
  });
}
void input_gradient_eigen(benchmark::State& state) {
  run(state,
      [](auto&, auto& w, auto&, auto& dy, auto&, auto& dx) { dx.noalias() = dy * w.transpose(); });
}

// rows, in, out
void shapes(benchmark::internal::Benchmark* b) {
  b->Args({1, 64, 128})->Args({32, 64, 64})->Args({32, 64, 128})->Args({256, 128, 64});
  b->Args({4096, 64, 128})->Args({4096, 64, 1})->Args({512, 512, 512})->Args({1024, 1024, 1024});
}
BENCHMARK(forward)->Apply(shapes);
BENCHMARK(forward_eigen)->Apply(shapes);
BENCHMARK(weight_gradient)->Apply(shapes);
BENCHMARK(weight_gradient_eigen)->Apply(shapes);
BENCHMARK(input_gradient)->Apply(shapes);
BENCHMARK(input_gradient_eigen)->Apply(shapes);

}  // namespace

BENCHMARK_MAIN();
