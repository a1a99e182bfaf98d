// SPDX-License-Identifier: MIT
// Updates of 1e4, 1e6 and 1e8 parameters, in parameters and bytes a second. Bytes are the least there are: parameters
// and moments read and written, gradients read.
#include <benchmark/benchmark.h>

#include <loyal/optim/adagrad.hpp>
#include <loyal/optim/adam.hpp>
#include <loyal/optim/adamw.hpp>
#include <loyal/optim/rmsprop.hpp>
#include <loyal/optim/sgd.hpp>

namespace {

template <class Optimizer>
void step(benchmark::State& state, const Optimizer& optimizer, int arrays_crossed) {
  loyal::Vector<float> parameters = loyal::Vector<float>::Ones(state.range(0));
  const loyal::Vector<float> gradient = loyal::Vector<float>::Constant(state.range(0), 1e-3F);
  auto remembered = optimizer.init(parameters);
  for (auto _ : state) {
    optimizer.step(parameters, gradient, remembered);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * state.range(0) * arrays_crossed * 4);
}

void sgd(benchmark::State& state) { step(state, loyal::SGD{}, 3); }
void momentum(benchmark::State& state) { step(state, loyal::SGD{{.momentum = 0.9}}, 5); }
void adagrad(benchmark::State& state) { step(state, loyal::AdaGrad{}, 5); }
void rmsprop(benchmark::State& state) { step(state, loyal::RMSProp{}, 5); }
void adam(benchmark::State& state) { step(state, loyal::Adam{}, 7); }
void adamw(benchmark::State& state) { step(state, loyal::AdamW{}, 7); }

void sizes(benchmark::internal::Benchmark* b) {
  b->Arg(10000)->Arg(1000000)->Arg(100000000)->UseRealTime();
}
BENCHMARK(sgd)->Apply(sizes);
BENCHMARK(momentum)->Apply(sizes);
BENCHMARK(adagrad)->Apply(sizes);
BENCHMARK(rmsprop)->Apply(sizes);
BENCHMARK(adam)->Apply(sizes);
BENCHMARK(adamw)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
