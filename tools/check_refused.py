#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check_refused.py SOURCE COMPILER...: the source must not compile, and the message must hold the words after
"// refused:" in its first lines."""
import re
import subprocess
import sys

source, *compiler = sys.argv[1:]
words = re.search(r"^// refused: (.*)$", open(source).read(), re.M)[1]
result = subprocess.run([*compiler, "-std=c++20", "-fsyntax-only", source], capture_output=True, text=True)
if result.returncode == 0:
    sys.exit("it compiles, but should not")
if words not in result.stderr:
    sys.exit(f"the message lacks '{words}':\n{result.stderr[:2000]}")
print(f"refused, and the message says '{words}'")
