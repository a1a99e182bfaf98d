// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../math/values.hpp"
#include "../metrics/calibration.hpp"
#include "../metrics/gain.hpp"
#include "human_number.hpp"
#include "plot.hpp"

// Ready-made plots of a model and its campaign. Each returns a Plot, to which more can be added.

namespace loyal {

namespace detail {

inline Axis share_axis(const char* label, double low = 0, double high = 1) {
  return {.label = label, .low = low, .high = high, .format = {.notation = Notation::percent}};
}

inline std::vector<double> count_from_1(Index n) {
  std::vector<double> numbers;
  for (Index i = 1; i <= n; ++i) numbers.push_back(static_cast<double>(i));
  return numbers;
}

}  // namespace detail

/// Loss by epoch, of training and (if given) of held-out data, with the best epoch marked.
/// | argument | shape | meaning |
/// | training | n | loss after each epoch; NaN leaves a gap |
/// | validation | n, or empty | the same on held-out data |
/// | best_epoch | | counted from 1; 0: none |
/// @throws ShapeError when the sizes differ; OptionError for a best epoch outside [0, n].
///
///     const auto plot = loyal::training_plot({0.7, 0.5, 0.4}, {0.7, 0.6, 0.65}, 2);
///     if (plot.series.size() != 2 || plot.references.size() != 1) return 1;
[[nodiscard]] inline Plot training_plot(const Values& training, const Values& validation = {},
                                        int best_epoch = 0) {
  detail::expect_option("training_plot", "best_epoch", best_epoch,
                        best_epoch >= 0 && best_epoch <= training.size(), "in [0, epochs]");
  Plot plot{.title = "Training",
            .caption =
                "Both lines should fall; where validation turns up again, the model has "
                "begun to learn its examples by heart.",
            .x = {.label = "epoch", .whole = true},
            .y = {.label = "loss"},
            .direct_labels = true};
  const auto epochs = detail::count_from_1(training.size());
  if (validation.empty()) plot.caption = "The loss on the training data should fall and level off.";
  plot.line("training", epochs, training);
  if (!validation.empty()) plot.line("validation", epochs, validation);
  if (best_epoch > 0) plot.vertical(best_epoch, detail::concatenate("best: epoch ", best_epoch));
  return plot;
}

/// The ROC curve of a score: leavers found against stayers disturbed, for every threshold.
/// | argument | shape | meaning |
/// | false_positive_rate, true_positive_rate | n | in [0, 1], from (0, 0) to (1, 1) |
/// | auc | | area under the curve, written into the legend; NaN: left out |
/// @throws ShapeError when the sizes differ.
///
///     const auto plot = loyal::roc_plot({0, 0.2, 1}, {0, 0.8, 1}, 0.8);
///     if (plot.series.size() != 2) return 1;
[[nodiscard]] inline Plot roc_plot(const Values& false_positive_rate,
                                   const Values& true_positive_rate,
                                   double auc = std::numeric_limits<double>::quiet_NaN(),
                                   const std::string& name = "model") {
  Plot plot{.title = "ROC curve",
            .caption =
                "The closer the curve comes to the upper left corner, the better the model "
                "tells leavers from stayers; the dashed line is guessing.",
            .x = detail::share_axis("stayers flagged by mistake"),
            .y = detail::share_axis("leavers found"),
            .height = 340};
  plot.line(std::isnan(auc) ? name : name + ", AUC " + format_number(auc), false_positive_rate,
            true_positive_rate);
  plot.line("guessing", {0, 1}, {0, 1}, {.color = SeriesStyle::gray, .dashed = true});
  return plot;
}

/// Promised against observed probability, with how many samples stand behind each point.
/// | argument | shape | meaning |
/// | predicted, observed | n | mean prediction and share of positives of each bin, in [0, 1] |
/// | counts | n, or empty | samples of each bin: gives 95 % Wilson intervals |
/// @throws ShapeError when the sizes differ.
/// Source: Wilson, Journal of the American Statistical Association 22(158), 1927, for intervals.
///
///     const auto plot = loyal::calibration_plot({0.1, 0.5}, {0.12, 0.45}, {100, 40});
///     if (plot.series.size() != 3) return 1;
[[nodiscard]] inline Plot calibration_plot(const Values& predicted, const Values& observed,
                                           const Values& counts = {},
                                           const std::string& name = "model") {
  Plot plot{
      .title = "Calibration",
      .caption =
          "On the dashed line, of the customers given a risk of 30\u00A0% really 30\u00A0% leave; "
          "below it the model warns too much, above it too little.",
      .x = detail::share_axis("predicted probability"),
      .y = detail::share_axis("observed share"),
      .height = 340};
  plot.line("perfect", {0, 1}, {0, 1}, {.color = SeriesStyle::gray, .dashed = true});
  if (!counts.empty()) {
    detail::expect_size("calibration_plot", "counts", counts.size(), observed.size());
    plot.caption += " Whiskers are 95\u00A0% intervals.";
    std::vector<double> low;
    std::vector<double> high;
    for (Index i = 0; i < counts.size(); ++i) {
      const double z = 1.959963984540054;
      const double n = counts[i];
      const double p = observed[i];
      const double center = (p + z * z / (2 * n)) / (1 + z * z / n);
      const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
      low.push_back(center - half);
      high.push_back(center + half);
    }
    plot.whiskers(name, predicted, low, high);
  }
  plot.line(name, predicted, observed, {.dots = true});
  return plot;
}
[[nodiscard]] inline Plot calibration_plot(const ReliabilityCurve& curve,
                                           const std::string& name = "model") {
  return calibration_plot(curve.predicted, curve.observed, curve.weight, name);
}

/// Share of the leavers reached against share of the customers contacted, best scores first.
/// | argument | shape | meaning |
/// | contacted, gain | n | in [0, 1], rising to 1 |
/// @throws ShapeError when the sizes differ.
///
///     const auto plot = loyal::gain_plot({0, 0.5, 1}, {0, 0.9, 1});
///     if (plot.series.size() != 2) return 1;
[[nodiscard]] inline Plot gain_plot(const Values& contacted, const Values& gain,
                                    const std::string& name = "model") {
  Plot plot{.title = "Cumulative gain",
            .caption =
                "Contacting the riskiest customers first: how many of all leavers are "
                "reached with so many contacts; the dashed line is contacting at random.",
            .x = detail::share_axis("customers contacted"),
            .y = detail::share_axis("leavers reached"),
            .height = 340};
  plot.line(name, contacted, gain);
  plot.line("at random", {0, 1}, {0, 1}, {.color = SeriesStyle::gray, .dashed = true});
  return plot;
}
[[nodiscard]] inline Plot gain_plot(const GainCurve& curve, const std::string& name = "model") {
  return gain_plot(curve.contacted, curve.gain, name);
}

/// How many times more leavers are among the contacted than among as many chosen at random.
/// | argument | shape | meaning |
/// | contacted | n | share of the customers, in (0, 1] |
/// | lift | n | >= 0 |
/// @throws ShapeError when the sizes differ.
[[nodiscard]] inline Plot lift_plot(const Values& contacted, const Values& lift,
                                    const std::string& name = "model") {
  Plot plot{.title = "Lift",
            .caption =
                "At 3, the customers contacted hold three times as many leavers as the same "
                "number chosen at random; at 1 the model does not help.",
            .x = detail::share_axis("customers contacted"),
            .y = {.label = "times better than at random", .low = 0}};
  plot.line(name, contacted, lift);
  plot.horizontal(1, "at random");
  return plot;
}

/// Profit of a campaign by the share of the customers contacted, with the best share marked.
/// | argument | shape | meaning |
/// | fraction | n | share contacted, in [0, 1] |
/// | expected | n | profit that the probabilities promise, money |
/// | realized | n, or empty | profit that later data gave, money |
/// | unit | | of money, after the numbers |
/// @throws ShapeError when the sizes differ.
///
///     const auto plot = loyal::profit_plot({0, 0.5, 1}, {0, 900, 200}, {0, 850, 150}, "€");
///     if (plot.notes.size() != 1 || plot.notes[0].x != 0.5) return 1;
[[nodiscard]] inline Plot profit_plot(const Values& fraction, const Values& expected,
                                      const Values& realized = {}, const std::string& unit = {}) {
  Plot plot{.title = "Profit of the campaign",
            .caption =
                "Contacts beyond the marked point cost more than they are expected to bring "
                "in.",
            .x = detail::share_axis("customers contacted"),
            .y = {.label = "profit", .format = {.unit = unit}}};
  plot.line("expected", fraction, expected);
  if (!realized.empty()) {
    plot.line("realized", fraction, realized);
    plot.caption += " The two lines lie close together when the probabilities are right.";
  }
  plot.horizontal(0);
  Index best = -1;
  for (Index i = 0; i < expected.size(); ++i)
    if (std::isfinite(expected[i]) && (best < 0 || expected[i] > expected[best])) best = i;
  if (best >= 0)
    plot.note(fraction[best], expected[best],
              format_number(expected[best], {.unit = unit}) + " at " +
                  format_number(fraction[best], {.notation = Notation::percent}));
  return plot;
}

/// How values are distributed: their number in bins of equal width; values that are not finite
/// are left out.
/// @throws OptionError if bins < 1.
///
///     const auto plot = loyal::histogram_plot({1, 2, 2, 3}, "visits", 2);
///     if (plot.series[0].y != std::vector<double>{1, 3}) return 1;
[[nodiscard]] inline Plot histogram_plot(const Values& values, const std::string& label,
                                         int bins = 30) {
  detail::expect_option("histogram_plot", "bins", bins, bins >= 1, ">= 1");
  Plot plot{.title = "Distribution of " + label,
            .caption = "How many there are of each size.",
            .x = {.label = label},
            .y = {.label = "number", .whole = true}};
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double value : values) {
    if (!detail::drawable(value, false)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (low > high) {
    plot.bars("", {}, {});
    return plot;
  }
  if (low == high) {
    const double half = std::max(0.5, 1e-6 * std::abs(low));
    low -= half;
    high += half;
  }
  const double width = (high - low) / bins;
  std::vector<double> centers;
  centers.reserve(static_cast<std::size_t>(bins));
  std::vector<double> counts(static_cast<std::size_t>(bins));
  for (int i = 0; i < bins; ++i) centers.push_back(low + width * (i + 0.5));
  for (const double value : values)
    if (detail::drawable(value, false))
      ++counts[static_cast<std::size_t>(
          std::clamp(static_cast<int>((value - low) / width), 0, bins - 1))];
  plot.bars("", centers, counts, {.width = width});
  return plot;
}

}  // namespace loyal
