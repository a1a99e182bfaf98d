// SPDX-License-Identifier: MIT
#pragma once

#include <loyal/core/model_file.hpp>
#include <loyal/nn/batch_norm.hpp>
#include <loyal/nn/dense.hpp>
#include <loyal/nn/embedding.hpp>
#include <loyal/nn/sequential.hpp>
#include <loyal/optim/optimizer.hpp>

#include "catch.hpp"
#include "temporary_directory.hpp"

namespace loyal::testing {

/// A state that was saved, or copied, goes on with the same bits.
template <class O>
void resume_contract(const O& optimizer) {
  Sequential network{Dense<float>{3, 4}, Dense<float>{4, 2}};
  auto gradient = zero_gradient(network);
  auto state = optimizer.init(network);
  const auto go_on = [&](auto& model, auto& remembered) {
    Rng numbers{8};
    for (int i = 0; i < 5; ++i) {
      for_each_parameter(
          [&](const Leaf&, auto& a) {
            for (float& x : a.reshaped()) x = numbers.normal<float>();
          },
          gradient);
      optimizer.step(model, gradient, remembered, 0.5);
    }
  };
  go_on(network, state);
  const TemporaryDirectory directory;
  save_parameters(directory / "state.safetensors", state);
  auto resumed = optimizer.init(network);
  load_parameters(directory / "state.safetensors", resumed);
  CHECK(same_parameters(resumed, state));
  auto copy = network;
  auto copied = state;
  auto third = network;
  go_on(network, state);
  go_on(copy, resumed);
  go_on(third, copied);
  CHECK(copy == network);
  CHECK(third == network);
  CHECK(same_parameters(resumed, state));
  CHECK(same_parameters(copied, state));
}

template <Scalar T>
Vector<T> random_vector(Index n, Rng& rng) {
  Vector<T> x(n);
  for (T& v : x) v = static_cast<T>(rng.normal());
  return x;
}

/// What every optimizer must satisfy; each one's own test adds its formula.
template <class O>
void optimizer_contract(const O& optimizer) {
  Rng rng{5};

  SECTION("minimizes a quadratic, float and double") {
    const auto run = [&]<class T>(T) {
      Vector<T> p = random_vector<T>(7, rng);
      const T before = p.norm();
      auto state = optimizer.init(p);
      for (int i = 0; i < 50; ++i) optimizer.step(p, Vector<T>(p), state);
      CHECK(p.norm() < before);
      CHECK(p.allFinite());
    };
    run(float{});
    run(double{});
  }
  SECTION("a copy of model and state goes on with the same bits") {
    Vector<double> p = random_vector<double>(9, rng);
    auto state = optimizer.init(p);
    for (int i = 0; i < 3; ++i) optimizer.step(p, random_vector<double>(9, rng), state);
    auto q = p;
    auto copied = state;
    for (int i = 0; i < 3; ++i) {
      const auto g = random_vector<double>(9, rng);
      optimizer.step(p, g, state);
      optimizer.step(q, g, copied);
    }
    CHECK(p == q);
    CHECK(copied.step() == 6);
  }
  // LAMB measures whole arrays: cut otherwise, they take other steps.
  constexpr bool elementwise = !requires { typename O::Sums; };
  SECTION("rate 0 stands still, and a network steps array by array as vectors do") {
    Sequential network{Dense<double>{3, 4}, Dense<double>{4, 2}};
    auto gradient = zero_gradient(network);
    for_each_parameter([&](const Leaf&, auto& a) { a.setRandom(); }, gradient);
    auto state = optimizer.init(network);
    Vector<double> flat = flatten<double>(network);
    auto flat_state = optimizer.init(flat);
    for (int i = 0; i < 3; ++i) {
      optimizer.step(network, gradient, state);
      optimizer.step(flat, flatten<double>(gradient), flat_state);
    }
    if (elementwise) CHECK((flatten<double>(network) - flat).cwiseAbs().maxCoeff() < 1e-14);
    auto still = network;
    optimizer.step(still, gradient, state, 0.0);
    CHECK(still == network);
  }
  if constexpr (elementwise)
    SECTION("a large array, which threads share, gets the bits of small ones") {
      const Index n = (Index{1} << 19) + 4099;
      Vector<float> p = Vector<float>::LinSpaced(n, -1, 1);
      const Vector<float> g = Vector<float>::LinSpaced(n, 2, -1).array().sin();
      Vector<float> head = p.head(4096);
      Vector<float> inner = p.segment(3 << 17, 4096);
      Vector<float> tail = p.tail(4096);
      auto state = optimizer.init(p);
      auto head_state = optimizer.init(head);
      auto inner_state = optimizer.init(inner);
      auto tail_state = optimizer.init(tail);
      for (int i = 0; i < 2; ++i) {
        optimizer.step(p, g, state);
        optimizer.step(head, Vector<float>(g.head(4096)), head_state);
        optimizer.step(inner, Vector<float>(g.segment(3 << 17, 4096)), inner_state);
        optimizer.step(tail, Vector<float>(g.tail(4096)), tail_state);
      }
      CHECK(p.head(4096) == head);
      CHECK(p.segment(3 << 17, 4096) == inner);
      CHECK((p.tail(4096) - tail).cwiseAbs().maxCoeff() <= 1e-6F);
    }
  SECTION("a sparse gradient moves the rows it touches as a dense one would, and no others") {
    Embedding<double> table(12, 5);
    const Matrix<double> before = table.weight;
    Matrix<double> dense = table.weight;
    auto sparse = zero_gradient(table);
    Matrix<double> g = Matrix<double>::Zero(12, 5);
    for (const Index row : {3, 7, 0}) {
      g.row(row).setRandom();
      sparse.weight.row(row) += g.row(row);
    }
    auto state = optimizer.init(table);
    auto dense_state = optimizer.init(dense);
    for (int i = 0; i < 3; ++i) {
      optimizer.step(table, sparse, state);
      optimizer.step(dense, g, dense_state);
    }
    for (Index row = 0; row < 12; ++row) {
      INFO("row " << row);
      if (row == 3 || row == 7 || row == 0)
        CHECK((!elementwise ||
               (table.weight.row(row) - dense.row(row)).cwiseAbs().maxCoeff() < 1e-14));
      else
        CHECK(table.weight.row(row) == before.row(row));
    }
  }
  SECTION("a saved state goes on with the same bits") { resume_contract(optimizer); }
  SECTION("buffers are left alone") {
    BatchNorm<double> norm{3};
    norm.running_mean.setConstant(7);
    auto gradient = zero_gradient(norm);
    for_each_parameter([](const Leaf&, auto& a) { a.setOnes(); }, gradient);
    auto state = optimizer.init(norm);
    optimizer.step(norm, gradient, state);
    for_each_parameter(
        [](const Leaf& leaf, const auto& slot) {
          if (!leaf.trainable()) CHECK(slot.size() == 0);
        },
        state.slots[0]);
    CHECK(norm.running_mean == RowVector<double>::Constant(3, 7));
    CHECK(norm.running_var == RowVector<double>::Ones(3));
    CHECK(norm.weight != RowVector<double>::Ones(3));
  }
  SECTION("a wrong shape is refused before anything changes") {
    Vector<double> p = Vector<double>::Ones(4);
    auto state = optimizer.init(p);
    const auto same = state;
    CHECK_THROWS_AS(optimizer.step(p, Vector<double>(Vector<double>::Ones(3)), state), ShapeError);
    CHECK(p == Vector<double>::Ones(4));
    CHECK(state.step() == same.step());
  }
  SECTION("a wrong shape anywhere in a network changes nothing, also one of the right size") {
    Sequential network{Dense<double>{3, 4}, Dense<double>{4, 2}};
    const auto start = network;
    const auto zero = zero_gradient(network);
    auto gradient = zero;
    for_each_parameter([&](const Leaf&, auto& a) { a.setOnes(); }, gradient);
    auto state = optimizer.init(network);
    const auto refuses = [&](const char* message) {
      CHECK_THROWS_AS(optimizer.step(network, gradient, state), ShapeError);
      CHECK_THROWS_WITH(optimizer.step(network, gradient, state), ContainsSubstring(message));
      CHECK(network == start);
      CHECK(state.step() == 0);
    };
    gradient.template get<1>().weight.resize(4, 3);
    refuses("the shape of the gradient of 1.weight is 4 x 3, expected 4 x 2");
    gradient.template get<1>().weight.setZero(2, 4);
    refuses("the shape of the gradient of 1.weight is 2 x 4, expected 4 x 2");
    if constexpr (O::slots > 0) {
      if (state.slots[0].template get<1>().weight.size() > 0) {
        gradient = zero;
        state.slots[0].template get<1>().weight.setZero(2, 4);
        refuses("the shape of the state of 1.weight is 2 x 4, expected 4 x 2");
      }
    }
    Embedding<double> table(5, 2);
    auto table_state = optimizer.init(table);
    const typename Embedding<double>::Gradient transposed{SparseRows<double>(2, 5)};
    CHECK_THROWS_AS(optimizer.step(table, transposed, table_state), ShapeError);
    Tensor<double, 2> tensor{{1, 2, 3}};
    const Tensor<double, 2> column{{1}, {2}, {3}};
    auto tensor_state = optimizer.init(tensor);
    CHECK_THROWS_WITH(optimizer.step(tensor, column, tensor_state),
                      ContainsSubstring("is 3 x 1, expected 1 x 3"));
    CHECK_NOTHROW(optimizer.step(tensor, tensor, tensor_state));
  }
  if constexpr (requires { optimizer.options().learning_rate; }) {
    SECTION("the rate multiplies the learning rate") {
      auto options = optimizer.options();
      options.learning_rate /= 4;
      const O slower(options);
      Vector<double> p = random_vector<double>(5, rng);
      Vector<double> q = p;
      auto state = optimizer.init(p);
      auto slower_state = slower.init(q);
      for (int i = 0; i < 4; ++i) {
        const auto g = random_vector<double>(5, rng);
        optimizer.step(p, g, state, 0.25);
        slower.step(q, g, slower_state);
      }
      CHECK(p == q);
    }
  }
}

/// What wrappers of optimizers must satisfy besides: a saved state goes on, wrong shapes change nothing.
template <class O>
void wrapper_contract(const O& optimizer) {
  resume_contract(optimizer);

  Vector<double> p = Vector<double>::Ones(4);
  auto small = optimizer.init(p);
  const auto same = small;
  CHECK_THROWS_AS(optimizer.step(p, Vector<double>(Vector<double>::Ones(3)), small), ShapeError);
  const Vector<double> larger = Vector<double>::Ones(5);
  auto other = optimizer.init(larger);
  CHECK_THROWS_AS(optimizer.step(p, Vector<double>(p), other), ShapeError);
  CHECK(p == Vector<double>::Ones(4));
  CHECK(same_parameters(small, same));
  for (int i = 0; i < 60; ++i) optimizer.step(p, Vector<double>(p), small);
  CHECK(p.norm() < 1);
}

}  // namespace loyal::testing
