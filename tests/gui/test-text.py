#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The experiment's text beside the canvas, typed into by real keys.

Usage: test-text.py FALTUNG-GUI FALTUNG EXPERIMENTS
"""

import time

from windowtest import WindowTest, main


class Text(WindowTest):
    width, height = 1600, 1000

    def open_text(self):
        path = self.experiment()
        self.open(path)
        self.desk.key("F4")
        return self.desk.wait_window(lambda window: window["text_shown"], "the text"), path

    def line_of(self, window, words):
        lines = window["written"].split("\n")
        return next(i for i, line in enumerate(lines) if words in line)

    def put_cursor(self, words):
        """A click behind the line's first character, then to its end."""
        window = self.desk.window()
        line = self.line_of(window, words)
        place = window["written_lines"][line]
        self.desk.click(place["x"] + 12, place["y"] + place["height"] / 2)
        self.desk.key("End")
        return self.desk.wait_window(lambda window: window["cursor_line"] == line + 1, "the cursor")

    def undo_all(self):
        """A pause while typing is a step of undo."""
        for _ in range(60):
            if not self.desk.window()["can_undo"]:
                break
            self.desk.key("ctrl+z")
        return self.desk.wait_window(lambda window: not window["can_undo"], "the undo")

    def test_typing_draws_and_form_writes(self):
        desk = self.desk
        window, path = self.open_text()
        with open(path, encoding="utf-8") as file:
            written = file.read()
        self.assertEqual(window["written"], written)
        # typed: another layer
        self.put_cursor("max_pool2d")
        desk.key("Return")
        desk.type("- tanh: {name: mine}  # by hand")
        window = desk.wait_window(lambda window: "# by hand" in window["text"] and any(
            node["name"] == "mine" for node in window["nodes"]), "the typed layer")
        self.assertEqual(window["written"], window["text"])
        self.assertFalse(window["text_message"])
        # the cursor in a layer selects its node
        desk.wait_window(lambda window: self.node(window, "mine")["selected"], "its node")
        self.put_cursor("name: conv1")
        desk.wait_window(lambda window: self.node(window, "conv1")["selected"], "the node above")
        self.put_cursor("train:")
        desk.wait_window(lambda window: not any(node["selected"] for node in window["nodes"]),
                         "none")
        # and the other way round
        window = self.select("conv1")
        line = self.line_of(window, "name: conv1")
        desk.wait_window(lambda window: window["cursor_line"] == line + 1, "the layer's line")
        # an edit of the form shows up in the text; one history for both
        desk.click_on(self.field(window, "Filters"))
        desk.key("ctrl+a")
        desk.type("5")
        desk.key("Return")
        window = desk.wait_window(lambda window: "filters: 5" in window["written"], "the edit")
        self.assertEqual(window["written"], window["text"])
        self.put_cursor("name: conv1")
        window = self.undo_all()
        self.assertEqual(window["written"], written)
        self.assertEqual(window["text"], written)
        desk.key("ctrl+shift+z")
        desk.wait_window(lambda window: window["can_undo"] and window["written"] == window["text"],
                         "the redo")

    def test_mistakes_are_said_where_they_are(self):
        desk = self.desk
        self.open_text()
        window = self.put_cursor("max_pool2d")
        line = window["cursor_line"]
        desk.key("Return")
        desk.type("- dens: {units: 3}")
        window = desk.wait_window(lambda window: "'dens'" in window["text_message"],
                                  "the message")
        self.assertRegex(window["text_message"], rf"^Line {line + 1}.*dens.*dense")
        self.assertFalse(window["problem"], "said twice")
        # on hover, the same
        place = window["written_lines"][line]
        desk.key("Home")
        for x in (48, 56):  # over the word
            desk.move(place["x"] + x, place["y"] + place["height"] / 2)
            time.sleep(0.1)
        message = window["text_message"].split(": ", 1)[1]
        desk.wait(lambda state: any(message == thing["name"] for thing in desk.accessible("list")),
                  "the message on hover")
        # without the text beside it, the bar says it
        desk.key("F4")
        window = desk.wait_window(lambda window: not window["text_shown"] and window["problem"],
                                  "the bar")
        self.assertIn(f":{line + 1}:", window["problem_text"])
        desk.key("ctrl+e")
        desk.wait_window(lambda window: window["text_shown"] and not window["problem"], "the text")
        self.assertFalse(self.undo_all()["text_message"])

    def test_not_while_it_trains(self):
        desk = self.desk
        self.open(self.experiment(("epochs: 10", "epochs: 100000")))
        desk.key("F4", "F5")
        desk.wait_window(lambda window: window["steps"] > 3, "the first steps")
        window = self.put_cursor("train:")
        desk.type("x")
        self.assertEqual(desk.window()["written"], window["text"])
        desk.key("shift+F5")
        desk.wait_window(lambda window: window["training"] == "idle", "the stop")


if __name__ == "__main__":
    main()
