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


def sides(statement):
    """The texts between the signs of equality; the left one may be a name alone."""
    if r"\begin{cases}" in statement:
        return statement.split(" &= ", 1)
    return [side.replace(r"\\ &{}", " ") for side in statement.replace(" &= ", " = ").split(" = ")]


def statements(tex):
    """What is computed one after the other."""
    body = re.fullmatch(r"\\begin\{aligned\} (.*) \\end\{aligned\}", tex)[1]
    starts = [match.start() for match in re.finditer(r"(?:^|(?<=\\\\ ))(?:(?!\\\\|&).)* &= ", body)]
    return [sides(body[start:end].strip().removesuffix(r"\\").strip())
            for start, end in zip(starts, starts[1:] + [len(body)])]


def is_name(side):
    return re.fullmatch(r"(\\mark\{\w+\}\{)?[a-z]_\{?\w+\}?", side.removesuffix("}")) is not None


def check_statement(sides):
    """Returns what its sides give, as it is written; they have to agree."""
    if is_name(sides[0]):
        sides = sides[:0:-1]
    results = [cases(side) if r"\begin{cases}" in side else value(side) for side in sides]
    for result in results:
        if not math.isclose(result, results[0], rel_tol=1e-4, abs_tol=1e-4):
            raise ValueError(f"{result} is not {results[0]}")
    return results[0], re.sub(r"\\mark\{[\w.]+\}|[{}]", "", sides[0])


def check(name, expected, said, tex):
    """What is wrong with a line, if anything."""
    if name in ("embedding", "one_hot"):  # says which value it is
        return None if math.isclose(said, expected, rel_tol=1e-4) else f"{said} is not {expected}"
    steps = statements(tex)
    for i, step in enumerate(steps):
        result, written = check_statement(step)
        later = re.sub(r"\\mark\{[\w.]+\}|[{}]", "", " ".join(" ".join(sides) for sides in steps[i + 1:]))
        if i < len(steps) - 1 and written not in later:
            return f"{written} is not used"
    if not math.isclose(result, expected, rel_tol=1e-3, abs_tol=2e-3):
        return f"{result} is not {expected}"
    return None if math.isclose(result, said, rel_tol=1e-4, abs_tol=1e-4) else f"{result} is not what is said, {said}"


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
        else:
            mistakes.append(f"{name}: nothing is written")
    for mistake in mistakes:
        print(mistake)
    print(f"{sum(written.values())} values of {sum(count > 0 for count in written.values())} operations")
    sys.exit(1 if mistakes or not written else 0)


main()
