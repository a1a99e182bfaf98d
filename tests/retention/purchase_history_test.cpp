// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/retention/purchase_history.hpp>

#include "../support/catch.hpp"
#include "../support/lifetime.hpp"

using namespace loyal;

TEST_CASE("purchase history: rows and weights", "[retention]") {
  PurchaseHistory<float> history{.frequency = Vector<float>::Constant(2, 3),
                                 .recency = Vector<float>::Constant(2, 5),
                                 .age = Vector<float>::Constant(2, 8)};
  CHECK(history.size() == 2);
  CHECK(history.record(1).recency == 5);
  CHECK(history.weight_of(1) == 1);
  history.weight = Vector<float>::Constant(2, 2);
  CHECK(history.weight_of(1) == 2);
  CHECK_NOTHROW(loyal::detail::expect_history("test", history, 0, 0));
}

TEST_CASE("purchase history: the message names row and rule", "[retention]") {
  const auto check = [](const PurchaseRecord& bad) {
    loyal::detail::expect_history("fit", testing::history_of({{1, 1, 2}, bad}), -1, -1);
  };
  CHECK_THROWS_WITH(check({1, 3, 2}),
                    ContainsSubstring("fit: recency[1] is 3, expected in [0, age], with age 2"));
  CHECK_THROWS_WITH(check({0, 1, 2}),
                    ContainsSubstring("recency[1] is 1, expected 0, since frequency is 0"));
  CHECK_THROWS_WITH(check({2, 0, 2}),
                    ContainsSubstring("recency[1] is 0, expected > 0, since frequency is 2"));
  CHECK_THROWS_WITH(check({1.5, 1, 2}), ContainsSubstring("frequency[1] is 1.5"));
  CHECK_THROWS_WITH(check({0, 0, std::nan("")}), ContainsSubstring("age[1] is nan"));
  CHECK_THROWS_WITH(loyal::detail::expect_record("alive", {1, 3, 2}),
                    ContainsSubstring("alive: recency is 3"));
  testing::History history = testing::history_of({{1, 1, 2}, {0, 0, 1}});
  history.rate_covariates = Matrix<double>::Constant(2, 1, std::nan(""));
  CHECK_THROWS_AS(loyal::detail::expect_history("fit", history, -1, -1), DataError);
  history.rate_covariates = Matrix<double>::Zero(1, 1);
  CHECK_THROWS_AS(loyal::detail::expect_history("fit", history, -1, -1), ShapeError);
  history.rate_covariates = Matrix<double>::Zero(2, 1);
  CHECK_THROWS_AS(loyal::detail::expect_history("fit", history, 2, -1), ShapeError);
  history.weight = Vector<double>::Constant(2, -1);
  CHECK_THROWS_WITH(loyal::detail::expect_history("fit", history, 1, 0),
                    ContainsSubstring("weight[0] is -1"));
}
