// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <loyal/text/text_source.hpp>

#include "../support/catch.hpp"
#include "../support/temporary_directory.hpp"

namespace {

template <loyal::TextSource S>
std::vector<std::string> texts_of(S& source, std::size_t room_size) {
  std::vector<std::string> texts;
  std::vector<char> room(room_size);
  source.rewind();
  while (source.open_next()) {
    texts.emplace_back();
    while (const auto got = source.read(room)) texts.back().append(room.data(), got);
    CHECK(source.read(room) == 0);
  }
  CHECK_FALSE(source.open_next());
  return texts;
}

}  // namespace

TEST_CASE("Texts in memory and in files read the same, in any portions", "[text]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::vector<std::string> texts{"first", "", std::string("a\0b\n", 4)};
  std::vector<std::string> paths;
  for (const auto& text : texts) {
    paths.push_back(folder / std::to_string(paths.size()));
    loyal::write_atomically(paths.back(), [&](loyal::FileWriter& out) { out.write(text); });
  }
  loyal::MemoryTexts memory(texts);
  loyal::TextFiles files(paths);
  loyal::TextFiles folder_files({folder.path()});
  for (const std::size_t room : {1U, 3U, 100U}) {
    CHECK(texts_of(memory, room) == texts);
    CHECK(texts_of(files, room) == texts);
    CHECK(texts_of(folder_files, room) == texts);
  }
  CHECK(folder_files.files() == paths);
  CHECK(memory.name() == "text 2");
  CHECK(files.name() == paths[2]);
}

TEST_CASE("Files that are not there, folders without files", "[text]") {
  const loyal::testing::TemporaryDirectory folder;
  CHECK_THROWS_AS(loyal::TextFiles({folder / "missing"}), loyal::FormatError);
  CHECK_THROWS_AS(loyal::TextFiles({folder.path()}), loyal::DataError);
  CHECK_THROWS_AS(loyal::TextFiles({}), loyal::DataError);
  loyal::write_atomically(folder / "x", [](loyal::FileWriter& out) { out.write("x"); });
  loyal::TextFiles files({folder / "x"});
  std::vector<char> room(8);
  CHECK(files.read(room) == 0);
  CHECK_THROWS_AS(files.name(), loyal::DataError);
  REQUIRE(files.open_next());
  std::filesystem::remove(folder / "x");
  CHECK(files.read(room) == 1);  // it was open
  files.rewind();
  CHECK_THROWS_AS(files.open_next(), loyal::FormatError);
  std::filesystem::create_directory_symlink(folder.path(), folder / "loop");
  CHECK_THROWS_WITH(loyal::TextFiles({folder.path()}), ContainsSubstring("loop"));
}

TEST_CASE("A moved source goes on where it was", "[text]") {
  loyal::MemoryTexts texts({"a", "b"});
  REQUIRE(texts.open_next());
  loyal::MemoryTexts other = std::move(texts);
  REQUIRE(other.open_next());
  std::vector<char> room(8);
  CHECK(other.read(room) == 1);
  CHECK(room[0] == 'b');
}
