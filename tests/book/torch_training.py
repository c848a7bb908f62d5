# SPDX-License-Identifier: Apache-2.0
"""Trains an experiment in PyTorch: the same file, read from what `faltung data export` wrote, and
the same samples. What the book needs is known here, nothing else; the rest is an error.
"""

import math

import h5py
import torch
import yaml
from torch import nn
from torch.nn import functional

ACTIVATIONS = {"none": nn.Identity, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
RECURRENT = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
EVALUATED = 1000  # samples at a time


class OneHot(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.classes = classes

    def forward(self, x):
        return functional.one_hot(x.long(), self.classes).float()


class Sequence(nn.Module):
    """A recurrent layer that gives all its states."""

    def __init__(self, operation, width, units):
        super().__init__()
        self.cell = RECURRENT[operation](width, units, batch_first=True)

    def forward(self, x):
        return self.cell(x)[0]


def variant(value):
    """`name` or `{name: {options}}`, as (name, options)."""
    return (value, {}) if isinstance(value, str) else next(iter(value.items()))


def begin(layer, options):
    """Fills the weight and the bias of a dense layer or a convolution."""
    channels = sum(layer.weight.shape[:2])
    fans = channels * math.prod(layer.weight.shape[2:])
    for tensor, initializer in (layer.weight, options["init"]), (layer.bias, options["bias_init"]):
        name, values = variant(initializer)
        with torch.no_grad():
            if name == "normal":
                tensor.normal_(values["mean"], values["std"])
            elif name == "zeros":
                tensor.zero_()
            elif name == "book_glorot":  # a deviation, not a variance, and without the kernel's size
                tensor.normal_(0, 2 / channels)
            elif name == "glorot_uniform":
                bound = math.sqrt(6 / fans)
                tensor.uniform_(-bound, bound)
            elif name != "torch_uniform":  # with which the layer has begun
                raise ValueError(f"initializer {name}")


def layers(network):
    shape = list(network["input"])
    for layer in network["layers"]:
        operation, options = variant(layer)
        made, first = None, shape[0]
        if operation == "flatten":
            yield nn.Flatten()
            shape = [math.prod(shape)]
        elif operation == "dense":
            made = nn.Linear(shape[-1], options["units"])
            shape = [*shape[:-1], options["units"]]
        elif operation == "dropout":
            yield nn.Dropout(options["rate"])
        elif operation in ("conv2d", "conv_transpose2d"):
            kind = nn.Conv2d if operation == "conv2d" else nn.ConvTranspose2d
            made = kind(first, options["filters"], options["kernel"], padding=options["kernel"] // 2)
            shape = [options["filters"], *shape[1:]]
        elif operation == "reshape":
            shape = list(options["shape"])
            yield nn.Unflatten(1, shape)
        elif operation == "one_hot":
            yield OneHot(options["classes"])
            shape = [*shape, options["classes"]]
        elif operation in RECURRENT:
            yield Sequence(operation, shape[-1], options["units"])
            shape = [shape[0], options["units"]]
        else:
            raise ValueError(f"operation {operation}")
        if made:
            begin(made, options)
            yield made
            yield ACTIVATIONS[options["activation"]]()


def loss_of(train):
    name, options = variant(train["loss"])
    if name == "softmax_cross_entropy":
        # positions of a sequence come as B x T x classes
        return lambda y, t: functional.cross_entropy(y.flatten(0, -2), t.flatten().long())
    assert name == "mse"
    if options["reduction"] == "mean":
        return functional.mse_loss
    divide = (lambda y: len(y)) if options["reduction"] == "batch_mean" else (lambda y: 1)
    return lambda y, t: functional.mse_loss(y, t, reduction="sum") / divide(y)


def optimizer_of(train, parameters):
    name, options = variant(train["optimizer"])
    if name == "sgd":
        return torch.optim.SGD(parameters, options["lr"], momentum=options["momentum"])
    if name == "adagrad":
        return torch.optim.Adagrad(parameters, options["lr"])
    assert name == "adam"
    return torch.optim.Adam(parameters, options["lr"], weight_decay=options["weight_decay"])


def rate_of(train, base, epoch):
    name, options = variant(train["schedule"])
    done = epoch / (train["epochs"] - 1) if train["epochs"] > 1 else 0
    if name == "linear":
        return base - (base - options["final_lr"]) * done
    if name == "exponential":
        return base * (options["final_lr"] / base) ** done
    assert name == "constant"
    return base


class Data:
    def __init__(self, file, split):
        group = file[split]
        self.x = torch.from_numpy(group["input"][()])
        if "target" in group:
            self.y = torch.from_numpy(group["target"][()])
        elif "class" in group:
            self.y = torch.from_numpy(group["class"][()])
        else:
            self.y = self.x
        self.classified = "class" in group


def evaluate(model, loss, data, one_hot):
    """The figures of the validation samples, under Faltung's names."""
    model.eval()
    total = right = absolute = squared = 0.0
    with torch.no_grad():
        for first in range(0, len(data.x), EVALUATED):
            x, y = data.x[first : first + EVALUATED], data.y[first : first + EVALUATED]
            out = model(x)
            total += float(loss(out, one_hot(y))) * len(x)
            if data.classified:
                right += float((out.argmax(-1) == y).float().mean()) * len(x)
            else:
                absolute += float((out - y).abs().mean()) * len(x)
                squared += float(((out - y) ** 2).mean()) * len(x)
    n = len(data.x)
    figures = {"val_loss": total / n}
    if data.classified:
        figures["val_accuracy"] = right / n
    else:
        figures.update(val_mae=absolute / n, val_rmse=math.sqrt(squared / n))
    return figures


def train(exported, seed, threads=1):
    """Returns the figures after training with @seed; with the book's early stopping the best."""
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    with h5py.File(exported) as file:
        experiment = yaml.safe_load(file["config/resolved"][()].decode())
        training, validation = Data(file, "training"), Data(file, "validation")
    rules, model = experiment["train"], nn.Sequential(*layers(experiment["network"]))
    loss, optimizer = loss_of(rules), optimizer_of(rules, model.parameters())
    base = optimizer.param_groups[0]["lr"]
    # a loss of values over classes sees them as rows of zeros and a one
    spread = training.classified and variant(rules["loss"])[0] == "mse"
    classes = int(training.y.max()) + 1 if spread else 0
    one_hot = (lambda y: functional.one_hot(y.long(), classes).float()) if spread else (lambda y: y)
    stopping, options = variant(rules["early_stopping"])
    clip = 0 if rules["clip"] == "none" else rules["clip"]["value"]
    best = None
    for epoch in range(rules["epochs"]):
        model.train()
        optimizer.param_groups[0]["lr"] = rate_of(rules, base, epoch)
        for chosen in torch.randperm(len(training.x)).split(rules["batch"]):
            optimizer.zero_grad()
            loss(model(training.x[chosen]), one_hot(training.y[chosen])).backward()
            if clip:
                nn.utils.clip_grad_value_(model.parameters(), clip)
            optimizer.step()
        if stopping == "book" and (epoch + 1) % options["every"] == 0:
            figures = evaluate(model, loss, validation, one_hot)
            if best and figures["val_loss"] >= best["val_loss"]:
                return best
            best = figures
    return best or evaluate(model, loss, validation, one_hot)
