#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The time slider: films of a training, and runs that other processes write, by real pointer and
keys.

Usage: test-time.py FALTUNG-GUI FALTUNG EXPERIMENTS
"""
import csv
import glob
import json
import os
import re
import signal
import subprocess
import time

from windowtest import DIGITS, FALTUNG, ViewTest, main


class Films(ViewTest):
    def film(self, path):
        """Exports what the dialog proposes."""
        desk = self.desk
        desk.press("Menu")
        desk.press("Export Film\u2026")
        self.assertTrue(desk.shows("Export Film"))
        desk.key("ctrl+a")
        desk.type(path)
        desk.key("Return")
        desk.wait_window(lambda window: window["film"], "the film under way")
        desk.wait_window(lambda window: not window["film"], "its end")

    def pixels(self, path, *options):
        return subprocess.run(["convert", path, *options, "rgb:-"], check=True,
                              capture_output=True).stdout

    def test_what_is_seen_becomes_a_film(self):
        desk = self.desk
        run = self.train("run.h5")
        self.open(run)
        moments = desk.wait_window(lambda window: window["moments"] > 2, "the run")["moments"]
        # the diagram, as a folder of pictures: the last one is what stands on the screen
        frames = os.path.join(self.folder, "frames")
        self.film(frames)
        names = sorted(os.listdir(frames))
        self.assertEqual(names, [f"{i + 1:04}.png" for i in range(moments)])
        pictures = [self.pixels(os.path.join(frames, name)) for name in names]
        self.assertEqual(len(set(pictures)), moments)
        self.assertEqual(desk.window()["moment"], -1)
        place = desk.window()["canvas"]
        screen = os.path.join(self.folder, "screen.png")
        time.sleep(0.5)
        desk.screenshot(screen)
        upper = f"{place['width']}x{place['height'] * 3 // 4}"  # the rest has the overview over it
        self.assertEqual(self.pixels(os.path.join(frames, names[-1]), "-crop", upper + "+0+0"),
                         self.pixels(screen, "-crop", f"{upper}+{place['x']}+{place['y']}"))
        # a layer's maps: the very file that the program without a window writes
        self.select("conv1")
        film = os.path.join(self.folder, "film.webp")
        self.film(film)
        subprocess.run([FALTUNG, "inspect", run, "--what", "maps", "--layer", "conv1", "--sample",
                        "0", "--film", self.folder, "--quiet"], check=True, capture_output=True)
        with open(film, "rb") as ours, open(os.path.join(self.folder, "maps-conv1.webp"),
                                            "rb") as theirs:
            self.assertEqual(ours.read(), theirs.read())


class Curves(ViewTest):
    """Of a network with two outputs, each with a target of its own."""

    TWO = """\
name: two
data: {csv: two.csv, target: {kind: kind, price: price}, validation: 0.25}
network:
  input: [2]
  layers:
    - dense: {name: body, units: 4, activation: tanh}
    - dense: {name: value, units: 1, loss: mse, loss_target: price}
    - dense: {name: class, inputs: body, units: 2}
train: {loss: softmax_cross_entropy, optimizer: {adam: {lr: 0.02}}, batch: 20, epochs: 8}
"""

    def run_of(self, name, *options):
        path = os.path.join(self.folder, name)
        subprocess.run([FALTUNG, "train", "two.yaml", "--out", path, "--quiet", *options],
                       check=True, capture_output=True, cwd=self.folder)
        return path

    def column(self, run, name):
        program = "import h5py, sys; print(list(h5py.File(sys.argv[1])[sys.argv[2]][()]))"
        return json.loads(subprocess.run(
            ["/usr/bin/python3", "-c", program, run, f"metrics/epoch/{name}"], check=True,
            capture_output=True, text=True).stdout)

    def point_at(self, name):
        """Clicks what is called so, and waits for what opens."""
        seen = []

        def rests(window):
            seen.append(next((place for place in window["places"] if place["name"] == name), None))
            return seen[-1] and seen[-1]["y"] > 0 and seen[-1] in seen[:-1]

        self.desk.wait_window(rests, name)
        self.desk.click_on(seen[-1])
        time.sleep(1)

    def saved(self, name):
        """What the page writes of what it shows: by figure and line, the points."""
        desk, path = self.desk, os.path.join(self.folder, name)
        self.point_at("Save what is shown as a table (CSV)")
        if not desk.shows("Save the Curves"):  # a popover was open, and took the click
            self.point_at("Save what is shown as a table (CSV)")
            self.assertTrue(desk.shows("Save the Curves"))
        desk.key("ctrl+a")
        desk.type(path)
        desk.key("Return")
        end = time.monotonic() + 60
        while not os.path.exists(path) and time.monotonic() < end:
            time.sleep(0.1)
        lines = {}
        with open(path, encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            self.axis = next(rows)[2]
            for figure, line, x, value, _ in rows:
                lines.setdefault((figure, line), []).append((float(x), float(value)))
        return lines

    def test_every_figure_of_this_run_and_others(self):
        desk = self.desk
        with open(os.path.join(self.folder, "two.csv"), "w", encoding="utf-8") as file:
            print("a,kind,b,price", file=file)
            for i in range(120):
                a, b = i * 37 % 101 / 50 - 1, i * 61 % 89 / 44 - 1
                print(a, "high" if a > b else "low", b, a + 2 * b, sep=",", file=file)
        with open(os.path.join(self.folder, "two.yaml"), "w", encoding="utf-8") as file:
            file.write(self.TWO)
        one, two = self.run_of("one.h5"), self.run_of("two.h5", "--seed", "2")
        self.open(one)
        desk.wait_window(lambda window: window["epochs"] == 1 + 8, "the run")
        lines = self.saved("first.csv")
        self.assertEqual(self.axis, "epoch")
        self.assertEqual(set(lines), {(figure, line) for figure in ("Loss", "Accuracy")
                                      for line in ("training", "validation")})
        self.assertEqual(lines["Accuracy", "validation"],
                         list(enumerate(self.column(one, "val_accuracy"))))
        # the second output has figures of its own; the other run is drawn beside this one
        self.point_at("Second curve")
        desk.key("Home", "Down", "Down", "Down", "Return")
        self.point_at("Draw other runs beside this one")
        desk.key("Tab", "Return", "Escape")
        time.sleep(2)
        lines = self.saved("second.csv")
        self.assertEqual(lines["Mean absolute error \u00b7 value", "validation"],
                         list(enumerate(self.column(one, "val_mae_value"))))
        self.assertEqual(lines["Mean absolute error \u00b7 value", "two"],
                         list(enumerate(self.column(two, "val_mae_value"))))
        self.assertEqual(lines["Loss", "two"], list(enumerate(self.column(two, "val_loss"))))


class Watching(ViewTest):
    """A run that another process writes."""

    def start(self, path, *options):
        writer = subprocess.Popen([FALTUNG, "train", DIGITS, "--out", path, "--quiet", *options],
                                  stdout=subprocess.DEVNULL)
        self.addCleanup(writer.kill)
        return writer

    def weights(self, path):
        program = ("import h5py, sys; f = h5py.File(sys.argv[1]); w = []\n"
                   "f['model/weights'].visititems(lambda n, d: w.append((n, d[()].tobytes().hex()))"
                   " if hasattr(d, 'shape') else None)\nprint(w, len(f['metrics/step/loss']))")
        return subprocess.run(["/usr/bin/python3", "-c", program, path], check=True,
                              capture_output=True, text=True).stdout

    def assert_untouched(self, path):
        """Nothing is locked, and nobody waits for the system to tell of changes: there may be
        nothing that does, as over SSH."""
        inodes = {os.stat(place).st_ino for place in (path, os.path.dirname(path))}
        with open("/proc/locks", encoding="utf-8") as file:
            locked = {int(entry) for entry in re.findall(r":(\d+) \d+ \S+$", file.read(), re.M)}
        self.assertEqual(inodes & locked, set())
        for info in glob.glob(f"/proc/{self.desk.application.pid}/fdinfo/*"):
            with open(info, encoding="utf-8") as file:
                watched = {int(ino, 16) for ino in re.findall(r"inotify.* ino:(\w+)", file.read())}
            self.assertEqual(inodes & watched, set())

    def test_it_follows_and_disturbs_nobody(self):
        desk = self.desk
        path, alone = (os.path.join(self.folder, name) for name in ("live.h5", "alone.h5"))
        writer = self.start(path, "--epochs", "60")
        while not os.path.exists(path):
            self.assertIsNone(writer.poll())
            time.sleep(0.01)
        writer.send_signal(signal.SIGSTOP)  # until somebody looks
        window = self.open(path)
        self.assertIn("running", window["figures"])
        begun, step = window["moments"], window["snapshot_step"]
        self.assert_untouched(path)
        writer.send_signal(signal.SIGCONT)
        desk.wait_window(lambda window: window["moments"] > begun and window["snapshot_step"] > step
                         and window["epochs"] > window["moments"] / 2, "what it writes")
        self.assert_untouched(path)
        self.assertEqual(writer.wait(120), 0)
        window = desk.wait_window(lambda window: "finished" in window["figures"], "its end")
        self.assertEqual(window["epochs"], 1 + 60)
        self.assertEqual(self.start(alone, "--epochs", "60").wait(120), 0)
        self.assertEqual(self.weights(path), self.weights(alone))
        # a moment stays where it is when another file comes in the place of this one
        desk.click(window["canvas"]["x"] + 66, self.height - 26)
        desk.key("Home")
        desk.wait_window(lambda window: window["moment"] == 0 and window["snapshot_step"] == 0,
                         "the beginning")
        other = os.path.join(self.folder, "other.h5")
        self.assertEqual(self.start(other, "--epochs", "3", "--seed", "5").wait(120), 0)
        os.replace(other, path)
        window = desk.wait_window(lambda window: window["epochs"] == 1 + 3, "the other run")
        self.assertEqual(window["moment"], 0)
        desk.key("End")
        desk.wait_window(lambda window: window["moment"] == -1
                         and window["snapshot_step"] == window["steps"], "its weights")


if __name__ == "__main__":
    main()
