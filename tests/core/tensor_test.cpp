// SPDX-License-Identifier: MIT
#include <loyal/core/tensor.hpp>

#include "../support/catch.hpp"

using loyal::Index;

TEMPLATE_TEST_CASE("a tensor's view as a matrix shares its storage", "[core][tensor]", float,
                   double) {
  loyal::Tensor<TestType, 3> x;
  loyal::set_shape(x, {2, 3, 4});
  for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<TestType>(i);
  auto rows = loyal::as_matrix(x);
  REQUIRE(rows.rows() == 6);
  REQUIRE(rows.cols() == 4);
  CHECK(rows(4, 2) == x(1, 1, 2));
  rows(5, 3) = -1;
  CHECK(x(1, 2, 3) == -1);
  CHECK(rows.data() == x.data());
  CHECK(loyal::batch_size(x) == 2);
  CHECK(loyal::feature_size(x) == 4);
}

TEST_CASE("to_tensor copies a matrix row by row", "[core][tensor]") {
  loyal::Matrix<double> m(2, 6);
  for (Index i = 0; i < 12; ++i) m.data()[i] = static_cast<double>(i);
  const auto t = loyal::to_tensor<3>(m, {2, 2, 3});
  CHECK(t(1, 0, 2) == m(1, 2));
  CHECK(t(0, 1, 0) == m(0, 3));
  CHECK_THROWS_AS(loyal::to_tensor<3>(m, {2, 2, 4}), loyal::ShapeError);
}

TEST_CASE("shapes follow with another last axis, and lengths with them", "[core][tensor]") {
  loyal::Padded<float, 3> x;
  loyal::set_shape(x.values, {2, 5, 3});
  x.lengths = {5, 1};
  loyal::Padded<float, 3> y;
  loyal::set_shape_like(y, x, 7);
  CHECK(loyal::shape_of(y) == std::array<Index, 3>{2, 5, 7});
  CHECK(y.lengths == x.lengths);
  loyal::Matrix<float> m(4, 2);
  loyal::Matrix<float> n;
  loyal::set_shape_like(n, m);
  CHECK(n.rows() == 4);
  CHECK(n.cols() == 2);
}

TEST_CASE("true lengths, or the whole axis", "[core][tensor]") {
  loyal::Tokens x;
  loyal::set_shape(x.values, {3, 4});
  x.lengths = {4, 0, 2};
  CHECK(loyal::length_of(x, 2) == 2);
  CHECK(loyal::length_of(x.values, 2) == 4);
  CHECK_NOTHROW(loyal::detail::expect_lengths("f", x));
  x.lengths = {4, 5, 2};
  CHECK_THROWS_WITH(loyal::detail::expect_lengths("f", x), "f: a length is 5, expected 0 .. 4");
  x.lengths = {4, -1, 2};
  CHECK_THROWS_AS(loyal::detail::expect_lengths("f", x), loyal::ShapeError);
  x.lengths = {4, 2};
  CHECK_THROWS_AS(loyal::detail::expect_lengths("f", x), loyal::ShapeError);
}

TEST_CASE("an axis of size zero is no division by zero", "[core][tensor]") {
  loyal::Tensor<float, 3> x;
  loyal::set_shape(x, {2, 3, 0});
  CHECK(loyal::as_matrix(x).size() == 0);
  loyal::set_shape(x, {0, 3, 2});
  CHECK(loyal::as_matrix(x).rows() == 0);
  CHECK(loyal::as_matrix(x).cols() == 2);
}

TEST_CASE("what flows between layers", "[core][tensor]") {
  static_assert(loyal::Activation<loyal::Matrix<float>> && loyal::Activation<loyal::Tokens>);
  static_assert(loyal::RealActivation<loyal::Tensor<double, 4>> &&
                !loyal::RealActivation<loyal::Tokens>);
  static_assert(loyal::RealSequences<loyal::Padded<float, 3>> &&
                !loyal::RealSequences<loyal::Matrix<float>>);
  static_assert(!loyal::Activation<int> && !loyal::Activation<loyal::Vector<float>>);
  CHECK(std::same_as<loyal::ScalarOf<loyal::Tokens>, std::int32_t>);
}
