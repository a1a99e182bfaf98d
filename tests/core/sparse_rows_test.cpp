// SPDX-License-Identifier: MIT
#include <loyal/core/random.hpp>
#include <loyal/core/sparse_rows.hpp>

#include "../support/catch.hpp"

using loyal::Index;

TEMPLATE_TEST_CASE("SparseRows adds up like a dense matrix", "[core][sparse_rows]", float, double) {
  loyal::Rng rng{3};
  for (int round = 0; round < 20; ++round) {
    const auto rows = static_cast<Index>(1 + rng.below(40));
    const auto cols = static_cast<Index>(1 + rng.below(9));
    loyal::SparseRows<TestType> sparse(rows, cols);
    loyal::SparseRows<TestType> other(rows, cols);
    loyal::Matrix<TestType> dense = loyal::Matrix<TestType>::Zero(rows, cols);
    for (int k = 0; k < 60; ++k) {
      const auto i = static_cast<Index>(rng.below(static_cast<std::uint64_t>(rows)));
      const loyal::RowVector<TestType> change = loyal::RowVector<TestType>::Random(cols);
      (k % 2 == 0 ? sparse : other).row(i) += change;
      dense.row(i) += change;
    }
    sparse.add(other);
    CHECK((sparse.dense() - dense).cwiseAbs().maxCoeff() < 1e-5);
    const auto copy = sparse;
    CHECK(copy == sparse);
    sparse.clear();
    CHECK(sparse.touched().empty());
    CHECK(sparse.dense().isZero(0));
    sparse.row(0).setOnes();
    CHECK(sparse.dense().sum() == static_cast<TestType>(cols));  // nothing of before came back
    CHECK(!(copy == sparse));
  }
}

TEST_CASE("SparseRows lists rows in the order of their first touch", "[core][sparse_rows]") {
  loyal::SparseRows<double> g(10, 2);
  for (const Index i : {7, 2, 7, 9, 2}) g.row(i).array() += 1;
  CHECK(g.touched() == std::vector<Index>{7, 2, 9});
  CHECK(g.values().rows() == 3);
  CHECK(g.values()(1, 0) == 2);
  CHECK(g.size() == 20);
}

TEST_CASE("SparseRows refuses rows that are not there", "[core][sparse_rows]") {
  loyal::SparseRows<float> g(3, 2);
  CHECK_THROWS_WITH(g.row(3), "SparseRows::row: the row is 3, expected 0 .. 2");
  CHECK_THROWS_AS(g.row(-1), loyal::ShapeError);
  CHECK_THROWS_AS(g.add(loyal::SparseRows<float>(4, 2)), loyal::ShapeError);
  CHECK_THROWS_AS(loyal::SparseRows<float>().row(0), loyal::ShapeError);
}
