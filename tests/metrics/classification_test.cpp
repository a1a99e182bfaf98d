// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/metrics/classification.hpp>

#include "../support/catch.hpp"
#include "../support/scored_sample.hpp"

using namespace loyal;
using loyal::testing::scored_sample;

namespace {

struct Sample {
  std::vector<int> labels;
  std::vector<double> scores;
  std::vector<double> weights;
};

/// Random labels and scores; few levels make many ties.
Sample random_sample(Rng& rng, int n, int levels) {
  Sample s;
  for (int i = 0; i < n; ++i) {
    s.labels.push_back(i == 0 ? 1 : i == 1 ? 0 : static_cast<int>(rng.below(2)));
    s.scores.push_back(static_cast<double>(rng.below(static_cast<std::uint64_t>(levels))) / levels +
                       0.125 * s.labels.back());
    s.weights.push_back(rng.uniform(0.1, 2.0));
  }
  return s;
}

/// The definition: every pair of a positive and a negative.
double pairwise_auc(const Sample& s, bool weighted) {
  double won = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < s.labels.size(); ++i)
    for (std::size_t j = 0; j < s.labels.size(); ++j) {
      if (s.labels[i] != 1 || s.labels[j] != 0) continue;
      const double w = weighted ? s.weights[i] * s.weights[j] : 1;
      pairs += w;
      won += w * (s.scores[i] > s.scores[j] ? 1 : s.scores[i] == s.scores[j] ? 0.5 : 0);
    }
  return won / pairs;
}

}  // namespace

TEST_CASE("roc_auc: equals the count over all pairs, with ties and weights") {
  Rng rng{5};
  for (int round = 0; round < 200; ++round) {
    const auto s = random_sample(rng, 2 + static_cast<int>(rng.below(60)), 1 + round % 20);
    REQUIRE(roc_auc(s.labels, s.scores) == Approx(pairwise_auc(s, false)).epsilon(1e-13));
    REQUIRE(roc_auc(s.labels, s.scores, s.weights) == Approx(pairwise_auc(s, true)).epsilon(1e-12));
  }
}

TEST_CASE("roc_auc: properties") {
  Rng rng{6};
  const auto s = random_sample(rng, 500, 1024);
  const double auc = roc_auc(s.labels, s.scores);
  std::vector<double> bent;
  std::vector<double> negative;
  std::vector<int> swapped;
  for (std::size_t i = 0; i < s.scores.size(); ++i) {
    bent.push_back(std::pow(s.scores[i], 3));  // exact: scores have 10 bits
    negative.push_back(-s.scores[i]);
    swapped.push_back(1 - s.labels[i]);
  }
  CHECK(roc_auc(s.labels, bent) == auc);
  CHECK(roc_auc(s.labels, negative) == Approx(1 - auc));
  CHECK(roc_auc(swapped, s.scores) == Approx(1 - auc));
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(roc_auc({0, 1, 0, 1}, {-inf, inf, 0, inf}) == 1);
  CHECK(roc_auc({0, 1}, {3, 3}) == 0.5);
}

TEST_CASE("classification: agrees with scikit-learn 1.2.1") {
  const auto [y, s, w] = scored_sample();
  CHECK(roc_auc(y, s) == Approx(0.3984962406015038).epsilon(1e-14));
  CHECK(roc_auc(y, s, w) == Approx(0.38697435897435895).epsilon(1e-14));
  CHECK(pr_auc(y, s) == Approx(0.5334856745147177).epsilon(1e-14));
  CHECK(pr_auc(y, s, w) == Approx(0.5350866734097869).epsilon(1e-14));
  CHECK(log_loss(y, s) == Approx(0.8947924875518851).epsilon(1e-14));
  CHECK(log_loss(y, s, w) == Approx(0.9009651376518456).epsilon(1e-14));
  CHECK(brier_score(y, s) == Approx(0.33566).epsilon(1e-14));
  CHECK(brier_score(y, s, w) == Approx(0.3381564285714286).epsilon(1e-14));
  CHECK(ks_statistic(y, s) == Approx(0.41353383458646614).epsilon(1e-14));  // SciPy's ks_2samp

  const auto plain = confusion(y, s);
  CHECK(plain.true_negatives == 10);
  CHECK(plain.false_positives == 9);
  CHECK(plain.false_negatives == 12);
  CHECK(plain.true_positives == 9);
  CHECK(plain.accuracy() == Approx(0.475));
  CHECK(plain.f_beta(2) == Approx(0.44117647058823534));
  CHECK(plain.mcc() == Approx(-0.04528334128517262));
  const auto weighted = confusion(y, s, 0.5, w);
  CHECK(weighted.accuracy() == Approx(0.4857142857142857));
  CHECK(weighted.precision() == Approx(0.5238095238095238));
  CHECK(weighted.recall() == Approx(0.44));
  CHECK(weighted.f1() == Approx(0.4782608695652174));
  CHECK(weighted.f_beta(2) == Approx(0.4545454545454546));
  CHECK(weighted.mcc() == Approx(-0.021591675854376522));
}

TEST_CASE("classification: a weight of two is a sample counted twice") {
  Rng rng{8};
  auto s = random_sample(rng, 80, 12);
  auto twice = s;
  for (std::size_t i = 0; i < s.labels.size(); ++i) {
    s.weights[i] = i % 3 == 0 ? 2 : 1;
    if (i % 3 != 0) continue;
    twice.labels.push_back(s.labels[i]);
    twice.scores.push_back(s.scores[i]);
  }
  std::vector<double> p = s.scores;
  std::vector<double> q = twice.scores;
  for (auto* column : {&p, &q})
    for (double& x : *column) x = std::min(x, 1.0);
  CHECK(roc_auc(s.labels, s.scores, s.weights) == Approx(roc_auc(twice.labels, twice.scores)));
  CHECK(pr_auc(s.labels, s.scores, s.weights) == Approx(pr_auc(twice.labels, twice.scores)));
  CHECK(ks_statistic(s.labels, s.scores, s.weights) ==
        Approx(ks_statistic(twice.labels, twice.scores)));
  CHECK(brier_score(s.labels, p, s.weights) == Approx(brier_score(twice.labels, q)));
  CHECK(log_loss(s.labels, p, s.weights) == Approx(log_loss(twice.labels, q)));
  CHECK(log_loss_from_logits(s.labels, p, s.weights) ==
        Approx(log_loss_from_logits(twice.labels, q)));
  CHECK(confusion(s.labels, s.scores, 0.4, s.weights).f1() ==
        Approx(confusion(twice.labels, twice.scores, 0.4).f1()));
  CHECK(best_f1_threshold(s.labels, s.scores, s.weights).f1 ==
        Approx(best_f1_threshold(twice.labels, twice.scores).f1));
}

TEST_CASE("classification: curves are made of confusion tables") {
  Rng rng{9};
  const auto s = random_sample(rng, 100, 15);
  const auto roc = roc_curve(s.labels, s.scores, s.weights);
  const auto pr = precision_recall_curve(s.labels, s.scores, s.weights);
  REQUIRE(roc.threshold == pr.threshold);
  CHECK(roc.true_positive_rate.front() == 0);
  CHECK(roc.false_positive_rate.back() == 1);
  CHECK(roc.true_positive_rate.back() == 1);
  CHECK(pr.precision.front() == 1);
  double best = 0;
  for (std::size_t i = 1; i < roc.threshold.size(); ++i) {
    const auto table = confusion(s.labels, s.scores, roc.threshold[i], s.weights);
    CHECK(roc.true_positive_rate[i] == Approx(table.recall()));
    CHECK(roc.false_positive_rate[i] == Approx(1 - table.specificity()));
    CHECK(pr.precision[i] == Approx(table.precision()));
    best = std::max(best, table.f1());
  }
  const auto found = best_f1_threshold(s.labels, s.scores, s.weights);
  CHECK(found.f1 == Approx(best));
  CHECK(confusion(s.labels, s.scores, found.threshold, s.weights).f1() == Approx(best));
}

TEST_CASE("log_loss: certain and wrong is finite, logits lose nothing") {
  CHECK(log_loss({1}, {0.0}) == Approx(-std::log(1e-15)));
  CHECK(log_loss({0}, {1.0}) == Approx(-std::log(1e-15)));
  CHECK(log_loss({0}, {1e-20}) == Approx(1e-20));
  CHECK(log_loss({1, 0}, {1.0, 0.0}) == Approx(0).margin(2e-15));
  CHECK(log_loss_from_logits({1, 0}, {-1e4, 1e4}) == 1e4);
  CHECK(log_loss_from_logits({1}, {800}) == Approx(0).margin(1e-300));
  CHECK(log_loss_from_logits({1, 0}, {2, 2}) ==
        Approx(log_loss({1, 0}, {sigmoid(2.0), sigmoid(2.0)})));
  CHECK_THROWS_AS(log_loss({1}, {0.5}, {}, 0.7), OptionError);
}

TEST_CASE("confusion: ratios of nothing are 0") {
  const auto none = confusion({0, 0}, {0.1, 0.2});
  CHECK(none.precision() == 0);
  CHECK(none.recall() == 0);
  CHECK(none.f1() == 0);
  CHECK(none.mcc() == 0);
  CHECK(none.accuracy() == 1);
  CHECK(confusion({1, 0}, {0.5, 0.4999}).mcc() == Approx(1));
}

TEMPLATE_TEST_CASE("classification: bad input is named", "", float, double) {
  const TestType nan = std::numeric_limits<TestType>::quiet_NaN();
  const std::vector<TestType> two{TestType(0.1), TestType(0.2)};
  CHECK_THROWS_WITH(roc_auc({}, {}), ContainsSubstring("labels is empty"));
  CHECK_THROWS_AS(roc_auc({0, 1, 1}, two), ShapeError);
  CHECK_THROWS_WITH(roc_auc({0, 2}, two), ContainsSubstring("labels[1] is 2, expected 0 or 1"));
  CHECK_THROWS_WITH(roc_auc({0, 1}, std::vector<TestType>{0, nan}), ContainsSubstring("scores[1]"));
  CHECK_THROWS_WITH(roc_auc({1, 1}, two), ContainsSubstring("one class"));
  CHECK_THROWS_WITH(roc_auc({0, 0}, two), ContainsSubstring("one class"));
  CHECK_THROWS_AS(roc_auc({0, 1}, two, {1, 0}),
                  DataError);  // the only positive or negative weighs nothing
  CHECK_THROWS_AS(roc_auc({0, 1}, two, {1, 1, 1}), ShapeError);
  CHECK_THROWS_AS(roc_curve({0, 0}, two), DataError);
  CHECK_THROWS_AS(pr_auc({0, 0}, two), DataError);
  CHECK(pr_auc({1, 1}, two) == 1);
  CHECK_THROWS_AS(ks_statistic({0, 0}, two), DataError);
  CHECK_THROWS_AS(best_f1_threshold({0, 0}, two), DataError);
  CHECK_THROWS_AS(log_loss({0, 1}, {0.1, 1.2}), DataError);
  CHECK_THROWS_AS(brier_score({0, 1}, {-0.1, 0.2}), DataError);
  CHECK_THROWS_AS(brier_score({0, 1}, std::vector<TestType>{0, nan}), DataError);
  CHECK_THROWS_AS(confusion({}, {}), DataError);
  CHECK_THROWS_AS(log_loss_from_logits({0, 1}, std::vector<TestType>{0, nan}), DataError);
}

TEST_CASE("roc_auc: a million samples") {
  Rng rng{1};
  Vector<float> labels(1000000);
  Vector<float> scores(1000000);
  for (Index i = 0; i < labels.size(); ++i) {
    labels[i] = rng.bernoulli(0.1) ? 1.0F : 0.0F;
    scores[i] = rng.normal<float>() + labels[i];
  }
  // Two normals one standard deviation apart: AUC = normal_cdf(1 / sqrt(2)).
  CHECK(roc_auc(labels, scores) == Approx(normal_cdf(std::sqrt(0.5))).margin(0.003));
}
