#include <loyal/loyal.hpp>
#include <cstdlib>
#include <iostream>




























































namespace snippet0 {

int run() {
#line 20 "include/loyal/optim/amsgrad.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::AMSGrad optimizer{{.learning_rate = 0.1}};
auto state = optimizer.init(p);
for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 0.1) return 1;
return 0;
}
}
namespace snippet1 {

int run() {
#line 68 "include/loyal/optim/chain.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::Chain optimizer{loyal::CheckFinite{loyal::NonFinite::skip}, loyal::ClipNorm{1.0},
                             loyal::Adam{{.learning_rate = 0.1}}};
auto state = optimizer.init(p);
for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 1e-3) return 1;
optimizer.step(p, loyal::Vector<double>(p * NAN), state);
if (!p.allFinite() || state.skipped() != 1) return 2;
return 0;
}
}
namespace snippet2 {

int run() {
#line 21 "include/loyal/optim/clip.hpp"
loyal::Vector<double> g = loyal::Vector<double>::Constant(4, 3.0);
if (loyal::clip_norm(g, 1.0) != 6) return 1;
if (std::abs(g.norm() - 1) > 1e-6) return 2;
return 0;
}
}
namespace snippet3 {

int run() {
#line 43 "include/loyal/optim/clip.hpp"
loyal::Vector<double> g = loyal::Vector<double>::Constant(4, 3.0);
if (loyal::clip_largest(g, 1.0) != 3 || std::abs(g[0] - 1) > 1e-6) return 1;
return 0;
}
}
namespace snippet4 {

int run() {
#line 68 "include/loyal/optim/clip.hpp"
loyal::Vector<double> g = loyal::Vector<double>::Constant(4, 3.0);
loyal::clip_value(g, 0.5);
if (g.sum() != 2) return 1;
return 0;
}
}
namespace snippet5 {

int run() {
#line 20 "include/loyal/optim/full_batch.hpp"
loyal::Sequential network{loyal::Dense<double>{3, 1}};
const loyal::Matrix<double> x = loyal::Matrix<double>::Random(20, 3);
const loyal::Matrix<double> y = x.rowwise().sum();
const auto squares = [&](const auto& n, auto& gradient) {
  const loyal::Matrix<double> error = loyal::predict(n, x) - y;
  gradient.template get<0>().weight += 2 * x.transpose() * error;
  gradient.template get<0>().bias += 2 * error.colwise().sum();
  return error.squaredNorm();
};
const auto found = loyal::minimize_full_batch(network, squares, loyal::LBFGS{});
if (!found.converged() || std::abs(network.get<0>().weight(2, 0) - 1) > 1e-4) return 1;
return 0;
}
}
namespace snippet6 {

int run() {
#line 45 "include/loyal/optim/groups.hpp"
loyal::Sequential network{loyal::Dense<float>{3, 4}, loyal::ReLU{}, loyal::Dense<float>{4, 1}};
const loyal::Groups optimizer{loyal::AdamW{{.weight_decay = 0.1}},
                              loyal::Group{loyal::Named{"bias"}, loyal::AdamW{{.weight_decay = 0}}}};
auto state = optimizer.init(network);
network.get<0>().weight.setOnes();
network.get<0>().bias.setOnes();
optimizer.step(network, loyal::zero_gradient(network), state);
if (network.get<0>().weight(0, 0) == 1 || network.get<0>().bias[0] != 1) return 1;
return 0;
}
}
namespace snippet7 {

int run() {
#line 21 "include/loyal/optim/lamb.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::LAMB optimizer{{.learning_rate = 0.02}};
auto state = optimizer.init(p);
for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 0.1) return 1;
return 0;
}
}
namespace snippet8 {

int run() {
#line 20 "include/loyal/optim/lion.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::Lion optimizer{{.learning_rate = 0.01}};
auto state = optimizer.init(p);
for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 0.1) return 1;
return 0;
}
}
namespace snippet9 {

int run() {
#line 27 "include/loyal/optim/lookahead.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::Lookahead optimizer{loyal::SGD{{.learning_rate = 0.1}}};
auto state = optimizer.init(p);
for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 1e-3) return 1;
return 0;
}
}
namespace snippet10 {

int run() {
#line 20 "include/loyal/optim/nadam.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::NAdam optimizer{{.learning_rate = 0.1}};
auto state = optimizer.init(p);
for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 0.1) return 1;
return 0;
}
}
namespace snippet11 {
struct SignDescent : loyal::ElementwiseOptimizer<SignDescent, 0> {
  template <loyal::Scalar T>
  void update(const loyal::UpdateInfo& info, auto p, auto g) const {
    p -= static_cast<T>(0.1 * info.rate) * g.sign();
  }
};
int run() {
#line 127 "include/loyal/optim/optimizer.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const SignDescent optimizer;
auto state = optimizer.init(p);
for (int i = 0; i < 10; ++i) optimizer.step(p, p, state);  // the gradient of |p|^2 / 2 is p
if (p.norm() > 1e-9) return 1;
return 0;
}
}
namespace snippet12 {

int run() {
#line 21 "include/loyal/optim/plateau.hpp"
loyal::Plateau plateau{{.factor = 0.5, .patience = 1}};
for (const double loss : {3.0, 2.0, 2.0, 2.0}) plateau.observe(loss);
if (plateau.rate() != 0.5) return 1;
const loyal::Schedule schedule = [&](std::int64_t) { return plateau.rate(); };
if (schedule(7) != 0.5) return 2;
return 0;
}
}
namespace snippet13 {

int run() {
#line 22 "include/loyal/optim/radam.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::RAdam optimizer{{.learning_rate = 0.1}};
auto state = optimizer.init(p);
for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 0.1) return 1;
return 0;
}
}
namespace snippet14 {

int run() {
#line 20 "include/loyal/optim/rmsprop.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::RMSProp rmsprop{{.learning_rate = 0.01}};
auto state = rmsprop.init(p);
for (int i = 0; i < 500; ++i) rmsprop.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 0.1) return 1;
return 0;
}
}
namespace snippet15 {

int run() {
#line 20 "include/loyal/optim/rprop.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::Rprop optimizer{{}};
auto state = optimizer.init(p);
for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 0.1) return 1;
return 0;
}
}
namespace snippet16 {

int run() {
#line 37 "include/loyal/optim/schedule.hpp"
if (loyal::ConstantSchedule{.factor = 0.5}(7) != 0.5) return 1;
return 0;
}
}
namespace snippet17 {

int run() {
#line 47 "include/loyal/optim/schedule.hpp"
const loyal::StepSchedule schedule{.every = 30, .factor = 0.5};
if (schedule(29) != 1 || schedule(30) != 0.5) return 1;
return 0;
}
}
namespace snippet18 {

int run() {
#line 62 "include/loyal/optim/schedule.hpp"
const loyal::MilestoneSchedule schedule{.at = {20, 50}, .factor = 0.5};
if (schedule(19) != 1 || schedule(20) != 0.5 || schedule(50) != 0.25) return 1;
return 0;
}
}
namespace snippet19 {

int run() {
#line 77 "include/loyal/optim/schedule.hpp"
if (loyal::ExponentialSchedule{.factor = 0.5}(2) != 0.25) return 1;
return 0;
}
}
namespace snippet20 {

int run() {
#line 89 "include/loyal/optim/schedule.hpp"
const loyal::PolynomialSchedule line{.steps = 100, .minimum = 0.2};
if (std::abs(line(50) - 0.6) > 1e-12 || line(200) != 0.2) return 1;
return 0;
}
}
namespace snippet21 {

int run() {
#line 106 "include/loyal/optim/schedule.hpp"
const loyal::InverseRootSchedule schedule{.steps = 4};
if (schedule(0) != 0.25 || schedule(3) != 1 || schedule(15) != 0.5) return 1;
return 0;
}
}
namespace snippet22 {

int run() {
#line 123 "include/loyal/optim/schedule.hpp"
const loyal::CosineSchedule schedule{.steps = 100};
if (std::abs(schedule(50) - 0.5) > 1e-12 || schedule(100) > 1e-12) return 1;
return 0;
}
}
namespace snippet23 {

int run() {
#line 138 "include/loyal/optim/schedule.hpp"
const loyal::CosineRestarts schedule{.first = 10, .growth = 2};
if (schedule(10) != 1 || std::abs(schedule(20) - 0.5) > 1e-12 || schedule(30) != 1) return 1;
return 0;
}
}
namespace snippet24 {

int run() {
#line 161 "include/loyal/optim/schedule.hpp"
const loyal::OneCycleSchedule schedule{.steps = 101};
if (std::abs(schedule(0) - 0.04) > 1e-12 || schedule(29) < 0.99 || schedule(100) > 1e-5) return 1;
return 0;
}
}
namespace snippet25 {

int run() {
#line 183 "include/loyal/optim/schedule.hpp"
const loyal::WarmUp schedule{.steps = 10, .then = loyal::CosineSchedule{.steps = 90}};
if (schedule(5) != 0.5 || schedule(10) != 1) return 1;
return 0;
}
}
namespace snippet26 {

int run() {
#line 198 "include/loyal/optim/schedule.hpp"
const loyal::ScheduleSequence schedule{
    {{10, loyal::ConstantSchedule{0.1}}, {20, loyal::ConstantSchedule{1}}, {0, loyal::CosineSchedule{50}}}};
if (schedule(9) != 0.1 || schedule(10) != 1 || std::abs(schedule(55) - 0.5) > 1e-12) return 1;
return 0;
}
}
namespace snippet27 {

int run() {
#line 68 "include/loyal/optim/schedule_free.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::ScheduleFreeSGD optimizer{{.learning_rate = 0.1}};
auto state = optimizer.init(p);
for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
if (optimizer.average(p, state).norm() > 0.1) return 1;
return 0;
}
}
namespace snippet28 {

int run() {
#line 123 "include/loyal/optim/schedule_free.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::ScheduleFreeAdamW optimizer{{.learning_rate = 0.1}};
auto state = optimizer.init(p);
for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
if (optimizer.average(p, state).norm() > 0.1) return 1;
return 0;
}
}
namespace snippet29 {

int run() {
#line 18 "include/loyal/optim/sgd.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::SGD sgd{{.learning_rate = 0.1, .momentum = 0.9}};
auto state = sgd.init(p);
for (int i = 0; i < 300; ++i) sgd.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 1e-4) return 1;
return 0;
}
}
namespace snippet30 {

int run() {
#line 30 "include/loyal/optim/weight_average.hpp"
loyal::Vector<double> w = loyal::Vector<double>::Zero(2);
loyal::WeightAverage average{w};
for (const double x : {1.0, 2.0, 6.0}) average.add(loyal::Vector<double>(w.array() + x));
if (std::abs(average.model()[0] - 3) > 1e-12) return 1;
return 0;
}
}
namespace snippet31 {

int run() {
#line 62 "include/loyal/recommend/als.hpp"
std::vector<loyal::Interaction> pairs;
for (int user = 0; user < 20; ++user)
  for (int item = 0; item < 8; ++item)
    if (user % 2 == item % 2 && (user + item) % 5 != 0) pairs.push_back({user, item});
const loyal::Interactions train(20, 8, pairs);
loyal::ALS<float> als{{.factors = 4, .regularization = 0.01}};
als.fit(train);
for (const auto& best : als.recommend(0, 1))
  if (best.index % 2 != 0) return 1;
if (als.fold_in({train.items_of(3), {}}).factors != als.profile(3).factors) return 2;
return 0;
}
}
namespace snippet32 {

int run() {
#line 29 "include/loyal/recommend/biased_mf.hpp"
const std::vector<loyal::Interaction> ratings{{0, 0, 5}, {0, 1, 1}, {1, 0, 5}, {1, 1, 1}, {2, 0, 4}};
loyal::BiasedMF<float> model{{.factors = 4}};
model.fit(loyal::Interactions(3, 2, ratings));
if (model.predict(2, 0) < model.predict(2, 1)) return 1;
return 0;
}
}
namespace snippet33 {

int run() {
#line 28 "include/loyal/recommend/bpr.hpp"
std::vector<loyal::Interaction> pairs;
for (int user = 0; user < 40; ++user)
  for (int item = 0; item < 12; ++item)
    if (user % 2 == item % 2 && (user + item) % 5 != 0) pairs.push_back({user, item});
loyal::BPR<float> bpr{{.factors = 4}};
bpr.fit(loyal::Interactions(40, 12, pairs));
if (bpr.recommend(0, 1)[0].index % 2 != 0) return 1;
return 0;
}
}
namespace snippet34 {

int run() {
#line 49 "include/loyal/recommend/bspm.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {2, 3}};
loyal::BSPM<float> model({.factors = 2});
model.fit(loyal::Interactions(3, 4, pairs));
if (model.recommend(0, 1)[0].index != 2) return 1;
return 0;
}
}
namespace snippet35 {

int run() {
#line 27 "include/loyal/recommend/ease.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 1}, {3, 2}};
loyal::EASE<double> model({.regularization = 1});
model.fit(loyal::Interactions(4, 3, pairs));
if (model.recommend(2, 1)[0].index != 0) return 1;
return 0;
}
}
namespace snippet36 {

int run() {
#line 282 "include/loyal/recommend/evaluate.hpp"
const loyal::Vector<double> a{{0.5, 0.25, 1.0, 0.0}};
const loyal::Vector<double> b{{0.25, 0.25, 0.5, 0.0}};
const auto verdict = loyal::compare_quality(a, b);
if (verdict.difference.estimate != 0.1875 || verdict.p_value > 0.5) return 1;
return 0;
}
}
namespace snippet37 {

int run() {
#line 45 "include/loyal/recommend/evaluate_sampled.hpp"
const loyal::Interactions train{2, 3, std::vector<loyal::Interaction>{{0, 0}, {1, 0}, {1, 1}}};
const loyal::Interactions test{2, 3, std::vector<loyal::Interaction>{{0, 1}}};
loyal::Popularity<double> model;
model.fit(train);
if (loyal::evaluate_sampled(model, train, test, {.k = 1}).hit.mean() != 1) return 1;
return 0;
}
}
namespace snippet38 {

int run() {
#line 54 "include/loyal/recommend/factorization_machine.hpp"
// Whether two of four features agree: no linear model can tell.
loyal::SparseMatrix<float> rows(4, 4);
for (int r = 0; r < 4; ++r) {
  rows.insert(r, r / 2) = 1;
  rows.insert(r, 2 + r % 2) = 1;
}
rows.makeCompressed();
loyal::FactorizationMachine<float> machine{{.factors = 2, .loss = loyal::FactorizationLoss::logistic}};
machine.fit(rows, {1, 0, 0, 1});
const auto p = machine.predict_proba(rows);
if (p[0] < 0.8F || p[1] > 0.2F || p[2] > 0.2F || p[3] < 0.8F) return 1;
return 0;
}
}
namespace snippet39 {

int run() {
#line 41 "include/loyal/recommend/gf_cf.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 1}, {3, 2}};
loyal::GFCF<double> model({.factors = 2});
model.fit(loyal::Interactions(4, 3, pairs));
if (model.recommend(2, 1)[0].index != 0) return 1;
return 0;
}
}
namespace snippet40 {

int run() {
#line 24 "include/loyal/recommend/item_gram.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0, 2}, {0, 1, 3}, {1, 1, 1}};
const auto gram = loyal::item_gram<double>(loyal::Interactions(2, 2, pairs));
if (gram.coeff(0, 1) != 6 || gram.coeff(1, 1) != 10) return 1;
return 0;
}
}
namespace snippet41 {

int run() {
#line 53 "include/loyal/recommend/item_gram.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 1}, {1, 2}, {2, 0}, {2, 1}};
const auto gram = loyal::item_gram<double>(loyal::Interactions(3, 3, pairs));
loyal::ItemNeighborhood<double> near(gram);
near.gather(0, 1, 0, 1);
if (near.items() != std::vector<std::int32_t>{1} || near.gram()(0, 0) != 3 || near.target()[0] != 2) return 1;
return 0;
}
}
namespace snippet42 {

int run() {
#line 49 "include/loyal/recommend/item_index.hpp"
const loyal::ItemIndex<float> index(loyal::Matrix<float>{{1, 0}, {0, 2}, {3, 3}});
loyal::ItemIndex<float>::Scratch scratch;
const loyal::RowVector<float> user{{1, -1}};
const auto best = index.search(user, 2, scratch);
if (best[0].index != 0 || best[1].index != 2 || best[1].score != 0) return 1;
return 0;
}
}
namespace snippet43 {

int run() {
#line 31 "include/loyal/recommend/item_knn.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 2}, {3, 0}};
loyal::ItemKNN<float> model({.neighbors = 2});
model.fit(loyal::Interactions(4, 3, pairs));
if (model.recommend(3, 1)[0].index != 1 || model.similar_items(2, 5).size() != 0) return 1;
return 0;
}
}
namespace snippet44 {

int run() {
#line 40 "include/loyal/recommend/knn_baseline.hpp"
std::vector<loyal::Interaction> ratings;
for (int user = 0; user < 20; ++user)
  for (int item = 0; item < 6; ++item)
    if ((user + item) % 4 != 0) ratings.push_back({user, item, user % 2 == item % 2 ? 5.0F : 1.0F});
loyal::KNNBaseline<double> model{{.shrinkage = 1}};
model.fit(loyal::Interactions(20, 6, ratings));
if (model.predict(0, 4) < 4 || model.predict(3, 2) > 2) return 1;
return 0;
}
}
namespace snippet45 {

int run() {
#line 39 "include/loyal/recommend/logistic_mf.hpp"
std::vector<loyal::Interaction> pairs;
for (int user = 0; user < 40; ++user)
  for (int item = 0; item < 12; ++item)
    if (user % 2 == item % 2 && (user + item) % 5 != 0) pairs.push_back({user, item});
loyal::LogisticMF<float> model{{.factors = 4}};
model.fit(loyal::Interactions(40, 12, pairs));
if (model.recommend(0, 1)[0].index % 2 != 0) return 1;
return 0;
}
}
namespace snippet46 {

int run() {
#line 37 "include/loyal/recommend/mmr.hpp"
const std::vector<loyal::Scored<float>> ranked{{4, 1.0F}, {7, 0.9F}, {2, 0.5F}};
const auto same_shelf = [](loyal::Index a, loyal::Index b) { return a / 4 == b / 4 ? 1.0 : 0.0; };
const auto chosen = loyal::mmr<float>(ranked, same_shelf, {.k = 2, .lambda = 0.5});
if (chosen[0].index != 4 || chosen[1].index != 2) return 1;
return 0;
}
}
namespace snippet47 {

int run() {
#line 88 "include/loyal/recommend/mmr.hpp"
const loyal::Matrix<float> factors{{1, 0}, {2, 0.1F}, {0, 1}};
const std::vector<loyal::Scored<float>> ranked{{1, 1.0F}, {0, 0.9F}, {2, 0.6F}};
if (loyal::mmr<float>(ranked, factors, {.k = 2, .lambda = 0.5})[1].index != 2) return 1;
return 0;
}
}
namespace snippet48 {

int run() {
#line 33 "include/loyal/recommend/popularity.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {1, 0}, {1, 2}};
loyal::Popularity<float> popularity;
popularity.fit(loyal::Interactions(3, 3, pairs));
if (popularity.recommend(2, 1)[0].index != 0 || popularity.recommend(0, 1)[0].index != 2) return 1;
return 0;
}
}
namespace snippet49 {

int run() {
#line 40 "include/loyal/recommend/row_similarity.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 1}};
const loyal::RowSimilarity<double> alike({2, 2, pairs}, loyal::RowMeasure::jaccard, 0);
if (alike(1, alike.size({}, 2), alike.size({}, 1)) != 0.5) return 1;
return 0;
}
}
namespace snippet50 {

int run() {
#line 101 "include/loyal/recommend/serving_model.hpp"
std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 1}, {1, 2}};
loyal::IdMap users, items;
for (const char* name : {"anna", "ben"}) users.add(name);
for (const char* name : {"chess", "go", "bridge"}) items.add(name);
loyal::Interactions train(2, 3, pairs);
train.set_names(users, items);
loyal::ALS<float> als{{.factors = 2}};
als.fit(train);
loyal::ServingModel<float>::save("games.safetensors", als);
const loyal::ServingModel<float> serving("games.safetensors");
loyal::ServingModel<float>::Scratch scratch;
const auto best = serving.recommend("anna", 1, scratch);
if (serving.item_name(best[0].index) != "bridge") return 1;
return 0;
}
}
namespace snippet51 {

int run() {
#line 178 "include/loyal/recommend/simplex.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {2, 3}, {2, 4}};
loyal::SimpleX<float> model({.factors = 8, .margin = 0.7, .negative_weight = 2});
model.fit(loyal::Interactions(3, 5, pairs));
if (model.recommend(0, 1)[0].index != 2) return 1;
return 0;
}
}
namespace snippet52 {

int run() {
#line 36 "include/loyal/recommend/slim.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 1}, {3, 2}};
loyal::SLIM<double> model({.l1 = 0.1, .l2 = 0.1});
model.fit(loyal::Interactions(4, 3, pairs));
if (model.recommend(2, 1)[0].index != 0 || !model.converged()) return 1;
return 0;
}
}
namespace snippet53 {

int run() {
#line 34 "include/loyal/recommend/sparse_ease.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 1}, {3, 2}};
loyal::SparseEASE<double> model({.regularization = 1, .neighbors = 2});
model.fit(loyal::Interactions(4, 3, pairs));
if (model.recommend(2, 1)[0].index != 0) return 1;
return 0;
}
}
namespace snippet54 {

int run() {
#line 32 "include/loyal/recommend/svd_pp.hpp"
const std::vector<loyal::Interaction> ratings{{0, 0, 5}, {0, 1, 1}, {1, 0, 5}, {1, 1, 1}, {2, 0, 4}};
loyal::SVDpp<float> model{{.factors = 4}};
model.fit(loyal::Interactions(3, 2, ratings));
if (model.predict(2, 0) < model.predict(2, 1)) return 1;
return 0;
}
}
namespace snippet55 {

int run() {
#line 159 "include/loyal/recommend/ultra_gcn.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {2, 3}, {2, 4}};
loyal::UltraGCN<float> model({.factors = 8, .negative_weight = 2, .item_weight = 1});
model.fit(loyal::Interactions(3, 5, pairs));
if (model.recommend(0, 1)[0].index != 2) return 1;
return 0;
}
}
namespace snippet56 {

int run() {
#line 37 "include/loyal/recommend/user_knn.hpp"
const std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 0}, {2, 2}};
loyal::UserKNN<float> model({.neighbors = 2});
model.fit(loyal::Interactions(3, 3, pairs));
if (model.recommend(1, 1)[0].index != 1) return 1;
return 0;
}
}
namespace snippet57 {

int run() {
#line 32 "include/loyal/recommend/warp.hpp"
std::vector<loyal::Interaction> pairs;
for (int user = 0; user < 40; ++user)
  for (int item = 0; item < 12; ++item)
    if (user % 2 == item % 2 && (user + item) % 5 != 0) pairs.push_back({user, item});
loyal::WARP<float> warp{{.factors = 4}};
warp.fit(loyal::Interactions(40, 12, pairs));
if (warp.recommend(0, 1)[0].index % 2 != 0) return 1;
return 0;
}
}
namespace snippet58 {

int run() {
#line 72 "include/loyal/report/axis.hpp"
const auto ticks = loyal::linear_ticks(0.02, 0.97, 5);
if (ticks.size() != 6 || ticks.front() != 0 || ticks[3] != 0.6 || ticks.back() != 1) return 1;
return 0;
}
}
namespace snippet59 {

int run() {
#line 98 "include/loyal/report/axis.hpp"
const auto ticks = loyal::log_ticks(3, 4000);
if (ticks.front() != 1 || ticks[1] != 10 || ticks.back() != 1e4) return 1;
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
