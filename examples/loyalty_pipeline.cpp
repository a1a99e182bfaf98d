// SPDX-License-Identifier: MIT
// test: --users 1500 --report pipeline_test.html --model pipeline_test.safetensors
// expect: the loaded model scores the same.*report: pipeline_test.html
//
// The library's main job: from an event log to the customers worth contacting, and what it pays.
//
//   loyalty_pipeline                                   on a simulated platform
//   loyalty_pipeline --events log.csv --user customer --time date --kind action --amount money
//
// It learns at cutoffs in the past, is judged at a later one that no training label reaches, and then names
// today's customers to contact.
#include <cstdio>
#include <string>
#include <vector>

#include <loyal/behavior/activity_features.hpp>
#include <loyal/campaign/campaign_plan.hpp>
#include <loyal/core/version.hpp>
#include <loyal/data/platform_simulator.hpp>
#include <loyal/data/time_format.hpp>
#include <loyal/report/html_report.hpp>
#include <loyal/report/model_comparison.hpp>
#include <loyal/retention/churn_label.hpp>
#include <loyal/retention/churn_model.hpp>
#include <loyal/train/mlp_classifier.hpp>

#include "support/event_source.hpp"

using loyal::Index;
using loyal::Vector;
using Logistic = loyal::ChurnModel<loyal::LogisticRegression<float>>;
using Neural = loyal::ChurnModel<loyal::MLPClassifier<float>>;

namespace {

struct Settings {
  EventSource events;
  std::vector<std::string> purchases;
  int users = 5000;
  int horizon_days = 60;
  int activity_days = 21;
  int step_days = 14;
  int cutoffs = 8;
  double value = 0;
  loyal::RetentionOffer::Options offer{.contact_cost = 0.5, .incentive_cost = 10};
  std::uint64_t seed = 1;
  std::string report = "loyalty_report.html";
  std::string model = "loyalty_model.safetensors";
};

/// What a customer is worth: as much as the customer paid in the last year, or the value given.
Vector<double> values_of(const loyal::FeatureMatrix<float>& features, const Settings& s) {
  if (s.value > 0) return Vector<double>::Constant(features.values.rows(), s.value);
  return features.values.col(features.column("amount_365d")).cast<double>().cwiseMax(0.0);
}

std::string loyal_version() {
  return std::to_string(LOYAL_VERSION_MAJOR) + "." + std::to_string(LOYAL_VERSION_MINOR) + "." +
         std::to_string(LOYAL_VERSION_PATCH);
}

}  // namespace

int main(int argc, char** argv) try {
  Settings s;
  CLI::App app{"From an event log to the customers worth contacting, and what it pays"};
  s.events.add_options(app, "CSV file of events; without it a platform is simulated");
  app.add_option("--purchases", s.purchases, "kinds whose amounts are money; none named: all");
  app.add_option("--users", s.users, "size of the simulated platform")->capture_default_str();
  app.add_option("--horizon", s.horizon_days, "days of silence that count as having left")
      ->capture_default_str();
  app.add_option("--activity", s.activity_days,
                 "days before a cutoff in which a customer must have been seen")
      ->capture_default_str();
  app.add_option("--step", s.step_days, "days between training cutoffs")->capture_default_str();
  app.add_option("--cutoffs", s.cutoffs, "training cutoffs at most")->capture_default_str();
  app.add_option("--value", s.value,
                 "worth of a customer who stays; 0: what was paid in the last year")
      ->capture_default_str();
  app.add_option("--contact-cost", s.offer.contact_cost, "of contacting a customer")
      ->capture_default_str();
  app.add_option("--incentive-cost", s.offer.incentive_cost, "of an offer that is taken")
      ->capture_default_str();
  app.add_option("--acceptance", s.offer.acceptance, "share of leavers who take the offer and stay")
      ->capture_default_str();
  app.add_option("--seed", s.seed, "of everything random")->capture_default_str();
  app.add_option("--report", s.report, "HTML file to write")->capture_default_str();
  app.add_option("--model", s.model, "safetensors file to write")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (s.events.simulated()) s.purchases = {"purchase", "renewal"};

  // Event log.
  const auto log = s.events.read(
      [&] { return loyal::PlatformSimulator{{.users = s.users, .seed = s.seed}}.run().log; });
  const loyal::TimeFormat date("%Y-%m-%d");
  std::printf("%zu events of %d customers, %s to %s\n", log.size(), log.users().size(),
              date.format(log.first_time()).c_str(), date.format(log.last_time()).c_str());

  // Features and labels at cutoffs; the label windows of training end before the test's cutoff.
  const loyal::ActivityFeatures features{{.purchase_kinds = s.purchases}};
  const loyal::ChurnLabel label{
      {.horizon = s.horizon_days * loyal::day, .activity_window = s.activity_days * loyal::day}};
  const loyal::Time test_cutoff = log.last_time() + 1 - label.options().horizon;
  const auto cutoffs =
      label.training_cutoffs(log, test_cutoff, s.step_days * loyal::day, s.cutoffs);
  const auto train = loyal::churn_dataset<float>(log, label, cutoffs, features);
  const auto test = loyal::churn_dataset<float>(log, label, {test_cutoff}, features);
  std::printf(
      "trained on %td rows at %zu cutoffs, %.1f %% left; tested on %td customers at %s, %.1f %% "
      "left\n",
      train.rows(), cutoffs.size(), 100 * train.left.mean(), test.rows(),
      date.format(test_cutoff).c_str(), 100 * test.left.mean());

  // Two models and the rule of thumb they must beat.
  Logistic logistic{loyal::LogisticRegression<float>{{.l2 = 10}}, {.seed = s.seed}};
  logistic.fit(train.features.values, train.features.names, train.left, {}, train.features.users);
  Neural neural{loyal::MLPClassifier<float>{{.seed = s.seed}}, {.seed = s.seed}};
  neural.fit(train.features.values, train.features.names, train.left, {}, train.features.users);
  const Vector<double> by_logistic = logistic.predict_proba(test.features.values);
  const Vector<double> by_neural = neural.predict_proba(test.features.values);
  const Vector<double> recency =
      test.features.values.col(test.features.column("recency")).cast<double>();
  const auto auc = [&](const Vector<double>& score) { return loyal::roc_auc(test.left, score); };
  std::printf(
      "AUC on later time: recency alone %.4f, logistic regression %.4f, neural network %.4f\n",
      auc(recency), auc(by_logistic), auc(by_neural));
  std::printf("calibration error: logistic regression %.4f, neural network %.4f\n",
              loyal::expected_calibration_error(test.left, by_logistic),
              loyal::expected_calibration_error(test.left, by_neural));

  // Whom to contact, and what it pays: judged where the answer is known.
  const loyal::RetentionOffer offer{s.offer};
  const auto curve = loyal::profit_curve(offer, by_neural, test.left, values_of(test.features, s));
  const Index best = curve.best_expected();
  std::printf("contacting %.1f %% of them was expected to pay %.0f and would have paid %.0f\n",
              100 * curve.fraction[best], curve.expected[best], curve.realized[best]);

  // The same today: the customers now active, the most profitable to contact first.
  const auto known = log.before(log.last_time() + 1);
  const auto today = features.transform<float>(known, label.eligible(known));
  const Vector<double> risk = neural.predict_proba(today.values);
  const Vector<double> value = values_of(today, s);
  const auto plan = loyal::plan_campaign(offer, risk, value);
  std::printf("today: contact %zu of %td customers, expected profit %.0f, ROI %.2f\n",
              plan.customers.size(), today.values.rows(), plan.profit,
              plan.customers.empty() ? 0.0 : plan.roi());

  // The model as a file, which scores the same when read back.
  neural.save(s.model);
  if (Neural::load(s.model).predict_proba(today.values) != risk)
    throw loyal::Error("the loaded model scores differently");
  std::printf("model: %s; the loaded model scores the same\n", s.model.c_str());

  // The report.
  loyal::HtmlReport report("Who will leave, and what keeping them pays",
                           "Learned until " + date.format(test_cutoff) + ", judged on the " +
                               std::to_string(s.horizon_days) + " days after, applied to today");
  if (s.events.simulated()) report.notice("The customers of this report are simulated.");
  report.key_figure("customers active now", loyal::format_number(double(today.values.rows())))
      .key_figure("expected to leave", loyal::format_percent(risk.mean()),
                  "within " + std::to_string(s.horizon_days) + " days")
      .key_figure("worth contacting", loyal::format_number(double(plan.customers.size())))
      .key_figure("expected profit", loyal::format_number(plan.profit),
                  plan.customers.empty() ? "" : "ROI " + loyal::format_number(plan.roi()));

  report.section("How good is the model?");
  report.paragraph("All figures of this section come from customers after " +
                   date.format(test_cutoff) + ", when the model had not seen their future.");
  const auto& history = neural.classifier().history();
  report
      .figure(loyal::comparison_plot(
          test.left, {{"model", by_neural}, {"days since last seen alone", recency, false}}))
      .figure(loyal::calibration_plot(loyal::reliability_curve(test.left, by_neural)))
      .figure(loyal::gain_plot(loyal::gain_curve(test.left, by_neural)))
      .figure(loyal::training_plot(history.training_losses(), history.validation_losses(),
                                   history.best_epoch));
  report.table(loyal::comparison_table(test.left, {{"days since last seen", recency, false},
                                                   {"logistic regression", by_logistic},
                                                   {"neural network", by_neural}}));

  report.section("What does a campaign pay?");
  report.paragraph("A contact costs " + loyal::format_number(s.offer.contact_cost) +
                   ", a taken offer " + loyal::format_number(s.offer.incentive_cost) + "; " +
                   loyal::format_percent(s.offer.acceptance) +
                   " of those about to leave take it and stay. Would have paid: the same "
                   "customers, counted with who really left.");
  report.figure(loyal::profit_plot(curve.fraction, curve.expected, curve.realized))
      .figure(loyal::histogram_plot(risk, "probability of leaving"));

  report.section("Whom to contact today");
  std::vector<std::string> names;
  std::vector<double> risks, values, profits, last_seen;
  for (const Index row : plan.customers) {
    if (names.size() == 25) break;
    names.push_back(log.users().name(today.users[std::size_t(row)]));
    risks.push_back(risk[row]);
    values.push_back(value[row]);
    profits.push_back(offer.profit(risk[row], value[row]));
    last_seen.push_back(today.values(row, today.column("recency")));
  }
  report.table(loyal::HtmlTable{.title = "Top customers",
                                .caption = "Those on whom a contact is expected to bring most."}
                   .text("customer", names)
                   .number("probability of leaving", risks,
                           {.format = {.notation = loyal::Notation::percent}, .bar = true})
                   .number("days since last seen", last_seen)
                   .number("value", values)
                   .number("expected profit", profits, {.bar = true}));
  report.provenance("events", s.events.name())
      .provenance("customers", std::to_string(log.users().size()))
      .provenance("seed", std::to_string(s.seed))
      .provenance("loyal", loyal_version());
  report.write(s.report);
  std::printf("report: %s\n", s.report.c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "loyalty_pipeline: %s\n", error.what());
  return 1;
}
