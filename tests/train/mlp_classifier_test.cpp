// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/model_file.hpp>
#include <loyal/train/mlp_classifier.hpp>

#include "../support/catch.hpp"
#include "../support/temporary_directory.hpp"

using namespace loyal;

namespace {

/// Two features whose signs must agree: no line tells the classes apart.
template <Scalar T>
struct Quadrants {
  Matrix<T> x;
  std::vector<int> y;
  explicit Quadrants(int n, std::uint64_t seed = 1) : x(n, 2) {
    Rng rng{seed};
    for (int i = 0; i < n; ++i) {
      x(i, 0) = rng.normal<T>();
      x(i, 1) = rng.normal<T>();
      y.push_back(x(i, 0) * x(i, 1) > 0 ? 1 : 0);
    }
  }
};

template <Scalar T>
double accuracy(const MLPClassifier<T>& model, const Quadrants<T>& data) {
  const auto p = model.predict_proba(data.x);
  int right = 0;
  for (Index i = 0; i < p.size(); ++i)
    right += (p[i] > 0.5) == (data.y[static_cast<std::size_t>(i)] == 1) ? 1 : 0;
  return right / static_cast<double>(p.size());
}

}  // namespace

TEMPLATE_TEST_CASE("mlp_classifier: learns what no line can, on samples it has not seen", "", float,
                   double) {
  using T = TestType;
  MLPClassifier<T> model{{.learning_rate = 0.01}};
  model.fit(Quadrants<T>(800).x, Quadrants<T>(800).y);
  CHECK(accuracy(model, Quadrants<T>(800, 2)) > 0.92);
  CHECK(model.sizes() == std::array<Index, 3>{2, 32, 16});
  const Quadrants<T> few(20, 3);
  const auto logits = model.decision_function(few.x);
  const auto p = model.predict_proba(few.x);
  REQUIRE(p.size() == 20);
  for (Index i = 0; i < 20; ++i) CHECK(p[i] == Approx(1 / (1 + std::exp(-logits[i]))));
  CHECK(model.predict_proba(Matrix<T>(0, 2)).size() == 0);
}

TEST_CASE("mlp_classifier: the same seed gives the same bits, another seed others") {
  const Quadrants<float> data(100);
  const auto fit = [&](std::uint64_t seed) {
    MLPClassifier<float> model{{.hidden1 = 4, .hidden2 = 3, .epochs = 3, .seed = seed}};
    model.fit(data.x, data.y);
    return model;
  };
  CHECK(fit(1) == fit(1));
  CHECK_FALSE(fit(1) == fit(2));
  auto again = fit(1);
  again.fit(data.x, data.y);  // starts anew
  CHECK(again == fit(1));
}

TEST_CASE("mlp_classifier: the held-out share chooses the epoch, and patience ends it") {
  Rng rng{4};
  Matrix<float> noise(120, 10);
  std::vector<int> labels;
  for (Index i = 0; i < noise.size(); ++i) noise.data()[i] = rng.normal<float>();
  for (int i = 0; i < 120; ++i) labels.push_back(rng.bernoulli(0.5) ? 1 : 0);
  const MLPClassifier<float>::Options how{
      .epochs = 200, .batch_size = 16, .learning_rate = 0.02, .patience = 4};
  MLPClassifier<float> model{how};
  model.fit(noise, labels);
  const auto& history = model.history();
  CHECK(history.end == History::End::stopped_early);
  CHECK(static_cast<int>(history.epochs.size()) == history.best_epoch + 4);
  auto all = how;
  all.validation_share = 0;
  all.epochs = 12;
  MLPClassifier<float> without{all};
  without.fit(noise, labels);
  CHECK(without.history().epochs.size() == 12);
  CHECK(std::isnan(without.history().epochs[0].validation_loss));
}

TEST_CASE("mlp_classifier: weights of samples and of label 1 move the probabilities") {
  const Matrix<double> x =
      Matrix<double>::Zero(400, 1);  // nothing to learn but the share of label 1
  std::vector<int> labels;
  std::vector<double> weights;
  for (int i = 0; i < 400; ++i) {
    labels.push_back(i % 4 == 0 ? 1 : 0);
    weights.push_back(i % 4 == 0 ? 3 : 1);
  }
  const auto share = [&](const MLPClassifier<double>::Options& how, const std::vector<double>& w) {
    MLPClassifier<double> model{how};
    model.fit(x, labels, w);
    return model.predict_proba(x)[0];
  };
  const MLPClassifier<double>::Options plain{.epochs = 150, .learning_rate = 0.02};
  auto rare = plain;
  rare.positive_weight = 3;
  CHECK(share(plain, {}) == Approx(0.25).margin(0.05));
  CHECK(share(plain, weights) == Approx(0.5).margin(0.06));
  CHECK(share(rare, {}) == Approx(0.5).margin(0.06));
}

TEST_CASE("mlp_classifier: one sample, one class") {
  MLPClassifier<float> model{{.epochs = 200, .learning_rate = 0.05}};
  model.fit(Matrix<float>::Ones(1, 2), {1});
  CHECK(model.predict_proba(Matrix<float>::Ones(1, 2))[0] > 0.9);
  model.fit(Matrix<float>::Ones(30, 2), std::vector<int>(30, 0));
  CHECK(model.predict_proba(Matrix<float>::Ones(1, 2))[0] < 0.1);
}

TEST_CASE("mlp_classifier: progress is told and may cancel") {
  const Quadrants<float> data(50);
  int told = 0;
  MLPClassifier<float> model{
      {.progress = [&](const Progress& p) { return (told = static_cast<int>(p.step)) < 3; }}};
  model.fit(data.x, data.y);
  CHECK(told == 3);
  CHECK(model.history().end == History::End::canceled);
}

TEMPLATE_TEST_CASE("mlp_classifier: what cannot be fitted leaves the model as it was", "", float,
                   double) {
  using T = TestType;
  const Quadrants<T> data(40);
  MLPClassifier<T> model{{.epochs = 2}};
  CHECK_THROWS_AS(model.predict_proba(data.x), NotFitted);
  CHECK_THROWS_AS(model.decision_function(data.x), NotFitted);
  CHECK(model.sizes() == std::array<Index, 3>{0, 0, 0});
  model.fit(data.x, data.y);
  const auto before = model;
  CHECK_THROWS_AS(model.fit(data.x, {1, 0}), ShapeError);
  CHECK_THROWS_AS(model.fit(data.x, data.y, {1, 2}), ShapeError);
  CHECK_THROWS_AS(model.fit(data.x, data.y, Vector<double>::Zero(40).eval()), DataError);
  CHECK_THROWS_AS(model.fit(data.x, Vector<double>::Constant(40, 2).eval()), DataError);
  CHECK_THROWS_AS(model.fit(Matrix<T>(0, 2), {}), DataError);
  auto bad = data.x;
  bad(3, 1) = std::numeric_limits<T>::quiet_NaN();
  CHECK_THROWS_AS(model.fit(bad, data.y), DataError);
  CHECK(model == before);
  CHECK_THROWS_AS(model.predict_proba(Matrix<T>::Zero(2, 3)), ShapeError);
}

TEST_CASE("mlp_classifier: options out of range are refused") {
  using Model = MLPClassifier<float>;
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(Model({.hidden1 = 0}), OptionError);
  CHECK_THROWS_AS(Model({.hidden2 = 0}), OptionError);
  CHECK_THROWS_AS(Model({.dropout = 1}), OptionError);
  CHECK_THROWS_AS(Model({.dropout = -0.1}), OptionError);
  CHECK_THROWS_AS(Model({.epochs = 0}), OptionError);
  CHECK_THROWS_AS(Model({.batch_size = 0}), OptionError);
  CHECK_THROWS_AS(Model({.learning_rate = 0}), OptionError);
  CHECK_THROWS_AS(Model({.weight_decay = -1}), OptionError);
  CHECK_THROWS_AS(Model({.validation_share = 0.6}), OptionError);
  CHECK_THROWS_AS(Model({.validation_share = not_a_number}), OptionError);
  CHECK_THROWS_AS(Model({.patience = 0}), OptionError);
  CHECK_THROWS_AS(Model({.positive_weight = 0}), OptionError);
}

TEST_CASE("mlp_classifier: shaped by its sizes, it takes its numbers from a file") {
  const testing::TemporaryDirectory directory;
  const Quadrants<float> data(60);
  MLPClassifier<float> model{{.hidden1 = 5, .hidden2 = 4, .epochs = 2}};
  model.fit(data.x, data.y);
  save_parameters(directory / "model", model);
  MLPClassifier<float> copy;
  copy.set_sizes(model.sizes());
  CHECK(copy.sizes() == std::array<Index, 3>{2, 5, 4});
  load_parameters(directory / "model", copy);
  CHECK(copy == model);
  CHECK(copy.predict_proba(data.x) == model.predict_proba(data.x));
}
