// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>
#include <random>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/math/alias_table.hpp>

namespace {

std::vector<double> zipf(std::int64_t n) {
  std::vector<double> weights;
  for (std::int64_t i = 1; i <= n; ++i) weights.push_back(1 / static_cast<double>(i));
  return weights;
}

void alias_table_build(benchmark::State& state) {
  const auto weights = zipf(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(loyal::AliasTable(weights));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(alias_table_build)->ArgNames({"n"})->Arg(1000)->Arg(1000000);

void alias_table_sample(benchmark::State& state) {
  const loyal::AliasTable table(zipf(state.range(0)));
  loyal::Rng rng{1};
  for (auto _ : state) benchmark::DoNotOptimize(table.sample(rng));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(alias_table_sample)->ArgNames({"n"})->Arg(1000)->Arg(1000000);

void std_discrete_distribution(benchmark::State& state) {
  const auto weights = zipf(state.range(0));
  std::discrete_distribution<int> distribution(weights.begin(), weights.end());
  loyal::Rng rng{1};
  for (auto _ : state) benchmark::DoNotOptimize(distribution(rng));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(std_discrete_distribution)->ArgNames({"n"})->Arg(1000)->Arg(1000000);

}  // namespace

BENCHMARK_MAIN();
