# SPDX-License-Identifier: Apache-2.0
"""`faltung data export`: the samples that an experiment trains with, for other programs."""

import pathlib

import h5py
import numpy
from program import BOSTON, DIGITS, fails, main, parse_result, run, train, write
from shipped import digits

TEXT = """\
name: A text
data: {text: t.txt, length: 5, validation: 0.25}
network:
  input: [5]
  layers:
    - one_hot: {classes: 3}
    - dense: {units: 3}
train: {loss: softmax_cross_entropy, optimizer: {sgd: {lr: 0.1}}, batch: 4, epochs: 1, seed: 1}
"""


def test_digits_are_all_there_once():
    train(write("d.yaml", DIGITS))
    assert run("data", "export", "d.yaml").stdout == "d-data.h5\n"
    images, classes = digits()
    with h5py.File("d-data.h5") as file, h5py.File("d.h5") as trained:
        inputs = numpy.concatenate([file["training/input"][()], file["validation/input"][()]])
        numbers = numpy.concatenate([file["training/class"][()], file["validation/class"][()]])
        mean, scale = trained["data/mean"][()], trained["data/scale"][()]
        assert (file["data/mean"][()] == mean).all() and (file["data/scale"][()] == scale).all()
        names = file["data/class_names"][()]
    assert list(names) == [str(k).encode() for k in range(10)]
    expected = (images - mean) * scale
    rows = {tuple(row.round(4)): k for row, k in zip(expected.reshape(len(images), -1), classes)}
    found = {tuple(row.astype(float).round(4)): k for row, k in zip(inputs.reshape(len(inputs), -1), numbers)}
    assert len(inputs) == len(images) and found == rows


def test_figures_come_out_again():
    """The validation loss of a linear network, computed in NumPy from what was exported."""
    result = parse_result(train(write("b.yaml", BOSTON)).stdout)
    run("data", "export", "b.yaml", "--out", "out.h5")
    with h5py.File("out.h5") as file, h5py.File("b.h5") as trained:
        x, y = file["validation/input"][()], file["validation/target"][()]
        weight, bias = (trained[f"model/weights/out/{name}"][()] for name in ("weight", "bias"))
    loss = ((x.astype(float) @ weight.T + bias - y) ** 2).mean()
    assert abs(loss - float(result["val_loss"])) < 1e-4 * loss


def test_text_and_its_end():
    write("t.txt", "abcabcab" * 20)
    run("data", "export", write("t.yaml", TEXT))
    with h5py.File("t-data.h5") as file:
        x, y = file["training/input"][()], file["training/class"][()]
        held = file["validation/input"][()]
    assert x.shape[1] == y.shape[1] == 5 and (x[:, 1:] == y[:, :-1]).all()
    letters = "".join("abc"[int(k)] for k in held.flat)
    assert letters in "abcabcab" * 20


def test_options_and_mistakes():
    write("d.yaml", DIGITS)
    run("data", "export", "d.yaml", "--set", "data.limit=100", "--set", "data.normalize=none", "--out", "few.h5")
    with h5py.File("few.h5") as file:
        assert file["training/input"].shape == (100, 1, 8, 8) and file["training/input"][()].max() == 16
    fails("data", "export", says=["FILE.yaml"])
    fails("data", "export", "nix.yaml", says=["nix.yaml"])
    fails("data", "export", "d.yaml", "--set", "data.name=nix", says=["nix"])
    fails("data", "export", "d.yaml", "--out", "no/such/folder.h5", status=1, says=["no/such/folder.h5"])
    assert not list(pathlib.Path().glob("*.part"))


main(globals())
