// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdint>
#include <type_traits>

#include <loyal/optim/adagrad.hpp>
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

namespace {

/// Steps a table along random touched rows, and each touched row of a reference by a formula of one number.
template <class T, class O, class Formula>
void check_lazy(const O& optimizer, Formula&& formula) {
  loyal::Rng rng{17};
  constexpr loyal::Index rows = 30;
  for (const loyal::Index cols : {1, 3, 16, 70}) {
    loyal::Embedding<T> table(rows, cols);
    loyal::Matrix<double> p = table.weight.template cast<double>();
    loyal::Matrix<double> s0 = loyal::Matrix<double>::Zero(rows, cols);
    loyal::Matrix<double> s1 = s0;
    auto state = optimizer.init(table);
    auto gradient = loyal::zero_gradient(table);
    for (int t = 1; t <= 20; ++t) {
      loyal::set_zero(gradient);
      const auto touches = rng.below(12);  // none is a step too
      for (std::uint64_t k = 0; k < touches; ++k) {
        const auto row = static_cast<loyal::Index>(rng.below(rows));
        gradient.weight.row(row) += loyal::testing::random_vector<T>(cols, rng).transpose();
      }
      optimizer.step(table, gradient, state);
      const auto& touched = gradient.weight.touched();
      for (std::size_t k = 0; k < touched.size(); ++k)
        for (loyal::Index j = 0; j < cols; ++j)
          formula(t, p(touched[k], j),
                  static_cast<double>(gradient.weight.values()(static_cast<loyal::Index>(k), j)),
                  s0(touched[k], j), s1(touched[k], j));
      const double tolerance = std::is_same_v<T, double> ? 1e-13 : 1e-5;
      CHECK((table.weight.template cast<double>() - p).cwiseAbs().maxCoeff() < tolerance);
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE("sparse gradients: lazy Adam, AdaGrad and SGD by their definitions", "[optim]",
                   float, double) {
  // Moments of a row decay only when it is touched; the bias correction counts all steps.
  check_lazy<TestType>(
      loyal::Adam{{.learning_rate = 0.01}}, [](int t, double& p, double g, double& m, double& v) {
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        p -= 0.01 * m / (1 - std::pow(0.9, t)) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
      });
  check_lazy<TestType>(loyal::AdaGrad{{.learning_rate = 0.01}},
                       [](int, double& p, double g, double& s, double&) {
                         s += g * g;
                         p -= 0.01 * g / (std::sqrt(s) + 1e-10);
                       });
  check_lazy<TestType>(
      loyal::SGD{{.learning_rate = 0.01, .weight_decay = 0.1}},
      [](int, double& p, double g, double&, double&) { p -= 0.01 * (g + 0.1 * p); });
}

TEST_CASE("sparse gradients: many rows, which threads share, get the bits of few", "[optim]") {
  constexpr loyal::Index rows = 20000;
  constexpr loyal::Index cols = 40;  // together more than 2^19
  loyal::Embedding<float> table(rows, cols);
  loyal::Matrix<float> dense = table.weight;
  auto gradient = loyal::zero_gradient(table);
  loyal::Matrix<float> g(rows, cols);
  for (loyal::Index i = rows - 1; i >= 0; --i) {
    g.row(i).setLinSpaced(-1, static_cast<float>(i));
    gradient.weight.row(i) += g.row(i);
  }
  const loyal::Adam adam{{.learning_rate = 0.1}};
  auto state = adam.init(table);
  auto dense_state = adam.init(dense);
  adam.step(table, gradient, state);
  adam.step(dense, g, dense_state);
  CHECK((table.weight - dense).cwiseAbs().maxCoeff() <= 1e-6F);
}

TEST_CASE("a huge array, asked for ahead, gets the bits of a small one", "[optim]") {
  const loyal::Index n = (loyal::Index{1} << 22) + 77;
  loyal::Vector<float> p = loyal::Vector<float>::LinSpaced(n, -1, 1);
  const loyal::Vector<float> g = loyal::Vector<float>::LinSpaced(n, 2, -1);
  loyal::Vector<float> tail = p.tail(64);
  const loyal::SGD sgd{{.learning_rate = 0.1}};
  auto state = sgd.init(p);
  auto tail_state = sgd.init(tail);
  sgd.step(p, g, state);
  sgd.step(tail, loyal::Vector<float>(g.tail(64)), tail_state);
  CHECK((p.tail(64) - tail).cwiseAbs().maxCoeff() <= 1e-7F);
}

TEST_CASE("a state with other numbers is refused", "[optim]") {
  loyal::Vector<double> p = loyal::Vector<double>::Ones(4);
  const loyal::Adam adam;
  auto state = adam.init(p);
  state.numbers.resize(3);
  CHECK_THROWS_AS(adam.step(p, p, state), loyal::ShapeError);
  CHECK(p == loyal::Vector<double>::Ones(4));
}
