// SPDX-License-Identifier: MIT
#include <loyal/nn/gru.hpp>

#include "../support/catch.hpp"
#include "../support/golden.hpp"
#include "../support/layer_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

namespace {

/// The layer of a golden file of torch, whose weights are transposed.
template <Scalar T>
GRU<T> golden_gru(const GoldenCase& golden) {
  GRU<T> layer(5, 4);
  layer.weight_input = golden.matrix<T>("param/weight_ih_l0").transpose();
  layer.weight_hidden = golden.matrix<T>("param/weight_hh_l0").transpose();
  layer.bias_input = golden.row<T>("param/bias_ih_l0");
  layer.bias_hidden = golden.row<T>("param/bias_hh_l0");
  return layer;
}

/// Runs a golden case whose loss is <cot/y, y>; the part of the final state enters through the
/// derivative of y at each sequence's last true step, which is the same number.
template <Scalar T, class X>
void check_golden(const GoldenCase& golden, const X& x, bool with_start) {
  const GRU<T> layer = golden_gru<T>(golden);
  typename GRU<T>::template Cache<X> cache;
  if (with_start) cache.initial_state = golden.matrix<T>("in/h0");
  Pass pass;
  X y;
  layer.forward(x, y, cache, pass);
  X dy = y;
  values_of(dy) = golden.tensor<T, 3>("cot/y");
  const Matrix<T> d_final = golden.matrix<T>("cot/hn");
  for (Index b = 0; b < batch_size(x); ++b)
    as_matrix(dy).row(b * shape_of(x)[1] + length_of(x, b) - 1) += d_final.row(b);
  X dx;
  GRU<T> gradient = zero_gradient(layer);
  layer.backward(x, y, dy, cache, dx, gradient);
  const auto expect = [&](const auto& got, const char* array, double tolerance) {
    INFO(array);
    CHECK(difference(got, golden.matrix<double>(array)) < tolerance);
  };
  expect(as_matrix(y), "out/y", golden_tolerance);
  expect(as_matrix(y), "f64/out/y", golden_f64_tolerance<T>);
  expect(cache.final_state, "f64/out/hn", golden_f64_tolerance<T>);
  expect(as_matrix(dx), "grad/in/x", golden_tolerance);
  expect(gradient.weight_input.transpose(), "grad/param/weight_ih_l0", golden_tolerance);
  expect(gradient.weight_hidden.transpose(), "grad/param/weight_hh_l0", golden_tolerance);
  expect(gradient.bias_input, "grad/param/bias_ih_l0", golden_tolerance);
  expect(gradient.bias_hidden, "grad/param/bias_hh_l0", golden_tolerance);
  if (with_start) expect(cache.initial_derivative, "grad/in/h0", golden_tolerance);
}

}  // namespace

TEST_CASE("GRU keeps the contract of layers") {
  Rng rng{18};
  const auto layer = randomized(GRU<double>(2, 3));
  check_layer(layer, random_activation<Tensor<double, 3>>({3, 4, 2}, rng));
  check_layer(layer, random_activation<Tensor<double, 3>>({1, 1, 2}, rng), {.training = true});
  check_layer(layer, random_activation<Padded<double, 3>>({5, 4, 2}, rng));
  check_layer(randomized(GRU<double>(1, 1)), random_activation<Tensor<double, 3>>({2, 6, 1}, rng));
}

TEMPLATE_TEST_CASE("GRU against torch, from a given state", "", float, double) {
  const auto golden = golden_case("layers/gru");
  if (!golden) return;
  check_golden<TestType>(*golden, golden->template tensor<TestType, 3>("in/x"), true);
}

TEMPLATE_TEST_CASE("GRU against torch, packed sequences", "", float, double) {
  const auto golden = golden_case("layers/gru_packed");
  if (!golden) return;
  Padded<TestType, 3> x;
  x.values = golden->template tensor<TestType, 3>("in/x");
  x.lengths = golden->template values<Index>("in/lengths");
  check_golden<TestType>(*golden, x, false);
}

TEST_CASE("GRU against the definition, one step by hand") {
  Rng rng{19};
  const auto layer = randomized(GRU<double>(1, 1));
  const auto& w = layer.weight_input;
  const auto& u = layer.weight_hidden;
  const auto& b = layer.bias_input;
  const auto& c = layer.bias_hidden;
  const auto x = random_activation<Tensor<double, 3>>({1, 5, 1}, rng);
  const auto y = predict(layer, x);
  const auto logistic = [](double v) { return 1 / (1 + std::exp(-v)); };
  double h = 0;
  for (std::size_t t = 0; t < 5; ++t) {
    const double in = x(0, t, 0);
    const double r = logistic(in * w(0, 0) + b[0] + h * u(0, 0) + c[0]);
    const double z = logistic(in * w(0, 1) + b[1] + h * u(0, 1) + c[1]);
    const double n = std::tanh(in * w(0, 2) + b[2] + r * (h * u(0, 2) + c[2]));
    h = (1 - z) * n + z * h;
    CHECK(y(0, t, 0) == Approx(h).epsilon(1e-13));
  }
}

TEST_CASE("GRU: the initial state and its gradient") {
  Rng rng{20};
  using X = Padded<double, 3>;
  const auto layer = randomized(GRU<double>(2, 3));
  const X x = random_activation<X>({4, 3, 2}, rng);
  const auto start = random_activation<Matrix<double>>({4, 3}, rng);
  const X dy = random_derivative(predict(layer, x));
  const auto d_final = random_activation<Matrix<double>>({4, 3}, rng);
  const auto run = [&](const Matrix<double>& state, GRU<double>::Cache<X>& cache) {
    cache.initial_state = state;
    Pass pass;
    X y;
    layer.forward(x, y, cache, pass);
    fill_padding(y, 0);
    return (numbers(y) * numbers(dy)).sum();
  };
  GRU<double>::Cache<X> cache;
  run(start, cache);
  Discard nowhere;
  GRU<double> gradient = zero_gradient(layer);
  layer.backward(x, x, dy, cache, nowhere, gradient);
  const auto f = [&](const Vector<double>& v) {
    GRU<double>::Cache<X> other;
    return run(Eigen::Map<const Matrix<double>>(v.data(), 4, 3), other);
  };
  CHECK(gradient_error(f, numbers(start).matrix(), numbers(cache.initial_derivative).matrix()) <
        1e-6);
  // A sequence of no steps keeps the state it started from.
  REQUIRE(x.lengths[1] == 0);
  CHECK(cache.final_state.row(1) == start.row(1));
  CHECK(cache.initial_derivative.row(1).isZero(0));
  // The final state is y at the last true step.
  Pass pass;
  X y;
  layer.forward(x, y, cache, pass);
  CHECK(cache.final_state.row(0) == as_matrix(y).row(x.lengths[0] - 1));

  // Zeros are what an empty state stands for, also after another state was there.
  GRU<double>::Cache<X> zeros;
  zeros.initial_state = Matrix<double>::Zero(4, 3);
  X y_zeros;
  layer.forward(x, y_zeros, zeros, pass);
  cache.initial_state.resize(0, 0);
  layer.forward(x, y, cache, pass);
  CHECK(same_bits(y, y_zeros));
}

TEST_CASE("GRU: two halves of a sequence continue each other") {
  Rng rng{21};
  const auto layer = randomized(GRU<double>(2, 3));
  const auto x = random_activation<Tensor<double, 3>>({1, 6, 2}, rng);
  const auto whole = predict(layer, x);
  GRU<double>::Cache<Tensor<double, 3>> cache;
  Pass pass;
  for (const Index half : {0, 1}) {
    Tensor<double, 3> part;
    set_shape(part, {1, 3, 2});
    std::copy_n(x.data() + half * 6, 6, part.data());
    Tensor<double, 3> y;
    layer.forward(part, y, cache, pass);
    cache.initial_state = cache.final_state;
    CHECK((as_matrix(y) - as_matrix(whole).middleRows(half * 3, 3)).norm() < 1e-14);
  }
}

TEST_CASE("GRU: huge inputs saturate, no time at all, starting values, errors") {
  const GRU<float> layer(2, 3);
  Tensor<float, 3> x;
  set_shape(x, {1, 4, 2});
  x.fill(1e30F);
  const auto y = predict(layer, x);
  CHECK(as_matrix(y).allFinite());
  CHECK(as_matrix(y).cwiseAbs().maxCoeff() <= 1);

  set_shape(x, {2, 0, 2});
  const auto none = predict(layer, x);
  CHECK(shape_of(none) == std::array<Index, 3>{2, 0, 3});

  const float bound = 1 / std::sqrt(3.0F);
  CHECK(flatten<float>(layer).cwiseAbs().maxCoeff() <= bound);
  CHECK(flatten<float>(layer).maxCoeff() > 0.8F * bound);
  CHECK(count_parameters(layer) == 9 * (2 + 3 + 2));
  CHECK(layer == GRU<float>(2, 3));
  CHECK_FALSE(layer == GRU<float>(2, 3, Rng{5}));

  CHECK_THROWS_AS(GRU<float>(0, 3), OptionError);
  CHECK_THROWS_AS(GRU<float>(3, 0), OptionError);
  set_shape(x, {2, 3, 1});
  CHECK_THROWS_WITH(predict(layer, x), ContainsSubstring("the last axis of x is 1, expected 2"));
  set_shape(x, {2, 3, 2});
  x.fill(0);
  GRU<float>::Cache<Tensor<float, 3>> cache;
  cache.initial_state = Matrix<float>::Zero(3, 3);
  Pass pass;
  Tensor<float, 3> out;
  CHECK_THROWS_WITH(layer.forward(x, out, cache, pass),
                    ContainsSubstring("initial_state is 3 x 3, expected 2 x 3"));
  Padded<float, 3> padded{x, {3, 4}};
  CHECK_THROWS_WITH(predict(layer, padded), ContainsSubstring("a length is 4, expected 0 .. 3"));
  Tensor<float, 3> dy;
  set_shape(dy, {2, 2, 3});
  CHECK_THROWS_WITH((Trip<GRU<float>, Tensor<float, 3>>(layer, x, dy)),
                    ContainsSubstring("dy is 4 x 3, expected 6 x 3"));
}
