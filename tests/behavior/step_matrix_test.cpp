// SPDX-License-Identifier: MIT
#include <cmath>
#include <string>
#include <vector>

#include <loyal/behavior/step_matrix.hpp>

#include "../support/catch.hpp"
#include "../support/random_log.hpp"

using namespace loyal;

TEST_CASE("a step matrix by hand") {
  EventLog log;
  log.add("anna", 0, "visit");
  log.add("anna", 1, "lesson");
  log.add("anna", 2, "purchase");
  log.add("ben", 3, "lesson");
  log.add("carl", 1000, "visit");
  log.sort();
  StepMatrixOptions o{.journey = {.gap = 100}, .steps = 4};
  const auto m = step_matrix(log.before(1001), o);
  CHECK(m.states == std::vector<std::string>{"visit", "lesson", "purchase", "(ended)"});
  CHECK(m.known == Vector<double>(Eigen::Vector4d(3, 2, 2, 2)));
  Matrix<double> want(4, 4);
  want << 2.0 / 3, 0, 0, 0, 1.0 / 3, 0.5, 0, 0, 0, 0, 0.5, 0, 0, 0.5, 0.5, 1;
  CHECK(m.share.isApprox(want));
  o.from = "lesson";
  const auto from = step_matrix(log.before(1001), o);
  CHECK(from.known[0] == 2);
  CHECK(from.share(2, 1) == 0.5);
  o.from = "x";
  CHECK_THROWS_AS(step_matrix(log.before(1001), o), DataError);
}

TEST_CASE("columns sum to 1 where something is known") {
  Rng rng{1};
  for (int trial = 0; trial < 50; ++trial) {
    const auto log = testing::random_log(rng, 1 + static_cast<int>(rng.below(200)), 60 * day);
    const auto m =
        step_matrix(log.before(testing::random_cutoff(rng, log)),
                    {.journey = {.gap = 1 + static_cast<Time>(rng.below(9 * day))}, .steps = 12});
    for (Index n = 0; n < 12; ++n) {
      if (m.known[n] > 0)
        CHECK(m.share.col(n).sum() == Approx(1));
      else
        CHECK(std::isnan(m.share(0, n)));
      if (n > 0) CHECK(m.known[n] <= m.known[n - 1]);
    }
  }
}

TEST_CASE("step matrices are blind to the future") {
  testing::check_blind_to_the_future(1, [](const Observed& known) {
    const auto m = step_matrix(known, {.journey = {.gap = 9 * day}, .from = "visit", .steps = 5});
    return testing::text_of(m.share, m.known);
  });
}

TEST_CASE("impossible step matrices") {
  EventLog log;
  log.add("anna", 0, "visit");
  CHECK_THROWS_AS(step_matrix(log.before(1), {.steps = 0}), OptionError);
  CHECK_THROWS_AS(step_matrix(log.before(1), {.journey = {.gap = -1}}), OptionError);
  CHECK(step_matrix(log.before(1)).known[0] == 1);
}
