# SPDX-License-Identifier: Apache-2.0
"""Text: training on it, and faltung sample, which writes some."""

import collections
import math
import pathlib
import random

import h5py
import numpy

from program import DIGITS, fails, main, parse_json, run, train, write

TEXT = """\
name: Text
data: {text: t.txt, length: 8, validation: 0.2}
network:
  input: [8]
  layers:
    - one_hot: {classes: 4}
    - dense: {name: out, units: 4}
train:
  loss: softmax_cross_entropy
  optimizer: {adam: {lr: 0.05}}
  batch: 16
  epochs: 20
"""


def written():
    """A text in which each character says which one follows: always, or how often."""
    rng = random.Random(4)
    text = "a"
    following = {"a": "bb\n", "b": "é", "é": "aa\n", "\n": "ab"}
    while len(text) < 4000:
        text += rng.choice(following[text[-1]])
    with open("t.txt", "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return text


def test_certain():
    with open("t.txt", "w", encoding="utf-8", newline="") as file:
        file.write("abé\n" * 500)
    train(write("t.yaml", TEXT), "-o", "t.h5")
    with h5py.File("t.h5") as file:
        assert [chr(c) for c in file["data/vocabulary"]] == ["\n", "a", "b", "é"]
        assert list(file["data/class_names"].asstr()) == ["\\n", "a", "b", "é"]
        assert file["metrics/epoch/val_accuracy"][-1] == 1
    out = run("sample", "t.h5", "--temperature", 0, "--prompt", "ab", "-n", 9).stdout
    assert out == "abé\nabé\nabé\n", repr(out)
    # without a prompt it begins as after the end of a line; a prompt may be longer than the window
    assert run("sample", "t.h5", "-T", 0, "-n", 6).stdout == "abé\nab\n"
    prompt = "abé\n" * 5 + "a"
    assert run("sample", "t.h5", "-T", 0, "-n", 2, "-p", prompt).stdout == prompt + "bé\n"


def test_predict():
    """What comes after each character of another text; it begins anew after as many as it learned."""
    with open("t.txt", "w", encoding="utf-8", newline="") as file:
        file.write("abé\n" * 500)
    train(write("t.yaml", TEXT), "-o", "t.h5")
    write("new.txt", "bé\nabé\n" * 4 + "ab")
    answers = parse_json(run("predict", "t.h5", "new.txt", "--json").stdout)
    assert len(answers) == 28 // 8
    following = {"a": "b", "b": "é", "é": "\\n", "\n": "a"}
    text = pathlib.Path("new.txt").read_text()
    said = [name for answer in answers for name in answer["class_name"]]
    assert said == [following[character] for character in text[:24]], said
    write("odd.txt", "abé\nabx\n")
    fails("predict", "t.h5", "odd.txt", says=["odd.txt:2:3", "'x' was not in the text"])
    write("short.txt", "abé")
    fails("predict", "t.h5", "short.txt", says=["8 characters at a time"])


def test_chances():
    """Characters follow each other as often as the weights in the run file say."""
    written()
    train(write("t.yaml", TEXT), "-o", "t.h5")
    with h5py.File("t.h5") as file:
        weight = file["model/weights/out/weight"][()].astype(float)
        bias = file["model/weights/out/bias"][()].astype(float)
    letters = "\nabé"
    for temperature in [1, 0.5, 3]:
        n = 6000
        text = parse_json(run("sample", "t.h5", "--json", "-T", temperature, "-n", n).stdout)["text"]
        assert len(text) == n
        pairs = collections.Counter(zip(text, text[1:]))
        for i, first in enumerate(letters):
            odds = (weight[:, i] + bias) / temperature
            chances = numpy.exp(odds - odds.max())
            chances /= chances.sum()
            times = sum(pairs[first, second] for second in letters)
            assert times > 200, (first, times)
            for second, chance in zip(letters, chances):
                error = abs(pairs[first, second] - times * chance)
                assert error < 4 * math.sqrt(times * chance * (1 - chance)) + 2, (first, second)


def test_carried_state():
    """A layer that carries its state counts further than its windows reach."""
    with open("t.txt", "w", encoding="utf-8", newline="") as file:
        file.write("abbbbé\n" * 600)
    yaml = TEXT.replace("- dense", "- gru: {units: 16, stateful: true}\n    - dense")
    yaml = yaml.replace("length: 8", "length: 3").replace("[8]", "[3]").replace("epochs: 20", "epochs: 30").replace("0.05", "0.01")
    train(write("t.yaml", yaml), "-o", "t.h5")
    with h5py.File("t.h5") as file:
        accuracy = file["metrics/epoch/val_accuracy"][-1]
        assert file["checkpoints/state/carried"].shape[1] == 16 * 16
        assert accuracy > 0.97, accuracy
    found = run("eval", "t.h5").stdout
    assert f"accuracy={accuracy:g}" in found, (found, accuracy)
    line = "abbbbé\n"
    prompt = line * 2 + "abb"
    assert run("sample", "t.h5", "-T", 0, "-n", 25, "-p", prompt).stdout == line * 6 + "\n"
    train("t.yaml", "-o", "u.h5", "-t", 2)
    with h5py.File("t.h5") as one, h5py.File("u.h5") as two:
        assert (one["model/weights/gru/weight_hh"][()] == two["model/weights/gru/weight_hh"][()]).all()
    train("t.yaml", "-o", "v.h5", "--set", "network.gru.stateful=false")
    with h5py.File("v.h5") as file:
        assert file["metrics/epoch/val_accuracy"][-1] < 0.9
    fails("train", "t.yaml", "--set", "data.stride=1", says=["t.yaml:7", "stateful", "stride"])
    fails("train", "t.yaml", "--set", "train.optimizer={lbfgs: {line_search_fn: strong_wolfe}}",
          says=["t.yaml:7", "line search", "carries its state"])
    fails("train", "t.yaml", "--set", "network.gru.reverse=true", says=["t.yaml:7", "stateful", "reverse"])


def test_seeds():
    written()
    train(write("t.yaml", TEXT), "--epochs", 1, "-o", "t.h5")
    texts = [run("sample", "t.h5", "-n", 60, *more).stdout
             for more in [(), ("-s", 1), ("-s", 2), ("-s", 2, "-t", 2)]]
    assert texts[0] == texts[1] != texts[2] == texts[3]
    assert len(texts[0]) == 61


def test_next_character():
    """How likely each character is to come next, as the weights in the run file say it."""
    written()
    train(write("t.yaml", TEXT), "-o", "t.h5")
    with h5py.File("t.h5") as file:
        weight, bias = (file[f"model/weights/out/{name}"][()] for name in ("weight", "bias"))
        characters = [chr(c) for c in file["data/vocabulary"]]
    for prompt, temperature in (("a", 1), ("abé\n" * 9 + "b", 1), ("é", 0.5), ("\n", 3)):
        odds = (weight[:, characters.index(prompt[-1])] + bias).astype(float) / temperature
        wanted = numpy.exp(odds) / numpy.exp(odds).sum()
        out = run("sample", "t.h5", "-c", "-p", prompt, "-T", temperature, "--json").stdout
        rows = parse_json(out)["chances"]
        assert [row["character"] for row in rows] == characters
        assert numpy.abs([row["chance"] for row in rows] - wanted).max() < 1e-5
    certain = parse_json(run("sample", "t.h5", "-c", "-p", "b", "-T", 0, "--json").stdout)
    assert [row["chance"] for row in certain["chances"]] == [0, 0, 0, 1]
    assert run("sample", "t.h5", "--chances").stdout.startswith("character,chance\n")


def test_units_that_follow_the_text():
    """A unit's correlation with a property is NumPy's, of its output at every character."""
    def inspect(*more):
        out = run("inspect", "q.h5", "--what", "text", "--layer", "hidden", "--json", *more).stdout
        return parse_json(out)

    rng = random.Random(2)
    text = ""
    while len(text) < 6000:
        word = "".join(rng.choice("aeb(c)d1") for _ in range(rng.randint(1, 5)))
        text += f'"{word} {word}" ' if rng.random() < 0.4 else rng.choice([word + " ", word.upper() + ".\n"])
    with open("t.txt", "w", encoding="utf-8", newline="") as file:
        file.write(text)
    train(write("q.yaml", f"""\
name: Quotes
data: {{text: t.txt, length: 20, validation: 0.2}}
network:
  input: [20]
  layers:
    - one_hot: {{classes: {len(set(text))}}}
    - rnn: {{name: hidden, units: 6}}
    - dense: {{name: out, units: {len(set(text))}}}
train: {{loss: softmax_cross_entropy, optimizer: {{adam: {{lr: 0.01}}}}, batch: 16, epochs: 2}}
"""), "-o", "q.h5")
    units = []
    for unit in range(6):
        rows = inspect("--unit", unit)["text"]
        units.append([row["output"] for row in rows])
        seen = "".join(chr(row["code"]) for row in rows)
        assert seen in text and len(seen) > 900
    inside, quotes, line, lines = False, [], 0, []
    for character in seen:
        inside = inside != (character == '"')
        quotes.append(inside or character == '"')
        lines.append(line)
        line = 0 if character == "\n" else line + 1
    properties = {
        "quotes": quotes,
        "line": lines,
        "capital": [c.isupper() for c in seen],
        "digit": [c.isdigit() for c in seen],
        "vowel": [c in "aeiouAEIOU" for c in seen],
        "space": [c.isspace() for c in seen],
        "line end": [c == "\n" for c in seen],
    }
    report = inspect()
    for name, values in properties.items():
        wanted = [numpy.corrcoef(unit, numpy.array(values, float))[0, 1] for unit in units]
        rows = [row for row in report["text"] if row["property"] == name]
        assert len(rows) == 3
        for row in rows:
            assert abs(row["correlation"] - wanted[row["unit"]]) < 1e-4, (name, row, wanted)
        assert abs(abs(rows[0]["correlation"]) - max(map(abs, wanted))) < 1e-4
    largest = max(report["text"], key=lambda row: abs(row["correlation"]))
    assert report["figures"]["unit"] == largest["unit"]
    assert abs(report["figures"]["correlation"] - largest["correlation"]) < 1e-5
    drawn = run("inspect", "q.h5", "--what", "text", "--layer", "hidden", "--svg", "p", status=None)
    assert drawn.returncode == 0 or "-Ddraw=disabled" in drawn.stderr
    fails("inspect", "q.h5", "--what", "text", "--layer", "input", says=["output for each character"])


def test_text_is_learned_in_order():
    """The validation is the end of the text, and windows overlap as the stride says."""
    text = written()
    found = train(write("t.yaml", TEXT), "--epochs", 1, "--set", "data.stride=1", "-o", "t.h5")
    assert f"{len(text) * 8 // 10 - 8} training samples of t.txt" in found.stderr, found.stderr
    with h5py.File("t.h5") as file:
        resolved = file["config/resolved"].asstr()[()]
    assert "data: {text: t.txt, length: 8, stride: 1, validation: 0.2, limit: 0}" in resolved, resolved
    assert "samples=" in run("eval", "t.h5").stdout


def test_mistakes():
    written()
    train(write("t.yaml", TEXT), "--epochs", 1, "-o", "t.h5")
    fails("sample", "t.h5", "--prompt", "abx", says=["--prompt", "'x'", "4"])
    fails("sample", "t.h5", "-T", -1, says=["--temperature"])
    fails("sample", "t.h5", "-n", -1, says=["--length"])
    train(write("d.yaml", DIGITS), "--epochs", 1, "-o", "d.h5")
    fails("sample", "d.h5", says=["d.h5", "text"])
    fails("train", "t.yaml", "--set", "network.one_hot.classes=3", says=["t.yaml", "4 different", "one_hot"])
    fails("train", "t.yaml", "--set", "network.out.units=5", says=["t.yaml", "4 units"])
    fails("train", "t.yaml", "--set", "data.normalize=unit", says=["normalize", "text"])
    fails("check", "t.yaml", "--set", "data.augment.noise=1", says=["augment", "text"])
    fails("train", "t.yaml", "--set", "data.text=nix.txt", says=["nix.txt"])


if __name__ == "__main__":
    main(globals())
