// SPDX-License-Identifier: MIT
#include <cstdint>

#include <loyal/core/error.hpp>
#include <loyal/core/types.hpp>

#include "../support/catch.hpp"

namespace detail = loyal::detail;

TEST_CASE("a message names place, name, got and expected", "[core][error]") {
  CHECK_THROWS_WITH(detail::fail<loyal::DataError>("place", "name", 3, "> 4"),
                    "place: name is 3, expected > 4");
  CHECK_THROWS_WITH(detail::fail<loyal::DataError>("f", "x", 0.1, true),
                    "f: x is 0.1, expected true");
  CHECK_THROWS_WITH(detail::fail<loyal::DataError>("f", "x", -1.5F, std::string("y")),
                    "f: x is -1.5, expected y");
}

TEST_CASE("every error is an Error", "[core][error]") {
  CHECK_THROWS_AS(detail::fail<loyal::ShapeError>("a", "b", 1, 2), loyal::Error);
  CHECK_THROWS_AS(detail::fail<loyal::OptionError>("a", "b", 1, 2), loyal::Error);
  CHECK_THROWS_AS(detail::fail<loyal::FormatError>("a", "b", 1, 2), loyal::Error);
  CHECK_THROWS_AS(detail::fail<loyal::NotFitted>("a", "b", 1, 2), std::runtime_error);
}

TEST_CASE("sizes of any integer types are compared by value", "[core][error]") {
  CHECK_NOTHROW(detail::expect_size("f", "n", std::size_t{3}, 3));
  CHECK_THROWS_WITH(detail::expect_size("f", "n", std::size_t{3}, -3), "f: n is 3, expected -3");
  CHECK_THROWS_AS(detail::expect_size("f", "n", -1, ~std::uint64_t{0}), loyal::ShapeError);
}

TEST_CASE("shapes show rows and columns of both", "[core][error]") {
  const loyal::Matrix<float> m(2, 5);
  CHECK_NOTHROW(detail::expect_shape("f", "m", m, 2, 5U));
  CHECK_THROWS_WITH(detail::expect_shape("f", "m", m, 5, 2), "f: m is 2 x 5, expected 5 x 2");
  CHECK_THROWS_AS(detail::expect_shape("f", "m", m, 2, 4), loyal::ShapeError);
}

TEST_CASE("options say their rule", "[core][error]") {
  CHECK_NOTHROW(detail::expect_option("Adam", "beta1", 0.9, true, "in [0, 1)"));
  CHECK_THROWS_WITH(detail::expect_option("Adam", "beta1", 1.0, false, "in [0, 1)"),
                    "Adam: beta1 is 1, expected in [0, 1)");
}

TEST_CASE("texts are put together", "[core][error]") {
  CHECK(detail::concatenate("0 .. ", 12, ", ", 0.5, ", ", std::string("x")) == "0 .. 12, 0.5, x");
  CHECK(detail::to_text({2, 3, 4}) == "2 x 3 x 4");
}
