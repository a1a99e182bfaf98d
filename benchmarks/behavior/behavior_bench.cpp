// SPDX-License-Identifier: MIT
// Features of 5 million events of 300,000 users, and segments of 200,000 rows.
#include <benchmark/benchmark.h>
#include <cstdint>
#include <string>

#include <loyal/behavior/active_users.hpp>
#include <loyal/behavior/cohort.hpp>
#include <loyal/behavior/funnel.hpp>
#include <loyal/behavior/gaussian_mixture.hpp>
#include <loyal/behavior/growth_accounting.hpp>
#include <loyal/behavior/journey.hpp>
#include <loyal/behavior/kmeans.hpp>
#include <loyal/behavior/rfm.hpp>

namespace {

const loyal::EventLog& events() {
  static const loyal::EventLog log = [] {
    loyal::EventLog made;
    loyal::Rng rng{1};
    for (const char* kind : {"visit", "view", "purchase"}) made.kinds().add(kind);
    for (int u = 0; u < 300'000; ++u) made.users().add("u" + std::to_string(u));
    for (int i = 0; i < 5'000'000; ++i)
      made.add({.user = static_cast<std::int32_t>(rng.below(300'000)),
                .kind = static_cast<std::int32_t>(rng.below(3)),
                .time = static_cast<loyal::Time>(rng.below(730 * loyal::day)),
                .amount = 1});
    made.sort();
    return made;
  }();
  return log;
}

/// A feature of all events; grouped by user anew each time, if it needs that.
template <class Feature>
void feature(benchmark::State& state, const Feature& compute) {
  const auto& log = events();
  for (auto _ : state) {
    const auto known = log.before(log.last_time() + 1);
    auto result = compute(known);
    benchmark::DoNotOptimize(result);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(log.size()));
}
#define LOYAL_FEATURE(name, ...)                                                     \
  void name(benchmark::State& state) {                                               \
    feature(state, [](const loyal::Observed& known) { return loyal::__VA_ARGS__; }); \
  }                                                                                  \
  BENCHMARK(name)->Unit(benchmark::kMillisecond)

LOYAL_FEATURE(rfm_table, rfm<double>(known, {.kinds = {"purchase"}}));
LOYAL_FEATURE(monthly_cohorts, cohort_table(known));
LOYAL_FEATURE(recurring_weeks, cohort_table(known, {.entry = loyal::CohortEntry::recurring,
                                                    .cohort = loyal::Period::weekly,
                                                    .step = loyal::Period::weekly}));
LOYAL_FEATURE(daily_weekly_monthly, active_users(known));
LOYAL_FEATURE(growth, growth_accounting(known));
LOYAL_FEATURE(three_steps, funnel(known, {.steps = {"visit", "view", "purchase"}}));
LOYAL_FEATURE(journeys, journey_chain(known, {.goals = {"purchase"}}));

loyal::Matrix<float> samples() {
  loyal::Rng rng{2};
  loyal::Matrix<float> x(200'000, 16);
  for (loyal::Index i = 0; i < x.size(); ++i)
    x.data()[i] = rng.normal<float>() + static_cast<float>(i / 16 % 8 == i % 16 ? 5 : 0);
  return x;
}

void kmeans_8(benchmark::State& state) {
  const auto x = samples();
  for (auto _ : state) {
    loyal::KMeans<float> model{{.clusters = 8, .restarts = 1}};
    model.fit(x);
    benchmark::DoNotOptimize(model.inertia());
  }
}
BENCHMARK(kmeans_8)->Unit(benchmark::kMillisecond);

void mixture_8(benchmark::State& state) {
  const auto x = samples();
  for (auto _ : state) {
    loyal::GaussianMixture<float> model{{.components = 8, .max_iterations = 10}};
    model.fit(x);
    benchmark::DoNotOptimize(model.log_likelihood());
  }
}
BENCHMARK(mixture_8)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
