// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <string>

#include <loyal/core/random.hpp>
#include <loyal/report/human_number.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("compact numbers") {
  CHECK(format_number(0) == "0");
  CHECK(format_number(-0.0) == "0");
  CHECK(format_number(7) == "7");
  CHECK(format_number(0.5) == "0.5");
  CHECK(format_number(0.12345) == "0.123");
  CHECK(format_number(999) == "999");
  CHECK(format_number(999.4) == "999");
  CHECK(format_number(999.7) == "1k");
  CHECK(format_number(1200) == "1.2k");
  CHECK(format_number(12345) == "12.3k");
  CHECK(format_number(999999) == "1M");
  CHECK(format_number(1.5e6) == "1.5M");
  CHECK(format_number(2.5e9) == "2.5B");
  CHECK(format_number(3e12) == "3T");
  CHECK(format_number(-1500) == "\u22121.5k");
  CHECK(format_number(1e15) == "1e15");
  CHECK(format_number(1.234e-7) == "1.23e-7");
  CHECK(format_number(1.7976931348623157e308) == "1.8e308");
  CHECK(format_number(5e-324) == "5e-324");
  CHECK(format_number(std::nan("")) == "\u2013");
  CHECK(format_number(std::numeric_limits<double>::infinity()) == "\u221E");
  CHECK(format_number(-std::numeric_limits<double>::infinity()) == "\u2212\u221E");
}

TEST_CASE("percent, groups and units") {
  CHECK(format_number(0.35, {.notation = Notation::percent}) == "35\u00A0%");
  CHECK(format_number(0.08321, {.notation = Notation::percent}) == "8.32\u00A0%");
  CHECK(format_number(1, {.notation = Notation::percent}) == "100\u00A0%");
  CHECK(format_number(0, {.notation = Notation::percent}) == "0\u00A0%");
  CHECK(format_number(-2.5, {.notation = Notation::percent}) == "\u2212250\u00A0%");
  CHECK(format_number(1234567, {.notation = Notation::grouped}) == "1,234,567");
  CHECK(format_number(123, {.notation = Notation::grouped}) == "123");
  CHECK(format_number(1234.56, {.notation = Notation::grouped, .digits = 6}) == "1,234.56");
  CHECK(format_number(-1234, {.notation = Notation::grouped}) == "\u22121,234");
  CHECK(format_number(48200, {.unit = "€"}) == "48.2k\u00A0€");
  CHECK(format_number(0.81236, {.digits = 4}) == "0.8124");
  CHECK_THROWS_AS(format_number(1, {.digits = 0}), OptionError);
}

TEST_CASE("what is smaller than the least is not spelled out") {
  const NumberFormat share{.notation = Notation::percent, .digits = 2, .least = 0.001};
  CHECK(format_number(1.5e-5, share) == "<0.1\u00A0%");
  CHECK(format_number(-1.5e-5, share) == ">\u22120.1\u00A0%");
  CHECK(format_number(0, share) == "0\u00A0%");
  CHECK(format_number(0.001, share) == "0.1\u00A0%");
  CHECK(format_number(0.00099999, share) == "<0.1\u00A0%");
  CHECK(format_number(0.123, share) == "12\u00A0%");
  CHECK(format_number(std::nan(""), share) == "\u2013");
  CHECK(format_number(3, {.unit = "€", .least = 5}) == "<5\u00A0€");
  CHECK(format_percent(0.0512) == "5.12\u00A0%");
  CHECK(format_percent(0.0512, 1) == "5\u00A0%");
}

TEST_CASE("a compact number read back is right to its digits") {
  Rng rng{1};
  for (int trial = 0; trial < 20000; ++trial) {
    const double value = std::exp(25 * rng.normal()) * (rng.below(2) == 0 ? 1 : -1);
    std::string text = format_number(value, {.digits = 4});
    double sign = 1;
    if (text.rfind("\u2212", 0) == 0) {
      sign = -1;
      text.erase(0, 3);
    }
    double factor = 1;
    const std::string suffixes = "kMBT";
    if (const auto i = suffixes.find(text.back()); i != std::string::npos)
      factor = std::pow(1000.0, static_cast<double>(i + 1));
    INFO(text);
    CHECK(sign * std::stod(text) * factor == Approx(value).epsilon(0.00051));
    CHECK(text.size() <= 10);
  }
}

TEST_CASE("numbers of one scale have the same decimals and stay apart") {
  const detail::NumberScale scale({}, 2000, 500);
  CHECK(scale(0) == "0");
  CHECK(scale(500) == "0.5k");
  CHECK(scale(2000) == "2.0k");
  const detail::NumberScale fine({}, 0.3, 0.05);
  CHECK(fine(0.05) == "0.05");
  CHECK(fine(0.3) == "0.30");
}
