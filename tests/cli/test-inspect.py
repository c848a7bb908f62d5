#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The views of `faltung inspect` that ask a network about many samples; what they print is computed
again by NumPy from the weights in the run file."""

import os
import pathlib
import sys

try:
    import h5py
    import numpy as np
except ImportError:
    print("1..0 # SKIP h5py and NumPy are not installed")
    sys.exit(0)

from program import BOSTON, DIGITS, fails, main, parse_json, run, train, write


def inspect(path, what, *more):
    return parse_json(run("inspect", path, "--what", what, "--json", *more).stdout)


def drawn(path, what, *more):
    """Writes the view's pictures, checks that they are some, and returns their names."""
    if "-Ddraw=disabled" in run("inspect", path, "--png", ".", status=None).stderr:
        return None
    report = inspect(path, what, "--png", "pictures", "--svg", "pictures", *more)
    names = [os.path.basename(name) for name in report["pictures"]]
    for name in names:
        data = pathlib.Path("pictures", name).read_bytes()
        assert data.startswith(b"\x89PNG" if name.endswith(".png") else b"<?xml"), name
    assert sorted(n[:-4] for n in names if n.endswith(".png")) == sorted(
        n[:-4] for n in names if n.endswith(".svg")
    )
    return names


AUTOENCODER = """\
name: Two numbers for a digit
data: {name: digits, normalize: unit, reconstruct: true}
network:
  input: [1, 8, 8]
  layers:
    - flatten:
    - dense: {name: code, units: 2, activation: tanh}
    - dense: {name: out, units: 64, activation: sigmoid}
    - reshape: {shape: [1, 8, 8]}
train:
  loss: mse
  optimizer: {adam: {lr: 0.01}}
  batch: 32
  epochs: 5
  seed: 1
"""


def weights(path, layer):
    with h5py.File(path) as file:
        group = file[f"model/weights/{layer}"]
        return group["weight"][()].astype(float), group["bias"][()].astype(float)


def dense(path, layer, x):
    weight, bias = weights(path, layer)
    return x @ weight.T + bias


def codes(path, layer, *more):
    """A layer's output for every sample, (N, values), and the samples' classes."""
    rows = inspect(path, "code", "--layer", layer, *more)["code"]
    n = len(rows[0]) - 2
    return (np.array([[row[f"code_{k}"] for k in range(n)] for row in rows]),
            np.array([row["class"] for row in rows]))


def test_codes():
    train(write("d.yaml", DIGITS))
    x, classes = codes("d.h5", "input")
    assert x.shape == (539, 64) and set(classes) == set(range(10))
    hidden, _ = codes("d.h5", "hidden")
    assert np.abs(hidden - np.tanh(dense("d.h5", "hidden", x))).max() < 1e-4
    few, _ = codes("d.h5", "hidden", "--samples", 7)
    assert (few == hidden[:7]).all()
    first, _ = codes("d.h5", "hidden", "--moment", 0)
    assert np.abs(first - hidden).max() > 0.01
    # principal components of the same
    embedding = inspect("d.h5", "embedding", "--layer", "hidden")
    points = np.array([(row["x"], row["y"]) for row in embedding["embedding"]])
    _, s, v = np.linalg.svd(hidden - hidden.mean(0), full_matrices=False)
    wanted = (hidden - hidden.mean(0)) @ v[:2].T
    wanted *= np.sign((wanted * points).sum(0))
    assert np.abs(points - wanted).max() < 1e-3
    explained = (s[:2] ** 2).sum() / (s**2).sum()
    assert abs(embedding["figures"]["explained_variance"] - explained) < 1e-4


INSIDE = """\
name: Inside
data: {text: t.txt, length: 12, validation: 0.2}
network:
  input: [12]
  layers:
    - embedding: {name: table, vocabulary: 8, units: 8}
    - layer_norm: {name: norm}
    - multi_head_attention: {name: heads, heads: 2, causal: true}
    - gru: {name: memory, units: 5, bidirectional: true}
    - dense: {name: out, units: 8}
train: {loss: softmax_cross_entropy, batch: 8, epochs: 1, seed: 1}
"""


def test_inside():
    """What is inside the layers of a run, computed once more from the weights in its file."""
    text = "be or not to be\n" * 30
    pathlib.Path("t.txt").write_text(text, encoding="utf-8")
    train(write("inside.yaml", INSIDE))
    letters = sorted(set(text))

    def values(layer, tensor):
        rows = [row for row in inspect("inside.h5", "inside", "--layer", layer, "--sample", 2)
                ["inside"] if row["tensor"] == tensor]
        # a place of one axis is read as a number
        places = [[int(i) for i in str(row["place"]).split(",")] for row in rows]
        array = np.array([row["value"] for row in rows])
        return array.reshape(np.max(places, axis=0) + 1), [row["which"] for row in rows]

    with h5py.File("inside.h5") as file:
        model = {layer: {name: tensor[()].astype(float) for name, tensor in group.items()}
                 for layer, group in file["model/weights"].items()}
    attention, which = values("heads", "attention")
    sample = "".join(which[i].split(" ")[-1] for i in range(12))  # the keys of the first query
    sample = sample.replace("\u2423", " ").replace("\u21b5", "\n")
    assert sample in text and len(sample) == 12, sample
    table, which = values("table", "weight")
    assert np.abs(table - model["table"]["weight"]).max() < 1e-6
    named = [len(place.split(", ")[0].split(" ")) == 3 for place in which[::8]]  # index 3 e
    assert named == [letter in sample for letter in letters], (named, sample)
    x = model["table"]["weight"][[letters.index(letter) for letter in sample]]
    mean, deviation = x.mean(1), np.sqrt(x.var(1) + 1e-5)
    assert np.abs(values("norm", "mean")[0] - mean).max() < 1e-5
    assert np.abs(values("norm", "deviation")[0] - deviation).max() < 1e-5
    x = model["norm"]["gamma"] * (x - mean[:, None]) / deviation[:, None] + model["norm"]["beta"]
    q, k, _ = (x @ model["heads"]["in_proj_weight"].T + model["heads"]["in_proj_bias"]).reshape(
        12, 3, 2, 4).transpose(1, 2, 0, 3)
    scores = np.where(np.tri(12) > 0, q @ k.transpose(0, 2, 1) / 2, -np.inf)
    p = np.exp(scores) / np.exp(scores).sum(2, keepdims=True)
    assert attention.shape == (2, 12, 12) and np.abs(attention - p).max() < 1e-5
    rows = inspect("inside.h5", "inside")["inside"]
    gates = [row["tensor"] for row in rows if row["layer"] == "memory"]
    assert gates == [f"{gate} l0{way}" for gate in "rznh" for way in ("", "_reverse")], gates
    names = drawn("inside.h5", "inside")
    assert names is None or "inside-heads.png" in names
    names = drawn("inside.h5", "network")
    assert names is None or "network.png" in names
    train(write("d.yaml", DIGITS))
    fails("inspect", "d.h5", "--what", "inside", status=None, says=["nothing to see inside"])


def test_predictions_and_confusion():
    train(write("d.yaml", DIGITS))
    x, classes = codes("d.h5", "input")
    outputs = dense("d.h5", "out", np.tanh(dense("d.h5", "hidden", x)))
    p = np.exp(outputs - outputs.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    said = p.argmax(1)
    report = inspect("d.h5", "predictions")
    rows = report["predictions"]
    assert sorted(row["sample"] for row in rows) == list(range(539))
    for row in rows:
        i = row["sample"]
        assert (row["class"], row["said"]) == (classes[i], said[i])
        assert abs(row["probability"] - p[i, classes[i]]) < 1e-4
        assert abs(row["probability of said"] - p[i, said[i]]) < 1e-4
        assert abs(row["error"] + np.log(p[i, classes[i]])) < 1e-3
    wrong = int((said != classes).sum())
    assert report["figures"] == {"wrong": wrong, "rows": 539} and 0 < wrong < 200
    # the wrong ones first, in each part the largest error
    for part in rows[:wrong], rows[wrong:]:
        errors = [row["error"] for row in part]
        assert errors == sorted(errors, reverse=True)
    assert all(row["class"] != row["said"] for row in rows[:wrong])

    counts = np.zeros((10, 10), int)
    np.add.at(counts, (classes, said), 1)
    report = inspect("d.h5", "confusion")
    for k, row in enumerate(report["confusion"]):
        assert [row[f"said {j}"] for j in range(10)] == list(counts[k])
        right = counts[k, k]
        precision, recall = right / counts[:, k].sum(), right / counts[k].sum()
        assert abs(row["precision"] - precision) < 1e-5 and abs(row["recall"] - recall) < 1e-5
        assert abs(row["f1"] - 2 * precision * recall / (precision + recall)) < 1e-5
    assert abs(report["figures"]["accuracy"] - np.trace(counts) / 539) < 1e-9
    assert drawn("d.h5", "confusion") in (None, ["confusion.png", "confusion.svg"])
    assert drawn("d.h5", "predictions", "--dark") in (None, ["predictions.png", "predictions.svg"])
    fails("inspect", "d.h5", "--what", "reconstruction", says=["no autoencoder"])


def test_predictions_of_values():
    train(write("b.yaml", BOSTON))
    x, _ = codes("b.h5", "input")
    outputs = dense("b.h5", "out", x)[:, 0]
    rows = inspect("b.h5", "predictions")["predictions"]
    for row in rows:
        assert abs(row["output_0"] - outputs[row["sample"]]) < 1e-3
        assert abs(row["error"] - (row["output_0"] - row["target_0"]) ** 2) < 1e-2
    errors = [row["error"] for row in rows]
    assert errors == sorted(errors, reverse=True) and len(rows) == len(x)
    fails("inspect", "b.h5", "--what", "confusion", says=["no classes"])


def test_reconstruction():
    train(write("a.yaml", AUTOENCODER))
    x, classes = codes("a.h5", "input")
    code, _ = codes("a.h5", "code")
    assert np.abs(code - np.tanh(dense("a.h5", "code", x))).max() < 1e-4
    # the narrowest layer is the code
    assert inspect("a.h5", "code")["code"] == inspect("a.h5", "code", "--layer", "code")["code"]
    back = 1 / (1 + np.exp(-dense("a.h5", "out", code)))
    errors = ((back - x) ** 2).mean(1)
    report = inspect("a.h5", "reconstruction")
    for row in report["reconstruction"]:
        assert abs(row["mse"] - errors[row["sample"]]) < 1e-5
        assert row["class"] == classes[row["sample"]]
    assert abs(report["figures"]["mse"] - errors.mean()) < 1e-5
    values = inspect("a.h5", "reconstruction", "--sample", 4)["reconstruction"]
    assert np.abs([row["input"] for row in values] - x[4]).max() < 1e-5
    assert np.abs([row["reconstruction"] for row in values] - back[4]).max() < 1e-4
    fails("inspect", "a.h5", "--what", "reconstruction", "--sample", 9999, says=["no sample 9999"])
    assert drawn("a.h5", "reconstruction") in (None, ["reconstruction.png", "reconstruction.svg"])
    assert drawn("a.h5", "code") in (None, ["code-code.png", "code-code.svg"])


def test_latent():
    def decoded(path):
        rows = inspect(path, "latent")["latent"]
        size = sum(name.startswith("code_") for name in rows[0])
        pick = lambda name, n: np.array([[row[f"{name}_{k}"] for k in range(n)] for row in rows])
        return [row["of"] for row in rows], pick("code", size), pick("output", 64)

    train(write("a.yaml", AUTOENCODER))
    kinds, code, output = decoded("a.h5")
    assert kinds == ["grid"] * 144
    assert np.abs(output - 1 / (1 + np.exp(-dense("a.h5", "out", code)))).max() < 1e-4
    samples, _ = codes("a.h5", "code")
    for k in (0, 1):
        low, high = np.quantile(samples[:, k], [0.05, 0.95], method="lower")
        assert abs(code[:, k].min() - low) < 1e-4 and abs(code[:, k].max() - high) < 1e-4
    # of five values: ways between samples, and some drawn like them
    train(write("f.yaml", AUTOENCODER.replace("units: 2,", "units: 5,")))
    kinds, code, output = decoded("f.h5")
    assert kinds == ["walk"] * 45 + ["drawn"] * 18
    assert np.abs(output - 1 / (1 + np.exp(-dense("f.h5", "out", code)))).max() < 1e-4
    samples, _ = codes("f.h5", "code")
    walks = code[:45].reshape(5, 9, 5)
    assert np.abs(walks[:, 0] - samples[:5]).max() < 1e-4
    assert np.abs(walks[:, 8] - samples[1:6]).max() < 1e-4
    assert np.abs(walks[:, 4] - (samples[:5] + samples[1:6]) / 2).max() < 1e-4
    away = (code[45:] - samples.mean(0)) / samples.std(0)
    assert np.abs(away).max() < 5 and 0.6 < away.std() < 1.5
    assert drawn("f.h5", "latent") in (None, ["latent-code.png", "latent-code.svg"])
    train(write("d.yaml", DIGITS), "--epochs", 1)
    fails("inspect", "d.h5", "--what", "latent", says=["no autoencoder"])


def test_units():
    """A rate so high that some units never answer; all of them as NumPy measures them."""
    dead = DIGITS.replace("activation: tanh", "activation: relu").replace("lr: 0.1", "lr: 4")
    train(write("d.yaml", dead), "--epochs", 1, status=None)
    hidden, _ = codes("d.h5", "hidden")
    report = inspect("d.h5", "units", "--layer", "hidden")
    for row in report["units"]:
        outputs = hidden[:, row["unit"]]
        assert abs(row["mean"] - outputs.mean()) < 1e-3 * (1 + abs(outputs.mean()))
        assert abs(row["std"] - outputs.std()) < 1e-3 * (1 + outputs.std())
        assert abs(row["zeros"] - (outputs == 0).mean()) < 1e-5
        assert row["dead"] == ("yes" if (outputs == 0).all() else "no")
    n_dead = int((hidden == 0).all(0).sum())
    assert report["figures"]["dead"] == n_dead and n_dead > 0
    layers = {row["layer"]: row for row in inspect("d.h5", "units")["units"]}
    assert layers["hidden"]["units"] == 12 and layers["hidden"]["dead"] == n_dead
    assert abs(layers["hidden"]["zeros"] - (hidden == 0).mean()) < 1e-3
    assert drawn("d.h5", "units") in (None, ["dead-units.png", "dead-units.svg"])


def test_updates():
    train(write("d.yaml", DIGITS))
    names = drawn("d.h5", "gradients")
    assert names is None or {"gradients.svg", "updates.svg"} < set(names)


def test_embedding():
    train(write("d.yaml", DIGITS), "--epochs", 10)
    for method, least in (("pca", 0.6), ("tsne", 0.93)):
        report = inspect("d.h5", "embedding", "--method", method)
        rows = report["embedding"]
        assert len(rows) == 539 and [row["sample"] for row in rows] == list(range(539))
        points = [(row["x"], row["y"]) for row in rows]
        agree = 0
        for i, (x, y) in enumerate(points):
            nearest = min((j for j in range(539) if j != i),
                          key=lambda j: (points[j][0] - x) ** 2 + (points[j][1] - y) ** 2)
            agree += rows[i]["class"] == rows[nearest]["class"]
        assert abs(agree / 539 - report["figures"]["nearest_of_class"]) < 0.01
        assert agree / 539 > least, (method, agree / 539)
        again = inspect("d.h5", "embedding", "--method", method, "--threads", 1)
        assert again == report
    names = drawn("d.h5", "embedding", "--layer", "hidden", "--samples", 100, "--dark")
    assert names in (None, ["embedding-hidden-pca.png", "embedding-hidden-pca.svg"])
    few = inspect("d.h5", "embedding", "--layer", "input", "--samples", 20, "--method", "tsne")
    assert len(few["embedding"]) == 20 and few["figures"]["perplexity"] == 6
    fails("inspect", "d.h5", "--what", "embedding", "--method", "umap", says=["pca and tsne"])
    fails("inspect", "d.h5", "--what", "embedding", "--samples", -1, says=["--samples"])
    fails("inspect", "d.h5", "--what", "embedding", "--samples", 1, says=["two samples"])


def test_network():
    """The diagram with pictures: what passes each wire, and another picture at another moment."""
    text = DIGITS.replace("    - flatten:\n", "    - conv2d: {name: conv, filters: 4, kernel: 3}\n"
                          "    - relu: {name: past, inputs: [conv]}\n"
                          "    - add: {name: both, inputs: [conv, past]}\n    - flatten:\n")
    train(write("n.yaml", text), "--epochs", 1)
    rows = inspect("n.h5", "network")["network"]
    assert [(row["layer"], row["inputs"]) for row in rows] == [
        ("conv", "input"), ("past", "conv"), ("both", "conv past"), ("flatten", "both"),
        ("hidden", "flatten"), ("dropout", "hidden"), ("out", "dropout")]
    assert [row["values"] for row in rows] == [144, 144, 144, 144, 12, 12, 10]
    assert [row["parameters"] for row in rows] == [40, 0, 0, 0, 145 * 12, 0, 130]
    names = drawn("n.h5", "network")
    if names is not None:
        assert sorted(names) == ["network.png", "network.svg"]
        end = pathlib.Path("pictures/network.png").read_bytes()
        drawn("n.h5", "network", "--moment", 0)
        assert pathlib.Path("pictures/network.png").read_bytes() != end


def test_embedding_without_classes():
    train(write("b.yaml", BOSTON))
    rows = inspect("b.h5", "embedding", "--layer", "input")["embedding"]
    assert set(rows[0]) == {"sample", "x", "y"}
    assert drawn("b.h5", "embedding") is None or os.path.exists("pictures/embedding-input-pca.svg")


def test_histogram_of_what_is_measured():
    """Running means and variances have no gradient."""
    text = DIGITS.replace("    - dropout: {rate: 0.1}\n", "    - batch_norm: {name: norm}\n")
    train(write("n.yaml", text), "--epochs", 1)
    rows = inspect("n.h5", "histogram")["histogram"]
    of = {(row["parameter"], row["of"]) for row in rows if row["layer"] == "norm"}
    assert ("gamma", "gradients") in of and ("running_mean", "weights") in of
    assert ("running_mean", "gradients") not in of
    assert sum(row["count"] for row in rows if row["parameter"] == "running_var") == 12


if __name__ == "__main__":
    main(globals())
