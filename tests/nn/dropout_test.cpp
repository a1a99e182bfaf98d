// SPDX-License-Identifier: MIT
#include <loyal/nn/dropout.hpp>

#include "../support/catch.hpp"
#include "../support/layer_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

TEST_CASE("Dropout keeps the contract of layers") {
  Rng rng{7};
  for (const bool training : {false, true}) {
    // The mask of a sample depends on its place in the batch.
    const LayerContract how{.training = training, .rows_alone = !training};
    for (const double p : {0.0, 0.3, 0.9}) {
      check_layer(Dropout(p), random_activation<Matrix<double>>({5, 7}, rng), how);
      check_layer(Dropout(p), random_activation<Tensor<double, 3>>({2, 3, 3}, rng), how);
      check_layer(Dropout(p), random_activation<Padded<double, 3>>({4, 3, 2}, rng), how);
    }
  }
}

TEMPLATE_TEST_CASE("Dropout: the share dropped is p, what stays is scaled by 1 / (1 - p)", "",
                   float, double) {
  using T = TestType;
  const Matrix<T> x = Matrix<T>::Ones(401, 250);
  const double n = static_cast<double>(x.size());
  for (const double p : {0.1, 0.5, 0.95}) {
    const Trip<Dropout, Matrix<T>> trip(Dropout(p), x, x, true);
    const T kept = static_cast<T>(1 / (1 - p));
    CHECK(((trip.y.array() == 0) || (trip.y.array() == kept)).all());
    const double dropped = static_cast<double>((trip.y.array() == 0).count());
    CHECK(std::abs(dropped - n * p) < 5 * std::sqrt(n * p * (1 - p)) + n * 0x1p-17);
    CHECK(trip.dx == trip.y);  // the same mask and the same factor

    // Neighbors are independent: both are dropped in p^2 of all pairs.
    double both = 0;
    for (Index i = 0; i + 1 < x.size(); ++i)
      both += trip.y.data()[i] == 0 && trip.y.data()[i + 1] == 0;
    CHECK(std::abs(both - n * p * p) < 7 * std::sqrt(n * p * p));
  }
}

TEST_CASE("Dropout: masks come from the pass, and differ from pass to pass") {
  const Matrix<float> x = Matrix<float>::Ones(10, 10);
  const Dropout drop(0.5);
  Dropout::Cache<Matrix<float>> cache;
  Matrix<float> first;
  Matrix<float> second;
  Matrix<float> again;
  Pass pass{.training = true, .rng = Rng{1}};
  drop.forward(x, first, cache, pass);
  drop.forward(x, second, cache, pass);
  CHECK_FALSE(first == second);
  Pass same{.training = true, .rng = Rng{1}};
  drop.forward(x, again, cache, same);
  CHECK(first == again);

  const Rng before = same.rng;
  same.training = false;
  drop.forward(x, again, cache, same);
  CHECK(again == x);
  CHECK(same.rng == before);  // nothing is drawn outside training
  CHECK(cache.kept.empty());  // nor does an old mask survive
}

TEST_CASE("Dropout: a gap in the input stays, a dropped NaN goes") {
  Matrix<double> x = Matrix<double>::Constant(1, 1000, NAN);
  const Trip<Dropout, Matrix<double>> trip(Dropout(0.5), x, x, true);
  const Index nans = (trip.y.array().isNaN()).count();
  CHECK(nans > 400);
  CHECK(nans < 600);
  CHECK((trip.y.array().isNaN() || trip.y.array() == 0).all());
}

TEST_CASE("Dropout: errors") {
  CHECK(Dropout().p() == 0.5);
  CHECK(Dropout(0.25).p() == 0.25);
  CHECK_THROWS_AS(Dropout(1), OptionError);
  CHECK_THROWS_AS(Dropout(NAN), OptionError);
  CHECK_THROWS_WITH(Dropout(-0.5), ContainsSubstring("Dropout: p is -0.5, expected in [0, 1)"));
  const Matrix<float> x = Matrix<float>::Ones(2, 3);
  CHECK_THROWS_AS(
      (Trip<Dropout, Matrix<float>>(Dropout(0.5), x, Matrix<float>::Ones(1, 3).eval(), true)),
      ShapeError);
}
