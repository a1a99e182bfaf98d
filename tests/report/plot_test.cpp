// SPDX-License-Identifier: MIT
#include <cmath>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/report/plot.hpp>

#include "../support/catch.hpp"
#include "../support/xml.hpp"

using namespace loyal;
using testing::check_sound;
using testing::count_of;
using testing::path_of;

TEST_CASE("the corners of the data are the corners of the plane") {
  Plot plot{.x = {.low = 0, .high = 10}, .y = {.low = 0, .high = 1}};
  plot.line("", {0, 5, 10}, {0, 0.5, 1});
  const std::string svg = plot.svg();
  check_sound(svg);
  const auto x1 = testing::numbers_of(svg, "x1");
  const auto y1 = testing::numbers_of(svg, "y1");
  const auto x2 = testing::numbers_of(svg, "x2");
  // The first grid line is that of 0, from the left edge to the right one.
  const std::string path = path_of(svg, "line");
  const double top = y1[5];
  CHECK(path == "M" + detail::coordinate(x1[0]) + " " + detail::coordinate(y1[0]) + "L" +
                    detail::coordinate((x1[0] + x2[0]) / 2) + " " +
                    detail::coordinate((y1[0] + top) / 2) + "L" + detail::coordinate(x2[0]) + " " +
                    detail::coordinate(top));
}

TEST_CASE("the same plot gives the same bytes, and a copy too") {
  Rng rng{1};
  Plot plot{.title = "t", .x = {.log = true}};
  std::vector<double> x(500);
  std::vector<double> y(500);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = std::exp(rng.normal());
    y[i] = rng.normal();
  }
  plot.scatter("points", x, y).line("line", x, y).bars("bars", x, y);
  const Plot copy = plot;
  CHECK(plot.svg() == copy.svg());
  CHECK(plot.svg() == plot.svg());
}

TEST_CASE("hostile names stay text everywhere") {
  const std::string evil = "\"/><script>alert(1)</script>\x01\xFF\u202E";
  Plot plot{.title = evil, .caption = evil, .x = {.label = evil}, .y = {.label = evil}};
  plot.x.categories = {evil, evil};
  plot.line(evil, {0, 1}, {1, 2}).bars(evil, {0, 1}, {1, 2}).vertical(0.5, evil).note(1, 1, evil);
  for (const bool direct : {false, true}) {
    plot.direct_labels = direct;
    const std::string svg = plot.svg();
    check_sound(svg);
    CHECK(svg.find("<script") == std::string::npos);
  }
}

TEST_CASE("nothing to draw is said") {
  CHECK(Plot{}.svg().find("no data") != std::string::npos);
  const double missing = std::nan("");
  Plot plot;
  plot.line("a", {}, {}).scatter("b", {missing}, {1}).bars("c", {1}, {HUGE_VAL});
  plot.band("d", {missing}, {1}, {2}).step("e", {missing}, {missing});
  for (const bool log : {false, true}) {
    plot.x.log = plot.y.log = log;
    check_sound(plot.svg());
    CHECK(plot.svg().find("no data") != std::string::npos);
  }
  plot.line("f", {1}, {1});
  check_sound(plot.svg());
  CHECK(plot.svg().find("no data") == std::string::npos);
}

TEST_CASE("impossible values never reach the drawing") {
  const std::vector<double> odd{0,     -0.0,   1,     -1,     std::nan(""), HUGE_VAL, -HUGE_VAL,
                                1e300, -1e300, 1e308, -1e308, 5e-324,       1e-300,   1e17};
  Rng rng{2};
  for (int trial = 0; trial < 400; ++trial) {
    Plot plot{.x = {.log = rng.below(2) == 0}, .y = {.log = rng.below(2) == 0}};
    plot.direct_labels = rng.below(2) == 0;
    const auto pick = [&] { return odd[static_cast<std::size_t>(rng.below(odd.size()))]; };
    for (int s = 0; s < 6; ++s) {
      std::vector<double> x;
      std::vector<double> y;
      std::vector<double> low;
      for (auto n = rng.below(6); n > 0; --n) {
        x.push_back(pick());
        y.push_back(pick());
        low.push_back(pick());
      }
      const std::string name = "s" + std::to_string(s);
      if (s == 0) plot.line(name, x, y);
      if (s == 1) plot.step(name, x, y);
      if (s == 2) plot.scatter(name, x, y);
      if (s == 3) plot.bars(name, x, y);
      if (s == 4) plot.band(name, x, low, y);
      if (s == 5) plot.whiskers(name, x, low, y);
    }
    plot.vertical(pick(), "v").horizontal(pick(), "h").note(pick(), pick(), "n");
    plot.x.low = pick();
    plot.y.high = pick();
    check_sound(plot.svg());
  }
}

TEST_CASE("series of a name share a color and one place in the legend") {
  Plot plot;
  plot.band("a", {0, 1}, {0, 1}, {1, 2}).line("a", {0, 1}, {0.5, 1.5}).line("b", {0, 1}, {0, 1});
  const std::string svg = plot.svg();
  CHECK(count_of(svg, "class=\"ink\">a<") == 1);
  CHECK(count_of(svg, "class=\"ink\">b<") == 1);
  CHECK(count_of(svg, "class=\"c0\"") == 3);  // key, band, line
  CHECK(count_of(svg, "class=\"c1\"") == 2);
  CHECK(count_of(svg, "class=\"c2\"") == 0);
}

TEST_CASE("names beside lines never overlap") {
  Plot plot{.direct_labels = true};
  for (int i = 0; i < 6; ++i) plot.line("line " + std::to_string(i), {0, 1}, {0, 1 + 0.001 * i});
  std::string svg = plot.svg();
  std::vector<double> heights;
  for (auto at = svg.find("class=\"tag\""); at != std::string::npos;
       at = svg.find("class=\"tag\"", at + 1)) {
    const auto y = svg.rfind(" y=\"", at);
    heights.push_back(std::strtod(svg.c_str() + y + 4, nullptr));
  }
  REQUIRE(heights.size() == 6);
  for (std::size_t i = 1; i < heights.size(); ++i) CHECK(heights[i] - heights[i - 1] >= 16.9);
  CHECK(heights.back() < plot.height);
}

TEST_CASE("bars of two series stand side by side, from zero") {
  Plot plot{.x = {.categories = {"p", "q"}}};
  plot.bars("a", {0, 1}, {4, 2}).bars("b", {0, 1}, {-1, 3});
  const std::string svg = plot.svg();
  check_sound(svg);
  const auto at = svg.find("<svg x=");
  const std::string inner = svg.substr(at + 4);
  const auto x = testing::numbers_of(inner, "x");
  const auto width = testing::numbers_of(inner, "width");
  const auto y = testing::numbers_of(inner, "y");
  const auto height = testing::numbers_of(inner, "height");
  REQUIRE(x.size() >= 5);  // the inner drawing and four bars
  CHECK(x[1] + width[1] <= x[3] + 0.11);
  CHECK(x[3] + width[3] <= x[2]);
  CHECK(y[1] + height[1] == Approx(y[3]).margin(0.11));  // up from zero, and down from zero
  CHECK(height[1] == Approx(4 * height[3]).margin(0.3));
}

TEST_CASE("names along an axis never nearly touch, and are left out evenly") {
  for (const bool wide : {false, true})
    for (std::size_t n = 1; n <= 80; ++n) {
      Plot plot{.x = {.label = "month"}, .wide = wide};
      std::vector<double> at;
      for (std::size_t i = 0; i < n; ++i) {
        at.push_back(static_cast<double>(i));
        plot.x.categories.push_back(std::to_string(2024 + i / 12) + (i % 12 < 9 ? "-0" : "-") +
                                    std::to_string(i % 12 + 1));
      }
      plot.bars("", at, std::vector<double>(n, 1.0));
      const std::string svg = plot.svg();
      std::vector<double> x;
      for (auto t = svg.find("<text"); t != std::string::npos; t = svg.find("<text", t + 1)) {
        const std::string element = svg.substr(t, svg.find("</text>", t) - t);
        if (element.find(">202") != std::string::npos || element.find(">203") != std::string::npos)
          x.push_back(testing::numbers_of(element, "x").at(0));
      }
      INFO(n << " names, " << x.size() << " written");
      REQUIRE(!x.empty());
      for (std::size_t i = 1; i < x.size(); ++i) {
        CHECK(x[i] - x[i - 1] >= detail::text_width("2024-01") + 13);
        if (i > 1 && i + 1 < x.size())  // the last name may lean back into the drawing
          CHECK(x[i] - x[i - 1] == Approx(x[1] - x[0]).margin(0.3));
      }
      if (n > 1 && n <= 7) CHECK(x.size() == n);
    }
}

TEST_CASE("wrong sizes and heights are refused") {
  Plot plot;
  CHECK_THROWS_AS(plot.line("a", {1, 2}, {1}), ShapeError);
  CHECK_THROWS_AS(plot.band("a", {1, 2}, {1}, {1, 2}), ShapeError);
  CHECK(plot.series.empty());
  plot.height = 0;
  CHECK_THROWS_AS(plot.svg(), OptionError);
  plot.height = std::nan("");
  CHECK_THROWS_AS(plot.svg(), OptionError);
  plot.height = 300;
  plot.series.push_back({.name = "by hand", .x = {1, 2}, .y = {1}});
  CHECK_THROWS_AS(plot.svg(), ShapeError);
  plot.series = {{.mark = Mark::band, .x = {1}, .y = {1}}};
  CHECK_THROWS_AS(plot.svg(), ShapeError);
}

TEST_CASE("stacked bars share their place and meet at their ends") {
  Plot plot{.x = {.categories = {"a"}}, .y = {.low = 0, .high = 4}};
  plot.stacked_bars("lower", {0}, {0}, {1}).stacked_bars("upper", {0}, {1}, {4});
  const std::string svg = plot.svg();
  check_sound(svg);
  std::vector<double> x, y, height;  // of all bars, the two in the legend first
  for (auto at = svg.find("class=\"bar\""); at != std::string::npos;
       at = svg.find("class=\"bar\"", at + 1)) {
    const std::string element = svg.substr(at, svg.find('>', at) - at);
    x.push_back(testing::numbers_of(element, "x").at(0));
    y.push_back(testing::numbers_of(element, "y").at(0));
    height.push_back(testing::numbers_of(element, "height").at(0));
  }
  REQUIRE(x.size() == 4);
  CHECK(x[2] == x[3]);
  CHECK(y[3] + height[3] == Approx(y[2]).margin(0.11));
  CHECK(height[3] == Approx(3 * height[2]).margin(0.3));
  CHECK_THROWS_AS(plot.stacked_bars("", {0}, {0, 1}, {1}), ShapeError);
}
