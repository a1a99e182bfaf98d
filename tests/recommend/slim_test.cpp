// SPDX-License-Identifier: MIT
#include <Eigen/Dense>
#include <cmath>
#include <cstdint>

#include <loyal/core/random.hpp>
#include <loyal/recommend/slim.hpp>

#include "../support/catch.hpp"
#include "../support/random_interactions.hpp"
#include "../support/recommender_contract.hpp"

using loyal::Index;
using loyal::SLIM;

TEMPLATE_TEST_CASE("SLIM keeps the contract of recommenders", "[recommend]", float, double) {
  loyal::testing::check_recommender(
      [](int threads, std::uint64_t) {
        return SLIM<TestType>({.l1 = 0.2, .l2 = 2, .threads = threads});
      },
      {.random = false});
}

TEMPLATE_TEST_CASE("SLIM meets the optimality conditions of its elastic net", "[recommend]", float,
                   double) {
  using T = TestType;
  loyal::Rng rng{5};
  const double slack = sizeof(T) == 4 ? 2e-3 : 1e-6;
  for (const bool nonnegative : {true, false})
    for (const double l1 : {0.0, 0.5, 4.0})
      for (const double l2 : {0.5, 10.0}) {
        const auto data = loyal::testing::random_interactions(60, 24, 0.25, rng, 2);
        SLIM<T> model({.l1 = l1,
                       .l2 = l2,
                       .nonnegative = nonnegative,
                       .neighbors = 0,
                       .tolerance = sizeof(T) == 4 ? 1e-6 : 1e-10,
                       .passes = 5000});
        model.fit(data);
        CHECK(model.converged());
        const Eigen::MatrixXd x = data.matrix<double>().toDense();
        Eigen::MatrixXd w(24, 24);
        for (Index j = 0; j < 24; ++j)
          for (Index i = 0; i < 24; ++i) w(j, i) = double(model.weights().coeff(j, i));
        const Eigen::MatrixXd fit = x.transpose() * (x - x * w) - l2 * w;  // -gradient without l1
        int zeros = 0;
        for (Index i = 0; i < 24; ++i)
          for (Index j = 0; j < 24; ++j) {
            if (i == j) {
              CHECK(w(j, i) == 0);
            } else if (w(j, i) > 0) {
              CHECK(fit(j, i) == Approx(l1).margin(slack));
            } else if (w(j, i) < 0) {
              CHECK_FALSE(nonnegative);
              CHECK(fit(j, i) == Approx(-l1).margin(slack));
            } else {
              ++zeros;
              CHECK((nonnegative ? fit(j, i) : std::abs(fit(j, i))) <= l1 + slack);
            }
          }
        if (l1 == 4) CHECK(zeros > 100);  // it selects
      }
}

TEST_CASE("SLIM: few neighbors, few passes, options outside their domain", "[recommend]") {
  loyal::Rng rng{6};
  const auto data = loyal::testing::random_interactions(60, 24, 0.25, rng);
  SLIM<double> few({.l1 = 0.1, .neighbors = 3});
  few.fit(data);
  for (Index i = 0; i < 24; ++i) {
    int count = 0;
    for (Index j = 0; j < 24; ++j) count += few.weights().coeff(j, i) != 0 ? 1 : 0;
    CHECK(count <= 3);
  }
  SLIM<double> hasty({.l1 = 0, .tolerance = 1e-12, .passes = 1});
  hasty.fit(data);
  CHECK_FALSE(hasty.converged());
  CHECK_THROWS_AS(SLIM<float>({.l1 = -1}), loyal::OptionError);
  CHECK_THROWS_AS(SLIM<float>({.l2 = 0}), loyal::OptionError);
  CHECK_THROWS_AS(SLIM<float>({.neighbors = -1}), loyal::OptionError);
  CHECK_THROWS_AS(SLIM<float>({.tolerance = 0}), loyal::OptionError);
  CHECK_THROWS_AS(SLIM<float>({.passes = 0}), loyal::OptionError);
}
