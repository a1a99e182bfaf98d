// SPDX-License-Identifier: MIT
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <loyal/core/file.hpp>
#include <loyal/recommend/als.hpp>
#include <loyal/recommend/fallback.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

namespace fallback_tests {

using loyal::Index;
using loyal::Interactions;

/// How often each item was dealt with.
class Counts : public loyal::RecommenderBase<Counts, float> {
 public:
  void fit(const Interactions& train) { train_ = train; }
  void partial_fit(const Interactions& train) { train_ = train; }
  [[nodiscard]] const Interactions& train() const { return train_; }
  [[nodiscard]] loyal::UserProfile<float> profile(Index user) const {
    const auto items = train_.items_of(user);
    return {{}, {items.begin(), items.end()}, {}};
  }
  [[nodiscard]] loyal::UserProfile<float> fold_in(const loyal::UserHistory& history) const {
    return {{}, {history.items.begin(), history.items.end()}, {}};
  }
  void score_items(const loyal::UserProfile<float>&, std::span<float> scores) const {
    for (float& score : scores) score = 0;
    for (const auto item : train_.all_items()) ++scores[static_cast<std::size_t>(item)];
  }
  [[nodiscard]] std::vector<loyal::Scored<float>> similar_items(Index, Index) const { return {}; }
  [[nodiscard]] std::vector<loyal::Scored<float>> explain(const loyal::UserProfile<float>&, Index,
                                                          Index) const {
    return {};
  }
  void save(const std::string& path) const {
    loyal::SafetensorsWriter file;
    const loyal::StoredInteractions stored(train_);
    stored.add_to(file, "train");
    file.write(path);
  }
  void load(const std::string& path) {
    train_ = loyal::read_interactions(loyal::Safetensors(path), "train");
  }

 private:
  Interactions train_;
};

using Model = loyal::Fallback<loyal::ALS<float>, Counts>;
static_assert(loyal::Recommender<Model>);

/// Two groups; item 3 is the most popular; user 4 has one item, user 5 none.
Interactions some_train() {
  const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {0, 3}, {1, 0}, {1, 1}, {2, 2},
                                              {2, 3}, {2, 4}, {3, 2}, {3, 3}, {3, 4}, {4, 3}};
  return {6, 6, pairs};
}

Model some_model(Index minimum) {
  return {loyal::ALS<float>{{.factors = 2}}, Counts{}, {.minimum_history = minimum}};
}

TEST_CASE("Fallback asks the main model where there is a history, else the backup", "[recommend]") {
  auto model = some_model(2);
  CHECK_THROWS_AS(model.recommend(0, 3), loyal::NotFitted);
  model.fit(some_train());
  CHECK(model.recommend(0, 3) == model.main().recommend(0, 3));
  CHECK(model.recommend(4, 3) == model.backup().recommend(4, 3));
  CHECK(model.recommend(5, 1)[0].index == 3);
  CHECK(model.recommend(5, 1)[0].score == 4);
  // One that was never there gets what an empty history gets.
  CHECK(model.recommend(77, 3) == model.recommend(5, 3));
  CHECK(model.recommend(model.fold_in({}), 3) == model.recommend(5, 3));
  const std::vector<std::int32_t> two{0, 1};
  CHECK(model.recommend(model.fold_in({two, {}}), 3) ==
        model.main().recommend(model.main().fold_in({two, {}}), 3));
  const auto all = model.recommend_all({.k = 2});
  CHECK(all.index(5, 0) == 3);
  CHECK(all.index(4, 0) == model.recommend(4, 1)[0].index);
  CHECK(all.index(0, 0) == model.recommend(0, 1)[0].index);
  // With no history wanted the main model answers all it knows.
  auto always = some_model(0);
  always.fit(some_train());
  CHECK(always.recommend(4, 3) == always.main().recommend(4, 3));
  CHECK_THROWS_AS(some_model(-1), loyal::OptionError);
}

TEST_CASE("Fallback comes back from its two files", "[recommend]") {
  const loyal::testing::TemporaryDirectory folder;
  auto model = some_model(2);
  model.fit(some_train());
  model.save(folder / "model");
  auto back = some_model(2);
  back.load(folder / "model");
  for (Index user = 0; user < 6; ++user) CHECK(back.recommend(user, 4) == model.recommend(user, 4));
  auto empty = some_model(2);
  CHECK_THROWS_AS(empty.load(folder / "nothing"), loyal::FormatError);
  CHECK_THROWS_AS(empty.recommend(0, 1), loyal::NotFitted);
}

TEST_CASE("Fallback with one of its two files damaged or missing stays as it was", "[recommend]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "model";
  auto model = some_model(2);
  model.fit(some_train());
  model.save(path);
  const auto before = model.recommend_all({.k = 3});
  for (const std::string& file : {path, path + ".backup"}) {
    const std::string valid = loyal::read_text(file);
    const int refused = loyal::testing::survive_damage(
        loyal::testing::to_bytes(valid), 200,
        [&](std::span<const std::byte> bytes) {
          loyal::write_atomically(file, [&](loyal::FileWriter& out) { out.write(bytes); });
          auto other = model;
          try {
            other.load(path);
          } catch (const loyal::Error&) {
            if (other.recommend_all({.k = 3}).score != before.score) FAIL("half a model is read");
            throw;
          }
          static_cast<void>(other.recommend_all({.k = 3}));
        },
        100);
    CHECK(refused > 100);
    std::filesystem::remove(file);
    CHECK_THROWS_AS(model.load(path), loyal::FormatError);
    CHECK(model.recommend_all({.k = 3}).score == before.score);
    model.save(path);
  }
}

}  // namespace fallback_tests
