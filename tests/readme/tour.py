#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every command of the tour in README.md, in a folder that has the experiments alone.

Usage: tour.py SOURCE_FOLDER FALTUNG; a TAP test with a point for each block of commands.
"""

import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

source, faltung = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
readme = (source / "README.md").read_text(encoding="utf-8")
tour = readme.split("\n## A tour of five minutes\n")[1].split("\n## ")[0]
blocks = re.findall(r"^```sh\n(.*?)^```$", tour, re.MULTILINE | re.DOTALL)
environment = {**os.environ, "PATH": f"{faltung.parent}:/usr/bin:{os.environ['PATH']}"}

print(f"1..{len(blocks)}")
failed = 0
with tempfile.TemporaryDirectory() as folder:
    shutil.copytree(source / "experiments", pathlib.Path(folder) / "experiments")
    for number, block in enumerate(blocks, 1):
        name = block.strip().splitlines()[0]
        if "h5py" in block and not importlib.util.find_spec("h5py"):
            print(f"ok {number} {name} # SKIP h5py is not installed")
            continue
        done = subprocess.run(
            ["bash", "-eu", "-c", block],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        failed += done.returncode != 0
        print(f"{'not ok' if done.returncode else 'ok'} {number} {name}")
        if done.returncode:
            print("\n".join("# " + line for line in done.stdout.splitlines()))
sys.exit(1 if failed or not blocks else 0)
