#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the text of every operation's reference functions into the program.

Usage: embed-reference.py OUTPUT.c FILE.c...
The functions are those named *_forward_reference and *_backward_reference, from their first line
to the closing brace in the first column; so the code on the screen is the code that was compiled.
"""
import pathlib
import re
import sys

FUNCTION = re.compile(
    r"^static void (\w+)_(?:forward|backward)_reference\(.*?^}\n", re.MULTILINE | re.DOTALL
)


def quoted(text):
    lines = text.splitlines(keepends=True)
    return "\n".join(
        '        "' + line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        for line in lines
    )


output, *files = sys.argv[1:]
entries = []
for name in files:
    source = pathlib.Path(name).read_text()
    functions = list(FUNCTION.finditer(source))
    if not functions:
        continue
    first_line = source[: functions[0].start()].count("\n") + 1
    text = "\n".join(function.group(0) for function in functions)
    entries.append(f'    {{"{pathlib.Path(name).name}", {first_line},\n{quoted(text)}}},\n')

pathlib.Path(output).write_text(
    "/* Made by embed-reference.py: do not edit. */\n"
    '#include "core/ops/reference-source.h"\n\n'
    "const FaltungReferenceSource faltung_reference_sources[] = {\n"
    + "".join(entries)
    + "    {0},\n};\n"
)
