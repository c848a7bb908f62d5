#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The views that ask a network why: what they say is what the program without a window says.

Usage: test-explaining.py FALTUNG-GUI FALTUNG EXPERIMENTS
"""
import json
import re
import subprocess
import time

from windowtest import FALTUNG, ViewTest, main, training


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

    def read(self, window, across, down):
        """The numbers under the pointer at some points of the sheet, by picture and index."""
        sheet = self.place(window, "FaltungSheetView")
        found = {}
        for y in down:
            for x in across:
                self.desk.move(sheet["x"] + x * sheet["width"], sheet["y"] + y * sheet["height"])
                time.sleep(0.1)
                said = re.match(r"(.+) \[([\d, ]+)\]: (\S+)$", self.desk.window()["labels"][-1])
                if said:
                    index = tuple(int(part) for part in said[2].split(", "))
                    found[said[1], index] = number(said[3])
        return found

    def choose(self, name, steps):
        """Goes @steps down in a drop-down list."""
        self.desk.click_on(self.place(self.desk.window(), "GtkDropDown", name))
        self.desk.key(*["Down"] * steps, "Return")


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
        read = self.read(window, [0.25, 0.45, 0.65, 0.85], [0.3])
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
        self.choose("Class", 3)
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


if __name__ == "__main__":
    main()
