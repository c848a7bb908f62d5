#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Networks built by hand: from the empty canvas by keyboard and by mouse, wires, the clipboard.

Usage: see windowtest.py
"""
import os
import time
import unittest

from windowtest import GUI, WindowTest, main, training

# As the sizes of LeCun et al. 1998 come out: what it is called does not matter.
LENET = ["conv2d", "avg_pool2d", "conv2d", "avg_pool2d", "flatten", "dense", "dense", "dense"]


class Counter:
    """A desk that counts: every key and every click is one, letters too."""

    def __init__(self, desk):
        self.desk, self.count = desk, 0

    def key(self, *names):
        self.count += len(names)
        self.desk.key(*names)

    def type(self, text):
        self.count += len(text)
        self.desk.type(text)

    def click_on(self, place, times=1):
        self.count += times
        self.desk.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2,
                        times=times)


def names(window):
    return [node["name"] for node in window["nodes"]]


class Building(WindowTest):
    def begin(self):
        self.desk.launch(GUI)
        self.desk.wait_window(lambda window: len(window["cards"]) > 5, "the gallery")

    def wait_layers(self, n):
        return self.desk.wait_window(lambda window: len(window["nodes"]) == n + 1, f"{n} layers")

    def settled(self):
        """The window, once cards and palette are where the last edit or turn brings them."""
        before, window = None, self.desk.window()
        while before is None or any(before[part] != window[part]
                                    for part in ("nodes", "palette", "canvas")):
            before, window = window, self.desk.window()
        return window

    def check_lenet(self, window):
        kinds = [node["kind"] for node in window["nodes"][1:]]
        self.assertEqual(kinds, LENET)
        details = [node["details"] for node in window["nodes"][1:]]
        for at, words in ((0, ("filters 6", "kernel 5", "tanh")), (2, ("filters 16", "kernel 5", "tanh")),
                          (5, ("units 120", "tanh")), (6, ("units 84", "tanh")), (7, ("units 10",))):
            for word in words:
                self.assertIn(word, details[at])
        self.assertIn("padding: same", window["text"])
        self.assertEqual([node["problem"] for node in window["nodes"]], [""] * 9)

    def check_learns(self, count):
        """Trains to the second epoch."""
        self.desk.wait_window(lambda window: training(window) == "running", "the training")
        window = self.desk.wait_window(lambda window: window["epochs"] >= 2, "an epoch", 240)
        self.assertGreater(window["validation_accuracy"], 0.95)
        self.desk.key("shift+F5")
        self.desk.wait_window(lambda window: training(window) == "idle", "the stop")
        print(f"clicks and keys: {count}")
        self.assertLessEqual(count, 40)


def has_mnist():
    return any(os.path.exists(os.path.join(folder, "mnist"))
               for folder in os.environ.get("FALTUNG_DATA_PATH", "").split(":"))


@unittest.skipUnless(has_mnist(), "MNIST is not here")
class LeNet(Building):
    def test_by_keyboard(self):
        desk = Counter(self.desk)
        self.begin()
        desk.key("ctrl+n")
        self.desk.wait(lambda state: state["choosing"], "the data sets")
        desk.key("m", "Return")
        self.desk.wait_window(lambda window: names(window) == ["input"] and window["building"],
                              "the empty canvas")
        for n, layer in enumerate(("c6 5st", "av", "c16 5t", "av", "f", "d120t", "d84t", "d")):
            desk.type(layer)
            desk.key("Return")
            self.wait_layers(n + 1)
        window = self.desk.wait_window(lambda window: window["data"] and window["can_train"], "the data")
        self.check_lenet(window)
        desk.key("F5")
        self.check_learns(desk.count)


BLOCK = """# A residual block.
data: {name: digits}
network:
  input: [1, 8, 8]
  layers:
    - flatten:
    - dense: {name: a, units: 16}   # first
    - relu: {name: b}
    - dense: {name: c, units: 16}
    - add: {name: sum}
    - dense: {name: out, units: 10}
train: {loss: softmax_cross_entropy, optimizer: {sgd: {lr: 0.1}}, batch: 32, epochs: 1}
"""


@unittest.skipUnless(has_mnist(), "MNIST is not here")
class LeNetByMouse(Building):
    """Turns of the wheel, by which the palette is scrolled, are neither clicks nor keys."""

    def take(self, name):
        """A click on a row of the palette, scrolled to."""
        for _ in range(60):
            window = self.desk.window()
            row = next(row for row in window["palette"] if row["name"] == name)
            middle = row["y"] + row["height"] / 2
            top = window["canvas"]["y"] + 128
            if top < middle < self.height - 30:
                self.counter.click_on(row)
                return
            turns = min(max(int(abs(middle - 400) / 80), 1), 20)
            self.desk.click(120, 500, button=5 if middle > top else 4, times=turns)
            self.settled()
        self.fail(f"{name} does not come into view")

    def add(self, name, *settings):
        """A layer and its first settings."""
        count = len(self.desk.window()["nodes"])
        self.take(name)
        window = self.wait_layers(count)
        fields = [field["name"] for field, _ in zip(self.settled()["fields"], settings)]
        for field, value in zip(fields, settings):
            self.counter.click_on(self.field(self.desk.window(), field))
            self.counter.key("ctrl+a")
            self.counter.type(value)
        return window

    def test_by_mouse(self):
        desk = self.counter = Counter(self.desk)
        self.begin()
        desk.key("ctrl+n")
        self.desk.wait(lambda state: state["choosing"], "the data sets")
        desk.key("m", "Return")
        self.desk.wait_window(lambda window: names(window) == ["input"] and window["building"],
                              "the empty canvas")
        self.add("conv2d", "6", "5")
        self.add("tanh")
        self.add("avg_pool2d")
        self.add("conv2d", "16", "5")
        self.add("tanh")
        self.add("avg_pool2d")
        self.add("flatten")
        self.add("dense", "120")
        self.add("tanh")
        self.add("dense", "84")
        self.add("tanh")
        self.add("dense")
        window = self.desk.wait_window(lambda window: window["data"] and window["can_train"], "the data")
        details = {node["name"]: node["details"] for node in window["nodes"]}
        self.assertIn("filters 6", details["conv2d"])
        self.assertIn("kernel 5", details["conv2d_2"])
        self.assertIn("filters 16", details["conv2d_2"])
        self.assertIn("units 120", details["dense"])
        self.assertIn("units 84", details["dense_2"])
        self.assertIn("units 10", details["dense_3"])
        desk.key("F5")
        self.check_learns(desk.count)


class Blocks(Building):
    def begin(self):
        path = os.path.join(self.folder, "block.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(BLOCK)
        return self.open(path)

    def ports(self, name):
        """Where wires reach and leave the card called `name`."""
        node = self.node(self.settled(), name)
        middle = node["y"] + node["height"] / 2
        return (node["x"], middle), (node["x"] + node["width"], middle)

    def middle(self, source, target):
        """The middle of a straight wire."""
        start, end = self.ports(source)[1], self.ports(target)[0]
        return ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)

    def wait_wires(self, what, *wires):
        return self.desk.wait_window(
            lambda window: all(list(wire) in window["wires"] for wire in wires), what)

    def selected(self, window):
        return [node["name"] for node in window["nodes"] if node["selected"]]

    def wait_selected(self, *expected):
        return self.desk.wait_window(lambda window: self.selected(window) == list(expected),
                                     f"the selection of {expected}")

    def undo_all(self):
        while self.desk.window()["can_undo"]:
            self.desk.key("ctrl+z")
        self.assertEqual(self.settled()["text"], BLOCK)


class Wires(Blocks):
    def test_connect_and_cut(self):
        desk = self.desk
        self.begin()
        desk.key("f")
        # from an output to an input: a join takes one more
        desk.drag(self.ports("a")[1], self.ports("sum")[0], button=1)
        window = self.wait_wires("the wire", ("a", "sum"), ("c", "sum"))
        self.assertIn("- add: {name: sum, inputs: [c, a]}\n", window["text"])
        # a line drawn across wires cuts them, in one step
        left, right = self.ports("c")[1], self.ports("sum")[0]
        x = (left[0] + right[0]) / 2
        desk.drag((x, left[1] - 60), (x, left[1] + 60), button=1, hold="ctrl")
        window = desk.wait_window(lambda window: ["c", "sum"] not in window["wires"], "the cut")
        self.assertNotIn(["a", "sum"], window["wires"])
        self.assertIn("inputs: []", window["text"])
        self.assertIn("here are 0", self.node(window, "sum")["problem"])
        self.assertFalse(window["can_train"])
        desk.key("ctrl+z")
        self.wait_wires("the undo", ("a", "sum"), ("c", "sum"))
        # a wire's end, taken off and let go
        canvas = desk.window()["canvas"]
        desk.drag(self.ports("b")[0], (canvas["x"] + 30, canvas["y"] + 20), button=1)
        desk.wait_window(lambda window: ["a", "b"] not in window["wires"], "the loose layer")
        # a circle is refused, with the reason
        desk.drag(self.ports("sum")[1], self.ports("c")[0], button=1)
        window = desk.wait_window(lambda window: "cycles" in window["problem_text"], "the reason")
        self.assertIn(["b", "c"], window["wires"])
        self.undo_all()

    def test_a_layer_moves_onto_a_wire(self):
        desk = self.desk
        self.begin()
        desk.key("f")
        node = self.node(desk.window(), "b")
        desk.drag((node["x"] + node["width"] / 2, node["y"] + 12), self.middle("sum", "out"), button=1)
        window = self.wait_wires("the move", ("sum", "b"), ("b", "out"), ("a", "c"))
        self.assertIn("# first\n    - dense: {name: c, units: 16}\n", window["text"])
        self.undo_all()

    def test_a_layer_from_the_palette(self):
        desk = self.desk
        self.begin()
        desk.press("Layers")
        desk.key("f")
        desk.wait_window(lambda window: window["palette"], "the palette")
        row = next(row for row in self.settled()["palette"] if row["name"] == "dense")
        start = (row["x"] + 30, row["y"] + row["height"] / 2)
        desk.drag(start, self.middle("a", "b"), button=1)
        window = self.wait_wires("the layer on the wire", ("a", "dense"), ("dense", "b"))
        self.assertIn("# first\n    - dense: {units: 10}\n", window["text"])
        # beside everything it is a layer without wires
        canvas = self.settled()["canvas"]
        desk.drag(start, (canvas["x"] + canvas["width"] / 2, canvas["y"] + 20), button=1)
        window = desk.wait_window(lambda window: "dense_2" in names(window), "the loose layer")
        self.assertTrue(self.node(window, "dense_2")["problem"])
        self.undo_all()

    def test_double_click_and_a_wire_into_the_blue(self):
        desk = self.desk
        window = self.begin()
        desk.key("f")
        canvas = window["canvas"]
        top = (canvas["x"] + canvas["width"] / 2, canvas["y"] + 20)
        desk.drag(self.ports("b")[1], top, button=1)
        desk.wait_window(lambda window: window["inserting"], "the search")
        desk.type("tanh")
        desk.key("Return")
        window = self.wait_wires("the branch", ("b", "tanh"), ("b", "c"))
        self.assertTrue(self.node(window, "tanh")["selected"])
        self.undo_all()
        self.select("out")
        desk.click(*top, times=2)
        desk.wait_window(lambda window: window["inserting"], "the search")
        desk.key("Escape")


class Places(Blocks):
    def place(self, window, name):
        node = self.node(window, name)
        return node["x"], node["y"]

    def drag_card(self, name, right, down):
        node = self.node(self.settled(), name)
        start = (node["x"] + node["width"] / 2, node["y"] + 12)
        self.desk.drag(start, (start[0] + right, start[1] + down), button=1)

    def test_cards_are_moved(self):
        """By the pointer: it stays where it is let go, everything else where it was."""
        desk = self.desk
        self.begin()
        desk.key("f")
        before = self.settled()
        self.drag_card("c", 10, 180)
        desk.wait_window(lambda window: "moved: [" in window["text"], "the place")
        window = self.settled()
        for name in names(before):
            right, down = (10, 180) if name == "c" else (0, 0)
            was, now = self.place(before, name), self.place(window, name)
            self.assertAlmostEqual(now[0] - was[0], right, delta=8)
            self.assertAlmostEqual(now[1] - was[1], down, delta=8)
        self.assertEqual(window["wires"], before["wires"])
        # several together; and back to where the layout has them
        desk.key("ctrl+a")
        self.drag_card("b", 0, 60)
        desk.wait_window(lambda window: window["text"].count("moved: [") == 6, "all of them")
        desk.key("ctrl+z")
        desk.wait_window(lambda window: window["text"].count("moved: [") == 1, "the undo")
        desk.key("ctrl+z")
        window = desk.wait_window(lambda window: window["text"] == BLOCK, "the undo")
        self.assertFalse(window["can_undo"])
        # in the hand, and taken back
        node = self.node(self.settled(), "c")
        desk.move(node["x"] + node["width"] / 2, node["y"] + 12)
        desk.run("xdotool", "mousedown", "1")
        desk.move(node["x"] + node["width"] / 2 + 40, node["y"] + 150)
        desk.wait_window(lambda window: self.place(window, "c") != self.place(before, "c"), "the drag")
        desk.key("Escape")
        desk.wait_window(lambda window: self.place(window, "c") == (node["x"], node["y"]), "the end of it")
        desk.run("xdotool", "mouseup", "1")
        self.assertEqual(desk.window()["text"], BLOCK)

    def test_by_keys_and_by_the_menu(self):
        desk = self.desk
        self.begin()
        desk.key("f")
        self.settled()
        self.select("b")
        desk.key("alt+Down", "alt+Down", "alt+Right", "shift+alt+Up")
        desk.wait_window(lambda window: "- relu: {name: b, moved: [8, -48]}\n" in window["text"], "the place")
        # in one row again with those beside it
        desk.key("ctrl+a", "ctrl+k")
        desk.type("cards in a row")
        desk.key("Return")
        window = desk.wait_window(lambda window: "moved: [8, -48]" not in window["text"], "the row")
        middles = {node["y"] + node["height"] / 2 for node in self.settled()["nodes"][1:]}
        self.assertLess(max(middles) - min(middles), 2)
        self.assertIn("moved: [8, ", window["text"])
        desk.key("Escape", "ctrl+k")
        desk.type("arrange")
        desk.key("Return")
        desk.wait_window(lambda window: "moved" not in window["text"], "the layout's")
        self.undo_all()

    def test_what_is_dropped_stays_there(self):
        desk = self.desk
        window = self.begin()
        desk.key("f")
        canvas = window["canvas"]
        at = (canvas["x"] + canvas["width"] / 2, canvas["y"] + 60)
        desk.drag(self.ports("b")[1], at, button=1)
        desk.wait_window(lambda window: window["inserting"], "the search")
        desk.type("tanh")
        desk.key("Return")
        self.wait_wires("the branch", ("b", "tanh"))
        left = self.ports("tanh")[0]
        self.assertAlmostEqual(left[0], at[0], delta=3)
        self.assertAlmostEqual(left[1], at[1], delta=3)
        desk.key("ctrl+z")
        window = desk.wait_window(lambda window: window["text"] == BLOCK, "one step")
        self.assertFalse(window["can_undo"])


class Groups(Blocks):
    def titles(self, window):
        return [node["title"] for node in window["nodes"]]

    def frames(self, *titles):
        return self.desk.wait_window(
            lambda window: [frame["title"] for frame in window["frames"]] == list(titles),
            f"the frames {titles}")

    def test_group(self):
        """Grouped, repeated, shut and open, dissolved: by keys and clicks, a step of undo each."""
        desk = self.desk
        self.begin()
        desk.key("f")
        for name in ("b", "c"):
            node = self.node(self.settled(), name)
            desk.click(node["x"] + node["width"] / 2, node["y"] + 12, hold="shift" if name == "c" else None)
        desk.key("ctrl+g")
        window = self.frames("block")
        self.assertIn("""    - dense: {name: a, units: 16}   # first
    - block:
        name: block
        layers:
          - relu: {name: b}
          - dense: {name: c, units: 16}
    - add: {name: sum}
""", window["text"])
        self.assertEqual([field["name"] for field in window["fields"]], ["Name", "Repeat"])
        for field, value in (("Name", "body"), ("Repeat", "3")):
            desk.click_on(self.field(self.desk.window(), field))
            desk.key("ctrl+a")
            desk.type(value)
            desk.key("Return")
        window = self.frames("body × 3")
        self.assertIn("repeat: 3", window["text"])
        self.assertEqual(self.titles(window), ["input", "flatten", "a", "b", "c", "sum", "out"])
        # by its title it is selected, shut and opened again
        self.select("out")
        frame = self.settled()["frames"][0]
        desk.click(frame["x"] + 24, frame["y"] + 8)
        desk.wait_window(lambda window: self.node(window, "body/c")["selected"], "the block")
        desk.key("alt+c")
        window = self.frames()
        self.assertEqual(self.titles(window), ["input", "flatten", "a", "body × 3", "sum", "out"])
        self.assertIn(["body/c", "sum"], window["wires"])
        desk.key("alt+c")
        self.frames("body × 3")
        desk.key("ctrl+shift+g")
        window = self.frames()
        self.assertEqual(len(window["nodes"]), 5 + 6)
        self.assertTrue(window["can_train"])
        desk.key("ctrl+z")
        self.frames("body × 3")
        self.undo_all()


class Inputs(Blocks):
    def test_two_inputs(self):
        """A second input by its button, called and shaped in the form; the text follows."""
        desk = self.desk
        self.begin()
        self.select("input")
        self.field(desk.window(), "Shape")
        desk.press("Add an input")
        window = desk.wait_window(lambda window: "values" in names(window), "the input")
        self.assertIn("input: {image: [1, 8, 8], values: [1]}\n", window["text"])
        self.assertIn("- flatten: {inputs: [image]}\n", window["text"])
        self.assertTrue(self.node(window, "values")["selected"])
        for field, value in (("Shape", "2 x 3"), ("Name", "place")):
            desk.click_on(self.field(desk.window(), field))
            desk.key("ctrl+a")
            desk.type(value)
            desk.key("Return")
            desk.wait_window(lambda window: "values: [2, 3]" in window["text"]
                             or "place: [2, 3]" in window["text"], f"the {field}")
        window = desk.wait_window(lambda window: "place: [2, 3]" in window["text"], "the name")
        desk.key("f")
        self.assertIn("place", names(window))
        # and taken away again: who took it takes it no longer
        self.settled()
        self.select("place")
        desk.key("Delete")
        window = desk.wait_window(lambda window: "place" not in names(window), "its end")
        self.assertIn("input: {image: [1, 8, 8]}\n", window["text"])
        self.undo_all()


class Overview(Building):
    def test_minimap(self):
        """Of a network that does not fit: a click in it moves the view, M hides it."""
        desk = self.desk
        path = os.path.join(self.folder, "chain.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("data: {name: digits}\nnetwork:\n  input: [1, 8, 8]\n  layers:\n    - flatten\n"
                       + 30 * "    - tanh\n" + "    - dense: {name: out, units: 10}\n"
                       "train: {loss: softmax_cross_entropy}\n")
        self.open(path)
        window = desk.wait_window(lambda window: "minimap" in window, "the overview")
        canvas, overview = window["canvas"], window["minimap"]

        def is_seen(window, name):
            node = self.node(window, name)
            return (canvas["x"] <= node["x"]
                    and node["x"] + node["width"] <= canvas["x"] + canvas["width"])

        self.assertFalse(is_seen(window, "out"))
        middle = overview["y"] + overview["height"] / 2
        left, right = overview["x"] + 6, overview["x"] + overview["width"] - 6
        desk.click(right, middle)
        desk.wait_window(lambda window: is_seen(window, "out"), "the end")
        desk.drag((right, middle), (left, middle), button=1)
        desk.wait_window(lambda window: is_seen(window, "flatten"), "the beginning")
        # where a card lies below it, that is seen through it
        self.assertFalse(desk.window()["minimap"]["covering"])
        card = self.node(self.settled(), "flatten")
        start = (canvas["x"] + canvas["width"] / 2, canvas["y"] + 20)
        desk.drag(start, (start[0] + overview["x"] - card["x"], start[1] + overview["y"] - card["y"]))
        desk.wait_window(lambda window: window["minimap"]["covering"], "the card below it")
        desk.click(left, middle)
        self.settled()
        self.select("flatten")
        desk.key("m")
        desk.wait_window(lambda window: "minimap" not in window, "it hidden")
        desk.key("m")
        desk.wait_window(lambda window: "minimap" in window, "it again")
        desk.key("f")
        desk.wait_window(lambda window: "minimap" not in window, "all in view")


class Selection(Blocks):
    def test_many(self):
        desk = self.desk
        self.begin()
        desk.key("f")
        first, last = (self.node(desk.window(), name) for name in "ac")
        desk.drag((first["x"] - 8, first["y"] - 20),
                  (last["x"] + last["width"] / 2, last["y"] + 40), button=1)
        self.wait_selected("a", "b", "c")
        node = self.node(desk.window(), "b")
        desk.click(node["x"] + node["width"] / 2, node["y"] + 12, hold="shift")
        self.wait_selected("a", "c")
        desk.click(node["x"] + node["width"] / 2, node["y"] + 12, hold="shift")
        self.wait_selected("a", "b", "c")
        # to the clipboard, as YAML
        desk.key("ctrl+c")
        desk.key("ctrl+v")
        window = self.wait_selected("a_2", "b_2", "c_2")
        self.assertIn("    - dense: {name: a_2, units: 16}\n    - relu: {name: b_2}\n", window["text"])
        self.assertIn(["c_2", "sum"], window["wires"])
        # many go in one step
        desk.key("Delete")
        window = desk.wait_window(lambda window: "b_2" not in names(window), "their end")
        self.assertEqual(window["text"], BLOCK)
        desk.key("ctrl+z")
        desk.wait_window(lambda window: "b_2" in names(window), "the undo")
        desk.key("ctrl+a")
        self.wait_selected(*names(desk.window())[1:])
        desk.key("ctrl+x")
        window = desk.wait_window(lambda window: names(window) == ["input"], "nothing")
        self.assertFalse(window["problem"])
        desk.key("ctrl+v")
        window = desk.wait_window(lambda window: "out" in names(window), "everything")
        self.assertTrue(window["can_train"])
        self.undo_all()

    def test_menu(self):
        desk = self.desk
        self.begin()
        node = self.node(desk.window(), "b")
        desk.click(node["x"] + node["width"] / 2, node["y"] + 12, button=3)
        self.wait_selected("b")
        desk.press("Duplicate")
        desk.wait_window(lambda window: "b_2" in names(window), "the copy")
        # and by the keyboard
        desk.key("shift+F10")
        desk.press("Remove")
        desk.wait_window(lambda window: "b_2" not in names(window), "its end")
        self.undo_all()


class Gestures(Blocks):
    def found(self, what, *expected):
        self.desk.wait_window(
            lambda window: [row["name"] for row in window.get("found", [])][:len(expected)]
            == list(expected), what)

    def test_wires(self):
        """Starts and ends of wires that stand; a wire dropped on nothing; copies on their wires."""
        desk = self.desk
        self.begin()
        desk.key("f")
        # copied, and pasted on the wires that it had
        self.select("c")
        desk.key("ctrl+c", "ctrl+shift+v")
        self.wait_wires("the copy beside it", ("b", "c"), ("b", "c_2"), ("c", "sum"))
        self.undo_all()
        desk.key("f")
        # the start of a wire, at its nearer end; and of all that leave an output
        start, end = self.ports("b")[1], self.ports("c")[0]
        near = start[0] + 0.35 * (end[0] - start[0])
        desk.drag((near, start[1]), self.ports("a")[1], button=1, hold="shift")
        window = self.wait_wires("the other start", ("a", "b"), ("a", "c"))
        self.assertNotIn(["b", "c"], window["wires"])
        desk.drag(self.ports("a")[1], self.ports("flatten")[1], button=1, hold="shift")
        self.wait_wires("both starts", ("flatten", "b"), ("flatten", "c"))
        self.undo_all()
        # its end
        start, end = self.ports("sum")[1], self.ports("out")[0]
        desk.drag((end[0] - 0.35 * (end[0] - start[0]), end[1]), self.ports("c")[0], button=1,
                  hold="shift")
        desk.wait_window(lambda window: "cycles" in window["problem_text"], "the circle refused")
        # only what fits is offered: no pictures come out of a dense layer
        canvas = desk.window()["canvas"]
        desk.drag(self.ports("b")[1], (canvas["x"] + canvas["width"] / 2, canvas["y"] + 20), button=1)
        window = desk.wait_window(lambda window: window.get("found"), "what fits")
        offered = {row["name"] for row in window["found"]}
        self.assertIn("dense", offered)
        self.assertFalse({"max_pool2d", "lstm", "embedding", "win.undo"} & offered)
        desk.key("Escape")
        desk.wait_window(lambda window: not window["inserting"], "the end of it")

    def test_search_and_selection(self):
        desk = self.desk
        self.begin()
        self.select("b")
        desk.key("ctrl+b")
        window = desk.wait_window(lambda window: self.node(window, "b")["kind"] == "linear",
                                  "the bypass")
        self.assertIn("- relu: {name: b, bypass: true}\n", window["text"])
        self.assertTrue(window["can_train"])
        desk.key("ctrl+b")
        desk.wait_window(lambda window: window["text"] == BLOCK, "the layer as before")
        desk.key("f", "ctrl+f")
        self.found("the layers", "flatten", "a", "b", "c", "sum", "out")
        desk.type("sm")  # no name has it, but its letters
        self.found("the letters", "sum")
        desk.key("Return")
        self.wait_selected("sum")
        desk.key("period")
        desk.wait_window(lambda window: window["zoom"] > 1, "the layer, large")
        # all that the window can do is found by its name
        desk.key("ctrl+k")
        desk.type("into the sel")
        self.found("the action", "win.select-upstream")
        desk.key("Return")
        self.wait_selected("flatten", "a", "b", "c", "sum")
        desk.key("period")
        desk.wait_window(lambda window: window["zoom"] < 1, "all of them")
        desk.key("ctrl+k")
        desk.type("mha")
        self.found("the operation", "multi_head_attention")
        desk.key("Escape")


class Mending(Building):
    def test_a_badge_mends(self):
        desk = self.desk
        path = self.experiment(("    - flatten:\n", ""), ("units: 10", "units: 7"))
        window = self.open(path)
        self.assertIn("flatten", self.node(window, "out")["problem"])
        desk.key("f")
        node = self.node(self.settled(), "out")
        desk.click(node["x"] + node["width"] - 3, node["y"] + 3)
        desk.wait(lambda state: any(thing["name"] == "Insert Flatten before it"
                                    for thing in desk.accessible("list")), "what mends it")
        desk.wait_window(lambda window: not window["fixes_cut"], "it whole")
        desk.press("Insert Flatten before it")
        window = desk.wait_window(lambda window: "flatten" in names(window), "the layer")
        # it runs now, but the data have ten classes
        window = desk.wait_window(lambda window: "7" in self.node(window, "out")["problem"],
                                  "what the data say")
        self.assertFalse(window["can_train"])
        self.select("out")
        desk.key("shift+F10")
        desk.press("Mend\u2026")
        desk.press("Set units to 10")
        window = desk.wait_window(lambda window: window["can_train"], "a network that can learn")
        self.assertIn("- dense: {name: out, units: 10}\n", window["text"])

    def test_how_a_layer_learns(self):
        desk = self.desk
        self.open(self.experiment(("dense: {name: out,", "dense: {name: out, inputs: [flatten],")))

        def rows(window):
            return {field["name"] for field in window["fields"]}

        self.select("conv1")
        desk.wait_window(lambda window: {"Frozen", "L1", "Loss"} <= rows(window), "the settings")
        desk.key("f")
        self.settled()
        # a layer that learns nothing may have a loss, and says how it is taken only where it has
        self.select("flatten")
        window = desk.wait_window(lambda window: "Loss" in rows(window) and "Frozen" not in rows(window),
                                  "the other settings")
        self.assertNotIn("Loss weight", rows(window))
        # another name: whoever takes the layer names it so, and it stays selected
        desk.click_on(self.field(window, "Name"))
        desk.key("ctrl+a")
        desk.type("pixels")
        desk.key("Return")
        window = desk.wait_window(lambda window: "pixels" in names(window), "the name")
        self.assertTrue(self.node(window, "pixels")["selected"])
        self.assertIn("name: out, inputs: [pixels]", window["text"])


class Empty(Building):
    def test_everything_is_found_on_the_start_page(self):
        desk = self.desk
        self.begin()
        desk.key("ctrl+k")
        window = desk.wait_window(lambda window: window["inserting"] and window.get("found"), "the search")
        found = [row["name"] for row in window["found"]]
        self.assertIn("win.new", found)
        self.assertFalse([name for name in found if name.startswith("canvas.") or name == "dense"])
        desk.type("new")
        desk.wait_window(lambda window: window["found"][0]["name"] == "win.new", "the action")
        desk.key("Return")
        desk.wait(lambda state: state["choosing"], "the data sets")

    def test_what_is_typed_and_what_cannot_be(self):
        desk = self.desk
        self.begin()
        desk.key("ctrl+n")
        desk.wait(lambda state: state["choosing"], "the data sets")
        desk.type("digits")
        desk.key("Return")
        window = desk.wait_window(lambda window: names(window) == ["input"] and window["building"],
                                 "the empty canvas")
        self.assertFalse(window["can_train"])
        self.assertFalse(window["problem"])
        desk.type("dense 7 banana")
        desk.key("Return")
        self.assertEqual(names(desk.window()), ["input"])
        desk.key("ctrl+a")
        desk.type("dense 7 rel")
        desk.key("Return")
        window = desk.wait_window(lambda window: "dense" in names(window), "the layer")
        self.assertIn("    - dense: {units: 7, activation: relu}\n", window["text"])
        # it takes a vector, and the sample is an image: drawn, with the reason
        self.assertIn("flatten", self.node(window, "dense")["problem"])
        self.assertFalse(window["can_train"])


if __name__ == "__main__":
    main()
