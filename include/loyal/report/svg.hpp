// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

#include "../core/file.hpp"
#include "markup.hpp"

namespace loyal {

/// What a report can show: anything with a title, a caption that says how to read it, and a
/// drawing. A wide one takes the whole width of the page.
template <class F>
concept Figure = requires(const F& figure) {
  { figure.title } -> std::convertible_to<std::string_view>;
  { figure.caption } -> std::convertible_to<std::string_view>;
  { figure.wide } -> std::convertible_to<bool>;
  { figure.svg() } -> std::convertible_to<std::string>;
};

namespace detail {

/// Colors of all drawings, for light and dark surroundings. Each has a contrast of 3.2 or more with
/// the card; under simulated red and green blindness (Machado, Oliveira & Fernandes, IEEE TVCG
/// 15(6), 2009) any two are 14 or more apart in CIELAB.
inline constexpr std::string_view plot_style = R"(
:root{--paper:#f6f7f9;--card:#fff;--ink:#1c2430;--soft:#5a6675;--faint:#e3e7ec;--c0:#0067a5;--c1:#d55e00;--c2:#00916e;--c3:#57206b;--c4:#e0609f;--c5:#5e4600;--c6:#1b98e0;--muted:#8490a0}
@media(prefers-color-scheme:dark){:root{--paper:#12161c;--card:#1b2129;--ink:#e8ecf1;--soft:#a3afbd;--faint:#323b47;--c0:#5cb6f2;--c1:#ff8b47;--c2:#29a37c;--c3:#f3cdee;--c4:#d063a8;--c5:#f7e384;--c6:#6f7dff;--muted:#7d8a9a}}
.plot{display:block;width:100%;height:auto;overflow:visible;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
.plot text{fill:var(--soft)}
.plot text.ink{fill:var(--ink)}
.plot text.halo{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.plot text.on{fill:var(--card)}
.plot text.tag{fill:currentColor;font-weight:600}
.plot text.end{text-anchor:end}
.plot text.middle{text-anchor:middle}
.plot .grid{stroke:var(--faint);fill:none}
.plot .base{stroke:var(--muted);fill:none}
.plot .reference{stroke:var(--soft);stroke-dasharray:2 3;fill:none}
.plot .line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.plot .dashed{stroke-dasharray:6 5}
.plot .whisker{fill:none;stroke:currentColor;stroke-width:1.2;opacity:.7}
.plot .band{fill:currentColor;opacity:.18}
.plot .arrow{fill:none;stroke:currentColor;opacity:.6;stroke-linecap:butt}
.plot .arrow:hover{opacity:1}
.plot .head{fill:currentColor}
.plot .node{fill:var(--card);stroke:currentColor;stroke-width:1.5}
.plot .unknown{fill:none;stroke:var(--faint)}
.plot .dot{fill:currentColor;stroke:var(--card)}
.plot .mark{fill:var(--card);stroke:var(--ink);stroke-width:2}
.plot .bar{fill:currentColor;opacity:.85}
.plot .bar:hover{opacity:1}
.plot .cell{fill:currentColor}
.plot .hit{fill:currentColor;stroke:transparent;stroke-width:9;fill-opacity:0}
.plot .hit:hover{fill-opacity:1}
.c0{color:var(--c0)}.c1{color:var(--c1)}.c2{color:var(--c2)}.c3{color:var(--c3)}.c4{color:var(--c4)}.c5{color:var(--c5)}.c6{color:var(--c6)}.muted{color:var(--muted)}
)";
inline constexpr int plot_colors = 7;

/// Class of a color: the n-th of the palette, which repeats, or gray for a negative number.
inline std::string color_class(int color) {
  return color < 0 ? "muted" : "c" + std::to_string(color % plot_colors);
}

/// Begins a drawing of this size in its own units; it scales with the page.
inline void open_drawing(Markup& out, double width, double height, std::string_view label) {
  const std::string box = "0 0 " + coordinate(width) + " " + coordinate(height);
  out.open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                   {"class", "plot"},
                   {"viewBox", box},
                   {"role", "img"},
                   {"aria-label", label}});
}

inline constexpr double row_height = 17;  // of a line of text in a drawing

/// Words at a point; the look is a class of plot_style.
inline void draw_text(Markup& out, double x, double y, std::string_view look,
                      std::string_view words) {
  out.element("text", {{"x", x}, {"y", y}, {"class", look}}, words);
}
inline void draw_line(Markup& out, double x1, double y1, double x2, double y2,
                      std::string_view look) {
  out.leaf("line", {{"class", look}, {"x1", x1}, {"y1", y1}, {"x2", x2}, {"y2", y2}});
}

/// What the page shows when the mouse rests on an element.
inline void tooltip(Markup& out, std::string_view text) { out.element("title", {}, text); }

/// Data of a path, from points; a coordinate that is not finite interrupts it.
class SvgPath {
 public:
  void point(double x, double y) {
    if (!std::isfinite(x) || !std::isfinite(y)) return lift();
    // A lone point becomes a line of no length, of which the round ends are seen.
    text_ += down_ ? "L" : "M";
    append(x, y);
    if (!down_) lone_ = text_.size();
    down_ = true;
  }
  /// The next point begins a new piece.
  void lift() {
    if (down_ && lone_ == text_.size()) text_ += "h0";
    down_ = false;
  }
  void close() {
    if (down_) text_ += "Z";
    down_ = false;
  }
  [[nodiscard]] std::string take() {
    lift();
    return std::move(text_);
  }

 private:
  std::string text_;
  std::size_t lone_ = 0;
  bool down_ = false;

  void append(double x, double y) { text_.append(coordinate(x)).append(" ").append(coordinate(y)); }
};

/// Width of a text at the size of drawings, estimated: fonts differ.
inline double text_width(std::string_view text) {
  double width = 0;
  while (!text.empty()) {
    const auto size = std::max<std::size_t>(1, first_character(text).size());
    width += size >= 3 && text[0] != '\xE2' ? 12 : 6.8;  // 3 bytes: mostly East Asian; E2: signs
    text.remove_prefix(size);
  }
  return width;
}

/// A text that fits into a width, with an ellipsis if it had to be cut.
inline std::string shorten(std::string_view text, double width) {
  if (text_width(text) <= width) return std::string(text);
  std::string kept;
  double used = text_width("\u2026");
  while (!text.empty()) {
    const auto size = std::max<std::size_t>(1, first_character(text).size());
    used += text_width(text.substr(0, size));
    if (used > width) break;
    kept.append(text.substr(0, size));
    text.remove_prefix(size);
  }
  return kept + "\u2026";
}

}  // namespace detail

/// Writes one figure as an SVG file of its own, atomically; colors follow the viewer's light or
/// dark mode. The title and caption are left to the page around it.
/// @throws FormatError naming the path if it cannot be written. Source: none, our own.
template <Figure F>
void write_svg(const std::string& path, const F& figure) {
  std::string text = figure.svg();
  std::string style;
  style.append("<style>").append(detail::plot_style).append("</style>");
  text.insert(text.find('>') + 1, style);
  write_atomically(path, [&](FileWriter& out) { out.write(text); });
}

}  // namespace loyal
