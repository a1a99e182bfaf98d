#include <loyal/loyal.hpp>
#include <cstdlib>
#include <iostream>




























































namespace snippet0 {

int run() {
#line 65 "include/loyal/behavior/active_users.hpp"
loyal::EventLog log;
for (const int d : {0, 1, 2, 3}) log.add("anna", d * loyal::day, "visit");
log.add("ben", 1 * loyal::day, "visit");
log.sort();
const auto users = loyal::active_users(log.before(3 * loyal::day + 1), {.week = 2, .month = 3});
if (users.daily.size() != 3 || users.daily[1] != 2 || users.weekly[2] != 2) return 1;
if (!std::isnan(users.weekly[0]) || users.daily_of_monthly()[2] != 0.5) return 2;
return 0;
}
}
namespace snippet1 {

int run() {
#line 56 "include/loyal/behavior/activity_features.hpp"
loyal::EventLog log;
log.add("anna", 0, "visit");
log.add("anna", 8 * loyal::day, "purchase", "course", 49);
log.add("ben", 9 * loyal::day, "visit");
const loyal::ActivityFeatures features{{.windows = {7}, .purchase_kinds = {"purchase"}}};
const auto known = log.before(9 * loyal::day);
const auto x = features.transform<float>(known);
if (x.values(0, x.column("recency")) != 1 || x.values(0, x.column("amount_7d")) != 49)
return 1;
return 0;
}
}
namespace snippet2 {

int run() {
#line 25 "include/loyal/behavior/calendar.hpp"
// Central Europe in 2024: an hour ahead of UTC, two from 31 March 01:00 to 27 October 01:00 UTC.
const auto summer = loyal::to_time({.year = 2024, .month = 3, .day = 31, .hour = 1});
const auto winter = loyal::to_time({.year = 2024, .month = 10, .day = 27, .hour = 1});
const loyal::TimeZone berlin{loyal::hour, {{summer, 2 * loyal::hour}, {winter, loyal::hour}}};
if (berlin.local(summer - 1) != summer + loyal::hour - 1) return 1;
if (berlin.local(summer) != summer + 2 * loyal::hour) return 2;
return 0;
}
}
namespace snippet3 {

int run() {
#line 57 "include/loyal/behavior/calendar.hpp"
const auto zone = loyal::TimeZone::sampled(
    [](loyal::Time at) { return at < 1000 ? 0 : loyal::hour; }, -loyal::day, loyal::day);
if (zone.local(999) != 999 || zone.local(1000) != 1000 + loyal::hour) return 1;
return 0;
}
}
namespace snippet4 {

int run() {
#line 128 "include/loyal/behavior/calendar.hpp"
const loyal::Calendar calendar;
const auto at = loyal::to_time({.year = 2024, .month = 3, .day = 6});  // a Wednesday
if (calendar.name(calendar.number(at, loyal::Period::weekly), loyal::Period::weekly) != "2024-03-04") return 1;
if (calendar.name(calendar.number(at, loyal::Period::monthly), loyal::Period::monthly) != "2024-03") return 2;
return 0;
}
}
namespace snippet5 {

int run() {
#line 63 "include/loyal/behavior/cluster_quality.hpp"
loyal::Matrix<double> x(4, 1);
x << 0, 1, 10, 11;
if (std::abs(loyal::silhouette(x, {0, 0, 1, 1}) - 0.899749) > 1e-6) return 1;
return 0;
}
}
namespace snippet6 {

int run() {
#line 121 "include/loyal/behavior/cluster_quality.hpp"
loyal::Matrix<double> x(4, 1), centers(2, 1);
x << 0, 1, 10, 11;
centers << 0.5, 10.5;
if (std::abs(loyal::simplified_silhouette(x, {0, 0, 1, 1}, centers) - 0.949875) > 1e-6) return 1;
return 0;
}
}
namespace snippet7 {

int run() {
#line 152 "include/loyal/behavior/cluster_quality.hpp"
if (loyal::elbow({100, 40, 12, 10, 9}) != 2) return 1;
return 0;
}
}
namespace snippet8 {

int run() {
#line 286 "include/loyal/behavior/cohort.hpp"
loyal::EventLog log;
for (const int d : {0, 35, 70}) log.add("anna", d * loyal::day, "visit");
log.add("ben", 40 * loyal::day, "visit");
log.add("carl", 90 * loyal::day, "visit");
log.sort();
const auto table = loyal::cohort_table(log.before(90 * loyal::day + 1), {.periods = 2});
if (table.names != std::vector<std::string>{"1970-01", "1970-02", "1970-04"}) return 1;
const auto rate = table.rate();  // January: 1, 1, 1; February: 1, 0, ?; April: all unknown
if (rate(0, 2) != 1 || rate(1, 1) != 0 || !std::isnan(rate(1, 2)) || !std::isnan(rate(2, 0))) return 2;
return 0;
}
}
namespace snippet9 {

int run() {
#line 126 "include/loyal/behavior/funnel.hpp"
loyal::EventLog log;
log.add("anna", 0, "visit");
log.add("anna", 60, "view");
log.add("anna", 90, "purchase");
log.add("ben", 100, "visit");
log.add("ben", 200, "purchase");
const auto known = log.before(201);
const auto funnel = loyal::funnel(known, {.steps = {"visit", "view", "purchase"}, .window = 100});
if (funnel.users[0] != 2 || funnel.users[2] != 1 || funnel.seconds[2][0] != 90) return 1;
return 0;
}
}
namespace snippet10 {

int run() {
#line 44 "include/loyal/behavior/gaussian_mixture.hpp"
loyal::Rng rng{1};
loyal::Matrix<double> x(400, 1);
for (loyal::Index i = 0; i < 400; ++i) x(i, 0) = rng.normal() + (i % 4 == 0 ? 10 : 0);
loyal::GaussianMixture<double> model{{.components = 2}};
model.fit(x);
const double larger = model.weights().maxCoeff();
if (!model.converged() || std::abs(larger - 0.75) > 0.01) return 1;
return 0;
}
}
namespace snippet11 {

int run() {
#line 59 "include/loyal/behavior/growth_accounting.hpp"
loyal::EventLog log;
for (const int w : {0, 1, 3}) log.add("anna", w * loyal::week + 4 * loyal::day, "visit");
log.add("ben", loyal::week + 4 * loyal::day, "visit");
log.add("ben", 6 * loyal::week, "visit");
log.sort();
const auto growth = loyal::growth_accounting(log.before(log.last_time()), {.period = loyal::Period::weekly});
if (growth.joined[1] != 1 || growth.retained[1] != 1 || growth.churned[2] != 2) return 1;
if (growth.resurrected[3] != 1 || growth.dormant()[3] != 1) return 2;
return 0;
}
}
namespace snippet12 {

int run() {
#line 106 "include/loyal/behavior/journey.hpp"
loyal::EventLog log;
log.add("anna", 0, "visit");
log.add("anna", 60, "purchase");
log.add("ben", 100, "visit");
log.add("carl", 9 * loyal::day, "visit");
const auto chain = loyal::journey_chain(log.before(9 * loyal::day + 1), {.goals = {"purchase"}, .gap = loyal::day});
const auto goal = chain.probability_to_end_in(chain.state("(goal)"));
if (goal[chain.state("(start)")] != 0.5) return 1;  // nothing is known yet of how carl goes on
return 0;
}
}
namespace snippet13 {

int run() {
#line 56 "include/loyal/behavior/kmeans.hpp"
loyal::Matrix<double> x(4, 1);
x << 0, 1, 10, 11;
loyal::KMeans<double> model{{.clusters = 2}};
model.fit(x);
if (model.inertia() != 1 || model.labels()[0] == model.labels()[3]) return 1;
return 0;
}
}
namespace snippet14 {

int run() {
#line 34 "include/loyal/behavior/markov_chain.hpp"
loyal::Matrix<double> counts(4, 4);
counts << 0, 10, 0, 0,   0, 0, 5, 5,   0, 0, 0, 0,   0, 0, 0, 0;
const loyal::MarkovChain chain({"start", "trial", "bought", "left"}, counts);
if (chain.probability_to_end_in(chain.state("bought"))[0] != 0.5) return 1;
if (chain.expected_steps()[0] != 2) return 2;
if (chain.removal_effects(0, chain.state("bought"))[1] != 1) return 3;
return 0;
}
}
namespace snippet15 {

int run() {
#line 49 "include/loyal/behavior/rfm.hpp"
loyal::EventLog log;
log.add("anna", 0, "purchase", "course", 30);
log.add("anna", 4 * loyal::day, "purchase", "course", 50);
log.add("ben", 9 * loyal::day, "visit");
const auto table = loyal::rfm<double>(log.before(9 * loyal::day + 1), {.kinds =
{"purchase"}}); if (table.users.size() != 1 || table.values(0, 1) != 2 || table.values(0, 2)
!= 40) return 1;
return 0;
}
}
namespace snippet16 {

int run() {
#line 112 "include/loyal/behavior/rfm.hpp"
loyal::Vector<double> recency(5);
recency << 3, 100, 7, 30, 1;
const auto scores = loyal::rank_scores(recency, 5, false);
if (scores != std::vector<int>{4, 1, 3, 2, 5}) return 1;
return 0;
}
}
namespace snippet17 {

int run() {
#line 140 "include/loyal/behavior/rfm.hpp"
loyal::EventLog log;
log.add("anna", 0, "purchase", "", 30);
log.add("ben", loyal::day, "purchase", "", 90);
const auto scores = loyal::rfm_scores(loyal::rfm<float>(log.before(loyal::day + 1)), 2);
if (scores(0, 0) != 1 || scores(1, 0) != 2 || scores(1, 2) != 2) return 1;
return 0;
}
}
namespace snippet18 {

int run() {
#line 22 "include/loyal/behavior/session.hpp"
loyal::EventLog log;
for (const loyal::Time t : {0, 10, 30, 100}) log.add("anna", t * loyal::minute, "visit");
const auto known = log.before(100 * loyal::minute + 1);
const auto sessions = loyal::split_sessions(known.of_user(0));
if (sessions.size() != 2 || sessions[0].size() != 3) return 1;
return 0;
}
}
namespace snippet19 {

int run() {
#line 40 "include/loyal/behavior/step_matrix.hpp"
loyal::EventLog log;
log.add("anna", 0, "visit");
log.add("anna", 60, "purchase");
log.add("ben", 100, "visit");
log.add("carl", 9 * loyal::day, "visit");
const auto m = loyal::step_matrix(log.before(9 * loyal::day + 1), {.journey = {.gap = loyal::day}, .steps = 2});
if (m.known[0] != 3 || m.known[1] != 2 || m.share(0, 0) != 1 || m.share(2, 1) != 0.5) return 1;
return 0;
}
}
namespace snippet20 {

int run() {
#line 32 "include/loyal/behavior/streak.hpp"
loyal::StreakCounter days{{.cutoff = 10 * loyal::day}};
for (const loyal::Time d : {2, 3, 4, 8, 9}) days.add(d * loyal::day);
if (days.streaks() != loyal::Streaks{.current = 2, .longest = 3, .active = 5}) return 1;
return 0;
}
}
namespace snippet21 {

int run() {
#line 79 "include/loyal/behavior/streak.hpp"
loyal::EventLog log;
for (const loyal::Time d : {1, 2, 3}) log.add("anna", d * loyal::day, "visit");
const auto known = log.before(3 * loyal::day + 1);
if (loyal::count_streaks(known.of_user(0), {.cutoff = known.cutoff()}).current != 3) return
1;
return 0;
}
}
namespace snippet22 {

int run() {
#line 81 "include/loyal/campaign/campaign_plan.hpp"
loyal::Vector<double> p(3);
p << 0.9, 0.01, 0.4;
const auto plan = loyal::plan_campaign(loyal::RetentionOffer{}, p, 200.0);
if (plan.customers != std::vector<loyal::Index>{0, 2} || plan.roi() < 0) return 1;
return 0;
}
}
namespace snippet23 {

int run() {
#line 157 "include/loyal/campaign/campaign_plan.hpp"
loyal::Vector<double> p(4), left(4);
p << 0.8, 0.1, 0.6, 0.05;
left << 1, 0, 0, 0;
const auto curve = loyal::profit_curve(loyal::RetentionOffer{}, p, left, 200.0);
if (curve.best_expected() != 2 || curve.best_realized() != 1) return 1;
return 0;
}
}
namespace snippet24 {

int run() {
#line 97 "include/loyal/campaign/maximum_profit.hpp"
loyal::Vector<double> score(4), left(4);
score << 0.9, 0.7, 0.3, 0.2;
left << 1, 1, 0, 0;
const auto best = loyal::maximum_profit(loyal::RetentionOffer{}, score, left, 200);
if (best.threshold != 0.7 || best.fraction != 0.5) return 1;
return 0;
}
}
namespace snippet25 {

int run() {
#line 139 "include/loyal/campaign/maximum_profit.hpp"
loyal::Vector<double> score(8), left(8);
score << .1, .2, .3, .4, .5, .7, .8, .9;
left << 0, 1, 0, 1, 0, 1, 0, 1;
const auto empc = loyal::expected_maximum_profit(score, left);
if (empc.profit < 23.8755 || empc.profit > 23.8756) return 1;
return 0;
}
}
namespace snippet26 {

int run() {
#line 18 "include/loyal/campaign/roi.hpp"
if (loyal::roi(300, 200) != 0.5) return 1;
return 0;
}
}
namespace snippet27 {

int run() {
#line 45 "include/loyal/campaign/roi.hpp"
const loyal::RetentionOffer offer{{.contact_cost = 1, .incentive_cost = 10, .acceptance =
0.3}}; const double worth = offer.profit(0.5, 200);  // 0.15 * 200 - 1 - 10 * (0.15 + 0.5)
if (worth < 22.499 || worth > 22.501) return 1;
if (offer.profit(offer.break_even(200), 200) > 1e-9) return 1;
return 0;
}
}
namespace snippet28 {

int run() {
#line 76 "include/loyal/core/distributions.hpp"
loyal::Rng rng{1};
if (!(loyal::draw_exponential(rng, 0.5) >= 0)) return 1;
return 0;
}
}
namespace snippet29 {

int run() {
#line 88 "include/loyal/core/distributions.hpp"
loyal::Rng rng{1};
if (!(loyal::draw_gamma(rng, 2.5, 10) > 0)) return 1;
return 0;
}
}
namespace snippet30 {

int run() {
#line 100 "include/loyal/core/distributions.hpp"
loyal::Rng rng{1};
const double share = loyal::draw_beta(rng, 6, 14);
if (share < 0 || share > 1) return 1;
return 0;
}
}
namespace snippet31 {

int run() {
#line 117 "include/loyal/core/distributions.hpp"
loyal::Rng rng{1};
if (loyal::draw_poisson(rng, 3.2) < 0 || loyal::draw_poisson(rng, 0) != 0) return 1;
return 0;
}
}
namespace snippet32 {

int run() {
#line 132 "include/loyal/core/distributions.hpp"
loyal::Rng rng{1};
if (loyal::draw_geometric(rng, 1.0) != 0) return 1;
return 0;
}
}
namespace snippet33 {

int run() {
#line 146 "include/loyal/core/distributions.hpp"
loyal::Rng rng{1};
const double weights[]{0, 3, 1};
if (loyal::draw_categorical(rng, weights) == 0) return 1;
return 0;
}
}
namespace snippet34 {

int run() {
#line 61 "include/loyal/core/file.hpp"
loyal::write_atomically("bytes.txt", [](loyal::FileWriter& out) { out.write("abc"); });
const loyal::MappedFile file("bytes.txt");
if (file.bytes().size() != 3 || file.bytes()[0] != std::byte{'a'}) return 1;
return 0;
}
}
namespace snippet35 {

int run() {
#line 204 "include/loyal/core/file.hpp"
loyal::write_atomically("note.txt", [](loyal::FileWriter& out) { out.write("kept"); });
try {
  loyal::write_atomically("note.txt", [](loyal::FileWriter& out) {
    out.write("lost");
    throw loyal::DataError("changed my mind");
  });
} catch (const loyal::DataError&) {
}
if (loyal::read_text("note.txt") != "kept") return 1;
return 0;
}
}
namespace snippet36 {

int run() {
#line 49 "include/loyal/core/half.hpp"
if (loyal::to_half(1.0) != 0x3C00 || loyal::to_half(1e6) != 0x7C00) return 1;
return 0;
}
}
namespace snippet37 {

int run() {
#line 56 "include/loyal/core/half.hpp"
if (loyal::to_bfloat16(1.0) != 0x3F80) return 1;
return 0;
}
}
namespace snippet38 {

int run() {
#line 139 "include/loyal/core/model_file.hpp"
loyal::Sequential network{loyal::Dense<float>{4, 3}, loyal::ReLU{}, loyal::Dense<float>{3, 1}};
loyal::save_parameters("network.safetensors", network);
auto copy = network;
loyal::Rng rng{9};
loyal::initialize(copy, rng);
if (copy == network) return 1;
loyal::load_parameters("network.safetensors", copy);
if (!(copy == network)) return 2;
return 0;
}
}
namespace snippet39 {

int run() {
#line 333 "include/loyal/core/npy.hpp"
const loyal::Matrix<float> x = loyal::Matrix<float>::Identity(2, 3);
loyal::write_npy("x.npy", x);
if (loyal::read_npy<loyal::Matrix<double>>("x.npy") != x.cast<double>()) return 1;
return 0;
}
}
namespace snippet40 {

int run() {
#line 91 "include/loyal/core/npz.hpp"
loyal::NpzWriter writer;
writer.add("rates", loyal::Vector<double>{{0.5, 2.0}});
writer.write("rates.npz");
const loyal::Npz file("rates.npz");
if (file.read<loyal::Vector<float>>("rates")[1] != 2) return 1;
return 0;
}
}
namespace snippet41 {

int run() {
#line 193 "include/loyal/core/parallel.hpp"
std::vector<double> squares(1000);
loyal::parallel_for(1000, {.grain = 100}, [&](loyal::Index begin, loyal::Index end) {
  for (auto i = begin; i < end; ++i) squares[static_cast<std::size_t>(i)] = double(i) * double(i);
});
if (squares[999] != 998001) return 1;
return 0;
}
}
namespace snippet42 {

int run() {
#line 223 "include/loyal/core/parallel.hpp"
const double sum = loyal::parallel_reduce(
    1000, {.grain = 64}, 0.0,
    [](loyal::Index begin, loyal::Index end) {
      double part = 0;
      for (auto i = begin; i < end; ++i) part += 1.0 / double(i + 1);
      return part;
    },
    [](double a, double b) { return a + b; });
if (sum < 7.48 || sum > 7.49) return 1;
return 0;
}
}
namespace snippet43 {

int run() {
#line 127 "include/loyal/core/parameters.hpp"
const loyal::Vector<double> weight = loyal::Vector<double>::Ones(3);
double sum = 0;
loyal::for_each_parameter([&](const loyal::Leaf&, const auto& w) { sum += w.sum(); }, weight);
if (sum != 3) return 1;
return 0;
}
}
namespace snippet44 {

int run() {
#line 33 "include/loyal/core/progress.hpp"
loyal::ProgressCallback five = [](const loyal::Progress& p) { return p.step < 5; };
loyal::ProgressCallback none;
if (five({.what = "epoch", .step = 5}) || !none({})) return 1;
return 0;
}
}
namespace snippet45 {

int run() {
#line 87 "include/loyal/core/random.hpp"
loyal::Rng rng{42};
const double u = rng.uniform();    // [0, 1)
const auto die = 1 + rng.below(6);
const bool fine = u < 1 && die <= 6;
if (!fine) return 1;
return 0;
}
}
namespace snippet46 {

int run() {
#line 40 "include/loyal/core/safetensors.hpp"
const std::vector<float> weight{1, 2, 3, 4, 5, 6};
loyal::SafetensorsWriter writer;
writer.add("weight", {2, 3}, weight);
writer.write("weights.safetensors");
const loyal::Safetensors file("weights.safetensors");
if (file.info("weight").shape != std::vector<loyal::Index>{2, 3}) return 1;
if (file.read<double>("weight")[5] != 6) return 1;
return 0;
}
}
namespace snippet47 {

int run() {
#line 235 "include/loyal/core/safetensors.hpp"
const std::vector<double> bias{0.5, -2};
loyal::SafetensorsWriter writer;
writer.add("bias", {2}, bias, loyal::DType::BF16);
writer.set_metadata("format", "pt");
writer.write("small.safetensors");
if (loyal::Safetensors("small.safetensors").read<float>("bias")[1] != -2) return 1;
return 0;
}
}
namespace snippet48 {

int run() {
#line 20 "include/loyal/core/sparse_rows.hpp"
loyal::SparseRows<double> gradient(1000, 2);
gradient.row(7) += loyal::RowVector<double>::Ones(2);
gradient.row(7) += loyal::RowVector<double>::Ones(2);
if (gradient.touched().size() != 1 || gradient.dense()(7, 1) != 2) return 1;
return 0;
}
}
namespace snippet49 {

int run() {
#line 41 "include/loyal/core/string_hash.hpp"
if (loyal::string_hash("course 7") == loyal::string_hash("course 8")) return 1;
return 0;
}
}
namespace snippet50 {

int run() {
#line 26 "include/loyal/core/terminal_progress.hpp"
loyal::ProgressCallback bar = loyal::TerminalProgress{{.stream = stdout}};
for (int epoch = 1; epoch <= 3; ++epoch)
  if (!bar({.what = "epoch", .step = epoch, .total = 3, .seconds = 1.0 * epoch, .value =
  0.5})) break;
return 0;
}
}
namespace snippet51 {

int run() {
#line 66 "include/loyal/data/adjacency_lines.hpp"
loyal::write_atomically("train.txt", [](loyal::FileWriter& out) { out.write("0 2 1\n1 0\n"); });
loyal::write_atomically("test.txt", [](loyal::FileWriter& out) { out.write("1 3\n"); });
const std::vector<std::string> paths{"train.txt", "test.txt"};
const auto parts = loyal::read_adjacency_lines(paths);
if (parts[0].items_of(0)[1] != 2 || parts[0].items() != 4 || parts[1].size() != 1) return 1;
return 0;
}
}
namespace snippet52 {

int run() {
#line 98 "include/loyal/data/csv.hpp"
auto csv = loyal::CsvReader::of_text("who,paid\nanna,\"1,5\"\nben,2\n");
const auto who = csv.column("who");
std::size_t rows = 0;
while (csv.next()) rows += csv[who].empty() ? 0 : 1;
if (rows != 2 || csv.line() != 3) return 1;
return 0;
}
}
namespace snippet53 {

int run() {
#line 18 "include/loyal/data/csv_write.hpp"
std::string row;
loyal::append_csv_field(row, "say \"hello\", twice", {});
if (row != "\"say \"\"hello\"\", twice\"") return 1;
return 0;
}
}
namespace snippet54 {

int run() {
#line 204 "include/loyal/data/encoder_file.hpp"
const loyal::Standardizer a{{1.5, -2.0}, {0.1, 3.0}};
const auto b = loyal::from_json<loyal::Standardizer>(loyal::to_json(a));
if (a != b) return 1;
return 0;
}
}
namespace snippet55 {

int run() {
#line 260 "include/loyal/data/encoder_file.hpp"
const loyal::FeatureHasher hasher{{.columns = 100}};
loyal::save_encoder("hasher.json", hasher);
if (loyal::load_encoder<loyal::FeatureHasher>("hasher.json") != hasher) return 1;
return 0;
}
}
namespace snippet56 {

int run() {
#line 142 "include/loyal/data/event_csv.hpp"
const auto log = loyal::parse_event_log("id,when\nanna,2024-01-02\nben,2024-01-01\n",
                                        {.user = "id", .time = "when"});
if (log.size() != 2 || log.users().name(log.events()[0].user) != "ben") return 1;
return 0;
}
}
namespace snippet57 {

int run() {
#line 163 "include/loyal/data/event_csv.hpp"
loyal::EventLog log;
log.add("anna", 0, "purchase", "course, advanced", 19.5);
loyal::write_event_log("events.csv", log);
if (loyal::read_event_log("events.csv", loyal::written_event_columns()) != log) return 1;
return 0;
}
}
namespace snippet58 {

int run() {
#line 87 "include/loyal/data/event_log.hpp"
loyal::EventLog log;
log.add("anna", 10, "visit");
log.add("ben", 20, "purchase", "course", 99.0);
log.add("anna", 30, "visit");
const auto known = log.before(30);
if (known.events().size() != 2 || known.of_user(log.users().at("anna")).size() != 1) return
1;
return 0;
}
}
namespace snippet59 {

int run() {
#line 173 "include/loyal/data/event_log.hpp"
loyal::EventLog log;
log.add("anna", 2 * loyal::day, "purchase", "C++ in a week", 49.0);
log.add("ben", 1 * loyal::day, "visit");
log.sort();
if (log.size() != 2 || log.first_time() != loyal::day) return 1;
if (log.users().name(log.events()[1].user) != "anna") return 1;
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
