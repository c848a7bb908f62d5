#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`faltung data list` and `faltung data show`, as a person or a script uses them.

command.py FALTUNG
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

FALTUNG = sys.argv.pop(1)
SHIPPED = {"digits": ([1, 8, 8], 1797, 10), "boston-housing": ([13], 506, 0),
           "iris": ([4], 150, 3), "wine": ([13], 178, 3), "adding": ([50, 2], 10000, 0),
           "copy": ([50], 10000, 9), "sine": ([25, 1], 2000, 0), "xor": ([2], 4, 2),
           "spirals": ([2], 194, 2)}
WITH_TEST = {"adding": 1000, "copy": 1000, "sine": 500, "xor": 4, "spirals": 192}


def faltung(*args, **extra):
    env = {**os.environ, "XDG_DATA_HOME": "/nonexistent", "XDG_DATA_DIRS": "/nonexistent",
           "FALTUNG_DATA_PATH": "", "LC_ALL": "C.UTF-8", **extra}
    return subprocess.run([FALTUNG, "data", *args], env=env, capture_output=True, text=True)


class List(unittest.TestCase):
    def test_text(self):
        run = faltung("list")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        lines = run.stdout.splitlines()
        rows = {line.split()[0]: line for line in lines[1:]}
        for name in SHIPPED:
            self.assertTrue(rows[name].endswith("in the program"), rows[name])
        self.assertIn("not here: `faltung data get mnist`", rows["mnist"])
        self.assertIn("the next letter", rows["tinyshakespeare"])
        self.assertIn("`apt-get install dataset-fashion-mnist` or `faltung data get "
                      "fashion-mnist`", rows["fashion-mnist"])
        # the columns stand under each other
        start = lines[0].index("where")
        for name, line in rows.items():
            self.assertRegex(line[start - 1:], r"^ (in the|not here)", name)
        self.assertEqual(faltung().stdout, run.stdout)

    def test_json(self):
        sets = {entry["name"]: entry for entry in json.loads(faltung("list", "--json").stdout)}
        for name, (shape, n, classes) in SHIPPED.items():
            entry = sets[name]
            self.assertEqual((entry["shape"], entry["training"], entry["classes"], entry["here"]),
                             (shape, n, classes, True))
        self.assertEqual((sets["mnist"]["here"], sets["mnist"]["folder"]), (False, None))


class Show(unittest.TestCase):
    def test_augmented(self):
        experiment = ("data: {name: digits, augment: {flip: horizontal}}\n"
                      "network: {input: [1, 8, 8], layers: [flatten: {}, dense: {units: 10}]}\n"
                      "train: {loss: softmax_cross_entropy}\n")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "e.yaml")
            path.write_text(experiment)
            shown = faltung("show", str(path), "--augment").stdout
            self.assertEqual(faltung("show", str(path), "--augment").stdout, shown)
            flipped = []
            for block in shown.split("\n\n"):
                *rows, captions = block.splitlines()
                self.assertEqual(re.split("  +", captions.strip()),
                                 ["as it is", "epoch 1", "epoch 2", "epoch 3"])
                # each picture is 16 characters wide, two of them between one and the next
                pictures = [[row.ljust(80)[at:at + 16] for row in rows] for at in range(0, 72, 18)]
                mirrored = [row[::-1] for row in pictures[0]]
                for picture in pictures[1:]:
                    self.assertIn(picture, (pictures[0], mirrored))
                    flipped.append(picture == mirrored)
            self.assertEqual((len(flipped), set(flipped)), (9, {False, True}))
            # the same as a picture: a row for each sample, of it and its mirror
            sheet = pathlib.Path(folder, "sheet.svg")
            drawn = faltung("show", str(path), "--augment", "--out", str(sheet))
            if "without pictures" not in drawn.stderr:
                self.assertEqual(drawn.stdout, f"{sheet}\n")
                images = re.findall("data:image/png;base64,([^\"]*)", sheet.read_text())
                rows = [images[at:at + 8] for at in range(0, 64, 8)]
                self.assertEqual((len(images), [len(set(row)) for row in rows]), (64, [2] * 8))
                self.assertEqual(len({row[0] for row in rows}), 8)
            for old, new, says in [(", augment: {flip: horizontal}", "", "nothing happens"),
                                   ("name: digits", "name: iris", "flip")]:
                path.write_text(experiment.replace(old, new))
                refused = faltung("show", str(path), "--augment")
                self.assertIn(says, refused.stderr)

    def test_text_of_the_catalogue(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "tinyshakespeare", "input.txt")
            path.parent.mkdir()
            path.write_text("another text " * 20)
            refused = faltung("show", "tinyshakespeare", FALTUNG_DATA_PATH=folder)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("input.txt: this is another text", refused.stderr)
            path.write_text("ab" * 557697)  # as long as the real one
            shown = faltung("show", "tinyshakespeare", FALTUNG_DATA_PATH=folder).stdout
            self.assertIn("1115394 characters, 2 different", shown)
            # by its name among texts, with a length of one's own
            experiment = pathlib.Path(folder, "e.yaml")
            experiment.write_text("data: {text: tinyshakespeare, length: 40}\n"
                                  "network: {input: [40], layers: [one_hot: {classes: 2}]}\n"
                                  "train: {loss: softmax_cross_entropy}\n")
            out = str(pathlib.Path(folder, "o.h5"))
            done = faltung("export", str(experiment), "--out", out, FALTUNG_DATA_PATH=folder)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            missing = faltung("export", str(experiment), "--out", out + "2")
            self.assertIn("faltung data get tinyshakespeare", missing.stderr)

    def test_text(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "t.txt")
            path.write_text("Eins, zwei,\ndrei.\n" * 9, newline="")
            run = faltung("show", path, "--length", "11")
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertIn("162 characters, 13 different:\n\n  \\n ,.Edeinrswz\n", run.stdout)
            self.assertIn("sample  Eins, zwei,\ntarget  ins, zwei,\\n\n", run.stdout)
            shown = json.loads(faltung("show", path, "--json").stdout)
            self.assertEqual((shown["shape"], shown["training"]), ([25], 6))
            self.assertEqual(faltung("show", path, "--length", "0").returncode, 2)

    def test_hdf5(self):
        import h5py
        import numpy

        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "d.h5")
            with h5py.File(path, "w") as file:
                file["x"] = numpy.arange(120.0).reshape(30, 4)
                file["y"] = numpy.arange(30) % 3
            run = faltung("show", path, "--input", "x", "--target", "/y")
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertRegex(run.stdout, r"shape +4\nsamples +30 training")
            shown = json.loads(faltung("show", path, "--input", "/x", "--json").stdout)
            self.assertEqual((shown["training"], shown.get("classes")), (30, None))
            self.assertIn("/x, /y", faltung("show", path).stderr)

    def test_shipped(self):
        for name, (shape, n, classes) in SHIPPED.items():
            shown = json.loads(faltung("show", name, "--json").stdout)
            self.assertEqual((shown["shape"], shown["training"], shown["test"]),
                             (shape, n, WITH_TEST.get(name, 0)))
            self.assertEqual(len(shown.get("classes", [])), classes)
            positions = 50 if name == "copy" else 1
            self.assertEqual(sum(c["training"] for c in shown.get("classes", [])) / positions,
                             n if classes else 0)
            text = faltung("show", name).stdout
            self.assertIn(shown["title"], text)
            self.assertIn(shown["source"], text)

    def test_figures(self):
        """The statistics are those that the files' descriptions state."""
        iris = json.loads(faltung("show", "iris", "--json").stdout)
        petal = iris["values"][2]
        self.assertEqual(petal["name"], "petal length (cm)")
        self.assertAlmostEqual(petal["minimum"], 1.0, 6)
        self.assertAlmostEqual(petal["maximum"], 6.9, 6)
        self.assertAlmostEqual(petal["mean"], 3.758, 6)
        boston = json.loads(faltung("show", "boston-housing", "--json").stdout)
        self.assertAlmostEqual(boston["targets"][0]["mean"], 22.532806, 5)
        self.assertAlmostEqual(boston["targets"][0]["deviation"], 9.188012, 5)
        digits = json.loads(faltung("show", "digits", "--json").stdout)
        self.assertEqual([v["name"] for v in digits["values"]], ["all"])
        self.assertEqual(digits["values"][0]["maximum"], 16)

    def test_images(self):
        """The preview has the digits 0 to 3 side by side, each 16 x 8 characters."""
        text = faltung("show", "digits").stdout
        *rows, caption = text.rstrip("\n").splitlines()[-9:]
        self.assertEqual(caption.split(), ["0", "1", "2", "3"])
        columns = [row.ljust(70) for row in rows]
        for i in range(4):
            image = "\n".join(row[i * 18:i * 18 + 16] for row in columns)
            self.assertGreater(len(re.findall(r"[#%@]", image)), 10)
        # a nought is empty in its middle, a one is not
        self.assertEqual(columns[4][6:8], "  ")
        self.assertRegex(columns[4][18 + 6:18 + 10], r"[*#%@]+")

    def test_own_table(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "my table.csv")
            path.write_text("height;colour;weight\n1.5;red;3.5\n2.5;blue;4\n3.5;red;5\n")
            run = faltung("show", path, "--target", "weight")
            self.assertEqual(run.returncode, 2)
            self.assertIn(f"{path}:2:5: 'red' in column 'colour' is not a number", run.stderr)
            path.write_text("height;colour;weight\n1.5;0;3.5\n2.5;1;4\n3.5;0;5\n")
            shown = json.loads(faltung("show", path, "--target", "height", "--json").stdout)
            self.assertEqual([v["name"] for v in shown["values"]], ["colour", "weight"])
            self.assertEqual(shown["targets"][0]["mean"], 2.5)
            text = faltung("show", path).stdout
            self.assertRegex(text, r"height +1.5 +2.5 +3.5\n")
            self.assertRegex(text, r"weight \(target\) +3.5 +5 ")

    def test_own_images(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "train-images-idx3-ubyte")
            path.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2,
                                    0, 255, 255, 0, 9, 9, 9, 9]))
            shown = json.loads(faltung("show", path, "--json").stdout)
            self.assertEqual((shown["shape"], shown["training"]), ([1, 2, 2], 2))
            self.assertTrue(faltung("show", path).stdout)
            pathlib.Path(folder, "train-labels-idx1-ubyte").write_bytes(
                bytes([0, 0, 8, 1, 0, 0, 0, 2, 0, 1]))
            shown = json.loads(faltung("show", folder, "--json").stdout)
            self.assertEqual([c["training"] for c in shown["classes"]], [1, 1])


class Mistakes(unittest.TestCase):
    def check(self, args, *messages):
        run = faltung(*args)
        self.assertEqual((run.returncode, run.stdout), (2, ""), args)
        for message in messages:
            self.assertIn(message, run.stderr)

    def test_mistakes(self):
        self.check(["lsit"], "did you mean `faltung data list`?")
        self.check(["remove"], "expected list, show NAME, get NAME or export")
        self.check(["show"], "usage: faltung data show NAME", "`faltung data list`")
        self.check(["list", "iris"], "usage: faltung data list")
        self.check(["show", "iriss"], "did you mean 'iris'?")
        self.check(["show", "mnist"], "`faltung data get mnist`")
        self.check(["show", "iris", "more"], "too many arguments")


if __name__ == "__main__":
    unittest.main()
