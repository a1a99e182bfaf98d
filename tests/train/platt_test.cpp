// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/train/platt.hpp>

#include "../support/catch.hpp"
#include "../support/scored_sample.hpp"

using namespace loyal;
using loyal::testing::scored_sample;

TEST_CASE("platt: agrees with scikit-learn 1.2.1's _sigmoid_calibration on scores 4 s - 2") {
  auto [y, s, w] = scored_sample();
  for (double& x : s) x = 4 * x - 2;
  PlattScaling platt;
  platt.fit(s, y);
  CHECK(platt.slope() == Approx(-0.37880517697661065).epsilon(2e-5));  // its sign is turned
  CHECK(platt.intercept() == Approx(-0.03190541809578928).epsilon(2e-4));
  platt.fit(s, y, w);
  CHECK(platt.slope() == Approx(-0.4596041615440469).epsilon(2e-5));
  CHECK(platt.intercept() == Approx(-0.008560304031869723).epsilon(2e-3));
}

TEST_CASE("platt: the gradient of the likelihood is zero at the fit") {
  Rng rng{21};
  for (const double scale : {1e-6, 1.0, 1e6})
    for (const double shift : {0.0, 1e3}) {
      std::vector<double> s;
      std::vector<int> y;
      double positives = 0;
      for (int i = 0; i < 300; ++i) {
        const double z = rng.normal();
        y.push_back(rng.bernoulli(sigmoid(2 * z - 1)) ? 1 : 0);
        s.push_back(scale * (z + shift));
        positives += y.back();
      }
      PlattScaling platt;
      platt.fit(s, y);
      double by_slope = 0;
      double by_intercept = 0;
      for (std::size_t i = 0; i < s.size(); ++i) {
        const double t = y[i] == 1 ? (positives + 1) / (positives + 2) : 1 / (302 - positives);
        const double error = platt.predict_proba(s[i]) - t;
        by_intercept += error;
        by_slope += error * (s[i] / scale - shift);
      }
      CHECK(std::abs(by_intercept) < 1e-5);
      CHECK(std::abs(by_slope) < 1e-5);
      CHECK(platt.slope() * scale == Approx(2).margin(0.6));
    }
}

TEST_CASE("platt: separable scores do not become certain; few samples stay modest") {
  PlattScaling platt;
  platt.fit({-3, -2, 2, 3}, {0, 0, 1, 1});
  CHECK(platt.predict_proba(3.0) < 0.9);
  CHECK(platt.predict_proba(3.0) > 0.6);
  platt.fit({1, 1, 1, 1}, {0, 0, 0, 1});
  CHECK(platt.slope() == 0);
  CHECK(platt.predict_proba(1.0) == Approx((2.0 / 3 + 3 * 0.2) / 4));
  const Vector<float> many = Vector<float>::Ones(3);
  CHECK(platt.predict_proba(many).isApproxToConstant(platt.predict_proba(1.0)));
}

TEST_CASE("platt: bad input leaves the old fit") {
  PlattScaling platt;
  CHECK_THROWS_AS(platt.predict_proba(0.0), NotFitted);
  platt.fit({0, 1, 2, 3}, {0, 1, 0, 1});
  const PlattScaling before = platt;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(platt.fit({}, {}), DataError);
  CHECK_THROWS_AS(platt.fit({0, 1}, {0}), ShapeError);
  CHECK_THROWS_AS(platt.fit({0, nan}, {0, 1}), DataError);
  CHECK_THROWS_AS(platt.fit({0, 1}, {0, 0.5}), DataError);
  CHECK_THROWS_AS(platt.fit({0, 1}, {1, 1}), DataError);
  CHECK_THROWS_AS(platt.fit({0, 1}, {0, 1}, {1, 0}), DataError);
  CHECK(platt == before);
  CHECK(count_parameters(platt, true) == 2);
  CHECK(count_parameters(platt) == 0);
}
