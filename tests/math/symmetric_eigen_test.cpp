// SPDX-License-Identifier: MIT
#include <Eigen/Dense>
#include <limits>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/math/symmetric_eigen.hpp>

#include "../support/catch.hpp"

using loyal::Index;

namespace {

void check(const Eigen::MatrixXd& a) {
  const Index n = a.rows();
  const std::vector<double> numbers(a.data(), a.data() + a.size());
  const auto ours = loyal::symmetric_eigen(n, numbers);
  REQUIRE(std::ssize(ours.values) == n);
  const double scale = std::max(1e-300, a.norm());
  const Eigen::MatrixXd rows = Eigen::Map<const loyal::Matrix<double>>(ours.vectors.data(), n, n);
  CHECK((rows * rows.transpose() - Eigen::MatrixXd::Identity(n, n)).norm() < 1e-12 * double(n));
  const Eigen::VectorXd values = Eigen::Map<const Eigen::VectorXd>(ours.values.data(), n);
  CHECK((rows.transpose() * values.asDiagonal() * rows - a).norm() < 1e-12 * scale);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> truth(a);
  for (Index i = 0; i < n; ++i)
    CHECK(std::abs(values[i] - truth.eigenvalues()[n - 1 - i]) < 1e-12 * scale);
}

}  // namespace

TEST_CASE("Symmetric eigen: random matrices of many sizes", "[math]") {
  loyal::Rng rng{1};
  for (const Index n : {1, 2, 3, 4, 7, 20, 63, 120}) {
    Eigen::MatrixXd x(n, n);
    for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal();
    check(x + x.transpose());
    check(x * x.transpose());
    check(1e150 * (x + x.transpose()) * 1e-3);
    check(1e-150 * (x + x.transpose()));
  }
}

TEST_CASE("Symmetric eigen: equal values, zeros, blocks, low rank", "[math]") {
  check(Eigen::MatrixXd::Zero(6, 6));
  check(Eigen::MatrixXd::Identity(6, 6) * 3);
  check(Eigen::MatrixXd::Ones(9, 9));
  Eigen::MatrixXd blocks = Eigen::MatrixXd::Zero(8, 8);
  blocks.topLeftCorner(3, 3).setOnes();
  blocks.bottomRightCorner(4, 4).setConstant(-2);
  check(blocks);
  Eigen::MatrixXd arrow = Eigen::MatrixXd::Zero(30, 30);
  for (Index i = 0; i < 30; ++i) {
    arrow(i, i) = static_cast<double>(i % 5);
    arrow(29, i) = arrow(i, 29) = 0.1;
  }
  check(arrow);
}

TEST_CASE("Symmetric eigen: nothing, and what is refused", "[math]") {
  CHECK(loyal::symmetric_eigen(0, std::vector<double>{}).values.empty());
  CHECK_THROWS_AS(loyal::symmetric_eigen(2, std::vector<double>{1, 2, 3}), loyal::ShapeError);
  CHECK_THROWS_AS(
      loyal::symmetric_eigen(1, std::vector<double>{std::numeric_limits<double>::infinity()}),
      loyal::DataError);
}
