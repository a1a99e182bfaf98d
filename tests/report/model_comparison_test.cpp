// SPDX-License-Identifier: MIT
#include <cmath>
#include <string>
#include <vector>

#include <loyal/report/model_comparison.hpp>

#include "../support/catch.hpp"
#include "../support/xml.hpp"

namespace model_comparison_tests {

using namespace loyal;

Vector<double> of(double a, double b, double c, double d) {
  Vector<double> v(4);
  v << a, b, c, d;
  return v;
}

TEST_CASE("models compared: each figure is that of its metric, scores have no log loss") {
  const std::vector<int> labels{0, 1, 0, 1};
  const std::vector<ModelScores> models{{"<age>", of(30, 20, 10, 40), false},
                                        {"model", of(0.2, 0.9, 0.1, 0.6)}};
  const auto table = comparison_table(labels, models);
  CHECK(table.columns[0].cells == std::vector<std::string>{"<age>", "model"});
  CHECK(table.columns[1].keys == std::vector<double>{0.75, 1});
  CHECK(std::isnan(table.columns[2].keys[0]));
  CHECK(table.columns[2].keys[1] ==
        Approx(-(std::log(0.8) + std::log(0.9) + std::log(0.9) + std::log(0.6)) / 4));
  CHECK(table.columns[3].keys[1] == expected_calibration_error(labels, models[1].scores));
  CHECK(testing::XmlCheck::error(table.html()) == "");

  const auto plot = comparison_plot(labels, models);
  REQUIRE(plot.series.size() == 3);
  CHECK(plot.series[0].name == "<age>, AUC 0.75");
  CHECK(plot.series[1].name == "model, AUC 1");
  CHECK(plot.series[1].x == roc_curve(labels, models[1].scores).false_positive_rate);
  CHECK(plot.series[2].name == "guessing");
  CHECK(testing::XmlCheck::error(plot.svg()) == "");
}

TEST_CASE("models compared: none, and impossible ones") {
  CHECK(comparison_table({0, 1}, {}).rows() == 0);
  CHECK(comparison_plot({0, 1}, std::vector<ModelScores>{}).series.size() == 1);
  CHECK_THROWS_AS(comparison_table({0, 1}, {{"a", of(1, 1, 1, 1)}}), ShapeError);
  CHECK_THROWS_AS(comparison_plot({0, 0, 0, 0}, {{"a", of(1, 1, 1, 1)}}), DataError);
  CHECK_THROWS_AS(comparison_table({0, 1, 0, 1}, {{"a", of(2, 1, 1, 1)}}), DataError);
}

}  // namespace model_comparison_tests
