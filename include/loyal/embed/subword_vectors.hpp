// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/types.hpp"
#include "../text/vocabulary.hpp"
#include "word_vectors.hpp"

namespace loyal {

/// The 32-bit hash fastText numbers n-grams with: FNV-1a, in which bytes from 128 on count as negative numbers,
/// as they did by accident in the first version and do ever since.
/// Source: Bojanowski et al., "Enriching Word Vectors with Subword Information", TACL 2017, section 3.2.
///
///     if (loyal::ngram_hash("a") != 0xe40c292cU) return 1;
constexpr std::uint32_t ngram_hash(std::string_view text) noexcept {
  std::uint32_t h = 2166136261U;
  for (const char c : text) {
    const auto byte = static_cast<std::uint32_t>(static_cast<unsigned char>(c));
    h = (h ^ (byte | (byte >= 0x80 ? 0xFFFFFF00U : 0U))) * 16777619U;
  }
  return h;
}

/// Which character n-grams make a word.
struct NgramOptions {
  int min_letters = 3;                ///< code points of the shortest n-gram, >= 1
  int max_letters = 6;                ///< code points of the longest, >= 0; 0: no n-grams
  std::uint32_t buckets = 2'000'000;  ///< n-grams share so many numbers, >= 1 if there are n-grams
};

/// Appends the buckets of a word's n-grams, numbers below options.buckets, in the order of fastText.
///
/// The word is put between '<' and '>', and all runs of min_letters .. max_letters code points are hashed; a
/// single '<' or '>' is left out.
/// Source: as ngram_hash().
///
///     std::vector<std::uint32_t> buckets;
///     loyal::append_ngrams("ab", {.min_letters = 3, .max_letters = 4, .buckets = 1000}, buckets);
///     if (buckets.size() != 3) return 1;  // <ab, <ab>, ab>
inline void append_ngrams(std::string_view word, const NgramOptions& options,
                          std::vector<std::uint32_t>& buckets) {
  if (options.max_letters <= 0) return;
  const std::string text = detail::concatenate("<", word, ">");
  const auto continues = [&](std::size_t i) {
    return (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80;
  };
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    if (continues(begin)) continue;
    std::size_t end = begin;
    for (int n = 1; n <= options.max_letters && end < text.size(); ++n) {
      ++end;
      while (end < text.size() && continues(end)) ++end;
      if (n < options.min_letters || (n == 1 && (begin == 0 || end == text.size()))) continue;
      const std::string_view ngram(text.data() + begin, end - begin);
      buckets.push_back(ngram_hash(ngram) % options.buckets);
    }
  }
}

/// Words whose vectors are means over themselves and their character n-grams, so that words never seen have
/// vectors too: the model of fastText.
///
///   vector(w) = (input[w] + sum over n-grams g of input[words + bucket(g)]) / (1 + number of n-grams)
///
///   input   (words + buckets) x dimensions
///
/// For an unknown word the first term and the 1 are left out; with no known n-gram its vector is zero. The
/// sentence's end "</s>" has no n-grams.
/// @throws ShapeError if input has not as many rows; OptionError for wrong options.
/// Source: as ngram_hash(); the same bits as fastText's.
/// Cost: about 30 rows are added for a word.
///
///     loyal::Vocabulary words;
///     words.add("course");
///     const loyal::NgramOptions ngrams{.min_letters = 3, .max_letters = 3, .buckets = 10};
///     const loyal::SubwordVectors model(words, loyal::Matrix<float>::Ones(11, 4), ngrams);
///     if (model.vector("courses")(0) != 1) return 1;
class SubwordVectors {
 public:
  SubwordVectors() = default;
  SubwordVectors(Vocabulary words, Matrix<float> input, const NgramOptions& ngrams)
      : words_(std::move(words)), input_(std::move(input)), ngrams_(ngrams) {
    const auto& n = ngrams_;
    detail::expect_option("NgramOptions", "min_letters", n.min_letters, n.min_letters >= 1, ">= 1");
    detail::expect_option("NgramOptions", "max_letters", n.max_letters, n.max_letters >= 0, ">= 0");
    detail::expect_option("NgramOptions", "buckets", n.buckets,
                          n.buckets >= 1 || n.max_letters == 0, ">= 1");
    const Index buckets = n.max_letters == 0 ? 0 : static_cast<Index>(n.buckets);
    detail::expect_size("SubwordVectors", "the number of rows", input_.rows(),
                        words_.size() + buckets);
  }

  [[nodiscard]] Index dimensions() const noexcept { return input_.cols(); }
  [[nodiscard]] const Vocabulary& vocabulary() const noexcept { return words_; }
  [[nodiscard]] const NgramOptions& ngrams() const noexcept { return ngrams_; }
  /// Rows of words, then of buckets.
  [[nodiscard]] const Matrix<float>& input() const noexcept { return input_; }

  /// The vector of any word, known or not.
  [[nodiscard]] RowVector<float> vector(std::string_view word) const {
    RowVector<float> sum = RowVector<float>::Zero(dimensions());
    const std::int32_t id = words_.id(word);
    Index terms = 0;
    if (id >= 0) {
      sum += input_.row(id);
      ++terms;
    }
    std::vector<std::uint32_t> buckets;
    if (word != "</s>") append_ngrams(word, ngrams_, buckets);
    for (const auto bucket : buckets) sum += input_.row(words_.size() + static_cast<Index>(bucket));
    terms += static_cast<Index>(buckets.size());
    // As fastText computes it: in double, then rounded.
    if (terms > 0) sum *= static_cast<float>(1.0 / static_cast<double>(terms));
    return sum;
  }

  /// The vectors of all known words, to search among them.
  [[nodiscard]] WordVectors word_vectors(int threads = 0) const {
    Matrix<float> all(words_.size(), dimensions());
    parallel_for(all.rows(), {.threads = threads, .grain = 1024}, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i)
        all.row(i) = vector(words_.word(static_cast<std::int32_t>(i)));
    });
    return {words_, std::move(all)};
  }

 private:
  Vocabulary words_;
  Matrix<float> input_;
  NgramOptions ngrams_{.max_letters = 0};
};

}  // namespace loyal
