// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <loyal/behavior/activity_features.hpp>
#include <loyal/core/random.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

EventLog random_log(Rng& rng, int events, Time length) {
  EventLog log;
  for (const char* kind : {"visit", "purchase", "post"}) log.kinds().add(kind);
  for (int i = 0; i < 8; ++i) log.items().add("item" + std::to_string(i));
  for (int i = 0; i < 12; ++i) log.users().add("user" + std::to_string(i));
  for (int i = 0; i < events; ++i)
    log.add(Event{.user = static_cast<std::int32_t>(rng.below(12)),
                  .kind = static_cast<std::int32_t>(rng.below(3)),
                  .item = static_cast<std::int32_t>(rng.below(9)) - 1,
                  .time = static_cast<Time>(rng.below(static_cast<std::uint64_t>(length))),
                  .amount = std::round(rng.uniform(-10.0, 100.0))});
  log.sort();
  return log;
}

}  // namespace

TEMPLATE_TEST_CASE("activity features by hand", "", float, double) {
  EventLog log;
  const Time thursday = 0;  // 1970-01-01
  log.add("anna", thursday, "visit");
  log.add("anna", thursday + 10 * minute, "purchase", "a", 40);
  log.add("anna", 2 * day + hour, "visit", "a");  // Saturday
  log.add("ben", 3 * day, "post");
  log.add("anna", 6 * day + 10 * minute, "purchase", "b", 60);
  log.add("anna", 6 * day + 20 * minute, "purchase", "a", -10);
  log.add("anna", 9 * day + 12 * hour, "visit");    // Saturday
  log.add("anna", 20 * day, "purchase", "c", 1e6);  // the future
  const auto known = log.before(10 * day);
  const ActivityFeatures features{
      {.windows = {1, 7}, .half_lives = {2, 0.5}, .purchase_kinds = {"purchase"}}};
  const auto x = features.transform<TestType>(known);
  CHECK(x.users == std::vector<std::int32_t>{0, 1});
  CHECK(x.names == features.names(log.kinds()));
  CHECK(std::set<std::string>(x.names.begin(), x.names.end()).size() == x.names.size());
  const auto anna = [&](const char* name) {
    return static_cast<double>(x.values(0, x.column(name)));
  };
  const auto ben = [&](const char* name) {
    return static_cast<double>(x.values(1, x.column(name)));
  };
  const double ten_minutes = 10.0 / (24 * 60);
  CHECK(anna("tenure") == 10);
  CHECK(anna("recency") == 0.5);
  CHECK(anna("recency_visit") == 0.5);
  CHECK(anna("recency_purchase") == Approx(4 - 2 * ten_minutes));
  CHECK(anna("recency_post") == 10);
  CHECK(anna("count_visit_1d") == 1);
  CHECK(anna("count_visit_7d") == 1);
  CHECK(anna("count_purchase_1d") == 0);
  CHECK(anna("count_purchase_7d") == 2);
  CHECK(anna("amount_1d") == 0);
  CHECK(anna("amount_7d") == 50);
  CHECK(anna("active_days_1d") == 1);
  CHECK(anna("active_days_7d") == 2);
  CHECK(anna("trend_1d") == Approx(std::log(2)));
  CHECK(anna("trend_7d") == Approx(0).margin(1e-7));  // 3 after day 3, 3 before
  double decayed = 0;
  double money = 0;
  for (const auto& [age, amount] :
       std::vector<std::pair<double, double>>{{10, 0},
                                              {10 - ten_minutes, 40},
                                              {8 - 6 * ten_minutes, 0},
                                              {4 - ten_minutes, 60},
                                              {4 - 2 * ten_minutes, -10},
                                              {0.5, 0}}) {
    decayed += std::pow(0.5, age / 2);
    money += amount * std::pow(0.5, age / 0.5);
  }
  CHECK(anna("decayed_count_2d") == Approx(decayed));
  CHECK(anna("decayed_amount_0.5d") == Approx(money));
  CHECK(anna("count") == 6);
  CHECK(anna("active_days") == 4);
  CHECK(anna("purchases") == 3);
  CHECK(anna("amount_sum") == 90);
  CHECK(anna("amount_mean") == 30);
  CHECK(anna("amount_max") == 60);
  CHECK(anna("gap_mean") == Approx((6 + ten_minutes) / 2));
  CHECK(anna("gap_sd") == Approx((6 - ten_minutes) / 2));
  CHECK(anna("gap_ratio") == Approx((4 - 2 * ten_minutes) / ((6 + ten_minutes) / 2)));
  CHECK(anna("sessions") == 4);
  CHECK(anna("session_events") == 1.5);
  CHECK(anna("session_minutes") == 5);
  CHECK(anna("streak_days") == 1);
  CHECK(anna("streak_days_longest") == 1);
  CHECK(anna("streak_weeks") == 2);
  CHECK(anna("streak_weeks_longest") == 2);
  CHECK(anna("items") == 2);
  CHECK(anna("weekend_share") == Approx(2.0 / 6));

  CHECK(ben("recency_purchase") == 7);
  CHECK(ben("count_post_7d") == 1);  // exactly seven days old
  CHECK(ben("active_days_7d") == 1);
  CHECK(ben("purchases") == 0);
  CHECK(ben("amount_max") == 0);
  CHECK(ben("gap_mean") == 7);
  CHECK(ben("gap_sd") == 0);
  CHECK(ben("gap_ratio") == 1);
  CHECK(ben("weekend_share") == 1);  // a Sunday
  const ActivityFeatures east{{.utc_offset = 24 * hour}};
  const auto monday = east.transform<TestType>(known);
  CHECK(monday.values(1, monday.column("weekend_share")) == 0);
}

TEST_CASE("no event at or after the cutoff changes a feature") {
  Rng rng{5};
  for (int trial = 0; trial < 20; ++trial) {
    auto log = random_log(rng, 400, 100 * day);
    const Time cutoff =
        static_cast<Time>(30 + rng.below(60)) * day + static_cast<Time>(rng.below(day));
    const ActivityFeatures features{
        {.kinds = {"visit", "post"}, .purchase_kinds = {"purchase"}, .log_scale = trial % 2 == 0}};
    const auto before = features.transform<double>(log.before(cutoff));
    const auto table = rfm<double>(log.before(cutoff), {.kinds = {"purchase"}});
    REQUIRE(before.values.rows() > 3);
    REQUIRE(before.values.allFinite());
    for (int i = 0; i < 200; ++i)
      log.add("user" + std::to_string(rng.below(30)),
              cutoff + static_cast<Time>(rng.below(i < 50 ? 2 : 50 * day)),
              "kind" + std::to_string(rng.below(3)), "item" + std::to_string(rng.below(20)),
              rng.uniform(-1e9, 1e9));
    for (const char* kind : {"visit", "purchase", "post"})
      log.add("user1", cutoff, kind, "new", 1e9);
    log.sort();
    const auto after = features.transform<double>(log.before(cutoff));
    CHECK(after.users == before.users);
    CHECK(after.names == before.names);
    CHECK(after.values == before.values);
    CHECK(rfm<double>(log.before(cutoff), {.kinds = {"purchase"}}).values == table.values);
  }
}

TEST_CASE("features against sums written out, over random logs") {
  Rng rng{6};
  for (int trial = 0; trial < 20; ++trial) {
    const auto log = random_log(rng, 300, 60 * day);
    const auto known = log.before(50 * day);
    const ActivityFeatures features{{.windows = {5, 20}, .half_lives = {10}}};
    const auto x = features.transform<double>(known);
    for (std::size_t r = 0; r < x.users.size(); ++r) {
      const auto row = static_cast<Index>(r);
      const auto at = [&](const std::string& name) { return x.values(row, x.column(name)); };
      double visits = 0, amount = 0, decayed = 0, recent = 0, older = 0, weekend = 0;
      std::set<std::int32_t> items;
      std::set<Time> days;
      for (const Event& e : known.events()) {
        if (e.user != x.users[r]) continue;
        const double age = static_cast<double>(50 * day - e.time) / day;
        if (age <= 5) visits += e.kind == 0 ? 1 : 0;
        if (age <= 20) amount += e.amount;
        (age <= 5 ? recent : older) += age <= 10 ? 1 : 0;
        decayed += std::pow(2.0, -age / 10);
        if (e.item >= 0) items.insert(e.item);
        const Time weekday = e.time / day % 7;  // 0: Thursday
        weekend += weekday == 2 || weekday == 3 ? 1 : 0;
        if (age <= 20) days.insert((50 * day - 1 - e.time) / day);
      }
      CHECK(at("count_visit_5d") == visits);
      CHECK(at("amount_20d") == Approx(amount));
      CHECK(at("trend_5d") == Approx(std::log((1 + recent) / (1 + older))).margin(1e-12));
      CHECK(at("decayed_count_10d") == Approx(decayed));
      CHECK(at("items") == static_cast<double>(items.size()));
      CHECK(at("weekend_share") == Approx(weekend / at("count")));
      CHECK(at("active_days_20d") == static_cast<double>(days.size()));
    }
  }
}

TEST_CASE("users asked for: order kept, twice the same, unknown ones zero; logarithms") {
  Rng rng{7};
  const auto log = random_log(rng, 200, 40 * day);
  const auto known = log.before(39 * day);
  const ActivityFeatures plain;
  const ActivityFeatures scaled{{.log_scale = true}};
  const auto all = plain.transform<double>(known);
  const auto some = plain.transform<double>(known, {3, 1, 3, 99, -1});
  CHECK(some.values.row(0) == all.values.row(3));
  CHECK(some.values.row(1) == all.values.row(1));
  CHECK(some.values.row(2) == some.values.row(0));
  CHECK(some.values.row(3).isZero(0));
  CHECK(some.values.row(4).isZero(0));
  const auto logs = scaled.transform<double>(known);
  CHECK(logs.values(2, logs.column("count")) ==
        Approx(std::log1p(all.values(2, all.column("count")))));
  CHECK(logs.values(2, logs.column("trend_30d")) == all.values(2, all.column("trend_30d")));
}

TEST_CASE("activity features refuse options outside the domain and unknown kinds") {
  CHECK_THROWS_AS(ActivityFeatures({.windows = {0}}), OptionError);
  CHECK_THROWS_AS(ActivityFeatures({.half_lives = {0}}), OptionError);
  CHECK_THROWS_AS(ActivityFeatures({.half_lives = {std::nan("")}}), OptionError);
  CHECK_THROWS_AS(ActivityFeatures({.session_gap = -1}), OptionError);
  EventLog log;
  log.add("anna", 0, "visit");
  const ActivityFeatures misspelled{{.kinds = {"vist"}}};
  CHECK_THROWS_WITH(misspelled.transform<float>(log.before(1)), ContainsSubstring("vist"));
}
