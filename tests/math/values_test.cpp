// SPDX-License-Identifier: MIT
#include <array>
#include <limits>
#include <list>
#include <span>
#include <vector>

#include <loyal/math/values.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

std::vector<double> seen(const Values& values) { return {values.begin(), values.end()}; }
const double* address(const Values& values) { return values.begin(); }

const std::vector<double> expected{1, 0, 3};

}  // namespace

TEST_CASE("values: whatever holds numbers") {
  CHECK(seen({1, 0, 3}) == expected);
  CHECK(seen(std::vector<double>{1, 0, 3}) == expected);
  CHECK(seen(std::vector<float>{1, 0, 3}) == expected);
  CHECK(seen(std::vector<int>{1, 0, 3}) == expected);
  CHECK(seen(std::vector<bool>{true, false}) == std::vector<double>{1, 0});
  CHECK(seen(std::array<unsigned char, 3>{1, 0, 3}) == expected);
  CHECK(seen(std::list<short>{1, 0, 3}) == expected);
  const std::vector<float> held{1, 0, 3};
  CHECK(seen(std::span<const float>(held)) == expected);
  CHECK(seen({}).empty());
  CHECK(Values().empty());
}

TEST_CASE("values: Eigen vectors, strided columns, rows, expressions, matrices of one column") {
  Matrix<float> m(3, 2);
  m << 9, 1, 9, 0, 9, 3;
  CHECK(seen(m.col(1)) == expected);
  CHECK(seen(m.col(1).transpose()) == expected);
  const Matrix<double> d = m.cast<double>();
  CHECK(seen(d.col(1)) == expected);
  CHECK(seen(d.transpose().row(1)) == expected);
  CHECK(seen(2 * d.col(1) - d.col(1)) == expected);
  CHECK(seen(d.col(1).array() + 0) == expected);
  CHECK(seen(Matrix<double>(d.col(1))) == expected);
  CHECK(seen(Matrix<float>(m.col(1).transpose())) == expected);
  CHECK(seen(RowVector<double>(d.col(1).transpose())) == expected);
  CHECK(seen(Eigen::VectorXi(m.col(1).cast<int>())) == expected);
  CHECK(seen(d.col(1).array() > 0) == std::vector<double>{1, 0, 1});
  CHECK(seen(Vector<float>(0)).empty());
  CHECK(seen(Matrix<double>(0, 5)).empty());
  CHECK_THROWS_AS(Values(m), ShapeError);
  CHECK_THROWS_WITH(Values(d), ContainsSubstring("2, expected 1"));
}

TEST_CASE("values: doubles side by side are not copied") {
  const std::vector<double> v{1, 2};
  CHECK(address(v) == v.data());
  const Vector<double> e = Vector<double>::Ones(3);
  CHECK(address(e) == e.data());
  CHECK(address(e.tail(2)) == e.data() + 1);
  const Matrix<double> m = Matrix<double>::Ones(2, 3);
  CHECK(address(m.row(1)) == m.data() + 3);
  CHECK(address(m.col(1)) != m.data() + 1);
}

TEST_CASE("values: checks name the place") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(detail::expect_finite("here", "x", {0, 1, nan}),
                    ContainsSubstring("here: x[2]"));
  CHECK_THROWS_AS(detail::expect_some("here", "x", {}), DataError);
  const auto total = [](const Values& given) {
    return detail::SampleWeights("here", given, 3).total();
  };
  CHECK(total({}) == 3);
  CHECK(total({1, 0, 0.5}) == 1.5);
  CHECK_THROWS_AS(total({1, 2}), ShapeError);
  CHECK_THROWS_WITH(total({1, -2, 0}), ContainsSubstring("weights[1]"));
  CHECK_THROWS_AS(total({1, nan, 0}), DataError);
  CHECK_THROWS_AS(total({0, 0, 0}), DataError);
}
