// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/adagrad.hpp>
#include <loyal/optim/adamw.hpp>
#include <loyal/optim/groups.hpp>
#include <loyal/optim/lamb.hpp>
#include <loyal/optim/schedule_free.hpp>
#include <loyal/optim/sgd.hpp>

#include "../support/optimizer_contract.hpp"

using namespace loyal;

static_assert(Optimizer<Groups<AdamW, AdamW, SGD>, Sequential<Dense<float>>>);

TEST_CASE("Named is the last part of a name", "[optim][groups]") {
  const Named bias{"bias"};
  CHECK(bias("bias"));
  CHECK(bias("0.bias"));
  CHECK(bias("encoder.2.bias"));
  CHECK_FALSE(bias("0.weight"));
  CHECK_FALSE(bias("0.unbias"));
  CHECK_FALSE(bias("bias.0"));
  CHECK_FALSE(bias(""));
}

TEMPLATE_TEST_CASE("Groups: each array goes as with its own optimizer alone", "[optim][groups]",
                   float, double) {
  using T = TestType;
  Rng rng{3};
  Sequential network{Dense<T>{3, 4}, Dense<T>{4, 2}};
  auto gradient = zero_gradient(network);
  const AdamW adamw{{.learning_rate = 0.1, .weight_decay = 0.5}};
  const SGD sgd{{.learning_rate = 0.2, .momentum = 0.5}};
  const AdaGrad adagrad{{.learning_rate = 0.3}};
  const Groups optimizer{
      adamw, Group{Named{"bias"}, sgd},
      Group{[](const std::string& name) { return name.starts_with("1."); }, adagrad}};
  auto by_adamw = network;
  auto by_sgd = network;
  auto by_adagrad = network;
  auto state = optimizer.init(network);
  auto adamw_state = adamw.init(network);
  auto sgd_state = sgd.init(network);
  auto adagrad_state = adagrad.init(network);
  CHECK(count_parameters(state, true) == 2 * 12 + 6 + 8 + 3);  // moments, and three counts of steps
  for (int t = 0; t < 4; ++t) {
    for_each_parameter(
        [&](const Leaf&, auto& a) {
          for (T& x : a.reshaped()) x = rng.template normal<T>();
        },
        gradient);
    optimizer.step(network, gradient, state, 0.5);
    adamw.step(by_adamw, gradient, adamw_state, 0.5);
    sgd.step(by_sgd, gradient, sgd_state, 0.5);
    adagrad.step(by_adagrad, gradient, adagrad_state, 0.5);
  }
  CHECK(network.template get<0>().weight == by_adamw.template get<0>().weight);
  CHECK(network.template get<0>().bias == by_sgd.template get<0>().bias);
  CHECK(network.template get<1>().bias == by_sgd.template get<1>().bias);
  CHECK(network.template get<1>().weight == by_adagrad.template get<1>().weight);
  CHECK(state.step() == 4);
}

TEST_CASE("Groups: a wrong state of the last group changes nothing of the first",
          "[optim][groups]") {
  Sequential network{Dense<double>{3, 4}};
  const auto start = network;
  const Groups optimizer{AdamW{}, Group{Named{"bias"}, LAMB{}}};
  auto state = optimizer.init(network);
  auto gradient = zero_gradient(network);
  for_each_parameter([](const Leaf&, auto& a) { a.setOnes(); }, gradient);
  std::get<1>(state.parts).slots[0].get<0>().bias.resize(5);
  CHECK_THROWS_AS(optimizer.step(network, gradient, state), ShapeError);
  CHECK(network == start);
  CHECK(state.step() == 0);
}

TEST_CASE("Groups keep what wrappers must", "[optim][groups]") {
  testing::wrapper_contract(
      Groups{AdamW{{.learning_rate = 0.1}},
             Group{Named{"bias"}, SGD{{.learning_rate = 0.1, .momentum = 0.9}}}});
  const ScheduleFreeSGD free{{.learning_rate = 0.1}};
  const Groups averages{free, Group{Named{"bias"}, free}};
  Sequential network{Dense<double>{3, 4}};
  auto alone = network;
  auto gradient = zero_gradient(network);
  for_each_parameter([](const Leaf&, auto& a) { a.setOnes(); }, gradient);
  auto state = averages.init(network);
  auto alone_state = free.init(alone);
  for (int i = 0; i < 5; ++i) {
    averages.step(network, gradient, state);
    free.step(alone, gradient, alone_state);
  }
  CHECK(averages.average(network, state) == free.average(alone, alone_state));
}
