// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/embed/subword_vectors.hpp>

#include "../support/catch.hpp"

using loyal::Matrix;
using loyal::ngram_hash;

TEST_CASE("N-grams are hashed as fastText does", "[embed]") {
  // Of ASCII it is FNV-1a, whose published test vectors these are.
  CHECK(ngram_hash("") == 0x811c9dc5U);
  CHECK(ngram_hash("a") == 0xe40c292cU);
  CHECK(ngram_hash("foobar") == 0xbf9cf968U);
  // Above, a byte counts as a negative number: (2166136261 ^ 0xFFFFFFC3) * 16777619.
  CHECK(ngram_hash("\xC3") == (2166136261U ^ 0xFFFFFFC3U) * 16777619U);
}

TEST_CASE("A word's n-grams", "[embed]") {
  const auto of = [](const std::string& word, int least, int most) {
    std::vector<std::uint32_t> buckets;
    loyal::append_ngrams(word, {.min_letters = least, .max_letters = most, .buckets = 1U << 31},
                         buckets);
    return buckets;
  };
  const auto hashes = [](std::initializer_list<const char*> texts) {
    std::vector<std::uint32_t> all;
    for (const char* text : texts) all.push_back(ngram_hash(text) % (1U << 31));
    return all;
  };
  CHECK(of("ab", 3, 4) == hashes({"<ab", "<ab>", "ab>"}));
  CHECK(of("課é", 2, 3) == hashes({"<課", "<課é", "課é", "課é>", "é>"}));
  CHECK(of("ab", 1, 1) == hashes({"a", "b"}));
  CHECK(of("", 1, 3) == hashes({"<>"}));
  CHECK(of("ab", 3, 0).empty());
  CHECK(of("ab", 9, 12).empty());
}

TEST_CASE("Vectors of words known and unknown are means of rows", "[embed]") {
  loyal::Rng rng{1};
  loyal::Vocabulary words;
  for (const char* word : {"</s>", "course", "lesson"}) words.add(word);
  const loyal::NgramOptions ngrams{.min_letters = 2, .max_letters = 4, .buckets = 50};
  Matrix<float> input(53, 7);
  for (loyal::Index i = 0; i < input.size(); ++i) input.data()[i] = rng.normal<float>();
  const loyal::SubwordVectors model(words, input, ngrams);
  for (const std::string word : {"course", "courses", "</s>", "未知"}) {
    std::vector<std::uint32_t> buckets;
    if (word != "</s>") loyal::append_ngrams(word, ngrams, buckets);
    loyal::RowVector<double> sum = loyal::RowVector<double>::Zero(7);
    for (const auto bucket : buckets) sum += input.row(3 + bucket).cast<double>();
    double terms = static_cast<double>(buckets.size());
    if (const auto id = words.id(word); id >= 0) {
      sum += input.row(id).cast<double>();
      ++terms;
    }
    for (int i = 0; i < 7; ++i) CHECK(model.vector(word)(i) == Approx(sum(i) / terms).margin(1e-5));
  }
  const auto all = model.word_vectors();
  for (const char* word : {"</s>", "course", "lesson"}) CHECK(all[word] == model.vector(word));
  const loyal::SubwordVectors bare(words, input.topRows(3), {.max_letters = 0});
  CHECK(bare.vector("course") == input.row(1));
  CHECK(bare.vector("unknown").norm() == 0);
  CHECK(loyal::SubwordVectors().vector("x").size() == 0);
  CHECK_THROWS_AS(loyal::SubwordVectors(words, input, {.buckets = 51}), loyal::ShapeError);
  CHECK_THROWS_AS(loyal::SubwordVectors(words, input, {.min_letters = 0}), loyal::OptionError);
  CHECK_THROWS_AS(loyal::SubwordVectors(words, input, {.buckets = 0}), loyal::OptionError);
}
