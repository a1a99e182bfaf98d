// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include <loyal/campaign/maximum_profit.hpp>
#include <loyal/core/random.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

struct Sample {
  Vector<double> score;
  Vector<double> left;
};

Sample random_sample(Rng& rng, Index n, bool ties) {
  Sample sample{Vector<double>(n), Vector<double>(n)};
  for (Index i = 0; i < n; ++i) {
    sample.left[i] = i < 2 ? static_cast<double>(i) : (rng.bernoulli(0.3) ? 1.0 : 0.0);
    const double s = rng.normal() + sample.left[i];
    sample.score[i] = ties ? std::round(2 * s) : s;
  }
  return sample;
}

/// The definition, threshold by threshold.
double best_threshold_profit(const RetentionOffer& offer, const Sample& sample, double value) {
  double best = 0;
  for (const double threshold : sample.score) {
    double profit = 0;
    for (Index i = 0; i < sample.score.size(); ++i)
      if (sample.score[i] >= threshold) profit += offer.profit(sample.left[i], value);
    best = std::max(best, profit / static_cast<double>(sample.score.size()));
  }
  return best;
}

}  // namespace

TEST_CASE("EMPC of the published toy sample") {
  Vector<double> score(8);
  score << .1, .2, .3, .4, .5, .7, .8, .9;
  Vector<double> left(8);
  left << 0, 1, 0, 1, 0, 1, 0, 1;
  const auto empc = expected_maximum_profit(score, left);
  CHECK(empc.profit == Approx(23.8755934183).epsilon(1e-11));
  CHECK(empc.fraction == Approx(.8743700763).epsilon(1e-9));
}

TEMPLATE_TEST_CASE("maximum profit is the best of all thresholds", "", float, double) {
  Rng rng{8};
  for (int trial = 0; trial < 200; ++trial) {
    auto sample = random_sample(rng, 2 + static_cast<Index>(rng.below(40)), trial % 2 == 0);
    const Vector<TestType> score = sample.score.template cast<TestType>();
    sample.score = score.template cast<double>();
    const RetentionOffer offer{{.contact_cost = rng.uniform(0.0, 3.0),
                                .incentive_cost = rng.uniform(0.0, 60.0),
                                .acceptance = rng.uniform(),
                                .taken_by_stayers = rng.uniform()}};
    const auto best = maximum_profit(offer, score, sample.left, 100);
    CHECK(best.profit == Approx(best_threshold_profit(offer, sample, 100)).margin(1e-10));

    double profit = 0;
    Index contacted = 0;
    for (Index i = 0; i < sample.score.size(); ++i) {
      if (sample.score[i] < best.threshold) continue;
      profit += offer.profit(sample.left[i], 100);
      ++contacted;
    }
    const double n = static_cast<double>(sample.score.size());
    CHECK(profit / n == Approx(best.profit).margin(1e-10));
    CHECK(static_cast<double>(contacted) / n == Approx(best.fraction));
  }
}

TEST_CASE("EMPC is the integral of the maximum profit over acceptance rates") {
  Rng rng{9};
  for (int trial = 0; trial < 20; ++trial) {
    const auto sample = random_sample(rng, 5 + static_cast<Index>(rng.below(60)), trial % 2 == 0);
    const ExpectedMaximumProfitOptions options{.alpha = 1.5 + 5 * rng.uniform(),
                                               .beta = 1.5 + 10 * rng.uniform(),
                                               .value = rng.uniform(50.0, 300.0),
                                               .contact_cost = rng.uniform(0.0, 3.0),
                                               .incentive_cost = rng.uniform(0.0, 20.0)};
    // Midpoint rule on the definition.
    const int steps = 4000;
    double profit = 0;
    double fraction = 0;
    double mass = 0;
    for (int k = 0; k < steps; ++k) {
      const double a = (k + 0.5) / steps;
      const double weight = std::pow(a, options.alpha - 1) * std::pow(1 - a, options.beta - 1);
      const RetentionOffer offer{{.contact_cost = options.contact_cost,
                                  .incentive_cost = options.incentive_cost,
                                  .acceptance = a}};
      const auto best = maximum_profit(offer, sample.score, sample.left, options.value);
      profit += weight * best.profit;
      fraction += weight * best.fraction;
      mass += weight;
    }
    const auto empc = expected_maximum_profit(sample.score, sample.left, options);
    CHECK(empc.profit == Approx(profit / mass).epsilon(1e-4));
    CHECK(empc.fraction == Approx(fraction / mass).margin(2e-3));
  }
}

TEST_CASE("a constant and a perfect score") {
  Vector<double> left(4);
  left << 1, 0, 0, 0;
  const Vector<double> constant = Vector<double>::Ones(4);
  const RetentionOffer offer{{.contact_cost = 1, .incentive_cost = 100}};
  // Contact all or nobody: all would cost 3 offers taken by stayers.
  CHECK(maximum_profit(offer, constant, left, 200).profit == 0);
  CHECK(std::isinf(maximum_profit(offer, constant, left, 200).threshold));
  const auto best = maximum_profit(offer, left, left, 200);
  CHECK(best.profit == Approx((0.3 * 100 - 1) / 4));
  CHECK(best.threshold == 1);
}

TEST_CASE("samples and options that cannot be used") {
  Vector<double> score(2);
  score << 0.1, 0.2;
  Vector<double> left(2);
  left << 0, 1;
  const RetentionOffer offer;
  CHECK_THROWS_AS(maximum_profit(offer, score, Vector<double>(), 1), ShapeError);
  CHECK_THROWS_AS(maximum_profit(offer, score, score, 1), DataError);
  CHECK_THROWS_AS(maximum_profit(offer, score, Vector<double>::Ones(2), 1), DataError);
  CHECK_THROWS_AS(maximum_profit(offer, score, left, std::nan("")), OptionError);
  CHECK_THROWS_AS(expected_maximum_profit(score, Vector<double>::Zero(2)), DataError);
  CHECK_THROWS_AS(expected_maximum_profit(score, left, {.alpha = 0}), OptionError);
  CHECK_THROWS_AS(expected_maximum_profit(score, left, {.value = 10}), OptionError);
  CHECK_THROWS_AS(expected_maximum_profit(Vector<double>(), Vector<double>()), DataError);
  score[0] = std::nan("");
  CHECK_THROWS_AS(expected_maximum_profit(score, left), DataError);
}
