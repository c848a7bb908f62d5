#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Twenty training steps against PyTorch in float64, from the same weights, in the same order."""

import subprocess
import sys
import tempfile
import unittest

try:
    import numpy as np
    import torch
    from torch import nn
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

STEPS = sys.argv.pop(1)
N, CLASSES, COUNT = 50, 5, 20

DENSE = """
  input: [1, 8, 8]
  layers:
    - flatten:
    - dense: {units: 19, activation: tanh}
    - dense: {units: 13, activation: sigmoid}
    - dense: {units: 5}
"""
CONVOLUTION = """
  input: [2, 8, 8]
  layers:
    - conv2d: {filters: 6, kernel: 3, padding: same, activation: relu}
    - max_pool2d: {kernel: 2}
    - conv2d: {filters: 5, kernel: 3, activation: tanh}
    - flatten:
    - dense: {units: 5}
"""
# a frozen layer below all learned ones, and one between them; rates of their own
GROUPS = """
  input: [1, 8, 8]
  layers:
    - flatten:
    - dense: {units: 19, activation: tanh, frozen: true}
    - dense: {units: 300, activation: sigmoid, lr_factor: 0.1, weight_decay: 0, l1: 0.002}
    - dense: {units: 13, activation: tanh, frozen: true}
    - dense: {units: 5, lr_factor: 3, weight_decay: 0.2}
"""
CONVOLUTION_GROUPS = """
  input: [2, 8, 8]
  layers:
    - conv2d: {filters: 6, kernel: 3, padding: same, activation: relu, lr_factor: 0.5, l1: 0.01}
    - max_pool2d: {kernel: 2}
    - conv2d: {filters: 5, kernel: 3, activation: tanh, frozen: true}
    - flatten:
    - dense: {units: 5}
"""
RECURRENT_GROUPS = """
  input: [7]
  layers:
    - embedding: {vocabulary: 11, units: 6, lr_factor: 0.2}
    - gru: {units: 18, frozen: true}
    - dense: {units: 5, weight_decay: 0.05, l1: 0.005}
"""
TOKENS = """
  input: [7]
  layers:
    - embedding: {vocabulary: 11, units: 6}
    - dense: {units: 19, activation: tanh}
    - dense: {units: 5}
"""
ONE_HOT = """
  input: [7]
  layers:
    - one_hot: {classes: 11}
    - dense: {units: 19, activation: relu}
    - dense: {units: 5}
"""
RECURRENT = """
  input: [7]
  layers:
    - one_hot: {{classes: 11}}
    - {0}: {{units: 18}}
    - dense: {{units: 5}}
"""
LSTM_STACK = """
  input: [8, 16]
  layers:
    - lstm: {units: 20}
    - lstm: {units: 17, return: last}
    - dense: {units: 5}
"""
# an image, a place and a sequence; the image is taken twice
INPUTS = """
  input: {image: [2, 5, 4], place: [3], words: [4, 6]}
  layers:
    - conv2d: {inputs: image, filters: 6, kernel: 3, activation: tanh}
    - flatten: {name: seen}
    - dense: {name: known, inputs: place, units: 9, activation: sigmoid}
    - lstm: {name: read, inputs: words, units: 7, return: last}
    - flatten: {name: again, inputs: image}
    - concat: {inputs: [seen, known, read, again]}
    - dense: {units: 5}
"""
SEQUENCE = """
  input: [8, 16]
  layers:
    - dense: {units: 9, activation: tanh}
    - flatten:
    - dense: {units: 5}
"""
PIXELS = """
  input: [2, 3, 3]
  layers:
    - conv2d: {filters: 6, kernel: 3, padding: same, activation: tanh}
    - conv2d: {filters: 5, kernel: 1}
"""


# losses of layers beside that of the output, and what operations add
HEADS = """
  input: [1, 8, 8]
  layers:
    - flatten:
    - dense: {name: code, units: 19, activation: tanh, l1: 0.001}
    - dense: {name: guess, inputs: code, units: 5, loss: softmax_cross_entropy, loss_weight: 0.3}
    - dense: {name: aside, inputs: code, units: 7}
    - activity_penalty: {activity_l1: 0.02}
    - dense: {inputs: code, units: 64}
    - reshape: {shape: [1, 8, 8], loss: mse, loss_target: sample, loss_weight: 0.5}
    - dense: {inputs: code, units: 5}
"""
# two further outputs, each with a target of its own
TARGETS = """
  input: [1, 8, 8]
  layers:
    - flatten:
    - dense: {name: code, units: 19, activation: tanh}
    - dense: {inputs: code, units: 3, loss: mse, loss_target: begin, loss_weight: 0.4}
    - dense: {inputs: code, units: 5, loss: softmax_cross_entropy, loss_target: turned}
    - dense: {inputs: code, units: 5}
"""
TIED = """
  input: [1, 8, 8]
  layers:
    - flatten:
    - dense: {name: code, units: 19, activation: tanh}
    - dense: {name: picture, units: 64, tied: code, transposed: true, activation: tanh}
    - dense: {name: again, units: 19, tied: code, activation: sigmoid}
    - dense: {units: 5}
"""
TIED_CONVOLUTION = """
  input: [2, 8, 8]
  layers:
    - conv2d: {name: code, filters: 6, kernel: 3, padding: 1, activation: tanh}
    - conv_transpose2d: {filters: 2, kernel: 3, padding: 1, tied: code, activation: tanh}
    - flatten:
    - dense: {units: 5}
"""
# weights that are kept short, and penalties that layers do not say themselves
SHORT = """
  input: [2, 8, 8]
  layers:
    - conv2d: {filters: 6, kernel: 3, padding: 1, activation: tanh, max_norm: 0.6}
    - conv_transpose2d: {filters: 3, kernel: 3, padding: 1, activation: relu, max_norm: 0.5, l1: 0}
    - flatten:
    - dense: {units: 60, activation: tanh, max_norm: 0.4, l1: 0}
    - dense: {units: 5}
"""
SPARSE = """
  input: [1, 8, 8]
  layers:
    - flatten:
    - dense: {units: 19, activation: sigmoid}
    - sparsity: {rho: 0.1, beta: 0.2}
    - activity_penalty: {activity_l1: 0.01, activity_l2: 0.03}
    - dense: {units: 5}
"""


class OneHot(nn.Module):
    def forward(self, x):
        return nn.functional.one_hot(x, 11).double()


class Rows(nn.Module):
    """Outputs of every position below each other, as cross_entropy takes them."""

    def forward(self, y):
        y = y.permute(0, 2, 3, 1) if y.dim() == 4 else y
        return y.flatten(0, -2)


def dense():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 19), nn.Tanh(), nn.Linear(19, 13),
                         nn.Sigmoid(), nn.Linear(13, 5))


def convolution():
    return nn.Sequential(nn.Conv2d(2, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(6, 5, 3), nn.Tanh(), nn.Flatten(), nn.Linear(20, 5))


def groups():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 19), nn.Tanh(), nn.Linear(19, 300),
                         nn.Sigmoid(), nn.Linear(300, 13), nn.Tanh(), nn.Linear(13, 5))


def short():
    return nn.Sequential(nn.Conv2d(2, 6, 3, padding=1), nn.Tanh(),
                         nn.ConvTranspose2d(6, 3, 3, padding=1), nn.ReLU(), nn.Flatten(),
                         nn.Linear(192, 60), nn.Tanh(), nn.Linear(60, 5))


def recurrent_groups():
    return nn.Sequential(nn.Embedding(11, 6), Recurrent(nn.GRU, 6, 18), nn.Linear(18, 5), Rows())


def tokens():
    return nn.Sequential(nn.Embedding(11, 6), nn.Linear(6, 19), nn.Tanh(), nn.Linear(19, 5), Rows())


def one_hot():
    return nn.Sequential(OneHot(), nn.Linear(11, 19), nn.ReLU(), nn.Linear(19, 5), Rows())


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [(64, 19), (19, 5), (19, 7), (19, 64), (19, 5)]
        self.layers = nn.ModuleList(nn.Linear(*size) for size in sizes)

    def forward(self, x):
        self.code = torch.tanh(self.layers[0](x.flatten(1)))
        return self.layers[4](self.code)

    def more(self, x, classes):
        guess, aside, picture = (layer(self.code) for layer in self.layers[1:4])
        return (0.3 * nn.functional.cross_entropy(guess, classes)
                + 0.02 * aside.abs().sum() / len(x)
                + 0.5 * nn.functional.mse_loss(picture.reshape(x.shape), x))


class Targets(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*size) for size in [(64, 19), (19, 3), (19, 5), (19, 5)])

    def forward(self, x):
        self.code = torch.tanh(self.layers[0](x.flatten(1)))
        return self.layers[3](self.code)

    def more(self, x, classes):
        begin, turned = (layer(self.code) for layer in self.layers[1:3])
        return (0.4 * nn.functional.mse_loss(begin, x.flatten(1)[:, :3])
                + nn.functional.cross_entropy(turned, CLASSES - 1 - classes))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.code, self.last = nn.Linear(64, 19), nn.Linear(19, 5)
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(n)) for n in (64, 19))

    def parameters(self):
        return [*self.code.parameters(), *self.biases, *self.last.parameters()]

    def forward(self, x):
        code = torch.tanh(self.code(x.flatten(1)))
        picture = torch.tanh(code @ self.code.weight + self.biases[0])
        again = torch.sigmoid(picture @ self.code.weight.T + self.biases[1])
        return self.last(again)


class TiedConvolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.code, self.last = nn.Conv2d(2, 6, 3, padding=1), nn.Linear(128, 5)
        self.bias = nn.Parameter(torch.zeros(2))

    def parameters(self):
        return [*self.code.parameters(), self.bias, *self.last.parameters()]

    def forward(self, x):
        code = torch.tanh(self.code(x))
        picture = nn.functional.conv_transpose2d(code, self.code.weight, self.bias, padding=1)
        return self.last(torch.tanh(picture).flatten(1))


class Sparse(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(64, 19), nn.Linear(19, 5)

    def forward(self, x):
        self.code = torch.sigmoid(self.first(x.flatten(1)))
        return self.last(self.code)

    def more(self, x, classes):
        rho, mean = 0.1, self.code.mean(0)
        divergence = rho * (rho / mean).log() + (1 - rho) * ((1 - rho) / (1 - mean)).log()
        size = 0.01 * self.code.abs() + 0.03 * self.code ** 2
        return 0.2 * divergence.sum() + size.sum() / len(x)


class Recurrent(nn.Module):
    """A recurrent layer of PyTorch without its last state as a second output."""

    def __init__(self, layer, *arguments, last=False):
        super().__init__()
        self.layer, self.last = layer(*arguments, batch_first=True), last

    def forward(self, x):
        y, _ = self.layer(x)
        return y[:, -1] if self.last else y


def recurrent(layer):
    return lambda: nn.Sequential(OneHot(), Recurrent(layer, 11, 18), nn.Linear(18, 5), Rows())


def lstm_stack():
    return nn.Sequential(Recurrent(nn.LSTM, 16, 20), Recurrent(nn.LSTM, 20, 17, last=True),
                         nn.Linear(17, 5))


class Inputs(nn.Module):
    """What the layers take are parts of a sample, one behind the other."""

    def __init__(self):
        super().__init__()
        self.seen, self.known = nn.Conv2d(2, 6, 3), nn.Linear(3, 9)
        self.read, self.last = Recurrent(nn.LSTM, 6, 7, last=True), nn.Linear(92, 5)

    def forward(self, x):
        image, place, words = x.split([40, 3, 24], 1)
        seen = torch.tanh(self.seen(image.reshape(-1, 2, 5, 4))).flatten(1)
        known = torch.sigmoid(self.known(place))
        return self.last(torch.cat([seen, known, self.read(words.reshape(-1, 4, 6)), image], 1))


def sequence():
    return nn.Sequential(nn.Linear(16, 9), nn.Tanh(), nn.Flatten(), nn.Linear(72, 5))


def pixels():
    return nn.Sequential(nn.Conv2d(2, 6, 3, padding=1), nn.Tanh(), nn.Conv2d(6, 5, 1), Rows())


def cross_entropy(output, classes, samples):
    return nn.functional.cross_entropy(output, classes)


def mse(output, classes, samples):
    """The book's: summed over the outputs of a sample, against one-hot rows."""
    target = nn.functional.one_hot(classes, CLASSES).to(output.dtype)
    return ((output - target) ** 2).sum() / samples


# layers, model, shape of a sample, indices it takes, classes a sample
NETWORKS = {
    "dense": (DENSE, dense, (1, 8, 8), 0, 1),
    "convolution": (CONVOLUTION, convolution, (2, 8, 8), 0, 1),
    "groups": (GROUPS, groups, (1, 8, 8), 0, 1),
    "convolution_groups": (CONVOLUTION_GROUPS, convolution, (2, 8, 8), 0, 1),
    "recurrent_groups": (RECURRENT_GROUPS, recurrent_groups, (7,), 11, 7),
    "tokens": (TOKENS, tokens, (7,), 11, 7),
    "one_hot": (ONE_HOT, one_hot, (7,), 11, 7),
    "rnn": (RECURRENT.format("rnn"), recurrent(nn.RNN), (7,), 11, 7),
    "gru": (RECURRENT.format("gru"), recurrent(nn.GRU), (7,), 11, 7),
    "lstm": (RECURRENT.format("lstm"), recurrent(nn.LSTM), (7,), 11, 7),
    "lstm_stack": (LSTM_STACK, lstm_stack, (8, 16), 0, 1),
    "inputs": (INPUTS, Inputs, (67,), 0, 1),
    "sequence": (SEQUENCE, sequence, (8, 16), 0, 1),
    "heads": (HEADS, Heads, (1, 8, 8), 0, 1),
    "targets": (TARGETS, Targets, (1, 8, 8), 0, 1),
    "tied": (TIED, Tied, (1, 8, 8), 0, 1),
    "tied_convolution": (TIED_CONVOLUTION, TiedConvolution, (2, 8, 8), 0, 1),
    "short": (SHORT, short, (2, 8, 8), 0, 1),
    "sparse": (SPARSE, Sparse, (1, 8, 8), 0, 1),
    "pixels": (PIXELS, pixels, (2, 3, 3), 0, 9),
}
# of each parameter: the multiple of the learning rate; 0: frozen
FACTORS = {
    "groups": [0] * 2 + [0.1] * 2 + [0] * 2 + [3] * 2,
    "convolution_groups": [0.5] * 2 + [0] * 2 + [1] * 2,
    "recurrent_groups": [0.2] + [0] * 4 + [1] * 2,
}
# the weight decay of each parameter; None: the optimizer's
DECAYS = {
    "groups": [None] * 2 + [0] * 2 + [None] * 2 + [0.2] * 2,
    "recurrent_groups": [None] * 5 + [0.05] * 2,
}
# the factor of the sum of the absolute values of each parameter
L1 = {
    "groups": [0] * 2 + [0.002, 0] + [0] * 4,
    "convolution_groups": [0.01, 0] + [0] * 4,
    "recurrent_groups": [0] * 5 + [0.005, 0],
    "heads": [0.001] + [0] * 9,
    "short": [0.0003, 0, 0, 0, 0, 0, 0.0003, 0],
}
# of each weight: the axis of its units and their largest norm
MAX_NORMS = {"short": [(0, 0.6), None, (1, 0.5), None, (0, 0.4), None, None, None]}
# settings that the network asks for
MORE = {"short": ", l1: 0.0003"}
EPOCHS, AN_EPOCH, BATCH = 5, 5, 12  # the last of an epoch has 2 samples
ALL = EPOCHS * AN_EPOCH


def unclipped(parameters):
    pass


# settings, loss, optimizer, rate, what is done to the gradients
TRAININGS = {
    "momentum": (
        "loss: softmax_cross_entropy, optimizer: {sgd: {lr: 0.1, momentum: 0.9}}",
        cross_entropy,
        lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
        lambda epoch, step: 0.1,
        unclipped),
    "book": (
        "loss: {mse: {reduction: batch_mean}}, optimizer: {sgd: {lr: 0.02}},"
        " schedule: {linear: {final_lr: 0.004}}",
        mse,
        lambda parameters: torch.optim.SGD(parameters, lr=0.02),
        lambda epoch, step: 0.02 - 0.016 * epoch / 4,
        unclipped),
    "adam": (
        "loss: softmax_cross_entropy, optimizer: {adam: {lr: 0.01, weight_decay: 0.01}},"
        " schedule: {exponential: {final_lr: 0.001}}",
        cross_entropy,
        lambda parameters: torch.optim.Adam(parameters, weight_decay=0.01),
        lambda epoch, step: 0.01 * 0.1 ** (epoch / 4),
        unclipped),
    "nesterov": (
        "loss: {softmax_cross_entropy: {label_smoothing: 0.1}},"
        " optimizer: {sgd: {lr: 0.05, momentum: 0.8, nesterov: true, weight_decay: 0.001}}",
        lambda output, classes, samples: nn.functional.cross_entropy(output, classes,
                                                                     label_smoothing=0.1),
        lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.8, nesterov=True,
                                           weight_decay=0.001),
        lambda epoch, step: 0.05,
        unclipped),
    "the book's recurrent networks": (
        "loss: softmax_cross_entropy, optimizer: {adagrad: {lr: 0.05}}, clip: {value: 0.02}",
        cross_entropy,
        lambda parameters: torch.optim.Adagrad(parameters, eps=1e-10),
        lambda epoch, step: 0.05,
        lambda parameters: nn.utils.clip_grad_value_(parameters, 0.02)),
    "in halves": (
        "loss: softmax_cross_entropy, optimizer: {sgd: {lr: 0.1, momentum: 0.9}}, accumulate: 2",
        cross_entropy,
        lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
        lambda epoch, step: 0.1,
        unclipped),
    "transformer": (
        "loss: softmax_cross_entropy, optimizer: {adamw: {lr: 0.01, weight_decay: 0.1}},"
        " schedule: cosine, warmup: 1.4, clip: {norm: 0.5}",
        cross_entropy,
        lambda parameters: torch.optim.AdamW(parameters, weight_decay=0.1),
        lambda epoch, step: 0.005 * (1 + np.cos(np.pi * step / ALL)) * min(1, (step + 1) / 7),
        lambda parameters: nn.utils.clip_grad_norm_(parameters, 0.5)),
}


def run(*arguments, data=b""):
    return subprocess.run([STEPS, *map(str, arguments)], input=data, check=True,
                          stdout=subprocess.PIPE).stdout


def gradient_norm(model):
    return sum((p.grad ** 2).sum().item() for p in model.parameters() if p.requires_grad) ** 0.5


class Steps(unittest.TestCase):
    def compare(self, network, training):
        layers, make_model, shape, n_indices, positions = NETWORKS[network]
        settings, loss_of, make_optimizer, rate, clip = TRAININGS[training]
        random = np.random.default_rng(3)
        if n_indices:
            samples = random.integers(0, n_indices, (N, *shape)).astype(np.float32)
        else:
            samples = random.standard_normal((N, *shape)).astype(np.float32)
        classes = random.integers(0, CLASSES, (N, positions)).astype(np.int32)
        classes[:CLASSES, 0] = np.arange(CLASSES)
        batch = BATCH // 2 if "accumulate: 2" in settings else BATCH
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(f"name: steps\ndata: {{name: digits}}\nnetwork:{layers}"
                       f"train: {{{settings}{MORE.get(network, '')}, batch: {batch}, epochs: {EPOCHS}, seed: 9}}\n")
            file.flush()
            data = samples.tobytes() + classes.tobytes()
            out = run(file.name, N, COUNT, data=data)
            order = np.frombuffer(run(file.name, N, "order"), np.uint32).reshape(EPOCHS, N)

        model = make_model().double()
        parameters = list(model.parameters())
        size = 4 * sum(p.numel() for p in parameters)
        start, figures, end = out[:size], out[size:-size], out[-size:]
        at = 0
        for p in parameters:
            values = np.frombuffer(start, np.float32, p.numel(), at).reshape(p.shape)
            p.data = torch.from_numpy(values.astype(np.float64))
            at += 4 * p.numel()
        figures = np.frombuffer(figures).reshape(COUNT, 2)

        factors = FACTORS.get(network, [1] * len(parameters))
        for p, factor in zip(parameters, factors, strict=True):
            p.requires_grad_(factor > 0)
        factors_l1 = L1.get(network, [0] * len(parameters))
        decays = DECAYS.get(network, [None] * len(parameters))
        optimizer = make_optimizer([{"params": [p]} if decay is None else
                                    {"params": [p], "weight_decay": decay}
                                    for p, decay in zip(parameters, decays, strict=True)])
        x, y = torch.from_numpy(samples.astype(np.float64)), torch.from_numpy(classes).long()
        x = x.long() if n_indices else x
        for step in range(COUNT):
            epoch, begin = step // AN_EPOCH, step % AN_EPOCH * BATCH
            indices = torch.from_numpy(order[epoch][begin:begin + BATCH].astype(np.int64))
            for group, factor in zip(optimizer.param_groups, factors):
                group["lr"] = factor * rate(epoch, step)
            optimizer.zero_grad()
            loss = loss_of(model(x[indices]), y[indices].flatten(), len(indices))
            if hasattr(model, "more"):
                loss = loss + model.more(x[indices], y[indices].flatten())
            loss = loss + sum(l1 * p.abs().sum() for p, l1 in zip(parameters, factors_l1) if l1)
            loss.backward()
            np.testing.assert_allclose(figures[step], [loss.item(), gradient_norm(model)],
                                       rtol=2e-5, err_msg=f"step {step + 1}")
            clip(parameters)
            optimizer.step()
            for p, limit in zip(parameters, MAX_NORMS.get(network, [])):
                if limit:
                    p.data = torch.renorm(p.data, 2, *limit)
        expected = np.concatenate([p.detach().numpy().ravel() for p in parameters])
        np.testing.assert_allclose(np.frombuffer(end, np.float32), expected, rtol=1e-4, atol=2e-5)

    def test_line_search(self):
        """L-BFGS that looks for the length of each of 25 steps, on all samples at once."""
        steps = 25
        random = np.random.default_rng(5)
        samples = random.standard_normal((N, 1, 8, 8)).astype(np.float32)
        classes = random.integers(0, CLASSES, N).astype(np.int32)
        classes[:CLASSES] = np.arange(CLASSES)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(f"name: steps\ndata: {{name: digits}}\nnetwork:{DENSE}train: {{loss: "
                       "softmax_cross_entropy, optimizer: {lbfgs: {line_search_fn: strong_wolfe}}, "
                       f"l1: 0.0005, batch: {N}, epochs: {steps}, seed: 9}}\n")
            file.flush()
            out = run(file.name, N, steps, data=samples.tobytes() + classes.tobytes())
        model = dense().double()
        parameters = list(model.parameters())
        size = 4 * sum(p.numel() for p in parameters)
        at = 0
        for p in parameters:
            p.data = torch.from_numpy(np.frombuffer(out, np.float32, p.numel(), at).reshape(p.shape)
                                      .astype(np.float64))
            at += 4 * p.numel()
        figures = np.frombuffer(out[size:-size]).reshape(steps, 2)
        x, y = torch.from_numpy(samples.astype(np.float64)), torch.from_numpy(classes).long()
        optimizer = torch.optim.LBFGS(parameters, max_iter=1, history_size=10,
                                      line_search_fn="strong_wolfe")

        def closure():
            optimizer.zero_grad()
            loss = (nn.functional.cross_entropy(model(x), y)
                    + 0.0005 * sum(p.abs().sum() for p in parameters if p.dim() > 1))
            loss.backward()
            return loss

        for step in range(steps):
            loss = optimizer.step(closure).item()
            np.testing.assert_allclose(figures[step][0], loss, rtol=2e-3, err_msg=f"step {step + 1}")
        self.assertLess(loss, 0.2 * figures[0][0])

    def test_all(self):
        for network in NETWORKS:
            for training in TRAININGS:
                if (network, training) == ("sparse", "in halves"):
                    continue  # the mean activities of a half are others
                with self.subTest(network=network, training=training):
                    self.compare(network, training)


if __name__ == "__main__":
    unittest.main()
