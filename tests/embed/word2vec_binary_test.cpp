// SPDX-License-Identifier: MIT
#include <cstring>
#include <limits>
#include <string>

#include <loyal/core/random.hpp>
#include <loyal/embed/word2vec_binary.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

namespace word2vec_binary_tests {

using loyal::Index;
using loyal::Matrix;

std::string raw(std::initializer_list<float> numbers) {
  std::string bytes(numbers.size() * 4, '\0');
  std::memcpy(bytes.data(), std::data(numbers), bytes.size());
  return bytes;
}

loyal::WordVectors parse(const std::string& file, const loyal::WordFileOptions& options = {}) {
  return loyal::detail::parse_word2vec_binary(loyal::testing::to_bytes(file), "x.bin", options);
}

TEST_CASE("Binary vectors come back bit for bit", "[embed]") {
  const loyal::testing::TemporaryDirectory folder;
  loyal::Rng rng{1};
  loyal::Vocabulary words;
  Matrix<float> x(500, 13);
  for (Index i = 0; i < x.rows(); ++i) words.add("é" + std::to_string(i));
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal<float>();
  x(3, 0) = std::numeric_limits<float>::denorm_min();
  const loyal::WordVectors vectors(words, x);
  loyal::write_word2vec_binary(folder / "x.bin", vectors);
  CHECK(loyal::read_word2vec_binary(folder / "x.bin") == vectors);
  const auto few = loyal::read_word2vec_binary(folder / "x.bin", {.limit = 7});
  CHECK(few.vectors() == x.topRows(7));
  CHECK(few.vocabulary().word(6) == "é6");
}

TEST_CASE("Line ends between vectors may be missing, and numbers may look like them", "[embed]") {
  const float newline = 1.7408e-10F;  // some bytes that matter nowhere else
  const std::string a = raw({newline, 1});
  for (const char* between : {"", "\n"}) {
    const auto vectors = parse("2 2\nfirst " + a + between + "second " + raw({3, 4}) + between);
    CHECK(vectors["first"](0) == newline);
    CHECK(vectors["second"](1) == 4);
  }
  const auto twice = parse("3 1\na " + raw({1}) + "a " + raw({2}) + "b " + raw({3}));
  CHECK(twice.size() == 2);
  CHECK(twice["a"](0) == 1);
  CHECK(twice["b"](0) == 3);
}

TEST_CASE("Damaged binary vectors are refused with their place", "[embed]") {
  const auto refused = [](const std::string& file, const std::string& reason) {
    CHECK_THROWS_AS(parse(file), loyal::FormatError);
    CHECK_THROWS_WITH(parse(file), ContainsSubstring("x.bin: ") && ContainsSubstring(reason));
  };
  refused("", "its beginning");
  refused("1 1", "its beginning");
  refused("1\nab", "its beginning");
  refused("1 0\n", "its beginning");
  refused("-1 2\n", "its beginning");
  refused("1 2\na " + raw({1}), "the length");
  refused("2 1\na " + raw({1}) + "bcdefg", "vector 2: its word");
  refused("2 1\na " + raw({1}) + "bcd efg", "vector 2: the number of bytes left is 3, expected 4");
  refused("1 1\n " + raw({1}) + "   ", "vector 1: its word");
  refused("1 1\na " + raw({std::numeric_limits<float>::quiet_NaN()}), "not finite");
  refused("99999999999999999999 1\n", "its beginning");
  refused("9223372036854775807 9223372036854775807\nabc", "the length");
  const loyal::testing::AddressSpaceLimit limit(std::size_t{64} << 20);
  refused("999999999999 1\na " + raw({1}), "enough for 999999999999 vectors of 1 numbers");
  refused("1 999999999999\na " + raw({1}), "enough for 1 vectors of 999999999999 numbers");
  refused("4611686018427387904 4\na " + raw({1}), "the length");
  refused("1 4611686018427387904\na " + raw({1}), "the length");
  refused("1 1 1\na " + raw({1}), "its beginning");
  refused("1,1\na " + raw({1}), "its beginning");
  refused(std::string(70000, '1'), "its beginning");
  refused("1 1\n" + std::string(70000, 'a') + " " + raw({1}), "vector 1: its word");
  const std::string valid =
      "3 3\nfirst " + raw({1, 2, 3}) + "\nb " + raw({4, 5, 6}) + "\nlast " + raw({7, 8, 9}) + "\n";
  CHECK(loyal::testing::survive_damage(
            loyal::testing::to_bytes(valid), 20'000, [](std::span<const std::byte> bytes) {
              static_cast<void>(loyal::detail::parse_word2vec_binary(bytes, "x"));
            }) > 50);
  // Cut off anywhere before its last number's end it is refused.
  for (std::size_t cut = 0; cut + 1 < valid.size(); ++cut)
    CHECK_THROWS_AS(parse(valid.substr(0, cut)), loyal::FormatError);
  CHECK(parse(valid.substr(0, valid.size() - 1)).size() == 3);
}

}  // namespace word2vec_binary_tests
