// SPDX-License-Identifier: MIT
// Updates of 1e4, 1e6 and 1e8 parameters, in parameters and bytes a second, beside loops with the same traffic. Bytes
// are the least there are: parameters and moments read and written, gradients read. Then a table of a million
// rows: a step that touches 4096 of them, and one that crosses it all.
#include <benchmark/benchmark.h>

#include <loyal/core/random.hpp>
#include <loyal/nn/embedding.hpp>
#include <loyal/optim/adadelta.hpp>
#include <loyal/optim/adagrad.hpp>
#include <loyal/optim/adam.hpp>
#include <loyal/optim/adamax.hpp>
#include <loyal/optim/adamw.hpp>
#include <loyal/optim/adan.hpp>
#include <loyal/optim/amsgrad.hpp>
#include <loyal/optim/lamb.hpp>
#include <loyal/optim/lion.hpp>
#include <loyal/optim/nadam.hpp>
#include <loyal/optim/radam.hpp>
#include <loyal/optim/rmsprop.hpp>
#include <loyal/optim/rprop.hpp>
#include <loyal/optim/schedule_free.hpp>
#include <loyal/optim/sgd.hpp>

namespace {

void count(benchmark::State& state, double parameters, double arrays_crossed) {
  const double each = static_cast<double>(state.iterations()) * parameters;
  state.SetItemsProcessed(static_cast<std::int64_t>(each));
  state.SetBytesProcessed(static_cast<std::int64_t>(each * arrays_crossed * 4));
}

template <class Optimizer>
void step(benchmark::State& state, const Optimizer& optimizer, int arrays_crossed) {
  loyal::Vector<float> parameters = loyal::Vector<float>::Ones(state.range(0));
  const loyal::Vector<float> gradient = loyal::Vector<float>::Constant(state.range(0), 1e-3F);
  auto remembered = optimizer.init(parameters);
  for (auto _ : state) {
    optimizer.step(parameters, gradient, remembered);
    benchmark::ClobberMemory();
  }
  count(state, static_cast<double>(state.range(0)), arrays_crossed);
}

void sgd(benchmark::State& state) { step(state, loyal::SGD{}, 3); }
void momentum(benchmark::State& state) { step(state, loyal::SGD{{.momentum = 0.9}}, 5); }
void adagrad(benchmark::State& state) { step(state, loyal::AdaGrad{}, 5); }
void rmsprop(benchmark::State& state) { step(state, loyal::RMSProp{}, 5); }
void lion(benchmark::State& state) { step(state, loyal::Lion{}, 5); }
void schedule_free_sgd(benchmark::State& state) { step(state, loyal::ScheduleFreeSGD{}, 5); }
void adam(benchmark::State& state) { step(state, loyal::Adam{}, 7); }
void adamw(benchmark::State& state) { step(state, loyal::AdamW{}, 7); }
void adamax(benchmark::State& state) { step(state, loyal::AdaMax{}, 7); }
void nadam(benchmark::State& state) { step(state, loyal::NAdam{}, 7); }
void radam(benchmark::State& state) { step(state, loyal::RAdam{}, 7); }
void adadelta(benchmark::State& state) { step(state, loyal::AdaDelta{}, 7); }
void rprop(benchmark::State& state) { step(state, loyal::Rprop{}, 7); }
void schedule_free_adamw(benchmark::State& state) { step(state, loyal::ScheduleFreeAdamW{}, 7); }
void amsgrad(benchmark::State& state) { step(state, loyal::AMSGrad{}, 9); }
void adan(benchmark::State& state) { step(state, loyal::Adan{}, 11); }
void lamb(benchmark::State& state) { step(state, loyal::LAMB{}, 11); }

/// Adam's traffic with next to no arithmetic: what memory gives.
void triad_7(benchmark::State& state) {
  const auto n = state.range(0);
  loyal::Vector<float> p = loyal::Vector<float>::Ones(n);
  loyal::Vector<float> m = loyal::Vector<float>::Zero(n);
  loyal::Vector<float> v = loyal::Vector<float>::Zero(n);
  const loyal::Vector<float> g = loyal::Vector<float>::Constant(n, 1e-3F);
  for (auto _ : state) {
    for (loyal::Index i = 0; i < n; ++i) {
      const float a = m[i] * 0.9F + g[i] * 0.1F;
      const float b = v[i] * 0.9F + g[i] * 0.1F;
      m[i] = a;
      v[i] = b;
      p[i] -= 1e-9F * (a + b);
    }
    benchmark::ClobberMemory();
  }
  count(state, static_cast<double>(n), 7);
}

void sizes(benchmark::internal::Benchmark* b) {
  b->Arg(10000)->Arg(1000000)->Arg(100000000)->UseRealTime();
}
BENCHMARK(triad_7)->Apply(sizes);
BENCHMARK(sgd)->Apply(sizes);
BENCHMARK(momentum)->Apply(sizes);
BENCHMARK(adagrad)->Apply(sizes);
BENCHMARK(rmsprop)->Apply(sizes);
BENCHMARK(lion)->Apply(sizes);
BENCHMARK(schedule_free_sgd)->Apply(sizes);
BENCHMARK(adam)->Apply(sizes);
BENCHMARK(adamw)->Apply(sizes);
BENCHMARK(adamax)->Apply(sizes);
BENCHMARK(nadam)->Apply(sizes);
BENCHMARK(radam)->Apply(sizes);
BENCHMARK(adadelta)->Apply(sizes);
BENCHMARK(rprop)->Apply(sizes);
BENCHMARK(schedule_free_adamw)->Apply(sizes);
BENCHMARK(amsgrad)->Apply(sizes);
BENCHMARK(adan)->Apply(sizes);
BENCHMARK(lamb)->Apply(sizes);

constexpr loyal::Index table_rows = 1'000'000;
constexpr loyal::Index touched_rows = 4096;

/// Every step touches other rows, drawn before.
template <class Optimizer>
void sparse(benchmark::State& state, const Optimizer& optimizer, int arrays_crossed) {
  loyal::Embedding<float> table(table_rows, state.range(0));
  auto remembered = optimizer.init(table);
  loyal::Rng rng{1};
  std::vector<loyal::GradientOf<decltype(table)>> gradients(16, loyal::zero_gradient(table));
  for (auto& g : gradients)
    while (static_cast<loyal::Index>(g.weight.touched().size()) < touched_rows)
      g.weight.row(static_cast<loyal::Index>(rng.below(table_rows))).setConstant(1e-3F);
  std::size_t k = 0;
  for (auto _ : state) {
    optimizer.step(table, gradients[k++ % gradients.size()], remembered);
    benchmark::ClobberMemory();
  }
  count(state, static_cast<double>(touched_rows * state.range(0)), arrays_crossed);
}

void sparse_sgd(benchmark::State& state) { sparse(state, loyal::SGD{}, 3); }
void sparse_adagrad(benchmark::State& state) { sparse(state, loyal::AdaGrad{}, 5); }
void sparse_adam(benchmark::State& state) { sparse(state, loyal::Adam{}, 7); }
void dense_adam(benchmark::State& state) {
  loyal::Matrix<float> table = loyal::Matrix<float>::Ones(table_rows, state.range(0));
  const loyal::Matrix<float> gradient =
      loyal::Matrix<float>::Constant(table_rows, state.range(0), 1e-3F);
  const loyal::Adam optimizer;
  auto remembered = optimizer.init(table);
  for (auto _ : state) optimizer.step(table, gradient, remembered);
  count(state, static_cast<double>(table.size()), 7);
}
BENCHMARK(sparse_sgd)->Arg(16)->Arg(64)->UseRealTime();
BENCHMARK(sparse_adagrad)->Arg(16)->Arg(64)->UseRealTime();
BENCHMARK(sparse_adam)->Arg(16)->Arg(64)->UseRealTime();
BENCHMARK(dense_adam)->Arg(16)->Arg(64)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
