// SPDX-License-Identifier: MIT
// test: --users 1500 --folds 3 --epochs 8
// expect: logistic regression +AUC 0\.[6-9]
//
// Churn from a labelled table, one customer a row, cross-validated: logistic regression and a neural network.
//
//   churn_table --table telco.csv --label Churn --positive Yes --drop customerID
//
// Without --table it makes one from a simulated platform.
#include <cstdio>
#include <string>

#include <loyal/behavior/activity_features.hpp>
#include <loyal/data/platform_simulator.hpp>
#include <loyal/data/table.hpp>
#include <loyal/data/table_encoder.hpp>
#include <loyal/metrics/calibration.hpp>
#include <loyal/metrics/classification.hpp>
#include <loyal/metrics/gain.hpp>
#include <loyal/retention/churn_label.hpp>
#include <loyal/train/cross_validation.hpp>
#include <loyal/train/logistic_regression.hpp>
#include <loyal/train/mlp_classifier.hpp>

#include <CLI/CLI.hpp>

using loyal::Index;
using loyal::Matrix;
using loyal::Vector;

namespace {

struct Data {
  loyal::Table table;     // encoded in each fold anew, on its training rows
  Vector<double> labels;  // 1: has left
};

/// Users of a simulated platform as a table of a few columns, as a company's warehouse would hold it.
Data simulate(int users) {
  loyal::PlatformSimulator simulator{{.users = users}};
  const auto log = simulator.run().log;
  const loyal::ChurnLabel label{{.horizon = 60 * loyal::day}};
  const loyal::Time cutoff = log.last_time() - 61 * loyal::day;
  auto set = loyal::churn_dataset<double>(log, label, {cutoff}, loyal::ActivityFeatures{});
  Data data{{}, set.left};
  for (std::size_t c = 0; c < set.features.names.size(); ++c) {
    const auto column = set.features.values.col(static_cast<Index>(c));
    data.table.add(set.features.names[c],
                   loyal::NumberColumn{std::vector<double>(column.begin(), column.end())});
  }
  return data;
}

void cross_validate(const char* name, const Data& data, int folds, std::uint64_t seed,
                    auto&& make) {
  double log_loss = 0;
  double calibration = 0;
  double lift = 0;
  const auto splits = loyal::stratified_k_fold(data.labels, folds, seed);
  const auto auc = loyal::cross_validate(splits, [&](auto train, auto test) {
    loyal::TableEncoder encoder{{.unknown = loyal::UnknownCategory::ignore}};
    encoder.fit(data.table.take(train));
    auto model = make();
    model.fit(encoder.transform<float>(data.table.take(train)), data.labels(train));
    const auto p = model.predict_proba(encoder.transform<float>(data.table.take(test)));
    const Vector<double> truth = data.labels(test);
    log_loss += loyal::log_loss(truth, p) / folds;
    calibration += loyal::expected_calibration_error(truth, p) / folds;
    lift += loyal::lift_at(truth, p, 0.1) / folds;
    return loyal::roc_auc(truth, p);
  });
  std::printf(
      "%-20s AUC %.4f +- %.4f   log loss %.4f   calibration error %.4f   lift of the top tenth "
      "%.2f\n",
      name, auc.mean(), auc.deviation(), log_loss, calibration, lift);
}

}  // namespace

int main(int argc, char** argv) try {
  std::string file;
  std::string label = "Churn";
  std::string positive = "Yes";
  std::vector<std::string> dropped;
  int users = 5000;
  int folds = 5;
  int epochs = 60;
  std::uint64_t seed = 42;
  CLI::App app{"Churn from a labelled table, cross-validated"};
  app.add_option("--table", file,
                 "CSV file, one customer a row; without it a platform is simulated");
  app.add_option("--label", label, "column that says who left")->capture_default_str();
  app.add_option("--positive", positive, "its value for those who left")->capture_default_str();
  app.add_option("--drop", dropped, "columns to leave out, such as the customers' names");
  app.add_option("--users", users, "size of the simulated platform")->capture_default_str();
  app.add_option("--folds", folds, "number of folds")->capture_default_str();
  app.add_option("--epochs", epochs, "of the neural network, at most")->capture_default_str();
  app.add_option("--seed", seed, "of folds and starting weights")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  Data data;
  if (file.empty()) {
    data = simulate(users);
  } else {
    const auto table = loyal::read_table(file);
    dropped.push_back(label);
    data = {table.drop(dropped), table.label<double>(label, positive)};
  }
  std::printf("%td customers, %.1f %% of them left, %td columns\n", data.table.rows(),
              100 * data.labels.mean(), data.table.cols());
  cross_validate("logistic regression", data, folds, seed,
                 [] { return loyal::LogisticRegression<float>{}; });
  cross_validate("neural network", data, folds, seed,
                 [&] { return loyal::MLPClassifier<float>{{.epochs = epochs, .seed = seed}}; });
} catch (const std::exception& error) {
  std::fprintf(stderr, "churn_table: %s\n", error.what());
  return 1;
}
