// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/nearest.hpp"
#include "../text/vocabulary.hpp"
#include "analogy_scan.hpp"

namespace loyal {

/// A word that was found and how similar it is.
struct WordNeighbor {
  std::string word;
  float similarity = 0;  ///< the cosine, in [-1, 1]
};

/// How words are searched.
struct WordSearchOptions {
  Index restrict = 0;  ///< only the first so many words are candidates, >= 0; 0: all
  AnalogyRule rule = AnalogyRule::add;  ///< for analogies
  int threads = 0;                      ///< at most; 0: as many as the machine has
};

/// Words and their vectors, with the questions one asks of them. A value that does not change: copies share
/// the numbers, which may lie in a mapped file, and any number of threads may ask.
///
///   vectors   words x dimensions; row i belongs to word i of the vocabulary
///
/// @throws ShapeError if there are not as many rows as words; DataError for a word that is not there.
/// Source: none, our own; the names are those of gensim's KeyedVectors.
/// Cost: a query is one pass over all vectors at the speed of memory; hundreds of queries at once run at the
/// speed of matrix products.
///
///     loyal::Vocabulary words;
///     for (const char* word : {"king", "queen", "man", "woman"}) words.add(word);
///     const loyal::WordVectors vectors(words, loyal::Matrix<float>{{1, 0, 1}, {1, 1, 1}, {0, 0, 1}, {0, 1, 1}});
///     if (vectors.analogy("man", "king", "woman", 1)[0].word != "queen") return 1;
///     for (const auto& [word, similarity] : vectors.most_similar("king", 2))
///       if (similarity < 0.5F) return 2;
class WordVectors {
 public:
  using View = Eigen::Map<const Matrix<float>>;

  WordVectors() = default;
  WordVectors(Vocabulary words, Matrix<float> vectors)
      : words_(std::move(words)), cols_(vectors.cols()) {
    detail::expect_size("WordVectors", "the number of rows", vectors.rows(), words_.size());
    auto own = std::make_shared<const Matrix<float>>(std::move(vectors));
    data_ = own->data();
    owner_ = std::move(own);
  }
  /// Vectors that lie elsewhere, row by row, and stay there as long as @p owner.
  WordVectors(Vocabulary words, const float* vectors, Index dimensions,
              std::shared_ptr<const void> owner)
      : words_(std::move(words)), owner_(std::move(owner)), data_(vectors), cols_(dimensions) {
    detail::expect_option("WordVectors", "dimensions", dimensions, dimensions >= 0, ">= 0");
  }

  [[nodiscard]] Index size() const noexcept { return words_.size(); }
  [[nodiscard]] Index dimensions() const noexcept { return cols_; }
  [[nodiscard]] const Vocabulary& vocabulary() const noexcept { return words_; }
  /// All vectors, words x dimensions.
  [[nodiscard]] View vectors() const noexcept { return {data_, size(), cols_}; }

  [[nodiscard]] bool contains(std::string_view word) const noexcept { return words_.id(word) >= 0; }
  /// The vector of @p word. @throws DataError when it is unknown.
  [[nodiscard]] Eigen::Map<const RowVector<float>> operator[](std::string_view word) const {
    return {data_ + id_of(word) * cols_, cols_};
  }

  /// The cosine between two words. @throws DataError when one is unknown.
  [[nodiscard]] float similarity(std::string_view a, std::string_view b) const {
    return unit(id_of(a)).dot(unit(id_of(b)));
  }

  /// The k words nearest to @p word, without itself.
  [[nodiscard]] std::vector<WordNeighbor> most_similar(
      std::string_view word, Index k = 10, const WordSearchOptions& options = {}) const {
    const std::array one{std::string(word)};
    return std::move(most_similar(std::span<const std::string>(one), k, options)[0]);
  }

  /// The same for many words at once, much faster than one after the other.
  [[nodiscard]] std::vector<std::vector<WordNeighbor>> most_similar(
      std::span<const std::string> words, Index k = 10,
      const WordSearchOptions& options = {}) const {
    Matrix<float> queries(static_cast<Index>(words.size()), cols_);
    std::vector<Index> own(words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
      own[i] = id_of(words[i]);
      queries.row(static_cast<Index>(i)) = vectors().row(own[i]);
    }
    const auto found = nearest(queries, k + 1, options);
    std::vector<std::vector<WordNeighbor>> all;
    for (std::size_t i = 0; i < words.size(); ++i)
      all.push_back(neighbors(found, static_cast<Index>(i), k, {&own[i], 1}));
    return all;
  }

  /// The k words nearest to a vector. @throws ShapeError if its size is not dimensions().
  [[nodiscard]] std::vector<WordNeighbor> most_similar(
      const RowVector<float>& vector, Index k = 10, const WordSearchOptions& options = {}) const {
    return neighbors(nearest(vector, k, options), 0, k, {});
  }

  /// The k words nearest to the rows of a matrix, as ids and cosines; the form for large batches.
  [[nodiscard]] TopKRows<float> nearest(const ConstMatrixRef<float>& queries, Index k,
                                        const WordSearchOptions& options = {}) const {
    return nearest_rows<float>(candidates(options), queries, {.k = k, .threads = options.threads});
  }

  /// The k words nearest to the sum of the unit vectors of @p positive words less those of @p negative ones,
  /// without all these words.
  [[nodiscard]] std::vector<WordNeighbor> most_similar(
      std::span<const std::string> positive, std::span<const std::string> negative, Index k,
      const WordSearchOptions& options = {}) const {
    RowVector<float> sum = RowVector<float>::Zero(cols_);
    std::vector<Index> given;
    for (const auto& word : positive) sum += unit(given.emplace_back(id_of(word)));
    for (const auto& word : negative) sum -= unit(given.emplace_back(id_of(word)));
    const auto found = nearest(sum, k + static_cast<Index>(given.size()), options);
    return neighbors(found, 0, k, given);
  }

  /// Words x for which "@p a is to @p b as @p c is to x", best first, without the three given ones. The
  /// similarity is the rule's score; see AnalogyRule.
  [[nodiscard]] std::vector<WordNeighbor> analogy(std::string_view a, std::string_view b,
                                                  std::string_view c, Index k = 10,
                                                  const WordSearchOptions& options = {}) const {
    const Analogy question{id_of(a), id_of(b), id_of(c)};
    const auto found = analogies({&question, 1}, k + 3, options);
    return neighbors(found, 0, k, question);
  }

  /// Answers many analogies given by ids, as ids and scores; the given words are among the answers.
  [[nodiscard]] TopKRows<float> analogies(std::span<const Analogy> questions, Index k,
                                          const WordSearchOptions& options = {}) const {
    return analogy_scan(vectors(), questions,
                        {.k = k,
                         .rule = options.rule,
                         .restrict = candidates(options).rows(),
                         .threads = options.threads});
  }

  /// The word that fits least: the one with the smallest cosine to the mean of all the words' unit vectors.
  /// @throws DataError if there is no word or one is unknown.
  [[nodiscard]] std::string doesnt_match(std::span<const std::string> words) const {
    if (words.empty())
      detail::fail<DataError>("WordVectors::doesnt_match", "the number of words", 0, "> 0");
    RowVector<float> sum = RowVector<float>::Zero(cols_);
    for (const auto& word : words) sum += unit(id_of(word));
    std::size_t worst = 0;
    float least = 2;
    const float length = std::max(sum.norm(), 1e-30F);
    for (std::size_t i = 0; i < words.size(); ++i) {
      const float cosine = unit(id_of(words[i])).dot(sum) / length;
      if (cosine < least) {
        least = cosine;
        worst = i;
      }
    }
    return words[worst];
  }

  /// The same words with vectors of length 1; a vector of zeros stays.
  [[nodiscard]] WordVectors normalized() const {
    Matrix<float> units(size(), cols_);
    for (Index i = 0; i < size(); ++i) units.row(i) = unit(i);
    return {words_, std::move(units)};
  }

  /// The same words in the same order, with the same counts and vectors.
  friend bool operator==(const WordVectors& a, const WordVectors& b) {
    return a.words_ == b.words_ && a.cols_ == b.cols_ && a.vectors() == b.vectors();
  }

 private:
  Vocabulary words_;
  std::shared_ptr<const void> owner_;
  const float* data_ = nullptr;
  Index cols_ = 0;

  [[nodiscard]] Index id_of(std::string_view word) const {
    const auto id = words_.id(word);
    if (id < 0)
      detail::fail<DataError>("WordVectors", "the word", detail::concatenate("'", word, "'"),
                              "one of the vocabulary");
    return id;
  }

  [[nodiscard]] RowVector<float> unit(Index id) const {
    RowVector<float> row = vectors().row(id);
    const float length = row.norm();
    if (length > 0) row /= length;
    return row;
  }

  [[nodiscard]] View candidates(const WordSearchOptions& options) const {
    detail::expect_option("WordSearchOptions", "restrict", options.restrict, options.restrict >= 0,
                          ">= 0");
    return {data_, options.restrict == 0 ? size() : std::min(options.restrict, size()), cols_};
  }

  [[nodiscard]] std::vector<WordNeighbor> neighbors(const TopKRows<float>& found, Index row,
                                                    Index k, std::span<const Index> but) const {
    std::vector<WordNeighbor> list;
    for (Index i = 0; i < found.index.cols() && std::cmp_less(list.size(), k); ++i) {
      const Index id = found.index(row, i);
      if (id >= 0 && std::find(but.begin(), but.end(), id) == but.end())
        list.push_back(
            {std::string(words_.word(static_cast<std::int32_t>(id))), found.score(row, i)});
    }
    return list;
  }
};

}  // namespace loyal
