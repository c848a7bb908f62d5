#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Installs into a folder of its own and uses what is there, as a person would.

Usage: check.py BUILD_FOLDER SOURCE_FOLDER PREFIX COMPILER... ; a TAP test.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

build, source, prefix = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
compiler = sys.argv[4:]
points = 0
failed = 0


def point(name, problem="", skip=""):
    """One TAP line; a problem is what went wrong, empty for success."""
    global points, failed
    points += 1
    failed += bool(problem)
    print(f"{'not ok' if problem else 'ok'} {points} {name}" + (f" # SKIP {skip}" if skip else ""))
    for line in problem.splitlines():
        print("#", line)


def run(*command, **options):
    """Returns (output, problem): the problem is empty where the command succeeded."""
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        **options,
    )
    problem = "" if done.returncode == 0 else f"{command[0]}: status {done.returncode}\n{done.stdout}"
    return done.stdout, problem


def tool_point(name, tool, *arguments, **options):
    if not shutil.which(tool):
        point(name, skip=f"{tool} is not installed")
    else:
        point(name, run(tool, *arguments, **options)[1])


def one(root, pattern):
    found = sorted(root.glob(pattern))
    return found[0] if found else None


def check_files(root, window):
    patterns = [
        "bin/faltung",
        "lib*/**/libfaltung.so.0",
        "lib*/**/pkgconfig/faltung.pc",
        "include/faltung/faltung.h",
        "share/man/man1/faltung.1*",
        "share/man/man1/faltung-train.1*",
        "share/bash-completion/completions/faltung*",
        "share/zsh/site-functions/_faltung",
        "share/fish/vendor_completions.d/faltung.fish",
        "share/faltung/experiments/book/5-convolution.yaml",
        "share/faltung/experiments/gallery/iris.yaml",
    ]
    if window:
        patterns += [
            "share/applications/org.faltung.Faltung.desktop",
            "share/metainfo/org.faltung.Faltung.metainfo.xml",
            "share/icons/hicolor/scalable/apps/org.faltung.Faltung.svg",
            "share/icons/hicolor/symbolic/apps/org.faltung.Faltung-symbolic.svg",
            "share/man/man1/faltung-gui.1*",
        ]
    for pattern in patterns:
        point(f"installed: {pattern}", "" if one(root, pattern) else "it is not there")


def check_metadata(root):
    point("the desktop file names the installed program and icon", desktop_problem(root))
    for tool, arguments in {
        "desktop-file-validate": [one(root, "share/applications/*.desktop")],
        "appstreamcli": ["validate", "--no-net", one(root, "share/metainfo/*.xml")],
        "xmllint": ["--noout", *root.glob("share/icons/hicolor/*/apps/*.svg")],
    }.items():
        tool_point(f"{tool} accepts it", tool, *arguments)


def desktop_problem(root):
    text = one(root, "share/applications/*.desktop").read_text()
    entry = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    if not (root / "bin" / entry["Exec"].split()[0]).exists():
        return f"there is no program {entry['Exec']}"
    if not one(root, f"share/icons/hicolor/scalable/apps/{entry['Icon']}.svg"):
        return f"there is no icon {entry['Icon']}"
    return ""


def check_manuals(root):
    for page in sorted(root.glob("share/man/man1/*")):
        name = f"the manual page {page.name} is sound"
        if not shutil.which("man"):
            point(name, skip="man is not installed")
            continue
        text, problem = run("man", "--warnings", "-l", page, env={**os.environ, "MANPAGER": "cat"})
        point(name, problem or ("" if "NAME" in text and "warning" not in text else text))


def check_completions(root):
    for shell, pattern in {
        "bash": "share/bash-completion/completions/faltung*",
        "zsh": "share/zsh/site-functions/_faltung",
        "fish": "share/fish/vendor_completions.d/faltung.fish",
    }.items():
        tool_point(f"{shell} can read its completions", shell, "-n", one(root, pattern))


def library_flags(root, folder):
    # the installed file, but for the prefix, which is not where DESTDIR put things
    lines = one(root, "lib*/**/pkgconfig/faltung.pc").read_text().splitlines()
    lines = [f"prefix={root}" if line.startswith("prefix=") else line for line in lines]
    (folder / "faltung.pc").write_text("\n".join(lines) + "\n")
    environment = {**os.environ, "PKG_CONFIG_PATH": str(folder)}
    flags, problem = run("pkg-config", "--cflags", "--libs", "faltung", env=environment)
    point("pkg-config knows faltung", problem)
    return flags.split()


def compile_program(name, folder, flags):
    """Returns the program, or None."""
    program = folder / name
    _, problem = run(
        *compiler, "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter",
        source / f"tests/install/{name}.c", "-o", program, *flags,
    )
    point(f"{name}.c compiles against the installed headers", problem)
    return None if problem else program


def check_library(root, folder):
    flags = library_flags(root, folder)
    library = one(root, "lib*/**/libfaltung.so.0").parent
    environment = {**os.environ, "LD_LIBRARY_PATH": str(library)}
    program = compile_program("program", folder, flags)
    if program:
        point("it trains a network with the installed library", run(program, env=environment)[1])
    predict = compile_program("predict", folder, flags)
    if not predict:
        return
    sample = [6.1, 2.8, 4.7, 1.2]
    (folder / "sample.csv").write_text(",".join(map(str, sample)) + "\n")
    wanted, problem = run(root / "bin/faltung", "predict", folder / "iris.h5", folder / "sample.csv")
    said, mistake = run(predict, folder / "iris.h5", *sample, env=environment)
    if not (problem or mistake) and wanted.splitlines()[1] != "0," + said.strip():
        problem = f"{said} instead of {wanted}"
    point("it predicts what the program does", problem or mistake)


def check_program(root, folder):
    program = root / "bin/faltung"
    experiment = root / "share/faltung/experiments/gallery/iris.yaml"
    out = folder / "iris.h5"
    text, problem = run(program, "train", experiment, "--out", out, "--quiet", cwd=folder)
    if not problem and not (out.exists() and "result: " in text):
        problem = f"no result line or no run file:\n{text}"
    point("the installed program trains an installed experiment", problem)
    libraries, problem = run("ldd", program)
    point("faltung links no GTK", problem or ("libgtk" in libraries and libraries) or "")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        destination = folder / "installed"
        _, problem = run(
            "meson", "install", "--no-rebuild", "-C", build,
            env={**os.environ, "DESTDIR": str(destination)},
        )
        point("meson install", problem)
        if not problem:
            root = pathlib.Path(f"{destination}{prefix}")
            window = (root / "bin/faltung-gui").exists()
            check_files(root, window)
            if window:
                check_metadata(root)
            check_manuals(root)
            check_completions(root)
            check_program(root, folder)
            check_library(root, folder)
    print(f"1..{points}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
