# SPDX-License-Identifier: Apache-2.0
"""`faltung inspect --what walk`: a sample forward and back, compared with PyTorch in float64."""

import csv
import io

import h5py
import numpy
import torch
from program import BOSTON, DIGITS, fails, main, parse_json, run, train, write

# out = branch(hidden) + hidden: the gradient of hidden has two parts
SHARED = BOSTON.replace(
    "    - dense: {name: out, units: 1}\n",
    """\
    - dense: {name: hidden, units: 4, activation: tanh}
    - dense: {name: branch, units: 4, activation: sigmoid, frozen: true}
    - add: {name: both, inputs: [branch, hidden]}
    - dense: {name: out, units: 1, lr_factor: 0.5, weight_decay: 0.1, l1: 0.01}
""",
).replace("{sgd: {lr: 0.01}}", "{adam: {lr: 0.01, weight_decay: 0.02}}\n  clip: {norm: 1}")


def parameters(path):
    """The network's tensors by `layer.name`, in float64."""
    with h5py.File(path) as file:
        return {
            f"{layer}.{name}": torch.tensor(values[()].astype(float), requires_grad=True)
            for layer, group in file["model/weights"].items()
            for name, values in group.items()
        }


def dense(x, w, layer):
    return x @ w[f"{layer}.weight"].T + w[f"{layer}.bias"]


def walk(path, layer, sample):
    """The tensors of the layer's stops, by (stop, name)."""
    text = run("inspect", path, "--what", "walk", "--layer", layer, "--sample", sample, "--csv").stdout
    found = {}
    for row in csv.DictReader(io.StringIO(text)):
        found.setdefault((row["stop"], row["tensor"]), []).append(float(row["value"]))
    return found


def agrees(walked, key, expected):
    expected = expected.detach().numpy().ravel()
    numpy.testing.assert_allclose(walked[key], expected, rtol=1e-7, atol=1e-9 * max(1, abs(expected).max()))


def sample_of(experiment, index):
    run("data", "export", experiment, "--out", "data.h5")
    with h5py.File("data.h5") as file:
        group = file["validation"]
        y = group["class"][index] if "class" in group else group["target"][index]
        return torch.tensor(group["input"][index].astype(float)), y


def test_classifier():
    train(write("d.yaml", DIGITS))
    x, digit = sample_of("d.yaml", 5)
    w = parameters("d.h5")
    before = dense(x.flatten(), w, "hidden")
    before.retain_grad()
    hidden = torch.tanh(before)
    hidden.retain_grad()
    out = dense(hidden, w, "out")
    out.retain_grad()
    loss = torch.nn.functional.cross_entropy(out[None], torch.tensor([int(digit)]))
    loss.backward()
    walked = walk("d.h5", "hidden", 5)
    agrees(walked, ("hidden, forward", "before tanh"), before)
    agrees(walked, ("hidden, forward", "output"), hidden)
    agrees(walked, ("hidden, backward", "gradient of output"), hidden.grad)
    agrees(walked, ("hidden, backward", "gradient before tanh"), before.grad)
    agrees(walked, ("hidden, backward", "gradient of weight"), w["hidden.weight"].grad)
    agrees(walked, ("hidden, backward", "gradient of bias"), w["hidden.bias"].grad)
    weight = w["hidden.weight"]
    agrees(walked, ("hidden, update", "weight after the step"), weight - 0.1 * weight.grad)
    walked = walk("d.h5", "out", 5)
    agrees(walked, ("out, backward", "gradient of output"), out.grad)
    said = parse_json(run("inspect", "d.h5", "--what", "walk", "--sample", 5, "--json").stdout)
    assert abs(said["figures"]["loss"] - loss.item()) < 1e-9
    stops = [row["stop"] for row in next(v for k, v in said.items() if k != "figures" and isinstance(v, list))]
    assert stops[0] == "input" and stops.index("loss") < stops.index("out, backward") < stops.index("hidden, update")


def test_shared_node_and_adam():
    train(write("s.yaml", SHARED))
    x, price = sample_of("s.yaml", 3)
    w = parameters("s.h5")
    hidden = torch.tanh(dense(x, w, "hidden"))
    hidden.retain_grad()
    branch = torch.sigmoid(dense(hidden, w, "branch"))
    out = dense(branch + hidden, w, "out")
    loss = ((out - torch.tensor(price.astype(float))) ** 2).mean()
    (of_branch,) = torch.autograd.grad(loss, branch, retain_graph=True)
    (sent,) = torch.autograd.grad(branch, hidden, of_branch, retain_graph=True)
    loss.backward()
    walked = walk("s.h5", "hidden", 3)
    agrees(walked, ("hidden, backward", "gradient of output"), hidden.grad)
    # what either of its users sends back
    agrees(walk("s.h5", "branch", 3), ("branch, backward", "sent to hidden"), sent)
    agrees(walk("s.h5", "both", 3), ("both, backward", "sent to hidden"), hidden.grad - sent)
    # the step: PyTorch's parameter groups, the penalty added before the clipping
    w["out.weight"].grad += 0.01 * w["out.weight"].detach().sign()
    groups = [[w[f"{layer}.weight"], w[f"{layer}.bias"]] for layer in ("hidden", "out")]
    assert torch.nn.utils.clip_grad_norm_(groups[0] + groups[1], 1) > 1
    torch.optim.Adam(
        [
            {"params": groups[0], "lr": 0.01, "weight_decay": 0.02},
            {"params": groups[1], "lr": 0.005, "weight_decay": 0.1},
        ]
    ).step()
    agrees(walked, ("hidden, update", "weight after the step"), w["hidden.weight"])
    agrees(walked, ("hidden, update", "bias after the step"), w["hidden.bias"])
    walked = walk("s.h5", "out", 3)
    agrees(walked, ("out, update", "weight after the step"), w["out.weight"])
    agrees(walked, ("out, update", "bias after the step"), w["out.bias"])
    assert {stop for stop, _ in walk("s.h5", "branch", 3)} == {"branch, forward", "branch, backward"}


def test_mistakes():
    train(write("b.yaml", BOSTON))
    fails("inspect", "b.h5", "--what", "walk", "--sample", 100000, says=["there is no sample 100000"])


main(globals())
