// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <loyal/core/file.hpp>
#include <loyal/core/terminal_progress.hpp>

#include "../support/catch.hpp"
#include "../support/temporary_directory.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

using loyal::Progress;
using loyal::TerminalProgress;

namespace {

/// What is printed into a file by one bar.
std::string printed(const std::vector<Progress>& calls, TerminalProgress::Options options = {}) {
  const loyal::testing::TemporaryDirectory directory;
  options.stream = std::fopen((directory / "out").c_str(), "wb");
  REQUIRE(options.stream != nullptr);
  const loyal::ProgressCallback bar = TerminalProgress(options);
  for (const Progress& progress : calls) CHECK(bar(progress));
  std::fclose(options.stream);
  return loyal::read_text(directory / "out");
}

}  // namespace

TEST_CASE("Plain lines where there is no terminal", "[core][terminal_progress]") {
  CHECK(printed({{.what = "epoch", .step = 12, .total = 40, .seconds = 12, .value = 0.43124}}) ==
        "epoch 12/40 [=======>..................]  30 %  loss 0.4312  0:12, 0:28 left\n");
  CHECK(printed({{.what = "", .step = 3, .seconds = 3725}}) == "3  1:02:05\n");
  CHECK(
      printed(
          {{.what = "fold", .step = 5, .total = 5, .seconds = 61, .value = 0.8, .measure = "auc"}},
          {.width = 4}) == "fold 5/5 [====] 100 %  auc 0.8  1:01\n");
  CHECK(printed({{.what = "a", .step = 0, .total = 5, .seconds = std::nan("")}}, {.width = 4}) ==
        "a 0/5 [>...]   0 %  ?\n");
  CHECK(printed({{.what = "a", .step = 9, .total = 5}}, {.width = 4}) ==
        "a 9/5 [====] 100 %  0:00\n");
}

TEST_CASE("Lines come now and then, the first and the last always", "[core][terminal_progress]") {
  std::vector<Progress> calls;
  for (int i = 1; i <= 100; ++i)
    calls.push_back({.what = "step", .step = i, .total = 100, .seconds = 0.5 * i});
  const auto lines = [](const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
  };
  CHECK(lines(printed(calls)) == 6);  // at 0.5, 10.5, 20.5, 30.5, 40.5, 50 seconds
  CHECK(lines(printed(calls, {.line_seconds = 0})) == 100);
  calls.push_back({.what = "next", .step = 1, .total = 100, .seconds = 0});
  calls.push_back({.what = "next", .step = 1, .total = 100, .seconds = 0});  // begins again
  CHECK(lines(printed(calls)) == 8);
}

TEST_CASE("On a terminal one line is redrawn", "[core][terminal_progress]") {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0) {
    WARN("skipped: no pseudo terminal here");
    return;
  }
  std::FILE* const terminal = std::fopen(::ptsname(master), "wb");
  REQUIRE(terminal != nullptr);
  TerminalProgress bar({.stream = terminal, .width = 2, .redraw_seconds = 1});
  bar({.what = "a", .step = 1, .total = 3, .seconds = 1, .value = 0.12345});
  bar({.what = "a", .step = 2, .total = 3, .seconds = 1.5, .value = 0.1});  // too early
  bar({.what = "a", .step = 3, .total = 3, .seconds = 1.6, .value = 0.1});
  std::string text;
  for (char c = '\0'; c != '\n'; text += c) REQUIRE(::read(master, &c, 1) == 1);
  const std::string first = "\ra 1/3 [>.]  33 %  loss 0.1235  0:01, 0:02 left";
  const std::string last = "\ra 3/3 [==] 100 %  loss 0.1  0:01";
  CHECK(text == first + last + std::string(first.size() - last.size(), ' ') + "\r\n");
  std::fclose(terminal);
  ::close(master);
}

TEST_CASE("Options are checked", "[core][terminal_progress]") {
  CHECK_THROWS_AS(TerminalProgress({.stream = nullptr}), loyal::OptionError);
  CHECK_THROWS_AS(TerminalProgress({.width = 0}), loyal::OptionError);
  CHECK_THROWS_AS(TerminalProgress({.redraw_seconds = -1}), loyal::OptionError);
  CHECK_THROWS_AS(TerminalProgress({.line_seconds = std::nan("")}), loyal::OptionError);
}
