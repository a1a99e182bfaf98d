// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/recommend/item_gram.hpp>

#include "../support/catch.hpp"
#include "../support/random_interactions.hpp"

using loyal::Index;
using loyal::Matrix;

TEMPLATE_TEST_CASE("Item gram equals the dense product", "[recommend]", float, double) {
  using T = TestType;
  loyal::Rng rng{1};
  for (const Index items : {1, 9, 200}) {
    const auto data = loyal::testing::random_interactions(40, items, 0.2, rng, 4);
    const Matrix<T> x = data.matrix<T>().toDense();
    for (const int threads : {1, 2, 7})
      CHECK(Matrix<T>(loyal::item_gram<T>(data, {.threads = threads})) ==
            Matrix<T>(x.transpose() * x));
  }
}

TEST_CASE("Item neighborhood: the best candidates and their Gram matrix", "[recommend]") {
  loyal::Rng rng{2};
  const auto data = loyal::testing::random_interactions(50, 30, 0.15, rng, 3);
  const Matrix<double> x = data.matrix<double>().toDense();
  const Matrix<double> all = x.transpose() * x;
  const auto gram = loyal::item_gram<double>(data);
  loyal::ItemNeighborhood<double> near(gram);
  for (const Index count : {0, 1, 5, 29, 100})
    for (const double l1 : {0.0, 6.0})
      for (Index i = 0; i < 30; ++i) {
        near.gather(i, count, l1, 2);
        std::vector<double> gains;
        for (Index j = 0; j < 30; ++j)
          if (j != i && all(i, j) > l1)
            gains.push_back((all(i, j) - l1) * (all(i, j) - l1) / (all(j, j) + 2));
        std::sort(gains.rbegin(), gains.rend());
        const auto& items = near.items();
        const auto expected =
            count == 0 ? gains.size() : std::min(gains.size(), static_cast<std::size_t>(count));
        REQUIRE(items.size() == expected);
        CHECK(std::is_sorted(items.begin(), items.end()));
        for (std::size_t a = 0; a < items.size(); ++a) {
          const Index j = items[a];
          CHECK(j != i);
          CHECK((all(i, j) - l1) * (all(i, j) - l1) / (all(j, j) + 2) >=
                gains[expected - 1] - 1e-9);
          CHECK(near.target()[static_cast<Index>(a)] == all(i, j));
          for (std::size_t b = 0; b < items.size(); ++b)
            CHECK(near.gram()(static_cast<Index>(a), static_cast<Index>(b)) == all(j, items[b]));
        }
      }
}
