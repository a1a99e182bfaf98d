// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/train/shapley.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

template <class T>
Matrix<T> drawn(Rng& rng, Index rows, Index cols) {
  Matrix<T> x(rows, cols);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal<T>();
  return x;
}

/// A score that is not linear and in which three features work together.
template <class T>
Vector<double> crooked(const Matrix<T>& rows) {
  Vector<double> y(rows.rows());
  for (Index i = 0; i < rows.rows(); ++i) {
    const auto x = rows.row(i).template cast<double>();
    y[i] = x[0] * x[1] * x[2] + std::sin(x[3]) + 2 * x[0];
  }
  return y;
}

/// By the definition: the mean over all orders of the features and all rows of the background.
Matrix<double> by_all_orders(const Matrix<double>& x, const Matrix<double>& background) {
  Matrix<double> values = Matrix<double>::Zero(x.rows(), 4);
  std::vector<Index> order{0, 1, 2, 3};
  double count = 0;
  do {
    for (Index z = 0; z < background.rows(); ++z, ++count)
      for (Index i = 0; i < x.rows(); ++i) {
        Matrix<double> at = background.row(z);
        for (const Index j : order) {
          const double before = crooked(at)[0];
          at(0, j) = x(i, j);
          values(i, j) += crooked(at)[0] - before;
        }
      }
  } while (std::next_permutation(order.begin(), order.end()));
  return values / count;
}

}  // namespace

TEST_CASE("Sampled Shapley values agree with all orders within their own errors, and add up",
          "[train]") {
  int outside = 0;
  int all = 0;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Rng rng{seed};
    const auto x = drawn<double>(rng, 6, 4);
    const auto background = drawn<double>(rng, 5, 4);
    const auto truth = by_all_orders(x, background);
    const auto values =
        sampled_shapley(crooked<double>, x, background, {.permutations = 500, .seed = seed});
    CHECK(values.base == Approx(crooked(background).mean()));
    const Vector<double> total = values.contribution.rowwise().sum();
    CHECK((total.array() + values.base - crooked(x).array()).abs().maxCoeff() < 1e-12);
    for (Index i = 0; i < truth.size(); ++i, ++all) {
      const double error = std::abs(values.contribution.data()[i] - truth.data()[i]);
      CHECK(error < 0.3);
      outside += error > 2 * values.error.data()[i] + 1e-12 ? 1 : 0;
    }
  }
  CHECK(outside <= all / 8);  // a twentieth is expected
}

TEST_CASE("Sampled Shapley values of a linear score are the exact ones", "[train]") {
  Rng rng{7};
  const auto x = drawn<float>(rng, 9, 5);
  const auto background = drawn<float>(rng, 20, 5);
  Vector<double> weights(5);
  for (auto& w : weights) w = rng.normal();
  const auto score = [&](const Matrix<float>& rows) -> Vector<double> {
    return rows.cast<double>() * weights;
  };
  const auto exact = linear_shapley(weights, x, background);
  const auto values = sampled_shapley(score, x, background, {.permutations = 40});
  CHECK((exact.contribution - values.contribution).cwiseAbs().maxCoeff() < 1e-6);
  CHECK(exact.base == Approx(values.base));
  CHECK((exact.contribution.rowwise().sum().array() + exact.base - score(x).array())
            .abs()
            .maxCoeff() < 1e-12);
  CHECK(exact.error == Matrix<double>::Zero(9, 5));
  for (const int threads : {1, 2, 7})
    CHECK(sampled_shapley(score, x, background, {.permutations = 40, .threads = threads})
              .contribution == values.contribution);
}

TEST_CASE("Shapley values of what is empty, alone, or does not fit", "[train]") {
  const Matrix<double> one = Matrix<double>::Ones(1, 1);
  const auto score = [](const Matrix<double>& rows) -> Vector<double> {
    return 3 * rows.rowwise().sum();
  };
  const Matrix<double> zero = Matrix<double>::Zero(1, 1);
  CHECK(sampled_shapley(score, one, zero).contribution(0, 0) == 3);
  CHECK(sampled_shapley(score, Matrix<double>(0, 1), zero).contribution.rows() == 0);
  CHECK_THROWS_AS(sampled_shapley(score, one, Matrix<double>(0, 1)), DataError);
  CHECK_THROWS_AS(sampled_shapley(score, one, Matrix<double>(1, 2)), ShapeError);
  CHECK_THROWS_AS(sampled_shapley(score, one, zero, {.permutations = 1}), OptionError);
  CHECK_THROWS_AS(linear_shapley(Vector<double>(2), one, zero), ShapeError);
  CHECK_THROWS_AS(linear_shapley(Vector<double>(1), one, Matrix<double>(0, 1)), DataError);
  const auto nan = [](const Matrix<double>& rows) -> Vector<double> {
    return Vector<double>::Constant(rows.rows(), NAN);
  };
  CHECK(std::isnan(sampled_shapley(nan, one, zero).contribution(0, 0)));
}
