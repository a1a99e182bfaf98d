// SPDX-License-Identifier: MIT
// The three products of a dense layer, ours and Eigen's, as a share of what the same program reaches with
// multiply-adds alone. The training step they serve is in network_bench.cpp.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>

#include <loyal/math/matrix_product.hpp>

namespace {

namespace packet = loyal::detail::packet;

using X = loyal::Matrix<float>;
using Packet = packet::packet_traits<float>::type;

/// Floating-point operations a second with nothing but independent multiply-adds in registers.
[[gnu::flatten]] double measure_peak() {
  constexpr int lanes = packet::packet_traits<float>::size;
  constexpr int chains = 12;
  constexpr int steps = 100000;
  X start = X::Random(chains + 2, 64) * 1e-3F;
  double best = 0;
  for (int round = 0; round < 10; ++round) {
    Packet sum[chains];
    const Packet x = packet::ploadu<Packet>(start.row(chains).data());
    Packet y = packet::ploadu<Packet>(start.row(chains + 1).data());
    loyal::detail::unroll<chains>(
        [&](auto i) { sum[i] = packet::ploadu<Packet>(start.row(i).data()); });
    const auto begin = std::chrono::steady_clock::now();
    for (int step = 0; step < steps; ++step)
      loyal::detail::unroll<chains>([&](auto i) { sum[i] = packet::pmadd(sum[i], x, y); });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    loyal::detail::unroll<chains>([&](auto i) { packet::pstoreu(start.row(i).data(), sum[i]); });
    benchmark::DoNotOptimize(start.data());
    best = std::max(best, 2.0 * steps * chains * lanes / seconds.count());
  }
  return best;
}

template <class F>
void run(benchmark::State& state, const F& f) {
  static const double peak = measure_peak();
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
