#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Training steps with every loss, optimizer and schedule of the tables against PyTorch in float64.

compare-rules.py VALUES STEPS
"""

import importlib.util
import pathlib
import sys
import unittest

PROGRAMS = {"compare": sys.argv.pop(1), "compare-steps": sys.argv.pop(1)}


def load(name):
    """The script beside this one, which takes its program from the command line."""
    path = pathlib.Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    sys.argv.insert(1, PROGRAMS[name])
    spec.loader.exec_module(module)
    return module


rules, steps = load("compare"), load("compare-steps")
torch = rules.torch
rules.EPOCHS, rules.STEPS_AN_EPOCH, rules.RATE = steps.EPOCHS, steps.AN_EPOCH, 0.1
RATES = {"adadelta": 1.0, "lbfgs": 0.1, "lion": 0.001}  # where 0.01 says nothing
SGD = "optimizer: {sgd: {lr: 0.1}}"


def plain_sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.1)


def with_loss(name):
    def loss_of(output, classes, samples):
        targets = torch.nn.functional.one_hot(classes, steps.CLASSES).to(output.dtype)
        return rules.LOSSES[name](output, targets, classes, samples)

    return f"loss: {name}, {SGD}", loss_of, plain_sgd, lambda epoch, step: 0.1, steps.unclipped


def with_optimizer(name):
    rate = RATES.get(name, 0.01)

    def make(groups):
        if name == "lbfgs":  # takes one step for all
            groups = [p for group in groups for p in group["params"]]
        return rules.OPTIMIZERS[name](groups, lr=rate)

    return (f"loss: softmax_cross_entropy, optimizer: {{{name}: {{lr: {rate}}}}}",
            steps.cross_entropy, make, lambda epoch, step: rate, steps.unclipped)


def with_schedule(name):
    options = rules.CASES[name][-1]
    when, make = rules.SCHEDULES[name]
    optimizer = plain_sgd([torch.zeros(1, requires_grad=True)])
    scheduler = make(optimizer, **options)
    optimizer.step()  # PyTorch wants one before the schedule's
    losses, rates = [], []

    def loss_of(output, classes, samples):
        loss = steps.cross_entropy(output, classes, samples)
        losses.append((loss.item(), samples))
        return loss

    def rate(epoch, step):
        if step == len(rates):  # asked of each parameter
            if step > 0 and when == "step":
                scheduler.step()
            elif step > 0 and step % steps.AN_EPOCH == 0:
                last = losses[-steps.AN_EPOCH:]
                mean = sum(loss * n for loss, n in last) / sum(n for _, n in last)
                scheduler.step(*[mean] if when == "loss" else [])
            rates.append(optimizer.param_groups[0]["lr"])
        return rates[step]

    written = ", ".join(f"{key}: {str(value).lower() if isinstance(value, bool) else value}"
                        for key, value in options.items())
    return (f"loss: softmax_cross_entropy, {SGD}, schedule: {{{name}: {{{written}}}}}", loss_of,
            plain_sgd, rate, steps.unclipped)


class Rules(unittest.TestCase):
    def test_all(self):
        make = {"loss": with_loss, "optimizer": with_optimizer, "schedule": with_schedule}
        for line in rules.run("list").decode().splitlines():
            table, name = line.split()[:2]
            with self.subTest(table=table, name=name):
                steps.TRAININGS[name] = make[table](name)
                steps.Steps("compare").compare("dense", name)


if __name__ == "__main__":
    unittest.main()
