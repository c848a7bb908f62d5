#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Losses, optimizers and schedules against PyTorch: every kind of the tables, every option."""

import subprocess
import sys
import unittest

try:
    import numpy as np
    import torch
    from torch.nn import functional as F
    from torch.optim import lr_scheduler
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

VALUES = sys.argv.pop(1)
SAMPLES, ROWS, WIDTH = 13, 5, 11  # of a loss: sequences
N, STEPS = 61, 40
EPOCHS, STEPS_AN_EPOCH, RATE = 12, 5, 0.2


def reduced(loss, samples, reduction, *arguments, **options):
    if reduction == "batch_mean":
        return loss(*arguments, reduction="sum", **options) / samples
    return loss(*arguments, reduction=reduction, **options)


# Losses: of the rows that count, of so many samples


def mse(output, targets, classes, samples, reduction="mean"):
    return reduced(F.mse_loss, samples, reduction, output, targets)


def mae(output, targets, classes, samples, reduction="mean"):
    return reduced(F.l1_loss, samples, reduction, output, targets)


def huber(output, targets, classes, samples, reduction="mean", delta=1.0):
    return reduced(F.huber_loss, samples, reduction, output, targets, delta=delta)


def cross_entropy(output, targets, classes, samples, label_smoothing=0.0, weights=(),
                  ignore_index=-100):
    weights = torch.tensor(weights, dtype=output.dtype) if weights else None
    return F.cross_entropy(output, classes, weight=weights, label_smoothing=label_smoothing,
                           ignore_index=ignore_index)


def binary(output, targets, classes, samples, reduction="mean"):
    return reduced(F.binary_cross_entropy_with_logits, samples, reduction, output, targets)


def divergence(output, targets, classes, samples):
    return F.kl_div(output.log_softmax(1), targets, reduction="batchmean")


def hinge(output, targets, classes, samples, margin=1.0, squared=False):
    return F.multi_margin_loss(output, classes, p=2 if squared else 1, margin=margin)


def cosine_distance(output, targets, classes, samples):
    return F.cosine_embedding_loss(output, targets, torch.ones(len(output)))


def with_betas(optimizer, **more):
    return lambda parameters, beta1=0.9, beta2=0.999, **options: optimizer(
        parameters, betas=(beta1, beta2), **options, **more)


class BookAdaGrad(torch.optim.Optimizer):
    """The book's, chapter 6: eps is added to the sum of squares at every step."""

    def __init__(self, parameters, lr=0.01, eps=1e-10):
        super().__init__(parameters, {"lr": lr, "eps": eps})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                state = self.state[w]
                state["sum"] = state.get("sum", 0) + group["eps"] + w.grad ** 2
                w -= group["lr"] / state["sum"].sqrt() * w.grad


def adagrad(parameters, eps_in="denominator", **options):
    if eps_in == "sum":
        return BookAdaGrad(parameters, **options)
    return torch.optim.Adagrad(parameters, **options)


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of arXiv:2302.06675; PyTorch has none."""

    def __init__(self, parameters, lr=1e-4, beta1=0.9, beta2=0.99, weight_decay=0):
        super().__init__(parameters, {"lr": lr, "beta1": beta1, "beta2": beta2,
                                      "decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                m = self.state[w].get("m", torch.zeros_like(w))
                update = (group["beta1"] * m + (1 - group["beta1"]) * w.grad).sign()
                w -= group["lr"] * (update + group["decay"] * w)
                self.state[w]["m"] = group["beta2"] * m + (1 - group["beta2"]) * w.grad


LOSSES = {
    "mse": mse,
    "mae": mae,
    "huber": huber,
    "softmax_cross_entropy": cross_entropy,
    "binary_cross_entropy": binary,
    "kl_divergence": divergence,
    "hinge": hinge,
    "cosine_distance": cosine_distance,
}
# what is made of normal numbers before they are targets
TARGETS = {
    "binary_cross_entropy": torch.sigmoid,
    "kl_divergence": lambda t: t.softmax(1),
}
class LBFGS(torch.optim.LBFGS):
    """An iteration a step."""

    def __init__(self, parameters, **options):
        super().__init__(parameters, max_iter=1, **options)

    def step(self):
        super().step(lambda: torch.zeros((), dtype=torch.float64))


OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "adam": with_betas(torch.optim.Adam),
    "adamw": with_betas(torch.optim.AdamW),
    "nadam": with_betas(torch.optim.NAdam, foreach=True),  # without it 1.13 has mu_t twice
    "adagrad": adagrad,
    "rmsprop": torch.optim.RMSprop,
    "adadelta": torch.optim.Adadelta,
    "lion": Lion,
    "lbfgs": LBFGS,
}


# Schedules: name: (when PyTorch's takes its step, what makes it)


def cosine(optimizer, final_lr=0, cycle=0, growth=1):
    if cycle == 0:
        return lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS * STEPS_AN_EPOCH, final_lr)
    return lr_scheduler.CosineAnnealingWarmRestarts(optimizer, cycle * STEPS_AN_EPOCH, growth,
                                                    final_lr)


def one_cycle(optimizer, anneal="cosine", **options):
    return lr_scheduler.OneCycleLR(optimizer, RATE, EPOCHS * STEPS_AN_EPOCH,
                                   anneal_strategy={"cosine": "cos"}.get(anneal, anneal),
                                   cycle_momentum=False, **options)


SCHEDULES = {
    "constant": ("epoch", lambda o: lr_scheduler.ConstantLR(o, 1)),
    "linear": ("epoch", lambda o, final_lr=0: lr_scheduler.LinearLR(
        o, 1, final_lr / RATE, EPOCHS - 1)),
    "exponential": ("epoch", lambda o, final_lr: lr_scheduler.ExponentialLR(
        o, (final_lr / RATE) ** (1 / (EPOCHS - 1)))),
    "step": ("epoch", lambda o, every=10, factor=0.1: lr_scheduler.StepLR(o, every, factor)),
    "multistep": ("step", lambda o, milestones, factor=0.1: lr_scheduler.MultiStepLR(
        o, [round(at * STEPS_AN_EPOCH) for at in milestones], factor)),
    "cosine": ("step", cosine),
    "one_cycle": ("step", one_cycle),
    "plateau": ("loss", lambda o, **options: lr_scheduler.ReduceLROnPlateau(o, eps=0, **options)),
}

REDUCTIONS = [{"reduction": name} for name in ("mean", "batch_mean", "sum")]
CASES = {
    "mse": [{}, *REDUCTIONS, *({**case, "ignore_value": 0} for case in REDUCTIONS)],
    "mae": [{}, *REDUCTIONS, *({**case, "ignore_value": -7} for case in REDUCTIONS)],
    "huber": [{}, {"reduction": "batch_mean", "delta": 0.3}, {"reduction": "sum", "delta": 2},
              {"delta": 0.3, "ignore_value": 0}],
    "softmax_cross_entropy": [
        {},
        {"label_smoothing": 0.1},
        {"label_smoothing": 1.0},
        {"weights": [1, 2, 0, 4, 0.5, 1, 1, 1, 3, 1, 1]},
        {"weights": [1, 2, 0, 4, 0.5, 1, 1, 1, 3, 1, 1], "label_smoothing": 0.3},
        {"ignore_index": 3},
        {"ignore_index": 1, "label_smoothing": 0.2},
        {"weights": [1, 2, 0, 4, 0.5, 1, 1, 1, 3, 1, 1], "label_smoothing": 0.3, "ignore_index": 3},
    ],
    "binary_cross_entropy": [{}, *REDUCTIONS, *({**case, "ignore_value": -1}
                                                for case in REDUCTIONS)],
    "kl_divergence": [{}, {"ignore_value": 0}],
    "hinge": [{}, {"margin": 0.4}, {"squared": True, "margin": 2}, {"ignore_index": 3}],
    "cosine_distance": [{}, {"ignore_value": 0}, {"ignore_value": [0, -1.5]}],
    "sgd": [
        {"lr": 0.1},
        {"lr": 0.1, "weight_decay": 0.03},
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.03},
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.4},
        {"lr": 0.1, "momentum": 0.8, "nesterov": True},
        {"lr": 0.1, "momentum": 0.8, "nesterov": True, "weight_decay": 0.03},
    ],
    "adam": [
        {},
        {"lr": 0.01, "weight_decay": 0.1},
        {"lr": 0.01, "beta1": 0.7, "beta2": 0.95, "eps": 1e-3},
        {"lr": 0.01, "beta2": 0.7, "amsgrad": True, "weight_decay": 0.1},
    ],
    "adamw": [
        {},
        {"lr": 0.1, "weight_decay": 0.5, "beta1": 0.7, "beta2": 0.95, "eps": 1e-3},
        {"lr": 0.1, "beta2": 0.7, "amsgrad": True},
    ],
    "nadam": [
        {},
        {"lr": 0.01, "weight_decay": 0.1},
        {"lr": 0.01, "beta1": 0.7, "beta2": 0.95, "eps": 1e-3, "momentum_decay": 0.1},
        {"lr": 0.01, "beta1": 0.1},
    ],
    "lbfgs": [
        {},
        {"lr": 0.5, "history_size": 3},
        {"tolerance_grad": 0.02},
        {"tolerance_change": 0.001},
        # with gradients alone there is nothing to search along: see test_line_search
        {"line_search_fn": "none"},
    ],
    "adagrad": [
        {},
        {"lr": 0.1, "lr_decay": 0.1},
        {"lr": 0.1, "eps": 0.1, "weight_decay": 0.1},
        {"lr": 0.1, "eps": 0.1, "initial_accumulator_value": 0.5},
        {"lr": 0.1, "eps": 0.1, "eps_in": "sum"},
    ],
    "rmsprop": [
        {},
        {"lr": 0.02, "alpha": 0.9, "eps": 0.01, "weight_decay": 0.1},
        {"lr": 0.02, "momentum": 0.8},
        {"lr": 0.02, "centered": True},
        {"lr": 0.02, "momentum": 0.8, "centered": True},
    ],
    "adadelta": [
        {},
        {"lr": 3, "rho": 0.7, "eps": 1e-3, "weight_decay": 0.1},
    ],
    "lion": [
        {},
        {"lr": 0.01, "beta1": 0.7, "beta2": 0.8, "weight_decay": 0.5},
    ],
    "constant": [{}],
    "linear": [{}, {"final_lr": 0.05}],
    "exponential": [{"final_lr": 0.05}],
    "step": [{}, {"every": 3, "factor": 0.5}],
    "multistep": [{"milestones": [7]}, {"milestones": [2, 3.4, 9], "factor": 0.5}],
    "cosine": [
        {},
        {"final_lr": 0.01},
        {"final_lr": 0.01, "cycle": 3},
        {"cycle": 2, "growth": 2},
    ],
    "one_cycle": [
        {},
        {"anneal": "linear", "div_factor": 5, "final_div_factor": 7, "pct_start": 0.41},
        {"three_phase": True, "pct_start": 0.4},
        {"anneal": "linear", "three_phase": True},
    ],
    "plateau": [
        {"patience": 0},
        {"patience": 2, "factor": 0.5},
        {"patience": 1, "factor": 0.3, "cooldown": 2, "threshold": 0.2, "min_lr": 0.03},
    ],
}

TABLES = {"loss": LOSSES, "optimizer": OPTIMIZERS, "schedule": SCHEDULES}


def run(*arguments, data=b""):
    return subprocess.run([VALUES, *map(str, arguments)], input=data, check=True,
                          stdout=subprocess.PIPE).stdout


def settings(options):
    return [f"{name}={str(value).lower() if isinstance(value, bool) else value}"
            for name, value in options.items()]


def parameter(start):
    return torch.from_numpy(start.copy()).requires_grad_(True)


class Compare(unittest.TestCase):
    def setUp(self):
        self.random = np.random.default_rng(7)

    def normal(self, *shape):
        return self.random.standard_normal(shape).astype(np.float32)

    def test_all_kinds_and_options_are_compared(self):
        for line in run("list").decode().splitlines():
            table, kind, *options = line.split()
            self.assertIn(kind, TABLES[table])
            used = {name for case in CASES[kind] for name in case}
            self.assertEqual(used, set(options), kind)

    def test_nothing_is_compared_that_is_not_there(self):
        kinds = {line.split()[1] for line in run("list").decode().splitlines()}
        self.assertEqual(kinds, set().union(*TABLES.values()))
        self.assertEqual(kinds, set(CASES))

    def padded(self, targets, options):
        """Puts steps of padding into @targets. Returns: the values that mark them."""
        marks = options.get("ignore_value", [])
        marks = marks if isinstance(marks, list) else [marks]
        for at, mark in enumerate(marks):
            targets[3 + at::4] = mark
            targets[2, :-1] = mark  # no padding: one of its values is another
        return marks

    def test_losses(self):
        for name, reference in LOSSES.items():
            for options in CASES[name]:
                with self.subTest(loss=name, **options):
                    n = SAMPLES * ROWS
                    output, targets = 3 * self.normal(n, WIDTH), self.normal(n, WIDTH)
                    if name in TARGETS:
                        targets = TARGETS[name](torch.from_numpy(targets)).numpy()
                    marks = self.padded(targets, options)
                    classes = self.random.integers(0, WIDTH, n).astype(np.int32)
                    data = output.tobytes() + targets.tobytes() + classes.tobytes()
                    out = run("loss", name, SAMPLES, ROWS, WIDTH, *settings(options), data=data)
                    loss, gradient = np.frombuffer(out[:8])[0], np.frombuffer(out[8:], np.float32)

                    kept = np.array([not any((row == mark).all() for mark in marks)
                                     for row in targets])
                    own = {k: v for k, v in options.items() if k != "ignore_value"}
                    if name == "hinge":  # PyTorch's has none
                        kept &= classes != own.pop("ignore_index", -100)
                    y = parameter(output.astype(np.float64))
                    expected = reference(y[kept], torch.from_numpy(targets[kept].astype(np.float64)),
                                         torch.from_numpy(classes[kept].astype(np.int64)), SAMPLES,
                                         **own)
                    expected.backward()
                    self.assertEqual(kept.all(), not marks and "ignore_index" not in options or
                                     name == "softmax_cross_entropy")
                    np.testing.assert_allclose(loss, expected.item(), rtol=1e-6)
                    exact = y.grad.numpy().ravel()
                    np.testing.assert_allclose(gradient, exact, rtol=1e-5,
                                               atol=1e-7 * np.abs(exact).max())

    def test_lbfgs(self):
        """On a function with a curvature, and not a square: its gradients are those on the way."""
        for options in CASES["lbfgs"]:
            with self.subTest(**options):
                start, steps = self.normal(N), 25
                scales = torch.linspace(0.3, 3, N, dtype=torch.float64)
                turn = torch.from_numpy(np.linalg.qr(self.normal(N, N).astype(np.float64))[0])
                w = parameter(start.astype(np.float64))
                theirs = {k: v for k, v in options.items() if k != "line_search_fn"}
                optimizer = LBFGS([w], **{"lr": 1, **theirs})
                rates = options.get("lr", 1) / np.arange(1, steps + 1) ** 0.1
                gradients, expected = [], []
                for step in range(steps):
                    w.grad = None
                    z = turn @ w
                    (0.5 * scales * z ** 2 + 0.1 * torch.log(torch.cosh(z - 1))).sum().backward()
                    optimizer.param_groups[0]["lr"] = rates[step]
                    gradients.append(w.grad.numpy().astype(np.float32))
                    optimizer.step()
                    expected.append(w.detach().numpy().copy())
                data = start.tobytes() + np.array(gradients).tobytes() + rates.tobytes()
                out = run("optimizer", "lbfgs", N, steps, *settings(options), data=data)
                ours = np.frombuffer(out, np.float32).reshape(steps, N)
                moved = np.abs(np.array(expected) - start).max()
                self.assertGreater(moved, 0.5)
                for step in range(steps):
                    np.testing.assert_allclose(ours[step], expected[step], rtol=0, atol=2e-4 * moved,
                                               err_msg=f"step {step + 1}")

    def test_line_search(self):
        """The same function, along which it looks for the length of its steps."""
        for options in [{}, {"lr": 0.1}, {"lr": 100, "history_size": 2}, {"tolerance_change": 0.1}]:
            with self.subTest(**options):
                start, steps = 3 * self.normal(N), 25
                scales = np.linspace(0.3, 30, N)
                turn = np.linalg.qr(self.normal(N, N).astype(np.float64))[0]
                w = parameter(start.astype(np.float64))
                optimizer = torch.optim.LBFGS([w], max_iter=1, line_search_fn="strong_wolfe",
                                              **{"lr": 1, "history_size": 10, **options})

                def closure():
                    w.grad = None
                    z = torch.from_numpy(turn) @ w
                    loss = (0.5 * torch.from_numpy(scales) * z ** 2
                            + 0.1 * torch.log(torch.cosh(z - 1))).sum()
                    loss.backward()
                    return loss

                expected = []
                for _ in range(steps):
                    optimizer.step(closure)
                    expected.append(w.detach().numpy().copy())
                data = start.tobytes() + turn.tobytes() + scales.tobytes()
                out = run("search", "lbfgs", N, steps, "line_search_fn=strong_wolfe",
                          *settings(options), data=data)
                ours = np.frombuffer(out, np.float32).reshape(steps, N)
                moved = np.abs(np.array(expected) - start).max()
                self.assertGreater(moved, 0.5)
                for step in range(steps):
                    np.testing.assert_allclose(ours[step], expected[step], rtol=0, atol=5e-4 * moved,
                                               err_msg=f"step {step + 1}")

    def test_optimizers(self):
        for name, make in OPTIMIZERS.items():
            for options in CASES[name]:
                if name == "lbfgs":
                    continue  # to which gradients without a function say nothing
                with self.subTest(optimizer=name, **options):
                    start, gradients = self.normal(N), self.normal(STEPS, N)
                    base = options.get("lr", 0.02)
                    rates = base / np.arange(1, STEPS + 1) ** 0.5
                    data = start.tobytes() + gradients.tobytes() + rates.tobytes()
                    out = run("optimizer", name, N, STEPS, *settings(options), data=data)
                    ours = np.frombuffer(out, np.float32).reshape(STEPS, N)

                    w = parameter(start.astype(np.float64))
                    optimizer = make([w], **{"lr": base, **options})
                    for step in range(STEPS):
                        w.grad = torch.from_numpy(gradients[step].astype(np.float64))
                        optimizer.param_groups[0]["lr"] = rates[step]
                        optimizer.step()
                        np.testing.assert_allclose(ours[step], w.detach().numpy(), rtol=1e-5,
                                                   atol=1e-6)

    def rates(self, name, options, losses, warmup=0):
        out = run("schedule", name, EPOCHS, STEPS_AN_EPOCH, RATE, warmup, *settings(options),
                  data=losses.tobytes())
        ours = np.frombuffer(out)

        when, make = SCHEDULES[name]
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE)
        rising = warmup * STEPS_AN_EPOCH
        chain = [make(optimizer, **options)]
        if warmup:
            chain.append(lr_scheduler.LinearLR(optimizer, 1 / rising, total_iters=rising - 1))
        expected = []
        for epoch in range(EPOCHS):
            for step in range(STEPS_AN_EPOCH):
                expected.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                for scheduler, at in zip(chain, (when, "step")):
                    if at == "step" or at == "epoch" and step + 1 == STEPS_AN_EPOCH:
                        scheduler.step()
            if when == "loss":
                chain[0].step(losses[epoch])
        np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-15)

    def test_schedules(self):
        losses = np.array([1, 0.9, 0.9, 0.95, 0.7, 0.7, 0.71, 0.69, 0.9, 0.9, 0.9, 0.9])
        for name in SCHEDULES:
            for options in CASES[name]:
                with self.subTest(schedule=name, **options):
                    self.rates(name, options, losses)

    def test_warmup(self):
        for name, options in ("constant", {}), ("step", {"every": 2}), ("cosine", {}):
            with self.subTest(schedule=name):
                self.rates(name, options, np.ones(EPOCHS), warmup=3)


if __name__ == "__main__":
    unittest.main()
