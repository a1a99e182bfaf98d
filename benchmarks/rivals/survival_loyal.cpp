// SPDX-License-Identifier: MIT
// Our side of `run.sh survival`:
//
//   survival_loyal write FILE               the data of the Cox and Kaplan-Meier cases
//   survival_loyal survival FILE            both cases
//   survival_loyal logistic FILE FEATURES   logistic regression on rows of label and features
//
// Prints "case microseconds checks...": coefficients and standard errors; survival at some times.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <loyal/retention/cox.hpp>
#include <loyal/retention/kaplan_meier.hpp>
#include <loyal/train/logistic_regression.hpp>

#include "survival_case.hpp"

namespace {

/// Median of the times of some runs.
double microseconds(int runs, auto&& work) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    times.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
            .count());
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void survival(const std::string& path) {
  const auto data = read_doubles(path, 2 + SurvivalCase::features);
  const loyal::Vector<double> time = data.col(0);
  const loyal::Vector<double> event = data.col(1);
  const loyal::Matrix<double> x = data.rightCols(SurvivalCase::features);

  loyal::CoxRegression<double> cox;
  const double fitted = microseconds(5, [&] { cox.fit(x, time, event); });
  std::printf("retention/cox_100k_efron %.1f %.10g", fitted, cox.log_likelihood());
  for (const auto& line : cox.table())
    std::printf(" %.10g %.10g", line.estimate, line.standard_error);
  std::printf("\n");

  loyal::KaplanMeier curve{{.band = loyal::SurvivalBand::log}};
  const double drawn = microseconds(11, [&] { curve.fit(time, event); });
  std::printf("retention/kaplan_meier_100k %.1f", drawn);
  for (const double t : {0.1, 0.5, 1.0, 2.0, 4.0}) {
    const auto at = curve.at(t);
    std::printf(" %.10g %.10g %.10g", at.estimate, at.low, at.high);
  }
  std::printf("\n");
}

void logistic(const std::string& path, int features) {
  const auto data = read_doubles(path, 1 + features);
  const loyal::Vector<double> y = data.col(0);
  const loyal::Matrix<double> x = data.rightCols(features);
  loyal::LogisticRegression<double> model;
  const double fitted = microseconds(21, [&] { model.fit(x, y); });
  const loyal::Vector<double> z = model.decision_function(x);
  const double objective = (loyal::softplus(z.array()) - y.array() * z.array()).sum() +
                           0.5 * model.coefficients().squaredNorm();
  std::printf("retention/logistic_telco %.1f %.10g\n", fitted, objective);
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> a(arguments + 1, arguments + count);
  if (a.size() >= 2 && a[0] == "write") {
    const auto c = make_survival_case();
    loyal::Matrix<double> all(SurvivalCase::rows, 2 + SurvivalCase::features);
    all << Eigen::Map<const loyal::Vector<double>>(c.time.data(), SurvivalCase::rows),
        Eigen::Map<const loyal::Vector<double>>(c.event.data(), SurvivalCase::rows), c.x;
    write_doubles(a[1], all);
  } else if (a.size() >= 2 && a[0] == "survival") {
    survival(a[1]);
  } else if (a.size() >= 3 && a[0] == "logistic") {
    logistic(a[1], std::stoi(a[2]));
  } else {
    std::fprintf(stderr, "see the head of the source\n");
    return 2;
  }
}
