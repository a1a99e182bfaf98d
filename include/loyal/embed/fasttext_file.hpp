// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../core/error.hpp"
#include "../core/file.hpp"
#include "../core/types.hpp"
#include "subword_vectors.hpp"

namespace loyal {
namespace detail {

/// Takes numbers and texts from the front of a file, never past its end.
class FastTextReader {
 public:
  FastTextReader(std::span<const std::byte> bytes, const std::string& name)
      : bytes_(bytes), name_(name) {}

  template <class N>
  N number(const char* what) {
    static_assert(std::is_trivially_copyable_v<N>);
    if (bytes_.size() < sizeof(N))
      fail<FormatError>(name_, what, "cut off", concatenate(sizeof(N), " bytes"));
    N value{};
    std::memcpy(&value, bytes_.data(), sizeof(N));
    bytes_ = bytes_.subspan(sizeof(N));
    return value;
  }

  /// Up to the next zero byte.
  std::string_view text(const char* what) {
    const std::string_view all{reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    const std::size_t end = all.find('\0');
    if (end == all.npos) fail<FormatError>(name_, what, "cut off", "a zero byte at its end");
    bytes_ = bytes_.subspan(end + 1);
    return all.substr(0, end);
  }

  [[nodiscard]] std::span<const std::byte> rest() const noexcept { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
  const std::string& name_;
};

inline SubwordVectors parse_fasttext(std::span<const std::byte> bytes, const std::string& name) {
  FastTextReader in(bytes, name);
  constexpr std::int32_t magic = 793712314;
  if (bytes.size() < 8 || in.number<std::int32_t>("the beginning") != magic)
    fail<FormatError>(name, "its beginning", "another", "that of a fastText model");
  const auto version = in.number<std::int32_t>("the version");
  if (version != 12 && version != 11) fail<FormatError>(name, "the version", version, "11 or 12");

  const auto option = [&] { return in.number<std::int32_t>("the options"); };
  const auto dimensions = option();
  for (int i = 0; i < 4; ++i) option();  // window, epochs, least count, negatives
  option();                              // n-grams of words
  option();                              // loss
  const auto model = option();
  const auto buckets = option();
  const auto min_letters = option();
  auto max_letters = option();
  option();                          // rate updates
  in.number<double>("the options");  // threshold of sub-sampling
  constexpr std::int32_t supervised = 3;
  if (version == 11 && model == supervised) max_letters = 0;

  const auto size = in.number<std::int32_t>("the number of entries");
  const auto words = in.number<std::int32_t>("the number of words");
  const auto labels = in.number<std::int32_t>("the number of labels");
  in.number<std::int64_t>("the number of tokens");
  const auto pruned = in.number<std::int64_t>("the number of pruned n-grams");
  if (words < 0 || labels < 0 || std::int64_t{words} + labels != size)
    fail<FormatError>(name, "the number of entries", size, concatenate(words, " + ", labels));
  if (pruned >= 0) fail<FormatError>(name, "the model", "pruned", "one that was not quantized");
  Vocabulary vocabulary;
  for (std::int32_t i = 0; i < size; ++i) {
    const auto word = in.text("a word");
    const auto count = in.number<std::int64_t>("a count");
    in.number<std::int8_t>("the kind of an entry");
    if (i >= words) continue;  // labels stand behind the words
    if (count < 0 || std::cmp_greater(count, ~vocabulary.total()))
      fail<FormatError>(name, concatenate("the count of word ", i), count, ">= 0");
    if (!vocabulary.add(word, static_cast<std::uint64_t>(count)))
      fail<FormatError>(name, concatenate("word ", i), "there twice", "once");
  }

  if (in.number<std::uint8_t>("the kind of matrix") != 0)
    fail<FormatError>(name, "the model", "quantized", "one that was not quantized");
  const auto rows = in.number<std::int64_t>("the number of vectors");
  const auto cols = in.number<std::int64_t>("the number of dimensions");
  if (buckets < 0 ||
      (max_letters > 0 && (buckets == 0 || min_letters < 1 || min_letters > max_letters)) ||
      max_letters < 0)
    fail<FormatError>(name, "the options of n-grams",
                      concatenate(min_letters, ", ", max_letters, ", ", buckets),
                      "lengths and buckets");
  const std::int64_t used = max_letters > 0 ? buckets : 0;
  if (cols != dimensions || cols < 1 || rows < words + used)
    fail<FormatError>(name, "the shape of the vectors", concatenate(rows, " x ", cols),
                      concatenate(words + used, " x ", dimensions));
  const auto rest = in.rest();
  const auto width = static_cast<std::uint64_t>(cols) * sizeof(float);
  if (static_cast<std::uint64_t>(rows) > rest.size() / width)
    fail<FormatError>(name, "the number of bytes left", rest.size(),
                      concatenate("enough for ", rows, " x ", cols, " numbers"));
  // A supervised model keeps n-grams of words in rows of their own, which no word's vector needs.
  Matrix<float> input(words + used, cols);
  if (input.size() > 0)
    std::memcpy(input.data(), rest.data(), static_cast<std::size_t>(input.size()) * sizeof(float));
  if (!input.allFinite()) fail<FormatError>(name, "a vector", "not finite", "finite numbers");
  return {std::move(vocabulary),
          std::move(input),
          {.min_letters = std::max(1, min_letters),
           .max_letters = max_letters,
           .buckets = static_cast<std::uint32_t>(buckets)}};
}

}  // namespace detail

/// Reads a model of fastText (.bin, not quantized): vectors of words and of their character n-grams, which give
/// unknown words vectors too. Only what word vectors need is kept; the output layer is not read.
/// @throws FormatError naming the file if it is damaged, cut off or quantized.
/// Source: fastText 0.9.2, versions 11 and 12 of its format. Cost: that of copying the vectors.
///
///     try {
///       loyal::read_fasttext("no such file.bin");
///       return 1;
///     } catch (const loyal::FormatError&) {
///     }
[[nodiscard]] inline SubwordVectors read_fasttext(const std::string& path) {
  const MappedFile file(path);
  return detail::parse_fasttext(file.bytes(), path);
}

}  // namespace loyal
