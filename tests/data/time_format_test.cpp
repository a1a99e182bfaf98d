// SPDX-License-Identifier: MIT
#include <string>

#include <loyal/core/random.hpp>
#include <loyal/data/time_format.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("ISO 8601 dates and times", "[data]") {
  const TimeFormat iso;
  const Time date = to_time({2024, 2, 29});
  CHECK(iso.parse("2024-02-29") == date);
  CHECK(iso.parse("  2024-02-29\t") == date);
  CHECK(iso.parse("2024-02-29T18:30") == date + 18 * hour + 30 * minute);
  CHECK(iso.parse("2024-02-29 18:30:05") == date + 18 * hour + 30 * minute + 5);
  CHECK(iso.parse("2024-02-29T18:30:05Z") == date + 18 * hour + 30 * minute + 5);
  CHECK(iso.parse("2024-02-29T18:30:05.999Z") == date + 18 * hour + 30 * minute + 5);
  CHECK(iso.parse("2024-02-29T00:30:00+01:00") == date - 30 * minute);
  CHECK(iso.parse("2024-02-29T00:30:00-0130") == date + 2 * hour);
  CHECK(iso.parse("2024-02-29 00:30 +01") == date - 30 * minute);
  CHECK(iso.parse("0000-01-01") == to_time({.year = 0}));
}

TEST_CASE("ISO 8601: what is none", "[data]") {
  const TimeFormat iso;
  for (const char* text : {"",
                           " ",
                           "2024",
                           "2024-2-29",
                           "2023-02-29",
                           "2024-02-30",
                           "2024-13-01",
                           "24-01-01",
                           "2024-02-29T",
                           "2024-02-29T18",
                           "2024-02-29T24:00",
                           "2024-02-29T18:60",
                           "2024-02-29T18:30:60",
                           "2024-02-29T18:30:",
                           "2024-02-29T18:30:05.",
                           "2024-02-29T18:30+",
                           "2024-02-29T18:30+24",
                           "2024-02-29T18:30+01:60",
                           "2024-02-29x",
                           "2024-02-29T18:30Zx",
                           "2024/02/29",
                           "-024-02-29",
                           "99999-01-01",
                           "2024-02-29T18:30+1",
                           "2024-02-2९"}) {
    INFO(text);
    CHECK_FALSE(iso.parse(text));
  }
}

TEST_CASE("Compact dates and counts", "[data]") {
  CHECK(TimeFormat{"yyyymmdd"}.parse("19970118") == to_time({1997, 1, 18}));
  CHECK_FALSE(TimeFormat{"yyyymmdd"}.parse("199701188"));
  CHECK_FALSE(TimeFormat{"yyyymmdd"}.parse("19970230"));
  CHECK(TimeFormat{"unix"}.parse(" 1709231405 ") == 1709231405);
  CHECK(TimeFormat{"unix"}.parse("1709231405.75") == 1709231405);
  CHECK(TimeFormat{"unix"}.parse("-1") == -1);
  CHECK(TimeFormat{"unix_ms"}.parse("1709231405250") == 1709231405);
  CHECK(TimeFormat{"unix_ms"}.parse("-1") == -1);  // rounded down
  for (const char* text : {"", "x", "1x", "1.2.3", "9223372036854775807", "-9223372036854775808",
                           "99999999999999999999", "0x10", "1e9"}) {
    INFO(text);
    CHECK_FALSE(TimeFormat{"unix"}.parse(text));
  }
}

TEST_CASE("Patterns", "[data]") {
  const auto parse = [](const char* pattern, const char* text) {
    return TimeFormat{pattern}.parse(text);
  };
  const Time noon = to_time({2024, 3, 5, 12, 7, 9});
  CHECK(parse("%Y-%m-%d %H:%M:%S", "2024-03-05 12:07:09") == noon);
  CHECK(parse("%Y-%m-%d %H:%M:%S", "2024-03-05   12:07:09") == noon);
  CHECK(parse("%d/%m/%Y %H:%M:%S", "5/3/2024 12:07:09") == noon);
  CHECK(parse("%m/%d/%y %I:%M:%S %p", "03/05/24 12:07:09 pm") == noon);
  CHECK(parse("%m/%d/%y %I:%M:%S %p", "03/05/24 12:07:09 AM") == noon - 12 * hour);
  CHECK(parse("%d %b %Y", "05 mar 2024") == to_time({2024, 3, 5}));
  CHECK(parse("%B %e, %Y", "March  5, 2024") == to_time({2024, 3, 5}));
  CHECK(parse("%b %d %Y", "March 5 2024") == to_time({2024, 3, 5}));
  CHECK(parse("%Y%m%dT%H%M%S.%f%z", "20240305T120709.123456+0100") == noon - hour);
  CHECK(parse("%y", "69") == to_time({.year = 1969}));
  CHECK(parse("%y", "68") == to_time({.year = 2068}));
  CHECK(parse("100%% %Y", "100% 1970") == 0);
  for (const char* text : {"", "5/3", "5/3/24", "32/1/2024", "5/3/2024x", "a/3/2024"}) {
    INFO(text);
    CHECK_FALSE(parse("%d/%m/%Y", text));
  }
  CHECK_FALSE(parse("%Y %I %p", "2024 13 PM"));
  CHECK_FALSE(parse("%Y %I %p", "2024 00 PM"));
  CHECK_FALSE(parse("%Y %H %p", "2024 13 PM"));
  CHECK_FALSE(parse("%d %b %Y", "05 foo 2024"));
}

TEST_CASE("Patterns that are none", "[data]") {
  for (const char* name : {"", "ISO", "%Q", "%Y-%", "yyyy-mm-dd", "100%%"}) {
    INFO(name);
    CHECK_THROWS_AS(TimeFormat{name}, OptionError);
  }
}

TEST_CASE("Every format reads back what it writes", "[data]") {
  Rng rng{5};
  const Time first = to_time({.year = 0});
  const auto span = static_cast<std::uint64_t>(to_time({9999, 12, 31}) - first);
  for (const char* name : {"iso", "unix", "unix_ms", "%Y-%m-%d %H:%M:%S", "%d.%b.%Y %I:%M:%S %p",
                           "%S %M %H %e %B %Y %%", "%Y%m%d%H%M%S%f%z"}) {
    INFO(name);
    const TimeFormat format{name};
    for (int i = 0; i < 500; ++i) {
      const Time time = first + static_cast<Time>(rng.below(span));
      REQUIRE(format.parse(format.format(time)) == time);
    }
  }
  CHECK(TimeFormat{}.format(1000000000) == "2001-09-09T01:46:40Z");
  CHECK(TimeFormat{"yyyymmdd"}.format(1000000000) == "20010909");
  CHECK_THROWS_AS(TimeFormat{}.format(to_time({.year = 10000})), DataError);
  CHECK_THROWS_AS(TimeFormat{}.format(to_time({.year = -1})), DataError);
}
