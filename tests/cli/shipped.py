# SPDX-License-Identifier: Apache-2.0
"""The samples that ship with the program, read without it."""

import gzip

import numpy
from program import SOURCE


def digits():
    """All the digits: images (N, 8, 8) and classes."""
    with gzip.open(SOURCE / "data/shipped/digits.csv.gz", "rt") as file:
        rows = [line.split(",") for line in file if line[0].isdigit()]
    table = numpy.array(rows, dtype=float)
    return table[:, :64].reshape(-1, 8, 8), table[:, 64].astype(int)
