#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Data of one's own: what the dialog takes a file for, and what becomes of it.

Usage: test-import.py FALTUNG-GUI FALTUNG EXPERIMENTS
"""
import os
import subprocess
import time

from windowtest import GUI, WindowTest, main


class Import(WindowTest):
    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def dialog(self, path, *says):
        """Opens the file. Returns: what the dialog says once it has read the file."""
        self.desk.launch(GUI, path)
        state = self.desk.wait(
            lambda state: any("to train with" in label for label in state["import"]), "the preview")
        for words in says:
            self.assertTrue(any(words in label for label in state["import"]),
                            (words, state["import"]))
        return state["import"]

    def take(self):
        self.desk.key("alt+i")
        return self.desk.wait_window(lambda window: window["data"], "the data in the window")

    def scroll_to(self, name):
        """Where the form has the field, turned to where it is seen."""
        self.desk.move(1100, 500)
        while self.field(self.desk.window(), name)["y"] > 600:
            self.desk.run("xdotool", "click", "--repeat", "3", "5")
        return self.field(self.desk.window(), name)

    def test_a_table(self):
        """As a spreadsheet writes it that has decimal commas."""
        rows = "".join(f"{i},5;{i % 7};{'even' if i % 2 == 0 else 'odd'}\r\n" for i in range(100))
        path = os.path.join(self.folder, "parity")
        with open(path, "w", encoding="utf-16", newline="") as file:
            file.write("number;rest;parity\r\n" + rows)
        self.dialog(path, "3 columns, separated by semicolons, in every line; with decimal commas", "70 samples to train with, 30 to validate",
                    "2 classes", "Samples of each class")
        window = self.take()
        self.assertIn("data: {csv: parity, normalize: standard, validation: ", window["text"])
        self.assertIn("input: [2]", window["text"])
        self.assertIn("loss: softmax_cross_entropy", window["text"])

    def test_arrays_of_numpy(self):
        program = ("import numpy, sys; x = numpy.arange(240, dtype='f4').reshape(20, 1, 3, 4);"
                   "numpy.save('x.npy', x); numpy.save('y.npy', x.mean((1, 2, 3)))")
        subprocess.run(["/usr/bin/python3", "-c", program], check=True, cwd=self.folder)
        self.dialog(os.path.join(self.folder, "x.npy"), "array of NumPy", "14 samples to train",
                    "1 value to predict", "Values of the samples")
        window = self.take()
        self.assertIn("data: {npy: x.npy, target: y.npy, normalize: standard", window["text"])
        self.assertIn("input: [1, 3, 4]", window["text"])
        self.assertIn("loss: mse", window["text"])

    def test_arrays_of_hdf5(self):
        program = ("import h5py, numpy; f = h5py.File('arrays.h5', 'w');"
                   "f['x'] = numpy.ones((20, 1, 3, 4), 'f4'); f['labels/y'] = numpy.arange(20) % 3;"
                   "f['other'] = numpy.arange(20) % 2")
        subprocess.run(["/usr/bin/python3", "-c", program], check=True, cwd=self.folder)
        self.dialog(os.path.join(self.folder, "arrays.h5"), "An HDF5 file", "14 samples to train", "3 classes")
        window = self.take()
        self.assertIn("data: {hdf5: arrays.h5, input: /x, target: /labels/y, ", window["text"])
        # the form offers the arrays: the second of them
        field = self.scroll_to("Target")
        self.desk.click(field["x"] + field["width"] + 15, field["y"] + field["height"] / 2)
        time.sleep(0.5)
        self.desk.key("Down", "Return")
        self.desk.wait_window(lambda window: "target: /other," in window["text"], "the other target")
        # one sample as the epochs will have it, as soon as something is done to it
        said = "Training sample 0 in the first epochs"
        self.assertNotIn(said, self.desk.window()["form"])
        self.desk.click_on(self.scroll_to("Augment shift"))
        self.desk.key("ctrl+a")
        self.desk.type("1")
        self.desk.key("Return")
        self.desk.wait_window(lambda window: said in window["form"], "the pictures")

    def test_a_text(self):
        self.dialog(self.write("rhyme", "the cat sat on the mat\n" * 200), "A text", "classes")
        self.assertIn("text: rhyme", self.take()["text"])


if __name__ == "__main__":
    main()
