// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdlib>
#include <string>

#include <loyal/core/random.hpp>
#include <loyal/embed/word_evaluation.hpp>

#include "../support/catch.hpp"
#include "../support/temporary_directory.hpp"

namespace word_evaluation_tests {

using loyal::Matrix;
using loyal::WordVectors;

WordVectors vectors_of(std::initializer_list<const char*> words, Matrix<float> x) {
  loyal::Vocabulary vocabulary;
  for (const char* word : words) vocabulary.add(word);
  return {vocabulary, std::move(x)};
}

/// A file that holds a text.
struct File {
  loyal::testing::TemporaryDirectory folder{};
  std::string path = folder / "x.txt";
  explicit File(const std::string& text) {
    loyal::write_atomically(path, [&](loyal::FileWriter& out) { out.write(text); });
  }
};

TEST_CASE("Similarity of pairs: ranks, unknown words, case", "[embed]") {
  const auto vectors =
      vectors_of({"a", "B", "c", "b"}, Matrix<float>{{1, 0}, {1, 0.1F}, {0, 1}, {-1, 0}});
  // Cosines: a b .995 (B comes first), a c 0, b c .0995.
  const File file("# comment\nword1,word2,score\na b 9\nA;C;1\nb\tc\t0.5\tmore\nb unknown 3\n\n");
  const auto result = loyal::evaluate_similarity(vectors, file.path);
  CHECK(result.pairs == 4);
  CHECK(result.unknown == 1);
  CHECK(result.spearman == Approx(0.5));
  const double a = 0.1 / std::sqrt(1.01);
  const double b = 1 / std::sqrt(1.01);
  const std::vector<double> cosines{b, 0, a};
  CHECK(result.pearson ==
        Approx(loyal::pearson_correlation(std::vector<double>{9, 1, 0.5}, cosines)));
  const auto wrong =
      loyal::evaluate_similarity(vectors, file.path, {.unknown = loyal::UnknownWords::count_wrong});
  CHECK(wrong.spearman == Approx(loyal::spearman_correlation(std::vector<double>{9, 1, 0.5, 3},
                                                             std::vector<double>{b, 0, a, 0})));
  const auto exact = loyal::evaluate_similarity(vectors, file.path, {.fold_case = false});
  CHECK(exact.unknown == 2);  // A C is unknown, and b is the other one
  CHECK(loyal::evaluate_similarity(vectors, file.path, {.restrict = 2}).unknown == 3);
  CHECK(std::isnan(loyal::evaluate_similarity(vectors, file.path, {.restrict = 2}).spearman));
  const File bad("a b 1\nb c x\n");
  CHECK_THROWS_WITH(loyal::evaluate_similarity(vectors, bad.path), ContainsSubstring("x.txt:2:"));
  CHECK_THROWS_AS(loyal::evaluate_similarity(vectors, bad.path + "?"), loyal::FormatError);
  CHECK(std::isnan(loyal::evaluate_similarity(WordVectors(), file.path).spearman));
}

TEST_CASE("Analogies: sections, unknown words, case, restricted answers", "[embed]") {
  const auto vectors = vectors_of({"king", "queen", "man", "woman", "KING", "Uncle", "aunt"},
                                  Matrix<float>{{1, 0, 1, 0},
                                                {1, 1, 1, 0},
                                                {0, 0, 1, 0},
                                                {0, 1, 1, 0},
                                                {1, 0.9F, 1, 0},
                                                {0, 0, 1, 1},
                                                {0, 1, 1, 1}});
  const File file(
      ": royal\nMan King Woman Queen\nman king woman nobody\n: gram family\nman uncle woman "
      "aunt\nwoman aunt man KING\n");
  const auto result = loyal::evaluate_analogies(vectors, file.path);
  REQUIRE(result.sections.size() == 2);
  CHECK(result.sections[0].name == "royal");
  CHECK(result.sections[0].correct == 1);
  CHECK(result.sections[0].asked == 1);
  CHECK(result.sections[0].unknown == 1);
  CHECK(result.sections[1].name == "gram family");
  CHECK(result.sections[1].correct == 1);
  CHECK(result.sections[1].asked == 2);
  CHECK(result.all.accuracy() == Approx(2.0 / 3));
  const auto wrong =
      loyal::evaluate_analogies(vectors, file.path, {.unknown = loyal::UnknownWords::count_wrong});
  CHECK(wrong.all.asked == 4);
  CHECK(loyal::evaluate_analogies(vectors, file.path, {.fold_case = false}).all.asked == 1);
  CHECK(loyal::evaluate_analogies(vectors, file.path, {.restrict = 4}).all.asked == 1);
  CHECK(loyal::evaluate_analogies(vectors, file.path, {.rule = loyal::AnalogyRule::multiply})
            .all.correct >= 1);
  const File bad(": x\na b c\n");
  CHECK_THROWS_WITH(loyal::evaluate_analogies(vectors, bad.path),
                    ContainsSubstring("x.txt:2: the number of words is 3"));
  CHECK(loyal::evaluate_analogies(WordVectors(), file.path).all.unknown == 4);
}

TEST_CASE("The published files are read to their last line", "[embed]") {
  const char* const data = std::getenv("LOYAL_DATA");
  if (data == nullptr) {
    WARN("LOYAL_DATA is not set: skipped");
    return;
  }
  const std::string folder = std::string(data) + "/english/";
  CHECK(loyal::evaluate_similarity(WordVectors(), folder + "wordsim353.tsv").pairs == 353);
  CHECK(loyal::evaluate_similarity(WordVectors(), folder + "simlex999.txt").pairs == 999);
  const auto analogies = loyal::evaluate_analogies(WordVectors(), folder + "questions-words.txt");
  CHECK(analogies.sections.size() == 14);
  CHECK(analogies.all.unknown == 19544);
}

}  // namespace word_evaluation_tests
