// SPDX-License-Identifier: MIT
#include <chrono>
#include <limits>

#include <loyal/data/time.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("Dates agree with the standard library's calendar on every day of 800 years", "[data]") {
  bool same = true;
  for (std::int64_t days = -150000; days < 150000; ++days) {
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
    const CivilTime c = to_civil(days * day + 3661);
    same = same && c.year == int{date.year()} &&
           c.month == static_cast<int>(unsigned{date.month()}) &&
           c.day == static_cast<int>(unsigned{date.day()}) && c.hour == 1 && c.minute == 1 &&
           c.second == 1 && to_time(c) == days * day + 3661;
  }
  CHECK(same);
}

TEST_CASE("The last second of a day and times before 1970", "[data]") {
  CHECK(to_civil(-1) == CivilTime{1969, 12, 31, 23, 59, 59});
  CHECK(to_civil(86399) == CivilTime{1970, 1, 1, 23, 59, 59});
  static_assert(to_time({2001, 9, 9, 1, 46, 40}) == 1000000000);
}

TEST_CASE("Any time has a date, also the outermost", "[data]") {
  for (const Time time : {std::numeric_limits<Time>::min(), std::numeric_limits<Time>::max()}) {
    const CivilTime c = to_civil(time);
    CHECK(c.month >= 1);
    CHECK(c.month <= 12);
    CHECK(c.day >= 1);
    CHECK(c.day <= 31);
    CHECK(c.second >= 0);
    CHECK(c.second < 60);
  }
}

TEST_CASE("Dates that do not exist are refused", "[data]") {
  for (const CivilTime c :
       {CivilTime{2023, 2, 29}, CivilTime{1900, 2, 29}, CivilTime{2024, 4, 31},
        CivilTime{2024, 0, 1}, CivilTime{2024, 13, 1}, CivilTime{2024, 1, 0},
        CivilTime{2024, 1, 1, 24}, CivilTime{2024, 1, 1, 0, 60}, CivilTime{2024, 1, 1, 0, 0, 60},
        CivilTime{2024, 1, 1, -1}, CivilTime{1000000, 1, 1}})
    CHECK_THROWS_AS(to_time(c), DataError);
  CHECK_NOTHROW(to_time({2000, 2, 29}));
}
