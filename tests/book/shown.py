# SPDX-License-Identifier: Apache-2.0
"""What the book's networks have learned, for its README: the texts that they write, and how the code
of the autoencoder lies in a plane."""

import csv
import pathlib
import re
import statistics
import subprocess
import textwrap

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "experiments/book"
WRITERS = ("6-rnn", "6-gru", "6-lstm", "7-lstm")
SAMPLE = ["--prompt", "The ", "--temperature", "0.5", "--length", "240"]
AUTOENCODER, PICTURE = "7-convolutional-autoencoder", "7-code.svg"
EMBEDDING = ["--what", "embedding", "--method", "tsne", "--layer", "code", "--samples", "1500"]
COLORS = ["0072b2", "d55e00", "009e73", "cc79a7", "e69f00", "56b4e9", "8a7a00", "5f5f66", "000000",
          "7b3294"]  # Okabe and Ito's and some more
SIDE, POINT = 480, 4


def sample(faltung, run, environment):
    """A text as Markdown quotes it; where the network ended a line there is a stroke."""
    done = subprocess.run([faltung, "sample", run, *SAMPLE], env=environment, check=True,
                          stdout=subprocess.PIPE, text=True)
    text = " / ".join(line.strip() for line in done.stdout.splitlines() if line.strip())
    text = re.sub(r"([*_`<>\[\]])", r"\\\1", text)
    return textwrap.fill(text, 98, initial_indent="> ", subsequent_indent="> ")


def put_text(readme, name, text):
    """@text between the marks of the experiment, which the README has."""
    mark = f"<!-- {name}: written by tests/book/run -->"
    before, rest = readme.read_text(encoding="utf-8").split(mark)
    after = rest[rest.index("<!-- end -->"):]
    readme.write_text(f"{before}{mark}\n{text}\n{after}", encoding="utf-8")


def path(points, color):
    """Points of one class: lines without a length, so that a point is a few characters."""
    return (f'<path stroke="#{color}" d="'
            + "".join(f"M{x:.0f} {y:.0f}h0" for x, y in points) + '"/>')


def plot(rows):
    """An SVG of the points, each class with its number in its middle."""
    x, y = ([float(row[axis]) for row in rows] for axis in "xy")
    scale = (SIDE - 20) / max(max(x) - min(x), max(y) - min(y))
    places = [(10 + scale * (a - min(x)), 10 + scale * (max(y) - b)) for a, b in zip(x, y)]
    width, height = (max(values) + 10 for values in zip(*places))
    shapes, names = [], []
    for digit, color in enumerate(COLORS):
        own = [place for place, row in zip(places, rows) if int(row["class"]) == digit]
        shapes.append(path(own, color))
        middle = [statistics.median(values) for values in zip(*own)]
        names.append(f'<text x="{middle[0]:.0f}" y="{middle[1] + 6:.0f}">{digit}</text>')
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<g stroke-width="{POINT}" stroke-linecap="round" stroke-opacity=".75">', *shapes, "</g>",
        '<g font-family="sans-serif" font-size="18" font-weight="bold" text-anchor="middle" '
        'stroke="#fff" stroke-width="4" paint-order="stroke">', *names, "</g>", "</svg>", ""])


def draw(faltung, run, environment):
    done = subprocess.run([faltung, "inspect", run, *EMBEDDING, "--csv"], env=environment,
                          check=True, stdout=subprocess.PIPE, text=True)
    rows = list(csv.DictReader(done.stdout.splitlines()))
    (FOLDER / PICTURE).write_text(plot(rows), encoding="utf-8")


def update(faltung, name, run, environment):
    """What the README shows of the experiment, from one of its runs."""
    if name in WRITERS:
        put_text(FOLDER / "README.md", name, sample(faltung, run, environment))
    elif name == AUTOENCODER:
        draw(faltung, run, environment)
