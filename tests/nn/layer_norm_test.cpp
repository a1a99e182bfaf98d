// SPDX-License-Identifier: MIT
#include <loyal/nn/layer_norm.hpp>

#include "../support/catch.hpp"
#include "../support/golden.hpp"
#include "../support/layer_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

TEST_CASE("LayerNorm keeps the contract of layers") {
  Rng rng{8};
  for (const double epsilon : {1e-5, 0.3}) {
    const auto layer = randomized(LayerNorm<double>(4, epsilon));
    check_layer(layer, random_activation<Matrix<double>>({5, 4}, rng));
    check_layer(layer, random_activation<Matrix<double>>({1, 4}, rng), {.training = true});
    check_layer(layer, random_activation<Tensor<double, 3>>({2, 3, 4}, rng));
    check_layer(layer, random_activation<Padded<double, 3>>({4, 3, 4}, rng), {.padding = 1e30});
  }
  check_layer(randomized(LayerNorm<double>(9)), random_activation<Matrix<double>>({3, 9}, rng));
}

TEMPLATE_TEST_CASE("LayerNorm against torch", "", float, double) {
  using T = TestType;
  for (const auto& [name, epsilon] :
       {std::pair{"layers/layer_norm", 1e-5}, std::pair{"layers/layer_norm_eps12", 1e-12}}) {
    const auto golden = golden_case(name);
    if (!golden) return;
    LayerNorm<T> layer(8, epsilon);
    layer.weight = golden->template row<T>("param/weight");
    layer.bias = golden->template row<T>("param/bias");
    const Tensor<T, 3> x = golden->template tensor<T, 3>("in/x");
    const Trip<LayerNorm<T>, Tensor<T, 3>> trip(layer, x, golden->template tensor<T, 3>("cot/y"));
    const auto expect = [&](const auto& got, const char* array, double tolerance) {
      INFO(array);
      CHECK(difference(got, golden->template matrix<double>(array)) < tolerance);
    };
    expect(as_matrix(trip.y), "out/y", golden_tolerance);
    expect(as_matrix(trip.y), "f64/out/y", golden_f64_tolerance<T>);
    expect(as_matrix(trip.dx), "grad/in/x", golden_tolerance);
    expect(trip.gradient.weight, "grad/param/weight", golden_tolerance);
    expect(trip.gradient.bias, "grad/param/bias", golden_tolerance);
  }
}

TEMPLATE_TEST_CASE("LayerNorm: mean 0 and variance 1, far from zero too", "", float, double) {
  using T = TestType;
  Rng rng{9};
  Matrix<T> x = random_activation<Matrix<T>>({10, 50}, rng);
  for (const double offset : {0.0, 1000.0}) {
    const Matrix<T> shifted = x.array() * T(3) + static_cast<T>(offset);
    const Matrix<T> y = predict(LayerNorm<T>(50), shifted);
    const double tolerance = sizeof(T) == 4 ? 1e-3 : 1e-5;  // epsilon is 1e-5
    CHECK(static_cast<double>(y.rowwise().mean().cwiseAbs().maxCoeff()) < tolerance);
    const Vector<T> variance = y.rowwise().squaredNorm() / T(50);
    CHECK(static_cast<double>((variance.array() - 1).abs().maxCoeff()) < tolerance);
  }
  // A row of equal numbers has no variance: only the bias remains.
  LayerNorm<T> layer(3);
  layer.bias << 1, 2, 3;
  const Matrix<T> y = predict(layer, Matrix<T>::Constant(1, 3, 7).eval());
  CHECK(y.row(0) == layer.bias);
}

TEST_CASE("LayerNorm: starting values, errors, NaN") {
  LayerNorm<float> layer(3);
  CHECK(layer.weight.isOnes(0));
  CHECK(layer.bias.isZero(0));
  CHECK(layer.epsilon() == 1e-5);
  layer = randomized(layer);
  Rng rng{1};
  initialize(layer, rng);
  CHECK(layer == LayerNorm<float>(3));

  CHECK_THROWS_AS(LayerNorm<float>(0), OptionError);
  CHECK_THROWS_AS(LayerNorm<float>(3, 0), OptionError);
  CHECK_THROWS_AS(LayerNorm<float>(3, NAN), OptionError);
  const Matrix<float> x = Matrix<float>::Random(2, 4);
  CHECK_THROWS_WITH(predict(layer, x), ContainsSubstring("the last axis of x is 4, expected 3"));
  CHECK_THROWS_WITH((Trip<LayerNorm<float>, Matrix<float>>(layer, x.leftCols(3).eval(),
                                                           Matrix<float>::Ones(1, 3).eval())),
                    ContainsSubstring("dy is 1 x 3, expected 2 x 3"));

  Matrix<float> with_gap = Matrix<float>::Random(2, 3);
  with_gap(0, 1) = NAN;
  const Matrix<float> y = predict(layer, with_gap);
  CHECK(y.row(0).array().isNaN().all());
  CHECK(y.row(1).allFinite());
}
