#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Kills a training at any moment: the run file is whole, never goes back, and goes on.

crash.py SMALL-TRAINING FAULTY-CALLS.SO kill|every-call|full

FALTUNG_CRASH_ALL=1 takes every call there is, instead of a selection that takes seconds.
"""

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import numpy as np

import runfile

PROGRAM, SHIM, MODE = sys.argv[1:4]
ALL = os.environ.get("FALTUNG_CRASH_ALL") == "1"
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def train(path, *args, **faults):
    """Runs the program to its end, or to that of a fault. Returns (status, output)."""
    environment = dict(ENVIRONMENT)
    if faults:
        environment.update(LD_PRELOAD=SHIM, **{k: str(v) for k, v in faults.items()})
    done = subprocess.run([PROGRAM, path, *args], env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def begin_or_resume(path):
    return ["--resume"] if path.exists() else []


def same_as(reference, path):
    values = runfile.check(path)
    assert not (names := runfile.differences(reference, values)), f"differ: {names}"
    ours, theirs = runfile.final_state(values), runfile.final_state(reference)
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert np.array_equal(ours[name], theirs[name], equal_nan=True), f"differs: {name}"
    assert runfile.leavings(path.parent) == [path.name], runfile.leavings(path.parent)


def whole_run(folder, *args):
    path = folder / "whole" / "run.h5"
    path.parent.mkdir()
    status, output = train(path, *args)
    assert status == 0 and not output, output
    return runfile.check(path)


def test_kill(folder):
    """SIGKILL at random moments, again and again, until the run comes to its end."""
    length = ["--epochs", "60", "--checkpoint", "3"]
    start = time.monotonic()
    reference = whole_run(folder, *length)
    duration = time.monotonic() - start
    rounds = 60 if ALL else 20
    choose = random.Random(1)
    path = folder / "run.h5"
    killed = published = 0
    resumes_at = 0
    for _ in range(rounds):
        process = subprocess.Popen([PROGRAM, path, *length, *begin_or_resume(path)],
                                   env=ENVIRONMENT, stdout=subprocess.DEVNULL)
        try:
            process.wait(choose.uniform(0, 3 * duration / rounds))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
        if path.exists():
            now, _ = runfile.steps(runfile.check(path))
            assert now >= resumes_at, f"went back from {resumes_at} to {now}"
            resumes_at = now
            published += 1
    status, output = train(path, *length, "--resume")
    assert status == 0, output
    (folder / "whole" / "run.h5").unlink()
    (folder / "whole").rmdir()
    same_as(reference, path)
    print(f"{killed} kills, {published} times a whole file, the end has the same bits")
    assert killed > 0


def count_calls(folder, length):
    counter = folder / "count"
    status, output = train(folder / "counted.h5", *length, FAULTY_COUNT=counter)
    assert status == 0, output
    (folder / "counted.h5").unlink()
    return int(counter.read_text())


def selection(n, step):
    return range(1, n + 1) if ALL else range(1 + random.Random(2).randrange(step), n + 1, step)


LENGTH = ["--epochs", "2", "--checkpoint", "5"]


def test_every_call(folder):
    """The process ends in the n-th call that changes a file, half written."""
    reference = whole_run(folder, *LENGTH)
    total = count_calls(folder, LENGTH)
    tried = resumed = 0
    for n in selection(total, 29):
        place = folder / str(n)
        place.mkdir()
        path = place / "run.h5"
        status, output = train(path, *LENGTH, FAULTY_DIE=n)
        assert status == 99, f"call {n}: {status} {output}"
        if path.exists():
            runfile.check(path)
            resumed += 1
        status, output = train(path, *LENGTH, *begin_or_resume(path))
        assert status == 0 and not output, f"call {n}: {status} {output}"
        same_as(reference, path)
        path.unlink()
        tried += 1
    print(f"{tried} of {total} calls: {resumed} whole files resumed, {tried - resumed} begun anew, "
          "all end with the same bits")
    assert tried > 0


def test_full(folder):
    """The disk is full for a while, from the n-th call on: a warning, and nothing is lost."""
    reference = whole_run(folder, *LENGTH)
    total = count_calls(folder, LENGTH)
    tried = warned = refused = 0
    for n in selection(total - 1, 29):
        for duration in 1, 40:
            place = folder / f"{n}-{duration}"
            place.mkdir()
            path = place / "run.h5"
            status, output = train(path, *LENGTH, FAULTY_FAIL=f"{n}+{duration}")
            where = f"calls {n}+{duration}: {status} {output}"
            assert status in (0, 1), where
            tried += 1
            if status == 1:
                # said, and what was published before is whole: the run can go on
                assert "No space left" in output and "error: " in output, where
                refused += 1
                if path.exists():
                    runfile.check(path)
                status, output = train(path, *LENGTH, *begin_or_resume(path))
                assert status == 0 and not output, f"{where}; then {output}"
            elif output:
                assert all(line.startswith("warning: ") and "No space left" in line
                           for line in output.splitlines()), where
                warned += 1
            same_as(reference, path)
            path.unlink()
    print(f"{tried} full disks: {warned} told of and survived, {refused} ended the program, "
          "all end with the same bits")
    assert warned > 0


with tempfile.TemporaryDirectory(prefix="faltung-crash-") as name:
    {"kill": test_kill, "every-call": test_every_call, "full": test_full}[MODE](pathlib.Path(name))
