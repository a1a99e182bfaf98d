// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/distributions.hpp>
#include <loyal/core/random.hpp>
#include <loyal/metrics/classification.hpp>
#include <loyal/metrics/survival_metrics.hpp>

#include "../support/catch.hpp"
#include "../support/survival_data.hpp"

using namespace loyal;

namespace {

/// All pairs, one by one.
Concordance brute_force(const std::vector<double>& time, const std::vector<int>& event,
                        const std::vector<double>& risk, const SurvivalRows& rows) {
  Concordance c;
  for (std::size_t i = 0; i < time.size(); ++i)
    for (std::size_t j = 0; j < time.size(); ++j) {
      if (i == j || event[i] == 0) continue;
      if (!rows.stratum.empty() && rows.stratum[i] != rows.stratum[j]) continue;
      if (!rows.entry.empty() && rows.entry[j] >= time[i]) continue;
      const double w = rows.weight.empty() ? 1 : rows.weight[i] * rows.weight[j];
      if (time[j] == time[i] && event[j] == 1) {
        if (i < j) (risk[i] == risk[j] ? c.tied_both : c.tied_time) += w;
      } else if (time[j] >= time[i]) {
        (risk[i] > risk[j] ? c.concordant : risk[i] < risk[j] ? c.discordant : c.tied_risk) += w;
      }
    }
  return c;
}
void check(const Concordance& got, const Concordance& wanted) {
  CHECK(got.concordant == Approx(wanted.concordant).margin(1e-9));
  CHECK(got.discordant == Approx(wanted.discordant).margin(1e-9));
  CHECK(got.tied_risk == Approx(wanted.tied_risk).margin(1e-9));
  CHECK(got.tied_time == Approx(wanted.tied_time).margin(1e-9));
  CHECK(got.tied_both == Approx(wanted.tied_both).margin(1e-9));
}

}  // namespace

TEST_CASE("survival_metrics: concordance counts pairs one by one") {
  Rng rng{1};
  for (int round = 0; round < 100; ++round) {
    const std::size_t n = 1 + rng.below(50);
    std::vector<double> time;
    std::vector<int> event;
    std::vector<double> risk;
    SurvivalRows rows;
    for (std::size_t i = 0; i < n; ++i) {
      time.push_back(1 + static_cast<double>(rng.below(12)));
      event.push_back(rng.bernoulli(0.6) ? 1 : 0);
      risk.push_back(round % 2 == 0 ? rng.normal() : static_cast<double>(rng.below(4)));
      if (round % 3 == 0) rows.weight.push_back(rng.uniform(0.1, 2.0));
      if (round % 5 < 2) rows.entry.push_back(std::floor(rng.uniform() * time[i]));
      if (round % 7 < 3) rows.stratum.push_back(static_cast<std::int32_t>(rng.below(3)));
    }
    INFO(round);
    check(concordance(time, event, risk, rows), brute_force(time, event, risk, rows));
  }
}

TEST_CASE("survival_metrics: concordance agrees with R on twenty rows") {
  const testing::TwentyRows d;
  std::vector<double> rounded;
  for (const double a : d.a) rounded.push_back(std::nearbyint(a));  // as R: to even
  check(concordance(d.time, d.event, d.a), {105, 32, 0, 6, 0});
  check(concordance(d.time, d.event, rounded), {82, 18, 37, 4, 2});
  CHECK(concordance(d.time, d.event, rounded).value() == Approx(0.7335766423358));
  check(concordance(d.time, d.event, rounded, {.weight = d.weight}), {99, 17.25, 41.75, 5.5, 2});
  check(concordance(d.time, d.event, rounded, {.entry = d.entry}), {46, 13, 29, 4, 2});
  check(concordance(d.time, d.event, rounded,
                    {.entry = d.entry, .weight = d.weight, .stratum = d.stratum}),
        {11 + 13.25, 3 + 6.25, 5.5 + 4.75, 2.5, 2});
}

TEST_CASE("survival_metrics: concordance of no pair, of infinite risks, of what cannot be used") {
  CHECK(std::isnan(concordance({1, 2}, {0, 0}, {1, 2}).value()));
  CHECK(std::isnan(concordance({1}, {1}, {1}).value()));
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(concordance({1, 2, 3}, {1, 1, 1}, {infinity, 0, -infinity}).value() == 1);
  CHECK_THROWS_AS(concordance({1, 2}, {1, 1}, {1, std::nan("")}), DataError);
  CHECK_THROWS_AS(concordance({1, -2}, {1, 1}, {1, 2}), DataError);
  CHECK_THROWS_AS(concordance({1, 2}, {1, 1}, {1}), ShapeError);
}

TEST_CASE("survival_metrics: without censoring they are those of a classifier at each time") {
  Rng rng{2};
  std::vector<double> time;
  std::vector<double> risk;
  for (int i = 0; i < 100; ++i) {
    risk.push_back(std::floor(3 * rng.normal()));
    time.push_back(std::floor(10 * draw_exponential(rng, std::exp(0.2 * risk.back()))));
  }
  const std::vector<int> event(100, 1);
  const std::vector<double> horizons{2, 5, 9};
  Matrix<double> survival(100, 3);
  for (Index i = 0; i < 100; ++i)
    for (Index k = 0; k < 3; ++k) survival(i, k) = rng.uniform();
  const auto auc = cumulative_dynamic_auc(time, event, risk, horizons);
  const auto brier = survival_brier_score(time, event, survival, horizons);
  for (std::size_t k = 0; k < 3; ++k) {
    std::vector<double> left;
    for (const double t : time) left.push_back(t <= horizons[k] ? 1 : 0);
    const Vector<double> p = 1 - survival.col(static_cast<Index>(k)).array();
    CHECK(auc[k] == Approx(roc_auc(left, risk)));
    CHECK(brier[k] == Approx(brier_score(left, p)));
  }
  CHECK(integrated_brier_score(time, event, survival, horizons) ==
        Approx((3 * (brier[0] + brier[1]) / 2 + 4 * (brier[1] + brier[2]) / 2) / 7));
}

TEST_CASE("survival_metrics: a censored example by hand") {
  // Censored at 2 (of 3 left) and at 4 (of 1 left): G = 2/3 from 2 on, 0 from 4 on.
  const std::vector<double> time{1, 2, 3, 4};
  const std::vector<int> event{1, 0, 1, 0};
  const std::vector<double> risk{3, 4, 2, 1};
  const auto auc = cumulative_dynamic_auc(time, event, risk, {0.5, 1, 3, 4});
  CHECK(std::isnan(auc[0]));
  CHECK(auc[1] == Approx(2.0 / 3));
  CHECK(auc[2] == 1);
  CHECK(std::isnan(auc[3]));
  Matrix<double> s(4, 1);
  s << 0.2, 0.4, 0.6, 0.8;
  // At 3.5: rows 1 and 3 have had it, with 1/G = 1 and 3/2; row 4 has not, 3/2; row 2 does not count.
  CHECK(survival_brier_score(time, event, s, {3.5})[0] ==
        Approx((0.04 + 1.5 * 0.36 + 1.5 * 0.04) / 4));
  // Events before censoring at equal times: of those still there at 1 one is censored.
  const detail::CensoringCurve g(Vector<double>{{1.0, 1.0, 2.0}}, Vector<double>{{1.0, 0.0, 1.0}});
  CHECK(g.at(1) == 0.5);
  CHECK(g.just_before(1) == 1);
}

TEST_CASE("survival_metrics: censoring does not move what they estimate") {
  Rng rng{3};
  double full_auc = 0;
  double censored_auc = 0;
  double full_brier = 0;
  double censored_brier = 0;
  for (int round = 0; round < 20; ++round) {
    std::vector<double> time;
    std::vector<double> seen;
    std::vector<int> event;
    std::vector<double> risk;
    Matrix<double> s(500, 1);
    for (Index i = 0; i < 500; ++i) {
      risk.push_back(rng.normal());
      time.push_back(draw_exponential(rng, std::exp(risk.back())));
      const double censored = draw_exponential(rng, 0.7);
      seen.push_back(std::min(time.back(), censored));
      event.push_back(time.back() <= censored ? 1 : 0);
      s(i, 0) = std::exp(-std::exp(risk.back()));
    }
    const std::vector<int> all(500, 1);
    full_auc += cumulative_dynamic_auc(time, all, risk, {1})[0] / 20;
    censored_auc += cumulative_dynamic_auc(seen, event, risk, {1})[0] / 20;
    full_brier += survival_brier_score(time, all, s, {1})[0] / 20;
    censored_brier += survival_brier_score(seen, event, s, {1})[0] / 20;
  }
  CHECK(std::abs(full_auc - censored_auc) < 0.012);
  CHECK(std::abs(full_brier - censored_brier) < 0.006);
}

TEST_CASE("survival_metrics: all censored, one event, one time") {
  // Nobody had the event, half are left at 1.5: each of them stands for two.
  const Matrix<double> s = Matrix<double>::Constant(2, 1, 0.5);
  CHECK(survival_brier_score({1, 2}, {0, 0}, s, {1.5})[0] == Approx(0.25));
  CHECK(std::isnan(cumulative_dynamic_auc({1, 2}, {0, 0}, {2, 1}, {1.5})[0]));
  // Nobody is left and not all have had the event: what became of the others is not known.
  CHECK(std::isnan(survival_brier_score({1, 2}, {0, 0}, s, {2})[0]));
  CHECK(std::isnan(survival_brier_score({1, 2}, {1, 0}, s, {3})[0]));
  CHECK(survival_brier_score({1, 2}, {1, 1}, s, {3})[0] == Approx(0.25));
  CHECK(survival_brier_score({2, 2}, {1, 1}, s, {2})[0] == Approx(0.25));
  CHECK(survival_brier_score({2, 2}, {1, 1}, s, {1})[0] == Approx(0.25));
  CHECK(cumulative_dynamic_auc({1, 2}, {1, 0}, {2, 1}, {1.5})[0] == 1);
  CHECK(std::isnan(cumulative_dynamic_auc({2, 2}, {1, 1}, {2, 1}, {2})[0]));
  const auto tied = concordance({2, 2, 2}, {1, 1, 1}, {3, 3, 1});
  CHECK(std::isnan(tied.value()));
  CHECK(tied.tied_time == 2);
  CHECK(tied.tied_both == 1);
  const auto one = concordance({2, 1, 3}, {1, 0, 0}, {5, 9, 1});  // the first was gone by then
  CHECK(one.pairs() == 1);
  CHECK(one.value() == 1);
  CHECK(concordance({1, 2, 3}, {1, 1, 0}, {4, 4, 4}).value() == 0.5);  // a risk without variance
}

TEST_CASE("survival_metrics: errors") {
  const Matrix<double> s = Matrix<double>::Constant(2, 2, 0.5);
  CHECK_THROWS_AS(survival_brier_score({1, -2}, {1, 1}, s, {1, 2}), DataError);
  CHECK_THROWS_AS(cumulative_dynamic_auc({1, -2}, {1, 1}, {1, 2}, {1}), DataError);
  CHECK_THROWS_AS(survival_brier_score({1, 2}, {1, 1}, s, {1}), ShapeError);
  CHECK_THROWS_AS(survival_brier_score({1, 2}, {1, 1}, s, {2, 1}), DataError);
  CHECK_THROWS_AS(survival_brier_score({1, 2}, {1, 1}, s, {}), DataError);
  CHECK_THROWS_AS(survival_brier_score({1, 2}, {1, 1}, Matrix<double>(2 * s.array() + 0.1), {1, 2}),
                  DataError);
  CHECK_THROWS_AS(survival_brier_score({1, 2}, {1, 1}, Matrix<double>(s * std::nan("")), {1, 2}),
                  DataError);
  CHECK_THROWS_AS(integrated_brier_score({1, 2}, {1, 1}, Matrix<double>(s.leftCols(1)), {1}),
                  DataError);
  CHECK_THROWS_AS(cumulative_dynamic_auc({1, 2}, {1, 1}, {1, 2}, {1, 1}), DataError);
  CHECK_THROWS_AS(cumulative_dynamic_auc({1, 2}, {1, 1}, {1}, {1}), ShapeError);
  CHECK_THROWS_AS(cumulative_dynamic_auc({1, 2}, {1, 1}, {1, std::nan("")}, {1}), DataError);
}
