// SPDX-License-Identifier: MIT
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/embed/word2vec_text.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

namespace word2vec_text_tests {

using loyal::Index;
using loyal::Matrix;
using loyal::WordVectors;

WordVectors parse(const std::string& text, const loyal::WordFileOptions& options = {}) {
  const std::vector<char> exact(text.begin(), text.end());
  const std::string name = "x.vec";
  return loyal::detail::WordTextParser({exact.data(), exact.size()}, name, options).parse();
}

WordVectors random_vectors(Index n, Index d) {
  loyal::Rng rng{3};
  loyal::Vocabulary words;
  Matrix<float> x(n, d);
  for (Index i = 0; i < n; ++i) words.add("词" + std::to_string(i));
  for (Index i = 0; i < x.size(); ++i) {
    // All exponents and all digits.
    do {
      const auto bits = static_cast<std::uint32_t>(rng());
      std::memcpy(x.data() + i, &bits, 4);
    } while (!std::isfinite(x.data()[i]));
  }
  return {words, x};
}

TEST_CASE("Numbers are read as std::from_chars and strtof read them", "[embed]") {
  loyal::Rng rng{1};
  const auto check = [](const std::string& text) {
    INFO(text);
    const std::vector<char> exact(text.begin(), text.end());
    const char* at = exact.data();
    float value = 7;
    REQUIRE(loyal::detail::read_float(at, exact.data() + exact.size(), value));
    CHECK(at == exact.data() + exact.size());
    const float expected = std::strtof(text.c_str(), nullptr);
    CHECK(std::memcmp(&value, &expected, 4) == 0);
  };
  for (const char* text : {"0",
                           "-0",
                           "0.0",
                           "-0.000",
                           "1",
                           "16777215",
                           "16777216",
                           "16777217",
                           "1.",
                           ".5",
                           "-.25",
                           "+3",
                           "1e5",
                           "1E-5",
                           "-1.5e+3",
                           "0.1234567",
                           "0.12345678901234567890",
                           "1e-45",
                           "1e-60",
                           "340282346638528859811704183484516925440",
                           "33554433",
                           "0.00000000001",
                           "123456.789",
                           "1e38"})
    check(text);
  for (int i = 0; i < 200'000; ++i) {
    std::string text = rng.below(2) == 0 ? "-" : "";
    for (auto n = rng.below(9); n > 0; --n) text += static_cast<char>('0' + rng.below(10));
    text += '.';
    for (auto n = 1 + rng.below(9); n > 0; --n) text += static_cast<char>('0' + rng.below(10));
    check(text);
  }
  for (const std::string text :
       {"", "-", "+", ".", "-.", "e5", "nan", "inf", "-inf", "1e40", "--1", "+-1", "x"}) {
    INFO(text);
    const char* at = text.data();
    float value = 0;
    CHECK_FALSE(loyal::detail::read_float(at, text.data() + text.size(), value));
  }
}

TEST_CASE("Vectors written as text come back bit for bit", "[embed]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "x.vec";
  const auto vectors = random_vectors(700, 17);
  loyal::write_word2vec_text(path, vectors);
  const auto back = loyal::read_word2vec_text(path);
  CHECK(back == vectors);
  for (const int threads : {1, 3})
    CHECK(loyal::read_word2vec_text(path, {.threads = threads}) == vectors);
  const auto few = loyal::read_word2vec_text(path, {.limit = 9});
  CHECK(few.size() == 9);
  CHECK(few.vectors() == vectors.vectors().topRows(9));
  const WordVectors none(loyal::Vocabulary(), Matrix<float>(0, 5));
  loyal::write_word2vec_text(path, none);
  CHECK(loyal::read_word2vec_text(path).dimensions() == 5);
}

TEST_CASE("Text of word2vec, fastText and GloVe is understood", "[embed]") {
  const auto a = parse(
      "2 3\nthe 0.1 0.2 -3 \nof 1e-2 5 6 \n");  // blanks at the end, as word2vec and fastText write
  CHECK(a.size() == 2);
  CHECK(a["of"](0) == 0.01F);
  const auto b =
      parse("the 0.1 0.2\r\n. . 0.3 0.4\r\n\r\nat name@domain.com 0.5 0.6\r\n");  // GloVe
  CHECK(b.size() == 3);
  CHECK(b.dimensions() == 2);
  CHECK(b[". ."](1) == 0.4F);
  CHECK(b["at name@domain.com"](0) == 0.5F);
  const auto twice = parse("3 1\na 1\nb 2\na 3\n");
  CHECK(twice.size() == 2);
  CHECK(twice["a"](0) == 1);
  CHECK(twice["b"](0) == 2);
  CHECK(parse("5 5 5\n")["5"](1) == 5);  // three numbers are no header
  const auto word_of_digits = parse("1 2\n7 1 2");
  CHECK(word_of_digits["7"](1) == 2);
}

TEST_CASE("Damaged text is refused with its place", "[embed]") {
  const auto refused = [](const std::string& text, const std::string& reason) {
    INFO(text);
    CHECK_THROWS_AS(parse(text), loyal::FormatError);
    CHECK_THROWS_WITH(parse(text), ContainsSubstring("x.vec") && ContainsSubstring(reason));
  };
  refused("", "the first line");
  refused("\n", "the first line");
  refused("word\n", "the first line");
  refused("2 3\na 1 2 3\n", "lines after the first is 1, expected 2");
  refused("1 3\na 1 2 3\nb 1 2 3\n", "lines after the first is 2");
  refused("2 3\na 1 2 3\nb 1 2\n", "vector 2: the line is 'b 1 2'");
  refused("2 3\na 1 2 3\nb 1 2 x\n", "vector 2");
  refused("1 3\na 1 2 nan\n", "3 finite numbers");
  refused("1 2\na 1 inf\n", "finite");
  refused("1 2\n 1 2\n", "vector 1");
  refused("1 99999999999\na 1\n", "the number of dimensions");
  refused("2 2\na 1 2\nb 1 2 3\n", "vector 2: the line is 'b 1 2 3', expected a word and 2 finite");
  refused("a 1 2\nb 1 2\nc 1 2 3\n",
          "vector 3: the line is 'c 1 2 3', expected a word and 2 finite");
  refused("-1 2\n", "the first line");
  refused("1 0\na\n", "the first line");
  CHECK_THROWS_AS(parse("1 1\na 1\n", {.limit = -1}), loyal::OptionError);
  const std::string valid = "3 4\nthe 0.125 2.5 -3 1e-3\n. . 4 5 6 7\nof 1 2 3 4\n";
  CHECK(loyal::testing::survive_damage(
            loyal::testing::to_bytes(valid), 20'000, [](std::span<const std::byte> bytes) {
              static_cast<void>(parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
            }) > 40);
}

/// Whether b could be a, read from a file that was cut off: the first words with their numbers, the very last number
/// perhaps short of digits.
bool begins(const WordVectors& a, const WordVectors& b) {
  if (b.size() > a.size() || b.size() == 0 || b.dimensions() != a.dimensions()) return false;
  for (Index i = 0; i < b.size(); ++i) {
    const auto id = static_cast<std::int32_t>(i);
    const Index whole = i + 1 < b.size() ? b.dimensions() : b.dimensions() - 1;
    if (a.vocabulary().word(id) != b.vocabulary().word(id) ||
        a.vectors().row(i).head(whole) != b.vectors().row(i).head(whole))
      return false;
  }
  return true;
}

TEST_CASE("Text that is cut off or damaged is refused, or as good as the rest", "[embed]") {
  const std::string rows = "the 0.125 2.5 -3 1e-3\n. . 4.25 5 6 7.75\nof 1 2 3 4.0625\n";
  std::string fasttext = rows;  // writes a blank behind each number
  for (std::size_t at = 0; (at = fasttext.find('\n', at)) != fasttext.npos; at += 2)
    fasttext.insert(at, " ");
  for (const auto& [header, body] :
       {std::pair<std::string, std::string>("3 4\n", rows), {"3 4\n", fasttext}, {"", rows}}) {
    const std::string file = header + body;
    const auto whole = parse(file);
    REQUIRE(whole.size() == 3);
    const std::size_t first_line = header.empty() ? file.find('\n') : 0;
    for (std::size_t cut = 0; cut < file.size(); ++cut) {
      INFO("'" << file.substr(0, cut) << "'");
      try {
        const auto part = parse(file.substr(0, cut));
        // With a header all vectors must be there. A first line that is cut off, alone, is a shorter vector.
        if (!header.empty()) CHECK(part.size() == 3);
        if (cut >= first_line) CHECK(begins(whole, part));
      } catch (const loyal::FormatError& error) {
        CHECK_THAT(std::string(error.what()), ContainsSubstring("x.vec"));
      }
    }
    CHECK(
        loyal::testing::survive_damage(
            loyal::testing::to_bytes(file), 20'000, [](std::span<const std::byte> bytes) {
              static_cast<void>(parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
            }) > 1000);
  }
  const std::string damaged_headers[] = {"3 4 \n",
                                         "3\n",
                                         "3 4 5\n",
                                         "3 -4\n",
                                         "3 0\n",
                                         "4 4\n",
                                         "2 4\n",
                                         "3 5\n",
                                         "3 3\n",
                                         "3,4\n",
                                         "\n3 4\n",
                                         "9223372036854775807 4\n",
                                         "9223372036854775808 4\n",
                                         "3 9223372036854775807\n",
                                         "3 4611686018427387904\n",
                                         "-9223372036854775808 4\n"};
  const loyal::testing::AddressSpaceLimit limit(std::size_t{64} << 20);
  for (const auto& header : damaged_headers) {
    INFO(header);
    if (header == "3 4 \n")
      CHECK(parse(header + rows).size() == 3);
    else
      CHECK_THROWS_AS(parse(header + rows), loyal::FormatError);
  }
}

TEST_CASE("A file of vectors that is not there, empty or a folder", "[embed]") {
  const loyal::testing::TemporaryDirectory folder;
  loyal::write_atomically(folder / "empty", [](loyal::FileWriter&) {});
  CHECK_THROWS_WITH(loyal::read_word2vec_text(folder / "none"),
                    ContainsSubstring("none: cannot open: No such file or directory"));
  CHECK_THROWS_WITH(loyal::read_word2vec_text(folder / "empty"),
                    ContainsSubstring("empty: the first line is empty"));
  CHECK_THROWS_WITH(loyal::read_word2vec_text(folder.path()), ContainsSubstring("cannot read"));
}

TEST_CASE("What text cannot hold is not written", "[embed]") {
  const loyal::testing::TemporaryDirectory folder;
  for (const char* word : {"", "two words", "line\nend", "tab\t"}) {
    loyal::Vocabulary words;
    words.add(word);
    CHECK_THROWS_AS(loyal::write_word2vec_text(folder / "x", {words, Matrix<float>::Ones(1, 2)}),
                    loyal::DataError);
  }
  loyal::Vocabulary words;
  words.add("a");
  CHECK_THROWS_AS(
      loyal::write_word2vec_text(folder / "x", {words, Matrix<float>::Constant(1, 2, NAN)}),
      loyal::DataError);
  CHECK(folder.count() == 0);
}

}  // namespace word2vec_text_tests
