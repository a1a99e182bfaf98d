// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/lion.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::Lion;

TEST_CASE("Lion keeps the optimizer contract", "[optim][lion]") {
  SECTION("0") { loyal::testing::optimizer_contract(Lion{{.learning_rate = 0.01}}); }
  SECTION("1") {
    loyal::testing::optimizer_contract(Lion{{.learning_rate = 0.01, .weight_decay = 0.1}});
  }
}

TEMPLATE_TEST_CASE("Lion equals its paper, one parameter at a time", "[optim][lion]", float,
                   double) {
  using T = TestType;
  loyal::Rng rng{11};
  for (int round = 0; round < 20; ++round) {
    const Lion::Options o{.learning_rate = std::pow(10, rng.uniform(-4.0, -1.0)),
                          .beta1 = rng.uniform(0.0, 0.99),
                          .beta2 = rng.uniform(0.5, 0.999),
                          .weight_decay = rng.uniform(0.0, 0.2)};
    const loyal::Index n = 1 + static_cast<loyal::Index>(rng.below(40));
    loyal::Vector<T> p = loyal::testing::random_vector<T>(n, rng);
    loyal::Vector<double> x = p.template cast<double>();
    const Lion optimizer{o};
    auto state = optimizer.init(p);
    loyal::Vector<double> m = loyal::Vector<double>::Zero(n);
    for (int t = 1; t <= 25; ++t) {
      const double rate = rng.uniform(0.5, 1.5);
      const loyal::Vector<T> g = loyal::testing::random_vector<T>(n, rng);
      optimizer.step(p, g, state, rate);
      for (loyal::Index i = 0; i < n; ++i) {  // algorithm 2
        const double c = o.beta1 * m[i] + (1 - o.beta1) * double(g[i]);
        const double sign = c > 0 ? 1 : c < 0 ? -1 : 0;
        x[i] -= o.learning_rate * rate * (sign + o.weight_decay * x[i]);
        m[i] = o.beta2 * m[i] + (1 - o.beta2) * double(g[i]);
      }
      CHECK((p.template cast<double>() - x).cwiseAbs().maxCoeff() <
            (std::is_same_v<T, double> ? 1e-12 : 2e-5));
    }
  }
}

TEST_CASE("Lion stands where momentum and gradient are zero, and shows NaN", "[optim][lion]") {
  loyal::Vector<float> p = loyal::Vector<float>::Ones(40);
  loyal::Vector<float> g = loyal::Vector<float>::Zero(40);
  g[7] = NAN;
  g[8] = 1e-30F;
  const Lion lion{{.learning_rate = 0.5}};
  auto state = lion.init(p);
  lion.step(p, g, state);
  CHECK(std::isnan(p[7]));
  CHECK(p[8] == 0.5F);
  CHECK(p.head(7) == loyal::Vector<float>::Ones(7));
  CHECK(p.tail(31) == loyal::Vector<float>::Ones(31));
}

TEST_CASE("Lion refuses options outside their domains", "[optim][lion]") {
  CHECK_THROWS_AS((Lion{{.learning_rate = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((Lion{{.learning_rate = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((Lion{{.learning_rate = NAN}}), loyal::OptionError);
  CHECK_THROWS_AS((Lion{{.beta1 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((Lion{{.beta1 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((Lion{{.beta2 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((Lion{{.beta2 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((Lion{{.weight_decay = -1}}), loyal::OptionError);
}
