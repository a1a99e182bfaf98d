// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdint>
#include <vector>

#include <loyal/recommend/row_similarity.hpp>

#include "../support/catch.hpp"

using loyal::Interaction;
using loyal::RowMeasure;

TEMPLATE_TEST_CASE("Row similarity: numbers by hand", "[recommend]", float, double) {
  using T = TestType;
  // Row 0 has columns 0, 1; row 1 columns 1, 2; row 2 column 1.
  const std::vector<Interaction> pairs{{0, 0, 4}, {0, 1, 1}, {1, 1, 9}, {1, 2, 1}, {2, 1, 1}};
  const loyal::Interactions rows(3, 3, pairs);
  const auto alike = [&](RowMeasure measure, double shrinkage) {
    const loyal::RowSimilarity<T> similarity(rows, measure, shrinkage);
    const auto a = similarity.weigh(rows.items_of(0), rows.values_of(0));
    const auto b = similarity.weigh(rows.items_of(1), rows.values_of(1));
    return double(similarity(a[1] * b[0], similarity.size(a, 2), similarity.size(b, 2)));
  };
  const double idf0 = std::log(2.0);  // 4 / 2
  const double idf1 = std::log(1.0);  // 4 / 4: a column of every row says nothing
  CHECK(alike(RowMeasure::cosine, 0) == Approx(9 / std::sqrt(17.0 * 82.0)));
  CHECK(alike(RowMeasure::cosine, 10) == Approx(9 / (std::sqrt(17.0 * 82.0) + 10)));
  CHECK(alike(RowMeasure::jaccard, 0) == Approx(1.0 / 3));
  CHECK(alike(RowMeasure::jaccard, 2) == Approx(1.0 / 5));
  CHECK(alike(RowMeasure::tf_idf, 0) == Approx(idf1));
  CHECK(alike(RowMeasure::bm25, 0) == Approx(idf1));
  CHECK(alike(RowMeasure::graph, 0) == Approx(9.0 / 3 / 2));
  const loyal::RowSimilarity<T> bm25(rows, RowMeasure::bm25, 0);
  const auto a = bm25.weigh(rows.items_of(0), rows.values_of(0));
  CHECK(double(a[0]) == Approx(4 * 2.2 / (4 + 1.2 * (0.25 + 0.75 * 2 / (5.0 / 3))) * idf0));
}

TEST_CASE("Row similarity: rows of nothing, negative values", "[recommend]") {
  const std::vector<Interaction> negative{{0, 0, -1}};
  for (const auto measure : {RowMeasure::cosine, RowMeasure::jaccard, RowMeasure::tf_idf,
                             RowMeasure::bm25, RowMeasure::graph}) {
    const loyal::RowSimilarity<double> empty(loyal::Interactions(2, 2, {}), measure, 0);
    CHECK(empty.size({}, 0) == 0);
    CHECK(empty(0, 0, 0) == 0);
    const std::vector<std::int32_t> columns{0, 1};
    for (const double w : empty.weigh(columns, {})) CHECK(std::isfinite(w));
    if (measure == RowMeasure::tf_idf || measure == RowMeasure::bm25)
      CHECK_THROWS_AS(loyal::RowSimilarity<double>(loyal::Interactions(1, 1, negative), measure, 0),
                      loyal::DataError);
  }
}
