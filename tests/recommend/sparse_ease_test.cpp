// SPDX-License-Identifier: MIT
#include <Eigen/Dense>
#include <cmath>
#include <cstdint>

#include <loyal/core/random.hpp>
#include <loyal/recommend/ease.hpp>
#include <loyal/recommend/sparse_ease.hpp>

#include "../support/catch.hpp"
#include "../support/random_interactions.hpp"
#include "../support/recommender_contract.hpp"

using loyal::Index;
using loyal::SparseEASE;

TEMPLATE_TEST_CASE("SparseEASE keeps the contract of recommenders", "[recommend]", float, double) {
  loyal::testing::check_recommender(
      [](int threads, std::uint64_t) {
        return SparseEASE<TestType>({.regularization = 3, .neighbors = 10, .threads = threads});
      },
      {.random = false});
}

TEMPLATE_TEST_CASE("SparseEASE of all items is EASE", "[recommend]", float, double) {
  using T = TestType;
  loyal::Rng rng{2};
  const auto data = loyal::testing::random_interactions(80, 30, 0.3, rng, 3);
  loyal::EASE<double> dense({.regularization = 5});
  dense.fit(data);
  for (const Index neighbors : {0, 29, 1000}) {
    SparseEASE<T> sparse({.regularization = 5, .neighbors = neighbors, .tolerance = 1e-6});
    sparse.fit(data);
    for (Index j = 0; j < 30; ++j)
      for (Index i = 0; i < 30; ++i)
        CHECK(double(sparse.weights().coeff(j, i)) == Approx(dense.weights()(j, i)).margin(2e-5));
  }
}

TEST_CASE("SparseEASE: a column is the ridge regression on its neighbors", "[recommend]") {
  loyal::Rng rng{3};
  const auto data = loyal::testing::random_interactions(50, 25, 0.2, rng);
  const double l = 2;
  SparseEASE<double> model({.regularization = l, .neighbors = 6, .tolerance = 1e-10});
  model.fit(data);
  const Eigen::MatrixXd x = data.matrix<double>().toDense();
  const Eigen::MatrixXd gram = x.transpose() * x;
  for (Index i = 0; i < 25; ++i) {
    Eigen::VectorXd chosen = Eigen::VectorXd::Zero(25);
    double worst = 1e300;
    for (Index j = 0; j < 25; ++j) {
      if (model.weights().coeff(j, i) == 0) continue;
      chosen[j] = 1;
      worst = std::min(worst, gram(i, j) * gram(i, j) / (gram(j, j) + l));
    }
    CHECK(chosen.sum() <= 6);
    for (Index j = 0; j < 25; ++j)  // none that is left out would explain more alone
      if (j != i && chosen[j] == 0 && chosen.sum() == 6)
        CHECK(gram(i, j) * gram(i, j) / (gram(j, j) + l) <= worst + 1e-9);
    Eigen::MatrixXd some = x * chosen.asDiagonal();
    Eigen::MatrixXd normal = some.transpose() * some;
    normal.diagonal().array() += l;
    const Eigen::VectorXd w = normal.ldlt().solve(some.transpose() * x.col(i));
    for (Index j = 0; j < 25; ++j) CHECK(model.weights().coeff(j, i) == Approx(w[j]).margin(1e-8));
  }
}

TEST_CASE("SparseEASE: options outside their domain", "[recommend]") {
  CHECK_THROWS_AS(SparseEASE<float>({.regularization = 0}), loyal::OptionError);
  CHECK_THROWS_AS(SparseEASE<float>({.neighbors = -1}), loyal::OptionError);
  CHECK_THROWS_AS(SparseEASE<float>({.tolerance = 0}), loyal::OptionError);
}
