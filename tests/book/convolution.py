#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The book's convolutional network reaches 0.96 on MNIST after one epoch.

Usage: convolution.py FALTUNG SOURCE_FOLDER
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

WANTED = 0.96
SKIPPED = 77

faltung, source = sys.argv[1], pathlib.Path(sys.argv[2])
environment = dict(os.environ)
environment.setdefault("FALTUNG_DATA_PATH", str(source.parent / "shared" / "data"))

if subprocess.run([faltung, "data", "show", "mnist"], env=environment, capture_output=True).returncode:
    print("MNIST is neither along FALTUNG_DATA_PATH nor in ../shared/data")
    sys.exit(SKIPPED)

with tempfile.TemporaryDirectory() as folder:
    done = subprocess.run(
        [
            faltung,
            "train",
            source / "experiments/book/5-convolution.yaml",
            "--set",
            "data.name=mnist",
            "--out",
            pathlib.Path(folder) / "run.h5",
        ],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
print(done.stdout, end="")
result = re.search(r"^result: .*\bval_accuracy=([0-9.]+)", done.stdout, re.MULTILINE)
if done.returncode or not result:
    sys.exit(f"faltung train ended with status {done.returncode} and without a result")
if float(result[1]) < WANTED:
    sys.exit(f"val_accuracy is {result[1]}; at least {WANTED} is wanted")
