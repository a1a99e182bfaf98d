// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <loyal/behavior/markov_chain.hpp>
#include <loyal/core/random.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

std::vector<std::string> names(Index n) {
  std::vector<std::string> result;
  for (Index i = 0; i < n; ++i) result.push_back("s" + std::to_string(i));
  return result;
}

}  // namespace

TEST_CASE("the gambler's ruin has closed forms") {
  for (const double p : {0.5, 0.3, 0.9}) {
    const Index n = 11;  // 0 and 10 absorb
    Matrix<double> counts = Matrix<double>::Zero(n, n);
    for (Index i = 1; i + 1 < n; ++i) {
      counts(i, i + 1) = 10 * p;
      counts(i, i - 1) = 10 * (1 - p);
    }
    const MarkovChain chain(names(n), counts);
    const auto win = chain.probability_to_end_in(n - 1);
    const auto steps = chain.expected_steps();
    const double r = (1 - p) / p;
    for (Index i = 0; i < n; ++i) {
      const auto x = static_cast<double>(i);
      const double h = p == 0.5 ? x / 10 : (1 - std::pow(r, x)) / (1 - std::pow(r, 10));
      CHECK(win[i] == Approx(h).margin(1e-15));
      const double t = p == 0.5 ? x * (10 - x) : (x - 10 * h) / (1 - 2 * p);
      CHECK(steps[i] == Approx(t).margin(1e-12));
    }
    CHECK(chain.is_absorbing(0));
    CHECK_FALSE(chain.is_absorbing(1));
  }
}

TEST_CASE("random chains against many small steps") {
  Rng rng{1};
  for (int trial = 0; trial < 40; ++trial) {
    const auto n = static_cast<Index>(3 + rng.below(6));
    Matrix<double> counts = Matrix<double>::Zero(n, n);
    for (Index i = 0; i + 2 < n; ++i)
      for (Index j = 0; j < n; ++j)
        if (rng.bernoulli(0.6)) counts(i, j) = static_cast<double>(1 + rng.below(9));
    for (Index i = 0; i + 2 < n; ++i) counts(i, n - 1) += 1;
    const MarkovChain chain(names(n), counts);
    const auto& p = chain.probabilities();
    Matrix<double> power = Matrix<double>::Identity(n, n);
    Vector<double> time = Vector<double>::Zero(n);
    for (int step = 0; step < 3000; ++step) {
      for (Index i = 0; i < n; ++i) time[i] += power.row(i).head(n - 2).sum();
      power = (power * p).eval();
    }
    for (Index i = 0; i < n; ++i) {
      CHECK(chain.probability_to_end_in(n - 2)[i] == Approx(power(i, n - 2)).margin(1e-9));
      CHECK(chain.expected_steps()[i] == Approx(time[i]).epsilon(1e-9));
    }
    // Removal: the chain in which all ways into the state end there.
    const auto effects = chain.removal_effects(0, n - 2);
    for (Index s = 1; s + 2 < n; ++s) {
      Matrix<double> without = counts;
      without.row(s).setZero();
      const double left = MarkovChain(names(n), without).probability_to_end_in(n - 2)[0];
      const double all = power(0, n - 2);
      if (all > 0) CHECK(effects[s] == Approx(1 - left / all).margin(1e-8));
    }
    CHECK(effects[0] == 0);
    CHECK(effects[n - 1] == 0);
    const double sum = chain.attribution(0, n - 2).sum();
    CHECK((sum == 0 || std::abs(sum - 1) < 1e-12));
  }
}

TEST_CASE("states that lead nowhere") {
  Matrix<double> counts = Matrix<double>::Zero(5, 5);
  counts(0, 1) = counts(0, 4) = 1;
  counts(1, 2) = counts(2, 1) = 1;  // for ever between 1 and 2
  counts(3, 4) = 1;
  const MarkovChain chain(names(5), counts);
  CHECK(chain.probability_to_end_in(4)[0] == 0.5);
  CHECK(chain.probability_to_end_in(4)[1] == 0);
  CHECK(chain.probability_to_end_in(2)[0] == 0.5);
  CHECK(chain.expected_steps()[0] == std::numeric_limits<double>::infinity());
  CHECK(chain.expected_steps()[3] == 1);
  CHECK(chain.removal_effects(0, 3).sum() == 0);
  Matrix<double> self = Matrix<double>::Zero(2, 2);
  self(0, 0) = 3;
  self(0, 1) = 1;
  CHECK(MarkovChain(names(2), self).expected_steps()[0] == 4);
}

TEST_CASE("tiny probabilities keep their digits") {
  Matrix<double> counts = Matrix<double>::Zero(3, 3);
  counts(0, 1) = 1;
  counts(1, 0) = 1e15;
  counts(1, 2) = 1;
  CHECK(MarkovChain(names(3), counts).expected_steps()[0] == Approx(2e15 + 2).epsilon(1e-14));
}

TEST_CASE("impossible chains") {
  CHECK_THROWS_AS(MarkovChain({"a"}, Matrix<double>::Zero(2, 2)), ShapeError);
  CHECK_THROWS_AS(MarkovChain({"a", "a"}, Matrix<double>::Zero(2, 2)), DataError);
  Matrix<double> counts = Matrix<double>::Zero(2, 2);
  counts(0, 1) = -1;
  CHECK_THROWS_AS(MarkovChain(names(2), counts), DataError);
  counts(0, 1) = std::nan("");
  CHECK_THROWS_AS(MarkovChain(names(2), counts), DataError);
  const MarkovChain chain(names(2), Matrix<double>::Zero(2, 2));
  CHECK_THROWS_AS(chain.state("x"), DataError);
  CHECK_THROWS_AS(chain.probability_to_end_in(2), ShapeError);
  CHECK(MarkovChain().size() == 0);
}
