# SPDX-License-Identifier: Apache-2.0
"""What the window says, to the eye and to a screen reader: it is German, and all has a name."""
import gettext
import os
import re
import subprocess

from windowtest import DIGITS, GUI, WindowTest, main

CATALOGUES = os.path.join(os.path.dirname(GUI), "..", "po")  # those of the build
GERMAN = gettext.translation("faltung", CATALOGUES, ["de"])
# what experiment files call something is not translated
WRITTEN = {"input", "none", "Exclusive or", "Two spirals"}
# within something that has a name: what opens a combo box, pictures in rows and cells
PARTS = {("push button", "GtkToggleButton"), ("image", "GtkImage"), ("image", "GtkPicture")}
USED = {"push button", "check box", "combo box", "entry", "text", "slider", "spin button", "page tab",
        "list item", "option pane", "image", "list box", "tree table"}


def german(message):
    translation = GERMAN.gettext(message)
    assert translation != message, f"{message!r} has no translation of its own"
    return translation


def locale():
    """LANGUAGE says the language in every locale but C; German's own may not be installed."""
    there = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True).stdout
    return "de_DE.UTF-8" if "de_DE.utf8" in there.split() else "C.UTF-8"


class Words(WindowTest):
    environment = {"LANGUAGE": "de", "LANG": locale()}

    def test_everything_has_a_name_and_it_is_german(self):
        window = self.open(DIGITS)
        self.assertEqual(window["train_tooltip"], german("Train (F5)"))
        self.select("conv1")
        self.field(self.desk.window(), german("Filters"))
        self.desk.key("F1")
        self.desk.wait(lambda state: state["small_windows"] == [german("Convolution")], "help")
        self.desk.key("Escape")
        self.desk.wait(lambda state: state["small_windows"] == [], "no help")
        self.desk.key("ctrl+question")
        self.desk.wait(lambda state: state["small_windows"] == [german("Keyboard Shortcuts")],
                       "the list of keys")
        nodes = self.desk.accessible("list")
        with self.subTest("German"):
            self.check_german({node["name"] for node in nodes})
        with self.subTest("names"):
            self.check_names([node for node in nodes if node["role"] in USED])
        with self.subTest("the diagram"):
            layers = [node["name"] for node in nodes if node["role"] == "option pane"]
            self.assertEqual([layer.split(", ")[0] for layer in layers],
                             [node["name"] for node in window["nodes"]])
            self.assertEqual(layers[1].split(", ")[1], german("Convolution"))

    def test_a_mistake_is_told_in_german(self):
        window = self.open(self.experiment(("kernel: 3", "kernl: 3")))
        told = german("unknown key '%s' in %s; did you mean '%s'?") % ("kernl", "conv2d", "kernel")
        self.assertEqual(self.node(window, "conv1")["problem"], told)
        self.assertTrue(window["problem_text"].endswith(told))

    def check_german(self, texts):
        for message in ("Settings", "Layers", "Curves", "Convolution", "number of output channels",
                        "Close the window"):
            self.assertIn(german(message), texts)
        # a sentence of the tables begins with a capital where it stands alone
        english = {text for text in texts if text and any(
            GERMAN.gettext(said).lower() != said.lower() for said in (text, text[0].lower() + text[1:]))}
        self.assertEqual(english - WRITTEN, set())

    def check_names(self, nodes):
        """No name is empty, that of a class, or said twice."""
        bad = [node for node in nodes if (node["role"], node["name"]) not in PARTS
               and re.fullmatch(r"|(Gtk|Adw|Faltung)[A-Z]\w+|_?(.+) _?\2", node["name"])]
        self.assertEqual(bad, [])
        self.assertGreater(len(nodes), 100)


class Narrow(WindowTest):
    environment, width, height = Words.environment, 900, 600

    def test_every_page_fits_in_german_too(self):
        first = self.open(self.train("run.h5"))["view"]
        while True:
            self.desk.key("alt+Page_Down")
            window = self.desk.window()
            self.assertLessEqual(window["least_width"], self.width, window["view"])
            if window["view"] == first:
                break


if __name__ == "__main__":
    main()
