// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/file.hpp"
#include "../core/types.hpp"
#include "word2vec_text.hpp"
#include "word_vectors.hpp"

namespace loyal {
namespace detail {

inline WordVectors parse_word2vec_binary(std::span<const std::byte> bytes, const std::string& name,
                                         const WordFileOptions& options = {}) {
  expect_option("WordFileOptions", "limit", options.limit, options.limit >= 0, ">= 0");
  std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  const std::string_view header = text.substr(0, text.substr(0, 64).find('\n'));
  const char* const end = header.data() + header.size();
  Index rows = 0;
  Index cols = 0;
  const auto first = std::from_chars(header.data(), end, rows);
  bool good = first.ec == std::errc{} && first.ptr != end && *first.ptr == ' ' &&
              header.size() < text.size();
  if (good) {
    auto second = std::from_chars(first.ptr + 1, end, cols);
    while (second.ptr != end && (*second.ptr == ' ' || *second.ptr == '\r')) ++second.ptr;
    good = second.ec == std::errc{} && second.ptr == end && rows >= 0 && cols >= 1;
  }
  if (!good)
    fail<FormatError>(name, "its beginning", "something else",
                      "a line with the numbers of words and dimensions");
  text.remove_prefix(header.size() + 1);
  constexpr std::size_t number = sizeof(float);
  const auto width = static_cast<std::size_t>(cols);
  // A vector takes a letter, a blank and its numbers at least.
  if (width > text.size() / number || std::cmp_greater(rows, text.size() / (width * number + 2)))
    if (rows > 0)
      fail<FormatError>(name, "the length", bytes.size(),
                        concatenate("enough for ", rows, " vectors of ", cols, " numbers"));
  if (options.limit > 0) rows = std::min(rows, options.limit);

  Matrix<float> vectors(rows, cols);
  std::vector<std::string_view> words(static_cast<std::size_t>(rows));
  for (Index i = 0; i < rows; ++i) {
    // Some writers end a vector with a line end, some do not.
    while (text.starts_with('\n')) text.remove_prefix(1);
    constexpr std::size_t longest = 1 << 16;
    const std::size_t blank = text.substr(0, longest).find(' ');
    const std::string place = concatenate(name, ": vector ", i + 1);
    if (blank == text.npos || blank == 0)
      fail<FormatError>(place, "its word",
                        text.empty() ? "missing" : "without letters or without end",
                        "letters and a blank");
    words[static_cast<std::size_t>(i)] = text.substr(0, blank);
    text.remove_prefix(blank + 1);
    if (text.size() < width * number)
      fail<FormatError>(place, "the number of bytes left", text.size(), width * number);
    std::memcpy(vectors.data() + i * cols, text.data(), width * number);
    text.remove_prefix(width * number);
    if (!vectors.row(i).allFinite())
      fail<FormatError>(place, "a number", "not finite", "finite numbers");
  }
  return unique_words(words, std::move(vectors));
}

}  // namespace detail

/// Reads word vectors in the binary form of word2vec, which gensim reads and writes with binary=True.
///
///   "71290 100\n", then for each word: its letters, a blank, its numbers as 32-bit floats, perhaps a line end
///
/// The file is mapped, so it is read once and only as far as options.limit asks. Words as read_word2vec_text().
/// @throws FormatError naming the file and the number of the vector if it is damaged, cut off, or holds NaN.
/// Source: the program word2vec.c of Mikolov et al., 2013. Cost: that of copying the file.
///
///     loyal::Vocabulary words;
///     words.add("course");
///     const loyal::WordVectors vectors(words, loyal::Matrix<float>{{0.1F, -2}});
///     loyal::write_word2vec_binary("vectors.bin", vectors);
///     if (loyal::read_word2vec_binary("vectors.bin").vectors() != vectors.vectors()) return 1;
[[nodiscard]] inline WordVectors read_word2vec_binary(const std::string& path,
                                                      const WordFileOptions& options = {}) {
  const MappedFile file(path);
  return detail::parse_word2vec_binary(file.bytes(), path, options);
}

/// Writes word vectors in the binary form of word2vec.
/// @throws DataError if a word is empty or holds a blank; FormatError if the file cannot be written.
inline void write_word2vec_binary(const std::string& path, const WordVectors& vectors) {
  detail::expect_words_without_blanks(path, vectors.vocabulary());
  const auto x = vectors.vectors();
  write_atomically(path, [&](FileWriter& out) {
    out.write(detail::concatenate(x.rows(), " ", x.cols(), "\n"));
    for (Index i = 0; i < x.rows(); ++i) {
      out.write(vectors.vocabulary().word(static_cast<std::int32_t>(i)));
      out.write(" ");
      out.write(
          std::as_bytes(std::span(x.data() + i * x.cols(), static_cast<std::size_t>(x.cols()))));
      out.write("\n");
    }
  });
}

}  // namespace loyal
