// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/encoder_file.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

using namespace loyal;

namespace {

TableEncoder some_encoder() {
  TableEncoder encoder{{.unknown = UnknownCategory::own_column, .drop_first = true}};
  encoder.fit(parse_table("age,plan \"x\",city\n0.1,pro,K\xc3\xb6ln\n0.3,basic,NA\n,a\\b,Bonn\n"));
  return encoder;
}

}  // namespace

TEST_CASE("Encoders come back from JSON exactly", "[data]") {
  Rng rng{8};
  for (int round = 0; round < 100; ++round) {
    std::vector<double> means;
    std::vector<double> scales;
    for (auto n = 1 + rng.below(20); n > 0; --n) {
      means.push_back(rng.normal() * std::pow(10.0, 50 * rng.normal()));
      scales.push_back(std::pow(10.0, 50 * rng.normal()));
    }
    const Standardizer s{means, scales};
    REQUIRE(from_json<Standardizer>(to_json(s)) == s);
  }
  const OneHot one_hot{
      {.unknown = UnknownCategory::ignore}, {"a", "", "\"\\\n\t\x01", "\xc3\xa9"}, true};
  CHECK(from_json<OneHot>(to_json(one_hot)) == one_hot);
  const FeatureHasher hasher{{.columns = 77, .with_sign = false, .seed = ~std::uint64_t{0}}};
  CHECK(from_json<FeatureHasher>(to_json(hasher)) == hasher);
  const TableEncoder encoder = some_encoder();
  CHECK(from_json<TableEncoder>(to_json(encoder)) == encoder);
}

TEST_CASE("JSON of an encoder is as documented", "[data]") {
  CHECK(to_json(Standardizer{{1.5}, {2}}) ==
        R"({"type": "standardizer", "means": [1.5], "scales": [2]})");
  CHECK(from_json<Standardizer>(
            " { \"type\":\"standardizer\",\n\"means\":[1.5],\"scales\":[2e0] } ") ==
        Standardizer{{1.5}, {2}});
}

TEST_CASE("A saved encoder computes the same after loading", "[data]") {
  const testing::TemporaryDirectory folder;
  const TableEncoder encoder = some_encoder();
  save_encoder(folder / "encoder.json", encoder);
  const auto back = load_encoder<TableEncoder>(folder / "encoder.json");
  const auto table = parse_table("age,plan \"x\",city\n7,new,NA\n,pro,Bonn\n");
  CHECK(back.transform(table) == encoder.transform(table));
  CHECK(back.names() == encoder.names());
  CHECK_THROWS_AS(load_encoder<TableEncoder>(folder / "none.json"), FormatError);
}

TEST_CASE("What cannot be written is not", "[data]") {
  CHECK_THROWS_AS(to_json(Standardizer{}), NotFitted);
  CHECK_THROWS_AS(to_json(OneHot{}), NotFitted);
  CHECK_THROWS_AS(to_json(TableEncoder{}), NotFitted);
  CHECK_THROWS_AS(to_json(OneHot{{}, {"\xff"}, false}), DataError);
}

TEST_CASE("Damaged or foreign JSON is refused", "[data]") {
  for (const char* text :
       {"", "{}", "[]", "null", R"({"type": "one_hot"})", R"({"type": "standardizer"})",
        R"({"type": "standardizer", "means": [1]})",
        R"({"type": "standardizer", "means": [1], "scales": [0]})",
        R"({"type": "standardizer", "means": [1], "scales": [1, 2]})",
        R"({"type": "standardizer", "means": [nan], "scales": [1]})",
        R"({"type": "standardizer", "means": [1e999], "scales": [1]})",
        R"({"type": "standardizer", "scales": [1], "means": [1]})",
        R"({"type": "standardizer", "means": [1], "scales": [1], "more": [1]})",
        R"({"type": "standardizer", "means": [1], "scales": [1]} x)"}) {
    INFO(text);
    CHECK_THROWS_AS(from_json<Standardizer>(text), FormatError);
  }
  for (
      const char* text :
      {R"({"type": "one_hot", "unknown": "what", "drop_first": true, "categories": ["a"], "has_missing": true})",
       R"({"type": "one_hot", "unknown": "error", "drop_first": 1, "categories": ["a"], "has_missing": true})",
       R"({"type": "one_hot", "unknown": "error", "drop_first": true, "categories": ["a", "a"], "has_missing": true})",
       R"({"type": "one_hot", "unknown": "error", "drop_first": true, "categories": [], "has_missing": false})"}) {
    INFO(text);
    CHECK_THROWS_AS(from_json<OneHot>(text), FormatError);
  }
  for (const char* text :
       {R"({"type": "feature_hasher", "columns": 0, "with_sign": true, "seed": "1"})",
        R"({"type": "feature_hasher", "columns": 5, "with_sign": true, "seed": "x"})",
        R"({"type": "feature_hasher", "columns": -5, "with_sign": true, "seed": "1"})"}) {
    INFO(text);
    CHECK_THROWS_AS(from_json<FeatureHasher>(text), FormatError);
  }
}

TEST_CASE("Cut and flipped encoder files are read or refused", "[data]") {
  const auto valid = testing::to_bytes(to_json(some_encoder()));
  const int refused = testing::survive_damage(valid, 3000, [](std::span<const std::byte> bytes) {
    static_cast<void>(
        from_json<TableEncoder>({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  });
  CHECK(refused > static_cast<int>(valid.size()));  // every truncation at least
}
