// SPDX-License-Identifier: MIT
#include <loyal/nn/activation.hpp>
#include <loyal/nn/batch_norm.hpp>
#include <loyal/nn/dense.hpp>
#include <loyal/nn/dropout.hpp>
#include <loyal/nn/embedding.hpp>
#include <loyal/nn/gru.hpp>
#include <loyal/nn/layer_norm.hpp>
#include <loyal/nn/pooling.hpp>
#include <loyal/nn/sequential.hpp>

#include "../support/catch.hpp"
#include "../support/layer_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

TEST_CASE("Sequential keeps the contract of layers, whatever works in place") {
  Rng rng{22};
  const auto x = random_activation<Matrix<double>>({5, 3}, rng);
  check_layer(randomized(Sequential{Dense<double>{3, 4}}), x);
  check_layer(randomized(Sequential{Tanh{}}), x);
  check_layer(randomized(Sequential{Tanh{}, Sigmoid{}, Dense<double>{3, 2}}), x);
  check_layer(randomized(Sequential{Dense<double>{3, 4}, Tanh{}, Dense<double>{4, 2}}), x);
  // A GELU needs its input; what follows must not overwrite it, nor what an activation reads.
  check_layer(randomized(Sequential{Dense<double>{3, 4}, GELU{}, Tanh{}, Sigmoid{},
                                    Dense<double>{4, 2}, ELU{}}),
              x);
  check_layer(
      randomized(Sequential{LayerNorm<double>{3}, LeakyReLU{}, Dense<double>{3, 3}, Softmax{}}), x);
  const auto dropping = randomized(
      Sequential{Dense<double>{3, 6}, Dropout{0.3}, Tanh{}, Dropout{0.3}, Dense<double>{6, 2}});
  check_layer(dropping, x);
  check_layer(dropping, x, {.training = true, .rows_alone = false});
  check_layer(
      randomized(Sequential{Sequential{Dense<double>{3, 4}, Tanh{}},
                            Sequential{Sigmoid{}, Dense<double>{4, 3}, Sequential{Tanh{}, ELU{}}}}),
      x);
}

TEST_CASE("Sequential with batch normalization keeps the contract of layers") {
  Rng rng{23};
  const auto network = randomized(
      Sequential{Dense<double>{3, 4}, BatchNorm<double>{4}, Tanh{}, Dense<double>{4, 2}});
  static_assert(decltype(network)::couples_samples);
  static_assert(!Sequential<Dense<double>, ReLU>::couples_samples);
  const auto x = random_activation<Matrix<double>>({5, 3}, rng);
  check_layer(network, x);
  check_layer(network, x, {.training = true, .rows_alone = false, .empty_batch = false});
}

TEST_CASE("Sequential: from tokens to a score, types change on the way") {
  Rng rng{24};
  const auto network =
      randomized(Sequential{Embedding<double>{7, 3, {.padding = 0}}, Dropout{0.4},
                            GRU<double>{3, 4}, MaxOverTime{}, Dense<double>{4, 1}});
  static_assert(std::is_same_v<InputOf<decltype(network)>, Tokens>);
  static_assert(std::is_same_v<OutputOf<decltype(network), Tokens>, Matrix<double>>);
  Tokens x;
  set_shape(x.values, {4, 3});
  for (auto& number : x.values) number = static_cast<std::int32_t>(rng.below(7));
  x.lengths = {3, 1, 2, 3};
  check_layer(network, x);
  check_layer(network, x, {.training = true, .rows_alone = false});

  const auto mean = randomized(Sequential{Embedding<double>{7, 3}, LayerNorm<double>{3}, Tanh{},
                                          MeanOverTime{}, Dense<double>{3, 2}});
  check_layer(mean, x);
}

TEMPLATE_TEST_CASE("Sequential computes what its layers compute one by one", "", float, double) {
  using T = TestType;
  Rng rng{25};
  const Dense<T> first(3, 8, {}, Rng{1});
  const Dense<T> second(8, 2, {}, Rng{2});
  const Sequential network{first, ReLU{}, second, Sigmoid{}};
  const auto x = random_activation<Matrix<T>>({6, 3}, rng);
  const Matrix<T> expected =
      predict(Sigmoid{}, predict(second, predict(ReLU{}, predict(first, x))));
  CHECK(predict(network, x) == expected);
  Workspace<std::remove_const_t<decltype(network)>> workspace;
  if constexpr (std::is_same_v<InputOf<Dense<T>>, Matrix<T>>) {
    CHECK(predict(network, x, workspace) == expected);
    CHECK(predict(network, x.topRows(2).eval(), workspace) ==
          predict(network, x.topRows(2).eval()));
    const T* const before = workspace.output.data();
    predict(network, x.topRows(2).eval(), workspace);
    CHECK(workspace.output.data() == before);
  }
}

TEST_CASE("Sequential: names, access, starting values, running moments") {
  Sequential network{Dense<float>{2, 3}, ReLU{}, BatchNorm<float>{3}, Dense<float>{3, 1}};
  std::vector<std::string> names;
  std::vector<bool> trainable;
  for_each_parameter(
      [&](const Leaf& leaf, const auto&) {
        names.push_back(leaf.name());
        trainable.push_back(leaf.trainable());
      },
      network);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias",
                                          "2.running_mean", "2.running_var", "3.weight", "3.bias"});
  CHECK(trainable == std::vector<bool>{true, true, true, true, false, false, true, true});
  CHECK(count_parameters(network) == 9 + 6 + 4);
  CHECK(count_parameters(network, true) == 9 + 12 + 4);

  network.get<3>().bias.setConstant(7);
  CHECK(std::as_const(network).get<3>().bias[0] == 7);
  const auto before = network;
  Rng rng{3};
  initialize(network, rng);
  CHECK_FALSE(network == before);
  CHECK(network.get<3>().bias[0] == 0);
  CHECK_FALSE(network.get<0>().weight == before.get<0>().weight);

  const Matrix<float> x = Matrix<float>::Random(16, 2);
  const Trip<decltype(network), Matrix<float>> trip(network, x, true);
  absorb(network, trip.cache);
  CHECK_FALSE(network.get<2>().running_mean.isZero(0));
  CHECK_FALSE(zero_gradient(network) == network);
  CHECK(squared_norm(zero_gradient(network)) == 0);
}

TEST_CASE("Sequential: an error of a layer says which, and the network can be used on") {
  const Sequential network{Dense<float>{2, 3}, ReLU{}, Dense<float>{3, 1}};
  Workspace<std::remove_const_t<decltype(network)>> workspace;
  const Matrix<float> x = Matrix<float>::Ones(2, 2);
  const Matrix<float> expected = predict(network, x);
  CHECK_THROWS_WITH(predict(network, Matrix<float>::Ones(2, 3).eval(), workspace),
                    ContainsSubstring("the last axis of x is 3, expected 2"));
  CHECK(predict(network, x, workspace) == expected);
}
