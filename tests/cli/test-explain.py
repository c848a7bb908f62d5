#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `faltung inspect` says about where a decision comes from, against PyTorch's autograd on the
same weights and samples."""

import os
import re
import sys

try:
    import h5py
    import numpy as np
    import torch
    import torch.nn.functional as F
except ImportError:
    print("1..0 # SKIP h5py, NumPy and PyTorch are not installed")
    sys.exit(0)

from program import BOSTON, fails, main, parse_json, run, train, write

CONV = """\
name: Convolutions
data: {name: digits, normalize: standard}
network:
  input: [1, 8, 8]
  layers:
    - conv2d: {name: first, filters: 6, kernel: 3, padding: same, activation: tanh}
    - batch_norm: {name: norm}
    - conv2d: {name: second, filters: 8, kernel: 3, padding: same, activation: relu}
    - max_pool2d: {name: pool, kernel: 2}
    - flatten:
    - dropout: {rate: 0.2}
    - dense: {name: out, units: 10}
train:
  loss: softmax_cross_entropy
  optimizer: {adam: {lr: 0.01}}
  batch: 32
  epochs: 6
  seed: 3
"""
torch.set_default_dtype(torch.float64)


def inspect(path, what, *more):
    return parse_json(run("inspect", path, "--what", what, "--json", *more).stdout)


def attributions(path, what, *more):
    report = inspect(path, what, *more)
    return np.array([row["attribution"] for row in report[what]]), report


class Network:
    """CONV once more, with the weights of a run file."""

    def __init__(self, path):
        with h5py.File(path) as file:
            self.weights = {
                f"{layer}.{name}": torch.tensor(values[()].astype(float))
                for layer, group in file["model/weights"].items()
                for name, values in group.items()
            }

    def __getitem__(self, name):
        return self.weights[name]

    def maps(self, x):
        x = torch.tanh(F.conv2d(x, self["first.weight"], self["first.bias"], padding=1))
        x = F.batch_norm(x, self["norm.running_mean"], self["norm.running_var"],
                         self["norm.gamma"], self["norm.beta"])
        return torch.relu(F.conv2d(x, self["second.weight"], self["second.bias"], padding=1))

    def behind(self, maps):
        return F.linear(F.max_pool2d(maps, 2).flatten(1), self["out.weight"], self["out.bias"])

    def __call__(self, x):
        return self.behind(self.maps(x))


def sample_of(path, number):
    rows = inspect(path, "code", "--layer", "input", "--samples", number + 1)["code"]
    return torch.tensor([rows[number][f"code_{k}"] for k in range(64)]).reshape(1, 1, 8, 8)


def gradient(network, x, unit):
    x = x.clone().requires_grad_()
    network(x)[:, unit].sum().backward()
    return x.grad


def close(got, wanted, tolerance=1e-4):
    wanted = np.asarray(wanted).ravel()
    assert got.shape == wanted.shape, (got.shape, wanted.shape)
    worst = np.abs(got - wanted).max() / np.abs(wanted).max()
    assert worst < tolerance, f"differs by {worst:.2e} of the largest"


def black(path):
    """Values of 0 as the network sees them: the empty corners of digits."""
    rows = inspect(path, "code", "--layer", "input", "--samples", 20)["code"]
    return min(row["code_0"] for row in rows)


def test_saliency():
    train(write("c.yaml", CONV))
    network, x = Network("c.h5"), sample_of("c.h5", 5)
    got, report = attributions("c.h5", "saliency", "--sample", 5)
    outputs = network(x)[0]
    decided = int(outputs.argmax())
    assert report["figures"]["unit"] == decided
    assert abs(report["figures"]["score"] - float(outputs[decided])) < 1e-3
    close(got, gradient(network, x, decided))
    close(np.array([row["input"] for row in report["saliency"]]), x)
    got, _ = attributions("c.h5", "saliency", "--sample", 5, "--unit", 3)
    close(got, gradient(network, x, 3))
    fails("inspect", "c.h5", "--what", "saliency", "--unit", 10, says=["from 0 to 9"])


def ranks(values):
    """From the smallest on; the mean of those that equal values share."""
    return np.array([(values < value).sum() + ((values == value).sum() - 1) / 2 for value in values])


def test_randomised():
    """Beside the network's the untrained one's, of the same unit, and how their ranks correlate."""
    train(write("c.yaml", CONV))
    for what in ("saliency", "occlusion"):
        _, report = attributions("c.h5", what, "--sample", 5, "--randomised")
        trained, random = (np.array([row[key] for row in report[what]]) for key in ("attribution", "randomised"))
        wanted, _ = attributions("c.h5", what, "--sample", 5, "--moment", 0, "--unit", report["figures"]["unit"])
        close(random, wanted)
        rho = np.corrcoef(ranks(trained), ranks(random))[0, 1]
        assert abs(report["figures"]["rho"] - rho) < 0.01, (report["figures"]["rho"], rho)  # printed digits make ties
        assert abs(rho) < 0.9


def test_integrated_gradients():
    train(write("c.yaml", CONV))
    network, x = Network("c.h5"), sample_of("c.h5", 2)
    base = torch.full_like(x, black("c.h5"))
    for steps in (64, 1000):
        more = [] if steps == 64 else ["--steps", steps]
        got, report = attributions("c.h5", "integrated", "--sample", 2, "--unit", 7, *more)
        t = ((torch.arange(steps) + 0.5) / steps).reshape(-1, 1, 1, 1)
        mean = gradient(network, base + t * (x - base), 7).mean(0)
        close(got, (x - base)[0] * mean)
        # completeness: the parts sum up to the difference of the scores
        difference = float(network(x)[0, 7] - network(base)[0, 7])
        gap = report["figures"]["gap"]
        assert abs(report["figures"]["difference"] - difference) < 1e-3 * max(1, abs(difference))
        assert abs(report["figures"]["sum"] - got.sum()) < 1e-4 * max(1, abs(difference))
        assert abs(got.sum() + gap - difference) < 1e-3 * max(1, abs(difference))
        assert abs(gap) < (0.05 if steps == 64 else 0.005) * max(1, abs(difference)), gap


def test_grad_cam():
    train(write("c.yaml", CONV))
    network, x = Network("c.h5"), sample_of("c.h5", 4)
    maps = network.maps(x).detach()
    slope = gradient(network.behind, maps, 1)
    wanted = torch.relu((slope.mean((2, 3), keepdim=True) * maps).sum(1))
    got, report = attributions("c.h5", "gradcam", "--sample", 4, "--unit", 1, "--layer", "second")
    close(got, wanted)
    assert len(report["gradcam"]) == 64 and "input" not in report["gradcam"][0]
    # the last layer with pixels is the pooling
    assert len(inspect("c.h5", "gradcam", "--sample", 4)["gradcam"]) == 16
    fails("inspect", "c.h5", "--what", "gradcam", "--layer", "out", says=["out"])


def test_occlusion():
    train(write("c.yaml", CONV))
    network, x = Network("c.h5"), sample_of("c.h5", 6)
    dark, whole = black("c.h5"), network(x)[0, 0]
    falls, counts = torch.zeros(8, 8), torch.zeros(8, 8)
    for top in range(0, 7):  # the last patches stand over the edge
        for left in range(0, 7):
            covered = x.clone()
            covered[:, :, top : top + 2, left : left + 2] = dark
            falls[top : top + 2, left : left + 2] += whole - network(covered)[0, 0]
            counts[top : top + 2, left : left + 2] += 1
    got, _ = attributions("c.h5", "occlusion", "--sample", 6, "--unit", 0)
    close(got, falls / counts)
    falls, counts = torch.zeros(8, 8), torch.zeros(8, 8)
    for top in (0, 2, 4):
        for left in (0, 2, 4):
            covered = x.clone()
            covered[:, :, top : top + 5, left : left + 5] = dark
            falls[top : top + 5, left : left + 5] += whole - network(covered)[0, 0]
            counts[top : top + 5, left : left + 5] += 1
    got, _ = attributions("c.h5", "occlusion", "--sample", 6, "--unit", 0, "--patch", 5)
    close(got, falls / counts)


def ranks(values):
    order = np.empty(len(values))
    order[np.argsort(values)] = np.arange(len(values))
    return order


def test_a_random_network_gives_another_picture():
    """Adebayo et al. (2018): the rank correlation with what the untrained network shows. Integrated
    gradients are gradients times the sample, and their sizes keep its shape, as the paper found, and
    where there is no ink nothing can be covered; so of these the signs have to tell."""
    train(write("c.yaml", CONV))
    for what, size in (("saliency", np.abs), ("occlusion", np.array), ("integrated", np.array)):
        correlations = []
        for number in range(8):
            more = ("--sample", number, "--unit", number)
            trained, _ = attributions("c.h5", what, *more)
            random, _ = attributions("c.h5", what, "--moment", 0, *more)
            correlations.append(np.corrcoef(ranks(size(trained)), ranks(size(random)))[0, 1])
        assert np.mean(correlations) < 0.5, (what, correlations)


def inputs(path):
    rows = inspect(path, "code", "--layer", "input")["code"]
    return torch.tensor([[row[f"code_{k}"] for k in range(64)] for row in rows])


def test_filters():
    """From coarse to fine, by NumPy's transform; a dense layer's are as large as the image."""
    train(write("c.yaml", CONV), "--epochs", 1)
    dense = re.sub("    - conv2d: .name: first(.|\n)*dropout: .rate: 0.2.\n",
                   "    - flatten:\n    - dense: {name: first, units: 12}\n", CONV)
    train(write("d.yaml", dense), "--epochs", 1)
    u, v = np.meshgrid(np.fft.fftfreq(32), np.fft.fftfreq(32))
    for path, n in (("c.h5", 6), ("d.h5", 12)):
        with h5py.File(path) as file:
            weight = file["model/weights/first/weight"][()].astype(float)
        power = np.abs(np.fft.fft2(weight.reshape(n, 1, *(weight.shape[2:] or (8, 8))),
                                   s=(32, 32))) ** 2
        centre = (power * np.hypot(u, v)).sum((1, 2, 3)) / power.sum((1, 2, 3))
        rows = inspect(path, "filters")["filters"]
        assert [row["unit"] for row in rows] == list(np.argsort(centre))
        close(np.array([row["frequency"] for row in rows]), np.sort(centre), 1e-5)
    train(write("b.yaml", BOSTON))
    fails("inspect", "b.h5", "--what", "filters", says=["takes the image itself"])


def test_exciting():
    train(write("c.yaml", CONV))
    network, x = Network("c.h5"), inputs("c.h5")
    maps = network.maps(x.reshape(-1, 1, 8, 8)).flatten(2)
    rows = inspect("c.h5", "exciting", "--layer", "second")["exciting"]
    assert len(rows) == 8 * 8
    best = maps.max(2).values.sort(0, descending=True).values
    for row in rows:
        assert abs(row["output"] - float(best[row["rank"], row["unit"]])) < 1e-3
        assert abs(row["output"] - float(maps[row["sample"], row["unit"], row["position"]])) < 1e-3
    rows = inspect("c.h5", "exciting", "--unit", 3)["exciting"]
    outputs = network(x.reshape(-1, 1, 8, 8))[:, 3].sort(descending=True).values
    assert len(rows) == 32 and {row["unit"] for row in rows} == {3}
    assert np.abs([row["output"] for row in rows] - outputs[:32].numpy()).max() < 1e-3
    few = inspect("c.h5", "exciting", "--unit", 3, "--samples", 5)["exciting"]
    assert sorted(row["sample"] for row in few) == list(range(5))


def test_maximal():
    """A sample made for a class excites it more than every sample that there is; its score is what
    PyTorch computes of it."""
    train(write("c.yaml", CONV))
    network, x = Network("c.h5"), inputs("c.h5")
    outputs = network(x.reshape(-1, 1, 8, 8))
    for unit in (0, 4):
        report = inspect("c.h5", "maximal", "--unit", unit)
        made = torch.tensor([row["input"] for row in report["maximal"]])
        score = float(network(made.reshape(1, 1, 8, 8))[0, unit])
        assert abs(score - report["figures"]["score"]) < 1e-3
        assert score > float(outputs[:, unit].max())
        assert float(x[:256].min()) - 1e-5 <= float(made.min())
        assert float(made.max()) <= float(x[:256].max()) + 1e-5
    scores = inspect("c.h5", "maximal", "--layer", "second", "--steps", 20)["maximal"]
    assert len(scores) == 8
    # a step further never loses what was reached
    more = inspect("c.h5", "maximal", "--layer", "second", "--steps", 40)["maximal"]
    assert all(b["score"] >= a["score"] for a, b in zip(scores, more))


def test_tables_and_penalties():
    """Of a table a value a feature; of losses of layers nothing is left in the gradient."""
    train(write("b.yaml", BOSTON))
    _, report = attributions("b.h5", "saliency")
    with h5py.File("b.h5") as file:
        weight = file["model/weights/out/weight"][()][0]
        names = [name.decode() for name in file["data/feature_names"][()]]
    assert [row["value"] for row in report["saliency"]] == names
    close(np.array([row["attribution"] for row in report["saliency"]]), weight, 1e-5)
    penalized = BOSTON.replace("- dense: {name: out", "- activity_penalty: {activity_l1: 5, activity_l2: 3}\n"
                               "    - dense: {name: out")
    train(write("p.yaml", penalized))
    _, report = attributions("p.h5", "saliency")
    with h5py.File("p.h5") as file:
        close(np.array([row["attribution"] for row in report["saliency"]]),
              file["model/weights/out/weight"][()][0], 1e-5)
    fails("inspect", "b.h5", "--what", "gradcam", says=["saliency works for every network"])


def test_pictures():
    train(write("c.yaml", CONV), "--epochs", 1)
    train(write("b.yaml", BOSTON))
    if "-Ddraw=disabled" in run("inspect", "c.h5", "--png", ".", status=None).stderr:
        return
    run("inspect", "c.h5", "--what", "saliency,integrated,gradcam,occlusion", "--svg", "p",
        "--png", "p", "--dark")
    run("inspect", "c.h5", "--what", "filters,exciting,maximal", "--svg", "p", "--png", "p")
    for what in ("saliency", "integrated", "gradcam", "occlusion", "filters-first", "exciting-out",
                 "maximal-out"):
        assert os.path.getsize(f"p/{what}.png") > 3000 and os.path.getsize(f"p/{what}.svg") > 2000
    run("inspect", "b.h5", "--what", "integrated", "--svg", "b")
    assert os.path.getsize("b/integrated.svg") > 2000


if __name__ == "__main__":
    main(globals())
