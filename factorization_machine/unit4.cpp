#include <loyal/loyal.hpp>
#include <cstdlib>
#include <iostream>




























































namespace snippet0 {

int run() {
#line 24 "include/loyal/report/bar_chart.hpp"
const loyal::BarChart chart{.title = "Funnel", .names = {"visit", "trial", "paid"}, .values = {900, 120, 30}};
if (chart.svg().find("trial") == std::string::npos) return 1;
return 0;
}
}
namespace snippet1 {

int run() {
#line 49 "include/loyal/report/behavior_plots.hpp"
loyal::EventLog log;
for (const int d : {0, 35, 70}) log.add("anna", d * loyal::day, "visit");
const auto map = loyal::cohort_heat_map(loyal::cohort_table(log.before(log.last_time()), {.periods = 2}));
if (map.columns.size() != 2 || map.svg().find("unknown") == std::string::npos) return 1;
return 0;
}
}
namespace snippet2 {

int run() {
#line 83 "include/loyal/report/behavior_plots.hpp"
loyal::CohortTable table;
table.size.setConstant(1, 100);
table.retained.resize(1, 3);
table.retained << 100, 60, 40;
if (loyal::retention_plot({"all"}, {table.curve()}).series.size() != 2) return 1;
return 0;
}
}
namespace snippet3 {

int run() {
#line 121 "include/loyal/report/behavior_plots.hpp"
loyal::EventLog log;
for (int d = 0; d < 40; ++d) log.add("anna", d * loyal::day, "visit");
const auto plot = loyal::stickiness_plot(loyal::active_users(log.before(39 * loyal::day + 1)));
if (plot.series.size() != 2) return 1;
return 0;
}
}
namespace snippet4 {

int run() {
#line 142 "include/loyal/report/behavior_plots.hpp"
loyal::EventLog log;
for (const int d : {0, 40, 100}) log.add("anna", d * loyal::day, "visit");
const auto plot = loyal::growth_plot(loyal::growth_accounting(log.before(100 * loyal::day)));
if (plot.series.size() != 4 || plot.x.categories.size() != 3) return 1;
return 0;
}
}
namespace snippet5 {

int run() {
#line 199 "include/loyal/report/behavior_plots.hpp"
loyal::EventLog log;
log.add("anna", 0, "visit");
log.add("anna", 60, "purchase");
const auto chain = loyal::journey_chain(log.before(61), {.goals = {"purchase"}});
if (loyal::attribution_chart(chain).names != std::vector<std::string>{"visit"}) return 1;
return 0;
}
}
namespace snippet6 {

int run() {
#line 247 "include/loyal/report/behavior_plots.hpp"
loyal::FeatureMatrix<double> x{loyal::Matrix<double>(4, 1), {"visits"}, {0, 1, 2, 3}};
x.values << 1, 1, 9, 9;
const auto map = loyal::segment_profile_map(x, {0, 0, 1, 1}, {"few", "many"});
if (map.values(0, 0) != -1 || map.values(1, 0) != 1) return 1;
return 0;
}
}
namespace snippet7 {

int run() {
#line 324 "include/loyal/report/behavior_plots.hpp"
const auto plot = loyal::distribution_plot({1, 2, 2, 3, 100}, "value");
if (plot.references.size() != 2) return 1;
return 0;
}
}
namespace snippet8 {

int run() {
#line 25 "include/loyal/report/decimate.hpp"
const std::vector<double> x{0.0, 0.1, 0.2, 0.3, 0.4, 5.0}, y{1, 7, 3, -2, 4, 0};
if (loyal::decimate(x, y) != std::vector<std::size_t>{0, 1, 3, 4, 5}) return 1;
return 0;
}
}
namespace snippet9 {

int run() {
#line 21 "include/loyal/report/funnel_chart.hpp"
if (loyal::format_duration(90) != "1.5\u00A0min" || loyal::format_duration(86400) != "1\u00A0day") return 1;
return 0;
}
}
namespace snippet10 {

int run() {
#line 39 "include/loyal/report/funnel_chart.hpp"
const loyal::FunnelChart chart{.title = "To the first course", .steps = {"visit", "view", "purchase"}, .users = {900, 300, 60}};
if (chart.svg().find("33\u00A0%") == std::string::npos) return 1;
return 0;
}
}
namespace snippet11 {

int run() {
#line 26 "include/loyal/report/heat_map.hpp"
loyal::Matrix<double> kept(2, 2);
kept << 1, 0.6, 1, NAN;
const loyal::HeatMap map{.title = "Cohorts", .rows = {"May", "June"}, .columns = {"0", "1"}, .values = kept};
if (map.svg().find("<svg") != 0) return 1;
return 0;
}
}
namespace snippet12 {

int run() {
#line 28 "include/loyal/report/html_report.hpp"
loyal::HtmlReport report("Spring campaign", "Whom to contact, and what it pays");
report.key_figure("expected profit", "12.3k €", "320 contacts");
report.section("Customers").paragraph("The ten with the highest expected profit.");
report.table(loyal::HtmlTable{.title = "Top customers"}.text("customer", {"Ada"}));
report.provenance("seed", "42");
report.write("report.html");
return 0;
}
}
namespace snippet13 {

int run() {
#line 32 "include/loyal/report/html_table.hpp"
loyal::HtmlTable table{.title = "Top customers"};
table.text("customer", {"Ada", "Grace"}).number("risk", {0.8, 0.35}, {.format = {.notation = loyal::Notation::percent}});
if (table.rows() != 2 || table.html().find("Grace") == std::string::npos) return 1;
return 0;
}
}
namespace snippet14 {

int run() {
#line 121 "include/loyal/report/human_number.hpp"
if (loyal::format_number(1234) != "1.23k" || loyal::format_number(0.5) != "0.5") return 1;
if (loyal::format_number(0.35, {.notation = loyal::Notation::percent}) != "35\u00A0%") return 1;
if (loyal::format_number(1234567, {.notation = loyal::Notation::grouped}) != "1,234,567") return 1;
return 0;
}
}
namespace snippet15 {

int run() {
#line 26 "include/loyal/report/journey_graph.hpp"
loyal::Matrix<double> counts(3, 3);
counts << 0, 100, 0,   0, 20, 60,   0, 0, 0;
const loyal::JourneyGraph graph{.title = "Journeys", .states = {"(start)", "visit", "(left)"}, .counts = counts};
if (graph.svg().find("75\u00A0%") == std::string::npos) return 1;
return 0;
}
}
namespace snippet16 {

int run() {
#line 43 "include/loyal/report/markup.hpp"
if (loyal::escape_markup("<b>&\"'") != "&lt;b&gt;&amp;&quot;&#39;") return 1;
return 0;
}
}
namespace snippet17 {

int run() {
#line 42 "include/loyal/report/model_plots.hpp"
const auto plot = loyal::training_plot({0.7, 0.5, 0.4}, {0.7, 0.6, 0.65}, 2);
if (plot.series.size() != 2 || plot.references.size() != 1) return 1;
return 0;
}
}
namespace snippet18 {

int run() {
#line 69 "include/loyal/report/model_plots.hpp"
const auto plot = loyal::roc_plot({0, 0.2, 1}, {0, 0.8, 1}, 0.8);
if (plot.series.size() != 2) return 1;
return 0;
}
}
namespace snippet19 {

int run() {
#line 95 "include/loyal/report/model_plots.hpp"
const auto plot = loyal::calibration_plot({0.1, 0.5}, {0.12, 0.45}, {100, 40});
if (plot.series.size() != 3) return 1;
return 0;
}
}
namespace snippet20 {

int run() {
#line 134 "include/loyal/report/model_plots.hpp"
const auto plot = loyal::gain_plot({0, 0.5, 1}, {0, 0.9, 1});
if (plot.series.size() != 2) return 1;
return 0;
}
}
namespace snippet21 {

int run() {
#line 176 "include/loyal/report/model_plots.hpp"
const auto plot = loyal::profit_plot({0, 0.5, 1}, {0, 900, 200}, {0, 850, 150}, "€");
if (plot.notes.size() != 1 || plot.notes[0].x != 0.5) return 1;
return 0;
}
}
namespace snippet22 {

int run() {
#line 206 "include/loyal/report/model_plots.hpp"
const auto plot = loyal::histogram_plot({1, 2, 2, 3}, "visits", 2);
if (plot.series[0].y != std::vector<double>{1, 3}) return 1;
return 0;
}
}
namespace snippet23 {

int run() {
#line 31 "include/loyal/report/plot.hpp"
loyal::Plot plot{.title = "Visits", .x = {.label = "week"}, .y = {.label = "visits"}};
plot.line("app", {1, 2, 3}, {10, 14, 13}).line("web", {1, 2, 3}, {8, 7, 9});
plot.vertical(2, "new course");
if (plot.svg().find("<svg") != 0) return 1;
return 0;
}
}
namespace snippet24 {

int run() {
#line 91 "include/loyal/retention/aft.hpp"
loyal::Rng rng{1};
loyal::Matrix<double> x(500, 1);
std::vector<double> time(500), event(500, 1);
for (int i = 0; i < 500; ++i) {
  x(i, 0) = rng.normal();
  time[std::size_t(i)] = std::exp(2 + 0.5 * x(i, 0)) * std::sqrt(-std::log(1 - rng.uniform()));
}
loyal::AFTRegression<double> model{{.distribution = loyal::TimeDistribution::weibull}};
model.fit(x, time, event);
if (std::abs(model.coefficients()[0] - 0.5) > 0.1 || std::abs(model.scale() - 0.5) > 0.1) return 1;
return 0;
}
}
namespace snippet25 {

int run() {
#line 30 "include/loyal/retention/beta_discrete_weibull.hpp"
loyal::BetaDiscreteWeibull<double> model;
const auto& result = model.fit(loyal::ContractHistory::of_survivors({1000, 631, 468, 382, 326, 289, 262, 241}));
if (!result.converged() || !(model.survival(12) < 0.241)) return 1;
return 0;
}
}
namespace snippet26 {

int run() {
#line 68 "include/loyal/retention/bg_bb.hpp"
loyal::Rng rng{1};
const loyal::BGBB<double> truth{{.alpha = 1.2, .beta = 0.75, .gamma = 0.66, .delta = 2.8}};
const auto history = truth.simulate(loyal::Vector<double>::Constant(5000, 6), rng);
loyal::BGBB<double> model;
if (!model.fit(history).converged()) return 1;
const double gifts = model.expected_purchases(5, {.frequency = 3, .recency = 5, .age = 6});
if (!(gifts > 0 && gifts < 5)) return 2;
return 0;
}
}
namespace snippet27 {

int run() {
#line 26 "include/loyal/retention/bg_nbd.hpp"
loyal::Rng rng{1};
const loyal::BGNBD<double> truth{{.r = 0.5, .alpha = 5, .a = 0.8, .b = 2.5}};
const auto history = truth.simulate(loyal::Vector<double>::Constant(3000, 40), rng);
loyal::BGNBD<double> model;
const auto& result = model.fit(history);
if (!result.converged() || result.interval(0).low > 0.5 || result.interval(0).high < 0.5) return 1;
const double next_year = model.expected_purchases(52, {.frequency = 2, .recency = 30, .age = 39});
if (!(next_year > 0)) return 2;
return 0;
}
}
namespace snippet28 {

int run() {
#line 35 "include/loyal/retention/churn_label.hpp"
loyal::EventLog log;
for (const loyal::Time d : {0, 5, 40}) log.add("anna", d * loyal::day, "visit");
log.add("ben", 6 * loyal::day, "visit");
log.sort();
const loyal::ChurnLabel label{{.horizon = 30 * loyal::day, .activity_window = 7 *
loyal::day}}; const auto labels = label.at(log, 10 * loyal::day); if (labels.users.size() !=
2 || labels.left != std::vector<char>{1, 1}) return 1;
return 0;
}
}
namespace snippet29 {

int run() {
#line 210 "include/loyal/retention/churn_label.hpp"
const auto platform = loyal::PlatformSimulator{{.users = 100, .days = 300}}.run();
const auto& log = platform.log;
const auto split = loyal::churn_split<float>(log, loyal::ChurnLabel{},
loyal::ActivityFeatures{},
                                             {.test_cutoff = log.last_time() - 61 *
                                             loyal::day});
if (split.train.rows() == 0 || split.test.rows() == 0) return 1;
return 0;
}
}
namespace snippet30 {

int run() {
#line 35 "include/loyal/retention/churn_model.hpp"
loyal::Rng rng{1};
loyal::Matrix<double> features(500, 2);
std::vector<int> left(500);
for (int i = 0; i < 500; ++i) {
  features(i, 0) = double(rng.below(60)), features(i, 1) = double(rng.below(10));
  left[std::size_t(i)] = features(i, 0) + 10 * rng.normal() > 30;
}
loyal::ChurnModel<loyal::LogisticRegression<double>> model;
model.fit(features, {"days since last visit", "courses"}, left);
model.save("churn.safetensors");
const auto loaded = loyal::ChurnModel<loyal::LogisticRegression<double>>::load("churn.safetensors");
if (loaded.predict_proba(features) != model.predict_proba(features)) return 1;
return 0;
}
}
namespace snippet31 {

int run() {
#line 21 "include/loyal/retention/contract_history.hpp"
const auto cohort = loyal::ContractHistory::of_survivors({1000, 869, 743});
if (cohort.lost[0] != 131 || cohort.lost[1] != 126 || cohort.kept[1] != 743) return 1;
return 0;
}
}
namespace snippet32 {

int run() {
#line 48 "include/loyal/retention/cox.hpp"
loyal::Rng rng{1};
loyal::Matrix<double> x(300, 1);
std::vector<double> time(300), event(300, 1);
for (int i = 0; i < 300; ++i) {
  x(i, 0) = rng.normal();
  time[std::size_t(i)] = -std::log(1 - rng.uniform()) / std::exp(0.7 * x(i, 0));
}
loyal::CoxRegression<double> model;
model.fit(x, time, event);
if (!model.converged() || std::abs(model.coefficients()[0] - 0.7) > 0.2) return 1;
const auto stays = model.survival(x, {0.5, 1});  // 300 x 2
if (stays(0, 1) > stays(0, 0)) return 2;
return 0;
}
}
namespace snippet33 {

int run() {
#line 88 "include/loyal/retention/customer_summary.hpp"
loyal::EventLog log;
log.add("anna", 0, "purchase", "", 30);
log.add("anna", 14 * loyal::day, "purchase", "", 50);
log.add("anna", 14 * loyal::day + loyal::hour, "purchase", "", 10);  // the same day
log.add("ben", 20 * loyal::day, "purchase", "", 5);
const auto summary = loyal::summarize_customers<double>(log.before(20 * loyal::day + 1));
const auto anna = summary.history.record(0);
if (anna.frequency != 1 || anna.recency != 2 || anna.age != 20 / 7.0) return 1;
if (summary.monetary[0] != 60 || summary.monetary[1] != 0) return 2;
return 0;
}
}
namespace snippet34 {

int run() {
#line 149 "include/loyal/retention/customer_summary.hpp"
loyal::EventLog log;
for (const int d : {0, 10, 20, 34}) log.add("anna", d * loyal::day, "purchase");
const auto split =
    loyal::calibration_holdout<double>(log.before(14 * loyal::day), log.before(34 * loyal::day + 1));
if (split.calibration.history.frequency[0] != 1 || split.holdout_frequency[0] != 2) return 1;
if (split.duration != 3) return 2;
return 0;
}
}
namespace snippet35 {

int run() {
#line 34 "include/loyal/retention/discrete_hazard.hpp"
loyal::Matrix<double> logits = loyal::Matrix<double>::Zero(1, 3);
loyal::Matrix<double> target(1, 3);
target << 0, 1, -1;  // the event in the second interval
const double loss = loyal::mean_loss(loyal::DiscreteHazardLoss{}, logits, target);
if (std::abs(loss - 2 * std::log(2.0)) > 1e-15) return 1;
return 0;
}
}
namespace snippet36 {

int run() {
#line 87 "include/loyal/retention/discrete_hazard.hpp"
const loyal::HazardIntervals intervals({1, 2, 4});  // (0, 1], (1, 2], (2, 4]
const auto target = intervals.targets<double>({1.5, 3}, {1, 0});
if (target(0, 1) != 1 || target(0, 2) != -1 || target(1, 2) != 0) return 1;
const auto s = intervals.survival(loyal::Matrix<double>(loyal::Matrix<double>::Zero(1, 3)), {0.5, 2});
if (s(0, 0) != 0.75 || s(0, 1) != 0.25) return 2;
return 0;
}
}
namespace snippet37 {

int run() {
#line 205 "include/loyal/retention/discrete_hazard.hpp"
const loyal::HazardIntervals intervals({1, 2, 4});
const auto periods = loyal::person_periods(intervals.targets<double>({1.5, 4}, {1, 0}));
if (periods.row.size() != 5 || periods.label[1] != 1) return 1;
return 0;
}
}
namespace snippet38 {

int run() {
#line 39 "include/loyal/retention/gamma_gamma.hpp"
loyal::Rng rng{1};
const loyal::GammaGamma<double> truth{{.p = 6, .q = 4, .v = 15}};
const auto frequency = loyal::Vector<double>::Constant(2000, 3);
loyal::GammaGamma<double> model;
if (!model.fit(frequency, truth.simulate(frequency, rng)).converged()) return 1;
const double shy = model.expected_amount(1, 300);  // one large amount does not make a large customer
if (!(shy > model.mean_amount() && shy < 300)) return 2;
return 0;
}
}
namespace snippet39 {

int run() {
#line 48 "include/loyal/retention/kaplan_meier.hpp"
loyal::KaplanMeier curve;
curve.fit({6, 6, 6, 7, 10}, {1, 1, 0, 1, 0});
if (std::abs(curve.survival(6.5) - 0.6) > 1e-15 || curve.median() != 7) return 1;
if (curve.restricted_mean(7).value != 6 + 0.6) return 2;
return 0;
}
}
namespace snippet40 {

int run() {
#line 44 "include/loyal/retention/lifetime_value.hpp"
const loyal::BGNBD<double> purchases{{.r = 0.24, .alpha = 4.4, .a = 0.79, .b = 2.4}};
loyal::PurchaseHistory<double> history;
history.frequency = loyal::Vector<double>::Constant(1, 2);
history.recency = loyal::Vector<double>::Constant(1, 30);
history.age = loyal::Vector<double>::Constant(1, 39);
const auto value = loyal::lifetime_value(purchases, history, {35.0}, {.periods = 12, .period = 52 / 12.0});
const double sum = 35 * purchases.expected_purchases(52, history)[0];
if (std::abs(value[0] - sum) > 1e-9) return 1;
return 0;
}
}
namespace snippet41 {

int run() {
#line 59 "include/loyal/retention/log_rank.hpp"
const std::vector<std::int32_t> group{0, 0, 1, 1};
const auto test = loyal::log_rank_test({1, 2, 3, 4}, {1, 1, 1, 1}, group);
if (test.observed[0] != 2 || std::abs(test.expected[0] - (2.0 / 4 + 1.0 / 3)) > 1e-15) return 1;
return 0;
}
}
namespace snippet42 {

int run() {
#line 20 "include/loyal/retention/mbg_nbd.hpp"
loyal::Rng rng{1};
const loyal::MBGNBD<double> truth{{.r = 0.5, .alpha = 5, .a = 0.8, .b = 2.5}};
const auto history = truth.simulate(loyal::Vector<double>::Constant(3000, 40), rng);
loyal::MBGNBD<double> model;
if (!model.fit(history).converged()) return 1;
if (!(model.probability_alive(loyal::PurchaseRecord{.age = 39}) < 1)) return 2;
return 0;
}
}
namespace snippet43 {

int run() {
#line 33 "include/loyal/retention/nelson_aalen.hpp"
loyal::NelsonAalen hazard;
hazard.fit({1, 2, 3, 4}, {1, 1, 0, 1});
if (std::abs(hazard.hazard(2.5) - (1.0 / 4 + 1.0 / 3)) > 1e-15) return 1;
return 0;
}
}
namespace snippet44 {

int run() {
#line 283 "include/loyal/retention/pareto_nbd.hpp"
const loyal::ParetoNBD<double> model{{.r = 0.553, .alpha = 10.58, .s = 0.606, .beta = 11.67}};
const loyal::PurchaseRecord customer{.frequency = 2, .recency = 30.43, .age = 38.86};
const double alive = model.probability_alive(customer);
if (alive < 0.868 || alive > 0.870) return 1;
if (model.discounted_purchases(0.003, customer) < model.expected_purchases(39, customer)) return 2;
return 0;
}
}
namespace snippet45 {

int run() {
#line 53 "include/loyal/retention/proportional_hazards.hpp"
loyal::Rng rng{1};
loyal::Matrix<double> x(400, 1);
std::vector<double> time(400), event(400, 1);
for (int i = 0; i < 400; ++i) {  // from time 1/2 on, x does the contrary
  x(i, 0) = i % 2;
  const double rate = std::exp(0.8 * x(i, 0));
  const double h = -std::log(1 - rng.uniform());
  time[std::size_t(i)] = h < rate / 2 ? h / rate : 0.5 + (h - rate / 2) * rate;
}
loyal::CoxRegression<double> model;
model.fit(x, time, event);
if (loyal::proportional_hazards_test(model, x, time, event).global.p_value > 0.01) return 1;
return 0;
}
}
namespace snippet46 {

int run() {
#line 33 "include/loyal/retention/purchase_history.hpp"
loyal::PurchaseHistory<double> history{.frequency = loyal::Vector<double>::Constant(1, 2),
                                       .recency = loyal::Vector<double>::Constant(1, 30.43),
                                       .age = loyal::Vector<double>::Constant(1, 38.86)};
if (history.record(0).recency != 30.43) return 1;
return 0;
}
}
namespace snippet47 {

int run() {
#line 33 "include/loyal/retention/shifted_beta_geometric.hpp"
loyal::ShiftedBetaGeometric<double> model;
const auto& result = model.fit(loyal::ContractHistory::of_survivors({1000, 869, 743, 653, 593, 551, 517, 491}));
if (!result.converged() || std::abs(result.values[0] - 0.668) > 1e-3) return 1;
if (!(model.retention(8) > model.retention(1))) return 2;
return 0;
}
}
namespace snippet48 {

int run() {
#line 44 "include/loyal/text/corpus.hpp"
loyal::TextCorpus corpus{loyal::MemoryTexts({"one line\n\nanother line"}), loyal::WhitespaceTokenizer{}};
std::vector<std::string_view> sentence;
int sentences = 0;
while (corpus.next(sentence)) ++sentences;
if (sentences != 2) return 1;
return 0;
}
}
namespace snippet49 {

int run() {
#line 95 "include/loyal/text/corpus.hpp"
loyal::write_atomically("corpus.txt", [](loyal::FileWriter& out) { out.write("a b\nc\n"); });
auto corpus = loyal::read_corpus("corpus.txt");
const auto words = loyal::build_vocabulary(corpus, {.min_count = 1});
if (words.size() != 3) return 1;
return 0;
}
}
namespace snippet50 {

int run() {
#line 114 "include/loyal/text/corpus.hpp"
auto corpus = loyal::corpus_of({"a text", "another\nof two lines"});
std::vector<std::string_view> sentence;
if (!corpus.next(sentence) || sentence[1] != "text") return 1;
return 0;
}
}
namespace snippet51 {

int run() {
#line 42 "include/loyal/text/line_reader.hpp"
loyal::LineReader lines{loyal::MemoryTexts({"one\r\ntwo", "three"})};
std::string_view line;
int count = 0;
while (lines.next(line)) ++count;
if (count != 3) return 1;
return 0;
}
}
namespace snippet52 {

int run() {
#line 97 "include/loyal/text/phrases.hpp"
auto corpus = loyal::corpus_of({"in new york city", "new york is new", "york was old new york is big"});
loyal::Phrases phrases{{.min_count = 2, .threshold = 0.4, .score = loyal::PhraseScore::npmi}};
phrases.fit(corpus);
loyal::PhraseCorpus joined{corpus, phrases};
std::vector<std::string_view> sentence;
if (!joined.next(sentence) || sentence[1] != "new_york") return 1;
return 0;
}
}
namespace snippet53 {

int run() {
#line 73 "include/loyal/text/text_source.hpp"
loyal::write_atomically("one.txt", [](loyal::FileWriter& out) { out.write("some text"); });
loyal::TextFiles files({"one.txt"});
std::vector<char> room(4);
if (!files.open_next() || files.read(room) != 4 || room[0] != 's') return 1;
return 0;
}
}
namespace snippet54 {

int run() {
#line 142 "include/loyal/text/text_source.hpp"
loyal::MemoryTexts texts({"one text", "another"});
if (!texts.open_next() || texts.name() != "text 0") return 1;
return 0;
}
}
namespace snippet55 {

int run() {
#line 19 "include/loyal/text/tokenizer.hpp"
const auto pairs = [](std::string_view line, std::vector<std::string_view>& words) {
  for (std::size_t i = 0; i < line.size(); i += 2) words.push_back(line.substr(i, 2));
};
auto corpus = loyal::corpus_of({"abcde"}, pairs);
std::vector<std::string_view> sentence;
if (!corpus.next(sentence) || sentence[2] != "e") return 1;
return 0;
}
}
namespace snippet56 {

int run() {
#line 36 "include/loyal/text/tokenizer.hpp"
std::vector<std::string_view> words;
loyal::WhitespaceTokenizer{}(" one\ttwo ", words);
if (words.size() != 2 || words[1] != "two") return 1;
return 0;
}
}
namespace snippet57 {

int run() {
#line 19 "include/loyal/text/unicode.hpp"
if (!loyal::is_word_code(U'é') || !loyal::is_word_code(U'课') || loyal::is_word_code(U'。')) return 1;
return 0;
}
}
namespace snippet58 {

int run() {
#line 40 "include/loyal/text/unicode.hpp"
if (loyal::fold_case(U'É') != U'é' || loyal::fold_case(U'5') != U'5') return 1;
return 0;
}
}
namespace snippet59 {

int run() {
#line 26 "include/loyal/text/unicode_tokenizer.hpp"
loyal::UnicodeTokenizer tokenizer;
std::vector<std::string_view> words;
tokenizer("Élan, 3 课程!", words);
if (words != std::vector<std::string_view>{"élan", "3", "课", "程"}) return 1;
return 0;
}
}
int main(int, char** a) { switch (std::atoi(a[1])) {case 0: return snippet0::run();
case 1: return snippet1::run();
case 2: return snippet2::run();
case 3: return snippet3::run();
case 4: return snippet4::run();
case 5: return snippet5::run();
case 6: return snippet6::run();
case 7: return snippet7::run();
case 8: return snippet8::run();
case 9: return snippet9::run();
case 10: return snippet10::run();
case 11: return snippet11::run();
case 12: return snippet12::run();
case 13: return snippet13::run();
case 14: return snippet14::run();
case 15: return snippet15::run();
case 16: return snippet16::run();
case 17: return snippet17::run();
case 18: return snippet18::run();
case 19: return snippet19::run();
case 20: return snippet20::run();
case 21: return snippet21::run();
case 22: return snippet22::run();
case 23: return snippet23::run();
case 24: return snippet24::run();
case 25: return snippet25::run();
case 26: return snippet26::run();
case 27: return snippet27::run();
case 28: return snippet28::run();
case 29: return snippet29::run();
case 30: return snippet30::run();
case 31: return snippet31::run();
case 32: return snippet32::run();
case 33: return snippet33::run();
case 34: return snippet34::run();
case 35: return snippet35::run();
case 36: return snippet36::run();
case 37: return snippet37::run();
case 38: return snippet38::run();
case 39: return snippet39::run();
case 40: return snippet40::run();
case 41: return snippet41::run();
case 42: return snippet42::run();
case 43: return snippet43::run();
case 44: return snippet44::run();
case 45: return snippet45::run();
case 46: return snippet46::run();
case 47: return snippet47::run();
case 48: return snippet48::run();
case 49: return snippet49::run();
case 50: return snippet50::run();
case 51: return snippet51::run();
case 52: return snippet52::run();
case 53: return snippet53::run();
case 54: return snippet54::run();
case 55: return snippet55::run();
case 56: return snippet56::run();
case 57: return snippet57::run();
case 58: return snippet58::run();
case 59: return snippet59::run();} return 99; }
