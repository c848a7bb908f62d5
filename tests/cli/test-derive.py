#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`faltung derive`: values and gradients against PyTorch's autograd, which evaluates the same text."""

import os
import random
import re
import xml.etree.ElementTree

try:
    import numpy
    import torch
except ImportError:
    print("1..0 # SKIP PyTorch is not installed")
    raise SystemExit(0)

from program import fails, main, parse_json, run

torch.set_default_dtype(torch.float64)
FUNCTIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": torch.nn.functional.leaky_relu,
    "softplus": torch.nn.functional.softplus,
    "square": torch.square,
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "abs": torch.abs,
    "sum": lambda x: x.sum().reshape(1, 1),
    "mean": lambda x: x.mean().reshape(1, 1),
    "transpose": lambda x: x.T,
}
# a number alone is a matrix, too
FUNCTIONS = {name: lambda x, f=f: f(x if torch.is_tensor(x) else torch.full((1, 1), float(x)))
             for name, f in FUNCTIONS.items()}


def derive(formula, **values):
    settings = [f"--set={name}={value}" for name, value in values.items()]
    return parse_json(run("derive", formula, "--json", *settings).stdout)


def matrix(value):
    value = torch.tensor(value, dtype=torch.float64)
    return value.reshape(1, 1) if value.dim() == 0 else value.reshape(-1, 1) if value.dim() == 1 else value


def close(got, wanted, what):
    got = torch.tensor(got)
    assert got.shape == wanted.shape, (what, got.shape, wanted.shape)
    assert (got - wanted).abs().max() <= 1e-9 * (1 + wanted.abs().max()), (what, got, wanted)


def bracket(found):
    return "(numpy.array([" + ", ".join(
        "[" + row.replace("&", ",") + "]" for row in found[1].split(r"\\")) + "]))"


def evaluate(side):
    """What a side of an equation gives that has numbers and matrices alone; None of another."""
    text = re.sub(r"\\begin\{bmatrix\} (.*?) \\end\{bmatrix\}", bracket, side)
    text = re.sub(r"(-?[0-9.]+|\\left\( -?[0-9.]+ \\right\))\^\{\\top\}", r"\1", text)  # of a number
    for tex, python in ((r"^{\top}", ".T"), (r"\cdot", "*"), (r"\odot", "*"), (r"\,", "@"), (r"\left", ""),
                        (r"\right", ""), (r"\mathbf{1}", "1"), ("^{", "**("), ("}", ")")):
        text = text.replace(tex, python)
    return None if "\\" in text else eval(text)


def check_numbers(report):
    """The equations in numbers: each side gives what the node has."""
    n = 0
    for node in report["nodes"]:
        for key, of in (("in_numbers", "value"), ("product", "gradient")):
            for side in (node.get(key) or "").split(" = ")[1:]:
                got, wanted = evaluate(side), numpy.array(node.get(of))
                if got is not None:
                    n += 1
                    assert numpy.all(abs(got - wanted) <= 5e-3 * (1 + abs(wanted))), (node[key], wanted)
    return n


def check(formula, **values):
    """The whole graph: parts that have names, too, as those hold their gradients in PyTorch."""
    report = derive(formula, **values)
    names = {name: matrix(value).requires_grad_() for name, value in values.items()}
    *parts, last = formula.split(";")
    for part in parts:
        name, text = part.split("=")
        names[name.strip()] = eval(text.strip().replace("^", "**"), dict(FUNCTIONS), names)
        names[name.strip()].retain_grad()
    output = eval(last.strip().replace("^", "**"), dict(FUNCTIONS), names)
    output.sum().backward()
    nodes = {node["name"]: node for node in report["nodes"]}
    close(report["nodes"][report["output"]]["value"], output.detach(), formula)
    for name, wanted in names.items():
        close(nodes[name]["value"], wanted.detach(), (formula, name))
        if wanted.grad is not None:
            close(nodes[name]["gradient"], wanted.grad, (formula, name))
    assert check_numbers(report) > 0
    assert report["numeric_difference"] < 1e-5, (formula, report["numeric_difference"])
    return report


def test_the_book():
    """Chapter 1: chains of three functions, matrices, a sum; chapter 6: a number used twice."""
    report = check("leaky_relu(square(sigmoid(x)))", x=0.7)
    x = next(node for node in report["nodes"] if node["name"] == "x")
    s = 1 / (1 + 2.718281828459045**-0.7)
    slopes = [float(factor) for factor in x["product"].split(" = ")[1].split(r" \cdot ")]
    assert all(abs(slope - wanted) < 1e-3 for slope, wanted in zip(slopes, (1, 2 * s, s * (1 - s)), strict=True)), slopes
    check("sigmoid(square(x)) + x", x=[-1.5, 0.2, 3])
    check("sum(sigmoid(X @ W))", X=[[0.1, -0.4, 1.3], [2, 0.2, -1]], W=[[1, 2], [-1, 0.5], [0.3, -2]])
    check("sigmoid(W@x + b)", W=[[1, 2], [3, 4]], x=[1, -1], b=[0.5, -0.2])
    report = check("b = 3*a; c = a + 2; b*c", a=4)
    a = next(node for node in report["nodes"] if node["name"] == "a")
    assert a["gradient"] == [[30]] and a["value"] == [[4]]
    assert "+" in a["chain"] and a["chain"].count("\\frac{\\partial y}") >= 3
    assert a["product"].endswith(r" = 6 \cdot 3 + 12 \cdot 1 = 30"), a["product"]
    # what two users send back adds up to the gradient
    sent = [part[0][0] for node in report["nodes"]
            for part, operand in zip(node["contributions"], node["operands"]) if operand == a["node"]]
    assert sorted(sent) == [12, 18]


def test_every_function():
    listed = run("help", "derive").stdout
    for name in FUNCTIONS:
        assert name in listed, name
        check(f"{name}(x) * w", x=[[0.3, 1.7], [0.9, 2.2]], w=[[1, -2], [0.5, 3]] if name not in
              ("sum", "mean") else 2)
        check(f"d = {name}(x); d * d + x", x=0.6)
    for name in ("relu", "leaky_relu", "softplus", "abs", "tanh"):
        check(f"{name}(x)", x=[-0.3, 1.7, -2.2])


def test_repeating():
    """A row, a column or a number beside a matrix."""
    m = [[1, 2, 3], [4, 5, -6]]
    for other in ([[1, 2, 3]], [5, 7], 2.5):
        for sign in "+-*/":
            check(f"m {sign} v", m=m, v=other)
            check(f"sin(v {sign} m) * v", m=m, v=other)
    check("row + column", row=[[1, 2, 3]], column=[1, 2])
    check("1 - x^3 / 2 - -1 / x^2 + 4 ** 2", x=[1.5, -0.5])
    check("mean((W @ x - t)^2)", W=m, x=[[1, 2], [0, 1], [-1, 3]], t=[[1, 0], [2, 2]])


def test_random_formulas():
    rng = random.Random(5)
    smooth = ["sigmoid", "tanh", "softplus", "square", "sin", "cos", "transpose"]

    def grow(depth):
        if depth == 0 or rng.random() < 0.1:
            return rng.choice(["a", "b", "c", "1.5", "2"])
        kind = rng.random()
        if kind < 0.35:
            return f"{rng.choice(smooth)}({grow(depth - 1)})"
        if kind < 0.45:
            return f"-{rng.choice('abc')}^2"
        sign = rng.choice(["+", "-", "*", "@", "/"])
        right = grow(depth - 1)
        if sign == "@":
            return f"({grow(depth - 1)} * a) @ ({right} + b)"
        return f"({grow(depth - 1)}) {sign} (2 + square({right}))"

    for _ in range(40):
        formula = f"a*b*c + {grow(4)}"
        values = {name: [[round(rng.uniform(-1, 1), 3) for _ in range(2)] for _ in range(2)]
                  for name in "abc"}
        check(formula, **values)


def test_symbols():
    """Without values there are equations alone."""
    report = derive("sigmoid(w*x + b)")
    assert report["equation"] == "\\sigma\\left( w \\odot x + b \\right)"
    nodes = {node["name"]: node for node in report["nodes"]}
    assert "value" not in nodes["x"] and "numeric_difference" not in report
    assert nodes["x"]["chain"].startswith("\\frac{\\partial y}{\\partial x} = "
                                          "\\frac{\\partial y}{\\partial u_{1}} ")
    names = [node["name"] for node in derive("u_1 * y + 1")["nodes"]]
    assert names == ["u_1", "y", "u_2", "", "u_3"], names
    # what is written twice is one node
    assert len(derive("sin(x*2) + sin(x*2)")["nodes"]) == 5
    text = run("derive", "x*y + y", "--set", "x=2", "--set", "y=3").stdout
    assert text.splitlines()[-1].startswith("result: numeric_difference=")


def test_mistakes():
    fails("derive", "sigmoid(W@x +* b)", says=["column 14", "`*`"])
    fails("derive", "sigmoi(x)", says=["column 1", "did you mean `sigmoid`"])
    fails("derive", "(a + b", says=["column 7", "`)`"])
    fails("derive", "a +", says=["column 4", "ends here"])
    fails("derive", "a b", says=["column 3"])
    fails("derive", "a^b", says=["column 3", "exponent"])
    fails("derive", "tanh + 1", says=["tanh(...)"])
    fails("derive", "é", says=["column 1", "é"])
    fails("derive", "x = 2*a; x = 3; x", says=["column 10", "used before"])
    fails("derive", "(" * 5000 + "x", says=["nested"])
    fails("derive", "W@x", "--set", "W=[[1, 2]]", "--set", "x=[1, 2, 3]", says=["1 x 2 and 3 x 1"])
    fails("derive", "a + b", "--set", "a=[1, 2]", "--set", "b=[1, 2, 3]", says=["column 3"])
    fails("derive", "a*b", "--set", "a=1", says=["'b' has none"])
    fails("derive", "a*b", "--set", "q=1", says=["no variable 'q'"])
    for value in ("", "x", "[", "[1, 2", "[[1, 2], [3]]", "[1, 2] 3", "nan", "[[1, 2]"):
        fails("derive", "a", "--set", f"a={value}", says=["is no value for a"])
    fails("derive", "a", "--set", "a", says=["NAME=VALUE"])


def test_pictures():
    result = run("derive", "c = a + 2; b = 3*a; b*c", "--set", "a=4", "-o", "g.svg", status=None)
    if "-Ddraw=disabled" in result.stderr:
        return
    assert result.returncode == 0, result.stderr
    assert xml.etree.ElementTree.parse("g.svg").getroot().tag.endswith("svg")
    run("derive", "leaky_relu(W@x)", "--dark", "-o", "g.png")
    assert os.path.getsize("g.png") > 3000
    fails("derive", "x^2", "-o", "g.gif", says=[".svg"])


if __name__ == "__main__":
    main(globals())
