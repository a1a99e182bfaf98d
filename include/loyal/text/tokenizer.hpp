// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace loyal {

/// Cuts a line of UTF-8 text into words: tokenizer(line, words) appends them to @p words.
///
/// The words may be views of the line or of the tokenizer's own memory; they are used before the tokenizer
/// is called again. Any function will do, so a segmenter for Chinese of another library is two lines:
///
///     const auto pairs = [](std::string_view line, std::vector<std::string_view>& words) {
///       for (std::size_t i = 0; i < line.size(); i += 2) words.push_back(line.substr(i, 2));
///     };
///     auto corpus = loyal::corpus_of({"abcde"}, pairs);
///     std::vector<std::string_view> sentence;
///     if (!corpus.next(sentence) || sentence[2] != "e") return 1;
template <class F>
concept Tokenizer = requires(F& tokenizer, std::string_view line,
                             std::vector<std::string_view>& words) {
  tokenizer(line, words);
};

/// Words are what stands between blanks: space, tab, line ends, form feed and the zero byte.
///
/// These are the blanks of word2vec and fastText, so the words are the same. Letters stay as they are.
/// Source: none, our own. Cost: about a nanosecond a byte.
///
///     std::vector<std::string_view> words;
///     loyal::WhitespaceTokenizer{}(" one\ttwo ", words);
///     if (words.size() != 2 || words[1] != "two") return 1;
struct WhitespaceTokenizer {
  void operator()(std::string_view line, std::vector<std::string_view>& words) const {
    const char* at = line.data();
    const char* const end = at + line.size();
    while (true) {
      while (at != end && is_blank(*at)) ++at;
      if (at == end) return;
      const char* const begin = at;
      while (true) {
        while (end - at >= 8 && !may_hold_blank(at)) at += 8;
        while (at != end && static_cast<unsigned char>(*at) > ' ') ++at;
        if (at == end || is_blank(*at)) break;
        ++at;  // a control character is a letter
      }
      words.emplace_back(begin, static_cast<std::size_t>(at - begin));
    }
  }

  [[nodiscard]] static constexpr bool is_blank(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
  }

 private:
  /// Whether one of eight bytes is ' ' or below; each byte's highest bit is the answer for itself.
  [[nodiscard]] static bool may_hold_blank(const char* bytes) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes, 8);
    return ((eight - ones * 0x21) & ~eight & (ones * 0x80)) != 0;
  }
};
static_assert(Tokenizer<WhitespaceTokenizer>);

}  // namespace loyal
