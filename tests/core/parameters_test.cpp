// SPDX-License-Identifier: MIT
#include <limits>

#include <loyal/core/parameters.hpp>

#include "../support/catch.hpp"

using loyal::Index;

namespace {

template <loyal::Scalar T>
struct Line {
  loyal::Matrix<T> weight = loyal::Matrix<T>::Random(2, 3);
  loyal::RowVector<T> bias = loyal::RowVector<T>::Random(3);
  loyal::RowVector<T> seen = loyal::RowVector<T>::Ones(3);  // a buffer

  template <class F, class... Models>
  static void for_each_parameter(F&& f, Models&... m) {
    f("weight", m.weight...);
    f("bias", m.bias...);
    f(loyal::buffer("seen"), m.seen...);
  }
};

template <loyal::Scalar T>
struct Pair {
  Line<T> first;
  Line<T> second;

  template <class F, class... Models>
  static void for_each_parameter(F&& f, Models&... m) {
    f(loyal::element(0), m.first...);
    f(loyal::element(1), m.second...);
  }
};

struct Outer {
  Pair<double> inner;
  template <class F, class... Models>
  static void for_each_parameter(F&& f, Models&... m) {
    f("inner", m.inner...);
  }
};

struct Nothing {};

struct FrozenLine {
  Line<float> line;
  template <class F, class... Models>
  static void for_each_parameter(F&& f, Models&... m) {
    f(loyal::buffer("line"), m.line...);
  }
};

}  // namespace

TEST_CASE("the walk names every array by its path, in order", "[core][parameters]") {
  const Outer model;
  std::vector<std::string> names;
  std::vector<bool> trainable;
  loyal::for_each_parameter(
      [&](const loyal::Leaf& leaf, const auto&) {
        names.push_back(leaf.name());
        trainable.push_back(leaf.trainable());
      },
      model);
  CHECK(names == std::vector<std::string>{"inner.0.weight", "inner.0.bias", "inner.0.seen",
                                          "inner.1.weight", "inner.1.bias", "inner.1.seen"});
  CHECK(trainable == std::vector<bool>{true, true, false, true, true, false});
}

TEST_CASE("what stands inside a buffer is one", "[core][parameters]") {
  const FrozenLine model;
  CHECK(loyal::count_parameters(model) == 0);
  CHECK(loyal::count_parameters(model, true) == 12);
}

TEST_CASE("several models are walked together", "[core][parameters]") {
  Pair<double> a;
  const Pair<double> b;
  loyal::for_each_parameter([](const loyal::Leaf&, auto& x, const auto& y) { x = 2 * y; }, a, b);
  CHECK(a.second.weight == 2 * b.second.weight);
  CHECK(a.first.bias == 2 * b.first.bias);
}

TEMPLATE_TEST_CASE("counting, zero, adding, scaling, norms", "[core][parameters]", float, double) {
  Pair<TestType> model;
  CHECK(loyal::count_parameters(model) == 18);
  CHECK(loyal::count_parameters(model, true) == 24);
  double norm = 0;
  for (const auto* line : {&model.first, &model.second})
    norm += double(line->weight.squaredNorm()) + double(line->bias.squaredNorm());
  CHECK(loyal::squared_norm(model) == Approx(norm).epsilon(1e-6));
  auto twice = model;
  loyal::add_to(twice, model);
  loyal::scale(model, 2);
  CHECK(loyal::same_parameters(twice, model));
  auto zero = loyal::zero_gradient(model);
  CHECK(loyal::squared_norm(zero) == 0);
  CHECK(zero.first.weight.rows() == 2);
  CHECK(loyal::all_finite(model));
  model.second.bias[1] = std::numeric_limits<TestType>::quiet_NaN();
  CHECK(!loyal::all_finite(model));
}

TEST_CASE("the norm does not overflow in float", "[core][parameters]") {
  const loyal::Vector<float> big = loyal::Vector<float>::Constant(4, 1e30F);
  CHECK(loyal::squared_norm(big) == Approx(4e60));
}

TEST_CASE("flatten and unflatten are inverse, and leave buffers alone", "[core][parameters]") {
  const Pair<double> model;
  Pair<double> other;
  other.first.seen.setConstant(9);
  const auto all = loyal::flatten<double>(model);
  REQUIRE(all.size() == 18);
  CHECK(all[1] == model.first.weight(0, 1));
  CHECK(all[6] == model.first.bias[0]);
  loyal::unflatten(all, other);
  CHECK(other.second.weight == model.second.weight);
  CHECK(other.first.seen[0] == 9);
  CHECK_THROWS_AS(loyal::unflatten(loyal::Vector<double>(loyal::Vector<double>::Zero(17)), other),
                  loyal::ShapeError);
}

TEST_CASE("a sparse array counts, adds, scales and flattens like the matrix it stands for",
          "[core][parameters]") {
  loyal::SparseRows<double> sparse(4, 2);
  sparse.row(2) << 3, -4;
  loyal::Matrix<double> dense = sparse.dense();
  CHECK(loyal::count_parameters(sparse) == 8);
  CHECK(loyal::squared_norm(sparse) == 25);
  CHECK(loyal::flatten<double>(sparse) == loyal::flatten<double>(dense));
  loyal::add_to(sparse, loyal::SparseRows<double>(sparse));
  loyal::scale(sparse, 0.5);
  CHECK(sparse.dense() == dense);
  CHECK(loyal::all_finite(sparse));
  sparse.row(0)[1] = std::numeric_limits<double>::infinity();
  CHECK(!loyal::all_finite(sparse));
  loyal::set_zero(sparse);
  CHECK(sparse.touched().empty());
}

TEST_CASE("models are equal bit for bit, and never of different shape", "[core][parameters]") {
  const Line<double> a;
  Line<double> b = a;
  CHECK(loyal::same_parameters(a, b));
  b.seen[2] = 0;
  CHECK(!loyal::same_parameters(a, b));
  b = a;
  b.weight.conservativeResize(3, 3);
  CHECK(!loyal::same_parameters(a, b));
}

TEST_CASE("a single array is a model of one leaf without a name", "[core][parameters]") {
  loyal::Tensor<float, 3> x;
  loyal::set_shape(x, {2, 2, 2});
  loyal::set_zero(x);
  CHECK(loyal::count_parameters(x) == 8);
  std::string name = "?";
  loyal::for_each_parameter([&](const loyal::Leaf& leaf, const auto&) { name = leaf.name(); }, x);
  CHECK(name.empty());
  Nothing nothing;
  loyal::for_each_parameter([&](const loyal::Leaf&, const auto&) { name = "visited"; }, nothing);
  CHECK(name.empty());
}

TEST_CASE("a leaf knows its path", "[core][parameters]") {
  const loyal::Leaf outer("outer");
  const loyal::Leaf inner = loyal::element(3).inside(&outer);
  const loyal::Leaf leaf = loyal::Leaf("weight").inside(&inner);
  CHECK(leaf.name() == "outer.3.weight");
  CHECK(leaf.last_name() == "weight");
}
