// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/csv_write.hpp>
#include <loyal/data/table.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {
const char* const people =
    "id,age,plan,zip,score\n1,41,basic,53111,NA\n2,,pro,01067,NA\n3,29.5,NA,53111,NA\n";
}

TEST_CASE("Columns become numbers or categories", "[data]") {
  const auto table = parse_table(people, {.categories = {"zip"}});
  CHECK(table.rows() == 3);
  CHECK(table.names() == std::vector<std::string>{"id", "age", "plan", "zip", "score"});
  CHECK(table.is_number("age"));
  CHECK(table.numbers("age")[0] == 41);
  CHECK(std::isnan(table.numbers("age")[1]));
  CHECK(table.numbers("age")[2] == 29.5);
  CHECK(table.categories("plan").names.names() == std::vector<std::string>{"basic", "pro"});
  CHECK(table.categories("plan").codes == std::vector<std::int32_t>{0, 1, -1});
  CHECK(table.categories("zip").names.name(1) == "01067");
  CHECK_FALSE(table.is_number("score"));  // nothing tells that it is of numbers
  CHECK(table.categories("score").codes == std::vector<std::int32_t>{-1, -1, -1});
}

TEST_CASE("A late text makes a column of categories, with the texts as they are written",
          "[data]") {
  const auto table = parse_table("a\n01\n1.0\nx\n01\n");
  CHECK(table.categories("a").names.names() == std::vector<std::string>{"01", "1.0", "x"});
  CHECK(table.categories("a").codes == std::vector<std::int32_t>{0, 1, 2, 0});
}

TEST_CASE("Columns asked to be numbers report what is none", "[data]") {
  CHECK_THROWS_WITH(parse_table("a,b\n1,x\n2,y\nz,w\n", {.numbers = {"a"}}),
                    ContainsSubstring("text:4: column 'a' is 'z'"));
  CsvProblems problems;
  const auto table = parse_table("a,b\n1,x\nz,w\n2,y,3\n3,v\n",
                                 {.numbers = {"a"}, .csv = {.bad_rows = BadRows::skip}}, &problems);
  CHECK(table.numbers("a") == std::vector<double>{1, 3});
  CHECK(table.categories("b").names.names() == std::vector<std::string>{"x", "v"});
  CHECK(problems.rows == 2);
  REQUIRE(problems.first.size() == 2);
  CHECK(problems.first[0].line == 3);
}

TEST_CASE("Tables that cannot be", "[data]") {
  CHECK_THROWS_AS(parse_table("a,b\n"), DataError);
  CHECK_THROWS_AS(parse_table(""), DataError);
  CHECK_THROWS_AS(parse_table("a,a\n1,2\n"), DataError);
  CHECK_THROWS_AS(parse_table("a,b\n1\n"), DataError);
  CHECK_THROWS_AS(parse_table("a\n1\n", {.categories = {"b"}}), DataError);
  CHECK_THROWS_AS(read_table("no/such/file.csv"), FormatError);
}

TEST_CASE("Columns are added, chosen and dropped", "[data]") {
  auto table = parse_table(people);
  CHECK(table.drop({"id", "zip"}).names() == std::vector<std::string>{"age", "plan", "score"});
  CHECK(table.drop({}).cols() == 5);
  CHECK(table.select({"zip", "id"}).names() == std::vector<std::string>{"zip", "id"});
  CHECK(table.select({"zip"}).rows() == 3);
  CHECK_THROWS_WITH(table.drop({"iq"}), ContainsSubstring("'iq'") && ContainsSubstring("age"));
  CHECK_THROWS_AS(table.select({"iq"}), DataError);
  CHECK_THROWS_AS(table.select({"id", "id"}), DataError);
  CHECK_THROWS_AS(table.numbers("plan"), DataError);
  CHECK_THROWS_AS(table.categories("age"), DataError);
  CHECK_FALSE(table.contains("iq"));

  CHECK_THROWS_AS(table.add("age", NumberColumn{{1, 2, 3}}), DataError);
  CHECK_THROWS_AS(table.add("iq", NumberColumn{{1, 2}}), ShapeError);
  CHECK_THROWS_AS(table.add("iq", CategoryColumn{{0, 0, 0}, {}}), DataError);
  CHECK_THROWS_AS(table.add("iq", CategoryColumn{{-2, -1, -1}, {}}), DataError);
  CHECK(table.cols() == 5);
  table.add("iq", NumberColumn{{90, 100, 110}});
  CHECK(table.numbers("iq")[2] == 110);
}

TEST_CASE("Rows are taken in any order", "[data]") {
  const auto table = parse_table(people);
  const std::vector<Index> rows{2, 0, 0};
  const auto some = table.take(rows);
  CHECK(some.rows() == 3);
  CHECK(some.numbers("age") == std::vector<double>{29.5, 41, 41});
  CHECK(some.categories("plan").codes == std::vector<std::int32_t>{-1, 0, 0});
  CHECK(some.categories("plan").names == table.categories("plan").names);
  CHECK(table.take({}).rows() == 0);
  CHECK(table.take({}).cols() == 5);
  const std::vector<Index> outside{3};
  CHECK_THROWS_AS(table.take(outside), DataError);
  const std::vector<Index> negative{-1};
  CHECK_THROWS_AS(table.take(negative), DataError);
}

TEMPLATE_TEST_CASE("Labels", "[data]", float, double) {
  const auto table = parse_table("churn,gone,plan,age\nYes,1,a,3\nNo,0,,\nNo,1,b,4\n");
  const auto churn = table.label<TestType>("churn", "Yes");
  CHECK(churn.size() == 3);
  CHECK(churn[0] == 1);
  CHECK(churn.sum() == 1);
  CHECK(table.label<TestType>("gone").sum() == 2);
  CHECK_THROWS_WITH(table.label("churn", "yes"), ContainsSubstring("'yes'"));
  CHECK_THROWS_WITH(table.label("plan", "a"), ContainsSubstring("missing in row 1"));
  CHECK_THROWS_AS(table.label("age"), DataError);
  CHECK_THROWS_AS(table.label("gone", "1"), DataError);
  CHECK_THROWS_AS(table.label("churn"), DataError);
}

TEST_CASE("Random tables come back from their CSV", "[data]") {
  Rng rng{13};
  const std::vector<std::string> texts{"x",  "a,b", "\"",  "new\nline", "\r\n",
                                       " y", "1",   "NA-", ";"};
  for (int round = 0; round < 300; ++round) {
    const auto rows = 1 + rng.below(20);
    std::vector<double> numbers;
    CategoryColumn category;
    std::string text = "n,c\n";
    for (std::uint64_t i = 0; i < rows; ++i) {
      const bool missing = i > 0 && rng.bernoulli(0.2);
      numbers.push_back(missing ? std::nan("") : rng.normal() * std::pow(10.0, rng.normal() * 20));
      detail::append_csv_number(text, numbers.back());
      text += ',';
      if (i > 0 && rng.bernoulli(0.2)) {
        category.codes.push_back(-1);
        text += "NA";
      } else {
        category.add(i == 0 ? "text" : texts[rng.below(texts.size())]);
        append_csv_field(text, category.names.name(category.codes.back()), {});
      }
      text += '\n';
    }
    INFO(text);
    const auto table = parse_table(text);
    REQUIRE(table.categories("c") == category);
    for (std::size_t i = 0; i < rows; ++i)
      REQUIRE((table.numbers("n")[i] == numbers[i] ||
               (std::isnan(numbers[i]) && std::isnan(table.numbers("n")[i]))));
  }
}

TEST_CASE("The Telco table", "[data]") {
  const char* folder = std::getenv("LOYAL_DATA");
  if (folder == nullptr) {
    WARN("LOYAL_DATA is not set: skipped");
    return;
  }
  const auto table =
      read_table(std::string(folder) + "/telco-churn/telco.csv").drop({"customerID"});
  CHECK(table.rows() == 7043);
  CHECK(table.cols() == 20);
  CHECK(table.label("Churn", "Yes").sum() == 1869);
  std::size_t missing = 0;
  for (const double value : table.numbers("TotalCharges")) missing += std::isnan(value) ? 1 : 0;
  CHECK(missing == 11);
  CHECK(table.categories("Contract").names.size() == 3);
}
