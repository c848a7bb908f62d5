#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Takes the screenshots of the documentation from the real window, on a display of its own.

Usage: shots.py FALTUNG_GUI RUN.h5 FOLDER
The letters are GNOME's, where Cantarell is installed.
"""

import os
import pathlib
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tests/gui"))
import desk  # noqa: E402

FRAME = 5  # pixels around a window that is not maximized, without shadows


class Studio(desk.Desk):
    """A desk with GNOME's letters, and with a margin for the window's frame."""

    def __init__(self, width=1280, height=800, dark=False):
        given = {key: os.environ[key] for key in ("FONTCONFIG_FILE",) if key in os.environ}
        super().__init__(width + 2 * FRAME, height + 2 * FRAME, dark, environment=given)
        self.picture = f"{width}x{height}+{FRAME}+{FRAME}"
        os.mkdir(self.path("config", "gtk-4.0"))
        with open(self.path("config", "gtk-4.0", "settings.ini"), "w", encoding="utf-8") as file:
            file.write("[Settings]\ngtk-font-name=Cantarell 11\n")

    def shoot(self, path):
        time.sleep(2)  # a hover or a fade under way
        self.run("import", "-window", "root", "-crop", self.picture, "+repage", str(path))


def settled(window):
    """Whether the pictures of the nodes are there."""
    return window["data"] and all(node["picture"] for node in window["nodes"][1:])


def open_run(table, program, run):
    table.launch(program, run)
    return table.wait_window(settled, "the pictures of the run")


def show_page(table, name):
    """Presses the tabs of the inspector until the one called `name` is up."""
    for x in range(table.size[0] - 20, table.size[0] - 580, -40):
        table.click(x, 118)
        if table.window()["inspector"] == name:
            return
    sys.exit(f"the page {name} of the inspector is not where it was")


def at(window, layer, x, y):
    """A place on the card of @layer, in parts of its size."""
    node = next(node for node in window["nodes"] if node["name"] == layer)
    return node["x"] + x * node["width"], node["y"] + y * node["height"]


def shoot_start(program, folder):
    with Studio() as table:
        table.launch(program)
        table.wait_window(lambda w: w["page"] == "start" and w["cards"], "the start page")
        table.move(640, 790)
        table.shoot(folder / "start.png")


def choose(table, place):
    """The layer there, then its value there."""
    table.click(*place)
    table.click(*place)


def shoot_network(program, run, folder):
    """All of it: a value of a feature map, where it comes from, and its equation."""
    with Studio(width=1600, height=1000) as table:
        place = at(open_run(table, program, run), "conv1", 0.5, 0.526)
        choose(table, place)
        show_page(table, "mathematics")
        table.wait_window(settled, "the pictures of the run")
        table.move(*place)
        table.shoot(folder / "window-light.png")


def shoot_value(program, run, folder):
    """From near: how one value is computed, and what the decision comes from."""
    with Studio(dark=True) as table:
        choose(table, at(open_run(table, program, run), "conv1", 0.5, 0.526))
        show_page(table, "code")
        table.key("alt+9")
        table.wait_window(lambda w: any("score" in label for label in w["labels"]), "the reasons")
        place = at(table.window(), "conv1", 0.4, 0.6)
        table.move(*place)
        with table.held("ctrl"):
            table.run("xdotool", "click", "--repeat", "12", "--delay", "80", "4")
        table.wait_window(lambda w: w["zoom"] > 4, "the numbers")
        table.move(place[0] + 2, place[1] + 2)
        table.shoot(folder / "window-dark.png")


def main():
    program, run = (str(pathlib.Path(word).resolve()) for word in sys.argv[1:3])
    folder = pathlib.Path(sys.argv[3])
    if desk.missing():
        sys.exit(f"missing: {', '.join(desk.missing())}; ./dev setup --test installs them")
    shoot_start(program, folder)
    shoot_network(program, run, folder)
    shoot_value(program, run, folder)


if __name__ == "__main__":
    main()
