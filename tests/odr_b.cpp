// SPDX-License-Identifier: MIT
#include <loyal/loyal.hpp>

int other_unit();
int other_unit() { return 0; }
