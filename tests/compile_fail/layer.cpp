// SPDX-License-Identifier: MIT
// refused: Layer
// A type without backward() is no layer.
#include <loyal/nn/layer.hpp>

struct Half {
  void forward(const auto&, auto&, auto&, loyal::Pass&) const {}
};
template <loyal::Layer L>
void use(L) {}
int main() { use(Half{}); }
