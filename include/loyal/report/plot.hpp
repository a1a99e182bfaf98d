// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../math/values.hpp"
#include "axis.hpp"
#include "legend.hpp"
#include "series.hpp"
#include "svg.hpp"

namespace loyal {

/// Two axes and what is drawn between them: lines, steps, points, bars, bands, whiskers.
///
/// A value: compose it, copy it, add to what a ready-made plot returns, and hand it to an
/// HtmlReport, or to write_svg(). The same plot gives the same bytes. Axes find their limits and
/// round ticks by themselves; a point that is not finite breaks its line, a plot without a point
/// says so, and a line of a million points costs no more in the file than its pixels.
/// Source: none, our own. Cost of svg(): linear in the points.
///
///     loyal::Plot plot{.title = "Visits", .x = {.label = "week"}, .y = {.label = "visits"}};
///     plot.line("app", {1, 2, 3}, {10, 14, 13}).line("web", {1, 2, 3}, {8, 7, 9});
///     plot.vertical(2, "new course");
///     if (plot.svg().find("<svg") != 0) return 1;
struct Plot {
  /// A straight line across the plot.
  struct Reference {
    bool vertical = false;
    double at = 0;           ///< x of a vertical line, y of a horizontal one
    std::string label = {};  ///< written along it
  };
  /// A marked point with a few words.
  struct Note {
    double x = 0;
    double y = 0;
    std::string text = {};
  };

  std::string title = {};    ///< stands above the drawing
  std::string caption = {};  ///< one sentence: how to read it
  Axis x = {};
  Axis y = {};
  bool direct_labels = false;  ///< names at the right ends of lines in the place of a legend
  bool wide = false;           ///< over the whole width of a page
  double height = 300;         ///< in units of which a plot is 480 wide, a wide one 980; > 0
  std::vector<Series> series = {};
  std::vector<Reference> references = {};
  std::vector<Note> notes = {};

  /// A line through the points in their order. @throws ShapeError if sizes differ, as do the others.
  Plot& line(std::string name, const Values& xs, const Values& ys, const SeriesStyle& style = {}) {
    return add(Mark::line, std::move(name), xs, ys, {}, style);
  }
  /// A line that keeps its height until the next point: survival curves, counts over time.
  Plot& step(std::string name, const Values& xs, const Values& ys, const SeriesStyle& style = {}) {
    return add(Mark::step, std::move(name), xs, ys, {}, style);
  }
  Plot& scatter(std::string name, const Values& xs, const Values& ys,
                const SeriesStyle& style = {}) {
    return add(Mark::scatter, std::move(name), xs, ys, {}, style);
  }
  /// Bars from 0, centered at x; bars of several series stand side by side.
  Plot& bars(std::string name, const Values& xs, const Values& heights,
             const SeriesStyle& style = {}) {
    return add(Mark::bars, std::move(name), xs, heights, {}, style);
  }
  /// Bars from low to high, over one another where those of several series meet.
  Plot& stacked_bars(std::string name, const Values& xs, const Values& low, const Values& high,
                     const SeriesStyle& style = {}) {
    detail::expect_size("Plot", "low", low.size(), xs.size());
    return add(Mark::bars, std::move(name), xs, high, low, style);
  }
  /// The area between two lines, in the color of the line of the same name.
  Plot& band(std::string name, const Values& xs, const Values& low, const Values& high,
             const SeriesStyle& style = {}) {
    detail::expect_size("Plot", "low", low.size(), xs.size());
    return add(Mark::band, std::move(name), xs, high, low, style);
  }
  /// Intervals of uncertainty at points.
  Plot& whiskers(std::string name, const Values& xs, const Values& low, const Values& high,
                 const SeriesStyle& style = {}) {
    detail::expect_size("Plot", "low", low.size(), xs.size());
    return add(Mark::whiskers, std::move(name), xs, high, low, style);
  }
  Plot& vertical(double at, std::string label = {}) {
    references.push_back({true, at, std::move(label)});
    return *this;
  }
  Plot& horizontal(double at, std::string label = {}) {
    references.push_back({false, at, std::move(label)});
    return *this;
  }
  Plot& note(double at_x, double at_y, std::string text) {
    notes.push_back({at_x, at_y, std::move(text)});
    return *this;
  }

  /// The drawing; its colors are in the style that HtmlReport and write_svg() put beside it.
  /// @throws OptionError if height <= 0; ShapeError if a series was put together with wrong sizes.
  [[nodiscard]] std::string svg() const;

 private:
  Plot& add(Mark mark, std::string name, const Values& xs, const Values& ys, const Values& low,
            const SeriesStyle& style) {
    detail::expect_size("Plot", "y", ys.size(), xs.size());
    series.push_back({mark,
                      std::move(name),
                      {xs.begin(), xs.end()},
                      {ys.begin(), ys.end()},
                      {low.begin(), low.end()},
                      style});
    return *this;
  }
};

namespace detail {

/// Lays a plot out and draws it.
class PlotPainter {
 public:
  explicit PlotPainter(const Plot& plot)
      : plot_(plot),
        width_(plot.wide ? 980 : 480),
        x_(map(plot.x, true)),
        y_(map(plot.y, false)),
        legend_(plot.series, width_) {}

  [[nodiscard]] std::string draw() {
    open_drawing(out_, width_, plot_.height,
                 plot_.title + (plot_.caption.empty() ? "" : ". ") + plot_.caption);
    lay_out();
    if (!plot_.direct_labels) top_ += legend_.draw(out_);
    axes();
    open_clip();
    for (const auto& reference : plot_.references) reference_line(reference);
    all_series();
    out_.close();
    words();
    out_.close();
    return out_.take();
  }

 private:
  const Plot& plot_;
  double width_;
  bool empty_ = true;
  AxisMap x_;
  AxisMap y_;
  Legend legend_;
  Markup out_;
  double left_ = 0;
  double right_ = 0;
  double top_ = 0;
  double bottom_ = 0;

  /// Limits of one axis over everything that can be drawn.
  AxisMap map(const Axis& axis, bool horizontal) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    bool scatter = false;
    const auto include = [&](double value) {
      if (!drawable(value, axis.log)) return;
      low = std::min(low, value);
      high = std::max(high, value);
    };
    for (const auto& series : plot_.series) {
      const bool bars = series.mark == Mark::bars;
      const double half = horizontal && bars ? bar_width(series) / 2 : 0;
      scatter = scatter || series.mark == Mark::scatter;
      for (std::size_t i = 0; i < series.x.size(); ++i) {
        if (!drawable(series.x[i], plot_.x.log) || !drawable(series.y[i], plot_.y.log)) continue;
        empty_ = false;
        include((horizontal ? series.x[i] : series.y[i]) - half);
        include((horizontal ? series.x[i] : series.y[i]) + half);
        if (!horizontal && !series.low.empty()) include(series.low[i]);
        if (!horizontal && bars) include(0);
      }
    }
    for (const auto& reference : plot_.references)
      if (reference.vertical == horizontal) include(reference.at);
    for (const auto& note : plot_.notes) include(horizontal ? note.x : note.y);
    if (!axis.categories.empty()) {
      include(-0.5);
      include(static_cast<double>(axis.categories.size()) - 0.5);
    }
    const bool widen = axis.categories.empty() && (!horizontal || scatter);
    return {axis, low, high, horizontal ? static_cast<int>(width_ / 80) : 5, widen};
  }

  void lay_out() {
    double labels = 0;
    for (const auto& label : y_.labels()) labels = std::max(labels, text_width(label));
    for (const auto& name : plot_.y.categories) labels = std::max(labels, text_width(name));
    left_ = std::min(labels, width_ / 3) + 12;
    right_ = width_ - 16;
    if (plot_.direct_labels) right_ = width_ - std::min(legend_.widest(), width_ / 3) - 4;
    top_ = plot_.y.label.empty() ? 8 : row_height + 8;
    bottom_ = plot_.height - (plot_.x.label.empty() ? 24 : 42);
  }

  void axes() {
    x_.place(left_, right_);
    y_.place(std::max(bottom_, top_ + 10), top_);
    bottom_ = std::max(bottom_, top_ + 10);
    if (!plot_.y.label.empty())
      draw_text(out_, 2, top_ - 12, "", shorten(plot_.y.label, width_ - 8));
    for (std::size_t i = 0; i < y_.ticks().size(); ++i) {
      const double at = y_(y_.ticks()[i]);
      draw_line(out_, left_, at, right_, at, "grid");
      draw_text(out_, left_ - 7, at + 4, "end", y_.labels()[i]);
    }
    for (std::size_t i = 0; i < plot_.y.categories.size(); ++i)
      draw_text(out_, left_ - 7, y_(static_cast<double>(i)) + 4, "end",
                shorten(plot_.y.categories[i], width_ / 3));
    draw_line(out_, left_, bottom_, right_, bottom_, "base");
    if (!y_.log() && y_.low() < 0 && y_.high() > 0)
      draw_line(out_, left_, y_(0), right_, y_(0), "base");

    // Ticks without room for their names keep their mark.
    double free_from = -1e9;
    const auto tick = [&](double at, const std::string& name) {
      draw_line(out_, at, bottom_, at, bottom_ + 4, "base");
      const double half = text_width(name) / 2;
      if (name.empty() || at - half < free_from) return;
      // The last name may lean out of the drawing no farther than its edge.
      draw_text(out_, std::min(at, width_ - half - 1), bottom_ + 17, "middle", name);
      free_from = at + half + 6;
    };
    for (std::size_t i = 0; i < x_.ticks().size(); ++i) tick(x_(x_.ticks()[i]), x_.labels()[i]);
    const auto& names = plot_.x.categories;
    const double slot =
        (right_ - left_) / static_cast<double>(std::max<std::size_t>(1, names.size()));
    // Where not all names have room, every second, third, ... is written.
    constexpr double apart = 14;
    const double most = std::max(slot - apart, 50.0);
    double widest = 0;
    for (const auto& name : names) widest = std::max(widest, text_width(shorten(name, most)));
    const auto stride =
        static_cast<std::size_t>(std::max(1.0, std::ceil((widest + apart) / slot - 1e-9)));
    for (std::size_t i = 0; i < names.size(); ++i)
      tick(x_(static_cast<double>(i)), i % stride == 0 ? shorten(names[i], most) : "");
    if (!plot_.x.label.empty())
      draw_text(out_, (left_ + right_) / 2, plot_.height - 6, "middle",
                shorten(plot_.x.label, right_ - left_ + 60));
  }

  /// What lies outside of fixed limits is cut off: an inner drawing shows nothing beyond its edge.
  void open_clip() {
    const double margin = 5;
    const double w = right_ - left_ + 2 * margin;
    const double h = bottom_ - top_ + 2 * margin;
    const std::string box = coordinate(left_ - margin) + " " + coordinate(top_ - margin) + " " +
                            coordinate(w) + " " + coordinate(h);
    out_.open("svg", {{"x", left_ - margin},
                      {"y", top_ - margin},
                      {"width", w},
                      {"height", h},
                      {"viewBox", box}});
  }

  void reference_line(const Plot::Reference& reference) {
    const double at = reference.vertical ? x_(reference.at) : y_(reference.at);
    if (!std::isfinite(at)) return;
    if (reference.vertical)
      draw_line(out_, at, top_, at, bottom_, "reference");
    else
      draw_line(out_, left_, at, right_, at, "reference");
  }

  void all_series() {
    SeriesPainter painter(out_, plot_.x, plot_.y, x_, y_);
    int groups = 0;
    const auto stands_alone = [](const Series& series) {
      return series.mark == Mark::bars && series.low.empty();
    };
    for (const auto& series : plot_.series) groups += stands_alone(series) ? 1 : 0;
    // Bands lie below everything else.
    for (const bool bands : {true, false}) {
      int group = 0;
      for (std::size_t i = 0; i < plot_.series.size(); ++i) {
        const Series& series = plot_.series[i];
        if ((series.mark == Mark::band) == bands)
          painter.draw(series, legend_.color(i), group, groups);
        group += stands_alone(series) ? 1 : 0;
      }
    }
  }

  [[nodiscard]] bool left_half(double at) const { return at < (left_ + right_) / 2; }

  void words() {
    if (empty_)
      draw_text(out_, (left_ + right_) / 2, (top_ + bottom_) / 2, "middle ink", "no data");
    double line = top_ + 10;
    for (const auto& reference : plot_.references) {
      const double at = reference.vertical ? x_(reference.at) : y_(reference.at);
      if (!std::isfinite(at) || reference.label.empty()) continue;
      const std::string label = shorten(reference.label, (right_ - left_) / 2);
      if (!reference.vertical) {
        draw_text(out_, right_, at + 14 < bottom_ ? at + 14 : at - 5, "halo end", label);
        continue;
      }
      draw_text(out_, left_half(at) ? at + 5 : at - 5, line, left_half(at) ? "halo" : "halo end",
                label);
      line += row_height;
    }
    for (const auto& note : plot_.notes) {
      const double px = x_(note.x);
      const double py = y_(note.y);
      if (!std::isfinite(px) || !std::isfinite(py)) continue;
      out_.leaf("circle", {{"class", "mark"}, {"cx", px}, {"cy", py}, {"r", 4.5}});
      const std::string label = shorten(note.text, right_ - left_);
      const double half = text_width(label) / 2;
      const double middle = std::clamp(px, left_ + half, std::max(right_ - half, left_ + half));
      draw_text(out_, middle, py < top_ + 18 ? py + 22 : py - 10, "halo ink middle", label);
    }
    if (plot_.direct_labels) legend_.draw_beside_lines(out_, y_, right_, top_, bottom_);
  }
};

}  // namespace detail

inline std::string Plot::svg() const {
  detail::expect_option("Plot::svg", "height", height, height > 0 && height <= 10000,
                        "in (0, 10000]");
  for (const auto& one : series) {
    const bool pair = one.mark == Mark::band || one.mark == Mark::whiskers ||
                      (one.mark == Mark::bars && !one.low.empty());
    detail::expect_size("Plot::svg", ("y of " + one.name).c_str(), one.y.size(), one.x.size());
    detail::expect_size("Plot::svg", ("low of " + one.name).c_str(), one.low.size(),
                        pair ? one.x.size() : 0);
  }
  return detail::PlotPainter(*this).draw();
}

}  // namespace loyal
