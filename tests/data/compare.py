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
        n = header["n"] * header["targets"]
        targets = np.frombuffer(out, np.float32, n, size * 4)
        if header["targets"] != 1:
            targets = targets.reshape(header["n"], -1)
        out = out[(size + n) * 4:]
        sets.append((header, samples, targets))
    return sets


def refuses(*args):
    """What the program says of data that it does not take."""
    run = subprocess.run([DUMP, *map(str, args)], capture_output=True, text=True)
    assert run.returncode == 1, run
    return run.stderr


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


class Hdf5(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name, "d.h5")

    def write(self, **arrays):
        import h5py

        with h5py.File(self.path, "w") as file:
            for name, values in arrays.items():
                chunked = values.dtype.kind in "iuf" and values.size > 50 and values.ndim > 2
                file.create_dataset(name, data=values, compression="gzip" if chunked else None)

    def read(self, input="", target="", task=0):
        (header, samples, targets), = dump("hdf5", self.path, input, target, task)
        return header, samples, targets

    def test_types_and_shapes(self):
        rng = np.random.default_rng(1)
        for type in ["u1", "i1", "<i2", ">i2", "u2", "i4", "i8", "f2", "<f4", ">f4", "f8"]:
            for shape in [(), (3,), (1, 4, 5), (2, 3, 3), (4, 6)]:
                with self.subTest(type=type, shape=shape):
                    values = (rng.normal(0, 40, (23, *shape)) % 100).astype(type)
                    self.write(input=values, other=values)
                    header, samples, targets = self.read()
                    self.assertEqual(header["shape"], list(shape) or [1])
                    np.testing.assert_array_equal(
                        samples, values.reshape(23, -1).astype(np.float32))
                    self.assertEqual((header["classes"], targets.shape), (False, (23, 0)))

    def test_several_inputs(self):
        rng = np.random.default_rng(1)
        a, b, c = rng.normal(size=(2000, 3, 4, 5)), rng.integers(0, 9, (2000, 2)), rng.random(2000)
        self.write(a=a, b=b, c=c, d=a[:, :1].astype("u1"), e=b.astype("u1"), short=b[:7])
        for names, values in [("{x: a, y: b, z: /c}", (a, b, c)), ("{y: b, x: a}", (b, a)),
                              ("{one: b}", (b,)), ("{x: d, y: e}", (a[:, :1].astype("u1"), b))]:
            header, samples, _ = self.read(names)
            expected = np.concatenate([v.reshape(2000, -1).astype(np.float32) for v in values], 1)
            self.assertEqual(header["shape"], [expected.shape[1]])
            np.testing.assert_array_equal(samples, expected)
        message = refuses("hdf5", self.path, "{x: a, y: short}", "", 0)
        self.assertIn("short: it has 7 rows for the 2000 samples of a", message)

    def test_targets(self):
        x = np.zeros((5, 2), np.float32)
        labels = np.array([0, 4, 1, 1, 0])
        for y, task, classes in [(labels, 0, True), (labels[:, None].astype("u1"), 1, True),
                                 (labels, 2, False), (labels / 3, 0, False),
                                 (np.arange(15).reshape(5, 3), 0, False)]:
            self.write(x=x, **{"a/y": y})
            header, _, targets = self.read("x", "a/y", task)
            self.assertEqual(header["classes"], classes)
            np.testing.assert_array_equal(targets, y.reshape(targets.shape).astype(np.float32))
            if classes:
                self.assertEqual(header["class_names"], ["0", "1", "2", "3", "4"])

    def test_several_targets(self):
        labels, values = np.array([2, 0, 1, 1]), np.arange(12).reshape(4, 3) / 7
        self.write(input=np.zeros((4, 2), "f4"), k=labels, v=values)
        for names, own in [("{a: k, b: v}", labels[:, None]), ("{b: v, a: k}", values)]:
            header, _, targets = self.read("", names)
            self.assertEqual(header["classes"], own is not values)
            np.testing.assert_array_equal(targets.ravel(), own.ravel().astype(np.float32))

    def test_mistakes(self):
        good, bad = np.zeros((3, 2), "f4"), np.array([[0, 1], [2, np.nan], [3, 4]])
        self.write(input=good, bad=bad, words=np.array([b"a"]), none=np.zeros((0, 2)),
                   long=np.arange(4), minus=np.array([0, 1, -1]), floats=np.array([.1, .2, .3]))
        for args, says in [
            (("inptu", "", 0), ["inptu", "did you mean /input"]),
            (("x", "", 0), ["/bad", "/words", "`input:`"]),
            (("bad", "", 0), ["bad", "sample 1", "finite"]),
            (("words", "", 0), ["words", "no numbers"]),
            (("none", "", 0), ["none", "dimension 1 is 0"]),
            (("", "long", 0), ["long", "4 rows", "3 samples", "/input"]),
            (("", "minus", 0), ["sample 2", "class -1", "regression"]),
            (("", "floats", 1), ["floats", "whole number"]),
            (("", "bad", 1), ["bad", "whole numbers", "several floats"]),
            (("", "bad", 0), ["sample 1", "not finite"]),
        ]:
            with self.subTest(args=args):
                message = refuses("hdf5", self.path, *args)
                for text in [str(self.path), *says]:
                    self.assertIn(text, message)
        self.path.write_text("no HDF5")
        self.assertIn("HDF5", refuses("hdf5", self.path, "", "", 0))


class Npy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name, "x.npy")
        self.target = pathlib.Path(folder.name, "y.npy")

    def test_types_and_shapes(self):
        rng = np.random.default_rng(1)
        for type in ["u1", "?", "i1", "<i2", ">i2", "u2", "i4", ">u4", "i8", "<f4", ">f4", "f8"]:
            for shape in [(), (3,), (1, 4, 5), (2, 3, 3)]:
                with self.subTest(type=type, shape=shape):
                    values = (rng.normal(0, 40, (23, *shape)) % 100).astype(type)
                    np.save(self.path, values)
                    (header, samples, targets), = dump("npy", self.path, "", 0)
                    self.assertEqual(header["shape"], list(shape) or [1])
                    np.testing.assert_array_equal(
                        samples, values.reshape(23, -1).astype(np.float32))
                    self.assertEqual(targets.shape, (23, 0))

    def test_targets(self):
        np.save(self.path, np.zeros((5, 2), np.float32))
        for y, task, classes in [(np.array([0, 4, 1, 1, 0]), 0, True),
                                 (np.array([0, 4, 1, 1, 0]), 2, False),
                                 (np.arange(15).reshape(5, 3) / 7, 0, False)]:
            np.save(self.target, y)
            (header, _, targets), = dump("npy", self.path, self.target, task)
            self.assertEqual(header["classes"], classes)
            np.testing.assert_array_equal(targets, y.reshape(targets.shape).astype(np.float32))

    def test_mistakes(self):
        def refused(values, *says, cut=None):
            np.save(self.path, values, allow_pickle=True)
            if cut is not None:
                self.path.write_bytes(self.path.read_bytes()[:cut])
            message = refuses("npy", self.path, "", 0)
            for text in [str(self.path), *says]:
                self.assertIn(text, message)

        good = np.arange(12, dtype="f4").reshape(3, 4)
        refused(np.asfortranarray(good), "fortran_order", "ascontiguousarray")
        refused(good.astype("f2"), "<f2", "astype")
        refused(np.array(["a", "b"]), "numbers")
        refused(np.array([{}]), "numbers")
        refused(np.array([[1, np.nan]]), "sample 0", "finite")
        refused(good, "cut off", cut=150)
        refused(good, "numpy.save", cut=20)
        refused(good, "numpy.save", cut=4)
        np.save(self.path, good)
        np.save(self.target, np.arange(4))
        self.assertIn("4 rows", refuses("npy", self.path, self.target, 0))


class Text(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name, "t.txt")

    def check(self, text, length, stride, part):
        """Windows, their next characters, and no training window reaches into the validation."""
        vocabulary = sorted(set(text))
        index = {c: i for i, c in enumerate(vocabulary)}
        cut = int(np.floor((1 - part) * len(text) + 0.5))
        starts = range(0, len(text) - length, stride or length)
        parts = [[s for s in starts if s + length < cut], [s for s in starts if s >= cut]]
        for (header, samples, targets), part in zip(
                dump("text", self.path, length, stride, part), parts, strict=True):
            self.assertEqual((header["shape"], header["targets"]), ([length], length))
            self.assertEqual(len(header["class_names"]), len(vocabulary))
            self.assertEqual(header["n"], len(part))
            for k, (start, row, target) in enumerate(zip(part, samples, targets.reshape(-1, length))):
                window = [index[c] for c in text[start:start + length + 1]]
                np.testing.assert_array_equal(row, window[:-1], f"sample {k}")
                np.testing.assert_array_equal(target, window[1:], f"sample {k}")
        return header

    def test_windows(self):
        rng = random.Random(2)
        for round in range(40):
            text = "".join(rng.choice("ab\n c😀ß") for _ in range(rng.randint(60, 200)))
            encoded = (rng.choice(["", "\ufeff"]) + text).encode()
            self.path.write_bytes(gzip.compress(encoded) if rng.random() < 0.3 else encoded)
            length, part = rng.randint(1, 12), rng.choice([0.3, 0.5, 0.25])
            with self.subTest(round=round):
                header = self.check(text, length, rng.choice([0, 1, 2, length, length + 3]), part)
                names = {"\n": "\\n", " ": "space"}
                self.assertEqual(header["class_names"], [names.get(c, c) for c in sorted(set(text))])

    def test_large_vocabularies(self):
        """One, two and four bytes a character."""
        letters = [chr(c) for c in range(33, 0x12000) if not 0xD800 <= c < 0xE000]
        for n in [255, 256, 257, 65535, 65536, 65537]:
            text = "".join(letters[:n]) + "".join(reversed(letters[n - 300 if n > 300 else 0:n]))
            self.path.write_text(text, encoding="utf-8", newline="")
            with self.subTest(n=n):
                self.check(text, 100, 70, 0.4)

    def test_mistakes(self):
        self.path.write_bytes(b"good\nb\xe4d\n")
        message = refuses("text", self.path, 2, 0, 0.3)
        self.assertIn(f"{self.path}:2: byte 2", message)
        self.assertIn("UTF-8", message)
        self.path.write_text("short")
        self.assertIn("5 characters", refuses("text", self.path, 5, 0, 0.3))
        self.assertIn("too few", refuses("text", self.path, 4, 0, 0.3))
        self.path.write_text("")
        self.assertIn("0 characters", refuses("text", self.path, 5, 0, 0.3))


if __name__ == "__main__":
    os.environ.pop("FALTUNG_DATA_PATH", None)
    unittest.main()
