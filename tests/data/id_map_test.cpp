// SPDX-License-Identifier: MIT
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/id_map.hpp>

#include "../support/catch.hpp"

using loyal::DataError;
using loyal::IdMap;

TEST_CASE("IdMap numbers names in order of first appearance", "[data]") {
  IdMap map;
  CHECK(map.empty());
  CHECK(map.find("anna") == -1);
  CHECK(map.add("anna") == 0);
  CHECK(map.add("ben") == 1);
  CHECK(map.add("anna") == 0);
  CHECK(map.add("") == 2);
  CHECK(map.size() == 3);
  CHECK(map.name(1) == "ben");
  CHECK(map.at("") == 2);
  CHECK(map.names() == std::vector<std::string>{"anna", "ben", ""});
}

TEST_CASE("IdMap refuses what it does not know", "[data]") {
  IdMap map;
  CHECK_THROWS_AS(map.name(0), DataError);
  map.add("anna");
  CHECK_THROWS_AS(map.name(-1), DataError);
  CHECK_THROWS_AS(map.name(1), DataError);
  CHECK_THROWS_WITH(map.at("carl"), ContainsSubstring("'carl'"));
}

TEST_CASE("IdMap is a value", "[data]") {
  IdMap a;
  a.add("x");
  IdMap b = a;
  CHECK(a == b);
  b.add("y");
  CHECK(a != b);
  CHECK(a.find("y") == -1);
  IdMap c;
  c.add("y");
  c.add("x");
  CHECK(b != c);
}

TEST_CASE("IdMap agrees with a standard map on many random names, one by one and in bulk",
          "[data]") {
  loyal::Rng rng{3};
  for (const std::uint64_t distinct : {1U, 7U, 500U, 20000U}) {
    std::vector<std::string> names;
    for (int i = 0; i < 30000; ++i) {
      std::string name(rng.below(3) * 9, 'p');  // short ones, and ones beyond any small buffer
      names.push_back(name + std::to_string(rng.below(distinct)));
    }
    std::map<std::string, std::int32_t> truth;
    std::vector<std::int32_t> expected;
    for (const auto& name : names)
      expected.push_back(
          truth.try_emplace(name, static_cast<std::int32_t>(truth.size())).first->second);

    IdMap single;
    bool same = true;
    for (std::size_t i = 0; i < names.size(); ++i)
      same = same && single.add(names[i]) == expected[i];
    CHECK(same);

    IdMap bulk;
    const std::vector<std::string_view> views(names.begin(), names.end());
    std::vector<std::int32_t> indices(views.size());
    bulk.add(views, indices);
    CHECK(indices == expected);
    CHECK(bulk == single);
    CHECK(bulk.size() == static_cast<std::int32_t>(truth.size()));
    for (const auto& [name, index] : truth) same = same && bulk.find(name) == index;
    CHECK(same);
    CHECK(bulk.find("never added") == -1);
  }
}

TEST_CASE("IdMap adds in bulk only into a place for each index", "[data]") {
  IdMap map;
  const std::vector<std::string_view> names{"a", "b"};
  std::vector<std::int32_t> indices(1);
  CHECK_THROWS_AS(map.add(names, indices), loyal::ShapeError);
  CHECK(map.empty());
}
