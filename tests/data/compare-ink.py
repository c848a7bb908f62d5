#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Drawings made into samples as MNIST's were, by the library and by NumPy: the ink's box scaled to
20 pixels with its proportions kept, each pixel the mean of what it covers, its centre of mass in
the middle.

Usage: compare-ink.py PLACE-INK
"""
import subprocess
import sys

try:
    import numpy
except ImportError:
    sys.exit(77)

SIDE = 280


def stroke(random):
    """A thick polygon line somewhere on the pad, with soft edges."""
    y, x = numpy.mgrid[0:SIDE, 0:SIDE]
    ink = numpy.zeros((SIDE, SIDE))
    points = random.uniform(30, random.uniform(90, 250), (random.integers(2, 6), 2))
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        length = max((x1 - x0) ** 2 + (y1 - y0) ** 2, 1e-9)
        t = numpy.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length, 0, 1)
        far = numpy.hypot(x - x0 - t * (x1 - x0), y - y0 - t * (y1 - y0))
        ink = numpy.maximum(ink, numpy.clip(12 - far, 0, 1))
    return ink.astype(numpy.float32)


def means(n, parts):
    """(parts, n): the share of each of n pixels in each of equal parts of their length."""
    edges = numpy.linspace(0, n, parts + 1)
    low = numpy.maximum(edges[:-1, None], numpy.arange(n))
    high = numpy.minimum(edges[1:, None], numpy.arange(n) + 1)
    return numpy.maximum(high - low, 0) * parts / n


def half_up(value):
    return int(numpy.floor(value + 0.5))


def place(ink, box, width, height):
    rows, columns = numpy.flatnonzero(ink.any(1)), numpy.flatnonzero(ink.any(0))
    part = ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1].astype(numpy.float64)
    scale = box / max(part.shape)
    h, w = (max(half_up(n * scale), 1) for n in part.shape)
    small = means(part.shape[0], h) @ part @ means(part.shape[1], w).T
    mass = small.sum()
    y = half_up(height / 2 - (small.sum(1) @ (numpy.arange(h) + 0.5)) / mass)
    x = half_up(width / 2 - (small.sum(0) @ (numpy.arange(w) + 0.5)) / mass)
    sample = numpy.zeros((height, width))
    y, x = numpy.clip(y, 0, height - h), numpy.clip(x, 0, width - w)
    sample[y:y + h, x:x + w] = small
    return sample


random = numpy.random.default_rng(1)
for case in range(30):
    drawn = stroke(random)
    box, width, height = (20, 28, 28) if case % 3 else (8, 8, 8)
    done = subprocess.run([sys.argv[1], str(SIDE), str(box), str(width), str(height)],
                          input=drawn.tobytes(), capture_output=True, check=True).stdout
    sample = numpy.frombuffer(done, numpy.float32).reshape(height, width)
    difference = numpy.abs(sample - place(drawn, box, width, height)).max()
    assert difference < 1e-5, (case, difference)
    assert sample.max() > 0.2, case
