// SPDX-License-Identifier: MIT
#include <loyal/data/feature_matrix.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("feature_matrix: a column by its name", "", float, double) {
  const FeatureMatrix<TestType> features{
      Matrix<TestType>::Zero(2, 3), {"recency", "visits", ""}, {4, 9}};
  CHECK(features.column("recency") == 0);
  CHECK(features.column("visits") == 1);
  CHECK(features.column("") == 2);
  CHECK_THROWS_AS(features.column("Visits"), DataError);
  CHECK_THROWS_WITH(features.column("tenure"), ContainsSubstring("'tenure'"));
}

TEST_CASE("feature_matrix: the first of two columns of a name; none of an empty one") {
  const FeatureMatrix<float> twice{Matrix<float>::Zero(0, 2), {"a", "a"}, {}};
  CHECK(twice.column("a") == 0);
  CHECK_THROWS_AS(FeatureMatrix<float>{}.column("a"), DataError);
}
