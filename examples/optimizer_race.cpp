// SPDX-License-Identifier: MIT
// test: --smoke --report optimizer_race_test.html
// expect: Rosenbrock.*Adam +[0-9.e-]+ +2/2.*report: optimizer_race_test.html
//
// A race of optimizers on real problems: who reaches a stated loss in the fewest steps and the shortest time, over a
// grid of learning rates and several seeds. Prints a table a problem and writes a page with the curves.
//
//   optimizer_race --problems Rosenbrock "churn network" --optimizers Adam SGD
//   optimizer_race --table telco.csv --label Churn --positive Yes --drop customerID
#include <cstdio>
#include <string>
#include <vector>

#include <loyal/behavior/activity_features.hpp>
#include <loyal/data/platform_simulator.hpp>
#include <loyal/data/standardizer.hpp>
#include <loyal/data/table_encoder.hpp>
#include <loyal/metrics/classification.hpp>
#include <loyal/optim/adadelta.hpp>
#include <loyal/optim/adagrad.hpp>
#include <loyal/optim/adam.hpp>
#include <loyal/optim/adamax.hpp>
#include <loyal/optim/adamw.hpp>
#include <loyal/optim/adan.hpp>
#include <loyal/optim/amsgrad.hpp>
#include <loyal/optim/lamb.hpp>
#include <loyal/optim/lion.hpp>
#include <loyal/optim/lookahead.hpp>
#include <loyal/optim/nadam.hpp>
#include <loyal/optim/radam.hpp>
#include <loyal/optim/rmsprop.hpp>
#include <loyal/optim/rprop.hpp>
#include <loyal/optim/schedule_free.hpp>
#include <loyal/optim/sgd.hpp>
#include <loyal/retention/churn_label.hpp>
#include <loyal/train/logistic_regression.hpp>

#include "race/problems.hpp"
#include "race/race.hpp"
#include "race/race_report.hpp"

#include <CLI/CLI.hpp>

namespace {

/// An optimizer of one's own: steps of one length against the sign of each gradient ...
struct SignDescent : loyal::ElementwiseOptimizer<SignDescent, 0> {
  double length;
  explicit SignDescent(double rate) : length(rate) {}
  template <loyal::Scalar T>
  void update(const loyal::UpdateInfo& info, auto p, auto g) const {
    p -= static_cast<T>(length * info.rate) * g.sign();
  }
};

std::vector<race::Entrant> make_entrants() {
  using race::entrant;
  return {
      // ... and how it enters the race.
      entrant("SignDescent", [](double rate) { return SignDescent{rate}; }),
      entrant("SGD", [](double rate) { return loyal::SGD{{.learning_rate = rate}}; }),
      entrant("SGD, momentum",
              [](double rate) { return loyal::SGD{{.learning_rate = rate, .momentum = 0.9}}; }),
      entrant("SGD, Nesterov",
              [](double rate) {
                return loyal::SGD{{.learning_rate = rate, .momentum = 0.9, .nesterov = true}};
              }),
      entrant("AdaGrad", [](double rate) { return loyal::AdaGrad{{.learning_rate = rate}}; }),
      entrant("AdaDelta", [](double rate) { return loyal::AdaDelta{{.learning_rate = rate}}; }),
      entrant("RMSProp", [](double rate) { return loyal::RMSProp{{.learning_rate = rate}}; }),
      entrant("Rprop", [](double rate) { return loyal::Rprop{{.learning_rate = rate}}; }),
      entrant("Adam", [](double rate) { return loyal::Adam{{.learning_rate = rate}}; }),
      entrant("AMSGrad", [](double rate) { return loyal::AMSGrad{{.learning_rate = rate}}; }),
      entrant("AdaMax", [](double rate) { return loyal::AdaMax{{.learning_rate = rate}}; }),
      entrant("NAdam", [](double rate) { return loyal::NAdam{{.learning_rate = rate}}; }),
      entrant("RAdam", [](double rate) { return loyal::RAdam{{.learning_rate = rate}}; }),
      entrant("AdamW", [](double rate) { return loyal::AdamW{{.learning_rate = rate}}; }),
      entrant("LAMB", [](double rate) { return loyal::LAMB{{.learning_rate = rate}}; }),
      entrant("Lion", [](double rate) { return loyal::Lion{{.learning_rate = rate}}; }),
      entrant("Adan", [](double rate) { return loyal::Adan{{.learning_rate = rate}}; }),
      entrant("ScheduleFreeSGD",
              [](double rate) { return loyal::ScheduleFreeSGD{{.learning_rate = rate}}; }),
      entrant("ScheduleFreeAdamW",
              [](double rate) { return loyal::ScheduleFreeAdamW{{.learning_rate = rate}}; }),
      entrant("Lookahead, Adam",
              [](double rate) { return loyal::Lookahead{loyal::Adam{{.learning_rate = rate}}}; }),
  };
}

/// Users of a simulated platform at three moments: their activity, and whether a week of silence followed.
race::Customers simulate(int users) {
  const auto log = loyal::PlatformSimulator{{.users = users}}.run().log;
  const loyal::ChurnLabel label{{.horizon = loyal::week}};
  const loyal::Time last = log.last_time() - loyal::week;
  auto set = loyal::churn_dataset<double>(log, label,
                                          {last - 120 * loyal::day, last - 60 * loyal::day, last},
                                          loyal::ActivityFeatures{});
  loyal::Standardizer standardizer;
  standardizer.fit(set.features.values);
  return {standardizer.transform(set.features.values), set.left};
}

race::Customers read(const std::string& file, const std::string& label, const std::string& positive,
                     std::vector<std::string> dropped) {
  const auto table = loyal::read_table(file);
  dropped.push_back(label);
  loyal::TableEncoder encoder;
  encoder.fit(table.drop(dropped));
  return {encoder.transform<double>(table.drop(dropped)), table.label<double>(label, positive)};
}

/// The lowest cross-entropy that a linear model reaches; targets of the churn problems derive from it.
double best_linear_loss(const race::Customers& customers) {
  loyal::LogisticRegression<double> model{{.l2 = 1e-3}};
  model.fit(customers.x, customers.labels.col(0));
  return loyal::log_loss(customers.labels.col(0), model.predict_proba(customers.x));
}

std::vector<race::Course> make_courses(const std::shared_ptr<const race::Customers>& customers) {
  using loyal::Dense;
  const loyal::Index features = customers->x.cols();
  const double linear = best_linear_loss(*customers);
  const race::LinearModel regression{Dense<double>{features, 1}};
  const race::Perceptron network{Dense<double>{features, 32}, loyal::ReLU{}, Dense<double>{32, 16},
                                 loyal::ReLU{}, Dense<double>{16, 1}};
  return {
      race::course<race::Quadratic>(
          {.name = "quadratic",
           .about = "A quadratic of 100 parameters whose curvatures differ by a factor of 10,000, "
                    "with full gradients.",
           .target = 1e-3,
           .most_steps = 4000,
           .check_every = 5}),
      race::course<race::Rosenbrock>(
          {.name = "Rosenbrock",
           .about = "Ten of Rosenbrock's bent valleys, with full gradients.",
           .target = 1e-4,
           .most_steps = 20000,
           .check_every = 10}),
      race::course<race::Churn<race::LinearModel>>(
          {.name = "logistic regression",
           .about = "Who leaves, from " + std::to_string(features) + " features of " +
                    std::to_string(customers->x.rows()) +
                    " customers; batches of 128. The target is 1 % above the lowest loss there is.",
           .target = 1.01 * linear,
           .most_steps = 3000,
           .check_every = 10},
          customers, regression),
      race::course<race::Churn<race::Perceptron>>(
          {.name = "churn network",
           .about =
               "The same customers, a network with hidden layers of 32 and 16; batches of 128. "
               "The target is 5 % below the lowest loss of a linear model.",
           .target = 0.95 * linear,
           .most_steps = 1500,
           .check_every = 20},
          customers, network),
      race::course<race::Factorization>(
          {.name = "factorization",
           .about = "30,000 ratings of 600 users for 400 items, factorized with rank 8; batches of "
                    "256, sparse gradients. The noise in the ratings has a mean square of 0.09.",
           .target = 0.1,
           .most_steps = 1500,
           .check_every = 20}),
      race::course<race::SkipGram>(
          {.name = "skip-gram",
           .about =
               "Vectors of 2,000 words by skip-gram with five negatives; batches of 128 pairs, "
               "sparse gradients. The loss at the start is 4.16.",
           .target = 2.1,
           .most_steps = 1500,
           .check_every = 25}),
  };
}

/// Keeps those whose names are wanted; nothing wanted: all.
template <class Named>
void keep(std::vector<Named>& all, const std::vector<std::string>& wanted) {
  for (const auto& name : wanted)
    if (std::none_of(all.begin(), all.end(), [&](const Named& one) { return one.name == name; }))
      throw std::runtime_error("there is no '" + name + "'");
  if (wanted.empty()) return;
  std::erase_if(all, [&](const Named& one) {
    return std::find(wanted.begin(), wanted.end(), one.name) == wanted.end();
  });
}

}  // namespace

int main(int argc, char** argv) try {
  std::string file;
  std::string label = "Churn";
  std::string positive = "Yes";
  std::vector<std::string> dropped;
  std::vector<std::string> problems;
  std::vector<std::string> optimizers;
  int users = 4000;
  race::Options options{
      .rates = {3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3, 10},
  };
  std::string output = "optimizer_race.html";
  bool smoke = false;
  CLI::App app{"A race of optimizers on real problems"};
  app.add_option("--table", file,
                 "CSV file, one customer a row; without it a platform is simulated");
  app.add_option("--label", label, "column that says who left")->capture_default_str();
  app.add_option("--positive", positive, "its value for those who left")->capture_default_str();
  app.add_option("--drop", dropped, "columns to leave out, such as the customers' names");
  app.add_option("--users", users, "size of the simulated platform")->capture_default_str();
  app.add_option("--problems", problems, "names of those to race on; none: all");
  app.add_option("--optimizers", optimizers, "names of those that race; none: all");
  app.add_option("--rates", options.rates, "learning rates, ascending")->capture_default_str();
  app.add_option("--seeds", options.seeds, "runs at each rate")->capture_default_str();
  app.add_option("--threads", options.threads, "for runs that only count steps; 0: all there are")
      ->capture_default_str();
  app.add_option("--report", output, "HTML file to write")->capture_default_str();
  app.add_flag("--smoke", smoke, "a short race of few, to see that it runs");
  CLI11_PARSE(app, argc, argv);

  if (smoke) {
    users = 600;
    options.seeds = 2;
    options.rates = {1e-2, 0.1};
    options.shorten = 0.1;
    optimizers = {"SignDescent", "SGD", "Adam"};
  }
  const auto customers = std::make_shared<const race::Customers>(
      file.empty() ? simulate(users) : read(file, label, positive, dropped));
  auto entrants = make_entrants();
  auto courses = make_courses(customers);
  keep(entrants, optimizers);
  keep(courses, problems);
  std::vector<race::Standing> standings;
  for (const auto& course : courses) {
    standings.push_back(race::ranked(course, entrants, race::hold(course, entrants, options)));
    race::print(standings.back(), options.seeds);
  }
  race::report(standings, entrants, options).write(output);
  std::printf("\nreport: %s\n", output.c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "optimizer_race: %s\n", error.what());
  return 1;
}
