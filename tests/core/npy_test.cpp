// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <loyal/core/npy.hpp>
#include <loyal/core/random.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

using loyal::FormatError;
using loyal::Index;
using loyal::Matrix;
using loyal::NpyArray;
using loyal::ShapeError;
using loyal::Tensor;
using loyal::Vector;
using loyal::testing::TemporaryDirectory;
using loyal::testing::to_bytes;

namespace {

std::string npy(const std::string& header, const std::string& data, int version = 1) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    file += static_cast<char>(header.size() >> (8 * i) & 0xFF);
  return file + header + data;
}
std::string header(const std::string& descr, const std::string& order, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}
template <class A>
A parse(const std::string& file) {
  const auto bytes = to_bytes(file);
  return loyal::detail::npy_array<A>::make(loyal::detail::parse_npy(bytes, "x.npy"), "x.npy");
}
template <class T>
std::string raw(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

}  // namespace

TEST_CASE("What is written, byte for byte", "[core][npy]") {
  const TemporaryDirectory directory;
  loyal::write_npy(directory / "x", Matrix<float>{{1, 2, 3}});
  const std::string head = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
  const std::string padded = head + std::string(128 - 10 - 1 - head.size(), ' ') + "\n";
  CHECK((loyal::read_text(directory / "x") == npy(padded, raw<float>({1, 2, 3}))));
  for (Index n : {0, 1, 9, 10, 1000, 100000}) {
    loyal::write_npy(directory / "y", Vector<double>(Vector<double>::Zero(n)));
    const std::string file = loyal::read_text(directory / "y");
    const std::size_t start = file.size() - static_cast<std::size_t>(n) * 8;
    CHECK(start % 64 == 0);
    CHECK(file[start - 1] == '\n');
    CHECK(file.find("'shape': (" + std::to_string(n) + ",), }") != file.npos);
  }
}

TEMPLATE_TEST_CASE("Arrays of every kind come back", "[core][npy]", float, double) {
  using T = TestType;
  const TemporaryDirectory directory;
  const std::string path = directory / "x";
  loyal::Rng rng(1);
  for (int round = 0; round < 30; ++round) {
    const auto size = [&] { return static_cast<Index>(rng.below(6)); };
    const Matrix<T> matrix = Matrix<T>::Random(size(), size());
    loyal::write_npy(path, matrix);
    CHECK(loyal::read_npy<Matrix<T>>(path) == matrix);
    CHECK((loyal::read_npy<Matrix<double>>(path) == matrix.template cast<double>()));
    const Vector<T> vector = Vector<T>::Random(size());
    loyal::write_npy(path, vector);
    CHECK(loyal::read_npy<Vector<T>>(path) == vector);
    Tensor<T, 3> tensor;
    loyal::set_shape(tensor, std::array<Index, 3>{size(), size(), size()});
    for (auto& value : tensor) value = rng.uniform<T>();
    loyal::write_npy(path, tensor);
    CHECK((loyal::read_npy<Tensor<T, 3>>(path) == tensor));
    const auto any = loyal::read_npy<NpyArray<T>>(path);
    CHECK(any.values == std::vector<T>(tensor.begin(), tensor.end()));
    CHECK(any.shape.size() == 3);
  }
}

TEMPLATE_TEST_CASE("Arrays of integers and single numbers come back", "[core][npy]", std::int8_t,
                   std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
                   std::int64_t, std::uint64_t, float, double) {
  using T = TestType;
  const TemporaryDirectory directory;
  const std::string path = directory / "x";
  for (const NpyArray<T>& array :
       {NpyArray<T>{{}, {T{42}}},
        NpyArray<T>{{2, 1, 2, 1}, {1, 2, 3, std::numeric_limits<T>::max()}},
        NpyArray<T>{{3, 0}, {}}}) {
    loyal::write_npy(path, array);
    CHECK(loyal::read_npy<NpyArray<T>>(path) == array);
  }
  const NpyArray<T> wrong{{2}, {T{1}}};
  CHECK_THROWS_AS(loyal::write_npy(path, wrong), ShapeError);
  CHECK(loyal::read_npy<NpyArray<T>>(path).shape == std::vector<Index>{3, 0});
}

TEST_CASE("Column-major arrays are put in order", "[core][npy]") {
  const std::string file =
      npy(header("<i4", "True", "(2, 3)"), raw<std::int32_t>({1, 4, 2, 5, 3, 6}));
  CHECK((parse<Matrix<float>>(file) == Matrix<float>{{1, 2, 3}, {4, 5, 6}}));
  // a[i, j, k] = 100 i + 10 j + k, stored with i fastest.
  std::vector<std::int32_t> stored;
  for (int k = 0; k < 4; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) stored.push_back(100 * i + 10 * j + k);
  const auto cube = parse<Tensor<int, 3>>(npy(header("<i4", "True", "(2, 3, 4)"), raw(stored)));
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 4; ++k)
        CHECK(std::cmp_equal(cube(i, j, k), 100 * i + 10 * j + k));
  CHECK(parse<NpyArray<float>>(npy(header("<f4", "True", "(0, 3)"), "")).values.empty());
  CHECK(parse<NpyArray<int>>(npy(header("|i1", "True", "()"), "\7")).values[0] == 7);
}

TEST_CASE("Byte orders, element types and versions", "[core][npy]") {
  const std::string big("\x3F\x80\0\0\xC0\0\0\0", 8);  // 1, -2
  CHECK((parse<Vector<float>>(npy(header(">f4", "False", "(2,)"), big)) == Vector<float>{{1, -2}}));
  CHECK(parse<NpyArray<std::int64_t>>(npy(header(">i2", "False", "(1,)"), std::string("\1\2", 2)))
            .values[0] == 258);
  CHECK((parse<Vector<double>>(npy(header("|b1", "False", "(3,)"), std::string("\1\0\1", 3))) ==
         Vector<double>{{1, 0, 1}}));
  CHECK((parse<Vector<double>>(npy(header("<f2", "False", "(1,)"), std::string("\0\xC0", 2))) ==
         Vector<double>{{-2}}));
  for (const int version : {1, 2, 3})
    CHECK(parse<Vector<double>>(
              npy(header("<f8", "False", "(1,)"), raw<double>({0.1}), version))[0] == 0.1);
  // Python's freedom: other quotes, order and spaces, no comma at the end.
  CHECK(parse<Matrix<float>>(npy("{\"shape\":(1 ,1,),\"descr\":\"<f4\",\"fortran_order\":False}",
                                 raw<float>({3})))(0, 0) == 3);
}

TEST_CASE("Wrong .npy files are refused with the reason", "[core][npy]") {
  const auto refused = [](const std::string& file, const std::string& reason) {
    INFO(reason);
    CHECK_THROWS_AS(parse<NpyArray<float>>(file), FormatError);
    CHECK_THROWS_WITH(parse<NpyArray<float>>(file),
                      ContainsSubstring("x.npy: ") && ContainsSubstring(reason));
  };
  const std::string good = npy(header("<f4", "False", "(1,)"), "1234");
  CHECK_NOTHROW(parse<NpyArray<float>>(good));
  refused("", "not that of an .npy file");
  refused("PK\3\4 and more and more", "not that of an .npy file");
  refused("\x93NUMPY\1", "not that of an .npy file");
  refused(npy("", "", 4), "the version is 4.0");
  refused(npy("", "", 0), "the version is 0.0");
  refused(good.substr(0, 30), "the header's length");
  refused(good + "5", "the length of the data is 5");
  refused(good.substr(0, good.size() - 1), "the length of the data is 3");
  for (const char* descr : {"<f3", "<c8", "|O", "<U5", "<M8[s]", "", "f4", "?f4", "<f16", "|V4"})
    refused(npy(header(descr, "False", "(1,)"), "1234"), "descr is ");
  refused(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "1234"),
          "records");
  refused(npy(header("<f4", "false", "(1,)"), "1234"), "True or False");
  for (const char* shape : {"(1)", "(1,", "1", "[1]", "(-1,)", "(1.0,)", "(,)", "(a,)",
                            "(99999999999999999999,)", "(1 1)", "(1,,)"})
    refused(npy(header("<f4", "False", shape), "1234"), "the header is wrong");
  refused(npy(header("<f4", "False", "(4611686018427387904, 4)"), ""), "the length of the data");
  refused(npy(header("<f4", "False", "(4611686018427387905,)"), "1234"), "the length of the data");
  refused(npy("{'descr': '<f4', 'shape': (1,)}", "1234"), "then the end");
  refused(npy("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "1234"),
          "once each");
  refused(npy("{'other': 1}", "1234"), "a key of the header is other");
  refused(npy(header("<f4", "False", "(1,)") + "x", "1234"), "then the end");
  refused(npy("{'descr': '<f4", ""), "the end of a string");

  CHECK_THROWS_WITH(parse<Matrix<float>>(good),
                    ContainsSubstring("the shape is 1, expected 2 axes"));
  CHECK_THROWS_AS(parse<Vector<float>>(npy(header("<f4", "False", "(1, 1)"), "1234")), ShapeError);
  CHECK_THROWS_AS((parse<Tensor<float, 3>>(good)), ShapeError);
  CHECK_THROWS_AS(parse<NpyArray<int>>(good), FormatError);
}

TEST_CASE("Damaged .npy files do no more than throw", "[core][npy]") {
  for (const char* descr : {"<f4", ">i4"})
    for (const char* order : {"True", "False"}) {
      const auto valid = to_bytes(npy(header(descr, order, "(2, 3)"), std::string(24, 'x')));
      const int refused =
          loyal::testing::survive_damage(valid, 10000, [](std::span<const std::byte> bytes) {
            const auto view = loyal::detail::parse_npy(bytes, "x.npy");
            static_cast<void>(loyal::detail::npy_array<NpyArray<double>>::make(view, "x.npy"));
          });
      CHECK(refused > static_cast<int>(valid.size()));
    }
}
