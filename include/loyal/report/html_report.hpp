// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/file.hpp"
#include "html_table.hpp"
#include "markup.hpp"
#include "report_style.hpp"
#include "svg.hpp"

namespace loyal {

/// A page for people who decide: key figures, sections of text, figures and tables, and where the
/// numbers come from. One file that needs no network, light or dark as the reader likes it.
///
/// Everything is added to the last section, or before the first one to the opening; figures in a
/// row stand side by side. All text is escaped. The same calls give the same bytes: a date is only
/// in it if the caller adds one.
/// Source: none, our own.
///
///     loyal::HtmlReport report("Spring campaign", "Whom to contact, and what it pays");
///     report.key_figure("expected profit", "12.3k €", "320 contacts");
///     report.section("Customers").paragraph("The ten with the highest expected profit.");
///     report.table(loyal::HtmlTable{.title = "Top customers"}.text("customer", {"Ada"}));
///     report.provenance("seed", "42");
///     report.write("report.html");
class HtmlReport {
 public:
  /// @p title and one line of explanation under it.
  explicit HtmlReport(std::string title, std::string subtitle = {})
      : title_(std::move(title)), subtitle_(std::move(subtitle)), parts_(1) {}

  /// A number on a card at the top, already formatted, with a few words below.
  HtmlReport& key_figure(std::string label, std::string value, std::string remark = {}) {
    keys_.push_back({std::move(label), std::move(value), std::move(remark)});
    return *this;
  }
  HtmlReport& section(std::string heading) {
    parts_.push_back({std::move(heading), {}});
    return *this;
  }
  HtmlReport& paragraph(std::string_view text) { return block("p", "", text); }
  /// A paragraph that must not be overlooked: simulated data, a check that failed.
  HtmlReport& notice(std::string_view text) { return block("p", "notice", text); }
  /// @throws what the figure's svg() throws.
  template <Figure F>
  HtmlReport& figure(const F& figure) {
    return framed(figure.title, figure.caption, figure.svg(), figure.wide);
  }
  HtmlReport& table(const HtmlTable& table) {
    return framed(table.title, table.caption, table.html(), true);
  }
  /// A remark at the end of the page.
  HtmlReport& footnote(std::string text) {
    notes_.push_back(std::move(text));
    return *this;
  }
  /// How the numbers came about: data, dates, seed, versions.
  HtmlReport& provenance(std::string name, std::string value) {
    origins_.emplace_back(std::move(name), std::move(value));
    return *this;
  }

  /// The whole page: HTML5 that is well-formed XML as well.
  [[nodiscard]] std::string html() const {
    detail::Markup out;
    out.raw("<!DOCTYPE html>\n");
    out.open("html", {{"xmlns", "http://www.w3.org/1999/xhtml"}, {"lang", "en"}});
    out.open("head");
    out.leaf("meta", {{"charset", "utf-8"}});
    out.leaf("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
    out.element("title", {}, title_);
    out.open("style");
    out.raw(detail::plot_style);
    out.raw(detail::report_style);
    out.close();
    out.close();
    out.open("body");
    head(out);
    out.open("main");
    for (std::size_t i = 0; i < parts_.size(); ++i) part(out, i);
    out.close();
    foot(out);
    out.open("script");
    // Its arrows and operators are no markup to a browser; in XML they are within CDATA.
    out.raw("//<![CDATA[");
    out.raw(detail::report_script);
    out.raw("//]]>");
    out.close();
    out.close();
    out.close();
    out.raw("\n");
    return out.take();
  }

  /// Writes the page; a crash leaves the old file or the new one.
  /// @throws FormatError naming the path if it cannot be written.
  void write(const std::string& path) const {
    const std::string text = html();
    write_atomically(path, [&](FileWriter& out) { out.write(text); });
  }

 private:
  struct KeyFigure {
    std::string label;
    std::string value;
    std::string remark;
  };
  struct Block {
    std::string html;
    bool framed;
  };
  struct Part {
    std::string heading;
    std::vector<Block> blocks;
  };

  std::string title_;
  std::string subtitle_;
  std::vector<KeyFigure> keys_;
  std::vector<Part> parts_;  // the first is the opening
  std::vector<std::string> notes_;
  std::vector<std::pair<std::string, std::string>> origins_;

  HtmlReport& block(std::string_view tag, std::string_view look, std::string_view text) {
    detail::Markup out;
    out.element(tag, {{"class", look}}, text);
    parts_.back().blocks.push_back({out.take(), false});
    return *this;
  }

  HtmlReport& framed(std::string_view title, std::string_view caption, std::string_view content,
                     bool wide) {
    detail::Markup out;
    out.open("figure", {{"class", wide ? "wide" : ""}});
    if (!title.empty() || !caption.empty()) {
      out.open("figcaption");
      if (!title.empty()) out.element("h3", {}, title);
      if (!caption.empty()) out.element("p", {}, caption);
      out.close();
    }
    out.open("div", {{"class", "drawing"}});
    out.raw(content);
    out.close();
    out.close();
    parts_.back().blocks.push_back({out.take(), true});
    return *this;
  }

  static std::string anchor(std::size_t number) { return "part-" + std::to_string(number); }

  void head(detail::Markup& out) const {
    out.open("header");
    out.element("h1", {}, title_);
    if (!subtitle_.empty()) out.element("p", {{"class", "lead"}}, subtitle_);
    if (parts_.size() > 3) {
      out.open("nav", {{"aria-label", "Sections"}});
      for (std::size_t i = 1; i < parts_.size(); ++i)
        out.element("a", {{"href", "#" + anchor(i)}}, parts_[i].heading);
      out.close();
    }
    if (!keys_.empty()) {
      out.open("dl", {{"class", "keys"}});
      for (const auto& key : keys_) {
        out.open("div", {{"class", "key"}});
        out.element("dt", {}, key.label);
        out.element("dd", {{"class", "value"}}, key.value);
        if (!key.remark.empty()) out.element("dd", {{"class", "soft"}}, key.remark);
        out.close();
      }
      out.close();
    }
    out.close();
    out.raw("\n");
  }

  void part(detail::Markup& out, std::size_t number) const {
    const Part& content = parts_[number];
    out.open("section", {{"id", anchor(number)}});
    if (number > 0) out.element("h2", {}, content.heading);
    for (std::size_t i = 0; i < content.blocks.size(); ++i) {
      const bool framed = content.blocks[i].framed;
      if (framed && (i == 0 || !content.blocks[i - 1].framed))
        out.open("div", {{"class", "grid-of-figures"}});
      out.raw(content.blocks[i].html);
      out.raw("\n");
      if (framed && (i + 1 == content.blocks.size() || !content.blocks[i + 1].framed)) out.close();
    }
    out.close();
    out.raw("\n");
  }

  void foot(detail::Markup& out) const {
    if (notes_.empty() && origins_.empty()) return;
    out.open("footer");
    if (!notes_.empty()) {
      out.open("ol", {{"class", "notes"}});
      for (const auto& note : notes_) out.element("li", {}, note);
      out.close();
    }
    if (!origins_.empty()) {
      out.open("dl");
      for (const auto& [name, value] : origins_) {
        out.element("dt", {}, name);
        out.element("dd", {}, value);
      }
      out.close();
    }
    out.close();
  }
};

}  // namespace loyal
