// SPDX-License-Identifier: MIT
#include <Eigen/Dense>
#include <cmath>
#include <stdexcept>

#include <loyal/optim/full_batch.hpp>

#include "../support/optimizer_contract.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("full batch: least squares by all arrays equals the normal equations",
                   "[optim][full_batch]", float, double) {
  using T = TestType;
  Rng rng{3};
  Matrix<T> x(60, 4);
  Matrix<T> y(60, 2);
  for (T& v : x.reshaped()) v = rng.template normal<T>();
  for (T& v : y.reshaped()) v = rng.template normal<T>();
  Sequential network{Dense<T>{4, 2}};
  int calls = 0;
  const auto squares = [&](const auto& n, auto& gradient) -> double {
    ++calls;
    const auto& dense = n.template get<0>();
    const Matrix<T> error = (x * dense.weight).rowwise() + RowVector<T>(dense.bias) - y;
    auto& slope = gradient.template get<0>();
    slope.weight += 2 * x.transpose() * error;
    slope.bias += 2 * error.colwise().sum();
    return static_cast<double>(error.squaredNorm());
  };
  const auto found = minimize_full_batch(network, squares, LBFGS{{.gradient_tolerance = 1e-9}});
  CHECK(found.evaluations == calls);
  Matrix<double> design(60, 5);
  design << x.template cast<double>(), Vector<double>::Ones(60);
  const Matrix<double> wanted =
      (design.transpose() * design).ldlt().solve(design.transpose() * y.template cast<double>());
  const double tolerance = std::is_same_v<T, double> ? 1e-7 : 1e-3;
  CHECK((network.template get<0>().weight.template cast<double>() - wanted.topRows(4)).norm() <
        tolerance);
  CHECK((network.template get<0>().bias.template cast<double>() - wanted.row(4)).norm() <
        tolerance);
}

TEST_CASE("full batch: buffers stay, and an error of the loss leaves the model",
          "[optim][full_batch]") {
  BatchNorm<double> norm{3};
  norm.running_mean.setConstant(7);
  const auto bowl = [](const auto& n, auto& gradient) {
    gradient.weight += 2 * n.weight;
    gradient.bias += 2 * (n.bias.array() - 1).matrix();
    return n.weight.squaredNorm() + (n.bias.array() - 1).square().sum();
  };
  CHECK(minimize_full_batch(norm, bowl).converged());
  CHECK(norm.weight.norm() < 1e-6);
  CHECK(norm.bias[1] == Approx(1));
  CHECK(norm.running_mean == RowVector<double>::Constant(3, 7));
  const auto before = norm;
  const auto breaks = [](const auto&, auto&) -> double { throw std::runtime_error("broken"); };
  CHECK_THROWS(minimize_full_batch(norm, breaks));
  CHECK(norm == before);
}
