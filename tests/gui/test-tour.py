# SPDX-License-Identifier: Apache-2.0
"""The guided first minute: step by step by doing, once, and again from the menu."""
import os

from windowtest import DIGITS, GUI, WindowTest, main

CHOOSE, TRAIN, LOOK, DRAG, OVER = range(5)


class Tour(WindowTest):
    def at(self, step, bubble=True):
        return self.desk.wait_window(
            lambda window: window["tour"] == step and window["bubble"] == bubble, f"step {step}")

    def test_by_doing_and_only_once(self):
        os.unlink(self.desk.path("state", "faltung", "tour"))
        self.desk.launch(GUI)
        window = self.desk.wait_window(lambda window: window["tour"] == CHOOSE and window["cards"],
                                       "the first bubble")
        self.desk.click_on(next(card for card in window["cards"]
                                if card["name"] == "Small digits, two convolutions"))
        self.at(TRAIN)
        self.desk.wait_window(lambda window: window["can_train"] and window["data"], "the data")
        self.desk.key("F5")
        self.at(LOOK)
        self.select("conv1")
        self.desk.wait_window(lambda window: window["training"] == "idle" and window["slider"],
                              "the end of the training")
        self.at(DRAG)
        self.desk.press("Play the training")
        self.at(OVER, bubble=False)
        self.desk.key("ctrl+q")
        self.desk.application.wait(60)

        self.desk.launch(GUI)
        self.assertEqual(self.at(OVER, bubble=False)["page"], "start")

    def test_from_the_menu_by_keyboard_and_skipped(self):
        self.open(DIGITS)
        self.at(OVER, bubble=False)
        self.desk.press("Menu")
        self.desk.press("Take the Tour")
        self.at(TRAIN)
        self.desk.key("Return")  # Next has the focus
        self.at(LOOK)
        self.desk.press("Skip the Tour")
        self.at(OVER, bubble=False)


if __name__ == "__main__":
    main()
