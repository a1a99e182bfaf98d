// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/math/alias_table.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("alias_table: holds exactly the weights' shares") {
  Rng rng{51};
  for (int round = 0; round < 60; ++round) {
    std::vector<double> weights(1 + rng.below(80));
    double total = 0;
    for (double& w : weights) {
      w = rng.bernoulli(0.2) ? 0 : std::exp(rng.normal(0.0, round % 3 == 0 ? 8.0 : 1.0));
      if (&w == &weights[0]) w = 1;
      total += w;
    }
    const AliasTable table(weights);
    REQUIRE(table.size() == static_cast<Index>(weights.size()));
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double p = table.probability(static_cast<Index>(i));
      REQUIRE(p == Approx(weights[i] / total).margin(1e-14));
      if (weights[i] == 0) REQUIRE(p == 0);
    }
  }
}

TEST_CASE("alias_table: draws pass a chi-square test and never an index of weight 0") {
  const std::vector<float> weights{5, 1, 0, 3, 0.5F, 10, 0, 2};
  const AliasTable table(weights);
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Rng rng{seed};
    std::vector<double> drawn(weights.size());
    const int n = 400000;
    for (int i = 0; i < n; ++i) ++drawn[static_cast<std::size_t>(table.sample(rng))];
    double chi_square = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] == 0) {
        CHECK(drawn[i] == 0);
        continue;
      }
      const double wanted = static_cast<double>(weights[i]) / 21.5 * n;
      chi_square += (drawn[i] - wanted) * (drawn[i] - wanted) / wanted;
    }
    CHECK(chi_square < 20.5);  // 5 degrees of freedom, p = 0.001
  }
}

TEST_CASE("alias_table: equal seeds draw equal indices") {
  const AliasTable table({0.1, 0.2, 0.3, 0.4});
  Rng a{9};
  Rng b{9};
  std::vector<Index> first;
  for (int i = 0; i < 20; ++i) {
    first.push_back(table.sample(a));
    CHECK(first.back() == table.sample(b));
  }
  CHECK(AliasTable({3}).sample(a) == 0);
}

TEST_CASE("alias_table: bad weights") {
  CHECK_THROWS_AS(AliasTable({}), DataError);
  CHECK_THROWS_AS(AliasTable({0, 0}), DataError);
  CHECK_THROWS_WITH(AliasTable({1, -1}), ContainsSubstring("weights[1]"));
  CHECK_THROWS_AS(AliasTable({1, std::numeric_limits<double>::quiet_NaN()}), DataError);
  CHECK_THROWS_AS(AliasTable({1, std::numeric_limits<double>::infinity()}), DataError);
  CHECK_THROWS_AS(AliasTable({1}).probability(1), ShapeError);
}
