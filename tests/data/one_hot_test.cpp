// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/one_hot.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {
/// "?" stands for a missing value.
CategoryColumn column(const std::vector<std::string>& values) {
  CategoryColumn made;
  for (const auto& value : values) {
    if (value == "?")
      made.codes.push_back(-1);
    else
      made.add(value);
  }
  return made;
}
Matrix<double> rows(const OneHot& one_hot, const std::vector<std::string>& values) {
  return one_hot.transform(column(values));
}
}  // namespace

TEMPLATE_TEST_CASE("OneHot: the columns are the sorted categories", "[data]", float, double) {
  OneHot one_hot;
  one_hot.fit(column({"c", "a", "b", "a"}));
  CHECK(one_hot.names() == std::vector<std::string>{"a", "b", "c"});
  Matrix<TestType> expected(3, 3);
  expected << 0, 1, 0, 0, 0, 1, 1, 0, 0;
  CHECK(one_hot.transform<TestType>(column({"b", "c", "a"})) == expected);
}

TEST_CASE("OneHot: names unused by any row get no column", "[data]") {
  CategoryColumn values = column({"b", "a"});
  values.codes = {0, 0};
  OneHot one_hot;
  one_hot.fit(values);
  CHECK(one_hot.names() == std::vector<std::string>{"b"});
}

TEST_CASE("OneHot: unknown categories", "[data]") {
  OneHot strict;
  strict.fit(column({"a", "b"}));
  CHECK_THROWS_WITH(rows(strict, {"a", "x"}),
                    ContainsSubstring("row 1") && ContainsSubstring("'x'"));
  CHECK_THROWS_WITH(rows(strict, {"?"}), ContainsSubstring("missing"));

  OneHot ignoring{{.unknown = UnknownCategory::ignore}};
  ignoring.fit(column({"a", "b"}));
  CHECK(rows(ignoring, {"x", "?"}).isZero(0));
  CHECK(ignoring.cols() == 2);

  OneHot keeping{{.unknown = UnknownCategory::own_column}};
  keeping.fit(column({"a", "b"}));
  CHECK(keeping.names() == std::vector<std::string>{"a", "b", "(unknown)"});
  Matrix<double> expected(3, 3);
  expected << 0, 0, 1, 0, 0, 1, 0, 1, 0;
  CHECK(rows(keeping, {"x", "?", "b"}) == expected);
}

TEST_CASE("OneHot: a name known to the table but to no row is no error", "[data]") {
  OneHot strict;
  strict.fit(column({"a", "b"}));
  CategoryColumn values = column({"a", "x"});
  values.codes.pop_back();
  CHECK_NOTHROW(strict.transform(values));
}

TEST_CASE("OneHot: missing values are a category when there were some", "[data]") {
  OneHot one_hot;
  one_hot.fit(column({"b", "?", "a"}));
  CHECK(one_hot.names() == std::vector<std::string>{"a", "b", "(missing)"});
  CHECK(rows(one_hot, {"?"})(0, 2) == 1);
  OneHot only;
  only.fit(column({"?"}));
  CHECK(only.names() == std::vector<std::string>{"(missing)"});
  CHECK(rows(only, {"?"})(0, 0) == 1);
}

TEST_CASE("OneHot: drop_first leaves out the first category alone", "[data]") {
  for (const auto unknown :
       {UnknownCategory::error, UnknownCategory::ignore, UnknownCategory::own_column}) {
    OneHot full{{.unknown = unknown}};
    OneHot dropped{{.unknown = unknown, .drop_first = true}};
    const auto values = column({"b", "a", "?", "c", "a"});
    full.fit(values);
    dropped.fit(values);
    CHECK(dropped.cols() == full.cols() - 1);
    CHECK(dropped.transform(values) == full.transform(values).rightCols(dropped.cols()));
    CHECK(static_cast<Index>(dropped.names().size()) == dropped.cols());
  }
}

TEST_CASE("OneHot: one 1 in each row, at the category's name", "[data]") {
  Rng rng{4};
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string> train;
    for (auto n = 1 + rng.below(100); n > 0; --n) train.push_back(std::to_string(rng.below(30)));
    OneHot one_hot;
    one_hot.fit(column(train));
    rng.shuffle(train);  // the same categories under other codes
    const auto x = rows(one_hot, train);
    const auto names = one_hot.names();
    for (Index i = 0; i < x.rows(); ++i) {
      Index at = 0;
      REQUIRE(x.row(i).maxCoeff(&at) == 1);
      REQUIRE(x.row(i).sum() == 1);
      REQUIRE(names[static_cast<std::size_t>(at)] == train[static_cast<std::size_t>(i)]);
    }
  }
}

TEST_CASE("OneHot: what it refuses", "[data]") {
  OneHot one_hot;
  CHECK_THROWS_AS(one_hot.transform(column({"a"})), NotFitted);
  CHECK_THROWS_AS(one_hot.names(), NotFitted);
  CHECK_THROWS_AS(one_hot.fit(column({})), DataError);
  CHECK_THROWS_AS((OneHot{{}, {"a", "a"}, false}), DataError);
  CHECK_THROWS_AS((OneHot{{}, {}, false}), DataError);
  one_hot.fit(column({"a"}));
  Matrix<double> small(1, 2);
  CHECK_THROWS_AS(one_hot.write(column({"a"}), small), ShapeError);
  CHECK(one_hot.transform(column({})).rows() == 0);
}
