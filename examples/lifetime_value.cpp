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
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include <loyal/data/event_csv.hpp>
#include <loyal/data/time_format.hpp>
#include <loyal/math/statistics.hpp>
#include <loyal/report/bar_chart.hpp>
#include <loyal/report/html_report.hpp>
#include <loyal/report/model_plots.hpp>
#include <loyal/retention/customer_summary.hpp>
#include <loyal/retention/gamma_gamma.hpp>
#include <loyal/retention/lifetime_value.hpp>
#include <loyal/retention/mbg_nbd.hpp>

#include <CLI/CLI.hpp>

using loyal::Index;
using loyal::Vector;

namespace {

struct Settings {
  std::string events;
  loyal::EventColumns columns{.user = "user", .time = "time", .amount = ""};
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
    std::vector<double> frequency, monetary;  // spending nothing is no amount
    for (Index i = 0; i < customers.size(); ++i)
      if (customers.monetary[i] > 0) {
        frequency.push_back(customers.history.frequency[i]);
        monetary.push_back(customers.monetary[i]);
      }
    spending.fit(frequency, monetary);
    amount.resize(customers.size());
    for (Index i = 0; i < customers.size(); ++i)
      amount[i] =
          customers.monetary[i] > 0
              ? spending.expected_amount(customers.history.frequency[i], customers.monetary[i])
              : spending.mean_amount();
  }
};

/// Repeat purchases of all customers by week since the log's start: those seen, and those expected.
loyal::Plot tracking_plot(const loyal::EventLog& log,
                          const loyal::CustomerSummary<double>& customers,
                          const loyal::MBGNBD<double>& model, loyal::Time cutoff, double weeks,
                          bool added_up) {
  const auto all = log.before(log.last_time() + 1);
  std::vector<double> week, seen, expected;
  std::vector<double> births, repeats;
  const auto day_of = [](loyal::Time time) { return time / loyal::day; };
  const double start = double(day_of(log.first_time()));
  for (const auto user : customers.users) {
    double last = -1;
    for (const auto& event : all.of_user(user)) {
      const double day = double(day_of(event.time)) - start;
      if (last < 0)
        births.push_back(day);
      else if (day > last)
        repeats.push_back(day);
      last = std::max(last, day);
    }
  }
  std::sort(repeats.begin(), repeats.end());
  std::vector<double> by_age(std::size_t(7 * weeks) + 8, -1);  // of one customer so many days old
  for (double w = 0; w <= weeks; ++w) {
    double sum = 0;
    for (const double birth : births) {
      if (7 * w <= birth) continue;
      double& one = by_age[std::size_t(7 * w - birth)];
      if (one < 0) one = model.expected_purchases((7 * w - birth) / 7);
      sum += one;
    }
    week.push_back(w);
    expected.push_back(sum);
    seen.push_back(
        double(std::lower_bound(repeats.begin(), repeats.end(), 7 * w) - repeats.begin()));
  }
  for (std::size_t w = week.size() - 1; !added_up && w > 0; --w) {
    seen[w] -= seen[w - 1];
    expected[w] -= expected[w - 1];
  }
  loyal::Plot plot{.x = {.label = "week"}};
  plot.title = added_up ? "Repeat purchases, added up" : "Repeat purchases by week";
  plot.caption = "Left of the dotted line the model learned; right of it nothing was known to it.";
  plot.y.label = added_up ? "repeat purchases so far" : "repeat purchases in the week";
  plot.wide = added_up;
  plot.line("seen", week, seen).line("expected by the model", week, expected, {.dashed = true});
  plot.vertical(double(day_of(cutoff - log.first_time())) / 7, "end of learning");
  return plot;
}

/// Mean purchases after the cutoff by how often someone had come back before it.
loyal::Plot frequency_plot(const loyal::CalibrationHoldout<double>& split,
                           const Vector<double>& expected) {
  constexpr std::size_t most = 7;
  std::vector<double> at, seen(most + 1), forecast(most + 1), count(most + 1);
  std::vector<std::string> names;
  for (Index i = 0; i < expected.size(); ++i) {
    const auto bin = std::min(most, std::size_t(split.calibration.history.frequency[i]));
    ++count[bin];
    seen[bin] += split.holdout_frequency[i];
    forecast[bin] += expected[i];
  }
  for (std::size_t b = 0; b <= most; ++b) {
    at.push_back(double(b));
    names.push_back(std::to_string(b) + (b == most ? "+" : ""));
    seen[b] /= std::max(1.0, count[b]);
    forecast[b] /= std::max(1.0, count[b]);
  }
  loyal::Plot plot{.title = "Purchases of one customer after learning",
                   .caption = "The mean of customers who had come back so often before.",
                   .x = {.label = "repeat purchases before", .categories = names},
                   .y = {.label = "mean purchases after"}};
  plot.bars("seen", at, seen).bars("expected by the model", at, forecast);
  return plot;
}

/// Values from the largest down to what 99 % stay below; the few beyond would hide the others.
loyal::Plot distribution(const Vector<double>& values, const std::string& title,
                         const std::string& label, const std::string& caption) {
  std::vector<double> shown;
  const double most = loyal::quantile(values, 0.99);
  for (const double v : values)
    if (v <= most) shown.push_back(v);
  auto plot = loyal::histogram_plot(shown, label);
  plot.title = title;
  plot.caption = caption;
  plot.y.label = "customers";
  return plot;
}

loyal::HtmlTable parameter_table(const std::string& title, const loyal::LikelihoodFit& fit,
                                 const std::vector<std::string>& meanings) {
  std::vector<double> values, low, high;
  for (Index i = 0; i < fit.values.size(); ++i) {
    const auto interval = fit.interval(i);
    values.push_back(interval.estimate);
    low.push_back(interval.low);
    high.push_back(interval.high);
  }
  return loyal::HtmlTable{.title = title, .caption = "In brackets 95\u00A0% confidence intervals."}
      .text("parameter", fit.names)
      .interval("estimate", values, low, high)
      .text("meaning", meanings);
}

}  // namespace

int main(int argc, char** argv) try {
  Settings s;
  CLI::App app{"From a purchase log to what each customer will be worth"};
  app.add_option("--events", s.events, "CSV file of purchases; without it customers are simulated");
  app.add_option("--user", s.columns.user, "column of who")->capture_default_str();
  app.add_option("--time", s.columns.time, "column of when")->capture_default_str();
  app.add_option("--amount", s.columns.amount, "column of how much");
  app.add_option("--time-format", s.columns.time_format, "iso, yyyymmdd, unix, or as %d/%m/%Y")
      ->capture_default_str();
  app.add_option("--delimiter", s.columns.csv.delimiter, "between fields")->capture_default_str();
  app.add_flag("--blanks", s.columns.csv.blanks, "fields stand between runs of blanks");
  app.add_option("--customers", s.customers, "number of simulated ones")->capture_default_str();
  app.add_option("--holdout", s.holdout, "share of the time to be judged by, in (0, 1)")
      ->capture_default_str();
  app.add_option("--weeks", s.weeks, "ahead for which value is told")->capture_default_str();
  app.add_option("--discount", s.discount, "of later money, a year")->capture_default_str();
  app.add_option("--seed", s.seed, "of the simulation")->capture_default_str();
  app.add_option("--report", s.report, "HTML file to write")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (!(s.holdout > 0 && s.holdout < 1)) throw loyal::OptionError("--holdout must be in (0, 1)");

  const auto log =
      s.events.empty() ? simulate(s.customers, s.seed) : loyal::read_event_log(s.events, s.columns);
  const loyal::TimeFormat date("%Y-%m-%d");
  const auto span = double(log.last_time() - log.first_time());
  const loyal::Time cutoff =
      (log.first_time() + loyal::Time(span * (1 - s.holdout))) / loyal::day * loyal::day;
  const auto all = log.before(log.last_time() + 1);

  // Learned until the cutoff, judged after it.
  const auto split = loyal::calibration_holdout<double>(log.before(cutoff), all);
  const Forecast past(split.calibration);
  const Vector<double> expected =
      past.purchases.expected_purchases(split.duration, split.calibration.history);
  const double mae = (expected - split.holdout_frequency).cwiseAbs().mean();
  const double naive = (split.calibration.history.frequency.array() /
                            split.calibration.history.age.array().max(1) * split.duration -
                        split.holdout_frequency.array())
                           .abs()
                           .mean();
  std::printf("%td customers until %s; the model of purchases %s\n", split.calibration.size(),
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
  const auto percent = [](double x) {
    return loyal::format_number(x, {.notation = loyal::Notation::percent});
  };
  const std::string horizon = "in the next " + std::to_string(s.weeks) + " weeks";
  loyal::HtmlReport report("What customers will be worth",
                           "Purchases from " + date.format(log.first_time()) + " to " +
                               date.format(log.last_time()) +
                               ", and what they say of the time to come");
  if (s.events.empty()) report.notice("The customers of this report are simulated.");
  if (!now.purchases.converged() || !now.spending.converged())
    report.notice("A model found no maximum: its numbers are not to be trusted.");
  report
      .key_figure("customers", loyal::format_number(double(today.size()),
                                                    {.notation = loyal::Notation::grouped}))
      .key_figure("probably still there", number(alive.sum()), percent(alive.mean()) + " of all")
      .key_figure("expected purchases", number(purchases.sum()), horizon)
      .key_figure("expected value", number(value.sum()), horizon + ", discounted")
      .key_figure("share of the best tenth", percent(tenth / value.sum()), "of that value");
  report.section("Can the model be trusted?");
  report.paragraph(
      "It learned from purchases until " + date.format(cutoff) + " and then foretold the " +
      number(split.duration) + " weeks after: " + number(expected.sum()) + " purchases, where " +
      number(split.holdout_frequency.sum()) + " were made. For a single customer it was wrong by " +
      number(mae) + " purchases on average; to expect everyone to go on at the same pace, by " +
      number(naive) + ".");
  const double weeks = span / double(loyal::week);
  for (const bool added_up : {true, false})
    report.figure(tracking_plot(log, split.calibration, past.purchases, cutoff, weeks, added_up));
  report.figure(frequency_plot(split, expected));
  report.section("Who is still there, and worth how much?");
  report
      .figure(distribution(alive, "Probability of still being a customer", "probability",
                           "Who bought often and then fell silent is probably gone; who buys "
                           "seldom may be silent for long."))
      .figure(
          distribution(value, "Expected value of a customer", "value " + horizon,
                       "Most are worth little, a few much. The highest 1\u00A0% are left out."));
  std::vector<std::string> names;
  std::vector<double> columns[5];
  for (std::size_t i = 0; i < std::min<std::size_t>(25, order.size()); ++i) {
    const Index c = order[i];
    names.push_back(log.users().name(today.users[std::size_t(c)]));
    const double row[]{today.history.frequency[c] + 1,
                       today.history.age[c] - today.history.recency[c], alive[c], purchases[c],
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
      .table(parameter_table("Purchases: MBG/NBD, in weeks", now.purchases.result(),
                             {"the smaller, the more customers differ in how often they buy",
                              "r / alpha is the mean number of purchases a week",
                              "a / (a + b) is the mean chance to leave after a purchase",
                              "the smaller a and b, the more customers differ in it"}))
      .table(parameter_table(
          "Amounts: Gamma-Gamma", now.spending.result(),
          {"the larger, the less one customer's purchases differ",
           "the larger, the less customers differ from each other",
           "p v / (q - 1) is the mean amount, " + number(now.spending.mean_amount())}));
  report
      .provenance("events",
                  s.events.empty() ? "simulated, seed " + std::to_string(s.seed) : s.events)
      .provenance("purchases", std::to_string(log.size()));
  report.write(s.report);
  std::printf("report: %s\n", s.report.c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "lifetime_value: %s\n", error.what());
  return 1;
}
