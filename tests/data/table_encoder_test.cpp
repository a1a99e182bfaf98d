// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <loyal/data/table_encoder.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("TableEncoder: numbers standardized, categories one-hot", "[data]", float,
                   double) {
  const auto train = parse_table("age,plan,gone\n1,pro,no\n3,basic,yes\n,pro,no\n");
  TableEncoder encoder;
  const auto x = encoder.fit_transform<TestType>(train);
  CHECK(encoder.names() ==
        std::vector<std::string>{"age", "plan=basic", "plan=pro", "gone=no", "gone=yes"});
  Matrix<TestType> expected(3, 5);
  expected << -1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0;
  CHECK(x.isApprox(expected));

  // Other order of columns and codes, one more column.
  const auto test = parse_table("new,gone,plan,age\n1,yes,basic,5\n2,yes,pro,2\n");
  Matrix<TestType> other(2, 5);
  other << 3, 1, 0, 0, 1, 0, 0, 1, 0, 1;
  CHECK(encoder.transform<TestType>(test).isApprox(other));
}

TEST_CASE("TableEncoder: options reach the categories", "[data]") {
  const auto train = parse_table("plan\npro\nbasic\n");
  const auto test = parse_table("plan\nfree\n");
  CHECK_THROWS_AS(
      [&] {
        TableEncoder strict;
        strict.fit(train);
        return strict.transform(test);
      }(),
      DataError);
  TableEncoder dropping{{.unknown = UnknownCategory::own_column, .drop_first = true}};
  dropping.fit(train);
  CHECK(dropping.names() == std::vector<std::string>{"plan=pro", "plan=(unknown)"});
  CHECK(dropping.transform(test)(0, 1) == 1);
}

TEST_CASE("TableEncoder: what it refuses", "[data]") {
  TableEncoder encoder;
  const auto table = parse_table("age,plan\n1,pro\n2,basic\n");
  CHECK_THROWS_AS(encoder.transform(table), NotFitted);
  CHECK_THROWS_AS(encoder.fit(Table{}), DataError);
  CHECK_THROWS_AS(encoder.fit(table.take({})), DataError);
  CHECK_FALSE(encoder.fitted());
  encoder.fit(table);
  const TableEncoder old = encoder;
  CHECK_THROWS_WITH(encoder.transform(table.drop({"plan"})), ContainsSubstring("'plan'"));
  CHECK_THROWS_AS(encoder.transform(parse_table("age,plan\nx,pro\n")), DataError);
  CHECK_THROWS_AS(encoder.transform(parse_table("age,plan\n1,2\n")), DataError);
  Table infinite;
  infinite.add("age", NumberColumn{{std::numeric_limits<double>::infinity()}});
  CHECK_THROWS_AS(encoder.fit(infinite), DataError);
  Table ambiguous = parse_table("a,a=x\nx,1\ny,2\n");
  CHECK_THROWS_WITH(encoder.fit(ambiguous), ContainsSubstring("'a=x'"));
  CHECK_THROWS_AS(
      (TableEncoder{{}, {{"a", Standardizer{{0}, {1}}}, {"a", Standardizer{{0}, {1}}}}}),
      DataError);
  CHECK_THROWS_AS((TableEncoder{{}, {{"a", Standardizer{}}}}), DataError);
  CHECK_THROWS_AS((TableEncoder{{}, {{"a", OneHot{}}}}), DataError);
  CHECK(encoder == old);
  CHECK(encoder.transform(table.take({})).rows() == 0);
}
