// SPDX-License-Identifier: MIT
#include <loyal/nn/activation.hpp>

#include "../support/catch.hpp"
#include "../support/golden.hpp"
#include "../support/layer_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

namespace {

/// The layer at one number.
template <class T, class L>
T at(const L& layer, T x) {
  return predict(layer, Matrix<T>::Constant(1, 1, x).eval())(0, 0);
}

/// Its derivative there.
template <class T, class L>
T slope_at(const L& layer, T x) {
  const Matrix<T> in = Matrix<T>::Constant(1, 1, x);
  return Trip<L, Matrix<T>>(layer, in, Matrix<T>::Ones(1, 1)).dx(0, 0);
}

}  // namespace

TEMPLATE_TEST_CASE("activations keep the contract of layers", "", ReLU, LeakyReLU, ELU, GELU,
                   Sigmoid, Tanh, Softmax) {
  Rng rng{4};
  const TestType layer;
  check_layer(layer, random_activation<Matrix<double>>({5, 7}, rng));
  check_layer(layer, random_activation<Matrix<double>>({1, 3}, rng));
  check_layer(layer, random_activation<Tensor<double, 3>>({2, 3, 2}, rng));
  check_layer(layer, random_activation<Padded<double, 3>>({4, 3, 3}, rng));
  check_layer(layer, random_activation<Tensor<double, 4>>({2, 1, 3, 2}, rng), {.training = true});
}

TEST_CASE("activations with options keep the contract of layers") {
  Rng rng{5};
  const auto x = random_activation<Matrix<double>>({4, 9}, rng);
  check_layer(LeakyReLU(0.3), x);
  check_layer(ELU(0.4), x);
  check_layer(ELU(2.5), x);
}

TEMPLATE_TEST_CASE("activations against torch", "", float, double) {
  using T = TestType;
  const auto check = [](const std::string& name, const auto& layer) {
    using L = std::remove_cvref_t<decltype(layer)>;
    const auto golden = golden_case("layers/act_" + name);
    if (!golden) return;
    const Matrix<T> x = golden->template matrix<T>("in/x");
    const Trip<L, Matrix<T>> trip(layer, x, golden->template matrix<T>("cot/y"));
    INFO(name);
    CHECK(difference(trip.y, golden->template matrix<float>("out/y")) < golden_tolerance);
    CHECK(difference(trip.y, golden->template matrix<double>("f64/out/y")) <
          golden_f64_tolerance<T>);
    CHECK(difference(trip.dx, golden->template matrix<float>("grad/in/x")) < golden_tolerance);
    const auto all = golden_case("layers/activations");
    CHECK(difference(predict(layer, all->template matrix<T>("in/x")),
                     all->template matrix<double>("f64/out/" + name)) < golden_f64_tolerance<T>);
  };
  check("relu", ReLU{});
  check("leaky_relu", LeakyReLU{});
  check("elu", ELU{});
  check("gelu", GELU{});
  check("sigmoid", Sigmoid{});
  check("tanh", Tanh{});
  check("softmax", Softmax{});
}

TEMPLATE_TEST_CASE("activations at chosen numbers", "", float, double) {
  using T = TestType;
  const auto near = [](double value) { return Approx(value).epsilon(1e-6).margin(1e-30); };
  CHECK(at(ReLU{}, T(3)) == 3);
  CHECK(at(ReLU{}, T(-3)) == 0);
  CHECK(slope_at(ReLU{}, T(3)) == 1);
  CHECK(slope_at(ReLU{}, T(0)) == 0);
  CHECK(at(LeakyReLU{}, T(-2)) == near(-0.02));
  CHECK(at(LeakyReLU{0.25}, T(-2)) == T(-0.5));
  CHECK(at(LeakyReLU{0.25}, T(8)) == 8);
  CHECK(slope_at(LeakyReLU{0.25}, T(0)) == T(0.25));
  CHECK(slope_at(LeakyReLU{0.25}, T(1)) == 1);
  CHECK(at(ELU{}, T(-1)) == near(std::expm1(-1.0)));
  CHECK(at(ELU{2}, T(-1)) == near(2 * std::expm1(-1.0)));
  CHECK(at(ELU{2}, T(5)) == 5);
  CHECK(slope_at(ELU{2}, T(5)) == 1);
  CHECK(slope_at(ELU{2}, T(-1)) == near(2 * std::exp(-1.0)));
  CHECK(at(ELU{}, T(-1e-12)) == near(-1e-12));
  CHECK(at(Sigmoid{}, T(2)) == near(1 / (1 + std::exp(-2.0))));
  CHECK(slope_at(Sigmoid{}, T(0)) == T(0.25));
  CHECK(at(Tanh{}, T(0.5)) == near(std::tanh(0.5)));
  CHECK(slope_at(Tanh{}, T(0)) == 1);
  CHECK(at(GELU{}, T(1)) == near(0.8413447460685429));
  CHECK(at(GELU{}, T(-2)) == near(-0.04550026389635842));
  CHECK(slope_at(GELU{}, T(0)) == T(0.5));
}

TEMPLATE_TEST_CASE("activations: huge numbers saturate, NaN stays NaN", "", float, double) {
  using T = TestType;
  const T huge = std::numeric_limits<T>::max();
  CHECK(at(ReLU{}, huge) == huge);
  CHECK(at(ReLU{}, -huge) == 0);
  CHECK(at(ELU{}, huge) == huge);
  CHECK(at(ELU{}, -huge) == -1);
  CHECK(at(LeakyReLU{0.5}, -huge) == -huge / 2);
  CHECK(at(Sigmoid{}, huge) == 1);
  CHECK(at(Sigmoid{}, -huge) == Approx(0).margin(1e-37));
  CHECK(at(Tanh{}, huge) == 1);
  CHECK(at(Tanh{}, -huge) == -1);
  CHECK(at(GELU{}, huge) == huge);
  CHECK(at(GELU{}, T(-50)) == Approx(0).margin(1e-30));
  CHECK(slope_at(ELU{}, huge) == 1);
  CHECK(slope_at(Sigmoid{}, huge) == 0);
  CHECK(slope_at(Tanh{}, -huge) == 0);
  CHECK(slope_at(GELU{}, T(50)) == 1);

  const auto keeps_nan = [](const auto& layer) {
    for (const Index size : {1, 4, 7, 16}) {  // as packets and as single numbers
      Matrix<T> x = Matrix<T>::Ones(1, size);
      x(0, size - 1) = std::numeric_limits<T>::quiet_NaN();
      const Matrix<T> y = predict(layer, x);
      CHECK(std::isnan(y(0, size - 1)));
      if (!std::is_same_v<std::remove_cvref_t<decltype(layer)>, Softmax>)
        CHECK(y.leftCols(size - 1).allFinite());
    }
  };
  keeps_nan(ReLU{});
  keeps_nan(LeakyReLU{});
  keeps_nan(ELU{});
  keeps_nan(Sigmoid{});
  keeps_nan(Tanh{});
  keeps_nan(GELU{});
  keeps_nan(Softmax{});
}

TEMPLATE_TEST_CASE("Softmax: rows sum to one, shifts do not matter, nothing overflows", "", float,
                   double) {
  using T = TestType;
  Rng rng{6};
  const auto x = random_activation<Matrix<T>>({20, 5}, rng);
  const Matrix<T> y = predict(Softmax{}, x);
  const T eps = std::numeric_limits<T>::epsilon();
  CHECK((y.rowwise().sum().array() - 1).abs().maxCoeff() < 4 * eps);
  CHECK(y.minCoeff() > 0);
  const Matrix<T> shifted = x.array() + T(64);
  CHECK((predict(Softmax{}, shifted) - y).cwiseAbs().maxCoeff() < 100 * eps);
  Matrix<T> extreme(1, 3);
  extreme << T(1e30), T(-1e30), T(1e30);
  CHECK(predict(Softmax{}, extreme)(0, 0) == T(0.5));
  CHECK(predict(Softmax{}, extreme)(0, 1) == 0);
}

TEST_CASE("activations refuse options out of range and gradients of other shapes") {
  CHECK_THROWS_AS(LeakyReLU(0), OptionError);
  CHECK_THROWS_AS(LeakyReLU(1), OptionError);
  CHECK_THROWS_AS(LeakyReLU(NAN), OptionError);
  CHECK_THROWS_WITH(LeakyReLU(-0.5), ContainsSubstring("slope is -0.5, expected in (0, 1)"));
  CHECK_THROWS_AS(ELU(0), OptionError);
  CHECK_THROWS_AS(ELU(NAN), OptionError);
  CHECK(LeakyReLU(0.2).slope() == 0.2);
  CHECK(ELU(0.2).alpha() == 0.2);

  const auto refuses = [](const auto& layer) {
    using L = std::remove_cvref_t<decltype(layer)>;
    const Matrix<float> x = Matrix<float>::Ones(2, 3);
    CHECK_THROWS_WITH((Trip<L, Matrix<float>>(layer, x, Matrix<float>::Ones(3, 2).eval())),
                      ContainsSubstring("dy is 3 x 2, expected 2 x 3"));
  };
  refuses(ReLU{});
  refuses(GELU{});
  refuses(Softmax{});
}
