// SPDX-License-Identifier: MIT
#pragma once

// What the race shows: a table for the terminal and a page with its curves.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <loyal/report/heat_map.hpp>
#include <loyal/report/html_report.hpp>
#include <loyal/report/human_number.hpp>
#include <loyal/report/plot.hpp>

#include "race.hpp"

namespace race {

/// A course with its results, best entrant first.
struct Standing {
  Course course;
  std::vector<Entrant> entrants;
  std::vector<Result> results;
};

inline Standing ranked(const Course& course, const std::vector<Entrant>& entrants,
                       const std::vector<Result>& results) {
  std::vector<std::size_t> order(entrants.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return better(results[a].at_best(), results[b].at_best());
  });
  Standing standing{course, {}, {}};
  for (const std::size_t i : order) {
    standing.entrants.push_back(entrants[i]);
    standing.results.push_back(results[i]);
  }
  return standing;
}

inline std::string seconds_text(double seconds) {
  if (std::isnan(seconds)) return "-";
  char text[32];
  if (seconds < 1e-3)
    std::snprintf(text, sizeof text, "%.0f us", 1e6 * seconds);
  else if (seconds < 1)
    std::snprintf(text, sizeof text, "%.*f ms", seconds < 0.1 ? 1 : 0, 1e3 * seconds);
  else
    std::snprintf(text, sizeof text, "%.2f s", seconds);
  return text;
}

inline std::string steps_text(double steps) {
  return std::isnan(steps) ? "-" : std::to_string(static_cast<long long>(steps));
}

inline std::string share_text(int part, int whole) {
  return std::to_string(part) + "/" + std::to_string(whole);
}

inline std::string rate_text(double rate) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", rate);
  return text;
}

inline void print(const Standing& standing, int seeds) {
  std::printf("\n%s: to a loss of %.4g within %lld steps\n", standing.course.name.c_str(),
              standing.course.target, static_cast<long long>(standing.course.most_steps));
  std::printf("%-22s %7s %7s %7s %15s %9s %20s %11s\n", "", "rate", "arrived", "steps", "range",
              "time", "range", "rates safe");
  for (std::size_t i = 0; i < standing.entrants.size(); ++i) {
    const Result& r = standing.results[i];
    const AtRate& at = r.at_best();
    const bool any = r.arrived();
    std::printf(
        "%-22s %7s %7s %7s %15s %9s %20s %11s\n", standing.entrants[i].name.c_str(),
        any ? rate_text(at.rate).c_str() : "-", share_text(at.arrived, seeds).c_str(),
        steps_text(at.steps.median).c_str(),
        any ? (steps_text(at.steps.low) + " - " + steps_text(at.steps.high)).c_str() : "",
        seconds_text(r.seconds.median).c_str(),
        any ? (seconds_text(r.seconds.low) + " - " + seconds_text(r.seconds.high)).c_str() : "",
        share_text(r.safe_rates(seeds), static_cast<int>(r.rates.size())).c_str());
  }
  std::fflush(stdout);
}

/// Losses of the first seed; the seven that arrive first in color, the others gray.
inline loyal::Plot loss_plot(const Standing& standing, bool against_seconds) {
  loyal::Plot plot{.title = against_seconds ? "Loss against seconds" : "Loss against steps",
                   .caption =
                       "Each at its best learning rate, first seed; the dotted line is the target, "
                       "gray those who rank behind the seventh.",
                   .x = {.label = against_seconds ? "seconds" : "steps", .log = true},
                   .y = {.label = "loss", .log = true},
                   .height = 340};
  for (std::size_t k = standing.entrants.size(); k-- > 0;) {
    const Way& way = standing.results[k].ways.front();
    auto x = against_seconds ? way.seconds : way.steps;
    auto y = way.losses;
    // What explodes would squeeze the others, and has no place on the paper.
    const double ceiling = 3 * way.losses.front();
    for (double& loss : y)
      if (!(loss <= ceiling)) loss = std::numeric_limits<double>::quiet_NaN();
    const bool leads = k < 7;
    plot.line(leads ? standing.entrants[k].name : "", x, y,
              {.color = leads ? static_cast<int>(k) : loyal::SeriesStyle::gray});
  }
  plot.horizontal(standing.course.target, "target");
  return plot;
}

inline loyal::HtmlTable table(const Standing& standing, int seeds) {
  std::vector<std::string> names;
  std::vector<std::string> rates;
  std::vector<std::string> arrived;
  std::vector<double> steps, steps_low, steps_high, ms, ms_low, ms_high, safe;
  for (std::size_t i = 0; i < standing.entrants.size(); ++i) {
    const Result& r = standing.results[i];
    names.push_back(standing.entrants[i].name);
    rates.push_back(r.arrived() ? rate_text(r.at_best().rate) : "-");
    arrived.push_back(share_text(r.at_best().arrived, seeds));
    steps.push_back(r.at_best().steps.median);
    steps_low.push_back(r.at_best().steps.low);
    steps_high.push_back(r.at_best().steps.high);
    ms.push_back(1e3 * r.seconds.median);
    ms_low.push_back(1e3 * r.seconds.low);
    ms_high.push_back(1e3 * r.seconds.high);
    safe.push_back(r.safe_rates(seeds));
  }
  loyal::HtmlTable table{
      .title = "Time to the target",
      .caption =
          "At the best learning rate of the grid: median over the seeds that arrive, "
          "and range. Safe rates: those of the grid at which every seed arrives."};
  table.text("optimizer", names)
      .text("best rate", rates)
      .text("seeds that arrive", arrived)
      .interval("steps", steps, steps_low, steps_high)
      .interval("milliseconds", ms, ms_low, ms_high, {.format = {.digits = 3}})
      .number("safe rates", safe, {.bar = true});
  return table;
}

/// Entrants x courses.
inline loyal::HeatMap summary(const std::vector<Standing>& standings,
                              const std::vector<Entrant>& entrants, bool safety) {
  loyal::HeatMap map{
      .title = safety ? "How forgiving" : "How fast",
      .caption = safety ? "Share of the grid's learning rates at which every seed arrives."
                        : "Steps of the fastest over steps of each: 1 wins, empty did not arrive.",
      .values = Matrix<double>::Constant(static_cast<Index>(entrants.size()),
                                         static_cast<Index>(standings.size()), NAN),
      .format = {.digits = 2},
      .wide = true};
  for (const auto& entrant : entrants) map.rows.push_back(entrant.name);
  for (std::size_t c = 0; c < standings.size(); ++c) {
    const Standing& standing = standings[c];
    map.columns.push_back(standing.course.name);
    for (std::size_t i = 0; i < standing.entrants.size(); ++i) {
      const auto row = static_cast<Index>(
          std::find(map.rows.begin(), map.rows.end(), standing.entrants[i].name) -
          map.rows.begin());
      const Result& r = standing.results[i];
      double& value = map.values(row, static_cast<Index>(c));
      if (safety)
        value = static_cast<double>(r.safe_rates(static_cast<int>(r.ways.size()))) /
                static_cast<double>(r.rates.size());
      else if (r.arrived())
        value = std::max(standing.results[0].at_best().steps.median, 1.0) /
                std::max(r.at_best().steps.median, 1.0);
    }
  }
  return map;
}

inline loyal::HtmlReport report(const std::vector<Standing>& standings,
                                const std::vector<Entrant>& entrants, const Options& options) {
  loyal::HtmlReport page(
      "Optimizer race",
      "Which optimizer reaches a stated loss in the fewest steps, and in the shortest time");
  for (const Standing& standing : standings)
    if (!standing.results.empty() && standing.results[0].arrived())
      page.key_figure(standing.course.name, standing.entrants[0].name,
                      steps_text(standing.results[0].at_best().steps.median) + " steps, rate " +
                          rate_text(standing.results[0].at_best().rate));
  page.section("All courses");
  page.figure(summary(standings, entrants, false)).figure(summary(standings, entrants, true));
  for (const Standing& standing : standings) {
    page.section(standing.course.name);
    page.paragraph(standing.course.about + " The target is a loss of " +
                   loyal::format_number(standing.course.target, {.digits = 4}) + ", within " +
                   std::to_string(standing.course.most_steps) + " steps.");
    page.figure(loss_plot(standing, false)).figure(loss_plot(standing, true));
    page.table(table(standing, options.seeds));
  }
  std::string rates;
  for (const double rate : options.rates) rates += (rates.empty() ? "" : ", ") + rate_text(rate);
  page.provenance("learning rates", rates);
  page.provenance("seeds", std::to_string(options.seeds));
  page.footnote(
      "Steps are counted with several runs at a time. Seconds are measured afterwards at the best "
      "rate, "
      "one run at a time, of gradients and updates without the checks of the loss.");
  return page;
}

}  // namespace race
