// SPDX-License-Identifier: MIT
#include <cmath>
#include <set>
#include <string>

#include <loyal/behavior/active_users.hpp>

#include "../support/catch.hpp"
#include "../support/random_log.hpp"
#include "../support/time_zones.hpp"

using namespace loyal;

TEST_CASE("active users, as sets of users over days") {
  Rng rng{1};
  for (int trial = 0; trial < 60; ++trial) {
    const auto log = testing::random_log(rng, 1 + static_cast<int>(rng.below(150)), 40 * day);
    const auto known = log.before(testing::random_cutoff(rng, log));
    ActiveUsersOptions o{.week = 1 + static_cast<int>(rng.below(9)),
                         .month = 1 + static_cast<int>(rng.below(30)),
                         .calendar = Calendar{{.zone = testing::random_zone(rng)}}};
    if (rng.bernoulli(0.5)) o.kinds = {"visit", "purchase"};
    const auto users = active_users(known, o);
    const auto number = [&](Time t) { return o.calendar.number(t, Period::daily); };
    const auto first = number(known.events()[0].time);
    REQUIRE(users.daily.size() == number(known.cutoff()) - first);
    REQUIRE(users.days.size() == static_cast<std::size_t>(users.daily.size()));
    for (Index d = 0; d < users.daily.size(); ++d) {
      const auto count = [&](int window) {
        std::set<std::int32_t> seen;
        for (const Event& e : known.events()) {
          const auto on = number(e.time) - first;
          if (on > d - window && on <= d &&
              (o.kinds.empty() || log.kinds().name(e.kind) != "lesson"))
            seen.insert(e.user);
        }
        return static_cast<double>(seen.size());
      };
      CHECK(users.daily[d] == count(1));
      if (d + 1 < o.week)
        CHECK(std::isnan(users.weekly[d]));
      else
        CHECK(users.weekly[d] == count(o.week));
      if (d + 1 < o.month)
        CHECK(std::isnan(users.monthly[d]));
      else
        CHECK(users.monthly[d] == count(o.month));
    }
  }
}

TEST_CASE("stickiness") {
  EventLog log;
  for (int d = 0; d < 30; ++d) log.add("anna", d * day, "visit");
  log.add("ben", 29 * day, "visit");
  log.add("anna", 30 * day, "visit");
  const auto users = active_users(log.before(30 * day + 1));
  CHECK(users.days.back() == "1970-01-30");
  CHECK(users.daily_of_monthly()[29] == 1);
  CHECK(users.weekly_of_monthly()[29] == 1);
  CHECK(users.daily_of_weekly()[28] == 1);
  CHECK(std::isnan(users.daily_of_monthly()[28]));
}

TEST_CASE("active users are blind to the future") {
  testing::check_blind_to_the_future(2, [](const Observed& known) {
    const auto users = active_users(known, {.kinds = {"visit"}, .month = 14});
    return testing::text_of_names(users.days) +
           testing::text_of(users.daily, users.weekly, users.monthly, users.daily_of_monthly());
  });
}

TEST_CASE("one event, impossible windows, impossible times") {
  EventLog log;
  log.add("anna", 0, "visit");
  CHECK(active_users(log.before(1)).daily.size() == 0);
  CHECK_THROWS_AS(active_users(log.before(1), {.week = 0}), OptionError);
  CHECK_THROWS_AS(active_users(log.before(1), {.month = -1}), OptionError);
  CHECK_THROWS_AS(active_users(log.before(1), {.kinds = {"x"}}), DataError);
  log.add("anna", 1'700'000'000'000, "visit");  // milliseconds in the place of seconds
  CHECK_THROWS_AS(active_users(log.before(1'700'000'000'000)), DataError);
}
