// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/recommend/mmr.hpp>

#include "../support/catch.hpp"

namespace mmr_tests {

using loyal::Index;
using loyal::Matrix;
using loyal::Scored;

/// The definition, looked up anew for each choice.
template <class T>
std::vector<Index> by_definition(const std::vector<Scored<T>>& ranked, const Matrix<T>& factors,
                                 Index k, double lambda) {
  double low = 1e300;
  double high = -1e300;
  for (const auto& one : ranked) {
    low = std::min(low, double(one.score));
    high = std::max(high, double(one.score));
  }
  std::vector<Index> chosen;
  while (std::cmp_less(chosen.size(), std::min<Index>(k, static_cast<Index>(ranked.size())))) {
    Index best = -1;
    double most = -1e300;
    for (const auto& one : ranked) {
      if (std::find(chosen.begin(), chosen.end(), one.index) != chosen.end()) continue;
      double nearest = chosen.empty() ? 0 : -1e300;
      for (const Index j : chosen) {
        const auto a = factors.row(one.index).template cast<double>();
        const auto b = factors.row(j).template cast<double>();
        nearest = std::max(nearest, a.dot(b) / (a.norm() * b.norm()));
      }
      const double value =
          lambda * (double(one.score) - low) / (high - low) - (1 - lambda) * nearest;
      if (value > most) {
        most = value;
        best = one.index;
      }
    }
    chosen.push_back(best);
  }
  return chosen;
}

TEMPLATE_TEST_CASE("MMR chooses as its definition says", "[recommend]", float, double) {
  using T = TestType;
  loyal::Rng rng{4};
  for (int round = 0; round < 100; ++round) {
    const Index n = 2 + static_cast<Index>(rng.below(40));
    Matrix<T> factors(n, 6);
    for (Index i = 0; i < factors.size(); ++i) factors.data()[i] = rng.normal<T>();
    std::vector<Scored<T>> ranked;
    for (Index i = 0; i < n; ++i) ranked.push_back({i, rng.normal<T>()});
    const double lambda = rng.uniform<double>();
    const Index k = 1 + static_cast<Index>(rng.below(45));
    const auto chosen = loyal::mmr<T>(ranked, factors, {.k = k, .lambda = lambda});
    const auto expected = by_definition<T>(ranked, factors, k, lambda);
    REQUIRE(chosen.size() == expected.size());
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      REQUIRE(chosen[i].index == expected[i]);
      REQUIRE(chosen[i].score == ranked[static_cast<std::size_t>(chosen[i].index)].score);
    }
  }
}

TEST_CASE("MMR at its ends, and with nothing to choose from", "[recommend]") {
  const Matrix<double> factors{{1, 0}, {1, 0.01}, {0, 1}, {0, 0}};
  const std::vector<Scored<double>> ranked{{0, 5}, {1, 4}, {2, 3}, {3, 2}};
  const auto order = [&](double lambda) {
    std::vector<Index> items;
    for (const auto& one : loyal::mmr<double>(ranked, factors, {.k = 4, .lambda = lambda}))
      items.push_back(one.index);
    return items;
  };
  CHECK(order(1) == std::vector<Index>{0, 1, 2, 3});
  CHECK(order(0) == std::vector<Index>{0, 2, 3, 1});  // equally different: the earlier
  CHECK(loyal::mmr<double>(std::vector<Scored<double>>{}, factors).empty());
  CHECK(loyal::mmr<double>(ranked, factors, {.k = 0}).empty());
  CHECK(loyal::mmr<double>(ranked, factors, {.k = 99}).size() == 4);
  const std::vector<Scored<double>> equal{{2, 1}, {0, 1}};
  CHECK(loyal::mmr<double>(equal, factors, {.k = 1})[0].index == 2);
}

TEST_CASE("MMR refuses what makes no sense", "[recommend]") {
  const Matrix<float> factors = Matrix<float>::Ones(2, 2);
  const std::vector<Scored<float>> ranked{{0, 1.0F}};
  CHECK_THROWS_AS(loyal::mmr<float>(ranked, factors, {.k = -1}), loyal::OptionError);
  CHECK_THROWS_AS(loyal::mmr<float>(ranked, factors, {.lambda = 1.1}), loyal::OptionError);
  CHECK_THROWS_AS(loyal::mmr<float>(ranked, factors, {.lambda = std::nan("")}), loyal::OptionError);
  const std::vector<Scored<float>> outside{{2, 1.0F}};
  CHECK_THROWS_AS(loyal::mmr<float>(outside, factors), loyal::DataError);
  const std::vector<Scored<float>> none{{0, std::numeric_limits<float>::quiet_NaN()}};
  CHECK_THROWS_AS(loyal::mmr<float>(none, factors), loyal::DataError);
}

}  // namespace mmr_tests
