// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/text/corpus.hpp>
#include <loyal/text/vocabulary.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

using loyal::Vocabulary;

TEST_CASE("Vocabulary of a random corpus agrees with std::map", "[text]") {
  loyal::Rng rng{11};
  for (int round = 0; round < 30; ++round) {
    std::map<std::string, std::uint64_t> counts;
    std::vector<std::string> texts;
    for (auto line = rng.below(40); line > 0; --line) {
      std::string text;
      for (auto n = rng.below(60); n > 0; --n) {
        const auto word = "w" + std::to_string(rng.below(1 + rng.below(400)));
        ++counts[word];
        text += word + " ";
      }
      texts.push_back(text);
    }
    std::vector<std::pair<std::string, std::uint64_t>> expected;
    for (const auto& [word, count] : counts)
      if (count >= 2) expected.emplace_back(word, count);
    std::stable_sort(expected.begin(), expected.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    auto corpus = loyal::corpus_of(texts);
    if (expected.empty()) {
      CHECK_THROWS_AS(loyal::build_vocabulary(corpus, {.min_count = 2}), loyal::DataError);
      continue;
    }
    const auto words = loyal::build_vocabulary(corpus, {.min_count = 2});
    REQUIRE(words.size() == static_cast<int>(expected.size()));
    std::uint64_t total = 0;
    for (int i = 0; i < words.size(); ++i) {
      const auto& [word, count] = expected[static_cast<std::size_t>(i)];
      CHECK(words.word(i) == word);
      CHECK(words.count(i) == count);
      CHECK(words.id(word) == i);
      total += count;
    }
    CHECK(words.total() == total);
    for (const auto& [word, count] : counts) CHECK((words.id(word) == -1) == (count < 2));
    const auto few = loyal::build_vocabulary(corpus, {.min_count = 1, .max_size = 3});
    CHECK(few.size() == std::min<int>(3, static_cast<int>(counts.size())));
    CHECK(few.word(0) == words.word(0));
  }
}

TEST_CASE("Words may be anything, the empty one included", "[text]") {
  Vocabulary words;
  const std::string zero(3, '\0');
  CHECK(words.id("") == -1);
  CHECK(words.add("", 2));
  CHECK(words.add(zero, 3));
  CHECK(words.add(zero.substr(1), 4));
  CHECK_FALSE(words.add(zero, 100));
  CHECK(words.total() == 9);
  CHECK(words.id(zero) == 1);
  CHECK(words.word(2) == zero.substr(1));
  CHECK_THROWS_AS(words.word(3), loyal::DataError);
  CHECK_THROWS_AS(words.count(-1), loyal::DataError);
  CHECK_THROWS_AS(words.sorted({.max_size = -1}), loyal::OptionError);
  CHECK(Vocabulary().empty());
  CHECK(Vocabulary().id("x") == -1);
}

TEST_CASE("Merging keeps numbers, adds counts and appends what is new", "[text]") {
  Vocabulary a = Vocabulary::of_counts(std::vector<std::string>{"x", "y", "x"},
                                       std::vector<std::uint64_t>{1, 5, 9}, {.min_count = 1});
  CHECK(a.word(0) == "x");
  CHECK(a.count(0) == 10);
  const Vocabulary b = Vocabulary::of_counts(std::vector<std::string>{"z", "y"},
                                             std::vector<std::uint64_t>{7, 6}, {.min_count = 1});
  a.merge(b);
  CHECK(a.size() == 3);
  CHECK(a.count(a.id("y")) == 11);
  CHECK(a.id("x") == 0);
  CHECK(a.id("z") == 2);
  CHECK(a.total() == 28);
  CHECK_THROWS_AS(Vocabulary::of_counts(std::vector<std::string>{"x"}, {}), loyal::ShapeError);
}

TEST_CASE("Probabilities of keeping a word follow word2vec", "[text]") {
  Vocabulary words;
  words.add("the", 100'000);
  words.add("rare", 1);
  words.add("often", 899'999);
  const auto keep = words.keep_probabilities(1e-3);
  CHECK(keep[0] == Approx((std::sqrt(0.1 / 1e-3) + 1) * 1e-3 / 0.1));
  CHECK(keep[1] == 1.0F);
  CHECK(keep[2] < keep[0]);
  for (const float p : words.keep_probabilities(0)) CHECK(p == 1.0F);
  CHECK_THROWS_AS(words.keep_probabilities(-1), loyal::OptionError);
  CHECK_THROWS_AS(words.keep_probabilities(std::nan("")), loyal::OptionError);
}

TEST_CASE("A vocabulary file that is cut off or damaged is refused, or as good as the rest",
          "[text]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "words.txt";
  const auto load = [&](std::span<const std::byte> bytes) {
    std::FILE* const file = std::fopen(path.c_str(), "wb");  // nothing needs to be durable here
    REQUIRE(file != nullptr);
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
    return Vocabulary::load(path);
  };
  const auto valid = loyal::testing::to_bytes("the 1500\n课程 70\nof 18446744073709550000\nb 12\n");
  const Vocabulary whole = load(valid);
  REQUIRE(whole.size() == 4);
  int accepted = 0;
  for (std::size_t cut = 0; cut < valid.size(); ++cut) {
    try {
      const Vocabulary part = load(std::span(valid).first(cut));
      ++accepted;
      for (std::int32_t i = 0; i < part.size(); ++i) {
        CHECK(part.word(i) == whole.word(i));
        if (i + 1 < part.size()) CHECK(part.count(i) == whole.count(i));
      }
    } catch (const loyal::FormatError& error) {
      CHECK_THAT(std::string(error.what()), ContainsSubstring("words.txt:"));
    }
  }
  // At a line's end, or within a count.
  CHECK(accepted == 1 + 5 + 3 + 21 + 2);
  CHECK(loyal::testing::survive_damage(valid, 2000, [&](std::span<const std::byte> bytes) {
          static_cast<void>(load(bytes));
        }) > 200);
  CHECK_THROWS_WITH(Vocabulary::load(folder / "none"), ContainsSubstring("none: cannot open"));
}

TEST_CASE("The message says how many words there were and how many times one must be there",
          "[text]") {
  const auto refused = [](const std::string& text, const std::string& reason) {
    auto corpus = loyal::corpus_of({text});
    CHECK_THROWS_AS(loyal::build_vocabulary(corpus), loyal::DataError);
    CHECK_THROWS_WITH(loyal::build_vocabulary(corpus), reason);
  };
  refused("",
          "build_vocabulary: the number of words kept is 0 of 0, expected one that is there 5 "
          "times or more");
  refused("a b a\nc",
          "build_vocabulary: the number of words kept is 0 of 3, expected one that is "
          "there 5 times or more");
}

TEST_CASE("A saved vocabulary comes back, a damaged one is refused with its line", "[text]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "words.txt";
  Vocabulary words;
  words.add("课程", 70);
  words.add("b", 12);
  words.add("\xFF", 12);
  words.save(path);
  CHECK(loyal::read_text(path) == "课程 70\nb 12\n\xFF 12\n");
  CHECK(Vocabulary::load(path) == words);
  const auto refused = [&](const std::string& text, const std::string& reason) {
    loyal::write_atomically(path, [&](loyal::FileWriter& out) { out.write(text); });
    CHECK_THROWS_AS(Vocabulary::load(path), loyal::FormatError);
    CHECK_THROWS_WITH(Vocabulary::load(path),
                      ContainsSubstring("words.txt:") && ContainsSubstring(reason));
  };
  refused("a 1\nb\n", ":2: the line is 'b'");
  refused("a 1\nb x\n", ":2: the line");
  refused("a 1\nb -1\n", ":2: the line");
  refused("a 1\n\n", ":2: the line");
  refused(" 1\n", ":1: the line");
  refused("a 1\nb 2\na 3\n", ":3: the word is there twice");
  refused("a 18446744073709551615\nb 2\n", ":2: the count");
  refused("a 18446744073709551616\n", ":1: the line");
  words.add("two words", 1);
  CHECK_THROWS_AS(words.save(path), loyal::DataError);
}
