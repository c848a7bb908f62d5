# SPDX-License-Identifier: Apache-2.0
"""faltung check: tables, and the messages of what is wrong."""

import pathlib
import re
import shutil
import subprocess
import zlib

from program import DIGITS, SOURCE, Skip, fails, main, parse_json, run, write


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


def test_blocks():
    text = DIGITS.replace("    - dense: {name: hidden, units: 12, activation: tanh}\n",
                          "    - block: {name: body, repeat: 2, layers: [dense: {units: 12}, tanh]}\n")
    out = run("check", write("blocks.yaml", text)).stdout
    assert re.search(r"^body/1/dense +dense +units 12 +12 +780 ", out, re.M)
    assert re.search(r"^body +2 +4 +12 +936$", out, re.M)
    whole = parse_json(run("check", "blocks.yaml", "--set", "network.body.repeat=3", "--json").stdout)
    assert whole["blocks"] == [{"name": "body", "copies": 3, "layers": 6, "n_parameters": 1092}]
    fails("check", "blocks.yaml", "--set", "network.body.repeat=0",
          says=["--set network.body.repeat=0: repeat cannot be '0'"])


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


# two ways to one sum, and a name that LaTeX would take for mathematics
BRANCHES = DIGITS.replace("name: hidden, units: 12", "name: hid_den, units: 10").replace(
    "- dense: {name: out, units: 10}", "- dense: {name: past, units: 10, inputs: [flatten]}\n"
    "    - add: {name: out, inputs: [dropout, past]}")


def draw(name, *options):
    result = run("check", write("a.yaml", BRANCHES), "--diagram", name, *options, status=None)
    if "without pictures" in result.stderr:
        raise Skip("built without pictures")
    assert result.returncode == 0, result.stderr
    return pathlib.Path(name)


def test_diagram_as_tikz():
    text = draw("a.tikz").read_text()
    number = r"-?\d+(?:\.\d+)?"
    point = rf"\({number},{number}\)"
    begin, end = text.index("\\begin{tikzpicture}"), text.index("\\end{tikzpicture}")
    colors = set(re.findall(rf"^\\definecolor{{(faltung-\w+)}}{{RGB}}{{\d+,\d+,\d+}}$", text[:begin], re.M))
    body = text[text.index("]\n", begin) + 2:end].splitlines()
    cards = [re.fullmatch(rf"  \\node\[card=(faltung-\w+), minimum width=({number})bp, minimum height=({number})bp\]"
                          rf" \(n\d+\) at \(({number}),({number})\) {{\\textbf{{(.*?)}}(.*)}};", line)
             for line in body if "card=" in line]
    assert [card[6] for card in cards] == ["input", "flatten", r"hid\_den", "dropout", "past", "out"]
    assert {card[1] for card in cards} <= colors
    assert cards[2][7] == r"\\\scriptsize units 10 $\cdot$ tanh", cards[2][7]
    wires = [line for line in body if "[wire]" in line]
    assert len(wires) == 6  # two leave `flatten`, two arrive at `out`
    for line in wires:
        assert re.fullmatch(rf"  \\draw\[wire\] {point}( \.\. controls {point} and {point} \.\. {point})+;", line), line
    # a wire begins and ends at the sides of cards; y grows downwards, a unit is 3/4 bp
    x = {"from": set(), "to": set()}
    for card in cards:
        half = float(card[2]) / 0.75 / 2
        x["from"].add(float(card[4]) + half)
        x["to"].add(float(card[4]) - half)
    for line in wires:
        places = re.findall(rf"\(({number}),", line)
        assert float(places[0]) in x["from"] and float(places[-1]) in x["to"], line
    if not shutil.which("pdflatex"):
        return
    write("paper.tex", "\\documentclass{article}\\usepackage{tikz}\\begin{document}\\input{a.tikz}\\end{document}")
    latex = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
                           capture_output=True, text=True, timeout=100)
    assert latex.returncode == 0 and "Missing" not in latex.stdout, latex.stdout


def test_diagram_as_pdf():
    """One page as large as the figure; text as text in fonts of its own, no picture."""
    pages = []
    for options in ([], ["--down"]):
        data = draw("a.pdf", *options).read_bytes()
        box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", data)
        pages.append((float(box[1]), float(box[2])))
        streams = [zlib.decompress(stream) for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.S)
                   if stream[:1] == b"\x78"]
        inside = data + b"".join(streams)
        assert b"/FontFile" in inside and re.search(rb"\bT[jJ]\b", inside) and b"/Image" not in inside
    (width, height), (other_width, other_height) = pages
    assert width > 3 * height and other_height > other_width
    svg = draw("a.svg").read_text()
    assert re.search(rf'viewBox="0 0 {width / 0.75:g} {height / 0.75:g}"', svg)
    assert "<image" not in svg
    fails("check", "a.yaml", "--diagram", "a.bmp", says=["a.bmp", ".pdf, .svg, .png or .tikz"])
    fails("check", "a.yaml", "--diagram", "nix/a.pdf", status=1, says=["nix/a.pdf"])


def test_output_that_does_not_fit():
    write("out.yaml", DIGITS.replace("units: 10", "units: 7"))
    wrong = fails("check", "out.yaml", says=["out.yaml:9:", "10 classes", "10 units"])
    assert wrong == fails("train", "out.yaml")  # the same words, only earlier


if __name__ == "__main__":
    main(globals())
