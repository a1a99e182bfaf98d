// SPDX-License-Identifier: MIT
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <loyal/behavior/cohort.hpp>

#include "../support/catch.hpp"
#include "../support/random_log.hpp"
#include "../support/time_zones.hpp"

using namespace loyal;

namespace {

Time in_2024(int month, int day_of_month) {
  return to_time({.year = 2024, .month = month, .day = day_of_month, .hour = 12});
}

/// Three cohorts of months: Anna and Ben in January, Carl in February, Dora in April.
EventLog small_log() {
  EventLog log;
  log.add("carl", in_2024(2, 10), "visit");
  log.add("anna", in_2024(1, 5), "visit");
  log.add("anna", in_2024(2, 5), "purchase");
  log.add("anna", in_2024(4, 5), "visit");
  log.add("ben", in_2024(1, 31), "visit");
  log.add("ben", in_2024(2, 1), "visit");
  log.add("dora", in_2024(4, 1), "purchase");
  log.add("ben", in_2024(5, 2), "visit");
  log.sort();
  return log;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void check_rows(const Matrix<double>& got, const std::vector<std::vector<double>>& want) {
  REQUIRE(got.rows() == static_cast<Index>(want.size()));
  for (Index r = 0; r < got.rows(); ++r)
    for (Index c = 0; c < got.cols(); ++c) {
      INFO(r << ", " << c << ": " << got(r, c));
      CHECK(same(got(r, c), want[static_cast<std::size_t>(r)][static_cast<std::size_t>(c)]));
    }
}

/// The definition, written out: sets of users by cohort and period.
std::map<std::string, std::vector<double>> by_definition(const Observed& known,
                                                         const CohortOptions& o) {
  std::map<std::string, std::vector<double>> result;
  const auto is = [&](const std::vector<std::string>& kinds, const Event& e) {
    return kinds.empty() || std::count(kinds.begin(), kinds.end(), known.kinds().name(e.kind)) > 0;
  };
  const Time window = o.step == Period::daily ? day : o.step == Period::weekly ? week : 30 * day;
  for (std::int32_t u = 0; u < known.users().size(); ++u) {
    std::set<std::int64_t> entered;
    const auto events = known.of_user(u);
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (!is(o.entry_kinds, events[i])) continue;
      const auto cohort = o.calendar.number(events[i].time, o.cohort);
      if (!entered.insert(cohort).second) continue;
      if (o.entry == CohortEntry::first_time && entered.size() > 1) break;
      std::set<std::int64_t> periods;
      for (std::size_t k = i; k < events.size(); ++k)
        if (is(o.return_kinds, events[k]))
          periods.insert(o.clock == CohortClock::calendar
                             ? o.calendar.number(events[k].time, o.step) -
                                   o.calendar.number(events[i].time, o.step)
                             : (events[k].time - events[i].time) / window);
      auto& row = result[o.calendar.name(cohort, o.cohort)];
      row.resize(static_cast<std::size_t>(o.periods) + 2);
      row.back() += 1;
      for (int n = 0; n <= o.periods; ++n) {
        bool kept = periods.count(n) > 0;
        if (o.returned == ReturnRule::on_or_after) kept = periods.lower_bound(n) != periods.end();
        if (o.returned == ReturnRule::on_or_before && n > 0)
          kept = periods.lower_bound(1) != periods.upper_bound(n);
        row[static_cast<std::size_t>(n)] += kept ? 1 : 0;
      }
    }
  }
  return result;
}

CohortOptions random_options(Rng& rng) {
  CohortOptions o{.periods = static_cast<int>(rng.below(9))};
  if (rng.bernoulli(0.5)) o.entry_kinds = {"purchase"};
  if (rng.bernoulli(0.5)) o.return_kinds = {"visit", "lesson"};
  o.entry = rng.bernoulli(0.5) ? CohortEntry::first_time : CohortEntry::recurring;
  o.returned = static_cast<ReturnRule>(rng.below(3));
  o.clock = static_cast<CohortClock>(rng.below(2));
  o.cohort = static_cast<Period>(rng.below(3));
  o.step = static_cast<Period>(rng.below(3));
  o.calendar = Calendar{{.zone = testing::random_zone(rng)}};
  o.threads = 1 + static_cast<int>(rng.below(3));
  return o;
}

}  // namespace

TEST_CASE("monthly cohorts by hand") {
  const auto log = small_log();
  const double unknown = std::nan("");
  const auto known = log.before(in_2024(5, 2));  // in the middle of May
  auto table = cohort_table(known, {.periods = 3});
  CHECK(table.names == std::vector<std::string>{"2024-01", "2024-02", "2024-04"});
  CHECK(table.size == Vector<double>(Eigen::Vector3d(2, 1, 1)));
  check_rows(table.retained, {{2, 2, 0, 1}, {1, 0, 0, unknown}, {1, unknown, unknown, unknown}});
  CHECK(table.rate()(0, 3) == 0.5);
  const auto curve = table.curve();
  CHECK(curve.rate[0] == 1);
  CHECK(curve.rate[1] == Approx(2.0 / 3));
  CHECK(curve.members[1] == 3);
  CHECK(curve.members[3] == 2);

  table = cohort_table(known, {.returned = ReturnRule::on_or_after, .periods = 3});
  check_rows(table.retained, {{2, 2, 1, 1}, {1, 0, 0, unknown}, {1, unknown, unknown, unknown}});
  table = cohort_table(known, {.returned = ReturnRule::on_or_before, .periods = 3});
  check_rows(table.retained, {{2, 2, 2, 2}, {1, 0, 0, unknown}, {1, unknown, unknown, unknown}});
  table =
      cohort_table(known, {.entry_kinds = {"purchase"}, .return_kinds = {"visit"}, .periods = 2});
  CHECK(table.names == std::vector<std::string>{"2024-02", "2024-04"});
  check_rows(table.retained, {{0, 0, 1}, {0, unknown, unknown}});
}

TEST_CASE("windows of 24 hours are not calendar days") {
  EventLog log;
  log.add("anna", in_2024(1, 5), "visit");              // noon
  log.add("anna", in_2024(1, 5) + 13 * hour, "visit");  // next day, 13 hours later
  log.add("ben", in_2024(1, 9), "visit");
  log.sort();
  const auto known = log.before(in_2024(1, 9) + 1);
  CohortOptions options{.cohort = Period::daily, .step = Period::daily, .periods = 1};
  CHECK(cohort_table(known, options).retained(0, 1) == 1);
  options.clock = CohortClock::since_entry;
  CHECK(cohort_table(known, options).retained(0, 1) == 0);
  options.calendar = Calendar{{.zone = TimeZone{-2 * hour}}};  // there it is 23:00 of the same day
  options.clock = CohortClock::calendar;
  CHECK(cohort_table(known, options).retained(0, 1) == 0);
}

TEST_CASE("the definition, over random logs and options") {
  Rng rng{3};
  for (int trial = 0; trial < 150; ++trial) {
    const auto log = testing::random_log(rng, 1 + static_cast<int>(rng.below(200)), 120 * day);
    const auto known = log.before(testing::random_cutoff(rng, log));
    const CohortOptions o = random_options(rng);
    const auto table = cohort_table(known, o);
    const auto truth = by_definition(known, o);
    REQUIRE(table.names.size() == truth.size());
    Index r = 0;
    for (const auto& [name, row] : truth) {
      CHECK(table.names[static_cast<std::size_t>(r)] == name);
      CHECK(table.size[r] == row.back());
      for (Index n = 0; n <= o.periods; ++n)
        if (!std::isnan(table.retained(r, n)))
          CHECK(table.retained(r, n) == row[static_cast<std::size_t>(n)]);
      // Once a period is not known, no later one is.
      for (Index n = 1; n <= o.periods; ++n)
        if (std::isnan(table.retained(r, n - 1))) CHECK(std::isnan(table.retained(r, n)));
      ++r;
    }
  }
}

TEST_CASE("what is shown as known does not change when time goes on") {
  Rng rng{4};
  for (int trial = 0; trial < 60; ++trial) {
    const auto log = testing::random_log(rng, 300, 200 * day);
    CohortOptions o = random_options(rng);
    if (o.returned == ReturnRule::on_or_after) o.returned = ReturnRule::on;  // it may still rise
    const auto early = cohort_table(log.before(testing::random_cutoff(rng, log)), o);
    const auto late = cohort_table(log.before(log.last_time() + 1), o);
    for (std::size_t r = 0; r < early.names.size(); ++r)
      for (Index n = 0; n <= o.periods; ++n) {
        REQUIRE(late.names[r] == early.names[r]);
        const double value = early.retained(static_cast<Index>(r), n);
        if (std::isnan(value)) continue;
        CHECK(late.size[static_cast<Index>(r)] == early.size[static_cast<Index>(r)]);
        CHECK(late.retained(static_cast<Index>(r), n) == value);
      }
  }
}

TEST_CASE("a cohort table is blind to the future") {
  Rng rng{5};
  for (int i = 0; i < 6; ++i) {
    const CohortOptions o = random_options(rng);
    testing::check_blind_to_the_future(static_cast<std::uint64_t>(i), [&](const Observed& known) {
      const auto table = cohort_table(known, o);
      const auto curve = table.curve();
      return testing::text_of_names(table.names) +
             testing::text_of(table.size, table.retained, curve.rate, curve.low, curve.high);
    });
  }
}

TEST_CASE("many users, any number of threads") {
  EventLog log;
  log.kinds().add("visit");
  Rng rng{6};
  for (int u = 0; u < 30'000; ++u) log.users().add("u" + std::to_string(u));
  for (int i = 0; i < 60'000; ++i)
    log.add(Event{.user = static_cast<std::int32_t>(rng.below(30'000)),
                  .time = static_cast<Time>(rng.below(400 * day))});
  log.sort();
  const auto known = log.before(log.last_time() + 1);
  const auto one = cohort_table(known, {.threads = 1});
  const auto three = cohort_table(known, {.threads = 3});
  CHECK(one.names == three.names);
  CHECK(testing::text_of(one.size, one.retained) == testing::text_of(three.size, three.retained));
}

TEST_CASE("Wilson intervals of the curve") {
  CohortTable table;
  table.size.setConstant(1, 10);
  table.retained.setConstant(1, 2, 10);
  table.retained(0, 1) = 3;
  const auto curve = table.curve();
  // A limit p is where the observed share lies z deviations of p away: (0.3 - p)^2 = z^2 p (1 - p) / n.
  for (const double p : {curve.low[1], curve.high[1]})
    CHECK((0.3 - p) * (0.3 - p) ==
          Approx(1.959963984540054 * 1.959963984540054 * p * (1 - p) / 10));
  CHECK(curve.low[1] < 0.3);
  CHECK(curve.high[1] > 0.3);
  CHECK(curve.high[0] == 1);
  CHECK(curve.low[0] == Approx(1 / (1 + 1.959963984540054 * 1.959963984540054 / 10)));
  CHECK_THROWS_AS(table.curve(1), OptionError);
}

TEST_CASE("one event, impossible options") {
  EventLog log;
  log.add("anna", 0, "visit");
  const auto known = log.before(1);
  const auto table = cohort_table(known);
  CHECK(table.size.size() == 1);
  CHECK(std::isnan(table.retained(0, 0)));
  CHECK(std::isnan(table.curve().rate[0]));
  CHECK(cohort_table(known, {.entry_kinds = {"visit"}, .periods = 0}).retained.cols() == 1);
  CHECK_THROWS_AS(cohort_table(known, {.periods = -1}), OptionError);
  CHECK_THROWS_WITH(cohort_table(known, {.entry_kinds = {"vist"}}), ContainsSubstring("vist"));
}

TEST_CASE("more days than 16 bits can number") {
  EventLog log;
  log.add("anna", 0, "visit");
  log.add("ben", 40'000 * day, "visit");
  log.add("ben", 40'001 * day, "visit");
  log.add("anna", 40'002 * day, "visit");
  const auto known = log.before(log.last_time() + 1);
  const auto table =
      cohort_table(known, {.cohort = Period::daily, .step = Period::daily, .periods = 40'001});
  CHECK(table.size.size() == 2);
  CHECK(table.retained(0, 0) == 1);
  CHECK(table.retained(0, 40'001) == 0);
  CHECK(table.retained(1, 1) == 1);
  CHECK(std::isnan(table.retained(1, 2)));
  const auto later = cohort_table(known, {.returned = ReturnRule::on_or_after,
                                          .cohort = Period::daily,
                                          .step = Period::daily,
                                          .periods = 40'001});
  CHECK(later.retained(0, 40'001) == 1);
}
