// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/core/random.hpp>
#include <loyal/train/permutation_importance.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("Shuffling a feature of a linear model costs twice its share of the variance",
                   "[train]", float, double) {
  using T = TestType;
  // y = sum w_j x_j with independent x_j of variance 1: a shuffled column adds 2 w_j^2 to the squared error.
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Rng rng{seed};
    const Index n = 4000;
    Matrix<T> x(n, 3);
    for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal<T>();
    const RowVector<T> w{{T(2), T(-1), T(0)}};
    const Vector<T> y = x * w.transpose();
    const auto measure = [&](const Matrix<T>& seen) {
      return -static_cast<double>((seen * w.transpose() - y).squaredNorm()) /
             static_cast<double>(n);
    };
    const auto found = permutation_importance(measure, x, {.seed = seed});
    CHECK(found.measure == Approx(0).margin(1e-9));
    CHECK(found.mean[0] == Approx(8).epsilon(0.1));
    CHECK(found.mean[1] == Approx(2).epsilon(0.1));
    CHECK(found.mean[2] == Approx(0).margin(1e-9));
    CHECK(found.deviation[0] < 0.5);
    CHECK(found.deviation[0] > 0.01);
    for (const int threads : {1, 2, 7}) {
      const auto again = permutation_importance(measure, x, {.seed = seed, .threads = threads});
      CHECK(again.mean == found.mean);
      CHECK(again.deviation == found.deviation);
    }
  }
}

TEST_CASE("Permutation importance refuses what it cannot shuffle", "[train]") {
  const auto measure = [](const Matrix<double>& x) { return x.sum(); };
  CHECK_THROWS_AS(permutation_importance(measure, Matrix<double>(0, 2)), DataError);
  CHECK_THROWS_AS(
      permutation_importance(measure, Matrix<double>(Matrix<double>::Ones(2, 2)), {.repeats = 1}),
      OptionError);
  CHECK(permutation_importance(measure, Matrix<double>(2, 0)).mean.size() == 0);
  CHECK(permutation_importance(measure, Matrix<double>(Matrix<double>::Ones(1, 2))).mean[1] == 0);
}
