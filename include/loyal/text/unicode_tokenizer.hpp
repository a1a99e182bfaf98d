// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/utf8.hpp"
#include "tokenizer.hpp"
#include "unicode.hpp"

namespace loyal {

/// Words of any script: runs of letters, marks and numbers, without case; Chinese by character.
///
/// Everything else separates. A segmenter, a function as Tokenizer describes, gets each run of Chinese characters
/// and appends its words, as views of the run or of memory of its own.
/// Source: none, our own, with the tables of Unicode 14. ICU would be a large dependency for the same letters;
/// the dictionaries it has for Chinese are what a segmenter is for.
/// Cost: a few nanoseconds a byte.
///
///     loyal::UnicodeTokenizer tokenizer;
///     std::vector<std::string_view> words;
///     tokenizer("Élan, 3 课程!", words);
///     if (words != std::vector<std::string_view>{"élan", "3", "课", "程"}) return 1;
class UnicodeTokenizer {
 public:
  struct Options {
    bool fold_case = true;  ///< whether upper-case letters become lower-case ones
    /// Cuts runs of Chinese characters into words; empty: each character is a word.
    std::function<void(std::string_view run, std::vector<std::string_view>& words)> segmenter = {};
  };

  UnicodeTokenizer() = default;
  explicit UnicodeTokenizer(Options options) : options_(std::move(options)) {}

  void operator()(std::string_view line, std::vector<std::string_view>& words) {
    if (options_.fold_case) {
      fold(line);
      line = folded_;
    }
    for (std::size_t i = 0; i < line.size();) {
      const auto step = detail::utf8_step(line, i);
      if (!step.good || !is_word_code(step.code)) {
        i += step.length;
        continue;
      }
      const bool han = is_han_code(step.code);
      std::size_t end = i + step.length;
      while (end < line.size()) {
        const auto next = detail::utf8_step(line, end);
        if (!next.good || !is_word_code(next.code) || is_han_code(next.code) != han) break;
        end += next.length;
      }
      add(line.substr(i, end - i), han, words);
      i = end;
    }
  }

 private:
  Options options_;
  std::string folded_;  // what words are views of

  void fold(std::string_view line) {
    folded_.clear();
    for (const char c : line) {
      if (static_cast<unsigned char>(c) >= 0x80) {
        folded_ = loyal::fold_case(line);
        return;
      }
      folded_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
  }

  void add(std::string_view run, bool han, std::vector<std::string_view>& words) const {
    if (!han) {
      words.push_back(run);
    } else if (options_.segmenter) {
      options_.segmenter(run, words);
    } else {
      for (std::size_t i = 0; i < run.size();) {
        const std::size_t length = detail::utf8_step(run, i).length;
        words.push_back(run.substr(i, length));
        i += length;
      }
    }
  }
};
static_assert(Tokenizer<UnicodeTokenizer>);

}  // namespace loyal
