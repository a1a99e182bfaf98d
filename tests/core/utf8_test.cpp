// SPDX-License-Identifier: MIT
#include <cstdint>
#include <string>

#include <loyal/core/utf8.hpp>

#include "../support/catch.hpp"

using loyal::detail::append_utf8;
using loyal::detail::is_utf8;

TEST_CASE("Every code point is written as valid UTF-8, surrogates as none", "[core][utf8]") {
  for (std::uint32_t code = 0; code <= 0x10FFFF; ++code) {
    std::string text;
    append_utf8(text, code);
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    const std::size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (is_utf8(text) == surrogate || text.size() != length) FAIL("code point " << code);
    if (text.size() > 1 && is_utf8(text.substr(0, text.size() - 1)))
      FAIL("cut code point " << code);
  }
  std::string text;
  for (const std::uint32_t code : {0x41U, 0xE9U, 0x4E2DU, 0x1F600U}) append_utf8(text, code);
  CHECK(text == "A\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80");
}

TEST_CASE("What is no UTF-8", "[core][utf8]") {
  // Overlong forms, above U+10FFFF, lone continuation, unfinished, the bytes FE and FF.
  for (const char* text :
       {"\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\x80", "a\xBF", "\xC3", "\xE4\xB8", "\xF0\x9F\x98",
        "\xC3(", "\xE4\xB8(", "\xFE", "\xFF", "\xED\xA0\x80"})
    CHECK_FALSE(is_utf8(text));
  CHECK(is_utf8(""));
  CHECK(is_utf8(std::string("a\0b", 3)));
}
