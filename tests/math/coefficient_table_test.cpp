// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/math/coefficient_table.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("coefficient_table: z, p and interval of a textbook line", "", float, double) {
  using T = TestType;
  Vector<T> estimates(3);
  estimates << T(1.959963984540054), T(-2), T(5);
  Matrix<T> covariance = Matrix<T>::Zero(3, 3);
  covariance(0, 0) = 1;
  covariance(1, 1) = 4;
  const auto table = coefficient_table(estimates, covariance);
  CHECK(table[0].p_value == Approx(0.05).epsilon(1e-6));
  CHECK(table[0].low == Approx(0).margin(1e-6));
  CHECK(table[0].high == Approx(2 * 1.959963984540054).epsilon(1e-6));
  CHECK(table[1].z == -1);
  CHECK(table[1].p_value == Approx(0.317310507862914));  // 2 (1 - Phi(1))
  CHECK(std::isnan(table[2].standard_error));
  CHECK(std::isnan(table[2].p_value));
  CHECK(table[2].estimate == 5);
  const auto narrow = coefficient_table(estimates, covariance, 0.5);
  CHECK(narrow[1].high == Approx(-2 + 2 * 0.6744897501960817));
}

TEST_CASE("coefficient_table: what does not fit is refused") {
  const Vector<double> one = Vector<double>::Ones(1);
  const Matrix<double> square = Matrix<double>::Ones(1, 1);
  CHECK_THROWS_AS(coefficient_table(one, Matrix<double>(Matrix<double>::Ones(2, 2))), ShapeError);
  for (const double bad : {0.0, 1.0, std::nan("")})
    CHECK_THROWS_AS(coefficient_table(one, square, bad), OptionError);
  CHECK(coefficient_table(Vector<double>(), Matrix<double>()).empty());
}
