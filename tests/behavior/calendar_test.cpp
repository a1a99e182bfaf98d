// SPDX-License-Identifier: MIT
#include <cstdint>
#include <vector>

#include <loyal/behavior/calendar.hpp>
#include <loyal/core/random.hpp>

#include "../support/catch.hpp"
#include "../support/time_zones.hpp"

namespace calendar_tests {

using namespace loyal;
using testing::at;
using testing::berlin;

TEST_CASE("days of a change of clocks have 23 and 25 hours") {
  const Calendar calendar{{.zone = berlin()}};
  const auto length = [&](Time inside) {
    const auto n = calendar.number(inside, Period::daily);
    return calendar.start(n + 1, Period::daily) - calendar.start(n, Period::daily);
  };
  CHECK(length(at(2024, 3, 31, 12)) == 23 * hour);
  CHECK(length(at(2024, 10, 27, 12)) == 25 * hour);
  CHECK(length(at(2024, 7, 1, 12)) == day);
  CHECK(calendar.number(at(2024, 6, 30, 21), Period::monthly) == 54 * 12 + 5);
  CHECK(calendar.number(at(2024, 6, 30, 22), Period::monthly) ==
        54 * 12 + 6);  // midnight in Berlin
}

TEST_CASE("names and numbers of periods") {
  const Calendar monday;
  const Calendar sunday{{.first_weekday = 0}};
  const Time wednesday = at(2024, 2, 28, 23);
  CHECK(monday.name(monday.number(wednesday, Period::daily), Period::daily) == "2024-02-28");
  CHECK(monday.name(monday.number(wednesday, Period::weekly), Period::weekly) == "2024-02-26");
  CHECK(sunday.name(sunday.number(wednesday, Period::weekly), Period::weekly) == "2024-02-25");
  CHECK(monday.name(monday.number(wednesday, Period::monthly), Period::monthly) == "2024-02");
  CHECK(monday.number(0, Period::daily) == 0);
  CHECK(monday.number(0, Period::weekly) == 0);
  CHECK(monday.number(-1, Period::monthly) == -1);
  for (int first = 0; first <= 6; ++first) {
    const Calendar calendar{{.first_weekday = first}};
    const Time begin = calendar.start(calendar.number(wednesday, Period::weekly), Period::weekly);
    CHECK(((begin / day) + 4) % 7 == first);  // 1970-01-01 was a Thursday
    CHECK(begin <= wednesday);
    CHECK(wednesday < begin + week);
  }
}

TEST_CASE("every moment lies in the period that it is numbered with") {
  Rng rng{1};
  // Clocks that are set back over midnight, and by half a day forth.
  const TimeZone odd{-3 * hour, {{at(2024, 2, 1, 3), -4 * hour}, {at(2024, 5, 1, 6), 8 * hour}}};
  for (const auto& zone : {TimeZone{}, TimeZone{5 * hour + 30 * minute}, berlin(), odd}) {
    const Calendar calendar{{.zone = zone}};
    for (const Period period : {Period::daily, Period::weekly, Period::monthly}) {
      detail::RisingPeriods rising(calendar, period);
      for (Time t = at(2024, 1, 1); t < at(2024, 12, 31);
           t += 1 + static_cast<Time>(rng.below(day))) {
        const auto n = calendar.number(t, period);
        CHECK(calendar.start(n, period) <= t);
        CHECK(t < calendar.start(n + 1, period));
        CHECK(rising(t) == n);
      }
      for (const Time t : {at(2024, 2, 1, 3), at(2024, 2, 1, 3) - 1, at(2024, 2, 1, 4)}) {
        const auto n = calendar.number(t, period);
        CHECK((calendar.start(n, period) <= t && t < calendar.start(n + 1, period)));
      }
    }
  }
}

TEST_CASE("impossible calendars") {
  CHECK_THROWS_AS((Calendar{{.first_weekday = 7}}), OptionError);
  CHECK_THROWS_AS((Calendar{{.first_weekday = -1}}), OptionError);
}

}  // namespace calendar_tests
