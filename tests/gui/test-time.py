#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The time slider: films of a training, and runs that other processes write, by real pointer and
keys.

Usage: test-time.py FALTUNG-GUI FALTUNG EXPERIMENTS
"""
import os
import subprocess
import time

from windowtest import FALTUNG, ViewTest, main


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
        window = self.open(run)
        moments = window["moments"]
        self.assertGreater(moments, 2)
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


if __name__ == "__main__":
    main()
