// SPDX-License-Identifier: MIT
#include <algorithm>
#include <set>
#include <vector>

#include <loyal/behavior/streak.hpp>
#include <loyal/core/random.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("streaks by hand") {
  const Time cutoff = 100 * day;
  const auto streaks_of = [&](std::vector<Time> times, Time period = day) {
    StreakCounter counter{{.cutoff = cutoff, .period = period}};
    for (const Time t : times) counter.add(t);
    return counter.streaks();
  };
  CHECK(streaks_of({}) == Streaks{});
  CHECK(streaks_of({cutoff - 1}) == Streaks{.current = 1, .longest = 1, .active = 1});
  CHECK(streaks_of({cutoff - day}) == Streaks{.current = 1, .longest = 1, .active = 1});
  CHECK(streaks_of({cutoff - day - 1}) == Streaks{.current = 0, .longest = 1, .active = 1});
  CHECK(streaks_of({cutoff - day - 1, cutoff - day}) ==
        Streaks{.current = 2, .longest = 2, .active = 2});
  CHECK(streaks_of({cutoff - 3 * day, cutoff - 3 * day + 5, cutoff - 3 * day + 9}) ==
        Streaks{.current = 0, .longest = 1, .active = 1});
  // Days 9 8 7 . 5 . . 2 1 0, weeks 1 and 0.
  std::vector<Time> times;
  for (const Time d : {9, 8, 7, 5, 2, 1, 0}) times.push_back(cutoff - d * day - hour);
  CHECK(streaks_of(times) == Streaks{.current = 3, .longest = 3, .active = 7});
  CHECK(streaks_of(times, week) == Streaks{.current = 2, .longest = 2, .active = 2});
}

TEST_CASE("streaks against a set of active days") {
  Rng rng{2};
  for (int trial = 0; trial < 200; ++trial) {
    const auto cutoff = static_cast<Time>(rng.below(1000000)) - 500000;
    std::vector<Event> events;
    for (auto n = rng.below(40); n > 0; --n)
      events.push_back({.time = cutoff - 1 - static_cast<Time>(rng.below(60 * 3600))});
    std::sort(events.begin(), events.end(),
              [](const Event& a, const Event& b) { return a.time < b.time; });
    std::set<Time> active;
    for (const Event& e : events)
      for (Time k = 0; k < 60; ++k)
        if (e.time >= cutoff - (k + 1) * hour && e.time < cutoff - k * hour) active.insert(k);
    Streaks expected;
    expected.active = static_cast<std::int64_t>(active.size());
    while (active.count(expected.current) > 0) ++expected.current;
    for (const Time k : active) {
      std::int64_t run = 0;
      while (active.count(k + run) > 0) ++run;
      expected.longest = std::max(expected.longest, run);
    }
    CHECK(count_streaks(events, {.cutoff = cutoff, .period = hour}) == expected);
  }
}

TEST_CASE("streaks refuse the future, disorder and a period of nothing") {
  CHECK_THROWS_AS(StreakCounter({.cutoff = 5, .period = 0}), OptionError);
  StreakCounter counter{{.cutoff = 10 * day}};
  CHECK_THROWS_AS(counter.add(10 * day), DataError);
  counter.add(5 * day);
  CHECK_THROWS_AS(counter.add(3 * day), DataError);
  CHECK(counter.streaks().active == 1);
}
