// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "../../core/random.hpp"
#include "../../core/types.hpp"
#include "../../math/alias_table.hpp"
#include "huffman.hpp"
#include "id_stream.hpp"
#include "row_table.hpp"
#include "sentence_rows.hpp"

namespace loyal::detail {

/// One thread's way through sentences. Rows of the tables change in place.
/// A template, so that those who do not train need not wait for the compiler.
template <class Kernel>
class WordTrainer {
 public:
  struct Tables {
    RowTable* input;
    RowTable* output;
    const std::vector<float>* keep;  // probability for each word
    const AliasTable* noise;         // null for hierarchical softmax
    const HuffmanTree* tree;         // null for negatives
    const WordParts* parts;          // rows of the input that make up each word
  };
  struct Options {
    int window;          ///< places between a word and its contexts at most
    int negatives;       ///< that a pair meets on average
    int centers;         ///< words that share negatives at most
    bool cbow;           ///< whether the mean of the contexts predicts
    bool own_negatives;  ///< whether each pair is a step by itself
    bool with_loss;      ///< whether to add up the loss
  };

  WordTrainer(const Tables& tables, const Options& options)
      : t_(tables), o_(options), rows_(*t_.input, *t_.parts, 2 * o_.window + 4 * most_centers) {
    const bool plain_and_short = t_.parts->start.empty() && t_.input->cols() <= short_rows;
    const int shared = o_.cbow           ? shared_by_means
                       : plain_and_short ? shared_by_short
                                         : shared_negatives;
    const auto vocabulary = static_cast<int>(t_.keep->size());
    negatives_ =
        std::min(o_.centers == 1 ? o_.negatives : std::max(o_.negatives, shared), vocabulary - 1);
    if (t_.tree != nullptr) negatives_ = 0;
    if (o_.cbow) {
      mean_ = RowTable(Index{2} * most_centers, t_.input->cols());
      mean_before_ = RowTable(Index{2} * most_centers, t_.input->cols());
    }
  }

  /// Trains on a chunk. @p rate_at gives the learning rate for a number of words read before, over all epochs.
  template <class RateAt>
  void train(const IdChunk& chunk, Rng rng, const RateAt& rate_at) {
    rng_ = rng;
    if (o_.centers > 1 && !o_.cbow)
      for (auto& word : pool_) word = static_cast<std::int32_t>(t_.noise->sample(rng_));
    std::uint64_t seen = 0;
    sentence_.clear();
    for (const std::int32_t id : chunk.ids) {
      if (id >= 0) {
        ++seen;
        const float keep = (*t_.keep)[static_cast<std::size_t>(id)];
        if (keep >= 1 || uniform() < keep) sentence_.push_back(id);
        continue;
      }
      rate_ = static_cast<float>(rate_at(chunk.words_before + seen));
      if (sentence_.size() > 1) run_sentence();
      sentence_.clear();
    }
  }

  double loss = 0;   // of the pairs so far
  double pairs = 0;  // of a word and one of its contexts

 private:
  static constexpr int most_centers = 4;
  // Analogies gain most from many. At 100 dimensions 12 do about as well, though not with n-grams, whose rows take most
  // of the time anyway; means of contexts are fewer than contexts and do well with 8.
  static constexpr int shared_negatives = 16;
  static constexpr int shared_by_short = 12;
  static constexpr Index short_rows = 128;
  static constexpr int shared_by_means = 8;
  static constexpr std::size_t pool_size = 512;

  float uniform() { return static_cast<float>(rng_() >> 40) * 0x1p-24F; }

  /// A few neighboring words to be predicted, ready for the kernel.
  struct Batch {
    Kernel kernel;
    std::array<std::int32_t, Kernel::most_outputs> words{};  // of the outputs
    std::array<int, most_centers> left{};                    // contexts of the centers, for CBOW
    std::array<int, most_centers> right{};
    int first = 0;
    int centers = 0;
    Index mean_row = 0;
  };

  void run_sentence() {
    const int n = static_cast<int>(sentence_.size());
    Batch* ready = nullptr;
    Batch* next = batches_.data();
    rows_.begin(sentence_);
    for (int position = 0; position < n;) {
      next->mean_row = next == batches_.data() ? 0 : most_centers;
      position = prepare(*next, position, n);
      if (o_.own_negatives || t_.tree != nullptr) {  // prepare() has trained already
        rows_.flush(next->first - o_.window);
        continue;
      }
      // While one batch is computed the rows of the following one are on their way.
      if (ready != nullptr) run(*ready);
      ready = next;
      next = next == batches_.data() ? batches_.data() + 1 : batches_.data();
      rows_.flush(ready->first - o_.window);
    }
    if (ready != nullptr) run(*ready);
    rows_.flush();
  }

  void add_output(Batch& b, std::int32_t word) const {
    b.words[static_cast<std::size_t>(b.kernel.outputs)] = word;
    float* const row = t_.output->row(word);
    b.kernel.output[b.kernel.outputs++] = row;
    fetch_row(row, t_.output->stride());
  }
  [[nodiscard]] static bool has_output(const Batch& b, std::int32_t word) {
    const auto end = b.words.begin() + b.kernel.outputs;
    return std::find(b.words.begin(), end, word) != end;
  }
  void add_negatives(Batch& b, int wanted) {
    const int vocabulary = static_cast<int>(t_.keep->size());
    for (int more = std::min(wanted, vocabulary - b.kernel.outputs); more > 0; --more) {
      auto word = static_cast<std::int32_t>(t_.noise->sample(rng_));
      // Drawn again if it is there; where one word is nearly all, the next one takes its place.
      for (int tries = 0; has_output(b, word); ++tries)
        word = tries < 50 ? static_cast<std::int32_t>(t_.noise->sample(rng_))
                          : (word + 1) % vocabulary;
      add_output(b, word);
    }
  }

  /// Negatives that a batch shares come from a pool, of whose words each batch renews a few: a row serves several
  /// batches before it leaves the cache, yet batches next to each other meet different words.
  void add_shared_negatives(Batch& b) {
    for (int i = 0; i < std::max(1, negatives_ / 4); ++i) {
      std::int32_t& word = pool_[oldest_++ % pool_.size()];
      word = static_cast<std::int32_t>(t_.noise->sample(rng_));
      fetch_row(t_.output->row(word), t_.output->stride());
    }
    const int vocabulary = static_cast<int>(t_.keep->size());
    const int wanted = std::min(b.kernel.outputs + negatives_, vocabulary);
    std::size_t place = rng_();
    for (std::size_t tries = 0; b.kernel.outputs < wanted && tries < pool_.size(); ++tries)
      if (const std::int32_t word = pool_[place++ % pool_.size()]; !has_output(b, word))
        add_output(b, word);
    add_negatives(b, wanted - b.kernel.outputs);
  }

  /// Fills a batch from @p position on and returns the position after its last center.
  int prepare(Batch& b, int position, int n) {
    Kernel& k = b.kernel;
    k.inputs = k.outputs = 0;
    b.first = position;
    b.centers = 0;
    rows_.fetch(position + o_.window + 2 * most_centers);  // of this batch and the next
    int left = n;
    int right = 0;
    while (b.centers < o_.centers && position < n &&
           !has_output(b, sentence_[static_cast<std::size_t>(position)])) {
      const int reach =
          o_.window -
          static_cast<int>((rng_() >> 32) * static_cast<std::uint64_t>(o_.window) >> 32);
      const auto c = static_cast<std::size_t>(b.centers++);
      b.left[c] = std::max(0, position - reach);
      b.right[c] = std::min(n - 1, position + reach);
      left = std::min(left, b.left[c]);
      right = std::max(right, b.right[c]);
      if (t_.tree == nullptr) add_output(b, sentence_[static_cast<std::size_t>(position)]);
      ++position;
    }
    if (t_.tree != nullptr) {
      follow_tree(b);
    } else if (o_.own_negatives) {
      train_pairs(b);
    } else {
      if (o_.cbow) {
        add_negatives(b, negatives_);
        pool_contexts(b);
      } else {
        add_shared_negatives(b);
        weigh_pairs(b, left, right);
      }
    }
    return position;
  }

  /// Skip-gram: each center with each word of its context, each of these pairs with `negatives` random ones.
  void weigh_pairs(Batch& b, int left, int right) {
    Kernel& k = b.kernel;
    const int row = Kernel::padded(k.outputs);
    const float share =
        static_cast<float>(o_.negatives) / static_cast<float>(std::max(1, k.outputs - b.centers));
    for (int i = left; i <= right; ++i) {
      float* const weight = k.weight + Index{k.inputs} * row;
      float* const target = k.target + Index{k.inputs} * row;
      float positives = 0;
      for (int c = 0; c < b.centers; ++c) {
        const auto s = static_cast<std::size_t>(c);
        weight[c] = i >= b.left[s] && i <= b.right[s] && i != b.first + c ? 1.0F : 0.0F;
        target[c] = 1;
        positives += weight[c];
      }
      if (positives == 0) continue;
      pairs += static_cast<double>(positives);
      for (int j = b.centers; j < row; ++j) {
        weight[j] = j < k.outputs ? positives * share : 0;
        target[j] = 0;
      }
      k.input[k.inputs++] = rows_.row(i);
      run_if_full(k);
    }
  }
  /// A window wider than the kernel is done in parts.
  void run_if_full(Kernel& k, int most = Kernel::most_inputs) {
    if (k.inputs < most) return;
    run_kernel(k);
    k.inputs = 0;
  }

  /// CBOW: each center with the mean of its context.
  void pool_contexts(Batch& b) {
    Kernel& k = b.kernel;
    const int row = Kernel::padded(k.outputs);
    const float share =
        static_cast<float>(o_.negatives) / static_cast<float>(std::max(1, k.outputs - b.centers));
    for (int c = 0; c < b.centers; ++c) {
      float* const weight = k.weight + Index{c} * row;
      float* const target = k.target + Index{c} * row;
      for (int j = 0; j < row; ++j) {
        weight[j] = j < b.centers ? (j == c ? 1.0F : 0.0F) : j < k.outputs ? share : 0.0F;
        target[j] = j == c ? 1.0F : 0.0F;
      }
      k.input[k.inputs++] = pool(b, c);
      ++pairs;
    }
  }
  float* pool(Batch& b, int c) {
    const auto s = static_cast<std::size_t>(c);
    float* const mean = mean_.row(b.mean_row + c);
    auto sum = row_array(mean, t_.input->stride());
    sum.setZero();
    for (int i = b.left[s]; i <= b.right[s]; ++i)
      if (i != b.first + c) sum += row_array(rows_.row(i), t_.input->stride());
    sum *= 1 / static_cast<float>(b.right[s] - b.left[s]);
    row_array(mean_before_.row(b.mean_row + c), t_.input->stride()) = sum;
    return mean;
  }
  void hand_back(const Batch& b, int c) {
    const auto s = static_cast<std::size_t>(c);
    auto change = row_array(mean_before_.row(b.mean_row + c), t_.input->stride());
    change = row_array(mean_.row(b.mean_row + c), t_.input->stride()) - change;
    for (int i = b.left[s]; i <= b.right[s]; ++i)
      if (i != b.first + c) row_array(rows_.row(i), t_.input->stride()) += change;
  }

  void run(Batch& b) {
    run_kernel(b.kernel);
    if (o_.cbow)
      for (int c = 0; c < b.centers; ++c) hand_back(b, c);
  }
  void run_kernel(Kernel& k) {
    if (k.inputs == 0 || k.outputs == 0) return;  // the only word of all is at the root
    if (o_.with_loss)
      loss += k.template run<true>(t_.input->stride(), rate_);
    else
      k.template run<false>(t_.input->stride(), rate_);
  }

  /// The one center of the batch by its path in the tree.
  void follow_tree(Batch& b) {
    Kernel& k = b.kernel;
    const std::int32_t word = sentence_[static_cast<std::size_t>(b.first)];
    // A path of more turns takes counts beyond 10^13.
    const auto nodes = t_.tree->nodes(word).first(
        std::min<std::size_t>(t_.tree->nodes(word).size(), Kernel::most_outputs));
    const auto turns = t_.tree->turns(word);
    for (const std::int32_t node : nodes) add_output(b, node);
    const int row = Kernel::padded(k.outputs);
    const auto add_input = [&](float* input) {
      for (int j = 0; j < row; ++j) {
        const bool on_path = j < k.outputs;
        k.weight[k.inputs * row + j] = on_path ? 1.0F : 0.0F;
        k.target[k.inputs * row + j] =
            on_path && turns[static_cast<std::size_t>(j)] == 0 ? 1.0F : 0.0F;
      }
      k.input[k.inputs++] = input;
      ++pairs;
      // All paths begin at the root: few at a time, or their steps there add up beyond the goal.
      run_if_full(k, 4);
    };
    with_inputs(b, add_input);
    run(b);
  }
  template <class F>
  void with_inputs(Batch& b, const F& add_input) {
    if (o_.cbow) {
      add_input(pool(b, 0));
      return;
    }
    for (int i = b.left[0]; i <= b.right[0]; ++i)
      if (i != b.first) add_input(rows_.row(i));
  }

  /// Pair by pair, as word2vec has it.
  void train_pairs(Batch& b) {
    Kernel& k = b.kernel;
    with_inputs(b, [&](float* input) {
      k.outputs = 1;
      add_negatives(b, o_.negatives);
      for (int j = 0; j < Kernel::padded(k.outputs); ++j) {
        k.weight[j] = j < k.outputs ? 1.0F : 0.0F;
        k.target[j] = j == 0 ? 1.0F : 0.0F;
      }
      k.input[0] = input;
      k.inputs = 1;
      ++pairs;
      run_kernel(k);
    });
    if (o_.cbow) hand_back(b, 0);
  }

  std::array<Batch, 2> batches_;
  std::array<std::int32_t, pool_size> pool_{};  // words that negatives are taken from
  std::size_t oldest_ = 0;                      // of the pool, modulo its size
  Tables t_;
  Rng rng_;
  std::vector<std::int32_t> sentence_;  // without the frequent words left out
  RowTable mean_, mean_before_;         // of contexts
  Options o_;
  SentenceRows<> rows_;
  int negatives_ = 0;
  float rate_ = 0;
};

}  // namespace loyal::detail
