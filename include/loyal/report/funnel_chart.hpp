// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../data/time.hpp"
#include "human_number.hpp"
#include "svg.hpp"

namespace loyal {

/// A span of time as people say it: "45 s", "3.5 h", "12 days".
/// Source: none, our own.
///
///     if (loyal::format_duration(90) != "1.5\u00A0min" || loyal::format_duration(86400) != "1\u00A0day") return 1;
[[nodiscard]] inline std::string format_duration(double seconds) {
  if (std::isnan(seconds)) return "\u2013";
  const auto in = [seconds](Time unit, const char* name) {
    return format_number(seconds / static_cast<double>(unit), {.digits = 2, .unit = name});
  };
  const double size = std::abs(seconds);
  if (size < 60) return in(1, "s");
  if (size < 60 * 60) return in(minute, "min");
  if (size < 24 * 60 * 60) return in(hour, "h");
  return in(day, std::abs(size / static_cast<double>(day) - 1) < 0.05 ? "day" : "days");
}

/// How many users come to each step of a funnel, and how many are lost between.
///
/// One bar a step; between two steps the share that goes on. NaN is written as a dash.
/// Source: none, our own. Cost: linear.
///
///     const loyal::FunnelChart chart{.title = "To the first course", .steps = {"visit", "view", "purchase"}, .users = {900, 300, 60}};
///     if (chart.svg().find("33\u00A0%") == std::string::npos) return 1;
struct FunnelChart {
  std::string title = {};
  std::string caption = {};  ///< one sentence: how to read it
  std::vector<std::string> steps = {};
  std::vector<double> users = {};  ///< as many as steps
  std::vector<double> seconds =
      {};             ///< typical time from the first step, as many as steps; or empty
  bool wide = false;  ///< over the whole width of a page

  /// @throws ShapeError when steps, users and times differ in number.
  [[nodiscard]] std::string svg() const {
    detail::expect_size("FunnelChart", "users", users.size(), steps.size());
    if (!seconds.empty())
      detail::expect_size("FunnelChart", "seconds", seconds.size(), steps.size());
    const double width = wide ? 980 : 480;
    const double row = 56;
    double names = 0;
    double largest = 0;
    for (const auto& step : steps) names = std::max(names, detail::text_width(step));
    for (const double value : users)
      if (std::isfinite(value)) largest = std::max(largest, value);
    names = std::min(names, width * 0.3);
    const double left = names + 12;
    const double room = width - left - 130;  // for the numbers beside the longest bar

    detail::Markup out;
    const double height = steps.empty() ? 40 : row * static_cast<double>(steps.size()) - 18;
    detail::open_drawing(out, width, height, title + (caption.empty() ? "" : ". ") + caption);
    if (steps.empty()) detail::draw_text(out, width / 2, 24, "middle ink", "no data");
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const double y = row * static_cast<double>(i) + 2;
      const double value = std::isfinite(users[i]) ? std::max(users[i], 0.0) : 0.0;
      const double length = largest > 0 ? room * (value / largest) : 0;
      const std::string of_all = percent(users[i], users[0]);
      detail::draw_text(out, names, y + 19, "end ink", detail::shorten(steps[i], names));
      out.open("g", {{"class", "c0"}});
      out.open("rect",
               {{"class", "bar"}, {"x", left}, {"y", y}, {"width", length}, {"height", 30.0}});
      detail::tooltip(out, steps[i] + ": " + count(users[i]) + ", " + of_all + " of all");
      out.close();
      out.close();
      detail::draw_text(out, left + length + 8, y + 19, "ink",
                        count(users[i]) + (i > 0 ? " \u00B7 " + of_all : ""));
      if (i == 0) continue;
      std::string between = "\u2193 " + percent(users[i], users[i - 1]) + " go on";
      if (!seconds.empty()) between += ", " + format_duration(seconds[i]) + " after the start";
      detail::draw_text(out, left, y - 8, "", detail::shorten(between, width - left));
    }
    out.close();
    return out.take();
  }

 private:
  static std::string count(double value) {
    return format_number(value, {.notation = Notation::grouped, .digits = 9});
  }
  static std::string percent(double part, double whole) {
    return format_number(part / whole, {.notation = Notation::percent, .digits = 2});
  }
};

}  // namespace loyal
