#include <loyal/loyal.hpp>
#include <cstdlib>
#include <iostream>




























































namespace snippet0 {

int run() {
#line 29 "include/loyal/data/feature_hasher.hpp"
const loyal::FeatureHasher hasher{{.columns = 64}};
std::vector<loyal::FeatureHasher::Sample> samples{{{"city=Bonn", 1}, {"visits", 3}}};
const auto x = hasher.transform<float>(samples);
if (x.rows() != 1 || x.cols() != 64 || x.nonZeros() != 2) return 1;
return 0;
}
}
namespace snippet1 {

int run() {
#line 19 "include/loyal/data/feature_matrix.hpp"
loyal::FeatureMatrix<float> features{loyal::Matrix<float>::Ones(1, 2), {"recency", "age"},
{7}}; if (features.column("age") != 1) return 1;
return 0;
}
}
namespace snippet2 {

int run() {
#line 27 "include/loyal/data/id_map.hpp"
loyal::IdMap users;
const auto anna = users.add("anna");  // 0
const auto ben = users.add("ben");    // 1
if (users.add("anna") != anna || users.find("carl") != -1) return 1;
if (users.name(ben) != "ben" || users.size() != 2) return 1;
return 0;
}
}
namespace snippet3 {

int run() {
#line 73 "include/loyal/data/interaction_split.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {0, 2}, {0, 3}, {1, 0}};
const auto split = loyal::split_randomly(loyal::Interactions(2, 4, pairs), 0.25, 7);
if (split.train.size() != 4 || split.test.items_of(0).size() != 1) return 1;
return 0;
}
}
namespace snippet4 {

int run() {
#line 50 "include/loyal/data/interactions.hpp"
const std::vector<loyal::Interaction> pairs{{0, 2}, {1, 0}, {0, 1}, {0, 2}};
const loyal::Interactions seen(2, 3, pairs);
if (seen.size() != 3 || seen.items_of(0)[0] != 1 || seen.values_of(0)[1] != 2) return 1;
if (seen.transposed().items_of(2)[0] != 0) return 2;
return 0;
}
}
namespace snippet5 {

int run() {
#line 115 "include/loyal/data/interactions_csv.hpp"
const auto seen = loyal::parse_interactions("user,item\nanna,rust\nben,go\nanna,go\n");
if (seen.size() != 3 || seen.item_names().name(1) != "go" || !seen.contains(1, 1)) return 1;
return 0;
}
}
namespace snippet6 {

int run() {
#line 135 "include/loyal/data/interactions_csv.hpp"
loyal::EventLog log;
log.add("anna", 10, "view", "rust");
log.add("anna", 20, "purchase", "rust", 99.0);
const auto known = log.before(log.last_time() + 1);
const auto seen = loyal::interactions_of(known, {{"view", 1}, {"purchase", 5}});
if (seen.values_of(0)[0] != 6 || seen.times_of(0)[0] != 20) return 1;
return 0;
}
}
namespace snippet7 {

int run() {
#line 30 "include/loyal/data/interactions_file.hpp"
const std::vector<loyal::Interaction> pairs{{0, 2}, {1, 0}};
const loyal::Interactions seen(2, 3, pairs);
const loyal::StoredInteractions stored(seen);
loyal::SafetensorsWriter file;
stored.add_to(file, "train");
file.write("seen.safetensors");
if (!(loyal::read_interactions(loyal::Safetensors("seen.safetensors"), "train") == seen)) return 1;
return 0;
}
}
namespace snippet8 {

int run() {
#line 34 "include/loyal/data/k_core.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 1}};
const auto core = loyal::k_core(loyal::Interactions(3, 2, pairs), {.user_pairs = 2, .item_pairs = 2});
if (core.interactions.users() != 2 || core.interactions.size() != 4 || core.users[1] != 1) return 1;
return 0;
}
}
namespace snippet9 {

int run() {
#line 38 "include/loyal/data/one_hot.hpp"
loyal::CategoryColumn plan;
for (const char* name : {"pro", "basic", "pro"}) plan.add(name);
loyal::OneHot one_hot{{.unknown = loyal::UnknownCategory::ignore}};
one_hot.fit(plan);
const auto x = one_hot.transform<float>(plan);  // columns: basic, pro
if (x.rows() != 3 || x.cols() != 2 || x(0, 1) != 1 || x(1, 1) != 0) return 1;
return 0;
}
}
namespace snippet10 {

int run() {
#line 48 "include/loyal/data/platform_simulator.hpp"
const auto platform = loyal::PlatformSimulator{{.users = 50, .courses = 20, .days =
90}}.run(); if (platform.log.users().name(7) != "u7" || platform.truth.users.size() != 50)
return 1;
return 0;
}
}
namespace snippet11 {

int run() {
#line 44 "include/loyal/data/platform_truth.hpp"
const loyal::ChurnHazard hazard{.intercept = 0, .coefficients = {.tenure = -1}};
if (hazard({}) != 0.5 || !(hazard({.tenure = 2}) < 0.2)) return 1;
return 0;
}
}
namespace snippet12 {

int run() {
#line 121 "include/loyal/data/split.hpp"
const auto split = loyal::random_split(100, {.validation = 0.1, .test = 0.2, .seed = 1});
if (split.train.size() != 70 || split.test.size() != 20) return 1;
return 0;
}
}
namespace snippet13 {

int run() {
#line 131 "include/loyal/data/split.hpp"
const std::vector<std::int32_t> users{7, 7, 8, 9, 9};
const auto split = loyal::group_split(users, {.test = 0.34, .seed = 3});
if (split.train.size() + split.test.size() != 5) return 1;
return 0;
}
}
namespace snippet14 {

int run() {
#line 145 "include/loyal/data/split.hpp"
if (loyal::k_fold(10, 5, 42)[0].train.size() != 8) return 1;
return 0;
}
}
namespace snippet15 {

int run() {
#line 160 "include/loyal/data/split.hpp"
loyal::Vector<float> churned(6);
churned << 1, 0, 0, 1, 0, 0;
for (const auto& split : loyal::stratified_k_fold(churned, 2, 1))
  if (split.test.size() != 3) return 1;
return 0;
}
}
namespace snippet16 {

int run() {
#line 233 "include/loyal/data/split.hpp"
loyal::EventLog log;
log.add("anna", 0, "visit");
log.add("anna", 100 * loyal::day - 1, "visit");
const auto cutoffs = loyal::rolling_cutoffs(log, 30 * loyal::day, 2);
if (cutoffs[0] != 40 * loyal::day || cutoffs[1] != 70 * loyal::day) return 1;
return 0;
}
}
namespace snippet17 {

int run() {
#line 35 "include/loyal/data/standardizer.hpp"
loyal::Matrix<double> x(3, 2);
x << 1, 5, 2, 5, 3, 5;
loyal::Standardizer standardizer;
standardizer.fit(x);
const auto z = standardizer.transform(x);
if (z(1, 0) != 0 || z(2, 0) < 1.22 || z(2, 1) != 0) return 1;
return 0;
}
}
namespace snippet18 {

int run() {
#line 49 "include/loyal/data/table.hpp"
loyal::Table table;
table.add("age", loyal::NumberColumn{{41, 29}});
loyal::CategoryColumn churn;
churn.add("yes");
churn.add("no");
table.add("churn", churn);
const auto y = table.label("churn", "yes");
if (y[0] != 1 || y[1] != 0 || table.drop({"churn"}).cols() != 1) return 1;
return 0;
}
}
namespace snippet19 {

int run() {
#line 297 "include/loyal/data/table.hpp"
const auto table = loyal::parse_table("age,plan\n41,basic\n,pro\n");
if (table.numbers("age")[0] != 41 || table.categories("plan").names.size() != 2) return 1;
return 0;
}
}
namespace snippet20 {

int run() {
#line 31 "include/loyal/data/table_encoder.hpp"
const auto table = loyal::parse_table("age,plan\n41,basic\n29,pro\n,pro\n");
loyal::TableEncoder encoder;
encoder.fit(table);
const auto x = encoder.transform<float>(table);  // age, plan=basic, plan=pro
if (x.cols() != 3 || x(2, 0) != 0 || x(2, 2) != 1) return 1;
if (encoder.names()[1] != "plan=basic") return 1;
return 0;
}
}
namespace snippet21 {

int run() {
#line 70 "include/loyal/data/time.hpp"
if (loyal::to_time({.year = 2000, .month = 3, .day = 1}) != 11017 * loyal::day) return 1;
return 0;
}
}
namespace snippet22 {

int run() {
#line 116 "include/loyal/data/time_format.hpp"
const loyal::TimeFormat pattern{"%d.%m.%Y %H:%M"};
const auto time = pattern.parse("01.03.2000 00:00");
if (!time || loyal::TimeFormat{}.format(*time) != "2000-03-01T00:00:00Z") return 1;
if (pattern.parse("30.02.2000 00:00")) return 1;
return 0;
}
}
namespace snippet23 {

int run() {
#line 44 "include/loyal/embed/analogy_scan.hpp"
const loyal::Matrix<float> table{{1, 0, 1}, {1, 1, 1}, {0, 0, 1}, {0, 1, 1}};  // king queen man woman
const loyal::Analogy question{2, 0, 3};
const auto best = loyal::analogy_scan(table, {&question, 1}, {.k = 1});
if (best.index(0, 0) != 1) return 1;
return 0;
}
}
namespace snippet24 {

int run() {
#line 250 "include/loyal/embed/cooccurrence.hpp"
auto corpus = loyal::corpus_of({"a b a"});
const auto words = loyal::build_vocabulary(corpus, {.min_count = 1});
const auto near = loyal::count_cooccurrences(corpus, words);
if (near.cells().size() != 2 || near.cells()[1].weight != 2) return 1;  // a a: 1/2, a b: 1 + 1
return 0;
}
}
namespace snippet25 {

int run() {
#line 135 "include/loyal/embed/fasttext_file.hpp"
try {
  loyal::read_fasttext("no such file.bin");
  return 1;
} catch (const loyal::FormatError&) {
}
return 0;
}
}
namespace snippet26 {

int run() {
#line 87 "include/loyal/embed/glove.hpp"
auto corpus = loyal::corpus_of({"the cat sat", "the dog sat", "a cat ran", "a dog ran"});
loyal::GloVe model{{.dimensions = 8, .epochs = 3, .vocabulary = {.min_count = 1}}};
const auto vectors = model.fit(corpus);
if (vectors.size() != 6 || vectors.dimensions() != 8) return 1;
return 0;
}
}
namespace snippet27 {

int run() {
#line 28 "include/loyal/embed/item_corpus.hpp"
loyal::EventLog log;
for (const char* course : {"algebra", "calculus", "analysis"}) log.add("anna", static_cast<loyal::Time>(log.size()), "view", course);
const auto known = log.before(3);
loyal::ItemCorpus sessions{known, {.kinds = {"view"}}};
std::vector<std::string_view> session;
if (!sessions.next(session) || session.size() != 3 || session[0] != "algebra") return 1;
return 0;
}
}
namespace snippet28 {

int run() {
#line 28 "include/loyal/embed/sif.hpp"
loyal::Vocabulary words;
words.add("the", 90);
words.add("course", 10);
const loyal::WordVectors vectors(words, loyal::Matrix<float>{{1, 0}, {0.5F, 1}});
loyal::SIF sif(vectors);
const std::vector<std::vector<std::string_view>> texts{{"the", "course"}, {"course"}};
sif.fit(texts);
if (sif.transform(texts).rows() != 2) return 1;
return 0;
}
}
namespace snippet29 {

int run() {
#line 25 "include/loyal/embed/subword_vectors.hpp"
if (loyal::ngram_hash("a") != 0xe40c292cU) return 1;
return 0;
}
}
namespace snippet30 {

int run() {
#line 48 "include/loyal/embed/subword_vectors.hpp"
std::vector<std::uint32_t> buckets;
loyal::append_ngrams("ab", {.min_letters = 3, .max_letters = 4, .buckets = 1000}, buckets);
if (buckets.size() != 3) return 1;  // <ab, <ab>, ab>
return 0;
}
}
namespace snippet31 {

int run() {
#line 84 "include/loyal/embed/subword_vectors.hpp"
loyal::Vocabulary words;
words.add("course");
const loyal::NgramOptions ngrams{.min_letters = 3, .max_letters = 3, .buckets = 10};
const loyal::SubwordVectors model(words, loyal::Matrix<float>::Ones(11, 4), ngrams);
if (model.vector("courses")(0) != 1) return 1;
return 0;
}
}
namespace snippet32 {

int run() {
#line 78 "include/loyal/embed/word2vec.hpp"
auto corpus = loyal::corpus_of({"the cat sat", "the dog sat", "a cat ran", "a dog ran"});
loyal::Word2Vec model{{.dimensions = 8, .subsample = 0, .epochs = 3, .vocabulary = {.min_count = 1}}};
const auto done = model.fit(corpus);
if (done.words != 36 || model.word_vectors().vocabulary().size() != 6) return 1;
return 0;
}
}
namespace snippet33 {

int run() {
#line 88 "include/loyal/embed/word2vec_binary.hpp"
loyal::Vocabulary words;
words.add("course");
const loyal::WordVectors vectors(words, loyal::Matrix<float>{{0.1F, -2}});
loyal::write_word2vec_binary("vectors.bin", vectors);
if (loyal::read_word2vec_binary("vectors.bin").vectors() != vectors.vectors()) return 1;
return 0;
}
}
namespace snippet34 {

int run() {
#line 219 "include/loyal/embed/word2vec_text.hpp"
loyal::Vocabulary words;
words.add("course");
loyal::write_word2vec_text("vectors.txt", {words, loyal::Matrix<float>{{0.1F, -2}}});
if (loyal::read_text("vectors.txt") != "1 2\ncourse 0.1 -2\n") return 1;
if (loyal::read_word2vec_text("vectors.txt")["course"](0) != 0.1F) return 2;
return 0;
}
}
namespace snippet35 {

int run() {
#line 133 "include/loyal/embed/word_evaluation.hpp"
loyal::Vocabulary words;
for (const char* word : {"tiger", "cat", "car"}) words.add(word);
const loyal::WordVectors vectors(words, loyal::Matrix<float>{{1, 0}, {1, 0.2F}, {-1, 1}});
loyal::write_atomically("pairs.tsv", [](loyal::FileWriter& out) {
  out.write("Tiger\tcat\t7.35\ntiger\tcar\t0.9\ntiger\tzebra\t5\n");
});
const auto result = loyal::evaluate_similarity(vectors, "pairs.tsv");
if (result.spearman != 1 || result.unknown != 1) return 1;
return 0;
}
}
namespace snippet36 {

int run() {
#line 193 "include/loyal/embed/word_evaluation.hpp"
loyal::Vocabulary words;
for (const char* word : {"king", "queen", "man", "woman"}) words.add(word);
const loyal::WordVectors vectors(words, loyal::Matrix<float>{{1, 0, 1}, {1, 1, 1}, {0, 0, 1}, {0, 1, 1}});
loyal::write_atomically("analogies.txt", [](loyal::FileWriter& out) {
  out.write(": family\nMan King Woman Queen\n");
});
if (loyal::evaluate_analogies(vectors, "analogies.txt").all.accuracy() != 1) return 1;
return 0;
}
}
namespace snippet37 {

int run() {
#line 47 "include/loyal/embed/word_vectors.hpp"
loyal::Vocabulary words;
for (const char* word : {"king", "queen", "man", "woman"}) words.add(word);
const loyal::WordVectors vectors(words, loyal::Matrix<float>{{1, 0, 1}, {1, 1, 1}, {0, 0, 1}, {0, 1, 1}});
if (vectors.analogy("man", "king", "woman", 1)[0].word != "queen") return 1;
for (const auto& [word, similarity] : vectors.most_similar("king", 2))
  if (similarity < 0.5F) return 2;
return 0;
}
}
namespace snippet38 {

int run() {
#line 31 "include/loyal/embed/word_vectors_file.hpp"
loyal::Vocabulary words;
words.add("course", 70);
const loyal::WordVectors vectors(words, loyal::Matrix<float>{{0.1F, -2}});
loyal::save_word_vectors("vectors.safetensors", vectors);
if (!(loyal::load_word_vectors("vectors.safetensors") == vectors)) return 1;
return 0;
}
}
namespace snippet39 {

int run() {
#line 100 "include/loyal/embed/word_vectors_file.hpp"
loyal::Vocabulary words;
words.add("course");
loyal::export_npy("vectors.npy", "words.txt", {words, loyal::Matrix<float>{{0.1F, -2}}});
if (loyal::read_npy<loyal::Matrix<float>>("vectors.npy")(0, 1) != -2) return 1;
if (loyal::read_text("words.txt") != "course\n") return 2;
return 0;
}
}
namespace snippet40 {

int run() {
#line 25 "include/loyal/loss/cross_entropy.hpp"
const loyal::Matrix<double> logits = loyal::Matrix<double>::Constant(1, 1, 1e4);
const loyal::Matrix<double> labels = loyal::Matrix<double>::Zero(1, 1);
if (loyal::mean_loss(loyal::BinaryCrossEntropy{}, logits, labels) != 1e4) return 1;
return 0;
}
}
namespace snippet41 {

int run() {
#line 88 "include/loyal/loss/cross_entropy.hpp"
const loyal::Matrix<double> logits = loyal::Matrix<double>::Zero(2, 4);
const std::vector<loyal::Index> classes{3, 0};
const double loss = loyal::mean_loss(loyal::CrossEntropy{}, logits, classes);
if (std::abs(loss - std::log(4.0)) > 1e-15) return 1;
return 0;
}
}
namespace snippet42 {

int run() {
#line 209 "include/loyal/loss/cross_entropy.hpp"
const loyal::Matrix<double> logits = loyal::Matrix<double>::Zero(1, 2);
const loyal::Matrix<double> even = loyal::Matrix<double>::Constant(1, 2, 0.5);
const double loss = loyal::mean_loss(loyal::SoftCrossEntropy{}, logits, even);
if (std::abs(loss - std::log(2.0)) > 1e-15) return 1;
return 0;
}
}
namespace snippet43 {

int run() {
#line 50 "include/loyal/loss/loss_function.hpp"
const loyal::Matrix<double> prediction = loyal::Matrix<double>::Constant(4, 1, 3);
const loyal::Matrix<double> target = loyal::Matrix<double>::Constant(4, 1, 1);
if (loyal::mean_loss(loyal::SquaredError{}, prediction, target) != 4) return 1;
return 0;
}
}
namespace snippet44 {

int run() {
#line 17 "include/loyal/loss/squared_error.hpp"
const loyal::Matrix<double> x = loyal::Matrix<double>::Constant(2, 2, 3);
const loyal::Matrix<double> t = loyal::Matrix<double>::Zero(2, 2);
if (loyal::mean_loss(loyal::SquaredError{}, x, t) != 9) return 1;
return 0;
}
}
namespace snippet45 {

int run() {
#line 40 "include/loyal/loss/squared_error.hpp"
const loyal::Matrix<double> x = loyal::Matrix<double>::Constant(1, 1, 3);
const loyal::Matrix<double> t = loyal::Matrix<double>::Zero(1, 1);
if (loyal::mean_loss(loyal::Huber{1.0}, x, t) != 2.5) return 1;
return 0;
}
}
namespace snippet46 {

int run() {
#line 23 "include/loyal/math/alias_table.hpp"
const loyal::AliasTable table({1, 0, 3});
loyal::Rng rng{1};
int twos = 0;
for (int i = 0; i < 1000; ++i) twos += table.sample(rng) == 2 ? 1 : 0;
if (twos < 700 || twos > 800) return 1;
return 0;
}
}
namespace snippet47 {

int run() {
#line 13 "include/loyal/math/bounds.hpp"
const loyal::Matrix<double> x = loyal::Matrix<double>::Constant(1, 2, -3);
const loyal::Matrix<double> y = loyal::at_least(x.array(), 0.0);
if (y.sum() != 0) return 1;
return 0;
}
}
namespace snippet48 {

int run() {
#line 21 "include/loyal/math/chi_square.hpp"
if (std::abs(loyal::chi_square_tail(3.841458820694124, 1) - 0.05) > 1e-12) return 1;
return 0;
}
}
namespace snippet49 {

int run() {
#line 34 "include/loyal/math/coefficient_table.hpp"
const loyal::Vector<double> estimates = loyal::Vector<double>::Constant(1, 3);
const loyal::Matrix<double> covariance = loyal::Matrix<double>::Constant(1, 1, 4);
const auto table = loyal::coefficient_table(estimates, covariance);
if (table[0].z != 1.5 || table[0].low > -0.91 || table[0].high < 6.91) return 1;
return 0;
}
}
namespace snippet50 {

int run() {
#line 312 "include/loyal/math/functions.hpp"
loyal::Matrix<float> logits(2, 2);
logits << 0, 1, -1e4F, 1e4F;
const loyal::Matrix<float> p = loyal::sigmoid(logits.array());
if (p(0, 0) != 0.5F || p(0, 1) != loyal::sigmoid(1.0F) || p(1, 1) != 1) return 1;
return 0;
}
}
namespace snippet51 {

int run() {
#line 75 "include/loyal/math/hypergeometric.hpp"
const double f = loyal::hypergeometric_2f1(1, 1, 2, 0.5);  // -log(1 - z) / z
if (std::abs(f - 2 * std::log(2.0)) > 1e-14) return 1;
return 0;
}
}
namespace snippet52 {

int run() {
#line 42 "include/loyal/math/incomplete_beta.hpp"
const double half = loyal::incomplete_beta(0.5, 3, 3);
if (half < 0.4999999 || half > 0.5000001) return 1;
return 0;
}
}
namespace snippet53 {

int run() {
#line 25 "include/loyal/math/lbfgs.hpp"
const auto bowl = [](const loyal::Vector<double>& x, loyal::Vector<double>& gradient) {
  gradient = 2 * (x.array() - 3);
  return (x.array() - 3).square().sum();
};
const auto found = loyal::LBFGS{}.minimize(bowl, loyal::Vector<double>::Zero(5));
if (!found.converged() || std::abs(found.x[4] - 3) > 1e-6) return 1;
return 0;
}
}
namespace snippet54 {

int run() {
#line 280 "include/loyal/math/matrix_product.hpp"
const loyal::Matrix<float> x = loyal::Matrix<float>::Ones(4, 3);
const loyal::Matrix<float> w = loyal::Matrix<float>::Ones(3, 2);
loyal::Matrix<float> y(4, 2);
loyal::multiply(x, w, y);
loyal::multiply_add(x, w, y);
if (y(3, 1) != 6) return 1;
return 0;
}
}
namespace snippet55 {

int run() {
#line 128 "include/loyal/math/nearest.hpp"
const loyal::Matrix<float> table{{1, 0}, {0, 2}, {3, 3}};
const loyal::Matrix<float> query{{0, 1}};
const auto near = loyal::nearest_rows<float>(table, query, {.k = 2});
if (near.index(0, 0) != 1 || near.index(0, 1) != 2) return 1;
return 0;
}
}
namespace snippet56 {

int run() {
#line 26 "include/loyal/math/nelder_mead.hpp"
const auto kink = [](const loyal::Vector<double>& x) {
  return std::abs(x[0] - 1) + std::abs(x[1] + 2);
};
const auto found = loyal::NelderMead{}.minimize(kink, loyal::Vector<double>::Zero(2));
if (!found.converged() || std::abs(found.x[1] + 2) > 1e-6) return 1;
return 0;
}
}
namespace snippet57 {

int run() {
#line 81 "include/loyal/math/newton.hpp"
const auto f = [](const loyal::Vector<double>& x, loyal::Vector<double>& g, loyal::Matrix<double>& h) {
  g[0] = std::exp(x[0]) - 3;
  h(0, 0) = std::exp(x[0]);
  return std::exp(x[0]) - 3 * x[0];
};
const auto found = loyal::Newton{}.minimize(f, loyal::Vector<double>(loyal::Vector<double>::Zero(1)));
if (!found.converged() || std::abs(found.x[0] - std::log(3.0)) > 1e-6) return 1;
return 0;
}
}
namespace snippet58 {

int run() {
#line 26 "include/loyal/math/softmax.hpp"
const Eigen::RowVectorXd x = Eigen::RowVectorXd::Constant(2, 1000.0);
if (std::abs(loyal::log_sum_exp(x) - (1000 + std::log(2.0))) > 1e-12) return 1;
return 0;
}
}
namespace snippet59 {

int run() {
#line 52 "include/loyal/math/softmax.hpp"
loyal::Matrix<float> x(1, 3);
x << 1000, 1000, -INFINITY;
loyal::softmax_in_place(x);
if (x(0, 0) != 0.5F || x(0, 2) != 0) return 1;
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
