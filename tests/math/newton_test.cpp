// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/core/random.hpp>
#include <loyal/math/newton.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("newton: a quadratic takes one step", "[math]") {
  Rng rng{3};
  for (int trial = 0; trial < 50; ++trial) {
    const Index n = 1 + static_cast<Index>(rng.below(6));
    Matrix<double> root(n, n);
    for (Index i = 0; i < root.size(); ++i) root.data()[i] = rng.normal();
    Matrix<double> h = root * root.transpose();
    h.diagonal().array() += 0.1;
    Vector<double> best(n);
    for (Index i = 0; i < n; ++i) best[i] = rng.uniform(-1.0, 1.0);
    const auto f = [&](const Vector<double>& x, Vector<double>& gradient, Matrix<double>& hessian) {
      hessian = h;
      gradient = h * (x - best);
      return 0.5 * (x - best).dot(gradient);
    };
    const auto found = Newton{}.minimize(f, Vector<double>(Vector<double>::Zero(n)));
    CHECK(found.reason == Stop::gradient_small);
    CHECK(found.iterations <= 2);
    CHECK((found.x - best).cwiseAbs().maxCoeff() < 1e-9);
    const Matrix<double> inverse = detail::positive_inverse(h);
    CHECK((inverse * h - Matrix<double>::Identity(n, n)).cwiseAbs().maxCoeff() < 1e-9);
  }
}

TEST_CASE("newton: Rosenbrock's valley, also where the Hessian is indefinite", "[math]") {
  const auto f = [](const Vector<double>& x, Vector<double>& g, Matrix<double>& h) {
    const double a = 1 - x[0];
    const double b = x[1] - x[0] * x[0];
    g << -2 * a - 400 * x[0] * b, 200 * b;
    h << 2 - 400 * b + 800 * x[0] * x[0], -400 * x[0], -400 * x[0], 200;
    return a * a + 100 * b * b;
  };
  for (const double start : {-1.2, 0.0, 5.0}) {
    Vector<double> x(2);
    x << start, 30;
    const auto found = Newton{}.minimize(f, x);
    CHECK(found.converged());
    CHECK(found.x[0] == Approx(1).epsilon(1e-5));
    CHECK(found.x[1] == Approx(1).epsilon(1e-5));
    CHECK(found.iterations < 80);
    CHECK(found.evaluations > 1);
  }
}

TEST_CASE("newton: float", "[math]") {
  const auto f = [](const Vector<float>& x, Vector<float>& g, Matrix<float>& h) {
    g[0] = std::sinh(x[0] - 2);
    h(0, 0) = std::cosh(x[0] - 2);
    return std::cosh(x[0] - 2);
  };
  const auto found = Newton{{.tolerance = 1e-8}}.minimize(f, Vector<float>(Vector<float>::Zero(1)));
  CHECK(found.converged());
  CHECK(found.x[0] == Approx(2).epsilon(1e-3));
}

TEST_CASE("newton: what cannot converge says so", "[math]") {
  const Vector<double> zero = Vector<double>::Zero(1);
  const auto falling = [](const Vector<double>& x, Vector<double>& g, Matrix<double>& h) {
    g[0] = -1;
    h(0, 0) = 0;
    return -x[0];
  };
  CHECK(Newton{{.max_iterations = 20}}.minimize(falling, zero).reason ==
        Stop::iterations_exhausted);
  const auto nothing = [](const Vector<double>&, Vector<double>& g, Matrix<double>&) {
    g[0] = 1;
    return std::numeric_limits<double>::quiet_NaN();
  };
  CHECK(Newton{}.minimize(nothing, zero).reason == Stop::not_finite);
  const auto wrong = [](const Vector<double>& x, Vector<double>& g, Matrix<double>& h) {
    g[0] = -2 * x[0] + 1;  // of the wrong sign
    h(0, 0) = 2;
    return x[0] * x[0] - x[0];
  };
  Vector<double> away(1);
  away << 3;
  CHECK_FALSE(Newton{}.minimize(wrong, away).converged());
  // Not defined below 0: the search steps back.
  const auto barrier = [](const Vector<double>& x, Vector<double>& g, Matrix<double>& h) {
    g[0] = 1 - 1e-3 / x[0];
    h(0, 0) = 1e-3 / (x[0] * x[0]);
    return x[0] - 1e-3 * std::log(x[0]);
  };
  Vector<double> one(1);
  one << 1;
  const auto found = Newton{}.minimize(barrier, one);
  CHECK(found.converged());
  CHECK(found.x[0] == Approx(1e-3).epsilon(1e-4));
}

TEST_CASE("newton: options outside the domain are refused, and what is no inverse is NaN",
          "[math]") {
  CHECK_THROWS_AS(Newton({.max_iterations = -1}), OptionError);
  CHECK_THROWS_AS(Newton({.tolerance = std::nan("")}), OptionError);
  CHECK_THROWS_AS(Newton({.largest_step = 0}), OptionError);
  Matrix<double> singular(2, 2);
  singular << 1, 1, 1, 1;
  CHECK(detail::positive_inverse(singular).array().isNaN().all());
}
