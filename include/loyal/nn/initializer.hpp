// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "../core/random.hpp"
#include "../core/types.hpp"

namespace loyal {

/// How starting weights are drawn; fan_in and fan_out are the numbers of inputs and outputs of a unit.
enum class Initializer {
  zeros,
  glorot_uniform,  ///< U(-a, a), a = sqrt(6 / (fan_in + fan_out)); Glorot & Bengio, AISTATS 2010, eq. 16
  glorot_normal,  ///< N(0, s^2), s = sqrt(2 / (fan_in + fan_out)); same, eq. 12
  he_uniform,     ///< U(-a, a), a = sqrt(6 / fan_in)
  he_normal,      ///< N(0, s^2), s = sqrt(2 / fan_in); He et al., ICCV 2015, eq. 10
  lecun_normal,   ///< N(0, s^2), s = sqrt(1 / fan_in); Klambauer et al., NeurIPS 2017
  fan_in_uniform,  ///< U(-a, a), a = sqrt(1 / fan_in); the default of torch's linear and recurrent layers
  orthogonal,      ///< orthonormal rows or columns, whichever are fewer; Saxe et al., ICLR 2014
  standard_normal  ///< N(0, 1)
};

/// Fills an array of shape fan_in x fan_out.
///
/// Source: the papers named at Initializer. Cost: a draw an element; orthogonal also an orthogonalisation.
///
///     loyal::Rng rng{1};
///     loyal::Matrix<float> weight(64, 32);
///     loyal::initialize(weight, loyal::Initializer::he_normal, rng);
///     if (weight.cwiseAbs().maxCoeff() > 1.5f) return 1;
template <Scalar T>
void initialize(Matrix<T>& weight, Initializer how, Rng& rng) {
  const double fan_in = static_cast<double>(std::max<Index>(1, weight.rows()));
  const double fan_out = static_cast<double>(std::max<Index>(1, weight.cols()));
  const auto uniform = [&](double bound) {
    for (Index i = 0; i < weight.size(); ++i)
      weight.data()[i] = static_cast<T>(rng.uniform(-bound, bound));
  };
  const auto normal = [&](double deviation) {
    for (Index i = 0; i < weight.size(); ++i)
      weight.data()[i] = static_cast<T>(rng.normal(0.0, deviation));
  };
  switch (how) {
    case Initializer::zeros:
      weight.setZero();
      return;
    case Initializer::glorot_uniform:
      uniform(std::sqrt(6 / (fan_in + fan_out)));
      return;
    case Initializer::glorot_normal:
      normal(std::sqrt(2 / (fan_in + fan_out)));
      return;
    case Initializer::he_uniform:
      uniform(std::sqrt(6 / fan_in));
      return;
    case Initializer::he_normal:
      normal(std::sqrt(2 / fan_in));
      return;
    case Initializer::lecun_normal:
      normal(std::sqrt(1 / fan_in));
      return;
    case Initializer::fan_in_uniform:
      uniform(std::sqrt(1 / fan_in));
      return;
    case Initializer::standard_normal:
      normal(1);
      return;
    case Initializer::orthogonal:
      break;
  }
  normal(1);
  // Gram and Schmidt on normal vectors gives the uniform distribution over orthonormal frames; the
  // second round removes what rounding left of the first.
  const bool tall = weight.rows() >= weight.cols();
  Matrix<T> frame = tall ? Matrix<T>(weight.transpose()) : weight;
  for (Index i = 0; i < frame.rows(); ++i) {
    for (int round = 0; round < 2; ++round)
      for (Index j = 0; j < i; ++j) frame.row(i) -= frame.row(i).dot(frame.row(j)) * frame.row(j);
    frame.row(i).normalize();
  }
  if (tall)
    weight = frame.transpose();
  else
    weight = frame;
}

}  // namespace loyal
