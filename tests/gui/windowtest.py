# SPDX-License-Identifier: Apache-2.0
"""What the tests of the window share: the programs, and a window of its own for each test.

Usage of a test: test-NAME.py FALTUNG-GUI FALTUNG EXPERIMENTS
"""
import os
import subprocess
import sys
import unittest

from desk import Desk, missing

GUI, FALTUNG, EXPERIMENTS = (os.path.abspath(path) for path in sys.argv[1:4])
DIGITS = os.path.join(EXPERIMENTS, "gallery", "digits-cnn.yaml")


def training(state):
    return state["training"]


class WindowTest(unittest.TestCase):
    width, height, dark, scale = 1280, 800, False, 1
    environment = {}

    def setUp(self):
        self.desk = Desk(self.width, self.height, self.dark, self.scale,
                         {"FALTUNG_EXPERIMENTS": EXPERIMENTS, **self.environment})
        self.addCleanup(self.desk.close)
        self.folder = self.desk.path("work")
        os.mkdir(self.folder)

    def tearDown(self):
        log = self.desk.log()
        for word in ("CRITICAL", "WARNING **", "Sanitizer"):
            self.assertNotIn(word, log)

    def open(self, path):
        self.desk.launch(GUI, path)
        return self.desk.wait_window(lambda window: window["data"] and window["nodes"], "the network")

    def experiment(self, *changes):
        """A copy of the digits' experiment that takes long enough to be watched."""
        path = os.path.join(self.folder, "digits.yaml")
        with open(DIGITS, encoding="utf-8") as file:
            text = file.read()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def node(self, window, name):
        return next(node for node in window["nodes"] if node["name"] == name)

    def field(self, window, name):
        """Where the form has the field, once it has come to rest there."""
        seen = []

        def rests(window):
            seen.append(next((field for field in window["fields"] if field["name"] == name), None))
            return seen[-1] and seen[-1]["height"] > 1 and seen[-1] in seen[:-1]

        self.desk.wait_window(rests, f"the field {name}")
        return seen[-1]

    def select(self, name):
        seen = []

        def rests(window):  # the borders of a new window come to their places after its first frame
            seen.append(window["canvas"])
            return seen[-1] in seen[:-1]

        self.desk.click_on(self.node(self.desk.wait_window(rests, "the canvas at rest"), name))
        return self.desk.wait_window(lambda window: self.node(window, name)["selected"],
                                     f"the selection of {name}")

    def status(self, path):
        program = ("import h5py, sys; f = h5py.File(sys.argv[1]); s = f['status'][()];"
                   "print(s.decode() if isinstance(s, bytes) else s, len(f['metrics/step/loss']))")
        words = subprocess.run(["/usr/bin/python3", "-c", program, path], check=True,
                               capture_output=True, text=True).stdout.split()
        return words[0], int(words[1])

    def train(self, name):
        path = os.path.join(self.folder, name)
        subprocess.run([FALTUNG, "train", DIGITS, "--epochs", "3", "--out", path, "--quiet"],
                       check=True, capture_output=True)
        return path


class ViewTest(WindowTest):
    """Of the pages below the canvas."""

    def turn(self, title):
        """Turns to a page of the panel by its key."""
        for key in [f"alt+{key}" for key in range(2, 10)] + 10 * ["alt+Page_Down"]:
            self.desk.key(key)
            window = self.desk.window()
            if window["view"] == title:
                return window
        raise AssertionError(f"there is no page {title}")

    def place(self, window, kind, name=None):
        """Where the first of that kind (and name) is on the page."""
        return next(place for place in window["places"]
                    if place["kind"] == kind and name in (None, place["name"]))


def main():
    lacking = missing()
    if lacking:
        print("skipped: these programs are missing:", ", ".join(lacking))
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], "--verbose", *sys.argv[4:]])
