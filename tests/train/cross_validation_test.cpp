// SPDX-License-Identifier: MIT
#include <cmath>
#include <set>
#include <stdexcept>
#include <vector>

#include <loyal/train/cross_validation.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("cross_validation: each fold is scored once, in order, every row tested once") {
  const auto splits = k_fold(23, 4, 7);
  std::multiset<Index> tested;
  std::size_t fold = 0;
  const auto cv =
      cross_validate(splits, [&](std::span<const Index> train, std::span<const Index> test) {
        CHECK(std::vector<Index>(train.begin(), train.end()) == splits[fold].train);
        tested.insert(test.begin(), test.end());
        return static_cast<double>(fold++);
      });
  CHECK(cv.scores == std::vector<double>{0, 1, 2, 3});
  CHECK(tested.size() == 23);
  CHECK(std::set<Index>(tested.begin(), tested.end()).size() == 23);
}

TEST_CASE("cross_validation: mean and deviation divide by the number of folds") {
  const CrossValidation cv{{0.7, 0.9, 0.5, 0.9}};
  CHECK(cv.mean() == Approx(0.75));
  CHECK(cv.deviation() == Approx(std::sqrt((0.0025 + 0.0225 + 0.0625 + 0.0225) / 4)));
  CHECK(CrossValidation{{0.3}}.deviation() == 0);
}

TEST_CASE("cross_validation: folds that cannot be fitted or scored are refused before any is") {
  int calls = 0;
  const auto count = [&](const auto&, const auto&) { return static_cast<double>(++calls); };
  CHECK_THROWS_AS(cross_validate({}, count), DataError);
  CHECK_THROWS_AS(cross_validate({Split{{0}, {}, {1}}, Split{{}, {}, {1}}}, count), DataError);
  CHECK_THROWS_AS(cross_validate({Split{{0}, {}, {1}}, Split{{1}, {}, {}}}, count), DataError);
  CHECK(calls == 0);
}

TEST_CASE("cross_validation: an error of the model comes through") {
  CHECK_THROWS_AS(
      cross_validate(k_fold(4, 2, 1),
                     [](const auto&, const auto&) -> double { throw std::out_of_range("mine"); }),
      std::out_of_range);
}
