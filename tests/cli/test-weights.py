# SPDX-License-Identifier: Apache-2.0
"""Samples that count for more or less: `data: {weights: ...}`, against PyTorch in float64."""

import math

import h5py
import numpy
from program import Skip, fails, main, parse_result, run, train, write

try:
    import torch
    from torch.nn import functional
except ImportError:
    torch = None

N = 60
CSV = """\
name: Weighted rows
data: {csv: t.csv, target: y, weights: w, normalize: none, task: regression, validation: 0.25}
network:
  input: [3]
  layers:
    - dense: {name: out, units: 1}
train: {loss: LOSS, optimizer: {sgd: {lr: 0.1}}, batch: 64, epochs: 3}
"""
HDF5 = """\
name: Weighted samples
data: {hdf5: s.h5, weights: /w, normalize: none, validation: 0.25}
network:
  input: [3]
  layers:
    - dense: {name: out, units: 4}
train:
  loss: {softmax_cross_entropy: {weights: [1, 2, 0.5, 1]}}
  optimizer: {sgd: {lr: 0.1}}
  batch: 64
  epochs: 3
"""


def made_up(classes):
    random = numpy.random.default_rng(5)
    x = random.standard_normal((N, 3)).astype(numpy.float32)
    y = random.integers(0, 4, N) if classes else random.standard_normal(N).astype(numpy.float32)
    weights = random.integers(0, 5, N).astype(numpy.float32) / 2
    return x, y, weights


def rows_of_training(x, path):
    """Which of the samples were trained with: of full batches only the set matters."""
    run("data", "export", path, "--out", "e.h5")
    with h5py.File("e.h5") as file:
        taken = {row.tobytes() for row in file["training/input"][()]}
    return numpy.array([row.tobytes() in taken for row in x])


def compare(text, loss_of, x, y, weights):
    if torch is None:
        raise Skip("PyTorch is not installed")
    train(write("w.yaml", text), "--out", "w.h5", "--overwrite")
    training = rows_of_training(x, "w.yaml")
    with h5py.File("w.h5") as file:
        start = [file[f"checkpoints/weights/out/{name}"][0] for name in ("weight", "bias")]
        end = [file[f"model/weights/out/{name}"][()] for name in ("weight", "bias")]
        figures = {name: file[f"metrics/epoch/{name}"][()] for name in ("train_loss", "val_loss")}
    tensors = [torch.tensor(values, dtype=torch.float64, requires_grad=True) for values in start]
    x, weights = torch.tensor(x).double(), torch.tensor(weights).double()
    y = torch.tensor(y)

    def loss(which):
        which = torch.tensor(which)
        return loss_of(functional.linear(x[which], *tensors), y[which], weights[which])

    for epoch in range(3):
        value = loss(training)
        assert math.isclose(figures["train_loss"][epoch + 1], value.item(), rel_tol=1e-5)
        value.backward()
        for tensor in tensors:
            tensor.data -= 0.1 * tensor.grad
            tensor.grad = None
    assert math.isclose(figures["val_loss"][3], loss(~training).item(), rel_tol=1e-5)
    for tensor, values in zip(tensors, end):
        numpy.testing.assert_allclose(values, tensor.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_rows_of_a_table():
    x, y, weights = made_up(False)
    # the weights stand between the features, so that they have to be taken out
    table = numpy.column_stack([x[:, :1], weights, x[:, 1:], y])
    numpy.savetxt("t.csv", table, "%.9g", ",", header="a,w,b,c,y", comments="")
    losses = {
        "mse": lambda o, t, w: (w * (o[:, 0] - t.double()) ** 2).mean(),
        "{huber: {delta: 0.5}}": lambda o, t, w: (
            w * functional.huber_loss(o[:, 0], t.double(), reduction="none", delta=0.5)
        ).mean(),
        "{mae: {reduction: sum}}": lambda o, t, w: (w * (o[:, 0] - t.double()).abs()).sum(),
    }
    for name, loss in losses.items():
        text = CSV.replace("LOSS", name)
        compare(text, loss, x, y, weights)
    with h5py.File("w.h5") as file:
        assert list(file["data/feature_names"].asstr()[()]) == ["a", "b", "c"]


def test_samples_of_hdf5():
    x, y, weights = made_up(True)
    with h5py.File("s.h5", "w") as file:
        file["input"], file["target"], file["w"] = x, y, weights
    classes = torch and torch.tensor([1, 2, 0.5, 1], dtype=torch.float64)

    def loss(output, target, w):
        terms = functional.cross_entropy(output, target, weight=classes, reduction="none")
        return (w * terms).sum() / classes[target].sum()

    compare(HDF5, loss, x, y, weights)
    assert float(parse_result(run("eval", "w.h5").stdout)["val_loss"]) > 0


def test_mistakes():
    x, y, weights = made_up(True)
    with h5py.File("s.h5", "w") as file:
        file["input"], file["target"], file["w"], file["short"] = x, y, -1 - weights, weights[1:]
    fails("train", write("w.yaml", HDF5), says=["/w", "from 0 on"])
    fails("train", "w.yaml", "--set", "data.weights=/short", says=["one a sample"])
    text = CSV.replace("LOSS", "mse")
    write("t.csv", "a,b,c,y,w\n" + "1,2,3,4,1\n" * 4 + "1,2,3,4,-1\n")
    fails("train", write("w.yaml", text), says=["t.csv", "row 5", "'w'"])
    fails("train", "w.yaml", "--set", "data.weights=y", says=["another column as weights"])
    fails("train", "w.yaml", "--set", "data.weights=u", says=["no column 'u'"])


if __name__ == "__main__":
    main(globals())
