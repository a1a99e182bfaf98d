// SPDX-License-Identifier: MIT
#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include <loyal/core/parallel.hpp>
#include <loyal/core/random.hpp>
#include <loyal/data/event_log.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

EventLog random_log(Rng& rng, int events, std::uint64_t users, std::uint64_t seconds) {
  EventLog log;
  for (int i = 0; i < events; ++i) {
    const auto item = rng.below(5);
    log.add("u" + std::to_string(rng.below(users)), static_cast<Time>(rng.below(seconds)) - 50,
            rng.bernoulli(0.5) ? "visit" : "purchase", item == 0 ? "" : "i" + std::to_string(item),
            static_cast<double>(i));
  }
  log.sort();
  return log;
}

}  // namespace

TEST_CASE("EventLog keeps what was added, in the order of time", "[data]") {
  EventLog log;
  log.add("anna", 30, "visit");
  log.add("ben", 10, "purchase", "course", 9.5);
  log.add("anna", 30, "purchase", "book", 1);
  log.sort();
  REQUIRE(log.size() == 3);
  CHECK(log.events()[0] == Event{1, 1, 0, 10, 9.5});
  CHECK(log.events()[1] == Event{0, 0, -1, 30, 0});
  CHECK(log.events()[2] == Event{0, 1, 1, 30, 1});
  CHECK(log.first_time() == 10);
  CHECK(log.last_time() == 30);
  CHECK(log.users().name(1) == "ben");
  CHECK(log.kinds().size() == 2);
  CHECK(log.items().name(1) == "book");
}

TEST_CASE("EventLog sorts as a stable sort does, whatever the spread of times", "[data]") {
  Rng rng{11};
  for (const std::uint64_t spread : {std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{2048},
                                     std::uint64_t{1} << 33, std::uint64_t{1} << 44}) {
    for (const int count : {1, 2, 100, 2047, 2048, 5000}) {
      EventLog log;
      log.users().add("u");
      log.kinds().add("k");
      std::vector<Event> truth;
      for (int i = 0; i < count; ++i) {
        const Time time = static_cast<Time>(rng.below(spread)) - static_cast<Time>(spread / 2);
        truth.push_back({0, 0, -1, time, static_cast<double>(i)});
        log.add(truth.back());
      }
      std::stable_sort(truth.begin(), truth.end(),
                       [](const Event& a, const Event& b) { return a.time < b.time; });
      log.sort();
      REQUIRE(std::equal(truth.begin(), truth.end(), log.events().begin(), log.events().end()));
      const EventLog again = log;
      log.sort();
      REQUIRE(log == again);
    }
  }
}

TEST_CASE("EventLog is not read before it is sorted", "[data]") {
  EventLog log;
  log.add("anna", 2, "visit");
  log.add("anna", 3, "visit");
  CHECK_NOTHROW(log.events());  // in order as they came
  log.add("anna", 1, "visit");
  CHECK_THROWS_WITH(log.events(), ContainsSubstring("sort()"));
  CHECK_THROWS_AS(log.first_time(), DataError);
  CHECK_THROWS_AS(log.last_time(), DataError);
  CHECK_THROWS_AS(log.between(0, 9), DataError);
  CHECK_THROWS_AS(log.before(2), DataError);
  log.sort();
  CHECK(log.first_time() == 1);
}

TEST_CASE("EventLog refuses unusable events and stays as it was", "[data]") {
  EventLog log;
  log.add("anna", 1, "visit", "x");
  const EventLog old = log;
  const double inf = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(log.add("new", 1, "visit", "x", inf), DataError);
  CHECK_THROWS_AS(log.add("new", 1, "visit", "x", std::nan("")), DataError);
  CHECK_THROWS_AS(log.add("", 1, "visit"), DataError);
  CHECK_THROWS_AS(log.add("new", 1, ""), DataError);
  CHECK_THROWS_AS(log.add("new", std::numeric_limits<Time>::max(), "visit"), DataError);
  CHECK_THROWS_AS(log.add("new", std::numeric_limits<Time>::min(), "visit"), DataError);
  CHECK_THROWS_AS(log.add({1, 0, -1, 1, 0}), DataError);
  CHECK_THROWS_AS(log.add({-1, 0, -1, 1, 0}), DataError);
  CHECK_THROWS_AS(log.add({0, 1, -1, 1, 0}), DataError);
  CHECK_THROWS_AS(log.add({0, 0, 1, 1, 0}), DataError);
  CHECK_THROWS_AS(log.add({0, 0, -2, 1, 0}), DataError);
  CHECK_THROWS_AS(log.add({0, 0, 0, 1, inf}), DataError);
  CHECK(log == old);
}

TEST_CASE("An empty log has no times and no past", "[data]") {
  EventLog log;
  log.sort();
  CHECK(log.empty());
  CHECK(log.events().empty());
  CHECK(log.between(0, 10).empty());
  CHECK_THROWS_WITH(log.first_time(), ContainsSubstring("empty"));
  CHECK_THROWS_AS(log.last_time(), DataError);
  CHECK_THROWS_AS(log.before(0), DataError);
}

TEST_CASE("A cutoff outside the log is refused", "[data]") {
  EventLog log;
  log.add("anna", 10, "visit");
  log.add("anna", 20, "visit");
  for (const Time cutoff : {std::numeric_limits<Time>::min(), Time{0}, Time{10}, Time{22},
                            std::numeric_limits<Time>::max()})
    CHECK_THROWS_WITH(log.before(cutoff), ContainsSubstring("cutoff outside the log"));
  CHECK(log.before(11).events().size() == 1);
  CHECK(log.before(20).events().size() == 1);
  CHECK(log.before(21).events().size() == 2);
}

TEST_CASE("Observed never shows an event at or after its cutoff, and all before it", "[data]") {
  Rng rng{17};
  for (int round = 0; round < 200; ++round) {
    const EventLog log = random_log(rng, 1 + static_cast<int>(rng.below(300)), 1 + rng.below(40),
                                    2 + rng.below(round % 2 == 0 ? 20 : 100000));
    if (log.first_time() == log.last_time() && log.size() == 1) continue;
    const Time cutoff = log.first_time() + 1 +
                        static_cast<Time>(rng.below(
                            static_cast<std::uint64_t>(log.last_time() - log.first_time() + 1)));
    const Observed known = log.before(cutoff);
    REQUIRE(known.cutoff() == cutoff);

    std::vector<Event> truth;
    for (const Event& event : log.events())
      if (event.time < cutoff) truth.push_back(event);
    REQUIRE(std::equal(truth.begin(), truth.end(), known.events().begin(), known.events().end()));

    std::size_t grouped = 0;
    std::set<std::int32_t> active;
    for (std::int32_t user = 0; user < log.users().size(); ++user) {
      std::vector<Event> of_user;
      for (const Event& event : truth)
        if (event.user == user) of_user.push_back(event);
      const auto got = known.of_user(user);
      REQUIRE(std::equal(of_user.begin(), of_user.end(), got.begin(), got.end()));
      grouped += got.size();
      if (!got.empty()) active.insert(user);
    }
    REQUIRE(grouped == truth.size());
    const auto users = known.active_users();
    REQUIRE(std::equal(active.begin(), active.end(), users.begin(), users.end()));
    REQUIRE(known.of_user(-1).empty());
    REQUIRE(known.of_user(log.users().size()).empty());
    REQUIRE(known.of_user(std::numeric_limits<std::int32_t>::max()).empty());
  }
}

TEST_CASE("What comes after the cutoff changes nothing that is observed", "[data]") {
  Rng rng{23};
  EventLog log = random_log(rng, 500, 20, 1000);
  const Time cutoff = log.last_time();
  EventLog longer = log;
  longer.add("late", cutoff, "visit");
  longer.add("u1", cutoff + 5, "purchase", "new item", 1e9);
  longer.sort();
  const Observed a = log.before(cutoff);
  const Observed b = longer.before(cutoff);
  REQUIRE(std::equal(a.events().begin(), a.events().end(), b.events().begin(), b.events().end()));
  CHECK(a.active_users() == b.active_users());
  CHECK(b.of_user(longer.users().at("late")).empty());
}

TEST_CASE("No view of a temporary log", "[data]") {
  const auto can_view = []<class Log>(Log*) {
    return requires(Log && log) { static_cast<Log&&>(log).before(0); };
  };
  STATIC_REQUIRE_FALSE(can_view(static_cast<EventLog*>(nullptr)));
  STATIC_REQUIRE(can_view(static_cast<const EventLog*>(nullptr)));
}

TEST_CASE("between takes its start and leaves out its end", "[data]") {
  Rng rng{29};
  const EventLog log = random_log(rng, 400, 5, 60);
  for (Time from = -60; from < 20; ++from) {
    for (Time to = -60; to < 20; ++to) {
      const auto inside =
          std::count_if(log.events().begin(), log.events().end(),
                        [&](const Event& e) { return from <= e.time && e.time < to; });
      const auto got = log.between(from, to);
      REQUIRE(static_cast<std::ptrdiff_t>(got.size()) == inside);
      REQUIRE((got.empty() || (got.front().time >= from && got.back().time < to)));
    }
  }
}

TEST_CASE("events are grouped by user once, whoever asks first") {
  EventLog log;
  for (int i = 0; i < 3000; ++i) log.add("u" + std::to_string(i % 97), i, "visit");
  const Observed known = log.before(2900);
  const Observed copy = known;
  std::vector<std::size_t> sizes(97);
  std::vector<const Event*> first(97);
  parallel_for(97, {.threads = 4, .grain = 1}, [&](Index begin, Index) {
    const auto u = static_cast<std::size_t>(begin);
    const auto& view = begin % 2 == 0 ? known : copy;
    sizes[u] = view.of_user(static_cast<std::int32_t>(begin)).size();
    first[u] = view.of_user(static_cast<std::int32_t>(begin)).data();
  });
  std::size_t total = 0;
  for (std::size_t u = 0; u < 97; ++u) {
    total += sizes[u];
    CHECK(first[u]->time == static_cast<Time>(u));
    CHECK(copy.of_user(static_cast<std::int32_t>(u)).data() == first[u]);
  }
  CHECK(total == 2900);
}
