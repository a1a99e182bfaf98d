// SPDX-License-Identifier: MIT
#include <loyal/loss/loss_function.hpp>

#include "../support/catch.hpp"
#include "../support/loss_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

namespace {

/// A loss of one's own: the absolute error.
struct AbsoluteError : loyal::detail::ElementwiseLoss<AbsoluteError> {
  static constexpr const char* name = "AbsoluteError";
  auto value(const auto& x, const auto& t) const { return (x - t).abs(); }
  auto slope(const auto& x, const auto& t) const { return (x - t).sign(); }
  void expect_target(const auto&) const {}
};

}  // namespace

TEST_CASE("Loss: one of a user's own keeps the contract") {
  static_assert(Loss<AbsoluteError> && Loss<AbsoluteError, Tensor<double, 3>>);
  static_assert(!Loss<int> && !Loss<AbsoluteError, Tensor<int, 2>>);
  Rng rng{1};
  check_loss(AbsoluteError{}, random_activation<Matrix<double>>({6, 3}, rng),
             Matrix<double>::Zero(6, 3).eval());
}

TEST_CASE("Loss: weights belong to rows, the mean to elements") {
  Matrix<double> x(2, 2);
  x << 1, -2, 3, 4;
  const Matrix<double> t = Matrix<double>::Zero(2, 2);
  Vector<double> w(2);
  w << 1, 3;
  CHECK(mean_loss(AbsoluteError{}, x, t) == 2.5);
  Matrix<double> gradient;
  CHECK(mean_loss(AbsoluteError{}, x, t, w, gradient) == 24.0 / 8);
  Matrix<double> expected(2, 2);
  expected << 0.125, -0.125, 0.375, 0.375;
  CHECK(gradient == expected);
  CHECK(AbsoluteError{}.divisor(x, t, w) == 8);
}

TEST_CASE("Loss: errors name the loss, shapes and weights") {
  const Matrix<double> x = Matrix<double>::Zero(2, 2);
  CHECK_THROWS_WITH(mean_loss(AbsoluteError{}, x, Matrix<double>::Zero(2, 3).eval()),
                    ContainsSubstring("AbsoluteError: target is 2 x 3, expected 2 x 2"));
  CHECK_THROWS_WITH(mean_loss(AbsoluteError{}, x, x, Vector<double>::Ones(3)),
                    ContainsSubstring("the number of weights is 3, expected 2"));
  CHECK_THROWS_WITH(mean_loss(AbsoluteError{}, x, x, Vector<double>::Constant(2, -1)),
                    ContainsSubstring("a weight is negative"));
}
