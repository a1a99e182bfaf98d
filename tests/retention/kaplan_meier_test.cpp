// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/distributions.hpp>
#include <loyal/core/random.hpp>
#include <loyal/retention/kaplan_meier.hpp>

#include "../support/catch.hpp"
#include "../support/survival_data.hpp"

namespace kaplan_meier_tests {

using namespace loyal;
using testing::TwentyRows;

void check(const std::vector<double>& got, const std::vector<double>& wanted) {
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(wanted[i]).margin(1e-11));
}

TEST_CASE("kaplan_meier: twenty rows agree with R's survfit") {
  const TwentyRows d;
  KaplanMeier curve{{.band = SurvivalBand::plain}};
  curve.fit(d.time, d.event);
  check(curve.times(), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  const std::vector<double> s{0.95,
                              0.9,
                              0.7411764705882,
                              0.6882352941176,
                              0.6308823529412,
                              0.4416176470588,
                              0.3785294117647,
                              0.3028235294118,
                              0.2018823529412,
                              0.1009411764706};
  check(curve.survival(), s);
  const std::vector<double> relative{
      0.05129891760426, 0.07453559924999, 0.13476126139348, 0.15380215559890, 0.17672255272779,
      0.27219111576201, 0.31288580554140, 0.38457447563416, 0.56086022677309, 0.90253210135483};
  for (std::size_t k = 0; k < s.size(); ++k)
    CHECK(curve.standard_error()[k] == Approx(s[k] * relative[k]));
  check(curve.lower(), {0.8544831705973, 0.7685216189135, 0.5454115907403, 0.4807690457114,
                        0.4123637341758, 0.2060213520930, 0.1463981766636, 0.0745696516423, 0, 0});
  check(curve.upper(), {1, 1, 0.9369413504361, 0.8957015425239, 0.8494009717065, 0.6772139420246,
                        0.6106606468658, 0.5310774071812, 0.4238047282046, 0.2794990935086});
  const auto quartiles = [&](const SurvivalBand band, const std::vector<double>& wanted) {
    KaplanMeier other{{.band = band}};
    other.fit(d.time, d.event);
    std::vector<double> got;
    for (const double p : {0.25, 0.5, 0.75}) got.push_back(other.quantile(p).estimate);
    for (const double p : {0.25, 0.5, 0.75}) got.push_back(other.quantile(p).low);
    for (const double p : {0.25, 0.5, 0.75}) got.push_back(other.quantile(p).high);
    CHECK(got == wanted);
  };
  const double never = std::numeric_limits<double>::infinity();
  quartiles(SurvivalBand::plain, {3, 6, 9, 3, 4, 6, 6, 9, never});
  quartiles(SurvivalBand::log, {3, 6, 9, 3, 5, 7, 7, never, never});
  quartiles(SurvivalBand::log_log, {3, 6, 9, 1, 3, 6, 6, 9, never});
  KaplanMeier log{{.band = SurvivalBand::log}};
  log.fit(d.time, d.event);
  CHECK(log.lower()[0] == Approx(0.85912802773588));
  CHECK(log.upper()[9] == Approx(0.5919773355093));
  KaplanMeier log_log;
  log_log.fit(d.time, d.event);
  CHECK(log_log.lower()[0] == Approx(0.694743193256570));
  CHECK(log_log.upper()[9] == Approx(0.3463412585025));
  CHECK(curve.restricted_mean(9).value == Approx(6.0332647058824));
  CHECK(curve.restricted_mean(9).standard_error == Approx(0.6073743826405));
  CHECK(curve.restricted_mean(10).value == Approx(6.2351470588235));
  CHECK(curve.restricted_mean(10).standard_error == Approx(0.6715446672243));

  KaplanMeier late;
  late.fit(d.time, d.event, {.entry = d.entry});
  check(late.at_risk(), {7, 10, 11, 10, 10, 9, 7, 5, 3, 2});
  check(late.survival(),
        {0.85714285714286, 0.77142857142857, 0.56103896103896, 0.50493506493506, 0.45444155844156,
         0.30296103896104, 0.25968089053803, 0.20774471243043, 0.13849647495362, 0.06924823747681});
  CHECK(late.standard_error()[4] == Approx(0.45444155844156 * 0.3020492778236));
  KaplanMeier weighted;
  weighted.fit(d.time, d.event, {.weight = d.weight});
  check(weighted.survival(),
        {0.90909090909091, 0.88636363636364, 0.70909090909091, 0.65844155844156, 0.60357142857143,
         0.39232142857143, 0.33196428571429, 0.26557142857143, 0.17704761904762, 0.08852380952381});
}

TEST_CASE("kaplan_meier: Rossi and Telco") {
  const auto rossi = testing::data_table("rossi/rossi.csv");
  const auto telco = testing::data_table("telco-churn/telco.csv");
  if (!rossi || !telco) return;
  KaplanMeier curve{{.band = SurvivalBand::log}};
  curve.fit(rossi->numbers("week"), rossi->numbers("arrest"));
  const double weeks[]{10, 20, 30, 40, 52};
  const double wanted[]{0.9652778, 0.9074074, 0.8611111, 0.8032407, 0.7361111};
  for (int i = 0; i < 5; ++i) CHECK(std::abs(curve.survival(weeks[i]) - wanted[i]) < 1e-6);
  CHECK(curve.at(52).low == Approx(0.69570139));
  CHECK(curve.at(52).high == Approx(0.77886803));
  CHECK(std::isinf(curve.median()));
  curve.fit(telco->numbers("tenure"), telco->label("Churn", "Yes"));
  const double months[]{1, 12, 24, 48, 72};
  const double stays[]{0.9459613, 0.8431996, 0.7887364, 0.7088402, 0.5927902};
  for (int i = 0; i < 5; ++i) CHECK(std::abs(curve.survival(months[i]) - stays[i]) < 1e-6);
  CHECK(curve.at(72).low == Approx(0.57366504220528));
  CHECK(curve.survival(0) == 1);
}

TEST_CASE("kaplan_meier: without censoring it is the share still there") {
  Rng rng{1};
  std::vector<double> time;
  for (int i = 0; i < 200; ++i) time.push_back(static_cast<double>(rng.below(50)));
  KaplanMeier curve;
  curve.fit(time, std::vector<int>(200, 1));
  for (double t = -1; t < 52; t += 0.5) {
    double left = 0;
    for (const double x : time) left += x > t ? 1 : 0;
    CHECK(curve.survival(t) == Approx(left / 200).margin(1e-12));
    if (curve.survival(t) > 0)  // Greenwood's variance is then that of a share
      CHECK(curve.at(t).estimate * (1 - curve.at(t).estimate) / 200 ==
            Approx(
                std::pow(t < curve.times()[0]
                             ? 0
                             : curve.standard_error()[static_cast<std::size_t>(
                                   std::upper_bound(curve.times().begin(), curve.times().end(), t) -
                                   curve.times().begin() - 1)],
                         2))
                .margin(1e-12));
  }
  CHECK(curve.restricted_mean(1000).value == Approx(Values(time).sum() / 200));
}

TEST_CASE("kaplan_meier: a weight counts as so many rows; bands cover the truth") {
  Rng rng{2};
  int covered = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<double> time;
    std::vector<double> event;
    std::vector<double> weight;
    std::vector<double> copied_time;
    std::vector<double> copied_event;
    for (int i = 0; i < 80; ++i) {
      const double end = draw_exponential(rng);
      const double censored = draw_exponential(rng, 0.5);
      time.push_back(std::min(end, censored));
      event.push_back(end <= censored ? 1 : 0);
      weight.push_back(static_cast<double>(i % 3));
      for (int k = 0; k < i % 3; ++k)
        copied_time.push_back(time.back()), copied_event.push_back(event.back());
    }
    KaplanMeier curve;
    curve.fit(time, event);
    const auto at = curve.at(0.7);
    covered += at.low <= std::exp(-0.7) && std::exp(-0.7) <= at.high ? 1 : 0;
    if (round > 10) continue;
    KaplanMeier weighted;
    KaplanMeier copied;
    weighted.fit(time, event, {.weight = weight});
    copied.fit(copied_time, copied_event);
    for (const double t : {0.1, 0.5, 1.0, 2.0}) {
      CHECK(weighted.at(t).estimate == Approx(copied.at(t).estimate).margin(1e-12));
      CHECK(weighted.at(t).low == Approx(copied.at(t).low).margin(1e-12));
    }
  }
  CHECK(covered >= 182);
  CHECK(covered <= 198);
}

TEST_CASE(
    "kaplan_meier: nobody has the event, all at once, one row, ties of events and censoring") {
  KaplanMeier curve;
  curve.fit({3, 5}, {0, 0});
  CHECK(curve.survival(100) == 1);
  CHECK(std::isinf(curve.median()));
  CHECK(curve.restricted_mean(4).value == 4);
  CHECK(curve.restricted_mean(4).standard_error == 0);
  curve.fit({2, 2, 2}, {1, 1, 1});
  CHECK(curve.survival(1.9) == 1);
  CHECK(curve.survival(2) == 0);
  CHECK(curve.median() == 2);
  CHECK(curve.restricted_mean(9).value == 2);
  CHECK(curve.standard_error()[0] == 0);
  curve.fit({0}, {1});
  CHECK(curve.survival(0) == 0);
  CHECK(curve.survival(-0.1) == 1);
  curve.fit({1, 1, 2}, {1, 0, 1});  // who is censored at 1 was at risk there
  CHECK(curve.survival(1) == Approx(2.0 / 3));
  curve.fit({1, 2, 3, 4}, {1, 1, 1, 1});
  CHECK(curve.median() == 2.5);     // S = 1/2 from 2 to 3
  curve.fit({3, 1, 2}, {0, 0, 1});  // one event, rows in any order
  CHECK(curve.survival(2) == 0.5);
  CHECK(curve.survival(99) == 0.5);
  CHECK(curve.at(2).low > 0);
  CHECK(curve.at(2).high < 1);
  CHECK(curve.median() == 2);             // S = 1/2 to the end
  curve.fit({2, 2, 2, 2}, {1, 0, 1, 0});  // one time for all
  CHECK(curve.survival(2) == 0.5);
  curve.fit({0, 0}, {0, 0});
  CHECK(curve.survival(0) == 1);
  curve.fit({1, 2, 3}, {0, 1, 1}, {.weight = {1, 1, 0}});  // all that weighs anything has gone
  CHECK(curve.survival(2) == 0);
  CHECK(curve.survival(3) == 0);
}

TEST_CASE("kaplan_meier: what cannot be used leaves the curve as it was") {
  KaplanMeier curve;
  CHECK_THROWS_AS(curve.survival(1), NotFitted);
  CHECK_THROWS_AS(curve.median(), NotFitted);
  CHECK_THROWS_AS(curve.restricted_mean(1), NotFitted);
  curve.fit({1, 2}, {1, 0});
  CHECK_THROWS_AS(curve.fit({1, -2}, {1, 0}), DataError);
  CHECK_THROWS_AS(curve.fit({1, 2}, {1, 3}), DataError);
  CHECK_THROWS_AS(curve.fit({}, {}), DataError);
  CHECK(curve.survival(1) == 0.5);
  CHECK_THROWS_AS(curve.survival(std::nan("")), DataError);
  CHECK_THROWS_AS(curve.quantile(0), OptionError);
  CHECK_THROWS_AS(curve.restricted_mean(-1), OptionError);
  CHECK_THROWS_AS(KaplanMeier({.confidence = 1}), OptionError);
}

}  // namespace kaplan_meier_tests
