// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <loyal/core/file.hpp>
#include <loyal/core/model_file.hpp>
#include <loyal/recommend/factorization_machine.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

namespace factorization_machine_tests {

using loyal::FactorizationLoss;
using loyal::FactorizationMachine;
using loyal::Index;
using loyal::Matrix;
using loyal::Scalar;
using loyal::SparseMatrix;
using loyal::Vector;

template <Scalar T>
SparseMatrix<T> random_rows(Index rows, Index features, double density, loyal::Rng& rng) {
  SparseMatrix<T> x(rows, features);
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < features; ++c)
      if (rng.bernoulli(density)) x.insert(r, c) = static_cast<T>(rng.normal());
  x.makeCompressed();
  return x;
}

template <Scalar T>
std::vector<double> random_targets(Index rows, FactorizationLoss loss, loyal::Rng& rng) {
  std::vector<double> targets;
  for (Index r = 0; r < rows; ++r)
    targets.push_back(loss == FactorizationLoss::logistic ? static_cast<double>(rng.below(2))
                                                          : rng.normal());
  return targets;
}

struct Parameters {
  double intercept = 0;
  Vector<double> linear;
  Matrix<double> factors;
};
template <Scalar T>
Parameters parameters_of(const FactorizationMachine<T>& machine) {
  return {static_cast<double>(machine.intercept()), machine.coefficients().template cast<double>(),
          machine.factors().template cast<double>()};
}

/// Equation 1 as it stands: all pairs.
double definition(const Parameters& p, const Vector<double>& x) {
  double y = p.intercept + p.linear.dot(x);
  for (Index i = 0; i < x.size(); ++i)
    for (Index j = i + 1; j < x.size(); ++j)
      y += p.factors.row(i).dot(p.factors.row(j)) * x[i] * x[j];
  return y;
}

/// Rows of one user and one item each, whose target is the product of their hidden signs.
struct Signs {
  SparseMatrix<double> train;
  SparseMatrix<double> test;
  std::vector<double> train_targets;
  std::vector<double> test_targets;
};
Signs hidden_signs(std::uint64_t seed, bool as_class) {
  constexpr int side = 16;
  constexpr Index features = 32;
  loyal::Rng rng{seed};
  std::vector<std::pair<int, int>> pairs[2];
  std::vector<int> sign(features, 1);
  for (std::size_t i = 0; i < sign.size(); i += 2) sign[i] = -1;  // half of each side
  for (int user = 0; user < side; ++user)
    for (int item = 0; item < side; ++item)
      pairs[rng.bernoulli(0.4) ? 1 : 0].emplace_back(user, side + item);
  Signs data;
  const auto fill = [&](const auto& of, SparseMatrix<double>& rows, std::vector<double>& targets) {
    rows.resize(static_cast<Index>(of.size()), features);
    Index r = 0;
    for (const auto& [user, item] : of) {
      rows.insert(r, user) = 1;
      rows.insert(r++, item) = 1;
      const int product =
          sign[static_cast<std::size_t>(user)] * sign[static_cast<std::size_t>(item)];
      targets.push_back(as_class ? (1 + product) / 2 : product);
    }
    rows.makeCompressed();
  };
  fill(pairs[0], data.train, data.train_targets);
  fill(pairs[1], data.test, data.test_targets);
  return data;
}

template <Scalar T>
void check_definition(double tolerance) {
  loyal::Rng rng{7};
  for (const Index factors : {0, 1, 3, 8, 13})
    for (const double density : {0.0, 0.1, 0.5, 1.0}) {
      const auto rows = random_rows<T>(30, 17, density, rng);
      FactorizationMachine<T> machine{{.factors = factors, .init_scale = 1, .epochs = 2}};
      machine.fit(rows, random_targets<T>(30, FactorizationLoss::squared, rng));
      const auto parameters = parameters_of(machine);
      const Matrix<double> dense = Matrix<T>(rows).template cast<double>();
      const auto y = machine.predict(rows);
      REQUIRE(y.size() == 30);
      for (Index r = 0; r < 30; ++r) {
        const double wanted = definition(parameters, dense.row(r).transpose());
        CHECK(std::abs(static_cast<double>(y[r]) - wanted) <= tolerance * (1 + std::abs(wanted)));
        CHECK(machine.predict(loyal::sparse_row(rows, r)) == y[r]);
      }
    }
}

TEST_CASE("a factorization machine sums over all pairs", "[recommend][factorization_machine]") {
  check_definition<double>(1e-13);
  check_definition<float>(2e-5);
}

TEST_CASE("equation 5 by hand", "[recommend][factorization_machine]") {
  FactorizationMachine<double> machine{{.factors = 2}};
  machine.set_sizes({3, 2});
  FactorizationMachine<double>::for_each_parameter(
      [](const std::string& name, auto& array) {
        for (Index i = 0; i < array.size(); ++i)
          array.data()[i] = static_cast<double>(name == "linear" ? 10 * (i + 1) : i + 1);
      },
      machine);
  // w = 10, 20, 30; w0 = 40; V = 1 2 | 3 4 | 5 6: products 11 (0, 1), 17 (0, 2), 39 (1, 2).
  const std::vector<std::int32_t> columns{0, 1, 2};
  const std::vector<double> x{1, -1, 2};
  CHECK(machine.predict({columns, x}) == 40 + 10 - 20 + 60 - 11 + 2 * 17 - 2 * 39);
  CHECK(machine.predict(loyal::SparseRow<double>{}) == 40);
}

TEST_CASE("learning follows the gradient of the penalized loss by AdaGrad",
          "[recommend][factorization_machine]") {
  loyal::Rng rng{3};
  for (const auto loss : {FactorizationLoss::squared, FactorizationLoss::logistic})
    for (const Index factors : {0, 1, 5, 8}) {
      // One row, so that the order of steps is known; some epochs, so that no parameter is at zero.
      auto rows = random_rows<double>(1, 6, 0.6, rng);
      const double target = loss == FactorizationLoss::logistic ? 1 : 0.7;
      FactorizationMachine<double>::Options options{.factors = factors,
                                                    .loss = loss,
                                                    .learning_rate = 1e-200,
                                                    .linear_regularization = 0.3,
                                                    .factor_regularization = 0.2,
                                                    .init_scale = 1,
                                                    .epochs = 1};
      FactorizationMachine<double> start{options};
      start.fit(rows, {target});
      options.learning_rate = 0.2;
      options.epochs = 4;
      FactorizationMachine<double> machine{options};
      machine.fit(rows, {target});

      Parameters p = parameters_of(start);
      const Vector<double> x = Matrix<double>(rows).row(0).transpose();
      const auto objective = [&](const Parameters& at) {
        const double y = definition(at, x);
        double sum = loss == FactorizationLoss::logistic ? std::log1p(std::exp(y)) - target * y
                                                         : (y - target) * (y - target) / 2;
        for (Index i = 0; i < x.size(); ++i)
          if (x[i] != 0)
            sum += 0.15 * at.linear[i] * at.linear[i] + 0.1 * at.factors.row(i).squaredNorm();
        return sum;
      };
      const auto flat = [](Parameters& of) {
        std::vector<double*> all{&of.intercept};
        for (double& w : of.linear) all.push_back(&w);
        for (double& v : of.factors.reshaped()) all.push_back(&v);
        return all;
      };
      std::vector<double> squares(flat(p).size(), 1);
      for (int epoch = 0; epoch < options.epochs; ++epoch) {
        Parameters next = p;
        for (std::size_t i = 0; i < squares.size(); ++i) {
          Parameters moved = p;
          double& at = *flat(moved)[i];
          const double middle = at;
          at = middle + 1e-5;
          double slope = objective(moved);
          at = middle - 1e-5;
          slope = (slope - objective(moved)) / 2e-5;
          squares[i] += slope * slope;
          *flat(next)[i] -= 0.2 * slope / std::sqrt(squares[i]);
        }
        p = next;
      }
      if (factors > 0) CHECK(*std::max_element(squares.begin(), squares.end()) > 1.1);
      Parameters learned = parameters_of(machine);
      for (std::size_t i = 0; i < squares.size(); ++i)
        CHECK(*flat(learned)[i] == Approx(*flat(p)[i]).margin(1e-8));
    }
}

TEST_CASE("pairs never seen together, which no linear model knows",
          "[recommend][factorization_machine]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Signs data = hidden_signs(seed, false);
    const auto wanted = Eigen::Map<const Vector<double>>(
        data.test_targets.data(), static_cast<Index>(data.test_targets.size()));
    const auto error = [&](Index factors) {
      FactorizationMachine<double> machine{{.factors = factors, .seed = seed}};
      machine.fit(data.train, data.train_targets);
      CHECK(machine.losses().size() == 100);
      if (factors > 0) CHECK(machine.losses().back() < 0.1 * machine.losses().front());
      return std::sqrt((machine.predict(data.test) - wanted).squaredNorm() /
                       static_cast<double>(wanted.size()));
    };
    CHECK(error(4) < 0.3);
    CHECK(error(0) > 0.9);
  }
}

TEST_CASE("classes of pairs never seen together", "[recommend][factorization_machine]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Signs data = hidden_signs(seed, true);
    const auto right = [&](Index factors) {
      FactorizationMachine<double> machine{
          {.factors = factors, .loss = FactorizationLoss::logistic, .seed = seed}};
      machine.fit(data.train, data.train_targets);
      const auto p = machine.predict_proba(data.test);
      const auto y = machine.predict(data.test);
      int count = 0;
      for (Index r = 0; r < p.size(); ++r) {
        CHECK(p[r] == Approx(1 / (1 + std::exp(-y[r]))));
        CHECK(machine.predict_proba(loyal::sparse_row(data.test, r)) == p[r]);
        count += (p[r] > 0.5) == (data.test_targets[static_cast<std::size_t>(r)] == 1) ? 1 : 0;
      }
      return count / static_cast<double>(p.size());
    };
    CHECK(right(4) > 0.95);
    CHECK(right(0) < 0.65);
  }
}

TEST_CASE("a linear machine finds the least squares line", "[recommend][factorization_machine]") {
  loyal::Rng rng{5};
  const auto rows = random_rows<double>(200, 4, 0.7, rng);
  const Vector<double> w{{0.5, -1, 0.25, 0}};
  const Vector<double> y = (rows * w).array() + 2;
  FactorizationMachine<double> machine{{.factors = 0, .learning_rate = 0.5}};
  machine.fit(rows, y);
  CHECK(machine.intercept() == Approx(2).margin(1e-6));
  for (Index i = 0; i < 4; ++i) CHECK(machine.coefficients()[i] == Approx(w[i]).margin(1e-6));
  CHECK(machine.losses().back() < 1e-10);
}

TEST_CASE("a machine of constant targets, of one row, of rows without features",
          "[recommend][factorization_machine]") {
  SparseMatrix<float> empty(3, 2);
  empty.makeCompressed();
  FactorizationMachine<float> machine;
  machine.fit(empty, {5, 5, 5});
  CHECK(machine.predict(empty) == Vector<float>::Constant(3, 5));
  CHECK(machine.coefficients().isZero(0));

  FactorizationMachine<float> classes{{.loss = FactorizationLoss::logistic}};
  classes.fit(empty, {1, 1, 1});
  CHECK(classes.losses().back() < classes.losses().front());
  CHECK(classes.predict_proba(empty)[0] > 0.8F);
  CHECK(classes.predict_proba(empty)[0] < 1);
}

TEST_CASE("penalties shrink what they are meant for", "[recommend][factorization_machine]") {
  const Signs data = hidden_signs(1, false);
  const auto fitted = [&](double linear, double factor) {
    FactorizationMachine<double> machine{
        {.linear_regularization = linear, .factor_regularization = factor}};
    machine.fit(data.train, data.train_targets);
    return parameters_of(machine);
  };
  const auto plain = fitted(0, 0);
  CHECK(fitted(5, 0).linear.norm() < 0.3 * plain.linear.norm());
  CHECK(fitted(0, 5).factors.norm() < 0.1 * plain.factors.norm());
}

TEST_CASE("a machine repeats bit for bit, copies, and goes to a file",
          "[recommend][factorization_machine]") {
  const Signs data = hidden_signs(2, false);
  const auto fitted = [&](std::uint64_t seed) {
    FactorizationMachine<double> machine{{.epochs = 5, .seed = seed}};
    machine.fit(data.train, data.train_targets);
    return machine;
  };
  auto machine = fitted(1);
  CHECK(fitted(1).predict(data.test) == machine.predict(data.test));
  CHECK(fitted(1).losses() == machine.losses());
  CHECK(fitted(2).predict(data.test) != machine.predict(data.test));

  const auto copy = machine;
  machine.fit(data.test, data.test_targets);
  CHECK(copy.predict(data.test) == fitted(1).predict(data.test));

  const loyal::testing::TemporaryDirectory directory;
  loyal::save_parameters(directory / "machine.safetensors", copy);
  FactorizationMachine<double> read;
  read.set_sizes(copy.sizes());
  loyal::load_parameters(directory / "machine.safetensors", read);
  CHECK(read.predict(data.test) == copy.predict(data.test));

  INFO("a damaged file is refused, or is another machine");
  const auto valid = loyal::testing::to_bytes(loyal::read_text(directory / "machine.safetensors"));
  const auto attempt = [&](std::span<const std::byte> bytes) {
    const std::string path = directory / "damaged.safetensors";
    std::filesystem::remove(path);
    loyal::write_atomically(path, [&](loyal::FileWriter& out) { out.write(bytes); });
    FactorizationMachine<double> damaged;
    damaged.set_sizes(copy.sizes());
    loyal::load_parameters(path, damaged);
    static_cast<void>(damaged.predict(data.test));
  };
  CHECK(loyal::testing::survive_damage(valid, 400, attempt, 200) > 200);
}

TEST_CASE("a callback stops a machine", "[recommend][factorization_machine]") {
  const Signs data = hidden_signs(2, false);
  std::vector<double> told;
  FactorizationMachine<double> machine{{.progress = [&](const loyal::Progress& p) {
    told.push_back(p.value);
    return p.step < 3;
  }}};
  machine.fit(data.train, data.train_targets);
  CHECK(told.size() == 3);
  CHECK(machine.losses() == told);
}

TEST_CASE("numbers beyond a machine's range show in its losses",
          "[recommend][factorization_machine]") {
  SparseMatrix<float> rows(2, 2);
  rows.insert(0, 0) = 1e30F;
  rows.insert(0, 1) = 1e30F;
  rows.insert(1, 0) = -1e30F;
  rows.makeCompressed();
  FactorizationMachine<float> machine;
  machine.fit(rows, {1, 3});
  CHECK(machine.losses().size() < 100);
  CHECK(!std::isfinite(machine.losses().back()));
}

TEST_CASE("a machine refuses what it cannot use and stays as it was",
          "[recommend][factorization_machine]") {
  using Machine = FactorizationMachine<double>;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const Signs data = hidden_signs(2, true);
  Machine machine{{.loss = FactorizationLoss::logistic, .epochs = 3}};
  const std::vector<std::int32_t> none;
  CHECK_THROWS_AS(machine.predict(data.test), loyal::NotFitted);
  CHECK_THROWS_AS(machine.predict(loyal::SparseRow<double>{}), loyal::NotFitted);
  CHECK_THROWS_AS(machine.intercept(), loyal::NotFitted);
  CHECK(machine.features() == 0);
  machine.fit(data.train, data.train_targets);
  const Vector<double> said = machine.predict(data.test);

  const auto with_target = [&](double target) {
    auto targets = data.train_targets;
    targets[5] = target;
    return targets;
  };
  for (const double bad : {nan, infinity, 0.5, -1.0})
    CHECK_THROWS_AS(machine.fit(data.train, with_target(bad)), loyal::DataError);
  CHECK_THROWS_AS(Machine().fit(data.train, with_target(nan)), loyal::DataError);
  CHECK_THROWS_AS(machine.fit(data.train, {0, 1}), loyal::ShapeError);
  CHECK_THROWS_AS(machine.fit(SparseMatrix<double>(0, 3), {}), loyal::DataError);
  CHECK_THROWS_AS(machine.fit(SparseMatrix<double>(1, 0), {1}), loyal::DataError);
  for (const double bad : {nan, infinity}) {
    auto rows = data.train;
    rows.valuePtr()[7] = bad;
    CHECK_THROWS_AS(machine.fit(rows, data.train_targets), loyal::DataError);
    rows = data.test;
    rows.valuePtr()[7] = bad;
    CHECK_THROWS_AS(machine.predict(rows), loyal::DataError);
  }
  for (const int bad : {-1, 0, 32, std::numeric_limits<int>::max()}) {
    auto rows = data.train;
    rows.innerIndexPtr()[0] = 0;
    rows.innerIndexPtr()[1] = bad;  // 0: the column before, again
    CHECK_THROWS_AS(machine.fit(rows, data.train_targets), loyal::DataError);
    CHECK_THROWS_AS(machine.predict(rows), loyal::DataError);
    const std::vector<std::int32_t> columns{0, bad};
    const std::vector<double> ones{1, 1};
    CHECK_THROWS_AS(machine.predict({columns, ones}), loyal::DataError);
  }
  SparseMatrix<double> loose(1, 32);
  loose.reserve(Eigen::VectorXi::Constant(1, 4));
  loose.insert(0, 3) = 1;
  CHECK_THROWS_AS(machine.fit(loose, {1}), loyal::DataError);
  CHECK_THROWS_AS(machine.predict(SparseMatrix<double>(1, 31)), loyal::ShapeError);
  const std::vector<std::int32_t> two{0, 1};
  const std::vector<double> one{1};
  CHECK_THROWS_AS(machine.predict({two, one}), loyal::ShapeError);
  Machine squared;
  squared.fit(data.train, data.train_targets);
  CHECK_THROWS_AS(squared.predict_proba(data.test), loyal::OptionError);
  CHECK(machine.predict(data.test) == said);

  using Options = Machine::Options;
  for (const Options& bad : std::vector<Options>{{.factors = -1},
                                                 {.learning_rate = 0},
                                                 {.learning_rate = nan},
                                                 {.linear_regularization = -1},
                                                 {.linear_regularization = infinity},
                                                 {.factor_regularization = nan},
                                                 {.init_scale = 0},
                                                 {.init_scale = infinity},
                                                 {.epochs = 0}})
    CHECK_THROWS_AS(Machine(bad), loyal::OptionError);
}

}  // namespace factorization_machine_tests
