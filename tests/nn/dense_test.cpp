// SPDX-License-Identifier: MIT
#include <loyal/nn/dense.hpp>

#include "../support/catch.hpp"
#include "../support/golden.hpp"
#include "../support/layer_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

TEST_CASE("Dense keeps the contract of layers") {
  Rng rng{2};
  for (const bool bias : {true, false}) {
    const auto layer = randomized(Dense<double>(3, 4, {.bias = bias}));
    check_layer(layer, random_activation<Matrix<double>>({5, 3}, rng));
    check_layer(layer, random_activation<Matrix<double>>({1, 3}, rng));
    check_layer(layer, random_activation<Tensor<double, 3>>({2, 3, 3}, rng));
    check_layer(layer, random_activation<Padded<double, 3>>({4, 3, 3}, rng), {.padding = 1e30});
  }
  check_layer(randomized(Dense<double>(1, 1)), random_activation<Matrix<double>>({3, 1}, rng));
  check_layer(randomized(Dense<double>(17, 1)), random_activation<Matrix<double>>({9, 17}, rng));
}

TEMPLATE_TEST_CASE("Dense agrees with the definition, number by number", "", float, double) {
  using T = TestType;
  Rng rng{3};
  for (int round = 0; round < 20; ++round) {
    const auto in = static_cast<Index>(1 + rng.below(9));
    const auto out = static_cast<Index>(1 + rng.below(9));
    const auto rows = static_cast<Index>(1 + rng.below(9));
    const auto layer = randomized(Dense<T>(in, out), 10 + static_cast<std::uint64_t>(round));
    const auto x = random_activation<Matrix<T>>({rows, in}, rng);
    const Matrix<T> y = predict(layer, x);
    REQUIRE(shape_of(y) == std::array<Index, 2>{rows, out});
    for (Index r = 0; r < rows; ++r)
      for (Index j = 0; j < out; ++j) {
        double sum = static_cast<double>(layer.bias[j]);
        for (Index i = 0; i < in; ++i)
          sum += static_cast<double>(x(r, i)) * static_cast<double>(layer.weight(i, j));
        REQUIRE(std::abs(static_cast<double>(y(r, j)) - sum) <
                100 * static_cast<double>(std::numeric_limits<T>::epsilon()));
      }
  }
}

TEMPLATE_TEST_CASE("Dense against torch", "", float, double) {
  using T = TestType;
  const auto check = [](const char* name, auto tag, bool bias) {
    using X = typename decltype(tag)::type;
    const auto golden = golden_case(name);
    if (!golden) return;
    Dense<T> layer(7, 5, {.bias = bias});
    layer.weight = golden->template matrix<T>("param/weight").transpose();
    if (bias) layer.bias = golden->template row<T>("param/bias");
    const auto load = [&](const char* array) {
      if constexpr (std::is_same_v<X, Matrix<T>>)
        return golden->template matrix<T>(array);
      else
        return golden->template tensor<T, 3>(array);
    };
    const X x = load("in/x");
    const Trip<Dense<T>, X> trip(layer, x, load("cot/y"));
    const auto expect = [&](const auto& got, const char* array, double tolerance) {
      INFO(name << " " << array);
      CHECK(difference(got, golden->template matrix<double>(array)) < tolerance);
    };
    expect(as_matrix(trip.y), "out/y", golden_tolerance);
    expect(as_matrix(trip.y), "f64/out/y", golden_f64_tolerance<T>);
    expect(as_matrix(trip.dx), "grad/in/x", golden_tolerance);
    expect(trip.gradient.weight.transpose(), "grad/param/weight", golden_tolerance);
    if (bias) expect(trip.gradient.bias, "grad/param/bias", golden_tolerance);
  };
  check("layers/linear", std::type_identity<Matrix<T>>{}, true);
  check("layers/linear_nobias_3d", std::type_identity<Tensor<T, 3>>{}, false);
}

TEST_CASE("Dense: starting values, sizes, errors") {
  const Dense<float> layer(30, 20);
  CHECK(layer.in_features() == 30);
  CHECK(layer.out_features() == 20);
  CHECK(layer.bias.isZero(0));
  const float bound = std::sqrt(6.0F / 50);
  CHECK(layer.weight.cwiseAbs().maxCoeff() <= bound);
  CHECK(layer.weight.maxCoeff() > 0.9F * bound);
  CHECK(layer.weight.minCoeff() < -0.9F * bound);
  CHECK(layer == Dense<float>(30, 20));
  CHECK_FALSE(layer == Dense<float>(30, 20, {}, Rng{1}));
  CHECK(Dense<float>(3, 2, {.initializer = Initializer::zeros}).weight.isZero(0));
  CHECK(count_parameters(layer) == 620);
  CHECK(count_parameters(Dense<float>(30, 20, {.bias = false})) == 600);

  Dense<float> other = layer;
  other.bias.setOnes();
  Rng rng{8};
  initialize(other, rng);
  CHECK(other.bias.isZero(0));
  CHECK_FALSE(other.weight == layer.weight);

  CHECK_THROWS_AS(Dense<float>(0, 3), OptionError);
  CHECK_THROWS_AS(Dense<float>(3, 0), OptionError);
  CHECK_THROWS_WITH(Dense<float>(-1, 3), ContainsSubstring("in_features is -1, expected >= 1"));

  Matrix<float> y = Matrix<float>::Constant(1, 1, 5);
  NoCache cache;
  Pass pass;
  const Matrix<float> narrow = Matrix<float>::Ones(2, 29);
  CHECK_THROWS_AS(layer.forward(narrow, y, cache, pass), ShapeError);
  CHECK_THROWS_WITH(layer.forward(narrow, y, cache, pass),
                    ContainsSubstring("the last axis of x is 29, expected 30"));
  CHECK(y(0, 0) == 5);

  const Matrix<float> x = Matrix<float>::Ones(2, 30);
  Matrix<float> dx;
  Dense<float> gradient = zero_gradient(layer);
  layer.forward(x, y, cache, pass);
  const auto backward = [&](const Matrix<float>& dy) {
    layer.backward(x, y, dy, cache, dx, gradient);
  };
  CHECK_THROWS_WITH(backward(Matrix<float>::Ones(2, 19)),
                    ContainsSubstring("the last axis of dy is 19, expected 20"));
  CHECK_THROWS_WITH(backward(Matrix<float>::Ones(3, 20)),
                    ContainsSubstring("rows of dy is 3, expected 2"));
  CHECK(gradient.weight.isZero(0));
}

TEST_CASE("Dense: NaN reaches only its own row, infinity does not hide") {
  const auto layer = randomized(Dense<double>(4, 3));
  Matrix<double> x = Matrix<double>::Ones(3, 4);
  x(1, 2) = NAN;
  x(2, 0) = INFINITY;
  const Matrix<double> y = predict(layer, x);
  CHECK(y.row(0).allFinite());
  CHECK(y.row(1).array().isNaN().all());
  CHECK_FALSE(y.row(2).allFinite());
}
