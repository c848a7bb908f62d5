# SPDX-License-Identifier: Apache-2.0
"""Networks that answer at every position: at the steps of a sequence, at the pixels of an image."""

import csv
import io
import os
import pathlib
import subprocess

import h5py
import numpy
from program import environment, fails, main, parse_json, run, write

TOKENS = """\
name: Tokens
data: {name: digits}
network:
  input: [6]
  layers:
    - embedding: {name: vectors, vocabulary: 8, units: 5}
    - dense: {name: hidden, units: 12, activation: tanh}
    - dense: {name: out, units: 3}
train:
  loss: softmax_cross_entropy
  optimizer: {adam: {lr: 0.05}}
  batch: 10
  epochs: 20
"""

PIXELS = """\
name: Pixels
data: {name: digits}
network:
  input: [2, 4, 3]
  layers:
    - conv2d: {name: conv, filters: 5, kernel: 3, padding: same, activation: relu}
    - conv2d: {name: out, filters: 3, kernel: 1}
train:
  loss: softmax_cross_entropy
  optimizer: {sgd: {lr: 0.01}}
  epochs: 2
"""


def make_run(name, text):
    """The run file NAME.h5. Returns the accuracy at its end."""
    done = subprocess.run([os.environ["MAKE_RUN"], write(f"{name}.yaml", text), f"{name}.h5"],
                          capture_output=True, text=True, check=True, env=environment())
    return float(done.stdout)


def softmax(values, axis):
    powers = numpy.exp(values - values.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def tokens_forward(path, tokens):
    with h5py.File(path) as file:
        weights = file["model/weights"]
        x = weights["vectors/weight"][()].astype(float)[tokens]
        for layer in ("hidden", "out"):
            x = x @ weights[layer]["weight"][()].astype(float).T + weights[layer]["bias"][()]
            x = numpy.tanh(x) if layer == "hidden" else x
    return x


def test_tokens():
    assert make_run("t", TOKENS) == 1.0  # what can be told is learned, at every step
    tokens = numpy.random.default_rng(1).integers(0, 8, (9, 6))
    numpy.save("x.npy", tokens.astype(numpy.float32))
    expected = tokens_forward("t.h5", tokens)
    best, odds = expected.argmax(axis=2), softmax(expected, 2)
    assert (best == tokens * 3 % 3).all()

    rows = list(csv.reader(io.StringIO(run("predict", "t.h5", "x.npy").stdout)))
    assert rows[0] == ["sample", "position", "class", "probability"]
    assert len(rows) == 1 + 9 * 6
    for row, (sample, position) in zip(rows[1:], numpy.ndindex(9, 6)):
        assert row[:3] == [str(sample), str(position), f"class {best[sample, position]}"]
        assert abs(float(row[3]) - odds[sample, position].max()) < 1e-4

    samples = parse_json(run("predict", "t.h5", "x.npy", "--json").stdout)
    assert [s["class"] for s in samples] == best.tolist()
    assert samples[3]["class_name"] == [f"class {k}" for k in best[3]]
    assert numpy.allclose([s["probability"] for s in samples], odds.max(axis=2), atol=1e-5)
    assert numpy.allclose(numpy.reshape([s["output"] for s in samples], expected.shape), expected,
                          atol=1e-4)

    run("predict", "t.h5", "x.npy", "--out", "out.h5")
    with h5py.File("out.h5") as file:
        assert file["output"].shape == file["probability"].shape == (9, 6, 3)
        assert (file["class"][()] == best).all()
        assert numpy.allclose(file["output"], expected, atol=1e-4)
        assert numpy.allclose(file["probability"], odds, atol=1e-5)


def test_strange_tokens():
    make_run("t", TOKENS)
    for value, cure in ((8, "make it know as many"), (-1, "normalize: none"), (2.5, "indices")):
        x = numpy.zeros((2, 6), numpy.float32)
        x[1, 2] = value
        numpy.save("x.npy", x)
        fails("predict", "t.h5", "x.npy", says=["x.npy: sample 1 has", "position 2", "'vectors'",
                                                "0 to 7", cure])


def test_look_inside():
    """The run file tells how many classes a sample has, and every layer can be looked at."""
    make_run("t", TOKENS)
    with h5py.File("t.h5") as file:
        assert file["data"].attrs["positions"] == 6
        assert file["data"].attrs["n_targets"] == 3
        assert file["model/weights/vectors/weight"].shape == (8, 5)
        assert "class" not in file["observations/probes"]
    for what in ("weights", "maps", "gradients", "histogram", "curves"):
        assert run("inspect", "t.h5", "--what", what).stdout
    text = run("inspect", "t.h5", "--what", "maps", "--layer", "hidden").stdout
    assert "hidden" in text
    drawn = subprocess.run([os.environ["FALTUNG"], "inspect", "t.h5", "--what", "maps,weights",
                            "--png", "shots"], capture_output=True, text=True, env=environment())
    if drawn.returncode == 0:
        assert (pathlib.Path("shots") / "maps-hidden.png").stat().st_size > 100
    else:
        assert "-Ddraw=disabled" in drawn.stderr
    # the run's own data cannot be loaded: they were made up
    fails("eval", "t.h5", says=["digits"])


PADDED = """\
name: Padded
data: {hdf5: s.h5, task: classification, normalize: none, validation: 0.3}
network:
  input: [7]
  layers:
    - embedding: {name: vectors, vocabulary: 6, units: 4, padding_index: 0}
    - gru: {name: memory, units: 8, padded: true}
    - dense: {name: out, units: 6}
train:
  loss: {softmax_cross_entropy: {ignore_index: 0}}
  optimizer: {adam: {lr: 0.03}}
  batch: 200
  epochs: 200
"""


def test_padded():
    """Of sequences of several lengths only the steps that there are count: each says the one before."""
    rng = numpy.random.default_rng(3)
    letters = rng.integers(1, 6, (120, 7))
    letters[numpy.arange(7) >= rng.integers(2, 8, 120)[:, None]] = 0
    before = numpy.where(letters > 0, numpy.pad(letters, ((0, 0), (1, 0)))[:, :-1], 0)
    with h5py.File("s.h5", "w") as file:
        file["input"], file["target"] = letters.astype("u1"), before
    run("train", write("p.yaml", PADDED), "--out", "p.h5", "--threads", 1)
    run("data", "export", "p.yaml", "--out", "e.h5")
    with h5py.File("e.h5") as file:
        samples, classes = file["validation/input"][()], file["validation/class"][()]
    numpy.save("x.npy", samples.astype(numpy.float32))
    run("predict", "p.h5", "x.npy", "--out", "out.h5")
    with h5py.File("out.h5") as file:
        output = file["output"][()].astype(float)
    counts = classes > 0
    chances = numpy.take_along_axis(softmax(output, 2), classes[..., None].astype(int), 2)[..., 0]
    right = (output.argmax(axis=2) == classes)[counts].mean()
    found = dict(pair.split("=") for pair in run("eval", "p.h5").stdout.split()[1:])
    assert abs(float(found["val_loss"]) + numpy.log(chances[counts]).mean()) < 1e-4, found
    assert abs(float(found["val_accuracy"]) - right) < 1e-4 and right > 0.95, (found, right)
    with h5py.File("p.h5") as file:
        bias = file["model/weights/out/bias"][()]
    assert numpy.allclose(output[samples == 0], bias, atol=1e-5)  # of a state that is 0 there
    fails("check", "p.yaml", "--set", "network.vectors.padding_index=6", says=["padding_index", "0 to 5"])


PADDED_VALUES = """\
name: Padded numbers
data: {hdf5: v.h5, task: regression, normalize: none, validation: 0.3}
network:
  input: [7, 2]
  layers:
    - gru: {name: memory, units: 8, padded: true}
    - dense: {name: out, units: 2}
train:
  loss: {mse: {ignore_value: -9}}
  optimizer: {adam: {lr: 0.02}}
  batch: 200
  epochs: 40
"""


def mean_of_steps(function):
    return lambda y, t: function(y, t).mean()


def cosine(y, t):
    return 1 - (y * t).sum(axis=1) / numpy.linalg.norm(y, axis=1) / numpy.linalg.norm(t, axis=1)


def huber(y, t):
    far = numpy.abs(y - t)
    return numpy.where(far < 1, far ** 2 / 2, far - 0.5)


def binary(y, t):
    return numpy.logaddexp(0, y) - t * y


# of the steps that count, by hand
LOSSES_OF_VALUES = {
    "mse": mean_of_steps(lambda y, t: (y - t) ** 2),
    "mae": mean_of_steps(lambda y, t: numpy.abs(y - t)),
    "huber": mean_of_steps(huber),
    "binary_cross_entropy": mean_of_steps(binary),
    "cosine_distance": mean_of_steps(cosine),
    "kl_divergence": lambda y, t: (t * numpy.log(t / softmax(y, 1))).sum() / len(t),
}


def test_padded_values():
    """The same of losses over numbers: figures, training and the gradient check."""
    rng = numpy.random.default_rng(4)
    steps = numpy.arange(7) < rng.integers(2, 8, 120)[:, None]
    walk = rng.random((120, 7, 2)) * steps[..., None]
    target = softmax(numpy.cumsum(walk, axis=1), 2)  # takes what came before
    target[~steps] = -9
    with h5py.File("v.h5", "w") as file:
        file["input"], file["target"] = walk.astype("f4"), target.astype("f4").reshape(120, 14)
    for loss, by_hand in LOSSES_OF_VALUES.items():
        path = write("v.yaml", PADDED_VALUES.replace("mse", loss))
        run("train", path, "--out", f"{loss}.h5", "--threads", 1)
        run("data", "export", path, "--out", f"{loss}-data.h5")
        with h5py.File(f"{loss}-data.h5") as file:
            samples = file["validation/input"][()]
            wanted = file["validation/target"][()].reshape(-1, 7, 2).astype(float)
        numpy.save("x.npy", samples)
        run("predict", f"{loss}.h5", "x.npy", "--out", f"{loss}-out.h5")
        with h5py.File(f"{loss}-out.h5") as file:
            output = file["output"][()].reshape(-1, 7, 2).astype(float)
        counts = wanted[..., 0] != -9
        y, t = output[counts], wanted[counts]
        found = parse_json(run("eval", f"{loss}.h5", "--json").stdout)
        assert not counts.all() and numpy.allclose(found["val_loss"], by_hand(y, t), rtol=1e-4), loss
        assert numpy.allclose(found["val_mae"], numpy.abs(y - t).mean(), rtol=1e-4), loss
        assert numpy.allclose(found["val_rmse"], numpy.sqrt(((y - t) ** 2).mean()), rtol=1e-4), loss
        # with a mean for each number of a sample, of the steps that are there
        spread = sum(((wanted[counts[:, k], k] - wanted[counts[:, k], k].mean(axis=0)) ** 2).sum()
                     for k in range(7))
        assert numpy.allclose(found["val_r2"], 1 - ((y - t) ** 2).sum() / spread, rtol=1e-3), loss
        with h5py.File(f"{loss}.h5") as file:
            losses = file["metrics/epoch/train_loss"][()]
        assert losses[-1] < losses[0], (loss, losses)
        run("gradcheck", path)


def test_pixels():
    make_run("p", PIXELS)
    images = numpy.random.default_rng(2).integers(0, 8, (4, 2, 4, 3)).astype(numpy.float32)
    numpy.save("x.npy", images)
    run("predict", "p.h5", "x.npy", "--out", "out.h5")
    with h5py.File("out.h5") as file:
        output = file["output"][()]
        assert output.shape == (4, 3, 4, 3)
        assert (file["class"][()] == output.argmax(axis=1)).all()
        assert numpy.allclose(file["probability"], softmax(output.astype(float), 1), atol=1e-5)
        classes = file["class"][()]
    rows = list(csv.reader(io.StringIO(run("predict", "p.h5", "x.npy").stdout)))
    assert [row[2] for row in rows[1:]] == [f"class {k}" for k in classes.ravel()]


def test_rows_as_steps():
    """A sequence may be the rows of an image, one a step."""
    text = """\
name: Rows
data: {name: digits}
network:
  input: [8, 8]
  layers:
    - dense: {name: rows, units: 6, activation: relu}
    - flatten:
    - dense: {units: 10}
train: {loss: softmax_cross_entropy, epochs: 3}
"""
    run("train", write("rows.yaml", text), "--out", "rows.h5")
    run("eval", "rows.h5")
    assert run("check", "rows.yaml").stdout.count("8 x 6")
    run("gradcheck", "rows.yaml")


if __name__ == "__main__":
    main(globals())
