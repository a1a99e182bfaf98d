// SPDX-License-Identifier: MIT
// With odr_b.cpp: two units that include everything link, so nothing in a header lacks its inline.
#include <loyal/loyal.hpp>

int other_unit();
int main() { return other_unit(); }
