// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <utility>

#include "../../core/types.hpp"
#include "../../math/detail/packet.hpp"
#include "../../math/functions.hpp"

namespace loyal::detail {

/// As many packets as they have lanes become one: its lane j is the sum of the lanes of sums[j].
/// Halves change places between two packets and are added, so that n packets take n - 1 additions.
template <int lanes>
struct LaneSums {
  using P = typename packet_of<float, lanes>::type;
  typedef float V
      __attribute__((vector_size(lanes * sizeof(float))));  // NOLINT(modernize-use-using)

  static P of(const P* sums) {
    V v[lanes];
    unroll<lanes>([&](auto j) { v[j] = reinterpret_cast<const V&>(sums[j]); });
    fold<1, lanes>(v);
    return reinterpret_cast<const P&>(v[0]);
  }

 private:
  template <int width, int count>
  static void fold(V* v) {
    if constexpr (count > 1) {
      unroll<count / 2>([&](auto j) { v[j] = add<std::min(width, 4)>(v[2 * j], v[2 * j + 1]); });
      fold<width * 2, count / 2>(v);
    }
  }
  template <int width>
  static V add(V a, V b) {
    return [&]<int... lane>(std::integer_sequence<int, lane...>) {
      return __builtin_shufflevector(a, b, from<width>(lane, 0)...) +
             __builtin_shufflevector(a, b, from<width>(lane, 1)...);
    }
    (std::make_integer_sequence<int, lanes>{});
  }
  /// Where a lane of one of the two terms comes from; b's lanes follow a's. Chosen such that the sums end in order
  /// and each shuffle is a single instruction: within 16 bytes first, then 16 bytes at a time.
  template <int width>
  static constexpr int from(int lane, int second) {
    const int start = lane / 4 * 4;
    const int place = lane % 4;
    if (width == 1) return place % 2 * lanes + start + place / 2 + 2 * second;
    if (width == 2) return place / 2 * lanes + start + place % 2 + 2 * second;
    constexpr int half = std::max(1, lanes / 8);
    const int group = lane / 4;
    return group / half * lanes + 4 * (2 * (group % half) + second) + place;
  }
};

template <>
struct LaneSums<1> {
  static float of(const float* sums) { return *sums; }
};

/// Logistic regressions between a few input rows and a few output rows, one step of SGD for all pairs at once:
///
///   e_ik = weight_ik (target_ik - sigmoid(x_i . w_k))     x_i += sum_k e_ik w_k     w_k += sum_i e_ik x_i
///
/// with the x and w of before. That is skip-gram with negatives shared by a few words, CBOW, or a path of
/// hierarchical softmax, depending on rows, targets and weights. The rows stay in the first-level cache between the
/// two passes over them; output rows and their changes stay in registers while the inputs pass.
class PairKernel {
 public:
  /// All pairs are judged by the rows of before: with many more inputs their steps would add up beyond the goal.
  static constexpr int most_inputs = 16;
  static constexpr int most_outputs = 64;

  /// Input and output rows; each output is there once. Changed by the user of the kernel before run().
  float* input[most_inputs];
  float* output[most_outputs];
  int inputs = 0;
  int outputs = 0;

  [[nodiscard]] static constexpr int padded(int outputs) {
    return (outputs + block - 1) / block * block;
  }
  /// target_ik and weight_ik are at [i * padded(outputs) + k]; weights up to padded(outputs) must be there.
  float target[most_inputs * most_outputs + 16] = {};
  float weight[most_inputs * most_outputs + 16] = {};

  /// One step with all weights times @p rate, over @p stride numbers a row. Returns the sum of weighted
  /// -log likelihoods of before, if asked for.
  template <bool with_loss>
  double run(Index stride, float rate) {
    const int row = padded(outputs);
    for (int k = outputs; k < row; ++k) output[k] = output[0];
    const int tiles_of_inputs = (inputs + input_tile - 1) / input_tile;
    for (int i = inputs; i < tiles_of_inputs * input_tile; ++i) input[i] = input[0];
    for (int i = 0; i < inputs; i += input_tile)
      for (int k = 0; k < row; k += block) products(i, k, row, stride);
    const double loss = errors<with_loss>(inputs * row, rate);
    if (outputs <= most_kept)
      with_count(outputs, [&]<int count>() { update<count>(0, 0, stride, row, true, true); });
    else
      update_in_parts(stride, row);
    return loss;
  }

 private:
  using P = packet::packet_traits<float>::type;
  static constexpr int lanes = packet::packet_traits<float>::size;
  /// A tile of the products fills one packet: input_tile x block.
  static constexpr int block = lanes >= 4 ? 4 : 1;
  static constexpr int input_tile = lanes / block;
  static constexpr Index stretch = Index{8} * lanes;
  static constexpr int most_kept = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 12 : 6;

  [[gnu::flatten]] void products(int i, int k, int row, Index stride) {
    P sum[lanes];
    unroll<lanes>([&](auto j) { sum[j] = packet::pset1<P>(0.0F); });
    for (Index d = 0; d < stride; d += lanes) {
      P w[block];
      unroll<block>([&](auto b) { w[b] = packet::ploadu<P>(output[k + b] + d); });
      unroll<input_tile>([&](auto a) {
        const P x = packet::ploadu<P>(input[i + a] + d);
        unroll<block>(
            [&](auto b) { sum[a * block + b] = packet::pmadd(x, w[b], sum[a * block + b]); });
      });
    }
    alignas(64) float tile[lanes];
    packet::pstoreu(tile, LaneSums<lanes>::of(sum));
    unroll<input_tile>(
        [&](auto a) { std::copy_n(tile + a * block, block, error_ + (i + a) * row + k); });
  }

  template <bool with_loss>
  double errors(int count, float rate) {
    double loss = 0;
    const P rates = packet::pset1<P>(rate);
    const P zero = packet::pset1<P>(0.0F);
    const P one = packet::pset1<P>(1.0F);
    P losses = zero;
    for (int j = 0; j < count; j += lanes) {
      const P z = packet::ploadu<P>(error_ + j);
      const P t = packet::ploadu<P>(target + j);
      const P w = packet::ploadu<P>(weight + j);
      // No product of float rows that training meets goes beyond 80; there the sigmoid is 0 or 1.
      const P near =
          packet::pmin(packet::pmax(z, packet::pset1<P>(-80.0F)), packet::pset1<P>(80.0F));
      const P p = packet::pdiv(one, packet::padd(one, packet::pexp(packet::pnegate(near))));
      if constexpr (with_loss) {
        // softplus(z) - t z
        P term = packet::psub(packet::softplus<float>(z), packet::pmul(t, z));
        if (j + lanes > count) {
          alignas(64) float kept[lanes];
          packet::pstoreu(kept, packet::pmul(term, w));
          for (int r = 0; r < count - j; ++r) loss += static_cast<double>(kept[r]);
        } else {
          losses = packet::pmadd(term, w, losses);
        }
      }
      packet::pstoreu(error_ + j, packet::pmul(packet::pmul(w, rates), packet::psub(t, p)));
    }
    if constexpr (with_loss) loss += static_cast<double>(packet::predux(losses));
    return loss;
  }

  /// More outputs than registers: a part of them after the other, over a stretch of numbers that stays in the cache.
  void update_in_parts(Index stride, int row) {
    const int parts = (outputs + most_kept - 1) / most_kept;
    const int part = (outputs + parts - 1) / parts;
    for (Index d = 0; d < stride; d += stretch)
      for (int k = 0; k < outputs; k += part)
        with_count(std::min(part, outputs - k), [&]<int count>() {
          update<count>(k, d, std::min(stride, d + stretch), row, k == 0, k + part >= outputs);
        });
  }

  template <int count = most_kept, class F>
  static void with_count(int wanted, const F& f) {
    if constexpr (count > 1)
      if (wanted < count) return with_count<count - 1>(wanted, f);
    f.template operator()<count>();
  }

  /// Numbers begin .. end of all inputs and of `count` outputs. The inputs change with the last of the outputs.
  template <int count>
  [[gnu::flatten, gnu::noinline]] void update(int k, Index begin, Index end, int row, bool first,
                                              bool last) {
    for (Index d = begin; d < end; d += lanes) {
      P w[count];
      P change[count];
      unroll<count>([&](auto b) {
        w[b] = packet::ploadu<P>(output[k + b] + d);
        change[b] = packet::pset1<P>(0.0F);
      });
      const float* e = error_ + k;
      float* waiting = waiting_ + (d - begin);
      for (int i = 0; i < inputs; ++i, e += row, waiting += stretch) {
        float* const to = input[i] + d;
        const P x = packet::ploadu<P>(to);
        P dx = first ? packet::pset1<P>(0.0F) : packet::ploadu<P>(waiting);
        unroll<count>([&](auto b) {
          const P factor = packet::pset1<P>(e[b]);
          change[b] = packet::pmadd(factor, x, change[b]);
          dx = packet::pmadd(factor, w[b], dx);
        });
        if (last)
          packet::pstoreu(to, packet::padd(x, dx));
        else
          packet::pstoreu(waiting, dx);
      }
      unroll<count>(
          [&](auto b) { packet::pstoreu(output[k + b] + d, packet::padd(w[b], change[b])); });
    }
  }

  float waiting_[most_inputs * stretch];  // changes of the inputs by the outputs so far
  float error_[most_inputs * most_outputs + lanes];
};

}  // namespace loyal::detail
