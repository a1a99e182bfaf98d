// SPDX-License-Identifier: MIT
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/embed/cooccurrence.hpp>

#include "../support/catch.hpp"

namespace cooccurrence_tests {

std::string random_text(int sentences, int words, std::uint64_t seed) {
  loyal::Rng rng{seed};
  std::string text;
  for (int i = 0; i < sentences; ++i) {
    const auto length = 1 + rng.below(30);
    for (std::uint64_t j = 0; j < length; ++j) {
      const double u = rng.uniform();
      text += "w" + std::to_string(static_cast<int>(u * u * words)) + " ";
    }
    text += '\n';
  }
  return text;
}

std::map<std::pair<int, int>, double> count_slowly(auto corpus, const loyal::Vocabulary& words,
                                                   int window) {
  std::map<std::pair<int, int>, double> weights;
  std::vector<std::string_view> s;
  while (corpus.next(s))
    for (int i = 0; i < static_cast<int>(s.size()); ++i)
      for (int j = std::max(0, i - window); j < i; ++j) {
        const int a = words.id(s[static_cast<std::size_t>(i)]);
        const int b = words.id(s[static_cast<std::size_t>(j)]);
        if (a >= 0 && b >= 0) weights[std::minmax(a, b)] += 1.0 / (i - j);
      }
  return weights;
}

void check_equal(const loyal::Cooccurrences& pairs,
                 const std::map<std::pair<int, int>, double>& expected) {
  REQUIRE(pairs.cells().size() == expected.size());
  auto at = expected.begin();
  int wrong = 0;
  for (const auto& cell : pairs.cells()) {
    const bool same = std::pair<int, int>(cell.first, cell.second) == at->first &&
                      std::abs(static_cast<double>(cell.weight) - at->second) <= 1e-5 * at->second;
    wrong += same ? 0 : 1;
    ++at;
  }
  CHECK(wrong == 0);
}

TEST_CASE("pairs are counted as by hand, in memory and on disk", "[embed][cooccurrence]") {
  const auto folder = std::filesystem::temp_directory_path() / "loyal-cooccurrence-test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  for (const int window : {1, 5, 40}) {
    // So many words that most pairs are not of the frequent ones.
    auto corpus = loyal::corpus_of({random_text(1000, 3000, 7)});
    const auto words = loyal::build_vocabulary(corpus, {.min_count = 2});
    const auto expected =
        count_slowly(loyal::corpus_of({random_text(1000, 3000, 7)}), words, window);
    const auto whole = loyal::count_cooccurrences(corpus, words, {.window = window});
    CHECK_FALSE(whole.on_disk());
    check_equal(whole, expected);
    {
      const auto spilled = loyal::count_cooccurrences(
          corpus, words,
          {.window = window, .memory = std::size_t{1} << 20, .folder = folder.string()});
      if (window > 1) CHECK(spilled.on_disk());
      check_equal(spilled, expected);
    }
    CHECK(std::filesystem::is_empty(folder));
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("nothing to count, and nowhere to spill to", "[embed][cooccurrence]") {
  auto corpus = loyal::corpus_of({"a\nb\n"});
  const auto words = loyal::build_vocabulary(corpus, {.min_count = 1});
  CHECK(loyal::count_cooccurrences(corpus, words).cells().empty());
  CHECK(loyal::count_cooccurrences(corpus, loyal::Vocabulary{}).cells().empty());
  CHECK_THROWS_AS(loyal::count_cooccurrences(corpus, words, {.window = 0}), loyal::OptionError);
  CHECK_THROWS_AS(loyal::count_cooccurrences(corpus, words, {.memory = 1000}), loyal::OptionError);
  auto large = loyal::corpus_of({random_text(1000, 3000, 7)});
  const auto many = loyal::build_vocabulary(large, {.min_count = 1});
  CHECK_THROWS_AS(loyal::count_cooccurrences(
                      large, many, {.memory = std::size_t{1} << 20, .folder = "/nowhere/at/all"}),
                  loyal::FormatError);
}

}  // namespace cooccurrence_tests
