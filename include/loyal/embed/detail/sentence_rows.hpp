// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../../core/types.hpp"
#include "row_table.hpp"

namespace loyal::detail {

/// A row of floats as an array, with the zeros at its end.
inline auto row_array(float* row, Index stride) {
  return Eigen::Map<Eigen::ArrayXf, Eigen::Aligned64>(row, stride);
}

/// Which rows of a table make up a word: its own and, with n-grams, parts[start[word]] .. parts[start[word + 1]].
struct WordParts {
  std::vector<std::size_t> start;  // empty without n-grams
  std::vector<std::uint32_t> parts;
};

/// The vectors that stand for the words of a sentence, for training to change in place: rows of a table or, with
/// n-grams, means of rows. A mean is made when it is first asked for; what it has learned since goes to each of its
/// rows when the sentence has passed it by. A template, so that those who do not train need not wait for the compiler.
template <class Table = RowTable>
class SentenceRows {
 public:
  SentenceRows() = default;
  /// At most @p reach positions are in use at the same time.
  SentenceRows(const Table& table, const WordParts& parts, int reach)
      : table_(&table), parts_(&parts) {
    if (parts.start.empty()) return;
    places_ = reach;
    mean_ = Table(places_, table.cols());
    before_ = Table(places_, table.cols());
  }

  void begin(std::span<const std::int32_t> sentence) {
    sentence_ = sentence;
    made_ = flushed_ = fetched_ = 0;
  }

  /// Asks for the rows of positions before @p end, which are needed soon.
  void fetch(int end) {
    if (!parts_->start.empty()) return;  // made one ahead, see make()
    for (end = std::min(end, static_cast<int>(sentence_.size())); fetched_ < end; ++fetched_)
      fetch_row(table_->row(word(fetched_)), table_->stride());
  }

  float* row(int position) {
    if (parts_->start.empty()) return table_->row(word(position));
    for (; made_ <= position; ++made_) make(made_);
    return mean_.row(made_place(position));
  }

  /// Positions before @p end are not asked for again.
  void flush(int end) {
    for (; flushed_ < std::min(end, made_); ++flushed_) {
      const Index place = made_place(flushed_);
      auto change = row_array(before_.row(place), table_->stride());
      change = row_array(mean_.row(place), table_->stride()) - change;
      for_parts(flushed_, [&](float* part) { row_array(part, table_->stride()) += change; });
    }
  }
  void flush() { flush(made_); }

 private:
  [[nodiscard]] std::int32_t word(int position) const {
    return sentence_[static_cast<std::size_t>(position)];
  }
  [[nodiscard]] Index made_place(int position) const { return position % places_; }

  template <class F>
  void for_parts(int position, const F& f) const {
    const auto id = static_cast<std::size_t>(word(position));
    f(table_->row(static_cast<Index>(id)));
    for (std::size_t p = parts_->start[id]; p < parts_->start[id + 1]; ++p)
      f(table_->row(static_cast<Index>(parts_->parts[p])));
  }
  void make(int position) {
    auto sum = row_array(mean_.row(made_place(position)), table_->stride());
    sum.setZero();
    float count = 0;
    for_parts(position, [&](float* part) {
      sum += row_array(part, table_->stride());
      ++count;
    });
    sum *= 1 / count;
    row_array(before_.row(made_place(position)), table_->stride()) = sum;
    if (position + 1 < static_cast<int>(sentence_.size()))
      for_parts(position + 1, [&](const float* part) { fetch_row(part, table_->stride()); });
  }

  const Table* table_ = nullptr;
  const WordParts* parts_ = nullptr;
  std::span<const std::int32_t> sentence_;
  int places_ = 1;
  Table mean_, before_;  // of the positions in use, modulo places_
  int made_ = 0;         // positions whose means were made
  int flushed_ = 0;      // and handed back
  int fetched_ = 0;
};

}  // namespace loyal::detail
