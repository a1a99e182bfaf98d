#include <loyal/loyal.hpp>
#include <cstdlib>
#include <iostream>










namespace snippet0 {

int run() {
#line 81 "docs/report.md"
loyal::Matrix<double> kept(2, 3);
kept << 1, 0.6, 0.4, 1, 0.7, NAN;
const loyal::HeatMap cohorts{.title = "Cohorts", .row_label = "first month", .column_label = "months later",
                             .rows = {"May", "June"}, .columns = {"0", "1", "2"}, .values = kept,
                             .format = {.notation = loyal::Notation::percent}};
const loyal::BarChart funnel{.title = "Funnel", .names = {"visit", "trial", "paid"}, .values = {900, 120, 30}};
loyal::HtmlReport report("Spring");
report.figure(cohorts).figure(funnel);

return 0;
}
}
namespace snippet1 {

int run() {
#line 108 "docs/report.md"
const auto platform = loyal::PlatformSimulator{{.users = 100, .days = 200}}.run();
const auto known = platform.log.before(platform.log.last_time() + 1);
const auto cohorts = loyal::cohort_table(known, {.periods = 4});
loyal::HtmlReport report("What users do");
report.figure(loyal::retention_plot({"all"}, {cohorts.curve()})).figure(loyal::cohort_heat_map(cohorts));
report.figure(loyal::growth_plot(loyal::growth_accounting(known)));
report.figure(loyal::journey_graph(loyal::journey_chain(known, {.goals = {"purchase"}})));
if (report.html().size() < 10000) return 1;

return 0;
}
}
namespace snippet2 {

int run() {
#line 8 "docs/simulator.md"
const loyal::PlatformSimulator simulator{{.users = 100, .courses = 40, .days = 120, .seed = 7}};
const auto [log, truth] = simulator.run();
if (log.users().name(3) != "u3" || truth.users.size() != 100 || truth.courses.size() != 40) return 1;
if (!(simulator.run().log == log)) return 1;

return 0;
}
}
namespace snippet3 {

int run() {
#line 68 "docs/simulator.md"
const auto truth = loyal::PlatformSimulator{{.users = 200,
                                             .days = 200,
                                             .record_weeks = true,
                                             .hazard = {.coefficients = {.unresolved_tickets = 2}}}}
                       .run()
                       .truth;
double expected = 0, seen = 0;
for (const auto& w : truth.weeks) {
  expected += w.hazard;
  seen += w.left;
}
if (seen < 0.5 * expected || seen > 2 * expected) return 1;

return 0;
}
}
namespace snippet4 {

int run() {
#line 88 "docs/simulator.md"
loyal::PlatformSimulator::Options world{.users = 500, .days = 200, .campaign_day = 120, .campaign_share = 0};
const auto without = loyal::PlatformSimulator{world}.run().truth;
world.campaign_share = 1;
const auto with = loyal::PlatformSimulator{world}.run().truth;
int saved = 0;
for (std::size_t u = 0; u < 500; ++u)
  saved += (without.users[u].left != loyal::SimulatedUser::never) -
           (with.users[u].left != loyal::SimulatedUser::never);
if (saved <= 0) return 1;

return 0;
}
}
namespace snippet5 {

int run() {
#line 17 "docs/survival.md"
loyal::KaplanMeier curve;
curve.fit({6, 6, 6, 7, 10, 13}, {1, 1, 0, 1, 0, 1});
const auto at = curve.at(7);  // low, estimate, high
if (at.low > at.estimate || at.estimate > at.high) return 1;
if (curve.median() != 7) return 2;                     // quantile(0.5) has an interval, too
const auto mean = curve.restricted_mean(12);           // of min(time, 12), with its standard error
if (mean.value < 6 || mean.value > 12) return 3;

return 0;
}
}
namespace snippet6 {

int run() {
#line 36 "docs/survival.md"
const std::vector<std::int32_t> plan{0, 0, 0, 1, 1, 1};
const auto test = loyal::log_rank_test({2, 3, 5, 8, 9, 9}, {1, 1, 1, 1, 0, 0}, plan);
if (test.p_value > 0.05 || test.observed[0] != 3) return 1;
const auto early = loyal::log_rank_test({2, 3, 5, 8, 9, 9}, {1, 1, 1, 1, 0, 0}, plan, {},
                                        {.weight = loyal::LogRankWeight::wilcoxon});
if (early.degrees != 1) return 2;

return 0;
}
}
namespace snippet7 {

int run() {
#line 56 "docs/survival.md"
loyal::Rng rng{3};
loyal::Matrix<double> x(400, 2);  // visits a week, discount
std::vector<double> time, event;
for (int i = 0; i < 400; ++i) {
  x(i, 0) = rng.normal();
  x(i, 1) = i % 2;
  const double leaves = loyal::draw_exponential(rng, 0.1 * std::exp(-0.8 * x(i, 0) + 0.4 * x(i, 1)));
  time.push_back(std::min(leaves, 12.0));
  event.push_back(leaves <= 12 ? 1 : 0);
}
loyal::CoxRegression<double> cox;
cox.fit(x, time, event);
if (!cox.converged()) return 1;
const auto visits = cox.table()[0];  // estimate, standard error, z, p-value, interval
if (visits.low > -0.8 || visits.high < -0.8) return 2;
const auto stays = cox.survival(x, {3, 6, 12});  // 400 x 3
if (stays(0, 2) > stays(0, 0)) return 3;
const auto proportional = loyal::proportional_hazards_test(cox, x, time, event);
if (proportional.global.p_value < 0.01) return 4;  // coefficients do not change with time

return 0;
}
}
namespace snippet8 {

int run() {
#line 95 "docs/survival.md"
loyal::Rng rng{4};
loyal::Matrix<double> x(300, 1);
std::vector<double> time;
for (int i = 0; i < 300; ++i) {
  x(i, 0) = rng.normal();
  time.push_back(std::exp(3 + 0.5 * x(i, 0) + 0.4 * rng.normal()));
}
loyal::AFTRegression<double> aft{{.distribution = loyal::TimeDistribution::log_normal}};
aft.fit(x, time, std::vector<int>(300, 1));
if (std::abs(aft.scale() - 0.4) > 0.1 || aft.table()[0].p_value > 1e-6) return 1;
if (aft.expected(x)[0] < aft.quantile(x)[0]) return 2;  // the mean lies above the median

return 0;
}
}
namespace snippet9 {

int run() {
#line 116 "docs/survival.md"
loyal::Rng rng{5};
loyal::Matrix<float> x(400, 2);
std::vector<double> time;
for (int i = 0; i < 400; ++i) {
  x(i, 0) = rng.normal<float>(), x(i, 1) = rng.normal<float>();
  time.push_back(loyal::draw_exponential(rng, std::exp(x(i, 0) * x(i, 1))));  // no line says who leaves
}
const std::vector<int> event(400, 1);
const auto intervals = loyal::HazardIntervals::by_events(time, event, 8);
loyal::Sequential network{loyal::Dense<float>{2, 32}, loyal::ReLU{}, loyal::Dense<float>{32, 8}};
loyal::initialize(network, rng);
loyal::train(network, loyal::DiscreteHazardLoss{}, loyal::Adam{{.learning_rate = 1e-2}},
             loyal::Dataset{x, intervals.targets<float>(time, event)}, {.epochs = 30, .batch_size = 64});
const auto stays = intervals.survival(loyal::predict(network, x), {0.5, 1});
const loyal::Vector<float> risk = -stays.col(1);
if (loyal::concordance(time, event, risk).value() < 0.6) return 1;

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
case 9: return snippet9::run();} return 99; }
