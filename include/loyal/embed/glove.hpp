// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "../math/detail/packet.hpp"
#include "cooccurrence.hpp"
#include "detail/row_table.hpp"
#include "word_vectors.hpp"

namespace loyal {
namespace detail {

/// One pair's step of AdaGrad on f / 2 (x . y + b + c - log X)^2. A row of a table is x and b, then what AdaGrad
/// remembers of each; `half` is where that begins.
struct GloVeStep {
  using P = packet::packet_traits<float>::type;
  static constexpr Index lanes = packet::packet_traits<float>::size;
  Index dimensions;  // of x; the bias follows
  Index half;
  float rate;

  [[gnu::flatten]] float difference(const float* x, const float* y, float log_weight) const {
    P sum = packet::pset1<P>(0.0F);
    for (Index d = 0; d < half; d += lanes)
      sum = packet::pmadd(packet::ploadu<P>(x + d), packet::ploadu<P>(y + d), sum);
    const float b = x[dimensions];
    const float c = y[dimensions];
    return packet::predux(sum) - b * c + b + c - log_weight;
  }

  /// Changes both rows by the gradient f * difference times the other row.
  [[gnu::flatten]] void operator()(float* x, float* y, float f, float difference) const {
    const float slope = rate * f * difference;
    const P slopes = packet::pset1<P>(slope);
    const float b = x[dimensions];
    const float c = y[dimensions];
    const float b_seen = x[half + dimensions];
    const float c_seen = y[half + dimensions];
    for (Index d = 0; d < half; d += lanes) {
      const P old_x = packet::ploadu<P>(x + d);
      const P old_y = packet::ploadu<P>(y + d);
      move(x + d, old_x, packet::pmul(slopes, old_y));
      move(y + d, old_y, packet::pmul(slopes, old_x));
    }
    x[dimensions] = b - slope / std::sqrt(b_seen);
    y[dimensions] = c - slope / std::sqrt(c_seen);
    x[half + dimensions] = b_seen + slope * slope;
    y[half + dimensions] = c_seen + slope * slope;
  }

 private:
  void move(float* at, const P& old, const P& step) const {
    const P seen = packet::ploadu<P>(at + half);
    packet::pstoreu(at, packet::psub(old, packet::pdiv(step, Eigen::internal::psqrt(seen))));
    packet::pstoreu(at + half, packet::pmadd(step, step, seen));
  }
};

}  // namespace detail

/// Vectors of words whose products give the logarithms of how often the words stand near each other.
///
///   J = sum over pairs with X_ij > 0:  f(X_ij) (x_i . y_j + b_i + c_j - log X_ij)^2 / 2
///   f(X) = min(1, (X / x_max)^alpha)
///
/// minimized by AdaGrad, whose sums of squares begin at 1 and hold steps, rate included, as in the authors' program.
/// The vector of a word is x_i + y_i.
/// Words are dealt into 16 groups; at any time threads work on pairs of different groups, so that a seed gives
/// the same bits for any number of threads, without locks.
/// @throws OptionError for options out of their domains; DataError if no words are left or no two stand near each
/// other.
/// Source: Pennington, Socher & Manning, "GloVe: Global Vectors for Word Representation", EMNLP 2014, equation 8.
/// Cost: an epoch takes some 20 d flops, of which 2 d square roots and divisions, for each pair in each order.
///
///     auto corpus = loyal::corpus_of({"the cat sat", "the dog sat", "a cat ran", "a dog ran"});
///     loyal::GloVe model{{.dimensions = 8, .epochs = 3, .vocabulary = {.min_count = 1}}};
///     const auto vectors = model.fit(corpus);
///     if (vectors.size() != 6 || vectors.dimensions() != 8) return 1;
class GloVe {
 public:
  struct Options {
    Index dimensions = 100;                 ///< of the vectors, >= 1
    double x_max = 100;                     ///< weight of a pair from which f is 1, > 0
    double alpha = 0.75;                    ///< power of f below it, >= 0
    double learning_rate = 0.05;            ///< > 0
    int epochs = 25;                        ///< >= 1
    VocabularyOptions vocabulary = {};      ///< which words have vectors
    CooccurrenceOptions cooccurrence = {};  ///< how pairs are counted
    int threads = 0;                        ///< at most; 0: as many as the process may run on
    std::uint64_t seed = 1;                 ///< of the starting values and the order of pairs
    ProgressCallback progress =
        {};  ///< told each epoch and J over the number of pairs; may stop there
  };

  GloVe() = default;
  explicit GloVe(const Options& options) : o_(options) {
    const auto expect = [](const char* name, auto value, bool fine, const char* domain) {
      detail::expect_option("GloVe", name, value, fine, domain);
    };
    expect("dimensions", o_.dimensions, o_.dimensions >= 1, ">= 1");
    expect("x_max", o_.x_max, o_.x_max > 0, "> 0");
    expect("alpha", o_.alpha, o_.alpha >= 0, ">= 0");
    expect("learning_rate", o_.learning_rate, o_.learning_rate > 0, "> 0");
    expect("epochs", o_.epochs, o_.epochs >= 1, ">= 1");
    expect("threads", o_.threads, o_.threads >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return o_; }

  /// Counts words and pairs of @p corpus, in two readings, and trains on them.
  template <Corpus C>
  [[nodiscard]] WordVectors fit(C& corpus) const {
    corpus.rewind();
    const auto words = build_vocabulary(corpus, o_.vocabulary);
    return fit(words, count_cooccurrences(corpus, words, o_.cooccurrence));
  }

  /// Trains on pairs that were counted.
  [[nodiscard]] WordVectors fit(const Vocabulary& words, const Cooccurrences& pairs) const {
    if (words.empty() || pairs.cells().empty())
      detail::fail<DataError>("GloVe::fit", "pairs of words", pairs.cells().size(), "at least one");
    for (const auto& cell : pairs.cells())
      if (cell.first < 0 || cell.first > cell.second || cell.second >= words.size() ||
          !(cell.weight > 0))
        detail::fail<DataError>("GloVe::fit", "a pair", detail::to_text({cell.first, cell.second}),
                                "words of the vocabulary in order, of a weight > 0");
    const Index half = detail::RowTable(0, o_.dimensions + 1).stride();
    Tables tables{{words.size(), 2 * half}, {words.size(), 2 * half}, half};
    Rng rng{o_.seed};
    for (auto* table : {&tables.x, &tables.y})
      for (Index i = 0; i < table->rows(); ++i) {
        for (Index d = 0; d <= o_.dimensions; ++d)
          table->row(i)[d] =
              static_cast<float>(rng.uniform(-0.5, 0.5) / static_cast<double>(o_.dimensions + 1));
        std::fill_n(table->row(i) + half, half, 1.0F);
      }
    train(tables, pairs.cells());
    Matrix<float> sum(words.size(), o_.dimensions);
    for (Index i = 0; i < sum.rows(); ++i)
      for (Index d = 0; d < o_.dimensions; ++d) sum(i, d) = tables.x.row(i)[d] + tables.y.row(i)[d];
    return {words, std::move(sum)};
  }

 private:
  static constexpr int groups = 16;
  struct Tables {
    detail::RowTable x, y;
    Index half;
  };
  using Cells = std::vector<Cooccurrence>;

  void train(Tables& tables, std::span<const Cooccurrence> pairs) const {
    // Pairs of two groups, the lower one first.
    std::vector<Cells> of(std::size_t{groups} * groups);
    const auto group = [](std::int32_t word) { return static_cast<std::size_t>(word % groups); };
    const auto bucket = [&](const Cooccurrence& cell) {
      const std::size_t a = group(cell.first);
      const std::size_t b = group(cell.second);
      return std::min(a, b) * groups + std::max(a, b);
    };
    std::vector<std::size_t> sizes(of.size());
    for (const auto& cell : pairs) ++sizes[bucket(cell)];
    for (std::size_t b = 0; b < of.size(); ++b) of[b].reserve(sizes[b]);
    for (const auto& cell : pairs) of[bucket(cell)].push_back(cell);

    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    for (int epoch = 0; epoch < o_.epochs; ++epoch) {
      double loss = 0;
      // A tournament: in each round every group meets another, or itself.
      for (int round = 0; round < groups; ++round) {
        const auto matches = round_of(round);
        loss += parallel_reduce(
            static_cast<Index>(matches.size()), {.threads = o_.threads, .grain = 1}, 0.0,
            [&](Index from, Index to) {
              double sum = 0;
              for (Index m = from; m < to; ++m) {
                const std::size_t b = matches[static_cast<std::size_t>(m)];
                const auto stream = static_cast<std::uint64_t>(epoch) * of.size() + b + 1;
                sum += meet(tables, of[b], Rng{o_.seed, stream});
              }
              return sum;
            },
            [](double a, double b) { return a + b; });
      }
      const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
      if (!o_.progress({.what = "epoch",
                        .step = epoch + 1,
                        .total = o_.epochs,
                        .seconds = seconds,
                        .value = loss / static_cast<double>(pairs.size())}))
        return;
    }
  }

  /// Round 0: each group with itself. Else the circle method: the last group stays, the others go round.
  static std::vector<std::size_t> round_of(int round) {
    std::vector<std::size_t> matches;
    if (round == 0) {
      for (std::size_t g = 0; g < groups; ++g) matches.push_back(g * groups + g);
      return matches;
    }
    constexpr int circle = groups - 1;
    for (int i = 0; i < groups / 2; ++i) {
      const int a = i == 0 ? circle : (round + i) % circle;
      const int b = (round + circle - i) % circle;
      matches.push_back(static_cast<std::size_t>(std::min(a, b) * groups + std::max(a, b)));
    }
    return matches;
  }

  double meet(Tables& tables, Cells& cells, Rng rng) const {
    const detail::GloVeStep step{o_.dimensions, tables.half, static_cast<float>(o_.learning_rate)};
    for (std::size_t i = cells.size(); i > 1; --i) std::swap(cells[i - 1], cells[rng.below(i)]);
    double loss = 0;
    constexpr std::size_t ahead = 4;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i + ahead < cells.size()) fetch(tables, cells[i + ahead]);
      const Cooccurrence& cell = cells[i];
      const float log_weight = std::log(cell.weight);
      const float f = static_cast<double>(cell.weight) >= o_.x_max
                          ? 1.0F
                          : std::exp(static_cast<float>(o_.alpha) *
                                     (log_weight - static_cast<float>(std::log(o_.x_max))));
      const auto pair = [&](std::int32_t a, std::int32_t b) {
        float* const x = tables.x.row(a);
        float* const y = tables.y.row(b);
        const float difference = step.difference(x, y, log_weight);
        step(x, y, f, difference);
        loss += 0.5 * static_cast<double>(f) * static_cast<double>(difference) *
                static_cast<double>(difference);
      };
      pair(cell.first, cell.second);
      if (cell.first != cell.second) pair(cell.second, cell.first);
    }
    return loss;
  }
  static void fetch(const Tables& t, const Cooccurrence& cell) {
    for (const auto* table : {&t.x, &t.y})
      for (const std::int32_t word : {cell.first, cell.second})
        detail::fetch_row(table->row(word), table->stride());
  }

  Options o_;
};

}  // namespace loyal
