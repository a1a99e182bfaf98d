// SPDX-License-Identifier: MIT
#include <loyal/loss/squared_error.hpp>

#include "../support/catch.hpp"
#include "../support/golden.hpp"
#include "../support/loss_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

TEST_CASE("SquaredError and Huber keep the contract of losses") {
  Rng rng{2};
  for (const Index rows : {4, 7}) {
    const auto x = random_activation<Matrix<double>>({rows, 3}, rng);
    const auto t = random_activation<Matrix<double>>({rows, 3}, rng);
    check_loss(SquaredError{}, x, t);
    check_loss(Huber{}, x, t);
    check_loss(Huber{0.3}, x, t);
    check_loss(Huber{100}, x, t);
  }
}

TEMPLATE_TEST_CASE("SquaredError and Huber against torch", "", float, double) {
  using T = TestType;
  const auto check = [](const char* name, const auto& loss) {
    const auto golden = golden_case(name);
    if (!golden) return;
    Matrix<T> gradient;
    const double value = mean_loss(loss, golden->template matrix<T>("in/x"),
                                   golden->template matrix<T>("in/t"), {}, gradient);
    CHECK(value == Approx(golden->template number<double>("out/loss")).epsilon(golden_tolerance));
    CHECK(value ==
          Approx(golden->template number<double>("f64/out/loss")).epsilon(golden_f64_tolerance<T>));
    CHECK(difference(gradient, golden->template matrix<float>("grad/in/x")) < golden_tolerance);
  };
  check("layers/loss_mse", SquaredError{});
  check("layers/loss_huber", Huber{});
}

TEMPLATE_TEST_CASE("Huber is a parabola within delta and a line beyond", "", float, double) {
  using T = TestType;
  const auto at = [](const auto& loss, double x) {
    return mean_loss(loss, Matrix<T>::Constant(1, 1, static_cast<T>(x)).eval(),
                     Matrix<T>::Zero(1, 1).eval());
  };
  CHECK(at(SquaredError{}, -3) == 9);
  CHECK(at(Huber{2}, 1) == 0.5);
  CHECK(at(Huber{2}, -2) == 2);
  CHECK(at(Huber{2}, 5) == 8);
  CHECK(at(Huber{2}, -5) == 8);
  CHECK(at(Huber{0.5}, 1e30) == Approx(0.5e30));  // no overflow from a square
  CHECK(std::isnan(at(Huber{}, NAN)));
  CHECK(Huber{2}.delta() == 2);
  CHECK(Huber{}.delta() == 1);
}

TEST_CASE("SquaredError and Huber refuse targets and options without sense") {
  CHECK_THROWS_AS(Huber(0), OptionError);
  CHECK_THROWS_AS(Huber(NAN), OptionError);
  CHECK_THROWS_WITH(Huber(-1), ContainsSubstring("Huber: delta is -1, expected > 0"));
  const Matrix<float> x = Matrix<float>::Zero(2, 2);
  Matrix<float> t = x;
  for (const float bad : {NAN, INFINITY}) {
    t(1, 0) = bad;
    CHECK_THROWS_WITH(mean_loss(SquaredError{}, x, t),
                      ContainsSubstring("SquaredError: a target is not finite"));
    CHECK_THROWS_AS(mean_loss(Huber{}, x, t), DataError);
  }
}
