// SPDX-License-Identifier: MIT
#include <cstdint>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/train/dataset.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

using Samples = std::vector<Index>;

Tokens tokens() {
  Tokens x;
  set_shape(x.values, {3, 4});
  for (int i = 0; i < 12; ++i) x.values.data()[i] = i;
  x.lengths = {2, 4, 1};
  return x;
}

}  // namespace

TEMPLATE_TEST_CASE("dataset: gather copies rows in the order asked for", "", float, double) {
  using T = TestType;
  Rng rng{1};
  for (int round = 0; round < 30; ++round) {
    Matrix<T> x = Matrix<T>::Random(1 + static_cast<Index>(rng.below(9)),
                                    1 + static_cast<Index>(rng.below(5)));
    Samples which;
    for (auto n = rng.below(12); n > 0; --n)
      which.push_back(static_cast<Index>(rng.below(static_cast<std::uint64_t>(x.rows()))));
    Matrix<T> rows = Matrix<T>::Ones(3, 3);
    gather(x, which, rows);
    REQUIRE(rows.rows() == static_cast<Index>(which.size()));
    REQUIRE(rows.cols() == x.cols());
    const Vector<T> first = x.col(0);
    Vector<T> entries;
    gather(first, which, entries);
    Tensor<T, 3> cube;
    set_shape(cube, {x.rows(), 1, x.cols()});
    std::copy_n(x.data(), x.size(), cube.data());
    Tensor<T, 3> cubes;
    gather(cube, which, cubes);
    REQUIRE(shape_of(cubes) == std::array<Index, 3>{rows.rows(), 1, x.cols()});
    for (std::size_t i = 0; i < which.size(); ++i) {
      const auto row = static_cast<Index>(i);
      CHECK(rows.row(row) == x.row(which[i]));
      CHECK(entries[row] == first[which[i]]);
      for (Index k = 0; k < x.cols(); ++k)
        CHECK(cubes.data()[row * x.cols() + k] == x(which[i], k));
    }
  }
}

TEST_CASE("dataset: gathered sequences are cut to the longest of them") {
  Tokens out;
  gather(tokens(), Samples{2, 0}, out);
  CHECK(out.lengths == Samples{1, 2});
  CHECK(shape_of(out) == std::array<Index, 2>{2, 2});
  CHECK(out.values(0, 0) == 8);
  CHECK(out.values(1, 0) == 0);
  CHECK(out.values(1, 1) == 1);
  gather(tokens(), Samples{1}, out);
  CHECK(shape_of(out) == std::array<Index, 2>{1, 4});
  CHECK(out.values(0, 3) == 7);
  gather(tokens(), Samples{}, out);
  CHECK(batch_size(out) == 0);
  Padded<float, 3> wide;
  set_shape(wide.values, {2, 3, 2});
  for (int i = 0; i < 12; ++i) wide.values.data()[i] = static_cast<float>(i);
  wide.lengths = {0, 2};
  Padded<float, 3> some;
  gather(wide, Samples{1, 0}, some);
  CHECK(shape_of(some) == std::array<Index, 3>{2, 2, 2});
  CHECK(some.values(0, 1, 1) == 9);
  gather(wide, Samples{0}, some);
  CHECK(shape_of(some) == std::array<Index, 3>{1, 0, 2});
}

TEST_CASE("dataset: select takes inputs, targets and weights of the same samples") {
  Dataset<Tokens, Samples> data{tokens(), {5, 6, 7}};
  CHECK(data.size() == 3);
  auto some = select(data, Samples{2, 2, 1});
  CHECK(some.size() == 3);
  CHECK(some.targets == Samples{7, 7, 6});
  CHECK(some.inputs.lengths == Samples{1, 1, 4});
  CHECK(some.weights.size() == 0);
  data.weights = Vector<double>::LinSpaced(3, 1, 3);
  some = select(data, Samples{2, 0});
  CHECK(some.weights == Vector<double>((Vector<double>(2) << 3, 1).finished()));
  CHECK(select(data, Samples{}).size() == 0);
  data.weights.resize(0);
  gather(data, Samples{1}, some);  // weights of an earlier batch do not stay
  CHECK(some.weights.size() == 0);
}

TEST_CASE("dataset: what does not fit together is refused") {
  const Dataset fine{Matrix<double>::Ones(4, 2).eval(), Matrix<double>::Ones(4, 1).eval()};
  CHECK_NOTHROW(fine.check("here"));
  auto data = fine;
  data.targets.resize(3, 1);
  CHECK_THROWS_WITH(data.check("here"),
                    ContainsSubstring("here: the number of targets is 3, expected 4"));
  data = fine;
  data.weights = Vector<double>::Ones(5);
  CHECK_THROWS_AS(data.check("here"), ShapeError);
  CHECK_THROWS_AS(select(fine, Samples{4}), DataError);
  CHECK_THROWS_AS(select(fine, Samples{-1}), DataError);
  Dataset<Tokens, Samples> sequences{tokens(), {1, 2, 3}};
  sequences.inputs.lengths[1] = 5;
  CHECK_THROWS_AS(sequences.check("here"), ShapeError);
  CHECK_THROWS_AS(select(sequences, Samples{1}), ShapeError);
  sequences.inputs.lengths = {1, 2};
  CHECK_THROWS_AS(sequences.check("here"), ShapeError);
}
