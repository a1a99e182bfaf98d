// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>
#include <utility>

#include "../../core/types.hpp"

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

/// The end of a product that leaves each sum as it is.
struct Unchanged {
  template <class P>
  P operator()(const P& sum, Index, Index) const {
    return sum;
  }
};

/// A few rows by a few packets of C = start + A B, and some of the depth. The last packet may overlap the
/// one before it, so that it ends where C does.
template <Scalar T>
struct ProductTile {
  const T* a;
  Index a_row, a_depth;
  const T* b;
  Index b_row, b_last;  // b_last: where in a row of b the last packet starts
  const T* start;       // null for zeros
  Index start_row;
  T* c;
  Index c_row, c_last;
  Index depth;
  Index overlap;  // numbers of the last packet that are not its own

  void move_down(Index rows) {
    a += rows * a_row;
    c += rows * c_row;
    if (start != nullptr) start += rows * start_row;
  }

  /// The sums stay in registers while the depth runs; each step meets one column of A, broadcast number by
  /// number from wherever it lies, with one row of B.
  template <int lanes, int packets, int rows>
  [[gnu::flatten]] void compute() const {
    using P = typename packet_of<T, lanes>::type;
    using namespace Eigen::internal;
    P sum[rows][packets];
    unroll<rows>([&](auto r) { unroll<packets>([&](auto q) { sum[r][q] = pset1<P>(T(0)); }); });
    if (start != nullptr)
      unroll<rows>([&](auto r) {
        unroll<packets>([&](auto q) {
          sum[r][q] = ploadu<P>(start + r * start_row + (q + 1 < packets ? q * lanes : c_last));
        });
      });
    const T* left = a;
    const T* right = b;
    for (Index d = 0; d < depth; ++d) {
      P packet[packets];
      unroll<packets>(
          [&](auto q) { packet[q] = ploadu<P>(right + (q + 1 < packets ? q * lanes : b_last)); });
      unroll<rows>([&](auto r) {
        const P number = pset1<P>(left[r * a_row]);
        unroll<packets>([&](auto q) { sum[r][q] = pmadd(number, packet[q], sum[r][q]); });
      });
      left += a_depth;
      right += b_row;
    }
    unroll<rows>([&](auto r) {
      unroll<packets>([&](auto q) {
        T* const to = c + r * c_row + (q + 1 < packets ? q * lanes : c_last);
        P value = sum[r][q];
        if constexpr (lanes > 1 && q + 1 == packets)
          if (overlap > 0) value = own<P>(value, to);
        pstoreu(to, value);
      });
    });
  }

  /// Finishes the sums in C, whose first one belongs to row i and column j of the whole.
  template <int lanes, int packets, int rows, class Finish>
  void end(Index i, Index j, const Finish& finish) const {
    using P = typename packet_of<T, lanes>::type;
    using namespace Eigen::internal;
    for (int r = 0; r < rows; ++r)
      for (int q = 0; q < packets; ++q) {
        const Index column = q + 1 < packets ? q * lanes : c_last;
        T* const to = c + r * c_row + column;
        P value = finish(ploadu<P>(to), i + r, j + column);
        if constexpr (lanes > 1)
          if (q + 1 == packets && overlap > 0) value = own<P>(value, to);
        pstoreu(to, value);
      }
  }

 private:
  /// The last packet with what others have computed left as it is in C.
  template <class P>
  P own(const P& last, const T* in_c) const {
    using namespace Eigen::internal;
    const P others = pcmp_lt(plset<P>(T(0)), pset1<P>(static_cast<T>(overlap)));
    return pselect(others, ploadu<P>(in_c), last);
  }
};

}  // namespace loyal::detail
