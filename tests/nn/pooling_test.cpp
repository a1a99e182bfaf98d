// SPDX-License-Identifier: MIT
#include <loyal/nn/pooling.hpp>

#include "../support/catch.hpp"
#include "../support/golden.hpp"
#include "../support/layer_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

TEMPLATE_TEST_CASE("pooling over time keeps the contract of layers", "", MeanOverTime, MaxOverTime,
                   LastStep) {
  Rng rng{16};
  const TestType layer;
  check_layer(layer, random_activation<Tensor<double, 3>>({3, 4, 2}, rng));
  check_layer(layer, random_activation<Tensor<double, 3>>({1, 1, 1}, rng));
  check_layer(layer, random_activation<Padded<double, 3>>({6, 5, 3}, rng));
  check_layer(layer, random_activation<Padded<double, 3>>({2, 1, 2}, rng), {.training = true});
}

TEMPLATE_TEST_CASE("pooling over time against torch", "", float, double) {
  using T = TestType;
  const auto golden = golden_case("layers/pooling");
  if (!golden) return;
  // The file holds batch x channel x time, and one gradient for four kinds of pooling, which is
  // why gradients are checked in the contract only.
  const auto there = golden->template tensor<T, 3>("in/x");
  Tensor<T, 3> x;
  set_shape(x, {2, 8, 3});
  for (std::size_t b = 0; b < 2; ++b)
    for (std::size_t t = 0; t < 8; ++t)
      for (std::size_t f = 0; f < 3; ++f) x(b, t, f) = there(b, f, t);
  CHECK(difference(predict(MaxOverTime{}, x), golden->template matrix<double>("f64/out/gmax")) <
        golden_f64_tolerance<T>);
  CHECK(difference(predict(MeanOverTime{}, x), golden->template matrix<double>("f64/out/gmean")) <
        golden_f64_tolerance<T>);
}

TEMPLATE_TEST_CASE("pooling over time against the definition", "", float, double) {
  using T = TestType;
  Rng rng{17};
  const auto x = random_activation<Padded<T, 3>>({20, 6, 3}, rng);
  const Matrix<T> mean = predict(MeanOverTime{}, x);
  const Matrix<T> max = predict(MaxOverTime{}, x);
  const Matrix<T> last = predict(LastStep{}, x);
  for (std::size_t b = 0; b < 20; ++b)
    for (std::size_t f = 0; f < 3; ++f) {
      const auto n = static_cast<std::size_t>(x.lengths[b]);
      double sum = 0;
      T largest = n == 0 ? T(0) : x.values(b, 0, f);
      for (std::size_t t = 0; t < n; ++t) {
        sum += static_cast<double>(x.values(b, t, f));
        largest = std::max(largest, x.values(b, t, f));
      }
      const auto row = static_cast<Index>(b);
      const auto column = static_cast<Index>(f);
      REQUIRE(static_cast<double>(mean(row, column)) ==
              Approx(n == 0 ? 0 : sum / static_cast<double>(n)).epsilon(1e-5).margin(1e-6));
      REQUIRE(max(row, column) == largest);
      REQUIRE(last(row, column) == (n == 0 ? T(0) : x.values(b, n - 1, f)));
    }
}

TEST_CASE("MaxOverTime: the gradient goes to the first of equals, negative maxima count") {
  Padded<double, 3> x;
  set_shape(x.values, {1, 4, 1});
  x.values = Tensor<double, 3>{{{-3}, {-1}, {-1}, {9}}};
  x.lengths = {3};
  const Trip<MaxOverTime, Padded<double, 3>> trip(MaxOverTime{}, x,
                                                  Matrix<double>::Constant(1, 1, 5).eval());
  CHECK(trip.y(0, 0) == -1);
  CHECK(trip.dx.values == Tensor<double, 3>{{{0}, {5}, {0}, {0}}});
  CHECK(trip.dx.lengths == x.lengths);
}

TEMPLATE_TEST_CASE("pooling over time: no time at all, lengths that do not fit", "", MeanOverTime,
                   MaxOverTime, LastStep) {
  Tensor<float, 3> still;
  set_shape(still, {2, 0, 3});
  CHECK(predict(TestType{}, still) == Matrix<float>::Zero(2, 3));

  Padded<float, 3> x;
  set_shape(x.values, {2, 3, 1});
  x.values.fill(1);
  x.lengths = {1, 2, 3};
  CHECK_THROWS_WITH(predict(TestType{}, x), ContainsSubstring("lengths is 3, expected 2"));
  x.lengths = {1, 4};
  CHECK_THROWS_WITH(predict(TestType{}, x), ContainsSubstring("a length is 4, expected 0 .. 3"));
  x.lengths = {1, -1};
  CHECK_THROWS_AS(predict(TestType{}, x), ShapeError);
  x.lengths = {1, 3};
  CHECK_THROWS_WITH(
      (Trip<TestType, Padded<float, 3>>(TestType{}, x, Matrix<float>::Ones(2, 2).eval())),
      ContainsSubstring("dy is 2 x 2, expected 2 x 1"));
}
