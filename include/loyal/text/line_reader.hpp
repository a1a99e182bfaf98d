// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/utf8.hpp"
#include "text_source.hpp"
#include "tokenizer.hpp"

namespace loyal {

/// What to do with text that is not UTF-8.
enum class BadUtf8 {
  replace,  ///< each bad sequence becomes one U+FFFD, as in Python's errors="replace"
  skip,     ///< the line is left out
  fail,     ///< throw FormatError, naming text, line and byte
};

/// How lines are read.
struct LineOptions {
  BadUtf8 bad_utf8 = BadUtf8::replace;  ///< what to do with text that is not UTF-8
  std::size_t max_line = std::size_t{1}
                         << 18;  ///< bytes of a line at most, >= 16; longer ones are cut
};

/// Reads a TextSource line by line through a buffer of fixed size.
///
/// Lines end in LF or CR LF; the end of a text ends its last line. A line longer than max_line comes in pieces
/// that end at a blank or, where there is none, between two code points. A byte order mark at the beginning of
/// a text is left out. Lines are valid UTF-8, whatever the source holds.
/// @throws OptionError if max_line < 16; FormatError for bad UTF-8 if that is asked for; what the source throws.
/// Source: none, our own. Cost: a search for the line's end and a check of eight bytes at a time.
///
///     loyal::LineReader lines{loyal::MemoryTexts({"one\r\ntwo", "three"})};
///     std::string_view line;
///     int count = 0;
///     while (lines.next(line)) ++count;
///     if (count != 3) return 1;
template <TextSource Source>
class LineReader {
 public:
  explicit LineReader(Source source, const LineOptions& options = {})
      : source_(std::move(source)), options_(options) {
    detail::expect_option("LineReader", "max_line", options.max_line, options.max_line >= 16,
                          ">= 16");
    // The source is rewound before the first read, since it may have been read from before.
    rewind();
  }

  /// Goes back to the beginning.
  void rewind() {
    source_.rewind();
    begin_ = end_ = line_ = 0;
    open_ = false;
  }

  /// The next line, without its end; false after the last. Valid until the next call.
  bool next(std::string_view& line) {
    while (next_piece(line)) {
      if (detail::is_utf8(line)) return true;
      if (options_.bad_utf8 == BadUtf8::fail) refuse(line);
      if (options_.bad_utf8 == BadUtf8::skip) continue;
      repaired_.clear();
      for (std::size_t i = 0; i < line.size();) {
        const auto step = detail::utf8_step(line, i);
        if (step.good)
          repaired_.append(line.substr(i, step.length));
        else
          detail::append_utf8(repaired_, step.code);
        i += step.length;
      }
      line = repaired_;
      return true;
    }
    return false;
  }

  /// The number of the line in its text, counted from 1.
  [[nodiscard]] std::size_t line() const noexcept { return line_; }
  [[nodiscard]] const Source& source() const noexcept { return source_; }

 private:
  Source source_;
  LineOptions options_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // what is not yet given out
  std::size_t end_ = 0;
  std::size_t line_ = 0;
  bool open_ = false;      // a text is being read
  bool mid_line_ = false;  // the last piece did not end its line
  std::string repaired_;

  bool next_piece(std::string_view& line) {
    std::size_t searched = 0;
    while (true) {
      const char* const from = buffer_.data() + begin_;
      const std::size_t size = end_ - begin_;
      if (size > searched)
        if (const void* found = std::memchr(from + searched, '\n', size - searched)) {
          const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - from);
          give(line, length, length + 1, false);
          return true;
        }
      searched = size;
      if (size >= options_.max_line) {
        const std::size_t cut = place_to_cut({from, size});
        give(line, cut, cut, true);
        return true;
      }
      if (open_ && fill()) continue;
      if (end_ > begin_) {
        give(line, size, size, false);
        return true;
      }
      if (!open_text()) return false;
      searched = 0;
    }
  }

  void give(std::string_view& line, std::size_t length, std::size_t taken, bool cut) {
    line = {buffer_.data() + begin_, length};
    if (!cut && line.ends_with('\r')) line.remove_suffix(1);
    begin_ += taken;
    if (!mid_line_) ++line_;
    mid_line_ = cut;
  }

  bool open_text() {
    open_ = source_.open_next();
    if (!open_) return false;
    if (buffer_.empty()) buffer_.resize(options_.max_line);
    line_ = 0;
    mid_line_ = false;
    while (end_ - begin_ < 3 && fill()) {
    }
    if (std::string_view(buffer_.data() + begin_, end_ - begin_).starts_with("\xEF\xBB\xBF"))
      begin_ += 3;
    return true;
  }

  /// Reads on behind what is there; false at the end of the text.
  bool fill() {
    if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
    const std::size_t got = source_.read(std::span(buffer_).subspan(end_));
    end_ += got;
    if (got == 0) open_ = false;
    return got > 0;
  }

  static std::size_t place_to_cut(std::string_view text) {
    for (std::size_t i = text.size(); i > 0; --i)
      if (WhitespaceTokenizer::is_blank(text[i - 1])) return i;
    // Before the last code point, which may be incomplete.
    for (std::size_t i = text.size() - 1; i + 4 > text.size(); --i)
      if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80) return i;
    return text.size();
  }

  [[noreturn]] void refuse(std::string_view line) const {
    std::size_t at = 0;
    for (auto step = detail::utf8_step(line, at); step.good; step = detail::utf8_step(line, at))
      at += step.length;
    detail::fail<FormatError>(
        detail::concatenate(std::string(source_.name()), ":", line_), "the text",
        detail::concatenate("not UTF-8 at byte ", at + 1, " of the line"), "UTF-8; see BadUtf8");
  }
};

}  // namespace loyal
