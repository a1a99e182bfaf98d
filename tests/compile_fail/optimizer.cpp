// SPDX-License-Identifier: MIT
// refused: Optimizer
#include <loyal/optim/optimizer.hpp>

struct Nothing {
  template <class Model>
  using State = int;
};
template <class O>
requires loyal::Optimizer<O, loyal::Vector<float>>
void use(O) {}
int main() { use(Nothing{}); }
