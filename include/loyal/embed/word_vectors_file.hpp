// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../core/file.hpp"
#include "../core/npy.hpp"
#include "../core/safetensors.hpp"
#include "word_vectors.hpp"

namespace loyal {

/// Saves words, counts and vectors as safetensors, the form that opens fastest and keeps everything.
///
///   vectors   F32, words x dimensions
///   letters   U8, of all words one after the other
///   ends      U64, where each word ends in letters
///   counts    U64
///
/// @throws FormatError if the file cannot be written; an older one then stays.
/// Source: none, our own.
///
///     loyal::Vocabulary words;
///     words.add("course", 70);
///     const loyal::WordVectors vectors(words, loyal::Matrix<float>{{0.1F, -2}});
///     loyal::save_word_vectors("vectors.safetensors", vectors);
///     if (!(loyal::load_word_vectors("vectors.safetensors") == vectors)) return 1;
inline void save_word_vectors(const std::string& path, const WordVectors& vectors) {
  const Vocabulary& words = vectors.vocabulary();
  std::vector<std::uint8_t> letters;
  std::vector<std::uint64_t> ends;
  for (std::int32_t i = 0; i < words.size(); ++i) {
    const auto word = words.word(i);
    letters.insert(letters.end(), word.begin(), word.end());
    ends.push_back(letters.size());
  }
  const auto x = vectors.vectors();
  SafetensorsWriter file;
  file.add("vectors", {x.rows(), x.cols()},
           std::span(x.data(), static_cast<std::size_t>(x.size())));
  file.add("letters", {static_cast<Index>(letters.size())}, letters);
  file.add("ends", {words.size()}, ends);
  file.add("counts", {words.size()}, words.counts());
  file.set_metadata("format", "loyal.WordVectors");
  file.write(path);
}

/// Opens what save_word_vectors() wrote. The vectors stay in the file, which is mapped into memory: only those
/// that are looked at are read, and programs that open the same file share the memory. The file must not be
/// shortened meanwhile; replacing it is fine.
/// @throws FormatError if the file is damaged. The numbers themselves are not looked at.
/// Source: none, our own. Cost: linear in the words, not in the vectors.
[[nodiscard]] inline WordVectors load_word_vectors(const std::string& path) {
  auto file = std::make_shared<const Safetensors>(path);
  const auto& shape = file->info("vectors").shape;
  const auto ends = file->read<std::uint64_t>("ends");
  const auto counts = file->read<std::uint64_t>("counts");
  const auto letters = file->bytes("letters");
  if (shape.size() != 2 || std::cmp_not_equal(shape[0], ends.size()) ||
      counts.size() != ends.size())
    detail::fail<FormatError>(
        path, "the shape of vectors", detail::shape_text(shape),
        detail::concatenate(ends.size(), " rows, as many as ends and counts"));
  if (file->info("vectors").dtype != DType::F32 || file->info("letters").dtype != DType::U8)
    detail::fail<FormatError>(path, "the type of vectors or letters", "another", "F32 and U8");
  const std::string_view text{reinterpret_cast<const char*>(letters.data()), letters.size()};
  Vocabulary words;
  words.reserve(ends.size(), text.size());
  std::uint64_t begin = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (ends[i] < begin || ends[i] > text.size())
      detail::fail<FormatError>(path, detail::concatenate("ends[", i, "]"), ends[i],
                                "rising, within letters");
    if (!words.add(text.substr(begin, ends[i] - begin), counts[i]))
      detail::fail<FormatError>(path, detail::concatenate("word ", i), "there twice", "once");
    begin = ends[i];
  }
  if (begin != text.size()) detail::fail<FormatError>(path, "the last of ends", begin, text.size());
  const std::byte* const start = file->bytes("vectors").data();
  if (reinterpret_cast<std::uintptr_t>(start) % alignof(float) == 0)
    return {std::move(words), reinterpret_cast<const float*>(start), shape[1], std::move(file)};
  Matrix<float> copy(shape[0], shape[1]);  // another program wrote it
  file->read_into<float>("vectors", std::span(copy.data(), static_cast<std::size_t>(copy.size())),
                         shape);
  return {std::move(words), std::move(copy)};
}

/// Writes the vectors as .npy for numpy.load, and the words beside it, one a line in the order of the rows.
/// @throws DataError if a word holds a line end; FormatError if a file cannot be written.
/// Source: none, our own.
///
///     loyal::Vocabulary words;
///     words.add("course");
///     loyal::export_npy("vectors.npy", "words.txt", {words, loyal::Matrix<float>{{0.1F, -2}}});
///     if (loyal::read_npy<loyal::Matrix<float>>("vectors.npy")(0, 1) != -2) return 1;
///     if (loyal::read_text("words.txt") != "course\n") return 2;
inline void export_npy(const std::string& vectors_path, const std::string& words_path,
                       const WordVectors& vectors) {
  const Vocabulary& words = vectors.vocabulary();
  std::string lines;
  for (std::int32_t i = 0; i < words.size(); ++i) {
    const auto word = words.word(i);
    if (word.find('\n') != word.npos)
      detail::fail<DataError>(words_path, detail::concatenate("word ", i), "one with a line end",
                              "one without");
    lines.append(word).append("\n");
  }
  write_npy(vectors_path, Matrix<float>(vectors.vectors()));
  write_atomically(words_path, [&](FileWriter& out) { out.write(lines); });
}

}  // namespace loyal
