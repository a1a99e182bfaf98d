// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../data/event_log.hpp"
#include "../data/feature_matrix.hpp"
#include "../data/time.hpp"

namespace loyal {

/// Who had left at a cutoff, as seen with hindsight.
struct ChurnLabels {
  std::vector<std::int32_t> users;  ///< the eligible users, ascending
  std::vector<char> left;           ///< 1: no sign of life within the horizon, 0: some
};

/// Labels of churn without a contract: silent from the cutoff on, for as long as the horizon.
///
/// Eligible is who showed life in [cutoff - activity_window, cutoff): the others may have left
/// before, and nothing is learned from them. Left is who then shows none in
/// [cutoff, cutoff + horizon). A cutoff whose horizon reaches behind the end of the log is refused:
/// silence there is not knowledge.
/// Source: none, our own; the window and horizon of e.g. Buckinx & Van den Poel, EJOR 164(1), 2005.
/// Cost: one pass over the events of window and horizon.
///
///     loyal::EventLog log;
///     for (const loyal::Time d : {0, 5, 40}) log.add("anna", d * loyal::day, "visit");
///     log.add("ben", 6 * loyal::day, "visit");
///     log.sort();
///     const loyal::ChurnLabel label{{.horizon = 30 * loyal::day, .activity_window = 7 *
///     loyal::day}}; const auto labels = label.at(log, 10 * loyal::day); if (labels.users.size() !=
///     2 || labels.left != std::vector<char>{1, 1}) return 1;
class ChurnLabel {
 public:
  struct Options {
    Time horizon = 60 * day;          ///< length of silence that counts as having left, s; > 0
    Time activity_window = 60 * day;  ///< life before the cutoff within which is looked for, s; > 0
    std::vector<std::string> kinds{};  ///< kinds of event that are signs of life; none named: all
    Time log_end = 0;                  ///< until when the log is complete; 0: until its last event
  };

  ChurnLabel() = default;

  /// @throws OptionError if an option lies outside the domain given above.
  explicit ChurnLabel(Options options) : options_(std::move(options)) {
    const char* where = "ChurnLabel";
    detail::expect_option(where, "horizon", options_.horizon, options_.horizon > 0, "> 0");
    detail::expect_option(where, "activity_window", options_.activity_window,
                          options_.activity_window > 0, "> 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// The moment before which a cutoff's horizon has to end.
  /// @throws DataError when the log is empty or unsorted.
  [[nodiscard]] Time log_end(const EventLog& log) const {
    return options_.log_end != 0 ? options_.log_end : log.last_time() + 1;
  }

  /// Labels at a cutoff.
  /// @throws DataError when the log ends before cutoff + horizon, begins at the cutoff or after it,
  /// is empty or unsorted, or does not know one of the kinds.
  [[nodiscard]] ChurnLabels at(const EventLog& log, Time cutoff) const {
    const Time end = log_end(log);
    if (cutoff <= log.first_time() || cutoff > end - options_.horizon)
      detail::fail<DataError>("ChurnLabel::at", "cutoff", cutoff,
                              "in (" + std::to_string(log.first_time()) + ", " +
                                  std::to_string(end - options_.horizon) +
                                  "], since the horizon must lie inside the log");
    const auto is_life = signs_of_life(log.kinds());
    enum : char { unseen, silent, alive };
    std::vector<char> state(static_cast<std::size_t>(log.users().size()), unseen);
    const auto each_sign_of_life = [&](Time from, Time to, auto mark) {
      for (const Event& event : log.between(from, to))
        if (is_life[static_cast<std::size_t>(event.kind)] != 0)
          mark(state[static_cast<std::size_t>(event.user)]);
    };
    each_sign_of_life(cutoff - options_.activity_window, cutoff, [](char& s) { s = silent; });
    each_sign_of_life(cutoff, cutoff + options_.horizon, [](char& s) {
      if (s == silent) s = alive;
    });

    ChurnLabels labels;
    for (std::size_t u = 0; u < state.size(); ++u) {
      if (state[u] == unseen) continue;
      labels.users.push_back(static_cast<std::int32_t>(u));
      labels.left.push_back(state[u] == silent ? 1 : 0);
    }
    return labels;
  }

  /// Who is eligible at the cutoff of what is known, ascending: those whom a model is asked about today.
  /// @throws DataError when the log does not know one of the kinds.
  [[nodiscard]] std::vector<std::int32_t> eligible(const Observed& known) const {
    const auto is_life = signs_of_life(known.kinds());
    const Time from = known.cutoff() - options_.activity_window;
    std::vector<char> seen(static_cast<std::size_t>(known.users().size()));
    const auto events = known.events();
    for (auto i = events.size(); i-- > 0 && events[i].time >= from;)
      if (is_life[static_cast<std::size_t>(events[i].kind)] != 0)
        seen[static_cast<std::size_t>(events[i].user)] = 1;
    std::vector<std::int32_t> users;
    for (std::size_t u = 0; u < seen.size(); ++u)
      if (seen[u] != 0) users.push_back(static_cast<std::int32_t>(u));
    return users;
  }

  /// Cutoffs for training a model that will be tested at @p test_cutoff: the latest has its horizon
  /// end there, the others lie @p step apart before it, at most @p count in all, ascending. Each
  /// leaves room for a whole activity window in the log; there may be fewer, even none.
  /// @throws OptionError unless step > 0 and count >= 0; DataError when the log is empty or
  /// unsorted.
  [[nodiscard]] std::vector<Time> training_cutoffs(const EventLog& log, Time test_cutoff, Time step,
                                                   int count) const {
    detail::expect_option("ChurnLabel::training_cutoffs", "step", step, step > 0, "> 0");
    detail::expect_option("ChurnLabel::training_cutoffs", "count", count, count >= 0, ">= 0");
    std::vector<Time> cutoffs;
    Time cutoff = test_cutoff - options_.horizon;
    for (; count > 0 && cutoff - options_.activity_window >= log.first_time();
         --count, cutoff -= step)
      cutoffs.push_back(cutoff);
    std::reverse(cutoffs.begin(), cutoffs.end());
    return cutoffs;
  }

 private:
  [[nodiscard]] std::vector<char> signs_of_life(const IdMap& kinds) const {
    std::vector<char> is_life(static_cast<std::size_t>(kinds.size()),
                              options_.kinds.empty() ? 1 : 0);
    for (const auto& kind : options_.kinds) is_life[static_cast<std::size_t>(kinds.at(kind))] = 1;
    return is_life;
  }

  Options options_;
};

/// Rows to learn churn from: users as they were known at one or more cutoffs.
template <Scalar T>
struct ChurnDataset {
  FeatureMatrix<T>
      features;    ///< rows x names; a user has a row for each cutoff that it is eligible at
  Vector<T> left;  ///< rows; 1: has left, 0: has not
  std::vector<Time> cutoffs;  ///< rows; when the row's features were known

  [[nodiscard]] Index rows() const noexcept { return left.size(); }
};

/// Something that makes features of the users given out of what was known: ActivityFeatures does.
template <class F, class T>
concept FeatureExtractor = requires(const F& extractor, const Observed& observed,
                                    std::vector<std::int32_t> users) {
  { extractor.template transform<T>(observed, users) } -> std::same_as<FeatureMatrix<T>>;
};

/// Stacks features and labels at several cutoffs. Features at a cutoff come from the events before
/// it, labels from those after it, so that a row never knows its own answer.
/// @throws DataError when there is no cutoff, or for one as ChurnLabel::at and EventLog::before;
/// ShapeError when the extractor's rows are not the users asked for, or its columns change.
/// Source: none, our own. Cost: for each cutoff a pass over the events before it.
///
/// With a `log`, its last months for testing and rolling cutoffs before them for training:
///   ChurnLabel label;
///   auto train = churn_dataset<float>(log, label, label.training_cutoffs(log, test, week, 8), f);
///   auto test_set = churn_dataset<float>(log, label, {test}, f);
template <Scalar T, FeatureExtractor<T> Extractor>
[[nodiscard]] ChurnDataset<T> churn_dataset(const EventLog& log, const ChurnLabel& label,
                                            const std::vector<Time>& cutoffs,
                                            const Extractor& extractor) {
  const char* where = "churn_dataset";
  if (cutoffs.empty()) detail::fail<DataError>(where, "number of cutoffs", 0, "at least 1");
  std::vector<FeatureMatrix<T>> parts;
  std::vector<ChurnLabels> labels;
  Index rows = 0;
  for (const Time cutoff : cutoffs) {
    labels.push_back(label.at(log, cutoff));
    const auto& users = labels.back().users;
    parts.push_back(extractor.template transform<T>(log.before(cutoff), users));
    const auto& part = parts.back();
    detail::expect_shape(where, "features", part.values, users.size(), part.names.size());
    if (part.users != users || part.names != parts.front().names)
      detail::fail<ShapeError>(where, "users or columns of features", "changed",
                               "those asked for, the same at all cutoffs");
    rows += part.values.rows();
  }

  ChurnDataset<T> data;
  data.features.names = parts.front().names;
  data.features.values.resize(rows, parts.front().values.cols());
  data.left.resize(rows);
  Index row = 0;
  for (std::size_t k = 0; k < cutoffs.size(); ++k) {
    const Index n = parts[k].values.rows();
    data.features.values.middleRows(row, n) = parts[k].values;
    for (const char left : labels[k].left) data.left[row++] = static_cast<T>(left);
    data.features.users.insert(data.features.users.end(), labels[k].users.begin(),
                               labels[k].users.end());
    data.cutoffs.insert(data.cutoffs.end(), static_cast<std::size_t>(n), cutoffs[k]);
  }
  return data;
}

/// Training and test rows apart in time.
template <Scalar T>
struct ChurnSplit {
  ChurnDataset<T> train;
  ChurnDataset<T> test;
};

/// When churn_split trains and tests.
struct ChurnSplitOptions {
  Time test_cutoff = 0;  ///< when the model would be put to use; its horizon lies in the log
  Time step = 30 * day;  ///< between training cutoffs, s; > 0
  int cutoffs = 6;       ///< training cutoffs at most; >= 0
};

/// Training rows at the rolling cutoffs of ChurnLabel::training_cutoffs, test rows at one later
/// cutoff: every training label was known at the test cutoff, as it would be in service.
/// @throws DataError as churn_dataset, also when the log leaves no room for a training cutoff.
///
///     const auto platform = loyal::PlatformSimulator{{.users = 100, .days = 300}}.run();
///     const auto& log = platform.log;
///     const auto split = loyal::churn_split<float>(log, loyal::ChurnLabel{},
///     loyal::ActivityFeatures{},
///                                                  {.test_cutoff = log.last_time() - 61 *
///                                                  loyal::day});
///     if (split.train.rows() == 0 || split.test.rows() == 0) return 1;
template <Scalar T, FeatureExtractor<T> Extractor>
[[nodiscard]] ChurnSplit<T> churn_split(const EventLog& log, const ChurnLabel& label,
                                        const Extractor& extractor,
                                        const ChurnSplitOptions& options) {
  const auto cutoffs =
      label.training_cutoffs(log, options.test_cutoff, options.step, options.cutoffs);
  return {churn_dataset<T>(log, label, cutoffs, extractor),
          churn_dataset<T>(log, label, {options.test_cutoff}, extractor)};
}

}  // namespace loyal
