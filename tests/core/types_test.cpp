// SPDX-License-Identifier: MIT
#include <loyal/core/types.hpp>

#include "../support/catch.hpp"

TEST_CASE("matrices store rows one after another", "[core]") {
  loyal::Matrix<float> m(2, 3);
  m << 1, 2, 3, 4, 5, 6;
  CHECK(m.data()[1] == 2);
  CHECK(m.data()[3] == 4);
}

TEST_CASE("Scalar is float and double only", "[core]") {
  static_assert(loyal::Scalar<float> && loyal::Scalar<double>);
  static_assert(!loyal::Scalar<int> && !loyal::Scalar<long double> && !loyal::Scalar<const float>);
  CHECK(loyal::SparseMatrix<double>::IsRowMajor);
}

TEST_CASE("a block passes as a matrix without a copy", "[core]") {
  const loyal::Matrix<double> m = loyal::Matrix<double>::Random(5, 6);
  const auto first = [](const loyal::ConstMatrixRef<double>& x) { return x.data(); };
  CHECK(first(m.block(1, 2, 3, 3)) == &m(1, 2));
}
