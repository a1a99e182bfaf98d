// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>
#include <cmath>

#include <loyal/math/functions.hpp>
#include <loyal/math/softmax.hpp>

namespace {

template <class T, class F>
void run(benchmark::State& state, const F& f) {
  const loyal::Matrix<T> x = loyal::Matrix<T>::Random(64, 128) * 5;
  loyal::Matrix<T> y = x;
  for (auto _ : state) {
    f(x, y);
    benchmark::DoNotOptimize(y.data());
  }
  state.SetItemsProcessed(state.iterations() * x.size());
}

// One line a function: ours, and what there is besides.
#define LOYAL_BENCH(name, expression)                              \
  template <class T>                                               \
  void name(benchmark::State& state) {                             \
    run<T>(state, [](const auto& x, auto& y) { y = expression; }); \
  }                                                                \
  BENCHMARK_TEMPLATE(name, float);                                 \
  BENCHMARK_TEMPLATE(name, double)

LOYAL_BENCH(sigmoid, loyal::sigmoid(x.array()));
LOYAL_BENCH(eigen_logistic, x.array().logistic());
LOYAL_BENCH(softplus, loyal::softplus(x.array()));
LOYAL_BENCH(hyperbolic_tangent, loyal::hyperbolic_tangent(x.array()));
LOYAL_BENCH(eigen_tanh, x.array().tanh());
LOYAL_BENCH(error_function, loyal::error_function(x.array()));
LOYAL_BENCH(std_erf, x.unaryExpr([](auto v) { return std::erf(v); }));
LOYAL_BENCH(gelu, loyal::gelu(x.array()));
LOYAL_BENCH(gelu_derivative, loyal::gelu_derivative(x.array()));
LOYAL_BENCH(tanh_gelu, loyal::tanh_gelu(x.array()));
LOYAL_BENCH(softmax, x; loyal::softmax_in_place(y));
LOYAL_BENCH(log_softmax, x; loyal::log_softmax_in_place(y));
LOYAL_BENCH(exp_alone, x.array().exp());

}  // namespace

BENCHMARK_MAIN();
