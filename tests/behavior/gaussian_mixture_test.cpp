// SPDX-License-Identifier: MIT
#include <Eigen/LU>
#include <cmath>
#include <vector>

#include <loyal/behavior/gaussian_mixture.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

template <class T>
Matrix<T> sample(Rng& rng, Index n) {
  // Two thirds around (0, 0), correlated; one third around (6, -3), narrow.
  Matrix<T> x(n, 2);
  for (Index i = 0; i < n; ++i) {
    const double a = rng.normal();
    const double b = rng.normal();
    if (i % 3 != 0) {
      x(i, 0) = static_cast<T>(2 * a);
      x(i, 1) = static_cast<T>(a + 0.5 * b);
    } else {
      x(i, 0) = static_cast<T>(6 + 0.5 * a);
      x(i, 1) = static_cast<T>(-3 + 0.3 * b);
    }
  }
  return x;
}

/// log p(x), from the inverse and the determinant.
template <class Model, class T>
double density(const Model& model, const Matrix<T>& x, Index i) {
  double p = 0;
  for (Index k = 0; k < model.weights().size(); ++k) {
    const Eigen::MatrixXd c = model.covariances()[static_cast<std::size_t>(k)];
    const Eigen::VectorXd d = (x.row(i).template cast<double>() - model.means().row(k)).transpose();
    p += model.weights()[k] * std::exp(-0.5 * d.dot(c.inverse() * d)) /
         std::sqrt(std::pow(2 * M_PI, static_cast<double>(x.cols())) * c.determinant());
  }
  return std::log(p);
}

}  // namespace

TEMPLATE_TEST_CASE("a mixture finds the parameters that made the samples", "", float, double) {
  Rng rng{1};
  const auto x = sample<TestType>(rng, 4000);
  GaussianMixture<TestType> model{{.components = 2}};
  model.fit(x);
  CHECK(model.converged());
  const Index large = model.weights()[0] > model.weights()[1] ? 0 : 1;
  CHECK(model.weights()[large] == Approx(2.0 / 3).epsilon(0.03));
  CHECK(model.means()(1 - large, 0) == Approx(6).epsilon(0.03));
  CHECK(model.means()(1 - large, 1) == Approx(-3).epsilon(0.03));
  const auto& c = model.covariances()[static_cast<std::size_t>(large)];
  CHECK(c(0, 0) == Approx(4).epsilon(0.1));
  CHECK(c(0, 1) == Approx(2).epsilon(0.1));
  CHECK(c(1, 1) == Approx(1.25).epsilon(0.1));
  const auto labels = model.predict(x);
  const auto p = model.predict_proba(x);
  const auto score = model.score(x);
  for (Index i = 0; i < 200; ++i) {
    CHECK(p.row(i).sum() == Approx(1));
    CHECK(p(i, labels[static_cast<std::size_t>(i)]) >= 0.5);
    CHECK(score[i] == Approx(density(model, x, i)).epsilon(1e-4));
  }
  CHECK(score.sum() == Approx(model.log_likelihood()).epsilon(1e-6));
}

TEST_CASE(
    "each iteration raises the likelihood, and the fixed point is that of the textbook's EM") {
  Rng rng{2};
  const auto x = sample<double>(rng, 300);
  double before = -1e300;
  for (int iterations = 1; iterations < 12; ++iterations) {
    GaussianMixture<double> model{{.components = 3, .max_iterations = iterations, .tolerance = 0}};
    model.fit(x);
    CHECK(model.log_likelihood() >= before - 1e-6);
    before = model.log_likelihood();
  }
  GaussianMixture<double> model{
      {.components = 3, .max_iterations = 5000, .tolerance = 1e-14, .regularization = 1e-12}};
  model.fit(x);
  REQUIRE(model.converged());
  const auto p = model.predict_proba(x);
  for (Index k = 0; k < 3; ++k) {
    const double size = p.col(k).sum();
    const RowVector<double> mean = p.col(k).transpose() * x / size;
    const Matrix<double> d = x.rowwise() - mean;
    const Matrix<double> covariance = d.transpose() * p.col(k).asDiagonal() * d / size;
    CHECK(model.weights()[k] == Approx(size / 300).epsilon(1e-4));
    CHECK(mean.isApprox(model.means().row(k), 1e-4));
    CHECK(covariance.isApprox(model.covariances()[static_cast<std::size_t>(k)], 1e-3));
  }
}

TEST_CASE("BIC finds the number of components") {
  Rng rng{3};
  Matrix<double> x(900, 2);
  for (Index i = 0; i < 900; ++i) {
    x(i, 0) = rng.normal() + 8 * static_cast<double>(i % 3);
    x(i, 1) = rng.normal() - (i % 3 == 1 ? 9 : 0);
  }
  for (const auto covariance : {Covariance::full, Covariance::diagonal}) {
    int best = 0;
    double lowest = 1e300;
    for (int k = 1; k <= 6; ++k) {
      GaussianMixture<double> model{{.components = k, .covariance = covariance, .restarts = 2}};
      model.fit(x);
      const auto parameters = static_cast<double>(model.parameters());
      CHECK(parameters == (covariance == Covariance::full ? 6 * k - 1 : 5 * k - 1));
      CHECK(model.bic() == Approx(-2 * model.log_likelihood() + parameters * std::log(900)));
      CHECK(model.aic() == Approx(-2 * model.log_likelihood() + parameters * 2));
      if (model.bic() < lowest) {
        lowest = model.bic();
        best = k;
      }
    }
    CHECK(best == 3);
  }
}

TEST_CASE("one component is the mean and the covariance") {
  Rng rng{4};
  const auto x = sample<double>(rng, 500);
  GaussianMixture<double> model{{.components = 1, .regularization = 1e-14}};
  model.fit(x);
  const RowVector<double> mean = x.colwise().mean();
  const Matrix<double> d = x.rowwise() - mean;
  CHECK(model.means().row(0).isApprox(mean));
  CHECK(model.covariances()[0].isApprox(d.transpose() * d / 500, 1e-9));
  GaussianMixture<double> diagonal{{.components = 1, .covariance = Covariance::diagonal}};
  diagonal.fit(x);
  CHECK(diagonal.covariances()[0](0, 1) == 0);
}

TEST_CASE("the same bits for any number of threads") {
  Rng rng{5};
  const auto x = sample<float>(rng, 3000);
  GaussianMixture<float> one{{.components = 3, .threads = 1}};
  GaussianMixture<float> three{{.components = 3, .threads = 3}};
  one.fit(x);
  three.fit(x);
  CHECK(one.log_likelihood() == three.log_likelihood());
  CHECK(one.means() == three.means());
}

TEST_CASE("equal samples, far samples, impossible input of mixtures") {
  GaussianMixture<double> model{{.components = 3}};
  model.fit(Matrix<double>::Constant(10, 2, 5));
  CHECK(std::isfinite(model.log_likelihood()));
  CHECK(model.means().row(0).isConstant(5));
  Matrix<double> far(2, 2);
  far << 1e6, 1e6, 5, 5;
  CHECK(std::isfinite(model.predict_proba(far).sum()));
  CHECK_THROWS_AS(GaussianMixture<double>({.components = 0}), OptionError);
  CHECK_THROWS_AS(GaussianMixture<double>({.regularization = 0}), OptionError);
  CHECK_THROWS_AS(model.fit(Matrix<double>::Zero(2, 2)), DataError);
  CHECK_THROWS_AS(model.predict(Matrix<double>::Zero(2, 3)), ShapeError);
  CHECK_THROWS_AS(GaussianMixture<double>().weights(), NotFitted);
  Matrix<double> x = Matrix<double>::Zero(5, 1);
  x(2, 0) = INFINITY;
  CHECK_THROWS_AS(model.fit(x), DataError);
}
