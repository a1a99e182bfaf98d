// SPDX-License-Identifier: MIT
#include "../support/catch.hpp"

#if __has_include(<zlib.h>)

#include <string>
#include <vector>

#include <loyal/text/gzip_files.hpp>
#include <loyal/text/vocabulary.hpp>

#include "../support/temporary_directory.hpp"

namespace {

void compress(const std::string& path, const std::string& text) {
  gzFile file = ::gzopen(path.c_str(), "wb");
  REQUIRE(file != nullptr);
  REQUIRE(::gzwrite(file, text.data(), static_cast<unsigned>(text.size())) ==
          static_cast<int>(text.size()));
  REQUIRE(::gzclose(file) == Z_OK);
}

std::size_t count_words(const std::string& path) {
  auto corpus = loyal::read_gzip_corpus({path});
  std::vector<std::string_view> sentence;
  std::size_t words = 0;
  while (corpus.next(sentence)) words += sentence.size();
  return words;
}

}  // namespace

TEST_CASE("Compressed files are read like others", "[text]") {
  const loyal::testing::TemporaryDirectory folder;
  std::string text;
  for (int i = 0; i < 100'000; ++i)
    text += "word" + std::to_string(i % 5000) + (i % 9 == 0 ? "\n" : " ");
  compress(folder / "a.gz", text);
  loyal::write_atomically(folder / "b.txt",
                          [](loyal::FileWriter& out) { out.write("plain words"); });
  auto packed = loyal::read_gzip_corpus({folder.path()});
  auto plain = loyal::corpus_of({text, "plain words"});
  for (int pass = 0; pass < 2; ++pass)
    CHECK(loyal::build_vocabulary(packed) == loyal::build_vocabulary(plain));
}

TEST_CASE("A damaged or cut compressed file is an error", "[text]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "x.gz";
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919 % 10007) + " ";
  compress(path, text);
  const std::string whole = loyal::read_text(path);
  CHECK(count_words(path) == 20'000);
  const auto broken = [&](const std::string& bytes) {
    loyal::write_atomically(path, [&](loyal::FileWriter& out) { out.write(bytes); });
    CHECK_THROWS_AS(count_words(path), loyal::FormatError);
    CHECK_THROWS_WITH(count_words(path), ContainsSubstring("x.gz: the file is"));
  };
  broken(whole.substr(0, whole.size() / 2));
  broken(whole.substr(0, whole.size() - 1));
  std::string flipped = whole;
  flipped[whole.size() / 2] ^= 0x55;
  broken(flipped);
  CHECK_THROWS_AS(count_words(folder / "missing"), loyal::FormatError);
}

#else

TEST_CASE("Compressed files", "[text]") { WARN("zlib is not installed: skipped"); }

#endif
