#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The window as a person uses it: real pointer, real keys, on a display of its own.

Usage: test-window.py FALTUNG-GUI FALTUNG EXPERIMENTS
"""
import os
import subprocess
import time

from windowtest import DIGITS, FALTUNG, GUI, WindowTest, main, training


RHYME = """
data: {text: rhyme.txt, length: 25}
network:
  input: [25]
  layers:
    - one_hot: {classes: 11}
    - gru: {units: 8}
    - dense: {units: 11}
train: {loss: softmax_cross_entropy, optimizer: {sgd: {lr: 0.1}}, batch: 8, epochs: 1}
"""


class Gallery(WindowTest):
    def test_learns_after_two_clicks(self):
        desk = self.desk
        desk.launch(GUI)
        window = desk.wait_window(lambda window: len(window["cards"]) > 5, "the gallery")
        card = next(card for card in window["cards"] if card["name"].startswith("Small digits, two"))
        desk.click_on(card)
        desk.wait_window(lambda window: window["page"] == "workspace" and window["data"], "the network")
        desk.press("Train")
        window = desk.wait_window(lambda window: training(window) == "idle" and window["run"]
                                  and window["epochs"] > 9, "the end of the training", 180)
        self.assertGreater(window["validation_accuracy"], 0.9)
        status, rows = self.status(window["run"])
        self.assertEqual(status, "finished")
        self.assertGreater(rows, 10)


class Training(WindowTest):
    def test_pause_step_stop(self):
        desk = self.desk
        self.open(self.experiment(("epochs: 10", "epochs: 100000")))
        desk.key("F5")
        desk.wait_window(lambda window: training(window) == "running" and window["steps"] > 3,
                         "the first steps")
        desk.key("F8")
        desk.wait_window(lambda window: training(window) == "paused", "the pause")
        paused = shown = desk.wait_window(
            lambda window: 1 <= window["snapshot_step"] == window["steps"], "the last step")
        self.assertEqual(desk.window()["snapshot_step"], shown["snapshot_step"])
        self.assertEqual(desk.window()["steps"], paused["steps"])
        desk.key("F10")
        stepped = desk.wait_window(
            lambda window: window["snapshot_step"] == shown["snapshot_step"] + 1, "one step")
        self.assertEqual(training(stepped), "paused")
        desk.key("F8")
        desk.wait_window(lambda window: window["snapshot_step"] > stepped["snapshot_step"] + 5,
                         "steps after the pause")
        desk.key("shift+F5")
        window = desk.wait_window(lambda window: training(window) == "idle" and window["run"],
                                  "the stop")
        self.assertEqual(self.status(window["run"])[0], "interrupted")

    def test_pictures_are_those_of_the_run(self):
        """The window trains to the same bits as the program without one."""
        desk = self.desk
        path = self.experiment(("epochs: 10", "epochs: 2"))
        run = os.path.join(self.folder, "headless.h5")
        subprocess.run([FALTUNG, "train", path, "--out", run, "--quiet"], check=True,
                       capture_output=True)
        self.open(path)
        desk.key("F5")
        window = desk.wait_window(lambda window: training(window) == "idle" and window["run"]
                                  and window["epochs"] > 2, "the end of the training", 120)
        program = ("import h5py, sys; a, b = (h5py.File(p) for p in sys.argv[1:]); n = []\n"
                   "def same(name, item):\n"
                   "    if isinstance(item, h5py.Dataset):\n"
                   "        n.append(name); assert (item[()] == b['model/weights'][name][()]).all(), name\n"
                   "a['model/weights'].visititems(same); assert len(n) >= 4")
        subprocess.run(["/usr/bin/python3", "-c", program, run, window["run"]], check=True)


    def test_closing_asks_saves_and_stops(self):
        desk = self.desk
        self.open(self.experiment(("epochs: 10", "epochs: 100000")))
        desk.key("F5")
        desk.wait_window(lambda window: window["steps"] > 20, "the first steps")
        desk.key("ctrl+w")
        desk.wait(lambda state: state["dialogs"], "the question")
        desk.key("Escape")
        desk.wait(lambda state: not state["dialogs"], "the end of the question")
        self.assertEqual(training(desk.window()), "running")
        desk.key("ctrl+w")
        desk.wait(lambda state: state["dialogs"], "the question")
        desk.key("Return")
        self.assertEqual(desk.application.wait(60), 0)
        runs = [name for name in os.listdir(self.folder) if name.endswith(".h5")]
        self.assertEqual(len(runs), 1)
        self.assertEqual(self.status(os.path.join(self.folder, runs[0]))[0], "interrupted")
        # what is left can be gone on with
        desk.launch(GUI, os.path.join(self.folder, runs[0]))
        before = desk.wait_window(lambda window: window["resume"] and window["steps"] > 0,
                                  "the offer to go on")
        desk.press("Go On Training")
        desk.wait_window(lambda window: training(window) == "running"
                         and window["steps"] > before["steps"] + 5, "more steps")
        desk.key("shift+F5")
        desk.wait_window(lambda window: training(window) == "idle", "the stop")


class Inspector(WindowTest):
    def test_four_pages_of_a_layer(self):
        desk = self.desk
        self.open(self.experiment())
        self.select("conv1")
        for page in ("Mathematics", "Code", "Numbers", "Settings"):
            desk.press(page)
            desk.wait_window(lambda window, page=page: window["inspector"] == page.lower(), page)

    def test_edit_undo_redo(self):
        desk = self.desk
        path = self.experiment()
        with open(path, encoding="utf-8") as file:
            written = file.read()
        self.open(path)
        window = self.select("conv1")
        self.assertEqual(window["text"], written)
        desk.click_on(self.field(window, "Filters"))
        desk.key("ctrl+a")
        desk.type("5")
        desk.key("Return")
        window = desk.wait_window(lambda window: "filters 5" in self.node(window, "conv1")["details"],
                                  "five filters")
        self.assertTrue(window["modified"])
        # one number changed, every comment and space is where it was
        self.assertEqual(window["text"], written.replace("filters: 8", "filters: 5", 1))
        desk.click_on(self.node(window, "conv2"))
        desk.key("ctrl+z")
        window = desk.wait_window(lambda window: not window["can_undo"], "the undo")
        self.assertEqual(window["text"], written)
        desk.key("ctrl+shift+z")
        window = desk.wait_window(lambda window: window["can_undo"], "the redo")
        self.assertIn("filters: 5", window["text"])
        desk.key("ctrl+s")
        desk.wait_window(lambda window: not window["modified"], "the saved file")
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), written.replace("filters: 8", "filters: 5", 1))


    def test_layers_are_inserted_and_removed(self):
        desk = self.desk
        path = self.experiment()
        with open(path, encoding="utf-8") as file:
            written = file.read()
        self.open(path)

        def names(window):
            return [node["name"] for node in window["nodes"]]

        before = names(self.select("pool"))
        desk.key("ctrl+k")
        desk.wait_window(lambda window: window["inserting"], "the operations")
        desk.type("tanh")
        desk.key("Return")
        window = desk.wait_window(lambda window: "tanh" in names(window), "the new layer")
        behind = before.index("pool") + 1
        self.assertEqual(names(window), before[:behind] + ["tanh"] + before[behind:])
        desk.wait_window(lambda window: self.node(window, "tanh")["selected"], "its selection")
        desk.key("ctrl+d")
        desk.wait_window(lambda window: "tanh_2" in names(window), "the copy")
        desk.key("Delete")
        desk.wait_window(lambda window: "tanh_2" not in names(window), "its end")
        # what cannot run is drawn all the same, with the reason at its place, and saved
        desk.key("Right")
        desk.wait_window(lambda window: self.node(window, "flatten")["selected"], "flatten")
        self.assertTrue(desk.window()["can_train"])
        desk.key("Delete")
        window = desk.wait_window(lambda window: window["problem"], "the message")
        self.assertNotIn("flatten", names(window))
        wrong = [node["name"] for node in window["nodes"] if node["problem"]]
        self.assertEqual(wrong, ["out"])
        self.assertIn("flatten", self.node(window, "out")["problem"])
        self.assertFalse(window["can_train"])
        self.assertIn("flatten", window["train_tooltip"])
        desk.key("ctrl+s")
        desk.wait_window(lambda window: not window["modified"], "the saved file")
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), window["text"])
        desk.key("ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z")
        window = desk.wait_window(lambda window: not window["can_undo"], "the undo")
        self.assertEqual(window["text"], written)
        self.assertEqual(names(window), before)

    def test_a_shape_that_does_not_fit_is_said_and_undone(self):
        desk = self.desk
        self.open(self.experiment())
        window = self.select("conv2")
        for name, value in (("Padding", "valid"), ("Kernel", "9")):
            desk.click_on(self.field(window, name))
            desk.key("ctrl+a")
            desk.type(value)
            desk.key("Return")
            window = desk.wait_window(lambda window: window["can_undo"], "the edit")
        window = desk.wait_window(lambda window: window["problem"], "the message")
        self.assertRegex(window["problem_text"], r"digits\.yaml:\d+:\d+: .*9 x 9.*8 x 4 x 4")
        desk.click_on(self.node(window, "pool"))
        desk.key("ctrl+z")
        desk.wait_window(lambda window: not window["problem"], "the end of the message")


class Canvas(WindowTest):
    def test_zoom_pan_keys(self):
        desk = self.desk
        window = self.open(self.experiment())
        self.assertTrue(all(node["picture"] for node in window["nodes"]))
        middle = (window["canvas"]["x"] + window["canvas"]["width"] / 2,
                  window["canvas"]["y"] + window["canvas"]["height"] / 4)
        desk.drag(middle, (middle[0] + 60, middle[1] + 40))
        panned = desk.wait_window(lambda after: after["offset_x"] != window["offset_x"], "the pan")
        self.assertAlmostEqual(panned["offset_x"] - window["offset_x"], 60, delta=2)
        self.assertAlmostEqual(panned["offset_y"] - window["offset_y"], 40, delta=2)
        self.select("conv1")
        desk.key("Right")
        desk.wait_window(lambda window: self.node(window, "pool")["selected"], "the next layer")
        desk.key("Left", "Left")
        desk.wait_window(lambda window: self.node(window, "input")["selected"], "the input")
        desk.key("ctrl+0")
        desk.wait_window(lambda window: window["zoom"] == 1, "100 %")
        desk.key("f")
        desk.wait_window(lambda window: window["zoom"] < 1, "the whole network")


class RunFile(WindowTest):
    def test_opens_with_every_moment(self):
        desk = self.desk
        window = self.open(self.train("run.h5"))
        self.assertTrue(window["slider"])
        window = desk.wait_window(
            lambda window: window["epochs"] == 4 and window["snapshot_epoch"] == 3
            and all(node["picture"] for node in window["nodes"]), "the curves and the pictures")
        self.assertGreater(window["validation_accuracy"], 0.5)
        # the first moment of the slider is the untrained network
        desk.click(window["canvas"]["x"] + 66, self.height - 26)
        desk.wait_window(lambda window: window["moment"] == 0 and window["snapshot_epoch"] == 0,
                         "the first moment")

    def test_a_text_is_read_as_text(self):
        text = "the cat sat on the mat\n" * 60
        for name, content in (("rhyme.txt", text), ("rhyme.yaml", RHYME)):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(content)
        path = os.path.join(self.folder, "rhyme.h5")
        subprocess.run([FALTUNG, "train", os.path.join(self.folder, "rhyme.yaml"), "--out", path,
                        "--quiet"], check=True, capture_output=True)
        self.open(path)
        self.desk.wait_window(lambda window: all(node["picture"] for node in window["nodes"]),
                              "the pictures")
        names = [thing["name"] for thing in self.desk.accessible("list")]
        lines = [name for name in names if "\u21b5" in name]
        self.assertTrue(lines, names)
        for line in lines:
            self.assertIn(line.replace("\u21b5", "\n"), text)
        # the first window of the validation part, and the character behind it
        window = lines[0].replace("\u21b5", "\n")
        behind = text[text.index(window) + len(window)]
        spelt = {" ": "space", "\n": "\\n"}.get(behind, behind)
        self.assertIn(f"Sample 0: the next character is {spelt}", names)

    def test_follows_another_process(self):
        desk = self.desk
        path = os.path.join(self.folder, "live.h5")
        with subprocess.Popen([FALTUNG, "train", self.experiment(("epochs: 10", "epochs: 100000")),
                               "--out", path, "--quiet"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as writer:
            self.addCleanup(writer.kill)
            while not os.path.exists(path):
                self.assertIsNone(writer.poll())
                time.sleep(0.1)
            epochs = self.open(path)["epochs"]
            desk.wait_window(lambda window: window["epochs"] > epochs, "more epochs")
            self.assertFalse(desk.window()["resume"])
            writer.terminate()
            writer.wait(60)
        desk.wait_window(lambda window: window["resume"], "the offer to go on")

    def said(self, path):
        """Opens what cannot be opened. Returns: the message, after Escape has closed it."""
        self.desk.launch(GUI, path)
        dialog = self.desk.wait(lambda state: state["dialogs"], "the message")["dialogs"][0]
        self.assertIn(os.path.basename(path), dialog["heading"])
        self.desk.key("Escape")
        self.desk.wait(lambda state: not state["dialogs"], "the end of the message")
        return dialog["body"]

    def test_broken_file_is_said(self):
        path = os.path.join(self.folder, "broken.h5")
        with open(path, "wb") as file:
            file.write(b"\x89HDF\r\n\x1a\n" + b"garbage" * 100)
        self.assertIn("broken.h5", self.said(path))

    def test_mistake_in_an_experiment_is_said_with_its_line(self):
        path = self.experiment(("network:", "netwrk:"))
        self.assertRegex(self.said(path), r"digits\.yaml:\d+:\d+: .*netwrk.*network")

    def test_mistake_in_a_layer_is_shown_at_its_place(self):
        window = self.open(self.experiment(("kernel: 3", "kernl: 3")))
        self.assertRegex(window["problem_text"], r"digits\.yaml:\d+:\d+: .*kernl.*kernel")
        self.assertIn("kernl", self.node(window, "conv1")["problem"])
        self.assertFalse(window["can_train"])


class Dark(Gallery):
    width, height, dark = 2560, 1600, True
    scale = 2


class Names(WindowTest):
    def test_every_button_has_a_name(self):
        self.open(self.experiment())
        things = self.desk.accessible("list")
        buttons = [thing["name"] for thing in things if thing["role"] == "push button"]
        for name in ("Undo", "Redo", "Pause", "Step", "Stop", "Menu"):
            self.assertIn(name, buttons)
        self.assertTrue(any("conv1" in thing["name"] for thing in things), "the canvas' nodes")


if __name__ == "__main__":
    main()
