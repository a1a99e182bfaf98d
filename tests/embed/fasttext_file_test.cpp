// SPDX-License-Identifier: MIT
#include <string>

#include <loyal/embed/fasttext_file.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/fasttext_model.hpp"
#include "../support/temporary_directory.hpp"

namespace fasttext_file_tests {

using loyal::testing::FastTextModel;

loyal::SubwordVectors parse(const FastTextModel& model) {
  return loyal::detail::parse_fasttext(loyal::testing::to_bytes(model.bytes()), "x.bin");
}

// That real models give the bits of fastText itself is checked by tests/interop/word_vectors.py.
TEST_CASE("A model of fastText is read", "[embed]") {
  const loyal::testing::TemporaryDirectory folder;
  loyal::write_atomically(folder / "x.bin",
                          [](loyal::FileWriter& out) { out.write(FastTextModel{}.bytes()); });
  const auto model = loyal::read_fasttext(folder / "x.bin");
  CHECK(model.vocabulary().size() == 2);
  CHECK(model.vocabulary().count(1) == 12);
  CHECK(model.dimensions() == 2);
  CHECK(model.ngrams().buckets == 3);
  CHECK(model.ngrams().max_letters == 3);
  CHECK(model.input().rows() == 5);
  CHECK(model.input()(4, 1) == 9);
  // A supervised model has rows for n-grams of words too; buckets without letters are of that kind only.
  const auto bare = parse({.max_letters = 0});
  CHECK(bare.vector("lesson")(0) == 2);
}

TEST_CASE("What is not such a model is refused with the reason", "[embed]") {
  const auto refused = [](const FastTextModel& model, const std::string& reason) {
    CHECK_THROWS_AS(parse(model), loyal::FormatError);
    CHECK_THROWS_WITH(parse(model), ContainsSubstring("x.bin: ") && ContainsSubstring(reason));
  };
  refused({.magic = 1}, "its beginning");
  refused({.version = 13}, "the version is 13");
  refused({.quantized = 1}, "quantized");
  refused({.pruned = 0}, "pruned");
  refused({.second = "course"}, "word 1 is there twice");
  refused({.rows = 4}, "the shape of the vectors is 4 x 2");
  refused({.words = 3}, "");
  refused({.buckets = 0}, "the options of n-grams");
  refused({.buckets = -3}, "the options of n-grams");
  refused({.min_letters = 0}, "the options of n-grams");
  refused({.max_letters = -1}, "the options of n-grams");
  refused({.dimensions = 0}, "the shape of the vectors");
  const loyal::testing::AddressSpaceLimit limit(std::size_t{64} << 20);
  refused({.words = 2'000'000'000}, "");
  refused({.words = -5}, "the number of entries");
  refused({.dimensions = 2'000'000'000, .rows = 0}, "the shape of the vectors");
  refused({.buckets = 2'000'000'000}, "the shape of the vectors");
  const auto valid = loyal::testing::to_bytes(FastTextModel{}.bytes());
  CHECK(loyal::testing::survive_damage(valid, 20'000, [](std::span<const std::byte> bytes) {
          static_cast<void>(loyal::detail::parse_fasttext(bytes, "x.bin"));
        }) > static_cast<int>(valid.size()) - 30);
}

}  // namespace fasttext_file_tests
