// SPDX-License-Identifier: MIT
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/recommend/gf_cf.hpp>

#include "../support/catch.hpp"
#include "../support/random_interactions.hpp"
#include "../support/recommender_contract.hpp"

using loyal::GFCF;
using loyal::Index;

TEMPLATE_TEST_CASE("GFCF keeps the contract of recommenders", "[recommend]", float, double) {
  loyal::testing::check_recommender([](int threads, std::uint64_t seed) {
    return GFCF<TestType>({.factors = 3, .seed = seed, .threads = threads});
  });
}

TEMPLATE_TEST_CASE("GFCF equals the dense computation", "[recommend]", float, double) {
  using T = TestType;
  loyal::Rng rng{2};
  for (const double alpha : {0.0, 0.3, 2.0})
    for (const Index factors : {1, 4, 100}) {
      const auto data = loyal::testing::random_interactions(50, 26, 0.15, rng, 3);
      GFCF<T> model({.factors = factors, .low_pass = alpha});
      model.fit(data);
      const Eigen::MatrixXd x = data.matrix<double>().toDense();
      const auto power = [](const Eigen::VectorXd& sums, double p) {
        Eigen::VectorXd d(sums.size());
        for (Index i = 0; i < d.size(); ++i) d[i] = sums[i] > 0 ? std::pow(sums[i], p) : 0;
        return d;
      };
      const Eigen::VectorXd users = x.rowwise().sum();
      const Eigen::VectorXd items = x.colwise().sum().transpose();
      const Eigen::MatrixXd n =
          power(users, -0.5).asDiagonal() * x * power(items, -0.5).asDiagonal();
      const Eigen::JacobiSVD<Eigen::MatrixXd> svd(n, Eigen::ComputeThinV);
      const Eigen::MatrixXd v = svd.matrixV().leftCols(std::min<Index>(factors, 26));
      const Eigen::MatrixXd w = n.transpose() * n + alpha * power(items, -0.5).asDiagonal() * v *
                                                        v.transpose() *
                                                        power(items, 0.5).asDiagonal();
      const Eigen::MatrixXd truth = x * w;
      for (Index u = 0; u < 50; ++u) {
        const auto profile = model.profile(u);
        for (Index i = 0; i < 26; ++i) {
          CHECK(double(model.score(u, i)) ==
                Approx(truth(u, i)).margin(sizeof(T) == 4 ? 2e-3 : 1e-6));
          if (u % 7 != 0) continue;
          double reasons = 0;
          for (const auto& reason : model.explain(profile, i, 100)) reasons += double(reason.score);
          CHECK(reasons == Approx(double(model.score(u, i))).margin(1e-4));
        }
      }
    }
}

TEST_CASE("GFCF: negative values and options outside their domain", "[recommend]") {
  const std::vector<loyal::Interaction> pairs{{0, 0, -1}};
  CHECK_THROWS_AS(GFCF<float>().fit(loyal::Interactions(1, 1, pairs)), loyal::DataError);
  CHECK_THROWS_AS(GFCF<float>({.factors = 0}), loyal::OptionError);
  CHECK_THROWS_AS(GFCF<float>({.low_pass = -1}), loyal::OptionError);
  CHECK_THROWS_AS(GFCF<float>({.tolerance = -1}), loyal::OptionError);
}
