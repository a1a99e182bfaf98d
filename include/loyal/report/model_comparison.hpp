// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../core/types.hpp"
#include "../math/values.hpp"
#include "../metrics/calibration.hpp"
#include "../metrics/classification.hpp"
#include "html_table.hpp"
#include "model_plots.hpp"

namespace loyal {

/// What a model says of samples: the higher, the more likely label 1.
struct ModelScores {
  std::string name = {};
  Vector<double> scores = {};
  bool probabilities = true;  ///< in [0, 1], so that log loss and calibration can be told
};

/// AUC, log loss and calibration error of several models on the same samples.
/// @throws as roc_auc(), log_loss() and expected_calibration_error(). Source: none, our own.
///
///     loyal::Vector<double> age(3), risk(3);
///     age << 20, 50, 40;
///     risk << 0.1, 0.9, 0.8;
///     const auto table = loyal::comparison_table({0, 1, 1}, {{"age", age, false}, {"model", risk}});
///     if (table.columns[1].keys != std::vector<double>{1, 1}) return 1;
[[nodiscard]] inline HtmlTable comparison_table(const Values& labels,
                                                const std::vector<ModelScores>& models) {
  const std::size_t size = models.size();
  std::vector<std::string> names(size);
  std::vector<double> auc(size);
  std::vector<double> loss(size, std::numeric_limits<double>::quiet_NaN());
  std::vector<double> error = loss;
  for (std::size_t m = 0; m < size; ++m) {
    names[m] = models[m].name;
    auc[m] = roc_auc(labels, models[m].scores);
    if (!models[m].probabilities) continue;
    loss[m] = log_loss(labels, models[m].scores);
    error[m] = expected_calibration_error(labels, models[m].scores);
  }
  HtmlTable table{.title = "Models compared",
                  .caption =
                      "A higher AUC tells leavers from stayers better; a lower log loss and "
                      "calibration error mean truer probabilities."};
  table.text("model", names).number("AUC", auc).number("log loss", loss);
  return table.number("calibration error", error);
}

/// The ROC curves of several models on the same samples, each with its AUC.
/// @throws as roc_curve(). Source: none, our own.
///
///     loyal::Vector<double> risk(3);
///     risk << 0.1, 0.9, 0.8;
///     const auto plot = loyal::comparison_plot({0, 1, 1}, {{"model", risk}});
///     if (plot.series.size() != 2 || plot.series[0].name != "model, AUC 1") return 1;
[[nodiscard]] inline Plot comparison_plot(const Values& labels,
                                          const std::vector<ModelScores>& models) {
  Plot plot = roc_plot(Values{}, Values{});
  const Series guessing = plot.series.back();
  plot.series.clear();
  for (const auto& model : models) {
    const auto curve = roc_curve(labels, model.scores);
    plot.line(model.name + ", AUC " + format_number(roc_auc(labels, model.scores)),
              curve.false_positive_rate, curve.true_positive_rate);
  }
  plot.series.push_back(guessing);
  return plot;
}

}  // namespace loyal
