// SPDX-License-Identifier: MIT
// test: --users 1500 --report pipeline_test.html --model pipeline_test.safetensors
// expect: loaded model scores the same
//
// The library's main job: from an event log to the customers worth contacting, and what it pays.
//
//   loyalty_pipeline                                   on a simulated platform
//   loyalty_pipeline --events log.csv --user customer --time date --kind action --amount money
//
// It learns at cutoffs in the past, is judged at a later one that no training label reaches, and then names
// today's customers to contact.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <loyal/behavior/activity_features.hpp>
#include <loyal/campaign/campaign_plan.hpp>
#include <loyal/data/event_csv.hpp>
#include <loyal/data/platform_simulator.hpp>
#include <loyal/data/time_format.hpp>
#include <loyal/metrics/calibration.hpp>
#include <loyal/metrics/classification.hpp>
#include <loyal/metrics/gain.hpp>
#include <loyal/report/html_report.hpp>
#include <loyal/retention/churn_label.hpp>
#include <loyal/retention/churn_model.hpp>
#include <loyal/train/mlp_classifier.hpp>
#include <string>
#include <vector>

using loyal::Index;
using loyal::Matrix;
using loyal::Vector;
using Logistic = loyal::ChurnModel<loyal::LogisticRegression<float>>;
using Neural = loyal::ChurnModel<loyal::MLPClassifier<float>>;

namespace {

struct Settings {
  std::string events;
  loyal::EventColumns columns;
  std::vector<std::string> purchases;
  int users = 5000;
  int horizon_days = 60;
  int activity_days = 60;
  int step_days = 14;
  int cutoffs = 8;
  double value = 0;
  loyal::RetentionOffer::Options offer{.contact_cost = 0.5, .incentive_cost = 10};
  std::uint64_t seed = 1;
  std::string report = "loyalty_report.html";
  std::string model = "loyalty_model.safetensors";
};

loyal::EventLog read(const Settings& s) {
  if (!s.events.empty()) return loyal::read_event_log(s.events, s.columns);
  return loyal::PlatformSimulator{{.users = s.users, .seed = s.seed}}.run().log;
}

/// What a customer is worth: as much as the customer paid in the last year, or the value given.
Vector<double> values_of(const loyal::FeatureMatrix<float>& features, const Settings& s) {
  if (s.value > 0) return Vector<double>::Constant(features.values.rows(), s.value);
  return features.values.col(features.column("amount_365d")).cast<double>().cwiseMax(0.0);
}

}  // namespace

int main(int argc, char** argv) try {
  Settings s;
  CLI::App app{"From an event log to the customers worth contacting, and what it pays"};
  app.add_option("--events", s.events, "CSV file of events; without it a platform is simulated");
  app.add_option("--user", s.columns.user, "column of who")->capture_default_str();
  app.add_option("--time", s.columns.time, "column of when")->capture_default_str();
  app.add_option("--kind", s.columns.kind, "column of what; none: all events are alike");
  app.add_option("--item", s.columns.item, "column of on what");
  app.add_option("--amount", s.columns.amount, "column of how much");
  app.add_option("--time-format", s.columns.time_format, "iso, yyyymmdd, unix, or as %d/%m/%Y")->capture_default_str();
  app.add_option("--delimiter", s.columns.csv.delimiter, "between fields")->capture_default_str();
  app.add_flag("--blanks", s.columns.csv.blanks, "fields stand between runs of blanks");
  app.add_option("--purchases", s.purchases, "kinds whose amounts are money; none named: all");
  app.add_option("--users", s.users, "size of the simulated platform")->capture_default_str();
  app.add_option("--horizon", s.horizon_days, "days of silence that count as having left")->capture_default_str();
  app.add_option("--activity", s.activity_days, "days before a cutoff in which a customer must have been seen")->capture_default_str();
  app.add_option("--step", s.step_days, "days between training cutoffs")->capture_default_str();
  app.add_option("--cutoffs", s.cutoffs, "training cutoffs at most")->capture_default_str();
  app.add_option("--value", s.value, "worth of a customer who stays; 0: what was paid in the last year")->capture_default_str();
  app.add_option("--contact-cost", s.offer.contact_cost, "of contacting a customer")->capture_default_str();
  app.add_option("--incentive-cost", s.offer.incentive_cost, "of an offer that is taken")->capture_default_str();
  app.add_option("--acceptance", s.offer.acceptance, "share of leavers who take the offer and stay")->capture_default_str();
  app.add_option("--seed", s.seed, "of everything random")->capture_default_str();
  app.add_option("--report", s.report, "HTML file to write")->capture_default_str();
  app.add_option("--model", s.model, "safetensors file to write")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (s.events.empty()) s.purchases = {"purchase", "renewal"};

  // Event log.
  const loyal::EventLog log = read(s);
  const loyal::TimeFormat date("%Y-%m-%d");
  std::printf("%zu events of %d customers, %s to %s\n", log.size(), log.users().size(),
              date.format(log.first_time()).c_str(), date.format(log.last_time()).c_str());

  // Features and labels at cutoffs; the label windows of training end before the test's cutoff.
  const loyal::ActivityFeatures features{{.purchase_kinds = s.purchases}};
  const loyal::ChurnLabel label{{.horizon = s.horizon_days * loyal::day, .activity_window = s.activity_days * loyal::day}};
  const loyal::Time test_cutoff = log.last_time() + 1 - label.options().horizon;
  const auto cutoffs = label.training_cutoffs(log, test_cutoff, s.step_days * loyal::day, s.cutoffs);
  const auto train = loyal::churn_dataset<float>(log, label, cutoffs, features);
  const auto test = loyal::churn_dataset<float>(log, label, {test_cutoff}, features);
  std::printf("trained on %td rows at %zu cutoffs, %.1f %% left; tested on %td customers at %s, %.1f %% left\n",
              train.rows(), cutoffs.size(), 100 * train.left.mean(), test.rows(),
              date.format(test_cutoff).c_str(), 100 * test.left.mean());

  // Two models and the rule of thumb they must beat.
  Logistic logistic{loyal::LogisticRegression<float>{{.l2 = 10}}, {.seed = s.seed}};
  logistic.fit(train.features.values, train.features.names, train.left, {}, train.features.users);
  Neural neural{loyal::MLPClassifier<float>{{.seed = s.seed}}, {.seed = s.seed}};
  neural.fit(train.features.values, train.features.names, train.left, {}, train.features.users);
  const Vector<double> by_logistic = logistic.predict_proba(test.features.values);
  const Vector<double> by_neural = neural.predict_proba(test.features.values);
  const Vector<double> recency = test.features.values.col(test.features.column("recency")).cast<double>();
  std::printf("AUC on later time: recency alone %.4f, logistic regression %.4f, neural network %.4f\n",
              loyal::roc_auc(test.left, recency), loyal::roc_auc(test.left, by_logistic),
              loyal::roc_auc(test.left, by_neural));
  std::printf("calibration error: logistic regression %.4f, neural network %.4f\n",
              loyal::expected_calibration_error(test.left, by_logistic),
              loyal::expected_calibration_error(test.left, by_neural));

  // Whom to contact, and what it pays: judged where the answer is known.
  const loyal::RetentionOffer offer{s.offer};
  const auto curve = loyal::profit_curve(offer, by_neural, test.left, values_of(test.features, s));
  const Index best = curve.best_expected();
  std::printf("contacting %.1f %% of them was expected to pay %.0f and would have paid %.0f\n",
              100 * curve.fraction[best], curve.expected[best], curve.realized[best]);

  // The same today.
  const auto today = features.transform<float>(log.before(log.last_time() + 1));
  std::printf("%td\n", today.values.rows());
  neural.save(s.model);
  const auto loaded = Neural::load(s.model);
  if (loaded.predict_proba(test.features.values) != by_neural) {
    std::fprintf(stderr, "the loaded model scores differently\n");
    return 1;
  }
  std::printf("loaded model scores the same\n");
} catch (const loyal::Error& error) {
  std::fprintf(stderr, "loyalty_pipeline: %s\n", error.what());
  return 1;
}
