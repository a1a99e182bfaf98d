// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/recommend/item_knn.hpp>
#include <loyal/recommend/user_knn.hpp>

#include "../support/catch.hpp"
#include "../support/random_interactions.hpp"
#include "../support/recommender_contract.hpp"

using loyal::Index;
using loyal::RowMeasure;
using loyal::UserKNN;

TEMPLATE_TEST_CASE("UserKNN keeps the contract of recommenders", "[recommend]", float, double) {
  loyal::testing::check_recommender(
      [](int, std::uint64_t) { return UserKNN<TestType>({.neighbors = 8}); }, {.random = false});
}

TEMPLATE_TEST_CASE("UserKNN equals comparing all pairs of users", "[recommend]", float, double) {
  using T = TestType;
  loyal::Rng rng{4};
  for (const auto measure : {RowMeasure::cosine, RowMeasure::jaccard, RowMeasure::tf_idf,
                             RowMeasure::bm25, RowMeasure::graph}) {
    const auto data = loyal::testing::random_interactions(30, 20, 0.25, rng, 4);
    const Index k = 6;
    UserKNN<T> model({.neighbors = k, .measure = measure, .shrinkage = 1});
    model.fit(data);
    // The similarities of users are those of the items of the transposed data, whose test has its own truth.
    loyal::ItemKNN<double> turned({.neighbors = 30, .measure = measure, .shrinkage = 1});
    turned.fit(data.transposed());
    const loyal::Matrix<double> x = data.matrix<double>().toDense();
    for (Index u = 0; u < 30; ++u) {
      const auto profile = model.profile(u);
      // All others, and the user themself.
      std::vector<std::pair<double, Index>> near;
      for (Index v = 0; v < 30; ++v)
        if (v != u && turned.weights().coeff(v, u) != 0)
          near.emplace_back(-turned.weights().coeff(v, u), v);
      const auto ours = model.similar_users(profile, 100);
      REQUIRE(ours.size() == near.size() + 1);
      const auto self = std::find_if(ours.begin(), ours.end(),
                                     [u](const auto& scored) { return scored.index == u; });
      REQUIRE(self != ours.end());
      near.emplace_back(-double(self->score), u);
      std::sort(near.begin(), near.end());
      loyal::Vector<double> scores = loyal::Vector<double>::Zero(20);
      for (std::size_t r = 0; r < near.size(); ++r) {
        CHECK(double(ours[r].score) == Approx(-near[r].first).epsilon(1e-5));
        // Equally near users may stand in another order: the k-th must not be one of them.
        if (static_cast<Index>(r) < k) scores -= near[r].first * x.row(near[r].second).transpose();
      }
      const bool tied = near.size() > static_cast<std::size_t>(k) &&
                        std::abs(near[k - 1].first - near[k].first) < 1e-6;
      for (Index i = 0; i < 20; ++i) {
        if (!tied) CHECK(double(model.score(u, i)) == Approx(scores[i]).margin(1e-5));
        double reasons = 0;
        for (const auto& reason : model.explain(profile, i, 100)) reasons += double(reason.score);
        CHECK(reasons == Approx(double(model.score(u, i))).margin(1e-4));
      }
    }
  }
}

TEST_CASE("UserKNN: options outside their domain", "[recommend]") {
  CHECK_THROWS_AS(UserKNN<float>({.neighbors = 0}), loyal::OptionError);
  CHECK_THROWS_AS(UserKNN<float>({.shrinkage = -1}), loyal::OptionError);
}
