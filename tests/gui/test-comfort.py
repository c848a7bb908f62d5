# SPDX-License-Identifier: Apache-2.0
"""What the desktop knows of its user is kept to: larger text, no motion."""
import os
import time

from windowtest import WindowTest, main


class Comfort(WindowTest):
    def settle(self, **settings):
        """The desktop's settings, as GTK reads them where no daemon says them."""
        folder = self.desk.path("config", "gtk-4.0")
        os.makedirs(folder)
        with open(os.path.join(folder, "settings.ini"), "w", encoding="utf-8") as file:
            file.write("[Settings]\n")
            for name, value in settings.items():
                file.write(f"gtk-{name.replace('_', '-')}={value}\n")

    def sizes(self, window):
        """Of a card of the diagram at 100 %, and from one row of the form to the next."""
        first, second = (self.field(window, field["name"])["y"] for field in window["fields"][:2])
        return self.node(window, "conv1")["width"] / window["zoom"], second - first

    def test_text_grows_and_nothing_moves_by_itself(self):
        run = self.train("run.h5")
        card, row = self.sizes(self.open(run))
        self.desk.key("ctrl+q")
        self.desk.application.wait(60)
        self.settle(font_name="Sans 15", enable_animations="false")
        larger_card, larger_row = self.sizes(self.open(run))
        self.assertGreater(larger_card, 1.1 * card)  # the picture in it is as it was
        self.assertGreater(larger_row, 1.2 * row)

        self.desk.wait_window(lambda window: window["slider"], "the slider")
        for moment in 0, 1:  # the film goes on by a moment at a press
            self.desk.press("Play the training")
            self.desk.wait_window(lambda window, at=moment: window["moment"] == at, "the moment")
            time.sleep(0.6)  # more than a frame of the film
            self.assertEqual(self.desk.window()["moment"], moment)


if __name__ == "__main__":
    main()
