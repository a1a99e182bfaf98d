// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "line_reader.hpp"
#include "text_source.hpp"
#include "tokenizer.hpp"

namespace loyal {

/// Sentences that can be read several times.
///
///   rewind()        goes back to the beginning
///   next(sentence)  replaces sentence by the words of the next one; false after the last. The words are valid
///                   until the next call.
template <class C>
concept Corpus = requires(C& corpus, std::vector<std::string_view>& sentence) {
  corpus.rewind();
  { corpus.next(sentence) } -> std::same_as<bool>;
};

/// How text is read as sentences.
struct CorpusOptions {
  std::size_t max_words = 1000;  ///< of a sentence, >= 1; longer lines give several sentences
  BadUtf8 bad_utf8 = BadUtf8::replace;          ///< what to do with text that is not UTF-8
  std::size_t max_line = std::size_t{1} << 18;  ///< bytes tokenized at once, >= 16
};

/// The lines of a text, tokenized: a Corpus that holds one line in memory, however long the text is.
///
/// Lines without words are left out. One endless line is read in pieces of max_line bytes, cut at blanks; a word
/// longer than that comes in parts.
/// @throws OptionError for options out of their domains; what LineReader and the tokenizer throw.
/// Source: none, our own; 1,000 words a sentence as in word2vec and fastText. Cost: linear in the text.
///
///     loyal::TextCorpus corpus{loyal::MemoryTexts({"one line\n\nanother line"}), loyal::WhitespaceTokenizer{}};
///     std::vector<std::string_view> sentence;
///     int sentences = 0;
///     while (corpus.next(sentence)) ++sentences;
///     if (sentences != 2) return 1;
template <TextSource Source, Tokenizer Words>
class TextCorpus {
 public:
  TextCorpus(Source source, Words tokenizer, const CorpusOptions& options = {})
      : lines_(std::move(source), {.bad_utf8 = options.bad_utf8, .max_line = options.max_line}),
        tokenizer_(std::move(tokenizer)),
        max_words_(options.max_words) {
    detail::expect_option("CorpusOptions", "max_words", options.max_words, options.max_words >= 1,
                          ">= 1");
  }

  void rewind() {
    lines_.rewind();
    words_.clear();
    given_ = 0;
  }

  bool next(std::vector<std::string_view>& sentence) {
    while (given_ == words_.size()) {
      std::string_view line;
      sentence.clear();
      if (!lines_.next(line)) return false;
      tokenizer_(line, sentence);
      if (sentence.empty()) continue;
      if (sentence.size() <= max_words_) return true;
      words_.swap(sentence);
      given_ = 0;
    }
    const auto first = words_.begin() + static_cast<std::ptrdiff_t>(given_);
    const std::size_t size = std::min(max_words_, words_.size() - given_);
    sentence.assign(first, first + static_cast<std::ptrdiff_t>(size));
    given_ += size;
    return true;
  }

 private:
  LineReader<Source> lines_;
  Words tokenizer_;
  std::size_t max_words_;
  std::vector<std::string_view> words_;  // of a line too long for one sentence
  std::size_t given_ = 0;                // of these
};
static_assert(Corpus<TextCorpus<TextFiles, WhitespaceTokenizer>>);

/// The sentences of files and folders, one a line; see TextCorpus.
///
///     loyal::write_atomically("corpus.txt", [](loyal::FileWriter& out) { out.write("a b\nc\n"); });
///     auto corpus = loyal::read_corpus("corpus.txt");
///     const auto words = loyal::build_vocabulary(corpus, {.min_count = 1});
///     if (words.size() != 3) return 1;
template <Tokenizer Words = WhitespaceTokenizer>
[[nodiscard]] TextCorpus<TextFiles, Words> read_corpus(const std::vector<std::string>& paths,
                                                       Words tokenizer = {},
                                                       const CorpusOptions& options = {}) {
  return {TextFiles(paths), std::move(tokenizer), options};
}
template <Tokenizer Words = WhitespaceTokenizer>
[[nodiscard]] TextCorpus<TextFiles, Words> read_corpus(const std::string& path,
                                                       Words tokenizer = {},
                                                       const CorpusOptions& options = {}) {
  return {TextFiles({path}), std::move(tokenizer), options};
}

/// The sentences of texts in memory, one a line; see TextCorpus.
///
///     auto corpus = loyal::corpus_of({"a text", "another\nof two lines"});
///     std::vector<std::string_view> sentence;
///     if (!corpus.next(sentence) || sentence[1] != "text") return 1;
template <Tokenizer Words = WhitespaceTokenizer>
[[nodiscard]] TextCorpus<MemoryTexts, Words> corpus_of(std::vector<std::string> texts,
                                                       Words tokenizer = {},
                                                       const CorpusOptions& options = {}) {
  return {MemoryTexts(std::move(texts)), std::move(tokenizer), options};
}

}  // namespace loyal
