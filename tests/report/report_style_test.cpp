// SPDX-License-Identifier: MIT
#include <string>

#include <loyal/report/report_style.hpp>
#include <loyal/report/svg.hpp>

#include "../support/catch.hpp"
#include "../support/xml.hpp"

using namespace loyal;
using testing::count_of;

TEST_CASE("styles hold no markup and no addresses, and their braces match") {
  for (const auto style : {detail::plot_style, detail::report_style}) {
    CHECK(count_of(style, "{") == count_of(style, "}"));
    CHECK(count_of(style, "(") == count_of(style, ")"));
    for (const char* part : {"<", "&", "url(", "@import", "http", "expression"})
      CHECK(count_of(style, part) == 0);
  }
}

TEST_CASE("every color that the styles use is defined for light and for dark") {
  const std::string all = std::string(detail::plot_style).append(detail::report_style);
  for (auto at = all.find("var(--"); at != std::string::npos; at = all.find("var(--", at + 1)) {
    const std::string name = all.substr(at + 4, all.find(')', at) - at - 4);
    INFO(name);
    CHECK(count_of(detail::plot_style, name + ":#") == 2);
  }
}

TEST_CASE("the script can stand in a page and in XML") {
  for (const char* part : {"</", "<!--", "]]>", "http", "innerHTML", "eval(", "document.write"})
    CHECK(count_of(detail::report_script, part) == 0);
  CHECK(count_of(detail::report_script, "(") == count_of(detail::report_script, ")"));
  CHECK(count_of(detail::report_script, "{") == count_of(detail::report_script, "}"));
}
