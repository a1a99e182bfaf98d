// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/text/phrases.hpp>

#include "../support/catch.hpp"

using loyal::Phrases;
using loyal::PhraseScore;

TEST_CASE("Scores of a random corpus follow their formulas", "[text]") {
  loyal::Rng rng{2};
  std::vector<std::string> texts;
  std::map<std::string, double> ones;
  std::map<std::pair<std::string, std::string>, double> twos;
  double total = 0;
  for (int t = 0; t < 200; ++t) {
    std::string text;
    std::string before;
    for (auto n = rng.below(20); n > 0; --n) {
      const std::string word = "w" + std::to_string(rng.below(1 + rng.below(30)));
      ++ones[word];
      ++total;
      if (!before.empty()) ++twos[{before, word}];
      before = word;
      text += word + " ";
    }
    texts.push_back(text);
  }
  auto corpus = loyal::corpus_of(texts);
  for (const auto score : {PhraseScore::discounted, PhraseScore::pmi, PhraseScore::npmi}) {
    const auto score_of = [&](const auto& pair, double both) {
      const double product = ones[pair.first] * ones[pair.second];
      if (score == PhraseScore::discounted) return (both - 3) * total / product;
      const double pmi = std::log(both * total / product);
      return score == PhraseScore::pmi ? pmi : -pmi / std::log(both / total);
    };
    const double threshold = score == PhraseScore::npmi ? 0.1 : 0.3;
    Phrases phrases{{.min_count = 3, .threshold = threshold, .score = score}};
    phrases.fit(corpus);
    std::size_t expected = 0;
    for (const auto& [pair, both] : twos) {
      const bool good = both >= 3 && ones[pair.first] >= 3 && ones[pair.second] >= 3 &&
                        score_of(pair, both) > threshold;
      CHECK(phrases.contains(pair.first, pair.second) == good);
      expected += good ? 1 : 0;
    }
    REQUIRE(phrases.phrases().size() == expected);
    REQUIRE(expected > 5);
    for (std::size_t i = 0; i < expected; ++i) {
      const auto& phrase = phrases.phrases()[i];
      CHECK(phrase.score == Approx(score_of(std::pair(phrase.first, phrase.second),
                                            twos[{phrase.first, phrase.second}])));
      if (i > 0) CHECK(phrase.score <= phrases.phrases()[i - 1].score);
    }
  }
}

TEST_CASE("Phrases are joined from left to right", "[text]") {
  std::vector<std::string> texts(20, "a b");
  texts.insert(texts.end(), 20, "b c");
  texts.insert(texts.end(), 400, "x");
  texts.push_back("a b c a b a x b c");
  auto corpus = loyal::corpus_of(texts);
  Phrases phrases{{.min_count = 2, .threshold = 1, .delimiter = "~~"}};
  phrases.fit(corpus);
  loyal::PhraseCorpus joined{corpus, phrases};
  static_assert(loyal::Corpus<decltype(joined)>);
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<std::string_view> sentence;
    std::vector<std::string> last;
    joined.rewind();
    while (joined.next(sentence)) last.assign(sentence.begin(), sentence.end());
    CHECK(last == std::vector<std::string>{"a~~b", "c", "a~~b", "a", "x", "b~~c"});
  }
  // Phrases of phrases.
  Phrases longer{{.min_count = 1, .threshold = -1}};
  longer.fit(joined);
  CHECK(longer.contains("a~~b", "c"));
}

TEST_CASE("Wrong options, and corpora without phrases", "[text]") {
  CHECK_THROWS_AS(Phrases({.min_count = 0}), loyal::OptionError);
  CHECK_THROWS_AS(Phrases({.threshold = std::numeric_limits<double>::quiet_NaN()}),
                  loyal::OptionError);
  auto empty = loyal::corpus_of({});
  Phrases phrases;
  CHECK_THROWS_AS(phrases.fit(empty), loyal::DataError);
  CHECK_FALSE(phrases.contains("a", "b"));
  auto same = loyal::corpus_of({"a a"});
  Phrases npmi{{.min_count = 1, .threshold = -2, .score = PhraseScore::npmi}};
  npmi.fit(same);
  CHECK(npmi.contains("a", "a"));
}
