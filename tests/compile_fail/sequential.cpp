// SPDX-License-Identifier: MIT
// refused: this layer cannot take what the layer before it makes
#include <loyal/nn/dense.hpp>
#include <loyal/nn/pooling.hpp>
#include <loyal/nn/sequential.hpp>

int main() {
  // A mean over time needs a time axis, which a Dense on a Matrix does not make.
  const loyal::Sequential network{loyal::Dense<float>{3, 4}, loyal::MeanOverTime{}};
  return static_cast<int>(loyal::predict(network, loyal::Matrix<float>()).rows());
}
