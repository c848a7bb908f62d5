#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A disk that is really full: the training goes on, the last file stays whole, and with room
again everything is there.

full-disk.py SMALL-TRAINING

Mounts a small tmpfs, which takes root; skipped otherwise.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import runfile

PROGRAM = sys.argv[1]
EPOCHS = 60


def run(folder, *args):
    done = subprocess.run([PROGRAM, folder / "run.h5", *args], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def in_the_full(folder):
    # big enough for the first states of the run, too small for all it becomes
    length = ["--epochs", str(EPOCHS), "--checkpoint", "8"]
    status, output = run(folder, *length)
    assert status == 1, f"{status}: {output[:500]}"
    lines = output.splitlines()
    assert lines and all("No space left on device" in line for line in lines), output[:2000]
    assert lines[-1].startswith("error: ") and lines[0].startswith("warning: "), output[:2000]
    values = runfile.check(folder / "run.h5")
    assert values["/status"] == b"running"
    step, _ = runfile.steps(values)
    assert step > 0, "full before anything was saved"
    left = set(runfile.leavings(folder))
    assert left <= {"run.h5", "run.h5.journal"}, left
    print(f"full after step {step} of {EPOCHS * 8}, {len(lines) - 1} warnings, the file is whole")

    subprocess.run(["mount", "-o", "remount,size=64M", folder], check=True)
    status, output = run(folder, *length, "--resume")
    assert status == 0 and not output, output
    assert runfile.leavings(folder) == ["run.h5"]
    resumed = runfile.check(folder / "run.h5")
    with tempfile.TemporaryDirectory(prefix="faltung-full-") as other:
        status, output = run(pathlib.Path(other), *length)
        assert status == 0, output
        assert not (names := runfile.differences(resumed, runfile.check(f"{other}/run.h5"))), names
    print("with room again it goes on to the same bits")


with tempfile.TemporaryDirectory(prefix="faltung-full-") as name:
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "none", name]).returncode == 0
    if not mounted:
        print("skipped: mounting a small disk takes root")
        sys.exit(77)
    try:
        in_the_full(pathlib.Path(name))
    finally:
        subprocess.run(["umount", name], check=True)
