// SPDX-License-Identifier: MIT
#include <loyal/nn/batch_norm.hpp>

#include "../support/catch.hpp"
#include "../support/golden.hpp"
#include "../support/layer_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

TEST_CASE("BatchNorm keeps the contract of layers") {
  Rng rng{10};
  const auto layer = randomized(BatchNorm<double>(3));
  const auto wide = randomized(BatchNorm<double>(4, {.epsilon = 0.2, .momentum = 0.5}));
  const LayerContract training{.training = true, .rows_alone = false, .empty_batch = false};
  check_layer(layer, random_activation<Matrix<double>>({5, 3}, rng));
  check_layer(layer, random_activation<Matrix<double>>({1, 3}, rng));
  check_layer(layer, random_activation<Tensor<double, 3>>({2, 3, 3}, rng));
  check_layer(layer, random_activation<Matrix<double>>({6, 3}, rng), training);
  check_layer(wide, random_activation<Matrix<double>>({3, 4}, rng), training);
  check_layer(wide, random_activation<Tensor<double, 3>>({2, 3, 4}, rng), training);
}

TEMPLATE_TEST_CASE("BatchNorm against torch", "", float, double) {
  using T = TestType;
  for (const bool training : {true, false}) {
    const auto golden =
        golden_case(training ? "layers/batch_norm1d_train" : "layers/batch_norm1d_eval");
    if (!golden) return;
    BatchNorm<T> layer(6);
    layer.weight = golden->template row<T>("param/weight");
    layer.bias = golden->template row<T>("param/bias");
    layer.running_mean = golden->template row<T>("buffer_before/running_mean");
    layer.running_var = golden->template row<T>("buffer_before/running_var");
    const Matrix<T> x = golden->template matrix<T>("in/x");
    const Trip<BatchNorm<T>, Matrix<T>> trip(layer, x, golden->template matrix<T>("cot/y"),
                                             training);
    const auto expect = [&](const auto& got, const char* array, double tolerance) {
      INFO(training << " " << array);
      CHECK(difference(got, golden->template matrix<double>(array)) < tolerance);
    };
    expect(trip.y, "out/y", golden_tolerance);
    expect(trip.y, "f64/out/y", golden_f64_tolerance<T>);
    expect(trip.dx, "grad/in/x", golden_tolerance);
    expect(trip.gradient.weight, "grad/param/weight", golden_tolerance);
    expect(trip.gradient.bias, "grad/param/bias", golden_tolerance);
    // The running moments after the step are not in the file; see absorb() below.
  }
}

TEMPLATE_TEST_CASE("BatchNorm: running moments approach those of the data", "", float, double) {
  using T = TestType;
  Rng rng{11};
  BatchNorm<T> layer(2, {.momentum = 0.05});
  typename BatchNorm<T>::template Cache<Matrix<T>> cache;
  Matrix<T> x(64, 2);
  Matrix<T> y;
  Pass pass{.training = true};
  for (int step = 0; step < 400; ++step) {
    for (Index r = 0; r < x.rows(); ++r) x.row(r) << rng.normal<T>(5, 2), rng.normal<T>(-1, T(0.5));
    layer.forward(x, y, cache, pass);
    absorb(layer, cache);
  }
  CHECK(layer.running_mean[0] == Approx(5).margin(0.3));
  CHECK(layer.running_mean[1] == Approx(-1).margin(0.1));
  CHECK(layer.running_var[0] == Approx(4).epsilon(0.15));
  CHECK(layer.running_var[1] == Approx(0.25).epsilon(0.15));
  // A trained layer normalizes as it did while training, about.
  const Matrix<T> served = predict(layer, x);
  CHECK((served - y).cwiseAbs().maxCoeff() < 0.7);
}

TEST_CASE("BatchNorm: what absorb() takes over") {
  Rng rng{12};
  const auto x = random_activation<Matrix<double>>({4, 3}, rng);
  const RowVector<double> mean = x.colwise().mean();
  const RowVector<double> variance =
      (x.rowwise() - mean).colwise().squaredNorm() / 3;  // unbiased, as torch keeps it
  for (const double momentum : {0.0, 0.25, 1.0}) {
    BatchNorm<double> layer = randomized(BatchNorm<double>(3, {.momentum = momentum}));
    const BatchNorm<double> before = layer;
    const Trip<BatchNorm<double>, Matrix<double>> served(layer, x, false);
    absorb(layer, served.cache);
    CHECK(layer == before);
    const Trip<BatchNorm<double>, Matrix<double>> trained(layer, x, true);
    CHECK(layer == before);
    absorb(layer, trained.cache);
    CHECK((layer.running_mean - (1 - momentum) * before.running_mean - momentum * mean).norm() <
          1e-14);
    CHECK((layer.running_var - (1 - momentum) * before.running_var - momentum * variance).norm() <
          1e-14);
    CHECK(layer.weight == before.weight);
  }
}

TEST_CASE("BatchNorm: walk, starting values, errors") {
  BatchNorm<float> layer(3);
  CHECK(count_parameters(layer) == 6);
  CHECK(count_parameters(layer, true) == 12);
  CHECK(layer.running_var.isOnes(0));
  CHECK(layer.running_mean.isZero(0));
  Rng rng{1};
  BatchNorm<float> moved = randomized(layer);
  initialize(moved, rng);
  CHECK(moved == layer);

  // A batch of equal rows has no variance: only the bias remains.
  layer.bias << 1, 2, 3;
  const Trip<BatchNorm<float>, Matrix<float>> flat(layer, Matrix<float>::Constant(5, 3, 7).eval(),
                                                   true);
  CHECK(flat.y == layer.bias.replicate(5, 1));

  using Options = BatchNorm<float>::Options;
  CHECK_THROWS_AS(BatchNorm<float>(0), OptionError);
  CHECK_THROWS_AS(BatchNorm<float>(3, Options{.epsilon = 0}), OptionError);
  CHECK_THROWS_AS(BatchNorm<float>(3, Options{.epsilon = NAN}), OptionError);
  CHECK_THROWS_AS(BatchNorm<float>(3, Options{.momentum = -0.1}), OptionError);
  CHECK_THROWS_AS(BatchNorm<float>(3, Options{.momentum = 1.1}), OptionError);

  const auto train = [&](Index rows, Index cols) {
    return Trip<BatchNorm<float>, Matrix<float>>(layer, Matrix<float>::Ones(rows, cols).eval(),
                                                 true);
  };
  CHECK_THROWS_WITH(train(4, 2), ContainsSubstring("the last axis of x is 2, expected 3"));
  CHECK_THROWS_WITH(train(1, 3), ContainsSubstring("rows in training is 1, expected >= 2"));
  CHECK_THROWS_AS(train(0, 3), ShapeError);
  CHECK_THROWS_WITH((Trip<BatchNorm<float>, Matrix<float>>(layer, Matrix<float>::Ones(2, 3).eval(),
                                                           Matrix<float>::Ones(3, 3).eval())),
                    ContainsSubstring("dy is 3 x 3, expected 2 x 3"));
}

TEST_CASE("BatchNorm takes no padded batch: its padding would count in the moments") {
  static_assert(!loyal::Layer<loyal::BatchNorm<float>, loyal::Padded<float, 3>>);
  static_assert(loyal::Layer<loyal::BatchNorm<float>, loyal::Tensor<float, 3>>);
  CHECK(loyal::Unpadded<loyal::Matrix<float>>);
}
