// SPDX-License-Identifier: MIT
#include <cwctype>
#include <string>

#include <loyal/text/unicode.hpp>

#include "../support/catch.hpp"

using loyal::fold_case;
using loyal::is_word_code;

TEST_CASE("Letters, marks and numbers of many scripts", "[text]") {
  for (const char32_t code : U"azAZ09éÜßøЖяΩαאعअคགあアー한课程々〇𠀀²½Ⅷ٣\u0301")
    if (code != 0) CHECK(is_word_code(code));
  for (const char32_t code : U" .,-_'’“”。，！？、《》…—€$+<=>|~^\u00A0\u3000\u200B\uFFFD😀")
    CHECK_FALSE(is_word_code(code));
  CHECK_FALSE(is_word_code(0));
  CHECK_FALSE(is_word_code(0x10FFFF));
  CHECK_FALSE(is_word_code(0xFFFFFFFF));
  CHECK_FALSE(is_word_code(0x2F));
  CHECK_FALSE(is_word_code(0x3A));
  CHECK_FALSE(is_word_code(0x40));
  CHECK_FALSE(is_word_code(0x7B));
}

TEST_CASE("Chinese characters", "[text]") {
  for (const char32_t code : U"课程一龥㐀𠀀々〇") CHECK((code == 0 || loyal::is_han_code(code)));
  for (const char32_t code : U"aéあア한。") CHECK_FALSE(loyal::is_han_code(code));
}

TEST_CASE("Case is folded as Unicode says", "[text]") {
  // Of CaseFolding.txt, status C and S.
  const std::pair<char32_t, char32_t> pairs[] = {
      {U'A', U'a'}, {U'Z', U'z'}, {U'À', U'à'}, {U'Þ', U'þ'}, {U'Ā', U'ā'},
      {U'Ŀ', U'ŀ'}, {U'Ž', U'ž'}, {U'Ÿ', U'ÿ'}, {U'Σ', U'σ'}, {U'ς', U'σ'},
      {U'Ж', U'ж'}, {U'Ё', U'ё'}, {U'Ա', U'ա'}, {U'Ⅷ', U'ⅷ'}, {U'Ａ', U'ａ'},
      {U'𐐀', U'𐐨'}, {U'µ', U'μ'}, {U'ſ', U's'}, {U'Ⴀ', U'ⴀ'}, {U'K', U'k'}};
  for (const auto& [upper, lower] : pairs) {
    CHECK(fold_case(upper) == lower);
    CHECK(fold_case(lower) == lower);
  }
  for (const char32_t code : U"aé×÷ßαж课0₿İ") CHECK(fold_case(code) == code);
  for (std::uint32_t code = 0; code < 0x110000; ++code) {
    const auto folded = fold_case(code);
    REQUIRE(fold_case(folded) == folded);
    if (folded != code) REQUIRE(is_word_code(code) == is_word_code(folded));
  }
  CHECK(fold_case(std::string_view("ÉCOLE \xFF Course 课")) == "école \xFF course 课");
  CHECK(fold_case(std::string_view()).empty());
}
