// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../retention/customer_summary.hpp"
#include "../retention/likelihood_fit.hpp"
#include "html_table.hpp"
#include "plot.hpp"

// Ready-made plots of lifetime models. Each returns a Plot, to which more can be added.

namespace loyal {

/// Repeat purchases by period since the log's start: those that customers made, and those that a model expects of
/// them from their first purchase on.
///
///   expected(w) = sum over customers with their first purchase before w of E[X(w - first)]
///
/// | argument | meaning |
/// | known | the log, to its end |
/// | customers | whose purchases are counted: those that the model learned from |
/// | model | anything with expected_purchases(t) of a new customer, t in units of options |
/// | learned_until | the cutoff of learning, marked in the plot |
/// | added_up | purchases so far, else those of each unit |
/// @throws as summarize_customers(). Source: Fader, Hardie & Lee, Marketing Science 24(2), 2005, figures 2 and 3.
/// Cost: one pass over the customers' events, and an expectation for each day of age.
///
///     loyal::EventLog log;
///     for (const int d : {0, 10, 20, 34}) log.add("anna", d * loyal::day, "purchase");
///     const loyal::BGNBD<double> model{{.r = 1, .alpha = 2, .a = 1, .b = 3}};
///     const auto plot = loyal::tracking_plot(log.before(34 * loyal::day + 1), {0}, model, 21 * loyal::day);
///     if (plot.series[0].y != std::vector<double>{0, 0, 1, 2, 2}) return 1;
template <class Model>
[[nodiscard]] Plot tracking_plot(const Observed& known, const std::vector<std::int32_t>& customers,
                                 const Model& model, Time learned_until, bool added_up = true,
                                 const CustomerSummaryOptions& options = {}) {
  const auto counts = detail::purchase_kinds(known, options);
  const double unit = static_cast<double>(options.unit) / static_cast<double>(options.merge);
  const auto number = [&](Time time) {
    return detail::floor_divide(options.zone.local(time), options.merge);
  };
  const Time start = number(known.events().front().time);
  std::map<Time, double> births;  // first purchases by day
  std::vector<double> repeats;
  detail::MergedPurchases bought;
  for (const auto user : customers) {
    detail::merge_purchases(known.of_user(user), counts, options, bought);
    for (std::size_t k = 0; k < bought.period.size(); ++k)
      if (k == 0)
        births[bought.period[k] - start] += 1;
      else
        repeats.push_back(static_cast<double>(bought.period[k] - start));
  }
  std::sort(repeats.begin(), repeats.end());
  std::map<double, double> of_age;  // what is expected of one customer so many days old
  const Time span = known.cutoff() - 1 - known.events().front().time;
  const auto size = static_cast<std::size_t>(span / options.unit) + 1;
  std::vector<double> at(size);
  std::vector<double> seen(size);
  std::vector<double> expected(size);
  for (std::size_t w = 0; w < size; ++w) {
    at[w] = static_cast<double>(w);
    for (const auto& [birth, born] : births) {
      const double age = unit * at[w] - static_cast<double>(birth);
      if (age <= 0) break;
      const auto [found, fresh] = of_age.try_emplace(age, 0.0);
      if (fresh) found->second = static_cast<double>(model.expected_purchases(age / unit));
      expected[w] += born * found->second;
    }
    const auto next = std::lower_bound(repeats.begin(), repeats.end(), unit * at[w]);
    seen[w] = static_cast<double>(next - repeats.begin());
  }
  for (std::size_t w = size - 1; !added_up && w > 0; --w) {
    seen[w] -= seen[w - 1];
    expected[w] -= expected[w - 1];
  }
  const std::string name = options.unit == week ? "week" : options.unit == day ? "day" : "period";
  Plot plot{
      .title = added_up ? "Repeat purchases, added up" : "Repeat purchases by " + name,
      .caption = "Left of the dotted line the model learned; right of it nothing was known to it.",
      .x = {.label = name},
      .y = {.label = added_up ? "repeat purchases so far" : "repeat purchases in the " + name},
      .wide = added_up};
  plot.line("seen", at, seen).line("expected by the model", at, expected, {.dashed = true});
  plot.vertical(static_cast<double>(number(learned_until) - start) / unit, "end of learning");
  return plot;
}

/// Mean purchases after the cutoff by how often someone had come back before it, seen and expected.
///
/// | argument | shape |
/// | expected | customers of split.calibration: purchases expected of each in split.duration |
/// | most | the last group: those who came back so often or more |
/// @throws ShapeError if sizes differ; OptionError if most < 1.
/// Source: Fader, Hardie & Lee, Marketing Science 24(2), 2005, figure 4.
///
///     loyal::EventLog log;
///     for (const int d : {0, 10, 20, 34}) log.add("anna", d * loyal::day, "purchase");
///     const auto split = loyal::calibration_holdout<double>(log.before(14 * loyal::day), log.before(34 * loyal::day + 1));
///     const auto plot = loyal::frequency_plot(split, loyal::Vector<double>::Constant(1, 1.5));
///     if (plot.series[0].y[1] != 2 || plot.series[1].y[1] != 1.5) return 1;
template <Scalar T>
[[nodiscard]] Plot frequency_plot(const CalibrationHoldout<T>& split,
                                  const Vector<double>& expected, int most = 7) {
  detail::expect_size("frequency_plot", "expected", expected.size(), split.calibration.size());
  detail::expect_option("frequency_plot", "most", most, most >= 1, ">= 1");
  const auto groups = static_cast<std::size_t>(most) + 1;
  std::vector<double> at(groups);
  std::vector<double> seen(groups);
  std::vector<double> forecast(groups);
  std::vector<double> count(groups);
  for (Index i = 0; i < expected.size(); ++i) {
    const auto group =
        std::min(groups - 1, static_cast<std::size_t>(split.calibration.history.frequency[i]));
    ++count[group];
    seen[group] += static_cast<double>(split.holdout_frequency[i]);
    forecast[group] += expected[i];
  }
  Plot plot{.title = "Purchases of one customer after learning",
            .caption = "The mean of customers who had come back so often before.",
            .x = {.label = "repeat purchases before"},
            .y = {.label = "mean purchases after"}};
  plot.x.categories.resize(groups);
  for (std::size_t g = 0; g < groups; ++g) {
    at[g] = static_cast<double>(g);
    seen[g] /= std::max(1.0, count[g]);
    forecast[g] /= std::max(1.0, count[g]);
    plot.x.categories[g] = std::to_string(g) + (g + 1 == groups ? "+" : "");
  }
  plot.bars("seen", at, seen).bars("expected by the model", at, forecast);
  return plot;
}

/// The estimates of a fit with their 95 % confidence intervals, and what each parameter means.
/// @throws ShapeError unless there is a meaning for each parameter, or none at all.
///
///     const auto history = loyal::ContractHistory::of_survivors({1000, 869, 743, 653, 593, 551, 517, 491});
///     const auto table = loyal::parameter_table("Renewals", loyal::ShiftedBetaGeometric<double>{}.fit(history));
///     if (table.columns.size() != 2) return 1;
[[nodiscard]] inline HtmlTable parameter_table(const std::string& title, const LikelihoodFit& fit,
                                               const std::vector<std::string>& meanings = {}) {
  const auto size = static_cast<std::size_t>(fit.values.size());
  std::vector<double> low(size);
  std::vector<double> high(size);
  for (std::size_t i = 0; i < size; ++i) {
    const auto interval = fit.interval(static_cast<Index>(i));
    low[i] = interval.low;
    high[i] = interval.high;
  }
  HtmlTable table{.title = title, .caption = "In brackets 95\u00A0% confidence intervals."};
  table.text("parameter", fit.names).interval("estimate", fit.values, low, high);
  if (!meanings.empty()) table.text("meaning", meanings);
  return table;
}

}  // namespace loyal
