// SPDX-License-Identifier: MIT
#include <limits>

#include <loyal/retention/contract_history.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("contract history: survivors and durations tell the same", "[retention]") {
  const auto cohort = ContractHistory::of_survivors({10, 7, 7, 4});
  CHECK(cohort.lost == std::vector<double>{3, 0, 3});
  CHECK(cohort.kept == std::vector<double>{0, 0, 4});
  CHECK(cohort.size() == 10);
  const auto same = ContractHistory::of_durations({1, 3, 3}, {1, 1, 0}, {3, 3, 4});
  CHECK(same.lost == cohort.lost);
  CHECK(same.kept == cohort.kept);
}

TEST_CASE("contract history: cohorts of different length add up", "[retention]") {
  auto both = ContractHistory::of_survivors({5, 4});
  both += ContractHistory::of_survivors({10, 7, 7, 4});
  CHECK(both.lost == std::vector<double>{4, 0, 3});
  CHECK(both.kept == std::vector<double>{4, 0, 4});
  both += ContractHistory::of_survivors({1, 0});
  CHECK(both.size() == 16);
}

TEST_CASE("contract history: bad input", "[retention]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(ContractHistory::of_survivors({10}), DataError);
  CHECK_THROWS_WITH(ContractHistory::of_survivors({10, 7, 8}),
                    ContainsSubstring("survivors[2] is 8"));
  CHECK_THROWS_AS(ContractHistory::of_survivors({10, -1}), DataError);
  CHECK_THROWS_AS(ContractHistory::of_survivors({10, nan}), DataError);
  CHECK_THROWS_AS(ContractHistory::of_durations({0}, {1}), DataError);
  CHECK_THROWS_AS(ContractHistory::of_durations({2, -1}, {1, 1}), DataError);
  CHECK_THROWS_AS(ContractHistory::of_durations({1.5}, {1}), DataError);
  CHECK_THROWS_AS(ContractHistory::of_durations({nan}, {1}), DataError);
  CHECK_THROWS_AS(ContractHistory::of_durations({1e9}, {1}), DataError);
  CHECK_THROWS_AS(ContractHistory::of_durations({1}, {0.5}), DataError);
  CHECK_THROWS_AS(ContractHistory::of_durations({1, 2}, {1}), ShapeError);
  CHECK_THROWS_AS(ContractHistory::of_durations({}, {}), DataError);
}
