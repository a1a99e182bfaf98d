// SPDX-License-Identifier: MIT
#include <loyal/core/version.hpp>

#include "../support/catch.hpp"

TEST_CASE("the version is one comparable number", "[core]") {
  static_assert(LOYAL_VERSION_MINOR < 100 && LOYAL_VERSION_PATCH < 100);
  CHECK(LOYAL_VERSION / 10000 == LOYAL_VERSION_MAJOR);
  CHECK(LOYAL_VERSION / 100 % 100 == LOYAL_VERSION_MINOR);
  CHECK(LOYAL_VERSION % 100 == LOYAL_VERSION_PATCH);
}
