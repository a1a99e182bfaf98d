#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles and runs every C++ example a reader can see: check_snippets.py BUILD_DIR COMPILER... [-- FILES...]

Takes ```cpp blocks from Markdown files, and blocks of /// lines indented by four further spaces from headers. A
block without main() is put into a function that must return 0; all of them are linked into a few programs. A
block with main() becomes a program of its own; one that is meant not to compile opens with ```cpp fails. There is
no skip list."""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^```cpp( fails)?\n(.*?)^```", re.M | re.S)
INDENTED = re.compile(r"^[ \t]*///     \S.*\n(?:[ \t]*///     .*\n|[ \t]*///[ \t]*\n(?=[ \t]*///     ))*", re.M)
INCLUDE = re.compile(r"^\s*#include.*$", re.M)
PER_UNIT = 60


def blocks(path):
    text = path.read_text()
    if path.suffix == ".md":
        for m in FENCE.finditer(text):
            yield text[: m.start()].count("\n") + 1, bool(m[1]), m[2]
    else:
        for m in INDENTED.finditer(text):
            lines = [re.sub(r"^[ \t]*/// ?", "", x) for x in m[0].splitlines()]
            code = "\n".join(x[4:] for x in lines)
            if ";" in code:  # else it is a formula, not code
                yield text[: m.start()].count("\n") + 1, False, code


def run(command, **how):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, **how)


def split_includes(code):
    return "\n".join(INCLUDE.findall(code)), INCLUDE.sub("", code)


def unit_of(snippets):
    """One source with a function for each snippet; main runs the one whose number it is given."""
    includes, functions, cases = [], [], []
    for number, (name, line, code) in enumerate(snippets):
        own, code = split_includes(code)
        includes.append(own)
        # Types with templates cannot be local: what stands before the first statement at the margin stays outside.
        outside, inside = hoist(code)
        functions.append(f'namespace snippet{number} {{\n{outside}\nint run() {{\n#line {line + 1} "{name}"\n{inside}\nreturn 0;\n}}\n}}')
        cases.append(f"case {number}: return snippet{number}::run();")
    return ("#include <loyal/loyal.hpp>\n#include <cstdlib>\n#include <iostream>\n" + "\n".join(includes) + "\n" + "\n".join(functions) +
            "\nint main(int, char** a) { switch (std::atoi(a[1])) {" + "\n".join(cases) + "} return 99; }\n")


def hoist(code):
    """Structs and templates at the head of a snippet go outside the function."""
    lines = code.split("\n")
    out, i = [], 0
    while i < len(lines):
        if re.match(r"(struct|class|template|namespace)\b", lines[i]):
            depth = 0
            while i < len(lines):
                depth += lines[i].count("{") - lines[i].count("}")
                out.append(lines[i])
                i += 1
                if depth == 0 and out[-1].rstrip().endswith(("};", "}")):
                    break
        elif not lines[i].strip():
            i += 1
        else:
            break
    return "\n".join(out), "\n".join(lines[i:])


build = pathlib.Path(sys.argv[1])
rest = sys.argv[2:]
compiler = rest[: rest.index("--")] if "--" in rest else rest
files = [pathlib.Path(f) for f in rest[rest.index("--") + 1:]] if "--" in rest else (
    [*sorted((ROOT / "include").rglob("*.hpp")), *sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))])
build.mkdir(parents=True, exist_ok=True)

simple, alone = [], []
for path in files:
    name = os.path.relpath(path.resolve(), ROOT)
    for line, fails, code in blocks(path):
        (alone if fails or "int main" in code else simple).append((name, line, code, fails))

bad = []
compile_ = [*compiler, f"-I{ROOT}/include"]


def check_group(number, group):
    source, program = build / f"unit{number}.cpp", build / f"unit{number}"
    source.write_text(unit_of([(n, l, c) for n, l, c, _ in group]))
    built = run([*compile_, source, "-o", program])
    if built.returncode != 0:
        if len(group) > 1:  # find the culprit
            half = len(group) // 2
            check_group(f"{number}a", group[:half])
            check_group(f"{number}b", group[half:])
        else:
            bad.append(f"{group[0][0]}:{group[0][1]}: does not compile\n{built.stderr[:1500]}")
        return
    for i, (name, line, _, _) in enumerate(group):
        with tempfile.TemporaryDirectory() as directory:
            ran = run([program.resolve(), i], cwd=directory)
        if ran.returncode != 0:
            bad.append(f"{name}:{line}: returns {ran.returncode}\n{ran.stderr[:600]}")


def check_alone(number, snippet):
    name, line, code, fails = snippet
    source, program = build / f"alone{number}.cpp", build / f"alone{number}"
    text = code if "int main" in code else unit_of([(name, line, code)])
    source.write_text(text)
    built = run([*compile_, source, "-o", program])
    if fails:
        if built.returncode == 0:
            bad.append(f"{name}:{line}: compiles, but should not")
    elif built.returncode != 0:
        bad.append(f"{name}:{line}: does not compile\n{built.stderr[:1500]}")
    else:
        with tempfile.TemporaryDirectory() as directory:
            ran = run([program.resolve()], cwd=directory)
        if ran.returncode != 0:
            bad.append(f"{name}:{line}: returns {ran.returncode}\n{ran.stderr[:600]}")


with concurrent.futures.ThreadPoolExecutor(2) as pool:
    jobs = [pool.submit(check_group, i, simple[i * PER_UNIT:(i + 1) * PER_UNIT])
            for i in range((len(simple) + PER_UNIT - 1) // PER_UNIT)]
    jobs += [pool.submit(check_alone, i, snippet) for i, snippet in enumerate(alone)]
    for job in jobs:
        job.result()
print("\n".join(bad))
print(f"{len(simple) + len(alone)} snippets, {len(bad)} bad")
sys.exit(bool(bad))
