// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>

#include "../../core/types.hpp"
#include "packet.hpp"

namespace loyal::detail {

/// The end of a product that leaves each sum as it is.
struct Unchanged {
  template <class P>
  P operator()(const P& sum, Index, Index) const {
    return sum;
  }
};

/// Whether a product's end is so short that it is compiled once for each register of a tile.
template <class Finish>
inline constexpr bool is_brief = false;
template <class Finish>
requires requires { Finish::brief; }
inline constexpr bool is_brief<Finish> = Finish::brief;

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
  /// A brief end is applied on the way out, if the depth is complete; the first sum belongs to row i, column j.
  template <int lanes, int packets, int rows, class Finish>
  [[gnu::flatten]] void compute(Index i, Index j, bool complete, const Finish& finish) const {
    using P = typename packet_of<T, lanes>::type;
    P sum[rows][packets];
    unroll<rows>(
        [&](auto r) { unroll<packets>([&](auto q) { sum[r][q] = packet::pset1<P>(T(0)); }); });
    if (start != nullptr)
      unroll<rows>([&](auto r) {
        unroll<packets>([&](auto q) {
          sum[r][q] =
              packet::ploadu<P>(start + r * start_row + (q + 1 < packets ? q * lanes : c_last));
        });
      });
    const T* left = a;
    const T* right = b;
    for (Index d = 0; d < depth; ++d) {
      P right_row[packets];
      unroll<packets>([&](auto q) {
        right_row[q] = packet::ploadu<P>(right + (q + 1 < packets ? q * lanes : b_last));
      });
      unroll<rows>([&](auto r) {
        const P number = packet::pset1<P>(left[r * a_row]);
        unroll<packets>(
            [&](auto q) { sum[r][q] = packet::pmadd(number, right_row[q], sum[r][q]); });
      });
      left += a_depth;
      right += b_row;
    }
    unroll<rows>([&](auto r) {
      unroll<packets>([&](auto q) {
        const Index column = q + 1 < packets ? Index{q} * lanes : c_last;
        T* const to = c + r * c_row + column;
        P value = sum[r][q];
        if constexpr (is_brief<Finish>)
          if (complete) value = finish(value, i + r, j + column);
        if constexpr (lanes > 1 && q + 1 == packets)
          if (overlap > 0) value = own<P>(value, to);
        packet::pstoreu(to, value);
      });
    });
  }

  /// Applies an end that is not brief to the sums in C.
  template <int lanes, int packets, int rows, class Finish>
  void end(Index i, Index j, const Finish& finish) const {
    using P = typename packet_of<T, lanes>::type;
    for (int r = 0; r < rows; ++r)
      for (int q = 0; q < packets; ++q) {
        const Index column = q + 1 < packets ? Index{q} * lanes : c_last;
        T* const to = c + r * c_row + column;
        P value = finish(packet::ploadu<P>(to), i + r, j + column);
        if constexpr (lanes > 1)
          if (q + 1 == packets && overlap > 0) value = own<P>(value, to);
        packet::pstoreu(to, value);
      }
  }

 private:
  /// The last packet with what others have computed left as it is in C.
  template <class P>
  P own(const P& last, const T* in_c) const {
    const P others =
        packet::pcmp_lt(packet::plset<P>(T(0)), packet::pset1<P>(static_cast<T>(overlap)));
    return packet::pselect(others, packet::ploadu<P>(in_c), last);
  }
};

}  // namespace loyal::detail
