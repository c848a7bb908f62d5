# SPDX-License-Identifier: Apache-2.0
"""A network of two outputs, a class and a value, each with a target of its own."""

import h5py
import numpy
from program import fails, main, parse_json, parse_result, run, train, write

NETWORK = """\
network:
  input: [6]
  layers:
    - dense: {name: body, units: 24, activation: tanh}
    - dense: {name: value, units: 1, loss: mse, loss_target: price, loss_weight: 0.5}
    - dense: {name: class, inputs: body, units: 3}
train: {loss: softmax_cross_entropy, optimizer: {adam: {lr: 0.02}}, batch: 20, epochs: 40}
"""
KINDS = ["high", "low", "mid"]  # in the order of their bytes, as the reader numbers them


def make_data():
    x = numpy.random.default_rng(1).normal(size=(300, 6)).astype("f4")
    level = (x[:, 0] + x[:, 1] > 0).astype(int) + (x[:, 2] > 0.5)
    kind = numpy.array([KINDS.index(("low", "mid", "high")[k]) for k in level], "i4")
    price = (2 * x[:, 3] + x[:, 4]).astype("f4")
    with h5py.File("two.h5", "w") as file:
        file["x"], file["kind"], file["price"] = x, kind, price
    for name, values in [("x", x), ("kind", kind), ("price", price)]:
        numpy.save(f"{name}.npy", values)
    with open("two.csv", "w") as file:
        print("a,kind,b,c,price,d,e,f", file=file)
        for row, k, p in zip(x.astype(float), kind, price.astype(float)):
            print(row[0], KINDS[k], row[1], row[2], p, *row[3:], sep=",", file=file)
    return x, price


SOURCES = {
    "csv": "{csv: two.csv, target: {kind: kind, price: price}}",
    "hdf5": "{hdf5: two.h5, input: x, target: {kind: /kind, price: /price}}",
    "npy": "{npy: x.npy, target: {kind: kind.npy, price: price.npy}}",
}


def test_two_outputs():
    x, price = make_data()
    weights = []
    for name, source in SOURCES.items():
        write(f"{name}.yaml", f"name: two\ndata: {source}\n{NETWORK}")
        result = parse_result(train(f"{name}.yaml", "--out", f"{name}-run.h5").stdout)
        assert float(result["val_accuracy"]) > 0.85, result
        with h5py.File(f"{name}-run.h5") as file:
            epoch = file["metrics/epoch"]
            assert epoch["val_loss_value"][-1] < 0.03  # half a mean square; of the price: 2.5
            numpy.testing.assert_allclose(
                epoch["val_loss"][()], epoch["val_loss_value"][()] + epoch["val_loss_class"][()])
            weights.append([file[f"model/weights/{layer}/weight"][()].tobytes()
                            for layer in ("body", "value", "class")])
    assert weights[0] == weights[1] == weights[2]

    run("predict", "hdf5-run.h5", "two.h5", "--dataset", "/x", "--to", "value", "--out", "v.h5")
    with h5py.File("v.h5") as file:
        assert numpy.abs(file["output"][:, 0] - price).mean() < 0.3
    numbers = parse_json(run("gradcheck", "csv.yaml", "--json").stdout)
    assert "value" in str(numbers)
    # an epoch less, and gone on with: the same bits
    train("csv.yaml", "--out", "r.h5", "--epochs", 9)
    train("csv.yaml", "--resume", "r.h5")
    with h5py.File("r.h5") as file:
        assert file["model/weights/value/weight"][()].tobytes() == weights[0][1]
    run("inspect", "csv-run.h5", "--what", "walk")


def test_figures():
    """Each output has its own, by its layer's name, as NumPy counts them."""
    x, price = make_data()
    swapped = NETWORK.replace("dense: {name: value, units: 1, loss: mse, loss_target: price,",
                              "dense: {name: kind, units: 3, loss: softmax_cross_entropy, "
                              "loss_target: kind,")
    swapped = swapped.replace("{name: class, inputs: body, units: 3}",
                              "{name: value, inputs: body, units: 1}")
    swapped = swapped.replace("softmax_cross_entropy, optimizer", "mse, optimizer")
    data = SOURCES["hdf5"].replace("{kind: /kind, price: /price}", "{price: /price, kind: /kind}")
    write("s.yaml", f"name: two\ndata: {data}\n{swapped}")
    write("a.yaml", f"name: two\ndata: {SOURCES['hdf5']}\n{NETWORK}")
    stop = "train.early_stopping={patience: {metric: %s, layer: %s, patience: 4}}"
    for name, layer, width in [("s", "kind", 3), ("a", "value", 1)]:
        result = parse_result(
            train(f"{name}.yaml", "--out", f"{name}.h5", "--epochs", 8).stdout)
        train(f"{name}.yaml", "--out", "r.h5", "--epochs", 3, "--overwrite")
        train(f"{name}.yaml", "--resume", "r.h5", "--epochs", 8)
        numbers = parse_json(run("eval", f"{name}.h5", "--json", "--top", 2).stdout)
        run("predict", f"{name}.h5", "two.h5", "--dataset", "/x", "--to", layer, "--out",
            f"{name}-o.h5")
        with h5py.File(f"{name}.h5") as file, h5py.File(f"{name}-o.h5") as outputs, \
                h5py.File("r.h5") as resumed, h5py.File("two.h5") as two:
            held = validation_indices(name, file)
            y = outputs["output"][()].astype(float)[held]
            kind, target = two["kind"][()][held], price[held].astype(float)
            epoch, again = file["metrics/epoch"], resumed["metrics/epoch"]
            for column in epoch:  # also those that are counted while it trains
                if column != "seconds":
                    assert epoch[column][()].tobytes() == again[column][()].tobytes(), column
            expected = figures_of(y, kind) if width > 1 else errors_of(y[:, 0], target)
            for figure, value in expected.items():
                numpy.testing.assert_allclose(numbers[f"val_{figure}_{layer}"], value, rtol=1e-5)
                column = f"val_{figure}_{layer}"
                if column in epoch:
                    numpy.testing.assert_allclose(epoch[column][-1], value, rtol=1e-5)
                    assert abs(float(result[column]) / value - 1) < 1e-5
            if width > 1:
                assert epoch["train_accuracy_kind"][-1] > 0.6
                classes = numbers["layers"]["kind"]
                assert [c["class"] for c in classes["classes"]] == ["0", "1", "2"]
                assert numpy.trace(classes["confusion"]) == (y.argmax(1) == kind).sum()
        assert layer in run("eval", f"{name}.h5", "--classes").stdout or width == 1

    columns = run("report", "s.h5", "--json").stdout
    assert "val_accuracy_kind" in parse_json(columns)["groups"][0]["figures"]
    for metric, layer, sign in [("val_f1", "kind", 1), ("val_loss", "kind", -1)]:
        train("s.yaml", "--out", "e.h5", "--set", stop % (metric, layer), "--epochs", 60,
              "--overwrite")
        with h5py.File("e.h5") as file:
            assert b"of kind has not been better" in file["status"].attrs["reason"]
            values = sign * file[f"metrics/epoch/{metric}_{layer}"][1:]
            assert len(values) == values.argmax() + 1 + 4 < 60
    for metric, layer, says in [
        ("val_r2", "kind", "val_r2 is not measured of 'kind'; there are val_loss, val_acc"),
        ("val_loss", "kinds", "no layer 'kinds' has a loss; did you mean kind?"),
    ]:
        fails("train", "s.yaml", "--out", "f.h5", "--set", stop % (metric, layer), status=None,
              says=[says])


def validation_indices(name, file):
    """Which samples were held back."""
    run("data", "export", f"{name}.yaml", "--out", f"{name}-split.h5")
    with h5py.File(f"{name}-split.h5") as split, h5py.File("two.h5") as two:
        held = split["validation/input"][()] / file["data/scale"][()] + file["data/mean"][()]
        distance = numpy.abs(held[:, None] - two["x"][()][None]).max(2)
        assert distance.min(1).max() < 1e-4
        return distance.argmin(1)


def figures_of(y, kind):
    """Accuracy, AUC and F1 as scikit-learn defines them: one against the rest, the mean."""
    p = numpy.exp(y) / numpy.exp(y).sum(1, keepdims=True)
    said = y.argmax(1)
    area, f1 = [], []
    for k in range(3):
        own, rest = p[kind == k, k], p[kind != k, k]
        area.append(((own[:, None] > rest) + 0.5 * (own[:, None] == rest)).mean())
        f1.append(2 * ((said == k) & (kind == k)).sum() / ((said == k).sum() + (kind == k).sum()))
    among = (numpy.argsort(-y, 1)[:, :2] == kind[:, None]).any(1)
    return {"accuracy": (said == kind).mean(), "auc": numpy.mean(area), "f1": numpy.mean(f1),
            "top2": among.mean()}


def errors_of(y, target):
    difference = y - target
    spread = target - target.mean()
    return {"mae": numpy.abs(difference).mean(), "rmse": numpy.sqrt((difference ** 2).mean()),
            "r2": 1 - (difference ** 2).sum() / (spread ** 2).sum()}


def test_mistakes():
    make_data()
    text = f"name: two\ndata: {SOURCES['csv']}\n{NETWORK}"
    for old, new, *says in [
        ("loss_target: price", "loss_target: prise", "t.yaml:7:7", "did you mean price?"),
        ("units: 1, ", "units: 2, ", "t.yaml:7:7", "it must have 1 unit"),
        ("loss_target: price", "loss_target: kind", "t.yaml:7:7", "it must have 3 units"),
        ("loss: mse,", "loss: softmax_cross_entropy,", "t.yaml:7:7", "numbers as targets"),
        ("price: price", "sample: price", "t.yaml:2:43", "cannot be called 'sample'"),
        ("price: price", "price: kind", "column 'kind' is a target twice"),
    ]:
        assert old in text
        write("t.yaml", text.replace(old, new))
        fails("train", "t.yaml", "--out", "a.h5", status=None, says=says)


main(globals())
