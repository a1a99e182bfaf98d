// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/campaign/roi.hpp>
#include <loyal/core/random.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("profit is the sum over the four things that can happen") {
  Rng rng{1};
  for (int trial = 0; trial < 1000; ++trial) {
    const double f = rng.uniform(0.0, 5.0);
    const double d = rng.uniform(0.0, 50.0);
    const double a = rng.uniform();
    const double t = rng.uniform();
    const double p = rng.uniform();
    const double v = rng.uniform(-100.0, 500.0);
    const RetentionOffer offer{
        {.contact_cost = f, .incentive_cost = d, .acceptance = a, .taken_by_stayers = t}};
    const double leaver_accepts = p * a * (v - d - f);
    const double leaver_refuses = p * (1 - a) * -f;
    const double stayer_takes = (1 - p) * t * (-d - f);
    const double stayer_does_not = (1 - p) * (1 - t) * -f;
    const double expected = leaver_accepts + leaver_refuses + stayer_takes + stayer_does_not;
    CHECK(offer.profit(p, v) == Approx(expected).margin(1e-10));
    CHECK(offer.gain(p, v) - offer.cost(p) == Approx(expected).margin(1e-10));

    const double even = offer.break_even(v);
    if (std::isfinite(even)) {
      CHECK(offer.profit(even, v) == Approx(0).margin(1e-9 * (1 + even * std::abs(v))));
      CHECK(offer.profit(even + 0.01, v) > 0);
    } else {
      CHECK(offer.profit(1, v) <= offer.profit(0, v) + 1e-12);
    }
  }
}

TEST_CASE("profit with everybody taking the offer is Neslin's equation") {
  // Per customer contacted: [a v + d (1 - a)] p - d - f.
  const RetentionOffer offer{{.contact_cost = 2, .incentive_cost = 15, .acceptance = 0.25}};
  for (const double p : {0.0, 0.1, 0.5, 1.0})
    CHECK(offer.profit(p, 300) == Approx((0.25 * 300 + 15 * 0.75) * p - 15 - 2));
}

TEST_CASE("a free offer breaks even at 0, a worthless customer never") {
  const RetentionOffer free{{.contact_cost = 0, .incentive_cost = 0}};
  CHECK(free.break_even(100) == 0);
  CHECK(std::isinf(free.break_even(0)));
  CHECK(RetentionOffer{}.break_even(10) > 1);
  CHECK(std::isinf(RetentionOffer{{.acceptance = 0, .taken_by_stayers = 0}}.break_even(1e9)));
}

TEST_CASE("roi is (gain - cost) / cost") {
  CHECK(roi(150, 100) == Approx(0.5));
  CHECK(roi(0, 100) == -1);
  CHECK_THROWS_AS(roi(10, 0), OptionError);
  CHECK_THROWS_AS(roi(std::nan(""), 1), OptionError);
}

TEST_CASE("options outside the domain are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {-1.0, nan, infinity}) {
    CHECK_THROWS_AS(RetentionOffer({.contact_cost = bad}), OptionError);
    CHECK_THROWS_AS(RetentionOffer({.incentive_cost = bad}), OptionError);
    CHECK_THROWS_AS(RetentionOffer({.acceptance = bad}), OptionError);
    CHECK_THROWS_AS(RetentionOffer({.taken_by_stayers = bad}), OptionError);
  }
  CHECK_THROWS_WITH(RetentionOffer({.acceptance = 2}), ContainsSubstring("acceptance is 2"));
}
