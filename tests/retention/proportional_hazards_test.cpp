// SPDX-License-Identifier: MIT
#include <cmath>
#include <vector>

#include <loyal/core/distributions.hpp>
#include <loyal/core/random.hpp>
#include <loyal/retention/proportional_hazards.hpp>

#include "../support/catch.hpp"
#include "../support/survival_data.hpp"

namespace proportional_hazards_tests {

using namespace loyal;
using testing::TwentyRows;

ProportionalHazardsTest run(const SurvivalRows& rows,
                            TimeTransform transform = TimeTransform::kaplan_meier) {
  const TwentyRows d;
  CoxRegression<double> model;
  model.fit(d.x(), d.time, d.event, rows);
  return proportional_hazards_test(model, d.x(), d.time, d.event, rows, transform);
}
void check(const ProportionalHazardsTest& test, double a, double b, double global) {
  CHECK(test.features[0].statistic == Approx(a).epsilon(1e-8));
  CHECK(test.features[1].statistic == Approx(b).epsilon(1e-8));
  CHECK(test.features[1].degrees == 1);
  CHECK(test.global.statistic == Approx(global).epsilon(1e-8));
  CHECK(test.global.degrees == 2);
}

TEST_CASE("proportional_hazards: twenty rows agree with R's cox.zph") {
  const TwentyRows d;
  const auto test = run({});
  check(test, 0.402214011394, 2.771650739363, 3.449611910603);
  CHECK(test.global.p_value == Approx(0.1782076286637));
  check(run({}, TimeTransform::identity), 0.382357839114, 2.731957669097, 3.213815992590);
  check(run({}, TimeTransform::rank), 0.437940226375, 2.654959678755, 3.154930577938);
  check(run({}, TimeTransform::log), 0.644798684392, 2.819404854607, 3.214597373246);
  check(run({.stratum = d.stratum}), 1.370527163089, 0.237902217392, 1.642032902721);
  check(run({.entry = d.entry}), 0.481555194014, 3.388168671185, 3.918074370881);
  check(run({.entry = d.entry, .weight = d.weight, .stratum = d.stratum, .cluster = d.cluster}),
        0.00765494444423, 1.14427532403807, 1.14719009194910);

  CHECK(test.times == std::vector<double>{1, 2, 3, 3, 3, 4, 5, 6, 6, 6, 7, 8, 9, 10});
  CHECK(test.transformed[5] == Approx(0.2588235294118));
  CHECK(test.transformed[13] == Approx(0.7981176470588));
  const double a[]{1.0779972789001, -0.7728433512162, 3.1046240333637, 0.9164403735420,
                   0.2418459245887, 3.5406416681933,  0.8880250203275, 0.6164386269151,
                   2.3645748666590, 3.0802693938527,  3.6057008988191, -1.3177852856177,
                   2.2379271490789, 0.6332500130875};
  for (Index k = 0; k < 14; ++k) CHECK(test.residuals(k, 0) == Approx(a[k]).epsilon(1e-8));
  CHECK(test.residuals(13, 1) == Approx(-2.8656712861286).epsilon(1e-8));
}

TEST_CASE("proportional_hazards: Rossi as R's cox.zph") {
  const auto rossi = testing::data_table("rossi/rossi.csv");
  if (!rossi) return;
  const Matrix<double> x = testing::rossi_covariates(*rossi);
  CoxRegression<double> model;
  model.fit(x, rossi->numbers("week"), rossi->numbers("arrest"));
  const auto km =
      proportional_hazards_test(model, x, rossi->numbers("week"), rossi->numbers("arrest"));
  const auto rank = proportional_hazards_test(model, x, rossi->numbers("week"),
                                              rossi->numbers("arrest"), {}, TimeTransform::rank);
  CHECK(km.features[1].p_value == Approx(0.0145184627740).epsilon(1e-7));
  CHECK(rank.features[1].p_value == Approx(0.3437430645167).epsilon(1e-7));
  CHECK(km.features[3].statistic == Approx(4.22459563342).epsilon(1e-7));
  CHECK(km.global.statistic == Approx(17.694415254455).epsilon(1e-7));
  CHECK(km.global.p_value == Approx(0.0134275067857).epsilon(1e-6));
  CHECK(rank.global.statistic == Approx(11.025183407123).epsilon(1e-7));
}

TEST_CASE("proportional_hazards: the statistic is the score of x g(t) as a feature that changes") {
  // Rows split at every event time carry x g(t) as a feature; its score test given x is the same test.
  Rng rng{1};
  const Index n = 40;
  Matrix<double> x(n, 1);
  std::vector<double> time;
  std::vector<double> event;
  for (Index i = 0; i < n; ++i) {
    x(i, 0) = rng.normal();
    time.push_back(1 + static_cast<double>(rng.below(8)));
    event.push_back(rng.bernoulli(0.8) ? 1 : 0);
  }
  CoxRegression<double> model;
  model.fit(x, time, event);
  const auto test = proportional_hazards_test(model, x, time, event, {}, TimeTransform::identity);
  std::vector<double> ends;
  std::vector<double> happened;
  std::vector<double> values;
  SurvivalRows rows;
  for (Index i = 0; i < n; ++i)
    for (double t = 1; t <= time[static_cast<std::size_t>(i)]; ++t) {
      rows.entry.push_back(t - 1);
      ends.push_back(t);
      happened.push_back(t == time[static_cast<std::size_t>(i)] ? event[static_cast<std::size_t>(i)]
                                                                : 0);
      values.insert(values.end(), {x(i, 0), x(i, 0) * t});
    }
  const Matrix<double> split =
      Eigen::Map<const Matrix<double>>(values.data(), static_cast<Index>(ends.size()), 2);
  detail::RiskSets<double> sets(split, ends, happened, rows, Ties::efron);
  detail::LocalQuadratic<double> q;
  sets.evaluate(Vector<double>{{model.coefficients()[0], 0.0}}, q);
  const double rest =
      q.information(1, 1) - q.information(0, 1) * q.information(0, 1) / q.information(0, 0);
  CHECK(test.features[0].statistic == Approx(q.gradient[1] * q.gradient[1] / rest).epsilon(1e-8));
  CHECK(test.global.statistic == Approx(test.features[0].statistic));
}

TEST_CASE("proportional_hazards: as often significant as it should under proportional hazards") {
  Rng rng{2};
  int significant = 0;
  for (int round = 0; round < 200; ++round) {
    Matrix<double> x(80, 1);
    std::vector<double> time;
    for (Index i = 0; i < 80; ++i) {
      x(i, 0) = rng.normal();
      time.push_back(draw_exponential(rng, std::exp(0.5 * x(i, 0))));
    }
    const std::vector<int> event(80, 1);
    CoxRegression<double> model;
    model.fit(x, time, event);
    significant += proportional_hazards_test(model, x, time, event).global.p_value < 0.1 ? 1 : 0;
  }
  CHECK(significant > 8);
  CHECK(significant < 35);
}

TEST_CASE("proportional_hazards: features that say nothing, and errors") {
  const TwentyRows d;
  Matrix<double> x(20, 3);
  x << d.x(), Vector<double>::Ones(20);
  CoxRegression<double> model;
  CHECK_THROWS_AS(proportional_hazards_test(model, x, d.time, d.event), NotFitted);
  model.fit(x, d.time, d.event);
  const auto test = proportional_hazards_test(model, x, d.time, d.event);
  CHECK(test.features[2].degrees == 0);
  CHECK(test.features[2].p_value == 1);
  CHECK(test.global.statistic == Approx(3.449611910603).epsilon(1e-8));
  CHECK(test.global.degrees == 2);
  CHECK_THROWS_AS(proportional_hazards_test(model, d.x(), d.time, d.event), ShapeError);
  std::vector<double> early = d.time;
  early[13] = 0;
  CHECK_THROWS_AS(proportional_hazards_test(model, x, early, d.event, {}, TimeTransform::log),
                  DataError);
  CHECK_NOTHROW(proportional_hazards_test(model, x, early, d.event));
  CHECK_THROWS_AS(proportional_hazards_test(model, x, d.time, std::vector<int>(20, 0)), DataError);
  early[13] = -1;
  CHECK_THROWS_AS(proportional_hazards_test(model, x, early, d.event), DataError);
}

TEST_CASE("proportional_hazards: one event, one time, and separated data show no trend") {
  Matrix<double> x(4, 1);
  x << 1.2, 0, 3, 2;
  CoxRegression<double> model;
  for (const auto transform : {TimeTransform::kaplan_meier, TimeTransform::rank,
                               TimeTransform::identity, TimeTransform::log}) {
    model.fit(x, {1, 2, 3, 4}, {1, 0, 0, 0});
    auto test = proportional_hazards_test(model, x, {1, 2, 3, 4}, {1, 0, 0, 0}, {}, transform);
    CHECK(test.global.degrees == 0);
    CHECK(test.global.p_value == 1);
    CHECK(test.residuals.rows() == 1);
    model.fit(x, {2, 2, 2, 2}, {1, 0, 1, 1});
    test = proportional_hazards_test(model, x, {2, 2, 2, 2}, {1, 0, 1, 1}, {}, transform);
    CHECK(test.global.degrees == 0);
    CHECK(test.residuals.rows() == 3);
    Matrix<double> order(5, 1);
    order << 5, 4, 3, 2, 1;
    model.fit(order, {1, 2, 3, 4, 5}, {1, 1, 1, 1, 1});
    test = proportional_hazards_test(model, order, {1, 2, 3, 4, 5}, {1, 1, 1, 1, 1}, {}, transform);
    CHECK((test.global.p_value >= 0 && test.global.p_value <= 1));
  }
}

}  // namespace proportional_hazards_tests
