// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/math/order.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("order: as a stable sort has it, either way") {
  Rng rng{11};
  for (std::size_t n : {0u, 1u, 2u, 7u, 100u, 1000u}) {
    std::vector<double> keys(n);
    for (double& key : keys) key = static_cast<double>(rng.below(1 + n / 3)) - 5;  // many are equal
    std::vector<Index> rising(n);
    std::iota(rising.begin(), rising.end(), Index{0});
    std::vector<Index> falling = rising;
    const auto key = [&](Index i) { return keys[static_cast<std::size_t>(i)]; };
    std::stable_sort(rising.begin(), rising.end(),
                     [&](Index a, Index b) { return key(a) < key(b); });
    std::stable_sort(falling.begin(), falling.end(),
                     [&](Index a, Index b) { return key(a) > key(b); });
    CHECK(detail::ascending_order(keys) == rising);
    CHECK(detail::descending_order(keys) == falling);
  }
}

TEST_CASE("order: many doubles of all sizes and both signs") {
  Rng rng{12};
  for (const int round : {0, 1, 2}) {
    std::vector<double> keys;
    for (int i = 0; i < 3000; ++i) {
      const double size = round == 0 ? rng.normal() : std::exp(700 * rng.uniform(-1.0, 1.0));
      keys.push_back(round == 2 ? std::floor(5 * rng.normal()) : rng.bernoulli(0.5) ? size : -size);
    }
    keys[7] = std::numeric_limits<double>::infinity();
    keys[8] = -keys[7];
    keys[9] = 0.0;
    keys[10] = -0.0;
    std::vector<Index> rising(keys.size());
    std::iota(rising.begin(), rising.end(), Index{0});
    const auto key = [&](Index i) { return keys[static_cast<std::size_t>(i)]; };
    std::stable_sort(rising.begin(), rising.end(),
                     [&](Index a, Index b) { return key(a) < key(b); });
    CHECK(detail::ascending_order(keys) == rising);
  }
}

TEST_CASE("order: infinities go to the ends, zeros of both signs are equal") {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> keys{inf, 0.0, -inf, -0.0, 1.0};
  CHECK(detail::ascending_order(keys) == std::vector<Index>{2, 1, 3, 4, 0});
  CHECK(detail::descending_order(keys) == std::vector<Index>{0, 4, 1, 3, 2});
}

TEST_CASE("order: floats and doubles alike") {
  const Vector<float> keys{{2.0f, -1.0f, 0.5f}};
  CHECK(detail::ascending_order(keys) == std::vector<Index>{1, 2, 0});
}

TEST_CASE("order: the first of equals") {
  CHECK(detail::first_of_equals(std::vector<double>{}).empty());
  CHECK(detail::first_of_equals(std::vector<double>{3, 1, 3, 2, 1, 3}) ==
        std::vector<Index>{0, 1, 0, 3, 1, 0});
}
