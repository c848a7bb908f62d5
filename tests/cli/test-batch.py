# SPDX-License-Identifier: Apache-2.0
"""faltung run and faltung report."""

import csv
import json
import math
import os
import pathlib
import pty
import re
import signal
import subprocess
import time
import xml.etree.ElementTree

import h5py
import numpy
from program import (
    BOSTON,
    DIGITS,
    PROGRAM,
    SOURCE,
    Skip,
    environment,
    fails,
    main,
    parse_json,
    parse_result,
    run,
    start,
    train,
    write,
)

SWEEP = DIGITS + """\
sweep:
  grid:
    train.optimizer.sgd.lr: [0.05, 0.1]
    network.hidden.units: [6, 12]
  seeds: 2
"""

NAMES = [
    f"lr={lr},units={units},seed={seed}"
    for seed in (1, 2)
    for lr in (0.05, 0.1)
    for units in (6, 12)
]

# one of its two points fails at once: the loss overflows
FAILING = BOSTON + """\
sweep:
  variants:
    sane: {}
    "a / wild: one": {train.optimizer.sgd.lr: 1e30}
  seeds: 2
"""

# runs long enough to be stopped on the way, and some that wait
SLOW = DIGITS.replace("epochs: 3", "epochs: 500\n  checkpoint: 500\n  report: 100000") + """\
sweep:
  seeds: 4
"""


def files(folder):
    return sorted(p.name for p in pathlib.Path(folder).iterdir())


def index(folder):
    with open(f"{folder}/index.csv", newline="") as file:
        return list(csv.DictReader(file))


def weights(path):
    with h5py.File(path) as file:
        return file["model/weights/out/weight"][()].tobytes()


def status(path):
    with h5py.File(path) as file:
        return file["status"].asstr()[()]


def test_grid():
    out = run("run", write("sweep.yaml", SWEEP), "-j", 2, "--threads", 2)
    assert parse_result(out.stdout)["finished"] == "8"
    assert parse_result(out.stdout)["failed"] == "0"
    assert files("sweep") == sorted(
        [".lock", "experiment.yaml", "index.csv"] + [f"{name}.h5" for name in NAMES]
    )
    rows = index("sweep")
    assert [row["run"] for row in rows] == [f"{name}.h5" for name in NAMES]
    for row in rows:
        assert row["state"] == "finished" and row["error"] == ""
        assert row["epochs"] == "3" and 0 < float(row["val_accuracy"]) <= 1
        units = int(re.search(r"units=(\d+)", row["run"])[1])
        with h5py.File(f"sweep/{row['run']}") as file:
            assert file["model/weights/hidden/weight"].shape[0] == units
            assert file.attrs["threads"] == 1  # 2 threads, 2 jobs
    assert re.search(r"^\[8/8\] ", out.stderr, re.M) and "faltung report sweep" in out.stderr
    # the same as by hand
    train("sweep.yaml", "--set", "train.optimizer.sgd.lr=0.1", "--set", "network.hidden.units=6",
          "--seed", 2, "-o", "hand.h5")
    assert weights("hand.h5") == weights("sweep/lr=0.1,units=6,seed=2.h5")


def test_without_a_sweep():
    out = run("run", write("d.yaml", DIGITS), "--out", "deep/er", "--json", "--quiet")
    assert out.stderr == ""
    batch = parse_json(out.stdout)
    assert batch["folder"] == "deep/er" and len(batch["runs"]) == 1
    assert batch["runs"][0]["name"] == "seed=1" and batch["runs"][0]["state"] == "finished"
    assert batch["runs"][0]["val_accuracy"] > 0.7
    assert os.path.exists("deep/er/seed=1.h5")


def test_failed_runs_are_kept():
    out = run("run", write("f.yaml", FAILING), "-j", 2, status=1)
    result = parse_result(out.stdout)
    assert (result["finished"], result["failed"]) == ("2", "2")
    assert "2 of 4 runs failed" in out.stderr
    rows = {row["run"]: row for row in index("f")}
    wild = "a_wild_one,seed=1.h5"
    assert wild in rows, rows.keys()
    assert rows[wild]["state"] == "failed" and rows[wild]["error"]
    error = pathlib.Path("f/a_wild_one,seed=1.error").read_text()
    assert error.strip() == rows[wild]["error"].strip() and "finite" in error
    assert status(f"f/{wild}") == "failed" and status("f/sane,seed=2.h5") == "finished"
    report = run("report", "f").stdout
    assert "sane" in report and "Left out" in report and wild in report
    # finished ones are left alone, failed ones tried again
    before = {name: os.stat(f"f/{name}").st_mtime_ns for name in rows}
    run("run", "f.yaml", "--resume", status=1)
    after = {name: os.stat(f"f/{name}").st_mtime_ns for name in rows}
    assert before["sane,seed=1.h5"] == after["sane,seed=1.h5"]
    assert before[wild] != after[wild]
    assert index("f")[0]["val_mae"] == rows["sane,seed=1.h5"]["val_mae"] != ""


def test_wrong_input():
    write("sweep.yaml", SWEEP)
    fails("run", "nix.yaml", says=["nix.yaml"])
    fails("run", "sweep.yaml", "-j", "-1", says=["--jobs"])
    fails("run", "sweep.yaml", "--out", "sweep.yaml", says=["sweep.yaml", "--out"])
    write("bad.yaml", SWEEP.replace("sgd.lr:", "sgd.lrr:"))
    fails("run", "bad.yaml", says=["bad.yaml:", "lr"])
    assert not os.path.exists("bad")
    run("run", "sweep.yaml", "--set", "train.epochs=1")
    fails("run", "sweep.yaml", says=["sweep holds a batch already", "--resume"])
    fails("run", "sweep.yaml", "--resume", says=["other settings", "--out"])
    write("sweep/experiment.yaml", SWEEP)
    pathlib.Path("sweep/" + NAMES[0] + ".h5").write_text("not HDF5")
    fails("run", "sweep.yaml", "--resume", "--set", "train.epochs=1", says=[NAMES[0]])


def test_batch_may_grow():
    write("sweep.yaml", SWEEP)
    run("run", "sweep.yaml")
    before = {name: os.stat(f"sweep/{name}.h5").st_mtime_ns for name in NAMES}
    write("sweep.yaml", SWEEP.replace("seeds: 2", "seeds: 3"))
    out = run("run", "sweep.yaml", "--resume")
    assert parse_result(out.stdout)["finished"] == "12"
    assert before == {name: os.stat(f"sweep/{name}.h5").st_mtime_ns for name in NAMES}


def wait_for_two_runs(process):
    """Until two runs are published and under way."""
    while process.poll() is None:
        if len(list(pathlib.Path("slow").glob("*.h5"))) >= 2:
            return
        time.sleep(0.01)
    raise AssertionError(process.communicate())


def check_resumed():
    out = run("run", "slow.yaml", "--resume", "-j", 2)
    assert parse_result(out.stdout)["finished"] == "4"
    assert not list(pathlib.Path("slow").glob("*.part")), files("slow")
    assert not list(pathlib.Path("slow").glob("*.journal")), files("slow")
    for seed in (1, 4):
        train("slow.yaml", "--seed", seed, "-o", f"{seed}.h5", "--quiet")
        assert weights(f"{seed}.h5") == weights(f"slow/seed={seed}.h5")


def test_interrupt_and_resume():
    write("slow.yaml", SLOW)
    process = start("run", "slow.yaml", "-j", 2)
    wait_for_two_runs(process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert err.strip().splitlines()[-1] == "  faltung run slow.yaml --out slow --resume", err
    states = [row["state"] for row in index("slow")]
    # whatever was done by then, nothing has failed and something is left
    assert set(states) <= {"finished", "interrupted", "waiting"}, states
    assert "interrupted" in states or "waiting" in states
    for row in index("slow"):
        if row["state"] == "interrupted":
            assert status(f"slow/{row['run']}") == "interrupted"
    check_resumed()


def test_kill_and_resume():
    write("slow.yaml", SLOW)
    process = start("run", "slow.yaml", "-j", 2)
    wait_for_two_runs(process)
    process.kill()
    process.communicate(timeout=60)
    # its processes save and end by themselves; the resume waits for them
    check_resumed()


def test_two_batches_in_one_folder():
    write("slow.yaml", SLOW)
    process = start("run", "slow.yaml", "-j", 2)
    wait_for_two_runs(process)
    try:
        fails("run", "slow.yaml", "--resume", says=["slow", str(process.pid)])
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 1


def test_second_interrupt():
    write("slow.yaml", SLOW)
    process = start("run", "slow.yaml", "-j", 2)
    wait_for_two_runs(process)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 1
    for path in pathlib.Path("slow").glob("*.h5"):
        status(path)  # whole all the same


def test_editing_the_file_does_not_change_runs_to_come():
    write("slow.yaml", SLOW)
    process = start("run", "slow.yaml", "-j", 1, "--threads", 1)
    while not list(pathlib.Path("slow").glob("*.h5")) and process.poll() is None:
        time.sleep(0.01)
    write("slow.yaml", "nonsense")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert parse_result(out)["finished"] == "4"


def test_live_table():
    write("sweep.yaml", SWEEP)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, "run", "sweep.yaml", "-j", "2"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment(TERM="xterm"),
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:
            break
        if not chunk:
            break
        seen += chunk
    process.communicate()
    text = seen.decode()
    assert process.returncode == 0
    assert "of 8 runs" in text and "\033[J" in text and "▕" in text
    assert "▕" not in text[text.rindex("\033[J") :]


# -- report -----------------------------------------------------------------------------------


def last(path, column="val_accuracy"):
    with h5py.File(path) as file:
        return file[f"metrics/epoch/{column}"][-1]


def best(path, column="val_accuracy"):
    with h5py.File(path) as file:
        return file[f"metrics/epoch/{column}"][()].max()


# of Student's t, 0.975, by degrees of freedom
T = {1: 12.706204736432095, 2: 4.302652729911275}


def test_report_figures():
    run("run", write("sweep.yaml", SWEEP.replace("seeds: 2", "seeds: 3")), "--quiet")
    out = run("report", "sweep", "--json")
    report = parse_json(out.stdout)
    assert report["title"] == "Small digits" and report["left_out"] == []
    assert [group["label"] for group in report["groups"]] == [
        "lr=0.05, units=6",
        "lr=0.05, units=12",
        "lr=0.1, units=6",
        "lr=0.1, units=12",
    ]
    for group in report["groups"]:
        assert len(group["runs"]) == 3
        for which, get in (("last", last), ("best", best)):
            values = numpy.array([get(path) for path in group["runs"]])
            figure = group["figures"]["val_accuracy"][which]
            assert figure["n"] == 3
            mean, std = values.mean(), values.std(ddof=1)
            half = T[2] * std / 3**0.5
            expected = (mean, std, mean - half, mean + half, values.min(), values.max())
            keys = ("mean", "std", "ci_low", "ci_high", "minimum", "maximum")
            assert numpy.allclose([figure[key] for key in keys], expected, rtol=1e-9), group


def test_report_files():
    run("run", write("sweep.yaml", SWEEP), "--quiet")
    out = run("report", "sweep", "--out", "report")
    assert out.stdout.startswith("# Small digits\n") and "report" in out.stderr
    markdown = pathlib.Path("report/report.md").read_text()
    assert "| lr=0.05, units=6 " in markdown and "## val_accuracy" in markdown
    with open("report/report.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    row = next(
        r
        for r in rows
        if (r["group"], r["figure"], r["which"]) == ("lr=0.1, units=12", "val_loss", "last")
    )
    values = [last(f"sweep/lr=0.1,units=12,seed={seed}.h5", "val_loss") for seed in (1, 2)]
    assert numpy.isclose(float(row["mean"]), numpy.mean(values), rtol=1e-8)
    with open("report/curves.csv", newline="") as file:
        curve = [
            r
            for r in csv.DictReader(file)
            if (r["group"], r["figure"]) == ("lr=0.1, units=12", "val_loss")
        ]
    assert [float(r["epoch"]) for r in curve] == [0, 1, 2, 3]
    assert numpy.isclose(float(curve[-1]["mean"]), numpy.mean(values), rtol=1e-8)
    half = T[1] * numpy.std(values, ddof=1) / 2**0.5
    assert numpy.isclose(float(curve[-1]["ci_high"]), numpy.mean(values) + half, rtol=1e-6)
    if not os.path.exists("report/val_loss.png"):
        assert "-Ddraw=disabled" in out.stderr
        raise Skip("built without pictures")
    png = pathlib.Path("report/val_loss.png").read_bytes()
    assert png.startswith(b"\x89PNG") and len(png) > 5000
    svg = xml.etree.ElementTree.parse("report/val_loss.svg")
    assert svg.getroot().tag.endswith("svg") and len(list(svg.iter())) > 50
    assert "(val_loss.png)" in markdown


def test_report_of_single_files():
    write("d.yaml", DIGITS)
    train("d.yaml", "-o", "a.h5")
    train("d.yaml", "-o", "b.h5", "--seed", 2)
    train("d.yaml", "-o", "c.h5", "--set", "train.batch=16")
    report = parse_json(run("report", "a.h5", "b.h5", "c.h5", "--json").stdout)
    assert [(g["label"], len(g["runs"])) for g in report["groups"]] == [
        ("batch=32", 2),
        ("batch=16", 1),
    ]
    one = report["groups"][1]["figures"]["val_loss"]["last"]
    assert one["n"] == 1 and one["std"] is None and one["ci_low"] is None
    alone = run("report", "c.h5").stdout
    assert "| Small digits |    1 |" in alone and re.search(r"\| - +\|", alone)


def test_report_wrong_input():
    os.mkdir("empty")
    fails("report", says=["argument is missing"])
    fails("report", "empty", says=["no finished run"])
    fails("report", "nix.h5", says=["nix.h5"])
    write("x.h5", "text")
    fails("report", "x.h5", says=["x.h5"])
    write("d.yaml", DIGITS)
    train("d.yaml")
    write("file", "")
    result = run("report", "d.h5", "--out", "file", status=2)
    assert "file" in result.stderr and "--out" in result.stderr
    # among many one that is damaged is left out, and named
    os.mkdir("many")
    whole = pathlib.Path("d.h5").read_bytes()
    pathlib.Path("many/whole.h5").write_bytes(whole)
    pathlib.Path("many/cut.h5").write_bytes(whole[: len(whole) // 2])
    report = run("report", "many").stdout
    assert re.search(r"cut\.h5.*not a whole", report) and "| Small digits |    1 |" in report, report


IRIS = """\
name: Iris in folds
data: {name: iris, folds: 4, test: 0.2, normalize: none}
network:
  input: [4]
  layers:
    - dense: {name: out, units: 3}
train: {loss: softmax_cross_entropy, optimizer: {adam: {lr: 0.05}}, batch: 16, epochs: 5}
sweep: {seeds: 2}
"""


def exported(path, *more):
    pathlib.Path("e.h5").unlink(missing_ok=True)
    run("data", "export", path, *more, "--out", "e.h5")
    with h5py.File("e.h5") as file:
        return [
            [(tuple(x), int(c)) for x, c in zip(file[f"{part}/input"][()], file[f"{part}/class"][()])]
            for part in ("training", "validation")
        ]


def test_cross_validation():
    write("i.yaml", IRIS)
    parts = [exported("i.yaml", "--set", f"data.fold={fold}") for fold in (1, 2, 3, 4)]
    everything = sorted(parts[0][0] + parts[0][1])
    assert len(everything) == 120
    for training, validation in parts:
        assert sorted(training + validation) == everything and len(validation) == 30
        assert [sum(c == k for _, c in validation) for k in range(3)] == [10, 10, 10]
    assert sorted(sum((validation for _, validation in parts), [])) == everything

    run("run", "i.yaml", "--out", "folds", "-j", 2)
    rows = index("folds")
    names = [f"seed={seed},fold={fold}.h5" for seed in (1, 2) for fold in (1, 2, 3, 4)]
    assert [row["run"] for row in rows] == names
    losses = [float(row["val_loss"]) for row in rows]
    text = run("report", "folds").stdout
    line = next(l for l in text[text.index("## val_loss") :].splitlines() if "Iris" in l)
    cells = [cell.strip() for cell in line.strip("| ").split("|")]
    assert cells[1] == "8", line  # one row for them all
    assert math.isclose(float(cells[2]), numpy.mean(losses), abs_tol=1e-3), (line, losses)
    assert math.isclose(float(cells[3]), numpy.std(losses, ddof=1), abs_tol=1e-3), (line, losses)
    fails("check", "i.yaml", "--set", "data.fold=5", says=["there are 4 folds"])
    fails("check", "i.yaml", "--set", "data.folds=1", says=["nothing to train with"])


def test_samples_set_apart():
    write("i.yaml", IRIS)
    train("i.yaml", "--out", "i.h5")
    training, validation = exported("i.yaml")
    table = numpy.genfromtxt(SOURCE / "data/shipped/iris.csv", delimiter=",", skip_header=1, dtype=str)
    names = sorted(set(table[:, -1]))
    apart = [(tuple(row[:4].astype(numpy.float32)), names.index(row[4])) for row in table]
    for sample in training + validation:
        apart.remove(sample)
    assert len(apart) == 30 and [sum(c == k for _, c in apart) for k in range(3)] == [10, 10, 10]
    with h5py.File("i.h5") as file:
        weight, bias = (file[f"model/weights/out/{name}"][()] for name in ("weight", "bias"))
    logits = numpy.array([x for x, _ in apart]).astype(float) @ weight.T + bias
    logits -= numpy.log(numpy.exp(logits).sum(1, keepdims=True))
    loss = -numpy.mean([row[c] for row, (_, c) in zip(logits, apart)])
    figures = parse_result(run("eval", "i.h5", "--test").stdout)
    # a mean of batches of 16 and 14 is that of all 30 samples
    assert figures["samples"] == "30" and math.isclose(float(figures["val_loss"]), loss, rel_tol=1e-4)
    train("i.yaml", "--set", "data.test=0", "--out", "n.h5")
    fails("eval", "n.h5", "--test", says=["data: {test: 0.2}"])


if __name__ == "__main__":
    main(globals())
