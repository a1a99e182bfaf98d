// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../math/values.hpp"
#include "human_number.hpp"
#include "markup.hpp"

namespace loyal {

/// How a column of numbers is shown.
struct NumberColumnStyle {
  NumberFormat format = {.notation = Notation::grouped};
  bool bar = false;  ///< a bar under each number, as long as the number is large; for values >= 0
};

/// A table of a report, filled column by column; all columns have as many rows.
///
/// Numbers of a column are written alike, with the digits of the largest, so that they can be
/// compared down the column.
/// Source: none, our own.
///
///     loyal::HtmlTable table{.title = "Top customers"};
///     table.text("customer", {"Ada", "Grace"}).number("risk", {0.8, 0.35}, {.format = {.notation = loyal::Notation::percent}});
///     if (table.rows() != 2 || table.html().find("Grace") == std::string::npos) return 1;
class HtmlTable {
 public:
  /// One column as it is shown.
  struct Column {
    std::string name = {};
    bool numeric = false;
    std::vector<std::string> cells = {};
    std::vector<double> keys = {};    ///< sorted by; as many as cells if numeric, otherwise empty
    std::vector<double> shares = {};  ///< length of the bar, in [0, 1]; empty: no bars
  };

  std::string title = {};
  std::string caption = {};     ///< one sentence: what it says
  std::size_t most_rows = 200;  ///< rows shown; the rest is only counted
  std::vector<Column> columns = {};

  [[nodiscard]] std::size_t rows() const { return columns.empty() ? 0 : columns[0].cells.size(); }

  /// @throws ShapeError if the column has other rows than those before, as do the others.
  HtmlTable& text(std::string name, std::vector<std::string> cells) {
    return add({.name = std::move(name), .cells = std::move(cells)});
  }
  HtmlTable& number(std::string name, const Values& values, const NumberColumnStyle& style = {}) {
    const auto scale = column_scale(style, values);
    Column column{.name = std::move(name), .numeric = true};
    const double largest = largest_of(values);
    for (const double value : values) {
      column.cells.push_back(scale(value));
      column.keys.push_back(value);
      if (style.bar)
        column.shares.push_back(value > 0 && largest > 0 ? std::min(value / largest, 1.0) : 0.0);
    }
    return add(std::move(column));
  }
  /// Estimates with their confidence intervals: 0.81 (0.79 – 0.83).
  HtmlTable& interval(std::string name, const Values& values, const Values& low, const Values& high,
                      const NumberColumnStyle& style = {}) {
    detail::expect_size("HtmlTable::interval", "low", low.size(), values.size());
    detail::expect_size("HtmlTable::interval", "high", high.size(), values.size());
    const auto scale = column_scale(style, values);
    Column column{.name = std::move(name), .numeric = true};
    for (Index i = 0; i < values.size(); ++i) {
      column.cells.push_back(scale(values[i]) + " (" + scale(low[i]) + "\u00A0\u2013\u00A0" +
                             scale(high[i]) + ")");
      column.keys.push_back(values[i]);
    }
    return add(std::move(column));
  }

  /// The element; its looks are in the style of HtmlReport.
  /// @throws ShapeError if columns were put together with different numbers of rows.
  [[nodiscard]] std::string html() const {
    for (const auto& column : columns) expect_rows(column);
    detail::Markup out;
    out.open("div", {{"class", "scroll"}});
    out.open("table");
    out.open("thead");
    out.open("tr");
    for (const auto& column : columns)
      out.element("th", {{"scope", "col"}, {"class", column.numeric ? "number" : ""}}, column.name);
    out.close();
    out.close();
    out.open("tbody");
    for (std::size_t r = 0; r < std::min(rows(), most_rows); ++r) {
      out.open("tr");
      for (const auto& column : columns) cell(out, column, r);
      out.close();
    }
    if (rows() == 0) {
      out.open("tr");
      const std::string span = std::to_string(std::max<std::size_t>(1, columns.size()));
      out.element("td", {{"class", "soft"}, {"colspan", span}}, "no data");
      out.close();
    }
    out.close();
    out.close();
    out.close();
    if (rows() > most_rows)
      out.element("p", {{"class", "soft"}},
                  "and " +
                      format_number(static_cast<double>(rows() - most_rows),
                                    {.notation = Notation::grouped}) +
                      " rows more");
    return out.take();
  }

 private:
  void expect_rows(const Column& column) const {
    const auto check = [&](const char* what, std::size_t got) {
      detail::expect_size("HtmlTable", (what + column.name).c_str(), got, rows());
    };
    check("rows of ", column.cells.size());
    if (column.numeric) check("keys of ", column.keys.size());
    if (!column.shares.empty()) check("shares of ", column.shares.size());
  }
  HtmlTable& add(Column column) {
    if (!columns.empty()) expect_rows(column);
    columns.push_back(std::move(column));
    return *this;
  }

  static double largest_of(const Values& values) {
    double largest = 0;
    for (const double value : values)
      if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    return largest;
  }

  static detail::NumberScale column_scale(const NumberColumnStyle& style, const Values& values) {
    detail::expect_option("HtmlTable", "format.digits", style.format.digits,
                          style.format.digits >= 1, ">= 1");
    bool whole = style.format.notation == Notation::grouped;
    for (const double value : values) whole = whole && !(std::abs(value - std::round(value)) > 0);
    if (whole) return {style.format, largest_of(values), 1};
    return detail::scale_for_digits(style.format, largest_of(values));
  }

  static void cell(detail::Markup& out, const Column& column, std::size_t row) {
    if (!column.numeric) return out.element("td", {}, column.cells[row]);
    // The exact value, which the page sorts by; rows without one come last.
    const double key = column.keys[row];
    out.open("td",
             {{"class", "number"}, {"data-key", std::isnan(key) ? "" : detail::to_text(key)}});
    out.text(column.cells[row]);
    if (!column.shares.empty()) {
      const std::string width = detail::coordinate(100 * column.shares[row]) + "%";
      out.open("span", {{"class", "meter"}});
      out.element("span", {{"style", "width:" + width}}, "");
      out.close();
    }
    out.close();
  }
};

}  // namespace loyal
