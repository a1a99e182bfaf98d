// SPDX-License-Identifier: MIT
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include <loyal/core/file.hpp>
#include <loyal/core/random.hpp>
#include <loyal/recommend/als.hpp>
#include <loyal/recommend/serving_model.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

namespace serving_model_tests {

using loyal::Index;
using loyal::Interactions;
using loyal::ServingModel;

template <class T>
loyal::ALS<T> some_model(Index users, Index items, bool named) {
  loyal::Rng rng{2};
  std::vector<loyal::Interaction> pairs;
  for (Index i = 0; i < 4 * users; ++i)
    pairs.push_back({static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(users))),
                     static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(items)))});
  Interactions train(users, items, pairs);
  if (named) {
    loyal::IdMap of_users;
    loyal::IdMap of_items;
    for (Index u = 0; u < users; ++u)
      of_users.add(u == 1 ? std::string("any \n\0 bytes", 12) : "user " + std::to_string(u));
    for (Index i = 0; i < items; ++i) of_items.add(i == 0 ? "" : "item " + std::to_string(i));
    train.set_names(of_users, of_items);
  }
  loyal::ALS<T> als{{.factors = 3, .epochs = 2}};
  als.fit(train);
  return als;
}

/// The model's own list for a user, by scores one by one.
template <class T>
void check_list(const loyal::ALS<T>& als, Index user, std::span<const loyal::Scored<T>> found) {
  const auto expected = als.recommend(user, static_cast<Index>(found.size()));
  REQUIRE(found.size() == expected.size());
  for (std::size_t r = 0; r < found.size(); ++r) {
    CHECK(static_cast<double>(found[r].score) ==
          Approx(static_cast<double>(expected[r].score)).margin(1e-6));
    CHECK(static_cast<double>(als.score(user, found[r].index)) ==
          Approx(static_cast<double>(found[r].score)).margin(1e-6));
  }
}

TEMPLATE_TEST_CASE("A served model recommends as the model does, by number and by name",
                   "[recommend]", float, double) {
  using T = TestType;
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "model.safetensors";
  for (const bool named : {true, false})
    for (const bool indexed : {true, false}) {
      const auto als = some_model<T>(50, 120, named);
      if (indexed)
        ServingModel<T>::save(path, als);
      else
        als.save(path);
      const ServingModel<T> serving(path);
      CHECK(serving.users() == 50);
      CHECK(serving.items() == 120);
      typename ServingModel<T>::Scratch scratch;
      for (const Index user : {0, 1, 49}) {
        check_list<T>(als, user, serving.recommend(user, 10, scratch));
        const auto seen = serving.seen(user);
        const auto expected = als.train().items_of(user);
        CHECK(std::vector<std::int32_t>(seen.begin(), seen.end()) ==
              std::vector<std::int32_t>(expected.begin(), expected.end()));
      }
      const std::vector<std::int32_t> allow{7};
      const auto only = serving.recommend(3, 10, scratch, {.seen = true, .allow = allow});
      REQUIRE(only.size() == 1);
      CHECK(only[0].index == 7);
      if (named) {
        const std::string odd("any \n\0 bytes", 12);
        CHECK(serving.find_user(odd) == 1);
        check_list<T>(als, 1, serving.recommend(odd, 10, scratch));
        CHECK(serving.item_name(119) == "item 119");
        CHECK(serving.item_name(0).empty());
        CHECK(serving.find_item("item 5") == 5);
        CHECK(serving.find_item("") == 0);
      } else {
        CHECK(serving.item_name(4).empty());
      }
      CHECK(serving.find_user("nobody") == -1);
      CHECK_THROWS_AS(serving.recommend("nobody", 5, scratch), loyal::DataError);
      CHECK_THROWS_AS(serving.recommend(50, 5, scratch), loyal::DataError);
      CHECK_THROWS_AS(serving.recommend(-1, 5, scratch), loyal::DataError);
      CHECK_THROWS_AS(serving.item_name(120), loyal::DataError);
      CHECK_THROWS_AS(serving.recommend(0, -1, scratch), loyal::OptionError);
    }
}

TEST_CASE("A model does not take a file for serving as its own", "[recommend]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "model.safetensors";
  const auto als = some_model<float>(5, 9, true);
  ServingModel<float>::save(path, als);
  auto other = als;
  CHECK_THROWS_WITH(other.load(path), ContainsSubstring("ServingModel"));
  CHECK(other.item_factors() == als.item_factors());
  als.save(path);
  CHECK_NOTHROW(other.load(path));
}

TEST_CASE("A served model is read as another type, by many threads, and outlives its file's name",
          "[recommend]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "model.safetensors";
  const auto als = some_model<float>(40, 200, true);
  ServingModel<float>::save(path, als);
  const ServingModel<double> wide(path);
  const ServingModel<float> serving = ServingModel<float>(path);
  ServingModel<float>::save(path, some_model<float>(2, 3, false));  // replaced, not shortened
  ServingModel<double>::Scratch wide_scratch;
  ServingModel<float>::Scratch scratch;
  const auto a = wide.recommend("user 7", 5, wide_scratch);
  const auto b = serving.recommend("user 7", 5, scratch);
  REQUIRE(a.size() == 5);
  for (std::size_t r = 0; r < 5; ++r)
    CHECK(a[r].score == Approx(static_cast<double>(b[r].score)).margin(1e-6));
  std::vector<int> wrong(3, 0);
  std::vector<std::thread> threads;
  for (auto& count : wrong)
    threads.emplace_back([&] {
      ServingModel<float>::Scratch own;
      for (Index user = 0; user < 40; ++user)
        if (serving.recommend(user, 5, own).size() != 5) ++count;
    });
  for (auto& thread : threads) thread.join();
  for (const int count : wrong) CHECK(count == 0);
}

TEST_CASE("A damaged file of a served model is refused or answered without harm", "[recommend]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "model.safetensors";
  ServingModel<float>::save(path, some_model<float>(5, 9, true));
  const std::string valid = loyal::read_text(path);
  ServingModel<float>::Scratch scratch;
  const int refused = loyal::testing::survive_damage(
      loyal::testing::to_bytes(valid), 600, [&](std::span<const std::byte> bytes) {
        loyal::write_atomically(path, [&](loyal::FileWriter& out) { out.write(bytes); });
        const ServingModel<float> serving(path);
        for (Index user = 0; user < serving.users(); ++user)
          for (const auto& one : serving.recommend(user, 4, scratch)) {
            if (serving.item_name(one.index).size() > 100) FAIL("a name out of bounds");
            if (!std::isfinite(one.score) && std::isnan(one.score)) FAIL("NaN recommended");
          }
      });
  CHECK(refused > static_cast<int>(valid.size()));
}

}  // namespace serving_model_tests
