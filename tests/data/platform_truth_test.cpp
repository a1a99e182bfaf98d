// SPDX-License-Identifier: MIT
#include <cmath>
#include <vector>

#include <loyal/data/platform_truth.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("platform_truth: the hazard is a logistic of the causes, less the relief") {
  const ChurnHazard hazard{.intercept = -1,
                           .coefficients = {.disengagement = 2,
                                            .unresolved_tickets = 3,
                                            .price_pressure = 5,
                                            .community_ties = 7,
                                            .tenure = 11,
                                            .contagion = 13}};
  const auto log_odds = [](double h) { return std::log(h / (1 - h)); };
  CHECK(log_odds(hazard({})) == Approx(-1));
  CHECK(log_odds(hazard({.disengagement = 0.1})) == Approx(-0.8));
  CHECK(log_odds(hazard({.unresolved_tickets = 0.1})) == Approx(-0.7));
  CHECK(log_odds(hazard({.price_pressure = 0.1})) == Approx(-0.5));
  CHECK(log_odds(hazard({.community_ties = 0.1})) == Approx(-0.3));
  CHECK(log_odds(hazard({.tenure = 0.1})) == Approx(0.1));
  CHECK(log_odds(hazard({.contagion = 0.1})) == Approx(0.3));
  CHECK(log_odds(hazard({.tenure = 0.1}, 0.6)) == Approx(-0.5));
  CHECK(hazard({.tenure = 1e6}) == 1);
  CHECK(hazard({.tenure = -1e6}) == 0);
}

TEST_CASE("platform_truth: names and values of the causes are in one order") {
  const ChurnCauses causes{1, 2, 3, 4, 5, 6};
  CHECK(causes.values() == std::array<double, 6>{1, 2, 3, 4, 5, 6});
  CHECK(ChurnCauses::names[0] == "disengagement");
  CHECK(ChurnCauses::names[3] == "community_ties");
  CHECK(ChurnCauses{.contagion = 9}.values()[5] == 9);
  CHECK(ChurnCauses::names[5] == "contagion");
}

TEST_CASE("platform_truth: friends of a user, and of nobody") {
  PlatformTruth truth;
  CHECK(truth.friends_of(0).empty());
  truth.friends_begin = {0, 2, 2, 4};
  truth.friends = {1, 2, 0, 1};
  const auto list = [&](std::int32_t user) {
    const auto friends = truth.friends_of(user);
    return std::vector<std::int32_t>(friends.begin(), friends.end());
  };
  CHECK(list(0) == std::vector<std::int32_t>{1, 2});
  CHECK(list(1).empty());
  CHECK(list(2) == std::vector<std::int32_t>{0, 1});
  CHECK(list(3).empty());
  CHECK(list(-1).empty());
}
