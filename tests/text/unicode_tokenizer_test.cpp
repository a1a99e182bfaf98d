// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <loyal/text/corpus.hpp>
#include <loyal/text/unicode_tokenizer.hpp>

#include "../support/catch.hpp"

namespace {

using Words = std::vector<std::string>;

Words words_of(loyal::UnicodeTokenizer tokenizer, const std::string& line) {
  std::vector<std::string_view> words{"kept"};
  tokenizer(line, words);
  CHECK(words.at(0) == "kept");
  return {words.begin() + 1, words.end()};
}

}  // namespace

TEST_CASE("Words of any script, without case", "[text]") {
  CHECK(words_of({}, "Hello, WORLD! It's 3.5%") == Words{"hello", "world", "it", "s", "3", "5"});
  CHECK(words_of({}, "Der ÜBERMUT; naïve CAFÉ") == Words{"der", "übermut", "naïve", "café"});
  CHECK(words_of({}, "Привет, МИР. ΣΊΣΥΦΟΣ") == Words{"привет", "мир", "σίσυφοσ"});
  CHECK(words_of({}, "学习Python课程123很有趣。") ==
        Words{"学", "习", "python", "课", "程", "123", "很", "有", "趣"});
  CHECK(words_of({}, "").empty());
  CHECK(words_of({}, " ,;\n").empty());
  CHECK(words_of(loyal::UnicodeTokenizer({.fold_case = false}), "Ab É") == Words{"Ab", "É"});
  CHECK(words_of({},
                 "a\xFF"
                 "b") == Words{"a", "b"});
}

TEST_CASE("A segmenter cuts Chinese", "[text]") {
  const auto pairs = [](std::string_view run, std::vector<std::string_view>& words) {
    for (std::size_t i = 0; i < run.size(); i += 6) words.push_back(run.substr(i, 6));
  };
  loyal::UnicodeTokenizer tokenizer({.segmenter = pairs});
  CHECK(words_of(tokenizer, "学习课程, A学习法") == Words{"学习", "课程", "a", "学习", "法"});
  auto corpus = loyal::corpus_of({"学习课程\n第二行"}, tokenizer);
  std::vector<std::string_view> sentence;
  REQUIRE(corpus.next(sentence));
  CHECK(sentence.size() == 2);
  REQUIRE(corpus.next(sentence));
  CHECK(sentence[1] == "行");
}
