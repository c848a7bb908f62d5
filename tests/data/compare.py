#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the same data with the program's readers and with Python's, and compares every value.

compare.py DUMP-DATASET
"""

import csv
import gzip
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import numpy as np

DUMP = sys.argv.pop(1)
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")
SKLEARN = pathlib.Path("/usr/lib/python3/dist-packages/sklearn/datasets/data")
SHIPPED = pathlib.Path(__file__).parents[2] / "data" / "shipped"


def dump(*args):
    """The data sets that the program reads: (header, samples, targets) of each."""
    out = subprocess.run([DUMP, *map(str, args)], stdout=subprocess.PIPE, check=True).stdout
    sets = []
    while out:
        line, out = out.split(b"\n", 1)
        header = json.loads(line)
        size = header["n"] * int(np.prod(header["shape"]))
        samples = np.frombuffer(out, np.float32, size).reshape(header["n"], -1)
        targets = np.frombuffer(out, np.float32, header["n"], size * 4)
        out = out[(size + header["n"]) * 4:]
        sets.append((header, samples, targets))
    return sets


class Shipped(unittest.TestCase):
    """The data within the program are scikit-learn's."""

    def check(self, name, shape, loaded):
        (header, samples, targets), = dump("name", name)
        self.assertEqual(header["shape"], shape)
        np.testing.assert_array_equal(samples, loaded.data.astype(np.float32))
        np.testing.assert_array_equal(targets, loaded.target)
        self.assertEqual(header["class_names"], [str(n) for n in loaded.target_names])
        return header

    @unittest.skipUnless(SKLEARN.exists(), "needs python3-sklearn")
    def test_classes(self):
        from sklearn import datasets

        self.check("digits", [1, 8, 8], datasets.load_digits())
        self.check("wine", [13], datasets.load_wine())
        iris = datasets.load_iris()
        header = self.check("iris", [4], iris)
        self.assertEqual(header["feature_names"], iris.feature_names)

    @unittest.skipUnless(SKLEARN.exists(), "needs python3-sklearn")
    def test_boston(self):
        (header, samples, targets), = dump("name", "boston-housing")
        rows = np.loadtxt(SKLEARN / "boston_house_prices.csv", delimiter=",", skiprows=2)
        np.testing.assert_array_equal(samples, rows[:, :-1].astype(np.float32))
        np.testing.assert_array_equal(targets, rows[:, -1].astype(np.float32))
        self.assertEqual(header["feature_names"][0], "crim")
        self.assertEqual(header["feature_names"][12], "lstat")

    @unittest.skipUnless(SKLEARN.exists(), "needs python3-sklearn")
    def test_made_by_the_script(self):
        """make.py gives the tables that are in the tree."""
        script = (SHIPPED / "make.py").read_text()
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder, "make.py")
            copy.write_text(script)
            subprocess.run([sys.executable, copy], check=True)
            for name in ["boston-housing.csv", "iris.csv", "wine.csv"]:
                self.assertEqual(pathlib.Path(folder, name).read_bytes(),
                                 (SHIPPED / name).read_bytes(), name)
            name = "digits.csv.gz"
            self.assertEqual(gzip.decompress(pathlib.Path(folder, name).read_bytes()),
                             gzip.decompress((SHIPPED / name).read_bytes()))


class Documentation(unittest.TestCase):
    def test_descriptor(self):
        """docs/add-a-data-set.md shows the descriptor as it is, and its lines stand where it says."""
        root = SHIPPED.parents[1]
        page = (root / "docs" / "add-a-data-set.md").read_text()
        code = page.split("```c\n")[1].split("```")[0]
        self.assertEqual(code, (root / "data" / "sets" / "iris.c").read_text())
        for line in page.split("```diff\n")[1].split("```")[0].splitlines():
            if line.startswith("---"):
                text = (root / line.removeprefix("--- a/")).read_text()
            else:
                self.assertIn(line[1:].strip(), text)


class Idx(unittest.TestCase):
    @unittest.skipUnless(FASHION.exists(), "needs dataset-fashion-mnist")
    def test_fashion(self):
        sets = dump("name", "fashion-mnist")
        self.assertEqual(len(sets), 2)
        for (header, samples, targets), part in zip(sets, ["train", "t10k"]):
            images = gzip.open(FASHION / f"{part}-images-idx3-ubyte.gz").read()
            labels = gzip.open(FASHION / f"{part}-labels-idx1-ubyte.gz").read()
            expected = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 784)
            np.testing.assert_array_equal(samples, expected)
            np.testing.assert_array_equal(targets, np.frombuffer(labels, np.uint8, offset=8))
            self.assertEqual(header["shape"], [1, 28, 28])
            self.assertEqual(header["class_names"][9], "Ankle boot")


class Csv(unittest.TestCase):
    """Random tables, written by Python's csv module in random dialects."""

    def random_number(self, rng):
        return rng.choice([
            lambda: str(rng.randint(-10**9, 10**9)),
            lambda: repr(rng.uniform(-1, 1)),
            lambda: f"{rng.gauss(0, 1) * 10 ** rng.randint(-30, 30):.{rng.randint(0, 25)}e}",
            lambda: f"{rng.uniform(-1e6, 1e6):.{rng.randint(0, 12)}f}",
        ])()

    def random_word(self, rng):
        letters = "abc ,;\t\n\"'äß漢x"
        return "w" + "".join(rng.choice(letters) for _ in range(rng.randint(1, 6))) + "w"

    def check(self, seed, folder):
        rng = random.Random(seed)
        n, width = rng.randint(4, 60), rng.randint(1, 6)
        classes = rng.random() < 0.5
        words = list({self.random_word(rng) for _ in range(rng.randint(2, 5))} | {"w0w", "w1w"})
        names = [f"column {rng.choice('äöü,;')} {i}" for i in range(width + 1)]
        target = rng.randint(0, width)
        rows = [[self.random_number(rng) for _ in range(width + 1)] for _ in range(n)]
        for i, row in enumerate(rows):
            if classes:
                row[target] = words[i] if i < 2 else rng.choice(words)
            else:
                row[target] += "" if "." in row[target] or "e" in row[target] else ".5"
        text = io.StringIO()
        writer = csv.writer(
            text, delimiter=rng.choice(",;\t"), lineterminator=rng.choice(["\n", "\r\n"]),
            quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
        writer.writerow(names)
        writer.writerows(rows)
        encoded = (rng.choice(["", "\ufeff"]) + text.getvalue()).encode()
        path = pathlib.Path(folder, "t.csv")
        path.write_bytes(gzip.compress(encoded) if rng.random() < 0.3 else encoded)

        (header, samples, targets), = dump("csv", path, names[target])
        features = np.array([[float(v) for k, v in enumerate(row) if k != target] for row in rows])
        np.testing.assert_array_equal(samples, features.astype(np.float32))
        self.assertEqual(header["feature_names"], names[:target] + names[target + 1:])
        self.assertEqual(header["classes"], classes)
        if classes:
            used = sorted({row[target] for row in rows}, key=str.encode)
            self.assertEqual(len(header["class_names"]), len(used))
            np.testing.assert_array_equal(targets, [used.index(row[target]) for row in rows])
        else:
            np.testing.assert_array_equal(
                targets, np.array([float(row[target]) for row in rows]).astype(np.float32))

    def test_random_tables(self):
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(150):
                with self.subTest(seed=seed):
                    self.check(seed, folder)


if __name__ == "__main__":
    os.environ.pop("FALTUNG_DATA_PATH", None)
    unittest.main()
