# SPDX-License-Identifier: Apache-2.0
"""The window in German: no message that has a translation is shown without it."""
import gettext
import os
import subprocess

from windowtest import DIGITS, GUI, WindowTest, main

CATALOGUES = os.path.join(os.path.dirname(GUI), "..", "po")  # those of the build
GERMAN = gettext.translation("faltung", CATALOGUES, ["de"])
# what experiment files call something is not translated
WRITTEN = {"input", "none", "Exclusive or", "Two spirals"}


def german(message):
    translation = GERMAN.gettext(message)
    assert translation != message, f"{message!r} has no translation of its own"
    return translation


def locale():
    """LANGUAGE says the language in every locale but C; German's own may not be installed."""
    there = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True).stdout
    return "de_DE.UTF-8" if "de_DE.utf8" in there.split() else "C.UTF-8"


class German(WindowTest):
    environment = {"LANGUAGE": "de", "LANG": locale()}

    def test_nothing_is_left_in_english(self):
        window = self.open(DIGITS)
        self.assertEqual(window["train_tooltip"], german("Train (F5)"))
        self.select("conv1")
        self.field(self.desk.window(), german("Filters"))
        self.desk.key("ctrl+question")
        self.desk.wait(lambda state: state["small_windows"] == [german("Keyboard Shortcuts")],
                       "the list of keys")
        texts = {node["name"] for node in self.desk.accessible("list")}
        for message in ("Settings", "Layers", "Curves", "Convolution", "number of output channels",
                        "Close the window"):
            self.assertIn(german(message), texts)
        english = {text for text in texts if text and GERMAN.gettext(text) != text}
        self.assertEqual(english - WRITTEN, set())


if __name__ == "__main__":
    main()
