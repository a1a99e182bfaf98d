// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <loyal/behavior/journey.hpp>
#include <loyal/data/platform_simulator.hpp>

#include "../support/catch.hpp"
#include "../support/random_log.hpp"

using namespace loyal;

TEST_CASE("journeys by hand") {
  EventLog log;
  log.add("anna", 0, "visit");
  log.add("anna", 1, "visit");
  log.add("anna", 2, "lesson");
  log.add("anna", 3, "purchase");
  log.add("anna", 4, "visit");  // a journey of its own, ended by the pause
  log.add("ben", 50, "post");   // none of the kinds
  log.add("ben", 60, "visit");
  log.add("carl", 990, "visit");  // may still go on
  log.sort();
  const auto known = log.before(991);
  const JourneyOptions o{.kinds = {"visit", "lesson"}, .goals = {"purchase"}, .gap = 100};
  const auto chain = journey_chain(known, o);
  CHECK(chain.states() ==
        std::vector<std::string>{"(start)", "visit", "lesson", "purchase", "(goal)", "(left)"});
  Matrix<double> want = Matrix<double>::Zero(6, 6);
  want(0, 1) = 4;
  want(1, 1) = 1;
  want(1, 2) = 1;
  want(2, 3) = 1;
  want(3, 4) = 1;
  want(1, 5) = 2;
  CHECK(chain.counts() == want);
  auto merged = o;
  merged.merge_repeats = true;
  CHECK(journey_chain(known, merged).counts()(1, 1) == 0);
  CHECK(journey_chain(known).states().back() == "(left)");
}

TEST_CASE("as many journeys end as begin, but for the open ones") {
  const auto platform = PlatformSimulator{{.users = 60, .days = 120}}.run();
  const auto& log = platform.log;
  const auto chain =
      journey_chain(log.before(log.last_time() + 1), {.goals = {"purchase"}, .gap = 3 * day});
  const auto& n = chain.counts();
  const double begun = n.row(0).sum();
  const double ended = n.col(chain.size() - 1).sum() + n.col(chain.size() - 2).sum();
  CHECK(ended <= begun);
  CHECK(begun - ended <= 60);
  const auto share = chain.attribution(0, chain.state("(goal)"));
  CHECK(share.sum() == Approx(1));
  CHECK(share[chain.state("purchase")] == share.maxCoeff());
}

TEST_CASE("journeys are blind to the future") {
  testing::check_blind_to_the_future(1, [](const Observed& known) {
    const auto chain = journey_chain(known, {.goals = {"purchase"}, .gap = 10 * day});
    return testing::text_of(chain.counts(), chain.expected_steps());
  });
}

TEST_CASE("impossible journeys") {
  EventLog log;
  log.add("anna", 0, "visit");
  CHECK_THROWS_AS(journey_chain(log.before(1), {.gap = 0}), OptionError);
  CHECK_THROWS_AS(journey_chain(log.before(1), {.kinds = {"x"}}), DataError);
  CHECK_THROWS_AS(journey_chain(log.before(1), {.goals = {"x"}}), DataError);
  CHECK(journey_chain(log.before(1)).counts().sum() == 1);
}
