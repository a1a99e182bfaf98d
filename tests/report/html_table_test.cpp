// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <loyal/report/html_table.hpp>

#include "../support/catch.hpp"
#include "../support/xml.hpp"

using namespace loyal;
using testing::count_of;

namespace {

std::vector<std::string> cells_of(const HtmlTable& table, std::size_t column) {
  return table.columns[column].cells;
}

}  // namespace

TEST_CASE("numbers of a column are written alike") {
  HtmlTable table;
  table.number("whole", {1234567, 12, 0})
      .number("parts", {1234.5, 0.25, 3})
      .number("share", {0.5, 0.123, 1}, {.format = {.notation = Notation::percent}})
      .number("small", {0.81, 0.8, -0.1234}, {.format = {.digits = 2}});
  CHECK(cells_of(table, 0) == std::vector<std::string>{"1,234,567", "12", "0"});
  CHECK(cells_of(table, 1) == std::vector<std::string>{"1,234", "0", "3"});
  CHECK(cells_of(table, 2) == std::vector<std::string>{"50\u00A0%", "12\u00A0%", "100\u00A0%"});
  CHECK(cells_of(table, 3) == std::vector<std::string>{"0.81", "0.80", "\u22120.12"});
}

TEST_CASE("intervals, bars, and missing numbers") {
  HtmlTable table;
  const double missing = std::nan("");
  table
      .interval("auc", {0.81, missing}, {0.79, missing}, {0.83, missing}, {.format = {.digits = 2}})
      .number("worth", {50, -10}, {.bar = true});
  CHECK(cells_of(table, 0)[0] == "0.81 (0.79\u00A0\u2013\u00A00.83)");
  CHECK(cells_of(table, 0)[1] == "\u2013 (\u2013\u00A0\u2013\u00A0\u2013)");
  CHECK(table.columns[1].shares == std::vector<double>{1, 0});
  const std::string html = table.html();
  CHECK(testing::XmlCheck::error(html) == "");
  CHECK(count_of(html, "data-key=\"0.81\"") == 1);
  CHECK(count_of(html, "width:100%") == 1);
}

TEST_CASE("hostile cells stay text") {
  HtmlTable table;
  table.text("<th>", {"<script>alert(1)</script>", "\"'&\x02\xFE"});
  const std::string html = table.html();
  CHECK(testing::XmlCheck::error(html) == "");
  CHECK(html.find("<script") == std::string::npos);
}

TEST_CASE("long, empty, and crooked tables") {
  HtmlTable table{.most_rows = 10};
  table.number("n", std::vector<double>(12345, 1.0));
  const std::string html = table.html();
  CHECK(count_of(html, "<tr") == 11);
  CHECK(html.find("and 12,335 rows more") != std::string::npos);
  CHECK_THROWS_AS(table.text("short", {"a"}), ShapeError);
  CHECK(table.columns.size() == 1);
  CHECK_THROWS_AS(table.interval("i", {1}, {}, {2}), ShapeError);
  CHECK_THROWS_AS(table.number("n", {1}, {.format = {.digits = 0}}), OptionError);
  table.columns.push_back({.name = "by hand", .cells = {"a"}});
  CHECK_THROWS_AS(table.html(), ShapeError);
  CHECK(HtmlTable{}.html().find("no data") != std::string::npos);
  HtmlTable odd;
  odd.number("x", {std::numeric_limits<double>::infinity(), 1e308, 5e-324}, {.bar = true});
  CHECK(testing::XmlCheck::error(odd.html()) == "");
}
