// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/core/random.hpp>
#include <loyal/metrics/survival_rows.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("survival_rows: the risk table counts who is watched just before each time") {
  Rng rng{1};
  for (int round = 0; round < 50; ++round) {
    const std::size_t n = 1 + rng.below(60);
    std::vector<double> time;
    std::vector<int> event;
    SurvivalRows rows;
    for (std::size_t i = 0; i < n; ++i) {
      time.push_back(1 + static_cast<double>(rng.below(20)));
      event.push_back(rng.bernoulli(0.5) ? 1 : 0);
      rows.entry.push_back(static_cast<double>(rng.below(static_cast<std::uint64_t>(time[i]))));
      rows.weight.push_back(static_cast<double>(rng.below(4)));
    }
    rows.weight[0] = 1;
    if (round % 3 == 0) rows.entry.clear();
    const detail::RiskTable table(time, event, rows);
    double happened = 0;
    for (std::size_t k = 0; k < table.size(); ++k) {
      double at_risk = 0;
      double events = 0;
      double censored = 0;
      double deaths = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const double entry = rows.entry.empty() ? -1 : rows.entry[i];
        if (entry < table.time[k] && time[i] >= table.time[k]) at_risk += rows.weight[i];
        if (time[i] != table.time[k]) continue;
        (event[i] == 1 ? events : censored) += rows.weight[i];
        deaths += event[i] == 1 && rows.weight[i] > 0 ? 1 : 0;
      }
      CHECK(table.at_risk[k] == at_risk);
      CHECK(table.events[k] == events);
      CHECK(table.censored[k] == censored);
      CHECK(table.deaths[k] == deaths);
      if (k > 0) CHECK(table.time[k] > table.time[k - 1]);
      happened += events + censored;
    }
    CHECK(happened == Values(rows.weight).sum());
  }
}

TEST_CASE("survival_rows: what cannot be used is named") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto check = [](const Values& time, const Values& event, const SurvivalRows& rows = {}) {
    detail::expect_survival("here", time, event, rows);
  };
  CHECK_NOTHROW(check({0, 1}, {0, 1}));
  CHECK_THROWS_AS(check({}, {}), DataError);
  CHECK_THROWS_AS(check({1, 2}, {1}), ShapeError);
  for (const double bad : {-1.0, nan, infinity})
    CHECK_THROWS_AS(check({1, bad}, {1, 1}), DataError);
  for (const double bad : {-1.0, nan, 0.5, 2.0})
    CHECK_THROWS_AS(check({1, 1}, {1, bad}), DataError);
  for (const double bad : {-1.0, nan, 2.0, 3.0})
    CHECK_THROWS_AS(check({1, 2}, {1, 1}, {.entry = {0, bad}}), DataError);
  for (const double bad : {-1.0, nan, infinity})
    CHECK_THROWS_AS(check({1, 2}, {1, 1}, {.weight = {1, bad}}), DataError);
  CHECK_THROWS_AS(check({1, 2}, {1, 1}, {.weight = {0, 0}}), DataError);
  CHECK_THROWS_AS(check({1, 2}, {1, 1}, {.entry = {0}}), ShapeError);
  CHECK_THROWS_AS(check({1, 2}, {1, 1}, {.weight = {1}}), ShapeError);
  CHECK_THROWS_AS(check({1, 2}, {1, 1}, {.stratum = {1}}), ShapeError);
  CHECK_THROWS_AS(check({1, 2}, {1, 1}, {.cluster = {1}}), ShapeError);
  CHECK_THROWS_WITH(check({1, -2}, {1, 1}), ContainsSubstring("time[1] is -2"));
}
