// SPDX-License-Identifier: MIT
// Survival models on 100,000 customers with ten features, lifetime models on as many customers as CDNOW has and on a
// hundred times as many.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <cstdint>
#include <vector>

#include <loyal/core/distributions.hpp>
#include <loyal/core/random.hpp>
#include <loyal/loss/loss_function.hpp>
#include <loyal/metrics/survival_metrics.hpp>
#include <loyal/retention/bg_nbd.hpp>
#include <loyal/retention/cox.hpp>
#include <loyal/retention/discrete_hazard.hpp>
#include <loyal/retention/gamma_gamma.hpp>
#include <loyal/retention/kaplan_meier.hpp>
#include <loyal/retention/pareto_nbd.hpp>
#include <loyal/train/logistic_regression.hpp>

namespace {

using loyal::Index;
using loyal::Matrix;
using loyal::Vector;

/// Who left, when, and what was known of them. Times are rounded, so that many are tied.
struct Leavers {
  static constexpr Index rows = 100'000;
  Matrix<double> x{rows, 10};
  std::vector<double> time;
  std::vector<double> event;

  Leavers() {
    loyal::Rng rng{1};
    time.reserve(rows);
    event.reserve(rows);
    for (Index i = 0; i < rows; ++i) {
      double score = 0;
      for (Index j = 0; j < x.cols(); ++j) {
        x(i, j) = rng.normal();
        score += 0.1 * static_cast<double>(j - 4) * x(i, j);
      }
      const double end = loyal::draw_exponential(rng, std::exp(score));
      const double censored = loyal::draw_exponential(rng, 0.5);
      time.push_back(std::ceil(1000 * std::min(end, censored)) / 1000);
      event.push_back(end <= censored ? 1 : 0);
    }
  }
};
const Leavers& leavers() {
  static const Leavers made;
  return made;
}

void per_row(benchmark::State& state, Index rows) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}

void kaplan_meier(benchmark::State& state) {
  const auto& data = leavers();
  for (auto _ : state) {
    loyal::KaplanMeier curve;
    curve.fit(data.time, data.event);
    benchmark::DoNotOptimize(curve.median());
  }
  per_row(state, Leavers::rows);
}
BENCHMARK(kaplan_meier)->Unit(benchmark::kMillisecond);

void cox(benchmark::State& state) {
  const auto& data = leavers();
  for (auto _ : state) {
    loyal::CoxRegression<double> model{
        {.ties = state.range(0) == 0 ? loyal::Ties::efron : loyal::Ties::breslow}};
    model.fit(data.x, data.time, data.event);
    benchmark::DoNotOptimize(model.log_likelihood());
  }
  per_row(state, Leavers::rows);
}
BENCHMARK(cox)->ArgName("breslow")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void harrell_concordance(benchmark::State& state) {
  const auto& data = leavers();
  const Vector<double> risk = data.x.rowwise().sum();
  for (auto _ : state)
    benchmark::DoNotOptimize(loyal::concordance(data.time, data.event, risk).value());
  per_row(state, Leavers::rows);
}
BENCHMARK(harrell_concordance)->Unit(benchmark::kMillisecond);

/// Targets and one evaluation of the loss with its gradient: what a network's training adds to its own work.
void discrete_hazard_loss(benchmark::State& state) {
  const auto& data = leavers();
  const auto intervals = loyal::HazardIntervals::by_events(data.time, data.event, 20);
  const auto target = intervals.targets<float>(data.time, data.event);
  const Matrix<float> logits = Matrix<float>::Constant(Leavers::rows, intervals.size(), -2.F);
  Matrix<float> gradient;
  for (auto _ : state)
    benchmark::DoNotOptimize(
        loyal::mean_loss(loyal::DiscreteHazardLoss{}, logits, target, {}, gradient));
  per_row(state, Leavers::rows);
}
BENCHMARK(discrete_hazard_loss)->Unit(benchmark::kMillisecond);

void logistic_regression(benchmark::State& state) {
  const auto& data = leavers();
  for (auto _ : state) {
    loyal::LogisticRegression<double> model;
    model.fit(data.x, data.event);
    benchmark::DoNotOptimize(model.intercept());
  }
  per_row(state, Leavers::rows);
}
BENCHMARK(logistic_regression)->Unit(benchmark::kMillisecond);

loyal::PurchaseHistory<double> buyers(Index n) {
  loyal::Rng rng{2};
  Vector<double> age(n);
  for (Index i = 0; i < n; ++i) age[i] = rng.uniform(27.0, 39.0);
  const loyal::BGNBD<double> truth{{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426}};
  return truth.simulate(age, rng);
}

template <class Model>
void fit_purchases(benchmark::State& state) {
  const auto history = buyers(state.range(0));
  for (auto _ : state) {
    Model model;
    benchmark::DoNotOptimize(model.fit(history).log_likelihood);
  }
  per_row(state, history.size());
}
BENCHMARK(fit_purchases<loyal::BGNBD<double>>)
    ->Name("bg_nbd")
    ->Arg(2357)
    ->Arg(235'700)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(fit_purchases<loyal::ParetoNBD<double>>)
    ->Name("pareto_nbd")
    ->Arg(2357)
    ->Unit(benchmark::kMillisecond);

void expected_purchases(benchmark::State& state) {
  const auto history = buyers(235'700);
  const loyal::BGNBD<double> model{{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426}};
  for (auto _ : state) {
    const Vector<double> expected = model.expected_purchases(39, history);
    benchmark::DoNotOptimize(expected.data());
  }
  per_row(state, history.size());
}
BENCHMARK(expected_purchases)->Unit(benchmark::kMillisecond);

void gamma_gamma(benchmark::State& state) {
  loyal::Rng rng{3};
  const loyal::GammaGamma<double> truth{{.p = 6.25, .q = 3.74, .v = 15.4}};
  Vector<double> frequency(state.range(0));
  for (Index i = 0; i < frequency.size(); ++i)
    frequency[i] = 1.0 + static_cast<double>(rng.below(6));
  const Vector<double> monetary = truth.simulate(frequency, rng);
  for (auto _ : state) {
    loyal::GammaGamma<double> model;
    benchmark::DoNotOptimize(model.fit(frequency, monetary).log_likelihood);
  }
  per_row(state, frequency.size());
}
BENCHMARK(gamma_gamma)->Arg(946)->Arg(94'600)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
