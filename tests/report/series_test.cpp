// SPDX-License-Identifier: MIT
#include <cmath>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/report/plot.hpp>
#include <loyal/report/series.hpp>

#include "../support/catch.hpp"
#include "../support/xml.hpp"

using namespace loyal;
using testing::check_sound;
using testing::count_of;
using testing::path_of;

TEST_CASE("a gap breaks a line in two") {
  Plot plot;
  plot.line("", {0, 1, 2, 3, 4}, {1, 2, std::nan(""), 2, 1});
  CHECK(count_of(path_of(plot.svg(), "line"), "M") == 2);
  Plot band;
  band.band("", {0, 1, 2, 3, 4}, {0, 0, 0, 0, 0}, {1, 2, HUGE_VAL, 2, 1});
  CHECK(count_of(path_of(band.svg(), "band"), "Z") == 2);
  Plot log{.y = {.log = true}};
  log.line("", {0, 1, 2, 3, 4}, {1, 2, 0, 2, -1});
  CHECK(count_of(path_of(log.svg(), "line"), "M") == 2);
}

TEST_CASE("a million points make a small drawing that keeps the extremes") {
  Rng rng{3};
  std::vector<double> x(1000000);
  std::vector<double> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<double>(i);
    y[i] = rng.uniform();
  }
  y[500000] = 9.9;
  for (const Mark mark :
       {Mark::line, Mark::step, Mark::scatter, Mark::bars, Mark::band, Mark::whiskers}) {
    Plot plot{.y = {.low = 0, .high = 10}};
    const bool two = mark == Mark::band || mark == Mark::whiskers;
    plot.series.push_back({.mark = mark, .name = "m", .x = x, .y = y});
    if (two) plot.series.back().low = y;
    const std::string svg = plot.svg();
    CHECK(svg.size() < 700000);
    check_sound(svg);
    if (mark == Mark::whiskers) continue;  // drawn one by one: only the first
    // 9.9 of 10 lies one hundredth of the plane's height below its top.
    const auto y1 = testing::numbers_of(svg, "y1");
    const double spike = y1[5] + (y1[0] - y1[5]) * 0.01;
    CHECK((svg.find(detail::coordinate(spike)) != std::string::npos));
  }
}

TEST_CASE("what lies beside the points in a tooltip is what was given") {
  Plot plot{.x = {.label = "week"}, .y = {.label = "visits"}};
  plot.line("app", {1, 2}, {1234, 5});
  CHECK(plot.svg().find("<title>app\nweek: 1\nvisits: 1.234k</title>") != std::string::npos);
}

TEST_CASE("steps keep their height until the next point") {
  Plot plot{.x = {.low = 0, .high = 2}, .y = {.low = 0, .high = 1}};
  plot.step("", {0, 1, 2}, {1, 0.5, 0});
  const std::string svg = plot.svg();
  const auto y1 = testing::numbers_of(svg, "y1");
  const auto x1 = testing::numbers_of(svg, "x1");
  const auto x2 = testing::numbers_of(svg, "x2");
  const auto at = [](double x, double y) {
    return detail::coordinate(x) + " " + detail::coordinate(y);
  };
  const double left = x1[0];
  const double middle = (x1[0] + x2[0]) / 2;
  const double right = x2[0];
  const double half = (y1[0] + y1[5]) / 2;
  CHECK(path_of(svg, "line") == "M" + at(left, y1[5]) + "L" + at(middle, y1[5]) + "L" +
                                    at(middle, half) + "L" + at(right, half) + "L" +
                                    at(right, y1[0]));
  // A stepped band has the corners of both of its edges.
  Plot band{.x = {.low = 0, .high = 2}, .y = {.low = 0, .high = 1}};
  band.band("", {0, 1, 2}, {1, 0.5, 0}, {1, 0.5, 0}, {.stepped = true});
  const std::string there = path_of(svg, "line");
  const std::string both = path_of(band.svg(), "band");
  CHECK(both.find(there) == 0);
  CHECK(both.substr(there.size()) == "L" + at(right, y1[0]) + "L" + at(right, half) + "L" +
                                         at(middle, half) + "L" + at(middle, y1[5]) + "L" +
                                         at(left, y1[5]) + "Z");
}

TEST_CASE("bars are as wide as asked, or nearly as their distance") {
  CHECK(detail::bar_width({.x = {0, 2, 10, 4}}) == Approx(1.6));
  CHECK(detail::bar_width({.x = {3, 3}}) == Approx(0.8));
  CHECK(detail::bar_width({.x = {}}) == Approx(0.8));
  CHECK(detail::bar_width({.x = {1, HUGE_VAL, 2}}) == Approx(0.8));
  CHECK(detail::bar_width({.x = {0, 2}, .style = {.width = 5}}) == 5);
}
