// SPDX-License-Identifier: MIT
#include <Eigen/Dense>
#include <algorithm>
#include <limits>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/math/truncated_svd.hpp>

#include "../support/catch.hpp"

using loyal::Index;
using loyal::Matrix;

namespace {

template <class T>
loyal::SparseMatrix<T> random_sparse(Index rows, Index columns, double density, loyal::Rng& rng) {
  loyal::SparseMatrix<T> a(rows, columns);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j)
      if (rng.bernoulli(density)) a.insert(i, j) = rng.normal<T>();
  a.makeCompressed();
  return a;
}

}  // namespace

TEMPLATE_TEST_CASE("Truncated SVD equals a dense SVD", "[math]", float, double) {
  using T = TestType;
  loyal::Rng rng{3};
  const double close = sizeof(T) == 4 ? 2e-4 : 1e-7;
  struct Shape {
    Index rows, columns, rank;
    double density;
  };
  for (const auto& [rows, columns, rank, density] : {Shape{1, 1, 1, 1},
                                                     {7, 5, 5, 0.9},
                                                     {5, 40, 3, 0.5},
                                                     {24, 24, 24, 0.4},
                                                     {148, 145, 3, 0.06},
                                                     {60, 50, 9, 0.02}}) {
    const auto a = random_sparse<T>(rows, columns, density, rng);
    const auto svd = loyal::truncated_svd(a, {.rank = rank});
    CHECK(svd.converged);
    const Eigen::MatrixXd dense = Matrix<T>(a).template cast<double>();
    const Eigen::BDCSVD<Eigen::MatrixXd> truth(dense, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Index k = std::min({rank, rows, columns});
    REQUIRE(svd.singular_values.size() == k);
    REQUIRE(svd.u.rows() == rows);
    REQUIRE(svd.v.rows() == columns);
    const double scale = std::max(1.0, truth.singularValues()[0]);
    for (Index i = 0; i < k; ++i)
      CHECK(std::abs(double(svd.singular_values[i]) - truth.singularValues()[i]) <= close * scale);
    // The product is unique even where vectors are not, if there is a gap behind the last one.
    const Eigen::MatrixXd ours = svd.u.template cast<double>() *
                                 svd.singular_values.template cast<double>().asDiagonal() *
                                 svd.v.template cast<double>().transpose();
    const Eigen::MatrixXd theirs = truth.matrixU().leftCols(k) *
                                   truth.singularValues().head(k).asDiagonal() *
                                   truth.matrixV().leftCols(k).transpose();
    CHECK((ours - theirs).norm() <= 100 * close * scale);
    const Eigen::MatrixXd v = svd.v.template cast<double>();
    CHECK((v.transpose() * v - Eigen::MatrixXd::Identity(k, k)).norm() <= close * 10);
  }
}

TEMPLATE_TEST_CASE("Truncated SVD restarts until the vectors are good", "[math]", float, double) {
  using T = TestType;
  loyal::Rng rng{4};
  // Flat spectrum: singular values fall slowly, as those of people's choices do.
  const auto a = random_sparse<T>(170, 160, 0.05, rng);
  const auto svd = loyal::truncated_svd(a, {.rank = 3});
  CHECK(svd.converged);
  const auto rough = loyal::truncated_svd(a, {.rank = 3, .tolerance = 1e-14, .restarts = 0});
  CHECK_FALSE(rough.converged);
  const Eigen::MatrixXd dense = Matrix<T>(a).template cast<double>();
  const Eigen::MatrixXd v = svd.v.template cast<double>();
  for (Index i = 0; i < 3; ++i) {
    const double s = double(svd.singular_values[i]);
    const double s1 = double(svd.singular_values[0]);
    CHECK((dense.transpose() * (dense * v.col(i)) - s * s * v.col(i)).norm() <=
          (sizeof(T) == 4 ? 2e-4 : 2e-9) * s1 * s1);
    if (i > 0) CHECK(svd.singular_values[i] <= svd.singular_values[i - 1] * T(1.0001));
  }
}

TEST_CASE("Truncated SVD is the same for any number of threads", "[math]") {
  loyal::Rng rng{5};
  const auto a = random_sparse<float>(160, 145, 0.05, rng);
  const auto one = loyal::truncated_svd(a, {.rank = 4, .threads = 1});
  for (const int threads : {2, 7}) {
    const auto many = loyal::truncated_svd(a, {.rank = 4, .threads = threads});
    CHECK(many.u == one.u);
    CHECK(many.v == one.v);
    CHECK(many.singular_values == one.singular_values);
  }
}

TEST_CASE("Truncated SVD of nothing, zeros, and what is refused", "[math]") {
  CHECK(loyal::truncated_svd(loyal::SparseMatrix<double>(4, 0)).v.rows() == 0);
  CHECK(loyal::truncated_svd(loyal::SparseMatrix<double>(0, 4)).u.rows() == 0);
  const auto zeros = loyal::truncated_svd(loyal::SparseMatrix<double>(50, 45), {.rank = 3});
  CHECK(zeros.singular_values.isZero());
  CHECK((zeros.v.transpose() * zeros.v).isIdentity(1e-9));
  // Rank one: the other vectors are any.
  loyal::SparseMatrix<double> one(40, 90);
  for (Index j = 0; j < 90; ++j) one.insert(7, j) = 1;
  one.makeCompressed();
  const auto svd = loyal::truncated_svd(one, {.rank = 3});
  CHECK(svd.singular_values[0] == Approx(std::sqrt(90.0)));
  CHECK(std::abs(svd.singular_values[1]) < 1e-6);
  one.coeffRef(7, 0) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(loyal::truncated_svd(one), loyal::DataError);
  const loyal::SparseMatrix<double> small(3, 3);
  CHECK_THROWS_AS(loyal::truncated_svd(small, {.rank = 0}), loyal::OptionError);
  CHECK_THROWS_AS(loyal::truncated_svd(small, {.tolerance = -1}), loyal::OptionError);
  CHECK_THROWS_AS(loyal::truncated_svd(small, {.restarts = -1}), loyal::OptionError);
}
