// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/distributions.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

struct Moments {
  double mean = 0;
  double variance = 0;
};

template <class Draw>
Moments moments(int n, Draw draw) {
  double mean = 0;
  double squares = 0;
  for (int i = 1; i <= n; ++i) {
    const double x = draw();
    const double step = x - mean;
    mean += step / i;
    squares += step * (x - mean);
  }
  return {mean, squares / (n - 1)};
}

/// Pearson's statistic of draws 0 .. cells - 2 and "the rest" against given probabilities.
template <class Draw, class Probability>
double chi_square(int n, int cells, Draw draw, Probability probability) {
  std::vector<double> seen(static_cast<std::size_t>(cells), 0.0);
  for (int i = 0; i < n; ++i) {
    const auto k = static_cast<long long>(draw());
    ++seen[static_cast<std::size_t>(std::min<long long>(k, cells - 1))];
  }
  double statistic = 0;
  double rest = 1;
  for (int k = 0; k < cells; ++k) {
    const double p = k + 1 < cells ? probability(k) : rest;
    rest -= p;
    const double expected = n * p;
    const double difference = seen[static_cast<std::size_t>(k)] - expected;
    statistic += difference * difference / expected;
  }
  return statistic;
}

double poisson_probability(double mean, int k) {
  return std::exp(k * std::log(mean) - mean - std::lgamma(k + 1.0));
}

/// Largest distance between the empirical and the true distribution function.
template <class Draw, class Cdf>
double kolmogorov(int n, Draw draw, Cdf cdf) {
  std::vector<double> xs(static_cast<std::size_t>(n));
  for (auto& x : xs) x = draw();
  std::sort(xs.begin(), xs.end());
  double distance = 0;
  for (int i = 0; i < n; ++i) {
    const double f = cdf(xs[static_cast<std::size_t>(i)]);
    distance = std::max({distance, f - static_cast<double>(i) / n, (i + 1.0) / n - f});
  }
  return distance;
}

}  // namespace

TEST_CASE("log_factorial agrees with the running sum of logs") {
  double sum = 0;
  for (int k = 1; k < 3000; ++k) {
    sum += std::log(k);
    CHECK(std::abs(detail::log_factorial(k) - sum) < 1e-9);
  }
}

TEST_CASE("continuous draws have the right distribution function") {
  const int n = 40000;
  const double limit = 1.95 / std::sqrt(n);  // 0.1 % level
  Rng rng{7};
  CHECK(kolmogorov(
            n, [&] { return draw_exponential(rng, 0.25); },
            [](double x) { return 1 - std::exp(-x / 4); }) < limit);
  // Erlang: shape 3; and shape 1/2, where x = z^2 / 2.
  CHECK(kolmogorov(
            n, [&] { return draw_gamma(rng, 3, 2); },
            [](double x) {
              const double y = x / 2;
              return 1 - std::exp(-y) * (1 + y + y * y / 2);
            }) < limit);
  CHECK(kolmogorov(
            n, [&] { return draw_gamma(rng, 0.5); },
            [](double x) { return std::erf(std::sqrt(x)); }) < limit);
  CHECK(kolmogorov(
            n, [&] { return draw_beta(rng, 2, 1); }, [](double x) { return x * x; }) < limit);
  CHECK(kolmogorov(
            n, [&] { return draw_beta(rng, 0.5, 0.5); },
            [](double x) { return 2 / std::acos(-1.0) * std::asin(std::sqrt(x)); }) < limit);
}

TEST_CASE("gamma and beta moments over many shapes") {
  Rng rng{11};
  const int n = 40000;
  for (const double shape : {0.05, 0.3, 0.999, 1.0, 2.7, 40.0, 5000.0}) {
    const auto m = moments(n, [&] { return draw_gamma(rng, shape, 3); });
    CHECK(std::abs(m.mean - 3 * shape) < 5 * 3 * std::sqrt(shape / n));
    const double kurtosis = 3 + 6 / shape;
    CHECK(std::abs(m.variance / (9 * shape) - 1) < 5 * std::sqrt((kurtosis - 1) / n));
  }
  for (const double a : {1e-4, 0.2, 6.0}) {
    const double b = 14.0 / 6 * a;
    const double variance = a * b / ((a + b) * (a + b) * (a + b + 1));
    const auto m = moments(n, [&] { return draw_beta(rng, a, b); });
    CHECK(std::abs(m.mean - 0.3) < 5 * std::sqrt(variance / n));
    CHECK(m.variance == Approx(variance).epsilon(0.05));
  }
}

TEST_CASE("Poisson draws follow the probabilities below and above the change of method") {
  Rng rng{3};
  for (const double mean : {0.3, 4.0, 9.99, 10.0, 25.0}) {
    const int cells = static_cast<int>(mean + 4 * std::sqrt(mean)) + 2;
    const double statistic = chi_square(
        100000, cells, [&] { return draw_poisson(rng, mean); },
        [&](int k) { return std::max(poisson_probability(mean, k), 1e-300); });
    // Cells with few expected counts make the tail heavy: a generous limit, still far below what
    // a wrong constant gives (hundreds).
    CHECK(statistic < cells + 6 * std::sqrt(2.0 * cells) + 20);
  }
  for (const double mean : {1e3, 1e6, 1e12}) {
    const int n = 20000;
    const auto m = moments(n, [&] { return static_cast<double>(draw_poisson(rng, mean)); });
    CHECK(std::abs(m.mean - mean) < 5 * std::sqrt(mean / n));
    CHECK(std::abs(m.variance / mean - 1) < 5 * std::sqrt(2.0 / n));
  }
  CHECK(draw_poisson(rng, 0) == 0);
}

TEST_CASE("geometric and categorical draws follow their probabilities") {
  Rng rng{5};
  for (const double p : {0.9, 0.4, 0.1}) {
    const int cells = p > 0.5 ? 5 : 15;
    CHECK(chi_square(
              50000, cells, [&] { return draw_geometric(rng, p); },
              [&](int k) { return std::pow(1 - p, k) * p; }) < 45);
  }
  CHECK(draw_geometric(rng, 1) == 0);
  CHECK(draw_geometric(rng, 1e-300) >= 0);

  const std::vector<double> weights{2, 0, 5, 1, 0};
  std::vector<int> seen(5, 0);
  for (int i = 0; i < 80000; ++i) ++seen[draw_categorical(rng, weights)];
  CHECK(seen[1] == 0);
  CHECK(seen[4] == 0);
  CHECK(std::abs(seen[0] - 20000) < 620);
  CHECK(std::abs(seen[2] - 50000) < 690);
  CHECK(std::abs(seen[3] - 10000) < 470);
}

TEST_CASE("draws repeat with their seed") {
  Rng a{9};
  Rng b{9};
  for (int i = 0; i < 1000; ++i) {
    CHECK(draw_gamma(a, 0.7) == draw_gamma(b, 0.7));
    CHECK(draw_poisson(a, 50) == draw_poisson(b, 50));
  }
  CHECK(a == b);
}

TEST_CASE("parameters outside the domain are refused") {
  Rng rng{1};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const auto before = rng;
  for (const double bad : {0.0, -1.0, nan}) {
    CHECK_THROWS_AS(draw_exponential(rng, bad), OptionError);
    CHECK_THROWS_AS(draw_gamma(rng, bad), OptionError);
    CHECK_THROWS_AS(draw_gamma(rng, 1, bad), OptionError);
    CHECK_THROWS_AS(draw_beta(rng, bad, 1), OptionError);
    CHECK_THROWS_AS(draw_beta(rng, 1, bad), OptionError);
    CHECK_THROWS_AS(draw_geometric(rng, bad), OptionError);
  }
  CHECK_THROWS_AS(draw_gamma(rng, infinity), OptionError);
  CHECK_THROWS_AS(draw_geometric(rng, 1.5), OptionError);
  CHECK_THROWS_AS(draw_poisson(rng, -1), OptionError);
  CHECK_THROWS_AS(draw_poisson(rng, nan), OptionError);
  CHECK_THROWS_AS(draw_categorical(rng, std::vector<double>{}), OptionError);
  CHECK_THROWS_AS(draw_categorical(rng, std::vector<double>{0, 0}), OptionError);
  CHECK_THROWS_AS(draw_categorical(rng, std::vector<double>{1, -1}), OptionError);
  CHECK_THROWS_WITH(draw_categorical(rng, std::vector<double>{1, nan}),
                    ContainsSubstring("weight"));
  CHECK(rng == before);
}
