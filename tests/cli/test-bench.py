# SPDX-License-Identifier: Apache-2.0
"""faltung bench: every workload runs, in training and inference, and prints its line."""

import os
import re

from program import fails, main, run


def lines_of(*options):
    out = run("bench", "--quiet", "--threads", "1", "--seconds", "0.001", *options)
    assert out.stderr == ""
    lines = out.stdout.splitlines()
    for line in lines:
        assert re.fullmatch(r"\w+ +\d+\.\d samples/s", line), line
        assert float(line.split()[1]) > 0
    return [line.split()[0] for line in lines]


def test_inference_of_all():
    names = lines_of("--infer")
    assert names[0] == "book_mlp" and len(set(names)) == len(names) >= 7


def test_training_of_the_small():
    assert lines_of("--only", "mlp") == ["book_mlp", "wide_mlp"]
    assert lines_of("--only", "autoencoder") == ["dense_autoencoder"]


def test_training_with_batch_norm_and_branches():
    assert lines_of("--only", "resnet20") == ["resnet20"]


def test_mistakes():
    fails("bench", "--only", "nothing", says=["nothing", "book_mlp"])
    fails("bench", "--seconds", "0", says=["--seconds"])


def test_unknown_instruction_set():
    os.environ["FALTUNG_ISA"] = "abacus"
    try:
        fails("bench", says=["FALTUNG_ISA=abacus", "unset"])
    finally:
        del os.environ["FALTUNG_ISA"]


if __name__ == "__main__":
    main(globals())
