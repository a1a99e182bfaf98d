// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/report/journey_graph.hpp>

#include "../support/catch.hpp"
#include "../support/xml.hpp"

using namespace loyal;
using testing::count_of;

namespace {

JourneyGraph random_graph(Rng& rng, Index n) {
  JourneyGraph graph{.title = "g"};
  graph.counts.setZero(n, n);
  for (Index i = 0; i < n; ++i) {
    graph.states.push_back("state " + std::to_string(i));
    for (Index j = 0; j < n && i + 1 < n; ++j)
      if (rng.bernoulli(0.5)) graph.counts(i, j) = static_cast<double>(rng.below(1000));
  }
  return graph;
}

}  // namespace

TEST_CASE("boxes, arrows, shares") {
  JourneyGraph graph{.title = "g", .states = {"(start)", "visit", "<buy>", "(left)"}};
  graph.counts.setZero(4, 4);
  graph.counts(0, 1) = 10;
  graph.counts(1, 1) = 5;
  graph.counts(1, 2) = 12;
  graph.counts(1, 3) = 3;
  graph.counts(2, 1) = 8;
  const std::string svg = graph.svg();
  CHECK(testing::XmlCheck::error(svg) == "");
  CHECK(count_of(svg, "class=\"node\"") == 4);
  CHECK(count_of(svg, "class=\"arrow\"") == 4);
  CHECK(count_of(svg, "class=\"head\"") == 4);
  CHECK(svg.find("visit \u2192 &lt;buy&gt;: 60\u00A0%, 12 times") != std::string::npos);
  CHECK(svg.find("\u21BB 25\u00A0%") != std::string::npos);
  CHECK(svg == JourneyGraph(graph).svg());
  graph.most_arrows = 2;
  CHECK(count_of(graph.svg(), "class=\"arrow\"") == 2);
  CHECK(count_of(graph.svg(), "class=\"node\"") == 3);
}

TEST_CASE("ways are drawn from where drawn ways lead, the most taken first") {
  JourneyGraph graph{.title = "g", .states = {"(start)", "a", "rare", "b", "island"}};
  graph.counts.setZero(5, 5);
  graph.counts(0, 1) = 10;
  graph.counts(1, 3) = 9;
  graph.counts(1, 2) = 1;
  graph.counts(2, 3) = 50;  // taken often, but hardly anyone comes there
  graph.most_arrows = 2;
  std::string svg = graph.svg();
  CHECK(svg.find("a \u2192 b") != std::string::npos);
  CHECK(svg.find("rare") == std::string::npos);
  CHECK(count_of(svg, "class=\"node\"") == 3);
  graph.counts(4, 3) = 5;
  graph.most_arrows = 9;
  svg = graph.svg();  // where there is room, what nothing leads to is drawn as well
  CHECK(count_of(svg, "class=\"arrow\"") == 5);
  CHECK(svg.find("island") != std::string::npos);
}

TEST_CASE("arrows at a box stand apart") {
  Rng rng{4};
  for (int trial = 0; trial < 20; ++trial) {
    const auto graph = random_graph(rng, 3 + static_cast<Index>(rng.below(7)));
    const std::string svg = graph.svg();
    std::vector<std::pair<double, double>> ends;
    const std::string path = "class=\"arrow\" d=\"M";
    for (auto at = svg.find(path); at != std::string::npos; at = svg.find(path, at + 1)) {
      const std::string d = svg.substr(at + path.size(), 120);
      double p[8];
      REQUIRE(std::sscanf(d.c_str(), "%lf %lfC%lf %lf %lf %lf %lf %lf", p, p + 1, p + 2, p + 3,
                          p + 4, p + 5, p + 6, p + 7) == 8);
      ends.emplace_back(p[0], p[1]);
      ends.emplace_back(p[6], p[7]);
    }
    for (std::size_t i = 0; i < ends.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        CHECK((std::abs(ends[i].second - ends[k].second) > 1.2 ||
               std::abs(ends[i].first - ends[k].first) > 20));
  }
}

TEST_CASE("boxes and shares never overlap, and stay inside") {
  Rng rng{1};
  for (int trial = 0; trial < 40; ++trial) {
    const auto graph = random_graph(rng, 2 + static_cast<Index>(rng.below(14)));
    const std::string svg = graph.svg();
    REQUIRE(testing::XmlCheck::error(svg) == "");
    // Boxes: rectangles of one size, by their corners.
    const auto rect = svg.find("<rect");
    if (rect == std::string::npos) continue;
    struct Place {
      double x, y;
    };
    std::vector<Place> boxes;
    for (auto at = rect; at != std::string::npos; at = svg.find("<rect", at + 1)) {
      const std::string element = svg.substr(at, svg.find('>', at) - at);
      boxes.push_back(
          {testing::numbers_of(element, "x").at(0), testing::numbers_of(element, "y").at(0)});
      CHECK(boxes.back().x >= 0);
      CHECK(boxes.back().x + testing::numbers_of(element, "width").at(0) <= 980);
    }
    for (std::size_t i = 0; i < boxes.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        CHECK((std::abs(boxes[i].y - boxes[k].y) > 50 || std::abs(boxes[i].x - boxes[k].x) > 60));
    std::vector<Place> shares;
    for (auto at = svg.find("<text"); at != std::string::npos; at = svg.find("<text", at + 1)) {
      const std::string element = svg.substr(at, svg.find('>', at) - at);
      if (element.find("tag") == std::string::npos) continue;
      shares.push_back(
          {testing::numbers_of(element, "x").at(0), testing::numbers_of(element, "y").at(0)});
    }
    for (std::size_t i = 0; i < shares.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        CHECK(
            (std::abs(shares[i].y - shares[k].y) > 17 || std::abs(shares[i].x - shares[k].x) > 24));
  }
}

TEST_CASE("impossible journeys are drawn or refused") {
  CHECK(JourneyGraph{}.svg().find("no data") != std::string::npos);
  JourneyGraph graph{.states = {"a"}};
  CHECK_THROWS_AS(graph.svg(), ShapeError);
  graph.counts.setConstant(1, 1, 4);
  CHECK(testing::XmlCheck::error(graph.svg()) == "");
  graph.counts(0, 0) = -1;
  CHECK_THROWS_AS(graph.svg(), DataError);
  graph.counts(0, 0) = std::nan("");
  CHECK_THROWS_AS(graph.svg(), DataError);
}
