// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <string>
#include <string_view>

#include "../core/error.hpp"
#include "csv.hpp"

namespace loyal {

/// Appends @p field to a row, in quotes where the reader would otherwise not get the same text
/// back.
/// @throws DataError when it needs quotes and the options have none.
///
///     std::string row;
///     loyal::append_csv_field(row, "say \"hello\", twice", {});
///     if (row != "\"say \"\"hello\"\", twice\"") return 1;
inline void append_csv_field(std::string& row, std::string_view field, const CsvOptions& options) {
  const auto special = [&](char c) {
    return c == '\n' || c == '\r' || c == options.quote ||
           (options.blanks ? detail::is_blank(c) : c == options.delimiter);
  };
  // Blanks at the ends could be lost, a leading byte order mark or comment sign misread.
  const bool quoted = field.empty() || detail::is_blank(field.front()) ||
                      detail::is_blank(field.back()) ||
                      static_cast<unsigned char>(field.front()) >= 0xef ||
                      (options.comment != '\0' && field.front() == options.comment) ||
                      std::any_of(field.begin(), field.end(), special);
  if (!quoted) {
    row += field;
    return;
  }
  if (options.quote == '\0') {
    if (field.empty() && !options.blanks) return;
    detail::fail<DataError>("append_csv_field", "field", detail::excerpt(field),
                            "a text that needs no quotes, since the options have none");
  }
  row += options.quote;
  for (const char c : field) {
    row += c;
    if (c == options.quote) row += c;
  }
  row += options.quote;
}

namespace detail {

/// Appends the shortest text that reads back as the same number; nothing for NaN.
inline void append_csv_number(std::string& row, double value) {
  if (value != value) return;
  char buffer[32];
  row.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

}  // namespace detail
}  // namespace loyal
