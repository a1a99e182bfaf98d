// SPDX-License-Identifier: MIT
#include <loyal/nn/initializer.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

struct Moments {
  double mean;
  double variance;
  double kurtosis;  // 1.8 for a uniform, 3 for a normal distribution
  double largest;
};

template <class T>
Moments moments(Initializer how, Index fan_in, Index fan_out) {
  Matrix<T> weight(fan_in, fan_out);
  Rng rng{7};
  initialize(weight, how, rng);
  const Eigen::ArrayXd x =
      Eigen::Map<Vector<T>>(weight.data(), weight.size()).template cast<double>().array();
  const double mean = x.mean();
  const double variance = (x - mean).square().mean();
  return {mean, variance, (x - mean).pow(4).mean() / variance / variance, x.abs().maxCoeff()};
}

}  // namespace

TEMPLATE_TEST_CASE("initializers have the moments they are named for", "", float, double) {
  const Index in = 300;
  const Index out = 100;
  const auto check = [&](Initializer how, double variance, bool normal) {
    INFO(static_cast<int>(how));
    const Moments m = moments<TestType>(how, in, out);
    // Five deviations of the estimates from 30,000 numbers.
    CHECK(std::abs(m.mean) < 5 * std::sqrt(variance / 30000));
    CHECK(m.variance == Approx(variance).epsilon(5 * std::sqrt(2.0 / 30000)));
    CHECK(m.kurtosis == Approx(normal ? 3 : 1.8).epsilon(normal ? 0.05 : 0.02));
    if (!normal) CHECK(m.largest <= std::sqrt(3 * variance) * (1 + 1e-6));
  };
  check(Initializer::glorot_uniform, 2.0 / 400, false);
  check(Initializer::glorot_normal, 2.0 / 400, true);
  check(Initializer::he_uniform, 2.0 / 300, false);
  check(Initializer::he_normal, 2.0 / 300, true);
  check(Initializer::lecun_normal, 1.0 / 300, true);
  check(Initializer::fan_in_uniform, 1.0 / 300 / 3, false);
  check(Initializer::standard_normal, 1, true);
  CHECK(moments<TestType>(Initializer::zeros, in, out).largest == 0);
}

TEMPLATE_TEST_CASE("the orthogonal initializer gives orthonormal rows or columns", "", float,
                   double) {
  using T = TestType;
  const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
  Rng rng{8};
  for (const auto& [rows, cols] :
       std::vector<std::pair<Index, Index>>{{1, 1}, {5, 5}, {40, 7}, {7, 40}, {64, 64}, {1, 9}}) {
    Matrix<T> w(rows, cols);
    initialize(w, Initializer::orthogonal, rng);
    const Matrix<double> d = w.template cast<double>();
    const Matrix<double> gram =
        rows >= cols ? Matrix<double>(d.transpose() * d) : Matrix<double>(d * d.transpose());
    const Index n = std::min(rows, cols);
    CHECK((gram - Matrix<double>::Identity(n, n)).cwiseAbs().maxCoeff() < 20 * eps);
  }
  // Directions are uniform: no entry of a large frame stands out.
  Matrix<T> w(200, 200);
  initialize(w, Initializer::orthogonal, rng);
  CHECK(w.cwiseAbs().maxCoeff() < 0.5);
  CHECK(std::abs(w.sum()) < 5 * 200 / std::sqrt(200.0));
}

TEST_CASE("initializers: same seed same numbers, and shapes without elements") {
  Matrix<float> a(3, 4);
  Matrix<float> b(3, 4);
  for (const auto how : {Initializer::he_normal, Initializer::orthogonal}) {
    Rng one{5};
    Rng two{5};
    initialize(a, how, one);
    initialize(b, how, two);
    CHECK(a == b);
    initialize(b, how, two);
    CHECK_FALSE(a == b);
  }
  Rng rng{1};
  for (int how = 0; how <= static_cast<int>(Initializer::standard_normal); ++how) {
    Matrix<double> none(0, 4);
    initialize(none, static_cast<Initializer>(how), rng);
    none.resize(4, 0);
    initialize(none, static_cast<Initializer>(how), rng);
    CHECK(none.rows() == 4);
  }
}
