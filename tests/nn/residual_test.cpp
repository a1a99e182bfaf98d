// SPDX-License-Identifier: MIT
#include <loyal/nn/activation.hpp>
#include <loyal/nn/batch_norm.hpp>
#include <loyal/nn/dense.hpp>
#include <loyal/nn/dropout.hpp>
#include <loyal/nn/gru.hpp>
#include <loyal/nn/residual.hpp>
#include <loyal/nn/sequential.hpp>

#include "../support/catch.hpp"
#include "../support/layer_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

TEST_CASE("Residual keeps the contract of layers") {
  Rng rng{13};
  const auto dense = randomized(Residual{Dense<double>{3, 3}});
  check_layer(dense, random_activation<Matrix<double>>({4, 3}, rng));
  check_layer(dense, random_activation<Tensor<double, 3>>({2, 2, 3}, rng));
  check_layer(Residual{Tanh{}}, random_activation<Padded<double, 3>>({3, 2, 3}, rng));
  check_layer(randomized(Residual{GRU<double>{2, 2}}),
              random_activation<Padded<double, 3>>({3, 3, 2}, rng));
  check_layer(Residual{Dropout{0.5}}, random_activation<Matrix<double>>({4, 3}, rng),
              {.training = true, .rows_alone = false});
}

TEST_CASE("Residual adds its input to what is inside, and nests") {
  Rng rng{14};
  const auto x = random_activation<Matrix<double>>({4, 3}, rng);
  const auto dense = randomized(Dense<double>{3, 3});
  const Residual block{dense};
  CHECK((predict(block, x) - x - predict(dense, x)).norm() < 1e-14);

  const auto nested =
      randomized(Sequential{Residual{Sequential{Dense<double>{3, 5}, GELU{}, Dense<double>{5, 3}}},
                            ReLU{}, Residual{Residual{Dense<double>{3, 3}}}, Dense<double>{3, 1}});
  check_layer(nested, x);
}

TEST_CASE("Residual: names, running moments, starting values, errors") {
  Residual block{BatchNorm<float>{2}};
  std::vector<std::string> names;
  for_each_parameter([&](const Leaf& leaf, const auto&) { names.push_back(leaf.name()); }, block);
  CHECK(names == std::vector<std::string>{"inner.weight", "inner.bias", "inner.running_mean",
                                          "inner.running_var"});
  const Matrix<float> x = Matrix<float>::Random(8, 2);
  const Trip<decltype(block), Matrix<float>> trip(block, x, true);
  absorb(block, trip.cache);
  CHECK_FALSE(block.inner.running_mean.isZero(0));

  Residual dense{Dense<float>{2, 2}};
  const auto before = dense;
  Rng rng{1};
  initialize(dense, rng);
  CHECK_FALSE(dense == before);

  CHECK_THROWS_WITH(predict(Residual{Dense<float>{2, 3}}, x),
                    ContainsSubstring("inner(x) is 8 x 3, expected 8 x 2"));
}
