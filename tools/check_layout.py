#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keeps include/loyal/ in order. Fails, naming the file, if
  - a header includes a folder that is neither its own nor on an earlier line of LEVELS,
  - two headers share a name,
  - a header is missing from loyal.hpp and does not say "Not part of loyal.hpp" (it needs a library of its own),
  - a header has no test of the same path, or a test has no header (those in detail/ may have one in their folder),
  - a source file lacks its line of license."""
import pathlib
import re
import sys

LEVELS = [["core"], ["math"], ["nn", "loss", "optim", "metrics", "data", "text", "graph"], ["train"],
          ["embed", "gnn", "bert"], ["recommend"],
          ["behavior", "retention", "campaign", "risk", "service", "community", "knowledge"], ["report"]]
LEVEL = {folder: i for i, line in enumerate(LEVELS) for folder in line}
NO_TEST = {"core/config.hpp", "core/version.hpp"}  # nothing but macros
ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include" / "loyal"
QUOTED = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def included_by(header):
    for name in QUOTED.findall(header.read_text()):
        target = (header.parent / name).resolve()
        yield (target.relative_to(INCLUDE) if target.is_file() else None), name


def belongs_in_umbrella(header):
    return "detail" not in header.parts and "// Not part of loyal.hpp" not in (INCLUDE / header).read_text()


def problems():
    headers = {h.relative_to(INCLUDE) for h in INCLUDE.rglob("*.hpp")} - {pathlib.Path("loyal.hpp")}
    public = {h for h in headers if "detail" not in h.parts}
    for h in sorted(headers):
        if h.parts[0] not in LEVEL:
            yield f"{h}: folder '{h.parts[0]}' has no level"
            continue
        for target, name in included_by(INCLUDE / h):
            if target is None:
                yield f'{h}: "{name}" does not exist'
            elif target.parts[0] != h.parts[0] and LEVEL.get(target.parts[0], 99) >= LEVEL[h.parts[0]]:
                yield f"{h}: may not include {target}"
    stems = sorted(h.stem for h in public)
    yield from (f"two headers are called {a}.hpp" for a, b in zip(stems, stems[1:]) if a == b)
    umbrella = {t for t, _ in included_by(INCLUDE / "loyal.hpp")}
    yield from (f"loyal.hpp: lacks {h}; run tools/update_umbrella.py" for h in sorted(public - umbrella)
               if belongs_in_umbrella(h))
    tests = {t.relative_to(ROOT / "tests") for t in (ROOT / "tests").glob("*/*_test.cpp")}
    wanted = {h.with_name(h.stem + "_test.cpp") for h in public}
    excused = {pathlib.Path(h.replace(".hpp", "_test.cpp")) for h in NO_TEST}
    yield from (f"tests/{t}: missing" for t in sorted(wanted - tests - excused))
    inner = {h.parent.parent / (h.stem + "_test.cpp") for h in headers - public}
    yield from (f"tests/{t}: tests no header" for t in sorted(tests - wanted - inner))
    for folder in ["include", "tests", "examples", "benchmarks", "fuzz"]:
        for source in sorted((ROOT / folder).rglob("*.[ch]pp")):
            if not source.read_text().startswith("// SPDX-License-Identifier: MIT\n"):
                yield f"{source.relative_to(ROOT)}: does not begin with its line of license"


if __name__ == "__main__":
    found = list(problems())
    print("\n".join(found) if found else "all headers in order")
    sys.exit(bool(found))
