#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is done by hand to a network while it learns: the log tells, and it can be done again.

Usage: test-play.py FALTUNG-GUI FALTUNG EXPERIMENTS
"""
import json
import os
import re
import subprocess

from windowtest import FALTUNG, WindowTest, main, training

BUTTON = "Experiment While It Learns"
READ = """
import h5py, hashlib, json, sys
with h5py.File(sys.argv[1]) as f:
    weights = hashlib.sha256()
    f["model/weights"].visititems(lambda name, item: weights.update(item[()].tobytes())
                                  if isinstance(item, h5py.Dataset) else None)
    print(json.dumps({
        "acts": [act.decode() for act in f["acts/act"]],
        "by_hand": [bool(by) for by in f["acts/by_hand"]],
        "touched": int(f.attrs.get("touched", 0)),
        "conv1": [bool(kernel.any()) for kernel in f["model/weights/conv1/weight"]],
        "rates": list(f["metrics/step/lr"]),
        "weights": weights.hexdigest()}))
"""


class Play(WindowTest):
    def read(self, path):
        return json.loads(subprocess.run(["/usr/bin/python3", "-c", READ, path], check=True,
                                         capture_output=True, text=True).stdout)

    def ask(self):
        self.desk.press(BUTTON)
        self.desk.wait_window(lambda window: window["acting"], "what can be done")

    def test_acts(self):
        desk = self.desk
        path = self.experiment(("epochs: 10", "epochs: 2\n  report: 1"))
        self.open(path)
        desk.key("F10")
        desk.wait_window(lambda window: training(window) == "paused", "the pause after a step")
        self.ask()
        # the field for the rate has the focus
        desk.key("ctrl+a")
        desk.type("0.0125")
        desk.key("Return")
        desk.wait_window(lambda window: window["acts"] == 1, "the rate")
        for i, name in enumerate(("Freeze", "Inject", "Cut"), 2):
            desk.press(name)
            desk.wait_window(lambda window, i=i: window["acts"] == i, name)
        desk.key("Escape")
        desk.key("F5")
        window = desk.wait_window(
            lambda window: training(window) == "idle" and window["run"]
            and "touched: 4 acts by hand" in window["figures"], "the end")
        acted = self.read(window["run"])
        self.assertEqual(acted["acts"], ["1 learning_rate 0.0125", "1 freeze conv1",
                                         "1 noise conv1 0.1", "1 cut conv1 0"])
        self.assertEqual((acted["by_hand"], acted["touched"]), (4 * [True], 4))
        self.assertEqual(set(acted["rates"][1:]), {0.0125})
        self.assertFalse(acted["conv1"][0])
        self.assertTrue(all(acted["conv1"][1:]))
        # as the experiment's own acts they give the same run, which nobody touched
        self.ask()
        desk.press("Write into the Experiment")
        desk.wait_window(lambda window: window["modified"] and not window["acting"]
                         and window["active"], "the edit, and the window that takes keys again")
        desk.key("ctrl+s")
        desk.wait_window(lambda window: not window["modified"], "the file")
        again = os.path.join(self.folder, "again.h5")
        subprocess.run([FALTUNG, "train", path, "--out", again, "--quiet", "--threads", "1"],
                       check=True, capture_output=True)
        planned = self.read(again)
        self.assertEqual(planned["weights"], acted["weights"])
        self.assertEqual(planned["acts"], acted["acts"])
        self.assertEqual((planned["by_hand"], planned["touched"]), (4 * [False], 0))

    def test_breakpoint(self):
        desk = self.desk
        self.open(self.experiment(("lr: 0.02", "lr: 1e30")))
        desk.key("F5")
        window = desk.wait_window(lambda window: training(window) == "paused", "the pause")
        window = desk.wait_window(
            lambda window: any(node["selected"] for node in window["nodes"]), "where it began")
        where = next(node["name"] for node in window["nodes"] if node["selected"])
        self.assertIn(f"the output of layer '{where}' is the first that is not finite",
                      window["problem_text"])
        desk.key("shift+F5")
        desk.wait_window(lambda window: training(window) == "idle", "the end")
        self.assertEqual(self.status(desk.window()["run"])[0], "failed")

    def test_lines_that_figures_cross(self):
        """A rate that explodes: the gradient pauses within the epoch, dead units at its end."""
        desk = self.desk
        self.open(self.experiment(("lr: 0.02", "lr: 3")))
        self.ask()
        desk.press("Pause When")
        desk.press("Dead units above (%)")
        desk.press("Gradient above")
        desk.key("Escape", "F5")

        def paused(why):
            window = desk.wait_window(lambda window: training(window) == "paused"
                                      and re.search(why, window["problem_text"]), why)
            where = re.search(why, window["problem_text"])[1]
            desk.wait_window(lambda window: self.node(window, where)["selected"], where)

        paused(r"the gradient's norm is \S+, above 100; most of it is in (\w+)")
        desk.key("F5")
        paused(r"\S+ % of the units of (\w+) are dead")
        desk.key("shift+F5")
        desk.wait_window(lambda window: training(window) == "idle", "the end")


main()
