// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/math/sparse_product.hpp>

#include "../support/catch.hpp"

using loyal::Index;
using loyal::Matrix;
using loyal::SparseMatrix;

namespace {

template <class T>
SparseMatrix<T> random_sparse(Index rows, Index columns, loyal::Rng& rng) {
  SparseMatrix<T> a(rows, columns);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j)
      if (rng.bernoulli(0.3)) a.insert(i, j) = static_cast<T>(rng.below(7)) - 3;  // zeros too
  a.makeCompressed();
  return a;
}

}  // namespace

TEMPLATE_TEST_CASE("Sparse products equal dense ones", "[math]", float, double) {
  using T = TestType;
  loyal::Rng rng{1};
  for (const auto& [n, m, k] : {std::tuple<Index, Index, Index>{0, 0, 0},
                                {1, 1, 1},
                                {0, 3, 2},
                                {5, 0, 7},
                                {7, 9, 4},
                                {300, 20, 31},
                                {20, 300, 130},
                                {15, 17, 257}}) {
    const Index columns = k;
    const auto a = random_sparse<T>(n, m, rng);
    const auto b = random_sparse<T>(m, columns, rng);
    const Matrix<T> truth = Matrix<T>(a) * Matrix<T>(b);
    for (const int threads : {1, 3}) {
      Matrix<T> found = Matrix<T>::Zero(n, k);
      loyal::product_rows(
          a, b,
          [&](Index i, loyal::SparseSum<T>& sum) {
            std::vector<int> seen(static_cast<std::size_t>(columns), 0);
            sum.drain([&](Index j, T value) {
              found(i, j) = value;
              ++seen[static_cast<std::size_t>(j)];
            });
            CHECK(std::all_of(seen.begin(), seen.end(), [](int times) { return times <= 1; }));
          },
          {.threads = threads == 3 ? 1 : threads});
      CHECK(found == truth);  // small whole numbers
      Matrix<T> y;
      loyal::multiply_sparse(a, Matrix<T>(b), y, {.threads = threads});
      CHECK(y == truth);
    }
  }
  const auto a = random_sparse<T>(3, 4, rng);
  Matrix<T> y;
  CHECK_THROWS_AS(loyal::multiply_sparse(a, Matrix<T>(Matrix<T>::Zero(3, 2)), y),
                  loyal::ShapeError);
  CHECK_THROWS_AS(loyal::product_rows(a, a, [](Index, auto&) {}), loyal::ShapeError);
}

TEST_CASE("Sparse sum: cancelled and repeated columns are read once", "[math]") {
  loyal::SparseSum<double> sum(2);
  const std::vector<std::int32_t> columns{0, 1, 0, 0, 1};
  const std::vector<double> values{1, 2, -1, 1, -2};
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 100; ++i) sum.add(columns, values, 1);
    CHECK(sum.size() == 2);
    std::vector<std::pair<Index, double>> read;
    sum.drain([&](Index c, double value) { read.emplace_back(c, value); });
    CHECK(read == std::vector<std::pair<Index, double>>{{0, 100.0}, {1, 0.0}});
    CHECK(sum.size() == 0);
  }
}

TEST_CASE("Sparse matrix from rows: columns in any order, empty rows", "[math]") {
  loyal::Rng rng{2};
  std::vector<std::vector<std::pair<std::int32_t, float>>> rows(20);
  Matrix<float> truth = Matrix<float>::Zero(20, 15);
  for (std::size_t i = 0; i < 20; i += 2)
    for (std::int32_t j = 14; j >= 0; --j)
      if (rng.bernoulli(0.4)) {
        truth(static_cast<Index>(i), j) = rng.uniform<float>() + 1;
        rows[i].emplace_back(j, truth(static_cast<Index>(i), j));
      }
  const auto m = loyal::sparse_from_rows<float>(rows, 15);
  CHECK(Matrix<float>(m) == truth);
  for (Index i = 0; i < 20; ++i) {
    const auto row = loyal::sparse_row(m, i);
    CHECK(std::is_sorted(row.columns.begin(), row.columns.end()));
  }
  CHECK(loyal::sparse_from_rows<float>({}, 3).rows() == 0);
}
