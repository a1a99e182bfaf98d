// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/file.hpp"
#include "detail/word_table.hpp"

namespace loyal {

/// Which of the counted words a Vocabulary keeps.
struct VocabularyOptions {
  std::uint64_t min_count = 5;  ///< words seen less often are left out, >= 0
  std::int32_t max_size = 0;    ///< words kept at most, the most frequent ones; 0: all
};

/// Words with their counts, numbered from 0; a value.
///
/// Built from a corpus the words stand in order of falling count, equal counts in order of their bytes, so
/// that word 0 is the most frequent one. Read from a file of vectors they stand in the order of the file.
/// Source: none, our own: all letters in one string, found by open addressing.
/// Cost: a lookup is one hash and, as a rule, one comparison; a word takes its letters and 32 to 48 bytes.
///
///     loyal::Vocabulary words;
///     words.add("course", 30);
///     words.add("lesson", 10);
///     if (words.id("lesson") != 1 || words.id("unknown") != -1 || words.total() != 40) return 1;
///     if (words.word(0) != "course" || words.count(0) != 30) return 2;
class Vocabulary {
 public:
  /// The words in order of falling count that @p options let in. Words given twice have their counts added.
  /// @throws OptionError if max_size < 0; ShapeError if there are not as many counts as words.
  [[nodiscard]] static Vocabulary of_counts(std::span<const std::string> words,
                                            std::span<const std::uint64_t> counts,
                                            const VocabularyOptions& options = {}) {
    detail::expect_size("Vocabulary", "counts", counts.size(), words.size());
    Vocabulary all;
    for (std::size_t i = 0; i < words.size(); ++i) all.add_count(words[i], counts[i]);
    return all.sorted(options);
  }

  /// Appends a word with the next number; false, and nothing changes, if it is there already.
  bool add(std::string_view word, std::uint64_t count = 0) {
    const auto before = size();
    if (table_.add(word) < before) return false;
    counts_.push_back(count);
    total_ += count;
    return true;
  }

  /// Adds to a word's count, appends it if it is new, and returns its number.
  std::int32_t add_count(std::string_view word, std::uint64_t count) {
    const std::int32_t id = table_.add(word);
    if (static_cast<std::size_t>(id) == counts_.size()) counts_.push_back(0);
    counts_[static_cast<std::size_t>(id)] += count;
    total_ += count;
    return id;
  }

  /// Counts each of @p words once more. Faster than one after the other, as ids() is.
  void count_words(std::span<const std::string_view> words) {
    std::array<std::int32_t, 256> numbers{};
    for (; !words.empty(); words = words.subspan(std::min(numbers.size(), words.size()))) {
      const auto block = words.first(std::min(numbers.size(), words.size()));
      count_words(block, std::span(numbers).first(block.size()));
    }
  }
  /// The same, and tells the words' numbers. @throws ShapeError unless there is as much room as words.
  void count_words(std::span<const std::string_view> words, std::span<std::int32_t> numbers) {
    detail::expect_size("Vocabulary::count_words", "numbers", numbers.size(), words.size());
    table_.add(words, numbers.data());
    counts_.resize(static_cast<std::size_t>(table_.size()));
    for (const std::int32_t id : numbers) ++counts_[static_cast<std::size_t>(id)];
    total_ += words.size();
  }

  /// Makes room for @p words words of @p letters bytes in all, so that adding them moves nothing.
  void reserve(std::size_t words, std::size_t letters) {
    table_.reserve(words, letters);
    counts_.reserve(words);
  }

  [[nodiscard]] std::int32_t size() const noexcept { return table_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  /// Word @p id; the view lives as long as no word is added. @throws DataError unless 0 <= id < size().
  [[nodiscard]] std::string_view word(std::int32_t id) const {
    check(id);
    return table_.word(id);
  }

  /// The number of @p word, or -1 when it is unknown.
  [[nodiscard]] std::int32_t id(std::string_view word) const noexcept { return table_.find(word); }

  /// id() of many words at once, several times faster for large vocabularies.
  /// @throws ShapeError if there is not as much room as words.
  void ids(std::span<const std::string_view> words, std::span<std::int32_t> numbers) const {
    detail::expect_size("Vocabulary::ids", "numbers", numbers.size(), words.size());
    table_.find(words, numbers.data());
  }

  /// How often word @p id was seen; 0 where nobody counted. @throws DataError unless 0 <= id < size().
  [[nodiscard]] std::uint64_t count(std::int32_t id) const {
    check(id);
    return counts_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const noexcept { return counts_; }

  /// The sum of all counts.
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

  /// The words in order of falling count, without those that @p options leave out.
  /// @throws OptionError if max_size < 0.
  [[nodiscard]] Vocabulary sorted(const VocabularyOptions& options) const {
    detail::expect_option("VocabularyOptions", "max_size", options.max_size, options.max_size >= 0,
                          ">= 0");
    std::vector<std::int32_t> order;
    std::size_t letters = 0;
    for (std::int32_t i = 0; i < size(); ++i)
      if (counts_[static_cast<std::size_t>(i)] >= options.min_count) order.push_back(i);
    std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
      const auto x = counts_[static_cast<std::size_t>(a)];
      const auto y = counts_[static_cast<std::size_t>(b)];
      return x > y || (x == y && table_.word(a) < table_.word(b));
    });
    if (options.max_size > 0 && std::cmp_greater(order.size(), options.max_size))
      order.resize(static_cast<std::size_t>(options.max_size));
    for (const auto i : order) letters += table_.word(i).size();
    Vocabulary kept;
    kept.reserve(order.size(), letters);
    for (const auto i : order) kept.add(table_.word(i), counts_[static_cast<std::size_t>(i)]);
    return kept;
  }

  /// Adds the counts of @p other. Words that are here keep their numbers; new ones follow in the order of
  /// @p other, so vectors that were trained can be kept.
  void merge(const Vocabulary& other) {
    for (std::int32_t i = 0; i < other.size(); ++i)
      add_count(other.table_.word(i), other.counts_[static_cast<std::size_t>(i)]);
  }

  /// The probability with which frequent words are kept in training,
  ///   p = min(1, (sqrt(f / t) + 1) t / f)    with f = count(id) / total()
  /// and @p threshold t, usually 1e-3 .. 1e-5; 1 for all if t = 0.
  /// Source: Mikolov et al., "Distributed Representations of Words and Phrases", 2013, section 2.3, in the
  /// form of their program word2vec.c.
  [[nodiscard]] std::vector<float> keep_probabilities(double threshold) const {
    detail::expect_option("Vocabulary::keep_probabilities", "threshold", threshold, threshold >= 0,
                          ">= 0");
    std::vector<float> keep(counts_.size(), 1.0F);
    if (threshold == 0) return keep;
    for (std::size_t i = 0; i < keep.size(); ++i) {
      const double f = static_cast<double>(counts_[i]) / static_cast<double>(total_);
      if (f > 0)
        keep[i] = static_cast<float>(std::min(1.0, (std::sqrt(f / threshold) + 1) * threshold / f));
    }
    return keep;
  }

  /// Writes lines "word count", as word2vec -save-vocab does; an older file stays if that fails.
  /// @throws DataError if a word holds a blank or line end, or is empty; FormatError if the file cannot be
  /// written.
  void save(const std::string& path) const {
    for (std::int32_t i = 0; i < size(); ++i)
      if (const auto w = table_.word(i);
          w.empty() || w.find_first_of(std::string_view(" \t\n\v\f\r\0", 7)) != w.npos)
        detail::fail<DataError>(path, "word " + std::to_string(i), "'" + std::string(w) + "'",
                                "letters without blanks");
    write_atomically(path, [&](FileWriter& out) {
      std::string lines;
      for (std::int32_t i = 0; i < size(); ++i) {
        lines.append(table_.word(i)).append(" ");
        lines.append(std::to_string(counts_[static_cast<std::size_t>(i)])).append("\n");
        if (lines.size() > 1 << 16) {
          out.write(lines);
          lines.clear();
        }
      }
      out.write(lines);
    });
  }

  /// Reads what save() or word2vec wrote. @throws FormatError naming file and line.
  [[nodiscard]] static Vocabulary load(const std::string& path) {
    const MappedFile file(path);
    Vocabulary words;
    std::string_view text = file.text();
    for (std::size_t line = 1; !text.empty(); ++line) {
      std::string_view row = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), row.size() + 1));
      const std::size_t blank = row.rfind(' ');
      std::uint64_t count = 0;
      const char* const end = row.data() + row.size();
      const char* const digits = blank == row.npos ? end : row.data() + blank + 1;
      const auto [stop, error] = std::from_chars(digits, end, count);
      const std::string place = path + ":" + std::to_string(line);
      if (error != std::errc{} || stop != end || blank == 0)
        detail::fail<FormatError>(place, "the line", "'" + std::string(row.substr(0, 60)) + "'",
                                  "a word, a blank and its count");
      if (count > ~words.total_)
        detail::fail<FormatError>(place, "the count", count, "a sum below 2^64");
      if (!words.add(row.substr(0, blank), count))
        detail::fail<FormatError>(place, "the word", "there twice", "once");
    }
    return words;
  }

  /// The same words with the same numbers and counts.
  friend bool operator==(const Vocabulary&, const Vocabulary&) = default;

 private:
  void check(std::int32_t id) const {
    if (id < 0 || id >= size())
      detail::fail<DataError>("Vocabulary", "id", id, "in [0, " + std::to_string(size()) + ")");
  }

  detail::WordTable table_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t total_ = 0;
};

/// Counts the words of a corpus, from its beginning, and keeps those that @p options let in.
///
/// @p corpus is any Corpus. Memory is that of the distinct words.
/// @throws DataError if no word is left; what the corpus throws.
/// Source: none, our own. Cost: one pass, one hash a word.
///
///     const std::vector<std::string> texts{"a b a", "c a b"};
///     auto corpus = loyal::corpus_of(texts);
///     const auto words = loyal::build_vocabulary(corpus, {.min_count = 2});
///     if (words.size() != 2 || words.count(words.id("a")) != 3) return 1;
template <class Corpus>
[[nodiscard]] Vocabulary build_vocabulary(Corpus& corpus, const VocabularyOptions& options = {}) {
  Vocabulary all;
  std::vector<std::string_view> sentence;
  corpus.rewind();
  while (corpus.next(sentence)) all.count_words(sentence);
  Vocabulary kept = all.sorted(options);
  if (kept.empty())
    detail::fail<DataError>(
        "build_vocabulary", "the number of words kept", detail::concatenate("0 of ", all.size()),
        detail::concatenate("one that is there ", options.min_count, " times or more"));
  return kept;
}

}  // namespace loyal
