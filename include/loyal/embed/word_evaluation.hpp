// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/file.hpp"
#include "../core/types.hpp"
#include "../math/statistics.hpp"
#include "../text/unicode.hpp"
#include "detail/float_text.hpp"
#include "word_vectors.hpp"

namespace loyal {

/// What becomes of questions with words that have no vector.
enum class UnknownWords {
  skip,         ///< they are left out, as is published for word2vec, GloVe and fastText
  count_wrong,  ///< an analogy is answered wrongly; a pair has similarity 0
};

/// How vectors are judged.
struct WordEvaluationOptions {
  bool fold_case = true;                      ///< whether upper and lower case are the same
  UnknownWords unknown = UnknownWords::skip;  ///< what becomes of questions with unknown words
  Index restrict = 0;  ///< only the first so many words are known and answers, >= 0; 0: all
  AnalogyRule rule = AnalogyRule::add;  ///< what an analogy's answer is
  int threads = 0;                      ///< at most; 0: as many as the machine has
};

/// Agreement with people's judgement of how similar pairs of words are.
struct SimilarityResult {
  double spearman = 0;  ///< correlation of ranks, in [-1, 1]; NaN if fewer than two pairs are known
  double pearson = 0;   ///< correlation of values, the same
  Index pairs = 0;      ///< pairs in the file
  Index unknown = 0;    ///< of these, with a word that has no vector
};

/// Right answers of one section of a file of analogies.
struct AnalogySection {
  std::string name = {};  ///< as the file has it, "capital-common-countries"
  Index correct = 0;      ///< questions answered rightly
  Index asked = 0;        ///< questions that count
  Index unknown = 0;      ///< questions with a word that has no vector
  /// The share of right answers, 0 if none was asked.
  [[nodiscard]] double accuracy() const {
    return asked == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(asked);
  }
};

/// Right answers of a file of analogies.
struct AnalogyResult {
  std::vector<AnalogySection> sections = {};  ///< in the order of the file
  AnalogySection all = {};                    ///< of the whole file
};

namespace detail {

/// Finds the first, most frequent, word of each spelling.
class FoldedWords {
 public:
  FoldedWords(const WordVectors& vectors, const WordEvaluationOptions& options)
      : fold_(options.fold_case) {
    expect_option("WordEvaluationOptions", "restrict", options.restrict, options.restrict >= 0,
                  ">= 0");
    const Index size =
        options.restrict == 0 ? vectors.size() : std::min(options.restrict, vectors.size());
    table_.reserve(static_cast<std::size_t>(size), 0);
    for (Index i = 0; i < size; ++i) {
      number_.push_back(
          table_.add(folded(vectors.vocabulary().word(static_cast<std::int32_t>(i)))));
      if (std::cmp_equal(first_.size(), number_.back())) first_.push_back(i);
    }
  }

  /// The number of a spelling, or -1.
  [[nodiscard]] std::int32_t find(std::string_view word) const { return table_.find(folded(word)); }
  /// The first row spelled so.
  [[nodiscard]] Index row(std::int32_t number) const {
    return first_[static_cast<std::size_t>(number)];
  }
  /// The spelling of a row.
  [[nodiscard]] std::int32_t number(Index row) const {
    return number_[static_cast<std::size_t>(row)];
  }

 private:
  bool fold_;
  WordTable table_;
  std::vector<std::int32_t> number_;
  std::vector<Index> first_;

  [[nodiscard]] std::string folded(std::string_view word) const {
    return fold_ ? loyal::fold_case(word) : std::string(word);
  }
};

/// Calls f(fields, line number) for the lines of a file that hold something and do not begin with '#'.
template <class F>
void for_each_row(const std::string& path, std::string_view separators, const F& f) {
  const MappedFile file(path);
  std::string_view rest = file.text();
  std::vector<std::string_view> fields;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    fields.clear();
    for (std::size_t begin = 0; begin < line.size();) {
      const std::size_t end = std::min(line.size(), line.find_first_of(separators, begin));
      if (end > begin) fields.push_back(line.substr(begin, end - begin));
      begin = end + 1;
    }
    if (!fields.empty() && !fields[0].starts_with('#')) f(fields, number);
  }
}

}  // namespace detail

/// Compares the cosines of pairs of words with people's judgement, as in WordSim-353 and SimLex-999.
///
/// The file's lines hold two words and a number, between blanks, tabs, commas or semicolons; what stands behind
/// is left out, and so are lines that begin with '#' and a first line whose third field is no number.
/// @throws FormatError naming file and line.
/// Source: Finkelstein et al., "Placing Search in Context", 2002; Spearman's correlation as is customary.
///
///     loyal::Vocabulary words;
///     for (const char* word : {"tiger", "cat", "car"}) words.add(word);
///     const loyal::WordVectors vectors(words, loyal::Matrix<float>{{1, 0}, {1, 0.2F}, {-1, 1}});
///     loyal::write_atomically("pairs.tsv", [](loyal::FileWriter& out) {
///       out.write("Tiger\tcat\t7.35\ntiger\tcar\t0.9\ntiger\tzebra\t5\n");
///     });
///     const auto result = loyal::evaluate_similarity(vectors, "pairs.tsv");
///     if (result.spearman != 1 || result.unknown != 1) return 1;
[[nodiscard]] inline SimilarityResult evaluate_similarity(
    const WordVectors& vectors, const std::string& path,
    const WordEvaluationOptions& options = {}) {
  const detail::FoldedWords words(vectors, options);
  std::vector<double> people;
  std::vector<double> ours;
  SimilarityResult result;
  bool first = true;
  detail::for_each_row(path, " \t,;\r", [&](const auto& fields, std::size_t line) {
    float judged = 0;
    bool good = fields.size() >= 3;
    if (good) {
      const char* at = fields[2].data();
      const char* const end = at + fields[2].size();
      good = detail::read_float(at, end, judged) && at == end;
    }
    if (!good && !std::exchange(first, false))
      detail::fail<FormatError>(detail::concatenate(path, ":", line), "the line", "another",
                                "two words and a number");
    first = false;
    if (!good) return;
    ++result.pairs;
    const auto a = words.find(fields[0]);
    const auto b = words.find(fields[1]);
    const bool known = a >= 0 && b >= 0;
    if (!known) ++result.unknown;
    if (!known && options.unknown == UnknownWords::skip) return;
    people.push_back(static_cast<double>(judged));
    const auto word = [&](std::int32_t number) {
      return vectors.vocabulary().word(static_cast<std::int32_t>(words.row(number)));
    };
    ours.push_back(known ? static_cast<double>(vectors.similarity(word(a), word(b))) : 0.0);
  });
  if (people.size() < 2) {
    result.spearman = result.pearson = std::numeric_limits<double>::quiet_NaN();
  } else {
    result.spearman = spearman_correlation(people, ours);
    result.pearson = pearson_correlation(people, ours);
  }
  return result;
}

/// Answers a file of analogies: lines of four words, "Athens Greece Baghdad Iraq", in sections ": name".
///
/// A question is answered rightly if the best of the first options.restrict words, other than the three given,
/// is the fourth. Of words that differ in case only the most frequent one stands for all.
/// @throws FormatError naming file and line.
/// Source: Mikolov et al., "Efficient Estimation of Word Representations in Vector Space", 2013, section 4.1;
/// unknown words are skipped as their program does, which restricts the words to 30,000 where it is not told
/// otherwise.
/// Cost: see analogy_scan().
///
///     loyal::Vocabulary words;
///     for (const char* word : {"king", "queen", "man", "woman"}) words.add(word);
///     const loyal::WordVectors vectors(words, loyal::Matrix<float>{{1, 0, 1}, {1, 1, 1}, {0, 0, 1}, {0, 1, 1}});
///     loyal::write_atomically("analogies.txt", [](loyal::FileWriter& out) {
///       out.write(": family\nMan King Woman Queen\n");
///     });
///     if (loyal::evaluate_analogies(vectors, "analogies.txt").all.accuracy() != 1) return 1;
[[nodiscard]] inline AnalogyResult evaluate_analogies(const WordVectors& vectors,
                                                      const std::string& path,
                                                      const WordEvaluationOptions& options = {}) {
  const detail::FoldedWords words(vectors, options);
  AnalogyResult result;
  result.all.name = "all";
  std::vector<Analogy> questions;
  std::vector<std::int32_t> answers;
  std::vector<std::size_t> section_of;
  detail::for_each_row(path, " \t\r", [&](const auto& fields, std::size_t line) {
    if (fields[0].starts_with(':')) {
      std::string name(fields[0].substr(1));
      for (std::size_t i = 1; i < fields.size(); ++i)
        name.append(name.empty() ? "" : " ").append(fields[i]);
      result.sections.push_back({.name = name});
      return;
    }
    if (fields.size() != 4)
      detail::fail<FormatError>(detail::concatenate(path, ":", line), "the number of words",
                                fields.size(), "4");
    if (result.sections.empty()) result.sections.push_back({.name = "none"});
    std::int32_t numbers[4];
    for (std::size_t i = 0; i < 4; ++i) numbers[i] = words.find(fields[i]);
    AnalogySection& section = result.sections.back();
    if (*std::min_element(numbers, numbers + 4) < 0) {
      ++section.unknown;
      if (options.unknown == UnknownWords::count_wrong) ++section.asked;
      return;
    }
    ++section.asked;
    questions.push_back({words.row(numbers[0]), words.row(numbers[1]), words.row(numbers[2])});
    answers.push_back(numbers[3]);
    section_of.push_back(result.sections.size() - 1);
  });

  // Other spellings of the given words are no answers either, so there must be candidates beyond nine of them.
  const auto found = vectors.analogies(
      questions, 12,
      {.restrict = options.restrict, .rule = options.rule, .threads = options.threads});
  for (std::size_t q = 0; q < questions.size(); ++q)
    for (Index i = 0; i < found.index.cols(); ++i) {
      const Index row = found.index(static_cast<Index>(q), i);
      if (row < 0) break;
      const auto number = words.number(row);
      const auto given = [&](Index r) { return words.number(r) == number; };
      if (std::any_of(questions[q].begin(), questions[q].end(), given)) continue;
      if (number == answers[q]) ++result.sections[section_of[q]].correct;
      break;
    }
  for (const auto& section : result.sections) {
    result.all.correct += section.correct;
    result.all.asked += section.asked;
    result.all.unknown += section.unknown;
  }
  return result;
}

}  // namespace loyal
