// SPDX-License-Identifier: MIT
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <loyal/core/string_hash.hpp>

#include "../support/catch.hpp"

TEST_CASE("string_hash keeps its values", "[core]") {
  // Computed by an independent implementation of the documented formula.
  CHECK(loyal::string_hash("") == 0xaaea5ed629162439U);
  CHECK(loyal::string_hash("a") == 0x995009303865a42eU);
  CHECK(loyal::string_hash("course 7") == 0x93e77369ef3d22f2U);
  CHECK(loyal::string_hash("\xff\x80 longer than eight bytes", 42) == 0xec5f480416f7bae5U);
}

TEST_CASE("string_hash tells texts apart that differ only in zeros or length", "[core]") {
  std::set<std::uint64_t> seen;
  for (std::size_t length = 0; length < 40; ++length)
    seen.insert(loyal::string_hash(std::string(length, '\0')));
  CHECK(seen.size() == 40);
}

TEST_CASE("string_hash spreads names over buckets evenly", "[core]") {
  const int names = 100000;
  std::vector<int> low(256);
  std::vector<int> high(256);
  for (int i = 0; i < names; ++i) {
    const auto h = loyal::string_hash("user" + std::to_string(i));
    ++low[h & 255];
    ++high[h >> 56];
  }
  // Chi-square with 255 degrees of freedom: mean 255, standard deviation 22.6.
  for (const auto& counts : {low, high}) {
    double chi_square = 0;
    for (const int count : counts) {
      const double expected = names / 256.0;
      chi_square += (count - expected) * (count - expected) / expected;
    }
    CHECK(chi_square > 255 - 6 * 22.6);
    CHECK(chi_square < 255 + 6 * 22.6);
  }
}
