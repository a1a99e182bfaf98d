// SPDX-License-Identifier: MIT
#include <loyal/math/minimize.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("minimize: which reasons to stop mean a minimum", "", float, double) {
  Minimum<TestType> minimum;
  CHECK_FALSE(minimum.converged());  // before anything was tried
  const auto converged = [&](Stop reason) {
    minimum.reason = reason;
    return minimum.converged();
  };
  CHECK(converged(Stop::gradient_small));
  CHECK(converged(Stop::value_settled));
  CHECK(converged(Stop::simplex_small));
  CHECK_FALSE(converged(Stop::iterations_exhausted));
  CHECK_FALSE(converged(Stop::no_descent));
  CHECK_FALSE(converged(Stop::not_finite));
}
