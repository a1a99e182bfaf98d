// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
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
#include "detail/word_trainer.hpp"
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
/// The vectors are the x; with n-grams, x_c is the mean of the word's own vector and those of its n-grams. The step of
/// a mean goes undivided to each vector in it, as in word2vec and fastText.
///
/// With `shared_negatives` up to 4 neighboring words share 16 negatives or more (12 up to 128 dimensions without
/// n-grams, CBOW 8), weighted such that each pair meets `negatives` of them on average; all these pairs are one step,
/// small matrix products. In skip-gram they come from a pool of 512 words, a few of which are drawn anew for each
/// step. With `own_negatives` each pair is a step with fresh negatives, as in word2vec.
///
/// By default the words are met one after the other, so that a seed gives the same bits for any number of threads.
/// With `hogwild` threads change the vectors at the same time without locks (Recht et al., NIPS 2011): faster,
/// never twice the same, and by the letter of C++ a data race.
/// @throws OptionError for options out of their domains; DataError if no word occurs min_count times; what the
/// corpus throws. After fit() the model is then as before.
/// Source: Mikolov et al., "Distributed Representations of Words and Phrases", NIPS 2013; shared negatives after
/// Ji et al., "Parallelizing Word2Vec in Shared and Distributed Memory", arXiv:1604.04661.
/// Cost: with d dimensions some 300 d flops a word kept in skip-gram, and about 3 rows of d floats from memory.
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
    double learning_rate = 0.025;  ///< at the start, > 0
    double decay =
        0;  ///< last share of training in which the rate falls, linearly, in [0, 1]; 0: 0.9 in
            ///< skip-gram, 0.5 in CBOW; in word2vec 1
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
    expect("decay", o_.decay, o_.decay >= 0 && o_.decay <= 1, "in [0, 1]");
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
  /// The turns of hierarchical softmax are learned anew. If the corpus throws after its words have been counted, the
  /// model has learned from what came before.
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
  [[nodiscard]] int threads() const { return o_.hogwild ? resolve_threads(o_.threads) : 1; }
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
      const Vocabulary counted = stream.count(threads());
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
    const detail::WordParts parts = word_parts();
    const Trainer::Tables tables{&input_, &output_, &keep, noise.get(), tree ? &huffman : nullptr,
                                 &parts};
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
    const double decay = o_.decay > 0 ? o_.decay : o_.model == WordModel::cbow ? 0.5 : 0.9;
    const auto rate_at = [&](std::uint64_t words) {
      const double left =
          1 - static_cast<double>(words) / static_cast<double>(std::max<std::uint64_t>(all, 1));
      return std::max(o_.min_learning_rate, o_.learning_rate * std::min(1.0, left / decay));
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
        trainer.train(chunk, Rng{o_.seed, chunk.number + 1}, rate_at);
        tell(trainer, chunk.words);
      }
    };
    parallel_for(threads(), {.threads = threads(), .grain = 1}, work);
    done.seconds = seconds();
    return done;
  }

  [[nodiscard]] detail::WordParts word_parts() const {
    detail::WordParts parts;
    if (!has_ngrams()) return parts;
    parts.start.push_back(0);
    for (std::int32_t i = 0; i < words_.size(); ++i) {
      append_ngrams(words_.word(i), o_.ngrams, parts.parts);
      for (std::size_t p = parts.start.back(); p < parts.parts.size(); ++p)
        parts.parts[p] += static_cast<std::uint32_t>(words_.size());
      parts.start.push_back(parts.parts.size());
    }
    return parts;
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
