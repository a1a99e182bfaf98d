// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "../math/order.hpp"
#include "event_log.hpp"
#include "time.hpp"

namespace loyal {

/// Rows to train on, to choose with, and to test on; ascending, no row twice.
struct Split {
  std::vector<Index> train = {};
  std::vector<Index> validation = {};
  std::vector<Index> test = {};

  friend bool operator==(const Split&, const Split&) = default;
};

/// Shares of the rows for random_split and group_split; what is left is for training.
struct SplitOptions {
  double validation = 0;   ///< share of validation rows, in [0, 1)
  double test = 0.2;       ///< share of test rows, in [0, 1)
  std::uint64_t seed = 0;  ///< of the shuffling
};

namespace detail {

inline std::vector<Index> shuffled(Index count, std::uint64_t seed) {
  std::vector<Index> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), Index{0});
  Rng{seed}.shuffle(order);
  return order;
}

/// The first part of a random order of groups to test, the next to validation, the rest to train.
inline std::vector<int> assign_parts(Index count, const SplitOptions& options, const char* where) {
  const auto share = [where](const char* name, double value) {
    expect_option(where, name, value, value >= 0 && value < 1, "in [0, 1)");
  };
  share("validation", options.validation);
  share("test", options.test);
  const auto rows = [count](double part) {
    return static_cast<Index>(std::llround(part * static_cast<double>(count)));
  };
  const Index test = rows(options.test);
  const Index validation = rows(options.validation);
  if ((options.test > 0 && test == 0) || (options.validation > 0 && validation == 0) ||
      test + validation >= count)
    fail<DataError>(where, "number of rows or groups", count, "enough for each part to have one");
  std::vector<int> part(static_cast<std::size_t>(count), 0);
  const auto order = shuffled(count, options.seed);
  for (Index i = 0; i < test + validation; ++i)
    part[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] = i < test ? 2 : 1;
  return part;
}

/// Rows 0 .. n - 1 by the part (0 train, 1 validation, 2 test) that part_of(row) tells.
template <class PartOf>
Split split_by(std::size_t rows, PartOf&& part_of) {
  Split split;
  for (std::size_t row = 0; row < rows; ++row) {
    const int part = part_of(row);
    auto& into = part == 0 ? split.train : part == 1 ? split.validation : split.test;
    into.push_back(static_cast<Index>(row));
  }
  return split;
}

/// One split for each fold, that fold being its test rows.
inline std::vector<Split> splits_of_folds(const std::vector<int>& fold_of, int folds) {
  std::vector<Split> splits;
  splits.reserve(static_cast<std::size_t>(folds));
  for (int fold = 0; fold < folds; ++fold)
    splits.push_back(
        split_by(fold_of.size(), [&](std::size_t row) { return fold_of[row] == fold ? 2 : 0; }));
  return splits;
}

inline void expect_folds(const char* where, int folds, Index most) {
  expect_option(where, "folds", folds, folds >= 2, ">= 2");
  if (folds > most)
    fail<DataError>(where, "number of rows or groups", most, "one for each fold at least");
}

/// Groups as 0, 1, 2, ... in the order of their first appearance.
inline std::pair<std::vector<std::size_t>, Index> number_groups(
    std::span<const std::int32_t> groups) {
  const std::vector<Index> first = first_of_equals(groups);
  std::vector<std::size_t> group_of;
  group_of.reserve(groups.size());
  std::size_t count = 0;
  for (std::size_t row = 0; row < first.size(); ++row) {
    const auto leader = static_cast<std::size_t>(first[row]);
    group_of.push_back(leader == row ? count++ : group_of[leader]);
  }
  return {std::move(group_of), static_cast<Index>(count)};
}

}  // namespace detail

/// Rows at random: round(n test) for testing, round(n validation) for validation, the rest to
/// train.
/// @throws OptionError when a share is outside its domain; DataError when a part would be empty.
///
///     const auto split = loyal::random_split(100, {.validation = 0.1, .test = 0.2, .seed = 1});
///     if (split.train.size() != 70 || split.test.size() != 20) return 1;
[[nodiscard]] inline Split random_split(Index rows, const SplitOptions& options = {}) {
  const auto part = detail::assign_parts(rows, options, "random_split");
  return detail::split_by(part.size(), [&part](std::size_t row) { return part[row]; });
}

/// As random_split, but over groups: all rows of a group (a user) come into the same part.
/// @param groups the group of each row
///
///     const std::vector<std::int32_t> users{7, 7, 8, 9, 9};
///     const auto split = loyal::group_split(users, {.test = 0.34, .seed = 3});
///     if (split.train.size() + split.test.size() != 5) return 1;
[[nodiscard]] inline Split group_split(std::span<const std::int32_t> groups,
                                       const SplitOptions& options = {}) {
  const auto [group_of, count] = detail::number_groups(groups);
  const auto part = detail::assign_parts(count, options, "group_split");
  return detail::split_by(groups.size(),
                          [&, &of = group_of](std::size_t row) { return part[of[row]]; });
}

/// k random folds of n rows; each fold is the test part of one split. Sizes differ by one at most.
/// @throws OptionError unless folds >= 2; DataError when there are fewer rows than folds.
///
///     if (loyal::k_fold(10, 5, 42)[0].train.size() != 8) return 1;
[[nodiscard]] inline std::vector<Split> k_fold(Index rows, int folds, std::uint64_t seed) {
  detail::expect_folds("k_fold", folds, rows);
  std::vector<int> fold_of(static_cast<std::size_t>(rows));
  int next = 0;
  for (const Index row : detail::shuffled(rows, seed))
    fold_of[static_cast<std::size_t>(row)] = std::exchange(next, (next + 1) % folds);
  return detail::splits_of_folds(fold_of, folds);
}

/// k random folds in which each label has its share: counts of a label differ by one at most, and
/// so do the sizes of the folds.
/// @param labels any dense Eigen vector of class labels, such as 0 and 1
/// @throws OptionError unless folds >= 2; DataError for a NaN, or a label on fewer rows than folds.
///
///     loyal::Vector<float> churned(6);
///     churned << 1, 0, 0, 1, 0, 0;
///     for (const auto& split : loyal::stratified_k_fold(churned, 2, 1))
///       if (split.test.size() != 3) return 1;
template <class Derived>
[[nodiscard]] std::vector<Split> stratified_k_fold(const Eigen::MatrixBase<Derived>& labels,
                                                   int folds, std::uint64_t seed) {
  const char* const where = "stratified_k_fold";
  detail::expect_folds(where, folds, labels.size());
  std::map<double, std::vector<Index>> rows_of;
  for (const Index row : detail::shuffled(labels.size(), seed)) {
    const auto label = static_cast<double>(labels(row));
    if (std::isnan(label))
      detail::fail<DataError>(where, "label of row " + std::to_string(row), "NaN", "a number");
    rows_of[label].push_back(row);
  }
  std::vector<int> fold_of(static_cast<std::size_t>(labels.size()));
  int next = 0;  // goes on from label to label, so that the folds stay equal in size
  for (const auto& [label, rows] : rows_of) {
    if (rows.size() < static_cast<std::size_t>(folds))
      detail::fail<DataError>(where, "number of rows with label " + detail::to_text(label),
                              rows.size(), "one for each fold at least");
    for (const Index row : rows)
      fold_of[static_cast<std::size_t>(row)] = std::exchange(next, (next + 1) % folds);
  }
  return detail::splits_of_folds(fold_of, folds);
}

/// k random folds of whole groups: no group (user) is in training and test rows of the same split.
/// @throws OptionError unless folds >= 2; DataError when there are fewer groups than folds.
[[nodiscard]] inline std::vector<Split> group_k_fold(std::span<const std::int32_t> groups,
                                                     int folds, std::uint64_t seed) {
  const auto [group_of, count] = detail::number_groups(groups);
  detail::expect_folds("group_k_fold", folds, count);
  std::vector<int> fold_of_group(static_cast<std::size_t>(count));
  int next = 0;
  for (const Index group : detail::shuffled(count, seed))
    fold_of_group[static_cast<std::size_t>(group)] = std::exchange(next, (next + 1) % folds);
  std::vector<int> fold_of;
  fold_of.reserve(groups.size());
  for (const auto group : group_of) fold_of.push_back(fold_of_group[group]);
  return detail::splits_of_folds(fold_of, folds);
}

/// Rows by their time: before @p validation_from to train, before @p test_from to validation, the
/// rest to test. @throws OptionError when validation_from > test_from.
[[nodiscard]] inline Split time_split(std::span<const Time> times, Time validation_from,
                                      Time test_from) {
  detail::expect_option("time_split", "validation_from", validation_from,
                        validation_from <= test_from, "not after test_from");
  return detail::split_by(times.size(), [&](std::size_t row) {
    return times[row] < validation_from ? 0 : times[row] < test_from ? 1 : 2;
  });
}

/// The moments at which features end and labels begin: a label looks at cutoff <= time < cutoff +
/// horizon, and the windows of the three do not overlap.
struct TimeCutoffs {
  Time train = 0;
  Time validation = 0;
  Time test = 0;
  Time horizon = 0;  ///< length of each label window in seconds

  friend bool operator==(const TimeCutoffs&, const TimeCutoffs&) = default;
};

/// @p count cutoffs, ascending and @p horizon apart, the last one @p horizon before the log's end
/// (last_time() + 1): label windows touch but never overlap, and the latest is wholly observed.
/// @param history the least time between the log's first event and the first cutoff, in seconds
/// @throws OptionError unless horizon > 0, count > 0, history >= 0; DataError when the log is too
/// short.
/// Source: none, our own; rolling-origin evaluation.
///
///     loyal::EventLog log;
///     log.add("anna", 0, "visit");
///     log.add("anna", 100 * loyal::day - 1, "visit");
///     const auto cutoffs = loyal::rolling_cutoffs(log, 30 * loyal::day, 2);
///     if (cutoffs[0] != 40 * loyal::day || cutoffs[1] != 70 * loyal::day) return 1;
[[nodiscard]] inline std::vector<Time> rolling_cutoffs(const EventLog& log, Time horizon, int count,
                                                       Time history = 1) {
  const char* const where = "rolling_cutoffs";
  detail::expect_option(where, "horizon", horizon, horizon > 0, "> 0");
  detail::expect_option(where, "count", count, count > 0, "> 0");
  detail::expect_option(where, "history", history, history >= 0, ">= 0");
  const Time end = log.last_time() + 1;
  const Time length = end - log.first_time();
  if (history > length || horizon > (length - history) / count)
    detail::fail<DataError>(where, "length of the log", length,
                            "history + count x horizon seconds at least");
  std::vector<Time> cutoffs;
  for (int left = count; left > 0; --left) cutoffs.push_back(end - left * horizon);
  // With no history asked for, there must still be one event before the first cutoff.
  if (cutoffs.front() <= log.first_time())
    detail::fail<DataError>(where, "first cutoff", cutoffs.front(), "after the log's first event");
  return cutoffs;
}

/// The three last of the rolling cutoffs: train, validation, test.
/// @throws as rolling_cutoffs.
[[nodiscard]] inline TimeCutoffs time_cutoffs(const EventLog& log, Time horizon, Time history = 1) {
  const auto cutoffs = rolling_cutoffs(log, horizon, 3, history);
  return {cutoffs[0], cutoffs[1], cutoffs[2], horizon};
}

}  // namespace loyal
