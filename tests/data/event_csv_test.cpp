// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/event_csv.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

using namespace loyal;

TEST_CASE("Events with all columns, named", "[data]") {
  const auto log = parse_event_log(
      "when;who;what;on;paid\n"
      "2024-01-03;anna;purchase;book;9.5\n"
      "2024-01-01;ben;;;\n"
      "2024-01-02;anna;visit;NA;NA\n",
      {.user = "who",
       .time = "when",
       .kind = "what",
       .item = "on",
       .amount = "paid",
       .default_kind = "other",
       .csv = {.delimiter = ';'}});
  const Time first = to_time({2024, 1, 1});
  REQUIRE(log.size() == 3);
  CHECK(log.users().names() == std::vector<std::string>{"anna", "ben"});
  CHECK(log.kinds().names() == std::vector<std::string>{"purchase", "other", "visit"});
  CHECK(log.items().names() == std::vector<std::string>{"book"});
  CHECK(log.events()[0] == Event{1, 1, -1, first, 0});
  CHECK(log.events()[1] == Event{0, 2, -1, first + day, 0});
  CHECK(log.events()[2] == Event{0, 0, 0, first + 2 * day, 9.5});
}

TEST_CASE("Events by position, other times, without header", "[data]") {
  const auto log = parse_event_log("19970101 x 00001 11.77\n19970112 x 00002 12.00\n",
                                   {.user = "2",
                                    .time = "0",
                                    .amount = "3",
                                    .default_kind = "purchase",
                                    .time_format = "yyyymmdd",
                                    .csv = {.blanks = true, .header = false}});
  REQUIRE(log.size() == 2);
  CHECK(log.users().name(0) == "00001");
  CHECK(log.kinds().name(0) == "purchase");
  CHECK(log.events()[1].amount == 12);
  CHECK(log.items().empty());
}

TEST_CASE("Bad events are named by line and column", "[data]") {
  const EventColumns columns{.amount = "amount"};
  const auto problem = [&](const std::string& row) {
    try {
      static_cast<void>(parse_event_log("user,time,amount\nanna,2024-01-01,1\n" + row, columns));
    } catch (const DataError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(problem("anna,2024-01-32,1\n") ==
        "text:3: column 'time' is '2024-01-32', expected a time written as iso");
  CHECK(problem("anna,,1\n").find("text:3: column 'time'") == 0);
  CHECK(problem(",2024-01-01,1\n") == "text:3: column 'user' is '', expected a user");
  CHECK(problem("anna,2024-01-01,x\n") ==
        "text:3: column 'amount' is 'x', expected a finite number");
  CHECK(problem("anna,2024-01-01,inf\n").find("text:3: column 'amount'") == 0);
  CHECK(problem("anna,2024-01-01\n").find("text:3: number of fields") == 0);
  CHECK(problem("anna,2024-01-01,\"1\n").find("text:3: quoted field") == 0);
}

TEST_CASE("Bad events may be skipped and are then reported", "[data]") {
  CsvProblems problems;
  const auto log = parse_event_log(
      "user,time,amount\n,2024-01-01,1\nanna,never,1\nanna,2024-01-01,1\nben,2024-01-01,x\n",
      {.amount = "amount", .csv = {.bad_rows = BadRows::skip}}, &problems);
  CHECK(log.size() == 1);
  CHECK(log.users().size() == 1);  // a skipped row leaves no names behind
  CHECK(problems.rows == 3);
  REQUIRE(problems.first.size() == 3);
  CHECK(problems.first[2].line == 5);
}

TEST_CASE("A log without events, or without its columns, is an error", "[data]") {
  CHECK_THROWS_WITH(parse_event_log("user,time\n"), ContainsSubstring("number of events"));
  CHECK_THROWS_AS(parse_event_log(""), DataError);
  CHECK_THROWS_WITH(parse_event_log("id,time\n1,2024-01-01\n"), ContainsSubstring("'user'"));
  CHECK_THROWS_AS(parse_event_log("user,time\n1,2024-01-01\n", {.item = "item"}), DataError);
  CHECK_THROWS_AS(parse_event_log("user,time\n1,2024-01-01\n", {.time_format = "%Q"}), OptionError);
  CHECK_THROWS_AS(parse_event_log("user,time\n1,2024-01-01\n", {.default_kind = ""}), OptionError);
  CHECK_THROWS_AS(read_event_log("no/such/file.csv"), FormatError);
  CHECK_THROWS_AS(parse_event_log("user,time\n\"\",2024-01-01\n", {.csv = {.missing = {"?"}}}),
                  DataError);
}

TEST_CASE("Events come back as they were written", "[data]") {
  Rng rng{31};
  const std::vector<std::string> names{"anna", "a,b",  "say \"hi\"", "two\nlines", "NA",
                                       " ",    "null", "\r",         "\xc3\xa9",   "12"};
  const testing::TemporaryDirectory folder;
  for (int round = 0; round < 20; ++round) {
    EventLog log;
    for (auto n = 1 + rng.below(1000); n > 0; --n) {
      const auto item = rng.below(names.size() + 1);
      log.add(names[rng.below(names.size())],
              static_cast<Time>(rng.below(4000000000U)) - 2000000000,
              names[rng.below(names.size())], item == names.size() ? "" : names[item],
              rng.bernoulli(0.3) ? 0.0 : rng.normal() * 1e6);
    }
    log.sort();
    write_event_log(folder / "log.csv", log);
    const auto back = read_event_log(folder / "log.csv", written_event_columns());
    REQUIRE(back.size() == log.size());
    // Names are numbered anew, in the order of the sorted file.
    for (std::size_t i = 0; i < log.size(); ++i) {
      const Event& a = log.events()[i];
      const Event& b = back.events()[i];
      REQUIRE(a.time == b.time);
      REQUIRE(a.amount == b.amount);
      REQUIRE(log.users().name(a.user) == back.users().name(b.user));
      REQUIRE(log.kinds().name(a.kind) == back.kinds().name(b.kind));
      REQUIRE((a.item < 0) == (b.item < 0));
      if (a.item >= 0) REQUIRE(log.items().name(a.item) == back.items().name(b.item));
    }
  }
}

TEST_CASE("A log that cannot be written leaves the old file", "[data]") {
  const testing::TemporaryDirectory folder;
  EventLog good;
  good.add("anna", 0, "visit");
  write_event_log(folder / "log.csv", good);
  EventLog bad = good;
  bad.add("anna", to_time({.year = 12000}), "visit");
  CHECK_THROWS_AS(write_event_log(folder / "log.csv", bad), DataError);
  CHECK(read_event_log(folder / "log.csv", written_event_columns()) == good);
}

TEST_CASE("Damaged event files are read or refused", "[data]") {
  const std::string valid =
      "\xef\xbb\xbfuser,time,kind,amount\r\n\"an\"\"na\",2024-01-03,visit,9.5\r\n"
      "ben,2024-01-01T10:00:00+01:00,\"buy\nnow\",\r\n";
  const int refused =
      testing::survive_damage(testing::to_bytes(valid), 3000, [](std::span<const std::byte> bytes) {
        const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
        for (const auto bad_rows : {BadRows::skip, BadRows::fail})
          static_cast<void>(parse_event_log(
              text, {.kind = "kind", .amount = "amount", .csv = {.bad_rows = bad_rows}}));
      });
  CHECK(refused > 1000);
}

TEST_CASE("The CDNOW purchase log", "[data]") {
  const char* folder = std::getenv("LOYAL_DATA");
  if (folder == nullptr) {
    WARN("LOYAL_DATA is not set: skipped");
    return;
  }
  const auto log =
      read_event_log(std::string(folder) + "/cdnow/CDNOW_master.txt", {.user = "customer_id",
                                                                       .time = "date",
                                                                       .amount = "dollar_value",
                                                                       .default_kind = "purchase",
                                                                       .time_format = "yyyymmdd",
                                                                       .csv = {.blanks = true}});
  CHECK(log.size() == 69659);
  CHECK(log.users().size() == 23570);
  CHECK(log.first_time() == to_time({1997, 1, 1}));
  CHECK(log.last_time() == to_time({1998, 6, 30}));
  double sum = 0;
  for (const Event& event : log.events()) sum += event.amount;
  CHECK(sum == Approx(2500315.63).epsilon(1e-9));
}
