// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../../core/parallel.hpp"
#include "../../text/corpus.hpp"
#include "../../text/vocabulary.hpp"

namespace loyal::detail {

/// Some sentences as numbers of words, and where in training they stand.
struct IdChunk {
  std::vector<std::int32_t> ids;  // -1 ends a sentence, of one known word or more
  std::uint64_t number = 0;       // counted over all epochs
  std::uint64_t words_before = 0;
  std::uint64_t words = 0;
};

/// A corpus as chunks of some thousand numbers, epoch after epoch. The numbers are kept from the first reading if
/// they fit into memory; else the corpus is read again in each epoch. Chunks are the same either way.
template <Corpus C>
class IdStream {
 public:
  IdStream(C& corpus, std::size_t memory) : corpus_(corpus), most_(memory / sizeof(std::int32_t)) {}

  /// Reads the corpus once and counts its words. With several @p threads one reads while another one counts.
  [[nodiscard]] Vocabulary count(int threads) {
    Vocabulary words;
    corpus_.rewind();
    if (threads == 1) {
      while (corpus_.next(sentence_)) count(sentence_, words);
      return words;
    }
    std::array<Piece, 2> pieces;
    bool more = read(pieces[0]);
    std::size_t now = 0;
    while (more) {
      parallel_for(2, {.threads = 2, .grain = 1}, [&](Index job, Index) {
        if (job == 0)
          pieces[now].for_sentences([&](auto sentence) { count(sentence, words); });
        else
          more = read(pieces[1 - now]);
      });
      now = 1 - now;
    }
    return words;
  }

  /// Goes over from the numbers in @p counted to those in @p words, a part of them, for @p epochs.
  void start(const Vocabulary& counted, const Vocabulary& words, int epochs) {
    words_ = &words;
    epochs_ = epochs;
    if (keeping_) {
      std::vector<std::int32_t> number(static_cast<std::size_t>(counted.size()));
      for (std::int32_t i = 0; i < counted.size(); ++i)
        number[static_cast<std::size_t>(i)] = words.id(counted.word(i));
      for (auto& block : blocks_) {
        auto to = block.begin();
        for (const std::int32_t id : block) {
          const std::int32_t now = id < 0 ? id : number[static_cast<std::size_t>(id)];
          if (id < 0 ? to != block.begin() && *(to - 1) >= 0 : now >= 0) *to++ = now;
        }
        block.erase(to, block.end());
      }
    }
    begin_epoch();
  }

  /// The next chunk; false after the last. May be called by several threads; if the corpus throws in one of them,
  /// there is no more for the others.
  bool next(IdChunk& chunk) {
    const std::lock_guard lock(mutex_);
    if (ended_) return false;
    ended_ = true;
    chunk.ids.clear();
    chunk.words = 0;
    while (!fill(chunk)) {
      if (++epoch_ >= epochs_) return false;
      begin_epoch();
    }
    ended_ = false;
    chunk.number = chunks_++;
    chunk.words_before = given_;
    given_ += chunk.words;
    return true;
  }

 private:
  static constexpr std::size_t chunk_words = 10000;
  static constexpr std::size_t piece_words = 20000;  // read ahead
  static constexpr std::size_t piece_letters = std::size_t{1} << 20;
  static constexpr std::size_t block_ids = std::size_t{1} << 20;

  /// Sentences that have been read but not yet counted.
  struct Piece {
    std::string letters;
    std::vector<std::size_t> lengths;    // of words
    std::vector<std::size_t> sentences;  // words of each
    std::vector<std::string_view> words;

    template <class F>
    void for_sentences(const F& f) {
      words.clear();
      const char* at = letters.data();
      for (const std::size_t length : lengths) {
        words.emplace_back(at, length);
        at += length;
      }
      std::span<const std::string_view> rest = words;
      for (const std::size_t size : sentences) {
        f(rest.first(size));
        rest = rest.subspan(size);
      }
    }
  };
  /// False if there is nothing left.
  bool read(Piece& piece) {
    piece.letters.clear();
    piece.lengths.clear();
    piece.sentences.clear();
    while (piece.lengths.size() < piece_words && piece.letters.size() < piece_letters &&
           corpus_.next(sentence_)) {
      for (const std::string_view word : sentence_) {
        piece.letters.append(word);
        piece.lengths.push_back(word.size());
      }
      piece.sentences.push_back(sentence_.size());
    }
    return !piece.sentences.empty();
  }

  void count(std::span<const std::string_view> sentence, Vocabulary& words) {
    if (!keeping_) {
      words.count_words(sentence);
      return;
    }
    auto& block = room(sentence.size() + 1);
    const std::size_t begin = block.size();
    block.resize(begin + sentence.size() + 1);
    words.count_words(sentence, std::span(block).subspan(begin, sentence.size()));
    block.back() = -1;
    kept_ += sentence.size() + 1;
    if (kept_ > most_) {
      keeping_ = false;
      blocks_ = {};
    }
  }

  std::vector<std::int32_t>& room(std::size_t more) {
    if (blocks_.empty() || blocks_.back().size() + more > block_ids) {
      blocks_.emplace_back();
      blocks_.back().reserve(std::max(more, std::min(block_ids, most_ + 1)));
    }
    return blocks_.back();
  }
  void begin_epoch() {
    block_ = place_ = 0;
    if (!keeping_) corpus_.rewind();
  }
  bool fill(IdChunk& chunk) {
    if (!keeping_) {
      while (chunk.words < chunk_words && corpus_.next(sentence_)) {
        const std::size_t begin = chunk.ids.size();
        chunk.ids.resize(begin + sentence_.size());
        words_->ids(sentence_, std::span(chunk.ids).subspan(begin));
        chunk.ids.erase(std::remove(chunk.ids.begin() + static_cast<std::ptrdiff_t>(begin),
                                    chunk.ids.end(), -1),
                        chunk.ids.end());
        chunk.words += chunk.ids.size() - begin;
        if (chunk.ids.size() > begin) chunk.ids.push_back(-1);
      }
      return !chunk.ids.empty();
    }
    for (; chunk.words < chunk_words && block_ < blocks_.size(); place_ = 0, ++block_) {
      const auto& block = blocks_[block_];
      while (place_ < block.size() && chunk.words < chunk_words) do {
          chunk.ids.push_back(block[place_]);
          if (block[place_] >= 0) ++chunk.words;
        } while (block[place_++] >= 0);
      if (place_ < block.size()) return true;
    }
    return !chunk.ids.empty();
  }

  C& corpus_;
  std::size_t most_;
  bool keeping_ = true;
  std::size_t kept_ = 0;
  std::vector<std::vector<std::int32_t>> blocks_;  // whole sentences
  const Vocabulary* words_ = nullptr;
  int epochs_ = 0;
  int epoch_ = 0;
  bool ended_ = false;
  std::uint64_t chunks_ = 0;
  std::uint64_t given_ = 0;
  std::size_t block_ = 0;
  std::size_t place_ = 0;
  std::vector<std::string_view> sentence_;
  std::mutex mutex_;
};

}  // namespace loyal::detail
