// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <string>

#include <loyal/report/heat_map.hpp>

#include "../support/catch.hpp"
#include "../support/xml.hpp"

using namespace loyal;
using testing::count_of;

TEST_CASE("cells are as strong as their numbers, missing ones are empty") {
  HeatMap map{.title = "m", .rows = {"a", "b"}, .columns = {"x", "y"}};
  map.values.resize(2, 2);
  map.values << 1, 0.5, -1, std::nan("");
  const std::string svg = map.svg();
  CHECK(testing::XmlCheck::error(svg) == "");
  CHECK(testing::numbers_of(svg, "fill-opacity") == std::vector<double>{1, 0.52, 1});
  CHECK(count_of(svg, "class=\"c1\"") == 1);  // the negative one
  CHECK(svg.find("<title>a \u00D7 y: 0.5</title>") != std::string::npos);
  CHECK(svg == HeatMap(map).svg());
}

TEST_CASE("tiny shares are not spelled out in cells, but under the mouse") {
  HeatMap map{.rows = {"a"},
              .columns = {"x", "y"},
              .format = {.notation = Notation::percent, .digits = 2, .least = 0.001}};
  map.values.resize(1, 2);
  map.values << 1.5e-5, 0.5;
  const std::string svg = map.svg();
  CHECK(testing::XmlCheck::error(svg) == "");
  CHECK(svg.find("<title>a \u00D7 x: 0.0015\u00A0%</title>") != std::string::npos);
  CHECK(svg.find(">&lt;0.1\u00A0%</text>") != std::string::npos);
  CHECK(svg.find(">0.0015") == std::string::npos);
}

TEST_CASE("many cells carry their numbers in tooltips only") {
  HeatMap map;
  map.values = Matrix<double>::Constant(60, 200, 0.25);
  for (int i = 0; i < 60; ++i) map.rows.push_back("row " + std::to_string(i));
  for (int i = 0; i < 200; ++i) map.columns.push_back("<column " + std::to_string(i) + ">");
  const std::string svg = map.svg();
  CHECK(testing::XmlCheck::error(svg) == "");
  CHECK(count_of(svg, "class=\"cell\"") == 12000);
  CHECK(count_of(svg, "middle on") == 0);
  CHECK(count_of(svg, "class=\"middle\"") < 20);  // names without room are left out
}

TEST_CASE("impossible maps") {
  CHECK(HeatMap{}.svg().find("no data") != std::string::npos);
  HeatMap map{.rows = {"a"}, .columns = {"x", "y"}};
  CHECK_THROWS_AS(map.svg(), ShapeError);
  map.values = Matrix<double>::Constant(1, 2, std::numeric_limits<double>::infinity());
  CHECK(testing::XmlCheck::error(map.svg()) == "");
  map.values = Matrix<double>::Zero(1, 2);
  CHECK(testing::numbers_of(map.svg(), "fill-opacity") == std::vector<double>{0.04, 0.04});
  map.values << 1e308, 5e-324;
  CHECK(testing::XmlCheck::error(map.svg()) == "");
}

TEST_CASE("missing cells are outlined where they mean something") {
  HeatMap map{.rows = {"a"}, .columns = {"x", "y"}, .missing = "not yet"};
  map.values.resize(1, 2);
  map.values << 1, std::nan("");
  const std::string svg = map.svg();
  CHECK(testing::XmlCheck::error(svg) == "");
  CHECK(count_of(svg, "class=\"unknown\"") == 1);
  CHECK(svg.find("<title>a \u00D7 y: not yet</title>") != std::string::npos);
}
