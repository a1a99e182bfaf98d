// SPDX-License-Identifier: MIT
#pragma once

#include <cctype>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <loyal/core/utf8.hpp>

#include "catch.hpp"

namespace loyal::testing {

/// A parser of what XML documents are made of, enough to say what is wrong with one: elements
/// balanced, attributes quoted and unique, only known references, characters allowed.
class XmlCheck {
 public:
  /// Empty for a well-formed document, otherwise what is wrong and where.
  static std::string error(std::string_view text) {
    XmlCheck check(text);
    check.run();
    return check.error_;
  }

 private:
  explicit XmlCheck(std::string_view text) : text_(text) {}
  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string> open_;
  std::string error_;

  bool fail(const std::string& what) {
    if (error_.empty())
      error_ = what + " at " + std::to_string(at_) + ": " + std::string(text_.substr(at_, 60));
    return false;
  }
  [[nodiscard]] bool starts(std::string_view part) const {
    return text_.substr(at_, part.size()) == part;
  }
  bool skip_to(std::string_view end) {
    const auto found = text_.find(end, at_);
    if (found == std::string_view::npos) return fail("unfinished");
    at_ = found + end.size();
    return true;
  }
  std::string name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                  text_[at_] == '-' || text_[at_] == ':' || text_[at_] == '_'))
      ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  bool reference() {
    const auto end = text_.find(';', at_);
    if (end == std::string_view::npos) return fail("an unfinished reference");
    const auto body = text_.substr(at_ + 1, end - at_ - 1);
    for (const char* known : {"amp", "lt", "gt", "quot", "#39"})
      if (body == known) {
        at_ = end + 1;
        return true;
      }
    return fail("an unknown reference");
  }
  bool tag() {
    if (starts("<![CDATA[")) return skip_to("]]>");
    if (starts("<!DOCTYPE")) return at_ == 0 ? skip_to(">") : fail("a late document type");
    if (starts("</")) {
      at_ += 2;
      const std::string closed = name();
      if (open_.empty() || open_.back() != closed) return fail("closes " + closed);
      open_.pop_back();
      return starts(">") ? (++at_, true) : fail("a bad end");
    }
    ++at_;
    const std::string element = name();
    if (element.empty()) return fail("no name");
    std::vector<std::string> seen;
    while (starts(" ")) {
      ++at_;
      const std::string key = name();
      for (const auto& other : seen)
        if (other == key) return fail("a second " + key);
      seen.push_back(key);
      if (key.empty() || !starts("=\"")) return fail("a bad attribute");
      at_ += 2;
      while (at_ < text_.size() && text_[at_] != '"') {
        if (text_[at_] == '<') return fail("markup in an attribute");
        if (text_[at_] != '&')
          ++at_;
        else if (!reference())
          return false;
      }
      ++at_;
    }
    if (starts("/>")) {
      at_ += 2;
      return open_.empty() ? fail("no root") : true;
    }
    if (!starts(">")) return fail("a bad element");
    ++at_;
    open_.push_back(element);
    return true;
  }
  void run() {
    if (!detail::is_utf8(text_)) {
      fail("no UTF-8");
      return;
    }
    for (const char c : text_)
      if (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t')
        fail("a control character");
    int roots = 0;
    while (at_ < text_.size() && error_.empty()) {
      if (text_[at_] == '<') {
        const bool outside = open_.empty();
        tag();
        if (outside && !open_.empty()) ++roots;
      } else if (text_[at_] == '&') {
        reference();
      } else {
        if (open_.empty() && text_[at_] != '\n') fail("text outside of the root");
        ++at_;
      }
    }
    if (error_.empty() && !open_.empty()) fail("left open: " + open_.back());
    if (error_.empty() && roots != 1) fail(std::to_string(roots) + " roots");
  }
};

/// How often a part occurs.
inline int count_of(std::string_view text, std::string_view part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

/// Numbers of an attribute, such as every x1 of the document.
inline std::vector<double> numbers_of(std::string_view text, const std::string& attribute) {
  std::vector<double> numbers;
  const std::string begin = " " + attribute + "=\"";
  for (auto at = text.find(begin); at != std::string_view::npos; at = text.find(begin, at + 1))
    numbers.push_back(
        std::strtod(std::string(text.substr(at + begin.size(), 24)).c_str(), nullptr));
  return numbers;
}

/// Data of the first path of a class.
inline std::string path_of(const std::string& svg, const std::string& look) {
  const std::string begin = "<path class=\"" + look + "\" d=\"";
  const auto at = svg.find(begin);
  if (at == std::string::npos) return "";
  return svg.substr(at + begin.size(), svg.find('"', at + begin.size()) - at - begin.size());
}

inline void check_sound(const std::string& svg) {
  CHECK(XmlCheck::error(svg) == "");
  CHECK(svg.find("\"nan") == std::string::npos);
  CHECK(svg.find("\"inf") == std::string::npos);
}

}  // namespace loyal::testing
