// SPDX-License-Identifier: MIT
#include <loyal/optim/adam.hpp>
#include <loyal/optim/optimizer.hpp>
#include <loyal/optim/sgd.hpp>

#include "../support/optimizer_contract.hpp"

namespace {

/// A user's own optimizer: one small class.
struct SignDescent : loyal::ElementwiseOptimizer<SignDescent, 1> {
  template <loyal::Scalar T>
  void update(const loyal::UpdateInfo& info, auto p, auto g, auto steps) const {
    steps += T(1);
    p -= static_cast<T>(0.01 * info.rate) * g.sign();
  }
};

struct NotAnOptimizer {};

}  // namespace

TEST_CASE("a user's optimizer keeps the contract", "[optim]") {
  static_assert(loyal::Optimizer<SignDescent, loyal::Vector<float>>);
  static_assert(!loyal::Optimizer<NotAnOptimizer, loyal::Vector<float>>);
  loyal::testing::optimizer_contract(SignDescent{});
}

TEST_CASE("slots count what happened to each parameter", "[optim]") {
  loyal::Embedding<float> table(5, 2);
  auto gradient = loyal::zero_gradient(table);
  gradient.weight.row(4).setOnes();
  const SignDescent optimizer;
  auto state = optimizer.init(table);
  optimizer.step(table, gradient, state);
  optimizer.step(table, gradient, state);
  CHECK(state.slots[0].weight(4, 1) == 2);
  CHECK(state.slots[0].weight(3, 1) == 0);
}

TEST_CASE("an unused slot takes no memory", "[optim]") {
  const loyal::Vector<double> p = loyal::Vector<double>::Ones(100);
  CHECK(loyal::SGD{}.init(p).slots[0].size() == 0);
  CHECK(loyal::SGD{{.momentum = 0.9}}.init(p).slots[0].size() == 100);
}

TEST_CASE("the bias correction counts steps, not arrays", "[optim]") {
  // With one array or many, a constant gradient moves every parameter by the learning rate at each step.
  loyal::Sequential network{loyal::Dense<double>{2, 3}, loyal::Dense<double>{3, 1}};
  const auto before = loyal::flatten<double>(network);
  auto gradient = loyal::zero_gradient(network);
  loyal::for_each_parameter([](const loyal::Leaf&, auto& a) { a.setConstant(0.5); }, gradient);
  const loyal::Adam adam{{.learning_rate = 0.1}};
  auto state = adam.init(network);
  for (int i = 0; i < 4; ++i) adam.step(network, gradient, state);
  const loyal::Vector<double> moved = before - loyal::flatten<double>(network);
  CHECK((moved.array() - 0.4).abs().maxCoeff() < 1e-6);
}
