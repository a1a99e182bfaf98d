// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

#include "error.hpp"
#include "progress.hpp"

#include <unistd.h>

namespace loyal {

/// A progress bar for programs with a terminal; hand it to anything that takes a ProgressCallback.
///
///   epoch 12/40 [========>.................]  30 %  loss 0.4312  0:12, 0:28 left
///
/// On a terminal one line is redrawn; elsewhere (a pipe, a file) a plain line is written now and
/// then. This is the only part of the library that prints, and only where it is told to. Time is
/// taken from Progress::seconds, so the same calls print the same text. Source: none, our own.
///
///     loyal::ProgressCallback bar = loyal::TerminalProgress{{.stream = stdout}};
///     for (int epoch = 1; epoch <= 3; ++epoch)
///       if (!bar({.what = "epoch", .step = epoch, .total = 3, .seconds = 1.0 * epoch, .value =
///       0.5})) break;
class TerminalProgress {
 public:
  struct Options {
    std::FILE* stream = stderr;   ///< where to print; stays open
    int width = 26;               ///< characters of the bar, > 0
    double redraw_seconds = 0.1;  ///< shortest time between two drawings on a terminal, >= 0
    double line_seconds = 10;     ///< shortest time between two plain lines, >= 0
  };

  TerminalProgress() : TerminalProgress(Options{}) {}
  /// @throws OptionError for a width or an interval outside its domain.
  explicit TerminalProgress(const Options& options) : options_(options) {
    detail::expect_option("TerminalProgress", "stream", options.stream != nullptr,
                          options.stream != nullptr, "an open stream");
    detail::expect_option("TerminalProgress", "width", options.width, options.width > 0, "> 0");
    detail::expect_option("TerminalProgress", "redraw_seconds", options.redraw_seconds,
                          options.redraw_seconds >= 0, ">= 0");
    detail::expect_option("TerminalProgress", "line_seconds", options.line_seconds,
                          options.line_seconds >= 0, ">= 0");
    terminal_ = ::isatty(::fileno(options.stream)) == 1;
  }

  /// Draws if it is time to, and at the last step.
  void operator()(const Progress& progress) {
    const bool first = last_what_ != progress.what || progress.step <= last_step_;
    const bool done = progress.total > 0 && progress.step >= progress.total;
    const double wait = terminal_ ? options_.redraw_seconds : options_.line_seconds;
    last_step_ = progress.step;
    if (!first && !done && progress.seconds - last_seconds_ < wait) return;
    last_what_ = progress.what;
    last_seconds_ = progress.seconds;

    std::string line = text(progress);
    const std::size_t length = line.size();
    if (terminal_) {
      line.append(drawn_ > length ? drawn_ - length : 0, ' ');  // covers what a longer line left
      line.insert(0, 1, '\r');
    }
    drawn_ = done ? 0 : length;
    if (done || !terminal_) line += '\n';
    std::fwrite(line.data(), 1, line.size(), options_.stream);
    std::fflush(options_.stream);
  }

 private:
  Options options_;
  bool terminal_ = false;
  std::string last_what_;
  std::int64_t last_step_ = 0;
  double last_seconds_ = 0;
  std::size_t drawn_ = 0;

  static std::string clock(double seconds) {
    if (!(seconds >= 0 && seconds < 1e9)) return "?";
    const auto whole = static_cast<std::int64_t>(seconds);
    const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    if (whole < 3600) return std::to_string(whole / 60) + ":" + two(whole % 60);
    return std::to_string(whole / 3600) + ":" + two(whole / 60 % 60) + ":" + two(whole % 60);
  }

  [[nodiscard]] std::string text(const Progress& progress) const {
    std::string line(progress.what);
    line += (line.empty() ? "" : " ") + std::to_string(progress.step);
    if (progress.total > 0) {
      const double part = std::clamp(
          static_cast<double>(progress.step) / static_cast<double>(progress.total), 0.0, 1.0);
      const auto width = static_cast<std::size_t>(options_.width);
      const auto full = static_cast<std::size_t>(part * options_.width);
      line += "/" + std::to_string(progress.total);
      line.append(" [").append(full, '=');
      if (full < width) line.append(1, '>').append(width - full - 1, '.');
      const std::string percent = std::to_string(static_cast<int>(part * 100));
      line.append("] ").append(3 - std::min<std::size_t>(3, percent.size()), ' ').append(percent) +=
          " %";
    }
    if (!std::isnan(progress.value)) {
      char number[32];
      std::snprintf(number, sizeof number, "%.4g", progress.value);
      line.append("  ").append(progress.measure).append(" ").append(number);
    }
    line.append("  ").append(clock(progress.seconds));
    if (progress.step > 0 && progress.step < progress.total)
      line += ", " +
              clock(progress.seconds * static_cast<double>(progress.total - progress.step) /
                    static_cast<double>(progress.step)) +
              " left";
    return line;
  }
};

}  // namespace loyal
