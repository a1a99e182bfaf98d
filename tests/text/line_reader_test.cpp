// SPDX-License-Identifier: MIT
#include <loyal/text/line_reader.hpp>

#include "../support/catch.hpp"
