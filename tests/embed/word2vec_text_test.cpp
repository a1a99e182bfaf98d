// SPDX-License-Identifier: MIT
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
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
  refused("-1 2\n", "the first line");
  refused("1 0\na\n", "the first line");
  CHECK_THROWS_AS(parse("1 1\na 1\n", {.limit = -1}), loyal::OptionError);
  const std::string valid = "3 4\nthe 0.125 2.5 -3 1e-3\n. . 4 5 6 7\nof 1 2 3 4\n";
  CHECK(loyal::testing::survive_damage(
            loyal::testing::to_bytes(valid), 20'000, [](std::span<const std::byte> bytes) {
              static_cast<void>(parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
            }) > 40);
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
