// SPDX-License-Identifier: MIT
#include <cmath>
#include <vector>

#include <loyal/core/distributions.hpp>
#include <loyal/core/random.hpp>
#include <loyal/retention/log_rank.hpp>

#include "../support/catch.hpp"
#include "../support/survival_data.hpp"

namespace log_rank_tests {

using namespace loyal;

const std::vector<std::int32_t> three_groups{1, 2, 3, 1, 2, 3, 1, 2, 3, 1,
                                             2, 3, 1, 2, 3, 1, 2, 3, 1, 2};

TEST_CASE("log_rank: twenty rows agree with R's survdiff") {
  const testing::TwentyRows d;
  const std::vector<std::int32_t> b(d.b.begin(), d.b.end());
  const LogRankOptions peto{.weight = LogRankWeight::fleming_harrington, .rho = 1};
  const LogRankOptions half{.weight = LogRankWeight::fleming_harrington, .rho = 0.5};
  const auto three = log_rank_test(d.time, d.event, three_groups);
  CHECK(three.statistic == Approx(0.01090599805128).epsilon(1e-9));
  CHECK(three.degrees == 2);
  CHECK(three.p_value == Approx(std::exp(-0.01090599805128 / 2)));
  CHECK(three.groups == std::vector<std::int32_t>{1, 2, 3});
  CHECK(three.observed == std::vector<double>{5, 5, 4});
  CHECK(three.expected[1] == Approx(4.82909479581306));
  CHECK(three.covariance(0, 2) == Approx(-1.335553919574));
  CHECK(log_rank_test(d.time, d.event, three_groups, {}, peto).statistic ==
        Approx(0.003949302195895).epsilon(1e-9));
  CHECK(log_rank_test(d.time, d.event, three_groups, {}, half).statistic ==
        Approx(0.002655166735639).epsilon(1e-9));
  CHECK(log_rank_test(d.time, d.event, b).statistic == Approx(0.3590211968944));
  CHECK(log_rank_test(d.time, d.event, b, {}, peto).statistic == Approx(0.08948208317257));
  const SurvivalRows strata{.stratum = d.stratum};
  CHECK(log_rank_test(d.time, d.event, b, strata).statistic == Approx(2.065562452181));
  CHECK(log_rank_test(d.time, d.event, b, strata, peto).statistic == Approx(1.903455781639));
  CHECK(log_rank_test(d.time, d.event, b, strata, half).statistic == Approx(2.015197214644));
}

TEST_CASE("log_rank: Rossi") {
  const auto rossi = testing::data_table("rossi/rossi.csv");
  if (!rossi) return;
  const auto& fin = rossi->numbers("fin");
  const std::vector<std::int32_t> group(fin.begin(), fin.end());
  const auto& time = rossi->numbers("week");
  const auto& event = rossi->numbers("arrest");
  CHECK(log_rank_test(time, event, group).statistic == Approx(3.837569576549).epsilon(1e-10));
  CHECK(
      log_rank_test(time, event, group, {}, {.weight = LogRankWeight::fleming_harrington, .rho = 1})
          .statistic == Approx(3.749499682215).epsilon(1e-10));
}

TEST_CASE("log_rank: two groups by the definition, with entries, weights and each weighting") {
  Rng rng{1};
  for (int round = 0; round < 100; ++round) {
    const std::size_t n = 10 + rng.below(30);
    std::vector<double> time;
    std::vector<int> event;
    std::vector<std::int32_t> group;
    SurvivalRows rows;
    for (std::size_t i = 0; i < n; ++i) {
      time.push_back(1 + static_cast<double>(rng.below(12)));
      event.push_back(rng.bernoulli(0.6) ? 1 : 0);
      group.push_back(static_cast<std::int32_t>(rng.below(2)));
      rows.entry.push_back(rng.bernoulli(0.5) ? 0 : std::floor(rng.uniform() * time[i]));
      rows.weight.push_back(1 + static_cast<double>(rng.below(3)));
    }
    group[0] = 0, group[1] = 1, event[0] = 1;
    const LogRankOptions options{
        .weight = static_cast<LogRankWeight>(round % 4), .rho = 0.5, .gamma = 1};
    double u = 0;
    double v = 0;
    double s = 1;
    for (double t = 1; t <= 12; ++t) {
      double at_risk[2]{};
      double deaths[2]{};
      for (std::size_t i = 0; i < n; ++i) {
        const auto g = static_cast<std::size_t>(group[i]);
        if (time[i] >= t && rows.entry[i] < t) at_risk[g] += rows.weight[i];
        if (time[i] == t && event[i] == 1) deaths[g] += rows.weight[i];
      }
      const double total = at_risk[0] + at_risk[1];
      const double d = deaths[0] + deaths[1];
      if (d == 0) continue;
      const double weights[]{1, total, std::sqrt(total), std::sqrt(s) * (1 - s)};
      const double w = weights[round % 4];
      u += w * (deaths[0] - d * at_risk[0] / total);
      if (total > 1)
        v += w * w * d * (total - d) / (total - 1) * at_risk[0] * at_risk[1] / (total * total);
      s *= 1 - d / total;
    }
    const auto test = log_rank_test(time, event, group, rows, options);
    INFO(round);
    if (v > 1e-12)
      CHECK(test.statistic == Approx(u * u / v).epsilon(1e-8).margin(1e-12));
    else
      CHECK(test.degrees == 0);
  }
}

TEST_CASE("log_rank: as often significant as it should where groups are alike") {
  Rng rng{2};
  int significant = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<double> time;
    std::vector<int> event;
    std::vector<std::int32_t> group;
    for (std::int32_t i = 0; i < 60; ++i) {
      time.push_back(draw_exponential(rng));
      event.push_back(rng.bernoulli(0.7) ? 1 : 0);
      group.push_back(i % 3);
    }
    significant += log_rank_test(time, event, group).p_value < 0.1 ? 1 : 0;
  }
  CHECK(significant > 20);
  CHECK(significant < 64);
}

TEST_CASE("log_rank: what tells nothing has no degrees of freedom; errors") {
  const std::vector<std::int32_t> one{5, 5};
  CHECK(log_rank_test({1, 2}, {1, 1}, one).degrees == 0);
  CHECK(log_rank_test({1, 2}, {1, 1}, one).p_value == 1);
  const std::vector<std::int32_t> two{0, 1};
  CHECK(log_rank_test({1, 2}, {0, 0}, two).degrees == 0);
  CHECK(log_rank_test({1, 1}, {1, 1}, two).degrees == 0);  // all at once
  CHECK(log_rank_test({1, 2}, {1, 1}, two).degrees == 1);
  const std::vector<std::int32_t> three{0, 1, 7};  // 7 is gone before the first event
  CHECK(log_rank_test({2, 3, 1}, {1, 1, 0}, three).degrees == 1);
  const std::vector<std::int32_t> one_of_three{0, 1, 1};
  const auto single = log_rank_test({1, 2, 3}, {1, 0, 0}, one_of_three);
  CHECK(single.statistic == Approx(2));  // (1 - 1/3)^2 over 1/3 2/3
  CHECK(single.degrees == 1);
  const auto tied = log_rank_test({2, 2, 2}, {1, 0, 0}, one_of_three);  // at one time, not of all
  CHECK(tied.statistic == Approx(2));
  for (const auto weight : {LogRankWeight::wilcoxon, LogRankWeight::tarone_ware})
    CHECK(log_rank_test({2, 2, 2}, {1, 0, 0}, one_of_three, {}, {.weight = weight}).statistic ==
          Approx(2));
  CHECK_THROWS_AS(log_rank_test({1, 2, 3}, {1, 1, 1}, two), ShapeError);
  CHECK_THROWS_AS(log_rank_test({1, -2}, {1, 1}, two), DataError);
  CHECK_THROWS_AS(log_rank_test({1, 2}, {1, 1}, two, {}, {.rho = -1}), OptionError);
  CHECK_THROWS_AS(log_rank_test({1, 2}, {1, 1}, two, {}, {.gamma = std::nan("")}), OptionError);
}

}  // namespace log_rank_tests
