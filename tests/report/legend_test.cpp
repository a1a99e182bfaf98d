// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <loyal/report/legend.hpp>

#include "../support/catch.hpp"
#include "../support/xml.hpp"

using namespace loyal;

TEST_CASE("colors follow names, and asked-for ones are given") {
  const std::vector<Series> series{{.name = "a"},
                                   {.name = "b", .style = {.color = SeriesStyle::gray}},
                                   {.name = ""},
                                   {.name = "a"},
                                   {.name = "c", .style = {.color = 5}},
                                   {.name = ""},
                                   {.name = "b"}};
  const detail::Legend legend(series, 480);
  std::vector<int> colors;
  for (std::size_t i = 0; i < series.size(); ++i) colors.push_back(legend.color(i));
  CHECK(colors == std::vector<int>{0, -1, 1, 0, 5, 2, -1});
}

TEST_CASE("a legend breaks into rows and says how high it is") {
  std::vector<Series> series{{.name = "alone"}};
  detail::Markup none;
  CHECK(detail::Legend(series, 480).draw(none) == 0);
  CHECK(none.take().empty());
  for (int i = 0; i < 8; ++i)
    series.push_back({.name = "a rather long name, number " + std::to_string(i)});
  detail::Markup out;
  out.open("svg");
  const double height = detail::Legend(series, 480).draw(out);
  out.close();
  const std::string svg = out.take();
  CHECK(testing::XmlCheck::error(svg) == "");
  for (const double y : testing::numbers_of(svg, "y")) CHECK(y < height);
  for (const double x : testing::numbers_of(svg, "x")) CHECK(x < 480);
  CHECK(height > 4 * detail::row_height);
  CHECK(testing::count_of(svg, "<text") == 9);
}
