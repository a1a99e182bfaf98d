// SPDX-License-Identifier: MIT
#include <loyal/core/random.hpp>
#include <loyal/data/time_zone.hpp>

#include "../support/catch.hpp"
#include "../support/time_zones.hpp"

namespace time_zone_tests {

using namespace loyal;
using testing::at;
using testing::berlin;

TEST_CASE("clocks jump at the moment of a change, and show an hour twice or never") {
  const TimeZone zone = berlin();
  const Time spring = at(2024, 3, 31, 1);
  CHECK(zone.local(spring - 1) == at(2024, 3, 31, 2) - 1);
  CHECK(zone.local(spring) == at(2024, 3, 31, 3));
  CHECK(zone.first_moment(at(2024, 3, 31, 2)) == spring);  // 2:00 is never shown
  const Time autumn = at(2024, 10, 27, 1);
  CHECK(zone.local(autumn - hour) == at(2024, 10, 27, 2));
  CHECK(zone.local(autumn) == at(2024, 10, 27, 2));
  CHECK(zone.first_moment(at(2024, 10, 27, 2)) == autumn - hour);  // the first of two
  CHECK(zone.local(at(2020, 7, 1)) == at(2020, 7, 1, 1));          // before the table
  CHECK(zone.local(at(2030, 7, 1)) == at(2030, 7, 1, 1));          // after it
  CHECK(zone.changes());
  CHECK_FALSE(TimeZone{-5 * hour}.changes());
  CHECK(TimeZone{-5 * hour}.local(at(2024, 1, 1, 3)) == at(2023, 12, 31, 22));
}

TEST_CASE("a function of offsets becomes a table of changes") {
  const TimeZone truth = berlin();
  const TimeZone zone =
      TimeZone::sampled([&](Time t) { return truth.local(t) - t; }, at(2023, 1, 1), at(2025, 1, 1));
  Rng rng{2};
  for (int i = 0; i < 1000; ++i) {
    const Time t = at(2023, 1, 1) + static_cast<Time>(rng.below(2 * 365 * day));
    CHECK(zone.local(t) == truth.local(t));
  }
  for (const Time change : {at(2024, 3, 31, 1), at(2024, 10, 27, 1)})
    for (const Time t : {change - 1, change}) CHECK(zone.local(t) == truth.local(t));
}

TEST_CASE("impossible zones") {
  CHECK_THROWS_AS(TimeZone{day}, OptionError);
  CHECK_THROWS_AS(TimeZone{-day}, OptionError);
  CHECK_THROWS_AS((TimeZone{0, {{10, hour}, {10, 0}}}), OptionError);
  CHECK_THROWS_AS((TimeZone{0, {{10, -day}}}), OptionError);
}

}  // namespace time_zone_tests
