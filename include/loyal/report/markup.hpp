// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/config.hpp"
#include "../core/utf8.hpp"

namespace loyal {

namespace detail {

/// The first character of a text that is not empty; an empty view if it is no UTF-8.
inline std::string_view first_character(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length)
    if (is_utf8(text.substr(0, length))) return text.substr(0, length);
  return {};
}

inline bool forbidden_in_xml(std::string_view character) {
  if (character.empty() || character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF") return true;
  const auto c = static_cast<unsigned char>(character[0]);
  return (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

}  // namespace detail

/// Any text as the content or an attribute of HTML and XML: nothing in it can be taken for markup.
///
/// The five special characters become references. Bytes that are no UTF-8 and characters that XML
/// forbids (controls, U+FFFE, U+FFFF) become U+FFFD. Source: XML 1.0 (fifth edition), section 2.2.
/// Cost: one pass.
///
///     if (loyal::escape_markup("<b>&\"'") != "&lt;b&gt;&amp;&quot;&#39;") return 1;
[[nodiscard]] inline std::string escape_markup(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const std::string_view character = detail::first_character(text);
    text.remove_prefix(std::max<std::size_t>(1, character.size()));
    if (detail::forbidden_in_xml(character))
      safe += "\xEF\xBF\xBD";
    else if (character == "&")
      safe += "&amp;";
    else if (character == "<")
      safe += "&lt;";
    else if (character == ">")
      safe += "&gt;";
    else if (character == "\"")
      safe += "&quot;";
    else if (character == "'")
      safe += "&#39;";
    else
      safe.append(character);
  }
  return safe;
}

namespace detail {

/// A coordinate: at most one decimal, no exponent; what cannot be drawn lies far outside.
inline std::string coordinate(double value) {
  const double tenths = std::round(std::clamp(std::isnan(value) ? -1e6 : value, -1e6, 1e6) * 10);
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, tenths / 10 + 0.0, std::chars_format::fixed)
          .ptr;
  return {buffer, end};
}

/// Writes elements of HTML or SVG one after another; everything but raw() is escaped, and
/// attributes without a value are left out.
class Markup {
 public:
  struct Attribute {
    std::string_view name;
    std::string value;
    Attribute(std::string_view key, std::string_view text) : name(key), value(text) {}
    Attribute(std::string_view key, double number) : name(key), value(coordinate(number)) {}
  };
  using Attributes = std::initializer_list<Attribute>;

  void open(std::string_view tag, Attributes attributes = {}) {
    begin(tag, attributes);
    text_ += '>';
    open_.emplace_back(tag);
  }
  void close() {
    LOYAL_ASSERT(!open_.empty());
    text_.append("</").append(open_.back()) += '>';
    open_.pop_back();
  }
  /// An element without content.
  void leaf(std::string_view tag, Attributes attributes = {}) {
    begin(tag, attributes);
    text_ += "/>";
  }
  void element(std::string_view tag, Attributes attributes, std::string_view content) {
    open(tag, attributes);
    text(content);
    close();
  }
  void text(std::string_view content) { text_ += escape_markup(content); }
  /// Markup that this class has written before.
  void raw(std::string_view markup) { text_ += markup; }

  [[nodiscard]] std::string take() {
    LOYAL_ASSERT(open_.empty());
    return std::move(text_);
  }

 private:
  std::string text_;
  std::vector<std::string> open_;

  void begin(std::string_view tag, Attributes attributes) {
    (text_ += '<').append(tag);
    for (const auto& [name, value] : attributes)
      if (!value.empty())
        (text_ += ' ').append(name).append("=\"").append(escape_markup(value)) += '"';
  }
};

}  // namespace detail
}  // namespace loyal
