#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks whether the public headers explain themselves. Fails, naming file and line, if
  - a class, concept or function at namespace scope has no /// comment (overloads share the first one's),
  - a field of an Options struct has no meaning,
  - a header with a class or function, outside core, names no Source: and shows no example either."""
import re
import sys

from check_layout import INCLUDE

TYPE = re.compile(r"^(?:class|struct|enum class|concept)\s+(\w+(?:::\w+)*)")
FUNCTION = re.compile(r"([\w:]+|operator\S+)\s*\(")
TEMPLATE = re.compile(r"^template <[^{;]*?>\s+(?:requires [^{;]*?\s)??(?=\w)")
FIELD = re.compile(r"^\s+[\w:<>,\s*&]+[\w>]\s+\w+(?:\s*=\s*[^;()]+|\{[^;]*\})?;")
EXAMPLE = re.compile(r"^\s*///     \S.*;", re.M)


def begins(line, before):
    """Whether a declaration begins in this line: at the margin, and not going on from the line before."""
    if not line or not (line[0].isalpha() or line[0] == "["):
        return False
    if line.startswith(("namespace", "static_assert", "using", "public:", "private:")):
        return False
    return not before or before.startswith(("//", "}", "#", "namespace")) or (
        not before.startswith((" ", "\t", "requires")) and before.endswith((";", "}")))


def declarations(lines):
    """(line number from 0, kind, name) of each type and function at namespace scope, outside namespaces detail."""
    detail = False
    for i, line in enumerate(lines):
        if line.startswith("namespace"):
            detail = detail or "detail" in line
        elif line.startswith("}  // namespace"):
            detail = False
        if detail or not begins(line, lines[i - 1] if i else ""):
            continue
        text = " ".join(lines[i:i + 5])
        head = TEMPLATE.sub("", re.split(r"[{;=]", text)[0])
        if type_ := TYPE.match(head):
            if "::" not in type_[1] and (";" not in text or "{" in text.split(";")[0] or "concept" in head):
                yield i, "type", type_[1]
        elif (function := FUNCTION.search(head)) and "::" not in function[1]:
            yield i, "function", function[1]


def problems():
    for header in sorted(INCLUDE.glob("*/*.hpp")):
        place = header.relative_to(INCLUDE)
        text = header.read_text()
        lines = text.splitlines()
        explained = set()
        public = list(declarations(lines))
        for i, kind, name in public:
            if lines[i - 1].startswith("///"):
                explained.add(name)
            elif name not in explained and "operator" not in name and not name.endswith("Options"):
                yield f"{place}:{i + 1}: {name} has no comment"
        inside = False
        for i, line in enumerate(lines):
            if re.match(r"\s*struct \w*Options\b.*\{$", line):
                inside = True
            elif re.match(r"\s*\};", line):
                inside = False
            elif inside and FIELD.match(line) and "///<" not in line and not lines[i - 1].lstrip().startswith("///"):
                yield f"{place}:{i + 1}: the option has no meaning"
        active = any(kind == "function" or re.search(rf"^class {name}\b", text, re.M) for _, kind, name in public)
        if active and place.parts[0] != "core" and "Source:" not in text and not EXAMPLE.search(text):
            yield f"{place}: neither a Source: nor an example"


if __name__ == "__main__":
    found = list(problems())
    print("\n".join(found) if found else "all headers explained")
    sys.exit(bool(found))
