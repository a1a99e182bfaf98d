// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/optim/adam.hpp>
#include <loyal/optim/chain.hpp>
#include <loyal/optim/schedule_free.hpp>
#include <loyal/optim/sgd.hpp>

#include "../support/optimizer_contract.hpp"

using namespace loyal;

static_assert(Optimizer<Chain<ClipNorm, CheckFinite, Adam>, Sequential<Dense<float>>>);
static_assert(Optimizer<Chain<Adam>, Embedding<double>>);

TEMPLATE_TEST_CASE("Chain: parts change the gradient from left to right, the caller's stays",
                   "[optim][chain]", float, double) {
  using T = TestType;
  Rng rng{3};
  const Adam adam{{.learning_rate = 0.1}};
  const auto twice = [](auto& gradient) { scale(gradient, 2); };
  const Chain optimizer{ClipNorm{0.7}, twice, ClipValue{0.5}, adam};
  Vector<T> p = testing::random_vector<T>(7, rng);
  Vector<T> q = p;
  auto state = optimizer.init(p);
  auto inner = adam.init(q);
  for (int t = 1; t <= 5; ++t) {
    const auto g = testing::random_vector<T>(7, rng);
    const auto kept = g;
    optimizer.step(p, g, state, 0.5);
    CHECK(g == kept);
    auto changed = g;
    clip_norm(changed, 0.7);
    changed *= 2;
    clip_value(changed, 0.5);
    adam.step(q, changed, inner, 0.5);
    CHECK(p == q);
    CHECK(state.step() == t);
  }
}

TEMPLATE_TEST_CASE("Chain: what to do about NaN is an option", "[optim][chain]", float, double) {
  using T = TestType;
  const T bad = GENERATE(std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                         -std::numeric_limits<T>::infinity());
  Sequential network{Dense<T>{3, 4}, Dense<T>{4, 2}};
  const auto start = network;
  auto gradient = zero_gradient(network);
  for_each_parameter([](const Leaf&, auto& a) { a.setOnes(); }, gradient);
  gradient.template get<1>().bias[1] = bad;

  const Chain strict{CheckFinite{}, ClipNorm{1}, Adam{}};
  auto state = strict.init(network);
  const auto untouched = state;
  CHECK_THROWS_AS(strict.step(network, gradient, state), DataError);
  CHECK_THROWS_WITH(strict.step(network, gradient, state),
                    ContainsSubstring("the gradient of 1.bias is"));
  CHECK(network == start);
  CHECK(same_parameters(state, untouched));

  const Chain skips{CheckFinite{NonFinite::skip}, ClipNorm{1}, Adam{}};
  skips.step(network, gradient, state);
  CHECK(network == start);
  CHECK(state.step() == 0);
  CHECK(state.skipped() == 1);
  gradient.template get<1>().bias[1] = 1;
  skips.step(network, gradient, state);
  CHECK_FALSE(network == start);
  CHECK(state.step() == 1);

  gradient.template get<1>().bias[1] = bad;
  const Chain lets{CheckFinite{NonFinite::propagate}, Adam{}};
  auto third = lets.init(network);
  lets.step(network, gradient, third);
  CHECK(std::isnan(network.template get<1>().bias[1]));
}

TEST_CASE("Chain: without a check, NaN shows in the parameter it belongs to and in no other",
          "[optim][chain]") {
  Vector<float> p = Vector<float>::Ones(40);
  Vector<float> g = Vector<float>::Ones(40);
  g[17] = NAN;
  const Adam adam;
  auto state = adam.init(p);
  adam.step(p, g, state);
  for (Index i = 0; i < 40; ++i) CHECK(std::isnan(p[i]) == (i == 17));
}

TEST_CASE("Chain: largest numbers and empty arrays are finite", "[optim][chain]") {
  Vector<float> huge = Vector<float>::Constant(100, std::numeric_limits<float>::max());
  CHECK(CheckFinite{NonFinite::skip}(huge));
  huge[99] = -INFINITY;
  CHECK_FALSE(CheckFinite{NonFinite::skip}(huge));
  CHECK(CheckFinite{}(Vector<double>{}));
}

TEST_CASE("Chain: a sparse gradient costs its touched rows", "[optim][chain]") {
  Embedding<double> table(1000, 3);
  const auto before = table.weight;
  const Chain optimizer{ClipNorm{3}, SGD{{.learning_rate = 1}}};
  auto state = optimizer.init(table);
  auto gradient = zero_gradient(table);
  gradient.weight.row(7).setConstant(2);
  for (int i = 0; i < 2; ++i) {
    optimizer.step(table, gradient, state);
    CHECK(state.changed.weight.touched().size() == 1);
  }
  CHECK(table.weight(7, 1) == Approx(before(7, 1) - 2 * std::sqrt(3)));
  CHECK(table.weight(8, 1) == before(8, 1));
}

TEST_CASE("Chain keeps what wrappers must", "[optim][chain]") {
  SECTION("0") { testing::wrapper_contract(Chain{ClipNorm{0.5}, Adam{{.learning_rate = 0.1}}}); }
  SECTION("1") {
    testing::wrapper_contract(Chain{CheckFinite{}, ScheduleFreeSGD{{.learning_rate = 0.1}}});
  }
}

TEST_CASE("Chain refuses limits that are none at the first step", "[optim][chain]") {
  Vector<double> p = Vector<double>::Ones(3);
  const Chain optimizer{ClipNorm{-1}, SGD{}};
  auto state = optimizer.init(p);
  CHECK_THROWS_AS(optimizer.step(p, p, state), OptionError);
  CHECK(p == Vector<double>::Ones(3));
}
