#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Text is read at a contrast of 4.5 (WCAG, AA) at least, light and dark: computed from the colours
of libadwaita and of the window's own style sheet. A TAP test.

Usage: test-contrast.py RESOURCES LIBADWAITA; the style sheets are in the folder RESOURCES
"""
import pathlib
import re
import shutil
import subprocess
import sys

LEAST = 4.5
BACKGROUNDS = ["window_bg_color", "view_bg_color", "card_bg_color", "headerbar_bg_color",
               "dialog_bg_color", "popover_bg_color"]
ON_THEM = ["window_fg_color", "error_color", "warning_color"]
PAIRS = [("accent_fg_color", "accent_bg_color"), ("destructive_fg_color", "destructive_bg_color")]


def sheet(library, name):
    return subprocess.run(["gresource", "extract", library, f"/org/gnome/Adwaita/styles/{name}"],
                          capture_output=True, text=True, check=True).stdout


class Colors:
    """What names and expressions of the style sheets mean: (red, green, blue, alpha), 0 to 1."""

    def __init__(self, *sheets):
        self.named = {}
        for text in sheets:  # later ones win
            self.named.update(re.findall(r"@define-color\s+(\w+)\s+([^;]+);", text))

    def value(self, text):
        text = text.strip()
        if text == "white":
            return (1, 1, 1, 1)
        if text.startswith("@"):
            return self.value(self.named[text[1:]])
        if text.startswith("#"):
            return (*(int(text[i:i + 2], 16) / 255 for i in (1, 3, 5)), 1)
        function, arguments = re.fullmatch(r"(\w+)\((.*)\)", text).groups()
        if function == "rgba":
            red, green, blue, alpha = (float(word) for word in arguments.split(","))
            return (red / 255, green / 255, blue / 255, alpha)
        assert function == "alpha", text
        color, part = arguments.rsplit(",", 1)
        *rgb, alpha = self.value(color)
        return (*rgb, alpha * float(part))


def over(color, background):
    *rgb, alpha = color
    return (*(alpha * c + (1 - alpha) * b for c, b in zip(rgb, background)), 1)


def luminance(color):
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
                        for c in color[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(color, background):
    low, high = sorted((luminance(over(color, background)), luminance(background)))
    return (high + 0.05) / (low + 0.05)


def texts(colors, style):
    """What is written on what: (words, colour, background)."""
    window = colors.value("@window_bg_color")
    grounds = {name: over(colors.value("@" + name), window) for name in BACKGROUNDS}
    for expression in re.findall(r"background-color: (alpha\([^;]*\));", style):
        grounds[expression] = over(colors.value(expression), window)
    dim = float(re.search(r"\.dim-label[^{]*\{\s*opacity: ([\d.]+);", style).group(1))
    for name, ground in grounds.items():
        for color in ON_THEM if "alpha" not in name else ON_THEM[:1]:
            yield f"{color} on {name}", colors.value("@" + color), ground
        *rgb, alpha = colors.value("@window_fg_color")
        yield f"secondary text on {name}", (*rgb, alpha * dim), ground
    for color, ground in PAIRS:
        yield f"{color} on {ground}", colors.value("@" + color), colors.value("@" + ground)


def main():
    style, dark = (pathlib.Path(sys.argv[1], name).read_text(encoding="utf-8")
                   for name in ("style.css", "style-dark.css"))
    points = failed = 0
    for theme in "light", "dark":
        colors = Colors(sheet(sys.argv[2], "base.css"), sheet(sys.argv[2], f"defaults-{theme}.css"),
                        style, dark if theme == "dark" else "")
        for words, color, background in texts(colors, style):
            points += 1
            got = contrast(color, background)
            failed += got < LEAST
            print(f"{'ok' if got >= LEAST else 'not ok'} {points} {theme}: {words}: {got:.2f}")
    print(f"1..{points}")
    sys.exit(failed > 0)


if shutil.which("gresource") is None:
    print("1..0 # SKIP there is no gresource")
else:
    main()
