// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/report/axis.hpp>

#include "../support/catch.hpp"

namespace axis_tests {

using namespace loyal;

constexpr double infinity = std::numeric_limits<double>::infinity();
const double missing = std::nan("");

/// Whether a number is 1, 2 or 5 times a power of ten.
bool is_nice(double step) {
  const double mantissa = step / std::pow(10.0, std::floor(std::log10(step) + 1e-9));
  for (const double m : {1.0, 2.0, 5.0, 10.0})
    if (std::abs(mantissa - m) < 1e-6) return true;
  return false;
}

TEST_CASE("linear ticks of known ranges") {
  CHECK(linear_ticks(0, 1) == std::vector<double>{0, 0.2, 0.4, 0.6, 0.8, 1});
  CHECK(linear_ticks(0.1, 0.9, 10) ==
        std::vector<double>{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9});
  CHECK(linear_ticks(-3, 12) == std::vector<double>{-5, 0, 5, 10, 15});
  CHECK(linear_ticks(0, 2000, 4) == std::vector<double>{0, 500, 1000, 1500, 2000});
  CHECK(linear_ticks(1, 3, 5, 1) == std::vector<double>{1, 2, 3});
  CHECK_THROWS_AS(linear_ticks(0, 1, 0), OptionError);
}

TEST_CASE("linear ticks cover any range with nice, equal steps") {
  Rng rng{1};
  for (int trial = 0; trial < 20000; ++trial) {
    const double middle = rng.normal() * std::pow(10.0, rng.uniform(-200.0, 200.0));
    const double spread = std::abs(middle) * std::pow(10.0, rng.uniform(-8.0, 8.0));
    const double low = middle - spread;
    const double high = middle + spread;
    const int about = 1 + static_cast<int>(rng.below(12));
    const auto ticks = linear_ticks(low, high, about);
    CAPTURE(low, high, about);
    REQUIRE(ticks.size() >= 2);
    CHECK(static_cast<int>(ticks.size()) <= about + 3);
    CHECK(ticks.front() <= low);
    CHECK(ticks.back() >= high);
    CHECK(ticks[1] > low);  // no more than needed
    CHECK(ticks[ticks.size() - 2] < high);
    const double step = (ticks.back() - ticks.front()) / static_cast<double>(ticks.size() - 1);
    CHECK(is_nice(step));
    for (std::size_t i = 1; i < ticks.size(); ++i)
      CHECK(ticks[i] - ticks[i - 1] == Approx(step).epsilon(1e-6));
  }
}

TEST_CASE("log ticks cover any positive range") {
  Rng rng{2};
  for (int trial = 0; trial < 20000; ++trial) {
    const double low = std::pow(10.0, rng.uniform(-250.0, 250.0));
    const double high = low * std::pow(10.0, rng.uniform(0.001, 40.0));
    const int about = 2 + static_cast<int>(rng.below(8));
    const auto ticks = log_ticks(low, high, about);
    CAPTURE(low, high, about);
    REQUIRE(ticks.size() >= 2);
    CHECK(static_cast<int>(ticks.size()) <= std::max(8, about + 2));
    CHECK(ticks.front() <= low);
    CHECK(ticks.back() >= high);
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      CHECK(is_nice(ticks[i]));
      if (i > 0) CHECK(ticks[i] > ticks[i - 1]);
    }
  }
  CHECK(log_ticks(1, 1000) == std::vector<double>{1, 10, 100, 1000});
  CHECK(log_ticks(3, 40) == std::vector<double>{2, 5, 10, 20, 50});
  CHECK_THROWS_AS(log_ticks(1, 2, 0), OptionError);
}

TEST_CASE("impossible ranges still give ticks") {
  const std::vector<double> odd{0,         -0.0,   1,      -1,       missing, infinity,
                                -infinity, 1e300,  -1e300, 1e308,    -1e308,  5e-324,
                                1e-300,    1e-305, 1e17,   1e17 + 16};
  for (const double low : odd) {
    for (const double high : odd) {
      CAPTURE(low, high);
      for (const auto& ticks : {linear_ticks(low, high), log_ticks(low, high)}) {
        REQUIRE(ticks.size() >= 2);
        CHECK(ticks.size() < 20);
        for (std::size_t i = 0; i < ticks.size(); ++i) {
          CHECK(std::isfinite(ticks[i]));
          if (i > 0) CHECK(ticks[i] > ticks[i - 1]);
        }
      }
    }
  }
}

TEST_CASE("an axis maps its limits to its ends, and labels differ") {
  Rng rng{3};
  for (int trial = 0; trial < 5000; ++trial) {
    const bool log = rng.below(2) == 0;
    const double low = log ? std::exp(10 * rng.normal()) : 1e3 * rng.normal();
    const double high =
        log ? low * std::exp(1 + 5 * rng.uniform()) : low + std::exp(5 * rng.normal());
    detail::AxisMap map(Axis{.log = log}, low, high, 5, true);
    map.place(300, 20);
    CAPTURE(low, high, log);
    CHECK(map(map.low()) == Approx(300));
    CHECK(map(map.high()) == Approx(20));
    CHECK(map(low) <= 300 + 1e-6);
    CHECK(map(high) >= 20 - 1e-6);
    CHECK(map(low) > map(high));
    CHECK(std::isnan(map(missing)));
    CHECK(std::isnan(map(infinity)));
    if (log) CHECK(std::isnan(map(0)));
    const std::set<std::string> labels(map.labels().begin(), map.labels().end());
    CHECK(labels.size() == map.ticks().size());
  }
}

TEST_CASE("fixed limits rule") {
  detail::AxisMap map(Axis{.low = 0, .high = 1, .format = {.notation = Notation::percent}}, -7, 90,
                      5, true);
  CHECK(map.low() == 0);
  CHECK(map.high() == 1);
  CHECK(map.labels() == std::vector<std::string>{"0\u00A0%", "20\u00A0%", "40\u00A0%", "60\u00A0%",
                                                 "80\u00A0%", "100\u00A0%"});
  detail::AxisMap whole(Axis{.whole = true}, 1, 3, 6, false);
  CHECK(whole.labels() == std::vector<std::string>{"1", "2", "3"});
}

}  // namespace axis_tests
