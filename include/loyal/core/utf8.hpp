// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace loyal::detail {

/// One step through UTF-8: a code point, or bytes that are none.
struct Utf8Step {
  std::uint32_t code = 0xFFFD;  ///< U+FFFD where the bytes are bad
  std::uint32_t length = 1;     ///< bytes; of bad ones, as many as could have begun a code point
  bool good = false;
};

/// Reads the code point at text[i], i < text.size(). Strict: no overlong forms, no surrogates, nothing above
/// U+10FFFF. Bad bytes are taken in the pieces that The Unicode Standard, 3.9 calls maximal subparts.
constexpr Utf8Step utf8_step(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[k]));
  };
  const std::uint32_t lead = byte(i);
  if (lead < 0x80) return {lead, 1, true};
  if (lead < 0xC2 || lead > 0xF4) return {};
  const std::uint32_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte's domain rules out overlong forms, surrogates and what is too high.
  const std::uint32_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const std::uint32_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  std::uint32_t code = lead & (0x7FU >> length);
  for (std::uint32_t k = 1; k < length; ++k) {
    if (i + k >= text.size() || byte(i + k) < (k == 1 ? low : 0x80) ||
        byte(i + k) > (k == 1 ? high : 0xBF))
      return {.length = k};
    code = code << 6 | (byte(i + k) & 0x3FU);
  }
  return {code, length, true};
}

/// Strict UTF-8, see utf8_step().
inline bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (std::uint64_t eight = 0; text.size() - i >= 8) {
      std::memcpy(&eight, text.data() + i, 8);
      if ((eight & 0x8080808080808080U) == 0) {
        i += 8;
        continue;
      }
    }
    const Utf8Step step = utf8_step(text, i);
    if (!step.good) return false;
    i += step.length;
  }
  return true;
}

/// Appends the bytes of one code point up to U+10FFFF.
inline void append_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | code >> 6);
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | code >> 12);
    put(0x80U | (code >> 6 & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | code >> 18);
    put(0x80U | (code >> 12 & 0x3FU));
    put(0x80U | (code >> 6 & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

}  // namespace loyal::detail
