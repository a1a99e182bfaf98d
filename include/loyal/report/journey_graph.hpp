// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "human_number.hpp"
#include "svg.hpp"

namespace loyal {

/// States as boxes and the ways between them as arrows, with the share of each.
///
/// Boxes stand in columns, from the first state on as many as there are steps to them; states without a
/// way out stand at the right. Only the most taken ways are drawn, thicker where more went; a repeat of
/// the same state is written into its box. The other shares show under the mouse.
/// Source: none, our own. Cost: O(states^2 + arrows^2).
///
///     loyal::Matrix<double> counts(3, 3);
///     counts << 0, 100, 0,   0, 20, 60,   0, 0, 0;
///     const loyal::JourneyGraph graph{.title = "Journeys", .states = {"(start)", "visit", "(left)"}, .counts = counts};
///     if (graph.svg().find("75\u00A0%") == std::string::npos) return 1;
struct JourneyGraph {
  std::string title = {};
  std::string caption = {};  ///< one sentence: how to read it
  std::vector<std::string> states = {};
  Matrix<double> counts = {};    ///< states x states, from row to column; >= 0
  std::size_t most_arrows = 16;  ///< the most taken ways that are drawn
  bool wide = true;              ///< over the whole width of a page

  /// @throws ShapeError when states and counts differ in number; DataError for a count that is
  /// negative or not finite.
  [[nodiscard]] std::string svg() const;
};

namespace detail {

/// Lays a graph of journeys out and draws it.
class JourneyPainter {
 public:
  explicit JourneyPainter(const JourneyGraph& graph)
      : graph_(graph), size_(graph.counts.rows()), width_(graph.wide ? 980 : 480) {
    for (Index i = 0; i < size_; ++i) leaving_.push_back(graph.counts.row(i).sum());
    choose_arrows();
    choose_columns();
    place_boxes();
  }

  [[nodiscard]] std::string draw() {
    open_drawing(out_, width_, height_,
                 graph_.title + (graph_.caption.empty() ? "" : ". ") + graph_.caption);
    if (size_ == 0) draw_text(out_, width_ / 2, 24, "middle ink", "no data");
    for (const Arrow& arrow : arrows_) draw_arrow(arrow);
    for (Index i = 0; i < size_; ++i)
      if (boxes_[at(i)].shown) draw_box(i);
    for (const Arrow& arrow : arrows_) draw_share(arrow);
    out_.close();
    return out_.take();
  }

 private:
  struct Arrow {
    Index from;
    Index to;
    double count;
    std::array<double, 8> curve{};  // four points
  };
  struct Box {
    double x = 0;  // of the middle
    double y = 0;
    std::size_t column = 0;
    bool shown = false;
  };
  struct Words {
    double x;  // of the middle
    double y;
    double width;
  };

  static constexpr double box_height = 38;
  static constexpr double distance = 92;  // from box to box in a column

  const JourneyGraph& graph_;
  Index size_;
  double width_;
  double height_ = 40;
  double box_width_ = 112;
  Markup out_;
  std::vector<double> leaving_;
  std::vector<Arrow> arrows_;
  std::vector<Box> boxes_;
  std::vector<Words> words_;

  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  [[nodiscard]] std::string share_of(const Arrow& arrow) const {
    return format_number(arrow.count / leaving_[at(arrow.from)],
                         {.notation = Notation::percent, .digits = 2});
  }
  [[nodiscard]] bool ends(Index i) const { return leaving_[at(i)] == 0; }

  void choose_arrows() {
    for (Index i = 0; i < size_; ++i)
      for (Index j = 0; j < size_; ++j)
        if (i != j && graph_.counts(i, j) > 0) arrows_.push_back({i, j, graph_.counts(i, j), {}});
    std::stable_sort(arrows_.begin(), arrows_.end(),
                     [](const Arrow& a, const Arrow& b) { return a.count > b.count; });
    if (arrows_.size() > graph_.most_arrows) arrows_.resize(graph_.most_arrows);
    boxes_.resize(at(size_));
    for (const Arrow& arrow : arrows_)
      boxes_[at(arrow.from)].shown = boxes_[at(arrow.to)].shown = true;
  }

  /// A box stands one column behind the first from which an arrow leads to it; ends stand last.
  void choose_columns() {
    constexpr std::size_t nowhere = 1000;
    for (Box& box : boxes_) box.column = nowhere;
    if (size_ > 0) boxes_[0].column = 0;
    for (bool changed = true; changed;) {
      changed = false;
      for (const Arrow& arrow : arrows_) {
        const std::size_t next = boxes_[at(arrow.from)].column + 1;
        if (next >= boxes_[at(arrow.to)].column) continue;
        boxes_[at(arrow.to)].column = next;
        changed = true;
      }
    }
    std::size_t last = 1;
    for (Index i = 0; i < size_; ++i) {
      std::size_t& column = boxes_[at(i)].column;
      if (column >= nowhere) column = 1;
      if (!ends(i)) last = std::max(last, column + 1);
    }
    for (Index i = 0; i < size_; ++i)
      if (ends(i)) boxes_[at(i)].column = last;
  }

  /// In a column the boxes stand as their neighbors before do, and apart from each other.
  void place_boxes() {
    std::vector<std::vector<Index>> columns;
    for (Index i = 0; i < size_; ++i) {
      if (!boxes_[at(i)].shown) continue;
      const std::size_t column = boxes_[at(i)].column;
      if (columns.size() <= column) columns.resize(column + 1);
      columns[column].push_back(i);
    }
    std::erase_if(columns, [](const auto& column) { return column.empty(); });
    std::size_t tallest = 0;
    for (const auto& column : columns) tallest = std::max(tallest, column.size());
    height_ = std::max(40.0, distance * static_cast<double>(tallest) + 24);
    const auto gaps = static_cast<double>(std::max<std::size_t>(columns.size(), 2) - 1);
    box_width_ = std::min(112.0, width_ / (2 * gaps + 1));
    const double step = (width_ - box_width_ - 50) / gaps;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      auto& column = columns[c];
      std::stable_sort(column.begin(), column.end(),
                       [this](Index a, Index b) { return wish(a) < wish(b); });
      const double top = height_ / 2 - distance * (static_cast<double>(column.size()) - 1) / 2;
      for (std::size_t k = 0; k < column.size(); ++k) {
        Box& box = boxes_[at(column[k])];
        box.x = box_width_ / 2 + 2 + step * static_cast<double>(c);
        box.y = top + distance * static_cast<double>(k);
      }
    }
    for (Arrow& arrow : arrows_) arrow.curve = curve_of(arrow);
  }

  /// Mean height of the boxes placed before that lead here.
  [[nodiscard]] double wish(Index i) const {
    double sum = 0;
    double weight = 0;
    for (const Arrow& arrow : arrows_) {
      if (arrow.to != i || boxes_[at(arrow.from)].column >= boxes_[at(i)].column) continue;
      sum += arrow.count * boxes_[at(arrow.from)].y;
      weight += arrow.count;
    }
    return weight > 0 ? sum / weight : 0;
  }

  /// Forward from side to side above the middle, back below it; within a column around the right side.
  [[nodiscard]] std::array<double, 8> curve_of(const Arrow& arrow) const {
    const Box& a = boxes_[at(arrow.from)];
    const Box& b = boxes_[at(arrow.to)];
    const double half = box_width_ / 2;
    if (a.column == b.column) {
      const double bend = 24 + 0.16 * std::abs(b.y - a.y);
      const double x = a.x + half;
      const double down = b.y > a.y ? 4 : -4;
      return {x, a.y + down, x + bend, a.y + down, x + bend + 8, b.y - down, x + 8, b.y - down};
    }
    const double sign = b.x > a.x ? 1 : -1;
    const double y = sign > 0 ? -7 : 9;
    const double from = a.x + sign * half;
    const double to = b.x - sign * (half + 8);
    const double pull = sign * std::max(30.0, std::abs(to - from) * 0.45);
    return {from, a.y + y, from + pull, a.y + y, to - pull, b.y + y, to, b.y + y};
  }

  /// To an end, forward, or back.
  [[nodiscard]] std::string color_of(const Arrow& arrow) const {
    if (ends(arrow.to)) return color_class(1);
    const bool forward = boxes_[at(arrow.to)].column > boxes_[at(arrow.from)].column;
    return color_class(forward ? 0 : -1);
  }

  void draw_arrow(const Arrow& arrow) {
    const auto& p = arrow.curve;
    const double strength = std::sqrt(arrow.count / arrows_.front().count);
    const double pointing = p[6] > p[4] ? 1 : -1;
    out_.open("g", {{"class", color_of(arrow)}});
    std::string d = "M" + coordinate(p[0]) + " " + coordinate(p[1]) + "C";
    for (std::size_t i = 2; i < 8; ++i) d.append(coordinate(p[i])).append(i < 7 ? " " : "");
    out_.open("path", {{"class", "arrow"}, {"d", d}, {"stroke-width", 1 + 5 * strength}});
    tooltip(out_, graph_.states[at(arrow.from)] + " \u2192 " + graph_.states[at(arrow.to)] + ": " +
                      share_of(arrow) + ", " +
                      format_number(arrow.count, {.notation = Notation::grouped}) + " times");
    out_.close();
    const double x = p[6];
    const double y = p[7];
    const double half = 4 + 2 * strength;
    out_.leaf("path", {{"class", "head"},
                       {"d", "M" + coordinate(x) + " " + coordinate(y - half) + "L" +
                                 coordinate(x + pointing * 8) + " " + coordinate(y) + "L" +
                                 coordinate(x) + " " + coordinate(y + half) + "Z"}});
    out_.close();
  }

  void draw_box(Index i) {
    const Box& box = boxes_[at(i)];
    out_.open("g", {{"class", ends(i) ? "c1" : "c0"}});
    out_.open("rect", {{"class", "node"},
                       {"x", box.x - box_width_ / 2},
                       {"y", box.y - box_height / 2},
                       {"width", box_width_},
                       {"height", box_height},
                       {"rx", 8.0}});
    tooltip(out_, graph_.states[at(i)]);
    out_.close();
    out_.close();
    const double arrived = graph_.counts.col(i).sum() - graph_.counts(i, i);
    std::string below = format_number(arrived > 0 ? arrived : leaving_[at(i)], {.digits = 3});
    if (graph_.counts(i, i) > 0)
      below += " \u00B7 \u21BB " + format_number(graph_.counts(i, i) / leaving_[at(i)],
                                                 {.notation = Notation::percent, .digits = 2});
    draw_text(out_, box.x, box.y - 3, "middle ink", shorten(graph_.states[at(i)], box_width_ - 8));
    draw_text(out_, box.x, box.y + 12, "middle", shorten(below, box_width_ - 8));
    words_.push_back({box.x, box.y, box_width_});
  }

  /// Writes the share where the curve has room for it; where it has none, it shows under the mouse.
  void draw_share(const Arrow& arrow) {
    const std::string text = share_of(arrow);
    const double width = text_width(text) + 6;
    const auto& p = arrow.curve;
    for (const double t : {0.34, 0.5, 0.42, 0.62, 0.26, 0.7, 0.78}) {
      const double u = 1 - t;
      const auto on = [&](std::size_t i) {
        return u * u * u * p[i] + 3 * u * u * t * p[i + 2] + 3 * u * t * t * p[i + 4] +
               t * t * t * p[i + 6];
      };
      const Words here{on(0), on(1), width};
      const bool free = std::none_of(words_.begin(), words_.end(), [&](const Words& other) {
        const double tall = other.width == box_width_ ? (box_height + 18) / 2 : 18;
        return std::abs(other.x - here.x) < (other.width + width) / 2 &&
               std::abs(other.y - here.y) < tall;
      });
      if (!free || here.x - width / 2 < 0 || here.x + width / 2 > width_) continue;
      out_.open("g", {{"class", color_of(arrow)}});
      draw_text(out_, here.x, here.y + 4, "tag middle halo", text);
      out_.close();
      words_.push_back(here);
      return;
    }
  }
};

}  // namespace detail

inline std::string JourneyGraph::svg() const {
  detail::expect_shape("JourneyGraph", "counts", counts, states.size(), states.size());
  for (Index i = 0; i < counts.size(); ++i)
    if (!(counts.data()[i] >= 0) || std::isinf(counts.data()[i]))
      detail::fail<DataError>("JourneyGraph", "a count", counts.data()[i], "finite, >= 0");
  return detail::JourneyPainter(*this).draw();
}

}  // namespace loyal
