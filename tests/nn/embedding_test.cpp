// SPDX-License-Identifier: MIT
#include <loyal/nn/embedding.hpp>

#include "../support/catch.hpp"
#include "../support/golden.hpp"
#include "../support/layer_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

namespace {

/// Random numbers of a table of `count`, with true lengths as random_activation() gives them.
template <class X>
X random_numbers(const std::array<Index, loyal::detail::activation_traits<X>::rank>& shape,
                 Index count, Rng& rng) {
  X x;
  if constexpr (requires { x.lengths; }) {
    set_shape(x.values, shape);
    for (Index b = 0; b < shape[0]; ++b)
      x.lengths.push_back(b == 1 ? 0 : std::max<Index>(0, shape[1] - b / 2));
  } else {
    set_shape(x, shape);
  }
  for (auto& number : numbers(x))
    number = static_cast<ScalarOf<X>>(rng.below(static_cast<std::uint64_t>(count)));
  return x;
}

}  // namespace

TEST_CASE("Embedding keeps the contract of layers") {
  Rng rng{15};
  for (const Index padding : {-1, 0, 4}) {
    Embedding<double> table(6, 3, {.padding = padding});
    check_layer(table, random_numbers<Tensor<std::int32_t, 1>>({7}, 6, rng));
    check_layer(table, random_numbers<Tensor<std::int64_t, 2>>({3, 4}, 6, rng));
    check_layer(table, random_numbers<Tokens>({5, 4}, 6, rng));
  }
  check_layer(Embedding<double>(1, 1), random_numbers<Tensor<std::int32_t, 1>>({1}, 1, rng));
  check_layer(Embedding<double>(40, 2),
              random_numbers<Padded<std::int32_t, 3>>({3, 2, 2}, 40, rng));
}

TEMPLATE_TEST_CASE("Embedding against torch", "", float, double) {
  using T = TestType;
  const auto golden = golden_case("layers/embedding");
  if (!golden) return;
  const auto x = golden->template tensor<std::int32_t, 2>("in/idx");
  const auto dy = golden->template tensor<T, 3>("cot/y");
  Embedding<T> table(10, 4);
  table.weight = golden->template matrix<T>("param/weight");
  const auto y = predict(table, x);
  CHECK(difference(as_matrix(y), golden->template matrix<float>("out/y")) == 0);
  CHECK(difference(as_matrix(y), golden->template matrix<double>("f64/out/y")) == 0);

  // There the padding number's vector counts forward, as far as it is not zero; here it is zero.
  Embedding<T> padded(10, 4, {.padding = 0});
  padded.weight = table.weight;
  table.weight.row(0).setZero();
  CHECK(same_bits(predict(padded, x), predict(table, x)));
  const Trip<Embedding<T>, Tensor<std::int32_t, 2>> trip(padded, x, dy);
  const Matrix<T> gradient = trip.gradient.weight.dense();
  CHECK(difference(gradient, golden->template matrix<float>("grad/param/weight")) <
        golden_tolerance);
  CHECK(gradient.row(0).isZero(0));
}

TEST_CASE("Embedding: vectors are looked up, repeated numbers add up") {
  Embedding<float> table(5, 2);
  Tensor<std::int32_t, 1> x{{3, 1, 3}};
  const Matrix<float> y = predict(table, x);
  CHECK(y.row(0) == table.weight.row(3));
  CHECK(y.row(1) == table.weight.row(1));
  Matrix<float> dy(3, 2);
  dy << 1, 2, 3, 4, 5, 6;
  const Trip<Embedding<float>, Tensor<std::int32_t, 1>> trip(table, x, dy);
  CHECK(trip.gradient.weight.touched() == std::vector<Index>{3, 1});
  Matrix<float> expected(2, 2);
  expected << 6, 8, 3, 4;
  CHECK(trip.gradient.weight.values() == expected);
}

TEST_CASE("Embedding: padding gives zeros, whatever stands in the table, and no gradient") {
  Embedding<float> table(4, 2, {.padding = 2});
  CHECK(table.weight.row(2).isZero(0));
  CHECK_FALSE(table.weight.row(1).isZero(0));
  table.weight.setOnes();
  Tokens x;
  set_shape(x.values, {2, 3});
  x.values = Tensor<std::int32_t, 2>{{2, 1, 0}, {1, 1, 1}};
  x.lengths = {3, 1};
  const auto y = predict(table, x);
  CHECK(y.lengths == x.lengths);
  Matrix<float> expected(6, 2);
  expected << 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0;
  CHECK(as_matrix(y) == expected);
  Padded<float, 3> dy = y;
  dy.values.fill(1);
  const Trip<Embedding<float>, Tokens> trip(table, x, dy);
  expected.resize(4, 2);
  expected << 1, 1, 2, 2, 0, 0, 0, 0;
  CHECK(trip.gradient.weight.dense() == expected);

  Rng rng{1};
  initialize(table, rng);
  CHECK(table.weight.row(2).isZero(0));
}

TEST_CASE("Embedding: numbers outside the table, lengths that do not fit, options") {
  const Embedding<float> table(4, 2);
  NoCache cache;
  Pass pass;
  Matrix<float> y = Matrix<float>::Constant(1, 1, 5);
  for (const std::int32_t bad : {-1, 4, std::numeric_limits<std::int32_t>::max(),
                                 std::numeric_limits<std::int32_t>::min()}) {
    const Tensor<std::int32_t, 1> x{{0, bad}};
    CHECK_THROWS_AS(table.forward(x, y, cache, pass), DataError);
    CHECK_THROWS_WITH(table.forward(x, y, cache, pass),
                      ContainsSubstring("is " + std::to_string(bad) + ", expected 0 .. 3"));
    CHECK(y.size() == 1);
    CHECK(y(0, 0) == 5);
  }
  Tokens x;
  set_shape(x.values, {2, 3});
  x.values.fill(1);
  x.lengths = {3};
  CHECK_THROWS_WITH(predict(table, x), ContainsSubstring("the number of lengths is 1, expected 2"));
  x.lengths = {3, 4};
  CHECK_THROWS_WITH(predict(table, x), ContainsSubstring("a length is 4, expected 0 .. 3"));
  x.lengths = {-1, 3};
  CHECK_THROWS_AS(predict(table, x), ShapeError);

  x.lengths = {3, 3};
  Padded<float, 3> dy = predict(table, x);
  set_shape(dy.values, {2, 3, 1});
  CHECK_THROWS_WITH((Trip<Embedding<float>, Tokens>(table, x, dy)),
                    ContainsSubstring("the last axis of dy is 1, expected 2"));
  set_shape(dy.values, {2, 2, 2});
  CHECK_THROWS_WITH((Trip<Embedding<float>, Tokens>(table, x, dy)),
                    ContainsSubstring("the number of rows of dy is 4, expected 6"));

  CHECK_THROWS_AS(Embedding<float>(0, 2), OptionError);
  CHECK_THROWS_AS(Embedding<float>(2, 0), OptionError);
  CHECK_THROWS_AS(Embedding<float>(2, 2, {.padding = 2}), OptionError);
  CHECK_THROWS_AS(Embedding<float>(2, 2, {.padding = -2}), OptionError);
}
