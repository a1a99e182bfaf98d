// SPDX-License-Identifier: MIT
// needs: xgboost xgboost/c_api.h libxgboost-dev
// test: --users 1500 --folds 3 --rounds 40
// expect: XGBoost +AUC 0\.[6-9]
//
// Trees in our pipeline: a class of twenty lines makes XGBoost one more Classifier, which cross-validation and
// calibration take like our own. What moves a customer's score is told by Shapley values.
//
//   churn_xgboost --table telco.csv --label Churn --positive Yes --drop customerID
//
// Without --table it makes one from a simulated platform.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <loyal/behavior/activity_features.hpp>
#include <loyal/data/platform_simulator.hpp>
#include <loyal/data/table.hpp>
#include <loyal/data/table_encoder.hpp>
#include <loyal/math/functions.hpp>
#include <loyal/metrics/calibration.hpp>
#include <loyal/metrics/classification.hpp>
#include <loyal/retention/churn_label.hpp>
#include <loyal/train/classifier.hpp>
#include <loyal/train/cross_validation.hpp>
#include <loyal/train/logistic_regression.hpp>
#include <loyal/train/permutation_importance.hpp>
#include <loyal/train/platt.hpp>
#include <loyal/train/shapley.hpp>

#include <CLI/CLI.hpp>
#include <xgboost/c_api.h>

using loyal::Index;
using loyal::Matrix;
using loyal::Vector;

namespace {

/// Gradient boosted trees by XGBoost's C API. A copy shares the trees, which nothing changes once they are grown.
class XGBoost {
 public:
  using value_type = float;

  explicit XGBoost(int rounds = 100, std::string depth = "3", std::string rate = "0.1")
      : rounds_(rounds), depth_(std::move(depth)), rate_(std::move(rate)) {}

  void fit(const Matrix<float>& x, const loyal::Values& labels, const loyal::Values& weights = {}) {
    const auto data = matrix_of(x);
    const std::vector<float> y(labels.begin(), labels.end());
    check(XGDMatrixSetFloatInfo(data.get(), "label", y.data(), y.size()));
    if (!weights.empty()) {
      const std::vector<float> w(weights.begin(), weights.end());
      check(XGDMatrixSetFloatInfo(data.get(), "weight", w.data(), w.size()));
    }
    BoosterHandle made = nullptr;
    const DMatrixHandle all[] = {data.get()};
    check(XGBoosterCreate(all, 1, &made));
    trees_ = {made, [](void* booster) { XGBoosterFree(booster); }};
    const std::vector<std::pair<std::string, std::string>> options{{"objective", "binary:logistic"},
                                                                   {"max_depth", depth_},
                                                                   {"eta", rate_},
                                                                   {"nthread", "1"},
                                                                   {"verbosity", "0"}};
    for (const auto& [name, value] : options)
      check(XGBoosterSetParam(made, name.c_str(), value.c_str()));
    for (int round = 0; round < rounds_; ++round)
      check(XGBoosterUpdateOneIter(made, round, data.get()));
  }
  [[nodiscard]] Vector<double> decision_function(const Matrix<float>& x) const {
    return predict(x, 1);
  }
  [[nodiscard]] Vector<double> predict_proba(const Matrix<float>& x) const { return predict(x, 0); }

 private:
  using Handle = std::shared_ptr<void>;

  static void check(int status) {
    if (status != 0) throw loyal::DataError(std::string("XGBoost: ") + XGBGetLastError());
  }
  static Handle matrix_of(const Matrix<float>& x) {
    DMatrixHandle made = nullptr;
    check(XGDMatrixCreateFromMat(x.data(), static_cast<bst_ulong>(x.rows()),
                                 static_cast<bst_ulong>(x.cols()), NAN, &made));
    return {made, [](void* matrix) { XGDMatrixFree(matrix); }};
  }
  [[nodiscard]] Vector<double> predict(const Matrix<float>& x, int margin) const {
    if (trees_ == nullptr)
      throw loyal::NotFitted("XGBoost: not fitted, expected a call of fit() before");
    bst_ulong size = 0;
    const float* out = nullptr;
    check(XGBoosterPredict(trees_.get(), matrix_of(x).get(), margin, 0, 0, &size, &out));
    return Eigen::Map<const Vector<float>>(out, static_cast<Index>(size)).cast<double>();
  }

  int rounds_;
  std::string depth_;
  std::string rate_;
  Handle trees_;
};
static_assert(loyal::Classifier<XGBoost, float>);

}  // namespace

int main(int argc, char** argv) try {
  std::string file;
  std::string label = "Churn";
  std::string positive = "Yes";
  std::vector<std::string> dropped;
  int users = 5000;
  int folds = 5;
  int rounds = 100;
  CLI::App app{"Churn by XGBoost's trees within loyal's pipeline"};
  app.add_option("--table", file,
                 "CSV file, one customer a row; without it a platform is simulated");
  app.add_option("--label", label, "column that says who left")->capture_default_str();
  app.add_option("--positive", positive, "its value for those who left")->capture_default_str();
  app.add_option("--drop", dropped, "columns to leave out, such as the customers' names");
  app.add_option("--users", users, "size of the simulated platform")->capture_default_str();
  app.add_option("--folds", folds, "number of folds")->capture_default_str();
  app.add_option("--rounds", rounds, "trees")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  Matrix<float> x;
  Vector<double> left;
  std::vector<std::string> names;
  if (file.empty()) {
    const auto log = loyal::PlatformSimulator{{.users = users}}.run().log;
    auto set =
        loyal::churn_dataset<float>(log, loyal::ChurnLabel{{.horizon = 60 * loyal::day}},
                                    {log.last_time() - 61 * loyal::day}, loyal::ActivityFeatures{});
    x = std::move(set.features.values);
    names = std::move(set.features.names);
    left = set.left.cast<double>();
  } else {
    const auto table = loyal::read_table(file);
    dropped.push_back(label);
    loyal::TableEncoder encoder{{.unknown = loyal::UnknownCategory::ignore}};
    const auto columns = table.drop(dropped);
    encoder.fit(columns);
    x = encoder.transform<float>(columns);
    names = encoder.names();
    left = table.label<double>(label, positive);
  }

  const auto splits = loyal::stratified_k_fold(left, folds, 42);
  const auto judge = [&](const char* name, const auto& model) {
    double loss = 0;
    const auto auc = loyal::cross_validate(splits, [&](auto train, auto test) {
      auto fitted = model;
      fitted.fit(Matrix<float>(x(train, Eigen::all)), Vector<double>(left(train)), {});
      const auto p = fitted.predict_proba(Matrix<float>(x(test, Eigen::all)));
      loss += loyal::log_loss(Vector<double>(left(test)), p) / folds;
      return loyal::roc_auc(Vector<double>(left(test)), p);
    });
    std::printf("%-20s AUC %.4f +- %.4f   log loss %.4f\n", name, auc.mean(), auc.deviation(),
                loss);
  };
  judge("logistic regression", loyal::LogisticRegression<float>{});
  judge("XGBoost", XGBoost{rounds});

  // What the trees look at, and what moves the customer most at risk.
  const auto split = loyal::random_split(x.rows(), {.test = 0.25, .seed = 1});
  const Matrix<float> train = x(split.train, Eigen::all);
  const Matrix<float> held_out = x(split.test, Eigen::all);
  XGBoost trees{rounds};
  trees.fit(train, Vector<double>(left(split.train)), {});
  loyal::PlattScaling calibrator;
  calibrator.fit(trees.decision_function(held_out), Vector<double>(left(split.test)), {});
  const auto importance = loyal::permutation_importance(
      [&](const Matrix<float>& seen) {
        return loyal::roc_auc(Vector<double>(left(split.test)), trees.predict_proba(seen));
      },
      held_out, {.repeats = 3, .threads = 1});
  Index riskiest = 0;
  trees.predict_proba(held_out).maxCoeff(&riskiest);
  const auto why = loyal::sampled_shapley(
      [&](const Matrix<float>& rows) { return trees.decision_function(rows); },
      Matrix<float>(held_out.row(riskiest)), Matrix<float>(train.topRows(50)),
      {.permutations = 100, .threads = 1});
  std::vector<Index> order(names.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(),
            [&](Index a, Index b) { return importance.mean[a] > importance.mean[b]; });
  std::printf("\n%-34s %14s %24s\n", "feature", "AUC it holds", "adds to the riskiest's");
  for (std::size_t i = 0; i < std::min<std::size_t>(8, order.size()); ++i)
    std::printf("%-34s %14.4f %+24.3f\n", names[static_cast<std::size_t>(order[i])].c_str(),
                importance.mean[order[i]], why.contribution(0, order[i]));
} catch (const std::exception& error) {
  std::fprintf(stderr, "churn_xgboost: %s\n", error.what());
  return 1;
}
