// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <loyal/recommend/bspm.hpp>

#include "../support/catch.hpp"
#include "../support/recommender_contract.hpp"

namespace bspm_tests {

using namespace loyal;

/// The models' scores of all users by dense matrices, with steps of Runge and Kutta as they are taught.
Matrix<double> dense_scores(const Interactions& train, const BSPM<double>::Options& options,
                            const Matrix<double>& v) {
  const Matrix<double> r = train.matrix<double>();
  const Vector<double> users = r.rowwise().sum();
  const RowVector<double> items = r.colwise().sum();
  Matrix<double> a = r;
  Matrix<double> ideal = v * v.transpose();
  for (Index i = 0; i < r.cols(); ++i) {
    for (Index u = 0; u < r.rows(); ++u)
      if (r(u, i) != 0) a(u, i) /= std::sqrt(users[u] * items[i]);
    for (Index j = 0; j < r.cols(); ++j)
      ideal(j, i) =
          items[i] == 0 || items[j] == 0 ? 0 : ideal(j, i) * std::sqrt(items[i] / items[j]);
  }
  const Matrix<double> p = a.transpose() * a;
  Matrix<double> x = r;
  for (int i = 0; i < options.blurring_steps; ++i) {
    const Matrix<double> flow = x * p - x;
    x += options.blurring_time / options.blurring_steps * flow;
  }
  const Matrix<double> low = options.ideal_weight * r * ideal;
  if (options.merge_early) x += low;
  const double h = options.sharpening_time / options.sharpening_steps;
  for (int i = 0; i < options.sharpening_steps; ++i) {
    const Matrix<double> k1 = -x * p;
    const Matrix<double> k2 = -(x + h / 2 * k1) * p;
    const Matrix<double> k3 = -(x + h / 2 * k2) * p;
    const Matrix<double> k4 = -(x + h * k3) * p;
    x += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return options.merge_early ? x : Matrix<double>(x + low);
}

Interactions random_interactions(Index users, Index items, std::uint64_t seed) {
  Rng rng{seed};
  std::vector<Interaction> pairs;
  for (std::int32_t u = 0; u < users; ++u)
    for (std::int32_t i = 0; i < items; ++i)
      if (rng.bernoulli(0.3)) pairs.push_back({u, i, static_cast<float>(1 + rng.below(3))});
  return {users, items, pairs};
}

TEMPLATE_TEST_CASE("BSPM keeps the contract of recommenders", "", float, double) {
  testing::check_recommender([](int threads, std::uint64_t seed) {
    return BSPM<TestType>({.factors = 3, .sharpening_time = 1, .seed = seed, .threads = threads});
  });
}

TEST_CASE("BSPM: scores are the flow written out") {
  Rng rng{3};
  for (int round = 0; round < 12; ++round) {
    const auto train = random_interactions(9, 7, static_cast<std::uint64_t>(round));
    const BSPM<double>::Options options{.factors = 1 + round % 4,
                                        .ideal_weight = rng.uniform(),
                                        .blurring_time = 2 * rng.uniform(),
                                        .blurring_steps = 1 + round % 3,
                                        .sharpening_time = 3 * rng.uniform(),
                                        .sharpening_steps = 1 + round % 2,
                                        .merge_early = round % 2 == 0};
    BSPM<double> model(options);
    model.fit(train);
    const auto expected = dense_scores(train, options, model.vectors());
    const auto scores = testing::all_scores(model);
    CHECK((scores - expected).cwiseAbs().maxCoeff() < 1e-12 * expected.cwiseAbs().maxCoeff());

    INFO("the parts of a score sum to it");
    for (Index item = 0; item < 7; ++item) {
      double sum = 0;
      for (const auto& part : model.explain(model.profile(2), item, 7)) sum += part.score;
      CHECK(sum == Approx(scores(2, item)).epsilon(1e-10).margin(1e-12));
    }
  }
}

TEST_CASE("BSPM: V is the leading eigenvectors of A'A") {
  const auto train = random_interactions(12, 8, 5);
  BSPM<double> model({.factors = 3});
  model.fit(train);
  const auto& v = model.vectors();
  CHECK((v.transpose() * v - Matrix<double>::Identity(3, 3)).cwiseAbs().maxCoeff() < 1e-10);
  // The root of the items' degrees is the first, of eigenvalue 1.
  Vector<double> root = train.matrix<double>().transpose() * Vector<double>::Ones(12);
  root = root.cwiseSqrt().normalized();
  CHECK(std::abs(v.col(0).dot(root)) == Approx(1).epsilon(1e-9));
}

TEST_CASE("BSPM without sharpening and filter is two steps on the graph") {
  const auto train = random_interactions(6, 5, 2);
  BSPM<double> model({.factors = 0, .sharpening_time = 0});
  model.fit(train);
  const auto expected =
      dense_scores(train, model.options(), Matrix<double>(Matrix<double>::Zero(5, 0)));
  CHECK((testing::all_scores(model) - expected).cwiseAbs().maxCoeff() < 1e-14);
}

TEST_CASE("BSPM refuses bad input") {
  using Options = BSPM<float>::Options;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const Options& bad :
       {Options{.factors = -1}, Options{.ideal_weight = -1}, Options{.ideal_weight = nan},
        Options{.blurring_time = -1}, Options{.blurring_steps = 0}, Options{.sharpening_time = nan},
        Options{.sharpening_steps = 0}, Options{.threads = -1}})
    CHECK_THROWS_AS(BSPM<float>(bad), OptionError);
  BSPM<float> model;
  const std::vector<Interaction> negative{{0, 0, -1.0F}};
  CHECK_THROWS_WITH(model.fit(Interactions(1, 1, negative)),
                    ContainsSubstring("user 0, item 0 is -1"));
  CHECK_THROWS_AS(model.train().items_of(0), DataError);
}

}  // namespace bspm_tests
