// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <string>

#include <loyal/report/funnel_chart.hpp>

#include "../support/catch.hpp"
#include "../support/xml.hpp"

using namespace loyal;

TEST_CASE("bars are as long as steps have users") {
  const FunnelChart chart{.title = "f",
                          .steps = {"visit", "view <all>", "buy"},
                          .users = {1200, 600, 60},
                          .seconds = {0, 90, 172'800}};
  const std::string svg = chart.svg();
  CHECK(testing::XmlCheck::error(svg) == "");
  const auto width = testing::numbers_of(svg, "width");
  REQUIRE(width.size() == 3);
  CHECK(width[0] == Approx(2 * width[1]).margin(0.2));
  CHECK(width[0] == Approx(20 * width[2]).margin(2));
  CHECK(svg.find("600 \u00B7 50\u00A0%") != std::string::npos);
  CHECK(svg.find("10\u00A0% go on, 2\u00A0days after the start") != std::string::npos);
  CHECK(svg.find("view &lt;all&gt;") != std::string::npos);
  CHECK(svg == FunnelChart(chart).svg());
}

TEST_CASE("durations") {
  CHECK(format_duration(0) == "0\u00A0s");
  CHECK(format_duration(59) == "59\u00A0s");
  CHECK(format_duration(5400) == "1.5\u00A0h");
  CHECK(format_duration(86400) == "1\u00A0day");
  CHECK(format_duration(10 * 86400) == "10\u00A0days");
  CHECK(format_duration(std::nan("")) == "\u2013");
}

TEST_CASE("impossible funnels are drawn or refused") {
  CHECK(FunnelChart{}.svg().find("no data") != std::string::npos);
  CHECK_THROWS_AS((FunnelChart{.steps = {"a"}}.svg()), ShapeError);
  CHECK_THROWS_AS((FunnelChart{.steps = {"a"}, .users = {1}, .seconds = {1, 2}}.svg()), ShapeError);
  const double infinity = std::numeric_limits<double>::infinity();
  const std::string svg = FunnelChart{
      .steps = {"a", "b", "c"},
      .users = {0, std::nan(""), infinity},
      .seconds = {0, std::nan(""),
                  infinity}}.svg();
  CHECK(testing::XmlCheck::error(svg) == "");
  for (const double width : testing::numbers_of(svg, "width")) CHECK(width == 0);
}
