// SPDX-License-Identifier: MIT
#include <loyal/nn/activation.hpp>
#include <loyal/nn/dense.hpp>
#include <loyal/nn/sequential.hpp>

int main() {
  const loyal::Sequential network{loyal::Dense<float>{3, 4}, loyal::ReLU{},
                                  loyal::Dense<float>{4, 1}};
  return loyal::predict(network, loyal::Matrix<float>::Ones(2, 3).eval()).rows() == 2 ? 0 : 1;
}
