// SPDX-License-Identifier: MIT
// refused: Scalar
#include <loyal/nn/dense.hpp>

int main() { loyal::Dense<int> layer{2, 2}; }
