// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/types.hpp"
#include "../math/order.hpp"
#include "axis.hpp"
#include "series.hpp"
#include "svg.hpp"

namespace loyal::detail {

/// Which color and name belong to which series; series of one name share both.
class Legend {
 public:
  /// For a drawing of this width; keeps a reference to the series.
  Legend(const std::vector<Series>& series, double width) : series_(series), width_(width) {
    int next = 0;
    for (std::size_t i = 0; i < series.size(); ++i) {
      int color = series[i].style.color;
      for (std::size_t k = 0; k < i && color == SeriesStyle::automatic; ++k)
        if (!series[i].name.empty() && series[k].name == series[i].name) color = colors_[k];
      colors_.push_back(color == SeriesStyle::automatic ? next++ : color);
      add_key(i);
    }
  }

  [[nodiscard]] int color(std::size_t series) const { return colors_[series]; }

  /// Room for the names beside lines.
  [[nodiscard]] double widest() const {
    double width = 0;
    for (const auto& key : keys_) width = std::max(width, key.width + 10);
    return width;
  }

  /// Rows of names at the top, unless there is but one series; returns their height.
  double draw(Markup& out) const {
    if (keys_.empty() || series_.size() < 2) return 0;
    double x = 2;
    double y = 12;
    for (const auto& key : keys_) {
      if (x > 2 && x + key.width + 24 > width_) {
        x = 2;
        y += row_height;
      }
      draw_swatch(out, key, x, y);
      draw_text(out, x + 24, y, "ink", shorten(series_[key.series].name, width_ / 2));
      x += key.width + 40;
    }
    return y + 10;
  }

  /// Names at the right ends of lines, moved apart where these lie close.
  void draw_beside_lines(Markup& out, const AxisMap& map, double x, double top,
                         double bottom) const {
    std::vector<std::size_t> named;
    std::vector<double> heights;
    for (const auto& key : keys_) {
      const auto& ys = series_[key.series].y;
      std::size_t end = ys.size();
      while (end > 0 && !std::isfinite(map(ys[end - 1]))) --end;
      if (end == 0) continue;
      named.push_back(key.series);
      heights.push_back(map(ys[end - 1]));
    }
    double lowest = bottom - row_height * (static_cast<double>(named.size()) - 1);
    for (const Index i : ascending_order(heights)) {
      const std::size_t series = named[static_cast<std::size_t>(i)];
      const double y = std::clamp(heights[static_cast<std::size_t>(i)], top, std::max(lowest, top));
      top = y + row_height;
      lowest += row_height;
      out.open("g", {{"class", color_class(colors_[series])}});
      draw_text(out, x + 7, y + 4, "tag", shorten(series_[series].name, width_ / 3 - 10));
      out.close();
    }
  }

 private:
  struct Key {
    std::size_t series;
    double width;  // of the name
  };
  const std::vector<Series>& series_;
  double width_;
  std::vector<int> colors_;
  std::vector<Key> keys_;

  /// A line stands for its band and its whiskers.
  void add_key(std::size_t i) {
    const Series& series = series_[i];
    if (series.name.empty()) return;
    for (auto& key : keys_) {
      const Series& known = series_[key.series];
      if (known.name != series.name) continue;
      if (known.mark == Mark::band || known.mark == Mark::whiskers) key.series = i;
      return;
    }
    keys_.push_back({i, text_width(shorten(series.name, width_ / 2))});
  }

  void draw_swatch(Markup& out, const Key& key, double x, double y) const {
    const Series& series = series_[key.series];
    out.open("g", {{"class", color_class(colors_[key.series])}});
    if (series.mark == Mark::line || series.mark == Mark::step)
      draw_line(out, x, y - 4, x + 18, y - 4, series.style.dashed ? "line dashed" : "line");
    else if (series.mark == Mark::scatter)
      out.leaf("circle", {{"class", "dot"}, {"cx", x + 9}, {"cy", y - 4}, {"r", 4}});
    else
      out.leaf("rect", {{"class", series.mark == Mark::bars ? "bar" : "band"},
                        {"x", x + 3},
                        {"y", y - 10},
                        {"width", 12},
                        {"height", 12}});
    out.close();
  }
};

}  // namespace loyal::detail
