#include <loyal/loyal.hpp>
#include <cstdlib>
#include <iostream>




























































namespace snippet0 {

int run() {
#line 39 "include/loyal/math/sparse_product.hpp"
loyal::SparseSum<float> sum(100);
const std::vector<std::int32_t> columns{7, 3};
const std::vector<float> values{1, 2};
sum.add(columns, values, 10);
sum.add(columns, values, 1);
float all = 0;
sum.drain([&](loyal::Index, float value) { all += value; });
if (all != 33) return 1;
return 0;
}
}
namespace snippet1 {

int run() {
#line 106 "include/loyal/math/sparse_product.hpp"
loyal::SparseMatrix<double> x(2, 3);
x.insert(0, 1) = 2;
x.insert(1, 1) = 3;
x.makeCompressed();
const loyal::SparseMatrix<double> xt = x.transpose();
double gram = 0;
loyal::product_rows(xt, x, [&](loyal::Index, auto& sum) {
  sum.drain([&](loyal::Index, double value) { gram += value; });
}, {.threads = 1});
if (gram != 13) return 1;
return 0;
}
}
namespace snippet2 {

int run() {
#line 167 "include/loyal/math/sparse_product.hpp"
loyal::SparseMatrix<float> a(2, 2);
a.insert(1, 0) = 2;
a.makeCompressed();
const loyal::Matrix<float> x = loyal::Matrix<float>::Ones(2, 3);
loyal::Matrix<float> y;
loyal::multiply_sparse(a, x, y);
if (y(0, 2) != 0 || y(1, 2) != 2) return 1;
return 0;
}
}
namespace snippet3 {

int run() {
#line 190 "include/loyal/math/sparse_product.hpp"
const std::vector<std::vector<std::pair<std::int32_t, float>>> rows{{{2, 5.0F}, {0, 1.0F}}, {}};
const auto m = loyal::sparse_from_rows<float>(rows, 3);
if (m.coeff(0, 2) != 5 || m.rows() != 2 || m.nonZeros() != 2) return 1;
return 0;
}
}
namespace snippet4 {

int run() {
#line 35 "include/loyal/math/special.hpp"
if (std::abs(loyal::log_gamma(5.0) - std::log(24.0)) > 1e-14) return 1;
return 0;
}
}
namespace snippet5 {

int run() {
#line 96 "include/loyal/math/special.hpp"
if (std::abs(loyal::normal_quantile(0.975) - 1.959963984540054) > 1e-14) return 1;
return 0;
}
}
namespace snippet6 {

int run() {
#line 27 "include/loyal/math/statistics.hpp"
loyal::Moments moments;
for (const double x : {1.0, 2.0, 6.0}) moments.add(x);
if (moments.mean() != 3 || moments.variance() != 7) return 1;
return 0;
}
}
namespace snippet7 {

int run() {
#line 118 "include/loyal/math/statistics.hpp"
if (loyal::quantile({4, 1, 2, 3}, 0.5) != 2.5) return 1;
return 0;
}
}
namespace snippet8 {

int run() {
#line 196 "include/loyal/math/statistics.hpp"
const std::vector<double> spent{3, 5, 8, 2, 9, 4};
const auto interval = loyal::bootstrap_interval(6, [&](const std::vector<loyal::Index>& rows) {
  double sum = 0;
  for (const auto i : rows) sum += spent[static_cast<std::size_t>(i)];
  return sum / 6;
});
if (!(interval.low < interval.estimate && interval.estimate < interval.high)) return 1;
return 0;
}
}
namespace snippet9 {

int run() {
#line 86 "include/loyal/math/symmetric_eigen.hpp"
const auto eigen = loyal::symmetric_eigen(2, {2, 1, 1, 2});
if (std::abs(eigen.values[0] - 3) > 1e-12 || std::abs(eigen.values[1] - 1) > 1e-12) return 1;
return 0;
}
}
namespace snippet10 {

int run() {
#line 108 "include/loyal/math/symmetric_inverse.hpp"
loyal::Matrix<double> a{{4, 2}, {2, 3}};
if (!loyal::invert_symmetric(a)) return 1;
if (std::abs(a(0, 1) + 0.25) > 1e-12 || std::abs(a(1, 1) - 0.5) > 1e-12) return 2;
return 0;
}
}
namespace snippet11 {

int run() {
#line 61 "include/loyal/math/top_k.hpp"
loyal::TopK<float> best(2);
best.offer(std::vector<float>{0.1F, 0.9F, 0.9F, 0.3F});
best.push(7, 0.95F);
if (best.sorted()[0].index != 7 || best.sorted()[1].index != 1) return 1;
return 0;
}
}
namespace snippet12 {

int run() {
#line 143 "include/loyal/math/top_k.hpp"
const std::vector<double> scores{3, 1, 2, 3};
const auto best = loyal::top_k(scores, 2, [](loyal::Index i) { return i == 0; });
if (best[0].index != 3 || best[1].index != 2) return 1;
return 0;
}
}
namespace snippet13 {

int run() {
#line 244 "include/loyal/math/truncated_svd.hpp"
loyal::SparseMatrix<double> a(3, 2);
a.insert(0, 0) = 3;
a.insert(2, 1) = -5;
a.makeCompressed();
const auto svd = loyal::truncated_svd(a, {.rank = 1});
if (std::abs(svd.singular_values[0] - 5) > 1e-9 || std::abs(svd.v(0, 0)) > 1e-9) return 1;
return 0;
}
}
namespace snippet14 {

int run() {
#line 28 "include/loyal/math/values.hpp"
const auto total = [](const loyal::Values& values) { return values.sum(); };
const std::vector<int> labels{0, 1, 1};
const loyal::Matrix<float> scores = loyal::Matrix<float>::Ones(3, 2);
if (total(labels) != 2 || total(scores.col(1)) != 3 || total({0.5, 0.25}) != 0.75) return 1;
return 0;
}
}
namespace snippet15 {

int run() {
#line 64 "include/loyal/metrics/calibration.hpp"
const auto curve = loyal::reliability_curve({0, 1, 1, 1}, {0.25, 0.25, 0.75, 0.75}, {.bins =
2}); if (curve.expected_error() != 0.25 || curve.observed[1] != 1) return 1;
return 0;
}
}
namespace snippet16 {

int run() {
#line 94 "include/loyal/metrics/classification.hpp"
if (loyal::roc_auc({0, 0, 1, 1}, {0.1, 0.4, 0.35, 0.8}) != 0.75) return 1;
return 0;
}
}
namespace snippet17 {

int run() {
#line 114 "include/loyal/metrics/classification.hpp"
const auto curve = loyal::roc_curve({0, 1}, {0.2, 0.7});
if (curve.true_positive_rate[1] != 1 || curve.false_positive_rate[1] != 0) return 1;
return 0;
}
}
namespace snippet18 {

int run() {
#line 155 "include/loyal/metrics/classification.hpp"
if (std::abs(loyal::pr_auc({0, 0, 1, 1}, {0.1, 0.4, 0.35, 0.8}) - 5.0 / 6) > 1e-15) return
1;
return 0;
}
}
namespace snippet19 {

int run() {
#line 180 "include/loyal/metrics/classification.hpp"
const auto table = loyal::confusion({0, 0, 1, 1}, {0.1, 0.6, 0.4, 0.8});
if (table.accuracy() != 0.5 || table.f1() != 0.5 || table.mcc() != 0) return 1;
return 0;
}
}
namespace snippet20 {

int run() {
#line 268 "include/loyal/metrics/classification.hpp"
if (std::abs(loyal::log_loss({1, 0}, {0.5, 0.5}) - std::log(2.0)) > 1e-15) return 1;
return 0;
}
}
namespace snippet21 {

int run() {
#line 36 "include/loyal/metrics/gain.hpp"
const auto curve = loyal::gain_curve({1, 0, 1, 0}, {0.9, 0.1, 0.8, 0.3});
if (curve.at(0.25) != 0.5 || curve.at(0.5) != 1) return 1;
return 0;
}
}
namespace snippet22 {

int run() {
#line 74 "include/loyal/metrics/gain.hpp"
if (loyal::lift_at({1, 0, 0, 0}, {0.9, 0.1, 0.8, 0.3}, 0.25) != 4) return 1;
return 0;
}
}
namespace snippet23 {

int run() {
#line 68 "include/loyal/metrics/multiclass.hpp"
const auto table = loyal::class_table({0, 1, 2, 2}, {0, 1, 1, 2}, 3);
if (table.accuracy() != 0.75 || table.f1(0) != 1) return 1;
return 0;
}
}
namespace snippet24 {

int run() {
#line 67 "include/loyal/metrics/ranking.hpp"
const std::vector<std::uint8_t> hits{0, 1, 0, 1};
const auto score = loyal::ranking_score(hits, 4, 4);
if (score.recall != 0.5 || score.reciprocal_rank != 0.5 || score.average_precision != 0.25) return 1;
return 0;
}
}
namespace snippet25 {

int run() {
#line 34 "include/loyal/metrics/regression.hpp"
if (loyal::mean_squared_error({1, 2}, {1, 4}) != 2) return 1;
return 0;
}
}
namespace snippet26 {

int run() {
#line 128 "include/loyal/metrics/survival_metrics.hpp"
const auto c = loyal::concordance({1, 2, 3}, {1, 0, 1}, {0.9, 0.2, 0.5});
if (c.value() != 1 || c.pairs() != 2) return 1;
return 0;
}
}
namespace snippet27 {

int run() {
#line 223 "include/loyal/metrics/survival_metrics.hpp"
const auto auc = loyal::cumulative_dynamic_auc({1, 2, 3, 4}, {1, 1, 1, 0}, {4, 3, 1, 2}, {1.5, 3.5});
if (auc[0] != 1 || std::abs(auc[1] - 2.0 / 3) > 1e-15) return 1;
return 0;
}
}
namespace snippet28 {

int run() {
#line 275 "include/loyal/metrics/survival_metrics.hpp"
const loyal::Matrix<double> coin = loyal::Matrix<double>::Constant(3, 1, 0.5);
const auto score = loyal::survival_brier_score({1, 2, 3}, {1, 1, 1}, coin, {1.5});
if (score[0] != 0.25) return 1;
return 0;
}
}
namespace snippet29 {

int run() {
#line 308 "include/loyal/metrics/survival_metrics.hpp"
const loyal::Matrix<double> coin = loyal::Matrix<double>::Constant(3, 2, 0.5);
if (loyal::integrated_brier_score({1, 2, 3}, {1, 1, 1}, coin, {0.5, 1.5}) != 0.25) return 1;
return 0;
}
}
namespace snippet30 {

int run() {
#line 23 "include/loyal/metrics/survival_rows.hpp"
const loyal::SurvivalRows rows{.weight = {1, 2, 1}};
if (!rows.entry.empty() || rows.weight[1] != 2) return 1;
return 0;
}
}
namespace snippet31 {

int run() {
#line 106 "include/loyal/nn/activation.hpp"
const loyal::Matrix<float> x = loyal::Matrix<float>::Constant(1, 2, -3);
if (loyal::predict(loyal::ReLU{}, x).sum() != 0) return 1;
return 0;
}
}
namespace snippet32 {

int run() {
#line 123 "include/loyal/nn/activation.hpp"
const loyal::Matrix<double> x = loyal::Matrix<double>::Constant(1, 1, -2);
if (loyal::predict(loyal::LeakyReLU{0.1}, x)(0, 0) != -0.2) return 1;
return 0;
}
}
namespace snippet33 {

int run() {
#line 154 "include/loyal/nn/activation.hpp"
const loyal::Matrix<double> x = loyal::Matrix<double>::Constant(1, 1, 2);
if (loyal::predict(loyal::ELU{}, x)(0, 0) != 2) return 1;
return 0;
}
}
namespace snippet34 {

int run() {
#line 184 "include/loyal/nn/activation.hpp"
const loyal::Matrix<double> x = loyal::Matrix<double>::Zero(1, 1);
if (loyal::predict(loyal::Sigmoid{}, x)(0, 0) != 0.5) return 1;
return 0;
}
}
namespace snippet35 {

int run() {
#line 198 "include/loyal/nn/activation.hpp"
const loyal::Matrix<double> x = loyal::Matrix<double>::Zero(1, 1);
if (loyal::predict(loyal::Tanh{}, x)(0, 0) != 0) return 1;
return 0;
}
}
namespace snippet36 {

int run() {
#line 212 "include/loyal/nn/activation.hpp"
const loyal::Matrix<double> x = loyal::Matrix<double>::Constant(1, 1, 1);
if (std::abs(loyal::predict(loyal::GELU{}, x)(0, 0) - 0.8413447460685429) > 1e-12) return 1;
return 0;
}
}
namespace snippet37 {

int run() {
#line 224 "include/loyal/nn/activation.hpp"
const auto y = loyal::predict(loyal::Softmax{}, loyal::Matrix<double>::Zero(1, 4).eval());
if (y(0, 0) != 0.25) return 1;
return 0;
}
}
namespace snippet38 {

int run() {
#line 27 "include/loyal/nn/batch_norm.hpp"
loyal::BatchNorm<double> norm{2};
loyal::Matrix<double> y, x = loyal::Matrix<double>::Random(8, 2);
loyal::BatchNorm<double>::Cache<loyal::Matrix<double>> cache;
loyal::Pass pass{.training = true};
norm.forward(x, y, cache, pass);
norm.absorb(cache);
if (norm.running_var[0] == 1) return 1;
return 0;
}
}
namespace snippet39 {

int run() {
#line 23 "include/loyal/nn/dense.hpp"
const loyal::Dense<float> layer{3, 2};
const loyal::Matrix<float> x = loyal::Matrix<float>::Ones(4, 3);
loyal::Matrix<float> y;
loyal::NoCache cache;
loyal::Pass pass;
layer.forward(x, y, cache, pass);
if (y.rows() != 4 || y.cols() != 2) return 1;
return 0;
}
}
namespace snippet40 {

int run() {
#line 22 "include/loyal/nn/dropout.hpp"
const loyal::Dropout drop{0.5};
const loyal::Matrix<float> x = loyal::Matrix<float>::Ones(2, 3);
if (loyal::predict(drop, x) != x) return 1;  // nothing is dropped outside training
return 0;
}
}
namespace snippet41 {

int run() {
#line 25 "include/loyal/nn/embedding.hpp"
const loyal::Embedding<float> table{100, 8};
loyal::Tokens tokens;
loyal::set_shape(tokens.values, {2, 3});
tokens.values.fill(5);
tokens.lengths = {3, 1};
const auto y = loyal::predict(table, tokens);
if (y.values(0, 2, 0) != table.weight(5, 0) || y.values(1, 1, 0) != 0) return 1;
return 0;
}
}
namespace snippet42 {

int run() {
#line 31 "include/loyal/nn/gru.hpp"
const loyal::GRU<float> gru{3, 5};
loyal::Tensor<float, 3> x;
loyal::set_shape(x, {2, 4, 3});
x.fill(1);
if (loyal::feature_size(loyal::predict(gru, x)) != 5) return 1;
return 0;
}
}
namespace snippet43 {

int run() {
#line 29 "include/loyal/nn/initializer.hpp"
loyal::Rng rng{1};
loyal::Matrix<float> weight(64, 32);
loyal::initialize(weight, loyal::Initializer::he_normal, rng);
if (weight.cwiseAbs().maxCoeff() > 1.5f) return 1;
return 0;
}
}
namespace snippet44 {
struct Halve {
  void forward(const auto& x, auto& y, auto&, loyal::Pass&) const {
    loyal::set_shape_like(y, x);
    loyal::as_matrix(y) = loyal::as_matrix(x) / 2;
  }
  void backward(const auto&, const auto&, const auto& dy, auto&, auto& dx, Halve&) const {
    loyal::set_shape_like(dx, dy);
    loyal::as_matrix(dx) = loyal::as_matrix(dy) / 2;
  }
};
int run() {
#line 97 "include/loyal/nn/layer.hpp"
static_assert(loyal::Layer<Halve, loyal::Matrix<float>>);
return 0;
}
}
namespace snippet45 {

int run() {
#line 118 "include/loyal/nn/layer.hpp"
loyal::Rng rng{7};
loyal::Vector<double> not_a_layer;
loyal::initialize(not_a_layer, rng);  // nothing to do
return 0;
}
}
namespace snippet46 {

int run() {
#line 22 "include/loyal/nn/layer_norm.hpp"
const loyal::LayerNorm<double> norm{4};
const auto y = loyal::predict(norm, loyal::Matrix<double>::Random(3, 4).eval());
if (std::abs(y.row(0).sum()) > 1e-12) return 1;
return 0;
}
}
namespace snippet47 {

int run() {
#line 20 "include/loyal/nn/pooling.hpp"
loyal::Tensor<float, 3> x;
loyal::set_shape(x, {2, 4, 3});
x.fill(2);
const auto y = loyal::predict(loyal::MeanOverTime{}, x);
if (y.rows() != 2 || y(1, 2) != 2) return 1;
return 0;
}
}
namespace snippet48 {

int run() {
#line 67 "include/loyal/nn/pooling.hpp"
loyal::Tensor<float, 3> x;
loyal::set_shape(x, {1, 3, 1});
x(0, 0, 0) = 1, x(0, 1, 0) = 5, x(0, 2, 0) = -2;
if (loyal::predict(loyal::MaxOverTime{}, x)(0, 0) != 5) return 1;
return 0;
}
}
namespace snippet49 {

int run() {
#line 123 "include/loyal/nn/pooling.hpp"
loyal::Padded<float, 3> x;
loyal::set_shape(x.values, {1, 3, 1});
x.values(0, 0, 0) = 1, x.values(0, 1, 0) = 5, x.values(0, 2, 0) = -2;
x.lengths = {2};
if (loyal::predict(loyal::LastStep{}, x)(0, 0) != 5) return 1;
return 0;
}
}
namespace snippet50 {

int run() {
#line 16 "include/loyal/nn/residual.hpp"
const loyal::Residual block{loyal::Sequential{loyal::Dense<float>{4, 4}, loyal::ReLU{}}};
const auto y = loyal::predict(block, loyal::Matrix<float>::Ones(2, 4).eval());
if (y.minCoeff() < 1) return 1;
return 0;
}
}
namespace snippet51 {

int run() {
#line 51 "include/loyal/nn/sequential.hpp"
loyal::Sequential network{loyal::Dense<float>{8, 16}, loyal::ReLU{}, loyal::Dense<float>{16, 1}};
const loyal::Matrix<float> x = loyal::Matrix<float>::Ones(5, 8);
const auto y = loyal::predict(network, x);
if (y.rows() != 5 || y.cols() != 1) return 1;
return 0;
}
}
namespace snippet52 {

int run() {
#line 251 "include/loyal/nn/sequential.hpp"
const loyal::Sequential network{loyal::Dense<float>{3, 1}, loyal::Sigmoid{}};
loyal::Workspace<decltype(network)> workspace;
const auto& p = loyal::predict(network, loyal::Matrix<float>::Zero(2, 3).eval(), workspace);
if (p(1, 0) != 0.5f) return 1;
return 0;
}
}
namespace snippet53 {

int run() {
#line 17 "include/loyal/optim/accumulate.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::Accumulate optimizer{loyal::SGD{{.learning_rate = 0.1}}, 4};
auto state = optimizer.init(p);
for (int i = 0; i < 3; ++i) optimizer.step(p, p, state);
if (p[0] != 1) return 1;
optimizer.step(p, p, state);
if (std::abs(p[0] - 0.9) > 1e-12) return 2;
return 0;
}
}
namespace snippet54 {

int run() {
#line 19 "include/loyal/optim/adadelta.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::AdaDelta optimizer{{.epsilon = 1e-4}};
auto state = optimizer.init(p);
for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 0.1) return 1;
return 0;
}
}
namespace snippet55 {

int run() {
#line 18 "include/loyal/optim/adagrad.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::AdaGrad adagrad{{.learning_rate = 0.5}};
auto state = adagrad.init(p);
for (int i = 0; i < 500; ++i) adagrad.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 1e-3) return 1;
return 0;
}
}
namespace snippet56 {

int run() {
#line 69 "include/loyal/optim/adam.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::Adam adam{{.learning_rate = 0.1}};
auto state = adam.init(p);
for (int i = 0; i < 500; ++i) adam.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 1e-3) return 1;
return 0;
}
}
namespace snippet57 {

int run() {
#line 21 "include/loyal/optim/adamax.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::AdaMax optimizer{{.learning_rate = 0.1}};
auto state = optimizer.init(p);
for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 0.1) return 1;
return 0;
}
}
namespace snippet58 {

int run() {
#line 16 "include/loyal/optim/adamw.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::AdamW adamw{{.learning_rate = 0.1, .weight_decay = 0.01}};
auto state = adamw.init(p);
for (int i = 0; i < 500; ++i) adamw.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 1e-3) return 1;
return 0;
}
}
namespace snippet59 {

int run() {
#line 23 "include/loyal/optim/adan.hpp"
loyal::Vector<double> p = loyal::Vector<double>::Ones(3);
const loyal::Adan optimizer{{.learning_rate = 0.02}};
auto state = optimizer.init(p);
for (int i = 0; i < 500; ++i) optimizer.step(p, loyal::Vector<double>(2 * p), state);
if (p.norm() > 0.1) return 1;
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
