// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/core/random.hpp>
#include <loyal/math/softmax.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

/// log-sum-exp in long double, term by term.
template <class Row>
long double reference(const Row& x) {
  long double largest = -std::numeric_limits<long double>::infinity();
  for (Index j = 0; j < x.size(); ++j) largest = std::max(largest, static_cast<long double>(x[j]));
  if (std::isinf(largest)) return largest;
  long double sum = 0;
  for (Index j = 0; j < x.size(); ++j) sum += expl(static_cast<long double>(x[j]) - largest);
  return largest + logl(sum);
}

}  // namespace

TEMPLATE_TEST_CASE("softmax: every size of row and score, against long double", "", float, double) {
  using T = TestType;
  const T eps = std::numeric_limits<T>::epsilon();
  const T inf = std::numeric_limits<T>::infinity();
  Rng rng{11};
  for (const Index columns : {1, 2, 3, 7, 8, 17, 100, 1003})
    for (const T size : {T(1e-3), T(1), T(30), T(1e4)}) {
      Matrix<T> x(5, columns);
      for (T& v : x.reshaped()) v = rng.bernoulli(0.1) ? -inf : rng.normal<T>(0, size);
      x(0, 0) = 1;  // one row at least has a choice
      const Matrix<T> p = softmax(x);
      const Matrix<T> l = log_softmax(x);
      const Vector<T> s = log_sum_exp_rows(x);
      for (Index i = 0; i < x.rows(); ++i) {
        const long double truth = reference(x.row(i));
        if (std::isinf(truth)) {
          CHECK((p.row(i).array() == 0).all());
          CHECK((l.row(i).array() == -inf).all());
          CHECK(s[i] == -inf);
          continue;
        }
        CHECK(std::abs(static_cast<double>(s[i] - truth)) <=
              4 * eps * (1 + std::abs(static_cast<double>(truth))));
        CHECK(std::abs(p.row(i).sum() - 1) <= 10 * eps);
        for (Index j = 0; j < columns; ++j) {
          if (std::isinf(x(i, j))) {
            REQUIRE(p(i, j) == 0);
            REQUIRE(l(i, j) == -inf);
            continue;
          }
          // The difference of two scores of size |x| has an error of eps |x| on its own.
          const double share = static_cast<double>(expl(static_cast<long double>(x(i, j)) - truth));
          const double scale = 1 + std::abs(static_cast<double>(x(i, j) - truth));
          REQUIRE(std::abs(static_cast<double>(p(i, j)) - share) <=
                  10 * eps * share * scale + 1e-36);
          REQUIRE(std::abs(static_cast<double>(l(i, j) - (x(i, j) - truth))) <= 6 * eps * scale);
        }
      }
    }
}

TEMPLATE_TEST_CASE("softmax: shifting the scores changes nothing", "", float, double) {
  using T = TestType;
  Matrix<T> x = Matrix<T>::Random(20, 6);
  x = (x * 1024).array().round() / 1024;  // so that adding 4096 is exact
  const Matrix<T> shifted = x.array() + 4096;
  CHECK(softmax(x) == softmax(shifted));
  CHECK(log_softmax(x) == log_softmax(shifted));
}

TEMPLATE_TEST_CASE("softmax: masks, NaN, infinity, empty", "", float, double) {
  using T = TestType;
  const T inf = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  Matrix<T> x(4, 3);
  x << -inf, -inf, -inf, 0, -inf, 0, 0, nan, 1, inf, 0, -inf;
  const Matrix<T> p = softmax(x);
  CHECK((p.row(0).array() == 0).all());
  CHECK(p(1, 0) == T(0.5));
  CHECK(p(1, 1) == 0);
  CHECK(p.row(2).array().isNaN().all());
  CHECK(p.row(3).array().isNaN().all());
  const Matrix<T> l = log_softmax(x);
  CHECK((l.row(0).array() == -inf).all());
  CHECK(l(1, 1) == -inf);
  CHECK(l(1, 2) == Approx(std::log(0.5)));
  CHECK(l.row(2).array().isNaN().all());
  CHECK(log_sum_exp(x.row(0)) == -inf);
  CHECK(log_sum_exp(x.row(3)) == inf);
  CHECK(std::isnan(log_sum_exp(x.row(2))));
  CHECK(softmax(Matrix<T>(0, 3)).rows() == 0);
  CHECK(softmax(Matrix<T>(3, 0)).cols() == 0);
  CHECK(log_sum_exp(Vector<T>(0)) == -inf);
}

TEST_CASE("softmax: works in place on a block and leaves its surroundings alone") {
  Matrix<float> x = Matrix<float>::Ones(4, 6);
  softmax_in_place(x.block(1, 2, 2, 3));
  CHECK(x(0, 2) == 1);
  CHECK(x(1, 1) == 1);
  CHECK(x(1, 5) == 1);
  CHECK(x(2, 4) == Approx(1.0 / 3));
}
