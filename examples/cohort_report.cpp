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
#include <string>
#include <vector>

#include <loyal/behavior/cluster_quality.hpp>
#include <loyal/behavior/journey.hpp>
#include <loyal/behavior/kmeans.hpp>
#include <loyal/behavior/rfm.hpp>
#include <loyal/data/platform_simulator.hpp>
#include <loyal/data/standardizer.hpp>
#include <loyal/report/behavior_plots.hpp>
#include <loyal/report/html_report.hpp>

#include "support/event_source.hpp"

namespace {

struct Settings {
  EventSource events;
  std::vector<std::string> steps;
  std::vector<std::string> purchases;
  double utc_offset = 0;
  int periods = 12;
  int window_days = 14;
  int users = 5000;
  std::uint64_t seed = 1;
  std::string report = "cohort_report.html";
};

/// Buyers grouped by recency, frequency and money, into as many groups as lie apart best.
void add_segments(loyal::HtmlReport& report, const loyal::FeatureMatrix<double>& buyers,
                  std::uint64_t seed) {
  if (buyers.users.size() < 3) return;
  const loyal::Matrix<double> logs = (1 + buyers.values.array().max(0)).log();
  loyal::Standardizer scale;
  scale.fit(logs);
  const auto x = scale.transform(logs);
  loyal::KMeans<double> best;
  double quality = -1;
  for (int k = 3; k <= std::min<loyal::Index>(6, x.rows()); ++k) {
    loyal::KMeans<double> model{{.clusters = k, .seed = seed}};
    model.fit(x);
    const double q = loyal::simplified_silhouette(x, model.labels(), model.centers());
    if (q > quality) best = model;
    quality = std::max(q, quality);
  }
  std::vector<std::string> names;
  for (char name = 'A'; names.size() < std::size_t(best.centers().rows()); ++name)
    names.push_back(std::string("segment ") + name);
  report.section("Segments of buyers");
  report.paragraph(
      "Recency: days since the last purchase. Frequency: purchases. Monetary: mean amount. "
      "Tenure: days since the first purchase.");
  report.figure(loyal::segment_profile_map(buyers, best.labels(), names));
  report.table(loyal::segment_table(buyers, best.labels(), names));
  const auto spent = buyers.values.col(1).cwiseProduct(buyers.values.col(2)).eval();
  report.figure(loyal::distribution_plot(spent, "money spent per buyer"));
  std::printf("%zu segments of %td buyers, silhouette %.2f\n", names.size(), x.rows(), quality);
}

}  // namespace

int main(int argc, char** argv) try {
  Settings s;
  CLI::App app{"What users do: cohorts, retention, habit, growth, funnel, journeys, segments"};
  s.events.add_options(app, "CSV file of events; without it a platform is simulated");
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
  if (s.events.simulated()) {
    s.steps = {"visit", "view", "purchase"};
    s.purchases = {"purchase", "renewal"};
  }
  const loyal::EventLog log = s.events.read(
      [&] { return loyal::PlatformSimulator{{.users = s.users, .seed = s.seed}}.run().log; });
  const auto known = log.before(log.last_time() + 1);
  const loyal::Calendar calendar{{.zone = loyal::TimeZone{loyal::Time(s.utc_offset * 3600)}}};

  const auto cohorts = loyal::cohort_table(known, {.periods = s.periods, .calendar = calendar});
  const auto later = loyal::cohort_table(
      known,
      {.returned = loyal::ReturnRule::on_or_after, .periods = s.periods, .calendar = calendar});
  const auto active = loyal::active_users(known, {.calendar = calendar});
  const auto growth = loyal::growth_accounting(known, {.calendar = calendar});
  if (growth.active != growth.joined + growth.retained + growth.resurrected)
    throw loyal::Error("growth accounts do not add up");
  std::printf("%zu events of %d users, %zu cohorts; growth accounts add up\n", log.size(),
              log.users().size(), cohorts.names.size());

  const auto date = [&](loyal::Time time) {
    return calendar.name(calendar.number(time, loyal::Period::daily), loyal::Period::daily);
  };
  loyal::HtmlReport report("What users do",
                           "From " + date(log.first_time()) + " to " + date(log.last_time()));
  if (s.events.simulated()) report.notice("The users of this report are simulated.");
  const auto curve = cohorts.curve();
  const auto last = active.daily.size() - 1;
  report.key_figure("users", loyal::format_number(log.users().size()))
      .key_figure("active in the last 30 days",
                  loyal::format_number(last >= 0 ? active.monthly[last] : NAN));
  if (curve.rate.size() > 1)
    report.key_figure("back in the next month", loyal::format_percent(curve.rate[1]),
                      "of new users");
  if (last >= 0)
    report.key_figure("stickiness", loyal::format_percent(active.daily_of_monthly()[last]),
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
    if (!goals.empty()) report.figure(loyal::attribution_chart(chain));
    report.figure(loyal::journey_graph(chain))
        .figure(loyal::step_matrix_map(loyal::step_matrix(known, {.journey = journeys})));
  }
  add_segments(report, loyal::rfm<double>(known, {.kinds = s.purchases}), s.seed);
  report.provenance("events", s.events.name()).provenance("seed", std::to_string(s.seed));
  report.write(s.report);
  std::printf("report: %s\n", s.report.c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "cohort_report: %s\n", error.what());
  return 1;
}
