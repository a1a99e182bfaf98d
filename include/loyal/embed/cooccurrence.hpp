// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/file.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "../text/corpus.hpp"
#include "../text/vocabulary.hpp"

namespace loyal {

/// How often two words stand near each other.
struct Cooccurrence {
  std::int32_t first = 0;   ///< number of a word
  std::int32_t second = 0;  ///< of another, >= first
  float weight = 0;         ///< sum of 1 / distance over all places, > 0
};

/// How words that stand near each other are counted.
struct CooccurrenceOptions {
  int window = 15;  ///< words between which distance counts at most, >= 1
  std::size_t memory = std::size_t{512}
                       << 20;  ///< bytes for counting, >= 1 MiB; beyond, sorted runs go to disk
  std::string folder = {};     ///< for them; empty: the system's for temporary files
};

namespace detail {

/// A file that is gone when this is.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& folder) {
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::path place = folder.empty() ? fs::temp_directory_path(error) : fs::path(folder);
    // Names need not be secret, only free: "x" below refuses one that is taken.
    std::uint64_t name =
        static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    for (int tries = 0; tries < 100 && file_ == nullptr; ++tries) {
      path_ = (place / ("loyal-" + std::to_string(split_mix(name)))).string();
      file_.reset(std::fopen(path_.c_str(), "wbx"));
    }
    if (file_ == nullptr)
      fail<FormatError>(path_, "a temporary file", "not writable", "a folder with room");
  }
  TemporaryFile(TemporaryFile&&) = default;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() {
    file_.reset();
    if (!path_.empty()) std::remove(path_.c_str());
  }

  void write(std::span<const Cooccurrence> cells) {
    if (std::fwrite(cells.data(), sizeof(Cooccurrence), cells.size(), file_.get()) != cells.size())
      fail<FormatError>(path_, "a temporary file", "not written", "room on the disk");
  }
  void finish() {
    if (std::fflush(file_.get()) != 0)
      fail<FormatError>(path_, "a temporary file", "not written", "room on the disk");
    file_.reset();
  }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  struct Close {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
};

inline std::span<const Cooccurrence> cells_in(const MappedFile& file) {
  // A mapping starts a page, so that numbers in it are aligned.
  return {reinterpret_cast<const Cooccurrence*>(file.text().data()),
          file.text().size() / sizeof(Cooccurrence)};
}

}  // namespace detail

/// Which words stand near each other, each pair once, in order of first, then second. A value; copies share it.
///
/// Counted by count_cooccurrences(). Lies in memory or, beyond the budget, in a temporary file that is mapped.
class Cooccurrences {
 public:
  Cooccurrences() = default;
  explicit Cooccurrences(std::vector<Cooccurrence> cells)
      : cells_(std::make_shared<std::vector<Cooccurrence>>(std::move(cells))), view_(*cells_) {}
  explicit Cooccurrences(detail::TemporaryFile file)
      : file_(std::make_shared<detail::TemporaryFile>(std::move(file))),
        map_(std::make_shared<MappedFile>(file_->path())),
        view_(detail::cells_in(*map_)) {}

  [[nodiscard]] std::span<const Cooccurrence> cells() const noexcept { return view_; }
  [[nodiscard]] bool on_disk() const noexcept { return file_ != nullptr; }

 private:
  std::shared_ptr<std::vector<Cooccurrence>> cells_;
  std::shared_ptr<detail::TemporaryFile> file_;
  std::shared_ptr<MappedFile> map_;
  std::span<const Cooccurrence> view_;
};

namespace detail {

class CooccurrenceCounter {
 public:
  CooccurrenceCounter(Index words, const CooccurrenceOptions& options) : options_(options) {
    expect_option("CooccurrenceOptions", "window", options.window, options.window >= 1, ">= 1");
    expect_option("CooccurrenceOptions", "memory", options.memory,
                  options.memory >= std::size_t{1} << 20, ">= 1 MiB");
    // Most pairs are of frequent words, which stand first: these have a cell each.
    frequent_ = std::min<Index>(
        words, static_cast<Index>(std::sqrt(static_cast<double>(options.memory) / 32)));
    dense_.assign(static_cast<std::size_t>(frequent_ * frequent_), 0.0F);
    most_ = (options.memory - dense_.size() * sizeof(float)) / 2 / sizeof(Cooccurrence);
  }

  void add(std::span<const std::int32_t> sentence) {
    const auto n = static_cast<std::ptrdiff_t>(sentence.size());
    for (std::ptrdiff_t i = 1; i < n; ++i) {
      const std::int32_t word = sentence[static_cast<std::size_t>(i)];
      if (word < 0) continue;
      for (std::ptrdiff_t j = std::max<std::ptrdiff_t>(0, i - options_.window); j < i; ++j) {
        const std::int32_t other = sentence[static_cast<std::size_t>(j)];
        if (other < 0) continue;
        const auto [low, high] = std::minmax(word, other);
        const float weight = 1 / static_cast<float>(i - j);
        if (high < frequent_)
          dense_[static_cast<std::size_t>(low * frequent_ + high)] += weight;
        else
          cells_.push_back({low, high, weight});
      }
    }
    if (cells_.size() > most_) compact();
  }

  [[nodiscard]] Cooccurrences finish() {
    for (Index i = 0; i < frequent_; ++i)
      for (Index j = i; j < frequent_; ++j)
        if (const float weight = dense_[static_cast<std::size_t>(i * frequent_ + j)]; weight > 0)
          cells_.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j), weight});
    dense_ = {};
    add_up();
    if (runs_.empty()) {
      cells_.shrink_to_fit();
      return Cooccurrences(std::move(cells_));
    }
    spill();
    return Cooccurrences(merged());
  }

 private:
  static bool before(const Cooccurrence& a, const Cooccurrence& b) {
    return a.first != b.first ? a.first < b.first : a.second < b.second;
  }
  void add_up() {
    std::stable_sort(cells_.begin(), cells_.end(), before);
    auto to = cells_.begin();
    for (auto from = cells_.begin(); from != cells_.end(); ++to) {
      Cooccurrence sum = *from;
      double weight = 0;
      for (; from != cells_.end() && from->first == sum.first && from->second == sum.second; ++from)
        weight += static_cast<double>(from->weight);
      sum.weight = static_cast<float>(weight);
      *to = sum;
    }
    cells_.erase(to, cells_.end());
  }
  void compact() {
    add_up();
    if (cells_.size() > most_ / 2) spill();
  }
  void spill() {
    runs_.emplace_back(options_.folder);
    runs_.back().write(cells_);
    runs_.back().finish();
    cells_.clear();
  }
  TemporaryFile merged() {
    cells_ = {};
    std::vector<std::unique_ptr<MappedFile>> maps;
    std::vector<std::span<const Cooccurrence>> heads;
    for (const auto& run : runs_) {
      maps.push_back(std::make_unique<MappedFile>(run.path()));
      if (const auto cells = cells_in(*maps.back()); !cells.empty()) heads.push_back(cells);
    }
    TemporaryFile file(options_.folder);
    std::vector<Cooccurrence> block;
    const auto later = [](const auto& a, const auto& b) { return before(b.front(), a.front()); };
    std::make_heap(heads.begin(), heads.end(), later);
    while (!heads.empty()) {
      std::pop_heap(heads.begin(), heads.end(), later);
      const Cooccurrence& cell = heads.back().front();
      if (!block.empty() && !before(block.back(), cell)) {
        block.back().weight += cell.weight;
      } else {
        if (block.size() == 1 << 16) {
          file.write(block);
          block.clear();
        }
        block.push_back(cell);
      }
      heads.back() = heads.back().subspan(1);
      if (heads.back().empty())
        heads.pop_back();
      else
        std::push_heap(heads.begin(), heads.end(), later);
    }
    file.write(block);
    file.finish();
    return file;
  }

  CooccurrenceOptions options_;
  Index frequent_ = 0;
  std::vector<float> dense_;  // [first * frequent_ + second]
  std::vector<Cooccurrence> cells_;
  std::size_t most_ = 0;
  std::vector<TemporaryFile> runs_;
};

}  // namespace detail

/// Counts which words of a vocabulary stand at most `window` places apart, each pair weighted by 1 / distance.
///
///   X_ab = sum over places p < q with q - p <= window and words {a, b}: 1 / (q - p)
///
/// Unknown words take their place but are not counted. Sums differ in the last bits with the memory allowed.
/// @throws OptionError for options out of their domains; FormatError if the disk is full; what the corpus throws. No
/// file stays behind.
/// Source: Pennington, Socher & Manning, EMNLP 2014, section 4.2. Cost: linear in words x window; sorting of the rarer
/// pairs.
///
///     auto corpus = loyal::corpus_of({"a b a"});
///     const auto words = loyal::build_vocabulary(corpus, {.min_count = 1});
///     const auto near = loyal::count_cooccurrences(corpus, words);
///     if (near.cells().size() != 2 || near.cells()[1].weight != 2) return 1;  // a a: 1/2, a b: 1 + 1
template <Corpus C>
[[nodiscard]] Cooccurrences count_cooccurrences(C& corpus, const Vocabulary& words,
                                                const CooccurrenceOptions& options = {}) {
  detail::CooccurrenceCounter counter(words.size(), options);
  corpus.rewind();
  std::vector<std::string_view> sentence;
  std::vector<std::int32_t> ids;
  while (corpus.next(sentence)) {
    ids.resize(sentence.size());
    words.ids(sentence, ids);
    counter.add(ids);
  }
  return counter.finish();
}

}  // namespace loyal
