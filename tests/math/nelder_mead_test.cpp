// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/math/nelder_mead.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("nelder_mead: Rosenbrock, Beale, a kink, and a bowl in ten dimensions", "",
                   float, double) {
  using T = TestType;
  const double loose = sizeof(T) == 4 ? 2e-3 : 1e-6;
  Vector<T> start(2);
  start << T(-1.2), T(1);
  const auto rosenbrock = [](const Vector<T>& v) {
    const auto x = v.template cast<double>();
    return 100 * std::pow(x[1] - x[0] * x[0], 2) + std::pow(1 - x[0], 2);
  };
  const auto valley = NelderMead{}.minimize(rosenbrock, start);
  CHECK(valley.converged());
  CHECK(valley.x.isOnes(static_cast<T>(loose)));
  const auto beale = [](const Vector<T>& v) {
    const auto x = v.template cast<double>();
    return std::pow(1.5 - x[0] + x[0] * x[1], 2) + std::pow(2.25 - x[0] + x[0] * x[1] * x[1], 2) +
           std::pow(2.625 - x[0] + x[0] * std::pow(x[1], 3), 2);
  };
  const auto found = NelderMead{}.minimize(beale, Vector<T>::Ones(2));
  CHECK(found.x[0] == Approx(3).epsilon(loose));
  CHECK(found.x[1] == Approx(0.5).epsilon(loose));
  const auto kink = [](const Vector<T>& x) { return std::abs(x[0] - 2) + 3 * std::abs(x[1] + 1); };
  const auto corner = NelderMead{}.minimize(kink, Vector<T>::Zero(2));
  CHECK(corner.x[0] == Approx(2).epsilon(loose));
  CHECK(corner.x[1] == Approx(-1).epsilon(loose));
  const auto bowl = [](const Vector<T>& v) {
    double sum = 0;
    for (Index i = 0; i < v.size(); ++i)
      sum += static_cast<double>(i + 1) * std::pow(static_cast<double>(v[i]) - 1, 2);
    return sum;
  };
  const auto wide = NelderMead{}.minimize(bowl, Vector<T>::Zero(10));
  CHECK(wide.converged());
  CHECK(wide.x.isOnes(static_cast<T>(10 * loose)));
}

TEST_CASE("nelder_mead: NaN is a wall; one variable; reasons and options") {
  const auto log_bowl = [](const Vector<double>& x) { return x[0] - std::log(x[0]); };
  const auto found = NelderMead{}.minimize(log_bowl, Vector<double>::Constant(1, 0.05));
  CHECK(found.converged());
  CHECK(found.x[0] == Approx(1).epsilon(1e-6));
  CHECK(NelderMead{}.minimize(log_bowl, Vector<double>::Constant(1, -1.0)).reason ==
        Stop::not_finite);
  const auto short_run =
      NelderMead{{.max_iterations = 2}}.minimize(log_bowl, Vector<double>::Constant(1, 9.0));
  CHECK(short_run.reason == Stop::iterations_exhausted);
  CHECK(short_run.iterations == 2);
  CHECK_THROWS_AS(NelderMead{}.minimize(log_bowl, Vector<double>(0)), ShapeError);
  CHECK_THROWS_AS(NelderMead{{.first_step = 0}}, OptionError);
}
