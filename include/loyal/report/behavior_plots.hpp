// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../behavior/active_users.hpp"
#include "../behavior/cohort.hpp"
#include "../behavior/funnel.hpp"
#include "../behavior/growth_accounting.hpp"
#include "../behavior/journey.hpp"
#include "../behavior/markov_chain.hpp"
#include "../behavior/step_matrix.hpp"
#include "../core/error.hpp"
#include "../data/feature_matrix.hpp"
#include "../math/order.hpp"
#include "../math/statistics.hpp"
#include "bar_chart.hpp"
#include "funnel_chart.hpp"
#include "heat_map.hpp"
#include "html_table.hpp"
#include "human_number.hpp"
#include "journey_graph.hpp"
#include "model_plots.hpp"
#include "plot.hpp"

// Ready-made figures of behavior. Each returns a figure that can be changed or added to.

namespace loyal {

namespace detail {

inline std::vector<double> count_from_0(Index n) {
  std::vector<double> numbers;
  for (Index i = 0; i < n; ++i) numbers.push_back(static_cast<double>(i));
  return numbers;
}

}  // namespace detail

/// The cohort table as a heat map, sizes beside the names; what is not yet known stays empty.
/// @p unit is what a period is called: "month". Of many cohorts the latest @p most_rows are shown.
///
///     loyal::EventLog log;
///     for (const int d : {0, 35, 70}) log.add("anna", d * loyal::day, "visit");
///     const auto map = loyal::cohort_heat_map(loyal::cohort_table(log.before(log.last_time()), {.periods = 2}));
///     if (map.columns.size() != 2 || map.svg().find("unknown") == std::string::npos) return 1;
[[nodiscard]] inline HeatMap cohort_heat_map(const CohortTable& table,
                                             const std::string& unit = "month",
                                             std::size_t most_rows = 24) {
  HeatMap map{.title = "Who comes back, by cohort",
              .caption = "Of the users who came first in the " + unit +
                         " of the row, the share that came back so many " + unit +
                         "s later; outlined cells are not over yet.",
              .row_label = "first " + unit + " \u00B7 users",
              .column_label = unit + "s later",
              .format = {.notation = Notation::percent, .digits = 2, .least = 0.001},
              .missing = "not over yet",
              .wide = true};
  const Matrix<double> rate = table.rate();
  const Index skipped =
      static_cast<Index>(table.names.size() - std::min(table.names.size(), most_rows));
  // Period 0 says nothing where all came back in it by definition.
  Index from = rate.cols() > 1 ? 1 : 0;
  for (Index r = 0; r < rate.rows(); ++r)
    if (rate.cols() > 0 && rate(r, 0) < 1) from = 0;
  for (Index r = skipped; r < rate.rows(); ++r)
    map.rows.push_back(table.names[static_cast<std::size_t>(r)] + " \u00B7 " +
                       format_number(table.size[r], {.notation = Notation::grouped, .digits = 9}));
  for (Index n = from; n < rate.cols(); ++n) map.columns.push_back(std::to_string(n));
  map.values = rate.block(skipped, from, rate.rows() - skipped, rate.cols() - from);
  return map;
}

/// Retention curves with their confidence bands, one for each name.
/// @throws ShapeError when names and curves differ in number.
///
///     loyal::CohortTable table;
///     table.size.setConstant(1, 100);
///     table.retained.resize(1, 3);
///     table.retained << 100, 60, 40;
///     if (loyal::retention_plot({"all"}, {table.curve()}).series.size() != 2) return 1;
[[nodiscard]] inline Plot retention_plot(const std::vector<std::string>& names,
                                         const std::vector<RetentionCurve>& curves,
                                         const std::string& unit = "month") {
  detail::expect_size("retention_plot", "curves", curves.size(), names.size());
  Plot plot{
      .title = "Retention",
      .caption = "Share of users who came back so many " + unit +
                 "s after their first, over all cohorts that are old enough; bands hold the true "
                 "share with 95\u00A0% confidence.",
      .x = {.label = unit + "s after the first", .whole = true},
      .y = detail::share_axis("came back"),
      .wide = true};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto x = detail::count_from_0(curves[i].rate.size());
    plot.band(names[i], x, curves[i].low, curves[i].high);
    plot.line(names[i], x, curves[i].rate, {.dots = true});
  }
  return plot;
}

/// Daily, weekly and monthly active users over time.
[[nodiscard]] inline Plot active_users_plot(const ActiveUsers& users) {
  Plot plot{.title = "Active users",
            .caption = "Different users seen on the day, in the week and in the month up to it.",
            .x = {.label = users.days.empty() ? "" : "days since " + users.days.front()},
            .y = {.label = "users", .whole = true, .low = 0}};
  const auto x = detail::count_from_0(users.daily.size());
  plot.line("month", x, users.monthly).line("week", x, users.weekly).line("day", x, users.daily);
  return plot;
}

/// Stickiness over time: daily over monthly and weekly over monthly active users.
///
///     loyal::EventLog log;
///     for (int d = 0; d < 40; ++d) log.add("anna", d * loyal::day, "visit");
///     const auto plot = loyal::stickiness_plot(loyal::active_users(log.before(39 * loyal::day + 1)));
///     if (plot.series.size() != 2) return 1;
[[nodiscard]] inline Plot stickiness_plot(const ActiveUsers& users) {
  Plot plot{.title = "Stickiness",
            .caption =
                "Of the users of a month, the share seen on a given day and in a given week; "
                "higher means a stronger habit.",
            .x = {.label = users.days.empty() ? "" : "days since " + users.days.front()},
            .y = {.label = "share of the month's users",
                  .low = 0,
                  .format = {.notation = Notation::percent}}};
  const auto x = detail::count_from_0(users.daily.size());
  plot.line("week / month", x, users.weekly_of_monthly());
  plot.line("day / month", x, users.daily_of_monthly());
  return plot;
}

/// Growth accounts as bars: gains stacked upward, losses downward.
///
///     loyal::EventLog log;
///     for (const int d : {0, 40, 100}) log.add("anna", d * loyal::day, "visit");
///     const auto plot = loyal::growth_plot(loyal::growth_accounting(log.before(100 * loyal::day)));
///     if (plot.series.size() != 4 || plot.x.categories.size() != 3) return 1;
[[nodiscard]] inline Plot growth_plot(const GrowthAccounting& growth,
                                      const std::string& unit = "month") {
  Plot plot{
      .title = "Where active users come from",
      .caption = "Above zero the users active in the " + unit +
                 ": those active in the one before as well, those who came back after a pause, "
                 "and the new; below zero those lost since the " +
                 unit + " before.",
      .x = {.categories = growth.names},
      .y = {.label = "users", .format = {.digits = 2}},
      .wide = true};
  const auto x = detail::count_from_0(growth.active.size());
  const Vector<double> zero = Vector<double>::Zero(growth.active.size());
  const Vector<double> back = growth.retained + growth.resurrected;
  plot.stacked_bars("retained", x, zero, growth.retained);
  plot.stacked_bars("resurrected", x, growth.retained, back, {.color = 2});
  plot.stacked_bars("new", x, back, growth.active, {.color = 6});
  plot.stacked_bars("churned", x, -growth.churned, zero, {.color = 1});
  return plot;
}

/// A funnel's steps as bars, with the median time to each.
[[nodiscard]] inline FunnelChart funnel_chart(const Funnel& funnel) {
  FunnelChart chart{.title = "Funnel",
                    .caption =
                        "Users who came at least so far, in number and of all who began; between "
                        "the bars who went on, and the median time since the first step.",
                    .steps = funnel.steps};
  for (std::size_t k = 0; k < funnel.steps.size(); ++k) {
    chart.users.push_back(funnel.users[static_cast<Index>(k)]);
    const auto& seconds = funnel.seconds[k];
    chart.seconds.push_back(seconds.empty() ? std::numeric_limits<double>::quiet_NaN()
                                            : median(seconds));
  }
  return chart;
}

/// A Markov chain's states and most taken ways.
[[nodiscard]] inline JourneyGraph journey_graph(const MarkovChain& chain,
                                                std::size_t most_arrows = 12) {
  return {.title = "Journeys",
          .caption =
              "What follows what: an arrow's number is the share of all that leave its box, its "
              "thickness how often it was taken; in a box, how often it was entered and, "
              "behind \u21BB, how often it repeats itself. Rare ways are left out.",
          .states = chain.states(),
          .counts = chain.counts(),
          .most_arrows = most_arrows};
}

/// What each kind of event has earned of the goals of a journey_chain(), the most first.
/// @throws DataError when the chain has no "(goal)".
///
///     loyal::EventLog log;
///     log.add("anna", 0, "visit");
///     log.add("anna", 60, "purchase");
///     const auto chain = loyal::journey_chain(log.before(61), {.goals = {"purchase"}});
///     if (loyal::attribution_chart(chain).names != std::vector<std::string>{"visit"}) return 1;
[[nodiscard]] inline BarChart attribution_chart(const MarkovChain& chain) {
  BarChart chart{.title = "What leads to the goal",
                 .caption =
                     "The share of goals that would be missed if a kind of event were a dead end, "
                     "scaled so that all shares sum to 100\u00A0%.",
                 .format = {.notation = Notation::percent, .digits = 2}};
  const Index goal = chain.state("(goal)");
  Vector<double> effects = chain.removal_effects(0, goal);
  double sum = 0;
  for (Index i = 0; i < chain.size(); ++i) {
    if (chain.probabilities()(i, goal) == 1) effects[i] = 0;  // the goal's own kind
    sum += effects[i];
  }
  for (const Index i : detail::descending_order(effects)) {
    if (effects[i] == 0) break;
    chart.names.push_back(chain.states()[static_cast<std::size_t>(i)]);
    chart.values.push_back(effects[i] / sum);
  }
  return chart;
}

/// The share of journeys in each state, step by step.
[[nodiscard]] inline HeatMap step_matrix_map(const StepMatrix& matrix) {
  HeatMap map{.title = "Step by step",
              .caption =
                  "Where journeys are at their first, second, third step; a column sums to "
                  "100\u00A0%.",
              .column_label = "step",
              .rows = matrix.states,
              .values = matrix.share,
              .format = {.notation = Notation::percent, .digits = 2, .least = 0.001},
              .wide = true};
  for (Index n = 1; n <= matrix.share.cols(); ++n) map.columns.push_back(std::to_string(n));
  return map;
}

/// How segments differ: the mean of each feature in a segment, in deviations from the mean of all.
/// | argument | shape |
/// | features | users x names |
/// | labels | users; in 0 .. segments - 1 |
/// | segments | names, one for each label |
/// @throws ShapeError when sizes differ; DataError for a label without a name.
///
///     loyal::FeatureMatrix<double> x{loyal::Matrix<double>(4, 1), {"visits"}, {0, 1, 2, 3}};
///     x.values << 1, 1, 9, 9;
///     const auto map = loyal::segment_profile_map(x, {0, 0, 1, 1}, {"few", "many"});
///     if (map.values(0, 0) != -1 || map.values(1, 0) != 1) return 1;
template <Scalar T>
[[nodiscard]] HeatMap segment_profile_map(const FeatureMatrix<T>& features,
                                          const std::vector<int>& labels,
                                          const std::vector<std::string>& segments) {
  const char* const where = "segment_profile_map";
  detail::expect_size(where, "labels", labels.size(), features.values.rows());
  HeatMap map{
      .title = "How segments differ",
      .caption =
          "Mean of each feature in the segment, in standard deviations above (blue) or below "
          "(orange) the mean of all users.",
      .row_label = "segment \u00B7 users",
      .columns = features.names,
      .format = {.digits = 2},
      .wide = true};
  std::vector<double> sizes(segments.size());
  map.values.setZero(static_cast<Index>(segments.size()), features.values.cols());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto k = static_cast<std::size_t>(labels[i]);
    if (labels[i] < 0 || k >= segments.size())
      detail::fail<DataError>(where, "a label", labels[i], "the index of a segment's name");
    sizes[k] += 1;
    for (Index j = 0; j < map.values.cols(); ++j)
      map.values(labels[i], j) += static_cast<double>(features.values(static_cast<Index>(i), j));
  }
  for (Index j = 0; j < map.values.cols(); ++j) {
    Moments moments;
    for (Index i = 0; i < features.values.rows(); ++i)
      moments.add(static_cast<double>(features.values(i, j)));
    const double deviation = moments.deviation(0);
    for (Index k = 0; k < map.values.rows(); ++k)
      map.values(k, j) =
          deviation > 0
              ? (map.values(k, j) / sizes[static_cast<std::size_t>(k)] - moments.mean()) / deviation
              : 0.0;
  }
  for (std::size_t k = 0; k < segments.size(); ++k)
    map.rows.push_back(segments[k] + " \u00B7 " +
                       format_number(sizes[k], {.notation = Notation::grouped, .digits = 9}));
  return map;
}

/// The segments' sizes and the means of their features, as a table.
/// @throws as segment_profile_map().
template <Scalar T>
[[nodiscard]] HtmlTable segment_table(const FeatureMatrix<T>& features,
                                      const std::vector<int>& labels,
                                      const std::vector<std::string>& segments) {
  const char* const where = "segment_table";
  detail::expect_size(where, "labels", labels.size(), features.values.rows());
  std::vector<double> sizes(segments.size());
  for (const int label : labels) {
    if (label < 0 || static_cast<std::size_t>(label) >= segments.size())
      detail::fail<DataError>(where, "a label", label, "the index of a segment's name");
    sizes[static_cast<std::size_t>(label)] += 1;
  }
  HtmlTable table{.title = "Segments", .caption = "Size and mean of each feature."};
  table.text("segment", segments).number("users", sizes, {.bar = true});
  for (std::size_t j = 0; j < features.names.size(); ++j) {
    std::vector<double> means(segments.size());
    for (std::size_t i = 0; i < labels.size(); ++i)
      means[static_cast<std::size_t>(labels[i])] +=
          static_cast<double>(features.values(static_cast<Index>(i), static_cast<Index>(j)));
    for (std::size_t k = 0; k < means.size(); ++k) means[k] /= sizes[k];
    table.number(features.names[j], means, {.format = {.digits = 3}});
  }
  return table;
}

/// A histogram for values with a long tail, such as customers' worth: the highest 1 % stand in the last
/// bar, mean and median are marked.
/// @throws OptionError if bins < 1.
///
///     const auto plot = loyal::distribution_plot({1, 2, 2, 3, 100}, "value");
///     if (plot.references.size() != 2) return 1;
[[nodiscard]] inline Plot distribution_plot(const Values& values, const std::string& label,
                                            int bins = 30) {
  std::vector<double> kept;
  for (const double value : values)
    if (std::isfinite(value)) kept.push_back(value);
  const double center = kept.empty() ? 0 : mean(kept);
  const double middle = kept.empty() ? 0 : median(kept);
  const double most = kept.empty() ? 0 : quantile(kept, 0.99);
  for (double& value : kept) value = std::min(value, most);
  Plot plot = histogram_plot(kept, label, bins);
  plot.caption += " The highest 1\u00A0% are gathered in the last bar.";
  if (!kept.empty())
    plot.vertical(middle, "median " + format_number(middle))
        .vertical(std::min(center, most), "mean " + format_number(center));
  return plot;
}

}  // namespace loyal
