// SPDX-License-Identifier: MIT
#include <limits>
#include <string>

#include <loyal/core/random.hpp>
#include <loyal/report/markup.hpp>

#include "../support/catch.hpp"
#include "../support/xml.hpp"

using namespace loyal;

TEST_CASE("hostile text cannot become markup") {
  CHECK(escape_markup("<script>alert('x')</script>") ==
        "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
  CHECK(escape_markup("\" onload=\"x") == "&quot; onload=&quot;x");
  CHECK(escape_markup("a && b") == "a &amp;&amp; b");
  CHECK(escape_markup("&amp;") == "&amp;amp;");
  CHECK(escape_markup("]]>") == "]]&gt;");
  CHECK(escape_markup("").empty());
}

TEST_CASE("every language passes unchanged, broken bytes do not") {
  const std::string good = "M\u00FCller \u738B\u5C0F\u660E \U0001F600 \t\n";
  CHECK(escape_markup(good) == good);
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(escape_markup(std::string("a\0b", 3)) == "a" + bad + "b");
  CHECK(escape_markup("\x1B[31m") == bad + "[31m");
  CHECK(escape_markup("\xFF<") == bad + "&lt;");
  CHECK(escape_markup("\xC3") == bad);                      // cut off
  CHECK(escape_markup("\xC0\xAF") == bad + bad);            // overlong
  CHECK(escape_markup("\xED\xA0\x80") == bad + bad + bad);  // a surrogate
  CHECK(escape_markup("\xEF\xBF\xBF") == bad);              // no XML character
  // A cut-off character does not swallow what follows.
  CHECK(escape_markup("\xE7\x8E<b>") == bad + bad + "&lt;b&gt;");
}

TEST_CASE("random bytes as text and attribute keep a document well-formed") {
  Rng rng{1};
  for (int trial = 0; trial < 2000; ++trial) {
    std::string bytes;
    for (int i = 0; i < 24; ++i)
      bytes +=
          rng.below(3) == 0 ? "<>&\"'/=;!-]["[rng.below(12)] : static_cast<char>(rng.below(256));
    detail::Markup out;
    out.open("a", {{"title", bytes}, {"x", 1.25}});
    out.text(bytes);
    out.element("b", {}, bytes);
    out.leaf("c", {{"d", bytes}});
    out.close();
    std::string text = out.take();
    text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
    INFO(bytes);
    CHECK(testing::XmlCheck::error(text) == "");
  }
}

TEST_CASE("the check itself finds what is wrong") {
  using testing::XmlCheck;
  CHECK(XmlCheck::error("<a><b/></a>").empty());
  for (const char* wrong :
       {"<a>", "<a></b>", "<a b=c/>", "<a><b x=\"1\" x=\"2\"/></a>", "<a>&nbsp;</a>", "<a>&</a>",
        "<a/>", "<a></a><b></b>", "x<a></a>", "<a x=\"<\"></a>", "<a>\x01</a>", "<a>\xFF</a>"}) {
    INFO(wrong);
    CHECK(!XmlCheck::error(wrong).empty());
  }
}

TEST_CASE("coordinates are short and never exponents, NaN or infinity") {
  CHECK(detail::coordinate(0.04) == "0");
  CHECK(detail::coordinate(-0.04) == "0");
  CHECK(detail::coordinate(12.345) == "12.3");
  CHECK(detail::coordinate(-7) == "-7");
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(detail::coordinate(infinity) == "1000000");
  CHECK(detail::coordinate(-infinity) == "-1000000");
  CHECK(detail::coordinate(std::nan("")) == "-1000000");
  Rng rng{2};
  for (int i = 0; i < 1000; ++i) {
    const double value = std::exp(20 * rng.normal()) * (rng.below(2) == 0 ? 1 : -1);
    CHECK(detail::coordinate(value).find_first_not_of("-.0123456789") == std::string::npos);
  }
}
