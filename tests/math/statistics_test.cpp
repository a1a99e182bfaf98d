// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/math/statistics.hpp>

#include "../support/catch.hpp"
#include "../support/scored_sample.hpp"

using namespace loyal;

TEST_CASE("statistics: quantiles as NumPy's, correlations as SciPy's") {
  const auto [y, s, w] = testing::scored_sample();
  CHECK(quantile(s, 0) == 0.1);
  CHECK(quantile(s, 0.1) == Approx(0.18).epsilon(1e-14));
  CHECK(quantile(s, 0.25) == Approx(0.2075).epsilon(1e-14));
  CHECK(median(s) == Approx(0.45).epsilon(1e-14));
  CHECK(quantile(s, 0.9) == Approx(0.612).epsilon(1e-14));
  CHECK(quantile(s, 1) == 0.91);
  std::vector<double> t;
  for (int i = 0; i < 40; ++i) t.push_back(std::round((std::sin(i) * 3 + 1) * 100) / 100);
  CHECK(spearman_correlation(s, t) == Approx(-0.16498476735549203).epsilon(1e-13));
  CHECK(pearson_correlation(s, t) == Approx(-0.13613164608482284).epsilon(1e-13));
}

TEST_CASE("statistics: a large mean does not eat the variance") {
  Rng rng{91};
  std::vector<double> small;
  std::vector<double> shifted;
  for (int i = 0; i < 1000; ++i) {
    small.push_back(std::round(rng.normal() * 1024) / 1024);
    shifted.push_back(small.back() + 1e9);
  }
  const double m = mean(small);
  long double squares = 0;
  for (const double x : small)
    squares += (static_cast<long double>(x) - m) * (static_cast<long double>(x) - m);
  CHECK(variance(small) == Approx(static_cast<double>(squares / 999)).epsilon(1e-12));
  CHECK(variance(shifted) == Approx(variance(small)).epsilon(1e-7));
  CHECK(variance(small, 0) == Approx(variance(small) * 999 / 1000));
  CHECK(variance({5}) == 0);
  CHECK(mean(shifted) == Approx(1e9 + m).epsilon(1e-15));
}

TEST_CASE("statistics: moments merge and weigh") {
  Rng rng{92};
  Moments all;
  Moments left;
  Moments right;
  Moments repeated;
  Moments weighted;
  for (int i = 0; i < 500; ++i) {
    const double x = rng.normal(3.0, 2.0);
    all.add(x);
    (i < 123 ? left : right).add(x);
    weighted.add(x, 1 + i % 3);
    for (int r = 0; r <= i % 3; ++r) repeated.add(x);
  }
  left.merge(right);
  left.merge(Moments{});
  CHECK(left.weight() == 500);
  CHECK(left.mean() == Approx(all.mean()).epsilon(1e-14));
  CHECK(left.variance() == Approx(all.variance()).epsilon(1e-13));
  CHECK(weighted.mean() == Approx(repeated.mean()).epsilon(1e-13));
  CHECK(weighted.variance() == Approx(repeated.variance()).epsilon(1e-12));
  Moments none;
  none.add(7, 0);
  CHECK(none.weight() == 0);
  CHECK(none.variance() == 0);
  CHECK(mean({1, 5}, {3, 1}) == 2);
}

TEST_CASE("statistics: ranks share ties") {
  CHECK(ranks({3, 1, 3, 2, 3}) == Vector<double>{{4, 1, 4, 2, 4}});
  CHECK(ranks({}).size() == 0);
  CHECK(spearman_correlation({1, 2, 3, 4}, {1, 8, 27, 64}) == Approx(1));
  CHECK(spearman_correlation({1, 2, 3}, {9, 5, 1}) == Approx(-1));
  CHECK(std::isnan(pearson_correlation({1, 1}, {1, 2})));
}

TEST_CASE("statistics: bootstrap intervals cover the mean as often as they say") {
  Rng rng{93};
  int covered = 0;
  const int rounds = 300;
  for (int r = 0; r < rounds; ++r) {
    std::vector<double> x(60);
    for (double& v : x) v = rng.normal(1.0, 1.0);
    const auto statistic = [&](const std::vector<Index>& rows) {
      double sum = 0;
      for (const Index i : rows) sum += x[static_cast<std::size_t>(i)];
      return sum / static_cast<double>(rows.size());
    };
    const auto interval = bootstrap_interval(
        60, statistic,
        {.replicates = 300, .confidence = 0.9, .seed = static_cast<std::uint64_t>(r)});
    CHECK(interval.estimate == Approx(mean(x)));
    covered += interval.low <= 1 && 1 <= interval.high ? 1 : 0;
    if (r > 0) continue;
    const auto again =
        bootstrap_interval(60, statistic, {.replicates = 300, .confidence = 0.9, .seed = 0});
    CHECK(again.low == interval.low);
    CHECK(again.high == interval.high);
  }
  CHECK(covered > 0.83 * rounds);
  CHECK(covered < 0.96 * rounds);
}

TEST_CASE("statistics: paired t-test as SciPy's ttest_rel") {
  const auto test = paired_t_test({0.81, 0.79, 0.84, 0.80, 0.83}, {0.80, 0.77, 0.83, 0.81, 0.80});
  CHECK(test.statistic == Approx(1.8090680674665824).epsilon(1e-11));
  CHECK(test.p_value == Approx(0.14470399860633024).epsilon(1e-11));
  CHECK(paired_t_test({1, 2}, {1, 2}).p_value == 1);
  CHECK(paired_t_test({2, 3}, {1, 2}).p_value == 0);
}

TEST_CASE("statistics: bad input") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(mean({}), DataError);
  CHECK_THROWS_AS(mean({1, 2}, {1}), ShapeError);
  CHECK_THROWS_AS(variance({}), DataError);
  CHECK_THROWS_AS(quantile({}, 0.5), DataError);
  CHECK_THROWS_AS(quantile({1, nan}, 0.5), DataError);
  CHECK_THROWS_AS(quantile({1}, 1.5), OptionError);
  CHECK_THROWS_AS(ranks({1, nan}), DataError);
  CHECK_THROWS_AS(pearson_correlation({1, nan}, {1, 2}), DataError);
  CHECK_THROWS_AS(pearson_correlation({1}, {1, 2}), ShapeError);
  CHECK_THROWS_AS(spearman_correlation({1}, {1, 2}), ShapeError);
  CHECK_THROWS_AS(paired_t_test({1}, {1}), DataError);
  const auto one = [](const std::vector<Index>&) { return 1.0; };
  CHECK_THROWS_AS(bootstrap_interval(0, one), DataError);
  CHECK_THROWS_AS(bootstrap_interval(3, one, {.confidence = 1}), OptionError);
  CHECK_THROWS_AS(bootstrap_interval(3, [&](const std::vector<Index>&) { return nan; }), DataError);
}

// mpmath 1.2.1 with 40 digits.
TEST_CASE("statistics: incomplete beta and Student's t") {
  struct Case {
    double a, b, x, wanted;
  };
  for (const auto& [a, b, x, wanted] :
       {Case{0.5, 0.5, 0.1, 0.20483276469913345165}, Case{2, 3, 0.4, 0.5248},
        Case{10, 0.7, 0.95, 0.43940172509728734083}, Case{50, 60, 0.45, 0.46423529143060353585},
        Case{1e-2, 5, 0.3, 0.9991442234826966511},
        Case{3000, 2000, 0.61, 0.92584945028870194399}}) {
    CHECK(incomplete_beta(x, a, b) == Approx(wanted).epsilon(1e-12));
    CHECK(incomplete_beta(1 - x, b, a) == Approx(1 - wanted).epsilon(1e-11));
  }
  CHECK(incomplete_beta(0, 2, 3) == 0);
  CHECK(incomplete_beta(1, 2, 3) == 1);
  CHECK(student_cdf(-1.3, 2.5) == Approx(0.15024339463535397).epsilon(1e-13));  // SciPy 1.10.1
  CHECK(student_cdf(0.4, 30) == Approx(0.654004741742904).epsilon(1e-13));
  CHECK(student_cdf(0, 5) == 0.5);
  CHECK(student_cdf(3, 1) == Approx(0.5 + std::atan(3.0) / 3.14159265358979323846));  // Cauchy
  CHECK_THROWS_AS(incomplete_beta(1.5, 1, 1), OptionError);
  CHECK_THROWS_AS(incomplete_beta(0.5, 0, 1), OptionError);
}
