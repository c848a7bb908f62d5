#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The views below the canvas: what they say is what the run file and the core say.

Usage: test-views.py FALTUNG-GUI FALTUNG EXPERIMENTS
"""
import csv
import io
import json
import math
import os
import re
import subprocess
import time

from windowtest import DIGITS, FALTUNG, ViewTest, main, training


def rows(labels, header, width):
    """The lines of a table of labels that begins with `header`, by their first cell."""
    start = labels.index(header[0]) + len(header)
    cells = labels[start:start + (len(labels) - start) // width * width]
    return {cells[i]: cells[i + 1:i + width] for i in range(0, len(cells), width)}


def softmax(values):
    powers = [math.exp(value - max(values)) for value in values]
    return [power / sum(powers) for power in powers]


class Gradients(ViewTest):
    width = 1600  # there is room for the pages' names side by side

    HEADER = ["Layer", "Gradient", "Weights", "Update", "Dead"]

    def table(self, window):
        return rows(window["labels"], self.HEADER, 6)

    def expected(self, run, moment):
        """The same table, out of the run file by another reader. @moment: 0: the first, -1: the
        last, else the step."""
        program = ("import h5py, json, sys; f = h5py.File(sys.argv[1])['observations'];"
                   "m = int(sys.argv[2]); m = m if m < 1 else list(f['step']).index(m);"
                   "print(json.dumps({layer: [float(f[what][layer][m]) for what in"
                   "('gradient_norm', 'weight_norm', 'update_ratio')]"
                   "for layer in f['weight_norm']}))")
        values = json.loads(subprocess.run(["/usr/bin/python3", "-c", program, run, str(moment)],
                                           check=True, capture_output=True, text=True).stdout)
        return {layer: ["\u2013" if value != value else f"{value:.3g}" for value in line]
                for layer, line in values.items()}

    def shows(self, run, moment):
        expected = self.expected(run, moment)
        window = self.desk.wait_window(
            lambda window: {layer: line[:3] for layer, line in self.table(window).items()}
            == expected, f"the norms of moment {moment}: {expected}")
        self.assertEqual(set(expected), {"conv1", "conv2", "out"})
        return window

    def test_every_moment(self):
        run = self.train("run.h5")
        self.open(run)
        window = self.turn("Gradients")
        self.shows(run, -1)
        # the first moment of the slider is the untrained network
        self.desk.click(window["canvas"]["x"] + 66, self.height - 26)
        self.desk.wait_window(lambda window: window["moment"] == 0, "the first moment")
        self.shows(run, 0)
        # a page can be turned to by the pointer, too
        self.desk.click_on(window["pages"][0])
        if window["pages"][0]["kind"] == "GtkDropDown":  # where there is no room for all in a row
            time.sleep(0.5)
            self.desk.key("Home", "Return")
        self.desk.wait_window(lambda window: window["view"] == "Curves", "the curves")

    def test_live(self):
        desk = self.desk
        # every step is an epoch, of which the run file keeps a moment
        self.open(self.experiment(("epochs: 10", "epochs: 100000"), ("batch: 32", "batch: 1438")))
        self.turn("Gradients")
        desk.key("F5")
        first = desk.wait_window(lambda window: self.table(window)["out"][0] != "\u2013",
                                 "the norms")
        desk.wait_window(lambda window: self.table(window) != self.table(first), "newer norms")
        desk.key("F8")
        desk.wait_window(lambda window: training(window) == "paused", "the pause")
        paused = desk.wait_window(
            lambda window: window["snapshot_step"] == window["steps"], "the last step")
        time.sleep(0.5)  # the table is drawn anew a few times a second
        paused = desk.window()
        desk.key("F5")
        desk.wait_window(lambda window: window["steps"] > paused["steps"] + 2, "more steps")
        desk.key("shift+F5")
        window = desk.wait_window(lambda window: training(window) == "idle" and window["run"],
                                  "the end")
        # what was seen in the pause is what the file says of that moment
        self.assertEqual({layer: line[:3] for layer, line in self.table(paused).items()},
                         self.expected(window["run"], paused["steps"]))


class Answers(ViewTest):
    def evaluation(self, run):
        """What the program without a window says of the validation split."""
        return json.loads(subprocess.run([FALTUNG, "eval", run, "--json", "--quiet"], check=True,
                                         capture_output=True, text=True).stdout)

    def right(self, epoch, accuracy, samples):
        return f"Epoch {epoch}: {round(accuracy * samples)} of {samples} right, " \
               f"{100 * accuracy:.2f} %"

    def test_confusion(self):
        desk = self.desk
        run = self.train("run.h5")
        core = self.evaluation(run)
        self.open(run)
        self.turn("Confusion")
        line = self.right(3, core["val_accuracy"], core["samples"])
        window = desk.wait_window(lambda window: line in window["labels"], line)
        # the matrix as a screen reader has it
        rows = "; ".join(f"{i}: " + " ".join(str(n) for n in row)
                         for i, row in enumerate(core["confusion"]))
        self.assertIn(f"Confusion matrix, truth: predictions; {rows}",
                      [thing["name"] for thing in desk.accessible("list")])
        # clicks on cells, wherever they are
        seen = set()
        matrix = self.place(window, "GtkDrawingArea")
        for i in range(12):
            desk.click(matrix["x"] + matrix["width"] * (0.2 + 0.03 * i),
                       matrix["y"] + matrix["height"] * (0.25 + 0.06 * i))
            window = desk.window()
            cell = re.search(r"(\d+) of (\d), (?:recognised|taken for (\d))",
                             " ".join(window["labels"]))
            if cell is None:
                continue
            count, truth = int(cell[1]), int(cell[2])
            said = int(cell[3]) if cell[3] else truth
            self.assertEqual(count, core["confusion"][truth][said])
            if (truth, said) not in seen and count:
                caption = f"{truth}" if truth == said else f"{truth} \u2192 {said}"
                desk.wait_window(lambda window, caption=caption: self.captions(window) == {caption},
                                 f"the samples of {caption}")
            seen.add((truth, said))
        self.assertGreater(len(seen), 3)

    def captions(self, window):
        return {label.split("\n")[0] for label in window["labels"] if "\n" in label}

    def test_moments(self):
        run = self.train("run.h5")
        window = self.open(run)
        program = ("import h5py, sys; f = h5py.File(sys.argv[1])['metrics/epoch'];"
                   "print(*f['val_accuracy'])")
        accuracies = [float(word) for word in subprocess.run(
            ["/usr/bin/python3", "-c", program, run], check=True, capture_output=True,
            text=True).stdout.split()]
        self.turn("Predictions")
        canvas = window["canvas"]  # the slider is below it
        for x, epoch in ((canvas["x"] + 66, 0), (canvas["x"] + canvas["width"] - 120, 3)):
            self.desk.click(x, self.height - 26)
            line = self.right(epoch, accuracies[epoch], self.evaluation(run)["samples"])
            self.desk.wait_window(lambda window, line=line: line in window["labels"], line)

    def mistakes(self, run, n):
        """The first of the list that `faltung inspect` prints, as the window writes them."""
        table = subprocess.run([FALTUNG, "inspect", str(run), "--what", "predictions", "--csv"],
                               capture_output=True, text=True, check=True).stdout
        rows = list(csv.DictReader(io.StringIO(table)))[:n]
        return [[f"{row['class']} \u2192 {row['said']}",
                 f"{100 * float(row['probability of said']):.1f} %"] for row in rows]

    def test_predictions(self):
        desk = self.desk
        run = self.train("run.h5")
        core = self.evaluation(run)
        self.open(run)
        self.turn("Predictions")
        window = desk.wait_window(lambda window: self.captions(window), "the predictions")
        cells = [label.split("\n") for label in window["labels"] if "\n" in label]
        wrong = [cell for cell in cells if "\u2192" in cell[0]]
        mistakes = core["samples"] - round(core["val_accuracy"] * core["samples"])
        self.assertEqual(len(wrong), min(mistakes, len(cells)))
        self.assertEqual(cells[:len(wrong)], wrong)
        self.assertEqual(wrong, self.mistakes(run, len(wrong)))
        # a click makes a sample the probe, and the network says the same of that
        before = window["sample"]
        drawing = window["canvas"]
        desk.click(drawing["x"] + 160, drawing["y"] + drawing["height"] + 110)
        window = desk.wait_window(lambda window: window["sample"] != before
                                  and window["snapshot_sample"] == window["sample"], "the probe")
        truth, said = re.search(r": (\d), taken for (\d)", " ".join(window["answer"])).groups()
        probability = softmax(window["output"])[int(said)]
        self.assertIn([f"{truth} \u2192 {said}", f"{100 * probability:.1f} %"], wrong)

    def test_live(self):
        desk = self.desk
        self.open(self.experiment(("epochs: 10", "epochs: 100000")))
        self.turn("Confusion")
        desk.key("F5")

        def epoch(window):
            line = next(label for label in window["labels"] if label.startswith("Epoch"))
            return float(line.split()[1].rstrip(":"))

        first = epoch(desk.wait_window(lambda window: epoch(window) > 0, "the first answers"))
        desk.wait_window(lambda window: epoch(window) > first, "newer answers")
        desk.key("shift+F5")
        desk.wait_window(lambda window: training(window) == "idle", "the end")


class Draw(ViewTest):
    def test_a_drawn_digit(self):
        desk = self.desk
        run = self.train("run.h5")
        self.open(run)
        pad = self.turn("Draw")["pad"]
        side = min(pad["width"], pad["height"])

        def at(x, y):
            return (pad["x"] + (pad["width"] - side) / 2 + x * side,
                    pad["y"] + (pad["height"] - side) / 2 + y * side)

        desk.drag(at(0.3, 0.25), at(0.7, 0.25), button=1)
        first = desk.wait_window(lambda window: window["own"], "the first stroke")
        desk.drag(at(0.7, 0.25), at(0.45, 0.8), button=1)
        window = desk.wait_window(lambda window: window["own"] != first["own"]
                                  and "Your drawing" in " ".join(window["answer"]), "the second")
        time.sleep(0.5)
        window = desk.window()
        # light on dark, to the box's ends, as the samples are
        own = [window["own"][i:i + 8] for i in range(0, 64, 8)]
        self.assertTrue(all(0 <= value <= 16 for row in own for value in row), own)
        self.assertTrue(max(own[0]) > 4 and max(own[7]) > 4, own)
        # the program without a window says the same of that sample
        path = os.path.join(self.folder, "own")
        program = ("import json, numpy, sys; numpy.save(sys.argv[1], numpy.array("
                   "json.loads(sys.stdin.read()), 'float32').reshape(1, 1, 8, 8))")
        subprocess.run(["/usr/bin/python3", "-c", program, path], check=True, text=True,
                       input=json.dumps(window["own"]))
        answer = json.loads(subprocess.run([FALTUNG, "predict", run, path + ".npy", "--json",
                                            "--quiet"], check=True, capture_output=True,
                                           text=True).stdout)
        percents = [100 * p for p in softmax(answer[0]["output"])]
        said = max(range(10), key=lambda i: percents[i])
        self.assertIn(f"{said}, {percents[said]:.1f} %", window["labels"])
        bars = "What the network says; " + "; ".join(f"{i}: {percents[i]:.1f}" for i in range(10))
        self.assertIn(bars, [thing["name"] for thing in desk.accessible("list")])
        # on another page the sample is the probe again
        desk.key("alt+1")
        desk.wait_window(lambda window: "own" not in window, "the sample")
        self.turn("Draw")
        desk.wait_window(lambda window: window["own"], "the drawing")
        desk.press("Clear the pad")
        desk.wait_window(lambda window: "own" not in window, "an empty pad")


class Embedding(ViewTest):
    def figures(self, run, method):
        done = subprocess.run([FALTUNG, "inspect", run, "--what", "embedding", "--method", method,
                               "--json", "--quiet"], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)["figures"]

    def test_both_methods(self):
        desk = self.desk
        run = self.train("run.h5")
        self.open(run)
        self.turn("Embedding")
        core = self.figures(run, "pca")
        line = f"359 samples, epoch 3: {100 * core['explained_variance']:.2f} % of the variance; " \
               f"nearest of the same class: {100 * core['nearest_of_class']:.2f} %"
        window = desk.wait_window(lambda window: line in window["labels"], line)
        plane = self.place(window, "GtkDrawingArea")
        # the sample under the pointer is shown, and a click makes it the probe
        for i in range(40):
            desk.click(plane["x"] + plane["width"] * (0.3 + 0.01 * i),
                       plane["y"] + plane["height"] / 2)
            if desk.window()["sample"] != window["sample"]:
                break
        window = desk.window()
        sample = window["sample"]
        self.assertTrue(sample)
        desk.wait_window(lambda window: any(re.match(rf"{sample}: \d$", text)
                                            for text in window["labels"]), "its picture")
        core = self.figures(run, "tsne")
        desk.click_on(self.place(window, "GtkDropDown", "Method"))
        desk.key("Down", "Return")
        line = f"359 samples, epoch 3: divergence {core['divergence']:.4f}, perplexity " \
               f"{core['perplexity']:.0f}; nearest of the same class: " \
               f"{100 * core['nearest_of_class']:.2f} %"
        desk.wait_window(lambda window: line in window["labels"], line)


RHYME = """
data: {text: rhyme.txt, length: 25}
network:
  input: [25]
  layers:
    - one_hot: {classes: 11}
    - gru: {units: 8}
    - dense: {units: 11}
train: {loss: softmax_cross_entropy, optimizer: {adam: {lr: 0.02}}, batch: 8, epochs: 5}
"""


class Text(ViewTest):
    def sample(self, run, *options):
        done = subprocess.run([FALTUNG, "sample", run, "--prompt", "the c", "--json", "--quiet",
                               *options], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def test_prompt_and_writing(self):
        desk = self.desk
        for name, content in (("rhyme.txt", "the cat sat on the mat\n" * 60),
                              ("rhyme.yaml", RHYME)):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(content)
        run = os.path.join(self.folder, "rhyme.h5")
        subprocess.run([FALTUNG, "train", os.path.join(self.folder, "rhyme.yaml"), "--out", run,
                        "--quiet"], check=True, capture_output=True)
        self.open(run)
        window = self.turn("Text")
        desk.click_on(self.place(window, "GtkEntry"))
        desk.type("the c")
        chances = self.sample(run, "--chances")["chances"]
        likeliest = sorted(chances, key=lambda row: -row["chance"])[:3]
        spelt = {" ": "space", "\n": "\\n"}
        start = "The next character; " + "; ".join(
            f"{spelt.get(row['character'], row['character'])}: {100 * row['chance']:.1f}"
            for row in likeliest)
        names = []
        for _ in range(20):
            names = [thing["name"] for thing in desk.accessible("list")]
            if any(name.startswith(start) for name in names):
                break
        self.assertTrue(any(name.startswith(start) for name in names),
                        [name for name in names if "next character" in name] + [start])
        # Enter writes; the same seed writes the same without a window
        desk.key("Return")
        written = "the c" + self.sample(run, "--length", "300", "--seed", "1")["text"]
        desk.wait_window(lambda window: written in window["labels"], written)
        desk.key("Return")
        written = "the c" + self.sample(run, "--length", "300", "--seed", "2")["text"]
        desk.wait_window(lambda window: written in window["labels"], written)
        # a character that the network never saw
        desk.type("Q")
        desk.wait_window(lambda window: any("does not know" in text and "'Q'" in text
                                            for text in window["labels"]), "the message")


class PointingTest(ViewTest):
    def number(self, pattern, text):
        return float(re.search(pattern, text)[1])


class Microscope(PointingTest):
    def output(self, run, layer):
        """The layer's output for the first sample, by the program without a window."""
        text = subprocess.run([FALTUNG, "inspect", run, "--what", "walk", "--layer", layer,
                               "--sample", "0", "--csv"], check=True, capture_output=True,
                              text=True).stdout
        return {row["place"].replace(" ", ""): float(row["value"])
                for row in csv.DictReader(text.splitlines())
                if (row["stop"], row["tensor"]) == (f"{layer}, forward", "output")}

    def point_at(self, name, across, down):
        node = self.node(self.desk.window(), name)
        self.desk.move(node["x"] + node["width"] * across, node["y"] + node["height"] * down)
        return self.desk.wait_window(lambda window: window["microscope"].startswith(name),
                                     f"what is said of {name}")["microscope"]

    def test_values_fields_sums(self):
        run = self.train("run.h5")
        self.open(run)
        output = self.output(run, "conv1")
        self.point_at("input", 0.5, 0.6)
        for across, down in ((0.32, 0.38), (0.56, 0.4), (0.22, 0.65)):
            said = self.point_at("conv1", across, down)
            place, value = re.match(r"conv1 \[(.*)\]: (\S+)", said).groups()
            expected = output[place.replace(" ", "")]
            self.assertAlmostEqual(float(value), expected, delta=1e-4 * abs(expected) + 1e-6)
            row, column = [int(word) for word in place.split(", ")[1:]]
            self.assertIn(f"sees rows {max(row - 1, 0)} to {min(row + 1, 7)}, columns "
                          f"{max(column - 1, 0)} to {min(column + 1, 7)} of the input", said)
            self.assertNotIn("sum", said)
        # near enough, the sum is told
        self.select("conv1")
        self.desk.key("period", *["plus"] * 6)
        self.desk.wait_window(lambda window: window["zoom"] >= 2, "the zoom")
        time.sleep(0.5)
        for across, down in ((0.32, 0.38), (0.56, 0.4), (0.22, 0.65)):
            self.point_at("conv1", across, down)
            said = self.desk.wait_window(lambda window: "sum" in window["microscope"],
                                         "the sum")["microscope"]
            value = self.number(r"\]: (\S+)", said)
            products, bias, total = (float(word) for word in re.search(
                r"all 1: (\S+), bias (\S+), sum (\S+)", said).groups())
            self.assertAlmostEqual(products + bias, total, delta=1e-4 * abs(total) + 1e-4)
            self.assertAlmostEqual(max(total, 0), value, delta=1e-3 * abs(value) + 1e-4)
            # the kernel times the patch, as they are written
            rows = re.findall(r"((?: +-?\d+\.\d+){3})  \u00d7((?: +-?\d+\.\d+){3})", said)
            self.assertEqual(len(rows), 3)
            written = sum(float(w) * float(x) for kernel, patch in rows
                          for w, x in zip(kernel.split(), patch.split()))
            self.assertAlmostEqual(written, products, delta=0.02)
        # what is no such sum has its equation, with these numbers
        self.desk.key("Right", "period", "plus", "plus", "plus", "plus")
        self.desk.wait_window(lambda window: self.node(window, "pool")["selected"]
                              and window["zoom"] >= 2, "the next layer")
        time.sleep(0.5)
        self.point_at("pool", 0.35, 0.45)
        said = self.desk.wait_window(lambda window: "max" in window["microscope"],
                                     "the maximum")["microscope"]
        numbers = [float(word) for word in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?",
                                                      said[said.index("max"):])]
        self.assertEqual(len(numbers), 4)
        self.assertAlmostEqual(self.number(r"\]: (\S+)", said), max(numbers), delta=1e-4)


class Symbols(PointingTest):
    """Equation, code and diagram are marked together, whichever of them is clicked."""

    def reference(self, operation):
        text = subprocess.run([FALTUNG, "ops", operation, "--json"], check=True,
                              capture_output=True, text=True).stdout
        return json.loads(text)["code"].splitlines()

    def marked(self, symbol, *words):
        """Waits until the lines with these words are marked: of the layer's code, or of its activation's."""
        before, name = (self.reference("conv2d") + [""], symbol[11:]) \
            if symbol.startswith("activation.") else ([], symbol)
        code = [""] * len(before) + self.reference("relu" if before else "conv2d")
        lines = [number for number, line in enumerate(code)
                 if any(re.search(rf"\b{word}\b", line) for word in (name, "d" + name, *words))]
        return self.desk.wait_window(
            lambda window: window["symbol"] == symbol and window["marked_lines"] == lines,
            f"lines {lines} marked for {symbol}")

    def arithmetic(self):
        """The equation with numbers, once it is computed."""
        for _ in range(100):
            for thing in self.desk.accessible("list"):
                if thing["name"].startswith(r"\begin{aligned}") and r"\sum" not in thing["name"]:
                    return thing["name"]
            time.sleep(0.1)
        raise AssertionError("there is no equation with numbers")

    def test_marked_together(self):
        desk = self.desk
        self.open(DIGITS)
        self.select("conv1")
        desk.press("Mathematics")
        seen = []

        def rests(window):
            seen.append(window["symbols"])
            return seen[-1] and seen[-1] in seen[:-1]

        desk.click(*desk.wait_window(rests, "the equation")["symbols"]["weight"])
        desk.wait_window(lambda window: window["symbol_marks"] == "conv1", "the weights' layer")
        desk.press("bias")  # in the list below the equation
        desk.wait_window(lambda window: window["symbol"] == "bias", "the bias")
        desk.press("Code")
        window = self.marked("bias")
        desk.click(*window["symbols"]["x"])
        window = self.marked("x", "inputs", "input_gradients")
        self.assertEqual(window["symbol_marks"], "input-conv1")
        # from the code: by the keyboard, after a click beside all of them
        code = self.reference("conv2d")
        line = next(i for i, text in enumerate(code) if "sum += weight" in text)
        time.sleep(0.3)
        place = desk.window()["code_lines"][line]
        desk.click(place["x"] + 120, place["y"] + place["height"] / 2)
        desk.key("Home", "ctrl+Right", "ctrl+Right")
        self.marked("weight")
        # from the diagram: the picture is what goes out
        node = self.node(desk.window(), "conv1")
        desk.click(node["x"] + node["width"] * 0.3, node["y"] + node["height"] * 0.38)
        window = self.marked("activation.y", "output", "output_gradient")
        self.assertEqual(window["symbol_marks"], "conv1 conv1-pool")
        # and the numbers of the value that was clicked, put into the equation, give it
        value = self.number(r"\]: (\S+)", window["microscope"])
        desk.press("Mathematics")
        tex = self.arithmetic()
        tex = re.sub(r" \\\\ (?!&)", " = ", tex).replace("{aligned}", "").replace(r"\cdot", "*")
        total, right, activated, end = re.sub(r"_\{\d+\}|\\\w+|[{}&()]|\\\\", " ", tex).split("=")
        self.assertAlmostEqual(float(total), delta=1e-3, second=sum(
            math.prod(float(word) for word in product.split("*")) for product in right.split("+")))
        self.assertEqual([float(word) for word in end.split(",")], [0, float(total)])  # relu
        self.assertAlmostEqual(float(activated), value, delta=1e-3)
        self.assertAlmostEqual(max(float(total), 0), value, delta=1e-3)
        desk.click(*desk.window()["symbols"]["activation.x"])
        desk.press("Code")
        window = self.marked("activation.x", "inputs", "input_gradients")
        self.assertEqual(window["symbol_marks"], "conv1")  # between the two: in the layer
        desk.click(*window["symbols"]["y"])
        self.marked("y", "output", "output_gradient")
        # another layer: its own code, the same symbol
        self.select("pool")
        lines = [number for number, line in enumerate(self.reference("max_pool2d"))
                 if re.search(r"\b(d?y|output|output_gradient)\b", line)]
        window = desk.wait_window(lambda window: window["marked_lines"] == lines, "the other layer")
        self.assertEqual((window["symbol"], window["symbol_marks"]), ("y", "pool pool-conv2"))


class Keys(PointingTest):
    def test_values_by_keyboard(self):
        """Keys walk from value to value, which is said, and Enter writes it out."""
        desk = self.desk
        self.open(DIGITS)
        self.select("conv1")
        desk.move(5, 5)
        for keys, place in (("ctrl+Right",), "0, 0, 0"), (("ctrl+Right",), "0, 0, 1"), \
                (("ctrl+Down", "ctrl+Down"), "0, 2, 1"), (("ctrl+shift+Down",), "1, 2, 1"), \
                (("ctrl+Left", "ctrl+Left"), "1, 2, 0"):
            desk.key(*keys)
            said = desk.wait_window(lambda window: f"conv1 [{place}]" in window["microscope"],
                                    f"the value at {place}")["microscope"]
        self.assertIn(said, [thing["description"] for thing in desk.accessible("list")])
        desk.key("Return")
        desk.wait_window(lambda window: (window["unit"], window["symbol"]) == (8 * 8 + 2 * 8, "activation.y"),
                         "the value's arithmetic")
        desk.key("Escape")
        desk.wait_window(lambda window: window["microscope"] == "", "the end")
        self.assertTrue(self.node(desk.window(), "conv1")["selected"])


class Narrow(ViewTest):
    width, height = 900, 600

    def test_pages_fit(self):
        window = self.open(self.train("run.h5"))
        self.assertTrue(window["pages"])
        for page in window["pages"]:
            self.assertLessEqual(page["x"] + page["width"],
                                 window["canvas"]["x"] + window["canvas"]["width"])

class Walk(ViewTest):
    def expected(self, run, layer):
        """What the program without a window says of the layer's stops, by stop and tensor."""
        done = subprocess.run([FALTUNG, "inspect", run, "--what", "walk", "--layer", layer,
                               "--sample", "0", "--csv"],
                              check=True, capture_output=True, text=True)
        found = {}
        for row in csv.DictReader(done.stdout.splitlines()):
            found.setdefault((row["stop"], row["tensor"]), []).append(float(row["value"]))
        return found

    def numbers(self, window, tensor):
        """The numbers under the card of the tensor."""
        labels = window["labels"]
        at = next(i for i, text in enumerate(labels) if text.startswith(f"{tensor}, "))
        return [float(word.replace("\u2212", "-")) for word in labels[at + 1].split() if word != "\u2026"]

    def agrees(self, window, tensor, values):
        if not any(text.startswith(f"{tensor}, ") for text in window["labels"]):
            return False
        shown = self.numbers(window, tensor)
        return len(shown) == min(6, len(values)) and all(
            abs(number - value) <= 6e-3 * abs(value) + 1e-12
            for number, value in zip(shown, values))

    def shows(self, expected, stop, tensor):
        values = expected[stop, tensor]
        return self.desk.wait_window(lambda window: self.agrees(window, tensor, values),
                                     f"{tensor} at {stop}: {values[:6]}")

    def test_to_the_end(self):
        desk = self.desk
        run = self.train("run.h5")
        self.open(run)
        self.turn("Walk")
        window = desk.wait_window(lambda window: "out, update" in window["labels"], "the stops")
        stops = [text for text in window["labels"] if text == "loss" or text == "input" or ", " in text]
        stops = stops[:stops.index("out, update") + 1]
        expected = {**self.expected(run, "conv1"), **self.expected(run, "out")}
        desk.press("One stop on")
        window = self.shows(expected, "conv1, forward", "output")
        self.assertTrue(self.node(window, "conv1")["selected"])
        for stop in stops[2:]:
            desk.press("One stop on")
            layer = stop.split(",")[0]
            if stop in ("out, forward", "conv1, backward", "conv1, update"):
                tensor = {"forward": "output", "backward": "gradient of weight",
                          "update": "weight after the step"}[stop.split(", ")[1]]
                window = self.shows(expected, stop, tensor)
                self.assertTrue(self.node(window, layer)["selected"])
                self.assertEqual(window["symbol"], {"forward": "y", "backward": "x",
                                                    "update": "bias"}[stop.split(", ")[1]])
        window = desk.window()
        self.assertTrue(any("goes from" in text and "It remembers the gradients of" in text
                            for text in window["labels"]))
        # on the wires: what went there, what came back
        for layer, passing in (("conv1", window["passing"][1]), ("out", window["passing"][-1])):
            for key, stop, tensor in (("value", "forward", "output"),
                                      ("gradient", "backward", "gradient of output")):
                number = float(passing[key].split()[0].replace("\u2212", "-"))
                first = expected[f"{layer}, {stop}", tensor][0]
                self.assertAlmostEqual(number, first, delta=6e-3 * abs(first) + 1e-12)
        desk.key("alt+1")
        desk.wait_window(lambda window: window["passing"] == [], "the end of the walk")

    def test_a_shared_node(self):
        """Each wire from a layer of two users has what comes back on it; their sum is the layer's gradient."""
        desk = self.desk
        path = os.path.join(self.folder, "shared.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("data: {name: iris}\nnetwork: {input: [4], layers: [dense: {name: a, units: 3}, tanh: {name: b}, "
                       "multiply: {name: c, inputs: [a, b]}, dense: {name: out, units: 3}]}\n"
                       "train: {loss: softmax_cross_entropy, optimizer: {sgd: {lr: 0.1}}}\n")
        self.open(path)
        self.turn("Walk")
        desk.wait_window(lambda window: "out, update" in window["labels"], "the stops")
        for _ in range(9):  # four layers forward, the loss, four back
            desk.press("One stop on")
        window = desk.wait_window(lambda window: window["passing"] and window["passing"][1]["gradient"],
                                  "the gradient of a")
        nodes = [node["name"] for node in window["nodes"]]
        number = {name: {key: float(passing[key].split()[0].replace("\u2212", "-"))
                         for key in passing if passing[key]}
                  for name, passing in zip(nodes, window["passing"])}
        self.assertNotEqual(number["b"]["sent"], number["c"]["sent"])
        self.assertAlmostEqual(number["b"]["sent"] + number["c"]["sent"], number["a"]["gradient"],
                               delta=1e-2 * abs(number["a"]["gradient"]))


class WalkOfOneValue(Walk):
    height = 1300  # the pictures are seen below the equations
    test_to_the_end = test_a_shared_node = None  # of Walk

    def spoken(self, window):
        """Row, column, before and after of the weight that is spoken of."""
        pattern = r"weight \[(\d+), (\d+)\] goes from (\S+) to (\S+) because"
        found = next((match for match in (re.match(pattern, text) for text in window["labels"]) if match), None)
        return found and (int(found[1]), int(found[2]), *(float(found[i].replace("\u2212", "-"))
                                                         for i in (3, 4)))

    def test_a_chosen_value(self):
        """A click on a value has that one spoken of, an arrow key the one beside it."""
        desk = self.desk
        run = self.train("run.h5")
        self.open(run)
        self.turn("Walk")
        window = desk.wait_window(lambda window: "out, update" in window["labels"], "the stops")
        stops = [text for text in window["labels"] if text in ("loss", "input") or ", " in text]
        for _ in range(stops.index("out, update")):
            desk.press("One stop on")
        expected = self.expected(run, "out")
        window = self.shows(expected, "out, update", "weight after the step")
        before, after = (expected["out, update", name] for name in ("weight", "weight after the step"))
        columns = len(before) // 10

        def weight(window):
            return next((picture for picture in window["pictures"]
                         if picture["name"] == "weight" and picture["width"] > 1), None)

        picture = weight(desk.wait_window(weight, "the picture of the weight"))
        desk.click(picture["x"] + picture["width"] * 0.5, picture["y"] + picture["height"] * 0.5)
        window = desk.wait_window(lambda window: self.spoken(window) and 4 <= self.spoken(window)[0] <= 5
                                  and abs(self.spoken(window)[1] - columns / 2) <= 3, "the value in the middle")
        row, column, start, end = self.spoken(window)
        place = row * columns + column
        self.assertAlmostEqual(start, before[place], delta=1e-3 * abs(before[place]))
        self.assertAlmostEqual(end, after[place], delta=1e-3 * abs(after[place]))
        desk.key("Right")
        desk.wait_window(lambda window: self.spoken(window) and self.spoken(window)[:2] == (row, column + 1),
                         f"the value beside {row}, {column}")


if __name__ == "__main__":
    main()
