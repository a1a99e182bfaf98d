// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "../core/utf8.hpp"
#include "detail/unicode_tables.hpp"

namespace loyal {

/// Whether a code point belongs to words: a letter, mark or number (general categories L, M, N).
/// Source: Unicode 14. Cost: a binary search beyond ASCII.
///
///     if (!loyal::is_word_code(U'é') || !loyal::is_word_code(U'课') || loyal::is_word_code(U'。')) return 1;
inline bool is_word_code(std::uint32_t code) noexcept {
  if (code < 0x80) return (code - '0') < 10U || ((code | 0x20U) - 'a') < 26U;
  const auto* const found = std::lower_bound(
      std::begin(detail::word_codes), std::end(detail::word_codes), code,
      [](const detail::CodeRange& range, std::uint32_t c) { return range.last < c; });
  return found != std::end(detail::word_codes) && found->first <= code;
}

/// Whether a code point is a Chinese character, as also Japanese and Korean use them.
/// Source: Unicode 14, blocks of CJK Unified Ideographs, with U+3005 and U+3007.
constexpr bool is_han_code(std::uint32_t code) noexcept {
  return (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0x3400 && code <= 0x4DBF) ||
         (code >= 0xF900 && code <= 0xFAFF) || (code >= 0x20000 && code <= 0x2EBEF) ||
         (code >= 0x2F800 && code <= 0x2FA1F) || (code >= 0x30000 && code <= 0x323AF) ||
         code == 0x3005 || code == 0x3007;
}

/// A code point without its case: 'A' and 'a' become 'a'. Where the full folding takes several code points, as of
/// U+00DF, it stays. Source: Unicode 14, simple case folding.
///
///     if (loyal::fold_case(U'É') != U'é' || loyal::fold_case(U'5') != U'5') return 1;
inline std::uint32_t fold_case(std::uint32_t code) noexcept {
  if (code < 0x80) return (code - 'A') < 26U ? code + 32 : code;
  const auto* const found =
      std::lower_bound(std::begin(detail::case_folds), std::end(detail::case_folds), code,
                       [](const detail::CaseFold& fold, std::uint32_t c) { return fold.last < c; });
  if (found == std::end(detail::case_folds) || code < found->first ||
      (code - found->first) % found->step != 0)
    return code;
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(code) + found->delta);
}

/// The same for a text; bytes that are not UTF-8 stay.
inline std::string fold_case(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto step = detail::utf8_step(text, i);
    const std::uint32_t code = step.good ? fold_case(step.code) : 0;
    if (step.good && code != step.code)
      detail::append_utf8(folded, code);
    else
      folded.append(text.substr(i, step.length));
    i += step.length;
  }
  return folded;
}

}  // namespace loyal
