#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The arithmetic that the window shows gives the value, computed from the numbers as they are written.

Usage: check-arithmetic.py ARITHMETIC-VALUES
The TeX is read here by other rules than those that wrote it. For every operation of the table.
"""
import collections
import math
import re
import subprocess
import sys

# whose values are made of too much to be written in a line
NOT_WRITTEN = {"rnn", "lstm", "gru", "multi_head_attention"}
PARTLY = {"time_distributed"}  # as what it holds

NAMES = {
    "max": lambda *values: max(values), "exp": math.exp, "tanh": math.tanh, "erf": math.erf, "sqrt": math.sqrt,
    "ln": math.log, "sigma": lambda x: 1 / (1 + math.exp(-x)),
    "Phi": lambda x: (1 + math.erf(x / math.sqrt(2))) / 2,
}


CONSTANTS = {r"\lambda": "1.0507", r"\alpha": "1.6733"}  # selu's, as its equation says


def argument(tex, at):
    """The text in the braces that open at `at`, and where it goes on behind them."""
    depth = 0
    for end in range(at, len(tex)):
        depth += {"{": 1, "}": -1}.get(tex[end], 0)
        if depth == 0:
            return tex[at + 1:end], end + 1
    raise ValueError(tex)


def rewrite(tex, command, arguments, form):
    """Every `command{a}{b}` as `form`."""
    while command in tex:
        start = tex.index(command)
        at, values = start + len(command), []
        for _ in range(arguments):
            value, at = argument(tex, at)
            values.append(value)
        tex = tex[:start] + form.format(*values) + tex[at:]
    return tex


def python(tex):
    for constant, digits in CONSTANTS.items():
        tex = tex.replace(constant, digits)
    tex = rewrite(tex, r"\mark", 2, "{1}")
    tex = rewrite(tex, r"\mathrm", 1, r"\{0}")
    while r"\underbrace" in tex:  # {value}_{how many}
        start = tex.index(r"\underbrace")
        value, at = argument(tex, start + len(r"\underbrace"))
        tex = tex[:start] + f"({value})" + tex[argument(tex, at + 1)[1]:]
    tex = rewrite(tex, r"\frac", 2, "(({0})/({1}))")
    tex = rewrite(tex, r"\sqrt", 1, "sqrt({0})")
    tex = rewrite(tex, "e^", 1, r"\exp({0})")
    tex = rewrite(tex, "10^", 1, "10**({0})")
    tex = re.sub(r"\\,|\\;|\\quad.*|\\ldots|\\left|\\right", " ", tex).replace(r"\cdot", "*")
    tex = tex.replace(r"\leq", "<=").replace(r"\geq", ">=")
    tex = re.sub(r"\\(\w+)", r"\1", tex)
    tex = re.sub(r"([\d)]) +(?=[(\da-zA-Z])(?!if|else|and)", r"\1 * ", tex)  # what stands side by side
    return re.sub(r"([\d)])(?=\()", r"\1*", tex).strip(" ,")


def value(tex):
    return eval(python(tex).replace(", )", ")"), {"__builtins__": {}}, NAMES)


def cases(tex):
    """The case that holds."""
    before, rest = tex.split(r"\begin{cases}")
    body, _ = rest.split(r"\end{cases}")
    for line in body.split(r"\\"):
        result, condition = line.split("&")
        if value(condition):
            return value(before + "(" + result + ")")
    raise ValueError(tex)


def sides(tex):
    """The values of all that stands between the signs of equality."""
    body = re.fullmatch(r"\\begin\{aligned\}(.*)\\end\{aligned\}", tex)[1]
    if r"\begin{cases}" in body:
        left, right = body.split("&=", 1)
        return [value(left), cases(right.split(r"\end{cases}")[0] + r"\end{cases}")]
    return [value(side) for side in body.replace("&=", "=").replace(r"\\ &{}", " ").split(" = ")]


def check(name, expected, said, tex):
    """What is wrong with a line, if anything."""
    if name in ("embedding", "one_hot"):  # says which value it is
        return None if math.isclose(said, expected) else f"{said} is not {expected}"
    for side in sides(tex):
        if not math.isclose(side, expected, rel_tol=1e-3, abs_tol=2e-3):
            return f"{side} is not {expected}"
        if not math.isclose(side, said, rel_tol=1e-4, abs_tol=1e-4):
            return f"{side} is not what is said, {said}"
    return None


def main():
    lines = subprocess.run(sys.argv[1:2], check=True, capture_output=True, text=True).stdout
    written, mistakes = collections.Counter(), []
    for line in lines.splitlines():
        name, expected, *rest = line.split("\t")
        written[name] += len(rest) > 0
        if rest:
            try:
                mistake = check(name, float(expected), float(rest[0]), rest[1])
            except (SyntaxError, ValueError, NameError, TypeError) as error:
                mistake = f"{error!r}: cannot be read"
            if mistake:
                mistakes.append(f"{name}: {mistake}: {rest[1]}")
        elif name not in NOT_WRITTEN | PARTLY:
            mistakes.append(f"{name}: nothing is written")
    for mistake in mistakes:
        print(mistake)
    print(f"{sum(written.values())} values of {sum(count > 0 for count in written.values())} operations")
    sys.exit(1 if mistakes or not written else 0)


main()
