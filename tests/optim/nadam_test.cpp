// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/nadam.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::NAdam;

TEST_CASE("NAdam keeps the optimizer contract", "[optim][nadam]") {
  SECTION("0") { loyal::testing::optimizer_contract(NAdam{{.learning_rate = 0.01}}); }
  SECTION("1") {
    loyal::testing::optimizer_contract(NAdam{{.learning_rate = 0.01, .weight_decay = 0.1}});
  }
}

namespace {

/// torch 1.13, which made the golden values, takes mu_t twice into the product with mu_{t+1}. Its own plan,
/// and our update.
struct TorchNAdam : loyal::ElementwiseOptimizer<TorchNAdam, 2> {
  static constexpr std::size_t numbers = NAdam::numbers;
  NAdam ours;

  [[nodiscard]] NAdam::Plan prepare(const loyal::UpdateInfo& info) const {
    NAdam::Plan plan = ours.prepare(info);
    const auto& o = ours.options();
    const double t = static_cast<double>(info.step);
    const double mu = o.beta1 * (1 - 0.5 * std::pow(0.96, t * o.momentum_decay));
    const double next = o.beta1 * (1 - 0.5 * std::pow(0.96, (t + 1) * o.momentum_decay));
    const double product = 1 - info.numbers[0];
    plan.of_moment = o.learning_rate * info.rate * next / (1 - product * mu * next);
    return plan;
  }
  template <loyal::Scalar T>
  void update(const NAdam::Plan& plan, auto p, auto g, auto m, auto v) const {
    ours.update<T>(plan, p, g, m, v);
  }
};

}  // namespace

TEST_CASE("NAdam follows torch's way, but for its product", "[optim][nadam][golden]") {
  loyal::testing::check_trajectories("nadam", [](const auto& o) {
    TorchNAdam optimizer;
    optimizer.ours = NAdam{{.learning_rate = o.at("lr"),
                            .beta1 = o.at("betas").at(0),
                            .beta2 = o.at("betas").at(1),
                            .epsilon = o.at("eps"),
                            .weight_decay = o.at("weight_decay"),
                            .momentum_decay = o.at("momentum_decay")}};
    return optimizer;
  });
}

TEMPLATE_TEST_CASE("NAdam equals its paper, one parameter at a time", "[optim][nadam]", float,
                   double) {
  using T = TestType;
  loyal::Rng rng{11};
  for (int round = 0; round < 20; ++round) {
    const NAdam::Options o{.learning_rate = std::pow(10, rng.uniform(-4.0, -1.0)),
                           .beta1 = rng.uniform(0.0, 0.99),
                           .beta2 = rng.uniform(0.5, 0.999),
                           .weight_decay = rng.uniform(0.0, 0.2),
                           .momentum_decay = rng.uniform(0.0, 0.1)};
    const loyal::Index n = 1 + static_cast<loyal::Index>(rng.below(40));
    loyal::Vector<T> p = loyal::testing::random_vector<T>(n, rng);
    loyal::Vector<double> x = p.template cast<double>();
    const NAdam optimizer{o};
    auto state = optimizer.init(p);
    loyal::Vector<double> m = loyal::Vector<double>::Zero(n);
    loyal::Vector<double> v = m;
    double product = 1;
    for (int t = 1; t <= 25; ++t) {
      const double rate = rng.uniform(0.5, 1.5);
      const loyal::Vector<T> g = loyal::testing::random_vector<T>(n, rng);
      optimizer.step(p, g, state, rate);
      const auto mu = [&](int k) {  // algorithm 2, with section 3's schedule
        return o.beta1 * (1 - 0.5 * std::pow(0.96, k * o.momentum_decay));
      };
      product *= mu(t);
      for (loyal::Index i = 0; i < n; ++i) {
        const double now = double(g[i]) + o.weight_decay * x[i];
        m[i] = o.beta1 * m[i] + (1 - o.beta1) * now;
        v[i] = o.beta2 * v[i] + (1 - o.beta2) * now * now;
        const double bar =
            mu(t + 1) * m[i] / (1 - product * mu(t + 1)) + (1 - mu(t)) * now / (1 - product);
        x[i] -= o.learning_rate * rate * bar /
                (std::sqrt(v[i] / (1 - std::pow(o.beta2, t))) + o.epsilon);
      }
      CHECK((p.template cast<double>() - x).cwiseAbs().maxCoeff() <
            (std::is_same_v<T, double> ? 1e-12 : 2e-5));
    }
  }
}

TEST_CASE("NAdam refuses options outside their domains", "[optim][nadam]") {
  CHECK_THROWS_AS((NAdam{{.learning_rate = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((NAdam{{.learning_rate = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((NAdam{{.learning_rate = NAN}}), loyal::OptionError);
  CHECK_THROWS_AS((NAdam{{.beta1 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((NAdam{{.beta1 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((NAdam{{.beta2 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((NAdam{{.beta2 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((NAdam{{.epsilon = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((NAdam{{.weight_decay = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((NAdam{{.momentum_decay = -1}}), loyal::OptionError);
}
