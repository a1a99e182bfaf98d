// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "word_vectors.hpp"

namespace loyal {

/// Vectors of texts as weighted means of their words' vectors, less what all texts have in common.
///
///   v_s = 1 / |s| sum over the known words w of s of a / (a + p(w)) v_w,     v_s = v_s - u u^T v_s
///
/// with p(w) the word's share of all words counted and u the first principal direction (without centering) of the
/// texts it is fitted on. A text without known words has the zero vector.
/// @throws OptionError if a <= 0; DataError if the vectors' words have no counts.
/// Source: Arora, Liang & Ma, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings", ICLR 2017, algorithm 1.
/// Cost: a text: its words times dimensions; fit: also texts x dimensions^2.
///
///     loyal::Vocabulary words;
///     words.add("the", 90);
///     words.add("course", 10);
///     const loyal::WordVectors vectors(words, loyal::Matrix<float>{{1, 0}, {0.5F, 1}});
///     loyal::SIF sif(vectors);
///     const std::vector<std::vector<std::string_view>> texts{{"the", "course"}, {"course"}};
///     sif.fit(texts);
///     if (sif.transform(texts).rows() != 2) return 1;
class SIF {
 public:
  struct Options {
    double a = 1e-3;  ///< words rarer than this count fully, > 0; the paper's 1e-3 .. 1e-4
    bool remove_component = true;  ///< whether fit() looks for u
  };
  using Text = std::vector<std::string_view>;

  explicit SIF(const WordVectors& vectors) : SIF(vectors, Options{}) {}
  SIF(WordVectors vectors, const Options& options)
      : vectors_(std::move(vectors)), options_(options) {
    detail::expect_option("SIF", "a", options.a, options.a > 0, "> 0");
    const Vocabulary& words = vectors_.vocabulary();
    if (words.total() == 0)
      detail::fail<DataError>("SIF", "the sum of the words' counts", 0,
                              "> 0; files of vectors hold none");
    for (const auto count : words.counts()) {
      const double p = static_cast<double>(count) / static_cast<double>(words.total());
      weights_.push_back(static_cast<float>(options.a / (options.a + p)));
    }
    common_.setZero(vectors_.dimensions());
  }

  /// Finds the direction all texts have in common.
  /// @throws DataError if no text has a known word.
  SIF& fit(std::span<const Text> texts) {
    if (!options_.remove_component) return *this;
    const Index d = vectors_.dimensions();
    Matrix<double> second = Matrix<double>::Zero(d, d);
    for (const Text& text : texts) {
      const RowVector<double> v = mean(text).cast<double>();
      second.noalias() += v.transpose() * v;
    }
    if (!(second.trace() > 0))
      detail::fail<DataError>("SIF::fit", "the number of texts with known words", 0, "> 0");
    // Squaring brings the first eigenvector out twice as far each time: 2^30 steps of the power method.
    for (int i = 0; i < 30; ++i) {
      second /= second.trace();
      second = Matrix<double>(second * second);
    }
    Index longest = 0;
    second.rowwise().squaredNorm().maxCoeff(&longest);
    common_ = second.row(longest).normalized().template cast<float>();
    return *this;
  }

  /// A text's vector.
  [[nodiscard]] RowVector<float> transform(const Text& text) const {
    RowVector<float> v = mean(text);
    v -= common_ * v.dot(common_);
    return v;
  }
  /// texts -> texts x dimensions
  [[nodiscard]] Matrix<float> transform(std::span<const Text> texts) const {
    Matrix<float> all(static_cast<Index>(texts.size()), vectors_.dimensions());
    for (std::size_t i = 0; i < texts.size(); ++i)
      all.row(static_cast<Index>(i)) = transform(texts[i]);
    return all;
  }

  /// u; zero before fit().
  [[nodiscard]] const RowVector<float>& common() const noexcept { return common_; }

 private:
  WordVectors vectors_;
  Options options_;
  std::vector<float> weights_;
  RowVector<float> common_;

  [[nodiscard]] RowVector<float> mean(const Text& text) const {
    RowVector<float> sum = RowVector<float>::Zero(vectors_.dimensions());
    Index known = 0;
    for (const auto word : text) {
      const auto id = vectors_.vocabulary().id(word);
      if (id < 0) continue;
      sum += weights_[static_cast<std::size_t>(id)] * vectors_.vectors().row(id);
      ++known;
    }
    if (known > 0) sum /= static_cast<float>(known);
    return sum;
  }
};

}  // namespace loyal
