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
