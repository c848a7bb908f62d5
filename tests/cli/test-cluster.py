# SPDX-License-Identifier: Apache-2.0
"""faltung run --part and --slurm: a batch by several processes. Slurm itself is not needed: its
script is run as sbatch would, task by task."""

import csv
import os
import pathlib
import re
import signal
import subprocess
import time

import h5py
from program import BOSTON, DIGITS, environment, fails, main, parse_json, parse_result, run, start
from program import write

SWEEP = BOSTON + """\
sweep:
  grid: {train.optimizer.sgd.lr: [0.001, 0.01]}
  seeds: 3
"""

# until it is told to end
ENDLESS = DIGITS.replace("epochs: 3", "epochs: 1000000\n  checkpoint: 1000000\n  report: 100000")


def index(folder):
    with open(f"{folder}/index.csv", newline="") as file:
        return list(csv.DictReader(file))


def states(folder):
    return [row["state"] for row in index(folder)]


def figures(folder):
    return {row["run"]: (row["val_loss"], row["val_mae"], row["epochs"]) for row in index(folder)}


def weights(folder):
    found = {}
    for path in pathlib.Path(folder).glob("*.h5"):
        with h5py.File(path) as file:
            found[path.name] = file["model/weights/out/weight"][()].tobytes()
    return found


def tasks(script):
    """The numbers of the script's array."""
    numbers = []
    for word in re.search(r"^#SBATCH --array=(\S+)$", script, re.M)[1].split(","):
        first, _, last = word.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def start_task(path, number):
    """A task as Slurm starts it, with an scontrol that writes down what it was told."""
    tools = pathlib.Path("tools").resolve()
    tools.mkdir(exist_ok=True)
    scontrol = tools / "scontrol"
    scontrol.write_text(f'#!/bin/sh\necho "$@" >>{tools}/told\n')
    scontrol.chmod(0o755)
    more = {"SLURM_ARRAY_JOB_ID": "77", "SLURM_ARRAY_TASK_ID": str(number)}
    return subprocess.Popen(
        ["sh", path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(PATH=f"{tools}:{os.environ['PATH']}", **more),
    )


def run_task(path, number, status=0):
    task = start_task(path, number)
    out, err = task.communicate(timeout=120)
    assert task.returncode == status, (out, err)
    return out


def wait_for_run(folder, process, n=1):
    """Until @n runs are under way and could be gone on with."""
    folder = pathlib.Path(folder)
    while min(len(list(folder.glob(f"*.h5{more}"))) for more in ("", ".part")) < n:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def test_parts_make_the_whole():
    write("sweep.yaml", SWEEP)
    run("run", "sweep.yaml", "--out", "whole")
    one = run("run", "sweep.yaml", "--out", "parts", "--part", "1/4")
    assert parse_result(one.stdout)["runs"] == "2" and "part 1/4" in one.stderr
    assert states("parts") == ["finished", "waiting", "waiting", "waiting", "finished", "waiting"]
    # at once, and the first with nothing left to do
    for part in [start("run", "sweep.yaml", "--out", "parts", "-p", f"{k}/4") for k in range(1, 5)]:
        out, err = part.communicate(timeout=120)
        assert part.returncode == 0, err
    assert weights("parts") == weights("whole") and len(weights("whole")) == 6
    assert figures("parts") == figures("whole")


def test_script():
    write("sweep.yaml", SWEEP)
    out = run("run", "sweep.yaml", "--out", "two words", "--slurm")
    assert parse_result(out.stdout.replace("two words", "two_words"))["tasks"] == "6"
    assert "sbatch 'two words/array.sbatch'" in out.stderr
    script = pathlib.Path("two words/array.sbatch").read_text()
    assert tasks(script) == [1, 2, 3, 4, 5, 6] and states("two words") == ["waiting"] * 6
    # what is changed later is not what was submitted
    write("sweep.yaml", "nonsense")
    for number in (1, 2, 3, 5):
        assert parse_result(run_task("two words/array.sbatch", number))["finished"] == "1"
    write("sweep.yaml", SWEEP)
    again = run("run", "sweep.yaml", "--out", "two words", "--slurm", "--resume", "--json")
    assert parse_json(again.stdout) == {
        "runs": 6, "tasks": 2, "script": "two words/array.sbatch"
    }
    assert tasks(pathlib.Path("two words/array.sbatch").read_text()) == [4, 6]
    for number in (4, 6):
        run_task("two words/array.sbatch", number)
    assert states("two words") == ["finished"] * 6
    done = run("run", "sweep.yaml", "--out", "two words", "--slurm", "--resume")
    assert parse_result(done.stdout)["tasks"] == "0"
    assert not pathlib.Path("two words/array.sbatch").exists()
    assert "95 % interval" in run("report", "two words").stdout


def test_a_failed_task():
    write("f.yaml", SWEEP.replace("[0.001, 0.01]", "[0.001, 1e30]").replace("seeds: 3", "seeds: 1"))
    run("run", "f.yaml", "--slurm")
    run_task("f/array.sbatch", 1)
    run_task("f/array.sbatch", 2, status=1)
    assert states("f") == ["finished", "failed"] and index("f")[1]["error"]
    run("run", "f.yaml", "--slurm", "--resume")
    assert tasks(pathlib.Path("f/array.sbatch").read_text()) == [2]


def test_time_is_over():
    """USR1 comes before the end of a task's time: it saves and is put into the queue again."""
    write("slow.yaml", ENDLESS)
    run("run", "slow.yaml", "--slurm")
    told = pathlib.Path("tools/told")
    for sent, words in ((signal.SIGUSR1, "requeue 77_1\n"), (signal.SIGTERM, "requeue 77_1\n")):
        task = start_task("slow/array.sbatch", 1)
        wait_for_run("slow", task)
        task.send_signal(sent)
        out, err = task.communicate(timeout=60)
        assert task.returncode == 1 and "--part 1/1" in err, (out, err)
        assert states("slow") == ["interrupted"]
        assert told.read_text() == words


def test_who_works_in_a_folder():
    write("slow.yaml", ENDLESS + "sweep: {seeds: 2}\n")
    part = start("run", "slow.yaml", "--part", "2/2", "--threads", 1)
    wait_for_run("slow", part)
    try:
        fails("run", "slow.yaml", "--part", "2/2", says=["slow", f"process {part.pid}"])
        fails("run", "slow.yaml", "--resume", says=["parts of it are under way"])
        other = start("run", "slow.yaml", "--part", "1/2", "--threads", 1)
        wait_for_run("slow", other, 2)
        other.terminate()
        other.communicate(timeout=60)
    finally:
        part.terminate()
        part.communicate(timeout=60)
    assert states("slow") == ["interrupted"] * 2


def test_wrong_input():
    write("sweep.yaml", SWEEP)
    for part in ("0/3", "4/3", "1", "1/3x", "a/b"):
        fails("run", "sweep.yaml", "--part", part, says=[f"'{part}'", "--part 1/3"])
    fails("run", "sweep.yaml", "--part", "1/2", "--slurm", says=["leave out --part"])
    assert not pathlib.Path("sweep").exists()


if __name__ == "__main__":
    main(globals())
