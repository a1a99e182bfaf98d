// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/accumulate.hpp>
#include <loyal/optim/adam.hpp>
#include <loyal/optim/schedule_free.hpp>
#include <loyal/optim/sgd.hpp>

#include "../support/optimizer_contract.hpp"

using namespace loyal;

static_assert(Optimizer<Accumulate<Adam>, Sequential<Dense<float>>>);
static_assert(Optimizer<Accumulate<SGD>, Embedding<double>>);

TEMPLATE_TEST_CASE("Accumulate steps along the mean of its gradients", "[optim][accumulate]", float,
                   double) {
  using T = TestType;
  Rng rng{3};
  const Adam adam{{.learning_rate = 0.1}};
  const Accumulate optimizer{adam, 3};
  Vector<T> p = testing::random_vector<T>(7, rng);
  Vector<T> q = p;
  auto state = optimizer.init(p);
  auto inner = adam.init(q);
  for (int t = 1; t <= 5; ++t) {
    Vector<double> mean = Vector<double>::Zero(7);
    for (int k = 0; k < 3; ++k) {
      CHECK(state.step() == t - 1);
      const auto g = testing::random_vector<T>(7, rng);
      mean += g.template cast<double>() / 3;
      optimizer.step(p, g, state, 0.5);
    }
    adam.step(q, Vector<T>(mean.cast<T>()), inner, 0.5);
    CHECK((p - q).cwiseAbs().maxCoeff() <= 20 * std::numeric_limits<T>::epsilon());
  }
}

TEST_CASE("Accumulate: sparse gradients stay sparse, and are saved half-way",
          "[optim][accumulate]") {
  const SGD sgd{{.learning_rate = 1}};
  const Accumulate optimizer{sgd, 2};
  Embedding<double> table(1000, 3);
  const auto before = table.weight;
  auto state = optimizer.init(table);
  auto gradient = zero_gradient(table);
  gradient.weight.row(7).setConstant(2);
  gradient.weight.row(900).setConstant(4);
  optimizer.step(table, gradient, state);
  CHECK(table.weight == before);
  CHECK(state.sum.weight.touched().size() == 2);

  const testing::TemporaryDirectory directory;
  save_parameters(directory / "state", state);
  auto resumed = optimizer.init(table);
  load_parameters(directory / "state", resumed);
  CHECK(same_parameters(resumed, state));

  gradient = zero_gradient(table);
  gradient.weight.row(7).setConstant(1);
  optimizer.step(table, gradient, resumed);
  CHECK(table.weight(7, 1) == before(7, 1) - 1.5);
  CHECK(table.weight(900, 0) == before(900, 0) - 2);
  CHECK(table.weight(901, 0) == before(901, 0));
  CHECK(resumed.sum.weight.touched().empty());
  const Embedding<double> smaller(800, 3);
  auto other = optimizer.init(smaller);
  CHECK_THROWS_AS(load_parameters(directory / "state", other), ShapeError);
}

TEST_CASE("Accumulate keeps what wrappers must", "[optim][accumulate]") {
  testing::wrapper_contract(Accumulate{Adam{{.learning_rate = 0.1}}, 2});
}

TEST_CASE("Accumulate hands on an average", "[optim][accumulate]") {
  Vector<double> p = Vector<double>::Ones(3);
  const Accumulate optimizer{ScheduleFreeSGD{{.learning_rate = 0.1}}, 1};
  auto state = optimizer.init(p);
  for (int i = 0; i < 4; ++i) optimizer.step(p, Vector<double>(p), state);
  CHECK(optimizer.average(p, state) == optimizer.inner().average(p, state.inner));
}

TEST_CASE("Accumulate refuses fewer than one gradient", "[optim][accumulate]") {
  CHECK_THROWS_AS((Accumulate{SGD{}, 0}), OptionError);
}
