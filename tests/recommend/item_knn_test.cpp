// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/recommend/item_knn.hpp>

#include "../support/catch.hpp"
#include "../support/random_interactions.hpp"
#include "../support/recommender_contract.hpp"

namespace item_knn_tests {

using loyal::Index;
using loyal::Interaction;
using loyal::Interactions;
using loyal::ItemKNN;
using loyal::RowMeasure;

/// All similarities from a dense matrix, in double, by the formulas as they are written.
loyal::Matrix<double> similarities(const Interactions& data, RowMeasure measure, double shrinkage) {
  const Index n = data.items();
  const Index m = data.users();
  loyal::Matrix<double> x = data.matrix<double>().toDense().transpose();  // items x users
  loyal::Matrix<double> has = (x.array() != 0).cast<double>();
  loyal::Matrix<double> s = loyal::Matrix<double>::Zero(n, n);
  const double mean = has.sum() / double(n);
  const auto weight = [&](Index i, Index u) {
    const double v = x(i, u);
    const double idf = std::log((1.0 + double(n)) / (1.0 + has.col(u).sum()));
    if (v == 0) return 0.0;
    if (measure == RowMeasure::tf_idf) return std::sqrt(v) * idf;
    if (measure == RowMeasure::bm25)
      return v * 2.2 / (v + 1.2 * (0.25 + 0.75 * has.row(i).sum() / mean)) * idf;
    return v;
  };
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) {
      double dot = 0, a = 0, b = 0, common = 0, steps = 0;
      for (Index u = 0; u < m; ++u) {
        dot += weight(i, u) * weight(j, u);
        a += weight(i, u) * weight(i, u);
        b += weight(j, u) * weight(j, u);
        common += has(i, u) * has(j, u);
        if (has.col(u).sum() > 0) steps += x(i, u) * x(j, u) / has.col(u).sum();
      }
      if (i == j || common == 0) continue;
      const double ni = has.row(i).sum();
      const double nj = has.row(j).sum();
      if (measure == RowMeasure::jaccard)
        s(i, j) = common / (ni + nj - common + shrinkage);
      else if (measure == RowMeasure::bm25)
        s(i, j) = dot;
      else if (measure == RowMeasure::graph)
        s(i, j) = steps / (std::sqrt(ni * nj) + shrinkage);
      else
        s(i, j) = dot / (std::sqrt(a * b) + shrinkage);
    }
  return s;
}

constexpr RowMeasure measures[] = {RowMeasure::cosine, RowMeasure::jaccard, RowMeasure::tf_idf,
                                   RowMeasure::bm25, RowMeasure::graph};

TEMPLATE_TEST_CASE("ItemKNN keeps the contract of recommenders", "[recommend]", float, double) {
  loyal::testing::check_recommender(
      [](int threads, std::uint64_t) {
        return ItemKNN<TestType>({.neighbors = 5, .threads = threads});
      },
      {.random = false});
}

TEMPLATE_TEST_CASE("ItemKNN equals comparing all pairs of items", "[recommend]", float, double) {
  using T = TestType;
  loyal::Rng rng{4};
  for (int round = 0; round < 4; ++round)
    for (const auto measure : measures)
      for (const double shrinkage : {0.0, 3.0}) {
        const auto data = loyal::testing::random_interactions(25, 18, 0.2, rng, 5);
        const Index k = round == 3 ? 100 : 3 + round;
        ItemKNN<T> model({.neighbors = k, .measure = measure, .shrinkage = shrinkage});
        model.fit(data);
        const auto truth = similarities(data, measure, shrinkage);
        for (Index i = 0; i < 18; ++i) {
          std::vector<double> best;
          for (Index j = 0; j < 18; ++j)
            if (truth(i, j) != 0) best.push_back(truth(i, j));
          std::sort(best.begin(), best.end(), std::greater<>());
          best.resize(std::min<std::size_t>(best.size(), static_cast<std::size_t>(k)));
          std::vector<double> kept;
          for (Index j = 0; j < 18; ++j) {
            const double w = double(model.weights().coeff(j, i));
            if (w == 0) continue;
            CHECK(w == Approx(truth(i, j)).epsilon(1e-5));
            kept.push_back(w);
          }
          std::sort(kept.begin(), kept.end(), std::greater<>());
          REQUIRE(kept.size() == best.size());
          for (std::size_t r = 0; r < kept.size(); ++r)
            CHECK(kept[r] == Approx(best[r]).epsilon(1e-5));
        }
        // Scores and their reasons.
        for (Index u = 0; u < 25; ++u)
          for (Index i = 0; i < 18; ++i) {
            double score = 0;
            for (std::size_t p = 0; p < data.items_of(u).size(); ++p)
              score += double(data.values_of(u)[p]) *
                       double(model.weights().coeff(data.items_of(u)[p], i));
            CHECK(double(model.score(u, i)) == Approx(score).epsilon(1e-5));
            double reasons = 0;
            for (const auto& reason : model.explain(model.profile(u), i, 100))
              reasons += double(reason.score);
            CHECK(reasons == Approx(score).epsilon(1e-5));
          }
      }
}

TEST_CASE("ItemKNN: negative values and options outside their domain", "[recommend]") {
  CHECK_THROWS_AS(ItemKNN<float>({.neighbors = 0}), loyal::OptionError);
  CHECK_THROWS_AS(ItemKNN<float>({.shrinkage = -1}), loyal::OptionError);
  CHECK_THROWS_AS(ItemKNN<float>({.shrinkage = std::nan("")}), loyal::OptionError);
  const std::vector<Interaction> pairs{{0, 0, -1}, {0, 1, 2}, {1, 0, -2}, {1, 1, 1}};
  const Interactions data(2, 2, pairs);
  for (const auto measure : {RowMeasure::tf_idf, RowMeasure::bm25})
    CHECK_THROWS_AS(ItemKNN<float>({.measure = measure}).fit(data), loyal::DataError);
  ItemKNN<double> cosine;
  cosine.fit(data);
  CHECK(cosine.weights().coeff(0, 1) == Approx(-4.0 / 5));
}

}  // namespace item_knn_tests
