// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include <loyal/core/random.hpp>

#include "../support/catch.hpp"

using loyal::Rng;

TEST_CASE("xoshiro256++ seeded by SplitMix64, known answers", "[core][random]") {
  // Computed by a separate implementation of the two published algorithms.
  Rng rng{42};
  CHECK(rng() == 0xd0764d4f4476689fU);
  CHECK(rng() == 0x519e4174576f3791U);
  CHECK(rng() == 0xfbe07cfb0c24ed8cU);
  CHECK(rng() == 0xb37d9f600cd835b8U);
  Rng small{Rng::State{1, 2, 3, 4}};
  const std::uint64_t known[] = {41943041,
                                 58720359,
                                 3588806011781223,
                                 3591011842654386,
                                 9228616714210784205U,
                                 9973669472204895162U};
  for (const auto k : known) CHECK(small() == k);
  CHECK_THROWS_AS(Rng{Rng::State{}}, loyal::OptionError);
}

TEST_CASE("a copy and a stored state go on alike, streams and seeds differ", "[core][random]") {
  Rng a{7};
  a();
  Rng b = a;
  Rng c{a.state()};
  const auto next = a();
  CHECK(b() == next);
  CHECK(c() == next);
  std::vector<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 30; ++seed)
    for (std::uint64_t stream = 0; stream < 30; ++stream) first.push_back(Rng{seed, stream}());
  std::sort(first.begin(), first.end());
  CHECK(std::adjacent_find(first.begin(), first.end()) == first.end());
  CHECK(Rng{5} == Rng{5, 0});
}

TEST_CASE("uniform numbers", "[core][random]") {
  Rng rng{1};
  const int n = 200000;
  double sum = 0;
  double squares = 0;
  double low = 1;
  double high = 0;
  float largest = 0;
  for (int i = 0; i < n; ++i) {
    const double u = rng.uniform();
    sum += u;
    squares += u * u;
    low = std::min(low, u);
    high = std::max(high, u);
    largest = std::max(largest, rng.uniform<float>());
  }
  CHECK(low >= 0);
  CHECK(high < 1);
  CHECK(largest < 1);
  CHECK(std::abs(sum / n - 0.5) < 5 * std::sqrt(1.0 / 12 / n));
  CHECK(std::abs(squares / n - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / n));
  for (int i = 0; i < 1000; ++i) {
    const double x = rng.uniform(-3.0, 2.0);
    CHECK((x >= -3 && x < 2));
  }
}

TEST_CASE("normal numbers: moments and the whole distribution", "[core][random]") {
  Rng rng{2};
  const int n = 200000;
  std::vector<double> x(n);
  for (double& v : x) v = rng.normal();
  double moments[5] = {};
  for (const double v : x)
    for (int k = 1; k <= 4; ++k) moments[k] += std::pow(v, k) / n;
  CHECK(std::abs(moments[1]) < 5 / std::sqrt(n));
  CHECK(std::abs(moments[2] - 1) < 5 * std::sqrt(2.0 / n));
  CHECK(std::abs(moments[3]) < 5 * std::sqrt(15.0 / n));
  CHECK(std::abs(moments[4] - 3) < 5 * std::sqrt(96.0 / n));
  std::sort(x.begin(), x.end());
  double worst = 0;  // Kolmogorov and Smirnov
  for (int i = 0; i < n; ++i) {
    const double cdf = std::erfc(-x[static_cast<std::size_t>(i)] / std::sqrt(2.0)) / 2;
    worst = std::max({worst, std::abs(cdf - double(i) / n), std::abs(cdf - double(i + 1) / n)});
  }
  CHECK(worst < 2.2 / std::sqrt(n));  // exceeded once in 15,000 seeds
  const auto beyond =
      std::count_if(x.begin(), x.end(), [](double v) { return std::abs(v) > 3.6541528853610088; });
  const double expected = n * std::erfc(3.6541528853610088 / std::sqrt(2.0));
  CHECK(std::abs(double(beyond) - expected) < 5 * std::sqrt(expected));
  CHECK(std::abs(Rng{3}.normal(10.0, 1e-9) - 10) < 1e-7);
}

TEST_CASE("the ziggurat's layers have equal areas", "[core][random]") {
  const auto& [x, f] = loyal::detail::ziggurat;
  for (std::size_t i = 1; i <= 256; ++i)
    CHECK(f[i] == Approx(std::exp(-x[i] * x[i] / 2)).epsilon(1e-13));
  for (std::size_t i = 1; i < 256; ++i)
    CHECK(x[i] * (f[i + 1] - f[i]) == Approx(loyal::detail::Ziggurat::area).epsilon(1e-8));
}

TEST_CASE("below() is uniform, also where 2^64 is no multiple", "[core][random]") {
  Rng rng{4};
  for (const std::uint64_t n : {1U, 2U, 3U, 7U, 10U}) {
    std::vector<double> counts(n);
    for (int i = 0; i < 20000; ++i) ++counts.at(rng.below(n));
    double chi = 0;
    for (const double c : counts)
      chi += (c - 20000.0 / double(n)) * (c - 20000.0 / double(n)) / (20000.0 / double(n));
    CHECK(chi < double(n) + 8 * std::sqrt(2.0 * double(n)));
  }
  const std::uint64_t huge = (std::uint64_t{1} << 63) + 1;
  int upper = 0;
  for (int i = 0; i < 10000; ++i) {
    const auto v = rng.below(huge);
    REQUIRE(v < huge);
    upper += v > huge / 2;
  }
  CHECK(std::abs(upper - 5000) < 250);
}

TEST_CASE("a wide product equals the compiler's", "[core][random]") {
  Rng rng{5};
  for (int i = 0; i < 1000; ++i) {
    const auto a = rng();
    const auto b = rng();
    const auto [high, low] = loyal::detail::multiply_wide(a, b);
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    CHECK(high == static_cast<std::uint64_t>(product >> 64));
    CHECK(low == static_cast<std::uint64_t>(product));
  }
}

TEST_CASE("shuffle reaches every order equally often", "[core][random]") {
  Rng rng{6};
  std::map<std::vector<int>, int> seen;
  for (int i = 0; i < 24000; ++i) {
    std::vector<int> v{1, 2, 3, 4};
    rng.shuffle(v);
    ++seen[v];
  }
  REQUIRE(seen.size() == 24);
  for (const auto& [order, count] : seen) CHECK(std::abs(count - 1000) < 160);
  std::vector<int> none;
  rng.shuffle(none);
  CHECK(none.empty());
}

TEST_CASE("bernoulli and split", "[core][random]") {
  Rng rng{8};
  int hits = 0;
  for (int i = 0; i < 10000; ++i) hits += rng.bernoulli(0.3);
  CHECK(std::abs(hits - 3000) < 230);
  CHECK(!rng.bernoulli(0));
  CHECK(rng.bernoulli(1));
  Rng child = rng.split();
  CHECK(child() != rng());
}
