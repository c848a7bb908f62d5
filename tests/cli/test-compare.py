# SPDX-License-Identifier: Apache-2.0
"""`faltung inspect --what compare`: two runs, and two moments, worked out again with NumPy."""

import h5py
import numpy as np
from program import DIGITS, fails, main, parse_json, run, train, write


def hidden(path, moment=None):
    """The weights of the layer, and what it gives for the run's first probe."""
    with h5py.File(path) as file:
        group = file["model/weights/hidden"] if moment is None else None
        weight, bias = (group[name][()] if group else
                        file[f"checkpoints/weights/hidden/{name}"][moment]
                        for name in ("weight", "bias"))
        sample = file["observations/probes/input"][0].ravel()
    return {"output": np.tanh(weight.astype(float) @ sample + bias), "weight": weight, "bias": bias}


def check(a, b, *options):
    values = parse_json(run("inspect", "a.h5", "--what", "compare", "--layer", "hidden", "--json",
                            *options).stdout)["compare"]
    lines = parse_json(run("inspect", "a.h5", "--what", "compare", "--json",
                           *options).stdout)["compare"]
    for name in "output", "weight", "bias":
        rows = [row for row in values if row["tensor"] == name]
        for column, expected in ("A", a[name]), ("B", b[name]), ("B - A", b[name] - a[name]):
            got = np.array([float(row[column]) for row in rows])
            assert np.allclose(got, expected.ravel(), rtol=1e-5, atol=1e-6), (name, column)
        line = next(r for r in lines if (r["layer"], r["tensor"]) == ("hidden", name))
        difference = (b[name] - a[name]).astype(float)
        for column, expected in (("rms of A", np.sqrt(np.mean(a[name].astype(float) ** 2))),
                                 ("rms of B - A", np.sqrt(np.mean(difference ** 2))),
                                 ("largest B - A", np.abs(difference).max())):
            assert np.isclose(float(line[column]), expected, rtol=1e-4), (name, column)


def test_runs_and_moments():
    train(write("a.yaml", DIGITS), "--out", "a.h5")
    train("a.yaml", "--out", "b.h5", "--seed", 2)
    check(hidden("a.h5"), hidden("b.h5"), "--with", "b.h5")
    check(hidden("a.h5"), hidden("a.h5", 0), "--with-moment", 0)
    check(hidden("a.h5", 1), hidden("b.h5", 2), "--moment", 1, "--with", "b.h5",
          "--with-moment", 2)


def test_what_cannot_be_compared():
    train(write("a.yaml", DIGITS), "--out", "a.h5")
    fails("inspect", "a.h5", "--what", "compare", says=["--with RUN.h5"])
    fails("inspect", "a.h5", "--what", "compare", "--with-moment", 99, says=["no moment 99"])
    train("a.yaml", "--out", "b.h5", "--set", "data.limit=500")
    fails("inspect", "a.h5", "--what", "compare", "--with", "b.h5", says=["other data"])
    train(write("c.yaml", DIGITS.replace("units: 12", "units: 13")), "--out", "c.h5")
    fails("inspect", "a.h5", "--what", "compare", "--layer", "hidden", "--with", "c.h5",
          says=["[12] here and [13] in the other"])
    compared = parse_json(run("inspect", "a.h5", "--what", "compare", "--with", "c.h5",
                              "--json").stdout)["compare"]
    assert {row["layer"] for row in compared} == {"flatten", "out"}, compared


if __name__ == "__main__":
    main(globals())
