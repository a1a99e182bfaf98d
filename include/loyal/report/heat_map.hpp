// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "human_number.hpp"
#include "svg.hpp"

namespace loyal {

/// A matrix as colored cells: cohorts, confusion, correlations, transitions.
///
/// The farther a number is from 0, the stronger its color; numbers below 0 have a color of their
/// own. NaN cells stay empty, or are outlined where it is said what they mean. With few enough cells the numbers are
/// written in, otherwise they show under the mouse.
/// Source: none, our own. Cost: one element a cell.
///
///     loyal::Matrix<double> kept(2, 2);
///     kept << 1, 0.6, 1, NAN;
///     const loyal::HeatMap map{.title = "Cohorts", .rows = {"May", "June"}, .columns = {"0", "1"}, .values = kept};
///     if (map.svg().find("<svg") != 0) return 1;
struct HeatMap {
  std::string title = {};
  std::string caption = {};  ///< one sentence: how to read it
  std::string row_label = {};
  std::string column_label = {};
  std::vector<std::string> rows = {};     ///< names, as many as rows of values
  std::vector<std::string> columns = {};  ///< names, as many as columns of values
  Matrix<double> values = {};             ///< rows x columns
  NumberFormat format = {.digits =
                             2};  ///< in the cells; format.least does not bind what the mouse shows
  std::string missing = {};  ///< what a NaN cell means, shown under the mouse; empty: not drawn
  bool wide = false;         ///< over the whole width of a page

  /// @throws ShapeError when names and values differ in number.
  [[nodiscard]] std::string svg() const {
    detail::expect_shape("HeatMap", "values", values, rows.size(), columns.size());
    detail::expect_option("HeatMap", "format.digits", format.digits, format.digits >= 1, ">= 1");
    const double width = wide ? 980 : 480;
    double names = 0;
    for (const auto& name : rows) names = std::max(names, detail::text_width(name));
    const double left = std::min(names, width / 3) + 12;
    const double top = row_label.empty() ? 4 : 22;
    const double cell_width =
        (width - left - 4) / static_cast<double>(std::max<Index>(1, values.cols()));
    const double cell_height = std::clamp(cell_width * 0.6, 4.0, 32.0);
    const double bottom =
        top + cell_height * static_cast<double>(std::max<Index>(1, values.rows()));

    detail::Markup out;
    detail::open_drawing(out, width, bottom + (column_label.empty() ? 24 : 42),
                         title + (caption.empty() ? "" : ". ") + caption);
    if (!row_label.empty()) detail::draw_text(out, 2, 12, "", detail::shorten(row_label, width));
    if (values.size() == 0) detail::draw_text(out, width / 2, bottom, "middle ink", "no data");
    double free_from = -1e9;
    for (Index r = 0; r < values.rows(); ++r) {
      const double y = top + cell_height * static_cast<double>(r);
      if (y < free_from) continue;
      detail::draw_text(out, left - 7, y + cell_height / 2 + 4, "end",
                        detail::shorten(rows[static_cast<std::size_t>(r)], width / 3));
      free_from = y + 13;
    }
    free_from = -1e9;
    for (Index c = 0; c < values.cols(); ++c) {
      const std::string name =
          detail::shorten(columns[static_cast<std::size_t>(c)], std::max(cell_width, 50.0));
      const double x = left + cell_width * (static_cast<double>(c) + 0.5);
      if (x - detail::text_width(name) / 2 < free_from) continue;
      detail::draw_text(out, x, bottom + 16, "middle", name);
      free_from = x + detail::text_width(name) / 2 + 4;
    }
    if (!column_label.empty())
      detail::draw_text(out, (left + width) / 2, bottom + 36, "middle", column_label);
    cells(out, left, top, cell_width, cell_height);
    out.close();
    return out.take();
  }

 private:
  /// From 0.04 to 1, in hundredths.
  static std::string opacity(double strength) {
    return detail::NumberScale({}, 1, 0.01)(0.04 + 0.96 * strength, true);
  }

  void unknown(detail::Markup& out, Index r, Index c, double x, double y, double width,
               double height) const {
    out.open("rect", {{"class", "unknown"},
                      {"x", x + 1},
                      {"y", y + 1},
                      {"width", std::max(width - 2, 0.5)},
                      {"height", std::max(height - 2, 0.5)}});
    detail::tooltip(out, rows[static_cast<std::size_t>(r)] + " \u00D7 " +
                             columns[static_cast<std::size_t>(c)] + ": " + missing);
    out.close();
  }

  void cells(detail::Markup& out, double left, double top, double width, double height) const {
    double strongest = 0;
    for (Index i = 0; i < values.size(); ++i)
      if (std::isfinite(values.data()[i]))
        strongest = std::max(strongest, std::abs(values.data()[i]));
    for (Index r = 0; r < values.rows(); ++r) {
      for (Index c = 0; c < values.cols(); ++c) {
        const double value = values(r, c);
        if (!std::isfinite(value)) {
          if (!missing.empty())
            unknown(out, r, c, left + width * static_cast<double>(c),
                    top + height * static_cast<double>(r), width, height);
          continue;
        }
        const double strength = strongest > 0 ? std::abs(value) / strongest : 0;
        const double x = left + width * static_cast<double>(c);
        const double y = top + height * static_cast<double>(r);
        const std::string number = format_number(value, format);
        NumberFormat exact = format;
        exact.least = 0;
        out.open("g", {{"class", value < 0 ? "c1" : "c0"}});
        out.open("rect", {{"class", "cell"},
                          {"x", x + 0.5},
                          {"y", y + 0.5},
                          {"width", std::max(width - 1, 0.5)},
                          {"height", std::max(height - 1, 0.5)},
                          {"fill-opacity", opacity(strength)}});
        detail::tooltip(out, rows[static_cast<std::size_t>(r)] + " \u00D7 " +
                                 columns[static_cast<std::size_t>(c)] + ": " +
                                 format_number(value, exact));
        out.close();
        if (detail::text_width(number) + 4 < width && height > 14)
          detail::draw_text(out, x + width / 2, y + height / 2 + 4,
                            strength > 0.55 ? "middle on" : "middle ink", number);
        out.close();
      }
    }
  }
};

}  // namespace loyal
