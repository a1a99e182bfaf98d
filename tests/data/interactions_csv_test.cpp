// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <string>

#include <loyal/core/random.hpp>
#include <loyal/data/interactions_csv.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEST_CASE("Interactions are read from CSV", "[data]") {
  const std::string text =
      "who;what;stars;at\n"
      "anna;\"a; b\";4.5;2024-01-02\n"
      "ben;c;1;2024-01-01\n"
      "anna;\"a; b\";2;2024-01-01\n";
  const InteractionColumns columns{.user = "who",
                                   .item = "what",
                                   .value = "stars",
                                   .time = "at",
                                   .time_format = "iso",
                                   .csv = {.delimiter = ';'}};
  const auto seen = parse_interactions(text, columns);
  CHECK(seen.users() == 2);
  CHECK(seen.items() == 2);
  REQUIRE(seen.size() == 2);
  CHECK(seen.item_names().name(0) == "a; b");
  CHECK(seen.values_of(0)[0] == 4.5F);  // the later of two
  CHECK(seen.times_of(0)[0] - seen.times_of(1)[0] == 86400);
  auto sums = columns;
  sums.duplicates = Duplicates::sum;
  CHECK(parse_interactions(text, sums).values_of(0)[0] == 6.5F);
  auto once = columns;
  once.duplicates = Duplicates::refuse;
  CHECK_THROWS_AS(parse_interactions(text, once), DataError);
  CHECK(parse_interactions("user,item\n").size() == 0);
}

TEST_CASE("Bad rows of interactions are named, or skipped and counted", "[data]") {
  InteractionColumns columns{.value = "value", .time = "time"};
  const std::string head = "user,item,value,time\n";
  for (const char* row : {",a,1,1\n", "u,,1,1\n", "NA,a,1,1\n", "u,a,x,1\n", "u,a,,1\n",
                          "u,a,inf,1\n", "u,a,1e300,1\n", "u,a,1,never\n"}) {
    INFO(row);
    CHECK_THROWS_AS(parse_interactions(head + row, columns), DataError);
    auto skipping = columns;
    skipping.csv.bad_rows = BadRows::skip;
    CsvProblems problems;
    CHECK(parse_interactions(head + row + "u,b,2,5\n", skipping, &problems).size() == 1);
    CHECK(problems.rows == 1);
  }
  CHECK_THROWS_AS(parse_interactions("user,thing\n", {}), DataError);
  CHECK_THROWS_AS(read_interactions_csv("no such file"), FormatError);
}

TEST_CASE("Interactions of a log see no event at or after its cutoff", "[data]") {
  Rng rng{2};
  for (int round = 0; round < 30; ++round) {
    EventLog log;
    EventLog past;
    const Time cutoff = 50;
    // All names first, so that both logs number them alike.
    for (auto* l : {&log, &past})
      for (int i = 0; i < 5; ++i)
        l->add("u" + std::to_string(i), 0, i % 2 == 0 ? "view" : "purchase",
               "i" + std::to_string(i));
    for (int i = 0; i < 60; ++i) {
      const std::string user = "u" + std::to_string(rng.below(5));
      const std::string item = rng.bernoulli(0.1) ? "" : "i" + std::to_string(rng.below(5));
      const auto time = static_cast<Time>(rng.below(100));
      const char* kind = rng.bernoulli(0.5) ? "view" : "purchase";
      log.add(user, time, kind, item);
      if (time < cutoff) past.add(user, time, kind, item);
    }
    log.sort();
    past.sort();
    const std::vector<KindWeight> kinds{{"view", 1}, {"purchase", 5}};
    const auto a = log.before(cutoff);
    const auto b = past.before(past.last_time() + 1);
    CHECK(interactions_of(a, kinds) == interactions_of(b, kinds));
    CHECK(interactions_of(a) == interactions_of(b));
    CHECK(interactions_of(a, {{"view", 1}}).size() <= interactions_of(a).size());
    CHECK_THROWS_AS(interactions_of(a, {{"unheard of", 1}}), DataError);
  }
}

TEST_CASE("MovieLens 100K is read as it is described", "[data]") {
  const char* const folder = std::getenv("LOYAL_DATA");
  if (folder == nullptr) {
    WARN("LOYAL_DATA is not set: skipped");
    return;
  }
  const auto ratings = read_interactions_csv(std::string(folder) + "/ml-100k/u.data",
                                             {.user = "0",
                                              .item = "1",
                                              .value = "2",
                                              .time = "3",
                                              .csv = {.delimiter = '\t', .header = false}});
  CHECK(ratings.users() == 943);
  CHECK(ratings.items() == 1682);
  CHECK(ratings.size() == 100000);
}
