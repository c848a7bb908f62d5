# SPDX-License-Identifier: Apache-2.0
"""faltung check: tables, and the messages of what is wrong."""

import re

from program import DIGITS, SOURCE, fails, main, parse_json, run, write


def test_table():
    out = run("check", write("a.yaml", DIGITS))
    assert out.stderr == ""
    assert out.stdout.startswith("Small digits\n")
    assert re.search(r"^hidden +dense +units 12, tanh +12 +780 ", out.stdout, re.M)
    assert re.search(r"^out +dense +units 10 +10 +130 ", out.stdout, re.M)
    assert "910 parameters" in out.stdout and "batch 32" in out.stdout


def test_json():
    whole = parse_json(run("check", write("a.yaml", DIGITS), "--json").stdout)
    assert whole["n_parameters"] == 910 and whole["input"] == [1, 8, 8] and whole["batch"] == 32
    hidden = whole["layers"][1]
    assert hidden["name"] == "hidden" and hidden["activation"] == "tanh"
    assert hidden["parameters"] == {"weight": [12, 64], "bias": [12]}
    assert sum(layer["n_parameters"] for layer in whole["layers"]) == 910
    assert whole["training_bytes"] > whole["inference_bytes"] > 910 * 4


def test_groups():
    text = DIGITS.replace("units: 12", "units: 12, frozen: true").replace("units: 10",
                                                                          "units: 10, lr_factor: 3, weight_decay: 0, l1: 0.01")
    out = run("check", write("groups.yaml", text)).stdout
    assert re.search(r"^hidden +dense +units 12, tanh, frozen ", out, re.M)
    assert re.search(r"^out +dense +units 10, lr_factor 3, weight_decay 0, l1 0.01 ", out, re.M)
    assert "910 parameters (780 of them frozen)" in out
    layers = parse_json(run("check", "groups.yaml", "--json").stdout)["layers"]
    assert [layer["frozen"] for layer in layers if layer["n_parameters"]] == [True, False]
    assert {(layer["loss"], layer["loss_weight"], layer["loss_target"]) for layer in layers} == {("none", 1, "data")}
    assert [layer["lr_factor"] for layer in layers if layer["n_parameters"]] == [1, 3]
    assert [layer["weight_decay"] for layer in layers if layer["n_parameters"]] == [None, 0]
    assert [layer["l1"] for layer in layers if layer["n_parameters"]] == [None, 0.01]


def test_set():
    out = run("check", write("a.yaml", DIGITS), "--set", "network.hidden.units=20", "--json")
    assert parse_json(out.stdout)["layers"][1]["output"] == [20]


def test_every_file_that_ships():
    files = [*SOURCE.glob("experiments/*/*.yaml")]
    assert len(files) > 10
    for file in files:
        run("check", file)


def test_mistakes():
    fails("check", "nix.yaml", says=["nix.yaml", "no such file"])
    fails("check", ".", says=["."])
    write("empty.yaml", "")
    fails("check", "empty.yaml", says=["empty.yaml"])
    with open("binary.yaml", "wb") as file:
        file.write(bytes(range(256)))
    fails("check", "binary.yaml", says=["binary.yaml"])
    cases = {
        "units: 12": ("unit: 12", ":7:", "did you mean 'units'"),
        "tanh": ("tanhh", ":7:", "tanh"),
        "rate: 0.1": ("rate: 1.5", ":8:", "rate"),
        "name: digits": ("name: digit", "digit", "did you mean 'digits'"),
        "batch: 32": ("batch: many", "batch", "many"),
        "[1, 8, 8]": ("[1, 9, 8]", "1 x 8 x 8", "1 x 9 x 8"),
    }
    for old, (new, *says) in cases.items():
        assert old in DIGITS
        fails("check", write("bad.yaml", DIGITS.replace(old, new)), says=["bad.yaml", *says])
    fails("check", write("a.yaml", DIGITS), "--set", "network.hiden.units=3", says=["hidden"])
    fails("check", "a.yaml", "--set", "nonsense", says=["nonsense"])


if __name__ == "__main__":
    main(globals())
