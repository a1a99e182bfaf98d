// SPDX-License-Identifier: MIT
#include <loyal/core/config.hpp>

#include "../support/catch.hpp"

TEST_CASE("LOYAL_ASSERT lets what holds pass", "[core]") {
  int calls = 0;
  LOYAL_ASSERT(++calls == 1);
#ifdef NDEBUG
  CHECK(calls == 0);  // then it is not even evaluated
#else
  CHECK(calls == 1);
#endif
}
