// SPDX-License-Identifier: MIT
#include <loyal/loss/cross_entropy.hpp>

#include "../support/catch.hpp"
#include "../support/golden.hpp"
#include "../support/loss_contract.hpp"

using namespace loyal;
using namespace loyal::testing;

namespace {

Matrix<double> random_labels(Index rows, Index cols, Rng& rng, bool soft) {
  Matrix<double> t(rows, cols);
  for (double& value : t.reshaped()) value = soft ? rng.uniform() : double(rng.bernoulli(0.5));
  return t;
}

std::vector<Index> random_classes(Index rows, Index classes, Rng& rng) {
  std::vector<Index> all;
  for (Index r = 0; r < rows; ++r)
    all.push_back(static_cast<Index>(rng.below(static_cast<std::uint64_t>(classes))));
  return all;
}

}  // namespace

TEST_CASE("BinaryCrossEntropy keeps the contract of losses") {
  Rng rng{3};
  for (const bool soft : {false, true}) {
    const auto x = random_activation<Matrix<double>>({6, 2}, rng);
    const auto t = random_labels(6, 2, rng, soft);
    check_loss(BinaryCrossEntropy{}, x, t);
    check_loss(BinaryCrossEntropy{{.positive_weight = 3}}, x, t);
    check_loss(BinaryCrossEntropy{{.positive_weight = 0.4, .label_smoothing = 0.2}}, x, t);
  }
}

TEST_CASE("CrossEntropy and SoftCrossEntropy keep the contract of losses") {
  Rng rng{4};
  const auto x = random_activation<Matrix<double>>({6, 4}, rng);
  const auto classes = random_classes(6, 4, rng);
  const auto soft = random_labels(6, 4, rng, true);
  using Options = CrossEntropy::Options;
  for (const Options& options :
       {Options{}, Options{.label_smoothing = 0.3}, Options{.class_weights = {1, 0.5, 2, 3}},
        Options{.class_weights = {1, 0.5, 2, 3}, .label_smoothing = 0.1}}) {
    check_loss(CrossEntropy{options}, x, classes);
    check_loss(SoftCrossEntropy{options}, x, soft);
  }
}

TEMPLATE_TEST_CASE("BinaryCrossEntropy against torch", "", float, double) {
  using T = TestType;
  if (const auto golden = golden_case("layers/bce_with_logits")) {
    Matrix<T> gradient;
    const double value = mean_loss(BinaryCrossEntropy{}, golden->template matrix<T>("in/x"),
                                   golden->template matrix<T>("in/t"), {}, gradient);
    CHECK(value ==
          Approx(golden->template number<double>("f64/out/loss")).epsilon(golden_f64_tolerance<T>));
    CHECK(difference(gradient, golden->template matrix<float>("grad/in/x")) < golden_tolerance);
  }
  // Weights there belong to elements and columns: column by column they are ours, up to the
  // divisor, which there is the number of elements.
  if (const auto golden = golden_case("layers/bce_with_logits_pos_weight")) {
    const Matrix<T> x = golden->template matrix<T>("in/x");
    const Matrix<T> t = golden->template matrix<T>("in/t");
    const Matrix<double> w = golden->template matrix<double>("in/w");
    const RowVector<double> positive = golden->template row<double>("in/pw");
    const auto elements = static_cast<double>(x.size());
    double sum = 0;
    Matrix<T> gradient(x.rows(), x.cols());
    for (Index c = 0; c < x.cols(); ++c) {
      const BinaryCrossEntropy loss{{.positive_weight = positive[c]}};
      Matrix<T> column;
      sum += loss.evaluate(Matrix<T>(x.col(c)), Matrix<T>(t.col(c)), w.col(c), elements, &column);
      gradient.col(c) = column;
    }
    CHECK(sum ==
          Approx(golden->template number<double>("f64/out/loss")).epsilon(golden_f64_tolerance<T>));
    CHECK(difference(gradient, golden->template matrix<float>("grad/in/x")) < golden_tolerance);
  }
}

TEMPLATE_TEST_CASE("CrossEntropy against torch", "", float, double) {
  using T = TestType;
  const auto check = [](const std::string& name, double smoothing, bool sum) {
    const auto golden = golden_case("layers/" + name);
    if (!golden) return;
    INFO(name);
    CrossEntropy::Options options{.label_smoothing = smoothing};
    if (golden->contains("in/w")) options.class_weights = golden->template values<double>("in/w");
    const CrossEntropy loss{options};
    const Matrix<T> x = golden->template matrix<T>("in/x");
    const auto classes = golden->template values<Index>("in/y");
    const double divisor = sum ? 1 : loss.divisor(x, classes, {});
    Matrix<T> gradient;
    const double value = loss.evaluate(x, classes, {}, divisor, &gradient);
    CHECK(value == Approx(golden->template number<double>("out/loss")).epsilon(golden_tolerance));
    CHECK(value ==
          Approx(golden->template number<double>("f64/out/loss")).epsilon(golden_f64_tolerance<T>));
    CHECK(difference(gradient, golden->template matrix<float>("grad/in/x")) < golden_tolerance);
  };
  check("cross_entropy", 0, false);  // one target is -100: left out
  check("cross_entropy_sum", 0, true);
  check("cross_entropy_weighted", 0, false);
  check("cross_entropy_smoothing", 0.1, false);
  check("cross_entropy_extreme", 0, false);
  check("nll_loss", 0, false);
}

TEST_CASE("SoftCrossEntropy of one-hot targets is CrossEntropy") {
  Rng rng{5};
  const auto x = random_activation<Matrix<double>>({6, 4}, rng);
  const auto classes = random_classes(6, 4, rng);
  Matrix<double> hot = Matrix<double>::Zero(6, 4);
  for (std::size_t r = 0; r < 6; ++r) hot(static_cast<Index>(r), classes[r]) = 1;
  for (const double smoothing : {0.0, 0.2}) {
    Matrix<double> a;
    Matrix<double> b;
    const CrossEntropy::Options options{.label_smoothing = smoothing};
    CHECK(mean_loss(CrossEntropy{options}, x, classes, {}, a) ==
          Approx(mean_loss(SoftCrossEntropy{options}, x, hot, {}, b)).epsilon(1e-14));
    CHECK((a - b).norm() < 1e-15);
  }
  // Class weights scale the terms of soft targets; the mean divides by rows.
  const CrossEntropy::Options weighted{.class_weights = {2, 2, 2, 2}};
  CHECK(mean_loss(SoftCrossEntropy{weighted}, x, hot) ==
        Approx(2 * mean_loss(SoftCrossEntropy{}, x, hot)).epsilon(1e-14));
  CHECK(mean_loss(CrossEntropy{weighted}, x, classes) ==
        Approx(mean_loss(CrossEntropy{}, x, classes)).epsilon(1e-14));
}

TEST_CASE("two classes are one binary decision") {
  Rng rng{6};
  const auto logit = random_activation<Matrix<double>>({8, 1}, rng);
  const auto t = random_labels(8, 1, rng, false);
  Matrix<double> x = Matrix<double>::Zero(8, 2);
  x.col(1) = logit;
  std::vector<Index> classes;
  for (const double label : t.reshaped()) classes.push_back(static_cast<Index>(label));
  for (const double smoothing : {0.0, 0.1})
    CHECK(
        mean_loss(BinaryCrossEntropy{{.label_smoothing = smoothing}}, logit, t) ==
        Approx(mean_loss(CrossEntropy{{.label_smoothing = smoothing}}, x, classes)).epsilon(1e-13));
}

TEMPLATE_TEST_CASE("cross-entropies at chosen logits, huge ones too", "", float, double) {
  using T = TestType;
  const auto binary = [](const BinaryCrossEntropy& loss, double x, double t) {
    return mean_loss(loss, Matrix<T>::Constant(1, 1, static_cast<T>(x)).eval(),
                     Matrix<T>::Constant(1, 1, static_cast<T>(t)).eval());
  };
  CHECK(binary({}, 0, 1) == Approx(std::log(2.0)));
  CHECK(binary({}, 2, 1) == Approx(std::log1p(std::exp(-2.0))));
  CHECK(binary({}, 2, 0) == Approx(std::log1p(std::exp(2.0))));
  CHECK(binary(BinaryCrossEntropy{{.positive_weight = 4}}, 2, 1) ==
        Approx(4 * std::log1p(std::exp(-2.0))));
  CHECK(binary(BinaryCrossEntropy{{.positive_weight = 4}}, 2, 0) ==
        Approx(std::log1p(std::exp(2.0))));
  CHECK(binary({}, 1e30, 0) == Approx(1e30));
  CHECK(binary({}, -1e30, 1) == Approx(1e30));
  CHECK(binary({}, 1e30, 1) == Approx(0).margin(1e-30));
  CHECK(binary({}, 30, 1) == Approx(std::exp(-30.0)).margin(0).epsilon(1e-5));  // no 1 - p

  Matrix<T> x(1, 3);
  x << T(1e30), 0, 0;
  CHECK(mean_loss(CrossEntropy{}, x, {0}) == 0);
  CHECK(mean_loss(CrossEntropy{}, x, {1}) == Approx(1e30));
  Matrix<T> gradient;
  mean_loss(CrossEntropy{}, x, {1}, {}, gradient);
  CHECK(gradient(0, 0) == 1);
  CHECK(gradient(0, 1) == -1);
  CHECK(mean_loss(CrossEntropy{}, Matrix<T>::Constant(3, 1, 5).eval(), {0, 0, 0}) == 0);
}

TEST_CASE("CrossEntropy: rows without a class are left out") {
  Rng rng{7};
  const auto x = random_activation<Matrix<double>>({4, 3}, rng);
  Matrix<double> gradient;
  const double value = mean_loss(CrossEntropy{}, x, {2, -1, -100, 0}, {}, gradient);
  Matrix<double> rest(2, 3);
  rest << x.row(0), x.row(3);
  Matrix<double> expected;
  CHECK(value == Approx(mean_loss(CrossEntropy{}, rest, {2, 0}, {}, expected)).epsilon(1e-14));
  CHECK(gradient.middleRows(1, 2).isZero(0));
  CHECK((gradient.row(3) - expected.row(1)).norm() < 1e-15);
  CHECK(mean_loss(CrossEntropy{}, x, {-1, -1, -1, -1}, {}, gradient) == 0);
  CHECK(gradient == Matrix<double>::Zero(4, 3));

  // A tensor's leading axes are rows.
  const Tensor<double, 3> xt = to_tensor<3>(x, {2, 2, 3});
  CHECK(mean_loss(CrossEntropy{}, xt, {2, -1, -100, 0}) == value);
}

TEST_CASE("cross-entropies refuse what has no sense") {
  const Matrix<float> x = Matrix<float>::Zero(2, 3);
  CHECK_THROWS_WITH(mean_loss(CrossEntropy{}, x, {0}),
                    ContainsSubstring("the number of targets is 1, expected 2"));
  CHECK_THROWS_AS(mean_loss(CrossEntropy{}, x, {0, 3}), DataError);
  CHECK_THROWS_WITH(mean_loss(CrossEntropy{}, x, {0, 3}),
                    ContainsSubstring("a class is 3, expected < 3"));
  const CrossEntropy::Options two{.class_weights = {1, 2}};
  CHECK_THROWS_WITH(mean_loss(CrossEntropy{two}, x, {0, 1}),
                    ContainsSubstring("the number of class weights is 2, expected 3"));
  CHECK_THROWS_AS(mean_loss(SoftCrossEntropy{two}, x, x), ShapeError);
  CHECK_THROWS_AS(CrossEntropy({.class_weights = {1, -1}}), OptionError);
  CHECK_THROWS_AS(CrossEntropy({.class_weights = {1, NAN}}), OptionError);
  CHECK_THROWS_AS(CrossEntropy({.class_weights = {INFINITY}}), OptionError);
  CHECK_THROWS_AS(CrossEntropy({.label_smoothing = 1}), OptionError);
  CHECK_THROWS_AS(SoftCrossEntropy({.label_smoothing = -0.1}), OptionError);
  CHECK_THROWS_AS(BinaryCrossEntropy({.label_smoothing = NAN}), OptionError);
  CHECK_THROWS_AS(BinaryCrossEntropy({.positive_weight = 0}), OptionError);
  CHECK_THROWS_AS(BinaryCrossEntropy({.positive_weight = NAN}), OptionError);

  Matrix<float> t = x;
  for (const float bad : {-0.01F, 1.01F, NAN}) {
    t(1, 2) = bad;
    CHECK_THROWS_AS(mean_loss(BinaryCrossEntropy{}, x, t), DataError);
  }
  t(1, 2) = -1;
  CHECK_THROWS_AS(mean_loss(SoftCrossEntropy{}, x, t), DataError);
  t(1, 2) = NAN;
  CHECK_THROWS_AS(mean_loss(SoftCrossEntropy{}, x, t), DataError);
}
