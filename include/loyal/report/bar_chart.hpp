// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../math/values.hpp"
#include "human_number.hpp"
#include "svg.hpp"

namespace loyal {

/// Named amounts as horizontal bars with their numbers: feature weights, segments, funnels.
///
/// Bars start at 0; those below 0 run to the left in a color of their own. NaN is written as a dash.
/// Source: none, our own. Cost: linear.
///
///     const loyal::BarChart chart{.title = "Funnel", .names = {"visit", "trial", "paid"}, .values = {900, 120, 30}};
///     if (chart.svg().find("trial") == std::string::npos) return 1;
struct BarChart {
  std::string title = {};
  std::string caption = {};  ///< one sentence: how to read it
  std::vector<std::string> names = {};
  std::vector<double> values = {};  ///< as many as names
  NumberFormat format = {};
  bool wide = false;  ///< over the whole width of a page

  /// @throws ShapeError when names and values differ in number.
  [[nodiscard]] std::string svg() const {
    detail::expect_size("BarChart", "values", values.size(), names.size());
    detail::expect_option("BarChart", "format.digits", format.digits, format.digits >= 1, ">= 1");
    const double width = wide ? 980 : 480;
    const double row = 26;
    double low = 0;
    double high = 0;
    double name_width = 0;
    double number_width = 0;
    std::vector<std::string> numbers;
    for (std::size_t i = 0; i < names.size(); ++i) {
      numbers.push_back(format_number(values[i], format));
      name_width = std::max(name_width, detail::text_width(names[i]));
      number_width = std::max(number_width, detail::text_width(numbers.back()));
      if (!std::isfinite(values[i])) continue;
      low = std::min(low, values[i]);
      high = std::max(high, values[i]);
    }
    name_width = std::min(name_width, width * 0.4);
    const double left = name_width + 10 + (low < 0 ? number_width + 8 : 0);
    const double right = width - (high > 0 ? number_width + 8 : 4);
    // Halves, so that the difference of huge numbers stays finite.
    const double span = high / 2 - low / 2;
    const auto at = [&](double value) {
      return span > 0 ? left + (right - left) * ((value / 2 - low / 2) / span) : left;
    };

    detail::Markup out;
    const double height = row * static_cast<double>(std::max<std::size_t>(1, names.size())) + 6;
    detail::open_drawing(out, width, height, title + (caption.empty() ? "" : ". ") + caption);
    if (names.empty()) detail::draw_text(out, width / 2, row / 2 + 4, "middle ink", "no data");
    for (std::size_t i = 0; i < names.size(); ++i) {
      const double y = row * static_cast<double>(i) + 3;
      const bool negative = values[i] < 0;
      detail::draw_text(out, name_width, y + 15, "end ink", detail::shorten(names[i], name_width));
      const double end = std::isfinite(values[i]) ? at(values[i]) : at(0);
      out.open("g", {{"class", negative ? "c1" : "c0"}});
      out.open("rect", {{"class", "bar"},
                        {"x", std::min(end, at(0))},
                        {"y", y},
                        {"width", std::abs(end - at(0))},
                        {"height", row - 6}});
      detail::tooltip(out, names[i] + ": " + numbers[i]);
      out.close();
      out.close();
      detail::draw_text(out, negative ? end - 6 : end + 6, y + 15, negative ? "end" : "",
                        numbers[i]);
    }
    if (!names.empty()) detail::draw_line(out, at(0), 0, at(0), height, "base");
    out.close();
    return out.take();
  }
};

}  // namespace loyal
