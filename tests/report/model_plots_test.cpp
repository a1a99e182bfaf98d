// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/report/model_plots.hpp>

#include "../support/catch.hpp"
#include "../support/xml.hpp"

using namespace loyal;

namespace {

void check_sound(const Plot& plot) {
  CHECK(testing::XmlCheck::error(plot.svg()) == "");
  CHECK(plot.svg() == plot.svg());
  CHECK(!plot.title.empty());
  CHECK(!plot.caption.empty());
}

}  // namespace

TEST_CASE("training curves") {
  const auto plot = training_plot({0.7, 0.5, std::nan("")}, {0.7, 0.6, 0.65}, 2);
  check_sound(plot);
  CHECK(plot.series[1].x == std::vector<double>{1, 2, 3});
  CHECK(plot.references.at(0).at == 2);
  CHECK(plot.svg().find("best: epoch 2") != std::string::npos);
  CHECK(training_plot({1}).series.size() == 1);
  CHECK_THROWS_AS(training_plot({1, 2}, {1}), ShapeError);
  CHECK_THROWS_AS(training_plot({1, 2}, {}, 3), OptionError);
  CHECK_THROWS_AS(training_plot({1, 2}, {}, -1), OptionError);
  CHECK(training_plot({}).svg().find("no data") != std::string::npos);
}

TEST_CASE("Eigen vectors of float are taken as they are") {
  Vector<float> x(3);
  x << 0, 0.5F, 1;
  Vector<double> y(3);
  y << 0, 0.75, 1;
  check_sound(roc_plot(x, y, 0.625));
  check_sound(gain_plot(x, y));
  check_sound(lift_plot(x, y));
  CHECK(roc_plot(x, y, 0.625).svg().find("AUC 0.625") != std::string::npos);
  CHECK(roc_plot(x, y).svg().find("AUC") == std::string::npos);
  CHECK_THROWS_AS(roc_plot(x, {1}), ShapeError);
}

TEST_CASE("calibration intervals are Wilson's") {
  // 10 of 20: statsmodels' proportion_confint(10, 20, method="wilson") = 0.29929, 0.70071.
  const auto plot = calibration_plot({0.4, 0.9}, {0.5, 1.0}, {20, 10});
  check_sound(plot);
  const auto& whiskers = plot.series.at(1);
  CHECK(whiskers.low[0] == Approx(0.29929).margin(1e-5));
  CHECK(whiskers.y[0] == Approx(0.70071).margin(1e-5));
  // All of 10: n / (n + z^2) and 1.
  CHECK(whiskers.low[1] == Approx(10 / (10 + 3.841458820694124)));
  CHECK(whiskers.y[1] == Approx(1));
  CHECK(calibration_plot({0.4}, {0.5}).series.size() == 2);
  const ReliabilityCurve bins{{0.4, 0.9}, {0.5, 1.0}, {20, 10}};
  CHECK(calibration_plot(bins).svg() == plot.svg());
  CHECK(gain_plot(GainCurve{{0, 0.5, 1}, {0, 0.9, 1}}).svg() ==
        gain_plot({0, 0.5, 1}, {0, 0.9, 1}).svg());
  CHECK_THROWS_AS(calibration_plot({0.4}, {0.5}, {1, 2}), ShapeError);
}

TEST_CASE("the best share of a campaign is marked") {
  const auto plot =
      profit_plot({0, 0.25, 0.5, 1}, {0, 1500, std::nan(""), -100}, {0, 1, 2, 3}, "€");
  check_sound(plot);
  REQUIRE(plot.notes.size() == 1);
  CHECK(plot.notes[0].text == "1.5k\u00A0€ at 25\u00A0%");
  CHECK(profit_plot({}, {}).notes.empty());
  check_sound(profit_plot({}, {}));
}

TEST_CASE("a histogram counts every finite value once") {
  Rng rng{1};
  for (int trial = 0; trial < 200; ++trial) {
    const int bins = 1 + static_cast<int>(rng.below(40));
    std::vector<double> values;
    for (auto n = 1 + rng.below(200); n > 0; --n) values.push_back(std::exp(4 * rng.normal()));
    const double count = static_cast<double>(values.size());
    values.push_back(std::nan(""));
    values.push_back(std::numeric_limits<double>::infinity());
    const auto plot = histogram_plot(values, "x", bins);
    const auto& counts = plot.series[0].y;
    CHECK(counts.size() == static_cast<std::size_t>(bins));
    CHECK(std::accumulate(counts.begin(), counts.end(), 0.0) == count);
  }
  CHECK(histogram_plot({1, 2, 2, 3}, "x", 2).series[0].x == std::vector<double>{1.5, 2.5});
  check_sound(histogram_plot({7, 7}, "x"));
  check_sound(histogram_plot({1e300, -1e300}, "x"));
  check_sound(histogram_plot({}, "x"));
  CHECK_THROWS_AS(histogram_plot({1}, "x", 0), OptionError);
}
