// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <loyal/behavior/funnel.hpp>

#include "../support/catch.hpp"
#include "../support/random_log.hpp"

using namespace loyal;

namespace {

/// All chains of one user, tried one after the other: the most steps, and the least time to each.
std::vector<double> all_chains(std::span<const Event> events,
                               const std::vector<std::int32_t>& kinds, const FunnelOptions& o,
                               Time cutoff) {
  std::vector<double> best;  // of the first moment at which a step is reached
  std::vector<std::size_t> at;
  std::function<void(std::size_t, std::size_t, Time)> go = [&](std::size_t k, std::size_t from,
                                                               Time start) {
    if (k == kinds.size()) return;
    for (std::size_t i = from; i < events.size(); ++i) {
      if (o.order == FunnelOrder::strict && k > 0 && i != from) break;
      if (events[i].kind != kinds[k]) continue;
      const Time began = k == 0 ? events[i].time : start;
      if (k == 0 && o.mature && began > cutoff - o.window) continue;
      if (events[i].time - began > o.window) continue;
      if (best.size() <= k) {
        best.resize(k + 1, -1);
        at.resize(k + 1, events.size());
      }
      const auto seconds = static_cast<double>(events[i].time - began);
      if (i < at[k] || (i == at[k] && seconds < best[k])) {
        at[k] = i;
        best[k] = seconds;
      }
      go(k + 1, i + 1, began);
    }
  };
  go(0, 0, 0);
  return best;
}

}  // namespace

TEST_CASE("funnels against all chains of events") {
  Rng rng{1};
  for (int trial = 0; trial < 200; ++trial) {
    const auto log = testing::random_log(rng, 1 + static_cast<int>(rng.below(120)), 20 * day);
    const auto known = log.before(testing::random_cutoff(rng, log));
    FunnelOptions o{.window = 1 + static_cast<Time>(rng.below(10 * day)),
                    .order = rng.bernoulli(0.5) ? FunnelOrder::loose : FunnelOrder::strict,
                    .mature = rng.bernoulli(0.5)};
    std::vector<std::int32_t> kinds;
    for (std::uint64_t k = 0; k < 1 + rng.below(4); ++k) {
      kinds.push_back(static_cast<std::int32_t>(rng.below(3)));
      o.steps.push_back(log.kinds().name(kinds.back()));
    }
    const auto f = funnel(known, o);
    std::vector<std::vector<double>> seconds(kinds.size());
    for (std::int32_t u = 0; u < log.users().size(); ++u) {
      const auto best = all_chains(known.of_user(u), kinds, o, known.cutoff());
      for (std::size_t k = 0; k < best.size(); ++k) seconds[k].push_back(best[k]);
    }
    for (std::size_t k = 0; k < kinds.size(); ++k) {
      CHECK(f.users[static_cast<Index>(k)] == static_cast<double>(seconds[k].size()));
      std::sort(seconds[k].begin(), seconds[k].end());
      CHECK(f.seconds[k].size() == seconds[k].size());
      CHECK(f.seconds[k] == seconds[k]);
    }
    CHECK(f.dropped().sum() == f.users[0] - f.users[f.users.size() - 1]);
  }
}

TEST_CASE("a funnel by hand") {
  EventLog log;
  log.add("anna", 0, "visit");
  log.add("anna", 10, "lesson");
  log.add("anna", 20, "purchase");
  log.add("ben", 0, "visit");
  log.add("ben", 5, "purchase");
  log.add("carl", 0, "visit");
  log.add("carl", 500, "lesson");
  log.add("dora", 900, "visit");  // her window is still open
  log.sort();
  const auto known = log.before(901);
  FunnelOptions o{.steps = {"visit", "lesson", "purchase"}, .window = 100};
  auto f = funnel(known, o);
  CHECK(f.users == Vector<double>(Eigen::Vector3d(3, 1, 1)));
  CHECK(f.conversion()[1] == Approx(1.0 / 3));
  CHECK(f.step_conversion()[2] == 1);
  CHECK(f.dropped() == Vector<double>(Eigen::Vector3d(2, 0, 0)));
  CHECK(f.seconds[2] == std::vector<double>{20});
  o.mature = false;
  CHECK(funnel(known, o).users[0] == 4);
  o.steps = {"visit", "purchase"};
  CHECK(funnel(known, o).users[1] == 2);
  o.order = FunnelOrder::strict;
  CHECK(funnel(known, o).users[1] == 1);
}

TEST_CASE("funnels are blind to the future") {
  for (const auto order : {FunnelOrder::loose, FunnelOrder::strict})
    testing::check_blind_to_the_future(2, [&](const Observed& known) {
      const auto f =
          funnel(known, {.steps = {"visit", "lesson", "visit"}, .window = 9 * day, .order = order});
      std::string text = testing::text_of(f.users);
      for (const auto& s : f.seconds)
        for (const double x : s) text += " " + std::to_string(x);
      return text;
    });
}

TEST_CASE("empty and impossible funnels") {
  EventLog log;
  log.add("anna", 0, "visit");
  log.kinds().add("purchase");
  const auto known = log.before(1);
  const auto f = funnel(known, {.steps = {"purchase", "visit"}, .mature = false});
  CHECK(f.users.sum() == 0);
  CHECK(std::isnan(f.conversion()[0]));
  CHECK_THROWS_AS(funnel(known, {}), OptionError);
  CHECK_THROWS_AS(funnel(known, {.steps = {"visit"}, .window = 0}), OptionError);
  CHECK_THROWS_AS(funnel(known, {.steps = {"x"}}), DataError);
}
