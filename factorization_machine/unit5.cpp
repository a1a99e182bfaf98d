#include <loyal/loyal.hpp>
#include <cstdlib>
#include <iostream>




























































namespace snippet0 {

int run() {
#line 36 "include/loyal/text/vocabulary.hpp"
loyal::Vocabulary words;
words.add("course", 30);
words.add("lesson", 10);
if (words.id("lesson") != 1 || words.id("unknown") != -1 || words.total() != 40) return 1;
if (words.word(0) != "course" || words.count(0) != 30) return 2;
return 0;
}
}
namespace snippet1 {

int run() {
#line 240 "include/loyal/text/vocabulary.hpp"
const std::vector<std::string> texts{"a b a", "c a b"};
auto corpus = loyal::corpus_of(texts);
const auto words = loyal::build_vocabulary(corpus, {.min_count = 2});
if (words.size() != 2 || words.count(words.id("a")) != 3) return 1;
return 0;
}
}
namespace snippet2 {

int run() {
#line 29 "include/loyal/train/batch_gradient.hpp"
const loyal::Sequential network{loyal::Dense<double>{3, 1}};
const loyal::Dataset data{loyal::Matrix<double>::Ones(5000, 3).eval(), loyal::Matrix<double>::Zero(5000, 1).eval()};
std::vector<loyal::Index> samples(4000);
for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<loyal::Index>(i);
loyal::BatchGradient<loyal::Sequential<loyal::Dense<double>>, loyal::Matrix<double>, loyal::Matrix<double>> of;
auto gradient = loyal::zero_gradient(network);
loyal::Pass pass{.training = true};
const double loss = of(network, loyal::SquaredError{}, data, samples, pass, gradient);
if (!(loss >= 0) || of.total_weight() != 4000) return 1;
return 0;
}
}
namespace snippet3 {

int run() {
#line 42 "include/loyal/train/cross_validation.hpp"
const auto cv = loyal::cross_validate(loyal::k_fold(10, 5, 1), [](const auto& train, const auto& test) {
  return double(train.size() + test.size());
});
if (cv.scores.size() != 5 || cv.mean() != 10 || cv.deviation() != 0) return 1;
return 0;
}
}
namespace snippet4 {

int run() {
#line 73 "include/loyal/train/dataset.hpp"
const loyal::Dataset data{loyal::Matrix<float>::Ones(10, 3).eval(), loyal::Matrix<float>::Zero(10, 1).eval()};
if (data.size() != 10) return 1;
return 0;
}
}
namespace snippet5 {

int run() {
#line 97 "include/loyal/train/dataset.hpp"
const loyal::Dataset data{loyal::Matrix<float>::Ones(10, 3).eval(), loyal::Matrix<float>::Zero(10, 1).eval()};
const std::vector<loyal::Index> some{1, 5};
if (loyal::select(data, some).size() != 2) return 1;
return 0;
}
}
namespace snippet6 {

int run() {
#line 29 "include/loyal/train/isotonic.hpp"
loyal::IsotonicRegression isotonic;
isotonic.fit({1, 2, 3, 4}, {0, 2, 1, 5});
if (isotonic.predict(2.0) != 1.5 || isotonic.predict(3.5) != 3.25 || isotonic.predict(9.0)
!= 5) return 1;
return 0;
}
}
namespace snippet7 {

int run() {
#line 36 "include/loyal/train/logistic_regression.hpp"
loyal::Matrix<double> x(6, 1);
x << -2, -1, -0.5, 0.5, 1, 2;
loyal::LogisticRegression<double> model;
model.fit(x, {0, 0, 1, 0, 1, 1});
if (!model.converged() || model.coefficients()[0] <= 0) return 1;
return 0;
}
}
namespace snippet8 {

int run() {
#line 32 "include/loyal/train/mlp_classifier.hpp"
loyal::Rng rng{1};
loyal::Matrix<float> x(400, 2);
std::vector<int> labels(400);
for (int i = 0; i < 400; ++i) {
  x(i, 0) = rng.normal<float>(), x(i, 1) = rng.normal<float>();
  labels[std::size_t(i)] = x(i, 0) * x(i, 1) > 0;  // no line tells them apart
}
loyal::MLPClassifier<float> model{{.epochs = 60, .learning_rate = 0.01}};
model.fit(x, labels);
int right = 0;
const auto p = model.predict_proba(x);
for (int i = 0; i < 400; ++i) right += (p[i] > 0.5) == (labels[std::size_t(i)] == 1);
if (right < 340) return 1;
return 0;
}
}
namespace snippet9 {

int run() {
#line 43 "include/loyal/train/permutation_importance.hpp"
const loyal::Matrix<double> x = loyal::Matrix<double>::Random(50, 2);
const loyal::Vector<double> y = x.col(0);
const auto importance = loyal::permutation_importance(
    [&](const loyal::Matrix<double>& seen) { return -(seen.col(0) - y).squaredNorm(); }, x);
if (importance.mean[0] <= 0 || importance.mean[1] != 0) return 1;
return 0;
}
}
namespace snippet10 {

int run() {
#line 28 "include/loyal/train/platt.hpp"
const std::vector<double> scores{-2, -1, -0.5, 0.5, 1, 2};
const std::vector<int> labels{0, 0, 1, 0, 1, 1};
loyal::PlattScaling platt;
platt.fit(scores, labels);
if (platt.predict_proba(2.0) < 0.6 || platt.predict_proba(-2.0) > 0.4) return 1;
return 0;
}
}
namespace snippet11 {

int run() {
#line 49 "include/loyal/train/shapley.hpp"
const loyal::Matrix<double> x{{3, 1}};
const loyal::Matrix<double> background{{1, 1}, {1, 3}};
const loyal::Vector<double> w{{2, -1}};
const auto parts = loyal::linear_shapley(w, x, background);
if (parts.contribution(0, 0) != 4 || parts.contribution(0, 1) != 1) return 1;
return 0;
}
}
namespace snippet12 {

int run() {
#line 87 "include/loyal/train/shapley.hpp"
const auto score = [](const loyal::Matrix<double>& rows) {
  return loyal::Vector<double>(rows.col(0).cwiseProduct(rows.col(1)));
};
const loyal::Matrix<double> x{{2, 3}};
const loyal::Matrix<double> background{{0, 0}};
const auto parts = loyal::sampled_shapley(score, x, background, {.permutations = 8});
if (parts.contribution(0, 0) != 3 || parts.contribution(0, 1) != 3) return 1;  // 6, shared equally
return 0;
}
}
namespace snippet13 {

int run() {
#line 149 "include/loyal/train/trainer.hpp"
const loyal::Sequential network{loyal::Dense<float>{3, 1}};
const loyal::Dataset data{loyal::Matrix<float>::Zero(10, 3).eval(), loyal::Matrix<float>::Ones(10, 1).eval()};
if (loyal::mean_loss(network, loyal::SquaredError{}, data) != 1) return 1;
return 0;
}
}
namespace snippet14 {

int run() {
#line 190 "include/loyal/train/trainer.hpp"
loyal::Sequential network{loyal::Dense<double>{2, 8}, loyal::Tanh{}, loyal::Dense<double>{8, 1}};
loyal::Matrix<double> inputs(4, 2), labels(4, 1);
inputs << 0, 0, 0, 1, 1, 0, 1, 1;
labels << 0, 1, 1, 0;
const auto history = loyal::train(network, loyal::BinaryCrossEntropy{}, loyal::Adam{{.learning_rate = 0.05}},
                                  {inputs, labels}, {.epochs = 500, .batch_size = 4});
if (history.epochs.back().training_loss > 0.05) return 1;
return 0;
}
}
namespace snippet15 {

int run() {
#line 16 "docs/behavior.md"
loyal::EventLog log;
log.add("anna", 0 * loyal::day, "purchase", "course 1", 30);
log.add("ben", 1 * loyal::day, "visit");
log.add("anna", 6 * loyal::day, "purchase", "course 2", 50);
log.add("anna", 9 * loyal::day, "visit");
const auto known = log.before(8 * loyal::day);  // the visit on day 9 is out of reach
const auto table = loyal::rfm<double>(known, {.kinds = {"purchase"}});
if (table.values(0, table.column("recency")) != 2) return 1;

return 0;
}
}
namespace snippet16 {

int run() {
#line 55 "docs/behavior.md"
loyal::EventLog log;
for (const int d : {1, 2, 3, 5, 6}) log.add("anna", d * loyal::day + loyal::hour, "lesson");
const auto known = log.before(6 * loyal::day + loyal::hour + 1);
const auto streaks = loyal::count_streaks(known.of_user(0), {.cutoff = known.cutoff()});
if (streaks.current != 2 || streaks.longest != 3 || streaks.active != 5) return 1;
if (loyal::split_sessions(known.of_user(0)).size() != 5) return 1;

return 0;
}
}
namespace snippet17 {

int run() {
#line 71 "docs/behavior.md"
const auto summer = loyal::to_time({.year = 2024, .month = 3, .day = 31, .hour = 1});
const loyal::Calendar berlin{{.zone = loyal::TimeZone{loyal::hour, {{summer, 2 * loyal::hour}}}}};
const auto sunday = berlin.number(summer, loyal::Period::daily);
const auto length = berlin.start(sunday + 1, loyal::Period::daily) - berlin.start(sunday, loyal::Period::daily);
if (length != 23 * loyal::hour) return 1;

return 0;
}
}
namespace snippet18 {

int run() {
#line 109 "docs/behavior.md"
loyal::EventLog log;
for (const int d : {0, 35, 70}) log.add("anna", d * loyal::day, "visit");
log.add("ben", 40 * loyal::day, "visit");
log.add("carl", 90 * loyal::day, "visit");
log.sort();
const auto known = log.before(90 * loyal::day + 1);
const auto table = loyal::cohort_table(known, {.periods = 2});  // January, February, April 1970
if (table.rate()(0, 2) != 1 || !std::isnan(table.rate()(2, 1))) return 1;
if (table.curve().rate[1] != 0.5) return 2;  // anna came in the month after, ben did not
const auto strict = loyal::cohort_table(known, {.clock = loyal::CohortClock::since_entry, .step = loyal::Period::weekly, .periods = 5});
if (strict.retained(0, 5) != 1) return 3;  // day 35 begins week 5

return 0;
}
}
namespace snippet19 {

int run() {
#line 144 "docs/behavior.md"
loyal::EventLog log;
log.add("anna", 0, "visit");
log.add("anna", 600, "purchase");
log.add("ben", 700, "visit");
log.add("carl", 2 * loyal::day, "visit");
const auto known = log.before(2 * loyal::day + 1);
const auto funnel = loyal::funnel(known, {.steps = {"visit", "purchase"}, .window = loyal::day});
if (funnel.conversion()[1] != 0.5 || funnel.dropped()[0] != 1) return 1;  // carl's window is still open
if (loyal::median(funnel.seconds[1]) != 600) return 2;

return 0;
}
}
namespace snippet20 {

int run() {
#line 168 "docs/behavior.md"
loyal::Matrix<double> counts(4, 4);
counts << 0, 10, 0, 0, 0, 0, 5, 5, 0, 0, 0, 0, 0, 0, 0, 0;
const loyal::MarkovChain chain({"start", "trial", "bought", "left"}, counts);
if (chain.probability_to_end_in(chain.state("bought"))[0] != 0.5) return 1;
if (chain.attribution(0, chain.state("bought"))[chain.state("trial")] != 1) return 2;

return 0;
}
}
namespace snippet21 {

int run() {
#line 187 "docs/behavior.md"
loyal::Rng rng{1};
loyal::Matrix<double> x(300, 2);
for (loyal::Index i = 0; i < 300; ++i) x.row(i) << rng.normal() + 9 * (i % 3), rng.normal();
std::vector<double> quality, bic;
for (int k = 2; k <= 5; ++k) {
  loyal::KMeans<double> clusters{{.clusters = k}};
  clusters.fit(x);
  quality.push_back(loyal::simplified_silhouette(x, clusters.labels(), clusters.centers()));
  loyal::GaussianMixture<double> mixture{{.components = k, .covariance = loyal::Covariance::diagonal}};
  mixture.fit(x);
  bic.push_back(mixture.bic());
}
if (std::max_element(quality.begin(), quality.end()) - quality.begin() != 1) return 1;  // three
if (std::min_element(bic.begin(), bic.end()) - bic.begin() != 1) return 2;

return 0;
}
}
namespace snippet22 {

int run() {
#line 222 "docs/behavior.md"
const auto platform = loyal::PlatformSimulator{{.users = 200, .days = 200}}.run();
const loyal::ActivityFeatures features{
    {.windows = {7, 30}, .purchase_kinds = {"purchase", "renewal", "refund"}, .log_scale = true}};
const auto known = platform.log.before(platform.log.first_time() + 150 * loyal::day);
const auto x = features.transform<float>(known);
if (x.values.rows() != static_cast<loyal::Index>(known.active_users().size())) return 1;
if (!x.values.allFinite()) return 1;

return 0;
}
}
namespace snippet23 {

int run() {
#line 249 "docs/behavior.md"
const auto platform = loyal::PlatformSimulator{{.users = 300, .days = 360}}.run();
const loyal::ChurnLabel label{{.horizon = 45 * loyal::day, .activity_window = 45 * loyal::day}};
const loyal::Time today = platform.log.last_time() - 46 * loyal::day;
const auto split = loyal::churn_split<float>(platform.log, label, loyal::ActivityFeatures{},
                                             {.test_cutoff = today, .step = 30 * loyal::day, .cutoffs = 4});
for (const loyal::Time cutoff : split.train.cutoffs)
  if (cutoff + 45 * loyal::day > today) return 1;
if (split.train.left.size() != split.train.features.values.rows()) return 1;

return 0;
}
}
namespace snippet24 {

int run() {
#line 25 "docs/campaign.md"
const loyal::RetentionOffer offer{{.contact_cost = 1, .incentive_cost = 10, .acceptance = 0.3}};
const double even = offer.break_even(200);  // 11 / (0.3 * 190 + 10) = 0.164
if (even < 0.164 || even > 0.1642) return 1;
if (offer.profit(0.5, 200) <= 0 || offer.profit(0.1, 200) >= 0) return 1;
if (loyal::roi(offer.gain(0.5, 200), offer.cost(0.5)) < 2.99) return 1;

return 0;
}
}
namespace snippet25 {

int run() {
#line 40 "docs/campaign.md"
loyal::Vector<double> p(4), value(4);
p << 0.9, 0.5, 0.3, 0.05;
value << 100, 300, 80, 900;
const loyal::RetentionOffer offer;
const auto all = loyal::plan_campaign(offer, p, value);
const auto some = loyal::plan_campaign(offer, p, value, {.budget = 8});
if (all.customers != std::vector<loyal::Index>{1, 0, 3}) return 1;
if (some.cost > 8 || some.profit > some.bound) return 1;

return 0;
}
}
namespace snippet26 {

int run() {
#line 58 "docs/campaign.md"
loyal::Vector<double> p(4), left(4);
p << 0.8, 0.1, 0.6, 0.05;
left << 1, 0, 0, 0;
const auto curve = loyal::profit_curve(loyal::RetentionOffer{}, p, left, 200.0);
const auto contacts = curve.best_expected();
if (contacts != 2 || curve.fraction[contacts] != 0.5) return 1;
if (curve.realized[contacts] >= curve.expected[contacts]) return 1;  // one of the two had stayed

return 0;
}
}
namespace snippet27 {

int run() {
#line 77 "docs/campaign.md"
loyal::Vector<double> score(8), left(8);
score << .1, .2, .3, .4, .5, .7, .8, .9;
left << 0, 1, 0, 1, 0, 1, 0, 1;
const auto empc = loyal::expected_maximum_profit(score, left);
if (empc.profit < 23.87559 || empc.profit > 23.87560) return 1;  // money for each customer of the base
if (empc.fraction < 0.8743 || empc.fraction > 0.8744) return 1;  // of whom this share is contacted

return 0;
}
}
namespace snippet28 {

int run() {
#line 17 "docs/core.md"
try {
  loyal::Adam bad{{.learning_rate = -1}};
  return 1;
} catch (const loyal::OptionError& error) {
  if (std::string(error.what()) != "Adam: learning_rate is -1, expected > 0") return 2;
}

return 0;
}
}
namespace snippet29 {

int run() {
#line 32 "docs/core.md"
const loyal::Matrix<float> weights = loyal::Matrix<float>::Random(4, 3);
loyal::write_npy("weights.npy", weights);
if (loyal::read_npy<loyal::Matrix<float>>("weights.npy") != weights) return 1;

return 0;
}
}
namespace snippet30 {

int run() {
#line 41 "docs/core.md"
const auto sum = [](int threads) {
  return loyal::parallel_reduce(100000, {.threads = threads, .grain = 1000}, 0.0,
                                [](loyal::Index begin, loyal::Index end) {
                                  double part = 0;
                                  for (auto i = begin; i < end; ++i) part += 1.0 / static_cast<double>(i + 1);
                                  return part;
                                },
                                [](double a, double b) { return a + b; });
};
if (sum(1) != sum(4)) return 1;

return 0;
}
}
namespace snippet31 {

int run() {
#line 8 "docs/data.md"
const auto log = loyal::parse_event_log(
    "customer,date,action,course,money\n"
    "anna,2024-03-01,visit,,\n"
    "anna,2024-03-04,purchase,c++,49.90\n"
    "ben,2024-03-09,visit,,\n",
    {.user = "customer", .time = "date", .kind = "action", .item = "course", .amount = "money"});
const auto known = log.before(log.last_time());
if (log.size() != 3 || known.events().size() != 2 || known.of_user(log.users().at("anna")).size() != 2) return 1;

return 0;
}
}
namespace snippet32 {

int run() {
#line 24 "docs/data.md"
const auto table = loyal::parse_table("name,age,plan,left\nanna,41,basic,no\nben,,pro,yes\n");
const auto labels = table.label<float>("left", "yes");
loyal::TableEncoder encoder;
const auto x = encoder.fit_transform<float>(table.drop({"name", "left"}));  // age, plan=basic, plan=pro
if (x.cols() != 3 || labels[1] != 1) return 1;
const auto again = loyal::from_json<loyal::TableEncoder>(loyal::to_json(encoder));
if (again != encoder) return 2;

return 0;
}
}
namespace snippet33 {

int run() {
#line 4 "docs/embed.md"
auto corpus = loyal::corpus_of({"the cat sat on the mat", "the dog sat on the rug", "a cat and a dog ran"});
loyal::Word2Vec model{{.dimensions = 16, .subsample = 0, .epochs = 5, .vocabulary = {.min_count = 1}}};
model.fit(corpus);
const auto vectors = model.word_vectors();
for (const auto& [word, similarity] : vectors.most_similar("cat", 3))
  if (similarity < -1) return 1;
loyal::save_word_vectors("words.safetensors", vectors);

return 0;
}
}
namespace snippet34 {

int run() {
#line 75 "docs/embed.md"
auto corpus = loyal::corpus_of({"the cat sat on the mat", "the dog sat on the rug", "a cat and a dog ran"});
const auto words = loyal::build_vocabulary(corpus, {.min_count = 1});
const auto pairs = loyal::count_cooccurrences(corpus, words, {.window = 5});
const auto vectors = loyal::GloVe{{.dimensions = 16, .epochs = 5}}.fit(words, pairs);
if (vectors.size() != words.size()) return 1;

return 0;
}
}
namespace snippet35 {

int run() {
#line 86 "docs/embed.md"
loyal::PlatformSimulator simulator{{.users = 200, .days = 90}};
const auto log = simulator.run().log;
const auto known = log.before(log.last_time() + 1);
loyal::ItemCorpus journeys{known, {.kinds = {"view"}}};
loyal::Word2Vec model{{.dimensions = 16, .subsample = 0, .epochs = 5}};
model.fit(journeys);
const auto courses = model.word_vectors();
if (courses.size() == 0) return 1;

return 0;
}
}
namespace snippet36 {

int run() {
#line 19 "docs/lifetime_value.md"
loyal::EventLog log;
for (const int d : {0, 14, 16, 30}) log.add("anna", d * loyal::day, "purchase", "", 20 + d);
log.add("ben", 7 * loyal::day, "purchase", "", 10);
log.sort();
const auto split = loyal::calibration_holdout<double>(log.before(21 * loyal::day), log.before(30 * loyal::day + 1));
const auto anna = split.calibration.history.record(0);
if (anna.frequency != 2 || anna.recency != 16 / 7.0 || anna.age != 20 / 7.0) return 1;
if (split.calibration.monetary[0] != 35 || split.holdout_frequency[0] != 1) return 2;

return 0;
}
}
namespace snippet37 {

int run() {
#line 53 "docs/lifetime_value.md"
loyal::Rng rng{1};
const loyal::BGNBD<double> truth{{.r = 0.5, .alpha = 5, .a = 0.8, .b = 2.5}};
const auto history = truth.simulate(loyal::Vector<double>::Constant(4000, 40), rng);
loyal::BGNBD<double> model;
const auto& result = model.fit(history);
if (!result.converged()) return 1;                     // a value, never silent
const auto interval = result.interval(0);              // 95 % confidence of r
if (interval.low > 0.5 || interval.high < 0.5) return 2;
const loyal::PurchaseRecord customer{.frequency = 2, .recency = 30, .age = 39};
const double alive = model.probability_alive(customer);
const double purchases = model.expected_purchases(52, customer);
const double none = model.probability_of_purchases(0, 52, customer);
if (!(alive > 0 && alive < 1 && purchases > 0 && none > 1 - alive)) return 3;

return 0;
}
}
namespace snippet38 {

int run() {
#line 96 "docs/lifetime_value.md"
loyal::ShiftedBetaGeometric<double> model;
model.fit(loyal::ContractHistory::of_survivors({1000, 869, 743, 653, 593, 551, 517, 491}));
if (!model.converged()) return 1;
const double years = model.residual_lifetime(3, 0.1);  // of a customer in the third year, at 10 % a year
if (!(years > 4 && years < 10)) return 2;

return 0;
}
}
namespace snippet39 {

int run() {
#line 114 "docs/lifetime_value.md"
const loyal::ParetoNBD<double> purchases{{.r = 0.553, .alpha = 10.58, .s = 0.606, .beta = 11.67}};
const loyal::GammaGamma<double> spending{{.p = 6.25, .q = 3.74, .v = 15.44}};
loyal::Rng rng{2};
const auto history = purchases.simulate({39, 39, 30}, rng);
const auto monetary = spending.simulate(history.frequency, rng);
const auto amounts = spending.expected_amount(history.frequency, monetary);
const auto value = loyal::lifetime_value(purchases, history, amounts, {.periods = 52, .discount = 0.002, .margin = 0.3});
if (value.size() != 3 || !(value[0] > 0)) return 1;

return 0;
}
}
namespace snippet40 {

int run() {
#line 17 "docs/math.md"
const auto rosenbrock = [](const loyal::Vector<double>& x, loyal::Vector<double>& gradient) {
  const double a = 1 - x[0];
  const double b = x[1] - x[0] * x[0];
  gradient.resize(2);
  gradient << -2 * a - 400 * x[0] * b, 200 * b;
  return a * a + 100 * b * b;
};
loyal::Vector<double> start(2);
start << -1.2, 1;
const auto found = loyal::LBFGS{}.minimize(rosenbrock, start);
if (!found.converged() || std::abs(found.x[0] - 1) > 1e-4) return 1;

return 0;
}
}
namespace snippet41 {

int run() {
#line 31 "docs/math.md"
const std::vector<float> scores{0.1F, 0.9F, 0.9F, 0.4F};
const auto best = loyal::top_k(scores, 2);
if (best.size() != 2 || best[0].index != 1 || best[1].index != 2) return 1;

return 0;
}
}
namespace snippet42 {

int run() {
#line 7 "docs/metrics.md"
const std::vector<int> left{0, 0, 1, 1};
const std::vector<double> risk{0.1, 0.4, 0.35, 0.8};
if (loyal::roc_auc(left, risk) != 0.75) return 1;
if (loyal::confusion(left, risk, 0.3).recall() != 1) return 2;
if (loyal::lift_at(left, risk, 0.25) != 2) return 3;
if (loyal::brier_score(left, risk) > 0.2) return 4;

return 0;
}
}
namespace snippet43 {

int run() {
#line 6 "docs/nn.md"
loyal::Sequential network{loyal::Dense<float>{20, 64}, loyal::ReLU{}, loyal::Dropout{0.2}, loyal::Dense<float>{64, 1}};
const auto copy = network;
if (!(copy == network) || loyal::count_parameters(network) != 20 * 64 + 64 + 64 + 1) return 1;

return 0;
}
}
namespace snippet44 {

int run() {
#line 13 "docs/nn.md"
loyal::Rng rng{1};
loyal::Matrix<float> inputs(600, 4), labels(600, 1);
for (loyal::Index i = 0; i < 600; ++i) {
  for (loyal::Index j = 0; j < 4; ++j) inputs(i, j) = rng.normal<float>();
  labels(i, 0) = inputs(i, 0) + inputs(i, 1) * inputs(i, 2) > 0 ? 1.0F : 0.0F;
}
const loyal::Dataset train_set{inputs.topRows(500).eval(), labels.topRows(500).eval()};
const loyal::Dataset holdout{inputs.bottomRows(100).eval(), labels.bottomRows(100).eval()};

loyal::Sequential network{loyal::Dense<float>{4, 32}, loyal::ReLU{}, loyal::Dense<float>{32, 1}};
const auto history = loyal::train(network, loyal::BinaryCrossEntropy{}, loyal::Adam{{.learning_rate = 1e-2}}, train_set,
                                  {.epochs = 40, .batch_size = 64, .validation = holdout, .patience = 5});
const auto logits = loyal::predict(network, holdout.inputs);
if (loyal::roc_auc(holdout.targets, logits) < 0.85) return 1;

return 0;
}
}
namespace snippet45 {

int run() {
#line 56 "docs/nn.md"
loyal::Tokens visits;                                  // numbers of courses, batch x time
loyal::set_shape(visits.values, {2, 3});
visits.values.fill(0);
visits.values(0, 0) = 4, visits.values(0, 1) = 9, visits.values(0, 2) = 4, visits.values(1, 0) = 7;
visits.lengths = {3, 1};
const loyal::Sequential network{loyal::Embedding<float>{10, 8}, loyal::GRU<float>{8, 16}, loyal::LastStep{}, loyal::Dense<float>{16, 2}};
if (loyal::predict(network, visits).rows() != 2) return 1;

return 0;
}
}
namespace snippet46 {

int run() {
#line 81 "docs/nn.md"
const loyal::Sequential network{loyal::Dense<float>{3, 1}, loyal::Sigmoid{}};
loyal::Workspace<decltype(network)> workspace;
const loyal::Matrix<float> row = loyal::Matrix<float>::Ones(1, 3);
const float risk = loyal::predict(network, row, workspace)(0, 0);
loyal::save_parameters("network.safetensors", network);
if (!(risk > 0 && risk < 1)) return 1;

return 0;
}
}
namespace snippet47 {

int run() {
#line 7 "docs/optim.md"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::Adam adam{{.learning_rate = 0.1}};
auto state = adam.init(p);
for (int i = 0; i < 500; ++i) adam.step(p, loyal::Vector<double>(2 * p), state);  // the gradient of |p|^2
if (p.norm() > 1e-3) return 1;

return 0;
}
}
namespace snippet48 {

int run() {
#line 65 "docs/optim.md"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::ScheduleFreeAdamW optimizer{{.learning_rate = 0.05}};
auto state = optimizer.init(p);
for (int i = 0; i < 400; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
const auto best = optimizer.average(p, state);  // p itself can go on training
if (best.norm() > 0.1) return 1;

return 0;
}
}
namespace snippet49 {

int run() {
#line 81 "docs/optim.md"
const loyal::Schedule schedule = loyal::WarmUp{.steps = 100, .then = loyal::CosineRestarts{.first = 1000, .growth = 2}};
const loyal::ScheduleSequence parts{{{100, loyal::WarmUp{.steps = 100}},
                                     {400, loyal::ConstantSchedule{}},
                                     {0, loyal::PolynomialSchedule{.steps = 500}}}};
if (schedule(50) != 0.5 || parts(300) != 1 || std::abs(parts(750) - 0.5) > 1e-12) return 1;

return 0;
}
}
namespace snippet50 {

int run() {
#line 91 "docs/optim.md"
loyal::Sequential network{loyal::Dense<float>{2, 1}};
const loyal::Dataset data{loyal::Matrix<float>::Random(64, 2).eval(), loyal::Matrix<float>::Random(64, 1).eval()};
loyal::Plateau plateau{{.factor = 0.5, .patience = 2}};
loyal::train(network, loyal::SquaredError{}, loyal::SGD{{.learning_rate = 0.1}}, data,
             {.epochs = 300,
              .schedule = [&](std::int64_t) { return plateau.rate(); },
              .on_epoch = [&](const loyal::Epoch& epoch) { plateau.observe(epoch.training_loss); }});
if (plateau.rate() == 1) return 1;

return 0;
}
}
namespace snippet51 {

int run() {
#line 106 "docs/optim.md"
loyal::Sequential network{loyal::Dense<float>{3, 4}, loyal::ReLU{}, loyal::Dense<float>{4, 1}};
const loyal::Chain optimizer{loyal::CheckFinite{loyal::NonFinite::skip}, loyal::ClipNorm{1.0},
                             [](auto& gradient) { loyal::scale(gradient, 0.5); }, loyal::AdamW{}};
auto state = optimizer.init(network);
auto gradient = loyal::zero_gradient(network);
gradient.get<0>().bias[0] = NAN;
optimizer.step(network, gradient, state);
if (state.skipped() != 1 || state.step() != 0) return 1;

return 0;
}
}
namespace snippet52 {

int run() {
#line 121 "docs/optim.md"
loyal::Sequential network{loyal::Dense<float>{3, 4}, loyal::LayerNorm<float>{4}, loyal::Dense<float>{4, 1}};
const loyal::Groups optimizer{
    loyal::AdamW{{.weight_decay = 0.05}},
    loyal::Group{[](const std::string& name) { return name.ends_with("bias") || name.starts_with("1."); },
                 loyal::AdamW{{.weight_decay = 0}}}};
auto state = optimizer.init(network);
optimizer.step(network, loyal::zero_gradient(network), state);

return 0;
}
}
namespace snippet53 {

int run() {
#line 135 "docs/optim.md"
loyal::Sequential network{loyal::Dense<float>{2, 1}};
const loyal::Dataset data{loyal::Matrix<float>::Random(64, 2).eval(), loyal::Matrix<float>::Random(64, 1).eval()};
const loyal::Lookahead optimizer{loyal::Chain{loyal::ClipValue{0.5}, loyal::Accumulate{loyal::AdamW{}, 2}}};
loyal::train(network, loyal::SquaredError{}, optimizer, data, {.epochs = 3, .batch_size = 16});

auto state = optimizer.init(network);
loyal::save_parameters("state.safetensors", state);   // a state names its arrays as a model does
loyal::load_parameters("state.safetensors", state);

return 0;
}
}
namespace snippet54 {
struct Momentum : loyal::ElementwiseOptimizer<Momentum, 1> {  // one array remembered
  double learning_rate = 0.1;

  template <loyal::Scalar T>
  void update(const loyal::UpdateInfo& info, auto p, auto g, auto velocity) const {
    velocity = T(0.9) * velocity + g;
    p -= static_cast<T>(learning_rate * info.rate) * velocity;
  }
};
int run() {
#line 152 "docs/optim.md"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
static_assert(loyal::Optimizer<Momentum, loyal::Vector<double>>);
const Momentum optimizer;
auto state = optimizer.init(p);
for (int i = 0; i < 300; ++i) optimizer.step(p, p, state);
if (p.norm() > 1e-3) return 1;

return 0;
}
}
namespace snippet55 {

int run() {
#line 4 "docs/recommend.md"
const auto seen = loyal::parse_interactions("user,item\nanna,rust\nanna,go\nben,rust\nben,go\nben,zig\ncarl,rust\n");
loyal::ItemKNN<float> model;
model.fit(seen);
const auto top = model.recommend(seen.user_names().at("anna"), 10);  // what anna had is left out
if (top.empty() || seen.item_names().name(static_cast<std::int32_t>(top[0].index)) != "zig") return 1;

return 0;
}
}
namespace snippet56 {

int run() {
#line 32 "docs/recommend.md"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {2, 1}, {2, 2}};
loyal::EASE<double> model{{.regularization = 1}};
model.fit(loyal::Interactions(3, 4, pairs));
const std::vector<std::int32_t> history{0};
const auto stranger = model.fold_in({history, {}});
const std::vector<std::int32_t> sold_out{2};
for (const auto& best : model.recommend(stranger, 3, {.deny = sold_out}))
  if (best.index == 2 || best.index == 0) return 1;

return 0;
}
}
namespace snippet57 {

int run() {
#line 8 "docs/report.md"
loyal::HtmlReport report("Spring campaign", "Whom to contact, and what it pays");
report.key_figure("expected profit", loyal::format_number(48213, {.unit = "€"}), "ROI 2.4");

report.section("How good is the model?");
report.paragraph("Judged on the two months after the training data ends.");
report.figure(loyal::training_plot({0.69, 0.52, 0.44, 0.41}, {0.68, 0.55, 0.50, 0.52}, 3));
report.figure(loyal::roc_plot({0, 0.1, 0.4, 1}, {0, 0.6, 0.9, 1}, 0.83));

report.section("Whom to contact");
loyal::HtmlTable table{.title = "Top customers", .caption = "On whom a contact is expected to bring most."};
table.text("customer", {"Ada", "Grace"})
    .number("probability of leaving", {0.82, 0.64}, {.format = {.notation = loyal::Notation::percent}, .bar = true})
    .number("value, €", {480, 410});
report.table(table);

report.footnote("Probabilities are calibrated on data the model did not train on.");
report.provenance("seed", "42");
report.write("report.html");

return 0;
}
}
namespace snippet58 {

int run() {
#line 47 "docs/report.md"
auto plot = loyal::roc_plot({0, 0.1, 0.4, 1}, {0, 0.6, 0.9, 1}, 0.83);
plot.line("recency only", {0, 0.3, 1}, {0, 0.6, 1});
plot.title = "Telling leavers from stayers";
if (plot.series.size() != 3) return 1;

return 0;
}
}
namespace snippet59 {

int run() {
#line 57 "docs/report.md"
loyal::Plot plot{.title = "Survival", .caption = "Share of members left, with 95 % bands.",
                 .x = {.label = "months", .whole = true},
                 .y = {.label = "still members", .low = 0, .high = 1, .format = {.notation = loyal::Notation::percent}},
                 .direct_labels = true};
plot.band("yearly", {0, 6, 12}, {1, 0.86, 0.7}, {1, 0.92, 0.8}, {.stepped = true});
plot.step("yearly", {0, 6, 12}, {1, 0.89, 0.75});
plot.vertical(12, "renewal").note(6, 0.89, "89 % after half a year");
loyal::write_svg("survival.svg", plot);

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
