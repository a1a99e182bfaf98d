// SPDX-License-Identifier: MIT
#include <memory>
#include <utility>
#include <vector>

#include <loyal/core/progress.hpp>

#include "../support/catch.hpp"

using loyal::Progress;
using loyal::ProgressCallback;

TEST_CASE("A callback that returns nothing never cancels", "[core][progress]") {
  std::vector<std::int64_t> steps;
  const ProgressCallback callback = [&](const Progress& p) { steps.push_back(p.step); };
  for (std::int64_t i = 0; i < 3; ++i) CHECK(callback({.what = "epoch", .step = i}));
  CHECK((steps == std::vector<std::int64_t>{0, 1, 2}));
}

TEST_CASE("A callback that returns false cancels", "[core][progress]") {
  const ProgressCallback callback = [](const Progress& p) { return p.seconds < 5; };
  CHECK(callback({.seconds = 4}));
  CHECK_FALSE(callback({.seconds = 5}));
}

TEST_CASE("An empty callback goes on", "[core][progress]") {
  const ProgressCallback none;
  CHECK_FALSE(none);
  CHECK(none({}));
  const ProgressCallback some = [](const Progress&) {};
  CHECK(some);
}

TEST_CASE("State inside a callback lasts, and copies have their own", "[core][progress]") {
  const ProgressCallback twice = [left = 2](const Progress&) mutable { return left-- > 0; };
  CHECK(twice({}));
  const ProgressCallback copy = twice;
  CHECK(twice({}));
  CHECK_FALSE(twice({}));
  CHECK(copy({}));
  CHECK_FALSE(copy({}));
}
