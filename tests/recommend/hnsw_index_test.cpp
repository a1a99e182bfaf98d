// SPDX-License-Identifier: MIT
#include "../support/catch.hpp"

#if __has_include(<hnswlib/hnswlib.h>)

#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include <loyal/core/file.hpp>
#include <loyal/core/random.hpp>
#include <loyal/recommend/hnsw_index.hpp>

#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

namespace hnsw_index_tests {

using loyal::HNSWIndex;
using loyal::Index;
using loyal::Matrix;

Matrix<float> random_rows(Index rows, Index cols, std::uint64_t seed) {
  Matrix<float> x(rows, cols);
  loyal::Rng rng{seed};
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal<float>();
  return x;
}

TEST_CASE("HNSWIndex finds nearly all of the best, more with a wider search", "[recommend]") {
  const Matrix<float> items = random_rows(800, 8, 1);
  const Matrix<float> users = random_rows(30, 8, 2);
  HNSWIndex index(items, {.links = 8, .build_width = 60, .search_width = 10});
  const auto recall = [&] {
    int found = 0;
    for (Index u = 0; u < users.rows(); ++u) {
      const auto near = index.search(users.row(u), 10);
      REQUIRE(near.size() == 10);
      const loyal::RowVector<float> scores = users.row(u) * items.transpose();
      const auto best = loyal::top_k(scores, 10);
      for (std::size_t r = 0; r < near.size(); ++r) {
        CHECK(near[r].score == Approx(scores[near[r].index]).margin(1e-4));
        if (r > 0) CHECK(near[r].score <= near[r - 1].score);
        for (const auto& one : best) found += one.index == near[r].index ? 1 : 0;
      }
    }
    return found;
  };
  const int narrow = recall();
  index.set_search_width(200);
  const int wide = recall();
  CHECK(wide >= narrow);
  CHECK(wide > 290);  // of 300
  CHECK(index.search(users.row(0), 0).empty());
  CHECK(index.search(users.row(0), 5000).size() <= 800);
}

TEST_CASE("HNSWIndex comes back from its file; damage is refused", "[recommend]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "graph.safetensors";
  for (const Index n : {0, 1, 40}) {
    const HNSWIndex index(random_rows(n, 3, 3), {.links = 2, .build_width = 10});
    index.save(path);
    const HNSWIndex back = HNSWIndex::load(path);
    CHECK(back.items() == n);
    CHECK(back.factors() == 3);
    const std::vector<float> user{1, -1, 0.5F};
    CHECK(back.search(user, 7) == index.search(user, 7));
  }
  const std::string valid = loyal::read_text(path);
  const int refused = loyal::testing::survive_damage(
      loyal::testing::to_bytes(valid), 1000, [&](std::span<const std::byte> bytes) {
        loyal::write_atomically(path, [&](loyal::FileWriter& out) { out.write(bytes); });
        const HNSWIndex index = HNSWIndex::load(path);
        const std::vector<float> user(static_cast<std::size_t>(index.factors()), 1.0F);
        for (const auto& one : index.search(user, 5))
          if (one.index < 0 || one.index >= index.items()) FAIL("an item out of bounds");
      });
  CHECK(refused > static_cast<int>(valid.size()));
}

TEST_CASE("HNSWIndex refuses wrong options and numbers", "[recommend]") {
  const Matrix<float> items = random_rows(5, 2, 4);
  CHECK_THROWS_AS(HNSWIndex(items, {.links = 1}), loyal::OptionError);
  CHECK_THROWS_AS(HNSWIndex(items, {.links = 16, .build_width = 8}), loyal::OptionError);
  CHECK_THROWS_AS(HNSWIndex(items, {.search_width = 0}), loyal::OptionError);
  Matrix<float> broken = items;
  broken(1, 1) = std::nanf("");
  CHECK_THROWS_AS(HNSWIndex(broken), loyal::DataError);
  const HNSWIndex index(items);
  CHECK_THROWS_AS(index.search(std::vector<float>(3, 1.0F), 1), loyal::ShapeError);
  CHECK_THROWS_AS(index.search(std::vector<float>(2, std::nanf("")), 1), loyal::DataError);
  CHECK_THROWS_AS(index.search(std::vector<float>(2, 1.0F), -1), loyal::OptionError);
}

#else
TEST_CASE("HNSWIndex needs hnswlib", "[recommend]") { WARN("skipped: hnswlib is not installed"); }
#endif

}  // namespace hnsw_index_tests
