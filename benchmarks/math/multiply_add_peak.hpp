// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>

#include <loyal/math/matrix_product.hpp>

/// Floating-point operations a second with nothing but independent multiply-adds of floats in registers, on one core.
[[gnu::flatten]] inline double multiply_add_peak(int rounds = 10, int steps = 100000) {
  namespace packet = loyal::detail::packet;
  using Packet = packet::packet_traits<float>::type;
  constexpr int lanes = packet::packet_traits<float>::size;
  constexpr int chains = 12;
  loyal::Matrix<float> start = loyal::Matrix<float>::Random(chains + 2, 64) * 1e-3F;
  double best = 0;
  for (int round = 0; round < rounds; ++round) {
    Packet sum[chains];
    const Packet x = packet::ploadu<Packet>(start.row(chains).data());
    const Packet y = packet::ploadu<Packet>(start.row(chains + 1).data());
    loyal::detail::unroll<chains>(
        [&](auto i) { sum[i] = packet::ploadu<Packet>(start.row(i).data()); });
    const auto begin = std::chrono::steady_clock::now();
    for (int step = 0; step < steps; ++step)
      loyal::detail::unroll<chains>([&](auto i) { sum[i] = packet::pmadd(sum[i], x, y); });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    loyal::detail::unroll<chains>([&](auto i) { packet::pstoreu(start.row(i).data(), sum[i]); });
    benchmark::DoNotOptimize(start.data());
    best = std::max(best, 2.0 * steps * chains * lanes / seconds.count());
  }
  return best;
}
