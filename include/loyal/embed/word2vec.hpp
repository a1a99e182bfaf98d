// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "../math/alias_table.hpp"
#include "../text/corpus.hpp"
#include "../text/vocabulary.hpp"
#include "detail/huffman.hpp"
#include "detail/id_stream.hpp"
#include "detail/pair_kernel.hpp"
#include "detail/row_table.hpp"
#include "subword_vectors.hpp"
#include "word_vectors.hpp"

namespace loyal {

/// What is predicted from what.
enum class WordModel {
  skip_gram,  ///< a word from each of its neighbors
  cbow        ///< a word from the mean of its neighbors
};

/// How the prediction of one word among all is made cheap.
enum class WordOutput {
  shared_negatives,     ///< against random words that some neighboring words share: the fastest
  own_negatives,        ///< against random words drawn for each pair, as in word2vec
  hierarchical_softmax  ///< as turns in a binary tree of the words
};

/// What training has done.
struct WordTraining {
  std::uint64_t words = 0;  ///< of the vocabulary that were read, over all epochs
  double seconds = 0;       ///< without counting the words
  bool canceled = false;    ///< by the callback
};

namespace detail {

/// One thread's way through sentences. Rows of the tables change in place.
/// A template, so that those who do not train need not wait for the compiler.
template <class Kernel>
class WordTrainer {
 public:
  struct Tables {
    RowTable* input;
    RowTable* output;
    const std::vector<float>* keep;               // probability for each word
    const AliasTable* noise;                      // null for hierarchical softmax
    const HuffmanTree* tree;                      // null for negatives
    const std::vector<std::size_t>* grams_start;  // null without n-grams
    const std::vector<std::uint32_t>* grams;
  };
  struct Options {
    int window;          ///< places between a word and its contexts at most
    int negatives;       ///< that a pair meets on average
    int centers;         ///< words that share negatives at most
    bool cbow;           ///< whether the mean of the contexts predicts
    bool own_negatives;  ///< whether each pair is a step by itself
    bool with_loss;      ///< whether to add up the loss
  };

  WordTrainer(const Tables& tables, const Options& options) : t_(tables), o_(options) {
    const Index vocabulary = static_cast<Index>(t_.keep->size());
    negatives_ = static_cast<int>(std::min<Index>(
        o_.centers == 1 ? o_.negatives : std::max(o_.negatives, shared_negatives), vocabulary - 1));
    if (t_.tree != nullptr) negatives_ = 0;
    if (t_.grams != nullptr) {
      ring_ = 2 * o_.window + 4 * most_centers;
      hidden_ = RowTable(ring_, t_.input->cols());
      before_ = RowTable(ring_, t_.input->cols());
    }
    if (o_.cbow) {
      mean_ = RowTable(Index{2} * most_centers, t_.input->cols());
      mean_before_ = RowTable(Index{2} * most_centers, t_.input->cols());
    }
  }

  /// Trains on a chunk at learning rates from @p rate falling to @p rate_after.
  void train(const IdChunk& chunk, Rng rng, double rate, double rate_after) {
    rng_ = rng;
    std::uint64_t seen = 0;
    sentence_.clear();
    for (const std::int32_t id : chunk.ids) {
      if (id >= 0) {
        ++seen;
        const float keep = (*t_.keep)[static_cast<std::size_t>(id)];
        if (keep >= 1 || uniform() < keep) sentence_.push_back(id);
        continue;
      }
      const double done =
          static_cast<double>(seen) / static_cast<double>(std::max<std::uint64_t>(chunk.words, 1));
      rate_ = static_cast<float>(rate + (rate_after - rate) * done);
      if (sentence_.size() > 1) run_sentence();
      sentence_.clear();
    }
  }

  double loss = 0;   // of the pairs so far
  double pairs = 0;  // of a word and one of its contexts

 private:
  static constexpr int most_centers = 4;
  static constexpr int shared_negatives = 8;

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
    made_ = flushed_ = 0;
    for (int position = 0; position < n;) {
      next->mean_row = next == batches_.data() ? 0 : most_centers;
      position = prepare(*next, position, n);
      if (o_.own_negatives || t_.tree != nullptr) {  // prepare() has trained already
        flush(next->first - o_.window);
        continue;
      }
      // While one batch is computed the rows of the following one are on their way.
      if (ready != nullptr) run(*ready);
      ready = next;
      next = next == batches_.data() ? batches_.data() + 1 : batches_.data();
      flush(ready->first - o_.window);
    }
    if (ready != nullptr) run(*ready);
    flush(made_);
  }

  /// The vector that stands for the word at a position.
  float* input_row(int position) {
    if (t_.grams == nullptr) return t_.input->row(sentence_[static_cast<std::size_t>(position)]);
    for (; made_ <= position; ++made_) make_hidden(made_);
    return hidden_.row(position % ring_);
  }
  auto as_array(float* row) const {
    return Eigen::Map<Eigen::ArrayXf, Eigen::Aligned64>(row, t_.input->stride());
  }
  template <class F>
  void for_parts(int position, const F& f) {
    const auto id = static_cast<std::size_t>(sentence_[static_cast<std::size_t>(position)]);
    const std::size_t begin = (*t_.grams_start)[id];
    const std::size_t end = (*t_.grams_start)[id + 1];
    f(t_.input->row(static_cast<Index>(id)));
    for (std::size_t g = begin; g < end; ++g) f(t_.input->row(static_cast<Index>((*t_.grams)[g])));
  }
  void make_hidden(int position) {
    auto sum = as_array(hidden_.row(position % ring_));
    sum.setZero();
    float count = 0;
    for_parts(position, [&](float* part) {
      sum += as_array(part);
      ++count;
    });
    sum *= 1 / count;
    as_array(before_.row(position % ring_)) = sum;
    if (made_ + 1 < static_cast<int>(sentence_.size()))
      for_parts(position + 1, [&](const float* part) { fetch_row(part, t_.input->stride()); });
  }
  /// What the hidden vectors of positions before @p end have learned goes to the rows they are made of.
  void flush(int end) {
    for (; flushed_ < std::min(end, made_); ++flushed_) {
      auto change = as_array(before_.row(flushed_ % ring_));
      change = as_array(hidden_.row(flushed_ % ring_)) - change;
      for_parts(flushed_, [&](float* part) { as_array(part) += change; });
    }
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

  /// Fills a batch from @p position on and returns the position after its last center.
  int prepare(Batch& b, int position, int n) {
    Kernel& k = b.kernel;
    k.inputs = k.outputs = 0;
    b.first = position;
    b.centers = 0;
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
      add_negatives(b, negatives_);
      if (o_.cbow)
        pool_contexts(b);
      else
        weigh_pairs(b, left, right);
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
      k.input[k.inputs++] = input_row(i);
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
    auto sum = as_array(mean);
    sum.setZero();
    for (int i = b.left[s]; i <= b.right[s]; ++i)
      if (i != b.first + c) sum += as_array(input_row(i));
    sum *= 1 / static_cast<float>(b.right[s] - b.left[s]);
    as_array(mean_before_.row(b.mean_row + c)) = sum;
    return mean;
  }
  void hand_back(const Batch& b, int c) {
    const auto s = static_cast<std::size_t>(c);
    auto change = as_array(mean_before_.row(b.mean_row + c));
    change = as_array(mean_.row(b.mean_row + c)) - change;
    for (int i = b.left[s]; i <= b.right[s]; ++i)
      if (i != b.first + c) as_array(input_row(i)) += change;
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
      if (i != b.first) add_input(input_row(i));
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
  Tables t_;
  Rng rng_;
  std::vector<std::int32_t> sentence_;  // without the frequent words left out
  Index ring_ = 1;
  RowTable hidden_, before_;     // vectors of the positions training is at, modulo ring_
  RowTable mean_, mean_before_;  // of contexts
  Options o_;
  int negatives_ = 0;
  float rate_ = 0;
  int made_ = 0;     // positions whose hidden vectors were made
  int flushed_ = 0;  // and handed back
};

}  // namespace detail

/// Vectors of words such that words in like company lie close together: skip-gram and CBOW.
///
/// For each word w of a sentence and each word c at most `window` places away (at most r, drawn from 1 .. window
/// for each w) one step of SGD on
///
///   skip-gram   -log s(x_c . y_w) - sum over negatives n: log s(-x_c . y_n)       s: the sigmoid
///   CBOW        the same with the mean of the x_c in place of x_c, once for each w
///
/// or, with hierarchical softmax, on -sum over w's path: log s(+-x_c . y_node). Negatives are drawn with
/// probability count^negative_power; frequent words are left out at random (see Vocabulary::keep_probabilities).
/// The vectors are the x; with n-grams, x_c is the mean of the word's own vector and those of its n-grams.
///
/// With `shared_negatives` up to 4 neighboring words share 8 negatives or more, weighted such that each pair meets
/// `negatives` of them on average; all these pairs are one step, small matrix products. With `own_negatives` each
/// pair is a step with fresh negatives, as in word2vec.
///
/// By default the words are met one after the other, so that a seed gives the same bits for any number of threads.
/// With `hogwild` threads change the vectors at the same time without locks (Recht et al., NIPS 2011): faster,
/// never twice the same, and by the letter of C++ a data race.
/// @throws OptionError for options out of their domains; DataError if no word occurs min_count times; what the
/// corpus throws. The model is then as before.
/// Source: Mikolov et al., "Distributed Representations of Words and Phrases", NIPS 2013; shared negatives after
/// Ji et al., "Parallelizing Word2Vec in Shared and Distributed Memory", arXiv:1604.04661.
/// Cost: with d dimensions some 100 d flops a word kept in skip-gram, and 5 to 6 rows of d floats from memory.
///
///     auto corpus = loyal::corpus_of({"the cat sat", "the dog sat", "a cat ran", "a dog ran"});
///     loyal::Word2Vec model{{.dimensions = 8, .subsample = 0, .epochs = 3, .vocabulary = {.min_count = 1}}};
///     const auto done = model.fit(corpus);
///     if (done.words != 36 || model.word_vectors().vocabulary().size() != 6) return 1;
class Word2Vec {
 public:
  struct Options {
    Index dimensions = 100;                            ///< of the vectors, >= 1
    WordModel model = WordModel::skip_gram;            ///< what is predicted from what
    WordOutput output = WordOutput::shared_negatives;  ///< how
    int window =
        5;  ///< places between a word and its contexts at most, in 1 .. 1000; 20 with n-grams
    int negatives = 5;             ///< for each pair, in 1 .. 50
    double negative_power = 0.75;  ///< of the counts they are drawn by
    double subsample = 1e-4;       ///< threshold of frequent words' loss, >= 0; 0: none is left out
    double learning_rate = 0.025;  ///< at the start, > 0, falling linearly
    double min_learning_rate = 1e-4;           ///< at the end, >= 0, at most learning_rate
    int epochs = 5;                            ///< >= 1
    VocabularyOptions vocabulary = {};         ///< which words have vectors
    NgramOptions ngrams = {.max_letters = 0};  ///< of words' character n-grams; by default none
    bool hogwild = false;                      ///< whether threads change the vectors without order
    int threads = 0;         ///< with hogwild, at most; 0: as many as the process may run on
    std::uint64_t seed = 1;  ///< of everything random
    std::size_t memory =
        std::size_t{256}
        << 20;  ///< bytes: up to this size the corpus is kept as numbers, not read anew
    ProgressCallback progress =
        {};  ///< told words, seconds and mean loss some ten times a second; one call at a time
  };

  Word2Vec() = default;
  explicit Word2Vec(const Options& options) : o_(options) {
    const auto expect = [](const char* name, auto value, bool fine, const char* domain) {
      detail::expect_option("Word2Vec", name, value, fine, domain);
    };
    expect("dimensions", o_.dimensions, o_.dimensions >= 1, ">= 1");
    const int widest = has_ngrams() ? 20 : 1000;
    expect("window", o_.window, o_.window >= 1 && o_.window <= widest,
           "in 1 .. 1000, with n-grams at most 20");
    expect("negatives", o_.negatives, o_.negatives >= 1 && o_.negatives <= 50, "in 1 .. 50");
    expect("negative_power", o_.negative_power, std::isfinite(o_.negative_power), "finite");
    expect("subsample", o_.subsample, o_.subsample >= 0, ">= 0");
    expect("learning_rate", o_.learning_rate, o_.learning_rate > 0, "> 0");
    expect("min_learning_rate", o_.min_learning_rate,
           o_.min_learning_rate >= 0 && o_.min_learning_rate <= o_.learning_rate,
           "in 0 .. learning_rate");
    expect("epochs", o_.epochs, o_.epochs >= 1, ">= 1");
    expect("threads", o_.threads, o_.threads >= 0, ">= 0");
    expect("ngrams.max_letters", o_.ngrams.max_letters, o_.ngrams.max_letters >= 0, ">= 0");
    expect("ngrams.min_letters", o_.ngrams.min_letters, o_.ngrams.min_letters >= 1, ">= 1");
    expect("ngrams.buckets", o_.ngrams.buckets, o_.ngrams.buckets >= 1 || !has_ngrams(), ">= 1");
  }

  [[nodiscard]] const Options& options() const noexcept { return o_; }

  /// Counts the words of @p corpus and trains vectors for them anew.
  template <Corpus C>
  WordTraining fit(C& corpus) {
    Word2Vec fresh{o_};
    const WordTraining done = fresh.train(corpus);
    *this = std::move(fresh);
    return done;
  }

  /// Goes on with @p corpus: known words keep their vectors, words that occur min_count times in it join them.
  /// The turns of hierarchical softmax are learned anew.
  template <Corpus C>
  WordTraining fit_more(C& corpus) {
    return train(corpus);
  }

  /// The words known so far, in the order of the vectors.
  [[nodiscard]] const Vocabulary& vocabulary() const noexcept { return words_; }

  /// The trained vectors. @throws NotFitted before fit().
  [[nodiscard]] WordVectors word_vectors() const {
    if (has_ngrams()) return subword_vectors().word_vectors();
    expect_fitted();
    return {words_, input_.matrix()};
  }
  /// The same with those of n-grams, for words never seen. @throws NotFitted before fit(), or if options().ngrams
  /// says there are none.
  [[nodiscard]] SubwordVectors subword_vectors() const {
    expect_fitted();
    if (!has_ngrams())
      detail::fail<NotFitted>("Word2Vec::subword_vectors", "ngrams.max_letters", 0, "> 0");
    return {words_, input_.matrix(), o_.ngrams};
  }
  /// The vectors y of words (of nodes with hierarchical softmax), words x dimensions. @throws NotFitted before fit().
  [[nodiscard]] Matrix<float> output() const {
    expect_fitted();
    return output_.matrix();
  }

 private:
  using Trainer = detail::WordTrainer<detail::PairKernel>;
  [[nodiscard]] bool has_ngrams() const noexcept { return o_.ngrams.max_letters > 0; }
  void expect_fitted() const {
    if (words_.empty())
      detail::fail<NotFitted>("Word2Vec", "the model", "not fitted", "fit() before");
  }

  template <Corpus C>
  WordTraining train(C& corpus) {
    detail::IdStream<C> stream(corpus, o_.memory);
    Vocabulary words = words_;
    std::uint64_t total = 0;
    {
      const Vocabulary counted = stream.count();
      const Vocabulary wanted = counted.sorted(o_.vocabulary);
      for (std::int32_t i = 0; i < counted.size(); ++i)
        if (const auto word = counted.word(i); words.id(word) >= 0)
          words.add_count(word, counted.count(i));
      for (std::int32_t i = 0; i < wanted.size(); ++i) words.add(wanted.word(i), wanted.count(i));
      if (words.empty())
        detail::fail<DataError>(
            "Word2Vec::fit", "words in the corpus", counted.size(),
            detail::concatenate("at least one that occurs ",
                                std::to_string(o_.vocabulary.min_count), " times"));
      for (std::int32_t i = 0; i < counted.size(); ++i)
        if (words.id(counted.word(i)) >= 0) total += counted.count(i);
      stream.start(counted, words, o_.epochs);
    }
    grow(words);
    return run(stream, total);
  }

  /// Gives new words their vectors.
  void grow(const Vocabulary& words) {
    const Index old = words_.size();
    const Index now = words.size();
    const Index buckets = has_ngrams() ? static_cast<Index>(o_.ngrams.buckets) : 0;
    const bool tree = o_.output == WordOutput::hierarchical_softmax;
    if (now != old) {
      detail::RowTable input(now + buckets, o_.dimensions);
      Rng rng{o_.seed, static_cast<std::uint64_t>(old)};
      const auto draw = [&](Index row, double range) {
        for (Index c = 0; c < o_.dimensions; ++c)
          input.row(row)[c] = static_cast<float>(rng.uniform(-range, range));
      };
      const auto copy = [&](Index from, Index to) {
        std::copy_n(input_.row(from), input.stride(), input.row(to));
      };
      // Not word2vec's 1 / (2 d): so near to 0 a good part of the first epoch is lost on leaving it.
      const double d = static_cast<double>(o_.dimensions);
      for (Index i = 0; i < old; ++i) copy(i, i);
      for (Index i = old; i < now; ++i) draw(i, buckets > 0 ? 1 / d : 0.8 / std::sqrt(d));
      for (Index i = 0; i < buckets; ++i)
        if (old > 0)
          copy(old + i, now + i);
        else
          draw(now + i, 1 / d);
      input_ = std::move(input);
      if (!tree)
        output_ = old == 0 ? detail::RowTable(now, o_.dimensions) : output_.grown(now - old);
    }
    if (tree) output_ = detail::RowTable(std::max<Index>(1, now - 1), o_.dimensions);
    words_ = words;
  }

  template <Corpus C>
  WordTraining run(detail::IdStream<C>& stream, std::uint64_t total) {
    const bool tree = o_.output == WordOutput::hierarchical_softmax;
    const auto keep = words_.keep_probabilities(o_.subsample);
    std::unique_ptr<AliasTable> noise;
    detail::HuffmanTree huffman;
    if (tree)
      huffman = detail::HuffmanTree(words_.counts());
    else
      noise = std::make_unique<AliasTable>(noise_weights());
    std::vector<std::size_t> grams_start{0};
    std::vector<std::uint32_t> grams;
    if (has_ngrams())
      for (std::int32_t i = 0; i < words_.size(); ++i) {
        append_ngrams(words_.word(i), o_.ngrams, grams);
        for (std::size_t g = grams_start.back(); g < grams.size(); ++g)
          grams[g] += static_cast<std::uint32_t>(words_.size());
        grams_start.push_back(grams.size());
      }
    const Trainer::Tables tables{&input_,
                                 &output_,
                                 &keep,
                                 noise.get(),
                                 tree ? &huffman : nullptr,
                                 has_ngrams() ? &grams_start : nullptr,
                                 has_ngrams() ? &grams : nullptr};
    const bool alone = tree || o_.output == WordOutput::own_negatives;
    const Trainer::Options options{o_.window,
                                   o_.negatives,
                                   alone ? 1 : 4,
                                   o_.model == WordModel::cbow,
                                   o_.output == WordOutput::own_negatives,
                                   static_cast<bool>(o_.progress)};

    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    const auto seconds = [&] {
      return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    const std::uint64_t all = total * static_cast<std::uint64_t>(o_.epochs);
    const auto rate_at = [&](std::uint64_t words) {
      const double left =
          1 - static_cast<double>(words) / static_cast<double>(std::max<std::uint64_t>(all, 1));
      return std::max(o_.min_learning_rate, o_.learning_rate * left);
    };
    std::mutex mutex;  // guards what follows
    WordTraining done;
    double told = 0;
    double loss = 0;
    double pairs = 0;
    std::atomic<bool> stop{false};
    const auto tell = [&](Trainer& trainer, std::uint64_t words) {
      const std::lock_guard lock(mutex);
      done.words += words;
      loss += std::exchange(trainer.loss, 0);
      pairs += std::exchange(trainer.pairs, 0);
      const double now = seconds();
      if (!o_.progress || stop || (now < told + 0.1 && done.words < all)) return;
      told = now;
      if (!o_.progress({.what = "words",
                        .step = static_cast<std::int64_t>(done.words),
                        .total = static_cast<std::int64_t>(all),
                        .seconds = now,
                        .value = std::exchange(loss, 0) / std::exchange(pairs, 0)}))
        stop = done.canceled = true;
    };
    const auto work = [&](Index, Index) {
      Trainer trainer(tables, options);
      detail::IdChunk chunk;
      while (!stop && stream.next(chunk)) {
        trainer.train(chunk, Rng{o_.seed, chunk.number + 1}, rate_at(chunk.words_before),
                      rate_at(chunk.words_before + chunk.words));
        tell(trainer, chunk.words);
      }
    };
    const int threads = o_.hogwild ? resolve_threads(o_.threads) : 1;
    parallel_for(threads, {.threads = threads, .grain = 1}, work);
    done.seconds = seconds();
    return done;
  }

  [[nodiscard]] Vector<double> noise_weights() const {
    Vector<double> weights(words_.size());
    for (Index i = 0; i < weights.size(); ++i)
      weights[i] = std::pow(static_cast<double>(words_.counts()[static_cast<std::size_t>(i)]),
                            o_.negative_power);
    return weights;
  }

  Options o_;
  Vocabulary words_;
  detail::RowTable input_;   // words, then buckets of n-grams
  detail::RowTable output_;  // words, or nodes
};

}  // namespace loyal
