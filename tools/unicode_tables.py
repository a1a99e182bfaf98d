#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes include/loyal/text/detail/unicode_tables.hpp from the Unicode data that Python brings along:
    tools/unicode_tables.py | clang-format-14 --assume-filename=x.hpp > include/loyal/text/detail/unicode_tables.hpp"""
import sys
import unicodedata

LAST = 0x110000


def ranges(holds):
    found, begin = [], None
    for code in range(LAST + 1):
        good = code < LAST and holds(code)
        if good and begin is None:
            begin = code
        elif not good and begin is not None:
            found.append((begin, code - 1))
            begin = None
    return found


def folds():
    """Runs (first, last, step, delta) of code points whose case folding is one other code point."""
    runs = []
    for code in range(LAST):
        if 0xD800 <= code < 0xE000:
            continue
        folded = chr(code).casefold()
        if len(folded) != 1 or ord(folded) == code:
            continue
        delta = ord(folded) - code
        if runs:
            first, last, step, d = runs[-1]
            gap = code - last
            if d == delta and (gap == step or (first == last and gap <= 2)):
                runs[-1] = (first, code, gap, d)
                continue
        runs.append((code, code, 1, delta))
    return runs


words = ranges(lambda code: unicodedata.category(chr(code))[0] in "LMN")
out = sys.stdout.write
out(f"""// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

// Written by tools/unicode_tables.py from the data of Unicode {unicodedata.unidata_version}.

namespace loyal::detail {{

struct CodeRange {{
  std::uint32_t first;
  std::uint32_t last;
}};
/// Every step-th code point from first to last is folded by adding delta.
struct CaseFold {{
  std::uint32_t first;
  std::uint32_t last;
  std::uint32_t step;
  std::int32_t delta;
}};

/// Letters, marks and numbers: categories L, M and N.
// clang-format off
inline constexpr CodeRange word_codes[] = {{
""")
for chunk in range(0, len(words), 6):
    out("    " + " ".join(f"{{0x{a:X}, 0x{b:X}}}," for a, b in words[chunk:chunk + 6]) + "\n")
out("};\n/// Case foldings from one code point to one.\ninline constexpr CaseFold case_folds[] = {\n")
runs = folds()
for chunk in range(0, len(runs), 4):
    out("    " + " ".join(f"{{0x{a:X}, 0x{b:X}, {s}, {d}}}," for a, b, s, d in runs[chunk:chunk + 4]) + "\n")
out("};\n// clang-format on\n\n}  // namespace loyal::detail\n")
