// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../math/order.hpp"
#include "../math/values.hpp"
#include "axis.hpp"
#include "decimate.hpp"
#include "svg.hpp"

namespace loyal {

/// How the points of a series are drawn.
enum class Mark { line, step, scatter, bars, band, whiskers };

/// How a series looks.
struct SeriesStyle {
  static constexpr int automatic = -2;
  static constexpr int gray = -1;
  int color = automatic;  ///< number in the palette (0, 1, ...), gray, or automatic: the next one;
                          ///< series of the same name share theirs
  bool dashed = false;    ///< of lines and steps
  bool dots = false;      ///< mark the points of a line as well
  bool stepped = false;   ///< edges of a band keep their height until the next point
  double width = std::numeric_limits<double>::quiet_NaN();  ///< of bars, in units of x; NaN: 0.8
                                                            ///< of the smallest distance
};

/// Points of a plot; a point with a coordinate that cannot be drawn breaks a line.
struct Series {
  Mark mark = Mark::line;
  std::string name = {};       ///< in the legend; empty: not there
  std::vector<double> x = {};  ///< n
  std::vector<double> y = {};  ///< n; upper end of a band or a whisker
  std::vector<double> low =
      {};  ///< n for bands, whiskers and stacked bars, their lower end; otherwise
           ///< empty
  SeriesStyle style = {};
};

namespace detail {

/// Width of the bars of a series, in units of x.
inline double bar_width(const Series& series) {
  if (series.style.width > 0) return series.style.width;
  std::vector<double> sorted;
  for (const double x : series.x)
    if (drawable(x, false)) sorted.push_back(x);
  std::sort(sorted.begin(), sorted.end());
  double gap = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < sorted.size(); ++i)
    if (sorted[i] > sorted[i - 1]) gap = std::min(gap, sorted[i] - sorted[i - 1]);
  return std::isinf(gap) ? 0.8 : 0.8 * gap;
}

/// Draws series into a plane of two axes.
class SeriesPainter {
 public:
  SeriesPainter(Markup& out, const Axis& x_axis, const Axis& y_axis, const AxisMap& x,
                const AxisMap& y)
      : out_(out), x_axis_(x_axis), y_axis_(y_axis), x_(x), y_(y) {}

  /// @p group of @p groups: the place of bars that share an x.
  void draw(const Series& series, int color, int group, int groups) {
    out_.open("g", {{"class", color_class(color)}});
    switch (series.mark) {
      case Mark::line:
      case Mark::step:
        line(series);
        break;
      case Mark::scatter:
        scatter(series);
        break;
      case Mark::bars:
        bars(series, group, groups);
        break;
      case Mark::band:
        band(series);
        break;
      case Mark::whiskers:
        whiskers(series);
        break;
    }
    out_.close();
  }

 private:
  static constexpr std::size_t most_targets = 60;   // of the mouse, on a line
  static constexpr std::size_t most_shapes = 1500;  // before points of the same place are left out
  Markup& out_;
  const Axis& x_axis_;
  const Axis& y_axis_;
  const AxisMap& x_;
  const AxisMap& y_;

  struct Pixels {
    std::vector<double> x;
    std::vector<double> y;
  };
  [[nodiscard]] Pixels place(const std::vector<double>& x, const std::vector<double>& y) const {
    Pixels pixels{x, y};
    for (double& value : pixels.x) value = x_(value);
    for (double& value : pixels.y) value = y_(value);
    return pixels;
  }

  [[nodiscard]] static std::string value_text(const Axis& axis, double value) {
    const double rounded = std::round(value);
    if (rounded == value && value >= 0 && value < static_cast<double>(axis.categories.size()))
      return axis.categories[static_cast<std::size_t>(value)];
    NumberFormat format = axis.format;
    format.digits = std::max(format.digits, 4);
    const std::string number = format_number(value, format);
    return axis.label.empty() ? number : axis.label + ": " + number;
  }
  [[nodiscard]] std::string describe(const Series& series, std::size_t i) const {
    std::string text = series.name.empty() ? "" : series.name + "\n";
    text.append(value_text(x_axis_, series.x[i])).append("\n");
    if (series.mark == Mark::bars && !series.low.empty())
      return text.append(value_text(y_axis_, series.y[i] - series.low[i]));
    if (!series.low.empty()) text.append(value_text(y_axis_, series.low[i])).append(" \u2013 ");
    return text.append(value_text(y_axis_, series.y[i]));
  }

  /// The points of these indices, or corners between them.
  static void trace(SvgPath& path, const Pixels& at, const std::vector<std::size_t>& indices,
                    bool stepped) {
    for (std::size_t k = 0; k < indices.size(); ++k) {
      const std::size_t i = indices[k];
      if (stepped && k > 0) {
        // A step lasts until the next point in the order of the data, not of the drawing.
        const std::size_t before = indices[k - 1];
        const double height = at.y[std::min(i, before)];
        const double edge = at.x[std::max(i, before)];
        if (std::isfinite(edge) && std::isfinite(height) && std::isfinite(at.y[i]) &&
            std::isfinite(at.y[before]))
          path.point(edge, height);
      }
      path.point(at.x[i], at.y[i]);
    }
  }

  void line(const Series& series) {
    const Pixels at = place(series.x, series.y);
    const auto kept = decimate(at.x, at.y);
    SvgPath path;
    trace(path, at, kept, series.mark == Mark::step);
    out_.leaf("path",
              {{"class", series.style.dashed ? "line dashed" : "line"}, {"d", path.take()}});
    const std::size_t every = std::max<std::size_t>(1, kept.size() / most_targets);
    for (std::size_t k = 0; k < kept.size(); k += every)
      dot(series, at, kept[k], series.style.dots ? "dot" : "hit", 3.5);
  }

  void dot(const Series& series, const Pixels& at, std::size_t i, const char* look, double radius) {
    if (!std::isfinite(at.x[i]) || !std::isfinite(at.y[i])) return;
    out_.open("circle", {{"class", look}, {"cx", at.x[i]}, {"cy", at.y[i]}, {"r", radius}});
    tooltip(out_, describe(series, i));
    out_.close();
  }

  void scatter(const Series& series) {
    const Pixels at = place(series.x, series.y);
    const bool many = at.x.size() > most_shapes;
    if (!many) {
      for (std::size_t i = 0; i < at.x.size(); ++i) dot(series, at, i, "dot", 3.5);
      return;
    }
    std::vector<double> cells;  // of three by three pixels; one dot in each
    for (std::size_t i = 0; i < at.x.size(); ++i) {
      const double cell = std::floor(at.x[i] / 3) * 1e6 + std::floor(at.y[i] / 3);
      cells.push_back(std::isfinite(cell) ? cell : -std::numeric_limits<double>::infinity());
    }
    const std::vector<Index> first = first_of_equals(cells);
    for (std::size_t i = 0; i < first.size(); ++i)
      if (static_cast<std::size_t>(first[i]) == i) dot(series, at, i, "dot", 2);
  }

  void bars(const Series& series, int group, int groups) {
    const double width = bar_width(series);
    const double base = y_.log() ? y_(y_.low()) : y_(0);
    // Where bars are thinner than a pixel, the farthest from the base stands for its column.
    std::size_t tallest = series.x.size();
    const auto column = [&](std::size_t i) { return std::floor(x_(series.x[i])); };
    const bool many = series.x.size() > most_shapes;
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      const double center = x_(series.x[i]);
      const double top = y_(series.y[i]);
      if (!std::isfinite(center) || !std::isfinite(top)) continue;
      if (!many) {
        bar(series, i, width, base, group, groups);
        continue;
      }
      if (tallest < series.x.size() && column(i) != column(tallest)) {
        bar(series, tallest, width, base, group, groups);
        tallest = i;
      } else if (tallest == series.x.size() ||
                 std::abs(top - base) > std::abs(y_(series.y[tallest]) - base)) {
        tallest = i;
      }
    }
    if (tallest < series.x.size()) bar(series, tallest, width, base, group, groups);
  }

  void bar(const Series& series, std::size_t i, double width, double base, int group, int groups) {
    if (!series.low.empty()) {
      base = y_(series.low[i]);
      group = 0;
      groups = 1;
    }
    const double left = x_(series.x[i] - width / 2);
    const double right = x_(series.x[i] + width / 2);
    const double share = std::max(1.0, (std::isfinite(left + right) ? right - left : 1) / groups);
    const double start = (std::isfinite(left) ? left : x_(series.x[i])) + share * group;
    const double top = y_(series.y[i]);
    out_.open("rect", {{"class", "bar"},
                       {"x", start},
                       {"y", std::min(top, base)},
                       {"width", share > 3 ? share - 1 : share},
                       {"height", std::abs(top - base)}});
    tooltip(out_, describe(series, i));
    out_.close();
  }

  void band(const Series& series) {
    const Pixels upper = place(series.x, series.y);
    const Pixels lower = place(series.x, series.low);
    const auto broken = [&](std::size_t i) {
      return !std::isfinite(upper.x[i]) || !std::isfinite(upper.y[i]) || !std::isfinite(lower.y[i]);
    };
    SvgPath path;
    for (std::size_t begin = 0, end = 0; begin < upper.x.size(); begin = end + 1) {
      for (end = begin; end < upper.x.size() && !broken(end);) ++end;
      const auto indices = [&](const Pixels& edge) {
        auto kept = decimate(std::span(edge.x).subspan(begin, end - begin),
                             std::span(edge.y).subspan(begin, end - begin));
        for (std::size_t& i : kept) i += begin;
        return kept;
      };
      trace(path, upper, indices(upper), series.style.stepped);
      auto back = indices(lower);
      std::reverse(back.begin(), back.end());
      trace(path, lower, back, series.style.stepped);
      path.close();
    }
    out_.leaf("path", {{"class", "band"}, {"d", path.take()}});
  }

  void whiskers(const Series& series) {
    const Pixels upper = place(series.x, series.y);
    const Pixels lower = place(series.x, series.low);
    for (std::size_t i = 0; i < std::min(upper.x.size(), most_shapes); ++i) {
      if (!std::isfinite(upper.x[i] + upper.y[i] + lower.y[i])) continue;
      SvgPath path;
      for (const double y : {upper.y[i], lower.y[i]}) {
        path.point(upper.x[i] - 3, y);
        path.point(upper.x[i] + 3, y);
        path.lift();
      }
      path.point(upper.x[i], upper.y[i]);
      path.point(upper.x[i], lower.y[i]);
      out_.open("path", {{"class", "whisker"}, {"d", path.take()}});
      tooltip(out_, describe(series, i));
      out_.close();
    }
  }
};

}  // namespace detail
}  // namespace loyal
