// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/text/corpus.hpp>
#include <loyal/text/tokenizer.hpp>

#include "../support/catch.hpp"

TEST_CASE("Blanks are those of word2vec and fastText", "[text]") {
  for (int c = 0; c < 256; ++c) {
    const bool expected =
        c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\v' || c == '\f' || c == 0;
    CHECK(loyal::WhitespaceTokenizer::is_blank(static_cast<char>(c)) == expected);
  }
}

TEST_CASE("Words between blanks, of any bytes, agree with a plain loop", "[text]") {
  loyal::Rng rng{1};
  for (int round = 0; round < 2000; ++round) {
    std::string line;
    const auto letters = 1 + rng.below(300);
    for (auto n = rng.below(40); n > 0; --n) {
      const auto byte = rng.below(letters);
      line += byte < 256 ? static_cast<char>(byte) : ' ';
    }
    std::vector<std::string> expected{"kept"};
    bool inside = false;
    for (const char c : line) {
      const bool blank = loyal::WhitespaceTokenizer::is_blank(c);
      if (!blank && !inside) expected.emplace_back();
      if (!blank) expected.back() += c;
      inside = !blank;
    }
    const std::vector<char> exact(line.begin(), line.end());
    std::vector<std::string_view> words{"kept"};
    loyal::WhitespaceTokenizer{}({exact.data(), exact.size()}, words);
    CHECK(std::vector<std::string>(words.begin(), words.end()) == expected);
  }
}

TEST_CASE("Any function is a tokenizer", "[text]") {
  static_assert(!loyal::Tokenizer<int>);
  const auto letters = [](std::string_view line, std::vector<std::string_view>& words) {
    for (std::size_t i = 0; i < line.size(); ++i) words.push_back(line.substr(i, 1));
  };
  auto corpus = loyal::corpus_of({"abc"}, letters);
  std::vector<std::string_view> sentence;
  REQUIRE(corpus.next(sentence));
  CHECK(sentence == std::vector<std::string_view>{"a", "b", "c"});
}
