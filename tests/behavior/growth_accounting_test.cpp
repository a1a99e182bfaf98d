// SPDX-License-Identifier: MIT
#include <set>
#include <string>
#include <vector>

#include <loyal/behavior/growth_accounting.hpp>

#include "../support/catch.hpp"
#include "../support/random_log.hpp"
#include "../support/time_zones.hpp"

using namespace loyal;

TEST_CASE("growth accounts against sets of users, and their identities") {
  Rng rng{1};
  for (int trial = 0; trial < 100; ++trial) {
    const auto log = testing::random_log(rng, 1 + static_cast<int>(rng.below(150)), 150 * day);
    const auto known = log.before(testing::random_cutoff(rng, log));
    GrowthOptions o{.period = static_cast<Period>(rng.below(3)),
                    .calendar = Calendar{{.zone = testing::random_zone(rng)}}};
    if (rng.bernoulli(0.5)) o.kinds = {"lesson"};
    const auto g = growth_accounting(known, o);
    const auto first = o.calendar.number(known.events()[0].time, o.period);
    REQUIRE(g.active.size() == o.calendar.number(known.cutoff(), o.period) - first);
    std::vector<std::set<std::int32_t>> active(static_cast<std::size_t>(g.active.size()) + 1);
    for (const Event& e : known.events())
      if (o.kinds.empty() || log.kinds().name(e.kind) == "lesson")
        active[static_cast<std::size_t>(o.calendar.number(e.time, o.period) - first)].insert(
            e.user);
    std::set<std::int32_t> seen;
    std::set<std::int32_t> before;
    for (Index p = 0; p < g.active.size(); ++p) {
      const auto& now = active[static_cast<std::size_t>(p)];
      double joined = 0;
      double retained = 0;
      double churned = 0;
      for (const auto u : now) {
        joined += seen.count(u) == 0 ? 1 : 0;
        retained += static_cast<double>(before.count(u));
      }
      for (const auto u : before) churned += now.count(u) == 0 ? 1 : 0;
      seen.insert(now.begin(), now.end());
      CHECK(g.active[p] == static_cast<double>(now.size()));
      CHECK(g.joined[p] == joined);
      CHECK(g.retained[p] == retained);
      CHECK(g.churned[p] == churned);
      CHECK(g.dormant()[p] == static_cast<double>(seen.size() - now.size()));
      CHECK(g.active[p] == g.joined[p] + g.retained[p] + g.resurrected[p]);
      if (p > 0) {
        CHECK(g.active[p - 1] == g.retained[p] + g.churned[p]);
        CHECK(g.active[p] - g.active[p - 1] == g.joined[p] + g.resurrected[p] - g.churned[p]);
      }
      before = now;
    }
  }
}

TEST_CASE("growth accounts are blind to the future") {
  testing::check_blind_to_the_future(2, [](const Observed& known) {
    const auto g = growth_accounting(known, {.period = Period::weekly});
    return testing::text_of_names(g.names) +
           testing::text_of(g.active, g.joined, g.retained, g.resurrected, g.churned, g.dormant());
  });
}

TEST_CASE("one event, an unknown kind, impossible times") {
  EventLog log;
  log.add("anna", 0, "visit");
  CHECK(growth_accounting(log.before(1)).names.empty());
  CHECK_THROWS_AS(growth_accounting(log.before(1), {.kinds = {"x"}}), DataError);
  log.add("anna", 1'700'000'000'000, "visit");
  CHECK_THROWS_AS(growth_accounting(log.before(1'700'000'000'000), {.period = Period::daily}),
                  DataError);
}
