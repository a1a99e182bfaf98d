// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/math/matrix_product.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

template <class T>
Matrix<T> random(Index rows, Index cols, Rng& rng) {
  Matrix<T> x(rows, cols);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<T>(rng.uniform() * 2 - 1);
  return x;
}

/// A matrix inside a larger one, surrounded by NaN that must neither be read into results nor written.
template <class T>
struct Inside {
  Matrix<T> whole;
  Index rows, cols;
  Inside(const Matrix<T>& x, Index left, Index right)
      : whole(Matrix<T>::Constant(x.rows() + 2, x.cols() + left + right,
                                  std::numeric_limits<T>::quiet_NaN())),
        rows(x.rows()),
        cols(x.cols()),
        left_(left) {
    view() = x;
  }
  auto view() { return whole.block(1, left_, rows, cols); }
  [[nodiscard]] bool frame_is_untouched() const {
    return (whole.array() != whole.array()).count() == whole.size() - rows * cols;
  }

 private:
  Index left_;
};

/// The product by its definition, in double.
template <class A, class B>
Matrix<double> definition(const A& a, const B& b) {
  Matrix<double> c = Matrix<double>::Zero(a.rows(), b.cols());
  for (Index i = 0; i < a.rows(); ++i)
    for (Index j = 0; j < b.cols(); ++j)
      for (Index d = 0; d < a.cols(); ++d)
        c(i, j) += static_cast<double>(a(i, d)) * static_cast<double>(b(d, j));
  return c;
}

template <class T>
double tolerance(Index k) {
  return 4 * static_cast<double>(std::numeric_limits<T>::epsilon()) * (2 + static_cast<double>(k));
}

template <class C>
double error(const C& c, const Matrix<double>& truth) {
  REQUIRE(c.rows() == truth.rows());
  REQUIRE(c.cols() == truth.cols());
  double worst = 0;
  for (Index i = 0; i < c.rows(); ++i)
    for (Index j = 0; j < c.cols(); ++j) {
      const double off = std::abs(static_cast<double>(c(i, j)) - truth(i, j));
      worst = off <= worst ? worst : off;  // NaN counts
      if (std::isnan(off)) return off;
    }
  return worst;
}

/// Twice the sum plus an own number for each place: a finish called twice or elsewhere is seen.
struct Affine {
  template <class P>
  P operator()(const P& sum, Index i, Index j) const {
    using namespace Eigen::internal;
    using T = typename unpacket_traits<P>::type;
    const P places = padd(plset<P>(static_cast<T>(j)), pset1<P>(static_cast<T>(100 * i)));
    return pmadd(sum, pset1<P>(T(2)), places);
  }
  static Matrix<double> of(Matrix<double> c) {
    for (Index i = 0; i < c.rows(); ++i)
      for (Index j = 0; j < c.cols(); ++j) c(i, j) = 2 * c(i, j) + static_cast<double>(100 * i + j);
    return c;
  }
};

template <class T>
void check_all(Index m, Index n, Index k, Rng& rng, bool framed) {
  INFO("m " << m << ", n " << n << ", k " << k);
  const double close = tolerance<T>(k);
  const Index left = framed ? 3 : 0;
  const Index right = framed ? 2 : 0;
  Inside<T> x(random<T>(m, k, rng), left, right);
  Inside<T> w(random<T>(k, n, rng), left, right);
  Inside<T> dy(random<T>(m, n, rng), left, right);
  const RowVector<T> bias = random<T>(1, n, rng);
  const Matrix<T> junk_y = Matrix<T>::Constant(m, n, std::numeric_limits<T>::quiet_NaN());
  const auto forward = definition(x.view(), w.view());
  const double far =
      4 * static_cast<double>(std::numeric_limits<T>::epsilon()) * static_cast<double>(100 * m + n);
  {
    INFO("c = a b");
    Inside<T> y(Matrix<T>::Zero(m, n), left, right);
    y.view() = junk_y;
    multiply(x.view(), w.view(), y.view());
    CHECK(error(y.view(), forward) < close);
    if (m * n > 0) CHECK(y.frame_is_untouched());
    Matrix<T> finished = junk_y;
    multiply(x.view(), w.view(), finished, Affine{});
    CHECK(error(finished, Affine::of(forward)) < 2 * close + far);
  }
  {
    INFO("c = a b + bias");
    Matrix<T> y = junk_y;
    const Matrix<double> truth = forward.rowwise() + bias.template cast<double>();
    affine(x.view(), w.view(), bias, y);
    CHECK(error(y, truth) < close);
    affine(x.view(), w.view(), bias, y, Affine{});
    CHECK(error(y, Affine::of(truth)) < 2 * close + far);
  }
  {
    INFO("c += a^T b");
    Inside<T> dw(random<T>(k, n, rng), left, right);
    const Matrix<double> truth =
        dw.view().template cast<double>() + definition(x.view().transpose(), dy.view());
    multiply_add(x.view().transpose(), dy.view(), dw.view());
    CHECK(error(dw.view(), truth) < tolerance<T>(m));
    if (k * n > 0) CHECK(dw.frame_is_untouched());
  }
  {
    INFO("c = a b^T");
    Inside<T> dx(Matrix<T>::Zero(m, k), left, right);
    const auto truth = definition(dy.view(), w.view().transpose());
    multiply(dy.view(), w.view().transpose(), dx.view());
    CHECK(error(dx.view(), truth) < tolerance<T>(n));
    if (m * k > 0) CHECK(dx.frame_is_untouched());
    Matrix<T> finished(m, k);
    multiply(dy.view(), w.view().transpose(), finished, Affine{});
    CHECK(error(finished, Affine::of(truth)) <
          2 * tolerance<T>(n) + 4 * static_cast<double>(std::numeric_limits<T>::epsilon()) *
                                    static_cast<double>(100 * m + k));
  }
  {
    INFO("sums of rows");
    RowVector<T> sums = bias;
    const Matrix<double> ones = Matrix<double>::Ones(1, m);
    const Matrix<double> truth = bias.template cast<double>() + definition(ones, dy.view());
    add_row_sums(dy.view(), sums);
    CHECK(error(sums, truth) < tolerance<T>(m));
  }
}

}  // namespace

TEMPLATE_TEST_CASE("products of every small shape agree with the definition", "", float, double) {
  Rng rng{1};
  for (Index m = 0; m <= 14; ++m)
    for (Index n = 0; n <= 18; ++n) check_all<TestType>(m, n, (m * 5 + n * 3) % 11, rng, true);
  for (int round = 0; round < 300; ++round) {
    const auto size = [&] { return static_cast<Index>(rng.below(71)); };
    const Index m = size();
    const Index n = size();
    check_all<TestType>(m, n, size(), rng, round % 2 == 0);
  }
}

TEMPLATE_TEST_CASE("products of large shapes agree with the definition", "", float, double) {
  Rng rng{2};
  check_all<TestType>(300, 130, 400, rng, false);
  check_all<TestType>(251, 35, 1100, rng, true);
  check_all<TestType>(3, 700, 129, rng, false);
  check_all<TestType>(1100, 1, 1100, rng, false);
  check_all<TestType>(500, 3, 257, rng, true);
  check_all<TestType>(1, 500, 500, rng, false);
  check_all<TestType>(512, 64, 128, rng, false);
}

TEMPLATE_TEST_CASE("a row of a product does not depend on the others, to the bit", "", float,
                   double) {
  using T = TestType;
  Rng rng{3};
  for (const Index n : {1, 2, 3, 5, 8, 17, 31, 64, 129}) {
    for (const Index k : {1, 7, 64, 300}) {
      const auto x = random<T>(250, k, rng);
      const auto w = random<T>(k, n, rng);
      const auto dy = random<T>(250, n, rng);
      Matrix<T> y(250, n);
      Matrix<T> dx(250, k);
      multiply(x, w, y);
      multiply(dy, w.transpose(), dx);
      for (const Index rows : {1, 2, 3, 7, 13, 100}) {
        const Index from = 250 - rows - 11;
        Matrix<T> part(rows, n);
        multiply(x.middleRows(from, rows), w, part);
        CHECK(part == y.middleRows(from, rows));
        Matrix<T> back(rows, k);
        multiply(dy.middleRows(from, rows), w.transpose(), back);
        CHECK(back == dx.middleRows(from, rows));
      }
    }
  }
}

TEMPLATE_TEST_CASE("NaN and infinity go through a product where they belong", "", float, double) {
  using T = TestType;
  const T nan = std::numeric_limits<T>::quiet_NaN();
  const T inf = std::numeric_limits<T>::infinity();
  for (const Index n : {1, 3, 4, 15, 33, 70}) {
    Matrix<T> x = Matrix<T>::Ones(9, 20);
    const Matrix<T> w = Matrix<T>::Ones(20, n);
    x(4, 7) = nan;
    x(6, 19) = inf;
    Matrix<T> y(9, n);
    multiply(x, w, y);
    for (Index i = 0; i < 9; ++i)
      for (Index j = 0; j < n; ++j) {
        if (i == 4)
          CHECK(std::isnan(y(i, j)));
        else
          CHECK(y(i, j) == (i == 6 ? inf : T(20)));
      }
    // 0 * inf is NaN: nothing is skipped.
    x(6, 19) = 0;
    Matrix<T> v = w;
    v(19, n - 1) = inf;
    multiply(x, v, y);
    CHECK(std::isnan(y(6, n - 1)));
    CHECK(y(0, n - 1) == inf);
    // c += a b keeps what is there.
    Matrix<T> c = Matrix<T>::Zero(20, n);
    c(3, 0) = nan;
    x.setOnes();
    const Matrix<T> dy = Matrix<T>::Ones(9, n);
    multiply_add(x.transpose(), dy, c);
    CHECK(std::isnan(c(3, 0)));
    CHECK(c(4, n - 1) == 9);
  }
}

TEST_CASE("products refuse sizes that do not fit, before they write") {
  Matrix<float> c = Matrix<float>::Constant(2, 2, 5);
  const Matrix<float> a = Matrix<float>::Ones(2, 3);
  const Matrix<float> b = Matrix<float>::Ones(4, 2);
  CHECK_THROWS_WITH(multiply(a, b, c), ContainsSubstring("rows of b is 4, expected 3"));
  const Matrix<float> square = Matrix<float>::Ones(3, 3);
  const Matrix<float> fitting = Matrix<float>::Ones(3, 2);
  const RowVector<float> wide = RowVector<float>::Ones(3);
  CHECK_THROWS_AS(multiply_add(a, square, c), ShapeError);
  CHECK_THROWS_AS(affine(a, fitting, wide, c), ShapeError);
  RowVector<float> sums = RowVector<float>::Ones(3);
  CHECK_THROWS_AS(add_row_sums(b, sums), ShapeError);
  CHECK(c == Matrix<float>::Constant(2, 2, 5));
  CHECK(sums.sum() == 3);
}
