// SPDX-License-Identifier: MIT
#include <cmath>
#include <vector>

#include <loyal/core/distributions.hpp>
#include <loyal/core/random.hpp>
#include <loyal/retention/nelson_aalen.hpp>

#include "../support/catch.hpp"
#include "../support/survival_data.hpp"

namespace nelson_aalen_tests {

using namespace loyal;

void check(const std::vector<double>& got, const std::vector<double>& wanted) {
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(wanted[i]).epsilon(1e-11));
}

TEST_CASE("nelson_aalen: twenty rows agree with R's survfit") {
  const testing::TwentyRows d;
  NelsonAalen curve;
  curve.fit(d.time, d.event);
  check(curve.hazard(),
        {0.05, 0.1026315789474, 0.2791021671827, 0.3505307386112, 0.4338640719446, 0.7338640719446,
         0.8767212148017, 1.0767212148017, 1.4100545481350, 1.9100545481350});
  check(curve.standard_error(),
        {0.05, 0.07259533802176, 0.12510278150330, 0.14405813672330, 0.16642473133713,
         0.24020239632575, 0.27947335197822, 0.34366459588666, 0.47876556431833, 0.69225462481449});
  NelsonAalen split{{.split_ties = true}};
  split.fit(d.time, d.event);
  check(split.hazard(),
        {0.05, 0.1026315789474, 0.2906217750258, 0.3620503464544, 0.4453836797877, 0.7814947908988,
         0.9243519337560, 1.1243519337560, 1.4576852670893, 1.9576852670893});
  check(split.standard_error(),
        {0.05, 0.07259533802176, 0.13069424302315, 0.14893967226942, 0.17066771932666,
         0.25903310489687, 0.29581465936937, 0.35708026086276, 0.48848482454313, 0.69901174797633});
  NelsonAalen late;
  late.fit(d.time, d.event, {.entry = d.entry});
  check(late.hazard(),
        {0.1428571428571, 0.2428571428571, 0.5155844155844, 0.6155844155844, 0.7155844155844,
         1.0489177489177, 1.1917748917749, 1.3917748917749, 1.7251082251082, 2.2251082251082});
  NelsonAalen weighted;
  weighted.fit(d.time, d.event, {.weight = d.weight});
  CHECK(weighted.hazard(10) == Approx(2.00785048285048));
}

TEST_CASE("nelson_aalen: the interval covers a constant hazard") {
  Rng rng{1};
  int covered = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<double> time;
    std::vector<double> event;
    for (int i = 0; i < 100; ++i) {
      const double end = draw_exponential(rng, 2);
      const double censored = draw_exponential(rng);
      time.push_back(std::min(end, censored));
      event.push_back(end <= censored ? 1 : 0);
    }
    NelsonAalen curve;
    curve.fit(time, event);
    const auto at = curve.at(0.5);
    covered += at.low <= 1 && 1 <= at.high ? 1 : 0;
  }
  CHECK(covered >= 180);
  CHECK(covered <= 198);
}

TEST_CASE("nelson_aalen: no event, one, ties everywhere, and errors") {
  NelsonAalen curve;
  CHECK_THROWS_AS(curve.hazard(1), NotFitted);
  curve.fit({1, 2}, {0, 0});
  CHECK(curve.hazard(5) == 0);
  CHECK(curve.at(5).high == 0);
  CHECK(curve.hazard(0.5) == 0);
  curve.fit({3, 1, 2}, {0, 0, 1});
  CHECK(curve.hazard(9) == 0.5);
  CHECK(curve.at(2).low == Approx(0.5 * std::exp(-1.959963984540054)));  // its error is 1/2, too
  curve.fit({2, 2, 2}, {1, 1, 1});
  CHECK(curve.hazard(2) == 1);
  CHECK(curve.standard_error()[0] == Approx(std::sqrt(1 / 3.0)));
  NelsonAalen split{{.split_ties = true}};
  split.fit({2, 2, 2}, {1, 1, 1});
  CHECK(split.hazard(2) == Approx(1.0 / 3 + 1.0 / 2 + 1));
  CHECK(std::isfinite(split.at(2).high));
  curve.fit({1, 2, 2}, {0, 1, 1}, {.weight = {1, 1, 0}});
  CHECK(curve.hazard(2) == 1);
  CHECK_THROWS_AS(curve.fit({1, -2}, {1, 0}), DataError);
  CHECK_THROWS_AS(curve.hazard(std::nan("")), DataError);
  CHECK(curve.hazard(2) == 1);
  CHECK_THROWS_AS(NelsonAalen({.confidence = 0}), OptionError);
}

}  // namespace nelson_aalen_tests
