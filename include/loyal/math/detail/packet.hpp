// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <utility>

#include "../../core/types.hpp"

/// Eigen's SIMD packets, under one name: AVX-512, AVX2, NEON or plain from one source.
namespace loyal::detail::packet {

using Eigen::internal::pabs;
using Eigen::internal::packet_traits;
using Eigen::internal::PacketBlock;
using Eigen::internal::padd;
using Eigen::internal::pand;
using Eigen::internal::pcmp_eq;
using Eigen::internal::pcmp_le;
using Eigen::internal::pcmp_lt;
using Eigen::internal::pdiv;
using Eigen::internal::pexp;
using Eigen::internal::ploadu;
using Eigen::internal::plog;
using Eigen::internal::plset;
using Eigen::internal::pmadd;
using Eigen::internal::pmax;
using Eigen::internal::pmin;
using Eigen::internal::pmul;
using Eigen::internal::pnegate;
using Eigen::internal::predux;
using Eigen::internal::pselect;
using Eigen::internal::pset1;
using Eigen::internal::pstoreu;
using Eigen::internal::psub;
using Eigen::internal::ptranspose;
using Eigen::internal::pzero;
using Eigen::internal::unpacket_traits;

}  // namespace loyal::detail::packet

namespace loyal::detail {

/// An Eigen packet of so many numbers; a single number is a packet too, for Eigen's functions.
template <Scalar T, int lanes>
struct packet_of {
  using type = typename Eigen::internal::find_best_packet<T, lanes>::type;
  static constexpr bool exists = Eigen::internal::unpacket_traits<type>::size == lanes;
};
template <Scalar T>
struct packet_of<T, 1> {
  using type = T;
  static constexpr bool exists = true;
};

/// Calls f(0), ..., f(n - 1) with numbers the compiler knows, so that the arrays they index become
/// registers.
template <int n, class F>
void unroll(const F& f) {
  [&]<int... i>(std::integer_sequence<int, i...>) { (f(std::integral_constant<int, i>{}), ...); }
  (std::make_integer_sequence<int, n>{});
}

}  // namespace loyal::detail
