// SPDX-License-Identifier: MIT
#include <loyal/text/tokenizer.hpp>

#include "../support/catch.hpp"
