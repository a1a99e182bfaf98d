// SPDX-License-Identifier: MIT
#include <string>

#include <loyal/core/file.hpp>
#include <loyal/report/bar_chart.hpp>
#include <loyal/report/html_report.hpp>
#include <loyal/report/model_plots.hpp>

#include "../support/catch.hpp"
#include "../support/temporary_directory.hpp"
#include "../support/xml.hpp"

using namespace loyal;
using testing::count_of;

namespace {

/// Everything a report can hold, with @p text in every place that takes some.
HtmlReport full_report(const std::string& text) {
  HtmlReport report(text, text);
  report.key_figure(text, text, text).paragraph(text).notice(text);
  for (int i = 0; i < 4; ++i) report.section(text);
  auto plot = training_plot({0.7, 0.5}, {0.7, 0.6}, 2);
  plot.title = plot.caption = plot.series[0].name = text;
  report.figure(plot).figure(BarChart{.title = text, .names = {text}, .values = {1}});
  HtmlTable table{.title = text, .caption = text};
  report.paragraph("between").table(table.text(text, {text}).number(text, {1}, {.bar = true}));
  return report.footnote(text).provenance(text, text);
}

}  // namespace

TEST_CASE("a report is one well-formed page without outside resources") {
  const std::string html = full_report("Loyalty").html();
  CHECK(testing::XmlCheck::error(html) == "");
  CHECK(html.find("<!DOCTYPE html>\n<html") == 0);
  CHECK(html.find("<title>Loyalty</title>") != std::string::npos);
  CHECK(html.find("name=\"viewport\"") != std::string::npos);
  for (const char* outside : {"src=", "url(", "@import", "<link", "<iframe", "fetch(", "import("})
    CHECK(html.find(outside) == std::string::npos);
  // Names of the two markup languages are the only addresses.
  CHECK(count_of(html, "http") == count_of(html, "xmlns=\"http://www.w3.org/"));
  CHECK(count_of(html, "role=\"img\"") == 2);
  CHECK(count_of(html, "href=\"#part-") == 4);
  CHECK(count_of(html, "id=\"part-4\"") == 1);
}

TEST_CASE("hostile text stays text in every place") {
  for (const std::string evil :
       {"<script>alert(1)</script>", "\"><img onerror='x'>", "</style></title>&nbsp;]]>",
        "\x01\xFF\xC0\x80 \u202E \u738B", "<!-- -->", "{{x}}"}) {
    const std::string html = full_report(evil).html();
    INFO(evil);
    CHECK(testing::XmlCheck::error(html) == "");
    CHECK(count_of(html, "<script") == 1);  // ours
    CHECK(count_of(html, "<img") == 0);
    CHECK(count_of(html, "<!--") == 0);
    CHECK(count_of(html, "</style>") == 1);
  }
}

TEST_CASE("the same report gives the same bytes, copies are independent") {
  const HtmlReport report = full_report("same");
  HtmlReport copy = report;
  CHECK(copy.html() == report.html());
  copy.paragraph("more");
  CHECK(copy.html() != report.html());
  CHECK(full_report("same").html() == report.html());
}

TEST_CASE("an empty report is still a page") {
  CHECK(testing::XmlCheck::error(HtmlReport("").html()) == "");
}

TEST_CASE("figures in a row share one grid") {
  HtmlReport report("t");
  const BarChart chart{.names = {"a"}, .values = {1}};
  report.figure(chart).figure(chart).paragraph("p").figure(chart);
  CHECK(count_of(report.html(), "class=\"grid-of-figures\"") == 2);
  CHECK(count_of(report.html(), "<figure") == 3);
}

TEST_CASE("writing replaces the whole file or nothing") {
  const testing::TemporaryDirectory directory;
  const std::string path = directory / "report.html";
  const HtmlReport report = full_report("written");
  report.write(path);
  CHECK(read_text(path) == report.html());
  HtmlReport("second").write(path);
  CHECK(read_text(path) == HtmlReport("second").html());
  CHECK(directory.count() == 1);
  CHECK_THROWS_AS(report.write(directory / "none/report.html"), FormatError);
  CHECK_THROWS_WITH(report.write(directory.path()), ContainsSubstring(directory.path()));
}

TEST_CASE("a figure that cannot be drawn leaves the report as it was") {
  HtmlReport report("t");
  const std::string before = report.html();
  CHECK_THROWS_AS(report.figure(BarChart{.names = {"a"}}), ShapeError);
  CHECK(report.html() == before);
}
