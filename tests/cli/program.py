# SPDX-License-Identifier: Apache-2.0
"""What the tests of the program share: running it, and small experiments for it.

A test is a function test_*; main() runs those of the calling script, each in a folder of its own,
and writes TAP.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

PROGRAM = os.environ["FALTUNG"]
SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent

DIGITS = """\
name: Small digits
data: {name: digits}
network:
  input: [1, 8, 8]
  layers:
    - flatten:
    - dense: {name: hidden, units: 12, activation: tanh}
    - dropout: {rate: 0.1}
    - dense: {name: out, units: 10}
train:
  loss: softmax_cross_entropy
  optimizer: {sgd: {lr: 0.1, momentum: 0.9}}
  batch: 32
  epochs: 3
  seed: 1
"""

BOSTON = """\
name: Boston
data: {name: boston-housing}
network:
  input: [13]
  layers:
    - dense: {name: out, units: 1}
train:
  loss: mse
  optimizer: {sgd: {lr: 0.01}}
  batch: 32
  epochs: 5
  seed: 1
"""


class Skip(Exception):
    """The test cannot run here; its message says why."""


def environment(**more):
    # the tests know nothing of the machine's data, screen and threads
    env = {k: v for k, v in os.environ.items() if k not in ("FALTUNG_DATA_PATH", "DISPLAY")}
    env["OMP_WAIT_POLICY"] = "passive"
    env.update(more)
    return env


def start(*arguments, **options):
    return subprocess.Popen(
        [PROGRAM, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        pipesize=4096,
        **options,
    )


def run(*arguments, status=0, **options):
    """Runs the program to its end; its exit status must be @status (None: any)."""
    result = subprocess.run(
        [PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=120,
        **options,
    )
    assert status is None or result.returncode == status, (
        f"{arguments} ended with {result.returncode} instead of {status}\n"
        f"stdout: {result.stdout}\nstderr: {result.stderr}"
    )
    return result


def train(*arguments, **options):
    """`faltung train` on one thread: these networks are too small for more."""
    return run("train", "--threads", 1, *arguments, **options)


def fails(*arguments, status=2, says=()):
    """The program must end with @status, one clear error on stderr and nothing on stdout."""
    result = run(*arguments, status=status)
    assert result.stdout == "", result.stdout
    lines = result.stderr.strip().splitlines()
    assert lines and lines[0].startswith("faltung: "), result.stderr
    for text in says:
        assert text in result.stderr, f"{text!r} is not in {result.stderr!r}"
    return result.stderr


def parse_result(text):
    """The figures of the last line, `result: key=value ...`."""
    last = text.splitlines()[-1]
    assert last.startswith("result: "), text
    return {k: v for k, v in (word.split("=", 1) for word in last[len("result: ") :].split())}


def parse_json(text):
    return json.loads(text)


def write(name, text):
    pathlib.Path(name).write_text(text)
    return name


def main(tests):
    tests = [f for name, f in tests.items() if name.startswith("test_")]
    print(f"1..{len(tests)}", flush=True)
    bad = 0
    for number, test in enumerate(tests, 1):
        name = test.__name__[len("test_") :]
        home = os.getcwd()
        with tempfile.TemporaryDirectory(prefix="faltung-") as folder:
            os.chdir(folder)
            try:
                test()
                print(f"ok {number} {name}", flush=True)
            except Skip as skip:
                print(f"ok {number} {name} # SKIP {skip}", flush=True)
            except Exception:
                bad += 1
                for line in traceback.format_exc().splitlines():
                    print(f"# {line}")
                print(f"not ok {number} {name}", flush=True)
            finally:
                os.chdir(home)
    sys.exit(1 if bad else 0)
