// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

namespace loyal::detail {

/// Nodes and weights of the 16-point Gauss-Legendre rule on [-1, 1]: half of them, the others mirror these.
inline constexpr std::array<double, 8> legendre_node{
    0.0950125098376374402, 0.281603550779258913, 0.458016777657227386, 0.617876244402643748,
    0.755404408355003034,  0.865631202387831744, 0.944575023073232576, 0.989400934991649933};
inline constexpr std::array<double, 8> legendre_weight{
    0.189450610455068496, 0.182603415044923589,  0.169156519395002538,  0.149595988816576732,
    0.124628971255533872, 0.0951585116824927848, 0.0622535239386478929, 0.0271524594117540949};

/// Calls f(u, w) for the nodes u and weights w of @p panels such rules that share [0, 1].
template <class F>
void each_legendre_node(int panels, const F& f) {
  const double half = 0.5 / panels;
  for (int p = 0; p < panels; ++p)
    for (std::size_t i = 0; i < 8; ++i)
      for (const double side : {-1.0, 1.0})
        f(half * (2 * p + 1 + side * legendre_node[i]), half * legendre_weight[i]);
}

}  // namespace loyal::detail
