#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The views that ask a network why: what they say is what the program without a window says.

Usage: test-explaining.py FALTUNG-GUI FALTUNG EXPERIMENTS
"""
import json
import os
import re
import subprocess
import time

from windowtest import DIGITS, EXPERIMENTS, FALTUNG, GUI, ViewTest, main, training


def number(text):
    return float(text.replace("\u2212", "-"))


def ranks(values):
    """From 0 on; equal values have the mean of theirs."""
    return [sum(other < value for other in values) + (values.count(value) - 1) / 2
            for value in values]


def correlation(a, b):
    mean = (len(a) - 1) / 2
    a, b = [rank - mean for rank in ranks(a)], [rank - mean for rank in ranks(b)]
    return (sum(x * y for x, y in zip(a, b))
            / (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5)


class SheetTest(ViewTest):
    def inspect(self, run, what, *more):
        done = subprocess.run([FALTUNG, "inspect", run, "--what", what, "--json", "--quiet", *more],
                              check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def pointed(self, x, y):
        """What is said of a point of the sheet, once the pointer has been seen there."""
        for i in range(10):
            sheet = self.place(self.desk.window(), "FaltungSheetView")
            self.desk.move(sheet["x"] + x * sheet["width"] + i % 2,  # it does move
                           sheet["y"] + y * sheet["height"])
            time.sleep(0.1)
            said = re.match(r"(.+) \[([\d, ]+)\]: (\S+)$", self.desk.window()["labels"][-1])
            if said:
                return said
        return None

    def read(self, across, down):
        """The numbers under the pointer at some points of the sheet, by picture and index."""
        # a list that was open keeps the pointer until there is a click
        sheet = self.place(self.desk.window(), "FaltungSheetView")
        self.desk.click(sheet["x"] + 3, sheet["y"] + 3)
        found = {}
        for said in filter(None, (self.pointed(x, y) for y in down for x in across)):
            index = tuple(int(part) for part in said[2].split(", "))
            found[said[1], index] = number(said[3])
        return found

    def choose(self, name, items, item):
        """Chooses one of the items of a drop-down list."""
        desk = self.desk
        # an open list has all items, a closed one what is chosen; the click may have come while
        # the window was still laid out anew
        for _ in range(20):
            desk.click_on(self.place(desk.window(), "GtkDropDown", name))
            time.sleep(0.5)
            if len(set(items) & set(desk.window()["labels"])) > 1:
                break
        time.sleep(0.3)
        desk.key("Home", *["Down"] * items.index(item), "Return")
        desk.wait_window(lambda window: set(items) & set(window["labels"]) == {item},
                         f"the choice of {item}")


class Explain(SheetTest):
    def figures(self, run, *more):
        """The line that the page has to say, and every attribution by way and place."""
        values, kinds = {}, ("saliency", "integrated", "gradcam", "occlusion")
        for what in kinds:
            report = self.inspect(run, what, "--sample", "0", *more)
            for row in report[what]:
                values[what, (row["row"], row["column"])] = row["attribution"]
            if what == "integrated":
                figures = report["figures"]
        return figures, values

    def says(self, figures):
        line = re.compile(rf"{figures['unit']:.0f}: score (\S+), gap (\S+)$")

        def agrees(window):
            found = [line.match(text) for text in window["labels"]]
            return any(one and abs(number(one[1]) - figures["score"]) < 1e-3
                       and abs(number(one[2]) - figures["gap"]) < 1e-3 for one in found)

        return self.desk.wait_window(agrees, f"the figures {figures}")

    def test_every_way(self):
        desk = self.desk
        run = self.train("run.h5")
        self.open(run)
        self.turn("Explain")
        figures, values = self.figures(run)
        window = self.says(figures)
        self.assertEqual(window["captions"],
                         ["0: 4", "Saliency", "Integrated", "Grad-CAM", "Occlusion"])
        # each of the pictures, at two of its values
        read = self.read([0.25, 0.45, 0.65, 0.85], [0.3])
        self.assertEqual({name for name, _ in read},
                         {"saliency", "integrated", "gradcam", "occlusion"})
        for (name, index), value in read.items():
            if name != "gradcam":  # whose maps are smaller than the sample
                expected = values[name, index]
                expected = abs(expected) if name == "saliency" else expected
                self.assertAlmostEqual(value, expected, delta=1e-4 * max(1, abs(expected)))
        # beside a network that has learned nothing
        unit = f"{figures['unit']:.0f}"
        _, random = self.figures(run, "--moment", "0", "--unit", unit)
        desk.press("Beside a network with random weights, which has learned nothing")
        likeness = []
        for what in ("saliency", "integrated", "gradcam", "occlusion"):
            places = [place for place in values if place[0] == what]
            likeness.append(correlation([values[place] for place in places],
                                        [random[place] for place in places]))
        window = desk.wait_window(lambda window: len(window["captions"]) == 10, "both networks")
        for text, expected in zip(window["captions"][6:], likeness):
            self.assertAlmostEqual(number(text.removeprefix("\u03c1 = ")), expected, delta=0.01)
        # another class, and another moment
        self.choose("Class", ["The decision", *"0123456789"], "2")
        self.says(self.figures(run, "--unit", "2")[0])
        canvas = desk.window()["canvas"]
        desk.click(canvas["x"] + 66, self.height - 26)
        self.says(self.figures(run, "--unit", "2", "--moment", "0")[0])

    def test_live(self):
        desk = self.desk
        self.open(self.experiment(("epochs: 10", "epochs: 100000")))
        self.turn("Explain")
        desk.key("F5")

        def score(window):
            return next(text for text in window["labels"] if ": score " in text)

        first = score(desk.wait_window(score, "the first score"))
        desk.wait_window(lambda window: score(window) != first, "a newer score")
        desk.key("shift+F5")
        desk.wait_window(lambda window: training(window) == "idle", "the end")


class Units(SheetTest):
    WHATS = ["All units", "One unit", "Filters by frequency"]

    def agrees(self, shown, expected):
        """Whether the captions are those names and numbers."""
        found = [text.rsplit(", ", 1) for text in shown]
        return len(found) == len(expected) and all(
            one[0] == name and abs(number(one[1]) - value) < 1e-3 * max(1, abs(value))
            for one, (name, value) in zip(found, expected))

    def shows(self, expected):
        return self.desk.wait_window(lambda window: self.agrees(window["captions"], expected),
                                     f"the pictures {expected}")

    def test_units(self):
        desk = self.desk
        run = self.train("run.h5")
        self.open(run)
        self.turn("Units")
        rows = self.inspect(run, "exciting", "--layer", "conv1")["exciting"]
        window = self.shows([(str(row["unit"]), row["output"]) for row in rows if row["rank"] == 0])
        # a click on a unit: what it answers to, and what was made for it
        sheet = self.place(window, "FaltungSheetView")
        desk.click(sheet["x"] + 30, sheet["y"] + 30)
        score = self.inspect(run, "maximal", "--layer", "conv1", "--unit", "0")["figures"]["score"]
        samples = [row for row in rows if row["unit"] == 0]
        window = self.shows([("Made", score)] + [
            (f"{row['sample']}: {row['class']}", row["output"]) for row in samples])
        # a click on a sample makes it the probe
        desk.click(sheet["x"] + sheet["width"] * 0.25, sheet["y"] + 30)
        window = desk.wait_window(lambda window: window["sample"] != 0, "the probe")
        self.assertIn(window["sample"], [row["sample"] for row in samples])
        self.choose("What is shown", self.WHATS, self.WHATS[2])
        filters = self.inspect(run, "filters")["filters"]
        self.shows([(str(row["unit"]), row["frequency"]) for row in filters])
        # the layer that is selected on the canvas
        self.choose("What is shown", self.WHATS, self.WHATS[0])
        self.select("conv2")
        rows = self.inspect(run, "exciting", "--layer", "conv2")["exciting"]
        self.shows([(str(row["unit"]), row["output"]) for row in rows if row["rank"] == 0])


INSIDE = """\
name: Inside
data: {text: t.txt, length: 8, validation: 0.2}
network:
  input: [8]
  layers:
    - embedding: {name: table, vocabulary: 8, units: 6}
    - layer_norm: {name: norm}
    - multi_head_attention: {name: heads, heads: 2, causal: true}
    - lstm: {name: memory, units: 5}
    - dense: {name: out, units: 8}
train: {loss: softmax_cross_entropy, optimizer: {adam: {lr: 0.01}}, batch: 8, epochs: 3, seed: 1}
"""


class Inside(SheetTest):
    def of(self, run, layer, *more):
        """What the pictures of a layer say: a name and, where there are bars, their extremes."""
        rows = self.inspect(run, "inside", "--sample", "0", *more)["inside"]
        return [[row["tensor"], *([row["minimum"], row["maximum"]] if "x" not in str(row["shape"])
                                  else [])] for row in rows if row["layer"] == layer]

    def shows(self, expected):
        def agrees(window):
            found = [re.split(r"  | \u2026 ", text) for text in window["captions"]]
            return [one[0] for one in found] == [one[0] for one in expected] and all(
                abs(number(a) - b) < 6e-3 * max(abs(b), 0.01)  # it has three digits
                for one, other in zip(found, expected) for a, b in zip(one[1:], other[1:]))

        return self.desk.wait_window(agrees, f"the pictures {expected}")

    def said(self, x, y):
        """What is said of a point of the sheet."""
        sheet = self.place(self.desk.window(), "FaltungSheetView")
        for i in range(10):
            self.desk.move(sheet["x"] + x * sheet["width"] + i % 2, sheet["y"] + y * sheet["height"])
            time.sleep(0.1)
            said = self.desk.window()["labels"][-1]
            if re.search(r" \d+.*: \S+$", said) and ";" not in said:
                return said.rsplit(": ", 1)
        raise AssertionError("nothing is said")

    def said_of_card(self, layer):
        """What is said of a value in the right part of its card, where what lies inside is."""
        def said(window):
            node = self.node(window, layer)
            self.desk.move(node["x"] + 0.5 * node["width"], node["y"] + 0.55 * node["height"])
            return re.match(rf"{layer}, (.*): (\S+)\n.*\nfrom", window["microscope"])
        return said(self.desk.wait_window(said, f"what lies inside {layer}")).groups()

    def test_inside(self):
        desk, path = self.desk, os.path.join(self.folder, "inside.yaml")
        for name, text in (path, INSIDE), (os.path.join(self.folder, "t.txt"),
                                           "be or not to be\n" * 30):
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)
        self.open(path)
        self.turn("Inside")
        self.shows([["weight"]])
        # the layer that is selected on the canvas, once it has learned
        self.select("norm")
        desk.key("F5")
        run = desk.wait_window(lambda window: window["training"] == "idle" and window["run"],
                               "the end of the training")["run"]
        self.shows(self.of(run, "norm"))
        # before it learned
        desk.click(desk.window()["canvas"]["x"] + 66, self.height - 26)
        desk.wait_window(lambda window: window["moment"] == 0, "the first moment")
        self.shows(self.of(run, "norm", "--moment", "0"))
        rows = self.inspect(run, "inside", "--layer", "norm", "--sample", "0", "--moment", "0")
        place, value = self.said(0.15, 0.4)
        self.assertAlmostEqual(number(value), next(
            row["value"] for row in rows["inside"] if f"{row['tensor']}, {row['which']}" == place),
            delta=1e-4, msg=place)
        # the number under the pointer, and the letters that it is about
        self.select("heads")
        self.shows([["attention, head 0"], ["attention, head 1"]])
        rows = self.inspect(run, "inside", "--layer", "heads", "--sample", "0", "--moment", "0")
        values = {f"attention, {row['which']}": row["value"] for row in rows["inside"]}
        for x in 0.1, 0.35:
            place, value = self.said(x, 0.6)
            self.assertAlmostEqual(number(value), values[place], delta=1e-4, msg=place)
        # the same on the cards, from near, and what the pointer is at in words
        for keys, layer, tensor in (([], "heads", "attention"), (["Left"] * 2, "table", "weight"),
                                    (["Right"] * 3, "memory", "i")):
            desk.key(*keys, "period")
            desk.wait_window(lambda window: self.node(window, layer)["selected"]
                             and window["zoom"] >= 1.25, f"{layer} from near")
            place, value = self.said_of_card(layer)
            rows = self.inspect(run, "inside", "--layer", layer, "--sample", "0", "--moment", "0")
            values = {f"{row['tensor']}, {row['which']}": row["value"] for row in rows["inside"]}
            self.assertTrue(place.startswith(tensor), place)
            self.assertAlmostEqual(number(value), values[place], delta=1e-4, msg=place)
        # a gate is a symbol of the equation
        self.select("memory")
        window = self.shows([[gate] for gate in "ifgoch"])
        sheet = self.place(window, "FaltungSheetView")
        desk.click(sheet["x"] + 60, sheet["y"] + 60)
        desk.wait_window(lambda window: window["symbol"] == "INPUT", "the input gate's symbol")


class Latent(SheetTest):
    WHATS = ["Reconstruction", "Plane", "Drawn"]

    def code(self, window):
        """What the sliders stand at."""
        labels = window["labels"]
        at = labels.index("0")
        return [number(labels[at + 1 + 2 * k]) for k in range(8)]

    def near(self, shown, expected, tolerance=2e-3):
        self.assertEqual(len(shown), len(expected))
        for one, other in zip(shown, expected):
            self.assertAlmostEqual(one, other, delta=tolerance * max(1, abs(other)))

    def test_autoencoder(self):
        desk = self.desk
        run = os.path.join(self.folder, "run.h5")
        subprocess.run([FALTUNG, "train", os.path.join(EXPERIMENTS, "gallery",
                                                       "digits-autoencoder.yaml"),
                        "--epochs", "20", "--out", run, "--quiet"], check=True,
                       capture_output=True)
        self.open(run)
        self.turn("Latent")
        window = desk.wait_window(lambda window: len(window["captions"]) == 2, "the pictures")
        row = self.inspect(run, "code", "--samples", "1")["code"][0]
        self.near(self.code(window), [row[f"code_{k}"] for k in range(8)])
        whole = self.inspect(run, "reconstruction")["reconstruction"]
        error = next(row["mse"] for row in whole if row["sample"] == 0)
        self.near([number(window["captions"][1].removeprefix("Error: "))], [error])
        pixels = self.inspect(run, "reconstruction", "--sample", "0")["reconstruction"]
        read = self.read([0.2, 0.4, 0.7, 0.8], [0.3, 0.5])
        self.assertEqual({name for name, _ in read}, {"input", "output"})
        for (name, (y, x)), value in read.items():
            self.near([value], [pixels[8 * y + x]["input" if name == "input" else "reconstruction"]])
        # another code: the decoder's picture differs
        slider = next(place for place in window["places"] if place["kind"] == "GtkScale")
        desk.click(slider["x"] + slider["width"] * 0.5, slider["y"] + slider["height"] / 2)
        window = desk.wait_window(lambda window: window["captions"][1].startswith("Difference"),
                                  "another code")
        self.assertNotAlmostEqual(self.code(window)[0], row["code_0"], delta=0.05)
        self.choose("What is shown", self.WHATS, self.WHATS[1])
        desk.wait_window(lambda window: len(window["captions"]) == 49, "the plane")
        # the same seed draws what the program without a window draws
        self.choose("What is shown", self.WHATS, self.WHATS[2])
        window = desk.wait_window(lambda window: len(window["captions"]) == 24, "the drawn")
        drawn = [row for row in self.inspect(run, "latent")["latent"] if row["of"] == "drawn"]
        read = self.read([0.04, 0.2, 0.35], [0.1, 0.2])
        self.assertGreater(len(read), 3)
        for (name, (y, x)), value in read.items():
            self.near([value], [drawn[int(name.split()[1])][f"output_{8 * y + x}"]])


class Compare(SheetTest):
    def shows(self, run, *options):
        """The numbers under the pointer are those of the program without a window."""
        core = self.inspect(run, "compare", "--layer", "out", "--sample", "0", *options)["compare"]
        values = {name: [float(row[column]) for row in core if row["tensor"] == "output"]
                  for name, column in (("output: A", "A"), ("output: B", "B"),
                                       ("output: B \u2212 A", "B - A"))}
        found = self.read([0.02 + 0.05 * i for i in range(20)], [0.1])
        self.assertGreater(len({name for name, _ in found}), 1, found)
        for (name, (index,)), value in found.items():
            self.assertAlmostEqual(value, values[name][index], delta=1e-3 * abs(value) + 1e-4)

    def test_moments_and_runs(self):
        desk = self.desk
        run, other = self.train("a.h5"), os.path.join(self.folder, "b.h5")
        subprocess.run([FALTUNG, "train", DIGITS, "--epochs", "2", "--seed", "5", "--out", other,
                        "--quiet"], check=True, capture_output=True)
        subprocess.run(["/usr/bin/python3", "-c", "import h5py, sys\nh5py.File(sys.argv[1], 'a')"
                        ".attrs['created'] = '2019-04-02T00:00:00Z'", run], check=True)
        self.open(run)
        self.turn("Compare")
        self.choose("Layer", ["conv1", "pool", "conv2", "flatten", "out"], "out")
        desk.press("Pin This Moment")
        window = desk.wait_window(lambda window: len(window["captions"]) == 9, "the same twice")
        # back in time: the pinned moment stays beside it
        desk.click(window["canvas"]["x"] + 66, self.height - 26)
        desk.wait_window(lambda window: any(label.startswith("A: epoch 0,") and "B: epoch 3," in label
                                            for label in window["labels"]), "two moments")
        self.shows(run, "--moment", "0", "--with", run)
        live = subprocess.Popen([FALTUNG, "train", DIGITS, "--epochs", "100000", "--out",
                                 os.path.join(self.folder, "c.h5"), "--quiet"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(live.kill)
        desk.click_on(self.place(desk.window(), "GtkDropDown", "Compare with"))
        names = ["c \u00b7 running", "b", "a"]  # newest first
        desk.wait_window(lambda window: [label for label in window["labels"] if label in names]
                         == names, "the runs")
        live.kill()
        live.wait()
        desk.wait_window(lambda window: "c" in window["labels"], "the end of the live one")
        desk.key("Home", "Down", "Down", "Return")
        desk.wait_window(lambda window: any("B: epoch 2," in label for label in window["labels"]),
                         "two runs")
        self.shows(run, "--moment", "0", "--with", other)


class Derive(ViewTest):
    def shows(self, formula, **values):
        """Waits for the numbers that the program without a window says."""
        done = subprocess.run([FALTUNG, "derive", formula, "--json", "--quiet",
                               *[f"--set={name}={value}" for name, value in values.items()]],
                              check=True, capture_output=True, text=True)
        nodes = {node["name"]: (node["value"][0][0], node["gradient"][0][0])
                 for node in json.loads(done.stdout)["nodes"] if node["operation"] != "number"}

        def agrees(state):
            found = [re.match(r"(\S+) = (\S+), gradient (\S+)$", text) for text in state["derive"]]
            shown = {one[1]: (number(one[2]), number(one[3])) for one in found if one}
            return shown.keys() == nodes.keys() and all(
                abs(one - other) <= 1e-3 * max(1, abs(other))
                for name in nodes for one, other in zip(shown[name], nodes[name]))

        return self.desk.wait(agrees, f"the values {nodes}")

    def stands(self, stop, way, tex):
        """Waits for the stop, and for what is computed there in numbers."""
        said = f"Stop {stop} of 7, {way}"
        self.desk.wait(lambda state: said in state["derive"], said)
        self.desk.wait(lambda state: any(thing["name"].endswith(tex)
                                         for thing in self.desk.accessible("list")), tex)

    def test_a_shared_node(self):
        desk = self.desk
        desk.launch(GUI)
        desk.key("ctrl+shift+d")
        desk.wait(lambda state: state["derive"], "the window")
        time.sleep(0.5)
        desk.key("ctrl+a")
        formula = "c = a + 2; b = 3*a; b*c"
        desk.type(formula)
        self.shows(formula, a=1)
        # its value is typed
        desk.key(*6 * ["Tab"], "ctrl+a")
        desk.type("4.5")
        self.shows(formula, a=4.5)
        # and a mistake is told, while the graph stays
        desk.key("BackSpace", "minus", "minus")
        desk.wait(lambda state: any("a: " in text for text in state["derive"]), "the mistake")
        desk.key("BackSpace", "BackSpace")
        self.shows(formula, a=4)
        # stop by stop: three operations forward, four gradients back
        self.stands(7, "back", r"\partial a} = 12 \cdot 1 + 6 \cdot 3 = 30")
        desk.key("shift+Tab", "shift+Tab", "shift+Tab")
        for stop, way, tex in ((6, "back", r"\partial c} = 12"), (5, "back", r"\partial b} = 6"),
                               (4, "back", r"\partial y} = 1"), (3, "forward", r"b \cdot c = 12 \cdot 6 = 72")):
            desk.key("space")
            self.stands(stop, way, tex)
        desk.key("Tab", "space")
        self.stands(4, "back", r"\partial y} = 1")
        desk.key("Tab", "space")  # by itself
        self.stands(7, "back", "= 30")


if __name__ == "__main__":
    main()
