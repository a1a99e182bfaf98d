// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/text/line_reader.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"

using loyal::BadUtf8;

namespace {

std::vector<std::string> lines_of(const std::vector<std::string>& texts,
                                  const loyal::LineOptions& options = {}) {
  loyal::LineReader lines{loyal::MemoryTexts(texts), options};
  std::vector<std::string> all;
  std::string_view line;
  while (lines.next(line)) {
    CHECK(line.size() <= 3 * options.max_line);
    all.emplace_back(line);
  }
  std::vector<std::string> again;
  lines.rewind();
  while (lines.next(line)) again.emplace_back(line);
  CHECK(again == all);
  return all;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("Lines end in LF, CR LF or with their text", "[text]") {
  CHECK(lines_of({"a\nb\r\n\nc", "d\n", "", "\n"}) == Lines{"a", "b", "", "c", "d", ""});
  CHECK(lines_of({}) == Lines{});
  CHECK(lines_of({"\xEF\xBB\xBFmarked\nx", "\xEF\xBB\xBFtoo", "\xEF\xBB"}) ==
        Lines{"marked", "x", "too", "\uFFFD"});
  CHECK(lines_of({"\xEF\xBB\xBF"}) == Lines{});
}

TEST_CASE("Bad UTF-8 is replaced, skipped or refused", "[text]") {
  const std::string bad = "good\ncaf\xE9 x\n\xF0\x9F\x98 cut\nend";
  // What Python's bytes.decode("utf-8", "replace") gives.
  CHECK(lines_of({bad}) == Lines{"good", "caf\uFFFD x", "\uFFFD cut", "end"});
  CHECK(lines_of({"\xC0\x80\xED\xA0\x80\xF5 \x80"}) ==
        Lines{"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD \uFFFD"});
  CHECK(lines_of({bad}, {.bad_utf8 = BadUtf8::skip}) == Lines{"good", "end"});
  CHECK_THROWS_AS(lines_of({bad}, {.bad_utf8 = BadUtf8::fail}), loyal::FormatError);
  CHECK_THROWS_WITH(lines_of({"ok", bad}, {.bad_utf8 = BadUtf8::fail}),
                    ContainsSubstring("text 1:2: the text is not UTF-8 at byte 4 of the line"));
}

TEST_CASE("Long lines come in pieces, cut at blanks or between code points", "[text]") {
  CHECK(lines_of({"0123456789 abcdefghij\nx"}, {.max_line = 16}) ==
        Lines{"0123456789 ", "abcdefghij", "x"});
  CHECK(lines_of({"0123456789abcdefghij\nx"}, {.max_line = 16}) ==
        Lines{"0123456789abcde", "fghij", "x"});
  CHECK_THROWS_AS(lines_of({"x"}, {.max_line = 15}), loyal::OptionError);
  loyal::Rng rng{1};
  const std::string letters[] = {"a", "é", "课", "\xF0\x9F\x98\x80", " ", "\n"};
  for (int round = 0; round < 500; ++round) {
    std::string text;
    const auto kinds = 1 + rng.below(6);
    for (auto n = rng.below(120); n > 0; --n) text += letters[rng.below(kinds)];
    std::string joined;
    for (const auto& line : lines_of({text}, {.bad_utf8 = BadUtf8::fail, .max_line = 16}))
      joined += line;
    std::erase(text, '\n');
    CHECK(joined == text);
  }
  // The number counts lines, not pieces.
  loyal::LineReader lines{loyal::MemoryTexts({std::string(100, 'x') + "\nlast"}), {.max_line = 16}};
  std::string_view line;
  while (lines.next(line)) {
  }
  CHECK(lines.line() == 2);
}

TEST_CASE("Any bytes are read as valid UTF-8", "[text]") {
  const auto valid = loyal::testing::to_bytes("ascii é 课程 \xF0\x9F\x98\x80\r\nsecond line é\n");
  static_cast<void>(
      loyal::testing::survive_damage(valid, 5000, [](std::span<const std::byte> bytes) {
        const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        for (const auto& line : lines_of({text}, {.max_line = 16}))
          REQUIRE(loyal::detail::is_utf8(line));
      }));
}
