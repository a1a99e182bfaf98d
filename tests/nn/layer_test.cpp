// SPDX-License-Identifier: MIT
#include <loyal/nn/layer.hpp>
#include <loyal/nn/sequential.hpp>

#include "../support/catch.hpp"
#include "../support/layer_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

namespace {

/// A layer that names nothing it does not need: y = a x^2, a learned.
struct Square {
  Vector<double> scale = Vector<double>::Ones(1);

  void forward(const auto& x, auto& y, auto&, Pass&) const {
    set_shape_like(y, x);
    as_matrix(y) = scale[0] * as_matrix(x).cwiseAbs2();
  }
  void backward(const auto& x, const auto&, const auto& dy, auto&, auto& dx,
                Square& gradient) const {
    gradient.scale[0] += as_matrix(x).cwiseAbs2().cwiseProduct(as_matrix(dy)).sum();
    if constexpr (loyal::detail::wanted<decltype(dx)>) {
      set_shape_like(dx, x);
      as_matrix(dx) = 2 * scale[0] * as_matrix(x).cwiseProduct(as_matrix(dy));
    }
  }
  template <class F, class... Models>
  static void for_each_parameter(F&& f, Models&... m) {
    f("scale", m.scale...);
  }
};

struct NotALayer {
  void forward(int) const {}
};

/// Wrong on purpose: its gradient forgets what was there before.
struct Forgetful : Square {
  void backward(const auto& x, const auto& y, const auto& dy, auto& cache, auto& dx,
                Forgetful& gradient) const {
    gradient.scale[0] = 0;
    Square::backward(x, y, dy, cache, dx, gradient);
  }
};

struct Initialized {
  int drawn = 0;
  int absorbed = 0;
  void initialize(Rng&) { ++drawn; }
  void absorb(const NoCache&) { ++absorbed; }
};

}  // namespace

TEST_CASE("Layer: the concept takes layers and nothing else") {
  static_assert(Layer<Square> && Layer<Square, Tensor<float, 4>>);
  static_assert(!Layer<NotALayer, Matrix<float>>);
  static_assert(!Layer<Matrix<float>, Matrix<float>>);
  static_assert(std::is_same_v<OutputOf<Square, Matrix<float>>, Matrix<float>>);
  static_assert(std::is_same_v<CacheOf<Square, Matrix<float>>, NoCache>);
  static_assert(std::is_same_v<InputOf<Square>, Matrix<float>>);
  static_assert(std::is_same_v<GradientOf<Square>, Square>);
  static_assert(std::is_same_v<DerivativeOf<Matrix<double>>, Matrix<double>>);
  static_assert(std::is_same_v<DerivativeOf<Tokens>, Discard>);
  static_assert(loyal::detail::reads_output<Square>() && !loyal::detail::in_place<Square>());
}

TEST_CASE("Layer: one of a user's own keeps the contract, alone and among others") {
  Rng rng{26};
  const auto x = random_activation<Matrix<double>>({4, 3}, rng);
  check_layer(randomized(Square{}), x);
  check_layer(randomized(Sequential{Square{}, Square{}, Square{}}), x, {.tolerance = 1e-5});
  check_layer(Square{}, random_activation<Tensor<double, 3>>({2, 2, 3}, rng));
}

TEST_CASE("Layer: what the contract is made of sees a wrong layer") {
  const Matrix<double> x = Matrix<double>::Ones(2, 2);
  const Forgetful wrong;
  Trip<Forgetful, Matrix<double>> trip(wrong, x, x);
  wrong.backward(x, trip.y, x, trip.cache, trip.dx, trip.gradient);
  CHECK(flatten<double>(trip.gradient)[0] == 4);  // 8 for a layer that adds
  const auto cube = [](const Vector<double>& v) { return v.array().cube().sum(); };
  const Vector<double> at = Vector<double>::LinSpaced(5, -2, 2);
  const Vector<double> right = 3 * at.array().square();
  CHECK(gradient_error(cube, at, right) < 1e-8);
  CHECK(gradient_error(cube, at, (1.001 * right).eval()) > 1e-4);
  CHECK(std::isinf(gradient_error(cube, at, Vector<double>::Constant(5, NAN).eval())));
}

TEST_CASE("Layer: initialize() and absorb() reach those who have them") {
  Initialized layer;
  Rng rng{1};
  initialize(layer, rng);
  absorb(layer, NoCache{});
  CHECK(layer.drawn == 1);
  CHECK(layer.absorbed == 1);
  Square plain;
  initialize(plain, rng);
  absorb(plain, NoCache{});
  CHECK(plain.scale[0] == 1);
  CHECK(rng == Rng{1});
}
