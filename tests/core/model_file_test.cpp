// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <loyal/core/model_file.hpp>
#include <loyal/nn/activation.hpp>
#include <loyal/nn/batch_norm.hpp>
#include <loyal/nn/dense.hpp>
#include <loyal/nn/embedding.hpp>
#include <loyal/nn/gru.hpp>
#include <loyal/nn/pooling.hpp>
#include <loyal/nn/sequential.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/gradient_check.hpp"
#include "../support/temporary_directory.hpp"

using namespace loyal;
using loyal::testing::randomized;
using loyal::testing::TemporaryDirectory;

namespace {

template <Scalar T>
auto sequence_network(std::uint64_t seed) {
  return randomized(Sequential{Embedding<T>{7, 3}, GRU<T>{3, 4}, LastStep{}, BatchNorm<T>{4},
                               ReLU{}, Dense<T>{4, 2}},
                    seed);
}

/// A model whose arrays may have any length, as calibrators are.
struct Curve {
  Vector<double> x;
  Matrix<float> table;
  Tensor<double, 3> cube;

  template <class F, class... M>
  static void for_each_parameter(F&& f, M&... m) {
    f("x", m.x...);
    f(buffer("table"), m.table...);
    f("cube", m.cube...);
  }
};

Curve curve() {
  Curve c{Vector<double>::LinSpaced(5, -1, 1), Matrix<float>::Random(2, 3), {}};
  set_shape(c.cube, {2, 1, 4});
  c.cube.fill(0.1);
  return c;
}

}  // namespace

TEMPLATE_TEST_CASE("model_file: a network comes back bit by bit, buffers included", "", float,
                   double) {
  using T = TestType;
  const TemporaryDirectory directory;
  const auto path = directory / "network.safetensors";
  const auto network = sequence_network<T>(1);
  save_parameters(path, network);
  auto copy = sequence_network<T>(2);
  REQUIRE_FALSE(copy == network);
  load_parameters(path, copy);
  CHECK(copy == network);
  CHECK(copy.template get<3>().running_var == network.template get<3>().running_var);
  const Safetensors file(path);
  CHECK(file.names() == std::vector<std::string>{"0.weight", "1.bias_hidden", "1.bias_input",
                                                 "1.weight_hidden", "1.weight_input", "3.bias",
                                                 "3.running_mean", "3.running_var", "3.weight",
                                                 "5.bias", "5.weight"});
  CHECK(file.info("1.weight_input").shape == std::vector<Index>{3, 12});
  CHECK(file.info("5.bias").shape == std::vector<Index>{2});
  CHECK(directory.count() == 1);
}

TEST_CASE("model_file: floats are read into doubles exactly, and doubles rounded into floats") {
  const TemporaryDirectory directory;
  const auto narrow = sequence_network<float>(1);
  save_parameters(directory / "f", narrow);
  auto wide = sequence_network<double>(2);
  load_parameters(directory / "f", wide);
  CHECK(flatten<double>(wide) == flatten<double>(narrow));
  const auto exact = sequence_network<double>(3);
  save_parameters(directory / "d", exact);
  auto rounded = narrow;
  load_parameters(directory / "d", rounded);
  CHECK(flatten<float>(rounded) == flatten<float>(exact));
}

TEST_CASE("model_file: NaN, infinities and signed zeros come back; empty models too") {
  const TemporaryDirectory directory;
  Vector<double> odd(5);
  odd << NAN, INFINITY, -INFINITY, -0.0, 5e-324;
  save_parameters(directory / "odd", odd);
  Vector<double> back = Vector<double>::Ones(5);
  load_parameters(directory / "odd", back);
  CHECK(std::isnan(back[0]));
  CHECK(back.segment(1, 2) == odd.segment(1, 2));
  CHECK(std::signbit(back[3]));
  CHECK(back[4] == 5e-324);
  CHECK(Safetensors(directory / "odd").contains("array"));
  ReLU none;
  save_parameters(directory / "none", none);
  load_parameters(directory / "none", none);
  CHECK(Safetensors(directory / "none").tensors().empty());
}

TEST_CASE("model_file: several models share a file under prefixes") {
  const TemporaryDirectory directory;
  const auto path = directory / "both";
  const auto first = sequence_network<float>(1);
  const auto second = sequence_network<float>(2);
  const Vector<float> third = Vector<float>::Random(4);
  SafetensorsWriter writer;
  add_parameters(writer, first, "a");
  add_parameters(writer, second, "ab");
  add_parameters(writer, third, "c");
  writer.write(path);
  const Safetensors file(path);
  CHECK(file.contains("ab.1.bias_input"));
  CHECK(file.contains("c"));
  auto copy = sequence_network<float>(3);
  read_parameters(file, copy, "a");
  CHECK(copy == first);
  read_parameters(file, copy, "ab");
  CHECK(copy == second);
  Vector<float> vector = Vector<float>::Zero(4);
  read_parameters(file, vector, "c");
  CHECK(vector == third);
  CHECK_THROWS_AS(read_parameters(file, copy), FormatError);
  CHECK_THROWS_AS(read_parameters(file, copy, "b"), FormatError);
  CHECK(copy == second);
  SafetensorsWriter twice;
  add_parameters(twice, first, "a");
  CHECK_THROWS_AS(add_parameters(twice, second, "a"), DataError);
}

TEST_CASE("model_file: missing, extra and wrongly shaped arrays leave the model unchanged") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  const auto network = sequence_network<double>(1);
  auto target = sequence_network<double>(2);
  const auto before = target;
  // Writes the network's arrays for which change(name, shape) is true, in the shapes that it leaves.
  const auto write = [&](const auto& change, bool with_extra = false) {
    SafetensorsWriter writer;
    for_each_parameter(
        [&](const Leaf& leaf, const auto& array) {
          const auto x = loyal::detail::elements(array);
          auto shape = loyal::detail::stored_shape(array);
          if (change(leaf.name(), shape))
            writer.add(leaf.name(), shape, std::span(x.data(), static_cast<std::size_t>(x.size())));
        },
        network);
    const std::vector<double> extra{1};
    if (with_extra) writer.add("extra", {1}, extra);
    writer.write(path);
  };
  write([](const std::string&, auto&) { return true; });
  CHECK_NOTHROW(load_parameters(path, target));
  CHECK(target == network);
  target = before;
  write([](const std::string& name, auto&) { return name != "3.running_var"; });
  CHECK_THROWS_WITH(load_parameters(path, target), ContainsSubstring("3.running_var"));
  CHECK_THROWS_AS(load_parameters(path, target), FormatError);
  write([](const std::string&, auto&) { return true; }, true);
  CHECK_THROWS_WITH(load_parameters(path, target), ContainsSubstring("'extra'"));
  CHECK_THROWS_AS(load_parameters(path, target), FormatError);
  // The last array that is read, so that all others had been there.
  write([](const std::string& name, auto& shape) {
    if (name == "5.weight") std::swap(shape[0], shape[1]);
    return true;
  });
  CHECK_THROWS_AS(load_parameters(path, target), ShapeError);
  write([](const std::string& name, auto& shape) {
    if (name == "5.bias") shape.push_back(1);
    return true;
  });
  CHECK_THROWS_AS(load_parameters(path, target), ShapeError);
  CHECK_THROWS_AS(load_parameters(directory / "nowhere", target), FormatError);
  CHECK_THROWS_AS(load_parameters(directory.path(), target), FormatError);
  CHECK(target == before);
}

TEST_CASE("model_file: a file that cannot be written leaves the old one") {
  const TemporaryDirectory directory;
  CHECK_THROWS_AS(save_parameters(directory / "no/where", sequence_network<float>(1)), FormatError);
  const auto first = sequence_network<float>(1);
  save_parameters(directory / "file", first);
  save_parameters(directory / "file", sequence_network<float>(2));
  auto copy = first;
  load_parameters(directory / "file", copy);
  CHECK(copy == sequence_network<float>(2));
}

TEST_CASE("model_file: arrays take the file's shape where that is asked for") {
  const TemporaryDirectory directory;
  const Curve full = curve();
  save_parameters(directory / "curve", full);
  const Safetensors file(directory / "curve");
  Curve empty;
  CHECK_THROWS_AS(read_parameters(file, empty), ShapeError);
  read_parameters(file, empty, "", Shapes::of_file);
  CHECK(same_parameters(empty, full));
  Curve larger{Vector<double>::Ones(50), Matrix<float>::Ones(1, 1), {}};
  read_parameters(file, larger, "", Shapes::of_file);
  CHECK(same_parameters(larger, full));
  // The number of axes belongs to the type, and stays.
  Matrix<double> matrix = Matrix<double>::Ones(1, 1);
  save_parameters(directory / "vector", full.x);
  CHECK_THROWS_AS(read_parameters(Safetensors(directory / "vector"), matrix, "", Shapes::of_file),
                  ShapeError);
  CHECK(matrix == Matrix<double>::Ones(1, 1));
  Vector<double> vector;
  read_parameters(Safetensors(directory / "vector"), vector, "", Shapes::of_file);
  CHECK(vector == full.x);
}

TEST_CASE("model_file: a damaged file gives an error or numbers, and an error changes nothing") {
  const TemporaryDirectory directory;
  const auto path = directory / "network";
  const auto network = randomized(Sequential{Dense<float>{2, 3}, BatchNorm<float>{3}}, 1);
  save_parameters(path, network);
  const auto valid = loyal::testing::to_bytes(read_text(path));
  const auto before = randomized(network, 2);
  int refused = 0;
  const int told =
      loyal::testing::survive_damage(valid, 3000, [&](std::span<const std::byte> bytes) {
        auto target = before;
        try {
          read_parameters(Safetensors(bytes), target);
        } catch (const Error&) {
          ++refused;
          if (!(target == before)) FAIL("an error changed the model");
          throw;
        }
      });
  CHECK(told == refused);
  CHECK(refused >=
        static_cast<int>(valid.size()) + 1000);  // every truncation, and most flips hit the header
  loyal::testing::survive_damage(valid, 1000, [](std::span<const std::byte> bytes) {
    auto target = Sequential{Dense<float>{2, 3}, BatchNorm<float>{3}};
    read_parameters(Safetensors(bytes), target, "", Shapes::of_file);
  });
}
