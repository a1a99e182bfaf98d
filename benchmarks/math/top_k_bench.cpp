// SPDX-License-Identifier: MIT
#include <algorithm>
#include <benchmark/benchmark.h>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/math/top_k.hpp>

namespace {

std::vector<float> random_scores(std::int64_t n) {
  loyal::Rng rng{1};
  std::vector<float> scores(static_cast<std::size_t>(n));
  for (float& s : scores) s = rng.normal<float>();
  return scores;
}

void top_k_f32(benchmark::State& state) {
  const auto scores = random_scores(state.range(0));
  loyal::TopK<float> best(state.range(1));
  for (auto _ : state) {
    best.clear();
    best.offer(scores);
    benchmark::DoNotOptimize(best.sorted().data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(top_k_f32)->ArgNames({"n", "k"})->ArgsProduct({{10000, 1000000}, {10, 100, 1000}});

/// What the standard library offers: indices partially sorted by score.
void std_partial_sort_f32(benchmark::State& state) {
  const auto scores = random_scores(state.range(0));
  std::vector<int> order(scores.size());
  for (auto _ : state) {
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
    std::partial_sort(
        order.begin(), order.begin() + state.range(1), order.end(), [&](int a, int b) {
          return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
        });
    benchmark::DoNotOptimize(order.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(std_partial_sort_f32)
    ->ArgNames({"n", "k"})
    ->ArgsProduct({{10000, 1000000}, {10, 100, 1000}});

/// The least any scan can take: the largest score alone.
void maximum_f32(benchmark::State& state) {
  const auto scores = random_scores(state.range(0));
  const Eigen::Map<const loyal::Vector<float>> x(scores.data(), state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(x.maxCoeff());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(maximum_f32)->ArgNames({"n"})->Arg(10000)->Arg(1000000);

}  // namespace

BENCHMARK_MAIN();
