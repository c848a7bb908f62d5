#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The time slider: films of a training, and runs that other processes write, by real pointer and
keys.

Usage: test-time.py FALTUNG-GUI FALTUNG EXPERIMENTS
"""
import glob
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
        time.sleep(1)
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
