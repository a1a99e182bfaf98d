// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <type_traits>

#include <loyal/core/random.hpp>
#include <loyal/nn/dense.hpp>
#include <loyal/nn/embedding.hpp>
#include <loyal/nn/sequential.hpp>
#include <loyal/optim/clip.hpp>

#include "../support/catch.hpp"
#include "../support/golden.hpp"
#include "../support/gradient_check.hpp"

using namespace loyal;

namespace {

/// Two arrays that are clipped together.
template <Scalar T>
struct Two {
  Matrix<T> g1;
  Vector<T> g2;

  template <class F, class... M>
  static void for_each_parameter(F&& f, M&... m) {
    f("g1", m.g1...);
    f("g2", m.g2...);
  }
};

}  // namespace

TEMPLATE_TEST_CASE("clip: equals torch's clip_grad_norm_ and clip_grad_value_", "", float, double) {
  using T = TestType;
  const auto golden = testing::golden_case("optim/clip");
  if (!golden) return;
  const Two<T> start{golden->matrix<T>("g1"), golden->vector<T>("g2")};
  const auto check = [&](const std::string& name, const Two<T>& got) {
    INFO(name);
    const double tolerance = std::is_same_v<T, double> ? 1e-14 : 1e-6;
    CHECK(testing::difference(got.g1, golden->matrix<double>(name + "/g1")) < tolerance);
    CHECK(testing::difference(got.g2, golden->vector<double>(name + "/g2")) < tolerance);
  };
  for (const auto& [name, limit] :
       {std::pair("norm2_max1", 1.0), std::pair("norm2_max100", 100.0)}) {
    Two<T> g = start;
    const double norm = clip_norm(g, limit);
    CHECK(norm == Approx(golden->number<double>(std::string(name) + "/total")).epsilon(1e-6));
    check(name, g);
  }
  Two<T> inf = start;
  const double largest = clip_largest(inf, 0.5);
  CHECK(largest == Approx(golden->number<double>("norminf_max0.5/total")).epsilon(1e-6));
  check("norminf_max0.5", inf);
  Two<T> g = start;
  clip_value(g, 0.7);
  check("value_0.7", g);
}

TEMPLATE_TEST_CASE("clip: the norm is at most the limit, the direction stays", "", float, double) {
  using T = TestType;
  Rng rng{3};
  for (int round = 0; round < 100; ++round) {
    Vector<T> g(1 + static_cast<Index>(rng.below(50)));
    const double size = std::pow(10, rng.uniform(-8.0, 8.0));
    for (T& x : g) x = static_cast<T>(size * rng.normal());
    const Vector<T> before = g;
    const double limit = std::pow(10, rng.uniform(-3.0, 3.0));
    const double norm = clip_norm(g, limit);
    CHECK(norm == Approx(before.template cast<double>().norm()));
    CHECK(g.template cast<double>().norm() <= limit * (1 + 1e-6));
    if (norm < limit - 2e-6) CHECK(g == before);
    CHECK(before.normalized().dot(g.normalized()) == Approx(1).epsilon(1e-5));
  }
}

TEST_CASE("clip: a sparse gradient counts by the rows it touches") {
  Embedding<double> table(10, 2);
  auto gradient = zero_gradient(table);
  gradient.weight.row(4) += RowVector<double>::Constant(2, 3);
  gradient.weight.row(9) += RowVector<double>::Constant(2, -3);
  auto copy = gradient;
  CHECK(clip_norm(gradient, 1.5) == 6);
  CHECK(gradient.weight.dense()(4, 0) == Approx(0.75));
  CHECK(gradient.weight.dense().norm() == Approx(1.5));
  CHECK(gradient.weight.touched().size() == 2);
  clip_value(copy, 2);
  CHECK(copy.weight.dense()(4, 1) == 2);
  CHECK(copy.weight.dense()(9, 1) == -2);
}

TEST_CASE("clip: all arrays of a network are clipped by one norm") {
  Sequential network{Dense<double>{3, 4}, Dense<double>{4, 2}};
  auto gradient = zero_gradient(network);
  for_each_parameter([](const Leaf&, auto& a) { a.setOnes(); }, gradient);
  CHECK(clip_norm(gradient, 1) == Approx(std::sqrt(26.0)));
  CHECK(flatten<double>(gradient).minCoeff() == Approx(1 / std::sqrt(26.0)).epsilon(1e-6));
}

TEMPLATE_TEST_CASE("clip: what is not finite stays for the caller to see", "", float, double) {
  using T = TestType;
  for (const T bad : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity()}) {
    Vector<T> g = Vector<T>::Constant(9, 3);
    g[4] = bad;
    CHECK_FALSE(std::isfinite(clip_norm(g, 1)));
    CHECK_FALSE(std::isfinite(clip_largest(g, 1)));
    CHECK(g[0] == 3);
    CHECK(!std::isfinite(g[4]));
  }
  // A NaN in every place of a packet, and behind the last one.
  for (Index at = 0; at < 9; ++at) {
    Vector<T> g = Vector<T>::Constant(9, 3);
    g[at] = std::numeric_limits<T>::quiet_NaN();
    clip_value(g, 1);
    CHECK(std::isnan(g[at]));
    CHECK(g[(at + 1) % 9] == 1);
  }
  Vector<T> infinite = Vector<T>::Constant(2, -std::numeric_limits<T>::infinity());
  clip_value(infinite, 1);
  CHECK(infinite[0] == -1);
}

TEST_CASE("clip: nothing to clip") {
  Vector<double> none;
  CHECK(clip_norm(none, 1) == 0);
  clip_value(none, 1);
  CHECK(clip_largest(none, 1) == 0);
  Vector<double> zero = Vector<double>::Zero(3);
  CHECK(clip_norm(zero, 1e-12) == 0);
  CHECK(zero == Vector<double>::Zero(3));
}

TEST_CASE("clip: limits that are none are refused, the gradient unchanged") {
  Vector<double> g = Vector<double>::Constant(2, 3);
  for (const double limit : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS(clip_norm(g, limit), OptionError);
    CHECK_THROWS_AS(clip_value(g, limit), OptionError);
    CHECK_THROWS_AS(clip_largest(g, limit), OptionError);
  }
  CHECK(g == Vector<double>::Constant(2, 3));
}
