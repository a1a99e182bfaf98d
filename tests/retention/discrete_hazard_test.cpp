// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/distributions.hpp>
#include <loyal/core/random.hpp>
#include <loyal/metrics/survival_metrics.hpp>
#include <loyal/nn/activation.hpp>
#include <loyal/nn/dense.hpp>
#include <loyal/nn/sequential.hpp>
#include <loyal/optim/adam.hpp>
#include <loyal/retention/discrete_hazard.hpp>
#include <loyal/retention/kaplan_meier.hpp>
#include <loyal/train/logistic_regression.hpp>
#include <loyal/train/trainer.hpp>

#include "../support/catch.hpp"
#include "../support/loss_contract.hpp"
#include "../support/survival_data.hpp"

using namespace loyal;

TEST_CASE("discrete_hazard: the loss keeps the contract of losses") {
  Rng rng{1};
  Matrix<double> x(7, 4);
  Matrix<double> target(7, 4);
  for (Index i = 0; i < x.size(); ++i) {
    x.data()[i] = 3 * rng.normal();
    target.data()[i] = static_cast<double>(rng.below(3)) - 1;
  }
  target.row(3).setConstant(-1);
  testing::check_loss(DiscreteHazardLoss{}, x, target);
  double sum = 0;
  for (Index i = 0; i < x.size(); ++i) {
    const double p = 1 / (1 + std::exp(-x.data()[i]));
    if (target.data()[i] == 1) sum -= std::log(p);
    if (target.data()[i] == 0) sum -= std::log(1 - p);
  }
  CHECK(mean_loss(DiscreteHazardLoss{}, x, target) == Approx(sum / 7));
  const Matrix<double> far = Matrix<double>::Constant(1, 1, 1e4);
  CHECK(mean_loss(DiscreteHazardLoss{}, far, Matrix<double>(Matrix<double>::Zero(1, 1))) == 1e4);
  CHECK_THROWS_AS(mean_loss(DiscreteHazardLoss{}, x, Matrix<double>(target.topRows(2))),
                  ShapeError);
  for (const double bad : {0.5, 2.0, std::nan("")}) {
    target(0, 0) = bad;
    CHECK_THROWS_AS(mean_loss(DiscreteHazardLoss{}, x, target), DataError);
  }
}

TEST_CASE("discrete_hazard: targets of events, censored and late rows") {
  const HazardIntervals intervals({1, 2, 4});
  const auto target =
      intervals.targets<float>({0, 1, 1.01, 2.9, 3, 4, 9, 9}, {1, 1, 1, 0, 0, 1, 1, 0});
  Matrix<float> wanted(8, 3);
  wanted << 1, -1, -1,  //
      1, -1, -1,        //
      0, 1, -1,         //
      0, 0, -1,         // censored before the middle of the last
      0, 0, 0,          //
      0, 0, 1,          //
      0, 0, 0,          // beyond the last cut
      0, 0, 0;
  CHECK(target == wanted);
  const auto late = intervals.targets<float>({3, 3.5, 1.5}, {1, 0, 1}, {.entry = {1, 1.5, 1.2}});
  Matrix<float> watched(3, 3);
  watched << -1, 0, 1, -1, -1, 0, -1, -1, -1;
  CHECK(late == watched);
  const auto periods = person_periods(late);
  CHECK(periods.row == std::vector<Index>{0, 0, 1});
  CHECK(periods.interval == std::vector<Index>{1, 2, 2});
  CHECK(periods.label == std::vector<double>{0, 1, 0});
}

TEST_CASE("discrete_hazard: without features the best logits give the Kaplan-Meier curve") {
  const testing::TwentyRows d;
  const HazardIntervals intervals({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  const Matrix<double> target = intervals.targets<double>(d.time, d.event);
  KaplanMeier curve;
  curve.fit(d.time, d.event);
  Matrix<double> logits(20, 10);
  for (Index j = 0; j < 10; ++j) {
    const auto k = static_cast<std::size_t>(j);
    const double hazard = curve.events()[k] / curve.at_risk()[k];
    logits.col(j).setConstant(std::log(hazard / (1 - hazard)));
  }
  Matrix<double> gradient;
  mean_loss(DiscreteHazardLoss{}, logits, target, {}, gradient);
  CHECK(gradient.colwise().sum().norm() < 1e-14);
  const Matrix<double> s = intervals.survival(logits, curve.times());
  for (Index k = 0; k < 10; ++k)
    CHECK(s(3, k) == Approx(curve.survival()[static_cast<std::size_t>(k)]));
}

TEST_CASE("discrete_hazard: survival between and beyond the cuts") {
  const HazardIntervals intervals({1, 3});
  Matrix<double> logits(1, 2);
  logits << 0, std::log(3.0);  // hazards 1/2 and 3/4
  const Matrix<double> s = intervals.survival(logits, {-1, 0, 0.5, 1, 2, 3, 99});
  const double wanted[]{1, 1, 0.75, 0.5, 0.3125, 0.125, 0.125};
  for (Index k = 0; k < 7; ++k) CHECK(s(0, k) == Approx(wanted[k]));
}

TEST_CASE("discrete_hazard: a network learns, and agrees with person-period logistic regression") {
  Rng rng{2};
  const Index n = 300;
  Matrix<double> x(n, 2);
  std::vector<double> time;
  std::vector<int> event;
  for (Index i = 0; i < n; ++i) {
    x(i, 0) = rng.normal();
    x(i, 1) = rng.normal();
    const double end = draw_exponential(rng, 0.3 * std::exp(x(i, 0) - 0.5 * x(i, 1)));
    const double censored = rng.uniform(0.0, 10.0);
    time.push_back(std::min(end, censored));
    event.push_back(end <= censored ? 1 : 0);
  }
  const auto intervals = HazardIntervals::by_events(time, event, 5);
  CHECK(intervals.size() == 5);
  const Matrix<double> target = intervals.targets<double>(time, event);

  // One logistic regression an interval is what one Dense layer can do.
  const auto periods = person_periods(target);
  Matrix<double> wide = Matrix<double>::Zero(static_cast<Index>(periods.row.size()), 15);
  for (std::size_t r = 0; r < periods.row.size(); ++r) {
    const Index at = 3 * periods.interval[r];
    wide(static_cast<Index>(r), at) = x(periods.row[r], 0);
    wide(static_cast<Index>(r), at + 1) = x(periods.row[r], 1);
    wide(static_cast<Index>(r), at + 2) = 1;
  }
  LogisticRegression<double> logistic{{.l2 = 1e-9}};
  logistic.fit(wide, periods.label);
  Dense<double> layer{2, 5};
  initialize(layer, rng);
  Sequential network{layer};
  train(network, DiscreteHazardLoss{}, Adam{{.learning_rate = 0.05}}, Dataset{x, target},
        {.epochs = 400, .batch_size = n, .threads = 1});
  const Matrix<double> logits = predict(network, x);
  for (Index i = 0; i < n; i += 17)
    for (Index j = 0; j < 5; ++j) {
      const double z = logistic.coefficients().segment(3 * j, 2).dot(x.row(i)) +
                       logistic.coefficients()[3 * j + 2] + logistic.intercept();
      CHECK(logits(i, j) == Approx(z).margin(0.02));
    }
  const Matrix<double> s = intervals.survival(logits, {2});
  CHECK(concordance(time, event, Vector<double>(-s.col(0))).value() > 0.7);
}

TEMPLATE_TEST_CASE("discrete_hazard: all censored, one event, one time, separated rows", "", float,
                   double) {
  using T = TestType;
  const HazardIntervals intervals({1, 2, 4});
  const DiscreteHazardLoss loss;
  // Nobody had the event: the loss falls towards 0 as hazards do, and is finite at any logit.
  const Matrix<T> none = intervals.targets<T>({2, 4}, {0, 0});
  CHECK((none.array() <= 0).all());
  for (const double z : {-1e4, -20.0}) {
    const Matrix<T> logits = Matrix<T>::Constant(2, 3, static_cast<T>(z));
    CHECK(mean_loss(loss, logits, none) == Approx(0).margin(1e-7));
    CHECK((intervals.survival(logits, {4}).array() > T(0.99)).all());
  }
  CHECK(mean_loss(loss, Matrix<T>(Matrix<T>::Constant(2, 3, T(1e4))), none) == Approx(2.5e4));
  const Matrix<T> sure = Matrix<T>::Constant(2, 3, T(1e4));
  CHECK((intervals.survival(sure, {4}).array() == T(0)).all());
  // Nobody was watched for half an interval: there is nothing to learn, and nothing is made up.
  const Matrix<T> nothing = intervals.targets<T>({0.1, 0.2}, {0, 0});
  CHECK((nothing.array() == T(-1)).all());
  CHECK(mean_loss(loss, sure, nothing) == 0);
  CHECK(person_periods(nothing).row.empty());
  const auto tied = HazardIntervals::by_events({2, 2, 2}, {1, 0, 1}, 3);
  Matrix<T> column(3, 1);
  column << 1, 0, 1;
  CHECK(tied.targets<T>({2, 2, 2}, {1, 0, 1}) == column);

  // The feature says who has the event: coefficients grow with every epoch, and stay numbers.
  Matrix<T> x(4, 1);
  x << 1, 1, -1, -1;
  Rng rng{3};
  Dense<T> layer{1, 1};
  initialize(layer, rng);
  Sequential network{layer};
  const HazardIntervals one({1});
  train(network, loss, Adam{{.learning_rate = 1}},
        Dataset{x, one.targets<T>({1, 1, 1, 1}, {1, 1, 0, 0})},
        {.epochs = 300, .batch_size = 4, .threads = 1});
  const Matrix<T> stays = one.survival(predict(network, x), {1});
  CHECK(stays(0, 0) < T(0.01));
  CHECK(stays(3, 0) > T(0.99));
}

TEST_CASE("discrete_hazard: cuts by events, and what cannot be used") {
  const auto even = HazardIntervals::by_events({1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 0, 0}, 2);
  CHECK(even.cuts() == std::vector<double>{2, 6});
  CHECK(HazardIntervals::by_events({2, 2, 2}, {1, 1, 1}, 4).cuts() == std::vector<double>{2});
  CHECK(HazardIntervals::by_events({1, 2}, {1, 1}, 9).cuts() == std::vector<double>{1, 2});
  CHECK(HazardIntervals::by_events({1, 2, 3}, {0, 1, 0}, 4).cuts() == std::vector<double>{2, 3});
  CHECK_THROWS_AS(HazardIntervals::by_events({1, 2}, {0, 0}, 2), DataError);
  CHECK_THROWS_AS(HazardIntervals::by_events({1, -2}, {1, 1}, 2), DataError);
  CHECK_THROWS_AS(HazardIntervals::by_events({1, 2}, {0, 1}, 0), OptionError);
  CHECK_THROWS_AS(HazardIntervals::by_events({0, 0}, {1, 1}, 2), OptionError);  // all at time 0
  CHECK_THROWS_AS(HazardIntervals({}), OptionError);
  CHECK_THROWS_AS(HazardIntervals({1, 1}), OptionError);
  CHECK_THROWS_AS(HazardIntervals({0, 1}), OptionError);
  CHECK_THROWS_AS(HazardIntervals({1, std::numeric_limits<double>::infinity()}), OptionError);
  const HazardIntervals intervals({1, 2});
  CHECK_THROWS_AS(intervals.targets<double>({-1}, {1}), DataError);
  const Matrix<double> logits = Matrix<double>::Zero(1, 3);
  CHECK_THROWS_AS(intervals.survival(logits, {1}), ShapeError);
  CHECK_THROWS_AS(intervals.survival(Matrix<double>(logits.leftCols(2)), {std::nan("")}),
                  DataError);
}
