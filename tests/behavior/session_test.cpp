// SPDX-License-Identifier: MIT
#include <vector>

#include <loyal/behavior/session.hpp>
#include <loyal/core/random.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

std::vector<Event> events_at(const std::vector<Time>& times) {
  std::vector<Event> events;
  for (const Time t : times) events.push_back({.time = t});
  return events;
}

}  // namespace

TEST_CASE("a pause of exactly the gap keeps a session together, one second more cuts it") {
  const auto events = events_at({0, 1800, 3601, 3601, 10000});
  const auto sessions = split_sessions(events);
  REQUIRE(sessions.size() == 3);
  CHECK(sessions[0].size() == 2);
  CHECK(sessions[0].back().time - sessions[0].front().time == 1800);
  CHECK(sessions[1].size() == 2);
  CHECK(sessions[2].size() == 1);
  CHECK(split_sessions(events, 0).size() == 4);
  CHECK(split_sessions(events, 100000).size() == 1);
}

TEST_CASE("no events, no sessions; one event, one session") {
  CHECK(split_sessions({}).empty());
  CHECK(split_sessions(events_at({-5})).size() == 1);
}

TEST_CASE("sessions partition the events, pauses inside are short and between are long") {
  Rng rng{1};
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<Time> times;
    Time t = -1000;
    for (auto n = rng.below(50); n > 0; --n)
      times.push_back(t += static_cast<Time>(rng.below(100)));
    const auto events = events_at(times);
    const auto gap = static_cast<Time>(rng.below(100));
    std::size_t next = 0;
    for (const auto session : split_sessions(events, gap)) {
      REQUIRE_FALSE(session.empty());
      CHECK(session.data() == events.data() + next);
      if (next > 0) CHECK(events[next].time - events[next - 1].time > gap);
      for (std::size_t i = 1; i < session.size(); ++i)
        CHECK(session[i].time - session[i - 1].time <= gap);
      next += session.size();
    }
    CHECK(next == events.size());
  }
}

TEST_CASE("a negative gap and events out of order are refused") {
  CHECK_THROWS_AS(split_sessions({}, -1), OptionError);
  CHECK_THROWS_AS(split_sessions(events_at({5, 4})), DataError);
}
