// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <loyal/campaign/campaign_plan.hpp>
#include <loyal/core/random.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

/// Best expected profit over all subsets within the limits.
double best_of_all(const RetentionOffer& offer, const Vector<double>& p, const Vector<double>& v,
                   const CampaignLimits& limits) {
  double best = 0;
  for (unsigned subset = 0; subset < 1U << p.size(); ++subset) {
    double profit = 0;
    double cost = 0;
    Index contacts = 0;
    for (Index i = 0; i < p.size(); ++i) {
      if ((subset >> i & 1U) == 0) continue;
      profit += offer.profit(p[i], v[i]);
      cost += offer.cost(p[i]);
      ++contacts;
    }
    if (cost <= limits.budget && contacts <= limits.contacts) best = std::max(best, profit);
  }
  return best;
}

}  // namespace

TEMPLATE_TEST_CASE("plans against all subsets", "", float, double) {
  Rng rng{2};
  int exact = 0;
  int budgeted = 0;
  for (int trial = 0; trial < 300; ++trial) {
    const Index n = static_cast<Index>(rng.below(11));
    const RetentionOffer offer{{.contact_cost = rng.uniform(0.0, 3.0),
                                .incentive_cost = rng.uniform(0.0, 30.0),
                                .acceptance = rng.uniform(),
                                .taken_by_stayers = rng.uniform()}};
    Vector<TestType> p(n);
    Vector<TestType> v(n);
    for (Index i = 0; i < n; ++i) {
      p[i] = rng.uniform<TestType>();
      v[i] = rng.uniform<TestType>(TestType(0), TestType(300));
    }
    const Vector<double> pd = p.template cast<double>();
    const Vector<double> vd = v.template cast<double>();

    const auto all = plan_campaign(offer, p, v);
    CHECK(all.profit == Approx(best_of_all(offer, pd, vd, {})).margin(1e-9));
    CHECK(all.bound == Approx(all.profit).margin(1e-9));

    const CampaignLimits few{.contacts = static_cast<Index>(rng.below(6))};
    const auto top = plan_campaign(offer, p, v, few);
    CHECK(top.profit == Approx(best_of_all(offer, pd, vd, few)).margin(1e-9));
    CHECK(static_cast<Index>(top.customers.size()) <= few.contacts);

    const CampaignLimits tight{.budget = rng.uniform(0.0, 60.0)};
    const auto plan = plan_campaign(offer, p, v, tight);
    const double optimum = best_of_all(offer, pd, vd, tight);
    double largest = 0;
    for (Index i = 0; i < n; ++i) largest = std::max(largest, offer.profit(pd[i], vd[i]));
    CHECK(plan.cost <= tight.budget);
    CHECK(plan.profit <= optimum + 1e-9);
    CHECK(plan.bound >= optimum - 1e-9);
    CHECK(optimum - plan.profit <= largest + 1e-9);
    CHECK(plan.bound - plan.profit <= largest + 1e-9);
    CHECK(plan.gain - plan.cost == Approx(plan.profit).margin(1e-9));
    ++budgeted;
    if (plan.profit > optimum - 1e-9) ++exact;

    // The plan says what its customers add up to, most profitable first, nobody twice.
    double sum = 0;
    auto seen = plan.customers;
    for (const Index i : plan.customers) sum += offer.profit(pd[i], vd[i]);
    CHECK(sum == Approx(plan.profit).margin(1e-9));
    CHECK(std::is_sorted(plan.customers.begin(), plan.customers.end(), [&](Index a, Index b) {
      return offer.profit(pd[a], vd[a]) > offer.profit(pd[b], vd[b]);
    }));
    std::sort(seen.begin(), seen.end());
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  }
  CHECK(exact > 0.7 * budgeted);
}

TEST_CASE("with equal costs the budgeted plan is the best there is") {
  // Without stayers' and leavers' incentive every contact costs the same.
  const RetentionOffer offer{{.contact_cost = 5, .incentive_cost = 0}};
  Rng rng{3};
  for (int trial = 0; trial < 100; ++trial) {
    Vector<double> p(10);
    Vector<double> v(10);
    for (Index i = 0; i < 10; ++i) {
      p[i] = rng.uniform();
      v[i] = rng.uniform(0.0, 100.0);
    }
    const CampaignLimits limits{.budget = 17};
    CHECK(plan_campaign(offer, p, v, limits).profit ==
          Approx(best_of_all(offer, p, v, limits)).margin(1e-9));
  }
}

TEST_CASE("everyone above the break-even probability is contacted, nobody below") {
  const RetentionOffer offer;
  const double even = offer.break_even(200);
  Vector<float> p = Vector<float>::LinSpaced(1001, 0, 1);
  const auto plan = plan_campaign(offer, p, 200);
  for (const Index i : plan.customers) CHECK(static_cast<double>(p[i]) > even);
  CHECK(static_cast<Index>(plan.customers.size()) == (p.array().cast<double>() > even).count());
  CHECK(plan.roi() == Approx(plan.gain / plan.cost - 1));
}

TEST_CASE("profit curve by hand") {
  const RetentionOffer offer{{.contact_cost = 1, .incentive_cost = 10, .acceptance = 0.5}};
  Vector<double> p(3);
  p << 0.2, 0.9, 0.0;
  Vector<double> left(3);
  left << 1, 0, 0;
  const auto curve = profit_curve(offer, p, left, 100.0);
  // profit(p) = 50 p - 1 - 10 (0.5 p + 1 - p) = 55 p - 11
  CHECK(curve.order == std::vector<Index>{1, 0, 2});
  const std::vector<double> expected{0, 38.5, 38.5, 27.5};
  const std::vector<double> realized{0, -11, 33, 22};
  for (Index k = 0; k < 4; ++k) {
    CHECK(curve.fraction[k] == Approx(static_cast<double>(k) / 3));
    CHECK(curve.expected[k] == Approx(expected[static_cast<std::size_t>(k)]).margin(1e-12));
    CHECK(curve.realized[k] == Approx(realized[static_cast<std::size_t>(k)]).margin(1e-12));
  }
  CHECK(curve.best_realized() == 2);
}

TEST_CASE("calibrated probabilities realise what they promise") {
  Rng rng{4};
  const Index n = 100000;
  Vector<double> p(n);
  Vector<double> left(n);
  Vector<double> value(n);
  for (Index i = 0; i < n; ++i) {
    p[i] = rng.uniform() * rng.uniform();
    left[i] = rng.bernoulli(p[i]) ? 1 : 0;
    value[i] = rng.uniform(50.0, 400.0);
  }
  const RetentionOffer offer;
  const auto curve = profit_curve(offer, p, left, value);
  const Index best = curve.best_expected();
  CHECK(curve.realized[best] == Approx(curve.expected[best]).epsilon(0.03));
  const auto plan = plan_campaign(offer, p, value);
  CHECK(plan.profit == Approx(curve.expected[best]));
  CHECK(static_cast<Index>(plan.customers.size()) == best);
}

TEST_CASE("plans and curves of nobody, and unusable values") {
  const RetentionOffer offer;
  const Vector<double> none;
  const auto plan = plan_campaign(offer, none, 100.0);
  CHECK(plan.customers.empty());
  CHECK_THROWS_AS(plan.roi(), OptionError);
  CHECK(profit_curve(offer, none, none, 100.0).expected.size() == 1);

  Vector<double> p(2);
  p << 0.5, 0.5;
  Vector<double> bad = p;
  bad[1] = std::nan("");
  CHECK_THROWS_AS(plan_campaign(offer, bad, 1.0), DataError);
  CHECK_THROWS_AS(plan_campaign(offer, p, bad), DataError);
  CHECK_THROWS_AS(plan_campaign(offer, p, none), ShapeError);
  CHECK_THROWS_AS(plan_campaign(offer, p, std::nan("")), DataError);
  bad[1] = 1.1;
  CHECK_THROWS_WITH(plan_campaign(offer, bad, 1.0), ContainsSubstring("probability is 1.1"));
  CHECK_THROWS_AS(profit_curve(offer, p, p, 1.0), DataError);
  CHECK_THROWS_AS(profit_curve(offer, p, none, 1.0), ShapeError);
  CHECK_THROWS_AS(plan_campaign(offer, p, 1.0, {.budget = -1}), OptionError);
  CHECK_THROWS_AS(plan_campaign(offer, p, 1.0, {.budget = std::nan("")}), OptionError);
  CHECK_THROWS_AS(plan_campaign(offer, p, 1.0, {.contacts = -1}), OptionError);
}
