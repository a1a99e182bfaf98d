// SPDX-License-Identifier: MIT
// What it costs to share work among two threads: our pool, fresh std::threads, and OpenMP where the compiler has it.
#include <atomic>
#include <benchmark/benchmark.h>
#include <thread>
#include <vector>

#include <loyal/core/parallel.hpp>

namespace {

using loyal::Index;

/// Some arithmetic that takes about `amount` nanoseconds.
double work(Index amount) {
  double x = 1;
  for (Index i = 0; i < amount; ++i) x = x * 0.999999 + 1e-9;
  return x;
}

void pool(benchmark::State& state) {
  const Index amount = state.range(0);
  for (auto _ : state) {
    double results[2];
    loyal::parallel_for(2, {.threads = 2},
                        [&](Index begin, Index) { results[begin] = work(amount); });
    benchmark::DoNotOptimize(results);
  }
}
BENCHMARK(pool)->Arg(0)->Arg(10000)->Arg(100000)->UseRealTime();

void fresh_threads(benchmark::State& state) {
  const Index amount = state.range(0);
  for (auto _ : state) {
    double results[2];
    std::thread other([&] { results[1] = work(amount); });
    results[0] = work(amount);
    other.join();
    benchmark::DoNotOptimize(results);
  }
}
BENCHMARK(fresh_threads)->Arg(0)->Arg(10000)->Arg(100000)->UseRealTime();

#ifdef _OPENMP
void openmp(benchmark::State& state) {
  const Index amount = state.range(0);
  for (auto _ : state) {
    double results[2];
#pragma omp parallel for num_threads(2) schedule(static)
    for (int i = 0; i < 2; ++i) results[i] = work(amount);
    benchmark::DoNotOptimize(results);
  }
}
BENCHMARK(openmp)->Arg(0)->Arg(10000)->Arg(100000)->UseRealTime();
#endif

void one_thread(benchmark::State& state) {
  const Index amount = state.range(0);
  for (auto _ : state) {
    benchmark::DoNotOptimize(work(amount));
    benchmark::DoNotOptimize(work(amount));
  }
}
BENCHMARK(one_thread)->Arg(0)->Arg(10000)->Arg(100000)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
