// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include <loyal/data/platform_simulator.hpp>
#include <loyal/retention/customer_summary.hpp>

#include "../support/catch.hpp"
#include "../support/lifetime.hpp"
#include "../support/random_log.hpp"
#include "../support/time_zones.hpp"

namespace customer_summary_tests {

using namespace loyal;

EventLog shop() {
  EventLog log;
  log.add("anna", 10 * day + 9 * hour, "purchase", "", 30);
  log.add("anna", 12 * day, "visit");
  log.add("anna", 17 * day + hour, "purchase", "", 50);
  log.add("anna", 17 * day + 23 * hour, "purchase", "", 7);
  log.add("anna", 31 * day, "purchase", "", 20);
  log.add("ben", 11 * day, "visit");
  log.add("cara", 24 * day + 3 * hour, "purchase", "", 99);
  log.add("cara", 24 * day + 5 * hour, "purchase", "", 1);
  log.add("cara", 38 * day, "purchase", "", 60);
  log.add("dan", 40 * day, "purchase", "", 5);
  log.sort();
  return log;
}

TEST_CASE("customer summary: counted by hand", "[retention]") {
  const EventLog log = shop();
  const auto summary = summarize_customers<double>(log.before(32 * day), {.kinds = {"purchase"}});
  REQUIRE(summary.users ==
          std::vector<std::int32_t>{log.users().at("anna"), log.users().at("cara")});
  const auto anna = summary.history.record(0);
  CHECK(anna.frequency == 2);  // the 17th counts once
  CHECK(anna.recency == Approx(3));
  CHECK(anna.age == Approx(3));
  CHECK(summary.monetary[0] == Approx((57 + 20) / 2.0));
  const auto cara = summary.history.record(1);
  CHECK(cara.frequency == 0);
  CHECK(cara.recency == 0);
  CHECK(cara.age == Approx(1));
  CHECK(summary.monetary[1] == 0);

  // In days; each purchase by itself.
  const auto fine = summarize_customers<float>(log.before(32 * day),
                                               {.kinds = {"purchase"}, .unit = day, .merge = 1});
  CHECK(fine.history.frequency[0] == 3);
  CHECK(fine.history.age[0] == Approx(22 - 9.0 / 24).epsilon(1e-4));
  CHECK(fine.history.frequency[1] == 1);
  CHECK(fine.monetary[1] == 1);
}

TEST_CASE("customer summary: calibration and holdout", "[retention]") {
  const EventLog log = shop();
  const auto split = calibration_holdout<double>(log.before(18 * day), log.before(40 * day + 1),
                                                 {.kinds = {"purchase"}});
  REQUIRE(split.calibration.size() == 1);
  CHECK(split.holdout_frequency[0] == 1);
  CHECK(split.holdout_monetary[0] == 20);
  CHECK(split.duration == Approx(23 / 7.0));
  CHECK_THROWS_AS((calibration_holdout<double>(log.before(18 * day), log.before(18 * day))),
                  DataError);
  CHECK_THROWS_AS((calibration_holdout<double>(log.before(20 * day), log.before(18 * day))),
                  DataError);
}

TEST_CASE("customer summary: calibration and holdout together are the whole", "[retention]") {
  const auto log = PlatformSimulator{{.users = 300, .days = 400, .seed = 3}}.run().log;
  const CustomerSummaryOptions options{.kinds = {"purchase", "renewal"}};
  const Time cutoff = log.first_time() + 250 * day;
  const auto all = log.before(log.last_time() + 1);
  const auto split = calibration_holdout<double>(log.before(cutoff), all, options);
  const auto whole = summarize_customers<double>(all, options);
  CHECK_NOTHROW(loyal::detail::expect_history("test", whole.history, 0, 0));
  for (Index i = 0, k = 0; i < whole.size(); ++i) {
    if (k == split.calibration.size() || split.calibration.users[static_cast<std::size_t>(k)] !=
                                             whole.users[static_cast<std::size_t>(i)])
      continue;
    // A day on both sides of the cutoff counts once, before it.
    REQUIRE(whole.history.frequency[i] ==
            split.calibration.history.frequency[k] + split.holdout_frequency[k]);
    REQUIRE(whole.history.age[i] == Approx(split.calibration.history.age[k] + split.duration));
    ++k;
  }
}

TEST_CASE("customer summary: bad input", "[retention]") {
  const EventLog log = shop();
  EventLog unordered = log;
  unordered.add("anna", 9 * day, "purchase");
  CHECK_THROWS_AS(summarize_customers<double>(unordered.before(32 * day)), DataError);
  unordered.sort();
  CHECK(summarize_customers<double>(unordered.before(32 * day)).history.frequency[0] == 4);
  const auto known = log.before(32 * day);
  CHECK_THROWS_AS(summarize_customers<double>(known, {.unit = 0}), OptionError);
  CHECK_THROWS_AS(summarize_customers<double>(known, {.merge = -1}), OptionError);
  CHECK_THROWS_AS(summarize_customers<double>(known, {.kinds = {"theft"}}), DataError);
  CHECK_THROWS_AS(
      summarize_customers<double>(log.before(10 * day + 10 * hour), {.kinds = {"visit"}}),
      DataError);
}

TEST_CASE("customer summary: days are those of the customers' clocks", "[retention]") {
  using testing::at;
  EventLog log;  // Berlin is two hours ahead of UTC in summer, one in winter
  log.add("anna", at(2024, 7, 1, 21), "purchase", "", 1);   // 23:00
  log.add("anna", at(2024, 7, 1, 23), "purchase", "", 2);   // 1:00 on the 2nd
  log.add("anna", at(2024, 7, 2, 20), "purchase", "", 4);   // 22:00 on the 2nd
  log.add("ben", at(2024, 10, 26, 22), "purchase", "", 1);  // the 27th begins, of 25 hours
  log.add("ben", at(2024, 10, 27, 22), "purchase", "", 2);  // and ends
  log.add("ben", at(2024, 10, 27, 23), "purchase", "", 4);
  log.sort();
  const auto known = log.before(at(2024, 10, 27, 23) + 1);
  const auto local = summarize_customers<double>(known, {.unit = day, .zone = testing::berlin()});
  CHECK(local.history.frequency == Vector<double>(Eigen::Vector2d(1, 1)));
  CHECK(local.history.recency == Vector<double>(Eigen::Vector2d(1, 1)));
  CHECK(local.history.age == Vector<double>(Eigen::Vector2d(119, 1)));
  CHECK(local.monetary == Vector<double>(Eigen::Vector2d(6, 4)));
  const auto utc = summarize_customers<double>(known, {.unit = day});
  CHECK(utc.history.age == Vector<double>(Eigen::Vector2d(118, 1)));
  CHECK(utc.monetary == Vector<double>(Eigen::Vector2d(4, 6)));

  // Clocks that go back over midnight: the new day goes on, and nobody's past is longer than the time watched.
  const Time midnight = at(2024, 2, 1);
  const TimeZone back{0, {{midnight + hour, -2 * hour}}};
  EventLog night;
  night.add("cara", midnight - 26 * hour, "purchase");
  night.add("cara", midnight, "purchase", "", 3);
  night.add("cara", midnight + hour, "purchase", "", 5);  // 23:00 again
  const auto summary =
      summarize_customers<double>(night.before(midnight + hour + 1), {.unit = day, .zone = back});
  CHECK(summary.history.frequency[0] == 1);
  CHECK(summary.monetary[0] == 8);
  CHECK(summary.history.recency[0] == 2);
  CHECK(summary.history.age[0] == 2);
}

TEST_CASE("customer summary: histories are possible in any zone", "[retention]") {
  Rng rng{7};
  for (int trial = 0; trial < 200; ++trial) {
    const auto log = testing::random_log(rng, 2 + static_cast<int>(rng.below(200)), 200 * day);
    const CustomerSummaryOptions options{.zone = testing::random_zone(rng)};
    const Time cutoff = testing::random_cutoff(rng, log);
    const auto known = log.before(cutoff);
    const auto summary = summarize_customers<double>(known, options);
    CHECK_NOTHROW(loyal::detail::expect_history("test", summary.history, 0, 0));
    // The definition: days on which clocks showed a later date than ever before.
    for (Index i = 0; i < summary.size(); ++i) {
      Index days = 0;
      Time latest = 0;
      for (const auto& event : known.of_user(summary.users[static_cast<std::size_t>(i)])) {
        const Time date = options.zone.local(event.time) / day;
        days += date > latest ? 1 : 0;
        latest = std::max(latest, date);
      }
      REQUIRE(summary.history.frequency[i] == static_cast<double>(days - 1));
    }
    if (cutoff > log.last_time()) continue;
    const auto split = calibration_holdout<double>(known, log.before(log.last_time() + 1), options);
    const auto whole = summarize_customers<double>(log.before(log.last_time() + 1), options);
    for (Index i = 0; i < split.calibration.size(); ++i) {
      const auto at = std::lower_bound(whole.users.begin(), whole.users.end(),
                                       split.calibration.users[static_cast<std::size_t>(i)]);
      REQUIRE(whole.history.frequency[at - whole.users.begin()] ==
              split.calibration.history.frequency[i] + split.holdout_frequency[i]);
    }
  }
}

TEST_CASE("customer summary: CDNOW's published table", "[retention]") {
  const auto log = testing::cdnow_sample();
  const auto published = testing::cdnow_summary();
  if (!log || !published) return;
  const auto summary =
      summarize_customers<double>(log->before(to_time({.year = 1997, .month = 10, .day = 1})));
  REQUIRE(summary.size() == published->size());
  CHECK(summary.history.frequency == published->frequency);
  CHECK((summary.history.recency - published->recency).cwiseAbs().maxCoeff() <
        0.0051);  // it has two decimals
  CHECK((summary.history.age - published->age).cwiseAbs().maxCoeff() < 0.0051);
}

TEST_CASE("customer summary: blind to the future", "[retention]") {
  testing::check_blind_to_the_future(4, [](const Observed& known) {
    const auto summary = summarize_customers<double>(known);
    std::string text = testing::text_of(summary.history.frequency, summary.history.recency,
                                        summary.history.age, summary.monetary);
    for (const auto user : summary.users) text += " " + std::to_string(user);
    return text;
  });
}

}  // namespace customer_summary_tests
