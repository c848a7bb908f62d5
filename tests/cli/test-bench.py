# SPDX-License-Identifier: Apache-2.0
"""faltung bench: every workload runs, in training and inference, and prints its line."""

import json
import os
import re

from program import BOSTON, DIGITS, fails, main, run


def lines_of(*options):
    out = run("bench", "--quiet", "--threads", "1", "--seconds", "0.001", *options)
    assert out.stderr == ""
    lines = out.stdout.splitlines()
    for line in lines:
        assert re.fullmatch(r"\w+ +\d+\.\d (samples|chars)/s +\d+\.\d % of peak", line), line
        assert float(line.split()[1]) > 0
    return [line.split()[0] for line in lines]


def test_inference_of_all():
    names = lines_of("--infer")
    assert names[0] == "book_mlp" and len(set(names)) == len(names) >= 7


def test_training_of_the_small():
    assert lines_of("--only", "mlp") == ["book_mlp", "wide_mlp"]
    autoencoders = ["dense_autoencoder", "book_conv_autoencoder"]
    assert lines_of("--only", "autoencoder") == autoencoders


def test_training_with_batch_norm_and_branches():
    assert lines_of("--only", "resnet20") == ["resnet20"]


def json_of(*options):
    out = run("bench", "--quiet", "--json", "--threads", "1", "--seconds", "0.001", *options)
    return json.loads(out.stdout)


def test_share_of_peak():
    found = json_of("--only", "mlp")
    assert found["threads"] == 1 and found["peak"] > 1e8
    book = found["workloads"][0]
    assert (book["name"], book["unit"]) == ("book_mlp", "samples/s")
    # 784 - 89 tanh - 10: the first layer needs no gradient of its input
    hidden, out = 2 * 784 * 89 + 89, 2 * 89 * 10 + 10
    flops = 2 * hidden + 2 * 89 + 3 * out
    share = book["value"] * flops / found["peak"]
    assert abs(book["share"] / share - 1) < 0.01
    assert share > 0  # how much depends on what else the machine does


def test_profile():
    found = json_of("--profile", "book_cnn")
    layers = {layer["operation"]: layer for layer in found["layers"]}
    assert list(layers) == ["conv2d", "dropout", "flatten", "dense"]
    conv, dense = layers["conv2d"], layers["dense"]
    assert conv["weight_gradient"]["seconds"] > 0 and conv["activation_gradient"]["seconds"] > 0
    assert conv["input_gradient"]["flops"] == 0, "nobody needs the gradient of the images"
    for part in ("forward", "weight_gradient", "input_gradient"):
        assert dense[part]["flops"] == found["batch"] * (2 * 16 * 28 * 28 * 10 + 10)
        assert dense[part]["seconds"] > 0
    assert layers["flatten"]["forward"]["seconds"] == 0, "only the shape changes"
    # nothing is counted twice, nothing left out
    parts = ("forward", "activation_gradient", "weight_gradient", "input_gradient")
    seconds = sum(layer[part]["seconds"] for layer in found["layers"] for part in parts)
    seconds += sum(found[part] for part in ("data", "loss", "optimizer", "other"))
    assert abs(seconds / found["total"]["seconds"] - 1) < 1e-6
    assert all(found[part] > 0 for part in ("data", "loss", "optimizer"))


def test_profile_of_a_file():
    for text in (DIGITS, BOSTON):
        with open("file.yaml", "w", encoding="utf-8") as file:
            file.write(text)
        out = run("bench", "--quiet", "--seconds", "0.001", "--profile", "file.yaml").stdout
        lines = [line.split() for line in out.splitlines()]
        assert lines[2][:5] == ["layer", "operation", "MFLOP", "forward", "peak"]
        names = [line[0] for line in lines[3:]]
        assert "out" in names
        assert names[-5:] == ["data", "loss", "optimizer", "other", "total"]
        assert lines[-1][-1] == "100.0"
    layers = json_of("--infer", "--profile", "file.yaml")["layers"]
    assert layers[0]["forward"]["seconds"] > 0
    assert layers[0]["weight_gradient"] == {"seconds": 0, "flops": 0, "share": None}


def test_mistakes():
    fails("bench", "--profile", "book_mpl", says=["book_mpl", "book_mlp"])
    fails("bench", "--profile", "missing.yaml", says=["missing.yaml"])
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
