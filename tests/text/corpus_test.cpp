// SPDX-License-Identifier: MIT
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/text/corpus.hpp>

#include "../support/catch.hpp"
#include "../support/temporary_directory.hpp"

namespace {

using Sentences = std::vector<std::vector<std::string>>;

template <loyal::Corpus C>
Sentences sentences_of(C& corpus) {
  Sentences all;
  std::vector<std::string_view> sentence{"left over"};
  corpus.rewind();
  while (corpus.next(sentence)) all.emplace_back(sentence.begin(), sentence.end());
  CHECK(sentence.empty());
  return all;
}

void write(const std::string& path, const std::string& text) {
  loyal::write_atomically(path, [&](loyal::FileWriter& out) { out.write(text); });
}

}  // namespace

TEST_CASE("A corpus gives the words of each line, as often as it is rewound", "[text]") {
  auto corpus = loyal::corpus_of({"one two\r\n\n  \nthree", "four\n"});
  const Sentences expected{{"one", "two"}, {"three"}, {"four"}};
  CHECK(sentences_of(corpus) == expected);
  CHECK(sentences_of(corpus) == expected);
  auto none = loyal::corpus_of({});
  CHECK(sentences_of(none).empty());
  auto blank = loyal::corpus_of({"", " \n\t\n"});
  CHECK(sentences_of(blank).empty());
}

TEST_CASE("Sentences are cut after max_words", "[text]") {
  std::string line;
  std::vector<std::string> words;
  for (int i = 0; i < 2500; ++i) {
    words.push_back(std::to_string(i));
    line += words.back() + " ";
  }
  auto corpus = loyal::corpus_of({line + "\nlast"});
  const Sentences all = sentences_of(corpus);
  REQUIRE(all.size() == 4);
  CHECK(all[0].size() == 1000);
  CHECK(all[2].size() == 500);
  CHECK(all[2].back() == "2499");
  CHECK(all[3] == std::vector<std::string>{"last"});
  CHECK(sentences_of(corpus) == all);
  CHECK_THROWS_AS(loyal::corpus_of({""}, loyal::WhitespaceTokenizer{}, {.max_words = 0}),
                  loyal::OptionError);
}

TEST_CASE("Random texts give the same words however they are buffered", "[text]") {
  loyal::Rng rng{3};
  const std::vector<std::string> pieces{
      "a", "word", " ", "\n", "\r\n", "\t", "é", "课程", "\xF0\x9F\x98\x80"};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (auto n = rng.below(200); n > 0; --n) text += pieces[rng.below(pieces.size())];
    std::vector<std::string> words;
    std::string word;
    for (const char c : text + " ")
      if (loyal::WhitespaceTokenizer::is_blank(c)) {
        if (!word.empty()) words.push_back(word);
        word.clear();
      } else {
        word += c;
      }
    auto corpus = loyal::corpus_of({text});
    Sentences all = sentences_of(corpus);
    std::vector<std::string> got;
    for (const auto& s : all) got.insert(got.end(), s.begin(), s.end());
    CHECK(got == words);
    // Cut within words, the letters are still all there, and whole.
    auto narrow = loyal::corpus_of({text}, loyal::WhitespaceTokenizer{},
                                   {.bad_utf8 = loyal::BadUtf8::fail, .max_line = 16});
    std::string letters;
    std::string wanted;
    for (const auto& s : sentences_of(narrow))
      for (const auto& w : s) letters += w;
    for (const auto& w : words) wanted += w;
    CHECK(letters == wanted);
  }
}

TEST_CASE("Files, several files and folders are read in order", "[text]") {
  const loyal::testing::TemporaryDirectory folder;
  write(folder / "b.txt", "b1 b2\nb3");
  write(folder / "a.txt",
        "\xEF\xBB\xBF"
        "a1\n");
  write(folder / ".hidden", "no");
  std::filesystem::create_directory(folder / "c");
  write(folder / "c/d.txt", "d1");
  auto one = loyal::read_corpus(folder / "b.txt");
  CHECK(sentences_of(one) == Sentences{{"b1", "b2"}, {"b3"}});
  auto all = loyal::read_corpus(folder.path());
  CHECK(sentences_of(all) == Sentences{{"a1"}, {"b1", "b2"}, {"b3"}, {"d1"}});
  auto two = loyal::read_corpus({folder / "c/d.txt", folder / "a.txt"});
  CHECK(sentences_of(two) == Sentences{{"d1"}, {"a1"}});
  CHECK_THROWS_AS(loyal::read_corpus(folder / "missing"), loyal::FormatError);
  CHECK_THROWS_WITH(loyal::read_corpus(folder / "missing"),
                    ContainsSubstring("missing: cannot open"));
}

TEST_CASE("An endless line costs no more memory than its buffer", "[text]") {
  const loyal::testing::TemporaryDirectory folder;
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += "word ";
  write(folder / "long.txt", text);
  auto corpus =
      loyal::read_corpus(folder / "long.txt", loyal::WhitespaceTokenizer{}, {.max_line = 1000});
  std::size_t words = 0;
  std::vector<std::string_view> sentence;
  while (corpus.next(sentence)) {
    CHECK(sentence.size() <= 200);
    words += sentence.size();
  }
  CHECK(words == 300'000);
  // Without a blank the cut falls between letters; nothing is lost.
  write(folder / "word.txt", std::string(3'000'000, 'x'));
  auto one = loyal::read_corpus(folder / "word.txt");
  std::size_t letters = 0;
  while (one.next(sentence)) {
    REQUIRE(sentence.size() == 1);
    CHECK(sentence[0].size() <= std::size_t{1} << 18);
    letters += sentence[0].size();
  }
  CHECK(letters == 3'000'000);
}

TEST_CASE("A file that shrinks while it is read is an error", "[text]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "shrinks.txt";
  write(path, std::string(3'000'000, 'x'));
  auto corpus = loyal::read_corpus(path);
  std::vector<std::string_view> sentence;
  REQUIRE(corpus.next(sentence));
  std::filesystem::resize_file(path, 100);
  const auto read_on = [&] {
    while (corpus.next(sentence)) {
    }
  };
  CHECK_THROWS_AS(read_on(), loyal::FormatError);
  corpus.rewind();
  CHECK_THROWS_WITH(read_on(),
                    ContainsSubstring("shrinks.txt: the length is 100, expected 3000000"));
}
