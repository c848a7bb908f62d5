#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Networks built by hand: from the empty canvas by keyboard and by mouse, wires, the clipboard.

Usage: see windowtest.py
"""
import os
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
        for n, layer in enumerate(("c6 5st", "a", "c16 5t", "a", "f", "d120t", "d84t", "d")):
            desk.type(layer)
            desk.key("Return")
            self.wait_layers(n + 1)
        window = self.desk.wait_window(lambda window: window["data"] and window["can_train"], "the data")
        self.check_lenet(window)
        desk.key("F5")
        self.check_learns(desk.count)


class Empty(Building):
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
