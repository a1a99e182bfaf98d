// SPDX-License-Identifier: MIT
#include <cmath>
#include <string>
#include <vector>

#include <loyal/report/behavior_plots.hpp>

#include "../support/catch.hpp"
#include "../support/random_log.hpp"
#include "../support/xml.hpp"

using namespace loyal;
using testing::count_of;

TEST_CASE("all figures of a log are sound, also of a single event") {
  Rng rng{1};
  auto large = testing::random_log(rng, 400, 300 * day);
  EventLog one;
  one.add("anna", 0, "visit");
  one.kinds().add("lesson");
  for (const auto* log : {&large, &one}) {
    const auto known = log->before(log->last_time() + 1);
    const auto table = cohort_table(known);
    const auto active = active_users(known);
    const auto chain = MarkovChain({"a", "b"}, Matrix<double>::Zero(2, 2));
    for (const std::string& svg :
         {cohort_heat_map(table).svg(), retention_plot({"all"}, {table.curve()}).svg(),
          active_users_plot(active).svg(), stickiness_plot(active).svg(),
          growth_plot(growth_accounting(known)).svg(),
          funnel_chart(funnel(known, {.steps = {"visit", "lesson"}})).svg(),
          journey_graph(chain).svg(), step_matrix_map(step_matrix(known)).svg()})
      CHECK(testing::XmlCheck::error(svg) == "");
  }
}

TEST_CASE("cells that are not over are outlined, trivial columns left out") {
  CohortTable table;
  table.names = {"2024-01", "2024-02"};
  table.size.setConstant(2, 3);
  table.retained.resize(2, 3);
  table.retained << 3, 2, 1, 3, 1, std::nan("");
  const auto map = cohort_heat_map(table);
  CHECK(map.columns == std::vector<std::string>{"1", "2"});
  CHECK(map.rows[0] == "2024-01 \u00B7 3");
  const std::string svg = map.svg();
  CHECK(count_of(svg, "class=\"cell\"") == 3);
  CHECK(count_of(svg, "class=\"unknown\"") == 1);
  CHECK(svg.find("not over yet") != std::string::npos);
  table.retained(0, 0) = 2;
  CHECK(cohort_heat_map(table).columns.size() == 3);
  CHECK(cohort_heat_map(table, "month", 1).rows.size() == 1);
  CHECK_THROWS_AS(retention_plot({"a", "b"}, {table.curve()}), ShapeError);
}

TEST_CASE("growth is stacked: gains up to the active users, losses below zero") {
  GrowthAccounting g;
  g.names = {"1", "2"};
  g.joined = Eigen::Vector2d(5, 1);
  g.retained = Eigen::Vector2d(0, 3);
  g.resurrected = Eigen::Vector2d(0, 2);
  g.churned = Eigen::Vector2d(0, 2);
  g.active = g.joined + g.retained + g.resurrected;
  const auto plot = growth_plot(g);
  REQUIRE(plot.series.size() == 4);
  CHECK(plot.series[2].y == std::vector<double>{5, 6});
  CHECK(plot.series[2].low == std::vector<double>{0, 5});
  CHECK(plot.series[3].low == std::vector<double>{0, -2});
  const std::string svg = plot.svg();
  CHECK(testing::XmlCheck::error(svg) == "");
  CHECK(svg.find("<title>new\n2\nusers: 1</title>") != std::string::npos);
}

TEST_CASE("what leads to a goal") {
  Matrix<double> counts = Matrix<double>::Zero(6, 6);
  counts(0, 1) = 3;  // half of the threes go on, all of the ones
  counts(0, 2) = 1;
  counts(1, 3) = counts(1, 5) = 1.5;
  counts(2, 3) = 1;
  counts(3, 4) = 2.5;
  const auto chart =
      attribution_chart({{"(start)", "view", "ad", "buy", "(goal)", "(left)"}, counts});
  CHECK(chart.names == std::vector<std::string>{"view", "ad"});
  CHECK(chart.values[0] == Approx(0.6));
  CHECK(chart.values[1] == Approx(0.4));
  CHECK_THROWS_AS(attribution_chart({{"a"}, Matrix<double>::Zero(1, 1)}), DataError);
}

TEMPLATE_TEST_CASE("segments: profiles in deviations, tables in the features' units", "", float,
                   double) {
  FeatureMatrix<TestType> x{Matrix<TestType>(4, 2), {"visits", "same"}, {0, 1, 2, 3}};
  x.values << 1, 7, 3, 7, 9, 7, 11, 7;
  const auto map = segment_profile_map(x, {0, 0, 1, 1}, {"few", "many"});
  const double deviation = std::sqrt((25 + 9 + 9 + 25) / 4.0);
  CHECK(map.values(0, 0) == Approx(-4 / deviation));
  CHECK(map.values(1, 0) == Approx(4 / deviation));
  CHECK(map.values(1, 1) == 0);
  CHECK(map.rows[1] == "many \u00B7 2");
  const auto table = segment_table(x, {0, 0, 1, 1}, {"few", "many"});
  CHECK(table.columns[2].keys == std::vector<double>{2, 10});
  CHECK(testing::XmlCheck::error(segment_profile_map(x, {0, 0, 0, 0}, {"all", "none"}).svg()) ==
        "");
  CHECK_THROWS_AS(segment_profile_map(x, {0, 0, 2, 1}, {"few", "many"}), DataError);
  CHECK_THROWS_AS(segment_profile_map(x, {0}, {"few"}), ShapeError);
  CHECK_THROWS_AS(segment_table(x, {0, 0, -1, 1}, {"few", "many"}), DataError);
}

TEST_CASE("distributions gather their tail") {
  std::vector<double> values;
  for (int i = 1; i <= 200; ++i) values.push_back(i);
  values.push_back(1e6);
  const auto plot = distribution_plot(values, "value", 10);
  CHECK(plot.references[0].at == 101);
  double sum = 0;
  for (const double count : plot.series[0].y) sum += count;
  CHECK(sum == 201);
  CHECK(plot.series[0].x.back() < 250);
  CHECK(testing::XmlCheck::error(distribution_plot({}, "nothing").svg()) == "");
  CHECK(testing::XmlCheck::error(distribution_plot({NAN, 3}, "one").svg()) == "");
}
