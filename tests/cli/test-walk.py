# SPDX-License-Identifier: Apache-2.0
"""`faltung inspect --what walk`: a sample forward and back, compared with PyTorch in float64."""

import csv
import io
import math
import pathlib
import re

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


def remembered(path, *slots):
    """What the optimizer knew after the last step: by `layer.name`, PyTorch's state."""
    with h5py.File(path) as file:
        state = file["checkpoints/state"]
        row = int(numpy.argmax(state["position/step"][()]))
        step = float(state["position/step"][row])
        return {
            f"{layer}.{name}": {
                "step": torch.tensor(step),
                **{slot: torch.tensor(state[slot][layer][name][row].astype(float)) for slot in slots},
            }
            for layer, group in state[slots[0]].items()
            for name in group
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
    velocity = 0.9 * remembered("d.h5", "momentum_buffer")["hidden.weight"]["momentum_buffer"] + weight.grad
    agrees(walked, ("hidden, update", "weight after the step"), weight - 0.1 * velocity)
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
    adam = torch.optim.Adam(
        [
            {"params": groups[0], "lr": 0.01, "weight_decay": 0.02},
            {"params": groups[1], "lr": 0.005, "weight_decay": 0.1},
        ]
    )
    state = remembered("s.h5", "exp_avg", "exp_avg_sq")
    for name, tensor in w.items():
        if name in state and not name.startswith("branch"):
            adam.state[tensor] = state[name]
    adam.step()
    agrees(walked, ("hidden, update", "weight after the step"), w["hidden.weight"])
    agrees(walked, ("hidden, update", "bias after the step"), w["hidden.bias"])
    walked = walk("s.h5", "out", 3)
    agrees(walked, ("out, update", "weight after the step"), w["out.weight"])
    agrees(walked, ("out, update", "bias after the step"), w["out.bias"])
    assert {stop for stop, _ in walk("s.h5", "branch", 3)} == {"branch, forward", "branch, backward"}


def sentences(*arguments):
    return parse_json(run("inspect", "s.h5", "--what", "walk", "--sample", 3, "--json", *arguments).stdout)["sentences"]


def test_sentences():
    """One weight followed from stop to stop, in words and numbers."""
    train(write("s.yaml", SHARED))
    said = sentences("--unit", "weight[2,1]", "--layer", "hidden")
    titles = [line.partition(": ")[0] for line in said if not line.startswith(" ")]
    assert titles == ["hidden, forward", "hidden, backward", "hidden, update"]
    walked = walk("s.h5", "hidden", 3)
    place = 2 * 13 + 1
    before = walked["hidden, update", "weight"][place]
    after = walked["hidden, update", "weight after the step"][place]
    update = next(line for line in said if line.startswith("hidden, update")).replace("−", "-")
    numbers = [float(number) for number in re.findall(r"-?[0-9.]+[0-9](?:e-?[0-9]+)?", update.partition("goes from")[2])]
    numpy.testing.assert_allclose(numbers[:2], [before, after], rtol=1e-3)
    slope = walked["hidden, backward", "gradient of weight"][place]
    numpy.testing.assert_allclose(numbers[2], slope, rtol=1e-3)
    assert "It remembers the gradients of" in update
    # the last line is the weight, computed
    assert math.isclose(float(said[-1].replace("−", "-").rpartition("= ")[2]), after, rel_tol=1e-3)
    # of the chain rule the last number is the gradient
    chain = said[said.index(next(line for line in said if line.startswith("hidden, backward"))) + 1]
    assert math.isclose(float(chain.replace("−", "-").rpartition("= ")[2]), slope, rel_tol=1e-3)
    # of the moments in between the file has no memory
    early = " ".join(sentences("--layer", "hidden", "--moment", "1"))
    assert "is not in the run file" in early
    assert "It is the first step" not in early


def test_rates():
    """The step to come has the rate that the training gave it, at any moment."""
    schedule = "  schedule: {one_cycle: {}}\n  warmup: 2\n  report: 1\n"
    train(write("r.yaml", BOSTON + schedule))
    with h5py.File("r.h5") as file:
        steps, rates = file["checkpoints/step"][()], file["metrics/step/lr"][()]
    assert len(set(rates)) == len(rates) and steps[-1] == len(rates)
    for moment, step in enumerate(steps):
        said = parse_json(run("inspect", "r.h5", "--what", "walk", "--moment", moment, "--json").stdout)
        assert math.isclose(said["figures"]["lr"], rates[min(step, len(rates) - 1)], rel_tol=1e-6)


def test_pictures():
    """A picture a stop, in which each of its tensors has one."""
    train(write("s.yaml", SHARED))
    run("inspect", "s.h5", "--what", "walk", "--sample", 3, "--layer", "hidden", "--svg", "stops")
    found = {path.name: path.read_text() for path in pathlib.Path("stops").iterdir()}
    number = iter(sorted(found))
    for stop in ("forward", "backward", "update"):
        name = next(number)
        assert re.fullmatch(rf"walk-\d\d-hidden-{stop}\.svg", name), name
        tensors = {tensor for of, tensor in walk("s.h5", "hidden", 3) if of == f"hidden, {stop}"}
        assert len(re.findall("<image ", found[name])) == len(tensors), (name, tensors)
    assert next(number, None) is None
    run("inspect", "s.h5", "--what", "walk", "--sample", 3, "--unit", "weight[2,1]", "--svg", "one")
    one = pathlib.Path("one", sorted(found)[0]).read_text()
    assert one != found[sorted(found)[0]]  # it speaks of another value


def test_mistakes():
    train(write("b.yaml", BOSTON))
    fails("inspect", "b.h5", "--what", "walk", "--unit", "weight[99,1]", says=["no stop has a value", "weight[3,1]"])
    fails("inspect", "b.h5", "--what", "walk", "--sample", 100000, says=["there is no sample 100000"])


main(globals())
