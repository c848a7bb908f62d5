# SPDX-License-Identifier: Apache-2.0
"""What is done with a trained network: eval, predict, inspect; and gradcheck."""

import csv
import gzip
import io
import math
import os
import pathlib
import struct
import subprocess

import h5py
import numpy
from program import BOSTON, DIGITS, PROGRAM, SOURCE, Skip, fails, main, parse_json, parse_result, run, train, write
from shipped import digits

CONV = """\
name: A convolution
data: {name: digits}
network:
  input: [1, 8, 8]
  layers:
    - conv2d: {name: conv, filters: 4, kernel: 3, padding: same, activation: relu}
    - max_pool2d: {name: pool, kernel: 2}
    - flatten:
    - dense: {name: out, units: 10}
train:
  loss: softmax_cross_entropy
  optimizer: {sgd: {lr: 0.1, momentum: 0.9}}
  epochs: 2
  seed: 1
"""


def forward(path, images):
    """The network DIGITS in numpy, with the weights and constants of the run file."""
    with h5py.File(path) as file:
        w = {
            (layer, name): file[f"model/weights/{layer}/{name}"][()].astype(float)
            for layer in ("hidden", "out")
            for name in ("weight", "bias")
        }
        mean, scale = file["data/mean"][()], file["data/scale"][()]
    x = ((images.reshape(len(images), -1) - mean) * scale).astype(float)
    h = numpy.tanh(x @ w["hidden", "weight"].T + w["hidden", "bias"])
    return h @ w["out", "weight"].T + w["out", "bias"]


def can_draw():
    """Whether the program was built with pictures; any run file will do to ask."""
    return "-Ddraw=disabled" not in subprocess.run(
        [PROGRAM, "inspect", "nix.h5", "--png", "x"], capture_output=True, text=True
    ).stderr


def write_idx(path, images):
    images = images.astype(numpy.uint8)
    data = struct.pack(">BBBBIII", 0, 0, 8, 3, *images.shape) + images.tobytes()
    pathlib.Path(path).write_bytes(data)


def test_eval():
    result = parse_result(train(write("d.yaml", DIGITS)).stdout)
    again = parse_result(run("eval", "d.h5").stdout)
    assert again["val_loss"] == result["val_loss"]
    assert again["val_accuracy"] == result["val_accuracy"]
    assert again["data"] == "digits"
    whole = parse_json(run("eval", "d.h5", "--json").stdout)
    assert math.isclose(whole["val_loss"], float(result["val_loss"]), rel_tol=1e-5)
    assert whole["samples"] == int(again["samples"])
    fails("eval", "d.h5", "--data", "iris", says=["8", "iris"])
    fails("eval", "d.h5", "--data", "digitz", says=["did you mean"])
    fails("eval", "d.yaml", says=["d.yaml"])
    fails("eval", "nix.h5", says=["nix.h5"])


def test_scores_of_eval():
    train(write("d.yaml", DIGITS))
    whole = parse_json(run("eval", "d.h5", "--json").stdout)
    confusion = numpy.array(whole["confusion"])
    assert confusion.shape == (10, 10) and confusion.sum() == whole["samples"]
    right = confusion.diagonal()
    assert math.isclose(right.sum() / confusion.sum(), whole["val_accuracy"])
    for i, row in enumerate(whole["classes"]):
        assert row["class"] == str(i) and row["rows"] == confusion[i].sum()
        assert math.isclose(row["recall"], right[i] / confusion[i].sum())
        assert math.isclose(row["precision"], right[i] / confusion[:, i].sum())
    # the mean over samples, as the loss is but for the sizes of batches
    assert math.isclose(math.log(whole["val_perplexity"]), whole["val_loss"], rel_tol=1e-4)
    assert math.isclose(whole["val_bits"] * math.log(2), math.log(whole["val_perplexity"]))
    assert 1 >= whole["val_top5"] > whole["val_accuracy"] > 0.5
    text = run("eval", "d.h5", "--classes").stdout.splitlines()
    assert text[0].split() == ["class", "rows", "precision", "recall", "F1"]
    assert text[10].split()[:2] == ["9", str(confusion[9].sum())]
    assert text[13].split() == ["0", *map(str, confusion[0])]
    last = parse_result(text[-1])
    assert math.isclose(float(last["val_f1"]), whole["val_f1"], rel_tol=1e-5)


def test_scores_in_the_run_file():
    train(write("d.yaml", DIGITS))
    whole = parse_json(run("eval", "d.h5", "--json").stdout)
    with h5py.File("d.h5") as file:
        table = file["metrics/epoch"]
        assert table["val_top5"][-1] == whole["val_top5"]
        assert not {"val_r2", "val_perplexity"} & set(table)
    train(write("b.yaml", BOSTON))
    whole = parse_json(run("eval", "b.h5", "--json").stdout)
    with h5py.File("b.h5") as file:
        table = file["metrics/epoch"]
        assert table["val_r2"][-1] == whole["val_r2"]
        # of every epoch 1 - mse / variance, with one variance for all
        spread = table["val_rmse"][:] ** 2 / (1 - table["val_r2"][:])
        assert numpy.allclose(spread, spread[0], rtol=1e-6)
        assert not {"val_top5", "val_perplexity"} & set(table)


def test_top():
    text = DIGITS.replace("epochs: 3", "epochs: 3\n  top: 3\n  early_stopping: {patience: {metric: "
                          "val_top, patience: 1}}")
    train(write("d.yaml", text))
    whole = parse_json(run("eval", "d.h5", "--json").stdout)
    assert whole["val_accuracy"] < whole["val_top3"] < whole["val_top5"]
    with h5py.File("d.h5") as file:
        assert file["metrics/epoch/val_top3"][:].max() == whole["val_top3"]  # of the kept weights
    fails("train", write("d.yaml", text.replace("top: 3", "top: 10")), says=[
        "d.yaml:16:39: val_top is not measured of 'out'; there are val_loss, val_accuracy"])


def test_eval_of_early_stopping():
    # the figures are those of the weights that are kept
    text = DIGITS.replace("epochs: 3", "epochs: 8\n  early_stopping: {patience: {patience: 1}}")
    text = text.replace("lr: 0.1,", "lr: 1.5,")
    result = parse_result(train(write("d.yaml", text)).stdout)
    again = parse_result(run("eval", "d.h5").stdout)
    assert again["val_loss"] == result["val_loss"], (again, result)
    with h5py.File("d.h5") as file:
        losses = file["metrics/epoch/val_loss"][1:]
    assert math.isclose(losses.min(), float(result["val_loss"]), rel_tol=1e-5), losses


def test_predict_every_kind_of_file():
    train(write("d.yaml", DIGITS))
    images, classes = digits()
    images, classes = images[:300], classes[:300]  # more than a batch
    expected = forward("d.h5", images)
    write_idx("a.idx", images)
    pathlib.Path("b.idx.gz").write_bytes(gzip.compress(pathlib.Path("a.idx").read_bytes()))
    numpy.save("c.npy", images.astype(numpy.float32))
    numpy.save("d.npy", images.reshape(-1, 64).astype(numpy.int64))
    numpy.save("e.npy", images.astype(numpy.uint8)[:, None])
    with h5py.File("f.h5", "w") as file:
        file["input"] = images[:, None]
        file["other"] = [1]
    with h5py.File("g.h5", "w") as file:
        file["pictures"] = images
    with h5py.File("h.h5", "w") as file:
        file["group/x"] = images
        file["y"] = [1]
    numpy.savetxt("i.csv", images.reshape(-1, 64), delimiter=",", fmt="%d")
    inputs = ["a.idx", "b.idx.gz", "c.npy", "d.npy", "e.npy", "f.h5", "g.h5", "i.csv"]
    for number, name in enumerate(inputs + ["h.h5"]):
        more = ["--dataset", "/group/x"] if name == "h.h5" else []
        out = run("predict", "d.h5", name, "--out", f"{number}.h5", *more)
        assert parse_result(out.stdout)["samples"] == "300"
        with h5py.File(f"{number}.h5") as file:
            output = file["output"][()]
            assert output.shape == (300, 10) and output.dtype == numpy.float32
            assert numpy.allclose(output, expected, atol=2e-5), (name, abs(output - expected).max())
            assert (file["class"][()] == expected.argmax(1)).all()
            probability = file["probability"][()]
            assert numpy.allclose(probability.sum(1), 1, atol=1e-6)
            assert numpy.allclose(
                numpy.log(probability[:, 0] / probability[:, 1]), output[:, 0] - output[:, 1], atol=1e-3
            )
    assert (expected.argmax(1) == classes).mean() > 0.8


def test_predict_text():
    train(write("d.yaml", DIGITS))
    images, _ = digits()
    numpy.save("x.npy", images[0])  # a single sample, without the first dimension
    best = forward("d.h5", images[:1])[0].argmax()
    rows = list(csv.DictReader(io.StringIO(run("predict", "d.h5", "x.npy").stdout)))
    assert len(rows) == 1 and rows[0]["class"] == str(best) and 0 < float(rows[0]["probability"]) <= 1
    row = parse_json(run("predict", "d.h5", "x.npy", "--json").stdout)[0]
    assert row["class"] == best and len(row["output"]) == 10


def test_predict_table():
    train(write("b.yaml", BOSTON))
    with open(SOURCE / "data/shipped/boston-housing.csv", newline="") as file:
        rows = [row for row in csv.reader(file)]
    header = next(i for i, row in enumerate(rows) if any("medv" == c.lower() for c in row))
    names, rows = rows[header], rows[header + 1 :][:20]
    # in another order, with the target and a column of words between
    order = list(reversed(range(len(names))))
    with open("named.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["note"] + [names[i] for i in order])
        writer.writerows([["word, word"] + [row[i] for i in order] for row in rows])
    with open("bare.csv", "w", newline="") as file:
        csv.writer(file).writerows(row[:13] for row in rows)
    named = run("predict", "b.h5", "named.csv").stdout
    assert named == run("predict", "b.h5", "bare.csv").stdout
    values = [float(row["output_0"]) for row in csv.DictReader(io.StringIO(named))]
    assert len(values) == 20 and 0 < numpy.mean(values) < 60
    write("short.csv", "1,2,3\n")
    fails("predict", "b.h5", "short.csv", says=["short.csv:1:1", "13"])
    write("word.csv", ",".join(["1"] * 13) + "\n" + ",".join(["1"] * 12) + ",x\n")
    fails("predict", "b.h5", "word.csv", says=["word.csv:2:25", "x"])
    write("none.csv", "")
    fails("predict", "b.h5", "none.csv", says=["none.csv"])


def test_predict_wrong_input():
    train(write("d.yaml", DIGITS))
    fails("predict", "d.h5", "nix.npy", says=["nix.npy"])
    numpy.save("small.npy", numpy.zeros((3, 7, 7)))
    fails("predict", "d.h5", "small.npy", says=["small.npy", "1 x 8 x 8", "3 x 7 x 7"])
    numpy.save("complex.npy", numpy.zeros((3, 8, 8), complex))
    fails("predict", "d.h5", "complex.npy", says=["c16"])
    numpy.save("fortran.npy", numpy.asfortranarray(numpy.zeros((3, 8, 8))))
    fails("predict", "d.h5", "fortran.npy", says=["ascontiguousarray"])
    numpy.save("cut.npy", numpy.zeros((3, 8, 8)))
    whole = pathlib.Path("cut.npy").read_bytes()
    for length in (7, 11, 60, len(whole) - 1):
        pathlib.Path("cut.npy").write_bytes(whole[:length])
        fails("predict", "d.h5", "cut.npy", says=["cut.npy"])
    with h5py.File("two.h5", "w") as file:
        file["a"], file["b"] = [1], [2]
    fails("predict", "d.h5", "two.h5", says=["--dataset", "a, b"])
    fails("predict", "d.h5", "two.h5", "--dataset", "/nix", says=["two.h5"])
    numpy.save("x.npy", numpy.zeros((3, 8, 8)))
    before = pathlib.Path("d.h5").read_bytes()
    fails("predict", "d.h5", "x.npy", "--out", "d.h5", says=["d.h5 exists already"])
    assert pathlib.Path("d.h5").read_bytes() == before
    fails("predict", "d.h5", "x.npy", "--out", "nowhere/y.h5", status=1, says=["nowhere/y.h5"])


def test_inspect_facts():
    train(write("c.yaml", CONV))
    facts = parse_json(run("inspect", "c.h5", "--json").stdout)["run"]
    facts = {row["fact"]: row["value"] for row in facts}
    assert facts["status"] == "finished" and facts["parameters"] == 40 + 650
    assert facts["epoch"] == 2 and facts["name"] == "A convolution"
    text = run("inspect", "c.h5").stdout
    assert "finished" in text and "val_accuracy" in text


def test_inspect_tables():
    train(write("c.yaml", CONV))
    out = run("inspect", "c.h5", "--what", "weights,maps,gradients,histogram,curves,steps",
              "--json").stdout
    views = parse_json(out)
    with h5py.File("c.h5") as file:
        for row in views["weights"]:
            values = file[f"model/weights/{row['layer']}/{row['parameter']}"][()]
            assert math.isclose(row["mean"], values.mean(), rel_tol=1e-3, abs_tol=1e-6)
            assert math.isclose(row["maximum"], values.max(), rel_tol=1e-5)
            assert math.isclose(row["norm"], numpy.linalg.norm(values), rel_tol=1e-5)
        assert [row["val_loss"] for row in views["curves"]] == [
            float(f"{x:.6g}") for x in file["metrics/epoch/val_loss"][()]
        ]
        for column in ("step", "loss", "grad_norm"):
            assert [row[column] for row in views["steps"]] == [
                float(f"{x:.6g}") for x in file["metrics/step"][column][()]
            ]
    assert [row["map"] for row in views["maps"] if row["layer"] == "conv"] == [0, 1, 2, 3]
    counts = [
        row["count"]
        for row in views["histogram"]
        if (row["layer"], row["parameter"], row["of"]) == ("out", "weight", "weights")
    ]
    assert sum(counts) == 640
    assert {row["layer"] for row in views["gradients"]} == {"conv", "out"}
    # one layer: all moments; one view as CSV
    rows = run("inspect", "c.h5", "--what", "gradients", "--layer", "conv", "--csv").stdout
    rows = list(csv.DictReader(io.StringIO(rows)))
    assert [int(row["moment"]) for row in rows] == list(range(len(rows))) and len(rows) > 2


def test_inspect_maps_of_a_sample():
    train(write("d.yaml", DIGITS))
    def rows(*more):
        out = run("inspect", "d.h5", "--what", "maps", "--layer", "out", "--json", *more).stdout
        return [row["mean"] for row in parse_json(out)["maps"]]

    first, third = rows(), rows("--sample", 3)
    assert len(first) == 10 and first != third
    # before training the same sample has other outputs
    assert rows("--sample", 3, "--moment", 0) != third
    fails("inspect", "d.h5", "--what", "maps", "--sample", 100000, says=["sample 100000"], status=2)


def test_inspect_pictures():
    train(write("c.yaml", CONV))
    if not can_draw():
        message = fails("inspect", "c.h5", "--png", "pictures", says=["-Ddraw=disabled"])
        raise Skip(message.strip())
    out = run("inspect", "c.h5", "--png", "pictures")
    names = sorted(os.listdir("pictures"))
    for name in (
        "curves-loss.png", "gradients.png", "histogram-weights-conv-weight.png", "maps-conv.png",
        "maps-out.png", "sample.png", "steps-grad_norm.png", "weights-conv-weight.png", "weights-out-weight.png",
    ):
        assert name in names, (name, names)
        data = pathlib.Path("pictures", name).read_bytes()
        assert data.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", data[16:24])
        assert 20 < width < 4000 and 20 < height < 4000, (name, width, height)
    assert f"{len(names)} pictures" in out.stderr
    listed = run("inspect", "c.h5", "--what", "maps", "--layer", "conv", "--png", "few", "--json")
    assert parse_json(listed.stdout)["pictures"] == ["few/sample.png", "few/maps-conv.png"]


def test_inspect_wrong_usage():
    train(write("c.yaml", CONV), "--epochs", 1)
    fails("inspect", "c.h5", "--what", "weight", says=["did you mean `weights`"])
    fails("inspect", "c.h5", "--what", "xyzzy", says=["weights, maps"])
    fails("inspect", "c.h5", "--layer", "con", says=["did you mean `conv`"])
    fails("inspect", "c.h5", "--moment", 999, says=["moment 999"])
    fails("inspect", "c.h5", "--sample", -5, says=["--sample"])
    fails("inspect", "c.h5", "--csv", "--what", "weights,curves", says=["--csv"])
    fails("inspect", "c.h5", "--csv", "--json", says=["--csv"])
    if not can_draw():
        return
    write("file", "")
    result = run("inspect", "c.h5", "--png", "file", status=2)
    assert "file" in result.stderr


def test_the_page_about_training():
    page = (SOURCE / "docs/training.md").read_text()
    example = page.split("```yaml\n")[1].split("```")[0]
    result = parse_result(train(write("d.yaml", example), "--epochs", 4).stdout)
    again = parse_result(run("eval", "d.h5").stdout)
    assert again["val_loss"] == result["val_loss"]  # the mean of the weights was kept
    assert float(result["val_accuracy"]) > 0.8
    for rule in parse_json(run("rules", "--json").stdout):
        if rule["for"] not in ("initializer", "stopping rule"):
            assert f"`{rule['name']}`" in page, rule["name"]


def test_lr_range():
    whole = parse_json(run("lr-range", write("d.yaml", DIGITS), "--json", "--steps", 60).stdout)
    points = whole["points"]
    assert math.isclose(points[0]["rate"], 1e-5) and 10 < len(points) <= 60
    ratios = [b["rate"] / a["rate"] for a, b in zip(points, points[1:])]
    assert all(math.isclose(ratio, 1e6 ** (1 / 59), rel_tol=1e-9) for ratio in ratios)
    smooth = [point["smooth"] for point in points]
    assert whole["lowest"] == points[smooth.index(min(smooth))]["rate"]
    # neither so small that nothing happens nor so large that nothing is learned
    assert 1e-3 < whole["suggestion"] <= whole["lowest"] < 10
    assert min(smooth) < 0.7 * smooth[0]
    text = run("lr-range", "d.yaml", "--steps", 60).stdout
    assert text.splitlines()[0].split() == ["rate", "loss", "smooth"]
    assert len(text.splitlines()) == len(points) + 2
    assert math.isclose(float(parse_result(text)["suggestion"]), whole["suggestion"], rel_tol=1e-3)
    fails("lr-range", "d.yaml", "--from", "1", "--to", "0.1", says=["--to"])
    fails("lr-range", "d.yaml", "--steps", "3", says=["--steps"])


def test_gradcheck():
    out = run("gradcheck", write("c.yaml", CONV), "--values", 5)
    assert out.stdout.count(" ok\n") == 4 and "WRONG" not in out.stdout
    whole = parse_json(run("gradcheck", "c.yaml", "--json", "--random", "--values", 3).stdout)
    assert all(row["passed"] and row["error"] < 1e-6 for row in whole["tensors"])
    assert [row["checked"] for row in whole["tensors"]] == [3, 3, 3, 3]
    fails("gradcheck", "c.yaml", "--samples", "0", says=["--samples"])
    fails("gradcheck", write("x.yaml", CONV.replace("units: 10", "units: 9")), says=["x.yaml", "9"])


if __name__ == "__main__":
    main(globals())
