// SPDX-License-Identifier: MIT
#include <cstring>
#include <string>

#include <loyal/core/random.hpp>
#include <loyal/embed/word_vectors_file.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

namespace word_vectors_file_tests {

using loyal::Index;
using loyal::Matrix;

loyal::WordVectors some_vectors(Index n) {
  loyal::Rng rng{2};
  loyal::Vocabulary words;
  Matrix<float> x(n, 5);
  for (Index i = 0; i < n; ++i)
    words.add(i == 1 ? std::string("any \n\0 bytes", 12) : std::to_string(i),
              100 - static_cast<std::uint64_t>(i));
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal<float>();
  return {words, x};
}

TEST_CASE("Word vectors in safetensors come back with words, counts and bits", "[embed]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "x.safetensors";
  for (const Index n : {0, 1, 60}) {
    const auto vectors = some_vectors(n);
    loyal::save_word_vectors(path, vectors);
    const auto back = loyal::load_word_vectors(path);
    CHECK(back == vectors);
    const auto copy = back;  // keeps the file open, whatever happens to the other
    CHECK(copy.vectors().data() == back.vectors().data());
  }
}

TEST_CASE("A damaged safetensors file of word vectors is refused", "[embed]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "x.safetensors";
  loyal::save_word_vectors(path, some_vectors(4));
  const std::string valid = loyal::read_text(path);
  const int refused = loyal::testing::survive_damage(
      loyal::testing::to_bytes(valid), 300, [&](std::span<const std::byte> bytes) {
        loyal::write_atomically(path, [&](loyal::FileWriter& out) { out.write(bytes); });
        static_cast<void>(loyal::load_word_vectors(path));
      });
  CHECK(refused > static_cast<int>(valid.size()));
  const auto with = [&](std::vector<std::uint64_t> ends, std::vector<std::uint64_t> counts,
                        std::vector<std::uint8_t> letters) {
    const std::vector<float> numbers(4, 1);
    loyal::SafetensorsWriter file;
    file.add("vectors", {2, 2}, numbers);
    file.add("ends", {static_cast<Index>(ends.size())}, ends);
    file.add("counts", {static_cast<Index>(counts.size())}, counts);
    file.add("letters", {static_cast<Index>(letters.size())}, letters);
    file.write(path);
    return loyal::load_word_vectors(path);
  };
  CHECK(with({1, 2}, {1, 1}, {'a', 'b'}).size() == 2);
  CHECK_THROWS_AS(with({1, 3}, {1, 1}, {'a', 'b'}), loyal::FormatError);
  CHECK_THROWS_AS(with({2, 1}, {1, 1}, {'a', 'b'}), loyal::FormatError);
  CHECK_THROWS_AS(with({1, 2}, {1, 1}, {'a', 'a'}), loyal::FormatError);
  CHECK_THROWS_AS(with({1, 2}, {1, 1}, {'a', 'b', 'c'}), loyal::FormatError);
  CHECK_THROWS_AS(with({1, 2}, {1}, {'a', 'b'}), loyal::FormatError);
  CHECK_THROWS_AS(with({1}, {1}, {'a'}), loyal::FormatError);
}

TEST_CASE("Vectors and words are exported for NumPy", "[embed]") {
  const loyal::testing::TemporaryDirectory folder;
  loyal::Vocabulary words;
  words.add("b");
  words.add("词");
  const loyal::WordVectors vectors(words, Matrix<float>{{1, 2}, {3, 4}});
  loyal::export_npy(folder / "x.npy", folder / "x.txt", vectors);
  CHECK(loyal::read_npy<Matrix<float>>(folder / "x.npy") == vectors.vectors());
  CHECK(loyal::read_text(folder / "x.txt") == "b\n词\n");
  CHECK_THROWS_AS(loyal::export_npy(folder / "y.npy", folder / "y.txt", some_vectors(3)),
                  loyal::DataError);
  CHECK_FALSE(loyal::file_exists(folder / "y.npy"));
}

}  // namespace word_vectors_file_tests
