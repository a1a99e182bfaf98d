// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/train/logistic_regression.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

/// Forty samples for which scikit-learn 1.2.1, LogisticRegression(solver="newton-cg", tol=1e-12), gave the numbers
/// below. In NumPy:
///   i = arange(40); x = [((i*i*3 + 5*i + 2) % 17 - 8) / 4, ((i*7 + 3) % 13 - 6) / 3, ((i*i + 11*i) % 19 - 9) / 5]
///   y = x[0] - 0.5 * x[1] + 0.3 * x[2] + ((i*29) % 23 - 11) / 6 > 0.2; w = 1 + i % 4 / 2
template <Scalar T>
struct Sample {
  Matrix<T> x = Matrix<T>(40, 3);
  std::vector<int> y;
  std::vector<double> w;
  Sample() {
    for (int i = 0; i < 40; ++i) {
      const double a = ((i * i * 3 + 5 * i + 2) % 17 - 8) / 4.0;
      const double b = ((i * 7 + 3) % 13 - 6) / 3.0;
      const double c = ((i * i + 11 * i) % 19 - 9) / 5.0;
      x.row(i) << static_cast<T>(a), static_cast<T>(b), static_cast<T>(c);
      y.push_back(a - 0.5 * b + 0.3 * c + (i * 29 % 23 - 11) / 6.0 > 0.2 ? 1 : 0);
      w.push_back(1 + i % 4 / 2.0);
    }
  }
};

struct Problem {
  Matrix<double> x;
  Vector<double> y;
  Vector<double> w;
};

Problem random_problem(Rng& rng, Index samples, Index features) {
  Problem p{Matrix<double>(samples, features), Vector<double>(samples), Vector<double>(samples)};
  Vector<double> truth(features);
  for (double& b : truth) b = rng.normal();
  for (Index i = 0; i < samples; ++i) {
    for (Index j = 0; j < features; ++j) p.x(i, j) = rng.normal();
    p.y[i] = rng.bernoulli(sigmoid(p.x.row(i).dot(truth) - 0.5)) ? 1 : 0;
    p.w[i] = rng.uniform(0.0, 3.0);
  }
  p.y[0] = 0;
  p.y[1] = 1;
  return p;
}

}  // namespace

TEST_CASE("logistic_regression: equals scikit-learn") {
  const Sample<double> s;
  const auto check = [&](const LogisticRegression<double>& model, double a, double b, double c,
                         double intercept) {
    CHECK(model.converged());
    CHECK(model.coefficients()[0] == Approx(a).epsilon(1e-6));
    CHECK(model.coefficients()[1] == Approx(b).epsilon(1e-6));
    CHECK(model.coefficients()[2] == Approx(c).epsilon(1e-6));
    CHECK(model.intercept() == Approx(intercept).epsilon(1e-6));
  };
  LogisticRegression<double> model;
  model.fit(s.x, s.y);
  check(model, 1.4456028127466602, -0.5784085722118084, 0.36926844788179747, -0.07908671390554885);
  const auto logits = model.decision_function(s.x);
  CHECK(logits[0] == Approx(-2.3337655670009663).epsilon(1e-6));
  CHECK(logits[1] == Approx(0.0940643315811152).epsilon(1e-5));
  CHECK(logits[2] == Approx(-0.20258908143706067).epsilon(1e-5));
  CHECK(model.predict_proba(s.x)[0] == Approx(1 / (1 + std::exp(2.3337655670009663))));
  model.fit(s.x, s.y, s.w);  // sample_weight=w
  check(model, 1.495072359015552, -0.6924197279127293, 0.21413879640919073, 0.0545695023459005);
  LogisticRegression<double> loose{{.l2 = 0.1}};  // C=10
  loose.fit(s.x, s.y);
  check(loose, 1.7801804053089867, -0.798377403744492, 0.4401195771298803, -0.022848792921112776);
  LogisticRegression<double> rare{{.positive_weight = 3}};  // class_weight={0: 1, 1: 3}
  rare.fit(s.x, s.y);
  check(rare, 1.664136844940782, -0.5462144098237662, 0.3409856671829042, 0.9541483922599872);
}

TEST_CASE("logistic_regression: float data gives the same model") {
  LogisticRegression<double> wide;
  LogisticRegression<float> narrow;
  wide.fit(Sample<double>().x, Sample<double>().y);
  narrow.fit(Sample<float>().x, Sample<float>().y);
  CHECK((wide.coefficients() - narrow.coefficients()).norm() < 1e-6);
  CHECK(wide.intercept() == Approx(narrow.intercept()).epsilon(1e-5));
  CHECK((wide.predict_proba(Sample<double>().x) - narrow.predict_proba(Sample<float>().x)).norm() <
        1e-6);
}

TEST_CASE("logistic_regression: the gradient of the penalized likelihood is zero at the fit") {
  Rng rng{8};
  for (int round = 0; round < 40; ++round) {
    const Index features = 1 + static_cast<Index>(rng.below(12));
    const auto p = random_problem(rng, 20 + static_cast<Index>(rng.below(200)), features);
    const double l2 = std::pow(10, rng.uniform(-3.0, 3.0));
    LogisticRegression<double> model{{.l2 = l2}};
    model.fit(p.x, p.y, p.w);
    const Vector<double> error = p.w.array() * (model.predict_proba(p.x) - p.y).array();
    const Vector<double> gradient = p.x.transpose() * error + l2 * model.coefficients();
    INFO(round);
    CHECK(model.converged());
    CHECK(gradient.norm() < 1e-5);
    CHECK(std::abs(error.sum()) < 1e-5);
  }
}

TEST_CASE("logistic_regression: many features take conjugate gradients to the same optimum") {
  Rng rng{12};
  const auto p = random_problem(rng, 120, 320);
  LogisticRegression<double> model{{.l2 = 5}};
  model.fit(p.x, p.y, p.w);
  const Vector<double> error = p.w.array() * (model.predict_proba(p.x) - p.y).array();
  CHECK(model.converged());
  CHECK((p.x.transpose() * error + 5 * model.coefficients()).norm() < 1e-5);
  CHECK(std::abs(error.sum()) < 1e-5);
}

TEST_CASE("logistic_regression: a weight counts as so many samples, zero as none") {
  Rng rng{9};
  const auto p = random_problem(rng, 60, 4);
  std::vector<double> weights;
  std::vector<Index> rows;
  for (Index i = 0; i < 60; ++i) {
    weights.push_back(static_cast<double>(i % 4));
    for (Index k = 0; k < i % 4; ++k) rows.push_back(i);
  }
  LogisticRegression<double> weighted;
  LogisticRegression<double> repeated;
  weighted.fit(p.x, p.y, weights);
  repeated.fit(p.x(rows, Eigen::all), Vector<double>(p.y(rows)));
  CHECK((weighted.coefficients() - repeated.coefficients()).norm() < 1e-7);
  CHECK(weighted.intercept() == Approx(repeated.intercept()).epsilon(1e-6));
}

TEST_CASE(
    "logistic_regression: separable classes end, penalized at an optimum and else without one") {
  Matrix<double> x(6, 1);
  x << -3, -2, -1, 1, 2, 3;
  LogisticRegression<double> ridge;
  ridge.fit(x, {0, 0, 0, 1, 1, 1});
  CHECK(ridge.converged());
  CHECK(std::abs(ridge.intercept()) < 1e-6);
  LogisticRegression<double> free{{.l2 = 0}};
  free.fit(x, {0, 0, 0, 1, 1, 1});
  CHECK_FALSE(free.converged());
  CHECK(std::isfinite(free.coefficients()[0]));
  CHECK(free.coefficients()[0] > ridge.coefficients()[0]);
  CHECK(free.predict_proba(x)[5] > 0.999);
  free.fit(x, {0, 0, 1, 0, 1, 1});  // not separable: there is one
  CHECK(free.converged());
  free.fit(x, {0, 0, 1, 0, 1, 1}, {1, 1, 0, 1, 1, 1});  // separable but for a sample without weight
  CHECK_FALSE(free.converged());
}

TEMPLATE_TEST_CASE(
    "logistic_regression: ties everywhere, one positive, classes that touch in one value", "",
    float, double) {
  using T = TestType;
  // Two values of x, each with both labels: the log odds of the counts, exactly.
  Matrix<T> x(10, 1);
  x << 0, 0, 0, 0, 1, 1, 1, 1, 1, 1;
  LogisticRegression<T> free{{.l2 = 0}};
  free.fit(x, {1, 0, 0, 0, 1, 1, 1, 1, 0, 0});
  CHECK(free.converged());
  CHECK(free.intercept() == Approx(std::log(1 / 3.0)));
  CHECK(free.coefficients()[0] == Approx(std::log(2.0) - std::log(1 / 3.0)));
  free.fit(Matrix<T>(Matrix<T>::Constant(10, 2, T(0.3))), {1, 0, 0, 0, 1, 1, 1, 1, 0, 0});
  CHECK(free.converged());  // without variance: the share
  CHECK(free.predict_proba(Matrix<T>(Matrix<T>::Constant(1, 2, T(0.3))))[0] == Approx(0.5));
  // All with x = 1 are positive: no optimum, though x = 0 has both labels.
  free.fit(x, {1, 0, 0, 0, 1, 1, 1, 1, 1, 1});
  CHECK_FALSE(free.converged());
  CHECK(free.predict_proba(x)[9] > 0.99);
  CHECK(free.predict_proba(x)[0] == Approx(0.25).epsilon(1e-2));
  LogisticRegression<T> ridge;
  ridge.fit(x, {1, 0, 0, 0, 1, 1, 1, 1, 1, 1});
  CHECK(ridge.converged());
  // One positive, among the others: an optimum; beyond them all: none without a penalty.
  Matrix<T> line(5, 1);
  line << 1, 2, 3, 4, 5;
  free.fit(line, {0, 0, 1, 0, 0});
  CHECK(free.converged());
  CHECK(free.coefficients()[0] == Approx(0).margin(1e-6));  // by symmetry
  CHECK(free.intercept() == Approx(logit(0.2)).margin(1e-5));
  free.fit(line, {0, 0, 0, 0, 1});
  CHECK_FALSE(free.converged());
  ridge.fit(line, {0, 0, 0, 0, 1});
  CHECK(ridge.converged());
  CHECK(ridge.coefficients()[0] > 0);
}

TEST_CASE("logistic_regression: constant, collinear and huge columns") {
  Rng rng{10};
  auto p = random_problem(rng, 100, 3);
  LogisticRegression<double> plain;
  plain.fit(p.x.leftCols(2), p.y);
  p.x.col(2).setConstant(1);  // the unpenalized intercept takes over what it could do
  LogisticRegression<double> constant;
  constant.fit(p.x, p.y);
  CHECK(std::abs(constant.coefficients()[2]) < 1e-5);
  CHECK((constant.coefficients().head(2) - plain.coefficients()).norm() < 1e-5);
  CHECK(constant.intercept() == Approx(plain.intercept()).epsilon(1e-4));
  p.x.col(2) = p.x.col(1);  // the penalty shares out equally
  LogisticRegression<double> twin;
  twin.fit(p.x, p.y);
  CHECK(twin.coefficients()[1] == Approx(twin.coefficients()[2]).epsilon(1e-5));
  p.x.col(2).setZero();
  LogisticRegression<double> zero{{.l2 = 0}};
  zero.fit(p.x, p.y);
  CHECK(zero.coefficients()[2] == 0);
  p.x.col(2) = 1e6 * p.x.col(0) + Vector<double>::Constant(100, 3e6);
  LogisticRegression<double> huge;
  huge.fit(p.x, p.y);
  CHECK(huge.coefficients().allFinite());
  const auto loss = [&](const Vector<double>& z) {
    return (softplus(z.array()) - p.y.array() * z.array()).sum();
  };
  const double share = p.y.mean();
  CHECK(loss(huge.decision_function(p.x)) < loss(Vector<double>::Constant(100, logit(share))));
}

TEST_CASE("logistic_regression: the penalty shrinks to the share of positives") {
  const Sample<double> s;
  LogisticRegression<double> model{{.l2 = 1e9}};
  model.fit(s.x, s.y);
  CHECK(model.coefficients().norm() < 1e-6);
  CHECK(model.predict_proba(s.x)[7] == Approx(16 / 40.0).epsilon(1e-5));
}

TEST_CASE("logistic_regression: two samples; more features than samples") {
  Matrix<double> x(2, 1);
  x << 0, 2;
  LogisticRegression<double> model;
  model.fit(x, {0, 1});
  CHECK(model.converged());
  // By symmetry about 1 the intercept is -b, and b solves b = 2 sigmoid(-b).
  const double b = model.coefficients()[0];
  CHECK(model.intercept() == Approx(-b));
  CHECK(b == Approx(2 / (1 + std::exp(b))));
  Rng rng{11};
  const auto wide = random_problem(rng, 5, 40);
  model.fit(wide.x, wide.y);
  CHECK(model.converged());
  CHECK(model.coefficients().size() == 40);
}

TEMPLATE_TEST_CASE("logistic_regression: what cannot be fitted leaves the model as it was", "",
                   float, double) {
  using T = TestType;
  const Sample<T> s;
  LogisticRegression<T> model;
  CHECK_THROWS_AS(model.predict_proba(s.x), NotFitted);
  CHECK_THROWS_AS(model.decision_function(s.x), NotFitted);
  CHECK_THROWS_AS(model.intercept(), NotFitted);
  CHECK(model.coefficients().size() == 0);
  CHECK(model.sizes()[0] == 0);
  CHECK_FALSE(model.converged());
  model.fit(s.x, s.y);
  const auto before = model;
  CHECK_THROWS_AS(model.fit(s.x, Vector<double>::Ones(40).eval()), DataError);
  CHECK_THROWS_AS(model.fit(s.x, Vector<double>::Zero(40).eval()), DataError);
  std::vector<double> only_zeros;  // both classes, but one has no weight
  for (const int y : s.y) only_zeros.push_back(y == 0 ? 1 : 0);
  CHECK_THROWS_AS(model.fit(s.x, s.y, only_zeros), DataError);
  CHECK_THROWS_AS(model.fit(s.x, {1, 0}), ShapeError);
  CHECK_THROWS_AS(model.fit(Matrix<T>(0, 3), {}), DataError);
  Matrix<T> bad = s.x;
  bad(5, 1) = std::numeric_limits<T>::quiet_NaN();
  CHECK_THROWS_AS(model.fit(bad, s.y), DataError);
  CHECK(model == before);
  CHECK(model.converged());
  CHECK_THROWS_AS(model.predict_proba(Matrix<T>::Zero(2, 4)), ShapeError);
  CHECK(model.predict_proba(Matrix<T>(0, 3)).size() == 0);
}

TEST_CASE("logistic_regression: options out of range are refused") {
  using Model = LogisticRegression<double>;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double l2 : {-1.0, nan, std::numeric_limits<double>::infinity()})
    CHECK_THROWS_AS(Model({.l2 = l2}), OptionError);
  CHECK_THROWS_AS(Model({.max_iterations = 0}), OptionError);
  CHECK_THROWS_AS(Model({.tolerance = 0}), OptionError);
  CHECK_THROWS_AS(Model({.tolerance = nan}), OptionError);
  CHECK_THROWS_AS(Model({.positive_weight = 0}), OptionError);
}

TEST_CASE("logistic_regression: a limit of iterations is kept and told") {
  const Sample<double> s;
  LogisticRegression<double> model{{.max_iterations = 1}};
  model.fit(s.x, s.y);
  CHECK(model.iterations() == 1);
  CHECK_FALSE(model.converged());
}
