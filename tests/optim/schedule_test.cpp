// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdint>
#include <limits>

#include <loyal/optim/schedule.hpp>

#include "../support/catch.hpp"
#include "../support/golden.hpp"

using namespace loyal;

TEST_CASE("schedule: equals torch's schedulers, base rate 0.1, a hundred steps") {
  const auto golden = testing::golden_case("optim/schedulers");
  if (!golden) return;
  const auto check = [&](const std::string& name, const Schedule& schedule,
                         std::int64_t last = 99) {
    const auto wanted = golden->vector<double>(name);
    REQUIRE(wanted.size() == 100);
    for (std::int64_t k = 0; k <= last; ++k) {
      INFO(name << " at step " << k);
      CHECK(0.1 * schedule(k) == Approx(wanted[k]).epsilon(1e-12).margin(1e-16));
    }
  };
  check("step_30_0.5", StepSchedule{.every = 30, .factor = 0.5});
  check("exponential_0.97", ExponentialSchedule{.factor = 0.97});
  check("cosine_T100", CosineSchedule{.steps = 100});
  // Behind its end torch's rises again, and ours stays. Its minimum is a rate, ours a factor.
  check("cosine_T50_min0.01", CosineSchedule{.steps = 50, .minimum = 0.1}, 50);
  check("multistep_20_50_80", MilestoneSchedule{.at = {20, 50, 80}, .factor = 0.3});
  check("cosine_restarts_T20_mult2", CosineRestarts{.first = 20, .growth = 2});
  check("linear_warmup10_decay", WarmUp{.steps = 10, .then = PolynomialSchedule{.steps = 90}});
  check("linear_warmup10_decay",
        ScheduleSequence{{{10, WarmUp{.steps = 10}}, {0, PolynomialSchedule{.steps = 90}}}});
  const InverseRootSchedule root{.steps = 20};
  check("noam_d64_w20",  // torch's LambdaLR multiplies by the base rate too
        [&](std::int64_t k) { return root(k) / std::sqrt(64.0 * 20); });
  const OneCycleSchedule cycle{.steps = 101};  // whose largest rate is 1
  check("onecycle_max1", [&](std::int64_t k) { return 10 * cycle(k); });
  check("linear_warmup10_decay", WarmUp{.steps = 10, .then = [](std::int64_t k) {
                                          return std::max(0.0, 1 - static_cast<double>(k) / 90);
                                        }});
}

TEST_CASE("schedule: what lies behind the end") {
  const CosineSchedule cosine{.steps = 50, .minimum = 0.2};
  for (const std::int64_t k : {std::int64_t{50}, std::int64_t{51}, std::int64_t{100},
                               std::numeric_limits<std::int64_t>::max()})
    CHECK(cosine(k) == Approx(0.2));
  for (std::int64_t k = 0; k < 50; ++k) CHECK(cosine(k) > cosine(k + 1));
  CHECK(CosineSchedule{.steps = 0}(0) <= 1);
  CHECK(StepSchedule{.every = 10, .factor = 0.5}(10'000'000) == 0);
  CHECK(StepSchedule{.every = 0, .factor = 0.5}(3) == 0.125);
}

TEST_CASE("schedule: warming up rises from zero and hands over where it arrives") {
  const WarmUp alone{.steps = 4};
  CHECK(alone(0) == 0);
  CHECK(alone(1) == 0.25);
  CHECK(alone(3) == 0.75);
  CHECK(alone(4) == 1);
  CHECK(alone(1000) == 1);
  const WarmUp none{.steps = 0};
  CHECK(none(0) == 1);
  std::int64_t asked = -1;
  const WarmUp then{.steps = 4, .then = [&](std::int64_t k) {
                      asked = k;
                      return 0.5;
                    }};
  CHECK(then(3) == 0.75);
  CHECK(asked == -1);
  CHECK(then(4) == 0.5);
  CHECK(asked == 0);
  CHECK(then(9) == 0.5);
  CHECK(asked == 5);
  const WarmUp nested{.steps = 2, .then = StepSchedule{.every = 3, .factor = 0.1}};
  CHECK(nested(4) == 1);
  CHECK(nested(5) == 0.1);
}

TEST_CASE("schedule: restarts, long after and with odd lengths") {
  const CosineRestarts same{.first = 7, .minimum = 0.25};
  for (std::int64_t k = 0; k < 40; ++k)
    CHECK(same(k) == Approx(CosineSchedule{.steps = 7, .minimum = 0.25}(k % 7)));
  CHECK(same(std::numeric_limits<std::int64_t>::max()) <= 1);
  const CosineRestarts growing{.first = 1, .growth = 3};
  for (const std::int64_t start : {0, 1, 4, 13, 40}) CHECK(growing(start) == 1);
  CHECK(growing(std::numeric_limits<std::int64_t>::max()) <= 1);
  CHECK(CosineRestarts{.first = 0}(5) == 1);
}

TEST_CASE("schedule: polynomial, inverse root, one cycle, constant") {
  const PolynomialSchedule square{.steps = 10, .power = 2, .minimum = 0.5};
  CHECK(square(0) == 1);
  CHECK(square(5) == Approx(0.5 + 0.5 * 0.25));
  CHECK(square(10) == 0.5);
  CHECK(square(1000) == 0.5);
  CHECK(PolynomialSchedule{.steps = 0}(3) == 0);
  CHECK(InverseRootSchedule{.steps = 100}(99) == 1);
  CHECK(InverseRootSchedule{.steps = 100}(399) == Approx(0.5));
  const OneCycleSchedule cycle{.steps = 50, .rise = 0.5, .start = 0.1, .end = 0.01};
  CHECK(cycle(0) == Approx(0.1));
  CHECK(cycle(24) == Approx(1));
  CHECK(cycle(49) == Approx(0.01));
  CHECK(cycle(1000) == Approx(0.01));
  for (std::int64_t k = 0; k < 24; ++k) CHECK(cycle(k) < cycle(k + 1));
  for (std::int64_t k = 24; k < 49; ++k) CHECK(cycle(k) > cycle(k + 1));
  CHECK(ConstantSchedule{}(123) == 1);
  CHECK(MilestoneSchedule{}(123) == 1);
}

TEST_CASE("schedule: a sequence counts each part from its own start") {
  const auto step = [](std::int64_t k) { return static_cast<double>(k); };
  const ScheduleSequence sequence{{{3, step}, {0, step}, {2, step}, {1, step}}};
  const double wanted[] = {0, 1, 2, 0, 1, 0, 1, 2, 3};
  for (std::int64_t k = 0; k < 9; ++k) CHECK(sequence(k) == wanted[k]);
  CHECK(ScheduleSequence{}(4) == 1);
  CHECK(ScheduleSequence{{{5, Schedule{}}}}(4) == 1);
}
