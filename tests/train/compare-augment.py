#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Turned, zoomed, flipped and moved pictures against PyTorch's grid_sample in float64.

compare-augment.py AUGMENTED
"""

import json
import math
import subprocess
import sys

import numpy

try:
    import torch
except ImportError:
    print("PyTorch is not here")
    sys.exit(77)


def pictures(*options):
    """(what was drawn, before, after, fill) of every picture."""
    out = subprocess.run([sys.argv[1], *map(str, options)], stdout=subprocess.PIPE, check=True).stdout
    line, out = out.split(b"\n", 1)
    header = json.loads(line)
    size = math.prod(header["shape"])
    for _ in range(header["n"]):
        line, out = out.split(b"\n", 1)
        values = numpy.frombuffer(out, numpy.float32, 2 * size).reshape(2, *header["shape"])
        out = out[2 * size * 4:]
        yield json.loads(line), values[0], values[1], header["fill"]
    assert not out


def expected(draw, picture, fill):
    """The picture turned anticlockwise and zoomed about its centre, then flipped, then moved."""
    channels, height, width = picture.shape
    c, s, z = math.cos(draw["angle"]), math.sin(draw["angle"]), draw["zoom"]
    turn = numpy.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])  # y points down
    zoom = numpy.diag([z, z, 1])
    flip = numpy.diag([-1 if draw["flip_x"] else 1, -1 if draw["flip_y"] else 1, 1])
    move = numpy.array([[1, 0, draw["shift_x"]], [0, 1, draw["shift_y"]], [0, 0, 1]])
    back = numpy.linalg.inv(move @ flip @ zoom @ turn)
    # PyTorch's coordinates go from -1 to 1 between the centres of the outermost pixels
    to_pixels = numpy.diag([(width - 1) / 2, (height - 1) / 2, 1])
    theta = (numpy.linalg.inv(to_pixels) @ back @ to_pixels)[:2]
    grid = torch.nn.functional.affine_grid(
        torch.tensor(theta[None]), (1, channels, height, width), align_corners=True)
    moved = torch.nn.functional.grid_sample(
        torch.tensor(picture[None].astype(numpy.float64) - fill), grid, mode="bilinear",
        padding_mode="zeros", align_corners=True)
    return moved[0].numpy() + fill


def check(*options, changes):
    n = changed = 0
    for draw, before, after, fill in pictures(*options):
        numpy.testing.assert_allclose(after, expected(draw, before, fill), atol=2e-5,
                                      err_msg=f"{options} {draw}")
        n += 1
        changed += not numpy.array_equal(before, after)
    assert n == 72 and changed >= changes * n, (options, changed, n)


check(15, 0, 0, 0, changes=1)
check(180, 0, 0, 0, changes=1)
check(0, 0.3, 0, 0, changes=1)
check(40, 0.5, 3, 3, changes=1)
check(0, 0, 4, 3, changes=0.9)
check(0, 0, 0, 1, changes=0.25)
