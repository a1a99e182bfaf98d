// SPDX-License-Identifier: MIT
// test: --customers 2000 --report lifetime_test.html
// expect: the model of purchases converged.*report: lifetime_test.html
//
// From a purchase log to what each customer will be worth: how often they will come back, and what they will spend.
//
//   lifetime_value                                   on simulated customers
//   lifetime_value --events CDNOW_master.txt --user customer_id --time date --amount dollar_value
//                  --time-format yyyymmdd --blanks
//
// The models learn from the first part of the log and are judged by the rest; then they learn from all of it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include <loyal/core/distributions.hpp>
#include <loyal/data/time_format.hpp>
#include <loyal/report/behavior_plots.hpp>
#include <loyal/report/html_report.hpp>
#include <loyal/report/lifetime_plots.hpp>
#include <loyal/retention/gamma_gamma.hpp>
#include <loyal/retention/lifetime_value.hpp>
#include <loyal/retention/mbg_nbd.hpp>

#include "support/event_source.hpp"

using loyal::format_percent;
using loyal::Index;
using loyal::Vector;

namespace {

struct Settings {
  EventSource events;
  int customers = 5000;
  double holdout = 0.5;
  int weeks = 52;
  double discount = 0.1;
  std::uint64_t seed = 1;
  std::string report = "lifetime_report.html";
};

/// Customers of known parameters, who come in the course of twelve weeks and are watched for 78.
loyal::EventLog simulate(int customers, std::uint64_t seed) {
  loyal::Rng rng{seed};
  loyal::EventLog log;
  const loyal::Time start = loyal::to_time({.year = 2024, .month = 1, .day = 1});
  for (int c = 0; c < customers; ++c) {
    const double spend = loyal::draw_gamma(rng, 3.7, 1 / 15.4);
    const double rate = loyal::draw_gamma(rng, 0.5, 1 / 6.0);
    const double leave = loyal::draw_beta(rng, 0.8, 2.4);
    double week = 12 * rng.uniform();
    while (week < 78) {
      log.add("customer " + std::to_string(c + 1), start + loyal::Time(week * double(loyal::week)),
              "purchase", "", loyal::draw_gamma(rng, 6.2, 1 / spend));
      if (rng.bernoulli(leave)) break;
      week += loyal::draw_exponential(rng, rate);
    }
  }
  log.sort();
  return log;
}

/// The fits and what they expect of each customer in the weeks to come.
struct Forecast {
  loyal::MBGNBD<double> purchases;
  loyal::GammaGamma<double> spending;
  Vector<double> amount;

  explicit Forecast(const loyal::CustomerSummary<double>& customers) {
    purchases.fit(customers.history);
    // Purchases for nothing say nothing about amounts.
    const auto& mean = customers.monetary;
    const Vector<double> paid = (mean.array() > 0).select(customers.history.frequency, 0.0);
    spending.fit(paid, mean);
    amount = spending.expected_amount(paid, mean);
  }
};

}  // namespace

int main(int argc, char** argv) try {
  Settings s;
  CLI::App app{"From a purchase log to what each customer will be worth"};
  s.events.add_options(app, "CSV file of purchases; without it customers are simulated", false);
  app.add_option("--customers", s.customers, "number of simulated ones")->capture_default_str();
  app.add_option("--holdout", s.holdout, "share of the time to be judged by, in (0, 1)")
      ->capture_default_str();
  app.add_option("--weeks", s.weeks, "ahead for which value is told")->capture_default_str();
  app.add_option("--discount", s.discount, "of later money, a year")->capture_default_str();
  app.add_option("--seed", s.seed, "of the simulation")->capture_default_str();
  app.add_option("--report", s.report, "HTML file to write")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (!(s.holdout > 0 && s.holdout < 1)) throw loyal::OptionError("--holdout must be in (0, 1)");

  const auto log = s.events.read([&] { return simulate(s.customers, s.seed); });
  const loyal::TimeFormat date("%Y-%m-%d");
  const auto learning = double(log.last_time() - log.first_time()) * (1 - s.holdout);
  const auto cutoff = (log.first_time() + loyal::Time(learning)) / loyal::day * loyal::day;
  const auto all = log.before(log.last_time() + 1);

  // Learned until the cutoff, judged after it.
  const auto split = loyal::calibration_holdout<double>(log.before(cutoff), all);
  const auto& before = split.calibration.history;
  const Forecast past(split.calibration);
  const Vector<double> expected = past.purchases.expected_purchases(split.duration, before);
  const double mae = (expected - split.holdout_frequency).cwiseAbs().mean();
  const Vector<double> same_pace =
      before.frequency.array() / before.age.array().max(1) * split.duration;
  const double naive = (same_pace - split.holdout_frequency).cwiseAbs().mean();
  std::printf("%td customers until %s; the model of purchases %s\n", before.size(),
              date.format(cutoff).c_str(),
              past.purchases.converged() ? "converged" : "did not converge");
  std::printf(
      "%.0f weeks after: %.0f purchases expected, %.0f seen; mean error a customer %.3f (same "
      "pace: %.3f)\n",
      split.duration, expected.sum(), split.holdout_frequency.sum(), mae, naive);

  // Learned from everything: the value of each customer from today on.
  const auto today = loyal::summarize_customers<double>(all);
  const Forecast now(today);
  const Vector<double> alive = now.purchases.probability_alive(today.history);
  const Vector<double> purchases = now.purchases.expected_purchases(s.weeks, today.history);
  const Vector<double> value = loyal::lifetime_value(
      now.purchases, today.history, now.amount,
      {.periods = s.weeks, .discount = std::pow(1 + s.discount, 1 / 52.0) - 1});
  std::vector<Index> order(std::size_t(value.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return value[a] > value[b]; });
  double tenth = 0;
  for (std::size_t i = 0; i < order.size() / 10; ++i) tenth += value[order[i]];
  std::printf("next %d weeks: value %.0f, of which the best tenth of customers %.0f\n", s.weeks,
              value.sum(), tenth);

  const auto number = [](double x) { return loyal::format_number(x); };
  const std::string horizon = "in the next " + std::to_string(s.weeks) + " weeks";
  loyal::HtmlReport report("What customers will be worth",
                           "Purchases from " + date.format(log.first_time()) + " to " +
                               date.format(log.last_time()) +
                               ", and what they say of the time to come");
  if (s.events.simulated()) report.notice("The customers of this report are simulated.");
  if (!now.purchases.converged() || !now.spending.converged())
    report.notice("A model found no maximum: its numbers are not to be trusted.");
  report
      .key_figure("customers", loyal::format_number(double(today.size()),
                                                    {.notation = loyal::Notation::grouped}))
      .key_figure("probably still there", number(alive.sum()),
                  format_percent(alive.mean()) + " of all")
      .key_figure("expected purchases", number(purchases.sum()), horizon)
      .key_figure("expected value", number(value.sum()), horizon + ", discounted")
      .key_figure("share of the best tenth", format_percent(tenth / value.sum()), "of that value");
  report.section("Can the model be trusted?");
  report.paragraph(
      "It learned from purchases until " + date.format(cutoff) + " and then foretold the " +
      number(split.duration) + " weeks after: " + number(expected.sum()) + " purchases, where " +
      number(split.holdout_frequency.sum()) + " were made. For a single customer it was wrong by " +
      number(mae) + " purchases on average; to expect everyone to go on at the same pace, by " +
      number(naive) + ".");
  const auto& users = split.calibration.users;
  for (const bool added_up : {true, false})
    report.figure(loyal::tracking_plot(all, users, past.purchases, cutoff, added_up));
  report.figure(loyal::frequency_plot(split, expected));
  report.section("Who is still there, and worth how much?");
  auto still_there = loyal::histogram_plot(alive, "probability");
  still_there.title = "Probability of still being a customer";
  still_there.caption =
      "Who bought often and then fell silent is probably gone; who buys seldom may be silent long.";
  auto worth = loyal::distribution_plot(value, "value " + horizon);
  worth.title = "Expected value of a customer";
  still_there.y.label = worth.y.label = "customers";
  report.figure(still_there).figure(worth);
  std::vector<std::string> names;
  std::vector<double> columns[5];
  for (std::size_t i = 0; i < std::min<std::size_t>(25, order.size()); ++i) {
    const Index c = order[i];
    names.push_back(log.users().name(today.users[std::size_t(c)]));
    const auto history = today.history.record(c);
    const double row[]{history.frequency + 1, history.age - history.recency, alive[c], purchases[c],
                       value[c]};
    for (std::size_t k = 0; k < 5; ++k) columns[k].push_back(row[k]);
  }
  report.table(loyal::HtmlTable{.title = "The most valuable customers",
                                .caption = "By expected value " + horizon + "."}
                   .text("customer", names)
                   .number("purchases", columns[0])
                   .number("weeks since the last", columns[1])
                   .number("probably still there", columns[2],
                           {.format = {.notation = loyal::Notation::percent}})
                   .number("expected purchases", columns[3])
                   .number("expected value", columns[4], {.bar = true}));
  report.section("The models");
  report
      .table(loyal::parameter_table("Purchases: MBG/NBD, in weeks", now.purchases.result(),
                                    {"the smaller, the more customers differ in how often they buy",
                                     "r / alpha is the mean number of purchases a week",
                                     "a / (a + b) is the mean chance to leave after a purchase",
                                     "the smaller a and b, the more customers differ in it"}))
      .table(loyal::parameter_table(
          "Amounts: Gamma-Gamma", now.spending.result(),
          {"the larger, the less one customer's purchases differ",
           "the larger, the less customers differ from each other",
           "p v / (q - 1) is the mean amount, " + number(now.spending.mean_amount())}));
  report.provenance("events", s.events.name())
      .provenance("seed", std::to_string(s.seed))
      .provenance("purchases", std::to_string(log.size()));
  report.write(s.report);
  std::printf("report: %s\n", s.report.c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "lifetime_value: %s\n", error.what());
  return 1;
}
