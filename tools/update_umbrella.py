#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes include/loyal/loyal.hpp: every public header that needs no library of its own, in the order of
folders. With --check only compares."""
import pathlib
import sys

from check_layout import INCLUDE, LEVEL, belongs_in_umbrella

HEAD = """// SPDX-License-Identifier: MIT
#pragma once

// Everything, by tools/update_umbrella.py. Programs that care about compile time include the headers they need.
// clang-format off
"""
public = (h.relative_to(INCLUDE) for h in INCLUDE.glob("*/*.hpp"))
headers = sorted((h for h in public if belongs_in_umbrella(h)),
                 key=lambda h: (LEVEL.get(h.parts[0], 99), h.as_posix()))
text = HEAD + "".join(f'#include "{h.as_posix()}"\n' for h in headers)
umbrella = INCLUDE / "loyal.hpp"
if "--check" not in sys.argv:
    umbrella.write_text(text)
elif not umbrella.is_file() or umbrella.read_text() != text:
    sys.exit("loyal.hpp is not what tools/update_umbrella.py writes")
