// SPDX-License-Identifier: MIT
#include <Eigen/Cholesky>
#include <cmath>
#include <limits>

#include <loyal/core/random.hpp>
#include <loyal/math/functions.hpp>
#include <loyal/math/lbfgs.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

double rosenbrock(const Vector<double>& x, Vector<double>& g) {
  double sum = 0;
  g.setZero();
  for (Index i = 0; i + 1 < x.size(); ++i) {
    const double a = x[i + 1] - x[i] * x[i];
    const double b = 1 - x[i];
    sum += 100 * a * a + b * b;
    g[i] += -400 * a * x[i] - 2 * b;
    g[i + 1] += 200 * a;
  }
  return sum;
}

double beale(const Vector<double>& x, Vector<double>& g) {
  g.setZero();
  double sum = 0;
  double power = 1;
  for (const double c : {1.5, 2.25, 2.625}) {
    const double slope = (power == 1 ? 1 : power == 2 ? 2 * x[1] : 3 * x[1] * x[1]);
    const double y = std::pow(x[1], power);
    const double r = c - x[0] + x[0] * y;
    sum += r * r;
    g[0] += 2 * r * (y - 1);
    g[1] += 2 * r * x[0] * slope;
    ++power;
  }
  return sum;
}

double powell(const Vector<double>& x, Vector<double>& g) {
  const double a = x[0] + 10 * x[1];
  const double b = x[2] - x[3];
  const double c = x[1] - 2 * x[2];
  const double d = x[0] - x[3];
  g << 2 * a + 40 * d * d * d, 20 * a + 4 * c * c * c, 10 * b - 8 * c * c * c,
      -10 * b - 40 * d * d * d;
  return a * a + 5 * b * b + c * c * c * c + 10 * d * d * d * d;
}

}  // namespace

TEST_CASE("lbfgs: Rosenbrock's valley in 2 to 100 dimensions") {
  for (const Index n : {2, 10, 100}) {
    Vector<double> start(n);
    for (Index i = 0; i < n; ++i) start[i] = i % 2 == 0 ? -1.2 : 1;
    const auto found = LBFGS{}.minimize(rosenbrock, start);
    INFO("n = " << n << ", " << found.iterations << " iterations");
    CHECK(found.converged());
    CHECK(found.gradient_norm <= 1e-5);
    // From this start dimension 100 may end in the other known minimum near (-1, 1, ..., 1).
    CHECK((found.value < 1e-10 || (n > 3 && found.value == Approx(3.98662385).epsilon(1e-3))));
    CHECK(found.evaluations < 12 * 40 + 30 * n);
  }
  CHECK(LBFGS{}.minimize(rosenbrock, Vector<double>::Zero(2)).x.isOnes(1e-6));
}

TEST_CASE("lbfgs: Beale and Powell's singular function") {
  const auto found = LBFGS{}.minimize(beale, Vector<double>::Ones(2));
  CHECK(found.converged());
  CHECK(found.x[0] == Approx(3).epsilon(1e-6));
  CHECK(found.x[1] == Approx(0.5).epsilon(1e-6));

  Vector<double> start(4);
  start << 3, -1, 0, 1;
  const auto singular = LBFGS{{.gradient_tolerance = 1e-9}}.minimize(powell, start);
  CHECK(singular.converged());
  CHECK(singular.value < 1e-10);
}

TEMPLATE_TEST_CASE("lbfgs: a quadratic of condition 1e6", "", float, double) {
  using T = TestType;
  const Index n = 30;
  Vector<T> scale(n);
  for (Index i = 0; i < n; ++i)
    scale[i] = static_cast<T>(
        std::pow(10.0, (sizeof(T) == 4 ? 3.0 : 6.0) * static_cast<double>(i) / (n - 1)));
  const auto f = [&](const Vector<T>& x, Vector<T>& g) {
    g = scale.array() * (x.array() - 1);
    return T(0.5) * (x.array() - 1).matrix().dot(g);
  };
  const auto found =
      LBFGS{{.max_iterations = 20000, .value_tolerance = 0}}.minimize(f, Vector<T>::Zero(n));
  INFO(found.iterations);
  CHECK(found.converged());
  CHECK(found.x.isOnes(sizeof(T) == 4 ? T(1e-3) : T(1e-5)));
}

TEST_CASE("lbfgs: logistic regression ends where Newton's method does") {
  Rng rng{61};
  const Index n = 400;
  const Index d = 8;
  Matrix<double> x(n, d);
  Vector<double> y(n);
  for (double& v : x.reshaped()) v = rng.normal();
  for (Index i = 0; i < n; ++i) y[i] = rng.bernoulli(sigmoid(x.row(i).sum() - 0.5)) ? 1 : 0;
  const auto f = [&](const Vector<double>& w, Vector<double>& g) {
    const Vector<double> z = x * w;
    const Vector<double> p = sigmoid(z.array());
    g = x.transpose() * (p - y) + w;
    return (softplus(z.array()) - y.array() * z.array()).sum() + 0.5 * w.squaredNorm();
  };
  Vector<double> newton = Vector<double>::Zero(d);
  for (int i = 0; i < 30; ++i) {
    const Vector<double> z = x * newton;
    const Vector<double> p = sigmoid(z.array());
    const Vector<double> curvature = p.array() * (1 - p.array());
    const Matrix<double> hessian =
        x.transpose() * curvature.asDiagonal() * x + Matrix<double>::Identity(d, d);
    const Vector<double> gradient = x.transpose() * (p - y) + newton;
    newton -= hessian.llt().solve(gradient);
  }
  const auto found = LBFGS{}.minimize(f, Vector<double>::Zero(d));
  CHECK(found.converged());
  CHECK(found.x.isApprox(newton, 1e-7));
  CHECK(found.iterations < 40);
}

TEST_CASE("lbfgs: steps back where the function is not defined") {
  // x - log x, minimum at 1; the first step from 0.01 leads far outside.
  const auto f = [](const Vector<double>& x, Vector<double>& g) {
    g = 1 - 1 / x.array();
    return (x.array() - x.array().log()).sum();
  };
  const auto found = LBFGS{}.minimize(f, Vector<double>::Constant(3, 0.01));
  CHECK(found.converged());
  CHECK(found.x.isOnes(1e-5));
  const auto wall = [](const Vector<double>& x,
                       Vector<double>& g) {  // -sqrt(x (2 - x)) inside (0, 2)
    const double root = std::sqrt(x[0] * (2 - x[0]));
    g[0] = (x[0] - 1) / root;
    return -root;
  };
  CHECK(LBFGS{}.minimize(wall, Vector<double>::Constant(1, 1e-6)).x[0] == Approx(1).epsilon(1e-5));
}

TEST_CASE("lbfgs: says why it stopped") {
  Vector<double> start = Vector<double>::Constant(2, -3);
  CHECK(LBFGS{{.max_iterations = 3}}.minimize(rosenbrock, start).reason ==
        Stop::iterations_exhausted);
  CHECK_FALSE(LBFGS{{.max_iterations = 3}}.minimize(rosenbrock, start).converged());
  CHECK(LBFGS{}.minimize(rosenbrock, Vector<double>::Ones(2)).reason == Stop::gradient_small);
  const auto nan = [](const Vector<double>&, Vector<double>&) {
    return std::numeric_limits<double>::quiet_NaN();
  };
  CHECK(LBFGS{}.minimize(nan, start).reason == Stop::not_finite);
  const auto uphill = [](const Vector<double>& x, Vector<double>& g) {
    g = -2 * x;  // the wrong sign
    return x.squaredNorm();
  };
  const auto lost = LBFGS{}.minimize(uphill, start);
  CHECK(lost.reason == Stop::no_descent);
  CHECK(lost.x == start);
  const auto kink = LBFGS{}.minimize(
      [](const Vector<double>& x, Vector<double>& g) {
        g = x.array().sign();
        return x.lpNorm<1>();
      },
      start);
  CHECK(kink.value <= 6);
  CHECK_THROWS_AS(LBFGS{{.memory = 0}}, OptionError);
  CHECK_THROWS_AS(LBFGS{{.gradient_tolerance = -1}}, OptionError);
  const auto empty = LBFGS{}.minimize([](const Vector<double>&, Vector<double>&) { return 1.0; },
                                      Vector<double>(0));
  CHECK(empty.converged());
}
