// SPDX-License-Identifier: MIT
// test: --users 600 --days 200 --report course_recommender_test.html
// expect: best by ndcg: [A-Z]
//
// Which course comes next: recommenders of every kind, fitted to the same past, judged by the same later time, in
// one table and one HTML report, with intervals over users and a test of the best against the second.
//
//   course_recommender --ratings ratings.csv --user userId --item movieId --time timestamp
//
// Without --ratings a platform is simulated, and what people view, take and buy says what they like. The options of
// ALS are chosen on what each user took last in the past that models learn from.
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <loyal/data/interaction_split.hpp>
#include <loyal/data/interactions_csv.hpp>
#include <loyal/data/k_core.hpp>
#include <loyal/data/platform_simulator.hpp>
#include <loyal/recommend/als.hpp>
#include <loyal/recommend/ease.hpp>
#include <loyal/recommend/evaluate.hpp>
#include <loyal/recommend/gf_cf.hpp>
#include <loyal/recommend/item_knn.hpp>
#include <loyal/recommend/popularity.hpp>
#include <loyal/recommend/user_knn.hpp>
#include <loyal/report/bar_chart.hpp>
#include <loyal/report/html_report.hpp>
#include <loyal/report/html_table.hpp>

#include <CLI/CLI.hpp>

using loyal::Index;
using loyal::Interactions;

namespace {

struct Row {
  std::string name;
  loyal::RecommenderQuality quality;
};

/// Means with their intervals, model by model.
struct Bounds {
  std::vector<double> low = {};
  std::vector<double> estimate = {};
  std::vector<double> high = {};
  void add(const loyal::Vector<double>& measure) {
    const auto mean = loyal::RecommenderQuality::mean(measure, {.replicates = 500});
    low.push_back(mean.low);
    estimate.push_back(mean.estimate);
    high.push_back(mean.high);
  }
};

std::string with_interval(const loyal::Vector<double>& measure) {
  const auto mean = loyal::RecommenderQuality::mean(measure, {.replicates = 500});
  char text[64];
  std::snprintf(text, sizeof text, "%.4f (%.4f to %.4f)", mean.estimate, mean.low, mean.high);
  return text;
}

Interactions simulate(int users, int days) {
  const auto log = loyal::PlatformSimulator{{.users = users, .days = days}}.run().log;
  // Other events name topics and friends, which are no courses.
  return loyal::interactions_of(log.before(log.last_time() + 1),
                                {{"view", 1}, {"lesson", 1}, {"purchase", 5}});
}

/// The options of ALS under which what each user took last comes best out of what they took before.
loyal::ALS<float>::Options tuned_als(const Interactions& train, Index k) {
  const auto split = loyal::leave_last_out(train, 1);
  loyal::ALS<float>::Options best;
  double most = -1;
  for (const Index factors : {8, 16, 32})
    for (const double regularization : {0.003, 0.01, 0.03})
      for (const double unobserved : {0.3, 1.0}) {
        const loyal::ALS<float>::Options options{
            .factors = factors, .regularization = regularization, .unobserved_weight = unobserved};
        loyal::ALS<float> model{options};
        model.fit(split.train);
        const double ndcg = loyal::evaluate(model, split.train, split.test, {.k = k}).ndcg.mean();
        if (ndcg <= most) continue;
        most = ndcg;
        best = options;
      }
  return best;
}

}  // namespace

int main(int argc, char** argv) try {
  std::string file;
  loyal::InteractionColumns columns{.time = "timestamp"};
  std::string report_file = "course_recommender.html";
  int users = 3000;
  int days = 365;
  Index k = 10;
  Index least = 5;
  CLI::App app{"Recommenders side by side"};
  app.add_option("--ratings", file,
                 "CSV file, one dealing a row; without it a platform is simulated");
  app.add_option("--user", columns.user, "column that says who")->capture_default_str();
  app.add_option("--item", columns.item, "column that says what")->capture_default_str();
  app.add_option("--time", columns.time, "column that says when")->capture_default_str();
  app.add_option("--time-format", columns.time_format, "how times are written")
      ->capture_default_str();
  app.add_option("--users", users, "size of the simulated platform")->capture_default_str();
  app.add_option("--days", days, "its age")->capture_default_str();
  app.add_option("--k", k, "length of the lists")->capture_default_str();
  app.add_option("--least", least, "items a user must have had, and users an item")
      ->capture_default_str();
  app.add_option("--report", report_file, "HTML file to write")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  // The last two items of each user are what a model must find; it learns from all that came before.
  auto all = file.empty() ? simulate(users, days) : loyal::read_interactions_csv(file, columns);
  all = loyal::k_core(all, {.user_pairs = least, .item_pairs = least}).interactions;
  const auto split = loyal::leave_last_out(all, 2);
  const Interactions& train = split.train;
  const Interactions& test = split.test;
  std::printf("%td users, %td items, %td pairs to learn from, %td to find\n", all.users(),
              all.items(), train.size(), test.size());

  std::vector<Row> rows;
  std::printf("%-12s %-28s %-28s %8s %8s %8s\n", "model", "recall (95 %)", "ndcg (95 %)",
              "coverage", "novelty", "pop.lift");
  const auto judge = [&](const char* name, auto model) {
    model.fit(train);
    rows.push_back({name, loyal::evaluate(model, train, test, {.k = k})});
    const auto& q = rows.back().quality;
    std::printf("%-12s %-28s %-28s %8.3f %8.2f %8.2f\n", name, with_interval(q.recall).c_str(),
                with_interval(q.ndcg).c_str(), q.coverage, q.novelty, q.popularity_lift);
  };
  judge("Popularity", loyal::Popularity<float>{});
  judge("ItemKNN", loyal::ItemKNN<float>{});
  judge("UserKNN", loyal::UserKNN<float>{});
  judge("EASE", loyal::EASE<float>{});
  judge("GFCF", loyal::GFCF<float>{{.factors = std::min<Index>(64, all.items() / 2)}});
  judge("ALS", loyal::ALS<float>{tuned_als(train, k)});

  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return a.quality.ndcg.mean() > b.quality.ndcg.mean();
  });
  const auto verdict = loyal::compare_quality(rows[0].quality.ndcg, rows[1].quality.ndcg);
  std::printf("best by ndcg: %s, %.4f more than %s (%.4f to %.4f, p = %.3g)\n",
              rows[0].name.c_str(), verdict.difference.estimate, rows[1].name.c_str(),
              verdict.difference.low, verdict.difference.high, verdict.p_value);

  loyal::HtmlReport report(
      "Which course comes next?",
      "Each model ranks all items a user has not had; the user's last two are to be found.");
  if (file.empty()) report.notice("The platform of this report is simulated.");
  report.key_figure("users", loyal::format_number(double(all.users())))
      .key_figure("items", loyal::format_number(double(all.items())))
      .key_figure("best model", rows[0].name);
  report.section("How often the next course is in the list");
  loyal::BarChart chart{.title = "ndcg@" + std::to_string(k),
                        .caption = "1 would be a list that begins with what the user took next.",
                        .wide = true};
  loyal::HtmlTable table{
      .title = "All measures",
      .caption = "With the range that holds the mean in 95 of 100 resamples of the users."};
  std::vector<double> coverage;
  std::vector<double> novelty;
  std::vector<double> lift;
  Bounds recall;
  Bounds ndcg;
  for (const Row& row : rows) {
    chart.names.push_back(row.name);
    chart.values.push_back(row.quality.ndcg.mean());
    recall.add(row.quality.recall);
    ndcg.add(row.quality.ndcg);
    coverage.push_back(row.quality.coverage);
    novelty.push_back(row.quality.novelty);
    lift.push_back(row.quality.popularity_lift);
  }
  const loyal::NumberColumnStyle three_digits{.format = {.digits = 3}};
  table.text("model", chart.names)
      .interval("recall", recall.estimate, recall.low, recall.high, three_digits)
      .interval("ndcg", ndcg.estimate, ndcg.low, ndcg.high, three_digits)
      .number("coverage", coverage, {.format = {.notation = loyal::Notation::percent}})
      .number("novelty, bits", novelty, three_digits)
      .number("popularity lift", lift, three_digits);
  report.figure(chart);
  report.table(table);
  report.paragraph(
      "Coverage is the share of items that "
      "somebody is offered; novelty is higher for items that few have had; a popularity lift above "
      "1 "
      "means that the lists are more popular than what users choose themselves.");
  report.write(report_file);
  std::printf("report: %s\n", report_file.c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "course_recommender: %s\n", error.what());
  return 1;
}
