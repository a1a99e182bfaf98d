// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "detail/journey_layout.hpp"
#include "human_number.hpp"
#include "svg.hpp"

namespace loyal {

/// States as boxes and the ways between them as arrows, with the share of each.
///
/// Boxes stand in columns, from the first state on as many as there are steps to them; states without a
/// way out stand at the right. Only the most taken ways are drawn, each from a state that drawn ways lead
/// to, thicker where more went; a repeat of the same state is written into its box. A share for which
/// there is no room shows under the mouse.
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
  std::size_t most_arrows = 12;  ///< the most taken ways that are drawn
  bool wide = true;              ///< over the whole width of a page

  /// @throws ShapeError when states and counts differ in number; DataError for a count that is
  /// negative or not finite.
  [[nodiscard]] std::string svg() const;
};

namespace detail {

/// Draws a graph of journeys.
class JourneyPainter {
 public:
  explicit JourneyPainter(const JourneyGraph& graph)
      : graph_(graph),
        width_(graph.wide ? 980 : 480),
        layout_(graph.states, graph.counts, graph.most_arrows, width_) {}

  [[nodiscard]] std::string draw() {
    open_drawing(out_, width_, layout_.height(),
                 graph_.title + (graph_.caption.empty() ? "" : ". ") + graph_.caption);
    if (graph_.states.empty()) draw_text(out_, width_ / 2, 24, "middle ink", "no data");
    for (const Arrow& arrow : layout_.arrows()) draw_arrow(arrow);
    for (std::size_t i = 0; i < layout_.boxes().size(); ++i)
      if (layout_.boxes()[i].shown) draw_box(static_cast<Index>(i));
    for (const Arrow& arrow : layout_.arrows()) draw_share(arrow);
    out_.close();
    return out_.take();
  }

 private:
  using Arrow = JourneyLayout::Arrow;
  struct Words {
    double x;  // of the middle
    double y;
    double width;
  };

  const JourneyGraph& graph_;
  double width_;
  JourneyLayout layout_;
  Markup out_;
  std::vector<Words> words_;

  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }

  /// To an end, forward, or back.
  [[nodiscard]] std::string color_of(const Arrow& arrow) const {
    if (layout_.ends(arrow.to)) return color_class(1);
    const bool forward =
        layout_.boxes()[at(arrow.to)].column > layout_.boxes()[at(arrow.from)].column;
    return color_class(forward ? 0 : -1);
  }

  void draw_arrow(const Arrow& arrow) {
    const auto& p = arrow.curve;
    const double strength = std::sqrt(arrow.count / layout_.most_taken());
    const double pointing = p[6] > p[4] ? 1 : -1;
    out_.open("g", {{"class", color_of(arrow)}});
    std::string d = "M" + coordinate(p[0]) + " " + coordinate(p[1]) + "C";
    for (std::size_t i = 2; i < 8; ++i) d.append(coordinate(p[i])).append(i < 7 ? " " : "");
    out_.open("path", {{"class", "arrow"}, {"d", d}, {"stroke-width", 1 + 5 * strength}});
    tooltip(out_, graph_.states[at(arrow.from)] + " \u2192 " + graph_.states[at(arrow.to)] + ": " +
                      layout_.share_of(arrow) + ", " +
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
    const auto& box = layout_.boxes()[at(i)];
    const double width = layout_.box_width();
    out_.open("g", {{"class", layout_.ends(i) ? "c1" : "c0"}});
    out_.open("rect", {{"class", "node"},
                       {"x", box.x - width / 2},
                       {"y", box.y - JourneyLayout::box_height / 2},
                       {"width", width},
                       {"height", JourneyLayout::box_height},
                       {"rx", 8.0}});
    tooltip(out_, graph_.states[at(i)]);
    out_.close();
    out_.close();
    draw_text(out_, box.x, box.y - 3, "middle ink", shorten(graph_.states[at(i)], width - 8));
    draw_text(out_, box.x, box.y + 12, "middle", shorten(layout_.numbers_of(i), width - 8));
    words_.push_back({box.x, box.y, width});
  }

  /// Writes the share where the curve has room for it; where it has none, it shows under the mouse.
  void draw_share(const Arrow& arrow) {
    const std::string text = layout_.share_of(arrow);
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
        const double tall =
            other.width == layout_.box_width() ? (JourneyLayout::box_height + 18) / 2 : 18;
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
