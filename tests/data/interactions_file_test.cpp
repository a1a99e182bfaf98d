// SPDX-License-Identifier: MIT
#include <vector>

#include <loyal/core/file.hpp>
#include <loyal/core/random.hpp>
#include <loyal/data/interactions_file.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

using namespace loyal;

namespace {

Interactions sample(bool named, bool timed) {
  Rng rng{5};
  std::vector<Interaction> pairs;
  for (int i = 0; i < 30; ++i)
    pairs.push_back({static_cast<std::int32_t>(rng.below(6)),
                     static_cast<std::int32_t>(rng.below(9)), rng.uniform<float>(),
                     timed ? static_cast<Time>(rng.below(99)) : Time{0}});
  Interactions x(7, 9, pairs);
  if (named) {
    IdMap users;
    IdMap items;
    for (int i = 0; i < 7; ++i) users.add("user " + std::to_string(i));
    for (int i = 0; i < 9; ++i) items.add(i == 0 ? "" : "\xC3\xA9t\xC3\xA9 " + std::to_string(i));
    x.set_names(users, items);
  }
  return x;
}

}  // namespace

TEST_CASE("Interactions come back from a file as they were", "[data]") {
  const testing::TemporaryDirectory directory;
  for (const bool named : {false, true})
    for (const bool timed : {false, true})
      for (const Interactions& x : {sample(named, timed), Interactions(), Interactions(4, 0, {})}) {
        const StoredInteractions stored(x);
        SafetensorsWriter file;
        stored.add_to(file, "a");
        stored.add_to(file, "b.c");
        file.write(directory / "x");
        const Safetensors written(directory / "x");
        CHECK(read_interactions(written, "a").pairs() == x.pairs());
        const auto again = read_interactions(written, "b.c");
        CHECK(again.users() == x.users());
        CHECK(again.items() == x.items());
        CHECK(again.user_names() == x.user_names());
        CHECK(again.item_names() == x.item_names());
        CHECK_THROWS_AS(read_interactions(written, "c"), FormatError);
      }
}

TEST_CASE("Damaged interactions are refused, or are others", "[data]") {
  const testing::TemporaryDirectory directory;
  const auto x = sample(true, true);
  const StoredInteractions stored(x);
  SafetensorsWriter file;
  stored.add_to(file, "x");
  file.write(directory / "x");
  const auto bytes = testing::to_bytes(read_text(directory / "x"));
  const int refused = testing::survive_damage(bytes, 300, [](std::span<const std::byte> damaged) {
    const auto y = read_interactions(Safetensors(damaged), "x");
    Index seen = 0;
    for (Index u = 0; u < y.users(); ++u)
      for (const auto item : y.items_of(u)) seen += item < y.items() ? 1 : 0;
    if (seen != y.size()) FAIL("a pair outside");
  });
  CHECK(refused >= static_cast<int>(bytes.size()));
}
