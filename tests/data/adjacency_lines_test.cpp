// SPDX-License-Identifier: MIT
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <loyal/core/file.hpp>
#include <loyal/data/adjacency_lines.hpp>

#include "../support/catch.hpp"
#include "../support/temporary_directory.hpp"

namespace {

std::string written(const loyal::testing::TemporaryDirectory& directory, const std::string& name,
                    const std::string& text) {
  loyal::write_atomically(directory / name, [&](loyal::FileWriter& out) { out.write(text); });
  return directory / name;
}

std::vector<loyal::Interactions> read(const std::vector<std::string>& paths) {
  return loyal::read_adjacency_lines(paths);
}

}  // namespace

TEST_CASE("Adjacency lines: files share users and items, order and repetition do not matter",
          "[data]") {
  const loyal::testing::TemporaryDirectory directory;
  const auto train = written(directory, "train", "0 5 1 5\n\n2 0 \r\n1\n0 3\n4\t7");
  const auto test = written(directory, "test", "0 9\n6");
  const auto parts = read({train, test});
  REQUIRE(parts.size() == 2);
  for (const auto& part : parts) {
    CHECK(part.users() == 7);
    CHECK(part.items() == 10);
  }
  const std::vector<loyal::Interaction> pairs{{0, 1}, {0, 3}, {0, 5}, {2, 0}, {4, 7}};
  CHECK(parts[0].pairs() == pairs);
  CHECK(parts[1].pairs() == std::vector<loyal::Interaction>{{0, 9}});
}

TEST_CASE("Adjacency lines: empty files, and what is no number", "[data]") {
  const loyal::testing::TemporaryDirectory directory;
  CHECK(read({}).empty());
  CHECK(read({written(directory, "empty", "")})[0].users() == 0);
  for (const std::string text : {"0 1\n1 x", "0 1\n1 -2", "0 1\n1 2,3", "0 1\n1 2147483647",
                                 "0 1\n1 99999999999999", "0 1\n1 2.5"}) {
    const auto path = written(directory, "bad", text);
    CHECK_THROWS_AS(read({path}), loyal::FormatError);
    CHECK_THROWS_WITH(read({path}), ContainsSubstring("bad:2"));
  }
  CHECK_THROWS_AS(read({directory / "missing"}), loyal::FormatError);
}
