// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/report/decimate.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("few points are all kept") {
  const std::vector<double> x{0, 10, 20, 30};
  const std::vector<double> y{1, 5, 2, 2};
  CHECK(decimate(x, y) == std::vector<std::size_t>{0, 1, 2, 3});
  CHECK(decimate(std::vector<double>{}, std::vector<double>{}).empty());
  CHECK(decimate(std::vector<double>{1}, std::vector<double>{1}) == std::vector<std::size_t>{0});
  CHECK_THROWS_AS(decimate(x, std::vector<double>{1}), ShapeError);
}

TEST_CASE("a million points keep every column's extremes") {
  Rng rng{1};
  const std::size_t n = 1000000;
  const double width = 480;
  std::vector<double> x(n);
  std::vector<double> y(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = width * static_cast<double>(i) / static_cast<double>(n);
    y[i] = 100 + 10 * rng.normal();
  }
  y[123456] = -5000;  // one spike must not be lost
  const auto kept = decimate(x, y);
  CHECK(kept.size() <= 4 * 480);
  CHECK(std::is_sorted(kept.begin(), kept.end()));
  CHECK(std::adjacent_find(kept.begin(), kept.end()) == kept.end());
  CHECK(std::binary_search(kept.begin(), kept.end(), std::size_t{123456}));
  CHECK(kept.front() == 0);
  CHECK(kept.back() == n - 1);

  struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    void add(double v) {
      low = std::min(low, v);
      high = std::max(high, v);
    }
  };
  std::vector<Range> all(480);
  std::vector<Range> seen(480);
  for (std::size_t i = 0; i < n; ++i) all[static_cast<std::size_t>(x[i])].add(y[i]);
  for (const auto i : kept) seen[static_cast<std::size_t>(x[i])].add(y[i]);
  for (std::size_t c = 0; c < all.size(); ++c) {
    CHECK(all[c].low == seen[c].low);
    CHECK(all[c].high == seen[c].high);
  }
}

TEST_CASE("gaps survive, once each") {
  const double nan = std::nan("");
  const std::vector<double> x{0, 0.1, 0.2, nan, 0.3, 0.4, 0.5};
  const std::vector<double> y{1, 2, nan, 3, std::numeric_limits<double>::infinity(), 4, 5};
  CHECK(decimate(x, y) == std::vector<std::size_t>{0, 1, 2, 5, 6});
}
