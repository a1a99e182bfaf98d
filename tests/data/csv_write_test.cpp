// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <string>

#include <loyal/data/csv_write.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {
std::string written(std::string_view field, const CsvOptions& options = {}) {
  std::string row;
  append_csv_field(row, field, options);
  return row;
}
std::string number(double value) {
  std::string row;
  detail::append_csv_number(row, value);
  return row;
}
}  // namespace

TEST_CASE("append_csv_field quotes only what needs it", "[data]") {
  CHECK(written("plain text") == "plain text");
  CHECK(written("") == "\"\"");
  CHECK(written("a,b") == "\"a,b\"");
  CHECK(written("a;b") == "a;b");
  CHECK(written("a\"b") == "\"a\"\"b\"");
  CHECK(written("a\nb") == "\"a\nb\"");
  CHECK(written(" a") == "\" a\"");
  CHECK(written("a\t") == "\"a\t\"");
  CHECK(written("#a", {.comment = '#'}) == "\"#a\"");
  CHECK(written("a b", {.blanks = true}) == "\"a b\"");
}

TEST_CASE("append_csv_field without quotes refuses what would need them", "[data]") {
  const CsvOptions bare{.quote = '\0'};
  CHECK(written("", bare).empty());
  CHECK(written("a\"b", bare) == "a\"b");
  CHECK_THROWS_AS(written("a,b", bare), DataError);
  CHECK_THROWS_AS(written("a\nb", bare), DataError);
}

TEST_CASE("Numbers are written shortest, and read back the same", "[data]") {
  CHECK(number(0.1) == "0.1");
  CHECK(number(5) == "5");
  CHECK(number(std::nan("")).empty());
  for (const double value :
       {1.0 / 3, -2.5e-300, std::numeric_limits<double>::max(), 123456789.125}) {
    double back = 0;
    REQUIRE(detail::parse_number(number(value), back));
    CHECK(back == value);
  }
}
