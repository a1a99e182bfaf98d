// SPDX-License-Identifier: MIT
// Updates of 1e4, 1e6 and 1e8 parameters, in parameters and bytes a second, beside a plain loop over as many arrays
// in the same program: of_plain is the share of its bandwidth. Bytes are the least there are: parameters and moments
// read and written, gradients read. And updates of a few rows of a table beside those of the whole.
#include <benchmark/benchmark.h>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
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

#include "plain_loop.hpp"

namespace {

using loyal::Index;

/// Bytes a second of a plain loop that reads `changed` + 1 arrays and writes all but one of them.
template <class T>
double plain_bandwidth(Index n, int changed) {
  static std::map<std::pair<Index, int>, double> known;
  double& bandwidth = known[{n, changed}];
  if (bandwidth > 0) return bandwidth;
  const loyal::Vector<T> source = loyal::Vector<T>::Ones(n);
  std::vector<loyal::Vector<T>> arrays(static_cast<std::size_t>(changed),
                                       loyal::Vector<T>::Ones(n));
  const volatile T factor = 0;
  const auto pass = [&](auto... p) {
    const T* const g = source.data();
    const T zero = factor;
    loyal::parallel_for(n, {.grain = 1 << 17}, [=](Index begin, Index end) {
      plain_loop(end - begin, zero, g + begin, (p + begin)...);
    });
  };
  for (int round = 0; round < (n > 10'000'000 ? 5 : 200); ++round) {
    const auto start = std::chrono::steady_clock::now();
    const auto at = [&](std::size_t k) { return arrays[k].data(); };
    if (changed == 1) pass(at(0));
    if (changed == 2) pass(at(0), at(1));
    if (changed == 3) pass(at(0), at(1), at(2));
    if (changed == 4) pass(at(0), at(1), at(2), at(3));
    if (changed == 5) pass(at(0), at(1), at(2), at(3), at(4));
    benchmark::ClobberMemory();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    bandwidth =
        std::max(bandwidth, static_cast<double>(n) * (2 * changed + 1) * sizeof(T) / time.count());
  }
  return bandwidth;
}

template <class T, class Optimizer>
void step(benchmark::State& state, const Optimizer& optimizer) {
  const Index n = state.range(0);
  loyal::Vector<T> parameters = loyal::Vector<T>::Ones(n);
  const loyal::Vector<T> gradient = loyal::Vector<T>::Constant(n, T(1e-3));
  auto remembered = optimizer.init(parameters);
  int changed = 1;
  for (const auto& slot : remembered.slots) changed += slot.size() != 0;
  // In the inner caches the plain loop's figure is chance: where its arrays happen to lie.
  const double plain = n < 1'000'000 ? 0 : plain_bandwidth<T>(n, changed);
  for (auto _ : state) {
    optimizer.step(parameters, gradient, remembered);
    benchmark::ClobberMemory();
  }
  const double bytes = static_cast<double>(state.iterations() * n) * (2 * changed + 1) * sizeof(T);
  state.SetItemsProcessed(state.iterations() * n);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  if (plain > 0)
    state.counters["of_plain"] = benchmark::Counter(bytes / plain, benchmark::Counter::kIsRate);
}

/// A table of 1e6 vectors of 64 numbers, of which a batch touches 4096, and the same step over all of it.
template <class Optimizer>
void rows(benchmark::State& state, const Optimizer& optimizer, bool sparse) {
  using Table = loyal::Matrix<float>;
  constexpr Index count = 1'000'000;
  constexpr Index touched = 4096;
  Table table = Table::Ones(count, 64);
  auto remembered = optimizer.init(table);
  loyal::Rng rng{1};
  loyal::SparseRows<float> gradient(count, 64);
  while (static_cast<Index>(gradient.touched().size()) < touched)
    gradient.row(static_cast<Index>(rng.below(count))).setConstant(1e-3F);
  const Table dense = sparse ? Table{} : gradient.dense();
  for (auto _ : state) {
    if (sparse)
      optimizer.step(table, gradient, remembered);
    else
      optimizer.step(table, dense, remembered);
    benchmark::ClobberMemory();
  }
}

template <class T, class Optimizer>
void enter(const char* name, const Optimizer& optimizer) {
  const std::string full = std::string(name) + (sizeof(T) == 4 ? "/float" : "/double");
  auto* const b = benchmark::RegisterBenchmark(
      full.c_str(), [optimizer](benchmark::State& state) { step<T>(state, optimizer); });
  b->Arg(10'000)->Arg(1'000'000)->Arg(100'000'000)->UseRealTime();
}

template <class Optimizer>
void enter_rows(const char* name, const Optimizer& optimizer) {
  for (const bool sparse : {true, false})
    benchmark::RegisterBenchmark(
        (std::string(name) + (sparse ? "/4096_rows" : "/whole_table")).c_str(),
        [=](benchmark::State& state) { rows(state, optimizer, sparse); })
        ->Unit(benchmark::kMicrosecond)
        ->UseRealTime();
}

}  // namespace

int main(int argc, char** argv) {
  enter<float>("SGD", loyal::SGD{});
  enter<float>("momentum", loyal::SGD{{.momentum = 0.9}});
  enter<float>("AdaGrad", loyal::AdaGrad{});
  enter<float>("AdaDelta", loyal::AdaDelta{});
  enter<float>("RMSProp", loyal::RMSProp{});
  enter<float>("Rprop", loyal::Rprop{});
  enter<float>("Adam", loyal::Adam{});
  enter<double>("Adam", loyal::Adam{});
  enter<float>("AMSGrad", loyal::AMSGrad{});
  enter<float>("AdaMax", loyal::AdaMax{});
  enter<float>("NAdam", loyal::NAdam{});
  enter<float>("RAdam", loyal::RAdam{});
  enter<float>("AdamW", loyal::AdamW{});
  enter<float>("LAMB", loyal::LAMB{});
  enter<float>("Lion", loyal::Lion{});
  enter<float>("Adan", loyal::Adan{});
  enter<float>("ScheduleFreeSGD", loyal::ScheduleFreeSGD{});
  enter<float>("ScheduleFreeAdamW", loyal::ScheduleFreeAdamW{});
  enter_rows("SGD", loyal::SGD{});
  enter_rows("AdaGrad", loyal::AdaGrad{});
  enter_rows("Adam", loyal::Adam{});
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
