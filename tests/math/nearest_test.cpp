// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/math/nearest.hpp>

#include "../support/catch.hpp"

using loyal::Index;
using loyal::Matrix;

TEMPLATE_TEST_CASE("Nearest rows agree with comparing all pairs one by one", "[math]", float,
                   double) {
  using T = TestType;
  loyal::Rng rng{5};
  for (const Index n : {0, 1, 7, 255, 256, 257, 5000})
    for (const Index q : {0, 1, 2, 3, 130})
      for (const auto similarity : {loyal::Similarity::cosine, loyal::Similarity::dot}) {
        const Index d = 1 + static_cast<Index>(rng.below(20));
        const Index k = 5;
        const auto random = [&](Index rows) {
          Matrix<T> x(rows, d);
          for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal<T>();
          return x;
        };
        Matrix<T> table = random(n);
        if (n > 2) table.row(1).setZero();
        const Matrix<T> queries = random(q);
        const auto found =
            loyal::nearest_rows<T>(table, queries, {.k = k, .similarity = similarity});
        REQUIRE(found.index.rows() == q);
        REQUIRE(found.index.cols() == std::min(k, n));
        for (Index i = 0; i < q; ++i) {
          std::vector<double> score(static_cast<std::size_t>(n));
          for (Index j = 0; j < n; ++j) {
            double dot = 0;
            double a = 0;
            double b = 0;
            for (Index c = 0; c < d; ++c) {
              dot += double(queries(i, c)) * double(table(j, c));
              a += double(queries(i, c)) * double(queries(i, c));
              b += double(table(j, c)) * double(table(j, c));
            }
            if (similarity == loyal::Similarity::cosine) dot = b > 0 ? dot / std::sqrt(a * b) : 0;
            score[static_cast<std::size_t>(j)] = dot;
          }
          std::vector<double> sorted = score;
          std::sort(sorted.rbegin(), sorted.rend());
          for (Index r = 0; r < found.index.cols(); ++r) {
            const double expected = sorted[static_cast<std::size_t>(r)];
            CHECK(double(found.score(i, r)) == Approx(expected).margin(1e-4));
            CHECK(score[static_cast<std::size_t>(found.index(i, r))] ==
                  Approx(expected).margin(1e-4));
          }
        }
      }
}

TEST_CASE("Nearest rows are the same for any number of threads, ties by index", "[math]") {
  loyal::Rng rng{6};
  Matrix<float> table(9000, 8);
  for (Index i = 0; i < table.size(); ++i) table.data()[i] = static_cast<float>(rng.below(2));
  const Matrix<float> queries = table.topRows(140);
  const auto one = loyal::nearest_rows<float>(table, queries, {.k = 20, .threads = 1});
  for (const int threads : {2, 7}) {
    const auto many = loyal::nearest_rows<float>(table, queries, {.k = 20, .threads = threads});
    CHECK(many.index == one.index);
    CHECK(many.score == one.score);
  }
  for (Index i = 0; i < one.index.rows(); ++i)
    for (Index r = 1; r < 20; ++r) {
      CHECK(one.score(i, r) <= one.score(i, r - 1));
      if (one.score(i, r) == one.score(i, r - 1)) CHECK(one.index(i, r) > one.index(i, r - 1));
    }
}

TEST_CASE("Nearest rows: NaN is never found, wrong shapes are refused", "[math]") {
  Matrix<double> table = Matrix<double>::Ones(3, 2);
  table(1, 0) = std::numeric_limits<double>::quiet_NaN();
  const Matrix<double> query = Matrix<double>::Ones(1, 2);
  const auto found = loyal::nearest_rows<double>(table, query, {.k = 100});
  CHECK(found.index.cols() == 3);
  CHECK(found.index(0, 1) == 2);
  CHECK(found.index(0, 2) == -1);
  const Matrix<double> wide = Matrix<double>::Ones(1, 3);
  CHECK_THROWS_AS(loyal::nearest_rows<double>(table, wide), loyal::ShapeError);
  CHECK_THROWS_AS(loyal::nearest_rows<double>(table, query, {.k = -1}), loyal::OptionError);
}
