#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The runs of a folder, and the sweep that makes many, by real pointer and keys.

Usage: test-runs.py FALTUNG-GUI FALTUNG EXPERIMENTS
"""
import os
import subprocess

from windowtest import FALTUNG, ViewTest, main


def figures(path):
    """Epochs, best accuracy, best loss: as another reader of HDF5 finds them."""
    program = ("import h5py, sys; e = h5py.File(sys.argv[1])['metrics/epoch'];"
               "print(int(e['epoch'][-1]), max(e['val_accuracy'][()]), min(e['val_loss'][()]))")
    words = subprocess.run(["/usr/bin/python3", "-c", program, path], check=True,
                           capture_output=True, text=True).stdout.split()
    return [words[0], f"{100 * float(words[1]):.2f} %", f"{float(words[2]):.4g}"]


class Runs(ViewTest):
    width, height = 1280, 1000

    def start_run(self, name, *settings):
        path = os.path.join(self.folder, name)
        return path, subprocess.Popen(
            [FALTUNG, "train", os.path.join(self.folder, "digits.yaml"), "--out", path, "--quiet",
             *settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def make_run(self, name, *settings):
        path, process = self.start_run(name, *settings)
        self.assertEqual(process.wait(120), 0)
        return path

    def rows(self, window):
        return [row["labels"] for row in window["rows"] if len(row["labels"]) > 1]

    def row(self, window, name):
        return next((row for row in window["rows"] if row["labels"][:1] == [name]),
                    {"labels": [name, "missing"]})

    def test_list_follows_sorts_and_opens(self):
        desk = self.desk
        experiment = self.experiment()
        runs = {"b": self.make_run("b.h5", "--epochs", "2"),
                "a": self.make_run("a.h5", "--epochs", "6")}
        self.open(experiment)
        self.turn("Runs")
        window = desk.wait_window(lambda window: len(self.rows(window)) == 2, "the two runs")
        self.assertEqual(self.rows(window),
                         [[name, "finished", *figures(runs[name])] for name in ("a", "b")])
        for head, order in (("Epoch", ["b", "a"]), ("Best loss", ["a", "b"])):
            desk.click_on(self.row(window, head))
            desk.wait_window(lambda window, order=order: [
                row[0] for row in self.rows(window)] == order, "the order")
        # one that another process writes
        _, writer = self.start_run("live.h5", "--epochs", "100000")
        self.addCleanup(writer.kill)
        window = desk.wait_window(lambda window: self.row(window, "live")["labels"][1] == "running",
                                  "the live run")
        epoch = int(self.row(window, "live")["labels"][2])
        desk.wait_window(lambda window: int(self.row(window, "live")["labels"][2]) > epoch,
                         "its next epoch")
        writer.kill()
        writer.wait()
        window = desk.wait_window(
            lambda window: self.row(window, "live")["labels"][1] == "interrupted", "its end")
        desk.click_on(self.row(window, "b"))
        desk.wait_window(lambda window: window["run"] == runs["b"] and window["epochs"] == 3,
                         "the run")

    def test_a_sweep_is_marked_and_run(self):
        desk = self.desk
        path = self.experiment(("epochs: 10", "epochs: 2   # few"))
        with open(path, encoding="utf-8") as file:
            written = file.read()
        window = self.open(path)
        self.select("conv1")
        window = desk.window()
        # marked by the menu of the setting
        place = self.field(window, "Filters")
        desk.click(place["x"] - 60, place["y"] + place["height"] / 2, button=3)
        desk.wait(lambda state: any(thing["name"] == "Sweep Over This Setting"
                                    for thing in desk.accessible("list")), "the menu")
        desk.key("Return")
        window = desk.wait_window(lambda window: "sweep:" in window["text"], "the mark")
        sweep = "\nsweep:\n  grid: {network.conv1.filters: [8]}"
        self.assertEqual(window["text"].rstrip("\n"), written.rstrip("\n") + sweep)
        # the list of its values has the focus
        desk.wait(lambda state: state["windows"][0]["focus"] == "network.conv1.filters", "the list")
        desk.key("End")
        desk.type(", 4")
        desk.key("Return")
        desk.wait_window(lambda window: "[8, 4]" in window["text"], "two values")
        self.assertIn("# few", desk.window()["text"])
        desk.press("Run Sweep")
        desk.wait(lambda state: state["windows"][0]["sweeping"], "the sweep")
        window = desk.wait_window(
            lambda window: not window["sweeping"] and len(self.rows(window)) == 2
            and all(row[1] == "finished" for row in self.rows(window)), "both runs", 120)
        with open(path, encoding="utf-8") as file:
            self.assertIn("network.conv1.filters: [8, 4]", file.read())
        names = sorted(row[0] for row in self.rows(window))
        self.assertEqual([name.rsplit("/", 1)[1] for name in names],
                         ["filters=4,seed=1", "filters=8,seed=1"])
        for row in self.rows(window):
            self.assertEqual(row[2:], figures(os.path.join(self.folder, row[0] + ".h5")))


if __name__ == "__main__":
    main()
