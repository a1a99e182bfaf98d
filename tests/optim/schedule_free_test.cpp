// SPDX-License-Identifier: MIT
#include <cmath>
#include <type_traits>

#include <loyal/optim/schedule_free.hpp>

#include "../support/optimizer_contract.hpp"

using loyal::ScheduleFreeAdamW;
using loyal::ScheduleFreeSGD;

TEST_CASE("ScheduleFreeSGD keeps the optimizer contract", "[optim][schedule_free]") {
  SECTION("0") { loyal::testing::optimizer_contract(ScheduleFreeSGD{{.learning_rate = 0.1}}); }
  SECTION("1") {
    loyal::testing::optimizer_contract(
        ScheduleFreeSGD{{.learning_rate = 0.1, .beta1 = 0.5, .weight_decay = 0.1}});
  }
}

TEST_CASE("ScheduleFreeAdamW keeps the optimizer contract", "[optim][schedule_free]") {
  SECTION("0") { loyal::testing::optimizer_contract(ScheduleFreeAdamW{{.learning_rate = 0.01}}); }
  SECTION("1") {
    loyal::testing::optimizer_contract(
        ScheduleFreeAdamW{{.learning_rate = 0.01, .weight_decay = 0.1}});
  }
}

TEMPLATE_TEST_CASE("ScheduleFreeSGD equals its paper, one parameter at a time",
                   "[optim][schedule_free]", float, double) {
  using T = TestType;
  loyal::Rng rng{11};
  for (int round = 0; round < 20; ++round) {
    const ScheduleFreeSGD::Options o{.learning_rate = std::pow(10, rng.uniform(-3.0, -0.5)),
                                     .beta1 = rng.uniform(0.5, 0.99),
                                     .weight_decay = rng.uniform(0.0, 0.2)};
    const loyal::Index n = 1 + static_cast<loyal::Index>(rng.below(40));
    loyal::Vector<T> p = loyal::testing::random_vector<T>(n, rng);
    loyal::Vector<double> x = p.template cast<double>();
    const ScheduleFreeSGD optimizer{o};
    auto state = optimizer.init(p);
    loyal::Vector<double> z = x, average = x, v = loyal::Vector<double>::Zero(n);
    double sum = 0;
    for (int t = 1; t <= 25; ++t) {
      const double rate = rng.uniform(0.5, 1.5);
      const loyal::Vector<T> g = loyal::testing::random_vector<T>(n, rng);
      optimizer.step(p, g, state, rate);
      const double gamma = o.learning_rate * rate;
      sum += gamma * gamma;
      const double c = gamma * gamma / sum;
      for (loyal::Index i = 0; i < n; ++i) {  // eq. 3 to 5; x is y here
        z[i] -= gamma * (double(g[i]) + o.weight_decay * x[i]);
        average[i] = (1 - c) * average[i] + c * z[i];
        x[i] = (1 - o.beta1) * z[i] + o.beta1 * average[i];
      }
      CHECK((optimizer.average(p, state).template cast<double>() - average).cwiseAbs().maxCoeff() <
            (std::is_same_v<T, double> ? 1e-12 : 5e-5));
      CHECK((p.template cast<double>() - x).cwiseAbs().maxCoeff() <
            (std::is_same_v<T, double> ? 1e-12 : 2e-5));
    }
  }
}

TEMPLATE_TEST_CASE("ScheduleFreeAdamW equals its paper, one parameter at a time",
                   "[optim][schedule_free]", float, double) {
  using T = TestType;
  loyal::Rng rng{11};
  for (int round = 0; round < 20; ++round) {
    const ScheduleFreeAdamW::Options o{.learning_rate = std::pow(10, rng.uniform(-4.0, -1.5)),
                                       .beta1 = rng.uniform(0.5, 0.99),
                                       .beta2 = rng.uniform(0.5, 0.999),
                                       .weight_decay = rng.uniform(0.0, 0.2)};
    const loyal::Index n = 1 + static_cast<loyal::Index>(rng.below(40));
    loyal::Vector<T> p = loyal::testing::random_vector<T>(n, rng);
    loyal::Vector<double> x = p.template cast<double>();
    const ScheduleFreeAdamW optimizer{o};
    auto state = optimizer.init(p);
    loyal::Vector<double> z = x, average = x, v = loyal::Vector<double>::Zero(n);
    double sum = 0;
    for (int t = 1; t <= 25; ++t) {
      const double rate = rng.uniform(0.5, 1.5);
      const loyal::Vector<T> g = loyal::testing::random_vector<T>(n, rng);
      optimizer.step(p, g, state, rate);
      const double gamma = o.learning_rate * rate * std::sqrt(1 - std::pow(o.beta2, t));
      sum += gamma * gamma;
      const double c = gamma * gamma / sum;
      for (loyal::Index i = 0; i < n; ++i) {  // algorithm 1; x is y here
        v[i] = o.beta2 * v[i] + (1 - o.beta2) * double(g[i]) * double(g[i]);
        z[i] -=
            gamma * double(g[i]) / (std::sqrt(v[i]) + o.epsilon) + gamma * o.weight_decay * x[i];
        average[i] = (1 - c) * average[i] + c * z[i];
        x[i] = (1 - o.beta1) * z[i] + o.beta1 * average[i];
      }
      CHECK((optimizer.average(p, state).template cast<double>() - average).cwiseAbs().maxCoeff() <
            (std::is_same_v<T, double> ? 1e-12 : 5e-5));
      CHECK((p.template cast<double>() - x).cwiseAbs().maxCoeff() <
            (std::is_same_v<T, double> ? 1e-12 : 2e-5));
    }
  }
}

TEST_CASE("the average leaves buffers and the model alone", "[optim][schedule_free]") {
  loyal::BatchNorm<double> norm{3};
  norm.running_mean.setConstant(7);
  auto gradient = loyal::zero_gradient(norm);
  loyal::for_each_parameter([](const loyal::Leaf&, auto& a) { a.setOnes(); }, gradient);
  const ScheduleFreeAdamW optimizer{{.learning_rate = 0.1}};
  auto state = optimizer.init(norm);
  for (int i = 0; i < 5; ++i) optimizer.step(norm, gradient, state);
  const auto average = optimizer.average(norm, state);
  CHECK(average.running_mean == norm.running_mean);
  CHECK(average.weight[0] > norm.weight[0]);  // it lags behind
  const loyal::BatchNorm<double> other{4};
  CHECK_THROWS_AS(optimizer.average(other, state), loyal::ShapeError);
}

TEST_CASE("rates of zero before the first step average nothing", "[optim][schedule_free]") {
  loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
  const ScheduleFreeSGD optimizer{{.learning_rate = 0.1}};
  auto state = optimizer.init(p);
  optimizer.step(p, p, state, 0.0);
  CHECK(optimizer.average(p, state) == loyal::Vector<double>::Ones(3));
  optimizer.step(p, p, state, 0.5);
  CHECK((optimizer.average(p, state).array() - 0.95).abs().maxCoeff() < 1e-15);
}

TEST_CASE("schedule-free optimizers refuse options outside their domains",
          "[optim][schedule_free]") {
  CHECK_THROWS_AS((ScheduleFreeSGD{{.learning_rate = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((ScheduleFreeSGD{{.beta1 = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((ScheduleFreeSGD{{.beta1 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((ScheduleFreeSGD{{.weight_decay = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((ScheduleFreeAdamW{{.learning_rate = NAN}}), loyal::OptionError);
  CHECK_THROWS_AS((ScheduleFreeAdamW{{.beta1 = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((ScheduleFreeAdamW{{.beta1 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((ScheduleFreeAdamW{{.beta2 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((ScheduleFreeAdamW{{.epsilon = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((ScheduleFreeAdamW{{.weight_decay = -1}}), loyal::OptionError);
}
