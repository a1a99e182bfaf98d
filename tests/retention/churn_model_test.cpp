// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include <loyal/core/file.hpp>
#include <loyal/core/random.hpp>
#include <loyal/metrics/classification.hpp>
#include <loyal/retention/churn_model.hpp>
#include <loyal/train/isotonic.hpp>
#include <loyal/train/mlp_classifier.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

namespace churn_model_tests {

using namespace loyal;
using loyal::testing::TemporaryDirectory;

const std::vector<std::string> names{"days since the last visit", "lessons", "\"pr\xc3\xa4mie\"",
                                     "noise"};

/// Customers who leave with a known probability: late visits drive them away, lessons keep them.
template <Scalar T>
struct Customers {
  Matrix<T> features;
  std::vector<int> left;
  std::vector<double> chance;

  explicit Customers(Index n, std::uint64_t seed = 1) : features(n, 4) {
    Rng rng{seed};
    for (Index i = 0; i < n; ++i) {
      const double days = -20 * std::log1p(-rng.uniform());
      const double lessons = static_cast<double>(rng.below(40));
      const double money = 100 * rng.normal();
      features.row(i) << static_cast<T>(days), static_cast<T>(lessons), static_cast<T>(money),
          static_cast<T>(rng.normal());
      chance.push_back(sigmoid(1.5 * std::log1p(days) - 1.2 * std::log1p(lessons) - 2));
      left.push_back(rng.bernoulli(chance.back()) ? 1 : 0);
    }
  }
};

template <class Classifier>
Classifier classifier() {
  if constexpr (requires {
                  Classifier{{.hidden1 = 6, .hidden2 = 4, .epochs = 15, .learning_rate = 0.01}};
                })
    return Classifier{{.hidden1 = 6, .hidden2 = 4, .epochs = 15, .learning_rate = 0.01}};
  else
    return Classifier{};
}

/// A classifier and a calibrator of a user's own, which remember whom they met: the first feature is a number.
struct Witness {
  using value_type = double;
  std::vector<double> seen;
  double weight = 0;
  void fit(const Matrix<double>& x, const Values&, const Values& weights = {}) {
    seen.assign(x.col(0).begin(), x.col(0).end());
    weight = weights.sum();
  }
  [[nodiscard]] Vector<double> decision_function(const Matrix<double>& x) const { return x.col(0); }
  [[nodiscard]] Vector<double> predict_proba(const Matrix<double>& x) const { return x.col(0); }
};
struct HeldOut {
  std::vector<double> seen;
  double weight = 0;
  void fit(const Values& scores, const Values&, const Values& weights = {}) {
    seen.assign(scores.begin(), scores.end());
    weight = weights.sum();
  }
  [[nodiscard]] Vector<double> predict_proba(const Values& scores) const { return scores.vector(); }
};

TEMPLATE_TEST_CASE(
    "churn_model: ranks customers nearly as well as the truth does, and comes back from a file", "",
    (ChurnModel<LogisticRegression<double>>), (ChurnModel<LogisticRegression<float>>),
    (ChurnModel<LogisticRegression<double>, IsotonicRegression>),
    (ChurnModel<MLPClassifier<float>>), (ChurnModel<MLPClassifier<double>, IsotonicRegression>)) {
  using Model = TestType;
  using T = typename Model::T;
  using C = std::remove_cvref_t<decltype(std::declval<Model>().classifier())>;
  const Customers<T> known(3000);
  const Customers<T> fresh(2000, 2);
  Model model(classifier<C>());
  model.fit(known.features, names, known.left);
  const auto p = model.predict_proba(fresh.features);
  const double best = roc_auc(fresh.left, fresh.chance);
  REQUIRE(best > 0.75);
  CHECK(roc_auc(fresh.left, p) > best - 0.03);
  CHECK(brier_score(fresh.left, p) < brier_score(fresh.left, fresh.chance) + 0.015);
  CHECK(model.names() == names);

  const TemporaryDirectory directory;
  model.save(directory / "model");
  const auto loaded = Model::load(directory / "model");
  CHECK(loaded.predict_proba(fresh.features) == p);
  CHECK(loaded.names() == names);
  CHECK(loaded.transform(fresh.features) == model.transform(fresh.features));
  loaded.save(directory / "again");
  CHECK(read_text(directory / "again") == read_text(directory / "model"));

  auto unknown = fresh.features;  // what is not known counts as the mean
  unknown.col(1).setConstant(std::numeric_limits<T>::quiet_NaN());
  const auto blind = model.predict_proba(unknown);
  CHECK(blind.allFinite());
  CHECK(model.transform(unknown).col(1) == Vector<T>::Zero(2000));
  CHECK(roc_auc(fresh.left, blind) < roc_auc(fresh.left, p));
}

TEST_CASE("churn_model: NaN while fitting is the mean, too") {
  Customers<double> known(1500);
  Rng rng{6};
  for (Index i = 0; i < known.features.size(); ++i)
    if (rng.bernoulli(0.1)) known.features.data()[i] = std::numeric_limits<double>::quiet_NaN();
  ChurnModel<LogisticRegression<double>> model;
  model.fit(known.features, names, known.left);
  const Customers<double> fresh(1000, 2);
  CHECK(roc_auc(fresh.left, model.predict_proba(fresh.features)) >
        roc_auc(fresh.left, fresh.chance) - 0.05);
}

TEST_CASE("churn_model: calibration puts distorted probabilities right") {
  const Customers<double> known(4000);
  const Customers<double> fresh(4000, 2);
  const LogisticRegression<double> distorted{{.positive_weight = 8}};
  const auto check = [&](auto model) {
    model.fit(known.features, names, known.left);
    const auto before = model.classifier().predict_proba(model.transform(fresh.features));
    const auto after = model.predict_proba(fresh.features);
    CHECK(brier_score(fresh.left, after) < brier_score(fresh.left, before) - 0.02);
    CHECK(log_loss(fresh.left, after.cwiseMax(1e-6).cwiseMin(1 - 1e-6).eval()) <
          log_loss(fresh.left, before) - 0.05);
    const double share = Values(fresh.left).sum() / 4000;
    CHECK(after.mean() == Approx(share).margin(0.03));
    CHECK(before.mean() > share + 0.1);
  };
  check(ChurnModel<LogisticRegression<double>>(distorted));
  check(ChurnModel<LogisticRegression<double>, IsotonicRegression>(distorted));
}

TEST_CASE("churn_model: the calibrator meets nobody the classifier knows, groups go together") {
  Rng rng{3};
  Matrix<double> features(300, 1);
  std::vector<int> left;
  std::vector<std::int32_t> groups;
  std::vector<double> weights;
  for (Index i = 0; i < 300; ++i) {
    groups.push_back(static_cast<std::int32_t>(rng.below(60)) - 30);
    features(i, 0) = groups.back();
    left.push_back(i % 2 == 0 ? 1 : 0);
    weights.push_back(static_cast<double>(i));
  }
  using Model = ChurnModel<Witness, HeldOut>;
  Model model(Witness{}, {.squash = false, .calibration_share = 0.3, .seed = 5});
  model.fit(features, {"group"}, left, weights, groups);
  const auto& known = model.classifier().seen;
  const auto& held_out = model.calibrator().seen;
  CHECK(known.size() + held_out.size() == 300);
  CHECK(held_out.size() == Approx(90).margin(30));
  const std::set<double> first(known.begin(), known.end());
  for (const double group : held_out) CHECK(first.count(group) == 0);
  CHECK(model.classifier().weight + model.calibrator().weight == 299 * 300 / 2);

  for (Index i = 0; i < 300; ++i)
    features(i, 0) = static_cast<double>(i);  // without groups: by sample
  model.fit(features, {"number"}, left);
  std::set<double> all(model.classifier().seen.begin(), model.classifier().seen.end());
  all.insert(model.calibrator().seen.begin(), model.calibrator().seen.end());
  CHECK(all.size() == 300);
  CHECK(model.calibrator().seen.size() == 90);
  const auto before = model.calibrator().seen;
  model.fit(features, {"number"}, left);
  CHECK(model.calibrator().seen == before);
  Model other(Witness{}, {.squash = false, .calibration_share = 0.3, .seed = 6});
  other.fit(features, {"number"}, left);
  CHECK(other.calibrator().seen != before);
}

TEST_CASE("churn_model: squashing is sign(x) log(1 + |x|), before the scale is learned") {
  Matrix<double> x(6, 1);
  x << -100, -1, 0, 1, 100, 10000;
  Vector<double> labels(6);
  labels << 0, 1, 0, 1, 0, 1;
  const auto direction = [&](bool squash) {
    ChurnModel<Witness, HeldOut> model(Witness{}, {.squash = squash});
    model.fit(x.replicate(10, 1), {"x"}, labels.replicate(10, 1));
    const Vector<double> z = model.transform(x).col(0);
    return Vector<double>((z.array() - z[2]) / (z[3] - z[2]));  // 0 -> 0, 1 -> 1
  };
  const auto plain = direction(false);
  const auto squashed = direction(true);
  for (Index i = 0; i < 6; ++i) {
    CHECK(plain[i] == Approx(x(i, 0)));
    CHECK(squashed[i] ==
          Approx(std::copysign(std::log1p(std::abs(x(i, 0))) / std::log(2.0), x(i, 0)))
              .margin(1e-12));
  }
}

TEST_CASE("churn_model: what cannot be fitted leaves the model as it was") {
  const Customers<double> known(200);
  using Model = ChurnModel<LogisticRegression<double>>;
  Model model;
  const TemporaryDirectory directory;
  CHECK_THROWS_AS(model.predict_proba(known.features), NotFitted);
  CHECK_THROWS_AS(model.transform(known.features), NotFitted);
  CHECK_THROWS_AS(model.save(directory / "model"), NotFitted);
  CHECK(directory.count() == 0);
  model.fit(known.features, names, known.left);
  const auto before = model.predict_proba(known.features);
  CHECK_THROWS_WITH(model.fit(known.features, {"one"}, known.left),
                    ContainsSubstring("names is 1, expected 4"));
  CHECK_THROWS_AS(model.fit(known.features, names, {1, 0}), ShapeError);
  CHECK_THROWS_AS(model.fit(known.features, names, known.left, {1, 1}), ShapeError);
  const std::vector<std::int32_t> few{1, 2, 3};
  CHECK_THROWS_AS(model.fit(known.features, names, known.left, {}, few), ShapeError);
  const std::vector<std::int32_t> one_group(200, 7);
  CHECK_THROWS_AS(model.fit(known.features, names, known.left, {}, one_group), DataError);
  auto labels = known.left;
  labels[5] = 2;
  CHECK_THROWS_AS(model.fit(known.features, names, labels), DataError);
  CHECK_THROWS_AS(model.fit(known.features, names, std::vector<int>(200, 1)), DataError);
  auto lonely = std::vector<int>(200, 0);  // one who left cannot both teach and calibrate
  lonely[17] = 1;
  CHECK_THROWS_AS(model.fit(known.features, names, lonely), DataError);
  auto features = known.features;
  features(3, 2) = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(model.fit(features, names, known.left), DataError);
  CHECK_THROWS_AS(model.fit(Matrix<double>(0, 4), names, {}), DataError);
  CHECK_THROWS_AS(model.fit(Matrix<double>(200, 0), {}, known.left), Error);
  CHECK(model.predict_proba(known.features) == before);
  CHECK_THROWS_AS(model.predict_proba(Matrix<double>::Zero(2, 3)), ShapeError);
  CHECK_THROWS_AS(model.predict_proba(features), DataError);
  CHECK(model.predict_proba(Matrix<double>(0, 4)).size() == 0);
  CHECK_THROWS_AS(model.save(directory / "no/model"), FormatError);
  for (const double share : {0.0, -0.1, 0.6, std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_AS(Model({}, {.calibration_share = share}), OptionError);
}

TEST_CASE("churn_model: features without variance tell nobody apart") {
  const Customers<double> known(200);
  const Matrix<double> constant = Matrix<double>::Constant(200, 4, 0.1);
  ChurnModel<LogisticRegression<double>> model;
  model.fit(constant, names, known.left);
  const auto p = model.predict_proba(constant);
  const double share = std::accumulate(known.left.begin(), known.left.end(), 0.0) / 200;
  CHECK(p.minCoeff() == p.maxCoeff());
  CHECK(p[0] == Approx(share).margin(0.05));
  CHECK(model.predict_proba(known.features).allFinite());
}

TEST_CASE("churn_model: options that scoring needs come back") {
  const Customers<float> known(400);
  const TemporaryDirectory directory;
  ChurnModel<LogisticRegression<float>> model({}, {.squash = false});
  model.fit(known.features, names, known.left);
  model.save(directory / "model");
  const auto loaded = decltype(model)::load(directory / "model");
  CHECK_FALSE(loaded.options().squash);
  CHECK(loaded.predict_proba(known.features) == model.predict_proba(known.features));
}

TEST_CASE("churn_model: a file of another model is refused") {
  const Customers<double> known(300);
  const TemporaryDirectory directory;
  ChurnModel<LogisticRegression<double>> model;
  model.fit(known.features, names, known.left);
  model.save(directory / "model");
  CHECK_THROWS_AS((ChurnModel<MLPClassifier<double>>::load(directory / "model")), FormatError);
  CHECK_THROWS_AS(
      (ChurnModel<LogisticRegression<double>, IsotonicRegression>::load(directory / "model")),
      Error);
  save_parameters(directory / "other", model.classifier());
  CHECK_THROWS_WITH(ChurnModel<LogisticRegression<double>>::load(directory / "other"),
                    ContainsSubstring("format"));
  CHECK_THROWS_AS(ChurnModel<LogisticRegression<double>>::load(directory / "nowhere"), FormatError);
}

TEMPLATE_TEST_CASE("churn_model: a damaged file is refused, or scores all the same", "",
                   (ChurnModel<LogisticRegression<double>>),
                   (ChurnModel<LogisticRegression<double>, IsotonicRegression>),
                   (ChurnModel<MLPClassifier<float>>)) {
  using Model = TestType;
  using T = typename Model::T;
  using C = std::remove_cvref_t<decltype(std::declval<Model>().classifier())>;
  const Customers<T> known(200);
  const TemporaryDirectory directory;
  Model model(classifier<C>());
  model.fit(known.features, names, known.left);
  const auto path = directory / "model";
  model.save(path);
  const auto valid = loyal::testing::to_bytes(read_text(path));
  const int refused =
      loyal::testing::survive_damage(valid, 2000, [&](std::span<const std::byte> bytes) {
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
        const auto loaded = Model::load(path);
        const auto p = loaded.predict_proba(Matrix<T>::Ones(2, 4));
        if (!(p.array() >= 0).all()) FAIL("no probabilities");
      });
  CHECK(refused >= static_cast<int>(valid.size()));
}

TEST_CASE("ChurnModel refuses to calibrate on one class", "[retention][churn_model]") {
  loyal::Matrix<double> x = loyal::Matrix<double>::Random(40, 2);
  std::vector<int> left(40, 0);
  left[0] = 1;  // nobody, or only this one, can be held out on either side
  loyal::ChurnModel<loyal::LogisticRegression<double>, loyal::IsotonicRegression> model;
  CHECK_THROWS_AS(model.fit(x, {"a", "b"}, left), loyal::DataError);
}

}  // namespace churn_model_tests
