#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Twenty training steps of every operation of the table against PyTorch in float64: a layer before
it that learns through it, and one behind it.

compare-every.py STEPS FALTUNG
"""

import functools
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

FILE = pathlib.Path(__file__).resolve().parents[1] / "core/compare-operations.py"
SPEC = importlib.util.spec_from_file_location("compare_operations", FILE)
parity = importlib.util.module_from_spec(SPEC)
try:
    import numpy as np
    SPEC.loader.exec_module(parity)
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)
torch = parity.torch

STEPS, FALTUNG = (pathlib.Path(name).resolve() for name in sys.argv[1:])
N, CLASSES, BATCH, COUNT, RATE, MOMENTUM = 50, 5, 10, 20, 0.05, 0.9
INDICES = 7

# What stands before the operation: the input and a layer that learns.
VECTOR = ([9], {"dense": {"units": "12"}})
SEQUENCE = ([6, 5], {"dense": {"units": "8"}})
IMAGE = ([2, 6, 6], {"conv2d": {"filters": "4", "kernel": "1"}})
VOLUME = ([2, 4, 4, 4], {"conv3d": {"filters": "3", "kernel": "1"}})
WORDS = ([6], None)  # of indices no gradient goes further

# Where the operation does not stand behind VECTOR with the options that it has by itself, the mean
# of what is random in it.
CASES = {
    "dense": (VECTOR, {"units": 10}),
    "embedding": (WORDS, {"vocabulary": INDICES, "units": 4}),
    "one_hot": (WORDS, {"classes": INDICES}),
    "positional_encoding": (SEQUENCE, {"learned": "true"}),
    **{f"conv{n}": (before, {"filters": 4, "kernel": 2})
       for n, before in (("1d", SEQUENCE), ("2d", IMAGE), ("3d", VOLUME))},
    **{f"conv_transpose{n}": (before, {"filters": 4, "kernel": 2})
       for n, before in (("1d", SEQUENCE), ("2d", IMAGE), ("3d", VOLUME))},
    **{f"{kind}_pool{n}": (before, {})
       for kind in ("max", "avg") for n, before in (("1d", SEQUENCE), ("2d", IMAGE), ("3d", VOLUME))},
    **{f"adaptive_{kind}_pool{n}": (before, {"output_size": 3})
       for kind in ("max", "avg") for n, before in (("1d", SEQUENCE), ("2d", IMAGE), ("3d", VOLUME))},
    "global_avg_pool": (IMAGE, {}),
    "global_max_pool": (IMAGE, {}),
    "max_unpool1d": (([6, 5], {"conv1d": {"filters": "5", "kernel": "2", "stride": "2"}}), {}),
    "max_unpool2d": (([2, 6, 6], {"conv2d": {"filters": "2", "kernel": "2", "stride": "2"}}), {}),
    "max_unpool3d": (([2, 4, 4, 4], {"conv3d": {"filters": "2", "kernel": "2", "stride": "2"}}),
                     {}),
    "upsample1d": (SEQUENCE, {"mode": "linear"}),
    "upsample2d": (IMAGE, {"mode": "bilinear"}),
    "upsample3d": (VOLUME, {"mode": "trilinear"}),
    **{name: (SEQUENCE, {"units": 7}) for name in ("rnn", "gru", "lstm")},
    "time_distributed": (SEQUENCE, {"layer": "{dense: {units: 6}}"}),
    "multi_head_attention": (SEQUENCE, {"heads": 2}),
    "batch_norm": (IMAGE, {}),
    "layer_norm": (SEQUENCE, {}),
    "group_norm": (IMAGE, {"groups": 2}),
    "instance_norm": (IMAGE, {}),
    "dropout": (VECTOR, {"rate": 0}),
    "spatial_dropout": (IMAGE, {"rate": 0}),
    "gaussian_noise": (VECTOR, {"std": 0}),
    # of so small a variance that the code is its mean
    "variational": (([9], {"dense": {"units": "12", "bias_init": "{constant: {value: -40}}"}}),
                    {"beta": 0.01}),
    "activity_penalty": (VECTOR, {"activity_l1": 0.01, "activity_l2": 0.02}),
    "sparsity": (([9], {"dense": {"units": "12", "activation": "sigmoid"}}), {}),
    "flatten": (IMAGE, {}),
    "reshape": (VECTOR, {"shape": "[3, 2, 2]"}),
    "permute": (IMAGE, {"axes": "[3, 1, 2]"}),
    "slice": (IMAGE, {"axis": 2, "begin": 1, "step": 2}),
    "crop": (IMAGE, {}),
    "pad": (IMAGE, {"mode": "reflect"}),
    "prelu": (IMAGE, {"slopes": "channel"}),
    "dot": (([6, 6], {"dense": {"units": "6"}}), {}),
    **{name: (([12], {"dense": {"units": "12"}}), {}) for name in ("add", "multiply", "concat")},
}
# with the input itself
JOINS = ("add", "multiply", "concat", "dot", "max_unpool1d", "max_unpool2d", "max_unpool3d")


def faltung(*arguments):
    done = subprocess.run([FALTUNG, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stderr}{arguments}: give the operation a case in {sys.argv[0]}")
    return json.loads(done.stdout)


@functools.cache
def defaults(operation):
    """Its options as text, as where nothing is said of them."""
    return {option["name"]: option["default"] for option in
            faltung("ops", operation, "--json")["parameters"]}


def line(name, operation, options):
    return f"    - {operation}: {{{', '.join(f'{k}: {v}' for k, v in (options | name).items())}}}\n"


def network_of(operation, before, options):
    shape, first = before
    text = f"  input: {shape}\n  layers:\n"
    for kind, own in (first or {}).items():
        text += line({"name": "first"}, kind, own)
    names = {"name": "own"}
    if operation in JOINS:
        names["inputs"] = "[first, input]"
    return text + line(names, operation, options) + "    - flatten:\n    - dense: {units: 5}\n"


class Model:
    """The same network by the functions of PyTorch; parameters come from @values, in their order."""

    def __init__(self, operation, before, options, layers, values):
        self.operation, self.first = operation, before[1]
        self.parameters, at = [], 0
        for layer in layers:
            own = {}
            for name, shape in layer["parameters"].items():
                size = int(np.prod(shape))
                tensor = torch.tensor(values[at:at + size].reshape(shape), dtype=torch.float64)
                own[name] = tensor.requires_grad_(not name.startswith("running_"))
                at += size
            self.parameters.append(own)
        self.layers = layers
        self.options = defaults(operation) | {k: str(v) for k, v in options.items()}
        if operation == "time_distributed":
            self.options["inner_options"] = defaults("dense") | {"units": "6"}

    def all(self):
        return [p for own in self.parameters for p in own.values()]

    def first_layer(self, x):
        for kind, own in (self.first or {}).items():
            y = parity.OPERATIONS[kind](x, defaults(kind) | own, **self.parameters[0])
            return torch.sigmoid(y) if own.get("activation") == "sigmoid" else y
        return x.long()

    def loss(self, x, classes):
        before = self.first_layer(x)
        others = [x] if self.operation in JOINS else []
        own = self.parameters[1 if self.first else 0]
        if self.operation == "batch_norm":
            y = torch.nn.functional.batch_norm(before, None, None, own["gamma"], own["beta"], True,
                                               eps=float(self.options["epsilon"]))
        else:
            y = parity.OPERATIONS[self.operation](before, self.options, *others, **own)
        penalty = parity.PENALTIES.get(self.operation, lambda x, o: 0)(before, self.options)
        last = self.parameters[-1]
        logits = torch.nn.functional.linear(y.flatten(1).double(), last["weight"], last["bias"])
        return torch.nn.functional.cross_entropy(logits, classes) + penalty


def compare(operation):
    before, options = CASES.get(operation, (VECTOR, {}))
    random = np.random.default_rng(3)
    samples = random.standard_normal((N, *before[0])).astype(np.float32)
    if not before[1]:
        samples = random.integers(0, INDICES, samples.shape).astype(np.float32)
    classes = (np.arange(N) % CLASSES).astype(np.int32)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "every.yaml")
        np.save(path.with_name("x.npy"), samples)
        np.save(path.with_name("y.npy"), classes)
        path.write_text("data: {npy: x.npy, target: y.npy, normalize: none}\n"
                        f"network:\n{network_of(operation, before, options)}"
                        f"train: {{loss: softmax_cross_entropy, batch: {BATCH}, epochs: 4, seed: 9,\n"
                        f"        optimizer: {{sgd: {{lr: {RATE}, momentum: {MOMENTUM}}}}}}}\n")
        layers = faltung("check", path, "--json")["layers"]
        out = subprocess.run([STEPS, path, str(N), str(COUNT)], check=True, cwd=folder,
                             input=samples.tobytes() + classes.tobytes(), capture_output=True).stdout
        order = subprocess.run([STEPS, path, str(N), "order"], check=True,
                               capture_output=True).stdout
    order = np.frombuffer(order, np.uint32).reshape(-1, BATCH).astype(np.int64)
    size = 4 * sum(int(np.prod(shape)) for layer in layers for shape in layer["parameters"].values())
    model = Model(operation, before, options, layers, np.frombuffer(out[:size], np.float32))
    figures = np.frombuffer(out[size:-size]).reshape(COUNT, 2)
    end = np.frombuffer(out[-size:], np.float32)
    learned = [p for p in model.all() if p.requires_grad]
    optimizer = torch.optim.SGD(learned, lr=RATE, momentum=MOMENTUM)
    x, y = torch.from_numpy(samples.astype(np.float64)), torch.from_numpy(classes).long()
    for step in range(COUNT):
        optimizer.zero_grad()
        loss = model.loss(x[order[step]], y[order[step]])
        loss.backward()
        np.testing.assert_allclose(figures[step, 0], loss.item(), rtol=5e-5, err_msg=f"step {step + 1}")
        optimizer.step()
    at = 0
    for p in model.all():
        if p.requires_grad:
            ours, theirs = end[at:at + p.numel()], p.detach().numpy().ravel()
            np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=5e-5)
        at += p.numel()


def main():
    failures = 0
    table = [entry["name"] for entry in faltung("ops", "--json")]
    for operation in table:
        try:
            compare(operation)
        except (AssertionError, KeyError) as problem:
            failures += 1
            print(f"{operation}: {type(problem).__name__} {problem}")
    unknown = sorted(set(CASES) - set(table))
    print(f"{len(table)} operations, {failures} failed; no operation: {unknown}")
    return 1 if failures or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
