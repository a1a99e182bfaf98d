// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <loyal/core/file.hpp>
#include <loyal/core/random.hpp>
#include <loyal/data/csv.hpp>
#include <loyal/data/csv_write.hpp>

#include "../support/catch.hpp"
#include "../support/temporary_directory.hpp"

using namespace loyal;

namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(CsvReader csv) {
  Rows rows;
  while (csv.next()) rows.emplace_back(csv.fields().begin(), csv.fields().end());
  return rows;
}
Rows rows_of(std::string_view text, const CsvOptions& options = {.header = false}) {
  return rows_of(CsvReader::of_text(text, options));
}

/// The message of the first bad row.
std::string problem_of(std::string_view text, const CsvOptions& options = {}) {
  try {
    rows_of(text, options);
  } catch (const DataError& error) {
    return error.what();
  }
  return "no problem";
}

}  // namespace

TEST_CASE("CSV: fields and lines", "[data]") {
  CHECK(rows_of("a,b\nc,d\n") == Rows{{"a", "b"}, {"c", "d"}});
  CHECK(rows_of("a,b\nc,d") == Rows{{"a", "b"}, {"c", "d"}});
  CHECK(rows_of("a,b\r\nc,d\r\n") == Rows{{"a", "b"}, {"c", "d"}});
  CHECK(rows_of("a,b\r\nc,d\r") == Rows{{"a", "b"}, {"c", "d"}});
  CHECK(rows_of("\n\r\na,b\n\nc,d\n\n") == Rows{{"a", "b"}, {"c", "d"}});
  CHECK(rows_of("a,\n,b\n,") == Rows{{"a", ""}, {"", "b"}, {"", ""}});
  CHECK(rows_of(" a , b\n") == Rows{{" a ", " b"}});
  CHECK(rows_of("\xef\xbb\xbf"
                "a,b\n") == Rows{{"a", "b"}});
  CHECK(rows_of("a;b\n", {.delimiter = ';', .header = false}) == Rows{{"a", "b"}});
  CHECK(rows_of("a\tb c\n", {.delimiter = '\t', .header = false}) == Rows{{"a", "b c"}});
  CHECK(rows_of(std::string_view("a\0b,c\n", 6)) == Rows{{std::string("a\0b", 3), "c"}});
  CHECK(rows_of("").empty());
  CHECK(rows_of("\n\n").empty());
}

TEST_CASE("CSV: quotes", "[data]") {
  CHECK(rows_of("\"a,b\",\"c\"\n") == Rows{{"a,b", "c"}});
  CHECK(rows_of("\"say \"\"hi\"\"\",\"\"\"\"\n") == Rows{{"say \"hi\"", "\""}});
  CHECK(rows_of("\"two\nlines\r\n\",x\r\n") == Rows{{"two\nlines\r\n", "x"}});
  CHECK(rows_of("\"\"\n\"\"") == Rows{{""}, {""}});
  CHECK(rows_of("5\" disk,a\"b\n") == Rows{{"5\" disk", "a\"b"}});
  CHECK(rows_of("'a,b',\"c\"\n", {.quote = '\'', .header = false}) == Rows{{"a,b", "\"c\""}});
  CHECK(rows_of("\"a,b\"\n", {.quote = '\0', .header = false}) == Rows{{"\"a", "b\""}});
}

TEST_CASE("CSV: runs of blanks", "[data]") {
  const CsvOptions blanks{.blanks = true, .header = false};
  CHECK(rows_of("  00001 19970101  1   11.77\n 00002\t19970112  1   12.00  \r\n   \n", blanks) ==
        Rows{{"00001", "19970101", "1", "11.77"}, {"00002", "19970112", "1", "12.00"}});
  CHECK(rows_of(" \"a b\"  \"\" c", blanks) == Rows{{"a b", "", "c"}});
}

TEST_CASE("CSV: comments", "[data]") {
  const CsvOptions options{.comment = '#', .header = false};
  CHECK(rows_of("# about, this \" file\na,b#c\n#\n", options) == Rows{{"a", "b#c"}});
  CHECK(rows_of("#a,b\n") == Rows{{"#a", "b"}});
}

TEST_CASE("CSV: columns by name and position", "[data]") {
  const auto csv = CsvReader::of_text("id, total ,\"a,b\",id,1\n");
  CHECK(csv.columns() == std::vector<std::string>{"id", "total", "a,b", "id", "1"});
  CHECK(csv.column("total") == 1);
  CHECK(csv.column("a,b") == 2);
  CHECK(csv.column("1") == 4);  // names come first
  CHECK(csv.column("3") == 3);
  CHECK_THROWS_WITH(csv.column("id"), ContainsSubstring("there twice"));
  CHECK_THROWS_WITH(csv.column("sum"), ContainsSubstring("'sum'") && ContainsSubstring("total"));
  CHECK_THROWS_AS(csv.column("5"), DataError);
  CHECK_THROWS_AS(csv.column("-1"), DataError);
  CHECK_THROWS_AS(csv.column(""), DataError);
  const auto bare = CsvReader::of_text("x,y\n", {.header = false});
  CHECK(bare.columns() == std::vector<std::string>{"0", "1"});
}

TEST_CASE("CSV: an empty file lacks its header", "[data]") {
  for (const char* text : {"", "\n\n", "\xef\xbb\xbf"})
    CHECK_THROWS_WITH(CsvReader::of_text(text), ContainsSubstring("header"));
  CHECK(rows_of("a,b\n", {}).empty());
}

TEST_CASE("CSV: bad rows are named by file and line", "[data]") {
  CHECK(problem_of("a,b\n1,2\n3\n") == "text:3: number of fields is 1, expected 2");
  CHECK(problem_of("a,b\n1,2,3\n") == "text:2: number of fields is 3, expected 2");
  CHECK(problem_of("a,b\n\"1\n\n\",2\n3,\"\n\n") ==
        "text:5: quoted field is not closed, expected a quote at its end");
  CHECK(problem_of("a,b\n1,\"2\"x\n") ==
        "text:2: text after a closing quote is 'x', expected none");
  CHECK(problem_of("a,b\n1,\"") ==
        "text:2: quoted field is not closed, expected a quote at its end");
  CHECK(problem_of("\"a,b\n1,2\n").find("text:1: ") == 0);  // in the header
  CHECK(problem_of("1,2\n3\n", {.header = false}).find("text:2: ") == 0);
}

TEST_CASE("CSV: a bad header is an error even when bad rows are skipped", "[data]") {
  CHECK_THROWS_AS(CsvReader::of_text("\"a\n1\n", {.bad_rows = BadRows::skip}), DataError);
}

TEST_CASE("CSV: skipped rows are counted, and what follows them is read", "[data]") {
  auto csv = CsvReader::of_text("a,b\n1,2\n3\n\"4,4\n5,5\n6,\"6\"6\n7,7\n8,8,8\n9,9",
                                {.bad_rows = BadRows::skip, .keep_problems = 2});
  std::vector<std::string> seen;
  std::vector<std::size_t> lines;
  while (csv.next()) {
    seen.emplace_back(csv[0]);
    lines.push_back(csv.line());
  }
  CHECK(seen == std::vector<std::string>{"1", "5", "7", "9"});
  CHECK(lines == std::vector<std::size_t>{2, 5, 7, 9});
  CHECK(csv.problems().rows == 4);
  REQUIRE(csv.problems().first.size() == 2);
  CHECK(csv.problems().first[0].line == 3);
  CHECK(csv.problems().first[1].line == 4);
  CHECK(csv.fields().empty());
  CHECK_FALSE(csv.next());
}

TEST_CASE("CSV: a file without a header may begin with a bad row", "[data]") {
  auto csv =
      CsvReader::of_text("\"x\"y,1\na,b\nc,d\n", {.header = false, .bad_rows = BadRows::skip});
  CHECK(csv.columns().size() == 2);
  CHECK(csv.next());
  CHECK(csv.line() == 2);
  CHECK(csv.problems().rows == 1);
}

TEST_CASE("CSV: numbers and missing values", "[data]") {
  auto csv = CsvReader::of_text("x\n1.5\n 2 \n-3e2\n+4\nNA\n\" \"\n.5\nnull\n");
  std::vector<double> values;
  while (csv.next()) {
    double value = 0;
    REQUIRE(csv.number(0, value));
    values.push_back(value);
    CHECK(csv.missing(0) == std::isnan(value));
  }
  REQUIRE(values.size() == 8);
  CHECK(values[0] == 1.5);
  CHECK(values[1] == 2);
  CHECK(values[2] == -300);
  CHECK(values[3] == 4);
  CHECK(std::isnan(values[4]));
  CHECK(std::isnan(values[5]));
  CHECK(values[6] == 0.5);
  CHECK(std::isnan(values[7]));

  for (const char* text :
       {"abc", "1x", "1 2", "inf", "-inf", "nan(1)", "1e999", "0x10", "--1", "+-1", "1,5", "+"}) {
    INFO(text);
    double value = 0;
    const std::string file = "x;y\n1;2\n" + std::string(text) + ";2\n";
    auto bad = CsvReader::of_text(file, {.delimiter = ';'});
    REQUIRE(bad.next());
    REQUIRE(bad.next());
    CHECK_THROWS_WITH(bad.number(0, value), ContainsSubstring("text:3: column 'x' is '"));
  }
  auto strict = CsvReader::of_text("x\nNA\n", {.missing = {"?"}});
  double value = 0;
  REQUIRE(strict.next());
  CHECK_THROWS_AS(strict.number(0, value), DataError);
}

TEST_CASE("CSV: long fields are cut in messages", "[data]") {
  const std::string text = "x\n" + std::string(10000, 'y') + "\n";
  auto csv = CsvReader::of_text(text);
  REQUIRE(csv.next());
  try {
    csv.reject(0, "a number");
    FAIL("no error");
  } catch (const DataError& error) {
    CHECK(std::string(error.what()).size() < 150);
  }
}

TEST_CASE("CSV: options that contradict each other", "[data]") {
  for (const CsvOptions& options :
       {CsvOptions{.delimiter = '\n'}, CsvOptions{.delimiter = '\r'}, CsvOptions{.delimiter = '"'},
        CsvOptions{.blanks = true, .quote = ' '}, CsvOptions{.quote = '\n'},
        CsvOptions{.comment = ','}, CsvOptions{.comment = '"'}, CsvOptions{.comment = '\n'}})
    CHECK_THROWS_AS(CsvReader::of_text("a,b\n", options), OptionError);
}

TEST_CASE("CSV: files", "[data]") {
  const testing::TemporaryDirectory folder;
  write_atomically(folder / "test.csv",
                   [](FileWriter& out) { out.write("a,b\n1,\"x\"\"y\"\n3\n"); });
  CsvReader first{folder / "test.csv"};
  CsvReader csv = std::move(first);
  REQUIRE(csv.next());
  CHECK(csv[1] == "x\"y");
  CHECK(csv.copied());
  CHECK_THROWS_WITH(csv.next(), ContainsSubstring("/test.csv:3: "));
  CHECK_THROWS_AS(CsvReader{"there/is/no/such/file.csv"}, FormatError);
  CHECK_THROWS_AS(CsvReader{"."}, FormatError);
  for (const char* text : {"\xff\xfe"
                           "a",
                           "\xfe\xff"
                           "a"})
    CHECK_THROWS_WITH(CsvReader::of_text(text), ContainsSubstring("UTF-16"));
}

TEST_CASE("CSV: random tables of nasty fields come back as they were written", "[data]") {
  Rng rng{7};
  const std::vector<std::string> pieces{",",
                                        "\"",
                                        "\"\"",
                                        "\n",
                                        "\r\n",
                                        "\r",
                                        " ",
                                        "\t",
                                        "a",
                                        "NA",
                                        ";",
                                        "#",
                                        "'",
                                        "\xef\xbb\xbf",
                                        "\xff\xfe",
                                        "\xc3\xa9",
                                        "0",
                                        std::string(1, '\0'),
                                        "long text without any need of quotes"};
  const std::vector<CsvOptions> all{
      {.header = false},
      {.delimiter = ';', .comment = '#', .header = false},
      {.delimiter = '\t', .quote = '\'', .header = false},
      {.blanks = true, .comment = '#', .header = false},
      {.delimiter = '#', .header = false},
  };
  for (int round = 0; round < 1500; ++round) {
    const CsvOptions& options = all[rng.below(all.size())];
    Rows rows(1 + rng.below(6));
    const auto width = 1 + rng.below(4);
    std::string text;
    for (auto& row : rows) {
      std::string line;
      for (std::uint64_t i = 0; i < width; ++i) {
        std::string field;
        for (auto n = rng.below(5); n > 0; --n) field += pieces[rng.below(pieces.size())];
        if (i > 0) line += options.blanks ? ' ' : options.delimiter;
        append_csv_field(line, field, options);
        row.push_back(field);
      }
      text += line + (rng.bernoulli(0.5) ? "\n" : "\r\n");
    }
    if (rng.bernoulli(0.3)) text.pop_back();
    INFO(text);
    REQUIRE(rows_of(text, options) == rows);
  }
}

TEST_CASE("CSV: reading any bytes ends, with rows or an error", "[data]") {
  Rng rng{9};
  const std::string letters = "\"\"\",,\n\n\r a1#\xef\xbb\xbf";
  for (int round = 0; round < 3000; ++round) {
    std::string text(rng.below(60), ' ');
    for (char& c : text) c = letters[rng.below(letters.size())];
    INFO(text);
    auto csv = CsvReader::of_text(
        text, {.blanks = rng.bernoulli(0.2), .header = false, .bad_rows = BadRows::skip});
    std::size_t rows = 0;
    std::size_t line = 0;
    while (csv.next()) {
      ++rows;
      REQUIRE(csv.line() > line);
      line = csv.line();
      REQUIRE(csv.fields().size() == csv.columns().size());
    }
    REQUIRE(rows + csv.problems().rows <= 61);
  }
}
