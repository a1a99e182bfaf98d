// SPDX-License-Identifier: MIT
#include <loyal/text/text_source.hpp>

#include "../support/catch.hpp"
