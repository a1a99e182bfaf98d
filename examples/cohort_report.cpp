// SPDX-License-Identifier: MIT
// test: --users 1500 --report cohort_test.html
// expect: growth accounts add up.*report: cohort_test.html
//
// What users do, as one page: cohorts, retention, habit, growth, funnel, journeys, segments.
//
//   cohort_report                                      on a simulated platform
//   cohort_report --events log.csv --user customer --time date --kind action --amount money --steps visit trial paid
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include <loyal/behavior/cluster_quality.hpp>
#include <loyal/behavior/journey.hpp>
#include <loyal/behavior/kmeans.hpp>
#include <loyal/behavior/rfm.hpp>
#include <loyal/data/event_csv.hpp>
#include <loyal/data/platform_simulator.hpp>
#include <loyal/data/standardizer.hpp>
#include <loyal/report/bar_chart.hpp>
#include <loyal/report/behavior_plots.hpp>
#include <loyal/report/html_report.hpp>

#include <CLI/CLI.hpp>

namespace {

struct Settings {
  std::string events;
  loyal::EventColumns columns;
  std::vector<std::string> steps;
  std::vector<std::string> purchases;
  double utc_offset = 0;
  int periods = 12;
  int window_days = 14;
  int users = 5000;
  std::uint64_t seed = 1;
  std::string report = "cohort_report.html";
};

std::string percent(double share) {
  return loyal::format_number(share, {.notation = loyal::Notation::percent});
}

/// Buyers grouped by recency, frequency and money, as many groups as lie apart best; those who spent most first.
void add_segments(loyal::HtmlReport& report, const loyal::FeatureMatrix<double>& buyers,
                  std::uint64_t seed) {
  const loyal::Matrix<double> logs = (1 + buyers.values.array().max(0)).log();
  loyal::Standardizer scale;
  scale.fit(logs);
  const loyal::Matrix<double> x = scale.transform(logs);
  loyal::KMeans<double> best;
  double best_silhouette = -1;
  for (int k = 3; k <= 6 && k <= x.rows(); ++k) {
    loyal::KMeans<double> model{{.clusters = k, .seed = seed}};
    model.fit(x);
    const double quality = loyal::simplified_silhouette(x, model.labels(), model.centers());
    if (quality <= best_silhouette) continue;
    best_silhouette = quality;
    best = model;
  }
  if (best_silhouette < 0) return;
  const loyal::Vector<double> spent =
      buyers.values.col(buyers.column("frequency"))
          .cwiseProduct(buyers.values.col(buyers.column("monetary")));
  const auto count = static_cast<std::size_t>(best.centers().rows());
  std::vector<double> total(count), size(count);
  for (std::size_t i = 0; i < best.labels().size(); ++i) {
    total[std::size_t(best.labels()[i])] += spent[loyal::Index(i)];
    size[std::size_t(best.labels()[i])] += 1;
  }
  std::vector<int> order(count), place(count);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    return total[std::size_t(a)] / size[std::size_t(a)] >
           total[std::size_t(b)] / size[std::size_t(b)];
  });
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    place[std::size_t(order[i])] = int(i);
    names.push_back(std::string("segment ") + char('A' + i));
  }
  std::vector<int> labels;
  for (const int label : best.labels()) labels.push_back(place[std::size_t(label)]);
  report.section("Segments of buyers");
  report.paragraph(
      "Recency: days since the last purchase. Frequency: purchases. Monetary: mean amount. Tenure: "
      "days "
      "since the first purchase. Segment A spends most per customer.");
  report.figure(loyal::segment_profile_map(buyers, labels, names))
      .table(loyal::segment_table(buyers, labels, names));
  report.figure(loyal::distribution_plot(spent, "money spent per buyer"));
  std::printf("%zu segments of %td buyers, silhouette %.2f\n", count, x.rows(), best_silhouette);
}

}  // namespace

int main(int argc, char** argv) try {
  Settings s;
  CLI::App app{"What users do: cohorts, retention, habit, growth, funnel, journeys, segments"};
  app.add_option("--events", s.events, "CSV file of events; without it a platform is simulated");
  app.add_option("--user", s.columns.user, "column of who")->capture_default_str();
  app.add_option("--time", s.columns.time, "column of when")->capture_default_str();
  app.add_option("--kind", s.columns.kind, "column of what; none: all events are alike");
  app.add_option("--item", s.columns.item, "column of on what");
  app.add_option("--amount", s.columns.amount, "column of how much");
  app.add_option("--time-format", s.columns.time_format, "iso, yyyymmdd, unix, or as %d/%m/%Y")
      ->capture_default_str();
  app.add_option("--delimiter", s.columns.csv.delimiter, "between fields")->capture_default_str();
  app.add_flag("--blanks", s.columns.csv.blanks, "fields stand between runs of blanks");
  app.add_option("--steps", s.steps,
                 "kinds of event of the funnel; the last is the goal of journeys");
  app.add_option("--purchases", s.purchases, "kinds whose amounts are money; none named: all");
  app.add_option("--utc-offset", s.utc_offset, "hours that local time is ahead of UTC")
      ->capture_default_str();
  app.add_option("--periods", s.periods, "months that cohorts are followed")->capture_default_str();
  app.add_option("--window", s.window_days, "days in which the funnel must be passed")
      ->capture_default_str();
  app.add_option("--users", s.users, "size of the simulated platform")->capture_default_str();
  app.add_option("--seed", s.seed, "of everything random")->capture_default_str();
  app.add_option("--report", s.report, "HTML file to write")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (s.events.empty()) {
    s.steps = {"visit", "view", "purchase"};
    s.purchases = {"purchase", "renewal"};
  }
  const loyal::EventLog log =
      s.events.empty() ? loyal::PlatformSimulator{{.users = s.users, .seed = s.seed}}.run().log
                       : loyal::read_event_log(s.events, s.columns);
  const auto known = log.before(log.last_time() + 1);
  const loyal::Calendar calendar{{.zone = loyal::TimeZone{loyal::Time(s.utc_offset * 3600)}}};

  const auto cohorts = loyal::cohort_table(known, {.periods = s.periods, .calendar = calendar});
  const auto later = loyal::cohort_table(
      known,
      {.returned = loyal::ReturnRule::on_or_after, .periods = s.periods, .calendar = calendar});
  const auto active = loyal::active_users(known, {.calendar = calendar});
  const auto growth = loyal::growth_accounting(known, {.calendar = calendar});
  const bool sound = growth.active == growth.joined + growth.retained + growth.resurrected;
  std::printf("%zu events of %d users, %zu cohorts; growth accounts %s\n", log.size(),
              log.users().size(), cohorts.names.size(), sound ? "add up" : "do not add up");

  loyal::HtmlReport report(
      "What users do", "From " +
                           calendar.name(calendar.number(log.first_time(), loyal::Period::daily),
                                         loyal::Period::daily) +
                           " to " +
                           calendar.name(calendar.number(log.last_time(), loyal::Period::daily),
                                         loyal::Period::daily));
  if (s.events.empty()) report.notice("The users of this report are simulated.");
  const auto curve = cohorts.curve();
  const auto last = active.daily.size() - 1;
  report.key_figure("users", loyal::format_number(log.users().size()))
      .key_figure("active in the last 30 days",
                  loyal::format_number(last >= 0 ? active.monthly[last] : NAN));
  if (curve.rate.size() > 1)
    report.key_figure("back in the next month", percent(curve.rate[1]), "of new users");
  if (last >= 0)
    report.key_figure("stickiness", percent(active.daily_of_monthly()[last]),
                      "of the month's users come on a day");

  report.section("Do users come back?");
  report.figure(
      loyal::retention_plot({"in that month", "in that month or later"}, {curve, later.curve()}));
  report.figure(loyal::cohort_heat_map(cohorts));
  report.section("How many are active, and how often?");
  report.figure(loyal::active_users_plot(active)).figure(loyal::stickiness_plot(active));
  report.figure(loyal::growth_plot(growth));
  if (log.kinds().size() > 1) {
    report.section("What do they do?");
    std::vector<std::string> goals;
    if (s.steps.size() > 1) {
      goals = {s.steps.back()};
      auto chart = loyal::funnel_chart(
          loyal::funnel(known, {.steps = s.steps, .window = s.window_days * loyal::day}));
      chart.caption += " Within " + std::to_string(s.window_days) + " days.";
      report.figure(chart);
    }
    const loyal::JourneyOptions journeys{
        .goals = goals, .gap = s.window_days * loyal::day, .merge_repeats = true};
    const auto chain = loyal::journey_chain(known, journeys);
    if (!goals.empty()) {
      const auto share = chain.attribution(0, chain.state("(goal)"));
      loyal::BarChart earned{
          .title = "What leads to " + goals[0],
          .caption =
              "Share of the successes that would be lost without the event, scaled to 100\u00A0%.",
          .format = {.notation = loyal::Notation::percent, .digits = 2}};
      for (loyal::Index i = 0; i < chain.size(); ++i)
        if (share[i] > 0 && chain.states()[std::size_t(i)] != goals[0]) {
          earned.names.push_back(chain.states()[std::size_t(i)]);
          earned.values.push_back(share[i] / (1 - share[chain.state(goals[0])]));
        }
      report.figure(earned);
    }
    report.figure(loyal::journey_graph(chain))
        .figure(loyal::step_matrix_map(loyal::step_matrix(known, {.journey = journeys})));
  }
  add_segments(report, loyal::rfm<double>(known, {.kinds = s.purchases}), s.seed);
  report.provenance("events", s.events.empty() ? "simulated" : s.events)
      .provenance("seed", std::to_string(s.seed));
  report.write(s.report);
  std::printf("report: %s\n", s.report.c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "cohort_report: %s\n", error.what());
  return 1;
}
