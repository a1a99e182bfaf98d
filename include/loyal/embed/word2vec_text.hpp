// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/file.hpp"
#include "../core/parallel.hpp"
#include "../core/types.hpp"
#include "detail/float_text.hpp"
#include "word_vectors.hpp"

namespace loyal {

/// How files of word vectors are read.
struct WordFileOptions {
  Index limit = 0;  ///< vectors read at most, the first ones of the file, >= 0; 0: all
  int threads = 0;  ///< at most; 0: as many as the machine has
};

namespace detail {

/// Words and vectors in the order of a file; of words that are there twice the first is kept, as gensim does.
inline WordVectors unique_words(const std::vector<std::string_view>& words,
                                Matrix<float>&& vectors) {
  std::size_t letters = 0;
  for (const auto word : words) letters += word.size();
  Vocabulary vocabulary;
  vocabulary.reserve(words.size(), letters);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Index row = vocabulary.size();
    if (vocabulary.add(words[i]) && std::cmp_not_equal(row, i))
      vectors.row(row) = vectors.row(static_cast<Index>(i));
  }
  if (vocabulary.size() < vectors.rows())
    vectors.conservativeResize(vocabulary.size(), Eigen::NoChange);
  return {std::move(vocabulary), std::move(vectors)};
}

/// What the text formats cannot hold: an empty word, or one with blanks.
inline void expect_words_without_blanks(const std::string& path, const Vocabulary& words) {
  for (std::int32_t i = 0; i < words.size(); ++i)
    if (const auto w = words.word(i); w.empty() || w.find_first_of(" \t\n\r") != w.npos)
      fail<DataError>(path, concatenate("word ", i), concatenate("'", w, "'"),
                      "letters without blanks");
}

class WordTextParser {
 public:
  WordTextParser(std::string_view text, const std::string& name, const WordFileOptions& options)
      : text_(text), name_(name), options_(options) {
    expect_option("WordFileOptions", "limit", options.limit, options.limit >= 0, ">= 0");
  }

  [[nodiscard]] WordVectors parse() {
    read_header();
    cut();
    Index rows = 0;
    for (Piece& piece : pieces_) {
      piece.row = rows;
      rows += piece.rows;
    }
    if (headed_ && rows != claimed_) {
      if (rows < claimed_ || options_.limit == 0)
        fail<FormatError>(name_, "the number of lines after the first", rows,
                          concatenate(claimed_, " as the first one says"));
    }
    if (options_.limit > 0) rows = std::min(rows, options_.limit);
    // A number takes two bytes or more, so a damaged header cannot make us ask for more than a few times the
    // file's size.
    if (rows > 0 && cols_ > static_cast<Index>(text_.size()) / 2 / rows + 1)
      fail<FormatError>(name_, "the number of dimensions", cols_,
                        "as many as the file has room for");
    vectors_.resize(rows, cols_);
    words_.resize(static_cast<std::size_t>(rows));
    parallel_for(static_cast<Index>(pieces_.size()), {.threads = options_.threads},
                 [&](Index begin, Index end) {
                   for (Index i = begin; i < end; ++i)
                     parse_piece(pieces_[static_cast<std::size_t>(i)]);
                 });
    return unique_words(words_, std::move(vectors_));
  }

 private:
  struct Piece {
    std::string_view text;
    Index row = 0;
    Index rows = 0;
  };

  std::string_view text_;
  const std::string& name_;
  WordFileOptions options_;
  bool headed_ = false;
  Index claimed_ = 0;
  Index cols_ = 0;
  std::vector<Piece> pieces_;
  Matrix<float> vectors_;
  std::vector<std::string_view> words_;

  static bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

  static std::string_view take_line(std::string_view& text) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    while (!line.empty() && (is_blank(line.back()) || line.back() == '\r')) line.remove_suffix(1);
    return line;
  }

  /// Two whole numbers on the first line are a header; anything else is the first vector, of a file without.
  void read_header() {
    std::string_view rest = text_;
    const std::string_view line = take_line(rest);
    if (line.empty())
      fail<FormatError>(name_, "the first line", "empty", "a number of words and of dimensions");
    const char* const end = line.data() + line.size();
    const auto first = std::from_chars(line.data(), end, claimed_);
    if (first.ec == std::errc{} && first.ptr != end && is_blank(*first.ptr)) {
      const auto second = std::from_chars(first.ptr + 1, end, cols_);
      headed_ = second.ec == std::errc{} && second.ptr == end;
    }
    if (headed_) {
      if (claimed_ < 0 || cols_ < 1)
        fail<FormatError>(name_, "the first line", line, "a number of words and of dimensions");
      text_ = rest;
      return;
    }
    cols_ = 0;
    for (std::size_t i = 1; i < line.size(); ++i)
      cols_ += is_blank(line[i - 1]) && !is_blank(line[i]) ? 1 : 0;
    if (cols_ == 0)
      fail<FormatError>(name_, "the first line", line.substr(0, 60), "a word and its numbers");
  }

  /// Pieces of whole lines with their numbers of rows.
  void cut() {
    constexpr std::size_t size = std::size_t{1} << 20;
    for (std::string_view rest = text_; !rest.empty();) {
      const std::size_t end = rest.size() <= size ? rest.npos : rest.find('\n', size);
      pieces_.push_back({rest.substr(0, end == rest.npos ? end : end + 1)});
      rest.remove_prefix(pieces_.back().text.size());
    }
    parallel_for(static_cast<Index>(pieces_.size()), {.threads = options_.threads},
                 [&](Index begin, Index end) {
                   for (Index i = begin; i < end; ++i) {
                     Piece& piece = pieces_[static_cast<std::size_t>(i)];
                     for (std::string_view rest = piece.text; !rest.empty();)
                       piece.rows += take_line(rest).empty() ? 0 : 1;
                   }
                 });
  }

  void parse_piece(const Piece& piece) {
    Index row = piece.row;
    for (std::string_view rest = piece.text; !rest.empty() && row < vectors_.rows();) {
      const std::string_view line = take_line(rest);
      if (line.empty()) continue;
      parse_line(line, row);
      ++row;
    }
  }

  void parse_line(std::string_view line, Index row) {
    std::size_t word = std::min(line.size(), line.find_first_of(" \t"));
    if (!parse_numbers(line.substr(word), row)) {
      // The word may hold blanks, as some of GloVe's do: its end is found from the right.
      word = line.size();
      for (Index i = 0; i < cols_ && word > 0; ++i) {
        while (word > 0 && !is_blank(line[word - 1])) --word;
        if (i + 1 < cols_)
          while (word > 0 && is_blank(line[word - 1])) --word;
      }
      if (word > 0) --word;
      if (word == 0 || ends_in_number(line.substr(0, word)) ||
          !parse_numbers(line.substr(word), row))
        refuse(line, row);
    }
    if (word == 0) refuse(line, row);
    words_[static_cast<std::size_t>(row)] = line.substr(0, word);
  }

  /// Whether the numbers are more than the file says, rather than the word one with blanks.
  static bool ends_in_number(std::string_view word) noexcept {
    const char* at = word.data() + (word.find_last_of(" \t") + 1);  // npos + 1 is 0
    const char* const end = word.data() + word.size();
    float number = 0;
    return read_float(at, end, number) && at == end;
  }

  bool parse_numbers(std::string_view text, Index row) {
    const char* at = text.data();
    const char* const end = at + text.size();
    float* const out = vectors_.data() + row * cols_;
    for (Index i = 0; i < cols_; ++i) {
      if (at == end || !is_blank(*at)) return false;
      while (at != end && is_blank(*at)) ++at;
      if (!read_float(at, end, out[i])) return false;
    }
    return at == end;
  }

  [[noreturn]] void refuse(std::string_view line, Index row) const {
    fail<FormatError>(concatenate(name_, ": vector ", row + 1), "the line",
                      concatenate("'", line.substr(0, 60), line.size() > 60 ? "...'" : "'"),
                      concatenate("a word and ", cols_, " finite numbers"));
  }
};

}  // namespace detail

/// Reads word vectors as text: of word2vec and gensim, fastText's .vec, and GloVe's files without a header.
///
///   71290 100
///   the 0.418 0.24968 ...
///
/// Words stand in the order of the file, which is as a rule that of falling counts; the counts themselves are
/// not in such files and are 0. Of a word that is there twice the first vector is kept. Words may hold blanks, as in
/// GloVe's ". . .", but no number behind one.
/// @throws FormatError naming the file and the number of the vector if it is damaged, cut off, or holds NaN. That
/// digits of the very last number are missing cannot be seen; without a header, neither can missing lines.
/// Source: none, our own. Cost: about ten nanoseconds a number, on each thread.
///
///     loyal::Vocabulary words;
///     words.add("course");
///     loyal::write_word2vec_text("vectors.txt", {words, loyal::Matrix<float>{{0.1F, -2}}});
///     if (loyal::read_text("vectors.txt") != "1 2\ncourse 0.1 -2\n") return 1;
///     if (loyal::read_word2vec_text("vectors.txt")["course"](0) != 0.1F) return 2;
[[nodiscard]] inline WordVectors read_word2vec_text(const std::string& path,
                                                    const WordFileOptions& options = {}) {
  const MappedFile file(path);
  return detail::WordTextParser(file.text(), path, options).parse();
}

/// Writes word vectors as text that word2vec, gensim and fastText read. Numbers are written with as many digits
/// as give the same float again.
/// @throws DataError if a word is empty or holds a blank, or a number is not finite; FormatError if the file
/// cannot be written.
inline void write_word2vec_text(const std::string& path, const WordVectors& vectors) {
  detail::expect_words_without_blanks(path, vectors.vocabulary());
  const auto x = vectors.vectors();
  if (!x.allFinite()) detail::fail<DataError>(path, "a number", "not finite", "finite numbers");
  write_atomically(path, [&](FileWriter& out) {
    std::string lines = detail::concatenate(x.rows(), " ", x.cols(), "\n");
    for (Index i = 0; i < x.rows(); ++i) {
      lines.append(vectors.vocabulary().word(static_cast<std::int32_t>(i)));
      for (Index j = 0; j < x.cols(); ++j) {
        char number[32];
        number[0] = ' ';
        lines.append(number, std::to_chars(number + 1, number + sizeof number, x(i, j)).ptr);
      }
      lines += '\n';
      if (lines.size() > 1 << 18) {
        out.write(lines);
        lines.clear();
      }
    }
    out.write(lines);
  });
}

}  // namespace loyal
