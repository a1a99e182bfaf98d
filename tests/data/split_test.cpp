// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/split.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

/// Whether the parts hold each row once, ascending.
bool is_partition(const Split& split, Index rows) {
  std::vector<Index> all;
  for (const auto* part : {&split.train, &split.validation, &split.test}) {
    if (!std::is_sorted(part->begin(), part->end())) return false;
    all.insert(all.end(), part->begin(), part->end());
  }
  std::sort(all.begin(), all.end());
  if (static_cast<Index>(all.size()) != rows) return false;
  for (Index i = 0; i < rows; ++i)
    if (all[static_cast<std::size_t>(i)] != i) return false;
  return true;
}

/// Whether every row is tested in exactly one split.
bool tests_each_row_once(const std::vector<Split>& splits, Index rows) {
  std::multiset<Index> tested;
  for (const auto& split : splits) {
    if (!is_partition(split, rows) || !split.validation.empty()) return false;
    tested.insert(split.test.begin(), split.test.end());
  }
  return static_cast<Index>(tested.size()) == rows &&
         static_cast<Index>(std::set<Index>(tested.begin(), tested.end()).size()) == rows;
}

}  // namespace

TEST_CASE("random_split parts the rows by the given shares", "[data]") {
  Rng rng{1};
  for (int round = 0; round < 200; ++round) {
    const auto rows = static_cast<Index>(20 + rng.below(500));
    const SplitOptions options{
        .validation = rng.uniform(0.05, 0.4), .test = rng.uniform(0.05, 0.4), .seed = rng()};
    const auto split = random_split(rows, options);
    REQUIRE(is_partition(split, rows));
    REQUIRE(std::abs(static_cast<double>(split.test.size()) -
                     options.test * static_cast<double>(rows)) <= 0.5);
    REQUIRE(std::abs(static_cast<double>(split.validation.size()) -
                     options.validation * static_cast<double>(rows)) <= 0.5);
    REQUIRE(split == random_split(rows, options));
  }
  CHECK(random_split(1000, {.seed = 1}) != random_split(1000, {.seed = 2}));
}

TEST_CASE("random_split takes each row with the same probability", "[data]") {
  std::vector<int> count(10, 0);
  for (std::uint64_t seed = 0; seed < 4000; ++seed)
    for (const Index row : random_split(10, {.test = 0.3, .seed = seed}).test)
      ++count[static_cast<std::size_t>(row)];
  for (const int c : count) CHECK(std::abs(c - 1200) < 5 * 29);  // binomial, deviation 29
}

TEST_CASE("Splits refuse shares and sizes that leave a part empty", "[data]") {
  CHECK_THROWS_AS(random_split(10, {.test = 1}), OptionError);
  CHECK_THROWS_AS(random_split(10, {.validation = -0.1}), OptionError);
  CHECK_THROWS_AS(random_split(10, {.test = std::nan("")}), OptionError);
  CHECK_THROWS_AS(random_split(10, {.validation = 0.5, .test = 0.5}), DataError);
  CHECK_THROWS_AS(random_split(2, {.test = 0.2}), DataError);
  CHECK_THROWS_AS(random_split(0), DataError);
  CHECK(random_split(3, {.test = 0}).train.size() == 3);
}

TEST_CASE("k_fold tests each row once, in folds of equal size", "[data]") {
  for (const Index rows : {2, 5, 17, 100}) {
    for (int folds = 2; folds <= std::min<Index>(rows, 10); ++folds) {
      const auto splits = k_fold(rows, folds, 3);
      REQUIRE(static_cast<int>(splits.size()) == folds);
      REQUIRE(tests_each_row_once(splits, rows));
      for (const auto& split : splits) {
        REQUIRE(static_cast<Index>(split.test.size()) >= rows / folds);
        REQUIRE(static_cast<Index>(split.test.size()) <= rows / folds + 1);
      }
    }
  }
  CHECK(k_fold(50, 5, 1) == k_fold(50, 5, 1));
  CHECK(k_fold(50, 5, 1) != k_fold(50, 5, 2));
  CHECK_THROWS_AS(k_fold(10, 1, 0), OptionError);
  CHECK_THROWS_AS(k_fold(3, 4, 0), DataError);
}

TEMPLATE_TEST_CASE("stratified_k_fold gives each fold its share of every label", "[data]", float,
                   double) {
  Rng rng{2};
  for (int round = 0; round < 100; ++round) {
    const int folds = static_cast<int>(2 + rng.below(5));
    const auto rows = static_cast<Index>(60 + rng.below(200));
    Vector<TestType> labels(rows);
    for (Index i = 0; i < rows; ++i)
      labels[i] = static_cast<TestType>(i < 3 * folds ? i % 3 : static_cast<Index>(rng.below(3)));
    const auto splits = stratified_k_fold(labels, folds, rng());
    REQUIRE(tests_each_row_once(splits, rows));
    for (int label = 0; label < 3; ++label) {
      const Index all = (labels.array() == static_cast<TestType>(label)).count();
      for (const auto& split : splits) {
        const auto here = std::count_if(split.test.begin(), split.test.end(), [&](Index row) {
          return labels[row] == static_cast<TestType>(label);
        });
        REQUIRE(here >= all / folds);
        REQUIRE(here <= all / folds + 1);
      }
    }
    for (const auto& split : splits) {
      REQUIRE(static_cast<Index>(split.test.size()) >= rows / folds);
      REQUIRE(static_cast<Index>(split.test.size()) <= rows / folds + 1);
    }
  }
  Vector<TestType> rare(5);
  rare << 0, 0, 0, 0, 1;
  CHECK_THROWS_WITH(stratified_k_fold(rare, 2, 0), ContainsSubstring("label 1"));
  rare[4] = std::numeric_limits<TestType>::quiet_NaN();
  CHECK_THROWS_AS(stratified_k_fold(rare, 2, 0), DataError);
}

TEST_CASE("Groups are never torn apart", "[data]") {
  Rng rng{3};
  for (int round = 0; round < 100; ++round) {
    std::vector<std::int32_t> groups(50 + rng.below(200));
    for (auto& group : groups) group = static_cast<std::int32_t>(rng.below(30)) - 5;
    const auto rows = static_cast<Index>(groups.size());
    auto splits = group_k_fold(groups, 4, rng());
    REQUIRE(tests_each_row_once(splits, rows));
    splits.push_back(group_split(groups, {.validation = 0.2, .test = 0.2, .seed = rng()}));
    REQUIRE(is_partition(splits.back(), rows));
    for (const auto& split : splits) {
      std::map<std::int32_t, std::set<int>> parts;
      for (const Index row : split.train) parts[groups[static_cast<std::size_t>(row)]].insert(0);
      for (const Index row : split.validation)
        parts[groups[static_cast<std::size_t>(row)]].insert(1);
      for (const Index row : split.test) parts[groups[static_cast<std::size_t>(row)]].insert(2);
      for (const auto& [group, in] : parts) REQUIRE(in.size() == 1);
    }
  }
  const std::vector<std::int32_t> one(10, 7);
  CHECK_THROWS_AS(group_k_fold(one, 2, 0), DataError);
  CHECK_THROWS_AS(group_split(one), DataError);
}

TEST_CASE("time_split respects time", "[data]") {
  const std::vector<Time> times{50, 10, 20, 30, 40};
  const auto split = time_split(times, 20, 40);
  CHECK(split.train == std::vector<Index>{1});
  CHECK(split.validation == std::vector<Index>{2, 3});
  CHECK(split.test == std::vector<Index>{0, 4});
  CHECK_THROWS_AS(time_split(times, 40, 20), OptionError);
}

TEST_CASE("rolling_cutoffs: windows do not overlap, and lie within the log", "[data]") {
  Rng rng{4};
  int made = 0;
  for (int round = 0; round < 500; ++round) {
    EventLog log;
    const Time first = static_cast<Time>(rng.below(1000)) - 500;
    const Time length = static_cast<Time>(1 + rng.below(1000));
    log.add("a", first, "visit");
    log.add("a", first + length - 1, "visit");
    const Time horizon = static_cast<Time>(1 + rng.below(200));
    const Time history = static_cast<Time>(rng.below(200));
    const int count = static_cast<int>(1 + rng.below(6));
    if (history + count * horizon > length || count * horizon >= length) {
      REQUIRE_THROWS_AS(rolling_cutoffs(log, horizon, count, history), DataError);
      continue;
    }
    ++made;
    const auto cutoffs = rolling_cutoffs(log, horizon, count, history);
    REQUIRE(static_cast<int>(cutoffs.size()) == count);
    REQUIRE(cutoffs.front() - first >= history);
    REQUIRE(cutoffs.back() + horizon == log.last_time() + 1);
    for (std::size_t i = 1; i < cutoffs.size(); ++i)
      REQUIRE(cutoffs[i] - cutoffs[i - 1] == horizon);
    for (const Time cutoff : cutoffs) REQUIRE_NOTHROW(log.before(cutoff));
  }
  CHECK(made > 50);
}

TEST_CASE("time_cutoffs are the last three", "[data]") {
  EventLog log;
  log.add("a", 0, "visit");
  log.add("a", 99, "visit");
  CHECK(time_cutoffs(log, 20) == TimeCutoffs{40, 60, 80, 20});
  CHECK_THROWS_AS(time_cutoffs(log, 20, 41), DataError);
  CHECK_THROWS_AS(time_cutoffs(log, 0), OptionError);
  CHECK_THROWS_AS(rolling_cutoffs(log, 10, 0), OptionError);
  CHECK_THROWS_AS(rolling_cutoffs(log, 10, 1, -1), OptionError);
  CHECK_THROWS_AS(rolling_cutoffs(log, std::numeric_limits<Time>::max(), 3), DataError);
  CHECK_THROWS_AS(rolling_cutoffs(EventLog{}, 10, 1), DataError);
}
