// SPDX-License-Identifier: MIT
#pragma once

// Catch2 2.13 (Debian 12) and 3.x behind one include; tests write Approx and CHECK_THROWS_WITH alike.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
#else
#include <catch2/catch.hpp>
inline auto ContainsSubstring(const std::string& part) { return Catch::Matchers::Contains(part); }
#endif
