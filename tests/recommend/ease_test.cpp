// SPDX-License-Identifier: MIT
#include <Eigen/Dense>
#include <cmath>
#include <cstdint>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/recommend/ease.hpp>

#include "../support/catch.hpp"
#include "../support/random_interactions.hpp"
#include "../support/recommender_contract.hpp"

using loyal::EASE;
using loyal::Index;

TEMPLATE_TEST_CASE("EASE keeps the contract of recommenders", "[recommend]", float, double) {
  loyal::testing::check_recommender(
      [](int threads, std::uint64_t) {
        return EASE<TestType>({.regularization = 3, .threads = threads});
      },
      {.random = false});
}

TEMPLATE_TEST_CASE("EASE: each column is the ridge regression of an item on all others",
                   "[recommend]", float, double) {
  using T = TestType;
  loyal::Rng rng{2};
  for (const double l : {0.5, 20.0})
    for (const Index items : {1, 2, 17, 40}) {
      const auto data = loyal::testing::random_interactions(60, items, 0.2, rng, 3);
      EASE<T> model({.regularization = l});
      model.fit(data);
      const Eigen::MatrixXd x = data.matrix<double>().toDense();
      for (Index i = 0; i < items; ++i) {
        Eigen::MatrixXd others = x;
        others.col(i).setZero();
        Eigen::MatrixXd normal = others.transpose() * others;
        normal.diagonal().array() += l;
        const Eigen::VectorXd w = normal.ldlt().solve(others.transpose() * x.col(i));
        for (Index j = 0; j < items; ++j)
          CHECK(double(model.weights()(j, i)) ==
                Approx(j == i ? 0 : w[j]).margin(sizeof(T) == 4 ? 1e-4 : 1e-10));
      }
      for (Index u = 0; u < 10; ++u) {
        const Index i = static_cast<Index>(rng.below(static_cast<std::uint64_t>(items)));
        double reasons = 0;
        for (const auto& reason : model.explain(model.profile(u), i, 100))
          reasons += double(reason.score);
        CHECK(reasons == Approx(double(model.score(u, i))).margin(1e-5));
        CHECK(reasons ==
              Approx(x.row(u).dot(model.weights().template cast<double>().col(i))).margin(1e-5));
      }
    }
}

TEST_CASE("EASE: options and singular systems", "[recommend]") {
  CHECK_THROWS_AS(EASE<float>({.regularization = 0}), loyal::OptionError);
  CHECK_THROWS_AS(EASE<float>({.regularization = std::nan("")}), loyal::OptionError);
  // Two equal items whose squares swallow the regularization.
  const std::vector<loyal::Interaction> pairs{{0, 0, 1e6F}, {0, 1, 1e6F}};
  EASE<float> model({.regularization = 1e-3});
  CHECK_THROWS_AS(model.fit(loyal::Interactions(1, 2, pairs)), loyal::DataError);
  CHECK(model.train().items() == 0);
}
