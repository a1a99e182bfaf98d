// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <loyal/core/dtype.hpp>

#include "../support/catch.hpp"

using loyal::DataError;
using loyal::DType;
using loyal::FormatError;

namespace {

template <class T>
std::vector<std::byte> encode(DType dtype, const std::vector<T>& values) {
  std::vector<std::byte> bytes{std::byte{0xAA}};  // so that elements lie at odd addresses
  loyal::detail::encode("test", dtype, std::span<const T>(values),
                        [&](std::span<const std::byte> piece) {
                          bytes.insert(bytes.end(), piece.begin(), piece.end());
                        });
  return bytes;
}
template <class T>
std::vector<T> decode(DType dtype, const std::vector<std::byte>& bytes) {
  const auto data = std::span(bytes).subspan(1);
  std::vector<T> out(data.size() / loyal::size_of(dtype));
  loyal::detail::decode("test", dtype, data, std::span<T>(out));
  return out;
}
template <class To, class From>
std::vector<To> through(DType dtype, const std::vector<From>& values) {
  return decode<To>(dtype, encode(dtype, values));
}

}  // namespace

TEST_CASE("Names and sizes of the element types", "[core][dtype]") {
  CHECK(to_string(DType::F64) == "F64");
  CHECK(to_string(DType::BOOL) == "BOOL");
  CHECK(loyal::size_of(DType::BF16) == 2);
  CHECK(loyal::dtype_of<float>() == DType::F32);
  CHECK(loyal::dtype_of<std::int64_t>() == DType::I64);
  CHECK(loyal::dtype_of<std::uint8_t>() == DType::U8);
  CHECK(loyal::dtype_of<bool>() == DType::BOOL);
}

TEST_CASE("A type stored as itself comes back bit for bit", "[core][dtype]") {
  const std::vector<double> real{0.1, -0.0, 1e308, std::numeric_limits<double>::infinity()};
  CHECK((through<double>(DType::F64, real) == real));
  const std::vector<std::int64_t> integer{INT64_MIN, -1, 0, INT64_MAX};
  CHECK((through<std::int64_t>(DType::I64, integer) == integer));
  CHECK(std::isnan(through<float>(DType::F32, std::vector<float>{std::nanf("")})[0]));
  CHECK(through<float>(DType::F32, std::vector<float>{}).empty());
}

TEST_CASE("Real types take every stored type", "[core][dtype]") {
  const std::vector<double> small{0, 1, -2, 100, -128};
  for (const DType dtype : {DType::F64, DType::F32, DType::F16, DType::BF16}) {
    CHECK((through<double>(dtype, small) == small));
    CHECK((through<float>(dtype, small) == std::vector<float>{0, 1, -2, 100, -128}));
  }
  const std::vector<std::int32_t> integers{0, 1, -2, 100, -128};
  for (const DType dtype : {DType::I64, DType::I32, DType::I16, DType::I8, DType::F32})
    CHECK((through<double>(dtype, integers) == small));
  const std::vector<std::uint8_t> bytes{0, 1, 255};
  for (const DType dtype : {DType::U64, DType::U32, DType::U16, DType::U8})
    CHECK((through<float>(dtype, bytes) == std::vector<float>{0, 1, 255}));
  CHECK((through<float>(DType::BOOL, bytes) == std::vector<float>{0, 1, 1}));
  // A double is rounded once: 1 + 2^-11 + 2^-40 lies above the tie that its float would be.
  CHECK(through<double>(DType::F16, std::vector<double>{1 + 0x1p-11 + 0x1p-40})[0] == 1 + 0x1p-10);
}

TEST_CASE("Many elements cross the pieces of the conversion", "[core][dtype]") {
  std::vector<float> values(10001);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 251);
  CHECK((through<float>(DType::BF16, values) == values));
  CHECK((through<float>(DType::F64, values) == values));
}

TEST_CASE("Integers take only integers that fit", "[core][dtype]") {
  const std::vector<std::int64_t> fits{INT32_MIN, INT32_MAX};
  CHECK(
      (through<std::int32_t>(DType::I64, fits) == std::vector<std::int32_t>{INT32_MIN, INT32_MAX}));
  for (const std::int64_t value :
       {std::int64_t{INT32_MAX} + 1, std::int64_t{INT32_MIN} - 1, INT64_MIN, INT64_MAX})
    CHECK_THROWS_WITH(through<std::int32_t>(DType::I64, std::vector<std::int64_t>{0, value}),
                      ContainsSubstring("element 1 is " + std::to_string(value)));
  const std::vector<std::uint64_t> large{UINT64_MAX};
  CHECK_THROWS_AS(through<std::int64_t>(DType::U64, large), FormatError);
  CHECK((through<std::uint64_t>(DType::U64, large) == large));
  CHECK_THROWS_AS(through<std::uint8_t>(DType::I32, std::vector<std::int32_t>{-1}), FormatError);
  CHECK_THROWS_AS(through<std::uint64_t>(DType::I32, std::vector<std::int32_t>{-1}), FormatError);
  CHECK(through<std::int64_t>(DType::I32, std::vector<std::int32_t>{-1})[0] == -1);
  for (const DType dtype : {DType::F64, DType::F32, DType::F16, DType::BF16})
    CHECK_THROWS_WITH(through<std::int64_t>(dtype, std::vector<double>{1}),
                      ContainsSubstring("expected an integer type"));
}

TEST_CASE("Nothing is stored that would be lost", "[core][dtype]") {
  CHECK_THROWS_AS(encode(DType::F16, std::vector<float>{65520}), DataError);
  CHECK(through<double>(DType::F16, std::vector<float>{65519})[0] == 65504);
  CHECK_THROWS_AS(encode(DType::F32, std::vector<double>{1e39}), DataError);
  CHECK_THROWS_AS(encode(DType::BF16, std::vector<double>{-3.4e38}), DataError);
  CHECK(std::isinf(
      through<double>(DType::F16, std::vector<float>{std::numeric_limits<float>::infinity()})[0]));
  CHECK(std::isnan(through<double>(DType::BF16, std::vector<double>{std::nan("")})[0]));
  CHECK_THROWS_AS(encode(DType::I32, std::vector<float>{1}), DataError);
  CHECK_THROWS_AS(encode(DType::BOOL, std::vector<float>{1}), DataError);
  CHECK_THROWS_AS(encode(DType::I32, std::vector<std::int64_t>{std::int64_t{1} << 31}), DataError);
  CHECK_THROWS_AS(encode(DType::U64, std::vector<std::int64_t>{-1}), DataError);
  CHECK(through<double>(DType::I32, std::vector<std::int64_t>{-7})[0] == -7);
}

TEST_CASE("Sizes that no memory holds are seen before they are multiplied", "[core][dtype]") {
  using Shape = std::vector<loyal::Index>;
  std::size_t count = 0;
  const loyal::Index huge = std::numeric_limits<loyal::Index>::max();
  CHECK(loyal::detail::count_elements(Shape{}, 8, count));
  CHECK(count == 1);
  CHECK(loyal::detail::count_elements(Shape{3, 0, 5}, 8, count));
  CHECK(count == 0);
  CHECK(loyal::detail::count_elements(Shape{3, 5, 7}, 8, count));
  CHECK(count == 105);
  CHECK(loyal::detail::count_elements(Shape{huge}, 1, count));
  CHECK_FALSE(loyal::detail::count_elements(Shape{huge}, 2, count));
  CHECK_FALSE(loyal::detail::count_elements(Shape{huge, 2}, 1, count));
  CHECK_FALSE(loyal::detail::count_elements(Shape{huge, huge, huge}, 1, count));
  CHECK_FALSE(loyal::detail::count_elements(Shape{0, huge, huge}, 1, count));
  CHECK_FALSE(loyal::detail::count_elements(Shape{-1}, 1, count));
  CHECK_FALSE(loyal::detail::count_elements(Shape{0, -1}, 1, count));
}
