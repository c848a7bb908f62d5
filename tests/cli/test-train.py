# SPDX-License-Identifier: Apache-2.0
"""faltung train: output, files, interruption and resuming."""

import math
import os
import pathlib
import pty
import signal
import subprocess
import time

import h5py
import numpy

from program import (
    BOSTON,
    DIGITS,
    PROGRAM,
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

# Its progress is more than the pipe and our reading ahead hold, so that it cannot end before we
# have read on: what is interrupted is always under way.
LONG = DIGITS.replace("epochs: 3", "epochs: 400\n  checkpoint: 40").replace("units: 12", "units: 4")
# every kind of chance is in it: initial weights, order, dropout, augmentation; and a loss of terms
LONG = LONG.replace("digits}", "digits, augment: {shift: 1, rotate: 10, noise: 0.05}}")
LONG = LONG.replace("activation: tanh}", "activation: tanh, l1: 0.001}\n    - activity_penalty:")


def arrays(path):
    """What has to be the same bits: weights, figures but the times, and the time axis."""
    found = {}

    def visit(name, thing):
        if isinstance(thing, h5py.Dataset) and thing.dtype.kind in "fiu":
            found[name] = thing[()]

    with h5py.File(path) as file:
        file.visititems(visit)
    return {
        name: value
        for name, value in found.items()
        if not name.endswith(("seconds", "samples_per_second")) and "state" not in name
    }


def assert_same_run(a, b):
    a, b = arrays(a), arrays(b)
    assert a.keys() == b.keys(), a.keys() ^ b.keys()
    assert any(name.startswith("model/weights") for name in a)
    for name in a:
        assert a[name].shape == b[name].shape, (name, a[name].shape, b[name].shape)
        assert a[name].tobytes() == b[name].tobytes(), name


def no_remains(path):
    names = {p.name for p in pathlib.Path(".").iterdir() if p.name.startswith(path)}
    assert names <= {path}, names


def test_result():
    out = train(write("digits.yaml", DIGITS))
    result = parse_result(out.stdout)
    assert list(result) == ["val_loss", "val_accuracy", "epochs", "seconds"]
    assert len(out.stdout.splitlines()) == 1
    assert result["epochs"] == "3" and float(result["val_accuracy"]) > 0.8
    assert float(result["seconds"]) > 0
    for epoch in range(4):
        assert f"epoch {epoch}/3: loss=" in out.stderr
    assert "\r" not in out.stderr and "\033" not in out.stderr
    assert "digits.h5" in out.stderr and "faltung-gui digits.h5" in out.stderr
    no_remains("digits.h5")
    with h5py.File("digits.h5") as file:
        assert file["status"].asstr()[()] == "finished"
        assert file["model/weights/hidden/weight"].shape == (12, 64)
        assert list(file["metrics/epoch/epoch"]) == [0, 1, 2, 3]
        last = file["metrics/epoch/val_accuracy"][-1]
    assert math.isclose(last, float(result["val_accuracy"]), rel_tol=1e-5)


def test_regression_result():
    result = parse_result(train(write("b.yaml", BOSTON)).stdout)
    assert list(result) == ["val_loss", "val_mae", "val_rmse", "epochs", "seconds"]
    rmse, loss = float(result["val_rmse"]), float(result["val_loss"])
    assert math.isclose(rmse * rmse, loss, rel_tol=1e-3)


def test_json_and_quiet():
    out = train(write("d.yaml", DIGITS), "--json", "--quiet", "--epochs", 1)
    assert out.stderr == ""
    result = parse_json(out.stdout)
    assert result["run"] == "d.h5" and result["epochs"] == 1 and 0 < result["val_accuracy"] <= 1


def test_overrides():
    write("d.yaml", DIGITS)
    train("d.yaml", "--seed", 7, "--epochs", 1, "--set", "network.hidden.units=5", "-o", "a.h5")
    with h5py.File("a.h5") as file:
        assert file["model/weights/hidden/weight"].shape == (5, 64)
        assert "seed: 7" in file["config/resolved"].asstr()[()]
    train("d.yaml", "--epochs", 1, "-o", "b.h5")
    train("d.yaml", "--epochs", 1, "-o", "c.h5")
    assert_same_run("b.h5", "c.h5")
    train("d.yaml", "--epochs", 1, "--seed", 2, "-o", "e.h5")
    assert (
        arrays("b.h5")["model/weights/out/weight"].tobytes()
        != arrays("e.h5")["model/weights/out/weight"].tobytes()
    )
    fails("train", "d.yaml", "--seed", "x", says=["train.seed"])
    fails("train", "d.yaml", "--epochs", "0", says=["train.epochs"])
    fails("train", "d.yaml", "--set", "train.bach=3", says=["batch"])


def test_threads_change_nothing():
    write("d.yaml", DIGITS)
    for threads in (1, 3):
        run("train", "d.yaml", "--epochs", 1, "--threads", threads, "-o", f"{threads}.h5")
    assert_same_run("1.h5", "3.h5")


def test_existing_file_is_kept():
    write("d.yaml", DIGITS)
    train("d.yaml", "--epochs", 1)
    before = pathlib.Path("d.h5").read_bytes()
    assert "d-2.h5" in train("d.yaml", "--epochs", 1).stderr
    fails("train", "d.yaml", "--out", "d.h5", says=["d.h5", "--resume", "--overwrite"])
    assert pathlib.Path("d.h5").read_bytes() == before
    train("d.yaml", "--epochs", 2, "--out", "d.h5", "--overwrite")
    assert list(arrays("d.h5")["metrics/epoch/epoch"]) == [0, 1, 2]


def test_wrong_places():
    write("d.yaml", DIGITS)
    fails("train", "d.yaml", "--out", "nowhere/x.h5", says=["nowhere/x.h5"])
    fails("train", "--resume", "nix.h5", says=["nix.h5", "no such file"])
    fails("train", "--resume", "d.yaml", says=["d.yaml", "HDF5"])
    fails("train", "d.yaml", "--resume", "a.h5", "--out", "b.h5", says=["--out"])
    pathlib.Path("half.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    fails("train", "--resume", "half.h5", says=["half.h5"])
    with h5py.File("other.h5", "w") as file:
        file["x"] = [1, 2]
    fails("train", "--resume", "other.h5", says=["other.h5"])


def test_data_that_do_not_fit():
    fails("train", write("a.yaml", DIGITS.replace("units: 10", "units: 9")), says=["a.yaml:", "9", "10"])
    write("t.csv", "a,b,c\n1,2,3\n4,x,6\n")
    text = BOSTON.replace("name: boston-housing", "csv: t.csv").replace("[13]", "[2]")
    fails("train", write("c.yaml", text), says=["t.csv:3:3", "x"])
    assert not list(pathlib.Path(".").glob("*.h5*"))


def test_augmentation():
    write("d.yaml", DIGITS)
    moved = DIGITS.replace("digits}", "digits, augment: {flip: both, crop: {padding: 2}, fill: 3}}")
    train("d.yaml", "-o", "plain.h5")
    train(write("m.yaml", moved), "-o", "moved.h5", "-t", 2)
    train("d.yaml", "-o", "set.h5", "--set", "data.augment.flip=both", "--set",
          "data.augment={flip: both, crop: {padding: 2}, fill: 3}", "-t", 1)
    assert_same_run("moved.h5", "set.h5")
    plain, moved = arrays("plain.h5"), arrays("moved.h5")
    # before the first step nothing is augmented, nor is what it is measured with
    for name in ["train_loss", "val_loss"]:
        a, b = (run[f"metrics/epoch/{name}"] for run in (plain, moved))
        assert a[0] == b[0] and not (a[1:] == b[1:]).any(), (name, a, b)
    assert (plain["data/mean"] == moved["data/mean"]).all()
    with h5py.File("moved.h5") as file:
        resolved = file["config/resolved"].asstr()[()]
    wanted = "augment: {flip: both, shift: 0, crop: {padding: 2}, rotate: 0, zoom: 0, noise: 0, fill: 3}"
    assert wanted in resolved, resolved
    with h5py.File("plain.h5") as file:
        assert "augment: none" in file["config/resolved"].asstr()[()]

    text = BOSTON.replace("boston-housing}", "boston-housing, augment: {noise: 0.1}}")
    train(write("b.yaml", text))
    fails("train", write("b.yaml", text.replace("noise: 0.1", "noise: 0.1, rotate: 5")),
          says=["b.yaml:2:60: rotate", "boston-housing", "13"])
    fails("train", "d.yaml", "--set", "data.augment.shift=[3, 8]", says=["d.yaml:2:", "8 x 8"])
    fails("check", "d.yaml", "--set", "data.augment.shfit=1", says=["--set", "shfit", "shift"])
    fails("check", write("r.yaml", DIGITS.replace("digits}", "digits, rotate: 5}")),
          says=["r.yaml:2:22", "augment: {rotate: ...}"])
    fails("check", "d.yaml", "--set", "data.augment=much", says=["augment", "none"])


def test_terms_of_the_loss():
    train(write("d.yaml", LONG), "--epochs", 2, "-o", "a.h5")
    with h5py.File("a.h5") as file:
        columns = {name: column[()] for name, column in file["metrics/epoch"].items()}
    for part in ("train", "val"):
        terms = [columns[f"{part}_{name}"] for name in ("loss_activity_penalty", "loss_out", "l1")]
        assert all((term > 0).all() for term in terms), terms
        numpy.testing.assert_allclose(sum(terms), columns[f"{part}_loss"], rtol=1e-12)
    figures = parse_result(run("eval", "a.h5").stdout)
    assert math.isclose(float(figures["val_l1"]), columns["val_l1"][-1], rel_tol=1e-5), figures
    assert "val_l1" in run("report", "a.h5").stdout
    wrong = LONG.replace("name: out, units: 10", "name: out, units: 10, loss: mse")
    fails("train", write("w.yaml", wrong), says=["w.yaml:", "'out' gives the network's output"])


TUNED = """\
name: Tuned
data: {name: digits}
network:
  input: [1, 8, 8]
  layers:
    - flatten:
    - dense: {name: hidden, units: 12, activation: tanh, frozen: true}
    - dense: {name: more, units: 7, activation: tanh}
    - dense: {name: out, units: 10}
train:
  loss: softmax_cross_entropy
  optimizer: {adam: {lr: 0.01}}
  average: {decay: 0.9}
  initialize_from: a.h5
  epochs: 1
"""


def test_initialize_from():
    train(write("d.yaml", DIGITS), "-o", "a.h5")
    pathlib.Path("below").mkdir()
    os.rename("a.h5", "below/a.h5")
    said = train(write("below/t.yaml", TUNED), "-o", "t.h5").stderr
    assert "begins with the weights of below/a.h5: 'hidden'; not with others: " in said, said
    assert "'more' is not in it, 'out' has a weight of 10 x 12 in it, here of 10 x 7" in said, said
    with h5py.File("below/a.h5") as first, h5py.File("t.h5") as tuned:
        for name in ("weight", "bias"):
            began = first[f"model/weights/hidden/{name}"][()]
            assert (tuned[f"model/weights/hidden/{name}"][()] == began).all()  # frozen
            assert (tuned[f"checkpoints/weights/hidden/{name}"][0] == began).all()
        more = tuned["checkpoints/weights/more/weight"]
        assert (more[0] != more[-1]).any()
    # all of it, not frozen: what it begins with is as good as where the other ended
    whole = DIGITS.replace("train:", "train:\n  initialize_from: below/a.h5")
    train(write("w.yaml", whole), "-o", "w.h5", "--epochs", 1)
    with h5py.File("below/a.h5") as first, h5py.File("w.h5") as again:
        losses = first["metrics/epoch/val_loss"][-1], again["metrics/epoch/val_loss"][0]
    assert math.isclose(*losses, rel_tol=1e-6), losses
    # a resume has its weights already
    os.remove("below/a.h5")
    train("--resume", "w.h5", "--epochs", 2)
    fails("train", "w.yaml", says=["w.yaml:11:", "below/a.h5"])
    strange = DIGITS.replace("hidden", "one").replace("name: out", "name: two")
    train(write("s.yaml", strange), "-o", "below/a.h5", "--epochs", 1)
    fails("train", "w.yaml", says=["no layer can begin", "'hidden' is not in it"])


NEWTON = """\
name: Least squares
data: {name: boston-housing}
network:
  input: [13]
  layers:
    - dense: {name: out, units: 1}
train: {loss: mse, optimizer: lbfgs, batch: 1000, epochs: 40}
"""


def test_lbfgs_solves_least_squares():
    train(write("n.yaml", NEWTON), "-o", "n.h5")
    run("data", "export", "n.yaml", "--out", "e.h5")
    with h5py.File("e.h5") as file:
        x, y = (file[f"training/{name}"][()].astype(float) for name in ("input", "target"))
    x = numpy.column_stack([x, numpy.ones(len(x))])
    solution, *_ = numpy.linalg.lstsq(x, y.reshape(-1), rcond=None)
    best = ((x @ solution - y.reshape(-1)) ** 2).mean()
    with h5py.File("n.h5") as file:
        losses = file["metrics/epoch/train_loss"][()]
        weights = file["model/weights/out/weight"][0]
    assert losses[0] > 5 * best and losses[-1] < best * (1 + 1e-4), (losses, best)
    numpy.testing.assert_allclose(weights, solution[:-1], atol=2e-2)
    # what it remembers is in the file
    train("n.yaml", "--epochs", 12, "-o", "cut.h5")
    train("--resume", "cut.h5", "--epochs", 40)
    assert_same_run("n.h5", "cut.h5")
    wrong = NEWTON.replace("units: 1}", "units: 1, lr_factor: 2}")
    fails("train", write("w.yaml", wrong), says=["w.yaml:6:7", "lbfgs takes one step for all layers"])


def test_stopping_by_a_score():
    """A score that is only measured where a rule watches it is a column then, also of a resumed run."""
    text = (DIGITS.replace("name: digits", "name: spirals").replace("[1, 8, 8]", "[2]")
            .replace("units: 10", "units: 2").replace("epochs: 3", "epochs: 40")
            + "  early_stopping: {patience: {metric: val_auc, patience: 4}}\n")
    train(write("s.yaml", text), "--out", "s.h5")
    train("s.yaml", "--out", "r.h5", "--epochs", 2)
    train("s.yaml", "--resume", "r.h5")
    with h5py.File("s.h5") as whole, h5py.File("r.h5") as resumed:
        auc = whole["metrics/epoch/val_auc"][()]
        assert len(auc) == 1 + auc[1:].argmax() + 1 + 4, auc
        assert (auc == resumed["metrics/epoch/val_auc"][()]).all()
    measured = parse_json(run("eval", "s.h5", "--json").stdout)
    assert math.isclose(measured["val_auc"], auc[1:].max(), rel_tol=1e-6), measured


def test_divergence_fails():
    text = BOSTON.replace("lr: 0.01", "lr: 1e30")
    message = fails_with_run(write("b.yaml", text))
    assert "finite" in message or "NaN" in message, message
    with h5py.File("b.h5") as file:
        assert file["status"].asstr()[()] == "failed"


def fails_with_run(path):
    result = train(path, status=1)
    assert "result:" not in result.stdout
    return result.stderr


def interrupt(process, number, after):
    """Sends the signal when epoch @after has been told of."""
    for line in process.stderr:
        if line.startswith(f"epoch {after}/"):
            process.send_signal(number)
            break
    out, err = process.communicate(timeout=60)
    return out, err


def check_interruption(number):
    write("d.yaml", LONG)
    train("d.yaml", "-o", "whole.h5")
    process = start("train", "d.yaml", "-t", 1, "-o", "cut.h5")
    out, err = interrupt(process, number, 2)
    assert process.returncode == 1 and out == "", (process.returncode, out)
    assert "interrupted after step" in err, err
    command = err.strip().splitlines()[-1].split()
    assert command[:4] == ["faltung", "train", "--resume", "cut.h5"], command
    no_remains("cut.h5")
    with h5py.File("cut.h5") as file:
        assert file["status"].asstr()[()] == "interrupted"
        assert 2 <= file["metrics/epoch/epoch"][-1] < 400
    resumed = run(*command[1:])
    assert parse_result(resumed.stdout)["epochs"] == "400"
    assert_same_run("whole.h5", "cut.h5")


def test_interrupt_and_resume():
    check_interruption(signal.SIGINT)


def test_terminate_and_resume():
    check_interruption(signal.SIGTERM)


def test_second_interrupt_ends_at_once():
    # so slow a step that the first signal is still being waited for when the second comes
    text = LONG.replace("units: 4", "units: 4000").replace("batch: 32", "batch: 1258")
    process = start("train", write("d.yaml", text), "-t", 1)
    for line in process.stderr:
        if line.startswith("epoch 1/"):
            break
    process.send_signal(signal.SIGINT)
    time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    # the file is whole, whichever of them came first
    with h5py.File("d.h5") as file:
        assert file["model/weights/out/weight"].shape == (10, 4000)
    assert process.returncode in (1, -signal.SIGINT)


def test_kill_and_resume():
    write("d.yaml", LONG)
    train("d.yaml", "-o", "whole.h5")
    process = start("train", "d.yaml", "-t", 1, "-o", "cut.h5")
    interrupt(process, signal.SIGKILL, 5)
    assert process.returncode == -signal.SIGKILL
    with h5py.File("cut.h5") as file:  # whole at any moment
        assert "model" in file
    train("--resume", "cut.h5")
    assert_same_run("whole.h5", "cut.h5")
    no_remains("cut.h5")


def test_resume_with_more_epochs():
    write("d.yaml", DIGITS)
    train("d.yaml", "--epochs", 2, "-o", "a.h5")
    again = train("--resume", "a.h5")
    assert "finished already" in again.stderr
    assert parse_result(again.stdout)["epochs"] == "2"
    train("--resume", "a.h5", "--epochs", 3)
    train("d.yaml", "-o", "b.h5")
    assert_same_run("a.h5", "b.h5")
    fails("train", "--resume", "a.h5", "--set", "network.hidden.units=3", says=["a.h5"])


def test_two_writers_of_one_file():
    write("d.yaml", LONG)
    process = start("train", "d.yaml", "-t", 1, "-o", "a.h5", "--set", "train.epochs=100000")
    for line in process.stderr:
        if line.startswith("epoch 1/"):
            break
    try:
        fails("train", "d.yaml", "-o", "a.h5", "--overwrite", says=["a.h5"])
        fails("train", "--resume", "a.h5", says=["a.h5"])
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 1
    no_remains("a.h5")


def test_bar_on_a_terminal():
    write("d.yaml", LONG)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, "train", "d.yaml", "--threads", "1"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment(TERM="xterm"),
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        seen += chunk
    out = process.communicate()[0].decode()
    assert process.returncode == 0
    assert parse_result(out)["epochs"] == "400"
    text = seen.decode()
    for part in ("▕", "▏", "% ", "left", "loss ", "val_accuracy", "\033[J"):
        assert part in text, (part, text[-500:])
    # the bar is gone at the end
    assert "▕" not in text[text.rindex("\033[J") :]


def test_stdout_that_goes_away():
    write("d.yaml", LONG)
    process = start("train", "d.yaml", "-t", 1)
    process.stderr.readline()
    process.stderr.close()
    process.stdout.close()
    process.wait(timeout=60)
    with h5py.File("d.h5") as file:
        assert file["status"].asstr()[()] == "finished"


def test_full_disk():
    if os.geteuid() != 0:
        raise Skip("needs root to mount a small file system")
    os.mkdir("small")
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", "small"])
    if mount.returncode != 0:
        raise Skip("no file system can be mounted here")
    try:
        write("d.yaml", DIGITS.replace("units: 12", "units: 500"))
        result = subprocess.run(
            [PROGRAM, "train", "d.yaml", "-t", "1", "-o", "small/a.h5"],
            capture_output=True,
            text=True,
            env=environment(),
        )
        assert result.returncode == 1, (result.returncode, result.stderr)
        assert "small/a.h5" in result.stderr, result.stderr
        assert "space" in result.stderr.lower(), result.stderr
    finally:
        subprocess.run(["umount", "small"])


if __name__ == "__main__":
    main(globals())
