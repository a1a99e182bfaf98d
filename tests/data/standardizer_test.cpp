// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/standardizer.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("Standardizer: closed form", "[data]", float, double) {
  using T = TestType;
  Matrix<T> x(4, 3);
  const T nan = std::numeric_limits<T>::quiet_NaN();
  x << 1, 5, nan, 2, 5, nan, 3, 5, nan, nan, 5, nan;
  Standardizer s;
  s.fit(x);
  CHECK(s.means()[0] == Approx(2));
  CHECK(s.scales()[0] == Approx(std::sqrt(2.0 / 3)));
  CHECK(s.scales()[1] == 1);  // constant
  CHECK(s.means()[2] == 0);   // always missing
  const Matrix<T> z = s.transform(x);
  CHECK(z(0, 0) == Approx(-std::sqrt(1.5)));
  CHECK(z(1, 0) == 0);
  CHECK(z(3, 0) == 0);
  CHECK(z.rightCols(2).isZero(0));
  CHECK(s.inverse_transform(z)(2, 0) == Approx(3));
  CHECK(s.inverse_transform(z)(3, 0) == Approx(2));
}

TEMPLATE_TEST_CASE("Standardizer: mean 0 and deviation 1 on random data", "[data]", float, double) {
  using T = TestType;
  Rng rng{2};
  for (int round = 0; round < 50; ++round) {
    const auto rows = static_cast<Index>(2 + rng.below(200));
    Matrix<T> x(rows, 3);
    for (Index i = 0; i < rows; ++i)
      x.row(i) << static_cast<T>(rng.normal()), static_cast<T>(1000 + 3 * rng.normal()),
          static_cast<T>(1e-6 * rng.uniform());
    Standardizer s;
    s.fit(x);
    const Matrix<T> z = s.transform(x);
    const double tolerance = sizeof(T) == 4 ? 2e-4 : 1e-9;
    for (Index j = 0; j < 3; ++j) {
      CHECK(std::abs(static_cast<double>(z.col(j).mean())) < tolerance);
      const double square =
          z.col(j).template cast<double>().squaredNorm() / static_cast<double>(rows);
      CHECK(square == Approx(1).epsilon(tolerance));
    }
    CHECK(s.inverse_transform(z).isApprox(x, sizeof(T) == 4 ? T(1e-5) : T(1e-12)));
  }
}

TEST_CASE("Standardizer: large constants are constant, small variation is not lost", "[data]") {
  Standardizer s;
  s.fit(Vector<double>::Constant(1000, 0.1).eval());
  CHECK(s.scales()[0] == 1);
  s.fit(Vector<double>::Constant(777, 1e300 / 3).eval());
  CHECK(s.scales()[0] == 1);
  Vector<double> small(2);
  small << 1e9, 1e9 + 1;
  s.fit(small);
  CHECK(s.scales()[0] == Approx(0.5));
}

TEST_CASE("Standardizer: what it refuses", "[data]") {
  const Standardizer unfitted;
  CHECK_THROWS_AS(unfitted.transform(Matrix<double>::Zero(1, 1)), NotFitted);
  CHECK_THROWS_AS(unfitted.inverse_transform(Matrix<double>::Zero(1, 1)), NotFitted);
  Standardizer s;
  CHECK_THROWS_AS(s.fit(Matrix<double>(0, 2)), DataError);
  Matrix<double> x = Matrix<double>::Random(3, 2);
  s.fit(x);
  const Standardizer old = s;
  CHECK_THROWS_AS(s.transform(Matrix<double>::Zero(1, 3)), ShapeError);
  x(1, 1) = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(s.fit(x), ContainsSubstring("x(1, 1)"));
  CHECK_THROWS_AS(s.transform(x), DataError);
  x(0, 1) = 1e308;
  x(1, 1) = -1e308;
  CHECK_THROWS_AS(s.fit(x), DataError);
  CHECK(s == old);
  CHECK(s.transform(Matrix<double>(0, 2)).rows() == 0);
  CHECK_THROWS_AS((Standardizer{{1}, {0}}), DataError);
  CHECK_THROWS_AS((Standardizer{{1}, {-1}}), DataError);
  CHECK_THROWS_AS((Standardizer{{std::nan("")}, {1}}), DataError);
  CHECK_THROWS_AS((Standardizer{{1, 2}, {1}}), ShapeError);
}
