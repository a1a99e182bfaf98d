// SPDX-License-Identifier: MIT
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/metrics/gain.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("gain: a small table by hand") {
  // Scores 0.9 | 0.7 0.7 | 0.2 with positives 1 | 1 of 2 | 0.
  const std::vector<int> y{1, 0, 1, 0};
  const std::vector<double> s{0.9, 0.7, 0.7, 0.2};
  const auto curve = gain_curve(y, s);
  CHECK(curve.contacted == std::vector<double>{0, 0.25, 0.75, 1});
  CHECK(curve.gain == std::vector<double>{0, 0.5, 1, 1});
  CHECK(curve.at(0) == 0);
  CHECK(curve.at(0.5) == 0.75);  // half of the tied pair: half of its one positive
  CHECK(curve.at(1) == 1);
  const auto lift = lift_curve(y, s);
  CHECK(lift.contacted == std::vector<double>{0.25, 0.75, 1});
  CHECK(lift.lift[0] == 2);
  CHECK(lift.lift.back() == 1);
  CHECK(lift_at(y, s, 0.5) == 1.5);
  CHECK_THROWS_AS(lift_at(y, s, 0), OptionError);
  CHECK_THROWS_AS(lift_at(y, s, 1.1), OptionError);
  CHECK_THROWS_AS(curve.at(-0.1), OptionError);
}

TEST_CASE("gain: ties count as the mean over random orders of the tied") {
  Rng rng{12};
  std::vector<int> y;
  std::vector<double> s;
  for (int i = 0; i < 30; ++i) {
    y.push_back(rng.bernoulli(0.4) ? 1 : 0);
    s.push_back(static_cast<double>(rng.below(4)));
  }
  y[0] = 1;
  double mean = 0;
  const int rounds = 20000;
  for (int r = 0; r < rounds; ++r) {
    std::vector<double> broken = s;
    for (double& x : broken) x += 0.5 * rng.uniform();
    mean += gain_curve(y, broken).at(0.3) / rounds;
  }
  CHECK(gain_curve(y, s).at(0.3) == Approx(mean).margin(0.005));
}

TEST_CASE("gain: area of the curve and AUC tell the same story") {
  // With P positives among n: area = P / (2 n) + (1 - P / n) AUC.
  Rng rng{13};
  std::vector<int> y;
  std::vector<double> s;
  std::vector<double> w;
  double positives = 0;
  double total = 0;
  for (int i = 0; i < 400; ++i) {
    y.push_back(rng.bernoulli(0.3) ? 1 : 0);
    s.push_back(static_cast<double>(rng.below(50)) + 10 * y.back());
    w.push_back(rng.bernoulli(0.1) ? 0 : rng.uniform(0.5, 2.0));
    positives += y.back() * w.back();
    total += w.back();
  }
  const auto curve = gain_curve(y, s, w);
  double area = 0;
  for (std::size_t i = 1; i < curve.gain.size(); ++i)
    area += (curve.contacted[i] - curve.contacted[i - 1]) * (curve.gain[i] + curve.gain[i - 1]) / 2;
  const double share = positives / total;
  CHECK(area == Approx(share / 2 + (1 - share) * roc_auc(y, s, w)));
  CHECK(gini(y, s, w) == Approx(2 * roc_auc(y, s, w) - 1));
}

TEST_CASE("gain: bad input") {
  CHECK_THROWS_AS(gain_curve({}, {}), DataError);
  CHECK_THROWS_AS(gain_curve({0, 0}, {1, 2}), DataError);
  CHECK_THROWS_AS(lift_at({0, 1}, {1}, 0.5), ShapeError);
  CHECK(gain_curve({1}, {5}).at(0.5) == 0.5);
}
