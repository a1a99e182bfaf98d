// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <string>

#include <loyal/report/bar_chart.hpp>

#include "../support/catch.hpp"
#include "../support/xml.hpp"

using namespace loyal;

TEST_CASE("bars are as long as their numbers and grow from zero") {
  const BarChart chart{.names = {"a", "b", "c", "d"}, .values = {4, 2, -1, std::nan("")}};
  const std::string svg = chart.svg();
  CHECK(testing::XmlCheck::error(svg) == "");
  const auto width = testing::numbers_of(svg, "width");
  REQUIRE(width.size() == 4);
  CHECK(width[0] == Approx(2 * width[1]).margin(0.2));
  CHECK(width[0] == Approx(4 * width[2]).margin(0.4));
  CHECK(width[3] == 0);
  CHECK(testing::count_of(svg, "class=\"c1\"") == 1);
  CHECK(svg.find("\u22121<") != std::string::npos);
  CHECK(svg == BarChart(chart).svg());
}

TEST_CASE("impossible charts") {
  CHECK(BarChart{}.svg().find("no data") != std::string::npos);
  CHECK_THROWS_AS((BarChart{.names = {"a"}}.svg()), ShapeError);
  const double infinity = std::numeric_limits<double>::infinity();
  const BarChart chart{.names = {"<b>", "huge", "tiny", "under", "all"},
                       .values = {infinity, 1e308, 5e-324, -1e308, -infinity}};
  const std::string svg = chart.svg();
  CHECK(testing::XmlCheck::error(svg) == "");
  for (const double width : testing::numbers_of(svg, "width")) CHECK((width >= 0 && width < 480));
  CHECK(testing::XmlCheck::error(BarChart{.names = {"z"}, .values = {0}}.svg()) == "");
}
