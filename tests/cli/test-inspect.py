#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The views of `faltung inspect` that ask a network about many samples."""

import os
import pathlib

from program import BOSTON, DIGITS, fails, main, parse_json, run, train, write


def inspect(path, what, *more):
    return parse_json(run("inspect", path, "--what", what, "--json", *more).stdout)


def drawn(path, what, *more):
    """Writes the view's pictures, checks that they are some, and returns their names."""
    if "-Ddraw=disabled" in run("inspect", path, "--png", ".", status=None).stderr:
        return None
    report = inspect(path, what, "--png", "pictures", "--svg", "pictures", *more)
    names = [os.path.basename(name) for name in report["pictures"]]
    for name in names:
        data = pathlib.Path("pictures", name).read_bytes()
        assert data.startswith(b"\x89PNG" if name.endswith(".png") else b"<?xml"), name
    assert sorted(n[:-4] for n in names if n.endswith(".png")) == sorted(
        n[:-4] for n in names if n.endswith(".svg")
    )
    return names


def test_embedding():
    train(write("d.yaml", DIGITS), "--epochs", 10)
    for method, least in (("pca", 0.6), ("tsne", 0.93)):
        report = inspect("d.h5", "embedding", "--method", method)
        rows = report["embedding"]
        assert len(rows) == 539 and [row["sample"] for row in rows] == list(range(539))
        points = [(row["x"], row["y"]) for row in rows]
        agree = 0
        for i, (x, y) in enumerate(points):
            nearest = min((j for j in range(539) if j != i),
                          key=lambda j: (points[j][0] - x) ** 2 + (points[j][1] - y) ** 2)
            agree += rows[i]["class"] == rows[nearest]["class"]
        assert abs(agree / 539 - report["figures"]["nearest_of_class"]) < 0.01
        assert agree / 539 > least, (method, agree / 539)
        again = inspect("d.h5", "embedding", "--method", method, "--threads", 1)
        assert again == report
    names = drawn("d.h5", "embedding", "--layer", "hidden", "--samples", 100, "--dark")
    assert names in (None, ["embedding-hidden-pca.png", "embedding-hidden-pca.svg"])
    few = inspect("d.h5", "embedding", "--layer", "input", "--samples", 20, "--method", "tsne")
    assert len(few["embedding"]) == 20 and few["figures"]["perplexity"] == 6
    fails("inspect", "d.h5", "--what", "embedding", "--method", "umap", says=["pca and tsne"])
    fails("inspect", "d.h5", "--what", "embedding", "--samples", -1, says=["--samples"])
    fails("inspect", "d.h5", "--what", "embedding", "--samples", 1, says=["two samples"])


def test_embedding_without_classes():
    train(write("b.yaml", BOSTON))
    rows = inspect("b.h5", "embedding", "--layer", "input")["embedding"]
    assert set(rows[0]) == {"sample", "x", "y"}
    assert drawn("b.h5", "embedding") is None or os.path.exists("pictures/embedding-input-pca.svg")


if __name__ == "__main__":
    main(globals())
