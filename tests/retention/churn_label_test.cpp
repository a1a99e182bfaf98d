// SPDX-License-Identifier: MIT
#include <cmath>
#include <string>
#include <vector>

#include <loyal/behavior/activity_features.hpp>
#include <loyal/data/platform_simulator.hpp>
#include <loyal/retention/churn_label.hpp>

#include "../support/catch.hpp"

namespace churn_label_tests {

using namespace loyal;

using Users = std::vector<std::int32_t>;
using Left = std::vector<char>;

/// Columns: the user's index, and the number of events known.
struct CountEvents {
  template <Scalar T>
  FeatureMatrix<T> transform(const Observed& observed, std::vector<std::int32_t> users) const {
    FeatureMatrix<T> features{
        Matrix<T>(static_cast<Index>(users.size()), 2), {"user", "count"}, users};
    for (Index r = 0; r < features.values.rows(); ++r) {
      const auto user = users[static_cast<std::size_t>(r)];
      features.values.row(r) << static_cast<T>(user), static_cast<T>(observed.of_user(user).size());
    }
    return features;
  }
};

struct Forgetful {
  template <Scalar T>
  FeatureMatrix<T> transform(const Observed&, std::vector<std::int32_t>) const {
    return {};
  }
};

TEST_CASE("labels at the edges of window and horizon") {
  const Time cutoff = 100 * day;
  EventLog log;
  log.add("start", 0, "visit");
  log.add("window_begins", cutoff - 10 * day, "visit");
  log.add("too_old", cutoff - 10 * day - 1, "visit");
  log.add("at_cutoff", cutoff - 1, "visit");
  log.add("at_cutoff", cutoff, "visit");
  log.add("last_moment", cutoff - 5 * day, "visit");
  log.add("last_moment", cutoff + 20 * day - 1, "visit");
  log.add("too_late", cutoff - 5 * day, "visit");
  log.add("too_late", cutoff + 20 * day, "visit");
  log.add("newcomer", cutoff, "visit");
  log.add("newcomer", cutoff + day, "visit");
  log.add("mails_only", cutoff - day, "visit");
  log.add("mails_only", cutoff + day, "mail");
  log.sort();
  const auto user = [&](const char* name) { return log.users().at(name); };
  const ChurnLabel label{{.horizon = 20 * day, .activity_window = 10 * day}};
  const auto labels = label.at(log, cutoff);
  CHECK(labels.users == Users{user("window_begins"), user("at_cutoff"), user("last_moment"),
                              user("too_late"), user("mails_only")});
  CHECK(labels.left == Left{1, 0, 0, 1, 0});
  const ChurnLabel visits{{.horizon = 20 * day, .activity_window = 10 * day, .kinds = {"visit"}}};
  CHECK(visits.at(log, cutoff).left == Left{1, 0, 0, 1, 1});
  CHECK(label.eligible(log.before(cutoff)) == labels.users);
  const ChurnLabel mails{{.activity_window = 10 * day, .kinds = {"mail"}}};
  CHECK(mails.eligible(log.before(cutoff + 2 * day)) == Users{user("mails_only")});
  CHECK(mails.eligible(log.before(cutoff)).empty());
  CHECK_THROWS_AS(ChurnLabel({.kinds = {"vist"}}).eligible(log.before(cutoff)), DataError);
}

TEST_CASE("a censored horizon is refused") {
  EventLog log;
  log.add("anna", 0, "visit");
  log.add("anna", 50 * day, "visit");
  const ChurnLabel label{{.horizon = 20 * day, .activity_window = 10 * day}};
  CHECK_NOTHROW(label.at(log, 30 * day + 1));
  CHECK_THROWS_WITH(label.at(log, 30 * day + 2), ContainsSubstring("horizon"));
  CHECK_THROWS_AS(label.at(log, 0), DataError);
  CHECK_THROWS_AS(label.at(EventLog{}, 10), DataError);
  EventLog unordered = log;
  unordered.add("anna", 25 * day, "visit");
  CHECK_THROWS_WITH(label.at(unordered, 30 * day), ContainsSubstring("sort()"));
  unordered.sort();
  CHECK(label.at(unordered, 30 * day).left == Left{1});
  const ChurnLabel longer{{.horizon = 20 * day, .activity_window = 10 * day, .log_end = 60 * day}};
  CHECK_NOTHROW(longer.at(log, 40 * day));
  CHECK_THROWS_AS(longer.at(log, 40 * day + 1), DataError);
  const ChurnLabel misspelled{{.kinds = {"vist"}, .log_end = 1000 * day}};
  CHECK_THROWS_AS(misspelled.at(log, 30 * day), DataError);
  CHECK_THROWS_AS(ChurnLabel({.horizon = 0}), OptionError);
  CHECK_THROWS_AS(ChurnLabel({.activity_window = -1}), OptionError);
}

TEST_CASE("training cutoffs end before the test begins") {
  EventLog log;
  log.add("anna", 0, "visit");
  log.add("anna", 300 * day, "visit");
  const ChurnLabel label{{.horizon = 30 * day, .activity_window = 40 * day}};
  CHECK(label.training_cutoffs(log, 200 * day, 10 * day, 3) ==
        std::vector<Time>{150 * day, 160 * day, 170 * day});
  CHECK(label.training_cutoffs(log, 100 * day, 15 * day, 9) ==
        std::vector<Time>{40 * day, 55 * day, 70 * day});
  CHECK(label.training_cutoffs(log, 60 * day, 15 * day, 9).empty());
  CHECK_THROWS_AS(label.training_cutoffs(log, 60 * day, 0, 9), OptionError);
  CHECK_THROWS_AS(label.training_cutoffs(log, 60 * day, 1, -1), OptionError);
}

TEMPLATE_TEST_CASE("a data set stacks its cutoffs", "", float, double) {
  EventLog log;
  for (int d = 0; d < 100; ++d) {
    log.add("daily", d * day, "visit");
    if (d < 50) log.add("leaver", d * day + 1, "visit");
  }
  const ChurnLabel label{{.horizon = 20 * day, .activity_window = 10 * day}};
  const auto data =
      churn_dataset<TestType>(log, label, {30 * day, 50 * day, 70 * day}, CountEvents{});
  CHECK(data.rows() == 5);
  CHECK(data.features.users == Users{0, 1, 0, 1, 0});
  CHECK(data.cutoffs == std::vector<Time>{30 * day, 30 * day, 50 * day, 50 * day, 70 * day});
  Vector<TestType> left(5);
  left << 0, 0, 0, 1, 0;
  CHECK(data.left == left);
  Vector<TestType> count(5);
  count << 30, 30, 50, 50, 70;
  CHECK(data.features.values.col(data.features.column("count")) == count);

  CHECK_THROWS_AS(churn_dataset<TestType>(log, label, {}, CountEvents{}), DataError);
  CHECK_THROWS_AS(churn_dataset<TestType>(log, label, {90 * day}, CountEvents{}), DataError);
  CHECK_THROWS_AS(churn_dataset<TestType>(log, label, {50 * day}, Forgetful{}), ShapeError);
  CHECK_THROWS_AS(churn_split<TestType>(log, label, CountEvents{}, {.test_cutoff = 15 * day}),
                  DataError);
}

TEST_CASE(
    "on the simulated platform labels are those of the truth, and features carry the signal") {
  const PlatformSimulator::Options world{.users = 2000, .courses = 60, .days = 400, .seed = 2};
  const auto platform = PlatformSimulator{world}.run();
  const auto& log = platform.log;
  const Time test_cutoff = world.start + 330 * day;
  const ChurnLabel label{{.log_end = world.start + 400 * day}};
  const auto split =
      churn_split<double>(log, label, ActivityFeatures{}, {.test_cutoff = test_cutoff});
  REQUIRE(split.test.rows() > 500);
  REQUIRE(split.train.rows() > 1500);
  for (const Time cutoff : split.train.cutoffs)
    REQUIRE(cutoff + label.options().horizon <= test_cutoff);
  CHECK(split.train.features.names == split.test.features.names);
  CHECK(split.train.features.values.allFinite());

  // Who has left by the truth is labelled so; of the others few are silent for 60 days.
  int surprises = 0;
  for (Index r = 0; r < split.test.rows(); ++r) {
    const auto u = static_cast<std::size_t>(split.test.features.users[static_cast<std::size_t>(r)]);
    const bool gone = platform.truth.users[u].left <= test_cutoff;
    if (gone) REQUIRE(split.test.left[r] == 1);
    if (split.test.left[r] == 1 && platform.truth.users[u].left > test_cutoff + 60 * day)
      ++surprises;
  }
  CHECK(surprises < split.test.rows() / 100 + 1);

  // Leavers were less active in the last month: how often one beats a stayer in that (AUC).
  const Index column = split.test.features.column("count_visit_30d");
  double wins = 0;
  double pairs = 0;
  for (Index a = 0; a < split.test.rows(); ++a)
    for (Index b = 0; b < split.test.rows(); ++b) {
      if (split.test.left[a] != 1 || split.test.left[b] != 0) continue;
      const double difference =
          split.test.features.values(b, column) - split.test.features.values(a, column);
      wins += difference > 0 ? 1 : difference == 0 ? 0.5 : 0;
      pairs += 1;
    }
  INFO("AUC " << wins / pairs);
  CHECK(wins / pairs > 0.7);
}

}  // namespace churn_label_tests
