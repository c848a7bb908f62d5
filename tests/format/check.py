#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The project's style, as far as a program can judge it.

Usage: check.py lines|clones|clang-format SOURCE_FOLDER
"""

import pathlib
import re
import shutil
import subprocess
import sys

CLANG_FORMAT = 14  # Debian 12's; others break lines elsewhere
SKIPPED = 77
MOST_LINES = 800
MOST_COLUMNS = 100
LICENCE = "SPDX-License-Identifier: Apache-2.0"
TEXT = {".c", ".h", ".py", ".sh", ".yaml", ".md", ".build", ".txt", ".xml", ".svg", ".desktop"}
CODE = {".c", ".h", ".py", ".sh"}


def source_files(root):
    """The files that git knows or would add; all of them where this is no checkout."""
    git = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
    )
    if git.returncode == 0:
        names = git.stdout.decode().split("\0")
        return [root / name for name in names if name and (root / name).is_file()]
    return [path for path in root.rglob("*") if path.is_file() and "build" not in str(path)]


def problems_of(path):
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    if path.suffix in CODE and LICENCE not in "\n".join(lines[:2]):
        yield 1, f"the first line has to say {LICENCE}"
    if path.suffix in CODE and len(lines) > MOST_LINES + 1:
        yield len(lines), f"more than {MOST_LINES} lines: it is two things"
    if text and not text.endswith("\n"):
        yield len(lines), "the last line has no end"
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield number, "blanks at the end of the line"
        if "\t" in line and path.suffix != ".svg":
            yield number, "a tab; indent with blanks"
        if path.suffix == ".c" and "g_set_error(" in line and "FALTUNG_ERROR," in line:
            yield number, "errors are made by faltung_fail(), in the window's language"
        if path.suffix in {".c", ".h"} and len(line) > MOST_COLUMNS:
            yield number, f"more than {MOST_COLUMNS} columns"


def check_clones(root):
    """The rule of core/base/clones.h: clang breaks it at link time, gcc never."""
    found, first = 0, {}
    pattern = re.compile(r"^FALTUNG_CLONES\s+((?:\w+[\s*]+)+)(\w+)\(", re.MULTILINE)
    for path in source_files(root):
        if path.suffix != ".c":
            continue
        for match in pattern.finditer(path.read_text(encoding="utf-8")):
            words, name = match.groups()
            if "static" not in words.split():
                print(f"{path.relative_to(root)}: {name} has clones, but is not static")
                found += 1
            elif name in first:
                print(f"{path.relative_to(root)}: {name} has clones in {first[name]}, too")
                found += 1
            first[name] = path.relative_to(root)
    return 1 if found else 0


def check_lines(root):
    found = 0
    for path in source_files(root):
        if path.suffix not in TEXT and path.name not in {"dev", "run"}:
            continue
        for number, problem in problems_of(path):
            print(f"{path.relative_to(root)}:{number}: {problem}")
            found += 1
    return 1 if found else 0


def check_clang_format(root):
    program = shutil.which("clang-format")
    if not program:
        print("clang-format is not installed")
        return SKIPPED
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    major = re.search(r"version (\d+)", version)
    if not major or int(major[1]) != CLANG_FORMAT:
        print(f"clang-format {CLANG_FORMAT} is wanted, this is: {version}")
        return SKIPPED
    files = [path for path in source_files(root) if path.suffix in {".c", ".h"}]
    return 1 if subprocess.run([program, "--dry-run", "--Werror", *files]).returncode else 0


if __name__ == "__main__":
    checks = {"lines": check_lines, "clones": check_clones, "clang-format": check_clang_format}
    sys.exit(checks[sys.argv[1]](pathlib.Path(sys.argv[2])))
