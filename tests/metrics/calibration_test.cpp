// SPDX-License-Identifier: MIT
#include <cmath>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/metrics/calibration.hpp>

#include "../support/catch.hpp"
#include "../support/scored_sample.hpp"

using namespace loyal;
using loyal::testing::scored_sample;

TEST_CASE("reliability_curve: agrees with scikit-learn 1.2.1's calibration_curve") {
  const auto [y, s, w] = scored_sample();
  const auto curve = reliability_curve(y, s, {.bins = 7});
  const std::vector<double> observed{0.0, 0.8571428571428571, 0.0, 0.4, 0.2, 1.0};
  const std::vector<double> predicted{
      0.1, 0.19785714285714287, 0.36333333333333334, 0.5093333333333334, 0.62, 0.9};
  REQUIRE(curve.observed.size() == observed.size());
  double error = 0;
  double largest = 0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    CHECK(curve.observed[i] == Approx(observed[i]).epsilon(1e-13));
    CHECK(curve.predicted[i] == Approx(predicted[i]).epsilon(1e-13));
    largest = std::max(largest, std::abs(observed[i] - predicted[i]));
    error += curve.weight[i] / 40 * std::abs(observed[i] - predicted[i]);
  }
  CHECK(curve.expected_error() == Approx(error));
  CHECK(expected_calibration_error(y, s, {.bins = 7}) == Approx(error));
  CHECK(curve.maximum_error() == Approx(largest));
}

TEST_CASE("reliability_curve: any bins account for every sample") {
  Rng rng{2};
  for (int round = 0; round < 50; ++round) {
    const int n = 1 + static_cast<int>(rng.below(300));
    std::vector<int> y;
    std::vector<double> p;
    std::vector<double> w;
    double weight = 0;
    double positives = 0;
    double sum = 0;
    for (int i = 0; i < n; ++i) {
      p.push_back(rng.bernoulli(0.3) ? 0.25 : rng.uniform());
      y.push_back(rng.bernoulli(p.back()) ? 1 : 0);
      w.push_back(rng.uniform(0.5, 1.5));
      weight += w.back();
      positives += w.back() * y.back();
      sum += w.back() * p.back();
    }
    for (const auto binning : {Binning::equal_width, Binning::equal_count}) {
      const int bins = 1 + round % 12;
      const auto curve = reliability_curve(y, p, {.bins = bins, .binning = binning}, w);
      CHECK(static_cast<int>(curve.weight.size()) <= bins);
      double a = 0;
      double b = 0;
      double c = 0;
      for (std::size_t i = 0; i < curve.weight.size(); ++i) {
        a += curve.weight[i];
        b += curve.weight[i] * curve.observed[i];
        c += curve.weight[i] * curve.predicted[i];
        if (i > 0) CHECK(curve.predicted[i] > curve.predicted[i - 1]);
      }
      CHECK(a == Approx(weight));
      CHECK(b == Approx(positives));
      CHECK(c == Approx(sum));
      if (bins == 1) CHECK(curve.expected_error() == Approx(std::abs(b - c) / a));
    }
  }
}

TEST_CASE("reliability_curve: equal count gives bins of equal size when nothing ties") {
  Rng rng{3};
  std::vector<double> p(1000);
  std::vector<int> y(1000, 1);
  for (double& x : p) x = rng.uniform();
  const auto curve = reliability_curve(y, p, {.bins = 8, .binning = Binning::equal_count});
  REQUIRE(curve.weight.size() == 8);
  for (const double w : curve.weight) CHECK(w == 125);
}

TEST_CASE("reliability_curve: the ends") {
  const auto curve = reliability_curve({0, 1, 1}, {0.0, 1.0, 0.999}, {.bins = 10});
  REQUIRE(curve.weight == std::vector<double>{1, 2});
  CHECK(curve.predicted[0] == 0);
  CHECK(curve.expected_error() == Approx(0.001 / 3));
  CHECK_THROWS_AS(reliability_curve({0}, {0.5}, {.bins = 0}), OptionError);
  CHECK_THROWS_AS(reliability_curve({}, {}), DataError);
  CHECK_THROWS_AS(reliability_curve({0}, {1.5}), DataError);
  CHECK_THROWS_AS(reliability_curve({3}, {0.5}), DataError);
  CHECK_THROWS_AS(reliability_curve({0, 1}, {0.5}), ShapeError);
}

TEST_CASE("calibration_line: finds how probabilities were bent") {
  Rng rng{4};
  std::vector<int> y;
  std::vector<double> straight;
  std::vector<double> bent;
  for (int i = 0; i < 200000; ++i) {
    const double z = rng.normal(-0.5, 1.5);
    y.push_back(rng.bernoulli(sigmoid(z)) ? 1 : 0);
    straight.push_back(sigmoid(z));
    bent.push_back(sigmoid(2 * z + 1));  // z = (logit - 1) / 2
  }
  const auto a = calibration_line(y, straight);
  CHECK(a.slope == Approx(1).margin(0.02));
  CHECK(a.intercept == Approx(0).margin(0.02));
  const auto b = calibration_line(y, bent);
  CHECK(b.slope == Approx(0.5).margin(0.01));
  CHECK(b.intercept == Approx(-0.5).margin(0.02));
  CHECK(b.slope * 2 == Approx(a.slope).epsilon(1e-6));  // the same likelihood, other units
}

TEST_CASE("calibration_line: extremes stay finite, one class is refused") {
  const auto line = calibration_line({0, 1, 0, 1}, {0.0, 1.0, 1.0, 0.0});
  CHECK(std::isfinite(line.slope));
  CHECK(line.slope == Approx(0).margin(1e-9));
  const auto separated = calibration_line({0, 0, 1, 1}, {0.1, 0.2, 0.8, 0.9});
  CHECK(std::isfinite(separated.slope));
  CHECK(separated.slope > 5);
  const auto constant = calibration_line({0, 0, 1, 0}, {0.1, 0.1, 0.1, 0.1});
  CHECK(constant.slope == 0);
  CHECK(sigmoid(constant.intercept) == Approx(0.25));
  CHECK_THROWS_AS(calibration_line({1, 1}, {0.5, 0.6}), DataError);
  CHECK_THROWS_AS(calibration_line({0, 1}, {0.5, 0.6}, {1, 0}), DataError);
}
