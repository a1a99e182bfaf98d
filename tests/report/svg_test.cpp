// SPDX-License-Identifier: MIT
#include <cmath>
#include <string>

#include <loyal/core/file.hpp>
#include <loyal/report/svg.hpp>

#include "../support/catch.hpp"
#include "../support/temporary_directory.hpp"
#include "../support/xml.hpp"

using namespace loyal;

namespace {

struct Circle {
  std::string title = "A <circle>";
  std::string caption = "It is round.";
  bool wide = false;
  [[nodiscard]] std::string svg() const {
    detail::Markup out;
    detail::open_drawing(out, 20, 10, title);
    out.leaf("circle", {{"r", 3}});
    out.close();
    return out.take();
  }
};
static_assert(Figure<Circle>);
static_assert(!Figure<std::string>);

}  // namespace

TEST_CASE("a figure of one's own becomes a file that carries its style") {
  const testing::TemporaryDirectory directory;
  write_svg(directory / "circle.svg", Circle{});
  const std::string text = read_text(directory / "circle.svg");
  CHECK(testing::XmlCheck::error(text) == "");
  CHECK(text.find("<svg xmlns=\"http://www.w3.org/2000/svg\"") == 0);
  CHECK(text.find("prefers-color-scheme:dark") != std::string::npos);
  CHECK(text.find("aria-label=\"A &lt;circle&gt;\"") != std::string::npos);
  CHECK(directory.count() == 1);
  CHECK_THROWS_AS(write_svg(directory / "none/circle.svg", Circle{}), FormatError);
}

TEST_CASE("paths break where a point is missing, and a lone point can be seen") {
  const double missing = std::nan("");
  detail::SvgPath path;
  path.point(0, 1);
  path.point(2, 3);
  path.point(missing, 4);
  path.point(5, 6);
  path.point(7, missing);
  path.point(8, 9);
  path.point(10, 11);
  CHECK(path.take() == "M0 1L2 3M5 6h0M8 9L10 11");
  CHECK(detail::SvgPath().take().empty());
}

TEST_CASE("long names are cut between characters") {
  CHECK(detail::shorten("short", 100) == "short");
  const std::string cut = detail::shorten("\u738B\u5C0F\u660E\u738B\u5C0F\u660E", 40);
  CHECK(cut == "\u738B\u5C0F\u2026");
  CHECK(detail::is_utf8(detail::shorten(std::string(500, 'x') + "\u738B", 30)));
  CHECK(detail::text_width(detail::shorten(std::string(500, 'x'), 30)) <= 30);
}

TEST_CASE("palette numbers repeat, negative ones are gray") {
  CHECK(detail::color_class(0) == "c0");
  CHECK(detail::color_class(detail::plot_colors) == "c0");
  CHECK(detail::color_class(-1) == "muted");
  for (int i = 0; i < detail::plot_colors; ++i)
    CHECK(testing::count_of(detail::plot_style, "--" + detail::color_class(i) + ":#") == 2);
}
