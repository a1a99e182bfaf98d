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
      CHECK(0.1 * schedule(k) == Approx(wanted[k]).epsilon(1e-11).margin(1e-15));
    }
  };
  check("step_30_0.5", StepSchedule{.every = 30, .factor = 0.5});
  check("exponential_0.97", ExponentialSchedule{.factor = 0.97});
  check("cosine_T100", CosineSchedule{.steps = 100});
  // Behind its end torch's rises again, and ours stays. Its minimum is a rate, ours a factor.
  check("cosine_T50_min0.01", CosineSchedule{.steps = 50, .minimum = 0.1}, 50);
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
