// SPDX-License-Identifier: MIT
#include <Eigen/Dense>

#include <loyal/core/random.hpp>
#include <loyal/math/symmetric_inverse.hpp>

#include "../support/catch.hpp"

using loyal::Index;
using loyal::Matrix;

namespace {

template <class T>
Matrix<T> random_definite(Index n, loyal::Rng& rng) {
  Matrix<double> x(n, 8);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal();
  Matrix<double> a = x * x.transpose();
  a.diagonal().array() += 5;
  return a.cast<T>();
}

}  // namespace

TEMPLATE_TEST_CASE("Symmetric inverse times the matrix is one", "[math]", float, double) {
  using T = TestType;
  loyal::Rng rng{1};
  for (const Index n : {0, 1, 2, 31, 32, 33, 64, 100, 257}) {
    const Matrix<T> a = random_definite<T>(n, rng);
    Matrix<T> inverse = a;
    for (Index i = 0; i < n; ++i)  // the upper half is not read
      for (Index j = i + 1; j < n; ++j) inverse(i, j) = T(1e6);
    REQUIRE(loyal::invert_symmetric(inverse));
    CHECK(inverse == Matrix<T>(inverse.transpose()));
    const Matrix<double> rest = a.template cast<double>() * inverse.template cast<double>() -
                                Matrix<double>::Identity(n, n);
    CHECK((n == 0 ? 0.0 : rest.cwiseAbs().maxCoeff()) < (sizeof(T) == 4 ? 1e-4 : 1e-12));
  }
}

TEST_CASE("Symmetric inverse is the same for any number of threads", "[math]") {
  loyal::Rng rng{2};
  const Matrix<float> a = random_definite<float>(200, rng);
  Matrix<float> one = a;
  REQUIRE(loyal::invert_symmetric(one, {.threads = 1}));
  for (const int threads : {2, 7}) {
    Matrix<float> many = a;
    REQUIRE(loyal::invert_symmetric(many, {.threads = threads}));
    CHECK(many == one);
  }
}

TEST_CASE("Symmetric inverse: what is not positive definite, or not square", "[math]") {
  loyal::Rng rng{3};
  for (const Index n : {1, 40, 150}) {
    Matrix<double> a = random_definite<double>(n, rng);
    a(n - 1, n - 1) = -1;
    CHECK_FALSE(loyal::invert_symmetric(a));
    a.setConstant(std::nan(""));
    CHECK_FALSE(loyal::invert_symmetric(a));
  }
  Matrix<double> wide(2, 3);
  CHECK_THROWS_AS(loyal::invert_symmetric(wide), loyal::ShapeError);
}
