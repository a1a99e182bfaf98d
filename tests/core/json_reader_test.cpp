// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <loyal/core/json_reader.hpp>
#include <loyal/core/random.hpp>

#include "../support/catch.hpp"

#include <nlohmann/json.hpp>

using loyal::FormatError;
using loyal::detail::json_quote;
using loyal::detail::JsonReader;

namespace {

std::string read_string(const std::string& json) {
  JsonReader reader(json, "test");
  std::string value = reader.string();
  reader.end();
  return value;
}
std::int64_t read_integer(const std::string& json) {
  JsonReader reader(json, "test");
  const auto value = reader.integer();
  reader.end();
  return value;
}

}  // namespace

TEST_CASE("Objects, arrays, strings and numbers in their order", "[core][json]") {
  JsonReader json(" {\"a\" : [1, 20,300] ,\n\t\"b\":{}, \"c\":[]}\r\n ", "test");
  std::vector<std::string> keys;
  std::vector<std::int64_t> numbers;
  json.object([&](const std::string& key) {
    keys.push_back(key);
    if (key == "b")
      json.object([](const std::string&) { FAIL("no member"); });
    else
      json.array([&] { numbers.push_back(json.integer()); });
  });
  json.end();
  CHECK((keys == std::vector<std::string>{"a", "b", "c"}));
  CHECK((numbers == std::vector<std::int64_t>{1, 20, 300}));
}

TEST_CASE("Messages say the place, the byte and what was wanted", "[core][json]") {
  CHECK_THROWS_WITH(read_string("  7"), "test: byte 2 is '7', expected a string");
  CHECK_THROWS_WITH(read_string("\"ab"), "test: byte 3 is its end, expected the rest of a string");
  CHECK_THROWS_WITH(read_string("\"a\n\""),
                    "test: byte 2 is the byte 10, expected the rest of a string");
  CHECK_THROWS_WITH(read_integer("5 x"), "test: byte 2 is 'x', expected the end");
}

TEST_CASE("What JSON does not allow is refused", "[core][json]") {
  for (const char* text : {"", "-1", "+1", "01", "00", "1.0", "1e3", "9223372036854775808", "x",
                           "\"1\"", "0x10", "1 2"})
    CHECK_THROWS_AS(read_integer(text), FormatError);
  CHECK(read_integer("0") == 0);
  CHECK(read_integer(" 9223372036854775807 ") == INT64_MAX);

  for (const char* text : {"", "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
                           "\"\\u-123\"", "\"\\ud800\"", "\"\\ud800x\"", "\"\\ud800\\u0041\"",
                           "\"\\udc00\"", "\"\xFF\"", "\"\t\"", "'a'", "a"})
    CHECK_THROWS_AS(read_string(text), FormatError);

  for (const char* text :
       {"{", "{,}", "{\"a\":1,}", "{\"a\" 1}", "{\"a\":1", "{a:1}", "[1]", "{\"a\":1}}"}) {
    JsonReader json(text, "test");
    CHECK_THROWS_AS((json.object([&](const std::string&) { json.integer(); }), json.end()),
                    FormatError);
  }
  for (const char* text : {"[", "[1,]", "[,1]", "[1 2]", "[1", "{}"}) {
    JsonReader json(text, "test");
    CHECK_THROWS_AS(json.array([&] { json.integer(); }), FormatError);
  }
}

TEST_CASE("Strings agree with a general JSON library, both ways", "[core][json]") {
  CHECK(read_string(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u4E2D\ud83d\uDE00")") ==
        "\"\\/\b\f\n\r\tA\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80");
  CHECK_THROWS_AS(read_string(std::string("\"a\0\"", 4)), FormatError);
  loyal::Rng rng(11);
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    // Pieces that are near the borders of what is allowed.
    static const std::vector<std::string> pieces{
        "\"",     "\\",   "\\\\", "\\n", "\\u",          "d83d", "\\ud83d", "\\ude00",
        "00e9",   "\xC3", "\xA9", "a",   "\xE4\xB8\xAD", " ",    "\x1F",    "\xF0\x9F\x98\x80",
        "\\u0000"};
    std::string text = "\"";
    for (auto n = rng.below(6); n > 0; --n)
      text += pieces[static_cast<std::size_t>(rng.below(pieces.size()))];
    text += "\"";
    const auto expected = nlohmann::json::parse(text, nullptr, false);
    std::string got;
    bool accepts = true;
    try {
      got = read_string(text);
    } catch (const FormatError&) {
      accepts = false;
    }
    if (accepts == expected.is_discarded()) FAIL("differs on " << text);
    if (accepts) {
      ++accepted;
      if (got != expected.get<std::string>()) FAIL("value differs on " << text);
      if (nlohmann::json::parse(json_quote(got)).get<std::string>() != got)
        FAIL("quote of " << text);
    }
  }
  CHECK(accepted > 3000);
}
