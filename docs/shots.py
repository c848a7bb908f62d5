#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Takes the screenshots of the documentation from the real window, on a display of its own.

Usage: shots.py FALTUNG_GUI RUN.h5 FOLDER
"""

import pathlib
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tests/gui"))
import desk  # noqa: E402


def settled(window):
    """Whether the pictures of the nodes are there."""
    return window["data"] and all(node["picture"] for node in window["nodes"][1:])


def show_page(table, name):
    """Presses the tabs of the inspector until the one called `name` is up."""
    for x in range(1260, 700, -40):
        table.click(x, 123)
        if table.window()["inspector"] == name:
            return
    sys.exit(f"the page {name} of the inspector is not where it was")


def shoot_run(program, run, folder, dark):
    with desk.Desk(dark=dark) as table:
        table.launch(program, run)
        window = table.wait_window(settled, "the pictures of the run")
        table.click_on(next(node for node in window["nodes"] if node["name"] == "conv1"))
        show_page(table, "mathematics" if dark else "numbers")
        table.wait_window(settled, "the pictures of the run")
        table.move(640, 790)
        time.sleep(1)  # a hover or a fade under way
        table.screenshot(str(folder / f"window-{'dark' if dark else 'light'}.png"))


def shoot_start(program, folder):
    with desk.Desk() as table:
        table.launch(program)
        table.wait_window(lambda w: w["page"] == "start" and w["cards"], "the start page")
        table.move(640, 790)
        time.sleep(1)
        table.screenshot(str(folder / "start.png"))


def main():
    program, run = (str(pathlib.Path(word).resolve()) for word in sys.argv[1:3])
    folder = pathlib.Path(sys.argv[3])
    if desk.missing():
        sys.exit(f"missing: {', '.join(desk.missing())}; ./dev setup --test installs them")
    shoot_start(program, folder)
    for dark in (False, True):
        shoot_run(program, run, folder, dark)


if __name__ == "__main__":
    main()
