// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "corpus.hpp"
#include "vocabulary.hpp"

namespace loyal {

/// How much two neighboring words a b belong together; n counts, N is the number of words in all.
enum class PhraseScore {
  discounted,  ///< (n(ab) - min_count) N / (n(a) n(b)), of word2vec; usual thresholds 10 .. 1000
  pmi,         ///< ln(n(ab) N / (n(a) n(b))), pointwise mutual information
  npmi,        ///< pmi / -ln(n(ab) / N), in [-1, 1]
};

/// Two words that make a phrase.
struct Phrase {
  std::string first;
  std::string second;
  double score = 0;
};

namespace detail {

/// Counts of pairs of word numbers: open addressing, at most half full.
class PairCounts {
 public:
  void add(std::int32_t a, std::int32_t b) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[place(key_of(a, b), slots_)];
    if (slot.count++ == 0) {
      slot.key = key_of(a, b);
      ++size_;
    }
  }
  [[nodiscard]] std::uint64_t count(std::int32_t a, std::int32_t b) const {
    return slots_.empty() ? 0 : slots_[place(key_of(a, b), slots_)].count;
  }
  /// Calls f(a, b, count) for each pair, in no order.
  template <class F>
  void for_each(const F& f) const {
    for (const Slot& slot : slots_)
      if (slot.count > 0)
        f(static_cast<std::int32_t>(slot.key >> 32),
          static_cast<std::int32_t>(slot.key & 0xFFFFFFFFU), slot.count);
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint64_t count = 0;
  };
  std::vector<Slot> slots_;
  std::size_t size_ = 0;

  static std::uint64_t key_of(std::int32_t a, std::int32_t b) {
    return static_cast<std::uint64_t>(a) << 32 | static_cast<std::uint32_t>(b);
  }
  static std::size_t place(std::uint64_t key, const std::vector<Slot>& slots) {
    const std::size_t mask = slots.size() - 1;
    std::uint64_t h = key * 0x9e3779b97f4a7c15U;
    h ^= h >> 32;
    std::size_t at = h & mask;
    while (slots[at].count > 0 && slots[at].key != key) at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::vector<Slot> bigger(slots_.empty() ? 16 : slots_.size() * 2);
    for (const Slot& slot : slots_)
      if (slot.count > 0) bigger[place(slot.key, bigger)] = slot;
    slots_.swap(bigger);
  }
};

}  // namespace detail

/// Finds pairs of words that stand together more often than chance, as "new york", and joins them to one word.
///
/// A pair counts if it occurs min_count times or more and scores above the threshold. Joining goes from left to
/// right; a word joins one neighbor. For longer phrases fit a second time on the joined corpus.
/// @throws OptionError for options out of their domains; DataError if no word is frequent enough.
/// Source: Mikolov et al., "Distributed Representations of Words and Phrases", 2013, equation 6, times N as their
/// program word2phrase has it; Bouma, "Normalized (Pointwise) Mutual Information in Collocation Extraction", 2009.
/// Cost: two passes over the corpus; 16 to 64 bytes a distinct pair.
///
///     auto corpus = loyal::corpus_of({"in new york city", "new york is new", "york was old new york is big"});
///     loyal::Phrases phrases{{.min_count = 2, .threshold = 0.4, .score = loyal::PhraseScore::npmi}};
///     phrases.fit(corpus);
///     loyal::PhraseCorpus joined{corpus, phrases};
///     std::vector<std::string_view> sentence;
///     if (!joined.next(sentence) || sentence[1] != "new_york") return 1;
class Phrases {
 public:
  struct Options {
    std::uint64_t min_count = 5;                  ///< occurrences of words and pairs at least, >= 1
    double threshold = 10;                        ///< pairs with higher scores are phrases; finite
    PhraseScore score = PhraseScore::discounted;  ///< what is compared with it
    std::string delimiter = "_";                  ///< between the words of a phrase
  };

  Phrases() = default;
  explicit Phrases(Options options) : options_(std::move(options)) {
    detail::expect_option("Phrases", "min_count", options_.min_count, options_.min_count >= 1,
                          ">= 1");
    detail::expect_option("Phrases", "threshold", options_.threshold,
                          std::isfinite(options_.threshold), "finite");
  }

  /// Counts the corpus from its beginning, twice, and leaves it rewound.
  template <Corpus C>
  Phrases& fit(C& corpus) {
    std::vector<std::string_view> sentence;
    std::uint64_t total = 0;
    Vocabulary all;
    corpus.rewind();
    while (corpus.next(sentence)) all.count_words(sentence);
    total = all.total();
    Vocabulary words = all.sorted({.min_count = options_.min_count});
    if (words.empty())
      detail::fail<DataError>("Phrases::fit", "the number of words kept", 0, "one or more");
    all = Vocabulary();
    detail::PairCounts pairs;
    std::vector<std::int32_t> ids;
    corpus.rewind();
    while (corpus.next(sentence)) {
      ids.resize(sentence.size());
      words.ids(sentence, ids);
      for (std::size_t i = 1; i < ids.size(); ++i)
        if (ids[i - 1] >= 0 && ids[i] >= 0) pairs.add(ids[i - 1], ids[i]);
    }
    corpus.rewind();
    words_ = std::move(words);
    total_ = total;
    pairs_ = {};
    found_.clear();
    pairs.for_each([&](std::int32_t a, std::int32_t b, std::uint64_t count) {
      const double value = score_of(a, b, count);
      if (count < options_.min_count || !(value > options_.threshold)) return;
      pairs_.add(a, b);
      found_.push_back({std::string(words_.word(a)), std::string(words_.word(b)), value});
    });
    std::sort(found_.begin(), found_.end(), [](const Phrase& x, const Phrase& y) {
      if (x.score != y.score) return x.score > y.score;
      return std::pair(x.first, x.second) < std::pair(y.first, y.second);
    });
    return *this;
  }

  /// All phrases, best first.
  [[nodiscard]] const std::vector<Phrase>& phrases() const noexcept { return found_; }
  [[nodiscard]] const std::string& delimiter() const noexcept { return options_.delimiter; }

  /// Whether the two words, side by side, are a phrase.
  [[nodiscard]] bool contains(std::string_view first, std::string_view second) const {
    const auto a = words_.id(first);
    const auto b = a < 0 ? -1 : words_.id(second);
    return b >= 0 && pairs_.count(a, b) > 0;
  }

 private:
  Options options_;
  Vocabulary words_;
  std::uint64_t total_ = 0;
  detail::PairCounts pairs_;  // the phrases
  std::vector<Phrase> found_;

  [[nodiscard]] double score_of(std::int32_t a, std::int32_t b, std::uint64_t count) const {
    const auto n = static_cast<double>(total_);
    const auto both = static_cast<double>(count);
    const double product =
        static_cast<double>(words_.count(a)) * static_cast<double>(words_.count(b));
    if (options_.score == PhraseScore::discounted)
      return (both - static_cast<double>(options_.min_count)) * n / product;
    const double pmi = std::log(both * n / product);
    if (options_.score == PhraseScore::pmi) return pmi;
    return both >= n ? 1 : pmi / -std::log(both / n);
  }
};

/// A corpus in which the phrases are one word each: "new_york". Itself a Corpus; see Phrases.
/// The corpus and the phrases must outlive it. Source: none, our own.
template <Corpus C>
class PhraseCorpus {
 public:
  PhraseCorpus(C& corpus, const Phrases& phrases) : corpus_(&corpus), phrases_(&phrases) {}

  void rewind() { corpus_->rewind(); }

  bool next(std::vector<std::string_view>& sentence) {
    if (!corpus_->next(sentence)) return false;
    std::size_t letters = 0;
    for (const auto word : sentence) letters += word.size() + phrases_->delimiter().size();
    joined_.clear();
    joined_.reserve(letters);  // so that views of it stay
    std::size_t kept = 0;
    for (std::size_t i = 0; i < sentence.size(); ++i, ++kept) {
      sentence[kept] = sentence[i];
      if (i + 1 == sentence.size() || !phrases_->contains(sentence[i], sentence[i + 1])) continue;
      const std::size_t begin = joined_.size();
      joined_.append(sentence[i]).append(phrases_->delimiter()).append(sentence[i + 1]);
      sentence[kept] = std::string_view(joined_).substr(begin);
      ++i;
    }
    sentence.resize(kept);
    return true;
  }

 private:
  C* corpus_;
  const Phrases* phrases_;
  std::string joined_;
};

}  // namespace loyal
