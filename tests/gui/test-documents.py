#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What happens to a document: a kill while editing, another program that writes its file.

Usage: test-documents.py FALTUNG-GUI FALTUNG EXPERIMENTS
"""
import os
import time

from windowtest import GUI, WindowTest, main, training


class Documents(WindowTest):
    def content(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def kept(self):
        folder = self.desk.path("state", "faltung", "unsaved")
        return os.listdir(folder) if os.path.exists(folder) else []

    def set_filters(self, window, value):
        desk = self.desk
        desk.click_on(self.field(window, "Filters"))
        desk.key("ctrl+a")
        desk.type(value)
        desk.key("Return")
        return desk.wait_window(lambda window: f"filters: {value}," in window["text"], "the edit")

    def test_a_kill_loses_nothing(self):
        desk = self.desk
        path = self.experiment()
        written = self.content(path)
        self.open(path)
        self.assertFalse(self.kept())
        edited = self.set_filters(self.select("conv1"), "5")["text"]
        time.sleep(1)  # what is promised
        desk.application.kill()
        desk.application.wait()
        self.assertEqual(self.content(path), written)
        self.assertEqual(len(self.kept()), 1)
        desk.launch(GUI)
        window = desk.wait_window(lambda window: window.get("text"), "what was not saved")
        self.assertEqual(window["text"], edited)
        self.assertTrue(window["modified"])
        self.assertEqual(len(desk.state()["windows"]), 1)
        desk.wait_window(lambda window: window["active"], "the focus")
        desk.click_on(self.node(desk.wait_window(lambda window: window["nodes"], "the network"),
                                "conv1"))
        desk.key("ctrl+z")
        window = desk.wait_window(lambda window: window["text"] == written, "the undo")
        desk.key("ctrl+shift+z", "ctrl+s")
        desk.wait_window(lambda window: not window["modified"], "the saved file")
        self.assertEqual(self.content(path), edited)
        desk.wait(lambda state: not self.kept(), "the end of the copy")
        desk.key("ctrl+w")
        desk.application.wait(60)
        desk.launch(GUI)
        desk.wait_window(lambda window: window["page"] == "start" and window["cards"],
                         "nothing to recover")

    def test_changes_on_the_disk_are_noticed(self):
        desk = self.desk
        path = self.experiment()
        self.open(path)
        text = self.content(path).replace("epochs: 10", "epochs: 11   # elsewhere")
        self.write(path, text)
        window = desk.wait_window(lambda window: window["text"] == text, "the other text")
        self.assertFalse(window["modified"])
        # with changes here, it asks
        edited = self.set_filters(self.select("conv1"), "5")["text"]
        self.write(path, text.replace("epochs: 11", "epochs: 12"))
        window = desk.wait_window(lambda window: window["disk"], "the notice")
        self.assertEqual(window["text"], edited)
        desk.press("Read Again")
        window = desk.wait_window(lambda window: "epochs: 12" in window["text"], "the other text")
        self.assertNotIn("filters: 5", window["text"])
        self.assertFalse(window["modified"] or window["disk"])
        desk.click_on(self.node(window, "conv1"))  # a text field has its own undo
        desk.key("ctrl+z")
        desk.wait_window(lambda window: window["text"] == edited, "the text before")

    def write(self, path, text):
        """As editors do: another file in its place."""
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)

    def test_the_window_is_as_it_was(self):
        desk = self.desk
        path = self.experiment()
        self.open(path)
        desk.key("F4")
        desk.wait_window(lambda window: window["text_shown"], "the text")
        desk.key("ctrl+w")
        self.assertEqual(desk.application.wait(60), 0)
        self.assertIn("width=", self.content(desk.path("state", "faltung", "window.ini")))
        self.open(path)
        self.assertTrue(desk.window()["text_shown"])

    def test_what_is_kept_between_starts(self):
        """The threads that a person chose for trainings, and the files opened last."""
        desk = self.desk
        path = self.experiment()
        self.open(path)
        desk.click(930, 700, button=5, times=80)  # to the form's end
        window = desk.window()
        desk.click_on(self.field(window, "Threads"))
        desk.key("ctrl+a")
        desk.type("1")
        desk.key("Tab", "F5")
        run = desk.wait_window(lambda window: window["run"], "the run")["run"]
        desk.key("shift+F5")
        desk.wait_window(lambda window: training(window) == "idle", "the stop")
        threads = "import h5py, sys; print(h5py.File(sys.argv[1]).attrs['threads'])"
        self.assertEqual(desk.run("/usr/bin/python3", "-c", threads, run).strip(), "1")
        desk.key("ctrl+w")
        self.assertEqual(desk.application.wait(60), 0)
        self.assertIn("threads=1", self.content(desk.path("config", "faltung", "settings.ini")))
        os.unlink(path)
        desk.launch(GUI)
        desk.wait_window(lambda window: window["cards"], "the gallery")
        desk.press("Forget this file")
        listed = desk.path("share", "recently-used.xbel")
        desk.wait(lambda state: "digits.yaml" not in self.content(listed), "its end")

    def test_two_windows(self):
        """Each has its own document and its own training."""
        desk = self.desk
        self.open(self.experiment(("epochs: 10", "epochs: 100000")))
        desk.key("F5")
        desk.wait_window(lambda window: training(window) == "running", "a training")
        desk.key("ctrl+shift+n")
        desk.wait(lambda state: len(state["windows"]) == 2 and state["windows"][0]["page"] == "start",
                  "the other window")
        desk.key("ctrl+n")
        desk.wait(lambda state: state["choosing"], "the data sets")
        desk.type("digits")
        desk.key("Return")
        desk.wait_window(lambda window: window.get("building"), "the empty canvas")
        for n, layer in enumerate("fd"):
            desk.type(layer)
            desk.key("Return")
            desk.wait_window(lambda window: len(window["nodes"]) == n + 2, "the layer")
        desk.wait_window(lambda window: window["can_train"] and window["data"], "the data")
        desk.key("F5")
        # its own training may be over before it is looked at; the other's is not
        state = desk.wait(lambda state: state["windows"][0]["epochs"] >= 1, "its training")
        self.assertEqual(training(state["windows"][1]), "running")

    def test_files_are_dropped(self):
        """On the canvas, which takes text, too: each is opened, beside what is open; of data one."""
        desk = self.desk
        canvas = self.open(self.experiment())["canvas"]
        other = os.path.join(self.folder, "other.yaml")
        self.write(other, self.content(os.path.join(self.folder, "digits.yaml")))
        third = os.path.join(self.folder, "Übung 3.yaml")
        self.write(third, self.content(other))
        data = [os.path.join(self.folder, name) for name in ("one.csv", "two.csv")]
        for path in data:
            self.write(path, "x,y\n" + 20 * "1,a\n2,b\n")
        desk.drop_files([other, third, *data], canvas["x"] + canvas["width"] / 2, canvas["y"] + 20)
        state = desk.wait(lambda state: len(state["windows"]) == 3
                          and any("to train with" in label for label in state["import"]) and all(window.get("nodes") for window in state["windows"]), "their windows")
        self.assertEqual(len([label for label in state["import"] if label.endswith(".csv")]), 1)
        self.assertFalse(any(window["modified"] for window in state["windows"]))

    def test_the_diagram_on_paper(self):
        desk = self.desk
        self.open(self.experiment())
        desk.press("Menu")
        desk.press("Export Diagram\u2026")
        time.sleep(1)
        path = os.path.join(self.folder, "figure.tikz")
        desk.key("ctrl+a")
        desk.type(path)
        desk.key("Return")
        desk.wait(lambda state: os.path.exists(path), "the figure")
        self.assertIn("\\textbf{conv1}", self.content(path))
        desk.wait_window(lambda window: window["active"], "the window")
        desk.key("ctrl+p")
        time.sleep(1)
        desk.key("Tab", "Down", "alt+p")  # into a file of PDF, the first of the printers
        printed = desk.path("output.pdf")
        desk.wait(lambda state: os.path.exists(printed) and os.path.getsize(printed) > 0, "the page")
        desk.wait_window(lambda window: window["active"], "the window")
        with open(printed, "rb") as file:
            self.assertIn(b"/FontFile", file.read())


if __name__ == "__main__":
    main()
